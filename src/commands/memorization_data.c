#include "spinodal/command.h"
#include "spinodal/memorization.h"

typedef sp_memorization_data_params P;
typedef sp_memorization_data_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "the dataset"),
    SP_REAL(P, t, "0.01", SP_POSITIVE, "OU time", "diffusion time of the score"),
    SP_SIZE(P, p, "800", SP_AT_LEAST(2), "", "features; memorisation needs more than training rows"),
    SP_TEXT(P, activation, "tanh", "tanh, relu, erf, leaky:A or an expression in x"),
    SP_REAL(P, held_out, "0.2", SP_OPEN_FRACTION, "", "fraction of the rows kept for the test loss"),
    SP_SIZE(P, limit_n, "500", SP_NONNEGATIVE, "", "rows used in all, chosen at random (0: all)"),
    SP_SIZE(P, draws, "3", SP_AT_LEAST(2), "", "independent draws of the features"),
    SP_REAL(P, gap_fraction, "0.05", SP_OPEN_FRACTION, "1", "memorisation: the gap reaches this fraction of its last value"),
    SP_VEC(P, train_time, "0.1:1e7:65log", SP_NONNEGATIVE, "1", "training times: steps x rate / d^2"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n, "", "training rows"),
    SP_OUT(R, held_out, "", "held-out rows"),
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, p, "", "features"),
    SP_OUT(R, data_var, "data^2", "mean variance of a coordinate"),
    SP_OUT(R, psi_p, "1", "p/d"),
    SP_OUT(R, psi_n, "1", "n/d"),
    SP_OUT(R, window_from, "1", "stop training after this time: the score is good"),
    SP_OUT(R, window_to, "1", "and before this time: the held-out loss rises as training points are memorised"),
    SP_OUT(R, window_to_low, "1", "95 % interval of the end over the draws"),
    SP_OUT(R, window_to_high, "1", "its upper end"),
    SP_OUT(R, train_time_gen, "1", "held-out loss within 5 % of the way down to its minimum"),
    SP_OUT(R, train_time_gen_se, "1", "standard error"),
    SP_OUT(R, train_time_best, "1", "least held-out loss"),
    SP_OUT(R, train_time_best_se, "1", "standard error"),
    SP_OUT(R, train_time_leave, "1", "held-out loss above that level again (inf: never)"),
    SP_OUT(R, train_time_leave_se, "1", "standard error"),
    SP_OUT(R, train_time_mem, "1", "gap at gap_fraction of its last value"),
    SP_OUT(R, train_time_mem_se, "1", "standard error"),
    SP_OUT(R, leave_exponent, "1", "train_time_leave grows as n to this power (n/4, n/2, n)"),
    SP_OUT(R, leave_exponent_se, "1", "standard error"),
    SP_OUT(R, mem_exponent, "1", "train_time_mem grows as n to this power"),
    SP_OUT(R, mem_exponent_se, "1", "standard error"),
    SP_OUT(R, window_to_all, "1", "end of the window extrapolated to all rows of the data"),
    SP_OUT(R, window_to_all_low, "1", "95 % interval"),
    SP_OUT(R, window_to_all_high, "1", "its upper end"),
    SP_OUT(R, steps_per_time, "1", "d^2: steps of gradient descent = train_time x d^2 / rate"),
    SP_OUT(R, a, "1/data", "linear part of the activation"),
    SP_OUT(R, b, "1", "overlap with the noise"),
    SP_OUT(R, v2, "1", "sample-specific part"),
    SP_OUT(R, s2, "1", "the rest"),
    {0}};
static const sp_column curves[] = {{"train_time", "1", "training time"},
                                   {"steps_unit_rate", "", "gradient steps at rate 1"},
                                   {"train", "1", "training loss"},
                                   {"train_se", "1", "standard error over the draws of the features"},
                                   {"test", "1", "held-out loss"},
                                   {"test_se", "1", "standard error"},
                                   {"gap", "1", "test - train"},
                                   {"n", "", "training rows"},
                                   {"train_time_over_n", "1", "training time over rows: gaps collapse"},
                                   {0}};
static const sp_column subsets[] = {{"n", "", "training rows"},
                                    {"train_time_gen", "1", "samples become good"},
                                    {"train_time_gen_se", "1", "standard error"},
                                    {"train_time_best", "1", "least held-out loss"},
                                    {"train_time_best_se", "1", "standard error"},
                                    {"train_time_leave", "1", "held-out loss leaves the 5 % band again"},
                                    {"train_time_leave_se", "1", "standard error"},
                                    {"train_time_mem", "1", "memorisation begins"},
                                    {"train_time_mem_se", "1", "standard error"},
                                    {"gap_inf", "1", "overfitting after infinite time"},
                                    {"gap_inf_se", "1", "standard error"},
                                    {0}};
static const sp_column eigenvalues[] = {{"rank", "", "from the largest"},
                                        {"lambda", "1", "eigenvalue of the feature matrix"},
                                        {"train_time", "1", "its relaxation time psi_p/(2 Delta lambda)"},
                                        {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot train_time test,train by n logx logy lines vline window_from window_to; plot train_time_over_n gap by n logx "
     "logy "
     "lines",
     "Losses of a quarter, half and all of the training rows; the gaps of subsets against training time over rows fall on "
     "one curve when memorisation "
     "takes a time proportional to the rows"},
    {"subsets", subsets, "plot n train_time_gen,train_time_leave logx logy",
     "The window between good samples and copies opens with the number of rows"},
    {"eigenvalues", eigenvalues, "plot rank lambda logx logy lines",
     "Eigenvalues of the feature matrix: the population first, then single samples, then directions without data"},
    {0}};

static sp_status run_memorization_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_memorization_data_detail detail;
    SP_TRY(sp_memorization_data(run, p, r, &detail));
    for (size_t k = detail.n_subsets; k-- > 0;) {
        const sp_memorization_subset *s = &detail.subset[k];
        for (size_t i = 0; i < p->train_time.n; i++) {
            double time = p->train_time.v[i];
            SP_TRY(SP_ROW(sp_result_table(out, "curves"), time, time * r->steps_per_time, s->curve[i].train,
                          s->curve[i].train_se, s->curve[i].test, s->curve[i].test_se, s->curve[i].test - s->curve[i].train,
                          s->n, time / (double)s->n));
        }
    }
    for (size_t k = 0; k < detail.n_subsets; k++) {
        const sp_memorization_subset *s = &detail.subset[k];
        SP_TRY(SP_ROW(sp_result_table(out, "subsets"), s->n, s->train_time_gen, s->train_time_gen_se, s->train_time_best,
                      s->train_time_best_se, s->train_time_leave, s->train_time_leave_se, s->train_time_mem,
                      s->train_time_mem_se, s->gap_inf, s->gap_inf_se));
    }
    double clock = r->psi_p / (2 * -expm1(-2 * p->t));
    for (size_t i = detail.n_eigenvalues; i-- > 0;)
        SP_TRY(SP_ROW(sp_result_table(out, "eigenvalues"), detail.n_eigenvalues - i, detail.eigenvalue[i],
                      clock / detail.eigenvalue[i]));
    if (r->p <= r->n)
        sp_warn(run, "with no more features (%zu) than training rows (%zu) the score cannot memorise them all: raise --p",
                r->p, r->n);
    return SP_OK;
}

const sp_command sp_command_memorization_data = {
    .name = "memorization.data",
    .summary = "How long a random-feature score may train on the data before it memorises",
    .spec = "09:3.1, 3.3, 5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_memorization_data,
    SP_SIZES(P, R),
    .example = "gen:gaussian,d=20,n=200 --p 320 --draws 2"};
