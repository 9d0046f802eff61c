/* Float rows for any processor. */
#include "softmax_rows.h"

extern const sp_rows sp_rows_float_baseline;
#define ROWS_NAME sp_rows_float_baseline
#include "softmax_rows_vector.h"
