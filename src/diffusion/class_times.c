/* When the classes of labelled data separate: the Bayes criterion with empirical densities (spec 05, 2 and 3.7). */
#include "diffusion/class_times.h"
#include "diffusion/empirical.h"

#include "math/statistics.h"

#include <math.h>

enum { TIMES = 32, LEAST = 8 };

/* log of the density of class `l` over a common factor, at query q, time k; the seed does not count. */
static double log_class_density(const sp_dataset *data, const sp_noised *noised, const sp_softmax_result *scan,
                                const size_t *size, size_t q, size_t k, size_t l)
{
    const double *weight = scan->class_weight + (q * TIMES + k) * data->n_classes;
    bool own = (size_t)data->label[noised->seed[q]] == l;
    double w = own ? weight[l] - scan->stat[q * TIMES + k].w_seed : weight[l];
    /* terms far below the largest are not summed: 1e-15 stands for them, at ratios D/S that no criterion asks for */
    return log(fmax(w, 1e-15)) - log((double)(size[l] - own));
}

typedef struct {
    double t[TIMES], ratio[TIMES], ratio_se[TIMES];
} ratios;

/* Projections of the noise and of the seeds on the class means: what l depends on linearly. */
typedef struct {
    const sp_dataset *data;
    const sp_noised *noised;
    const sp_softmax_result *scan;
    size_t *size;    /* rows of each class */
    double *mean;    /* n_classes x d */
    double *z, *a;   /* queries x n_classes: z.m_l, seed.m_l */
    double *product; /* n_classes x n_classes: m_k.m_l */
} pass;

/* The largest time where the ratio falls through kappa: linear in log t. */
static sp_estimate criterion(const ratios *r, double kappa)
{
    for (size_t k = TIMES; k-- > 1;)
        if (r->ratio[k - 1] > kappa && r->ratio[k] <= kappa) {
            double share = (r->ratio[k - 1] - kappa) / (r->ratio[k - 1] - r->ratio[k]), width = log(r->t[k] / r->t[k - 1]);
            double t = r->t[k - 1] * exp(share * width), se = (1 - share) * r->ratio_se[k - 1] + share * r->ratio_se[k];
            return (sp_estimate){t, t * se * width / (r->ratio[k - 1] - r->ratio[k])};
        }
    return (sp_estimate){NAN, NAN};
}

/* D/S from l at the queries of one class. What l owes to the noise along the difference of means, z.dm, and to the place of
 * the seed in its class, (a - m_k).dm, is fitted: both have mean 0 and z.dm has variance |dm|^2, so that D keeps only the
 * error of the residual and S that of the fit. */
static sp_estimate ratio_of(size_t n, const double *l, const double *z, const double *a, double z_variance)
{
    double zz = 0, za = 0, aa = 0, ml = 0, mz = 0, ma = 0, zl = 0, al = 0, count = (double)n;
    for (size_t i = 0; i < n; i++) {
        ml += l[i] / count;
        mz += z[i] / count;
        ma += a[i] / count;
    }
    for (size_t i = 0; i < n; i++) {
        zz += (z[i] - mz) * (z[i] - mz);
        za += (z[i] - mz) * (a[i] - ma);
        aa += (a[i] - ma) * (a[i] - ma);
        zl += (z[i] - mz) * (l[i] - ml);
        al += (a[i] - ma) * (l[i] - ml);
    }
    double det = zz * aa - za * za, by_z = 0, by_a = 0, residual = 0;
    if (det > 1e-12 * zz * aa) {
        by_z = (zl * aa - al * za) / det;
        by_a = (al * zz - zl * za) / det;
    }
    for (size_t i = 0; i < n; i++) {
        double e = l[i] - ml - by_z * (z[i] - mz) - by_a * (a[i] - ma);
        residual += e * e / (count - 3);
    }
    double from_z = by_z * by_z * z_variance, from_a = by_a * by_a * aa / (count - 1);
    double D = ml - by_z * mz - by_a * ma, S2 = from_z + from_a + residual;
    double S2_variance = (residual * (4 * (from_z + from_a) + 2 * residual) + 2 * from_a * from_a) / count;
    double ratio = D / sqrt(S2);
    return (sp_estimate){ratio, sqrt(residual / count / S2 + ratio * ratio * S2_variance / (4 * S2 * S2))};
}

