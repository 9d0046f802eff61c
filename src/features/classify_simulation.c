/* Classifiers trained on drawn features. */
#include "convex.h"
#include "convex_fit.h"
#include "sample.h"

#include "math/linalg.h"

#include <math.h>

enum { TEST_ERR, TEST_LOSS, TRAIN_ERR, TRAIN_LOSS, NORM, RESIDUAL, CONVERGED, VALUES };

typedef struct {
    const sp_activation *s;
    const sp_loss *loss;
    sp_directions directions;
    double ridge, flip;
    size_t n, p, m;
    double *values; /* [repeat][value] */
} experiment;

/* Clean labels to sign, noisy ones with flips. */
static void label(sp_rng *rng, double flip, size_t n, const double *nu, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (nu[i] >= 0) == (flip > 0 ? sp_uniform(rng) >= flip : true) ? 1 : -1;
}

static sp_status repeat(sp_run *run, size_t block, void *context)
{
    enum { TEST_BLOCK = 1000 };
    experiment *a = context;
    size_t d = a->directions.d, n = a->n, p = a->p;
    sp_rng rng = sp_rng_at(run, "features classify", block);
    size_t rows = n > TEST_BLOCK ? n : TEST_BLOCK;
    double *theta = SP_NEW(run, double, d), *x = SP_NEW(run, double, rows *d), *nu = SP_NEW(run, double, rows),
           *y = SP_NEW(run, double, rows);
    double *f = SP_NEW(run, double, p *d), *z = SP_NEW(run, double, rows *p), *w = SP_NEW(run, double, p),
           *out = a->values + block * VALUES;
    double *prediction = SP_NEW(run, double, rows);
    if (!theta || !x || !nu || !y || !f || !z || !w || !prediction)
        return SP_FAILED;
    sp_draw_teacher(&rng, &a->directions, theta);
    sp_draw_features(&rng, d, p, f);
    sp_draw_inputs(&rng, &a->directions, n, x);
    sp_teach(&a->directions, n, x, theta, nu);
    label(&rng, a->flip, n, nu, y);
    sp_features_of(a->s, d, n, x, p, f, z);
    sp_convex_report report;
    SP_TRY(sp_convex_fit(run, a->loss, n, p, z, y, a->ridge, w, &report));
    out[RESIDUAL] = report.residual;
    out[CONVERGED] = report.converged;
    for (size_t j = 0; j < p; j++)
        out[NORM] += w[j] * w[j] / (double)d;
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, n, p, 1, w, p, z, p, 0, prediction, n);
    for (size_t i = 0; i < n; i++) {
        out[TRAIN_ERR] += y[i] * prediction[i] < 0 ? 1 / (double)n : 0;
        out[TRAIN_LOSS] += sp_loss_value(a->loss, y[i] * prediction[i]) / (double)n;
    }
    for (size_t done = 0; done < a->m; done += TEST_BLOCK) {
        size_t m = a->m - done < TEST_BLOCK ? a->m - done : TEST_BLOCK;
        sp_draw_inputs(&rng, &a->directions, m, x);
        sp_teach(&a->directions, m, x, theta, nu);
        label(&rng, a->flip, m, nu, y);
        sp_features_of(a->s, d, m, x, p, f, z);
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, m, p, 1, w, p, z, p, 0, prediction, m);
        for (size_t i = 0; i < m; i++) {
            out[TEST_ERR] += nu[i] * prediction[i] < 0 ? 1 / (double)a->m : 0;
            out[TEST_LOSS] += sp_loss_value(a->loss, y[i] * prediction[i]) / (double)a->m;
        }
    }
    return SP_OK;
}

sp_status sp_features_classify_measure(sp_run *run, const sp_features_point *p, const sp_activation *s,
                                       const sp_population *q, const sp_loss *loss, double flip,
                                       const sp_features_trial *trial, sp_classifier_measured *out)
{
    if (!(p->ridge > 0))
        return sp_fail(run, SP_USAGE, "the simulation of a classifier needs a ridge > 0");
    if (loss->kind == SP_LOSS_OWN && loss->kinks.n)
        return sp_fail(run, SP_USAGE,
                       "a loss with kinks has theory only here: simulate a smooth one, or the built-in hinge");
    experiment a = {.s = s,
                    .loss = loss,
                    .ridge = p->ridge,
                    .flip = flip,
                    .n = sp_count(p->psi2, trial->d),
                    .p = sp_count(p->psi1, trial->d),
                    .m = trial->test_points};
    SP_TRY(sp_directions_open(run, q, trial->d, &a.directions));
    a.values = SP_NEW(run, double, trial->repeats *VALUES);
    if (!a.values)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run,
                                 sp_simulation_name(run, "classifier",
                                                    sp_format(run, "%s %s %.17g %.17g %.17g %.17g", loss->name, s->name,
                                                              p->psi1, p->psi2, p->ridge, flip)),
                                 trial->repeats, a.values, VALUES * sizeof(double), repeat, &a));
    sp_measured v[VALUES];
    for (size_t k = 0; k < VALUES; k++)
        v[k] = sp_measured_of(trial->repeats, a.values + k, VALUES);
    *out =
        (sp_classifier_measured){v[TEST_ERR], v[TEST_LOSS], v[TRAIN_ERR], v[TRAIN_LOSS], v[NORM], 0, v[CONVERGED].mean == 1};
    for (size_t i = 0; i < trial->repeats; i++)
        out->residual = fmax(out->residual, a.values[i * VALUES + RESIDUAL]);
    return SP_OK;
}
