/* Successive speciation times: single linkage of the classes (spec 05, 3.5). */
#include "spinodal/speciation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t a, b;
    double t;
} link;

static int by_time(const void *x, const void *y)
{
    const link *a = x, *b = y;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b < b->b ? -1 : a->b > b->b;
}

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

sp_status sp_class_tree_create(sp_run *run, size_t K, const double *t_sym, sp_class_tree *out)
{
    size_t n_links = K * (K - 1) / 2, p = 0, made = 0, nodes = 2 * K;
    *out = (sp_class_tree){K, SP_NEW(run, sp_class_merge, K)};
    link *links = SP_NEW(run, link, n_links + 1);
    size_t *parent = SP_NEW(run, size_t, nodes), *size = SP_NEW(run, size_t, nodes);
    if (!out->merge || !links || !parent || !size)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++)
            links[p++] = (link){k, l, isnan(t_sym[k * K + l]) ? 0 : t_sym[k * K + l]};
    qsort(links, n_links, sizeof *links, by_time);
    for (size_t i = 0; i < nodes; i++) {
        parent[i] = i;
        size[i] = 1;
    }
    for (size_t i = 0; i < n_links; i++) {
        size_t a = root_of(parent, links[i].a), b = root_of(parent, links[i].b), node = K + made;
        if (a == b)
            continue;
        parent[a] = parent[b] = node;
        size[node] = size[a] + size[b];
        out->merge[made++] = (sp_class_merge){links[i].t, a < b ? a : b, a < b ? b : a, size[node]};
    }
    return SP_OK;
}

/* The classes under a node get the group. */
static void paint(const sp_class_tree *tree, size_t node, size_t group, size_t *out)
{
    if (node < tree->n_classes) {
        out[node] = group;
        return;
    }
    paint(tree, tree->merge[node - tree->n_classes].left, group, out);
    paint(tree, tree->merge[node - tree->n_classes].right, group, out);
}

void sp_class_tree_cut(const sp_class_tree *tree, size_t n_super, size_t *group)
{
    size_t K = tree->n_classes;
    for (size_t k = 0; k < K; k++)
        group[k] = k;
    for (size_t i = 0; i + n_super < K; i++) /* the first K - n_super merges are made: later ones overwrite */
        paint(tree, K + i, K + i, group);
    /* numbers from 0 in the order of the first class */
    size_t next = 0;
    for (size_t k = 0; k < K; k++) {
        size_t j = 0;
        for (; j < k && group[j] != group[k]; j++)
            ;
        if (j == k) {
            size_t old = group[k];
            for (size_t l = k; l < K; l++)
                if (group[l] == old)
                    group[l] = 2 * K + next;
            next++;
        }
    }
    for (size_t k = 0; k < K; k++)
        group[k] -= 2 * K;
}

static const char *write_node(sp_run *run, const sp_class_tree *tree, const char *const *name, size_t node, double above)
{
    size_t K = tree->n_classes;
    if (node < K)
        return sp_format(run, "%s:%.6g", name[node], above);
    const sp_class_merge *m = &tree->merge[node - K];
    const char *left =
        write_node(run, tree, name, m->left, m->left < K ? m->height : m->height - tree->merge[m->left - K].height);
    const char *right =
        write_node(run, tree, name, m->right, m->right < K ? m->height : m->height - tree->merge[m->right - K].height);
    return !left || !right     ? NULL
           : node == 2 * K - 2 ? sp_format(run, "(%s,%s);", left, right)
                               : sp_format(run, "(%s,%s):%.6g", left, right, above);
}

sp_status sp_class_tree_newick(sp_run *run, const sp_class_tree *tree, const char *const *name, const char **out)
{
    *out = tree->n_classes < 2 ? "" : write_node(run, tree, name, 2 * tree->n_classes - 2, 0);
    return *out ? SP_OK : SP_FAILED;
}
