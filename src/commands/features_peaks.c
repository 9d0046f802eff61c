#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec k;
    double low, high;
    size_t steps;
    int along;
} P;
typedef struct {
    size_t n_peaks;
    double linear, linear_height, nonlinear, nonlinear_height;
} R;
static const sp_param params[] = {
    FEATURES_SIZES(P, "10", "1"),
    SP_CHOICE(P, along, "samples|features", "samples", "scan psi2 at fixed psi1, or psi1 at fixed psi2"),
    SP_REAL(P, low, "0.031622776601683791", SP_POSITIVE, "1", "where the scan starts"),
    SP_REAL(P, high, "316.22776601683796", SP_POSITIVE, "1", "where the scan ends"),
    SP_SIZE(P, steps, "401", SP_AT_LEAST(3), "", "points of the scan, log-spaced (the thresholds are added)"),
    SP_VEC(P, k, "1", SP_AT_LEAST(1), "", "learners averaged (inf allowed)"),
    FEATURES_RIDGE(P, SP_NONNEGATIVE, "1e-5"),
    FEATURES_NOISE(P, "25"),
    FEATURES_MODEL(P),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n_peaks, "", "peaks found (first curve)"),
                                    SP_OUT(R, linear, "1", "where the linear peak is (samples near dimensions)"),
                                    SP_OUT(R, linear_height, "target^2", "test error there"),
                                    SP_OUT(R, nonlinear, "1", "where the nonlinear peak is (samples near features)"),
                                    SP_OUT(R, nonlinear_height, "target^2", "test error there"),
                                    {0}};
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"kind", "", "linear, nonlinear or other"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"noise_var", "target^2", "variance of the label noise"},
                                    {"ridge", "1", "lambda of the sum of losses, at the peak"},
                                    {"ridge_paper", "1", "lambda of the papers, at the peak"},
                                    {"k", "", "learners averaged"},
                                    {"height", "target^2", "test error there"},
                                    {"prominence", "target^2", "height above the higher of the two neighbouring minima"},
                                    {"noise", "target^2", "part of the height due to label noise"},
                                    {0}};
static const sp_table_decl tables[] = {{"peaks", columns, NULL, "Local maxima of the test error"}, {0}};

enum { MAX_PEAKS = 16 };

static sp_status add_peaks(sp_run *run, const P *p, const sp_features_grid *g, size_t i, double k, bool first, R *r,
                           sp_result *out)
{
    static const char *const kinds[] = {"linear", "nonlinear", "other"};
    size_t activation, n;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    sp_features_peak peaks[MAX_PEAKS];
    sp_peak_scan scan = {p->along == 1, !g->ridge_is_paper, k, p->low, p->high, p->steps};
    SP_TRY(sp_features_peaks(run, &point, &g->population, &scan, MAX_PEAKS, peaks, &n));
    if (first)
        *r = (R){n, NAN, NAN, NAN, NAN};
    double unit = sp_features_ridge_paper(&point);
    for (size_t j = 0; j < n; j++) {
        sp_features_point at = point;
        *(scan.along_features ? &at.psi1 : &at.psi2) = peaks[j].psi;
        if (g->ridge_is_paper)
            at.ridge = unit * at.psi1 * at.psi2;
        sp_features_ridge s;
        sp_features_ridge_solve(&at, &g->population, &s);
        double noise = s.noise_shared + (isinf(k) ? 0 : (s.noise - s.noise_shared) / k);
        if (first && peaks[j].kind == SP_PEAK_LINEAR) {
            r->linear = peaks[j].psi;
            r->linear_height = peaks[j].height;
        }
        if (first && peaks[j].kind == SP_PEAK_NONLINEAR) {
            r->nonlinear = peaks[j].psi;
            r->nonlinear_height = peaks[j].height;
        }
        SP_TRY(SP_ROW(sp_result_table(out, "peaks"), sp_features_label(run, g, i, p->k.n, k), kinds[peaks[j].kind], at.psi1,
                      at.psi2, at.noise_var, at.ridge, sp_features_ridge_paper(&at), k, peaks[j].height, peaks[j].prominence,
                      noise));
    }
    return SP_OK;
}

static sp_status run_features_peaks(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double ten[] = {10}, one[] = {1}, ridge[] = {1e-5}, noise[] = {25};
    const P *p = params_;
    sp_features_grid g;
    if (p->low >= p->high)
        return sp_fail(run, SP_USAGE, "--low must be below --high");
    if (p->along == 0 && (p->o.psi2.n || p->o.n.n))
        return sp_fail(run, SP_USAGE, "the samples are scanned: use --low and --high, or --along features with --psi2");
    if (p->along == 1 && (p->o.psi1.n || p->o.p.n))
        return sp_fail(run, SP_USAGE, "the features are scanned: use --low and --high, or --along samples with --psi1");
    sp_features_defaults defaults = {.psi1 = {1, ten}, .psi2 = {1, one}, .ridge_paper = {1, ridge}, .noise_var = {1, noise}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    for (size_t i = 0; i < sp_features_grid_size(&g); i++)
        for (size_t j = 0; j < p->k.n; j++) {
            SP_TRY(add_peaks(run, p, &g, i, p->k.v[j], i == 0 && j == 0, scalars_, out));
            SP_TRY(sp_poll(run));
        }
    return SP_OK;
}

const sp_command sp_command_features_peaks = {.name = "features.peaks",
                                              .summary = "Where the test error peaks, how high, and why",
                                              .spec = "20:3.3",
                                              .params = params,
                                              .scalars = scalars,
                                              .tables = tables,
                                              .run = run_features_peaks,
                                              SP_SIZES(P, R),
                                              .example = "--activation tanh --psi1 10 --ridge-paper 1e-5 --noise-var 25"};
