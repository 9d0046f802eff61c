/* Mixtures of Ising chains at several temperatures: measured log-likelihood ratios and U-turns (spec 05, 3.3 and 3.6). */
#include "diffusion/class_ratios.h"
#include "diffusion/ising_chain.h"
#include "diffusion/uturn.h"
#include "spinodal/diffusion.h"

#include "math/special.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 16, RATE_BLOCK = 2000 };

/* h_i = x_i e^{-t}/Delta = eps a_i + sqrt(eps) z_i */
static void fields(size_t n, double t, const double *spin, const double *noise, double *h)
{
    double eps = 1 / expm1(2 * t), root = sqrt(eps);
    for (size_t i = 0; i < n; i++)
        h[i] = eps * spin[i] + root * noise[i];
}

typedef struct {
    const sp_ising_classes *c;
    const sp_class_ratios *r;
    size_t samples, blocks;
} experiment;

static sp_status sample_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    size_t n = e->c->N, K = e->c->betas.n, k = block / e->blocks, first = block % e->blocks * BLOCK;
    double *spin = SP_NEW(worker, double, n), *noise = SP_NEW(worker, double, n), *h = SP_NEW(worker, double, n),
           *weight = SP_NEW(worker, double, n), *phi = SP_NEW(worker, double, K);
    if (!spin || !noise || !h || !weight || !phi)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "ising classes", block);
    for (size_t i = first; i < first + BLOCK && i < e->samples; i++) {
        SP_TRY(sp_poll(worker));
        sp_ising_draw(&rng, n, e->c->betas.v[k], e->c->periodic, spin);
        sp_normals(&rng, n, noise);
        for (size_t s = 0; s < e->r->t.n; s++) {
            fields(n, e->r->t.v[s], spin, noise, h);
            sp_ising_field_weights(n, h, weight);
            for (size_t l = 0; l < K; l++) {
                double T = tanh(e->c->betas.v[l]);
                phi[l] =
                    e->c->periodic ? sp_ising_forward_periodic(n, T, h, weight) : sp_ising_forward(n, T, h, weight, NULL);
            }
            float *out = sp_class_ratios_at(e->r, s, e->r->first[k] + i);
            for (size_t l = 0; l < K; l++)
                out[l] = (float)(phi[k] - phi[l]);
        }
    }
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_ising_classes *c, const double **weight)
{
    size_t K = c->betas.n;
    double *w = SP_NEW(run, double, K), sum = 0;
    if (K < 2)
        return sp_fail(run, SP_USAGE, "--betas needs at least two inverse temperatures");
    if (c->weights.n && c->weights.n != K)
        return sp_fail(run, SP_USAGE, "--weights needs %zu numbers, one for each class, got %zu", K, c->weights.n);
    if (!w)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        sum += w[k] = c->weights.n ? c->weights.v[k] : 1;
    for (size_t k = 0; k < K; k++)
        w[k] /= sum;
    *weight = w;
    return SP_OK;
}

sp_status sp_ising_agreement_simulate(sp_run *run, const sp_ising_classes *c, const sp_class_tree *tree, size_t samples,
                                      sp_vec t, sp_class_agreement *out)
{
    const double *weight;
    SP_TRY(check(run, c, &weight));
    size_t K = c->betas.n, *count = SP_NEW(run, size_t, K);
    if (!count)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        count[k] = samples;
    sp_class_ratios r;
    SP_TRY(sp_class_ratios_create(run, t, K, count, &r));
    experiment e = {c, &r, samples, (samples + BLOCK - 1) / BLOCK};
    SP_TRY(sp_parallel(run, K * e.blocks, sample_block, &e));
    return sp_class_agreements(run, &r, weight, tree, out);
}

/* ---- rates of one long chain --------------------------------------------------------------------------------- */

typedef struct {
    double beta_k, beta_l, t;
    double *l;
} rates;

