/* Features learned by the differentiable coefficient: selection, features that say nothing of a group, features that say
 * more than a group does; and what can be read from them (spec 11, 3.5: Lehman Pavasovic et al. 2025). */
#ifndef SPINODAL_SELECT_LEARN_H
#define SPINODAL_SELECT_LEARN_H

#include "spinodal/select.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- learning -------------------------------------------------------------------------------------------- */

enum { SP_HIDDEN_LAYERS = 4, SP_LEVELS = 20 };

typedef enum { SP_DIFFOCI_SELECT, SP_DIFFOCI_PENALTY, SP_DIFFOCI_CONDITIONAL } sp_diffoci_use;

/* Of a linear head: half the square, or logistic over the classes (at most SP_LEVELS different values). AUTO: logistic for a
 * response of two values or of at most SP_LEVELS whole ones. */
typedef enum { SP_HEAD_AUTO, SP_HEAD_LOGISTIC, SP_HEAD_SQUARED } sp_head_loss;

/*   SELECT       minimise -T_beta(Y, f)
 *   PENALTY      minimise loss(Y, head f) + penalty T_beta(group, f)
 *   CONDITIONAL  minimise -T_beta(Y, f | group)
 * by Adam, gradient += decay (theta, head). With dro > 0 the loss is that of the worst cases (group-DRO): sum_c q_c loss_c
 * over the cells c = (class of y, level of the group; the level alone for a real y), and before each step q_c <- q_c exp(dro
 * loss_c), renormalised. */
typedef struct {
    sp_diffoci_use use;
    size_t n, p;
    const double *y, *x; /* x: column j at x + j n, as wanted by the objective (standardised) */
    const double *group; /* of PENALTY and CONDITIONAL */
    size_t features;     /* 0: one weight for each column; else outputs of a linear map, or of a network: */
    size_t n_hidden;     /* layers of ReLU units, at most SP_HIDDEN_LAYERS, each with `hidden` units; 0: linear */
    const size_t *hidden;
    sp_head_loss loss;
    bool unit;    /* T of the features divided by their common standard deviation: no gain from shrinking or growing them */
    bool ordinal; /* ranks of the authors' code */
    bool init_ones;
    double beta, rate, decay, penalty, dro;
    size_t
        batch; /* rows of a mini-batch, T of the batch alone; 0: all. Shuffled anew each epoch, a last short one dropped */
    size_t steps;
    size_t traces;      /* the trace and the path have about so many points; 0: 100 */
    const char *stream; /* random start and shuffling: stream and index */
    uint64_t index;
} sp_diffoci_problem;

typedef struct {
    size_t step;
    double T_soft, T_exact, loss, gradient; /* before the update; T_soft, loss of the batch, T_exact of all rows */
} sp_diffoci_trace;

typedef struct {
    size_t n_theta, n_head, features;
    double *theta;          /* of the map: features x p, or p weights; with hidden layers, each width x inputs and biases */
    double *head;           /* of PENALTY: outputs x (features + 1) */
    double T_soft, T_exact; /* T_soft and loss: mean over the mini-batches of one epoch at the end */
    double T_soft_se;       /* over these mini-batches; NaN without */
    double loss;            /* objective, without decay */
    double gradient;        /* largest component at the end, with decay */
    size_t undefined;       /* mini-batches where T was not defined (a constant response): it was left out there */
    size_t n_trace;
    sp_diffoci_trace *trace;
    double *path; /* n_trace x n_theta */
} sp_diffoci_result;

/* Memory of the run; the same bits for any number of threads. SP_USAGE, SP_DATA: one line saying what is wrong. */
sp_status sp_diffoci(sp_run *run, const sp_diffoci_problem *problem, sp_diffoci_result *out);

/* How many parameters the map and the head have. */
sp_status sp_diffoci_size(sp_run *run, const sp_diffoci_problem *problem, size_t *n_theta, size_t *n_head);

/* The objective on all rows, without decay, at given parameters (map, then head); gradient of the same length. Cells count
 * equally when dro > 0. */
sp_status sp_diffoci_value(sp_run *run, const sp_diffoci_problem *problem, const double *parameters, double *loss,
                           double *gradient);

/* Elementary operations of `steps` steps, for a user to judge before. */
double sp_diffoci_operations(const sp_diffoci_problem *problem);

/* The learned features of other rows, x: column j at x + j n. F: feature f at F + f n. */
sp_status sp_diffoci_features(sp_run *run, const sp_diffoci_problem *problem, const double *theta, size_t n, const double *x,
                              double *F);

/* ---- what features tell ---------------------------------------------------------------------------------- */

/* Rows with m columns or features (column k at x + k n), a response and a group (NULL: none). */
typedef struct {
    size_t n, m;
    const double *x, *y, *group;
} sp_grouped;

/* One cell: the rows with this response (NaN: any, of a real y) and group. */
typedef struct {
    double y, group;
    size_t n;
    double score, score_se;
} sp_group_cell;

/* score of a class: fraction told rightly (binomial se); of a real value: R^2 = 1 - mean square / variance of all rows (se
 * by linearisation). A real value: more than SP_LEVELS different ones, or not whole ones. */
typedef struct {
    bool classes, group_classes;
    double task, task_se;   /* score of the response by its head */
    double worst, worst_se; /* least score of a cell; NaN without a group of classes */
    sp_group_cell worst_cell;
    double probe, probe_se;     /* score of the group by a linear head fitted to it; NaN without a group */
    double auc, auc_se;         /* of that probe, two groups: P(score of a row of group 2 > one of group 1); se by DeLong */
    double base_rate;           /* fraction of the largest group */
    double T_response, T_group; /* exact T(Y, f), T(group, f) of these rows */
    size_t n_cells;
    sp_group_cell *cells;
} sp_feature_report;

/* Heads are fitted to the rows `train` (logistic or least squares with a small ridge; head: that of the response, NULL:
 * fitted) and judged on the rows `test`. */
sp_status sp_features_judge(sp_run *run, const sp_grouped *train, const sp_grouped *test, sp_head_loss loss,
                            const double *head, sp_feature_report *out);

/* A random choice of a fraction of the rows as `test`, the others as `train`, both in the order of `all`. */
sp_status sp_grouped_split(sp_run *run, const sp_grouped *all, double fraction, sp_grouped *train, sp_grouped *test);

/* Both scaled by the training rows: SP_SCALE_SD to mean 0 and standard deviation 1, SP_SCALE_RANK to ranks among them.
 * names: of the columns, for messages. test NULL: none. */
sp_status sp_grouped_scale(sp_run *run, sp_column_scale scale, const char *const *names, sp_grouped *train,
                           sp_grouped *test);

#ifdef __cplusplus
}
#endif
#endif
