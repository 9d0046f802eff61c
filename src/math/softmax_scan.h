/* Softmax weights over distances in one streaming pass.
 *
 * For queries i and data points nu with g = |x_i - y_nu|^2, p = z_i.(x_i - y_nu) and many settings s at once, the weights
 *     w_s(i,nu) = exp v_s(i,nu) / sum_nu exp v_s(i,nu),
 * without ever storing n x queries: tiles of g and p by matrix products, shared by all settings (spec 03, 3.7; spec
 * 07, 3.4).
 *
 *     kernel estimate, bandwidth h:     v = -g / (2 h^2)                              gaussian, a = 1/(2 h^2)
 *     diffusion, query e^{-t} y_seed + sqrt(Delta) z:
 *                                       v = -(e^{-2t}/(2 Delta) g + e^{-t}/sqrt(Delta) p)   gaussian, a, b
 *     diffusion, given point x_t:       query e^t x_t, a = e^{-2t}/(2 Delta)
 *
 * Numbers. Small problems run in double. Large ones: float32 products, double sums, and the terms that carry weight (the
 * largest of each query and setting) evaluated again in double from the data; terms below exp(-18)/n of the largest are
 * skipped (exp(-37)/n in double). A float32 logit is off by about 1e-7 a |x| |y|: centre the data.
 * The bits do not depend on the number of threads.
 *
 * Cost: 2 n d flops for a query (4 with noise, 2 more for each mean), at most one exp for (query, point, setting). */
#ifndef SPINODAL_SOFTMAX_SCAN_H
#define SPINODAL_SOFTMAX_SCAN_H

#include "spinodal/base.h"

typedef enum {
    SP_LOGIT_GAUSSIAN, /* v = -(a g + b p), a > 0 */
    SP_LOGIT_STUDENT,  /* v = -a log(1 + b g) */
    SP_LOGIT_TOPHAT,   /* v = 0 when a g < 1, else -inf */
} sp_logit_kind;

typedef struct {
    sp_logit_kind kind;
    double a, b;
} sp_logit;

typedef enum { SP_PRECISION_AUTO, SP_PRECISION_FLOAT, SP_PRECISION_DOUBLE } sp_precision;

enum { SP_SOFTMAX_MAX_NEIGHBOURS = 64 };
#define SP_NO_SEED SIZE_MAX

typedef struct {
    size_t n, d;
    const float *y;       /* n x d; NULL: only y64, everything in double */
    const double *y64;    /* the same in double, NULL: y is all there is */
    const int32_t *label; /* class of each point, NULL: no class weights */
    size_t n_classes;

    size_t n_queries;
    const double *x;    /* n_queries x d; NULL: query i is the data point seed[i] */
    const size_t *seed; /* the data point a query comes from (SP_NO_SEED: none); NULL: none */
    const float *noise; /* z, n_queries x d; NULL: every b of a gaussian setting is 0. Needs x == NULL */
    bool leave_out;     /* the seed is no data point: absent from every number but log_z_rest's definition */

    size_t n_logits;
    const sp_logit *logit;

    size_t k;  /* nearest points wanted (<= SP_SOFTMAX_MAX_NEIGHBOURS; without noise; the seed is never among them) */
    bool mean; /* sum_nu w y_nu wanted */
    sp_precision precision;
} sp_softmax_problem;

/* Of one query and setting. An empty sum (top-hat without a point inside): log_z = -inf, the weights' numbers NaN. */
typedef struct {
    double log_z;      /* log sum_nu exp v */
    double log_z_rest; /* the same without the seed: divide by n-1, not n */
    double sum_w2;     /* participation ratio */
    double entropy;    /* -sum w log w */
    double mean_logit; /* sum w v; a gaussian with b = 0 has sum w g = -mean_logit / a */
    double w_seed;     /* 0 when there is no seed or it is left out */
    double w_max;
    size_t best; /* the point of w_max */
} sp_softmax_stat;

typedef struct {
    size_t index;
    double g; /* squared distance, in double */
} sp_neighbour;

typedef struct {
    sp_softmax_stat *stat;   /* [query][setting] */
    double *class_weight;    /* [query][setting][class], NULL without labels */
    sp_neighbour *neighbour; /* [query][k], nearest first, g = inf when there are fewer; NULL when k = 0 */
    double *mean;            /* [query][setting][d], NULL unless asked for */
} sp_softmax_result;

/* Fills `out` with memory of the run. what: name of the progress and of the checkpoint, NULL: neither. */
sp_status sp_softmax_scan(sp_run *run, const char *what, const sp_softmax_problem *problem, sp_softmax_result *out);

/* True when AUTO means double. */
bool sp_softmax_in_double(const sp_softmax_problem *problem);

#endif