static sp_status rate_block(sp_run *worker, size_t block, void *context)
{
    const rates *r = context;
    double spin[RATE_BLOCK], noise[RATE_BLOCK], h[RATE_BLOCK], weight[RATE_BLOCK];
    sp_rng rng = sp_rng_at(worker, "ising rates", block);
    sp_ising_draw(&rng, RATE_BLOCK, r->beta_k, false, spin);
    sp_normals(&rng, RATE_BLOCK, noise);
    fields(RATE_BLOCK, r->t, spin, noise, h);
    sp_ising_field_weights(RATE_BLOCK, h, weight);
    r->l[block] = sp_ising_forward(RATE_BLOCK, tanh(r->beta_k), h, weight, NULL) -
                  sp_ising_forward(RATE_BLOCK, tanh(r->beta_l), h, weight, NULL);
    return SP_OK;
}

sp_status sp_ising_rates_measure(sp_run *run, double beta_k, double beta_l, double t, size_t sites, sp_ising_rates *out)
{
    size_t blocks = sites / RATE_BLOCK < 2 ? 2 : sites / RATE_BLOCK;
    sp_mark mark = sp_memory_mark(run);
    rates r = {beta_k, beta_l, t, SP_NEW(run, double, blocks)};
    if (!r.l)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, blocks, rate_block, &r));
    sp_estimate D = sp_mean(blocks, r.l);
    double variance = sp_variance(blocks, r.l), fourth = 0, n = (double)blocks;
    for (size_t i = 0; i < blocks; i++)
        fourth += pow(r.l[i] - D.value, 4) / n;
    *out = (sp_ising_rates){D.value / RATE_BLOCK, D.se / RATE_BLOCK, variance / RATE_BLOCK,
                            sqrt(fmax(fourth - variance * variance, 0) / n) / RATE_BLOCK};
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- U-turns --------------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_ising_classes *c;
    const double *weight;
    sp_vec t;
    size_t turns, blocks, steps;
    double *end; /* [class][block][time][end, posterior] sums, and squares of the second */
} uturn;

typedef struct {
    double *spin, *noise, *x, *h, *field_weight, *cavity, *m, *mean, *log_p;
} space;

/* log posteriors of the classes at fields h, normalised; cavity magnetisations of class k into cavity + k n */
static void posteriors(const uturn *u, const double *h, const space *w)
{
    size_t n = u->c->N, K = u->c->betas.n;
    sp_ising_field_weights(n, h, w->field_weight);
    for (size_t k = 0; k < K; k++)
        w->log_p[k] = log(u->weight[k]) + sp_ising_forward(n, tanh(u->c->betas.v[k]), h, w->field_weight, w->cavity + k * n);
    double log_z = sp_log_sum_exp(K, w->log_p);
    for (size_t k = 0; k < K; k++)
        w->log_p[k] -= log_z;
}

/* Attribution of a chain without noise: log w - (n - 1) log(2 cosh beta) + beta sum a a'. */
static size_t attribute(const uturn *u, const double *spin)
{
    double energy = 0, best = -INFINITY;
    size_t class = 0;
    for (size_t i = 1; i < u->c->N; i++)
        energy += spin[i] * spin[i - 1];
    for (size_t k = 0; k < u->c->betas.n; k++) {
        double beta = u->c->betas.v[k],
               v = log(u->weight[k]) + beta * energy - (double)(u->c->N - 1) * (sp_log_cosh(beta) + M_LN2);
        if (v > best) {
            best = v;
            class = k;
        }
    }
    return class;
}

static void exact_return(const uturn *u, sp_rng *rng, const space *w)
{
    size_t n = u->c->N, k = 0;
    double r = sp_uniform(rng);
    while (k + 1 < u->c->betas.n && (r -= exp(w->log_p[k])) > 0)
        k++;
    sp_ising_draw_given(rng, n, u->c->betas.v[k], w->h, w->cavity + k * n, w->spin);
}

