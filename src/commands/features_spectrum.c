#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec x, edges;
    size_t bins, simulate;
} P;
typedef struct {
    size_t n_bulks;
    double zero_mass, smallest, largest, mean, mass;
} R;
static const sp_param params[] = {
    FEATURES_SIZES(P, "10", "1"),
    SP_VEC(P, x, "", SP_POSITIVE, "1", "eigenvalues where the density is wanted (default: over the support)"),
    SP_VEC(P, edges, "", SP_POSITIVE, "1",
           "edges of the bins of the simulated histogram, ascending (default: log-spaced over the support)"),
    SP_SIZE(P, bins, "60", SP_AT_LEAST(2), "", "bins of the simulated histogram"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "simulated draws beside the theory (0: none)"),
    FEATURES_MODEL(P),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n_bulks, "", "pieces of the support"),
                                    SP_OUT(R, zero_mass, "1", "share of exactly zero eigenvalues"),
                                    SP_OUT(R, smallest, "1", "smallest nonzero edge: 0 where samples equal features"),
                                    SP_OUT(R, largest, "1", "upper edge"),
                                    SP_OUT(R, mean, "1", "mean eigenvalue"),
                                    SP_OUT(R, mass, "1", "integral of the density: the rest is zero_mass"),
                                    {0}};
static const sp_column density[] = {{"x", "1", "eigenvalue"},
                                    {"bulk", "", "piece of the support (0: outside)"},
                                    {"density", "1", "density per feature"},
                                    {"residual", "1", "of the complex root, relative"},
                                    {0}};
static const sp_column histogram[] = {{"low", "1", "lower end of the bin"},
                                      {"high", "1", "upper end of the bin"},
                                      {"x", "1", "eigenvalue, middle of the bin"},
                                      {"share", "1", "share of the features in the bin, theory"},
                                      {"share_simulated", "1", "simulated"},
                                      {"share_simulated_se", "1", "standard error"},
                                      {0}};
static const sp_column bulks[] = {
    {"low", "1", "lower edge"}, {"high", "1", "upper edge"}, {"mass", "1", "share of the features"}, {0}};
static const sp_column extremes[] = {{"edge", "", "which"},
                                     {"theory", "1", "edge of the density"},
                                     {"simulated", "1", "mean over the draws"},
                                     {"simulated_se", "1", "standard error"},
                                     {0}};
static const sp_table_decl tables[] = {
    {"density", density, "plot x density by bulk logx logy",
     "Eigenvalue density: a bulk of mass 1/psi1 from the linear part of the features, and one from the rest"},
    {"histogram", histogram, "plot x share,share_simulated logx", "The same in bins, beside the simulated eigenvalues"},
    {"bulks", bulks, NULL, "Edges of the support"},
    {"extremes", extremes, NULL, "Smallest nonzero and largest eigenvalue"},
    {0}};

/* 120 points inside each bulk, close to its edges as well. */
static sp_status support(sp_run *run, const sp_features_edges *e, sp_vec *out)
{
    enum { N = 120 };
    double *v = SP_NEW(run, double, e->n_bulks *N);
    if (!v)
        return SP_FAILED;
    for (size_t b = 0; b < e->n_bulks; b++) {
        double low = log(e->low[b] > 0 ? e->low[b] : 1e-6 * e->high[b]), high = log(e->high[b]);
        for (size_t i = 0; i < N; i++)
            v[b * N + i] = exp((low + high) / 2 - (high - low) / 2 * cos(M_PI * ((double)i + 0.5) / N));
    }
    *out = (sp_vec){e->n_bulks * N, v};
    return SP_OK;
}

static size_t bulk_of(const sp_features_edges *e, double x)
{
    for (size_t b = 0; b < e->n_bulks; b++)
        if (x >= e->low[b] && x <= e->high[b])
            return b + 1;
    return 0;
}

