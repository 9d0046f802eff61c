/* The rows for processors with avx512. */
#if defined(__AVX512F__)
#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_avx512, sp_row_kernels_double_avx512;
#define ROWS_FLOAT sp_row_kernels_avx512
#define ROWS_DOUBLE sp_row_kernels_double_avx512
#include "math/softmax_rows_vector.h"
#else
typedef int sp_no_avx512_rows;
#endif
