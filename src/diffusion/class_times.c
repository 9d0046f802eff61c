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
    size_t n;
    double t[TIMES], ratio[TIMES], ratio_se[TIMES];
} ratios;

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

static sp_estimate one_way(const sp_dataset *data, const sp_noised *noised, const sp_softmax_result *scan,
                           const size_t *size, sp_vec t, double kappa, size_t from, size_t to)
{
    ratios r = {0};
    for (size_t k = 0; k < TIMES; k++) {
        sp_moments m = {0};
        for (size_t q = 0; q < noised->n; q++)
            if ((size_t)data->label[noised->seed[q]] == from)
                sp_moments_add(&m, log_class_density(data, noised, scan, size, q, k, from) -
                                       log_class_density(data, noised, scan, size, q, k, to));
        if (m.n < LEAST)
            return (sp_estimate){NAN, NAN};
        double n = (double)m.n, ratio = m.mean / sp_moments_sd(&m);
        r.t[k] = t.v[k];
        r.ratio[k] = ratio;
        r.ratio_se[k] = sqrt((1 + ratio * ratio / 2) / n);
    }
    return criterion(&r, kappa);
}

sp_status sp_class_pair_times(sp_run *run, const sp_dataset *data, double from, double to, double kappa, size_t queries,
                              size_t *n_pairs, sp_class_pair **pairs)
{
    size_t classes = data->n_classes, count = classes * (classes - 1) / 2, *size = SP_NEW(run, size_t, classes), p = 0;
    *pairs = SP_NEW(run, sp_class_pair, count + 1);
    if (!*pairs || !size)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    for (size_t i = 0; i < data->n; i++)
        size[data->label[i]]++;
    double times[TIMES];
    for (size_t k = 0; k < TIMES; k++)
        times[k] = from * pow(to / from, (double)k / (TIMES - 1));
    sp_vec t = {TIMES, times};
    sp_noised noised;
    sp_softmax_result scan;
    SP_TRY(sp_noised_points(run, data, queries, "class noise", &noised));
    SP_TRY(sp_empirical_scan(run, "classes", data, &noised, t, &scan));
    for (size_t k = 0; k < classes; k++)
        for (size_t l = k + 1; l < classes; l++) {
            bool enough = size[k] >= LEAST && size[l] >= LEAST;
            sp_estimate kl = {NAN, NAN}, lk = {NAN, NAN};
            if (enough) {
                kl = one_way(data, &noised, &scan, size, t, kappa, k, l);
                lk = one_way(data, &noised, &scan, size, t, kappa, l, k);
            }
            (*pairs)[p++] = (sp_class_pair){k,
                                            l,
                                            size[k],
                                            size[l],
                                            kl.value,
                                            kl.se,
                                            lk.value,
                                            lk.se,
                                            (kl.value + lk.value) / 2,
                                            sqrt(kl.se * kl.se + lk.se * lk.se) / 2};
        }
    *n_pairs = p;
    sp_memory_release(run, mark);
    return SP_OK;
}