static sp_status compare(sp_run *run, const P *p, const sp_features_grid *g, const sp_features_point *point,
                         const sp_features_edges *e, const R *r, sp_result *out)
{
    size_t n = p->edges.n ? p->edges.n - 1 : p->bins;
    double *edge = SP_NEW(run, double, n + 1);
    sp_measured *share = SP_NEW(run, sp_measured, n + 1), smallest, largest;
    if (!edge || !share)
        return SP_FAILED;
    double low = log(e->smallest > 0 ? 0.8 * e->smallest : 1e-4 * r->largest), high = log(1.25 * r->largest);
    for (size_t b = 0; b <= n; b++)
        edge[b] = p->edges.n ? p->edges.v[b] : exp(low + (high - low) * (double)b / (double)n);
    SP_TRY(sp_features_histogram(run, point, g->activation, &g->population, n, edge,
                                 &(sp_features_trial){g->d, p->simulate, 1}, share, &smallest, &largest));
    for (size_t b = 0; b < n; b++) {
        double theory;
        SP_TRY(sp_features_mass(run, point, &g->population, e, edge[b], edge[b + 1], &theory));
        SP_TRY(SP_ROW(sp_result_table(out, "histogram"), edge[b], edge[b + 1], sqrt(edge[b] * edge[b + 1]), theory,
                      share[b].mean, share[b].se));
    }
    SP_TRY(SP_ROW(sp_result_table(out, "extremes"), "smallest", e->smallest, smallest.mean, smallest.se));
    return SP_ROW(sp_result_table(out, "extremes"), "largest", r->largest, largest.mean, largest.se);
}

static sp_status run_features_spectrum(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double ten[] = {10}, one[] = {1}, zero[] = {0};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_features_defaults defaults = {.psi1 = {1, ten}, .psi2 = {1, one}, .ridge_paper = {1, zero}, .noise_var = {1, zero}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    if (sp_features_grid_size(&g) != 1)
        return sp_fail(run, SP_USAGE, "the spectrum is that of one point: give single values");
    for (size_t b = 0; b < p->edges.n; b++)
        if (p->edges.n < 2 || (b && p->edges.v[b] <= p->edges.v[b - 1]))
            return sp_fail(run, SP_USAGE, "--edges: at least two ascending numbers");
    if (p->edges.n && !p->simulate)
        return sp_fail(run, SP_USAGE, "--edges are those of the simulated histogram: give --simulate too");
    size_t activation;
    sp_features_point point = sp_features_grid_at(&g, 0, &activation);
    sp_features_edges e;
    SP_TRY(sp_features_edges_find(run, &point, &g.population, &e));
    *r = (R){.n_bulks = e.n_bulks, .zero_mass = e.zero_mass, .smallest = e.smallest, .mean = e.mean};
    for (size_t b = 0; b < e.n_bulks; b++) {
        r->mass += e.mass[b];
        r->largest = e.high[b];
        SP_TRY(SP_ROW(sp_result_table(out, "bulks"), e.low[b], e.high[b], e.mass[b]));
    }
    sp_vec x = p->x;
    if (!x.n)
        SP_TRY(support(run, &e, &x));
    double *rho = SP_NEW(run, double, 2 * x.n), *residual = rho + x.n;
    if (!rho)
        return SP_FAILED;
    SP_TRY(sp_features_density(run, &point, &g.population, x.n, x.v, rho, residual));
    for (size_t i = 0; i < x.n; i++) {
        if (!(residual[i] < 1e-9))
            sp_result_unconverged(out, "the density at %g did not converge, residual %.2g", x.v[i], residual[i]);
        SP_TRY(SP_ROW(sp_result_table(out, "density"), x.v[i], bulk_of(&e, x.v[i]), rho[i], residual[i]));
    }
    return p->simulate ? compare(run, p, &g, &point, &e, r, out) : SP_OK;
}

const sp_command sp_command_features_spectrum = {
    .name = "features.spectrum",
    .summary = "Eigenvalue density of the feature covariance, its bulks and edges",
    .spec = "20:3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_spectrum,
    SP_SIZES(P, R),
    .example = "--activation tanh --psi1 2 --psi2 4 --simulate 4 --d 60 --bins 20"};
