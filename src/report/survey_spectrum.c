/* Covariance spectrum, effective dimension, the directions that n samples resolve, and the two leading directions. */
#include "survey.h"

#include "math/lanczos.h"
#include "spinodal/diffusion.h"

#include <string.h>

enum { POINTS = 1200, ROWS_OF_DIRECTIONS = 2000, SHOWN = 1000 };

/* The two leading directions, from a random subset of the rows: only pictures are drawn with them. */
static sp_status leading_directions(sp_survey *s, double **out)
{
    const sp_dataset *a = s->data;
    size_t n = a->n < ROWS_OF_DIRECTIONS ? a->n : ROWS_OF_DIRECTIONS, d = a->d;
    double values[2];
    sp_lanczos_report report;
    *out = NULL;
    if (d < 2 || n < 3)
        return SP_OK;
    double *vectors = SP_NEW(s->run, double, 2 * d);
    size_t *order = SP_NEW(s->run, size_t, a->n);
    float *rows = SP_NEW(s->run, float, n *d);
    double *mean = SP_NEW(s->run, double, d);
    if (!vectors || !order || !rows || !mean)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(s->run, "survey directions", 0);
    sp_permutation(&rng, a->n, order);
    for (size_t i = 0; i < n; i++)
        memcpy(rows + i * d, a->x + order[i] * d, d * sizeof *rows);
    SP_TRY(sp_principal_components(s->run, sp_rows_float(n, d, rows), 2, mean, values, vectors, &report));
    *out = vectors;
    return SP_OK;
}

double sp_survey_along(const sp_survey *s, const double *direction, const float *x)
{
    double sum = 0;
    for (size_t j = 0; j < s->data->d; j++)
        sum += direction[j] * x[j];
    return sum;
}

/* One class after the other, so that the legend is in their order. */
static sp_status project(sp_survey *s, const double *directions)
{
    const sp_dataset *a = s->data;
    size_t *order = SP_NEW(s->run, size_t, a->n), shown = a->n < POINTS ? a->n : POINTS;
    size_t classes = a->label && a->n_classes > 0 && a->n_classes <= 60 ? a->n_classes : 1;
    if (!order)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(s->run, "survey projection", 0);
    sp_permutation(&rng, a->n, order);
    for (size_t k = 0; k < classes; k++)
        for (size_t i = 0; i < shown; i++) {
            const float *x = a->x + order[i] * a->d;
            if (classes > 1 && (size_t)a->label[order[i]] != k)
                continue;
            const char *name = classes == 1 ? "" : a->class_name ? a->class_name[k] : sp_format(s->run, "%zu", k);
            SP_SURVEY_ROW(s, "projection", sp_survey_along(s, directions, x), sp_survey_along(s, directions + a->d, x),
                          name);
        }
    sp_survey_show(s, "projection");
    return SP_OK;
}

static void tabulate(sp_survey *s, const sp_data_spectrum *p)
{
    double running = 0, top = p->eigenvalues.v[0];
    for (size_t k = 0; k < p->d && p->eigenvalues.v[k] > 1e-12 * top; k++) {
        double v = p->eigenvalues.v[k], error = v * sqrt(2 / (double)(p->n - 1));
        running += v;
        /* of long spectra every few ranks are enough for the figure */
        if (p->d <= SHOWN || k < 200 || k % (p->d / 200) == 0)
            SP_SURVEY_ROW(s, "spectrum", k + 1, v, error, v > 1 ? 0.5 * log(v) : NAN, running / p->trace,
                          v > p->noise_edge ? "yes" : "no");
    }
    sp_survey_show(s, "spectrum");
}

static void in_words(sp_survey *s, const sp_data_spectrum *p)
{
    double top = p->eigenvalues.v[0], half = 0;
    size_t to_half = 0;
    while (to_half < p->d && half < 0.5 * p->trace)
        half += p->eigenvalues.v[to_half++];
    SP_SURVEY_SET(s, Lambda, top);
    SP_SURVEY_SET(s, d_eff, p->effective_dimension);
    SP_SURVEY_SET(s, noise_edge, p->noise_edge);
    SP_SURVEY_SET(s, n_resolved, (double)p->n_resolved);
    SP_SURVEY_SET(s, t_S_spectral, top > 1 ? 0.5 * log(top) : NAN);
    sp_survey_say(s,
                  "The covariance has effective dimension d_eff = (Σλ)²/Σλ² = %.3g out of %zu; half of the variance lies in "
                  "%s. The largest "
                  "eigenvalue is Λ = %.4g.",
                  p->effective_dimension, p->d, sp_survey_count(s, to_half, "direction"), top);
    if (top > 1)
        sp_survey_say(
            s,
            "%s above the variance 1 of the noise. Along each such direction the backward process breaks its symmetry at "
            "its own time t_S = ½ log λ, the first of all at t_S = %.3f.",
            sp_survey_lie(s, p->n_speciating, "eigenvalue"), 0.5 * log(top));
    else
        sp_survey_say(s, "No eigenvalue exceeds the variance 1 of the noise on this scale: there is no speciation along a "
                         "direction of the covariance.");
    sp_survey_say(s,
                  "%s above λ = %.3g, the upper edge that noise as large as the bulk would reach with this n "
                  "(Marchenko–Pastur): so many are resolved.",
                  sp_survey_lie(s, p->n_resolved, "eigenvalue"), p->noise_edge);
    if (p->n_resolved == 0)
        sp_survey_caution(
            s, "Not even the largest eigenvalue stands above that edge: %zu points do not resolve a single direction.",
            p->n);
    if (p->n_leading < p->d && p->n_leading < p->n)
        sp_survey_caution(
            s, "Only the %zu leading eigenvalues were computed; the others share the rest of the variance equally.",
            p->n_leading);
}

static sp_status run(sp_survey *s)
{
    sp_data_spectrum spectrum;
    double *directions;
    sp_progress(s->run, "spectrum", 0);
    SP_TRY(sp_diffusion_spectrum(s->run, s->data, &spectrum));
    sp_survey_memo(s, sp_diffusion_spectrum_memo(s->run, s->data));
    in_words(s, &spectrum);
    tabulate(s, &spectrum);
    SP_TRY(leading_directions(s, &directions));
    if (directions) {
        sp_memo_keep(s->run, SP_SURVEY_DIRECTIONS, directions, 2 * s->data->d * sizeof(double));
        sp_survey_memo(s, SP_SURVEY_DIRECTIONS);
        SP_TRY(project(s, directions));
    }
    sp_progress(s->run, "spectrum", 1);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 2; }

const sp_survey_section sp_survey_spectrum_section = {"spectrum", "Covariance spectrum", applies, run, false};
