/* The differentiable coefficient T_{n,beta} (spec 11, 3.4): nearest neighbours softened to w_ij ~ exp(-|F_i - F_j|/beta).
 *
 * Two passes over the pairs, nothing of size n x n kept: weights, soft ranks and normalisers of all rows first; then the
 * gradient of each row, for which the weight of a pair is made again from either side. */
#include "spinodal/select.h"

#include "ranks.h"
#include "vector_math.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SP_CLONES
#endif

enum { ROWS_PER_BLOCK = 32 };

typedef struct {
    size_t n, m;
    const double *F, *R;
    double beta;
    double *soft;             /* Rbar_i */
    double *largest, *weight; /* of row i: the largest exponent and the sum of exp(exponent - largest) */
} pass;

SP_CLONES static void add_squares(size_t n, double here, const double *column, double *d2)
{
    for (size_t j = 0; j < n; j++) {
        double step = here - column[j];
        d2[j] += step * step;
    }
}

SP_CLONES static void to_exponents(size_t n, double beta, const double *d2, double *distance, double *exponent)
{
    for (size_t j = 0; j < n; j++) {
        distance[j] = sqrt(d2[j]);
        exponent[j] = -distance[j] / beta;
    }
}

static void distances(const pass *p, size_t i, double *d2, double *distance, double *exponent)
{
    memset(d2, 0, p->n * sizeof *d2);
    for (size_t k = 0; k < p->m; k++)
        add_squares(p->n, p->F[k * p->n + i], p->F + k * p->n, d2);
    to_exponents(p->n, p->beta, d2, distance, exponent);
}

static sp_status soft_ranks(sp_run *worker, size_t block, void *context)
{
    pass *p = context;
    size_t n = p->n, end = (block + 1) * ROWS_PER_BLOCK < n ? (block + 1) * ROWS_PER_BLOCK : n;
    double *d2 = SP_NEW(worker, double, n), *distance = SP_NEW(worker, double, n), *w = SP_NEW(worker, double, n);
    if (!d2 || !distance || !w)
        return SP_FAILED;
    for (size_t i = block * ROWS_PER_BLOCK; i < end; i++) {
        SP_TRY(sp_poll(worker));
        distances(p, i, d2, distance, w);
        double largest = -INFINITY, sum = 0, rank = 0;
        for (size_t j = 0; j < n; j++)
            if (j != i && w[j] > largest)
                largest = w[j];
        for (size_t j = 0; j < n; j++)
            w[j] -= largest;
        w[i] = -INFINITY;
        sp_vexp(n, w, w);
        for (size_t j = 0; j < n; j++) {
            sum += w[j];
            rank += w[j] * p->R[j];
        }
        p->soft[i] = rank / sum;
        p->largest[i] = largest;
        p->weight[i] = sum;
    }
    return SP_OK;
}

typedef struct {
    const pass *p;
    const double *u;  /* dT / dRbar_i */
    double *gradient; /* n x m */
} backward;

/* dT/dF_i = sum_j (dT/dd_ij + dT/dd_ji) (F_i - F_j)/d_ij, dT/dd_ij = -u_i w_ij (R_j - Rbar_i)/beta. */
static sp_status row_gradients(sp_run *worker, size_t block, void *context)
{
    const backward *b = context;
    const pass *p = b->p;
    size_t n = p->n, end = (block + 1) * ROWS_PER_BLOCK < n ? (block + 1) * ROWS_PER_BLOCK : n;
    double *d2 = SP_NEW(worker, double, n), *distance = SP_NEW(worker, double, n), *w = SP_NEW(worker, double, n);
    double *mine = SP_NEW(worker, double, n), *theirs = SP_NEW(worker, double, n);
    if (!d2 || !distance || !w || !mine || !theirs)
        return SP_FAILED;
    for (size_t i = block * ROWS_PER_BLOCK; i < end; i++) {
        SP_TRY(sp_poll(worker));
        distances(p, i, d2, distance, w);
        for (size_t j = 0; j < n; j++) {
            mine[j] = w[j] - p->largest[i];
            theirs[j] = w[j] - p->largest[j];
        }
        mine[i] = theirs[i] = -INFINITY;
        sp_vexp(n, mine, mine);
        sp_vexp(n, theirs, theirs);
        for (size_t j = 0; j < n; j++) {
            double from_i = b->u[i] * mine[j] / p->weight[i] * (p->R[j] - p->soft[i]);
            double from_j = b->u[j] * theirs[j] / p->weight[j] * (p->R[i] - p->soft[j]);
            w[j] = distance[j] > 0 ? -(from_i + from_j) / (p->beta * distance[j]) : 0;
        }
        for (size_t k = 0; k < p->m; k++) {
            const double *column = p->F + k * n;
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += w[j] * (column[i] - column[j]);
            b->gradient[k * n + i] = sum;
        }
    }
    return SP_OK;
}

static sp_status soften(sp_run *run, size_t n, size_t m, const double *F, const double *R, double beta, pass *p)
{
    *p = (pass){n, m, F, R, beta, SP_NEW(run, double, n), SP_NEW(run, double, n), SP_NEW(run, double, n)};
    if (!p->soft || !p->largest || !p->weight)
        return SP_FAILED;
    return sp_parallel(run, (n + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, soft_ranks, p);
}

sp_status sp_soft_codec_value(sp_run *run, const sp_soft_codec *s, size_t m, const double *F, double *value,
                              double *gradient)
{
    sp_mark mark = sp_memory_mark(run);
    size_t n = s->n, blocks = (n + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK;
    if (!(s->beta > 0))
        return sp_fail(run, SP_USAGE, "the softmax temperature must be > 0, got %g (--beta)", s->beta);
    sp_response y = {0};
    SP_TRY((s->ordinal ? sp_response_ordinal : sp_response_create)(run, n, s->y, &y));
    double *joint = SP_NEW(run, double, n *(m + s->p)), *u = SP_NEW(run, double, n), *whole = gradient;
    if (!joint || !u)
        return SP_FAILED;
    memcpy(joint, F, n * m * sizeof *joint);
    if (s->p > 0)
        memcpy(joint + n * m, s->x, n * s->p * sizeof *joint);
    pass p, without = {0};
    SP_TRY(soften(run, n, m + s->p, joint, y.R, s->beta, &p));
    if (s->p > 0)
        SP_TRY(soften(run, n, s->p, s->x, y.R, s->beta, &without));
    double above = 0, below = s->p > 0 ? 0 : y.D;
    for (size_t i = 0; i < n; i++) {
        double with = fmin(y.R[i], p.soft[i]);
        if (s->p > 0) {
            double other = fmin(y.R[i], without.soft[i]);
            above += with - other;
            below += y.R[i] - other;
        }
        else
            above += (double)n * with - y.L[i] * y.L[i];
    }
    *value = below > 0 ? above / below : NAN;
    if (gradient && below > 0) {
        for (size_t i = 0; i < n; i++)
            u[i] = p.soft[i] < y.R[i] ? (s->p > 0 ? 1 : (double)n) / below : 0;
        if (s->p > 0 && !(whole = SP_NEW(run, double, n *(m + s->p))))
            return SP_FAILED;
        backward b = {&p, u, whole};
        SP_TRY(sp_parallel(run, blocks, row_gradients, &b));
        if (whole != gradient)
            memcpy(gradient, whole, n * m * sizeof *gradient);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
