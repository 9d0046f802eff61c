/* U-turns of Gaussian classes with the exact score of their mixture (spec 05, 3.6): full vectors, ancestral steps. */
#include "diffusion/normal_pool.h"
#include "diffusion/uturn.h"
#include "spinodal/diffusion.h"

#include "math/linalg.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 16 };
static const double attribution_time = 1e-8; /* of the end: covariances may be singular at 0 */

/* Class k is diagonal in the orthonormal rows of basis + k n n (NULL: the coordinates), with `variance`. */
typedef struct {
    const sp_gaussian_classes *c;
    const double *variance; /* K x n */
    const double *basis;
    size_t *width; /* coordinates of each direction */
    size_t d, turns, blocks, steps;
    sp_vec t;
    double *sums;
} uturn;

typedef struct {
    sp_normal_pool *pool;
    double *x, *start, *mean, *own, *rotated, *p, *square, *gain, *shift;
} space;

static void rotate(size_t n, const double *basis, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += basis[i * n + j] * x[j];
        out[i] = sum;
    }
}

/* (x - e^{-t} m_k) in the basis of class k: squares of each direction, and the values when there is a basis */
static void squares(const uturn *u, size_t k, double decay, const double *x, const space *w)
{
    size_t n = u->c->n;
    const double *m = u->c->mean + k * n;
    if (u->basis) {
        for (size_t i = 0; i < n; i++)
            w->own[i] = x[i] - decay * m[i];
        rotate(n, u->basis + k * n * n, w->own, w->rotated + k * n);
        for (size_t i = 0; i < n; i++)
            w->square[i] = w->rotated[k * n + i] * w->rotated[k * n + i];
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0, centre = decay * m[i];
        for (size_t j = 0; j < u->width[i]; j++)
            sum += (x[j] - centre) * (x[j] - centre);
        w->square[i] = sum;
        x += u->width[i];
    }
}

/* Posterior of the classes at x_t into w->p; the most probable one. */
static size_t posterior(const uturn *u, double t, const double *x, const space *w)
{
    size_t n = u->c->n, K = u->c->n_classes, best = 0;
    double y = exp(-2 * t), delta = sp_noise_variance(t);
    for (size_t k = 0; k < K; k++) {
        double sum = 0;
        squares(u, k, exp(-t), x, w);
        for (size_t i = 0; i < n; i++) {
            double B = delta + y * u->variance[k * n + i];
            sum += w->square[i] / B + (double)u->width[i] * log(B);
        }
        w->p[k] = log(u->c->weight[k]) - sum / 2;
    }
    double log_z = sp_log_sum_exp(K, w->p);
    for (size_t k = 0; k < K; k++)
        best = w->p[k] > w->p[best] ? k : best;
    for (size_t k = 0; k < K; k++)
        w->p[k] = exp(w->p[k] - log_z);
    return best;
}

/* E[a | x_t] = sum_k P(k|x) [m_k + e^{-t} C_k B_k^{-1} (x - e^{-t} m_k)] */
static void posterior_mean(const uturn *u, double t, const double *x, const space *w)
{
    size_t n = u->c->n, K = u->c->n_classes;
    double y = exp(-2 * t), decay = exp(-t), delta = sp_noise_variance(t);
    posterior(u, t, x, w);
    memset(w->gain, 0, n * sizeof(double));
    memset(w->shift, 0, n * sizeof(double));
    if (u->basis) {
        memset(w->mean, 0, n * sizeof(double));
        for (size_t k = 0; k < K; k++) {
            if (w->p[k] < 1e-15)
                continue;
            const double *U = u->basis + k * n * n;
            for (size_t i = 0; i < n; i++) {
                double v = u->variance[k * n + i], along = w->p[k] * decay * v / (delta + y * v) * w->rotated[k * n + i];
                w->mean[i] += w->p[k] * u->c->mean[k * n + i];
                for (size_t j = 0; j < n; j++)
                    w->mean[j] += along * U[i * n + j];
            }
        }
        return;
    }
    for (size_t k = 0; k < K; k++)
        for (size_t i = 0; i < n; i++) {
            double v = u->variance[k * n + i], shrink = decay * v / (delta + y * v);
            w->gain[i] += w->p[k] * shrink;
            w->shift[i] += w->p[k] * u->c->mean[k * n + i] * (1 - decay * shrink);
        }
    double *mean = w->mean;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < u->width[i]; j++)
            mean[j] = w->gain[i] * x[j] + w->shift[i];
        mean += u->width[i];
        x += u->width[i];
    }
}

