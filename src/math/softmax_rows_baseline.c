/* The rows for any processor. */
#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_baseline, sp_row_kernels_double_baseline;
#define ROWS_FLOAT sp_row_kernels_baseline
#define ROWS_DOUBLE sp_row_kernels_double_baseline
#include "math/softmax_rows_vector.h"
