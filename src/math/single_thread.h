/* Keeps BLAS, LAPACK and oneDNN in the calling thread, whatever build of them is linked: same bits on any machine load.
 * Inside sp_parallel this holds already; outside, bracket the calls. Touches the calling thread's OpenMP setting only. */
#ifndef SPINODAL_MATH_SINGLE_THREAD_H
#define SPINODAL_MATH_SINGLE_THREAD_H

#ifdef _OPENMP
#include <omp.h>
static inline int sp_single_thread_begin(void)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
}
static inline void sp_single_thread_end(int before) { omp_set_num_threads(before); }
#else
static inline int sp_single_thread_begin(void) { return 1; }
static inline void sp_single_thread_end(int before) { (void)before; }
#endif

#endif
