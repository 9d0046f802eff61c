#include "phase_retrieval_options.h"

typedef struct {
    sp_retrieval_loss loss;
} P;
typedef struct {
    double alpha_start, alpha_threshold, g_start, chi, s, energy, mu, edge_gap;
    bool pinned;
} R;
static const sp_param params[] = {RETRIEVAL_LOSS_OPTIONS(P), {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, alpha_start, "1", "above: the Hessian at a random start points to the signal; nan: no lower edge (quartic)"),
    SP_OUT(R, alpha_threshold, "1", "above: threshold states are unstable, gradient descent recovers the signal"),
    SP_OUT(R, g_start, "", "Stieltjes transform at the edge, at a random start"),
    SP_OUT(R, pinned, "", "that edge sits at the end of its range, without square root"),
    SP_OUT(R, chi, "", "linear response of the critical threshold states"),
    SP_OUT(R, s, "", "their Parisi parameter times beta"),
    SP_OUT(R, energy, "", "their loss/N"),
    SP_OUT(R, mu, "", "their multiplier -w.grad L/N"),
    SP_OUT(R, edge_gap, "", "edge + mu: 0, or the error of one-step symmetry breaking where labels jump"),
    {0}};

static sp_status run_critical(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_retrieval_critical c;
    SP_TRY(sp_retrieval_critical_of(run, &p->loss, &c));
    const sp_retrieval_state *s = &c.state;
    *(R *)scalars_ = (R){c.alpha_start, s->alpha, c.g_start, s->chi, s->s, s->energy, s->mu, s->edge_gap, c.pinned};
    if (!s->converged)
        sp_result_unconverged(out, "critical threshold states not found (residual %.2g)", s->residual);
    return SP_OK;
}

const sp_command sp_command_phase_retrieval_critical = {
    .name = "phase-retrieval.critical",
    .summary = "Measurements from which gradient descent finds the signal: at the start, and in the end",
    .spec = "13:3.2-3.4; 19:3.2",
    .params = params,
    .scalars = scalars,
    .run = run_critical,
    SP_SIZES(P, R),
    .example = "--a 1"};
