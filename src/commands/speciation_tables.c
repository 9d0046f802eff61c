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

/* "{a b c}" of a node */
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
