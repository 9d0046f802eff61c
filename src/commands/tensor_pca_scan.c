#include "tensor_pca_options.h"

typedef sp_tensor_pca_scan_params P;
typedef struct {
    double success, success_se, m_first, m_first_se, m_first_theory, m_start, m_start_se, a_half, a_half_se, exponent,
        exponent_se, exponent_chi2, exponent_averaged, exponent_gd;
} R;
static const sp_param params[] = {
    PCA_ORDER_OPTION(P),
    SP_VEC(P, n, "50,100", SP_AT_LEAST(4), "", "dimensions"),
    SP_VEC(P, a, "1,1.4,1.8,2.2,3", SP_NONNEGATIVE, "", "signals: strength/n^(k/4)"),
    SP_SIZE(P, instances, "25", SP_AT_LEAST(1), "", "tensors for each point"),
    SP_SIZE(P, starts, "1", SP_BETWEEN(1, 4096), "", "of gd on each tensor, moved together"),
    SP_FLAG(P, signal_side, "gd, odd k: every start has a positive overlap (its sign is chosen)"),
    PCA_METHOD_OPTIONS(P, "closed"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, success, "", "success rate at the last point"),
    SP_OUT(R, success_se, "", "standard error"),
    SP_OUT(R, m_first, "", "overlap after one averaged step there; nan: another method"),
    SP_OUT(R, m_first_se, "", "standard error"),
    SP_OUT(R, m_first_theory, "", "theory (k = 3)"),
    SP_OUT(R, m_start, "", "overlap before polishing there"),
    SP_OUT(R, m_start_se, "", "standard error"),
    SP_OUT(R, a_half, "",
           "signal a of success 1/2 at the last n (logistic fit in ln a; gd, power, amp: of starts with m > 0); nan: not "
           "crossed"),
    SP_OUT(R, a_half_se, "", "standard error"),
    SP_OUT(R, exponent, "", "strength of success 1/2 grows like n^exponent (weighted fit); nan: one n"),
    SP_OUT(R, exponent_se, "", "standard error"),
    SP_OUT(R, exponent_chi2, "", "chi^2 of that fit for each degree of freedom; nan: two n"),
    SP_OUT(R, exponent_averaged, "", "theory: averaged descent, k/4"),
    SP_OUT(R, exponent_gd, "", "theory: a single start, (k-1)/2"),
    {0}};
static const sp_column success[] = {{"n", "", "dimension"},
                                    {"a", "", "strength/n^(k/4)"},
                                    {"success", "", "fraction with overlap above 0.5"},
                                    {"success_se", "", "standard error"},
                                    {"low", "", "lower end of the 95 % Wilson interval"},
                                    {"high", "", "upper end"},
                                    {"fit", "", "logistic fit in ln a; nan: gd, power, amp, fitted by success_positive"},
                                    {"m_start", "", "overlap before polishing (|overlap| for even k)"},
                                    {"m_start_se", "", "standard error"},
                                    {"m_first", "", "overlap after one averaged step; nan: another method"},
                                    {"m_first_se", "", "standard error"},
                                    {"m_first_theory", "", "theory"},
                                    {"m", "", "overlap at the end"},
                                    {"m_se", "", "standard error"},
                                    {"positive_starts", "", "instances with a positive overlap before polishing"},
                                    {"success_positive", "", "success rate of those"},
                                    {"success_positive_se", "", "standard error"},
                                    {"unconverged", "", "instances that reached the limit of iterations"},
                                    {0}};
static const sp_column halves[] = {{"n", "", "dimension"},
                                   {"a_half", "", "signal of success 1/2"},
                                   {"a_half_se", "", "standard error"},
                                   {"width", "", "of the logistic, in ln a"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"success", success,
     "plot a success,fit by n yrange 0:1 title Success rate; plot a m_first,m_first_theory by n title Overlap after one "
     "averaged step",
     "Averaging over replicas finds signals of strength n^(k/4): curves at different n lie on each other"},
    {"half", halves, "plot n a_half logx title Signal of success 1/2", "Constant for averaged descent, growing for gd"},
    {0}};

static sp_status run_scan(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_tensor_pca_scan s;
    SP_TRY(sp_tensor_pca_scan_run(run, p, &s));
    sp_table *t = sp_result_table(out, "success");
    for (size_t i = 0; i < s.n_rates; i++) {
        const sp_tensor_pca_rate *x = &s.rate[i];
        SP_TRY(SP_ROW(t, x->n, x->a, x->success, x->success_se, x->low, x->high, x->fit, x->m_start, x->m_start_se,
                      x->m_first, x->m_first_se, x->m_theory, x->m, x->m_se, x->positive_starts, x->success_positive,
                      x->success_positive_se, x->unconverged));
    }
    t = sp_result_table(out, "half");
    for (size_t i = 0; i < s.n_halves; i++)
        SP_TRY(SP_ROW(t, s.half[i].n, s.half[i].a_half, s.half[i].a_half_se, s.half[i].width));
    const sp_tensor_pca_rate *last = &s.rate[s.n_rates - 1];
    const sp_tensor_pca_half *half = &s.half[s.n_halves - 1];
    *(R *)scalars_ = (R){.success = last->success,
                         .success_se = last->success_se,
                         .m_start = last->m_start,
                         .m_start_se = last->m_start_se,
                         .m_first = last->m_first,
                         .m_first_se = last->m_first_se,
                         .m_first_theory = last->m_theory,
                         .a_half = half->a_half,
                         .a_half_se = half->a_half_se,
                         .exponent = s.exponent,
                         .exponent_se = s.exponent_se,
                         .exponent_chi2 = s.exponent_chi2,
                         .exponent_averaged = (double)p->k / 4,
                         .exponent_gd = (double)(p->k - 1) / 2};
    return SP_OK;
}

const sp_command sp_command_tensor_pca_scan = {.name = "tensor-pca.scan",
                                               .summary =
                                                   "Success rates of averaged descent and baselines against signal and size",
                                               .spec = "26:3.3-3.4",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_scan,
                                               SP_SIZES(P, R),
                                               .example = "--n 30 --a 1,2,3 --instances 10"};
