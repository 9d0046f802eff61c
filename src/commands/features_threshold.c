#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec flip;
} P;
typedef struct {
    double psi1_threshold, test_err;
} R;
static const sp_param params[] = {
    FEATURES_VEC(P, psi2, SP_POSITIVE, "1", "samples per dimension n/d (default 0.5 to 10)"),
    FEATURES_VEC(P, n, SP_AT_LEAST(1), "", "or the number of samples"),
    SP_VEC(P, flip, "0", ((sp_range){0, 0.5, false, true}), "1", "probability that a training label is flipped"),
    FEATURES_MODEL(P),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, psi1_threshold, "1", "features per dimension at the threshold (first point)"),
                                    SP_OUT(R, test_err, "1", "test error there"),
                                    {0}};
static const sp_column columns[] = {
    {"curve", "", "what tells the curves apart"},
    {"psi2", "1", "samples per dimension"},
    {"n", "", "samples in d dimensions"},
    {"psi1_threshold", "1", "features per dimension at the threshold"},
    {"p", "", "features in d dimensions"},
    {"features_per_sample", "1", "at the threshold; without flips it equals the test error there"},
    {"test_err", "1", "test error at the threshold"},
    {"m", "1", "cosine of student and teacher"},
    {"norm_residual", "1", "self-consistency of the norm of f: |Q_out - 1|"},
    {"residual", "1", "of the root"},
    {0}};
static const sp_table_decl tables[] = {{"threshold", columns, "plot psi2 psi1_threshold by curve logx logy diagonal",
                                        "With more features than this the two classes are separable: training error 0 and a "
                                        "hinge or logistic loss interpolates; the square loss "
                                        "interpolates at as many features as samples (diagonal)"},
                                       {0}};

static sp_status add_structure(sp_run *run, const P *p, double rx, double rb, bool blocks, bool many, sp_result *out, R *r)
{
    static const double one[] = {1}, zero[] = {0};
    sp_vec psi2;
    SP_TRY(sp_parse_numbers(run, "0.5:10:41log", &psi2));
    sp_features_defaults defaults = {.psi1 = {1, one}, .psi2 = psi2, .ridge_paper = {1, zero}, .noise_var = {1, zero}};
    sp_features_options o = p->o;
    sp_features_grid g;
    if (blocks) {
        o.rx = (sp_vec){1, &rx};
        o.rb = (sp_vec){1, &rb};
    }
    SP_TRY(sp_features_grid_open(run, &o, &defaults, &g));
    for (size_t k = 0; k < p->flip.n; k++)
        for (size_t i = 0; i < sp_features_grid_size(&g); i++) {
            size_t activation;
            sp_features_point point = sp_features_grid_at(&g, i, &activation);
            sp_separability s;
            SP_TRY(sp_features_separability(run, &point, &g.population, p->flip.v[k], &s));
            if (!s.converged)
                sp_result_unconverged(out, "psi2 %g, rx %g, rb %g: not converged, residual %.2g", point.psi2, rx, rb,
                                      s.residual);
            const char *label = sp_features_label(run, &g, i, 1, 1);
            if (p->flip.n > 1)
                label = sp_format(run, "%s%sflip = %.4g", label, *label ? ", " : "", p->flip.v[k]);
            if (many)
                label = sp_format(run, "%s%srx = %.4g, rb = %.4g", label, *label ? ", " : "", rx, rb);
            if (isnan(r->psi1_threshold))
                *r = (R){s.psi1, s.test_err};
            SP_TRY(SP_ROW(sp_result_table(out, "threshold"), label, point.psi2, point.psi2 * (double)g.d, s.psi1,
                          s.psi1 * (double)g.d, s.psi1 / point.psi2, s.test_err, s.m, fabs(s.Q_out - 1), s.residual));
        }
    return SP_OK;
}

static sp_status run_features_threshold(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    bool blocks = p->o.phi.n || p->o.rx.n || p->o.rb.n;
    size_t n_rx = blocks && p->o.rx.n ? p->o.rx.n : 1, n_rb = blocks && p->o.rb.n ? p->o.rb.n : 1;
    *r = (R){NAN, NAN};
    for (size_t i = 0; i < n_rx; i++)
        for (size_t j = 0; j < n_rb; j++)
            SP_TRY(add_structure(run, p, p->o.rx.n ? p->o.rx.v[i] : 1, p->o.rb.n ? p->o.rb.v[j] : 1, blocks, n_rx * n_rb > 1,
                                 out, r));
    return SP_OK;
}

const sp_command sp_command_features_threshold = {.name = "features.threshold",
                                                  .summary = "How many features separate the two classes",
                                                  .spec = "17:3.7",
                                                  .params = params,
                                                  .scalars = scalars,
                                                  .tables = tables,
                                                  .run = run_features_threshold,
                                                  SP_SIZES(P, R),
                                                  .example = "--phi 0.01 --rx 100 --rb 0.01,1,100 --psi2 1,2,10"};
