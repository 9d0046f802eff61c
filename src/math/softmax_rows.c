#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_baseline, sp_row_kernels_double_baseline;
#if defined(__x86_64__)
extern const sp_row_kernels sp_row_kernels_avx2, sp_row_kernels_double_avx2, sp_row_kernels_avx512,
    sp_row_kernels_double_avx512;

static int has_avx512(void) { return __builtin_cpu_supports("avx512f"); }
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const sp_row_kernels *sp_row_kernels_float(void)
{
    return has_avx512() ? &sp_row_kernels_avx512 : has_avx2() ? &sp_row_kernels_avx2 : &sp_row_kernels_baseline;
}

const sp_row_kernels *sp_row_kernels_double(void)
{
    return has_avx512() ? &sp_row_kernels_double_avx512
           : has_avx2() ? &sp_row_kernels_double_avx2
                        : &sp_row_kernels_double_baseline;
}
#else
const sp_row_kernels *sp_row_kernels_float(void) { return &sp_row_kernels_baseline; }
const sp_row_kernels *sp_row_kernels_double(void) { return &sp_row_kernels_double_baseline; }
#endif
