/* Phase retrieval for N = infinity: spectra at a random start and threshold states (spec 13, 3.1-3.2; spec 19, 3.1-3.2). */
#include "threshold_state.h"

#include "math/roots.h"

#include <math.h>

enum { NODES = 10, START_PANELS = 40, COARSE_PANELS = 12, COARSE_NODES = 5 };
static const double CONTINUATION = 0.2; /* step in ln alpha and ln a */

sp_status sp_retrieval_start(sp_run *run, const sp_retrieval_loss *loss, double alpha, sp_retrieval_spectrum *out)
{
    SP_TRY(retrieval_loss_check(run, loss));
    if (!(alpha > 0 && alpha < INFINITY))
        return sp_fail(run, SP_USAGE, "--samples-per-dim %g: allowed is > 0", alpha);
    sp_mark mark = sp_memory_mark(run);
    label_law law;
    SP_TRY(start_law(run, loss, START_PANELS, &law));
    label_spectrum(&law, alpha, out);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- threshold states ---------------------------------------------------------------------------------- */

typedef struct {
    sp_run *run;
    const sp_retrieval_loss *loss;
    double alpha; /* nan: the critical one is wanted */
} state_search;

/* Unknown ln chi, ln s. The free functional is stationary in chi: alpha chi (chi + s) <V'^2> = 1; marginal stability:
 * alpha <k^2> = 1; at the critical ratio the margin -alpha <k (y^2-1)> - 1 vanishes. */
static void state_equations(size_t n, const double *x, double *f, void *context)
{
    const state_search *j = context;
    double chi = exp(x[0]), s = exp(x[1]);
    (void)n;
    f[0] = f[1] = NAN;
    if (!(chi > 1e-8 && chi < 1e3 && s > 1e-8 && s < 1e3))
        return;
    sp_mark mark = sp_memory_mark(j->run);
    state_law law;
    if (state_law_of(j->run, j->loss, chi, s, NODES, &law) == SP_OK) {
        double alpha = isnan(j->alpha) ? 1 / law.k_sq : j->alpha;
        f[0] = log(alpha * chi * (chi + s) * law.v1_sq);
        f[1] = isnan(j->alpha) ? 1 + law.k_signal / law.k_sq : log(alpha * law.k_sq);
    }
    sp_memory_release(j->run, mark);
}

static sp_status solve(sp_run *run, const sp_retrieval_loss *loss, double alpha, double x[2], sp_root *root)
{
    state_search j = {run, loss, alpha};
    SP_TRY(sp_poll(run));
    /* a step of one e-fold is as far as the linear model can be trusted */
    return sp_newton(run, 2, state_equations, NULL, &j,
                     &(sp_newton_options){.tolerance = 1e-10, .max_iterations = 40, .max_step = 1}, x, root);
}

/* The critical state: Newton from the values of two known losses, continued in a. */
static sp_status solve_critical(sp_run *run, const sp_retrieval_loss *loss, double x[2], sp_root *root)
{
    bool quartic = loss->kind == SP_RETRIEVAL_QUARTIC;
    x[0] = log(quartic ? 0.058 : 0.308);
    x[1] = log(quartic ? 0.071 : 0.55);
    if (quartic)
        return solve(run, loss, NAN, x, root);
    int steps = 1 + (int)(fabs(log(loss->a)) / (3 * CONTINUATION));
    for (int k = 0; k <= steps; k++) {
        sp_retrieval_loss at = {SP_RETRIEVAL_REGULARISED, pow(loss->a, (double)k / steps)};
        SP_TRY(solve(run, &at, NAN, x, root));
        if (!root->converged)
            break;
    }
    return SP_OK;
}

static sp_status describe(sp_run *run, const sp_retrieval_loss *loss, double alpha, const double x[2], const sp_root *root,
                          sp_retrieval_state *out)
{
    sp_mark mark = sp_memory_mark(run);
    state_law law;
    *out = (sp_retrieval_state){.alpha = alpha, .chi = exp(x[0]), .s = exp(x[1]), .residual = root->residual};
    SP_TRY(state_law_of(run, loss, out->chi, out->s, NODES, &law));
    if (isnan(alpha))
        alpha = out->alpha = 1 / law.k_sq;
    out->energy = alpha * law.v;
    out->mu = -alpha * law.v1_yh;
    out->y_jump = law.y_jump;
    out->spectrum = (sp_retrieval_spectrum){
        .g_edge = -out->chi, .edge = (alpha * law.k - 1) / out->chi, .margin = -alpha * law.k_signal - 1};
    label_outlier(&law.law, alpha, &out->spectrum);
    out->edge_gap = out->spectrum.edge + out->mu;
    out->escape_rate = isnan(out->spectrum.outlier) ? 0 : out->spectrum.edge - out->spectrum.outlier;
    /* without a jump the bulk ends at zero on the sphere: a second equation for the multiplier */
    bool consistent = out->y_jump < INFINITY || fabs(out->edge_gap) < 1e-5 * (1 + fabs(out->mu));
    out->converged = root->converged && consistent;
    sp_memory_release(run, mark);
    return SP_OK;
}

static sp_retrieval_state not_found(double alpha, double residual)
{
    return (sp_retrieval_state){.alpha = alpha,
                                .chi = NAN,
                                .s = NAN,
                                .energy = NAN,
                                .mu = NAN,
                                .y_jump = NAN,
                                .edge_gap = NAN,
                                .spectrum = {NAN, NAN, NAN, NAN, NAN, NAN, false},
                                .escape_rate = NAN,
                                .residual = residual};
}

/* ln chi and ln s on the way to `alpha`, extrapolated from the last two points. */
static sp_status continue_to(sp_run *run, const sp_retrieval_loss *loss, double from, double alpha, double x[2],
                             sp_root *root)
{
    int steps = 1 + (int)(fabs(log(alpha / from)) / CONTINUATION);
    double old[2] = {x[0], x[1]};
    for (int k = 1; k <= steps; k++) {
        for (int i = 0; i < 2; i++) {
            double next = k > 1 ? 2 * x[i] - old[i] : x[i];
            old[i] = x[i];
            x[i] = next;
        }
        SP_TRY(solve(run, loss, from * pow(alpha / from, (double)k / steps), x, root));
        if (!root->converged)
            break;
    }
    return SP_OK;
}

/* Kept in the run: chi, s and alpha of the critical state of this loss. */
static sp_status critical_state(sp_run *run, const sp_retrieval_loss *loss, sp_retrieval_state *out)
{
    char *name = sp_format(run, "critical state %d %.17g", loss->kind, loss->kind == SP_RETRIEVAL_REGULARISED ? loss->a : 0);
    size_t bytes;
    if (!name)
        return SP_FAILED;
    const sp_retrieval_state *known = sp_memo_find(run, name, &bytes);
    if (known && bytes == sizeof *known) {
        *out = *known;
        return SP_OK;
    }
    double x[2];
    sp_root root;
    SP_TRY(solve_critical(run, loss, x, &root));
    if (!root.converged) {
        *out = not_found(NAN, root.residual);
        return SP_OK;
    }
    SP_TRY(describe(run, loss, NAN, x, &root, out));
    sp_memo_keep(run, name, out, sizeof *out);
    return SP_OK;
}

sp_status sp_retrieval_threshold(sp_run *run, const sp_retrieval_loss *loss, double alpha, sp_retrieval_state *out)
{
    SP_TRY(retrieval_loss_check(run, loss));
    if (!(alpha > 0 && alpha < INFINITY))
        return sp_fail(run, SP_USAGE, "--samples-per-dim %g: allowed is > 0", alpha);
    sp_retrieval_state critical;
    SP_TRY(critical_state(run, loss, &critical));
    sp_root root = {.residual = critical.residual};
    double x[2] = {log(critical.chi), log(critical.s)};
    if (critical.converged)
        SP_TRY(continue_to(run, loss, critical.alpha, alpha, x, &root));
    if (!root.converged) {
        *out = not_found(alpha, root.residual);
        return SP_OK;
    }
    return describe(run, loss, alpha, x, &root, out);
}

sp_status sp_retrieval_critical_of(sp_run *run, const sp_retrieval_loss *loss, sp_retrieval_critical *out)
{
    SP_TRY(retrieval_loss_check(run, loss));
    *out = (sp_retrieval_critical){.alpha_start = NAN, .g_start = NAN};
    SP_TRY(critical_state(run, loss, &out->state));
    if (loss->kind == SP_RETRIEVAL_QUARTIC)
        return SP_OK;
    sp_mark mark = sp_memory_mark(run);
    label_law law;
    SP_TRY(start_law(run, loss, START_PANELS, &law));
    out->alpha_start = label_critical(&law, &out->g_start, &out->pinned);
    sp_memory_release(run, mark);
    return SP_OK;
}

double sp_retrieval_law(const sp_retrieval_loss *loss, const sp_retrieval_state *state, double y, double yh)
{
    return state_density(loss, state->chi, state->s, y, yh);
}

sp_status sp_retrieval_density(sp_run *run, const sp_retrieval_loss *loss, double alpha, const sp_retrieval_state *state,
                               size_t n, const double *lambda, double *start, double *threshold)
{
    if (n < 2)
        return SP_OK;
    sp_mark mark = sp_memory_mark(run);
    /* coarse laws: each point costs many passes, and four digits are enough for a curve */
    double eps = 1e-3 * (lambda[1] - lambda[0]);
    for (size_t i = 0; i < n; i++)
        start[i] = threshold[i] = NAN;
    if (loss->kind == SP_RETRIEVAL_REGULARISED) {
        label_law law;
        SP_TRY(start_law(run, loss, COARSE_PANELS, &law));
        SP_TRY(label_density(run, &law, alpha, eps, n, lambda, start));
    }
    if (state->converged) {
        state_law law;
        SP_TRY(state_law_of(run, loss, state->chi, state->s, COARSE_NODES, &law));
        SP_TRY(label_density(run, &law.law, alpha, eps, n, lambda, threshold));
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
