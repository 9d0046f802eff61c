/* Keeps BLAS, LAPACK and oneDNN in the calling thread: same bits on any number of threads. They are OpenMP builds, so it is
 * enough to ask OpenMP for one thread; this touches the calling thread's setting only. Inside sp_parallel it holds already;
 * outside, bracket the calls. */
#ifndef SPINODAL_MATH_SINGLE_THREAD_H
#define SPINODAL_MATH_SINGLE_THREAD_H

#ifdef _OPENMP
#include <omp.h>
#else
/* Compiled without OpenMP, but the libraries may have brought its run-time along. */
extern void omp_set_num_threads(int) __attribute__((weak));
extern int omp_get_max_threads(void) __attribute__((weak));
#endif

static inline int sp_single_thread_begin(void)
{
#ifndef _OPENMP
    if (!omp_set_num_threads || !omp_get_max_threads)
        return 0;
#endif
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
}

static inline void sp_single_thread_end(int before)
{
    if (before > 0)
        omp_set_num_threads(before);
}

#endif
