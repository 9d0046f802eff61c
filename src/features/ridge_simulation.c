/* The four terms of the test error measured with unbiased products of different draws (spec 21, 3.8). */
#include "sample.h"

#include <math.h>

enum { TERMS = 10 }; /* doubles of sp_features_measured: estimates are kept per repeat in this order */
enum { TEST, TRAIN, BIAS, SAMPLING, INIT, NOISE, ENSEMBLE, SELF, SHARED, NORM };

typedef struct {
    const sp_activation *s;
    sp_directions directions;
    sp_vec ridge;
    size_t n, p, m;
    double noise_sd;
    double *values; /* [repeat][ridge][term] */
} experiment;

static double mean_product(size_t m, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += a[i] * b[i];
    return sum / (double)m;
}

static double mean_gap_product(size_t m, const double *t, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += (t[i] - a[i]) * (t[i] - b[i]);
    return sum / (double)m;
}

/* Predictions f[x][F][e]: data set x, features F, label noise e. */
typedef const double *predictions[2][2][2];

static void split(size_t m, const double *target, predictions f, double *terms)
{
    double self = 0, same_both = 0, same_data = 0, different = 0, bias = 0, test = 0, ensemble = 0, shared = 0;
    for (int x = 0; x < 2; x++)
        for (int F = 0; F < 2; F++) {
            for (int e = 0; e < 2; e++) {
                self += mean_product(m, f[x][F][e], f[x][F][e]) / 8;
                test += mean_gap_product(m, target, f[x][F][e], f[x][F][e]) / 8;
            }
            same_both += mean_product(m, f[x][F][0], f[x][F][1]) / 4;
        }
    for (int e = 0; e < 2; e++)
        for (int x = 0; x < 2; x++) {
            same_data += mean_product(m, f[x][0][e], f[x][1][1 - e]) / 4;
            shared += mean_product(m, f[x][0][e], f[x][1][e]) / 4;
            ensemble += mean_gap_product(m, target, f[x][0][e], f[x][1][e]) / 4;
            for (int other = 0; other < 2; other++) {
                different += mean_product(m, f[0][x][e], f[1][1 - x][other]) / 8;
                bias += mean_gap_product(m, target, f[0][x][e], f[1][1 - x][other]) / 8;
            }
        }
    terms[TEST] = test;
    terms[NOISE] = self - same_both;
    terms[INIT] = same_both - same_data;
    terms[SAMPLING] = same_data - different;
    terms[BIAS] = bias;
    terms[ENSEMBLE] = ensemble;
    terms[SELF] = self;
    terms[SHARED] = shared;
}

static sp_status repeat(sp_run *run, size_t block, void *context)
{
    experiment *a = context;
    size_t d = a->directions.d, n = a->n, p = a->p, m = a->m, n_ridge = a->ridge.n;
    sp_rng rng = sp_rng_at(run, "features ridge", block);
    double *theta = SP_NEW(run, double, d), *test_x = SP_NEW(run, double, m *d), *target = SP_NEW(run, double, m);
    double *x = SP_NEW(run, double, n *d), *y = SP_NEW(run, double, 2 * n), *noise = SP_NEW(run, double, n);
    double *f = SP_NEW(run, double, 2 * p * d), *z = SP_NEW(run, double, n *p), *test_z = SP_NEW(run, double, 2 * m * p);
    double *fitted = SP_NEW(run, double, 4 * n_ridge * 2 * m), *train = SP_NEW(run, double, 4 * n_ridge * 2),
           *norm = SP_NEW(run, double, 4 * n_ridge * 2);
    if (!theta || !test_x || !target || !x || !y || !noise || !f || !z || !test_z || !fitted || !train || !norm)
        return SP_FAILED;
    sp_draw_teacher(&rng, &a->directions, theta);
    sp_draw_inputs(&rng, &a->directions, m, test_x);
    sp_teach(&a->directions, m, test_x, theta, target);
    for (size_t F = 0; F < 2; F++) {
        sp_draw_features(&rng, d, p, f + F * p * d);
        sp_features_of(a->s, d, m, test_x, p, f + F * p * d, test_z + F * m * p);
    }
    for (size_t data = 0; data < 2; data++) {
        sp_draw_inputs(&rng, &a->directions, n, x);
        sp_teach(&a->directions, n, x, theta, y);
        for (size_t e = 2; e-- > 0;) {
            sp_normals(&rng, n, noise);
            for (size_t i = 0; i < n; i++)
                y[e * n + i] = y[i] + a->noise_sd * noise[i];
        }
        for (size_t F = 0; F < 2; F++) {
            size_t fit = 2 * data + F;
            sp_features_of(a->s, d, n, x, p, f + F * p * d, z);
            SP_TRY(sp_fit_all(
                run, SP_FIT_RIDGE, n, p, z, m, test_z + F * m * p, 2, y, a->ridge,
                &(sp_ridge_fit){fitted + fit * n_ridge * 2 * m, train + fit * n_ridge * 2, norm + fit * n_ridge * 2}));
        }
    }
    for (size_t r = 0; r < n_ridge; r++) {
        predictions all;
        double *terms = a->values + (block * n_ridge + r) * TERMS;
        for (size_t fit = 0; fit < 4; fit++)
            for (size_t e = 0; e < 2; e++) {
                all[fit / 2][fit % 2][e] = fitted + ((fit * n_ridge + r) * 2 + e) * m;
                terms[TRAIN] += train[(fit * n_ridge + r) * 2 + e] / 8;
                terms[NORM] += norm[(fit * n_ridge + r) * 2 + e] / 8 / (double)d;
            }
        split(m, target, all, terms);
    }
    return SP_OK;
}

