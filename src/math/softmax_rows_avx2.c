/* Float rows for processors with avx2. */
#if defined(__AVX2__) && defined(__FMA__)
#include "softmax_rows.h"

extern const sp_rows sp_rows_float_avx2;
#define ROWS_NAME sp_rows_float_avx2
#include "softmax_rows_vector.h"
#else
typedef int sp_no_avx2_rows;
#endif
