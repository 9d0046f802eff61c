/* Which variables matter: rank coefficients, conditional dependence, forward selection and its differentiable form (spec 11:
 * Chatterjee 2021; Azadkia and Chatterjee 2021; Lehman Pavasovic et al. 2025). */
#ifndef SPINODAL_SELECT_H
#define SPINODAL_SELECT_H

#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- columns of a table --------------------------------------------------------------------------------- */

typedef enum { SP_SCALE_NONE, SP_SCALE_SD, SP_SCALE_RANK } sp_column_scale;

/* Columns of a dataset in double, column k at x + k n. */
typedef struct {
    size_t n, p;
    double *x;
    const size_t *index;     /* of each column in the dataset */
    const char *const *name; /* x1, x2, ... where the dataset has no names */
} sp_columns;

/* `text`: names ("job": all columns that --onehot made of job), numbers from 1 (of the source, labels not counted) or
 * regular expressions, separated by commas; "": all. Columns in `without` (NULL: none) are left out. scale: to standard
 * deviation 1 (n - 1) and mean 0, or to ranks. SP_USAGE for an unknown column, SP_DATA for a constant one under SP_SCALE_SD.
 * Memory of the run. */
sp_status sp_columns_choose(sp_run *run, const sp_dataset *data, const char *text, const sp_columns *without,
                            sp_column_scale scale, sp_columns *out);

/* The one column that `text` names, as it is. SP_USAGE when it names several, SP_DATA when the column has one value only. */
sp_status sp_columns_group(sp_run *run, const sp_dataset *data, const char *text, sp_columns *out);

/* Warns of equal columns and of more columns than rows. */
void sp_columns_warn(sp_run *run, const sp_columns *columns);

/* The response: the labels of the dataset. SP_USAGE when there are none. */
sp_status sp_columns_response(sp_run *run, const sp_dataset *data, const double **y);

/* The rows of the columns, n x p, row-major. Memory of the run; NULL: out of memory. */
double *sp_columns_rows(sp_run *run, const sp_columns *columns);

/* ---- xi ------------------------------------------------------------------------------------------------- */

typedef enum { SP_TIES_AVERAGE, SP_TIES_RANDOM, SP_TIES_STABLE } sp_ties;

typedef struct {
    double value, se;                /* se: over random orders of tied x; 0 when there is none */
    double null_mean, null_sd, z, p; /* one-sided, against independence */
    bool permuted;                   /* p from permutations (ties in y), not from the null law */
} sp_coefficient;

/* xi_n = 1 - n sum |r_{i+1} - r_i| / (2 sum l_i (n - l_i)) in the order of x (spec 11, 3.1). Ties of x: SP_TIES_STABLE keeps
 * the order of the rows, SP_TIES_RANDOM one random order, SP_TIES_AVERAGE the mean over `orders`. Null law for continuous y:
 * mean 0, variance (n-2)(4n-7)/(10 (n+1) (n-1)^2); with ties in y, `permutations` of y. O(n log n) each. */
sp_status sp_xi(sp_run *run, size_t n, const double *x, const double *y, sp_ties ties, size_t orders, size_t permutations,
                sp_coefficient *out);

/* xi of a normal pair, and T of a normal block with squared multiple correlation r2: (3/pi) asin((1+r2)/2) - 1/2. */
double sp_xi_gaussian(double r2);

/* T(Y, Z | X) of jointly normal variables: r2 of (X, Z), r2_given of X; r2_given = 0: unconditional (spec 11, 3.2). */
double sp_codec_gaussian(double r2, double r2_given);

/* The limit of n Var T of d independent columns, Y independent of them and continuous: (2/5)(1 + mutual) + (4/5)
 * indegree_var with mutual = 1/(2 - I_{3/4}((d+1)/2, 1/2)) (spec 11, 3.2). indegree_var is closed for d = 1 only: 1/2. */
double sp_neighbour_mutual(size_t d);

/* ---- conditional dependence ----------------------------------------------------------------------------- */

typedef struct {
    sp_coefficient T;
    double mutual, indegree_var; /* of the graph of nearest neighbours: they fix the null variance */
    double tied;                 /* fraction of rows with several nearest neighbours */
} sp_codec;

/* T_n(Y, Z) of the block z (n x q, row-major), spec 11, 3.2. Null law: mean -1/(n-1), n variance
 * (2/5)(1 + mutual) + (4/5) indegree_var; with ties in y, `permutations` of y. */
sp_status sp_codec_block(sp_run *run, size_t n, const double *y, size_t q, const double *z, sp_ties ties,
                         size_t permutations, sp_codec *out);

/* T_n(Y, Z | X). p: permutations of z among neighbours in x (blocks of about 10 rows): approximate. value NaN when y is
 * already determined by x. */
sp_status sp_codec_conditional(sp_run *run, size_t n, const double *y, size_t q, const double *z, size_t p, const double *x,
                               sp_ties ties, size_t permutations, sp_codec *out);

/* sp_codec_gaussian at the squared multiple correlations of y on the columns of z and x (NULL: none): what T would tend to
 * if all were jointly normal. NaN when there are not more rows than columns, or columns are linearly dependent. */
sp_status sp_codec_gaussian_sample(sp_run *run, size_t n, const double *y, const sp_columns *z, const sp_columns *x,
                                   double *T);

/* ---- forward selection ---------------------------------------------------------------------------------- */

typedef struct {
    size_t most;    /* at most so many columns; 0: no limit */
    bool no_stop;   /* exactly `most` columns */
    size_t n_start; /* columns taken as chosen already */
    const size_t *start;
} sp_foci_options;

typedef struct {
    size_t column;
    double T, delta_T, T_cond; /* T(Y, chosen), its gain, T(Y, column | chosen before) */
    double z;                  /* of T against independence */
} sp_foci_step;

typedef struct {
    size_t n_steps;
    sp_foci_step *step;
    double *single;    /* T(Y, column) of every column */
    double rejected_T; /* of the best column not taken; NaN: none was left */
    size_t rejected;   /* that column */
    double tied;       /* fraction of rows with several nearest neighbours in the chosen columns */
} sp_foci_result;

/* FOCI (spec 11, 3.3): adds the column of largest T until it falls. x: n x p, column j at x + j n. Ties among columns go to
 * the smaller index, ties of neighbours are averaged. Each candidate is found from the nearest rows in the chosen columns:
 * O(n) for each column and step. */
sp_status sp_foci(sp_run *run, size_t n, const double *y, size_t p, const double *x, const sp_foci_options *options,
                  sp_foci_result *out);

/* ---- differentiable coefficient ------------------------------------------------------------------------- */

/* T_{n,beta}(Y, F | X) and its gradient (spec 11, 3.4). F: n x m, column k at F + k n; X: p columns, p = 0: unconditional.
 * ordinal: ranks of the authors' code. gradient: n x m as F, or NULL. Memory O(n m), time O(n^2 (m + p)). */
typedef struct {
    size_t n;
    const double *y;
    bool ordinal;
    size_t p;
    const double *x;
    double beta;
} sp_soft_codec;
sp_status sp_soft_codec_value(sp_run *run, const sp_soft_codec *problem, size_t m, const double *F, double *value,
                              double *gradient);

#ifdef __cplusplus
}
#endif
#endif
