/* When the classes of labelled data separate, by the empirical densities of the classes (spec 05, 3.7 c). */
#include "diffusion/class_times.h"
#include "diffusion/class_ratios.h"
#include "diffusion/empirical.h"

#include <math.h>

enum { TIMES = 32 };

/* log of the density of class `l` over a common factor, at query q, time k; the seed does not count. */
static double log_class_density(const sp_dataset *data, const sp_noised *noised, const sp_softmax_result *scan,
                                const size_t *size, size_t n_times, size_t q, size_t k, size_t l)
{
    const double *weight = scan->class_weight + (q * n_times + k) * data->n_classes;
    bool own = (size_t)data->label[noised->seed[q]] == l;
    double w = own ? weight[l] - scan->stat[q * n_times + k].w_seed : weight[l];
    /* terms far below the largest are not summed: 1e-15 stands for them, at ratios D/S that no criterion asks for */
    return log(fmax(w, 1e-15)) - log((double)(size[l] - own));
}

sp_status sp_kernel_class_ratios(sp_run *run, const sp_dataset *data, sp_vec t, size_t queries, sp_class_ratios *out,
                                 size_t **seed)
{
    size_t K = data->n_classes, *size = SP_NEW(run, size_t, K), *count = SP_NEW(run, size_t, K),
           *place = SP_NEW(run, size_t, K);
    sp_noised noised;
    sp_softmax_result scan;
    if (!size || !count || !place)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++)
        size[data->label[i]]++;
    SP_TRY(sp_noised_points(run, data, queries, "class noise", &noised));
    SP_TRY(sp_empirical_scan(run, "classes", data, &noised, t, &scan));
    for (size_t q = 0; q < queries; q++)
        count[data->label[noised.seed[q]]]++;
    SP_TRY(sp_class_ratios_create(run, t, K, count, out));
    double *mean;
    SP_TRY(sp_class_means(run, data, &mean));
    SP_TRY(sp_class_ratios_add_controls(run, data->d, mean, out));
    if (seed) {
        *seed = SP_NEW(run, size_t, queries);
        if (!*seed)
            return SP_FAILED;
    }
    for (size_t q = 0; q < queries; q++) {
        size_t own = (size_t)data->label[noised.seed[q]], at = out->first[own] + place[own]++;
        if (seed)
            (*seed)[at] = noised.seed[q];
        for (size_t c = 0; c < K; c++) {
            double z = 0, a = 0;
            for (size_t j = 0; j < data->d; j++) {
                z += (double)noised.noise[q * data->d + j] * mean[c * data->d + j];
                a += (double)data->x[noised.seed[q] * data->d + j] * mean[c * data->d + j];
            }
            out->z[at * K + c] = (float)z;
            out->a[at * K + c] = (float)a;
        }
        for (size_t k = 0; k < t.n; k++) {
            double of_own = log_class_density(data, &noised, &scan, size, t.n, q, k, own);
            float *l = sp_class_ratios_at(out, k, at);
            for (size_t c = 0; c < K; c++)
                l[c] = c == own ? 0 : (float)(of_own - log_class_density(data, &noised, &scan, size, t.n, q, k, c));
        }
    }
    return SP_OK;
}

sp_status sp_class_pair_times(sp_run *run, const sp_dataset *data, double from, double to, double kappa, size_t queries,
                              size_t *n_pairs, sp_class_pair **pairs)
{
    size_t K = data->n_classes, count = K * (K - 1) / 2, *size = SP_NEW(run, size_t, K), p = 0;
    *pairs = SP_NEW(run, sp_class_pair, count + 1);
    if (!*pairs || !size)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    for (size_t i = 0; i < data->n; i++)
        size[data->label[i]]++;
    double times[TIMES];
    for (size_t k = 0; k < TIMES; k++)
        times[k] = from * pow(to / from, (double)k / (TIMES - 1));
    sp_class_ratios ratios;
    SP_TRY(sp_kernel_class_ratios(run, data, (sp_vec){TIMES, times}, queries, &ratios, NULL));
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++) {
            bool enough = size[k] >= SP_CLASS_LEAST && size[l] >= SP_CLASS_LEAST;
            sp_estimate kl = {NAN, NAN}, lk = {NAN, NAN};
            if (enough) {
                kl = sp_class_separation(run, &ratios, k, l, kappa);
                lk = sp_class_separation(run, &ratios, l, k, kappa);
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
