/* Moments, counts, distributions of a sample, comparisons. */
#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void sp_moments_add_weighted(sp_moments *m, double x, double weight)
{
    if (weight == 0)
        return;
    m->n++;
    m->weight += weight;
    m->weight_squares += weight * weight;
    double d = x - m->mean;
    m->mean += d * (weight / m->weight);
    m->m2 += weight * d * (x - m->mean);
}

void sp_moments_add(sp_moments *m, double x) { sp_moments_add_weighted(m, x, 1); }

void sp_moments_merge(sp_moments *m, const sp_moments *o)
{
    if (o->n == 0)
        return;
    double weight = m->weight + o->weight, d = o->mean - m->mean;
    m->m2 += o->m2 + d * d * (m->weight * o->weight / weight);
    m->mean += d * (o->weight / weight);
    m->n += o->n;
    m->weight = weight;
    m->weight_squares += o->weight_squares;
}

double sp_moments_variance(const sp_moments *m)
{
    return m->n < 2 ? NAN : m->m2 / (m->weight - m->weight_squares / m->weight);
}

double sp_moments_sd(const sp_moments *m) { return sqrt(sp_moments_variance(m)); }

double sp_moments_se(const sp_moments *m) { return sqrt(sp_moments_variance(m) * m->weight_squares) / m->weight; }

sp_estimate sp_mean(size_t n, const double *x)
{
    sp_moments m = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&m, x[i]);
    return (sp_estimate){n ? m.mean : NAN, sp_moments_se(&m)};
}

double sp_variance(size_t n, const double *x)
{
    sp_moments m = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&m, x[i]);
    return sp_moments_variance(&m);
}

sp_estimate sp_median(sp_run *run, size_t n, const double *x)
{
    sp_mark mark = sp_memory_mark(run);
    double *sorted = SP_NEW(run, double, n), p = 0.5 / sqrt((double)n);
    sp_estimate median = {NAN, NAN};
    if (sorted && n) {
        memcpy(sorted, x, n * sizeof *x);
        sp_sort(n, sorted);
        median.value = sp_quantile_sorted(n, sorted, 0.5);
        if (n >= 4)
            median.se = (sp_quantile_sorted(n, sorted, 0.5 + p) - sp_quantile_sorted(n, sorted, 0.5 - p)) / 2;
    }
    sp_memory_release(run, mark);
    return median;
}

/* Wilson, JASA 22 (1927) 209, z of 95 %. */
sp_interval sp_fraction(double k, double n)
{
    if (!(n > 0))
        return (sp_interval){NAN, NAN, 0, 1};
    const double z = 1.9599639845400545;
    double p = k / n, centre = (k + 0.5 * z * z) / (n + z * z);
    double half = z / (n + z * z) * sqrt(k * (n - k) / n + 0.25 * z * z);
    double q = k == 0 || k == n ? centre : p;
    return (sp_interval){p, sqrt(q * (1 - q) / n), k == 0 ? 0 : fmax(0, centre - half), k == n ? 1 : fmin(1, centre + half)};
}

sp_status sp_histogram_create(sp_run *run, size_t bins, double low, double high, sp_histogram *h)
{
    if (bins == 0 || !(low < high) || !isfinite(low) || !isfinite(high))
        return sp_fail(run, SP_FAILED, "a histogram needs at least one bin and low < high");
    *h = (sp_histogram){.bins = bins, .low = low, .high = high, .width = (high - low) / (double)bins};
    h->count = SP_NEW(run, double, bins);
    return h->count ? SP_OK : SP_FAILED;
}

void sp_histogram_add(sp_histogram *h, double x, double weight)
{
    if (isnan(x))
        return;
    h->total += weight;
    if (x < h->low) {
        h->below += weight;
    }
    else if (x > h->high) {
        h->above += weight;
    }
    else {
        size_t i = (size_t)((x - h->low) / h->width);
        h->count[i < h->bins ? i : h->bins - 1] += weight; /* the upper end belongs to the last bin */
    }
}

sp_estimate sp_histogram_density(const sp_histogram *h, size_t i)
{
    double scale = 1 / (h->total * h->width);
    return (sp_estimate){h->count[i] * scale, sqrt(h->count[i] > 0 ? h->count[i] : 1) * scale};
}