static sp_estimate one_way(const pass *p, sp_vec t, double kappa, size_t from, size_t to, double *work)
{
    size_t classes = p->data->n_classes, queries = p->noised->n, n = 0;
    double *l = work, *z = work + queries, *a = work + 2 * queries;
    const double *product = p->product;
    double own = product[from * classes + from], cross = product[from * classes + to];
    ratios r;
    for (size_t k = 0; k < TIMES; k++) {
        n = 0;
        for (size_t q = 0; q < queries; q++) {
            if ((size_t)p->data->label[p->noised->seed[q]] != from)
                continue;
            l[n] = log_class_density(p->data, p->noised, p->scan, p->size, q, k, from) -
                   log_class_density(p->data, p->noised, p->scan, p->size, q, k, to);
            z[n] = p->z[q * classes + from] - p->z[q * classes + to];
            a[n] = p->a[q * classes + from] - p->a[q * classes + to] - (own - cross);
            n++;
        }
        if (n < LEAST)
            return (sp_estimate){NAN, NAN};
        sp_estimate ratio = ratio_of(n, l, z, a, own - 2 * cross + product[to * classes + to]);
        r.t[k] = t.v[k];
        r.ratio[k] = ratio.value;
        r.ratio_se[k] = ratio.se;
    }
    return criterion(&r, kappa);
}

static double dot(size_t d, const double *x, const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += x[j] * y[j];
    return sum;
}

/* Class means and their products with the queries. O(n d + queries n_classes d). */
static sp_status project(sp_run *run, pass *p)
{
    const sp_dataset *data = p->data;
    size_t d = data->d, classes = data->n_classes, queries = p->noised->n;
    p->size = SP_NEW(run, size_t, classes);
    p->mean = SP_NEW(run, double, classes *d);
    p->product = SP_NEW(run, double, classes *classes);
    p->z = SP_NEW(run, double, queries *classes);
    p->a = SP_NEW(run, double, queries *classes);
    double *row = SP_NEW(run, double, d);
    if (!p->size || !p->mean || !p->product || !p->z || !p->a || !row)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++) {
        size_t k = (size_t)data->label[i];
        sp_dataset_row(data, i, row);
        p->size[k]++;
        for (size_t j = 0; j < d; j++)
            p->mean[k * d + j] += row[j];
    }
    for (size_t k = 0; k < classes; k++)
        for (size_t j = 0; j < d && p->size[k] > 0; j++)
            p->mean[k * d + j] /= (double)p->size[k];
    for (size_t k = 0; k < classes; k++)
        for (size_t l = 0; l < classes; l++)
            p->product[k * classes + l] = dot(d, p->mean + k * d, p->mean + l * d);
    for (size_t q = 0; q < queries; q++) {
        sp_dataset_row(data, p->noised->seed[q], row);
        for (size_t l = 0; l < classes; l++)
            p->a[q * classes + l] = dot(d, row, p->mean + l * d);
        for (size_t j = 0; j < d; j++)
            row[j] = p->noised->noise[q * d + j];
        for (size_t l = 0; l < classes; l++)
            p->z[q * classes + l] = dot(d, row, p->mean + l * d);
    }
    return SP_OK;
}

sp_status sp_class_pair_times(sp_run *run, const sp_dataset *data, double from, double to, double kappa, size_t queries,
                              size_t *n_pairs, sp_class_pair **pairs)
{
    size_t classes = data->n_classes, count = classes * (classes - 1) / 2, n = 0;
    *pairs = SP_NEW(run, sp_class_pair, count + 1);
    if (!*pairs)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double times[TIMES], *work = SP_NEW(run, double, 3 * queries);
    for (size_t k = 0; k < TIMES; k++)
        times[k] = from * pow(to / from, (double)k / (TIMES - 1));
    sp_vec t = {TIMES, times};
    sp_noised noised;
    sp_softmax_result scan;
    SP_TRY(work ? SP_OK : SP_FAILED);
    SP_TRY(sp_noised_points(run, data, queries, "class noise", &noised));
    SP_TRY(sp_empirical_scan(run, "classes", data, &noised, t, &scan));
    pass p = {.data = data, .noised = &noised, .scan = &scan};
    SP_TRY(project(run, &p));
    for (size_t k = 0; k < classes; k++)
        for (size_t l = k + 1; l < classes; l++) {
            bool enough = p.size[k] >= LEAST && p.size[l] >= LEAST;
            sp_estimate none = {NAN, NAN}, kl = enough ? one_way(&p, t, kappa, k, l, work) : none,
                        lk = enough ? one_way(&p, t, kappa, l, k, work) : none;
            (*pairs)[n++] = (sp_class_pair){k,
                                            l,
                                            p.size[k],
                                            p.size[l],
                                            kl.value,
                                            kl.se,
                                            lk.value,
                                            lk.se,
                                            (kl.value + lk.value) / 2,
                                            hypot(kl.se, lk.se) / 2};
        }
    *n_pairs = n;
    sp_memory_release(run, mark);
    return SP_OK;
}
