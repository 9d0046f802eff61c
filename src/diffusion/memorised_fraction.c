/* Which generated samples are copies of training points (spec 09, 3.7). */
#include "spinodal/memorization.h"

#include "math/neighbours.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

static sp_rows rows_of(const sp_dataset *a)
{
    return a->x64 ? sp_rows_double(a->n, a->d, a->x64) : sp_rows_float(a->n, a->d, a->x);
}

/* The rows that equal no earlier one, and where they stand in the data. */
static sp_status distinct(sp_run *run, const sp_dataset *a, sp_rows *out, const size_t **place)
{
    size_t *nearest = SP_NEW(run, size_t, a->n), *kept = SP_NEW(run, size_t, a->n), n = 0;
    double *distance2 = SP_NEW(run, double, a->n);
    if (!nearest || !kept || !distance2)
        return SP_FAILED;
    SP_TRY(sp_neighbours(run, rows_of(a), rows_of(a), 1, true, nearest, distance2));
    for (size_t i = 0; i < a->n; i++) /* ties in order of index: the nearest of a later copy is the first one */
        if (distance2[i] > 0 || nearest[i] > i)
            kept[n++] = i;
    *place = kept;
    *out = rows_of(a);
    if (n == a->n)
        return SP_OK;
    float *x = SP_NEW(run, float, a->x64 ? 1 : n * a->d);
    double *x64 = SP_NEW(run, double, a->x64 ? n * a->d : 1);
    if (!x || !x64)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        if (a->x64)
            memcpy(x64 + i * a->d, a->x64 + kept[i] * a->d, a->d * sizeof *x64);
        else
            memcpy(x + i * a->d, a->x + kept[i] * a->d, a->d * sizeof *x);
    }
    *out = a->x64 ? sp_rows_double(n, a->d, x64) : sp_rows_float(n, a->d, x);
    return SP_OK;
}

static sp_status copies_of(sp_run *run, sp_rows train, const size_t *place, const sp_dataset *a, double ratio, sp_copy *out)
{
    size_t *index = SP_NEW(run, size_t, 2 * a->n);
    double *distance2 = SP_NEW(run, double, 2 * a->n);
    if (!index || !distance2)
        return SP_FAILED;
    SP_TRY(sp_neighbours(run, rows_of(a), train, 2, false, index, distance2));
    for (size_t i = 0; i < a->n; i++) {
        double d1 = sqrt(distance2[2 * i]), d2 = sqrt(distance2[2 * i + 1]);
        out[i] = (sp_copy){place[index[2 * i]], d1, d2, d1 / d2, d1 / d2 < ratio};
    }
    return SP_OK;
}

sp_status sp_memorization_fraction(sp_run *run, const sp_memorization_fraction_params *p, sp_memorization_fraction_result *r,
                                   const sp_copy **copies)
{
    if (p->generated->d != p->data->d)
        return sp_fail(run, SP_DATA, "the generated rows have %zu values, the data %zu", p->generated->d, p->data->d);
    if (p->data->n < 2)
        return sp_fail(run, SP_DATA, "copies are told by the two nearest training points; the data have %zu row",
                       p->data->n);
    sp_rows train;
    const size_t *place;
    SP_TRY(distinct(run, p->data, &train, &place));
    if (train.n < 2)
        return sp_fail(run, SP_DATA, "all %zu training rows are equal; the two nearest of different ones are needed",
                       p->data->n);
    if (train.n < 4)
        sp_warn(run, "only %zu distinct training rows: the second nearest is far and the fraction is biased upwards",
                train.n);
    size_t n = p->generated->n;
    sp_copy *out = SP_NEW(run, sp_copy, n);
    double *copied = SP_NEW(run, double, n), *ratio = SP_NEW(run, double, n);
    if (!out || !copied || !ratio)
        return SP_FAILED;
    SP_TRY(copies_of(run, train, place, p->generated, p->ratio, out));
    *r = (sp_memorization_fraction_result){.n = p->data->n,
                                           .n_generated = n,
                                           .duplicates = p->data->n - train.n,
                                           .f_mem_held_out = NAN,
                                           .f_mem_held_out_se = NAN};
    for (size_t i = 0; i < n; i++) {
        copied[i] = out[i].copied;
        ratio[i] = out[i].ratio;
        r->copied += out[i].copied;
    }
    sp_interval boot, wilson = sp_fraction((double)r->copied, (double)n);
    SP_TRY(sp_bootstrap_mean(run, "memorised", n, copied, p->resamples, &boot));
    r->f_mem = boot.value;
    r->f_mem_se = boot.se > 0 ? boot.se : wilson.se; /* all alike: the bootstrap sees no error */
    r->f_mem_low = boot.low;
    r->f_mem_high = boot.high;
    r->f_mem_wilson_low = wilson.low;
    r->f_mem_wilson_high = wilson.high;
    sp_estimate median = sp_median(run, n, ratio);
    r->ratio_median = median.value;
    r->ratio_median_se = median.se;
    *copies = out;
    if (p->held_out && p->held_out->n) {
        sp_copy *baseline = SP_NEW(run, sp_copy, p->held_out->n);
        if (!baseline)
            return SP_FAILED;
        if (p->held_out->d != p->data->d)
            return sp_fail(run, SP_DATA, "the held-out rows have %zu values, the data %zu", p->held_out->d, p->data->d);
        SP_TRY(copies_of(run, train, place, p->held_out, p->ratio, baseline));
        double count = 0;
        for (size_t i = 0; i < p->held_out->n; i++)
            count += baseline[i].copied;
        sp_interval f = sp_fraction(count, (double)p->held_out->n);
        r->f_mem_held_out = f.value;
        r->f_mem_held_out_se = f.se;
    }
    return SP_OK;
}