/* Ancestral steps on t (1 - j/steps)^2; then the signs. */
static void stepwise_return(const uturn *u, sp_rng *rng, double t0, const space *w)
{
    size_t n = u->c->N, K = u->c->betas.n;
    double t = t0;
    for (size_t i = 0; i < n; i++)
        w->x[i] = exp(-t) * w->spin[i] + sqrt(sp_noise_variance(t)) * w->noise[i];
    for (size_t j = 1; j <= u->steps; j++) {
        double left = 1 - (double)j / (double)u->steps, s = t0 * left * left, delta = sp_noise_variance(t);
        for (size_t i = 0; i < n; i++)
            w->h[i] = w->x[i] * exp(-t) / delta;
        posteriors(u, w->h, w);
        memset(w->mean, 0, n * sizeof *w->mean);
        for (size_t k = 0; k < K; k++) {
            double p = exp(w->log_p[k]);
            if (p < 1e-15)
                continue;
            sp_ising_magnetization(n, tanh(u->c->betas.v[k]), w->h, w->cavity + k * n, w->m);
            for (size_t i = 0; i < n; i++)
                w->mean[i] += p * w->m[i];
        }
        double delta_s = sp_noise_variance(s), between = sp_noise_variance(t - s), from_x = exp(s - t) * delta_s / delta,
               from_mean = exp(-s) * between / delta, kick = sqrt(delta_s * between / delta);
        sp_normals(rng, n, w->noise);
        for (size_t i = 0; i < n; i++)
            w->x[i] = from_x * w->x[i] + from_mean * w->mean[i] + kick * w->noise[i];
        t = s;
    }
    for (size_t i = 0; i < n; i++)
        w->spin[i] = w->x[i] < 0 ? -1 : 1;
}

static sp_status uturn_block(sp_run *worker, size_t block, void *context)
{
    const uturn *u = context;
    size_t n = u->c->N, K = u->c->betas.n, k = block / u->blocks, first = block % u->blocks * BLOCK;
    space w = {SP_NEW(worker, double, n), SP_NEW(worker, double, n), SP_NEW(worker, double, n),
               SP_NEW(worker, double, n), SP_NEW(worker, double, n), SP_NEW(worker, double, K *n),
               SP_NEW(worker, double, n), SP_NEW(worker, double, n), SP_NEW(worker, double, K)};
    double *start = SP_NEW(worker, double, n), *noise = SP_NEW(worker, double, n);
    if (!w.spin || !w.noise || !w.x || !w.h || !w.field_weight || !w.cavity || !w.m || !w.mean || !w.log_p || !start ||
        !noise)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "ising uturn", block);
    for (size_t i = first; i < first + BLOCK && i < u->turns; i++) {
        sp_ising_draw(&rng, n, u->c->betas.v[k], false, start);
        sp_normals(&rng, n, noise);
        for (size_t s = 0; s < u->t.n; s++) {
            SP_TRY(sp_poll(worker));
            memcpy(w.spin, start, n * sizeof *start);
            memcpy(w.noise, noise, n * sizeof *noise);
            fields(n, u->t.v[s], start, noise, w.h);
            posteriors(u, w.h, &w);
            double p = exp(w.log_p[k]), *sum = u->end + (block * u->t.n + s) * 3;
            if (u->steps)
                stepwise_return(u, &rng, u->t.v[s], &w);
            else
                exact_return(u, &rng, &w);
            sum[0] += attribute(u, w.spin) == k;
            sum[1] += p;
            sum[2] += p * p;
        }
    }
    return SP_OK;
}

sp_status sp_ising_uturn(sp_run *run, const sp_ising_classes *c, size_t turns, size_t steps, sp_vec t, sp_uturn *out)
{
    uturn u = {.c = c, .t = t, .turns = turns, .blocks = (turns + BLOCK - 1) / BLOCK, .steps = steps};
    SP_TRY(check(run, c, &u.weight));
    if (c->periodic)
        return sp_fail(run, SP_USAGE, "U-turns are for open chains");
    size_t K = c->betas.n;
    u.end = SP_NEW(run, double, K *u.blocks *t.n * 3);
    if (!u.end)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "U-turns", K * u.blocks, u.end, t.n * 3 * sizeof(double), uturn_block, &u));
    sp_uturn_reduce(K, u.blocks, t.n, turns, u.end, out);
    return SP_OK;
}
