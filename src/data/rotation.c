#include "rotation.h"

#include "math/linalg.h"

sp_status sp_random_frame(sp_run *run, sp_rng *rng, size_t count, size_t d, double **out)
{
    double *frame = SP_NEW(run, double, count *d);
    if (!frame)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double *a = SP_NEW(run, double, d *count), *q = SP_NEW(run, double, d *count);
    if (!a || !q)
        return SP_FAILED;
    sp_normals(rng, d * count, a);
    SP_TRY(sp_qr(run, d, count, a, q, NULL));
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j < d; j++)
            frame[k * d + j] = q[j * count + k];
    sp_memory_release(run, mark);
    *out = frame;
    return SP_OK;
}
