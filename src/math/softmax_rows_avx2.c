/* The rows for processors with avx2. */
#if defined(__AVX2__) && defined(__FMA__)
#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_avx2, sp_row_kernels_double_avx2;
#define ROWS_FLOAT sp_row_kernels_avx2
#define ROWS_DOUBLE sp_row_kernels_double_avx2
#include "math/softmax_rows_vector.h"
#else
typedef int sp_no_avx2_rows;
#endif
