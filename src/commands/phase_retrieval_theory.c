#include "phase_retrieval_options.h"

typedef struct {
    sp_retrieval_loss loss;
    double samples_per_dim;
    size_t points;
    sp_vec y;
} P;
typedef struct {
    double energy, mu, margin, edge, outlier, overlap2, escape_rate, chi, s, edge_gap, y_jump;
    double margin_start, edge_start, outlier_start, overlap2_start, g_edge_start, g_outlier_start;
    const char *regime;
} R;
static const sp_param params[] = {
    SP_REAL(P, samples_per_dim, SP_REQUIRED, SP_POSITIVE, "1", "alpha = M/N, real measurements for each dimension"),
    RETRIEVAL_LOSS_OPTIONS(P),
    SP_SIZE(P, points, "0", SP_BETWEEN(0, 2000), "", "points of the Hessian spectra (0: none; 200 take some seconds)"),
    SP_VEC(P, y, "0.5,1,2", SP_POSITIVE, "", "labels |y| at which the law of yh is given"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, regime, "", "what the Hessian tells gradient descent: never, early (only near the start), always"),
    SP_OUT(R, energy, "", "threshold states: loss/N, the plateau of a blind descent"),
    SP_OUT(R, mu, "", "threshold states: multiplier -w.grad L/N"),
    SP_OUT(R, margin, "", "threshold states: > 0 where they are unstable toward the signal"),
    SP_OUT(R, edge, "", "threshold states: lower edge of A (add mu for the sphere)"),
    SP_OUT(R, outlier, "", "threshold states: eigenvalue of A toward the signal; nan: none"),
    SP_OUT(R, overlap2, "", "threshold states: squared overlap of its eigenvector with the signal"),
    SP_OUT(R, escape_rate, "1/time", "threshold states: growth rate of m; 0: stuck"),
    SP_OUT(R, chi, "", "threshold states: linear response"),
    SP_OUT(R, s, "", "threshold states: Parisi parameter times beta"),
    SP_OUT(R, edge_gap, "", "edge + mu: 0, or the error of one-step symmetry breaking where labels jump"),
    SP_OUT(R, y_jump, "", "labels above it sit in one of two wells; inf: none do"),
    SP_OUT(R, margin_start, "", "random start: > 0 where the Hessian points to the signal"),
    SP_OUT(R, edge_start, "", "random start: lower edge of A; nan: none (quartic loss)"),
    SP_OUT(R, outlier_start, "", "random start: eigenvalue toward the signal; nan: none"),
    SP_OUT(R, overlap2_start, "", "random start: squared overlap of its eigenvector with the signal"),
    SP_OUT(R, g_edge_start, "", "random start: Stieltjes transform at the edge"),
    SP_OUT(R, g_outlier_start, "", "random start: Stieltjes transform at the outlier"),
    {0}};
static const sp_column law[] = {{"y", "", "label |y|"},
                                {"yh", "", "estimate |yh|"},
                                {"density", "", "in threshold states"},
                                {"density_start", "", "at a random start"},
                                {0}};
static const sp_column spectrum[] = {{"lambda", "", "eigenvalue of A"},
                                     {"start", "", "density at a random start"},
                                     {"threshold", "", "density in threshold states"},
                                     {0}};
static const sp_table_decl tables[] = {{"law", law, "plot yh density by y title Estimates given the label",
                                        "Blind descent moves the estimate |yh| of a measurement toward its label |y|"},
                                       {"spectrum", spectrum,
                                        "plot lambda start,threshold vline edge outlier title Spectrum of the Hessian",
                                        "The bulk of the Hessian; an eigenvalue below it (outlier) points to the signal"},
                                       {0}};

static sp_status fill_law(const P *p, const sp_retrieval_state *state, sp_table *t)
{
    enum { POINTS = 80 };
    for (size_t i = 0; i < p->y.n; i++)
        for (int k = 0; k <= POINTS; k++) {
            double yh = (fabs(p->y.v[i]) + 2.5) * k / POINTS;
            double density = state->converged ? sp_retrieval_law(&p->loss, state, p->y.v[i], yh) : NAN;
            SP_TRY(SP_ROW(t, p->y.v[i], yh, density, exp(-yh * yh / 2) * sqrt(2 / M_PI)));
        }
    return SP_OK;
}

/* The part of the spectra near their lower edges. */
static sp_status fill_spectrum(sp_run *run, const P *p, const sp_retrieval_state *state, const sp_retrieval_spectrum *start,
                               sp_table *t)
{
    size_t n = p->points;
    if (!n)
        return SP_OK;
    double *lambda = SP_NEW(run, double, 3 * n + 1);
    if (!lambda)
        return SP_FAILED;
    double low = fmin(state->converged ? state->spectrum.edge : INFINITY, isnan(start->edge) ? INFINITY : start->edge);
    if (low == INFINITY)
        return SP_OK;
    double width = 2 + 4 * sqrt(p->samples_per_dim);
    for (size_t i = 0; i < n; i++)
        lambda[i] = low - width / 8 + width * (double)i / (double)n;
    SP_TRY(sp_retrieval_density(run, &p->loss, p->samples_per_dim, state, n, lambda, lambda + n, lambda + 2 * n));
    for (size_t i = 0; i < n; i++)
        SP_TRY(SP_ROW(t, lambda[i], lambda[n + i], lambda[2 * n + i]));
    return SP_OK;
}

static sp_status run_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_retrieval_state state;
    sp_retrieval_spectrum start;
    SP_TRY(sp_retrieval_start(run, &p->loss, p->samples_per_dim, &start));
    SP_TRY(sp_retrieval_threshold(run, &p->loss, p->samples_per_dim, &state));
    const sp_retrieval_spectrum *th = &state.spectrum;
    *(R *)scalars_ = (R){.energy = state.energy,
                         .mu = state.mu,
                         .margin = th->margin,
                         .edge = th->edge,
                         .outlier = th->outlier,
                         .overlap2 = th->overlap2,
                         .escape_rate = state.escape_rate,
                         .chi = state.chi,
                         .s = state.s,
                         .edge_gap = state.edge_gap,
                         .y_jump = state.y_jump,
                         .margin_start = start.margin,
                         .edge_start = start.edge,
                         .outlier_start = start.outlier,
                         .overlap2_start = start.overlap2,
                         .g_edge_start = start.g_edge,
                         .g_outlier_start = start.g_outlier,
                         .regime = th->margin > 0     ? "always"
                                   : start.margin > 0 ? "early"
                                                      : "never"};
    if (!state.converged)
        sp_result_unconverged(out, "threshold states were not found at alpha = %g (residual %.2g)", p->samples_per_dim,
                              state.residual);
    else if (fabs(state.edge_gap) > 0.1 * (1 + fabs(state.mu)))
        sp_warn(run, "alpha = %g is too small: one-step threshold states miss marginal stability by %.2g",
                p->samples_per_dim, state.edge_gap);
    SP_TRY(fill_law(p, &state, sp_result_table(out, "law")));
    return fill_spectrum(run, p, &state, &start, sp_result_table(out, "spectrum"));
}

const sp_command sp_command_phase_retrieval_theory = {
    .name = "phase-retrieval.theory",
    .summary = "Where blind gradient descent gets stuck, and whether the Hessian there shows the signal",
    .spec = "19:3.1-3.2; 13:3.1",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_theory,
    SP_SIZES(P, R),
    .example = "--samples-per-dim 8 --points 20"};
