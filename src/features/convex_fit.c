#include "convex_fit.h"

#include "convex.h"

#include "math/linalg.h"

#include <math.h>
#include <string.h>

/* Rows in k <= min(n, p) coordinates: z itself, or, with fewer rows than features, the Cholesky factor L of Z Z^T, so that
 * w = Z^T L^-T v has |w| = |v|. */
typedef struct {
    size_t n, k;
    const double *row, *y;
    double ridge;
    const sp_loss *loss;
} problem;

static void margins(const problem *a, const double *v, double *m)
{
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, a->n, a->k, 1, v, a->k, a->row, a->k, 0, m, a->n);
    for (size_t i = 0; i < a->n; i++)
        m[i] *= a->y[i];
}

static double objective(const problem *a, const double *v, const double *m)
{
    double sum = 0;
    for (size_t i = 0; i < a->n; i++)
        sum += sp_loss_value(a->loss, m[i]);
    for (size_t j = 0; j < a->k; j++)
        sum += a->ridge / 2 * v[j] * v[j];
    return sum;
}

/* Gradient, and the Hessian sum l'' z z^T + ridge. */
static void derivatives(const problem *a, const double *v, const double *m, double *scaled, double *gradient,
                        double *hessian)
{
    for (size_t j = 0; j < a->k; j++)
        gradient[j] = a->ridge * v[j];
    for (size_t i = 0; i < a->n; i++) {
        double first, second;
        sp_loss_slopes(a->loss, m[i], &first, &second);
        double root = sqrt(fmax(second, 0));
        for (size_t j = 0; j < a->k; j++) {
            gradient[j] += first * a->y[i] * a->row[i * a->k + j];
            scaled[i * a->k + j] = root * a->row[i * a->k + j];
        }
    }
    sp_gemm(SP_TRANSPOSED, SP_PLAIN, a->k, a->k, a->n, 1, scaled, a->k, scaled, a->k, 0, hessian, a->k);
    for (size_t j = 0; j < a->k; j++)
        hessian[j * a->k + j] += a->ridge;
}

