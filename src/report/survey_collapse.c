/* When the exact score memorises: excess entropy, phi_C and N_eff beside a Gaussian sample of the same spectrum. */
#include "survey.h"
#include "survey_known.h"

#include "spinodal/diffusion.h"

#include <string.h>

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

/* Beside closed forms where there are any. */
static sp_status compare(sp_survey *s, const sp_table *data)
{
    static const char *const names[] = {"t", "phi_C", "phi_C_se", "f_ex", "f_ex_se", "phi", "phi_se"};
    size_t n = sp_table_rows(data);
    double *v[7];
    for (size_t c = 0; c < 7; c++) {
        v[c] = SP_NEW(s->run, double, n + 1);
        if (!v[c])
            return SP_FAILED;
        for (size_t i = 0; i < n; i++)
            v[c][i] = cell(data, i, names[c]);
    }
    return sp_survey_known_curves(s, n, v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
}

static sp_status tabulate(sp_survey *s, const sp_result *curves)
{
    static const char *const names[] = {"t",  "phi_C", "phi_C_se", NULL,         NULL,    "f_ex",     "f_ex_se", NULL,
                                        NULL, "f_loo", "f_loo_se", "f_ex_gauss", "N_eff", "N_eff_se", "phi",     "phi_se"};
    enum { COLUMNS = sizeof names / sizeof *names };
    const sp_table *data = sp_result_find_table(curves, "curves"), *surrogate = sp_result_find_table(curves, "surrogate");
    sp_noise_schedule linear, cosine;
    SP_TRY(sp_noise_schedule_create(s->run, "linear", &linear));
    SP_TRY(sp_noise_schedule_create(s->run, "cosine", &cosine));
    double alpha = s->r->alpha;
    for (size_t i = 0; i < sp_table_rows(data); i++) {
        sp_cell row[COLUMNS + 2];
        bool both = surrogate && i < sp_table_rows(surrogate);
        for (size_t c = 0; c < COLUMNS; c++)
            row[c] = sp_cell_number(names[c] ? cell(data, i, names[c]) : NAN);
        if (both) {
            row[3].number = cell(surrogate, i, "phi_C_surrogate");
            row[4].number = cell(surrogate, i, "phi_C_surrogate_se");
            row[7].number = alpha * cell(surrogate, i, "f_ex_over_alpha_surrogate");
            row[8].number = alpha * cell(surrogate, i, "f_ex_over_alpha_surrogate_se");
        }
        row[COLUMNS] = sp_cell_number(sp_noise_schedule_step(&linear, row[0].number));
        row[COLUMNS + 1] = sp_cell_number(sp_noise_schedule_step(&cosine, row[0].number));
        sp_survey_cells(s, "curves", COLUMNS + 2, row);
    }
    sp_survey_show(s, "curves");
    return compare(s, data);
}

/* log n that puts the collapse at t: log n = I(a; x_t), from the spectrum (an upper bound for data of this covariance). */
static sp_status samples_wanted(sp_survey *s, double t)
{
    sp_data_spectrum spectrum;
    if (!(t > 0))
        return SP_OK;
    SP_TRY(sp_diffusion_spectrum(s->run, s->data, &spectrum));
    SP_SURVEY_SET(s, log10_n_wanted, sp_gaussian_information(spectrum.eigenvalues, t / 2) / log(10));
    return SP_OK;
}

static sp_status run(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    const char *queries = s->mode == SP_SURVEY_QUICK     ? "queries=192"
                          : s->mode == SP_SURVEY_DEFAULT ? "queries=1024"
                                                         : "queries=8192";
    const char *args[] = {queries, "gaussian_surrogate=true"};
    sp_result *curves;
    SP_TRY(sp_survey_call(s, "diffusion.curves", s->data, 2, args, &curves));
    SP_SURVEY_SET(s, t_C_phi_surrogate, sp_survey_scalar(curves, "surrogate_t_C_phi"));
    SP_SURVEY_SET(s, t_C_phi_surrogate_se, sp_survey_scalar(curves, "surrogate_t_C_phi_se"));
    if (isnan(r->t_C_phi))
        SP_SURVEY_SET(s, t_C_phi, sp_survey_scalar(curves, "t_C_phi"));
    sp_survey_say(s,
                  "With the score learnt perfectly from these %zu points, a noised sample x_t remembers its seed: φ_C(t) is "
                  "the probability that its weight "
                  "stays on one data point, N_eff = 1/φ_C how many points share it, and f_ex the entropy left over, per "
                  "dimension. Where φ_C passes ½ the backward "
                  "process falls onto a training point.",
                  s->data->n);
    if (!isnan(r->t_C_phi))
        sp_survey_say(s,
                      "φ_C = ½ at %s. The leave-one-out entropy vanishes at t = %.3g; Gaussian data of the same covariance "
                      "would collapse at t = %.3g (an upper "
                      "bound in large dimension).",
                      sp_survey_moment(s, r->t_C_phi), r->t_C_loo, r->t_C_spectral);
    else
        sp_survey_caution(s, "φ_C does not cross ½: there is no collapse in the range of times that was measured (repeated "
                             "rows keep it below).");
    if (!isnan(r->t_C_phi) && !isnan(r->t_C_phi_surrogate)) {
        double ratio = r->t_C_phi / r->t_C_phi_surrogate;
        sp_survey_say(s, "The same measurement on Gaussian points with this spectrum gives %.3g: %s", r->t_C_phi_surrogate,
                      ratio < 0.9 ? "the data collapse later in the backward process (at smaller t). Their structure beyond "
                                    "the covariance makes neighbours closer, as "
                                    "if the dimension were lower."
                      : ratio > 1.1
                          ? "the data collapse earlier in the backward process (at larger t) than their covariance explains."
                          : "for the collapse, the data are as good as Gaussian.");
    }
    SP_TRY(tabulate(s, curves));
    SP_TRY(samples_wanted(s, r->t_C_phi));
    sp_survey_paste(s, "spinodal diffusion curves %s --queries %s --gaussian-surrogate", sp_survey_data_words(s),
                    strchr(queries, '=') + 1);
    sp_result_free(curves);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 10 && s->r->Lambda > 0; }

const sp_survey_section sp_survey_collapse_section = {"collapse", "When it memorises", applies, run, false};
