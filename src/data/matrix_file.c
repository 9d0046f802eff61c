#include "matrix_file.h"

#include "spinodal/data.h"

#include <math.h>

sp_status matrix_file_read(sp_run *run, const char *source, double tolerance, bool symmetrise, size_t *n, float **out)
{
    const sp_dataset *d;
    SP_TRY(sp_dataset_open(run, source, &(sp_data_options){.scale = "none", .keep_mean = true, .labels = "none"}, NULL, &d));
    if (d->n != d->d)
        return sp_fail(run, SP_DATA, "%s: the matrix is %zu x %zu: a square one is needed", source, d->n, d->d);
    size_t N = *n = d->n, worst[2] = {0, 0};
    double largest = 0, asymmetry = 0;
    float *a = *out = SP_NEW(run, float, N *N);
    if (!a)
        return SP_FAILED;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++) {
            float x = d->x[i * N + j], y = d->x[j * N + i];
            double difference = fabs((double)x - (double)y);
            largest = fmax(largest, fmax(fabs((double)x), fabs((double)y)));
            if (difference > asymmetry)
                asymmetry = difference, worst[0] = i, worst[1] = j;
            a[i * N + j] = a[j * N + i] = (float)(((double)x + (double)y) / 2);
        }
    if (asymmetry > tolerance * largest && !symmetrise)
        return sp_fail(run, SP_DATA,
                       "%s: the matrix is not symmetric: (%zu,%zu) is %g, (%zu,%zu) is %g (rows from 1; --symmetrise takes "
                       "the mean)",
                       source, worst[1] + 1, worst[0] + 1, (double)d->x[worst[1] * N + worst[0]], worst[0] + 1, worst[1] + 1,
                       (double)d->x[worst[0] * N + worst[1]]);
    return SP_OK;
}