double sp_histogram_centre(const sp_histogram *h, size_t i) { return h->low + ((double)i + 0.5) * h->width; }

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

void sp_sort(size_t n, double *x) { qsort(x, n, sizeof *x, ascending); }

typedef struct {
    double x;
    size_t i;
} indexed;

static int ascending_indexed(const void *a, const void *b)
{
    const indexed *p = a, *q = b;
    int order = ascending(&p->x, &q->x);
    return order ? order : (p->i > q->i) - (p->i < q->i);
}

sp_status sp_sort_index(sp_run *run, size_t n, const double *x, size_t *index)
{
    sp_mark mark = sp_memory_mark(run);
    indexed *list = SP_NEW(run, indexed, n);
    if (!list)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        list[i] = (indexed){x[i], i};
    qsort(list, n, sizeof *list, ascending_indexed);
    for (size_t i = 0; i < n; i++)
        index[i] = list[i].i;
    sp_memory_release(run, mark);
    return SP_OK;
}

double sp_quantile_sorted(size_t n, const double *sorted, double p)
{
    if (n == 0)
        return NAN;
    double h = fmin(fmax(p, 0), 1) * (double)(n - 1);
    size_t i = (size_t)h;
    if (i + 1 >= n)
        return sorted[n - 1];
    return h == (double)i ? sorted[i] : sorted[i] + (h - (double)i) * (sorted[i + 1] - sorted[i]);
}

sp_status sp_ranks(sp_run *run, size_t n, const double *x, double *ranks)
{
    sp_mark mark = sp_memory_mark(run);
    size_t *order = SP_NEW(run, size_t, n);
    if (!order)
        return SP_FAILED;
    SP_TRY(sp_sort_index(run, n, x, order));
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && x[order[j]] == x[order[i]]; j++)
            ;
        for (size_t k = i; k < j; k++)
            ranks[order[k]] = 0.5 * (double)(i + 1 + j);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

double sp_correlation(size_t n, const double *x, const double *y)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double w = 1 / (double)(i + 1), dx = x[i] - mx, dy = y[i] - my;
        mx += dx * w;
        my += dy * w;
        xx += dx * (x[i] - mx);
        yy += dy * (y[i] - my);
        xy += dx * (y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

double sp_z_score(sp_estimate a, sp_estimate b) { return a.value == b.value ? 0 : (a.value - b.value) / hypot(a.se, b.se); }

sp_estimate sp_mean_difference(size_t n, const double *x, size_t m, const double *y)
{
    sp_estimate a = sp_mean(n, x), b = sp_mean(m, y);
    return (sp_estimate){a.value - b.value, hypot(a.se, b.se)};
}

double sp_normal_p_value(double z) { return erfc(fabs(z) * M_SQRT1_2); }

/* P(K > x) of the Kolmogorov law; the series of whichever side converges fast. */
static double kolmogorov_tail(double x)
{
    if (x < 0.2)
        return 1;
    double sum = 0;
    if (x < 1.18) {
        for (int k = 1; k < 20; k += 2)
            sum += exp(-k * k * M_PI * M_PI / (8 * x * x));
        return 1 - sqrt(2 * M_PI) / x * sum;
    }
    for (int k = 1; k < 20; k++)
        sum += (k & 1 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    return sum;
}

/* Stephens' finite-size argument of the limit law. */
static double kolmogorov_p(double distance, double n)
{
    double root = sqrt(n);
    return kolmogorov_tail((root + 0.12 + 0.11 / root) * distance);
}

double sp_kolmogorov_two(size_t n, const double *x, size_t m, const double *y, double *p_value)
{
    double distance = 0;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        double at = x[i] < y[j] ? x[i] : y[j];
        while (i < n && x[i] == at)
            i++;
        while (j < m && y[j] == at)
            j++;
        distance = fmax(distance, fabs((double)i / (double)n - (double)j / (double)m));
    }
    if (p_value)
        *p_value = kolmogorov_p(distance, (double)n * (double)m / (double)(n + m));
    return distance;
}

double sp_kolmogorov_one(size_t n, const double *x, double (*cdf)(double, void *), void *context, double *p_value)
{
    double distance = 0;
    for (size_t i = 0; i < n; i++) {
        double f = cdf(x[i], context);
        distance = fmax(distance, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    if (p_value)
        *p_value = kolmogorov_p(distance, (double)n);
    return distance;
}