static void draw(const uturn *u, size_t k, sp_rng *rng, const space *w)
{
    size_t n = u->c->n, at = 0;
    const double *noise = sp_normal_pool_draw(w->pool, rng, u->d);
    if (u->basis) {
        memcpy(w->start, u->c->mean + k * n, n * sizeof(double));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                w->start[j] += sqrt(u->variance[k * n + i]) * noise[i] * u->basis[(k * n + i) * n + j];
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < u->width[i]; j++, at++)
            w->start[at] = u->c->mean[k * n + i] + sqrt(u->variance[k * n + i]) * noise[at];
}

static void go_back(const uturn *u, double t0, sp_rng *rng, const space *w)
{
    double t = t0;
    for (size_t j = 1; j <= u->steps; j++) {
        double left = 1 - (double)j / (double)u->steps, s = t0 * left * left, delta = sp_noise_variance(t),
               delta_s = sp_noise_variance(s), between = sp_noise_variance(t - s);
        double from_x = exp(s - t) * delta_s / delta, from_mean = exp(-s) * between / delta,
               kick = sqrt(delta_s * between / delta);
        posterior_mean(u, t, w->x, w);
        const double *noise = sp_normal_pool_draw(w->pool, rng, u->d);
        for (size_t i = 0; i < u->d; i++)
            w->x[i] = from_x * w->x[i] + from_mean * w->mean[i] + kick * noise[i];
        t = s;
    }
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const uturn *u = context;
    size_t n = u->c->n, K = u->c->n_classes, k = block / u->blocks, first = block % u->blocks * BLOCK, d = u->d;
    sp_normal_pool pool;
    SP_TRY(sp_normal_pool_create(worker, d, &pool));
    space w = {&pool,
               SP_NEW(worker, double, d),
               SP_NEW(worker, double, d),
               SP_NEW(worker, double, d),
               SP_NEW(worker, double, n),
               SP_NEW(worker, double, K *n),
               SP_NEW(worker, double, K),
               SP_NEW(worker, double, n),
               SP_NEW(worker, double, n),
               SP_NEW(worker, double, n)};
    double *turn = SP_NEW(worker, double, d);
    if (!w.x || !w.start || !w.mean || !w.own || !w.rotated || !w.p || !w.square || !w.gain || !w.shift || !turn)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "gaussian uturn", block);
    for (size_t i = first; i < first + BLOCK && i < u->turns; i++) {
        draw(u, k, &rng, &w);
        memcpy(turn, sp_normal_pool_draw(&pool, &rng, d), d * sizeof *turn);
        for (size_t s = 0; s < u->t.n; s++) {
            SP_TRY(sp_poll(worker));
            double t = u->t.v[s], decay = exp(-t), width = sqrt(sp_noise_variance(t)),
                   *sum = u->sums + (block * u->t.n + s) * 3;
            for (size_t j = 0; j < d; j++)
                w.x[j] = decay * w.start[j] + width * turn[j];
            posterior(u, t, w.x, &w);
            sum[1] += w.p[k];
            sum[2] += w.p[k] * w.p[k];
            go_back(u, t, &rng, &w);
            sum[0] += posterior(u, attribution_time, w.x, &w) == k;
        }
    }
    return SP_OK;
}

static sp_status diagonalise(sp_run *run, uturn *u)
{
    size_t n = u->c->n, K = u->c->n_classes;
    double *values = SP_NEW(run, double, K *n), *basis = SP_NEW(run, double, K *n *n);
    if (!values || !basis)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        SP_TRY(sp_eigen(run, n, u->c->covariance + k * n * n, values + k * n, basis + k * n * n));
    for (size_t i = 0; i < K * n; i++)
        values[i] = fmax(values[i], 0);
    u->variance = values;
    u->basis = basis;
    return SP_OK;
}

sp_status sp_gaussian_uturn(sp_run *run, const sp_gaussian_classes *c, size_t turns, size_t steps, sp_vec t, sp_uturn *out)
{
    uturn u = {
        .c = c, .variance = c->variance, .turns = turns, .blocks = (turns + BLOCK - 1) / BLOCK, .steps = steps, .t = t};
    size_t K = c->n_classes;
    if (turns < 1 || steps < 2 || t.n < 1)
        return sp_fail(run, SP_USAGE, "U-turns need at least one turn, two steps and one time");
    u.width = SP_NEW(run, size_t, c->n);
    u.sums = SP_NEW(run, double, K *u.blocks *t.n * 3);
    if (!u.width || !u.sums)
        return SP_FAILED;
    for (size_t i = 0; i < c->n; i++)
        u.d += u.width[i] = (size_t)c->multiplicity[i];
    if (c->covariance)
        SP_TRY(diagonalise(run, &u));
    SP_TRY(sp_parallel_resumable(run, "U-turns", K * u.blocks, u.sums, t.n * 3 * sizeof(double), run_block, &u));
    sp_uturn_reduce(K, u.blocks, t.n, turns, u.sums, out);
    return SP_OK;
}
