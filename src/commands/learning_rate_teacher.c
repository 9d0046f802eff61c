#include "learning_rate_options.h"

typedef sp_teacher_params P;
typedef struct {
    double test, test_se, overlap, overlap_se, train, train_se, epochs;
} R;
static const sp_param params[] = {
    SP_SIZE(P, d, "100", SP_BETWEEN(2, 100000), "", "input dimension"),
    SP_SIZE(P, hidden, "2", SP_BETWEEN(1, 64), "", "hidden units of the student"),
    SP_SIZE(P, teacher_hidden, "2", SP_BETWEEN(1, 64), "", "hidden units of the teacher"),
    SP_CHOICE(P, activation, "erf|relu|linear", "erf", "activation of both"),
    SP_SIZE(P, samples, "0", SP_NONNEGATIVE, "", "stored samples, used in epochs; 0: a fresh one at every step"),
    {"noise_sd", SP_TYPE_REAL, SP_FIELD(P, noise_sd, double), "0.5", SP_NONNEGATIVE, "",
     "standard deviation of the label noise", NULL},
    SP_REAL(P, init_sd, "1", SP_POSITIVE, "", "standard deviation of the student's first weights"),
    SP_REAL(P, t_max, "200", SP_POSITIVE, "time", "last time, in samples/d"),
    SP_FLAG(P, fixed_output, "do not train the second layer"),
    SCHEDULE_OPTIONS(P, "constant", "0.5", "1"),
    SP_SIZE(P, seeds, "4", SP_BETWEEN(1, 100000), "", "independent teachers and students"),
    SP_VEC(P, times, "", SP_NONNEGATIVE, "time", "times of the measurements; default: 30 log-spaced"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, test, "", "test error at the last time"),
                                    SP_OUT(R, test_se, "", "standard error over seeds"),
                                    SP_OUT(R, overlap, "", "mean best cosine of a teacher unit with a student unit"),
                                    SP_OUT(R, overlap_se, "", "standard error"),
                                    SP_OUT(R, train, "", "error on the stored samples and their noisy labels; nan: none"),
                                    SP_OUT(R, train_se, "", "standard error"),
                                    SP_OUT(R, epochs, "", "passes through the stored samples; nan: none"),
                                    {0}};
static const sp_column curves[] = {{"t", "time", "samples/d"},
                                   {"eta", "", "learning rate"},
                                   {"test", "", "test error"},
                                   {"test_se", "", "standard error"},
                                   {"overlap", "", "best cosine with a teacher unit"},
                                   {"overlap_se", "", "standard error"},
                                   {"train", "", "error on the stored samples"},
                                   {"train_se", "", "standard error"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot t test,train logx logy ylabel mean squared error/2 title Test and training error; plot t overlap logx title "
     "Specialisation",
     "A constant rate stops at its own noise, an early decay stays on the plateau; decaying after the plateau does neither"},
    {0}};

static sp_status run_teacher(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    P p = *(const P *)params_;
    R *r = scalars_;
    double automatic[30];
    for (int i = 0; i < 30; i++)
        automatic[i] = p.t_max * pow(1e-3, 1 - (i + 1) / 30.0);
    if (!p.times.n)
        p.times = (sp_vec){30, automatic};
    size_t n;
    sp_teacher_point *x;
    SP_TRY(sp_teacher_train(run, &p, &n, &x));
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < n; i++) {
        SP_TRY(SP_ROW(t, x[i].t, x[i].eta, x[i].test.value, x[i].test.se, x[i].overlap.value, x[i].overlap.se,
                      x[i].train.value, x[i].train.se));
        *r = (R){.test = x[i].test.value,
                 .test_se = x[i].test.se,
                 .overlap = x[i].overlap.value,
                 .overlap_se = x[i].overlap.se,
                 .train = x[i].train.value,
                 .train_se = x[i].train.se,
                 .epochs = p.samples ? x[i].t * (double)p.d / (double)p.samples : NAN};
    }
    return SP_OK;
}

const sp_command sp_command_learning_rate_teacher = {
    .name = "learning-rate.teacher",
    .summary = "Two-layer student of a teacher, trained under a learning-rate schedule",
    .spec = "14:3.7",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_teacher,
    SP_SIZES(P, R),
    .example = "--d 50 --t-max 100 --seeds 3"};
