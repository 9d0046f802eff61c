/* Covariance spectrum, effective dimension, the directions that n samples resolve, and the two leading directions. */
#include "survey.h"

#include "math/linalg.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL = 1500, LARGE = 4096, POINTS = 1200, SHOWN = 2000 };

typedef struct {
    size_t n, rank;   /* rows used; eigenvalues that can be non-zero */
    double *values;   /* d, descending, zero beyond the rank */
    double *first[2]; /* the two leading directions */
} spectrum;

/* Rows of a random subset, minus their mean, in double. */
static sp_status subset(sp_survey *s, size_t n, double **out)
{
    const sp_dataset *a = s->data;
    size_t d = a->d, *order = SP_NEW(s->run, size_t, a->n);
    double *x = SP_NEW(s->run, double, n *d), *mean = SP_NEW(s->run, double, d);
    if (!order || !x || !mean)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(s->run, "survey spectrum", 0);
    sp_permutation(&rng, a->n, order);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            x[i * d + j] = a->x[order[i] * d + j];
            mean[j] += x[i * d + j] / (double)n;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            x[i * d + j] -= mean[j];
    *out = x;
    return SP_OK;
}

/* d <= n: eigenvalues of the d x d covariance. */
static sp_status by_covariance(sp_survey *s, spectrum *p)
{
    const sp_dataset *a = s->data;
    size_t d = a->d;
    double *mean = SP_NEW(s->run, double, d), *c = SP_NEW(s->run, double, d *d), *ascending = SP_NEW(s->run, double, d);
    double *vectors = SP_NEW(s->run, double, 2 * d), two[2];
    if (!mean || !c || !ascending || !vectors)
        return SP_FAILED;
    sp_rows rows = sp_rows_float(a->n, d, a->x);
    SP_TRY(sp_rows_mean(s->run, rows, mean));
    SP_TRY(sp_covariance(s->run, rows, mean, (double)(a->n - 1), c));
    sp_progress(s->run, "spectrum", 0.5);
    size_t count = d > 1 ? 2 : 1;
    SP_TRY(sp_eigen_range(s->run, d, c, d - count, count, two, vectors));
    SP_TRY(sp_eigenvalues(s->run, d, c, ascending));
    for (size_t k = 0; k < d; k++)
        p->values[k] = fmax(0, ascending[d - 1 - k]);
    p->n = a->n;
    p->rank = a->n - 1 < d ? a->n - 1 : d;
    for (size_t k = 0; k < count; k++)
        p->first[k] = vectors + (count - 1 - k) * d;
    return SP_OK;
}

/* Fewer rows than dimensions, or a subset: eigenvalues of the n x n Gram matrix; a direction is sum_i u_i x_i. */
static sp_status by_gram(sp_survey *s, size_t n, spectrum *p)
{
    size_t d = s->data->d;
    double *x, *gram = SP_NEW(s->run, double, n *n), *ascending = SP_NEW(s->run, double, n);
    double *u = SP_NEW(s->run, double, 2 * n), *directions = SP_NEW(s->run, double, 2 * d), two[2];
    if (!gram || !ascending || !u || !directions)
        return SP_FAILED;
    SP_TRY(subset(s, n, &x));
    SP_TRY(sp_gram(s->run, sp_rows_double(n, d, x), NULL, (double)(n - 1), gram));
    sp_progress(s->run, "spectrum", 0.4);
    size_t count = n > 2 && d > 1 ? 2 : 1;
    SP_TRY(sp_eigen_range(s->run, n, gram, n - count, count, two, u));
    SP_TRY(sp_eigenvalues(s->run, n, gram, ascending));
    for (size_t k = 0; k < n && k < d; k++)
        p->values[k] = fmax(0, ascending[n - 1 - k]);
    p->n = n;
    p->rank = n - 1 < d ? n - 1 : d;
    if (p->rank < d)
        p->values[p->rank] = 0;
    for (size_t k = 0; k < count; k++) {
        double *v = directions + k * d, norm = 0;
        const double *weight = u + (count - 1 - k) * n;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < d; j++)
                v[j] += weight[i] * x[i * d + j];
        for (size_t j = 0; j < d; j++)
            norm += v[j] * v[j];
        for (size_t j = 0; j < d && norm > 0; j++)
            v[j] /= sqrt(norm);
        p->first[k] = v;
    }
    return SP_OK;
}

/* Median of the Marchenko-Pastur law of ratio g <= 1 and variance 1; on lambda = 1 + g + 2 sqrt(g) cos(u) its measure is
 * (2/pi) sin^2(u) / lambda du, u in [0, pi]. */
static double marchenko_pastur_median(double g)
{
    enum { STEPS = 4000 };
    double sum = 0, step = M_PI / STEPS;
    for (int i = 0; i < STEPS; i++) { /* from the upper edge down: half of the mass lies above */
        double u = ((double)i + 0.5) * step, lambda = 1 + g + 2 * sqrt(g) * cos(u);
        sum += 2 / M_PI * sin(u) * sin(u) / lambda * step;
        if (sum >= 0.5)
            return lambda;
    }
    return (1 - sqrt(g)) * (1 - sqrt(g));
}

/* sigma^2 (1 + sqrt(d/n))^2 with sigma^2 from the median of the eigenvalues that are not zero by rank. */
static double noise_edge(const spectrum *p, size_t d)
{
    double g = (double)d / (double)p->n, median = p->values[p->rank / 2];
    double variance = g <= 1 ? median / marchenko_pastur_median(g) : median / (g * marchenko_pastur_median(1 / g));
    return variance * (1 + sqrt(g)) * (1 + sqrt(g));
}

