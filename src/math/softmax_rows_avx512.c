/* Float rows for processors with avx512. */
#if defined(__AVX512F__)
#include "softmax_rows.h"

extern const sp_rows sp_rows_float_avx512;
#define ROWS_NAME sp_rows_float_avx512
#include "softmax_rows_vector.h"
#else
typedef int sp_no_avx512_rows;
#endif
