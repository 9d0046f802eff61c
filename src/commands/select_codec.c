#include "spinodal/select.h"

#include "spinodal/command.h"

typedef struct {
    const sp_dataset *data;
    const char *x, *given;
    int ties, column_scale;
    size_t permutations;
    sp_vec beta;
    double max_ops;
} P;

typedef struct {
    size_t n, q, p;
    double T, T_gaussian, z, p_value, null_mean, null_sd, mutual, indegree_var, tied;
    bool permuted;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--y COLUMN or --labels COLUMN)"),
    SP_TEXT(P, x, "", "block of columns: names, numbers from 1, regular expressions (empty: all but the given ones)"),
    SP_TEXT(P, given, "", "condition on these columns (empty: unconditional)"),
    SP_CHOICE(P, ties, "average|random", "average",
              "rows with several nearest neighbours: mean over them, or one at random"),
    SP_CHOICE(P, column_scale, "none|sd|rank", "none",
              "columns before distances are taken: as they are, to standard deviation 1, or ranks"),
    SP_SIZE(P, permutations, "199", SP_NONNEGATIVE, "",
            "permutations behind the p-value, of a conditional coefficient or of a response with ties"),
    SP_VEC(P, beta, "", SP_POSITIVE, "",
           "softmax temperatures (grid) of the differentiable coefficient, in units of the columns"),
    SP_REAL(P, max_ops, "1e13", SP_POSITIVE, "", "refuse a scan over beta of more elementary operations"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, T, "1", "0: the response is independent of the block (given the condition); 1: a function of it"),
    SP_OUT(R, T_gaussian, "1", "its limit for jointly normal variables of the same multiple correlations"),
    SP_OUT(R, z, "1", "standard deviations from independence"),
    SP_OUT(R, p_value, "1", "probability of so large a value under independence"),
    SP_OUT(R, null_mean, "1", "mean under independence"),
    SP_OUT(R, null_sd, "1", "standard deviation under independence"),
    SP_OUT(R, permuted, "", "p-value by permutation (of a conditional one: within neighbourhoods of 10 rows, approximate)"),
    SP_OUT(R, mutual, "1", "probability that a nearest neighbour is mutual"),
    SP_OUT(R, indegree_var, "1", "variance of the number of rows one is nearest to"),
    SP_OUT(R, tied, "1", "fraction of rows with several nearest neighbours"),
    SP_OUT(R, n, "", "rows"),
    SP_OUT(R, q, "", "columns of the block"),
    SP_OUT(R, p, "", "columns of the condition"),
    {0}};

static const sp_column soft[] = {{"beta", "columns", "softmax temperature"},
                                 {"T_soft", "1", "differentiable coefficient"},
                                 {"T_exact", "1", "exact coefficient, its limit for small beta"},
                                 {0}};
static const sp_table_decl tables[] = {
    {"soft", soft, "plot beta T_soft,T_exact logx title T with a soft nearest neighbour",
     "T with the nearest neighbour softened by beta: exact as beta goes to 0, biased between, blind for large beta"},
    {0}};

static sp_status scan_beta(sp_run *run, const P *p, const double *y, const sp_columns *z, const sp_columns *x, double exact,
                           sp_table *table)
{
    double n = (double)z->n, m = (double)(z->p + x->p), work = (double)p->beta.n * n * n * (2 * m + 20);
    if (work > p->max_ops)
        return sp_fail(run, SP_USAGE,
                       "about %.1e operations, more than --max-ops %.1e: fewer --beta, or fewer rows (--limit)", work,
                       p->max_ops);
    for (size_t k = 0; k < p->beta.n; k++) {
        sp_soft_codec s = {.n = z->n, .y = y, .p = x->p, .x = x->x, .beta = p->beta.v[k]};
        double T;
        SP_TRY(sp_soft_codec_value(run, &s, z->p, z->x, &T, NULL));
        SP_TRY(SP_ROW(table, p->beta.v[k], T, exact));
        sp_progress(run, "soft coefficients", (double)k / (double)p->beta.n);
    }
    return SP_OK;
}

static sp_status run_select_codec(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    const double *y;
    sp_columns z, x = {0};
    sp_codec c;
    SP_TRY(sp_columns_response(run, p->data, &y));
    if (*p->given)
        SP_TRY(sp_columns_choose(run, p->data, p->given, NULL, (sp_column_scale)p->column_scale, &x));
    SP_TRY(sp_columns_choose(run, p->data, p->x, *p->given ? &x : NULL, (sp_column_scale)p->column_scale, &z));
    const double *block = sp_columns_rows(run, &z), *condition = *p->given ? sp_columns_rows(run, &x) : NULL;
    if (!block || (*p->given && !condition))
        return SP_FAILED;
    if (*p->given)
        SP_TRY(sp_codec_conditional(run, z.n, y, z.p, block, x.p, condition, (sp_ties)p->ties, p->permutations, &c));
    else
        SP_TRY(sp_codec_block(run, z.n, y, z.p, block, (sp_ties)p->ties, p->permutations, &c));
    if (c.tied > 0.1)
        sp_warn(run,
                "%.0f %% of the rows have several nearest neighbours: their mean is taken (--ties average) or one at random",
                100 * c.tied);
    double gaussian;
    SP_TRY(sp_codec_gaussian_sample(run, z.n, y, &z, *p->given ? &x : NULL, &gaussian));
    SP_TRY(scan_beta(run, p, y, &z, &x, c.T.value, sp_result_table(out, "soft")));
    *(R *)scalars_ = (R){.n = z.n,
                         .q = z.p,
                         .p = x.p,
                         .T = c.T.value,
                         .T_gaussian = gaussian,
                         .z = c.T.z,
                         .p_value = c.T.p,
                         .null_mean = c.T.null_mean,
                         .null_sd = c.T.null_sd,
                         .permuted = c.T.permuted,
                         .mutual = c.mutual,
                         .indegree_var = c.indegree_var,
                         .tied = c.tied};
    return SP_OK;
}

const sp_command sp_command_select_codec = {
    .name = "select.codec",
    .summary = "Does the response depend on a block of columns, given others? Conditional dependence, with a p-value",
    .spec = "11:3.2",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_select_codec,
    SP_SIZES(P, R),
    .raw = true,
    .columns = "x given",
    .example = "gen:table,n=500,d=6 --x x1,x2 --given x4"};
