#include "spinodal/kde.h"

#include "spinodal/command.h"

#include <stdlib.h>

typedef sp_kde_simulate_params P;

typedef struct {
    double alpha, h_G_theory, h_CLT_theory, h_opt_theory, h_G_local;
    double h_G_5, h_G_5_se, h_G_10, h_G_10_se, h_G_20, h_G_20_se, h_G_50, h_G_50_se;
} R;

static const sp_param params[] = {
    SP_SIZE(P, d, "20", SP_AT_LEAST(1), "", "dimension"),
    SP_SIZE(P, n, "3000", SP_AT_LEAST(2), "", "data points"),
    SP_SIZE(P, databases, "40", SP_AT_LEAST(2), "", "independent data sets: errors are over these"),
    SP_SIZE(P, queries, "200", SP_AT_LEAST(1), "", "queries for each data set"),
    SP_VEC(P, spectrum, "1", SP_NONNEGATIVE, "data^2", "covariance of the data, each eigenvalue for an equal share of d"),
    SP_VEC(P, h, "0.5,0.6,0.7,0.8,1,1.2,1.6", SP_POSITIVE, "data", "bandwidths"),
    SP_FLAG(P, fixed,
            "one query of fixed |x|^2 = r d for each data set: moments and histogram of the estimate over data sets"),
    SP_REAL(P, r, "1", SP_POSITIVE, "1", "squared radius of the query, |x|^2/d (with --fixed)"),
    {0}};

static const sp_scalar scalars[] = {
    SP_OUT(R, alpha, "1", "log(n)/d"),
    SP_OUT(R, h_G_theory, "data", "condensation bandwidth, d -> infinity"),
    SP_OUT(R, h_CLT_theory, "data", "end of the classical regime, d -> infinity"),
    SP_OUT(R, h_opt_theory, "data", "bandwidth of least KL, d -> infinity"),
    SP_OUT(R, h_G_local, "data", "condensation bandwidth from the exact tail at rank one (isotropic data)"),
    SP_OUT(R, h_G_5, "data", "condensation bandwidth from the spacings of 5 nearest points"),
    SP_OUT(R, h_G_5_se, "data", "standard error"),
    SP_OUT(R, h_G_10, "data", "the same from 10"),
    SP_OUT(R, h_G_10_se, "data", "standard error"),
    SP_OUT(R, h_G_20, "data", "the same from 20"),
    SP_OUT(R, h_G_20_se, "data", "standard error"),
    SP_OUT(R, h_G_50, "data", "the same from 50"),
    SP_OUT(R, h_G_50_se, "data", "standard error"),
    {0}};

static const sp_column curve[] = {{"h", "data", "bandwidth"},
                                  {"log_density", "nat", "mean log of the estimate, per dimension"},
                                  {"log_density_se", "nat", "standard error over data sets"},
                                  {"log_density_exact", "nat", "exact at this n and d (isotropic data)"},
                                  {"log_density_theory", "nat", "d -> infinity"},
                                  {"Y2", "1", "mean sum of squared weights"},
                                  {"Y2_se", "1", "standard error over data sets"},
                                  {"Y2_exact", "1", "exact at this n and d (isotropic data)"},
                                  {"Y2_theory", "1", "d -> infinity"},
                                  {"relative_variance", "1", "of the estimate over data sets (with --fixed)"},
                                  {"relative_variance_se", "1", "standard error, bootstrap"},
                                  {"relative_variance_exact", "1", "closed form, includes data sets too rare to be seen"},
                                  {"skewness", "1", "of the estimate over data sets (with --fixed)"},
                                  {"skewness_se", "1", "standard error, bootstrap"},
                                  {"m", "1", "stable index, d -> infinity"},
                                  {0}};

static const sp_column histogram[] = {
    {"h", "data", "bandwidth"},
    {"log_z", "nat", "log of the estimate over its mean, log(Z/E Z)"},
    {"density", "1", "measured density"},
    {"density_se", "1", "Poisson error"},
    {"density_stable", "1", "stable law of the index and scale of the tail at rank one (no fit)"},
    {0}};

static const sp_table_decl tables[] = {
    {"curve", curve,
     "plot h log_density,log_density_exact,log_density_theory vline h_opt_theory h_G_theory h_CLT_theory; "
     "plot h Y2,Y2_exact,Y2_theory vline h_G_theory h_CLT_theory",
     "Simulation on the exact curve at this n and d; the limit d -> infinity is approached slowly."},
    {"histogram", histogram, "plot log_z density,density_stable by h logy",
     "Law of the estimate over data sets: below h_CLT it follows a one-sided stable law, not a Gaussian."},
    {0}};

enum { BINS = 40, DRAWS = 200000 };