static sp_status check_trial(sp_run *run, const sp_features_trial *trial)
{
    if (trial->d < 2)
        return sp_fail(run, SP_USAGE, "a simulation needs --d >= 2");
    if (trial->repeats < 1 || trial->test_points < 1)
        return sp_fail(run, SP_USAGE, "a simulation needs at least one repeat and one test point");
    return SP_OK;
}

sp_status sp_features_measure(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                              sp_vec ridge, const sp_features_trial *trial, sp_features_measured *out)
{
    SP_TRY(check_trial(run, trial));
    experiment a = {.s = s,
                    .ridge = ridge,
                    .n = sp_count(p->psi2, trial->d),
                    .p = sp_count(p->psi1, trial->d),
                    .m = trial->test_points,
                    .noise_sd = sqrt(p->noise_var)};
    SP_TRY(sp_directions_open(run, q, trial->d, &a.directions));
    double larger = (double)(a.n > a.p ? a.n : a.p), smaller = (double)(a.n < a.p ? a.n : a.p);
    double bytes = 8.0 * ((double)a.p * (double)(2 * trial->d + a.n + 2 * a.m) + (double)a.n * (double)trial->d +
                          4 * smaller * smaller + (double)a.m * smaller * 2 + larger);
    SP_TRY(sp_need_memory(run, bytes * fmin(sp_run_threads(run), (double)trial->repeats), "the simulated features"));
    a.values = SP_NEW(run, double, trial->repeats *ridge.n *TERMS);
    if (!a.values)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run,
                                 sp_simulation_name(run, "ridge-simulation",
                                                    sp_format(run, "%s %.17g %.17g %.17g %.17g", s->name, p->psi1, p->psi2,
                                                              p->noise_var, ridge.v[0])),
                                 trial->repeats, a.values, ridge.n * TERMS * sizeof(double), repeat, &a));
    for (size_t r = 0; r < ridge.n; r++) {
        sp_measured e[TERMS];
        for (size_t k = 0; k < TERMS; k++)
            e[k] = sp_measured_of(trial->repeats, a.values + r * TERMS + k, ridge.n * TERMS);
        out[r] = (sp_features_measured){.test = e[TEST],
                                        .train = e[TRAIN],
                                        .bias = e[BIAS],
                                        .sampling = e[SAMPLING],
                                        .init = e[INIT],
                                        .noise = e[NOISE],
                                        .ensemble = e[ENSEMBLE],
                                        .Q = e[SELF],
                                        .Q12 = e[SHARED],
                                        .weight_norm = e[NORM]};
        for (size_t i = 0; i < trial->repeats; i++) {
            const double *terms = a.values + (i * ridge.n + r) * TERMS;
            out[r].covariance += (terms[TEST] - e[TEST].mean) * (terms[ENSEMBLE] - e[ENSEMBLE].mean);
        }
        out[r].covariance /= (double)trial->repeats * ((double)trial->repeats - 1);
    }
    return SP_OK;
}

sp_measured sp_features_measured_ensemble(const sp_features_measured *m, double k)
{
    double alone = isinf(k) ? 0 : 1 / k, together = 1 - alone;
    double variance = together * together * m->ensemble.se * m->ensemble.se + alone * alone * m->test.se * m->test.se +
                      2 * alone * together * m->covariance;
    return (sp_measured){together * m->ensemble.mean + alone * m->test.mean, sqrt(fmax(variance, 0))};
}