static void project(sp_survey *s, const spectrum *p)
{
    const sp_dataset *a = s->data;
    if (!p->first[1])
        return;
    size_t *order = SP_NEW(s->run, size_t, a->n), shown = a->n < POINTS ? a->n : POINTS;
    if (!order)
        return;
    sp_rng rng = sp_rng_at(s->run, "survey projection", 0);
    sp_permutation(&rng, a->n, order);
    size_t classes = a->label && a->n_classes > 0 ? a->n_classes : 1;
    for (size_t k = 0; k < classes; k++) /* one class after the other, so that the legend is in their order */
        for (size_t i = 0; i < shown; i++) {
            const float *x = a->x + order[i] * a->d;
            double at[2] = {0};
            if (classes > 1 && (size_t)a->label[order[i]] != k)
                continue;
            for (int direction = 0; direction < 2; direction++)
                for (size_t j = 0; j < a->d; j++)
                    at[direction] += p->first[direction][j] * x[j];
            const char *name = classes == 1 ? "" : a->class_name ? a->class_name[k] : sp_format(s->run, "%zu", k);
            SP_SURVEY_ROW(s, "projection", at[0], at[1], name);
        }
    sp_survey_show(s, "projection");
}

static void tabulate(sp_survey *s, const spectrum *p, double edge)
{
    size_t d = s->data->d;
    double sum = 0, running = 0;
    for (size_t k = 0; k < d; k++)
        sum += p->values[k];
    for (size_t k = 0; k < p->rank; k++) {
        double v = p->values[k], error = v * sqrt(2 / (double)(p->n - 1));
        running += v;
        /* beyond the first ones every few per cent in rank is enough for the figure */
        if (k < 200 || k * 64 / d != (k - 1) * 64 / d || d <= SHOWN)
            SP_SURVEY_ROW(s, "spectrum", (double)(k + 1), v, error, v > 1 ? 0.5 * log(v) : NAN, running / sum,
                          v > edge ? "yes" : "no");
    }
}

static void in_words(sp_survey *s, const spectrum *p, double edge)
{
    size_t d = s->data->d, resolved = 0, above_one = 0;
    double sum = 0, squares = 0, top = p->values[0], half = 0;
    size_t to_half = 0;
    for (size_t k = 0; k < d; k++) {
        sum += p->values[k];
        squares += p->values[k] * p->values[k];
        resolved += k < p->rank && p->values[k] > edge;
        above_one += p->values[k] > 1;
    }
    while (to_half < d && half < 0.5 * sum)
        half += p->values[to_half++];
    SP_SURVEY_SET(s, Lambda, top);
    SP_SURVEY_SET(s, d_eff, squares > 0 ? sum * sum / squares : 0);
    SP_SURVEY_SET(s, noise_edge, edge);
    SP_SURVEY_SET(s, n_resolved, (double)resolved);
    SP_SURVEY_SET(s, t_S_spectral, top > 1 ? 0.5 * log(top) : NAN);
    sp_survey_say(s,
                  "The covariance has effective dimension d_eff = (Σλ)²/Σλ² = %.3g out of %zu; %zu directions hold half of "
                  "the variance. The largest eigenvalue is Λ = %.4g.",
                  squares > 0 ? sum * sum / squares : 0, d, to_half, top);
    if (top > 1)
        sp_survey_say(s,
                      "%zu eigenvalues exceed the variance 1 of the noise: along each of these directions the backward "
                      "process breaks its symmetry at its own time "
                      "t_S = ½ log λ, the first of all at t_S = %.3f.",
                      above_one, 0.5 * log(top));
    else
        sp_survey_say(s, "No eigenvalue exceeds the variance 1 of the noise on this scale: there is no speciation along a "
                         "direction of the covariance.");
    sp_survey_say(s,
                  "%zu directions stand above λ = %.4g, the upper edge that pure noise of the bulk's size would reach with "
                  "this n (Marchenko–Pastur).",
                  resolved, edge);
    if (top <= edge)
        sp_survey_caution(
            s, "Not even the largest eigenvalue stands above that edge: %zu points do not resolve a single direction.",
            p->n);
    if (p->n < s->data->n)
        sp_survey_caution(s, "Computed from %zu of the %zu rows%s: small eigenvalues beyond rank %zu are missing.", p->n,
                          s->data->n, s->mode == SP_SURVEY_QUICK ? " (--quick)" : "", p->rank);
    if (squares <= 0)
        sp_survey_caution(s, "All rows are the same: there is nothing to learn.");
}

static sp_status run(sp_survey *s)
{
    size_t n = s->data->n, d = s->data->d;
    spectrum p = {.values = SP_NEW(s->run, double, d)};
    if (!p.values)
        return SP_FAILED;
    sp_progress(s->run, "spectrum", 0);
    size_t most = s->mode == SP_SURVEY_QUICK ? SMALL : LARGE;
    if (d <= most && d <= n)
        SP_TRY(by_covariance(s, &p));
    else
        SP_TRY(by_gram(s, n < most ? n : most, &p));
    while (p.rank > 1 && p.values[p.rank - 1] <= 1e-12 * p.values[0]) /* zero but for rounding: constant coordinates */
        p.values[--p.rank] = 0;
    double edge = noise_edge(&p, d);
    sp_survey_spectrum(s, p.values, p.n);
    in_words(s, &p, edge);
    tabulate(s, &p, edge);
    sp_survey_show(s, "spectrum");
    project(s, &p);
    sp_progress(s->run, "spectrum", 1);
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    (void)s;
    return true;
}

const sp_survey_section sp_survey_spectrum_section = {"spectrum", "Covariance spectrum", applies, run};