static int increasing(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The density of `n` values in BINS bins; values outside count in the norm. */
static void fill_bins(size_t n, const double *x, double low, double width, double *count)
{
    for (size_t i = 0; i < n; i++) {
        double bin = floor((x[i] - low) / width);
        if (bin >= 0 && bin < BINS)
            count[(size_t)bin] += 1;
    }
}

static sp_status add_histogram(sp_run *run, const P *p, double h, double h_G_local, double *log_z, sp_table *table)
{
    sp_mark mark = sp_memory_mark(run);
    double *draws = SP_NEW(run, double, DRAWS), count[BINS] = {0}, stable[BINS] = {0}, n = (double)p->databases;
    if (!draws)
        return SP_FAILED;
    qsort(log_z, p->databases, sizeof *log_z, increasing);
    double low = log_z[p->databases / 500], high = log_z[p->databases - 1 - p->databases / 500], width = (high - low) / BINS;
    double m = h * h / (h_G_local * h_G_local);
    bool has_law = m < 1.95 && fabs(m - 1) > 0.02; /* at m = 1 centring and dividing are both singular */
    fill_bins(p->databases, log_z, low, width, count);
    if (has_law) {
        SP_TRY(sp_kde_stable_draws(run, &(sp_kde_exact_params){log((double)p->n), p->d, p->r, false}, h, DRAWS, draws));
        fill_bins(DRAWS, draws, low, width, stable);
    }
    for (size_t b = 0; b < BINS; b++)
        SP_TRY(SP_ROW(table, h, low + ((double)b + 0.5) * width, count[b] / (n * width), sqrt(count[b]) / (n * width),
                      has_law ? stable[b] / (DRAWS * width) : NAN));
    sp_memory_release(run, mark);
    return SP_OK;
}

static bool is_isotropic(const P *p) { return p->spectrum.n == 1 && p->spectrum.v[0] == 1; }

static sp_status add_curve(sp_run *run, const P *p, const sp_kde_theory_params *t, const sp_kde_theory_result *theory,
                           const sp_kde_simulated *curve_, sp_table *table)
{
    enum { LARGEST_EXACT = 1000 };
    sp_kde_exact_params e = {log((double)p->n), p->d, p->r, !p->fixed};
    for (size_t i = 0; i < p->h.n; i++) {
        double h = p->h.v[i], m = sp_kde_index(theory, h);
        sp_kde_exact_point x = {NAN, NAN, NAN, NAN};
        if (is_isotropic(p) && p->d <= LARGEST_EXACT)
            SP_TRY(sp_kde_exact(run, &e, h, &x));
        const sp_kde_simulated *s = &curve_[i];
        SP_TRY(SP_ROW(table, h, s->log_density, s->log_density_se, x.log_density, sp_kde_log_density(t, theory, h), s->Y2,
                      s->Y2_se, x.Y2, sp_kde_weight_moment(m, 2), s->relative_variance, s->relative_variance_se,
                      p->fixed ? x.relative_variance : NAN, s->skewness, s->skewness_se, m));
    }
    return SP_OK;
}

static sp_status run_kde_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_kde_simulate_result s;
    sp_kde_theory_params t = {.alpha = log((double)p->n) / (double)p->d, .spectrum = p->spectrum, .r = p->r};
    sp_kde_theory_result theory;
    SP_TRY(sp_kde_theory(run, &t, &theory));
    SP_TRY(sp_kde_simulate(run, p, &s));
    double eps_1, h_G_local = NAN;
    if (is_isotropic(p))
        SP_TRY(sp_kde_nearest(run, &(sp_kde_exact_params){log((double)p->n), p->d, p->r, false}, &eps_1, &h_G_local));
    *r = (R){t.alpha,  theory.h_G,  theory.h_CLT, theory.h_opt, h_G_local, s.h_G[0],   s.h_G_se[0],
             s.h_G[1], s.h_G_se[1], s.h_G[2],     s.h_G_se[2],  s.h_G[3],  s.h_G_se[3]};
    SP_TRY(add_curve(run, p, &t, &theory, s.curve, sp_result_table(out, "curve")));
    for (size_t i = 0; i < p->h.n && p->fixed; i++)
        SP_TRY(add_histogram(run, p, p->h.v[i], h_G_local, s.log_z + i * p->databases, sp_result_table(out, "histogram")));
    return SP_OK;
}

const sp_command sp_command_kde_simulate = {
    .name = "kde.simulate",
    .summary = "Simulated kernel estimates of Gaussian data beside the exact and asymptotic curves",
    .spec = "03:3.4-3.5,3.8",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_kde_simulate,
    SP_SIZES(P, R),
    .example = "--d 10 --n 500 --databases 10 --queries 50 --h 0.5,0.8,1.2"};
