/* Errors of the spectrum of one set of measurements, by resampling the measurements (spec 13, 3.6b). */
#include "label_law.h"

#include <math.h>

typedef struct {
    const label_law *law;
    double alpha;
    const double *values;
    label_resample *out;
} job;

static sp_status resample_block(sp_run *worker, size_t block, void *context)
{
    const job *j = context;
    size_t n = j->law->n, used = 0;
    label_law law;
    double *count = SP_NEW(worker, double, n), sum = 0;
    SP_TRY(label_law_create(worker, n, &law));
    if (!count)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "bootstrap", block);
    for (size_t k = 0; k < n; k++)
        count[sp_uniform_int(&rng, n)]++;
    law.z_low = INFINITY;
    for (size_t k = 0; k < n; k++) {
        if (count[k] == 0)
            continue;
        law.weight[used] = count[k] / (double)n;
        law.z[used] = j->law->z[k];
        law.u2[used] = j->law->u2[k];
        law.z_low = fmin(law.z_low, law.z[used++]);
        sum += count[k] / (double)n * (j->values ? j->values[k] : 0);
    }
    law.n = used;
    j->out[block].average = sum;
    label_spectrum(&law, j->alpha, &j->out[block].spectrum);
    return SP_OK;
}

sp_status label_bootstrap(sp_run *run, const label_law *law, double alpha, const double *values, size_t resamples,
                          label_resample *out)
{
    job j = {law, alpha, values, out};
    return sp_parallel(run, resamples, resample_block, &j);
}
