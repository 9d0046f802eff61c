#include "tensor_pca_options.h"

typedef struct {
    int64_t k;
    size_t n, instance;
    double a;
    sp_tensor_pca_method method;
} P;
typedef struct {
    double m_first, m_first_theory, m_start, m, value, value_threshold;
    size_t iterations;
} R;
static const sp_param params[] = {PCA_ORDER_OPTION(P),
                                  SP_SIZE(P, n, "100", SP_BETWEEN(4, 100000), "", "dimension"),
                                  SP_REAL(P, a, "2", SP_NONNEGATIVE, "", "signal: strength/n^(k/4)"),
                                  PCA_METHOD_OPTIONS(P, "replicas"),
                                  SP_SIZE(P, instance, "0", SP_NONNEGATIVE, "", "number of the instance"),
                                  {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, m_first, "", "overlap after one averaged step; nan: another method"),
    SP_OUT(R, m_first_theory, "", "theory (k = 3)"),
    SP_OUT(R, m_start, "", "overlap with the signal before polishing (of the random start for gd, power, amp)"),
    SP_OUT(R, m, "", "overlap at the end"),
    SP_OUT(R, value, "", "T(x,..,x)/sqrt(n) at the end"),
    SP_OUT(R, value_threshold, "", "where descent in pure noise ends"),
    SP_OUT(R, iterations, "", "steps in all"),
    {0}};
static const sp_column history[] = {{"t", "", "step"},
                                    {"q", "", "overlap of positions with the common drift"},
                                    {"value", "", "T(x,..,x)/sqrt(n) at the drift; nan: not evaluated"},
                                    {"drift", "", "norm of the mean force (gd: of the force along the sphere)"},
                                    {"spread", "", "|mean position|^2: 1 when the replicas have aligned"},
                                    {"m", "", "overlap with the signal; nan: not evaluated"},
                                    {0}};
static const sp_table_decl tables[] = {
    {"history", history, "plot t drift logy title Norm of the mean force; plot t spread,q title Alignment of the replicas",
     "The replicas align along their common drift while its noise averages out"},
    {0}};

static sp_status run_minimize(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_tensor_pca_minimize_params q = {p->k, p->n, p->a, p->method, p->instance};
    sp_tensor_pca_solution s;
    sp_tensor_pca_theory_result th;
    bool closed = p->method.method == SP_PCA_CLOSED;
    SP_TRY(sp_tensor_pca_minimize(run, &q, &s));
    SP_TRY(sp_tensor_pca_theory(
        run, &(sp_tensor_pca_theory_params){p->k, p->n, p->a, closed ? INFINITY : (double)p->method.replicas}, &th));
    *(R *)scalars_ = (R){s.m_first, th.m_1, s.m_start, s.m, s.value, th.value_threshold, s.iterations};
    sp_table *t = sp_result_table(out, "history");
    for (size_t i = 0; i < s.n_steps; i++)
        SP_TRY(SP_ROW(t, s.step[i].t, s.step[i].q, s.step[i].value, s.step[i].drift, s.step[i].spread, s.step[i].m));
    if (!s.converged)
        sp_result_unconverged(out, "not converged in %zu iterations", p->method.iterations);
    return SP_OK;
}

const sp_command sp_command_tensor_pca_minimize = {
    .name = "tensor-pca.minimize",
    .summary = "One run of averaged descent or a baseline on a spiked tensor, step by step",
    .spec = "26:3.1-3.3",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_minimize,
    SP_SIZES(P, R),
    .example = "--n 40 --a 2 --replicas 100"};
