/* Float rows for processors with avx512. */
#if defined(__AVX512F__)
#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_avx512;
#define ROWS_NAME sp_row_kernels_avx512
#include "math/softmax_rows_vector.h"
#else
typedef int sp_no_avx512_rows;
#endif
