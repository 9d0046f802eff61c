/* Peaks of the test error along the number of samples or of features. */
#include "spinodal/features.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    sp_features_point p;
    const sp_population *q;
    const sp_peak_scan *scan;
    double ridge_paper;
} curve;

static double test_at(const curve *c, double psi)
{
    sp_features_point p = c->p;
    *(c->scan->along_features ? &p.psi1 : &p.psi2) = psi;
    if (!c->scan->fixed_ridge)
        p.ridge = c->ridge_paper * p.psi1 * p.psi2;
    sp_features_ridge r;
    sp_features_ridge_solve(&p, c->q, &r);
    return sp_features_ensemble(&r, c->scan->k);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Golden section for the maximum between `low` and `high` (in log10 psi). */
static double refine(const curve *c, double low, double high)
{
    const double golden = (sqrt(5) - 1) / 2;
    double x1 = high - golden * (high - low), x2 = low + golden * (high - low);
    double f1 = test_at(c, pow(10, x1)), f2 = test_at(c, pow(10, x2));
    while (high - low > 1e-7) {
        if (f1 > f2) {
            high = x2;
            x2 = x1;
            f2 = f1;
            x1 = high - golden * (high - low);
            f1 = test_at(c, pow(10, x1));
        }
        else {
            low = x1;
            x1 = x2;
            f1 = f2;
            x2 = low + golden * (high - low);
            f2 = test_at(c, pow(10, x2));
        }
    }
    return (low + high) / 2;
}

/* Height above the higher of the lowest points on either side, up to the next higher value. */
static double prominence(size_t n, const double *f, size_t i)
{
    double left = f[i], right = f[i];
    for (size_t j = i; j-- > 0 && f[j] <= f[i];)
        left = fmin(left, f[j]);
    for (size_t j = i + 1; j < n && f[j] <= f[i]; j++)
        right = fmin(right, f[j]);
    return f[i] - fmax(left, right);
}

/* Puts `value` among the n scanned points, in the place of one that equals it up to rounding. */
static size_t insert(double *x, size_t n, double value)
{
    if (!(value > x[0] && value < x[n - 1]))
        return n;
    size_t i = n;
    for (size_t j = 0; j < n; j++)
        if (fabs(x[j] - value) < 1e-9)
            i = j;
    x[i] = value;
    qsort(x, i == n ? n + 1 : n, sizeof *x, ascending);
    return i == n ? n + 1 : n;
}

sp_status sp_features_peaks(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_peak_scan *scan,
                            size_t cap, sp_features_peak *out, size_t *n)
{
    double threshold = scan->along_features ? p->psi2 : p->psi1;
    curve c = {*p, q, scan, p->ridge / (p->psi1 * p->psi2)};
    size_t steps = scan->steps, m = 0;
    if (!(scan->low > 0 && scan->high > scan->low) || steps < 3)
        return sp_fail(run, SP_USAGE, "the scan needs 0 < low < high and at least 3 steps");
    double *x = SP_NEW(run, double, 2 * (steps + 2)), *f = x + steps + 2;
    if (!x)
        return SP_FAILED;
    for (size_t i = 0; i < steps; i++)
        x[m++] = log10(scan->low) + (log10(scan->high) - log10(scan->low)) * (double)i / (double)(steps - 1);
    double special[] = {0, log10(threshold)};
    for (int k = 0; k < 2; k++)
        m = insert(x, m, special[k]);
    for (size_t i = 0; i < m; i++)
        f[i] = test_at(&c, x[i] == special[1] ? threshold : pow(10, x[i]));
    *n = 0;
    for (size_t i = 1; i + 1 < m && *n < cap; i++) {
        if (!(f[i] > f[i - 1] && f[i] >= f[i + 1]))
            continue;
        bool diverges = isinf(f[i]);
        double best = diverges ? x[i] : refine(&c, x[i - 1], x[i + 1]);
        double psi = diverges && x[i] == special[1] ? threshold : pow(10, best), height = diverges ? f[i] : test_at(&c, psi);
        sp_peak_kind kind = fabs(best - special[1]) < 0.3 && fabs(best - special[1]) <= fabs(best) ? SP_PEAK_NONLINEAR
                            : fabs(best) < 0.3                                                     ? SP_PEAK_LINEAR
                            : fabs(best - special[1]) < 0.3                                        ? SP_PEAK_NONLINEAR
                                                                                                   : SP_PEAK_OTHER;
        out[(*n)++] = (sp_features_peak){kind, psi, height, prominence(m, f, i) + (diverges ? 0 : height - f[i])};
    }
    return SP_OK;
}
