#include "spinodal/select.h"

#include "spinodal/command.h"

typedef struct {
    const sp_dataset *data;
    const char *x;
    int ties;
    size_t orders, permutations;
    bool symmetric;
} P;

typedef struct {
    size_t n, p;
    const char *best;
    double xi_best;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--y COLUMN or --labels COLUMN)"),
    SP_TEXT(P, x, "", "columns: names, numbers from 1, regular expressions (empty: all)"),
    SP_CHOICE(P, ties, "average|random|stable", "average",
              "equal x: mean over random orders, one of them, or the order of the rows"),
    SP_SIZE(P, orders, "100", SP_AT_LEAST(2), "", "random orders averaged over ties in x"),
    SP_SIZE(P, permutations, "999", SP_NONNEGATIVE, "", "permutations behind the p-value when the response has ties"),
    SP_FLAG(P, symmetric, "the larger of xi(x, y) and xi(y, x)"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n, "", "rows"),
                                    SP_OUT(R, p, "", "columns"),
                                    SP_OUT(R, best, "", "column of largest coefficient"),
                                    SP_OUT(R, xi_best, "1", "its coefficient"),
                                    {0}};
static const sp_column columns[] = {{"column", "", "name"},
                                    {"xi", "1", "0: independent; 1: the response is a function of the column"},
                                    {"xi_se", "1", "standard error over random orders of tied x"},
                                    {"xi_null", "1", "95 % point of xi for an independent column"},
                                    {"z", "1", "standard deviations from independence"},
                                    {"p", "1", "probability of so large a value for an independent column"},
                                    {0}};
static const sp_table_decl tables[] = {{"xi", columns, "plot column xi,xi_null bars",
                                        "Dependence of the response on each column; above xi_null: beyond chance at 5 %"},
                                       {0}};

static sp_status run_select_xi(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    const double *y;
    sp_columns c;
    SP_TRY(sp_columns_response(run, p->data, &y));
    SP_TRY(sp_columns_choose(run, p->data, p->x, NULL, SP_SCALE_NONE, &c));
    *r = (R){.n = c.n, .p = c.p, .xi_best = -INFINITY};
    for (size_t k = 0; k < c.p; k++) {
        sp_coefficient xi, reverse;
        SP_TRY(sp_xi(run, c.n, c.x + k * c.n, y, (sp_ties)p->ties, p->orders, p->permutations, &xi));
        if (p->symmetric) {
            SP_TRY(sp_xi(run, c.n, y, c.x + k * c.n, (sp_ties)p->ties, p->orders, p->permutations, &reverse));
            xi = reverse.value > xi.value ? reverse : xi;
        }
        if (xi.value > r->xi_best) {
            r->xi_best = xi.value;
            r->best = c.name[k];
        }
        SP_TRY(SP_ROW(sp_result_table(out, "xi"), c.name[k], xi.value, xi.se, xi.null_mean + 1.6448536269514722 * xi.null_sd,
                      xi.z, xi.p));
        sp_progress(run, "columns", (double)(k + 1) / (double)c.p);
    }
    return SP_OK;
}

const sp_command sp_command_select_xi = {
    .name = "select.xi",
    .summary = "Does the response depend on each column? Chatterjee's rank coefficient, with p-values",
    .spec = "11:3.1",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_select_xi,
    SP_SIZES(P, R),
    .raw = true,
    .columns = "x",
    .example = "gen:table,n=500,d=6 --symmetric"};
