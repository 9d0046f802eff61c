/* The user's symmetric matrix: a file to rows of numbers. */
#ifndef SPINODAL_MATRIX_FILE_H
#define SPINODAL_MATRIX_FILE_H

#include "spinodal/base.h"

/* n x n numbers from any source of sp_dataset_open, each the mean of (i,j) and (j,i). SP_DATA with one line when the matrix
 * is not square, has entries that are not finite or, unless symmetrise, is asymmetric beyond tolerance times its largest
 * entry (the line names the worst pair). Memory of the run. */
sp_status matrix_file_read(sp_run *run, const char *source, double tolerance, bool symmetrise, size_t *n, float **out);

#endif
