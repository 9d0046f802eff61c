#include "learning_rate_options.h"

typedef struct {
    landscape_options landscape;
    sp_vec betas, horizons;
} P;
typedef struct {
    double beta_opt, beta_opt_error, beta_slope, beta_slope_error, excess_opt;
} R;
static const sp_param params[] = {
    {"betas", SP_TYPE_VEC, SP_FIELD(P, betas, sp_vec), "0:1:11", SP_BETWEEN(0, 2), "", "exponents to try", NULL},
    SP_VEC(P, horizons, "", SP_POSITIVE, "time", "horizons of the table; default t-max/100, t-max/10, t-max"),
    LANDSCAPE_OPTIONS(P),
    LANDSCAPE_SCHEDULE_OPTIONS(P, "0.5"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, beta_opt, "", "exponent of least excess at t-max"),
    SP_OUT(R, beta_opt_error, "", "its error: parabolas through three and through five points"),
    SP_OUT(R, beta_slope, "", "exponent of steepest descent between t-max/10 and t-max"),
    SP_OUT(R, beta_slope_error, "", "its error"),
    SP_OUT(R, excess_opt, "", "least excess found at t-max"),
    {0}};
static const sp_column sweep[] = {{"beta", "", "exponent"},
                                  {"horizon", "time", "time"},
                                  {"excess", "", "excess loss"},
                                  {"asymptotic", "", "late-time law"},
                                  {"slope", "", "-d ln excess/d ln t over the last decade"},
                                  {0}};
static const sp_table_decl tables[] = {{"sweep", sweep,
                                        "plot beta excess by horizon logy title Excess loss at the horizon; plot beta slope "
                                        "by horizon title Exponent of descent",
                                        "Too slow a decay leaves heat, too fast a decay freezes the descent: the best "
                                        "exponent is 1/2 for matrices, 2/5 for p-spins"},
                                       {0}};

/* Extremum of the least-squares parabola through 2 half + 1 points around i. */
static double vertex(size_t i, size_t half, size_t n, const double *x, const double *y)
{
    size_t first = i < half ? 0 : i - half;
    first = first + 2 * half + 1 > n ? n - 2 * half - 1 : first;
    double s[5] = {0}, r[3] = {0};
    for (size_t k = first; k <= first + 2 * half; k++) {
        double d = x[k] - x[i], power = 1;
        for (int a = 0; a < 5; a++, power *= d) {
            s[a] += power;
            if (a < 3)
                r[a] += power * y[k];
        }
    }
    /* normal equations of y = a + b d + c d^2 by Cramer's rule: vertex at -b/(2c) */
    double b = s[0] * (r[1] * s[4] - s[3] * r[2]) - r[0] * (s[1] * s[4] - s[3] * s[2]) + s[2] * (s[1] * r[2] - r[1] * s[2]);
    double c = s[0] * (s[2] * r[2] - r[1] * s[3]) - s[1] * (s[1] * r[2] - r[1] * s[2]) + r[0] * (s[1] * s[3] - s[2] * s[2]);
    return c != 0 ? x[i] - b / (2 * c) : x[i];
}

static void extremum(size_t n, const double *x, const double *y, double *place, double *error)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = y[i] < y[best] ? i : best;
    *place = *error = NAN;
    if (n < 5 || best == 0 || best + 1 == n) { /* at an end of the range there is no parabola */
        *place = x[best];
        return;
    }
    *place = vertex(best, 1, n, x, y);
    *error = fabs(*place - vertex(best, 2, n, x, y));
}

static sp_status run_sweep(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    landscape_options o = p->landscape;
    SP_TRY(landscape_open(run, &o));
    double automatic[] = {o.t_max / 100, o.t_max / 10, o.t_max};
    sp_vec horizons = p->horizons.n ? p->horizons : (sp_vec){3, automatic};
    size_t n = p->betas.n, H = horizons.n;
    double *times = SP_NEW(run, double, 2 * H + 2), *loss = SP_NEW(run, double, n + 1), *steep = SP_NEW(run, double, n + 1);
    if (!times || !loss || !steep)
        return SP_FAILED;
    if (n < 1 || o.eta.kind != SP_ETA_POWER)
        return sp_fail(run, SP_USAGE, "the sweep is over --betas of --schedule power");
    for (size_t h = 0; h < H; h++) {
        if (horizons.v[h] > o.t_max || horizons.v[h] < 0.1)
            return sp_fail(run, SP_USAGE, "--horizons: %g is outside [0.1, t-max]", horizons.v[h]);
        times[2 * h] = horizons.v[h] / 10;
        times[2 * h + 1] = horizons.v[h];
    }
    times[2 * H] = o.t_max / 10, times[2 * H + 1] = o.t_max;
    o.times = (sp_vec){2 * H + 2, times};
    sp_table *t = sp_result_table(out, "sweep");
    for (size_t i = 0; i < n; i++) {
        size_t m;
        sp_matrix_schedule_point *x;
        o.eta.beta = p->betas.v[i];
        SP_TRY(landscape_theory(run, &o, &m, &x));
        for (size_t h = 0; h < H; h++)
            SP_TRY(SP_ROW(t, p->betas.v[i], horizons.v[h], x[2 * h + 1].excess, x[2 * h + 1].asymptotic,
                          -log(x[2 * h + 1].excess / x[2 * h].excess) / log(10)));
        loss[i] = log(x[2 * H + 1].excess);
        steep[i] = log(x[2 * H + 1].excess / x[2 * H].excess);
        sp_progress(run, "sweep", (double)(i + 1) / (double)n);
    }
    extremum(n, p->betas.v, loss, &r->beta_opt, &r->beta_opt_error);
    extremum(n, p->betas.v, steep, &r->beta_slope, &r->beta_slope_error);
    r->excess_opt = INFINITY;
    for (size_t i = 0; i < n; i++)
        r->excess_opt = fmin(r->excess_opt, exp(loss[i]));
    return SP_OK;
}

const sp_command sp_command_learning_rate_sweep = {.name = "learning-rate.sweep",
                                                   .summary = "Best decay exponent of the learning rate at a horizon",
                                                   .spec = "14:3.1-3.2",
                                                   .params = params,
                                                   .scalars = scalars,
                                                   .tables = tables,
                                                   .run = run_sweep,
                                                   SP_SIZES(P, R),
                                                   .example = "--betas 0.2:0.8:7 --t-max 1000"};
