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

enum { LANES = 8 /* partial sums that do not wait for each other */ };

/* A block is worth a thread: 2^16 pairs, so that mini-batches of up to 256 rows are one block. */
static size_t rows_per_block(size_t n) { return n < 2048 ? (65536 + n - 1) / n : 32; }

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

static double fold(const double *lane)
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

SP_CLONES static void subtract(size_t n, double x, double *w)
{
    for (size_t j = 0; j < n; j++)
        w[j] -= x;
}

/* Sums of w and of w R. */
SP_CLONES static void weigh(size_t n, const double *w, const double *R, double *sum, double *rank)
{
    double s[LANES] = {0}, r[LANES] = {0};
    size_t j = 0;
    for (; j + LANES <= n; j += LANES)
        for (size_t k = 0; k < LANES; k++) {
            s[k] += w[j + k];
            r[k] += w[j + k] * R[j + k];
        }
    for (; j < n; j++) {
        s[0] += w[j];
        r[0] += w[j] * R[j];
    }
    *sum = fold(s);
    *rank = fold(r);
}

static sp_status soft_ranks(sp_run *worker, size_t block, void *context)
{
    pass *p = context;
    size_t n = p->n, rows = rows_per_block(n), end = (block + 1) * rows < n ? (block + 1) * rows : n;
    double *d2 = SP_NEW(worker, double, n), *distance = SP_NEW(worker, double, n), *w = SP_NEW(worker, double, n);
    if (!d2 || !distance || !w)
        return SP_FAILED;
    for (size_t i = block * rows; i < end; i++) {
        SP_TRY(sp_poll(worker));
        distances(p, i, d2, distance, w);
        double largest = -INFINITY, sum, rank;
        for (size_t j = 0; j < n; j++)
            if (j != i && w[j] > largest)
                largest = w[j];
        subtract(n, largest, w);
        w[i] = -INFINITY;
        sp_vexp(n, w, w);
        weigh(n, w, p->R, &sum, &rank);
        p->soft[i] = rank / sum;
        p->largest[i] = largest;
        p->weight[i] = sum;
    }
    return SP_OK;
}

typedef struct {
    const pass *p;
    const double *scale; /* dT / dRbar_i over (sum of weights * beta) */
    double *gradient;    /* n x m */
} backward;

SP_CLONES static void shift(size_t n, double here, const double *largest, const double *w, double *mine, double *theirs)
{
    for (size_t j = 0; j < n; j++) {
        mine[j] = w[j] - here;
        theirs[j] = w[j] - largest[j];
    }
}

/* (dT/dd_ij + dT/dd_ji)/d_ij from the weights of the pair on either side; scale = u/(weight beta). */
SP_CLONES static void by_distance(size_t n, size_t i, const double *scale, const double *R, const double *soft,
                                  const double *distance, const double *mine, const double *theirs, double *out)
{
    double scale_i = scale[i], R_i = R[i], soft_i = soft[i];
    for (size_t j = 0; j < n; j++) {
        double both = scale_i * mine[j] * (R[j] - soft_i) + scale[j] * theirs[j] * (R_i - soft[j]);
        out[j] = distance[j] > 0 ? -both / distance[j] : 0;
    }
}

SP_CLONES static double sum_of_differences(size_t n, const double *w, double here, const double *column)
{
    double lane[LANES] = {0};
    size_t j = 0;
    for (; j + LANES <= n; j += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += w[j + k] * (here - column[j + k]);
    for (; j < n; j++)
        lane[0] += w[j] * (here - column[j]);
    return fold(lane);
}

/* dT/dF_i = sum_j (dT/dd_ij + dT/dd_ji) (F_i - F_j)/d_ij, dT/dd_ij = -u_i w_ij (R_j - Rbar_i)/beta. */
static sp_status row_gradients(sp_run *worker, size_t block, void *context)
{
    const backward *b = context;
    const pass *p = b->p;
    size_t n = p->n, rows = rows_per_block(n), end = (block + 1) * rows < n ? (block + 1) * rows : n;
    double *d2 = SP_NEW(worker, double, n), *distance = SP_NEW(worker, double, n), *w = SP_NEW(worker, double, n);
    double *mine = SP_NEW(worker, double, n), *theirs = SP_NEW(worker, double, n);
    if (!d2 || !distance || !w || !mine || !theirs)
        return SP_FAILED;
    for (size_t i = block * rows; i < end; i++) {
        SP_TRY(sp_poll(worker));
        distances(p, i, d2, distance, w);
        shift(n, p->largest[i], p->largest, w, mine, theirs);
        mine[i] = theirs[i] = -INFINITY;
        sp_vexp(n, mine, mine);
        sp_vexp(n, theirs, theirs);
        by_distance(n, i, b->scale, p->R, p->soft, distance, mine, theirs, w);
        for (size_t k = 0; k < p->m; k++)
            b->gradient[k * n + i] = sum_of_differences(n, w, p->F[k * n + i], p->F + k * n);
    }
    return SP_OK;
}

static sp_status soften(sp_run *run, size_t n, size_t m, const double *F, const double *R, double beta, pass *p)
{
    *p = (pass){n, m, F, R, beta, SP_NEW(run, double, n), SP_NEW(run, double, n), SP_NEW(run, double, n)};
    if (!p->soft || !p->largest || !p->weight)
        return SP_FAILED;
    return sp_parallel(run, (n + rows_per_block(n) - 1) / rows_per_block(n), soft_ranks, p);
}

sp_status sp_soft_codec_value(sp_run *run, const sp_soft_codec *s, size_t m, const double *F, double *value,
                              double *gradient)
{
    sp_mark mark = sp_memory_mark(run);
    size_t n = s->n, blocks = (n + rows_per_block(n) - 1) / rows_per_block(n);
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
            u[i] = p.soft[i] < y.R[i] ? (s->p > 0 ? 1 : (double)n) / (below * p.weight[i] * s->beta) : 0;
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
