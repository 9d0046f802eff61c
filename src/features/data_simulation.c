/* Direct training on random subsamples of the user's rows. */
#include "convex_fit.h"
#include "sample.h"

#include "math/linalg.h"

#include <math.h>
#include <string.h>

enum { TEST, TRAIN, TEST_ERR, TRAIN_ERR, CONVERGED, VALUES, TEST_ROWS = 2000 };

typedef struct {
    const sp_features_data *data;
    const sp_features_map *map;
    const sp_loss *loss;
    sp_vec ridge;
    size_t p, n, m;
    double *values; /* [repeat][ridge][value] */
} experiment;

static void gather(const experiment *a, size_t count, const size_t *row, double *z)
{
    for (size_t i = 0; i < count; i++)
        memcpy(z + i * a->p, a->map->u + row[i] * a->map->p, a->p * sizeof *z);
}

/* Wrong sign of two classes, or wrong largest of several. */
static bool misclassified(const sp_features_data *data, size_t row, const double *f, size_t stride)
{
    if (data->label)
        return data->label[row] * (*f + data->offset) < 0;
    if (!data->class_of)
        return false;
    size_t largest = 0;
    double best = -INFINITY;
    for (size_t c = 0; c < data->n_targets; c++) {
        bool own = (size_t)data->class_of[row] == c;
        double indicator_mean = (own ? 1 : 0) - data->y[c * data->n + row], value = f[c * stride] + indicator_mean;
        if (value > best) {
            best = value;
            largest = c;
        }
    }
    return largest != (size_t)data->class_of[row];
}

static sp_status by_ridge(sp_run *run, const experiment *a, const size_t *row, const double *z, const double *z_test,
                          double *out)
{
    const sp_features_data *data = a->data;
    size_t targets = data->n_targets;
    double *y = SP_NEW(run, double, targets * a->n), *fitted = SP_NEW(run, double, a->ridge.n *targets * a->m);
    double *train = SP_NEW(run, double, a->ridge.n *targets), *norm = SP_NEW(run, double, a->ridge.n *targets);
    if (!y || !fitted || !train || !norm)
        return SP_FAILED;
    for (size_t c = 0; c < targets; c++)
        for (size_t i = 0; i < a->n; i++)
            y[c * a->n + i] = data->y[c * data->n + row[i]];
    SP_TRY(sp_fit_all(run, SP_FIT_RIDGE, a->n, a->p, z, a->m, z_test, targets, y, a->ridge,
                      &(sp_ridge_fit){fitted, train, norm}));
    for (size_t r = 0; r < a->ridge.n; r++, out += VALUES) {
        const double *f = fitted + r * targets * a->m;
        out[TRAIN_ERR] = NAN;
        out[CONVERGED] = 1;
        for (size_t c = 0; c < targets; c++) {
            out[TRAIN] += train[r * targets + c];
            for (size_t i = 0; i < a->m; i++) {
                double gap = data->y[c * data->n + row[a->n + i]] - f[c * a->m + i];
                out[TEST] += gap * gap / (double)a->m;
            }
        }
        for (size_t i = 0; i < a->m; i++)
            out[TEST_ERR] += misclassified(data, row[a->n + i], f + i, a->m) ? 1 / (double)a->m : 0;
    }
    return SP_OK;
}

static void losses_of(const experiment *a, size_t count, const size_t *row, const double *f, double *loss, double *error)
{
    for (size_t i = 0; i < count; i++) {
        double margin = a->data->label[row[i]] * f[i];
        *loss += sp_loss_value(a->loss, margin) / (double)count;
        *error += margin < 0 ? 1 / (double)count : 0;
    }
}

static sp_status by_loss(sp_run *run, const experiment *a, const size_t *row, const double *z, const double *z_test,
                         double *out)
{
    double *y = SP_NEW(run, double, a->n), *w = SP_NEW(run, double, a->p),
           *f = SP_NEW(run, double, a->n > a->m ? a->n : a->m);
    if (!y || !w || !f)
        return SP_FAILED;
    for (size_t i = 0; i < a->n; i++)
        y[i] = a->data->label[row[i]];
    for (size_t r = 0; r < a->ridge.n; r++, out += VALUES) {
        sp_convex_report report;
        SP_TRY(sp_convex_fit(run, a->loss, a->n, a->p, z, y, a->ridge.v[r], w, &report));
        out[CONVERGED] = report.converged;
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, a->n, a->p, 1, w, a->p, z, a->p, 0, f, a->n);
        losses_of(a, a->n, row, f, &out[TRAIN], &out[TRAIN_ERR]);
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, a->m, a->p, 1, w, a->p, z_test, a->p, 0, f, a->m);
        losses_of(a, a->m, row + a->n, f, &out[TEST], &out[TEST_ERR]);
    }
    return SP_OK;
}

static sp_status repeat(sp_run *run, size_t block, void *context)
{
    experiment *a = context;
    sp_rng rng = sp_rng_at(run, "features subsample", block);
    size_t *row = SP_NEW(run, size_t, a->data->n);
    double *z = SP_NEW(run, double, a->n * a->p), *z_test = SP_NEW(run, double, a->m * a->p),
           *out = a->values + block * a->ridge.n * VALUES;
    if (!row || !z || !z_test)
        return SP_FAILED;
    sp_permutation(&rng, a->data->n, row);
    gather(a, a->n, row, z);
    gather(a, a->m, row + a->n, z_test);
    return a->loss ? by_loss(run, a, row, z, z_test, out) : by_ridge(run, a, row, z, z_test, out);
}

sp_status sp_features_data_measure(sp_run *run, const sp_features_data *data, const sp_features_map *map, size_t p, size_t n,
                                   sp_vec ridge, const sp_loss *loss, size_t repeats, sp_features_data_measured *out)
{
    if (n + 10 > data->n)
        return sp_fail(run, SP_USAGE, "at most %zu of the %zu rows can be trained on: the others test", data->n - 10,
                       data->n);
    if (loss && !data->label)
        return sp_fail(run, SP_USAGE, "the %s loss needs labels of two values", loss->name);
    size_t m = data->n - n < TEST_ROWS ? data->n - n : TEST_ROWS;
    experiment a = {data, map, loss, ridge, p, n, m, SP_NEW(run, double, repeats *ridge.n *VALUES)};
    if (!a.values)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(
        run,
        sp_simulation_name(run, "subsamples", sp_format(run, "%s %zu %zu %.17g", loss ? loss->name : "", n, p, ridge.v[0])),
        repeats, a.values, ridge.n * VALUES * sizeof(double), repeat, &a));
    for (size_t r = 0; r < ridge.n; r++) {
        sp_measured v[VALUES];
        for (size_t k = 0; k < VALUES; k++)
            v[k] = sp_measured_of(repeats, a.values + r * VALUES + k, ridge.n * VALUES);
        out[r] = (sp_features_data_measured){v[TEST], v[TRAIN], v[TEST_ERR], v[TRAIN_ERR], v[CONVERGED].mean == 1};
        if (!data->label && !data->class_of)
            out[r].test_err = (sp_measured){NAN, NAN};
    }
    return SP_OK;
}