static sp_status newton(sp_run *run, const problem *a, double *v, sp_convex_report *out)
{
    enum { MAX_STEPS = 100 };
    size_t n = a->n, k = a->k;
    double *m = SP_NEW(run, double, n), *next_m = SP_NEW(run, double, n), *scaled = SP_NEW(run, double, n *k),
           *gradient = SP_NEW(run, double, k);
    double *hessian = SP_NEW(run, double, k *k), *step = SP_NEW(run, double, k), *next = SP_NEW(run, double, k);
    if (!m || !next_m || !scaled || !gradient || !hessian || !step || !next)
        return SP_FAILED;
    margins(a, v, m);
    double value = objective(a, v, m);
    for (out->iterations = 0; out->iterations < MAX_STEPS; out->iterations++) {
        derivatives(a, v, m, scaled, gradient, hessian);
        out->residual = 0;
        for (size_t j = 0; j < k; j++)
            out->residual = fmax(out->residual, fabs(gradient[j]) / (double)n);
        out->converged = out->residual < 1e-9;
        if (out->converged)
            break;
        memcpy(step, gradient, k * sizeof *step);
        SP_TRY(sp_cholesky(run, k, hessian));
        sp_cholesky_solve(k, hessian, 1, step);
        double slope = 0, length = 1, next_value = value;
        for (size_t j = 0; j < k; j++)
            slope += step[j] * gradient[j];
        for (int halving = 0; halving < 40; halving++, length /= 2) {
            for (size_t j = 0; j < k; j++)
                next[j] = v[j] - length * step[j];
            margins(a, next, next_m);
            next_value = objective(a, next, next_m);
            if (next_value <= value - 1e-4 * length * slope + 1e-14 * fabs(value))
                break;
        }
        memcpy(v, next, k * sizeof *v);
        memcpy(m, next_m, n * sizeof *m);
        value = next_value;
        SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

/* max over 0 <= alpha <= 1 of sum alpha - |sum alpha y z|^2 / (2 ridge); v = sum alpha y z / ridge. */
static sp_status dual_ascent(sp_run *run, const problem *a, double *v, sp_convex_report *out)
{
    enum { MAX_SWEEPS = 20000, CHECK = 20 };
    double *alpha = SP_NEW(run, double, a->n), *square = SP_NEW(run, double, a->n), *m = SP_NEW(run, double, a->n);
    if (!alpha || !square || !m)
        return SP_FAILED;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < a->k; j++)
            square[i] += a->row[i * a->k + j] * a->row[i * a->k + j];
    for (out->iterations = 1; out->iterations <= MAX_SWEEPS; out->iterations++) {
        for (size_t i = 0; i < a->n; i++) {
            const double *z = a->row + i * a->k;
            double margin = 0;
            for (size_t j = 0; j < a->k; j++)
                margin += z[j] * v[j];
            double best = fmin(1, fmax(0, alpha[i] + (1 - a->y[i] * margin) * a->ridge / square[i]));
            double change = (best - alpha[i]) * a->y[i] / a->ridge;
            alpha[i] = best;
            for (size_t j = 0; j < a->k && change != 0; j++)
                v[j] += change * z[j];
        }
        if (out->iterations % CHECK)
            continue;
        margins(a, v, m);
        double gap = 0;
        for (size_t i = 0; i < a->n; i++)
            gap += sp_loss_value(a->loss, m[i]) - alpha[i];
        for (size_t j = 0; j < a->k; j++)
            gap += a->ridge * v[j] * v[j];
        out->residual = gap / (double)a->n;
        out->converged = out->residual < 1e-7;
        if (out->converged)
            break;
        SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

static sp_status minimise(sp_run *run, const sp_loss *loss, size_t n, size_t p, const double *z, const double *y,
                          double ridge, double *w, sp_convex_report *out)
{
    problem a = {n, p, z, y, ridge, loss};
    double *factor = NULL, *v = w;
    if (n < p) {
        factor = SP_NEW(run, double, n *n);
        v = SP_NEW(run, double, n);
        if (!factor || !v)
            return SP_FAILED;
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, n, n, p, 1, z, p, z, p, 0, factor, n);
        double trace = 0;
        for (size_t i = 0; i < n; i++)
            trace += factor[i * n + i];
        for (size_t i = 0; i < n; i++) /* repeated rows make Z Z^T singular */
            factor[i * n + i] += 1e-13 * trace / (double)n;
        SP_TRY(sp_cholesky(run, n, factor));
        a.k = n;
        a.row = factor;
    }
    memset(v, 0, a.k * sizeof *v);
    SP_TRY(loss->kind == SP_LOSS_HINGE ? dual_ascent(run, &a, v, out) : newton(run, &a, v, out));
    if (!factor)
        return SP_OK;
    double *b = SP_NEW(run, double, n);
    if (!b)
        return SP_FAILED;
    for (size_t i = n; i-- > 0;) { /* L^T b = v */
        b[i] = v[i];
        for (size_t j = i + 1; j < n; j++)
            b[i] -= factor[j * n + i] * b[j];
        b[i] /= factor[i * n + i];
    }
    sp_gemm(SP_PLAIN, SP_PLAIN, 1, p, n, 1, b, n, z, p, 0, w, p);
    return SP_OK;
}

sp_status sp_convex_fit(sp_run *run, const sp_loss *loss, size_t n, size_t p, const double *z, const double *y, double ridge,
                        double *w, sp_convex_report *out)
{
    sp_mark mark = sp_memory_mark(run);
    *out = (sp_convex_report){.residual = INFINITY};
    sp_status status = minimise(run, loss, n, p, z, y, ridge, w, out);
    sp_memory_release(run, mark);
    return status;
}
