/* The whole in words, with what limits each answer, and the clock: every time side by side. First on the page, made last. */
#include "survey.h"

#include "spinodal/diffusion.h"

static sp_status clock_row(sp_survey *s, const sp_noise_schedule *schedules, const char *event, double t, double se,
                           const char *meaning)
{
    if (isnan(t))
        return SP_OK;
    SP_SURVEY_ROW(s, "clock", event, t, se, t > 0 ? sp_sigma_of_time(t) : NAN, sp_noise_schedule_step(&schedules[0], t),
                  sp_noise_schedule_step(&schedules[1], t), meaning);
    return SP_OK;
}

static sp_status clock_table(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    sp_noise_schedule schedules[2];
    SP_TRY(sp_noise_schedule_create(s->run, "linear", &schedules[0]));
    SP_TRY(sp_noise_schedule_create(s->run, "cosine", &schedules[1]));
    SP_SURVEY_SET(s, step_S_linear, sp_noise_schedule_step(&schedules[0], r->t_S_spectral));
    SP_SURVEY_SET(s, step_C_linear, sp_noise_schedule_step(&schedules[0], r->t_C_phi));
    SP_SURVEY_SET(s, step_S_cosine, sp_noise_schedule_step(&schedules[1], r->t_S_spectral));
    SP_SURVEY_SET(s, step_C_cosine, sp_noise_schedule_step(&schedules[1], r->t_C_phi));
    SP_TRY(
        clock_row(s, schedules, "t_S leading direction", r->t_S_spectral, NAN, "the leading direction breaks its symmetry"));
    bool one = s->data->n_classes == 2;
    if (one)
        SP_TRY(
            clock_row(s, schedules, "t_S classes", r->t_S_class_first, r->t_S_class_first_se, "the two classes separate"));
    else {
        SP_TRY(clock_row(s, schedules, "t_S first classes", r->t_S_class_first, r->t_S_class_first_se,
                         "the first pair of classes separates"));
        SP_TRY(clock_row(s, schedules, "t_S last classes", r->t_S_class_last, r->t_S_class_last_se,
                         "the last pair of classes separates"));
    }
    SP_TRY(clock_row(s, schedules, "t_C Gaussian bound", r->t_C_spectral, NAN,
                     "collapse of Gaussian data of this covariance, large dimension"));
    SP_TRY(clock_row(s, schedules, "t_C Gaussian points", r->t_C_phi_surrogate, r->t_C_phi_surrogate_se,
                     "φ_C = ½ of Gaussian points with this spectrum"));
    SP_TRY(clock_row(s, schedules, "t_C data, φ_C = ½", r->t_C_phi, r->t_C_phi_se, "φ_C = ½ of the data (recommended)"));
    SP_TRY(clock_row(s, schedules, "t_C leave-one-out", r->t_C_loo, r->t_C_loo_se,
                     "the leave-one-out excess entropy vanishes"));
    SP_TRY(
        clock_row(s, schedules, "t_C trajectories", r->t_C_traj, r->t_C_traj_se, "trajectories settle on a training point"));
    sp_survey_show(s, "clock");
    return SP_OK;
}

static void about_collapse(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    if (isnan(r->t_C_phi)) {
        sp_survey_say(
            s, "No collapse was found: even with an exact score the noised points stay shared between several data points.");
        return;
    }
    sp_survey_say(s, "With an exact score, samples are memorised below %s.", sp_survey_moment(s, r->t_C_phi));
    sp_survey_caution(s,
                      "A trained network is smoother than the exact score and may memorise later or never; this is the "
                      "limit of a perfect fit to these %zu points. "
                      "The smaller the time, the longer a model stays free of it.",
                      s->data->n);
}

static void about_speciation(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    if (isnan(r->t_S_spectral)) {
        sp_survey_say(s,
                      "Nothing is decided along a direction of the covariance: no eigenvalue exceeds the noise variance 1.");
        return;
    }
    sp_survey_say(s, "The coarsest feature of a sample is decided at %s.", sp_survey_moment(s, r->t_S_spectral));
    if (!isnan(r->t_S_class_first) && s->data->n_classes == 2)
        sp_survey_say(s, "The two classes separate at t = %.3g.", r->t_S_class_first);
    else if (!isnan(r->t_S_class_first))
        sp_survey_say(s, "Classes separate between t = %.3g (the easiest pair) and t = %.3g (the hardest).",
                      r->t_S_class_first, r->t_S_class_last);
    if (r->t_S_class_last < r->t_C_phi)
        sp_survey_caution(s,
                          "%s below the collapse, where the empirical density of a class says more about these points than "
                          "about the class: with so few points an exact score has memorised before the classes separate.",
                          r->t_S_class_first < r->t_C_phi ? "All class times lie" : "Some class times lie");
    if (!isnan(r->t_C_phi) && r->t_C_phi < r->t_S_spectral)
        sp_survey_say(s,
                      "In between, from t = %.3g down to %.3g, samples take shape and are still new: this is where "
                      "generalisation happens.",
                      r->t_S_spectral, r->t_C_phi);
    else if (!isnan(r->t_C_phi))
        sp_survey_caution(
            s, "The collapse comes before any feature is decided: with these %zu points an exact score only repeats them.",
            s->data->n);
    sp_survey_caution(s, "Times count on a scale on which the noise has variance 1: another --scale moves all of them. "
                         "Definitions of t_S differ by "
                         "constants of order one.");
}

static void about_samples(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    if (isnan(r->log10_n_wanted) || isnan(r->t_C_phi))
        return;
    const char *wanted = r->log10_n_wanted < 5 ? sp_format(s->run, "%.0f", pow(10, r->log10_n_wanted))
                                               : sp_format(s->run, "10^%.3g", r->log10_n_wanted);
    sp_survey_say(s, "To move the collapse to half this time, at most about %s points would be needed instead of %zu.",
                  wanted ? wanted : "", s->data->n);
    sp_survey_caution(s, "That is the information of Gaussian data of the same covariance, an upper bound; n grows "
                         "exponentially with the resolved dimension, so only the "
                         "order of magnitude of log n means something.");
}

static void about_density(sp_survey *s)
{
    const sp_survey_result *r = s->r;
    if (isnan(r->h_opt))
        return;
    sp_survey_say(s,
                  "The best kernel density estimate has bandwidth h = %.3g; there each value rests on %.3g points "
                  "(condensation below h_G = %.3g, Gaussian fluctuations "
                  "above h_CLT = %.3g).",
                  r->h_opt, r->N_eff_kde, r->h_G, r->h_CLT);
}

static sp_status run(sp_survey *s)
{
    about_speciation(s);
    about_collapse(s);
    about_samples(s);
    about_density(s);
    return clock_table(s);
}

static bool applies(const sp_survey *s) { return s->r->Lambda > 0; }

const sp_survey_section sp_survey_answers_section = {"answers", "In words", applies, run, true};
