/* Float rows for any processor. */
#include "math/softmax_rows.h"

extern const sp_row_kernels sp_row_kernels_baseline;
#define ROWS_NAME sp_row_kernels_baseline
#include "math/softmax_rows_vector.h"
