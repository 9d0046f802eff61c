#include "speciation_tables.h"

const sp_column sp_tree_columns[] = {
    {"merge", "", "number of the merge"}, {"height", "OU time", "speciation time of the two groups"},
    {"left", "", "first group"},          {"right", "", "second group"},
    {"size", "", "classes together"},     {0}};

sp_status sp_class_numbers(sp_run *run, size_t n, const char *const **out)
{
    const char **name = SP_NEW(run, const char *, n);
    for (size_t k = 0; name && k < n; k++)
        if (!(name[k] = sp_format(run, "%zu", k + 1)))
            return SP_FAILED;
    *out = name;
    return name ? SP_OK : SP_FAILED;
}

const sp_column sp_dendrogram_columns[] = {{"x", "", "place of the class, or of the middle of a group"},
                                           {"t", "OU time", "time"},
                                           {"leaf", "", "class at this place"},
                                           {0}};

/* Places of the nodes: leaves from 1 in the order of the tree, groups in the middle of their halves. */
static void places(const sp_class_tree *tree, size_t node, double *next, double *x)
{
    if (node < tree->n_classes) {
        x[node] = (*next)++;
        return;
    }
    const sp_class_merge *m = &tree->merge[node - tree->n_classes];
    places(tree, m->left, next, x);
    places(tree, m->right, next, x);
    x[node] = (x[m->left] + x[m->right]) / 2;
}

/* From the middle of the node to each half, down, and back: one line. */
static sp_status outline(sp_result *out, const sp_class_tree *tree, const char *const *name, const double *x, size_t node)
{
    sp_table *table = sp_result_table(out, "dendrogram");
    if (node < tree->n_classes)
        return SP_ROW(table, x[node], 0.0, name[node]);
    const sp_class_merge *m = &tree->merge[node - tree->n_classes];
    size_t half[2] = {m->left, m->right};
    SP_TRY(SP_ROW(table, x[node], m->height, ""));
    for (int i = 0; i < 2; i++) {
        SP_TRY(SP_ROW(table, x[half[i]], m->height, ""));
        SP_TRY(outline(out, tree, name, x, half[i]));
        SP_TRY(SP_ROW(table, x[half[i]], m->height, ""));
    }
    return SP_ROW(table, x[node], m->height, "");
}

/* "a+b+c" of a node */
static const char *members(sp_run *run, const sp_class_tree *tree, const char *const *name, size_t node)
{
    if (node < tree->n_classes)
        return name[node];
    const sp_class_merge *m = &tree->merge[node - tree->n_classes];
    const char *left = members(run, tree, name, m->left), *right = members(run, tree, name, m->right);
    return left && right ? sp_format(run, "%s+%s", left, right) : NULL;
}

sp_status sp_tree_rows(sp_run *run, sp_result *out, const sp_class_tree *tree, const char *const *name, const char **newick)
{
    for (size_t i = 0; i + 1 < tree->n_classes; i++) {
        const sp_class_merge *m = &tree->merge[i];
        const char *left = members(run, tree, name, m->left), *right = members(run, tree, name, m->right);
        if (!left || !right)
            return SP_FAILED;
        SP_TRY(SP_ROW(sp_result_table(out, "tree"), i + 1, m->height, left, right, m->size));
    }
    double *x = SP_NEW(run, double, 2 * tree->n_classes), next = 1;
    if (!x)
        return SP_FAILED;
    if (tree->n_classes > 1) {
        places(tree, 2 * tree->n_classes - 2, &next, x);
        SP_TRY(outline(out, tree, name, x, 2 * tree->n_classes - 2));
    }
    return sp_class_tree_newick(run, tree, name, newick);
}

sp_status sp_speciation_times(sp_run *run, size_t n_classes, const double *t_pair, size_t points, sp_vec *out)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < n_classes * n_classes; i++)
        if (t_pair[i] > 0) { /* not NAN */
            low = fmin(low, t_pair[i]);
            high = fmax(high, t_pair[i]);
        }
    if (!(high > 0))
        low = high = 1;
    return sp_parse_numbers(run, sp_format(run, "%.17g:%.17g:%zu", fmax(low / 3, low - 1), high + 1, points), out);
}
