/* The numbers of `diffusion times` in words. */
#include "diffusion/answers.h"

#include <math.h>

enum { MOST = 12 };

static sp_status say(sp_diffusion_times_detail *detail, const char *text)
{
    if (!text)
        return SP_FAILED;
    if (detail->n_answers < MOST)
        detail->answers[detail->n_answers++] = text;
    return SP_OK;
}

/* "0.63 (step 334 of 1000 linear, 501 of 1000 cosine)" */
static const char *moment(sp_run *run, const sp_diffusion_times_detail *detail, double t)
{
    double linear = sp_noise_schedule_step(&detail->linear, t), cosine = sp_noise_schedule_step(&detail->cosine, t);
    const char *text = isnan(linear) || isnan(cosine)
                           ? sp_format(run, "%.3g (later than the last step of a DDPM schedule)", t)
                           : sp_format(run, "%.3g (DDPM step %.0f of %zu linear, %.0f of %zu cosine)", t, linear,
                                       detail->linear.steps, cosine, detail->cosine.steps);
    return text ? text : "";
}

/* The measured collapse time when there is one, else the bound. */
static double collapse(const sp_diffusion_times_result *r) { return isnan(r->t_C_phi) ? r->t_C_spectral : r->t_C_phi; }

static sp_status regimes(sp_run *run, const sp_diffusion_times_result *r, sp_diffusion_times_detail *detail)
{
    double t_C = collapse(r), t_S = r->t_S_spectral;
    detail->regimes = SP_NEW(run, sp_diffusion_regime, 3);
    if (!detail->regimes)
        return SP_FAILED;
    if (!(t_S > t_C)) {
        detail->regimes[detail->n_regimes++] = (sp_diffusion_regime){"I noise: nothing decided", INFINITY, t_C};
    }
    else {
        detail->regimes[detail->n_regimes++] = (sp_diffusion_regime){"I noise: nothing decided", INFINITY, t_S};
        detail->regimes[detail->n_regimes++] =
            (sp_diffusion_regime){"II speciation: coarse features decided, sample still new", t_S, t_C};
    }
    detail->regimes[detail->n_regimes++] = (sp_diffusion_regime){"III collapse: attracted by one data point", t_C, 0};
    return SP_OK;
}

static sp_status about_speciation(sp_run *run, const sp_diffusion_times_result *r, sp_diffusion_times_detail *detail)
{
    if (isnan(r->t_S_spectral))
        return say(detail,
                   sp_format(run,
                             "No speciation: the largest covariance eigenvalue is %.3g, not above the noise variance 1.",
                             r->Lambda));
    SP_TRY(say(
        detail,
        sp_format(run,
                  "A sample commits to its coarsest feature (the top of %zu directions with variance above 1) at t = %s.",
                  r->n_speciating, moment(run, detail, r->t_S_spectral))));
    return isnan(r->t_S_class)
               ? SP_OK
               : say(detail, sp_format(run, "The first pair of classes separates at t = %.3g +- %.2g (Bayes criterion).",
                                       r->t_S_class, r->t_S_class_se));
}

static sp_status about_collapse(sp_run *run, const sp_diffusion_times_params *p, const sp_diffusion_times_result *r,
                                sp_diffusion_times_detail *detail)
{
    if (!p->data)
        return say(
            detail,
            sp_format(
                run,
                "With an exact score, Gaussian data of this spectrum are memorised below t = %s; other data of the same "
                "covariance not later than that.",
                moment(run, detail, r->t_C_spectral)));
    if (isnan(r->t_C_phi))
        return say(detail, sp_format(run, "No collapse was found: phi_C does not cross 1/2 (%zu copies among the rows).",
                                     r->duplicates));
    SP_TRY(say(detail,
               sp_format(run, "With an exact score, samples are memorised below t = %s.", moment(run, detail, r->t_C_phi))));
    if (r->t_S_spectral > r->t_C_phi)
        SP_TRY(
            say(detail, sp_format(run, "Between t = %.3g and %.3g coarse features are decided while samples are still new.",
                                  r->t_C_phi, r->t_S_spectral)));
    else
        SP_TRY(say(detail,
                   "Samples are memorised before any coarse feature is decided: there are too few data for this noise."));
    return say(
        detail,
        "A trained network smooths the score and may memorise later or not at all: these are the times of a perfect fit.");
}

static sp_status about_target(sp_run *run, const sp_diffusion_times_params *p, const sp_diffusion_times_result *r,
                              sp_diffusion_times_detail *detail)
{
    if (!(p->target_t > 0))
        return SP_OK;
    if (r->log_n_target_spectral < 700)
        SP_TRY(say(detail, sp_format(run, "At most %.3g samples put the collapse at t = %.3g (Gaussian bound).",
                                     r->n_target_spectral, p->target_t)));
    else
        SP_TRY(say(detail, sp_format(run, "At most e^%.4g samples put the collapse at t = %.3g (Gaussian bound).",
                                     r->log_n_target_spectral, p->target_t)));
    if (isnan(r->n_target_measured))
        return SP_OK;
    double more = r->n_target_measured - (double)r->n;
    return more > 0
               ? say(detail,
                     sp_format(
                         run,
                         "Extrapolating the measured entropy, about %.2g more samples are needed for that (%.2g in all).",
                         more, r->n_target_measured))
               : say(detail, sp_format(run, "By the measured entropy, about %.2g samples would do.", r->n_target_measured));
}

sp_status sp_diffusion_answers(sp_run *run, const sp_diffusion_times_params *params, const sp_diffusion_times_result *result,
                               sp_diffusion_times_detail *detail)
{
    detail->answers = SP_NEW(run, const char *, MOST);
    if (!detail->answers)
        return SP_FAILED;
    SP_TRY(regimes(run, result, detail));
    SP_TRY(about_speciation(run, result, detail));
    SP_TRY(about_collapse(run, params, result, detail));
    return about_target(run, params, result, detail);
}
