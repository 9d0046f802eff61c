#include "rotation.h"

#include <lapacke.h>

sp_status sp_random_frame(sp_run *run, sp_rng *rng, size_t count, size_t d, double **out)
{
    *out = NULL;
    double *q = SP_NEW(run, double, count *d), *sign = SP_NEW(run, double, count);
    if (!q || !sign)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double *tau = SP_NEW(run, double, count), *work, best[2];
    if (!tau)
        return SP_FAILED;
    sp_normals(rng, count * d, q);
    /* column-major d x count: its columns are the rows of q */
    lapack_int m = (lapack_int)d, n = (lapack_int)count, failed;
    failed = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, m, n, q, m, tau, &best[0], -1);
    failed |= LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, m, n, n, q, m, tau, &best[1], -1);
    lapack_int size = (lapack_int)(best[0] > best[1] ? best[0] : best[1]);
    work = failed ? NULL : SP_NEW(run, double, (size_t)size);
    if (!work)
        return failed ? sp_fail(run, SP_FAILED, "the QR of a random matrix failed") : SP_FAILED;
    failed = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, m, n, q, m, tau, work, size);
    for (size_t k = 0; k < count; k++)
        sign[k] = q[k * d + k] < 0 ? -1 : 1;
    failed |= LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, m, n, n, q, m, tau, work, size);
    if (failed)
        return sp_fail(run, SP_FAILED, "the QR of a random matrix failed");
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j < d; j++)
            q[k * d + j] *= sign[k];
    sp_memory_release(run, mark);
    *out = q;
    return SP_OK;
}
