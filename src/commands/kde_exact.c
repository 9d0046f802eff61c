#include "spinodal/kde.h"

#include "spinodal/command.h"

typedef struct {
    double n, log_n, alpha, r;
    size_t d;
    sp_vec h, h_ratio;
    bool average, optimum;
} P;

typedef struct {
    double log_n, alpha, h_G, h_CLT, h_opt_theory, eps_star, eps_1, h_G_local, h_opt, log_density_opt;
} R;

static const sp_param params[] = {
    SP_SIZE(P, d, SP_REQUIRED, SP_AT_LEAST(1), "", "dimension"),
    SP_REAL(P, n, "0", SP_NONNEGATIVE, "", "number of data points (give one of n, log-n, alpha)"),
    SP_REAL(P, log_n, "0", SP_NONNEGATIVE, "", "its natural logarithm: n = e^200 is as cheap as n = 100"),
    SP_REAL(P, alpha, "0", SP_NONNEGATIVE, "", "log(n)/d"),
    SP_VEC(P, h, "", SP_POSITIVE, "data", "bandwidths (empty: around the thresholds)"),
    SP_VEC(P, h_ratio, "", SP_POSITIVE, "h_G", "bandwidths in units of the asymptotic h_G instead"),
    SP_REAL(P, r, "1", SP_POSITIVE, "1", "squared radius of the query, |x|^2/d"),
    SP_FLAG(P, average, "average over queries x ~ N(0, I) instead of a fixed radius"),
    SP_FLAG(P, optimum, "also find the bandwidth of largest log density"),
    {0}};

static const sp_scalar scalars[] = {
    SP_OUT(R, log_n, "1", "log of the number of data points"),
    SP_OUT(R, alpha, "1", "log(n)/d"),
    SP_OUT(R, h_G, "data", "asymptotic condensation bandwidth"),
    SP_OUT(R, h_CLT, "data", "asymptotic end of the classical regime"),
    SP_OUT(R, h_opt_theory, "data", "asymptotic bandwidth of least KL"),
    SP_OUT(R, eps_star, "data^2", "asymptotic squared distance to the nearest point, per dimension"),
    SP_OUT(R, eps_1, "data^2", "squared distance per dimension within which one point is expected"),
    SP_OUT(R, h_G_local, "data", "condensation bandwidth from the tail at rank one, at this n and d"),
    SP_OUT(R, h_opt, "data", "bandwidth of largest log density at this n and d (with --optimum)"),
    SP_OUT(R, log_density_opt, "nat", "E log of the estimate there, per dimension (with --optimum)"),
    {0}};

static const sp_column columns[] = {
    {"h", "data", "bandwidth"},
    {"h_ratio", "1", "h/h_G"},
    {"log_density", "nat", "E log of the estimate, per dimension"},
    {"log_density_theory", "nat", "the same for d -> infinity"},
    {"Y2", "1", "E sum of squared weights"},
    {"Y2_theory", "1", "the same for d -> infinity"},
    {"N_eff", "1", "1/Y2"},
    {"m", "1", "stable index for d -> infinity"},
    {"m_local", "1", "tail exponent at rank one, at this n and d"},
    {"relative_variance", "1", "variance of the estimate over its squared mean, at fixed radius"},
    {"skewness", "1", "of the estimate, at fixed radius"},
    {0}};

static const sp_table_decl tables[] = {
    {"exact", columns,
     "plot h log_density,log_density_theory logx vline h_opt_theory h_G h_CLT; plot h Y2,Y2_theory logx vline h_G h_CLT",
     "Finite n and d against the limit d -> infinity: the condensation is rounded, and the best bandwidth is larger."},
    {0}};

static sp_status choose_log_n(sp_run *run, const P *p, double *log_n)
{
    if ((p->n > 0) + (p->log_n > 0) + (p->alpha > 0) != 1)
        return sp_fail(run, SP_USAGE, "give exactly one of --n, --log-n and --alpha");
    *log_n = p->n > 0 ? log(p->n) : p->log_n > 0 ? p->log_n : p->alpha * (double)p->d;
    if (*log_n < log(2) * (1 - 1e-12))
        return sp_fail(run, SP_USAGE, "at least n = 2 data points are needed, got n = %g", exp(*log_n));
    if (p->h.n && p->h_ratio.n)
        return sp_fail(run, SP_USAGE, "give --h or --h-ratio, not both");
    if (p->average && p->r != 1)
        return sp_fail(run, SP_USAGE, "--average is over the radius: --r must stay 1");
    return SP_OK;
}

enum { POINTS = 25 };

static sp_status run_kde_exact(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    SP_TRY(choose_log_n(run, p, &r->log_n));
    static const double one = 1;
    sp_kde_theory_params asymptotic = {.alpha = r->log_n / (double)p->d, .spectrum = {1, &one}, .r = p->r};
    sp_kde_theory_result t;
    SP_TRY(sp_kde_theory(run, &asymptotic, &t));
    r->alpha = asymptotic.alpha;
    r->h_G = t.h_G;
    r->h_CLT = t.h_CLT;
    r->h_opt_theory = t.h_opt;
    r->eps_star = t.eps_star;
    sp_kde_exact_params e = {r->log_n, p->d, p->r, p->average};
    SP_TRY(sp_kde_nearest(run, &e, &r->eps_1, &r->h_G_local));
    r->h_opt = r->log_density_opt = NAN;
    bool converged = true;
    if (p->optimum)
        SP_TRY(sp_kde_exact_optimum(run, &e, t.h_opt, &r->h_opt, &r->log_density_opt, &converged));
    if (!converged)
        sp_result_unconverged(out, "no maximum of the log density between h_opt/3 and 3 h_opt");
    sp_table *table = sp_result_table(out, "exact");
    size_t n = p->h.n ? p->h.n : p->h_ratio.n ? p->h_ratio.n : POINTS;
    double low = t.h_opt / 2, high = 1.5 * t.h_CLT;
    for (size_t i = 0; i < n; i++) {
        SP_TRY(sp_poll(run));
        sp_progress(run, "exact", (double)i / (double)n);
        double h = p->h.n         ? p->h.v[i]
                   : p->h_ratio.n ? p->h_ratio.v[i] * t.h_G
                                  : low * pow(high / low, (double)i / (POINTS - 1));
        double m = sp_kde_index(&t, h);
        sp_kde_exact_point x;
        SP_TRY(sp_kde_exact(run, &e, h, &x));
        SP_TRY(SP_ROW(table, h, h / t.h_G, x.log_density, sp_kde_log_density(&asymptotic, &t, h), x.Y2,
                      sp_kde_weight_moment(m, 2), 1 / x.Y2, m, h * h / (r->h_G_local * r->h_G_local), x.relative_variance,
                      x.skewness));
    }
    return SP_OK;
}

const sp_command sp_command_kde_exact = {.name = "kde.exact",
                                         .summary =
                                             "Exact kernel estimate of Gaussian data at finite n and d, without simulation",
                                         .spec = "03:3.4-3.5",
                                         .params = params,
                                         .scalars = scalars,
                                         .tables = tables,
                                         .run = run_kde_exact,
                                         SP_SIZES(P, R),
                                         .example = "--d 20 --n 3000 --h 0.5:1.6:5log"};
