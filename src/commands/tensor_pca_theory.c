#include "tensor_pca_options.h"

typedef sp_tensor_pca_theory_params P;
typedef sp_tensor_pca_theory_result R;
static const sp_param params[] = {
    PCA_ORDER_OPTION(P),
    SP_SIZE(P, n, "100", SP_AT_LEAST(2), "", "dimension"),
    SP_REAL(P, a, "2", SP_NONNEGATIVE, "", "signal: strength/n^(k/4), entries of the noise have variance 1"),
    SP_REAL(P, replicas, "inf", SP_AT_LEAST(1), "", "replicas of averaged descent"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, strength, "", "a n^(k/4)"),
    SP_OUT(R, m_1, "", "overlap after one averaged step from uniform positions (k = 3)"),
    SP_OUT(R, a_c, "", "heuristic threshold of averaged descent (k = 3)"),
    SP_OUT(R, m_random, "", "typical overlap of a random start"),
    SP_OUT(R, amp_fixed, "", "overlap where AMP ends from m_1 (k = 3; else from the signal)"),
    SP_OUT(R, amp_random, "", "and from a random start"),
    SP_OUT(R, strength_gd, "", "strength at which a random start begins to see the signal"),
    SP_OUT(R, value_threshold, "", "T(x,..,x)/sqrt(n) where descent in pure noise ends"),
    SP_OUT(R, value_ground, "", "its maximum in pure noise"),
    {0}};
static const sp_column first[] = {{"replicas", "", "replicas"}, {"m_1", "", "overlap after the first step"}, {0}};
static const sp_column amp[] = {{"iteration", "", "iteration"},
                                {"m", "", "overlap from m_1"},
                                {"m_from_random", "", "overlap from a random start"},
                                {0}};
static const sp_table_decl tables[] = {{"first_step", first, "plot replicas m_1 logx title Overlap after one averaged step",
                                        "Averaging over more replicas than dimensions is as good as infinitely many"},
                                       {"amp", amp, "plot iteration m,m_from_random title State evolution of AMP",
                                        "From n^(-1/2) message passing needs a signal n^(1/4) times stronger"},
                                       {0}};

static sp_status run_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    SP_TRY(sp_tensor_pca_theory(run, p, r));
    sp_table *t = sp_result_table(out, "first_step");
    for (int i = 0; i <= 40 && p->k == 3; i++) {
        P q = *p;
        R x;
        q.replicas = round(pow(10, i / 8.0));
        SP_TRY(sp_tensor_pca_theory(run, &q, &x));
        SP_TRY(SP_ROW(t, q.replicas, x.m_1));
    }
    t = sp_result_table(out, "amp");
    double m = p->k == 3 ? r->m_1 : 1, low = r->m_random;
    for (int i = 0; i <= 30; i++) {
        SP_TRY(SP_ROW(t, (double)i, m, low));
        m = sp_tensor_pca_evolve((int)p->k, p->n, r->strength, m);
        low = sp_tensor_pca_evolve((int)p->k, p->n, r->strength, low);
    }
    return SP_OK;
}

const sp_command sp_command_tensor_pca_theory = {
    .name = "tensor-pca.theory",
    .summary = "How much signal averaging over replicas shows: first step, thresholds, state evolution",
    .spec = "26:3.3-3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_theory,
    SP_SIZES(P, R),
    .example = "--n 100 --a 2 --replicas 100"};
