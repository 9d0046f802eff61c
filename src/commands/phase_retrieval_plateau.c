#include "phase_retrieval_options.h"

typedef sp_retrieval_plateau_params P;
typedef struct {
    double slope, slope_se, slope_labels, slope_labels_se, slope_threshold, slope_scaled, slope_scaled_se, energy, energy_se,
        energy_threshold, rate, rate_se, rate_threshold;
} R;
static const sp_param params[] = {
    SP_REAL(P, samples_per_dim, "18", SP_AT_LEAST(1), "1", "alpha = M/N, above the threshold"),
    {"loss", SP_TYPE_CHOICE, SP_FIELD(P, loss.kind, int), "quartic", SP_ANY, "",
     "regularised (y^2-yh^2)^2/(2 (a+y^2)), or quartic (y^2-yh^2)^2/2", "regularised|quartic"},
    {"a", SP_TYPE_REAL, SP_FIELD(P, loss.a, double), "1", SP_POSITIVE, "", "of the regularised loss", NULL},
    SP_VEC(P, N, "64,128,256", SP_BETWEEN(8, 1000000), "", "dimensions"),
    SP_SIZE(P, instances, "8", SP_AT_LEAST(1), "", "independent sets of measurements for each N"),
    SP_SIZE(P, starts, "4", SP_BETWEEN(1, 4096), "", "starts on the same measurements, moved together"),
    SP_REAL(P, t_blind, "6", SP_NONNEGATIVE, "time",
            "until then the overlap is kept at zero, as for N = infinity; 0: random starts"),
    SP_REAL(P, t_max, "4", SP_POSITIVE, "time", "after the release with overlap N^(-1/2)"),
    SP_REAL(P, lr, "0", SP_NONNEGATIVE, "time", "time step; 0: 0.02 (quartic: 0.002); halved when a step raises the loss"),
    SP_SIZE(P, records, "60", SP_BETWEEN(2, 1000), "", "recorded times"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, slope, "time", "escape time grows by it for each unit of ln N (weighted fit); nan: one N"),
    SP_OUT(R, slope_se, "time", "standard error"),
    SP_OUT(R, slope_labels, "time", "1/(2 rate) by the Hessian at the release, theory on the labels"),
    SP_OUT(R, slope_labels_se, "time", "standard error"),
    SP_OUT(R, slope_threshold, "time", "1/(2 rate) in threshold states; nan: they are stable"),
    SP_OUT(R, slope_scaled, "1", "slope of 2 rate x escape time, each start with its own rate: 1"),
    SP_OUT(R, slope_scaled_se, "1", "standard error"),
    SP_OUT(R, energy, "", "loss/N at the release, at the last N"),
    SP_OUT(R, energy_se, "", "standard error"),
    SP_OUT(R, energy_threshold, "", "loss/N of threshold states"),
    SP_OUT(R, rate, "1/time", "growth rate of the overlap by the labels at the release, at the last N"),
    SP_OUT(R, rate_se, "1/time", "standard error"),
    SP_OUT(R, rate_threshold, "1/time", "in threshold states"),
    {0}};
static const sp_column sizes[] = {{"N", "", "dimension"},
                                  {"escape", "time", "from the release to |m| = 1/2"},
                                  {"escape_se", "time", "standard error"},
                                  {"fit", "time", "line in ln N"},
                                  {"scaled", "1", "2 rate x escape"},
                                  {"scaled_se", "1", "standard error"},
                                  {"rate", "1/time", "growth rate by the labels at the release"},
                                  {"rate_se", "1/time", "standard error"},
                                  {"energy", "", "loss/N at the release"},
                                  {"energy_se", "", "standard error"},
                                  {"escaped", "", "starts that escaped by t-max"},
                                  {0}};
static const sp_column curves[] = {{"N", "", "dimension"},
                                   {"t", "", "time from the release"},
                                   {"m", "1", "|overlap| with the signal; nan while kept at zero"},
                                   {"m_se", "1", "standard error"},
                                   {"energy", "", "loss/N"},
                                   {"energy_se", "", "standard error"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"sizes", sizes, "plot N escape,fit logx title Time on the plateau",
     "The overlap N^(-1/2) of a random start grows exponentially: the plateau lasts like ln N"},
    {"curves", curves,
     "plot t energy by N hline energy_threshold title Loss: plateau, then drop; plot t m by N logy title "
     "Overlap "
     "with the signal",
     "Larger systems stay longer on the plateau of the threshold states"},
    {0}};

static sp_status run_plateau(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_retrieval_plateau s;
    sp_retrieval_state state;
    SP_TRY(sp_retrieval_plateau_run(run, p, &s));
    SP_TRY(sp_retrieval_threshold(run, &p->loss, p->samples_per_dim, &state));
    double centre = 0, log_centre = 0, count = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.size[i].escape.se > 0) { /* the weighted line passes through the weighted mean */
            double w = 1 / (s.size[i].escape.se * s.size[i].escape.se);
            centre += w * s.size[i].escape.value, log_centre += w * log((double)s.size[i].N), count += w;
        }
    sp_table *t = sp_result_table(out, "sizes");
    for (size_t i = 0; i < s.n; i++) {
        const sp_retrieval_plateau_size *x = &s.size[i];
        double line = centre / count + s.slope.value * (log((double)x->N) - log_centre / count);
        SP_TRY(SP_ROW(t, x->N, x->escape.value, x->escape.se, line, x->scaled.value, x->scaled.se, x->rate.value, x->rate.se,
                      x->energy.value, x->energy.se, x->escaped));
        if (x->escaped < p->instances * p->starts)
            sp_result_unconverged(
                out,
                "N = %zu: %zu of %zu starts had not escaped by t-max; without them the mean escape time is "
                "too small (raise --t-max)",
                x->N, p->instances * p->starts - x->escaped, p->instances * p->starts);
    }
    t = sp_result_table(out, "curves");
    for (size_t i = 0; i < s.n_curves; i++) {
        const sp_retrieval_plateau_moment *x = &s.curve[i];
        SP_TRY(SP_ROW(t, x->N, x->t, x->m.value, x->m.se, x->energy.value, x->energy.se));
    }
    const sp_retrieval_plateau_size *last = &s.size[s.n - 1];
    *(R *)scalars_ = (R){.slope = s.slope.value,
                         .slope_se = s.slope.se,
                         .slope_labels = s.slope_labels.value,
                         .slope_labels_se = s.slope_labels.se,
                         .slope_threshold = state.escape_rate > 0 ? 1 / (2 * state.escape_rate) : NAN,
                         .slope_scaled = s.slope_scaled.value,
                         .slope_scaled_se = s.slope_scaled.se,
                         .energy = last->energy.value,
                         .energy_se = last->energy.se,
                         .energy_threshold = state.energy,
                         .rate = last->rate.value,
                         .rate_se = last->rate.se,
                         .rate_threshold = state.escape_rate};
    return SP_OK;
}

const sp_command sp_command_phase_retrieval_plateau = {
    .name = "phase-retrieval.plateau",
    .summary = "How long gradient descent stays at the threshold loss before it finds the signal",
    .spec = "19:3.2,4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_plateau,
    SP_SIZES(P, R),
    .example = "--N 32,64 --instances 3 --t-blind 2 --t-max 3"};
