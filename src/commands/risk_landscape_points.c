#include "risk_model.h"

typedef sp_risk_points_params P;
typedef sp_risk_points_result R;

static const sp_param params[] = {
    SP_RISK_OPTIONS,
    SP_DATASET(P, data, "", "your rows (empty: Gaussian rows of --d columns at --samples-per-dim)"),
    SP_SIZE(P, d, "60", SP_BETWEEN(2, 2000), "", "columns of Gaussian rows"),
    SP_CHOICE(P, method, "descent|newton", "descent", "minima; or every stationary point (d <= 12)"),
    SP_SIZE(P, starts, "20", SP_AT_LEAST(1), "", "random starts (newton: of the first batch)"),
    SP_FLAG(P, whiten, "make the covariance of your rows one"),
    SP_REAL(P, tolerance, "1e-8", SP_POSITIVE, "risk", "of the gradient per sqrt(d)"),
    SP_SIZE(P, bins, "40", SP_BETWEEN(4, 256), "", "of the histograms"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n, "", "rows"),
                                    SP_OUT(R, d, "", "columns"),
                                    SP_OUT(R, samples_per_dim, "1", "alpha = n/d"),
                                    SP_OUT(R, n_found, "", "points"),
                                    SP_OUT(R, minima, "", "minima among them"),
                                    SP_OUT(R, mean_size, "1", "|mean row|^2 n/d: about 1 for isotropic rows"),
                                    SP_OUT(R, covariance_low, "1", "lowest eigenvalue of the rows' covariance"),
                                    SP_OUT(R, covariance_high, "1", "highest"),
                                    SP_OUT(R, mp_low, "1", "Marchenko-Pastur edge of isotropic rows"),
                                    SP_OUT(R, mp_high, "1", "the other"),
                                    SP_OUT(R, isotropic, "", "the theory applies"),
                                    SP_OUT(R, risk_mean, "risk", "mean risk of the points"),
                                    SP_OUT(R, risk_mean_se, "risk", "standard error"),
                                    SP_OUT(R, lam, "1/risk", "multiplier of the theory at that risk"),
                                    SP_OUT(R, complexity_annealed, "1", "complexity at that risk"),
                                    SP_OUT(R, note, "", "about the theory"),
                                    {0}};
static const sp_column points[] = {{"id", "", "number"},
                                   {"risk", "risk", "empirical risk"},
                                   {"index", "", "negative Hessian eigenvalues"},
                                   {"lambda_min", "risk", "lowest Hessian eigenvalue"},
                                   {"lambda_2", "risk", "second lowest"},
                                   {"t", "risk", "<y loss'>"},
                                   {"A", "risk^2", "<loss'^2>"},
                                   {"overlap", "1", "with the teacher of Gaussian rows"},
                                   {"gradient", "risk", "gradient left, per sqrt(d)"},
                                   {"hits", "", "starts that ended here"},
                                   {0}};
static const sp_column compare[] = {{"quantity", "", "of the points"},
                                    {"theory", "", "at the mean risk of the points"},
                                    {"measured", "", "mean over the points"},
                                    {"measured_se", "", "standard error"},
                                    {0}};
static const sp_column preactivation[] = {{"y", "1", "pre-activation"},
                                          {"theory", "1", "density at the same risk"},
                                          {"measured", "1", "density"},
                                          {"measured_se", "1", "standard error over the points"},
                                          {0}};
static const sp_column hessian[] = {{"lambda", "risk", "Hessian eigenvalue"},
                                    {"theory", "1/risk", "density at the same risk"},
                                    {"measured", "1/risk", "density"},
                                    {"measured_se", "1/risk", "standard error over the points"},
                                    {0}};
static const sp_table_decl tables[] = {
    {"points", points, NULL, "Points reached"},
    {"compare", compare, NULL, "Theory at the risk of the points, and the points"},
    {"preactivation", preactivation, "plot y theory,measured ylabel density title Pre-activations at the points",
     "How the points bend the normal law"},
    {"hessian", hessian, "plot lambda theory,measured ylabel density title Hessian at the points",
     "Eigenvalues below zero: directions of descent"},
    {0}};

static sp_status run_risk_landscape_points(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_risk_found_list list;
    SP_TRY(sp_risk_points(run, p, r, &list));
    sp_table *t = sp_result_table(out, "points");
    size_t unfinished = 0;
    for (size_t i = 0; i < list.n; i++) {
        const sp_risk_found *v = &list.v[i];
        SP_TRY(SP_ROW(t, i, v->risk, v->index, v->lambda_min, v->lambda_2, v->t, v->A, v->overlap, v->gradient, v->hits));
        unfinished += v->gradient > p->tolerance;
    }
    const struct {
        const char *name;
        const sp_risk_comparison *c;
    } rows[] = {{"t", &r->t}, {"A", &r->A}, {"lambda_mean", &r->lambda_mean}, {"lambda_variance", &r->lambda_variance}};
    t = sp_result_table(out, "compare");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        SP_TRY(SP_ROW(t, rows[i].name, rows[i].c->theory, rows[i].c->measured, rows[i].c->measured_se));
    sp_table *y = sp_result_table(out, "preactivation"), *h = sp_result_table(out, "hessian");
    for (size_t i = 0; i < list.n_bins; i++) {
        const sp_risk_bin *a = &list.preactivation[i], *b = &list.hessian[i];
        SP_TRY(SP_ROW(y, a->x, a->theory, a->measured, a->measured_se));
        SP_TRY(SP_ROW(h, b->x, b->theory, b->measured, b->measured_se));
    }
    if (unfinished)
        sp_result_unconverged(out, "%zu of %zu searches did not reach the tolerance", unfinished, list.n);
    return SP_OK;
}

const sp_command sp_command_risk_landscape_points = {.name = "risk-landscape.points",
                                                     .summary =
                                                         "Stationary points of the risk on your rows beside the theory",
                                                     .spec = "22:5",
                                                     .params = params,
                                                     .scalars = scalars,
                                                     .tables = tables,
                                                     .run = run_risk_landscape_points,
                                                     SP_SIZES(P, R),
                                                     .example = "--loss sin(2*y) --samples-per-dim 3 --d 60 --starts 10"};
