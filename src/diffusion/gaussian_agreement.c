/* Agreement and attribution of Gaussian classes: exact over the sufficient statistics of isotropic classes, and measured
 * (spec 05, 3.2). */
#include "diffusion/class_ratios.h"
#include "spinodal/diffusion.h"

#include "math/linalg.h"
#include "math/quadrature.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

enum { RADIUS_NODES = 400, LINE_NODES = 401, BLOCK = 128 };
static const double reach = 9.5; /* standard deviations of the projection: 1e-21 lies beyond */

typedef struct {
    size_t n;
    const double *x, *w;
} nodes;

/* The law of the squared radius over its variance, chi-square of `dof`. */
static sp_status radius_nodes(sp_run *run, double dof, nodes *out)
{
    sp_rule rule;
    double width = 12 * sqrt(2 * dof);
    SP_TRY(sp_gauss_legendre_on(run, RADIUS_NODES, fmax(dof - width, 0), dof + width + 60, &rule));
    for (size_t i = 0; i < rule.n; i++)
        rule.w[i] *= exp(sp_chi_square_log_density(rule.x[i], dof));
    *out = (nodes){rule.n, rule.x, rule.w};
    return SP_OK;
}

static sp_status line_nodes(sp_run *run, nodes *out)
{
    double *x = SP_NEW(run, double, LINE_NODES), *w = SP_NEW(run, double, LINE_NODES), h = 2 * reach / (LINE_NODES - 1);
    if (!x || !w)
        return SP_FAILED;
    for (size_t i = 0; i < LINE_NODES; i++) {
        x[i] = -reach + h * (double)i;
        w[i] = h * sp_normal_density(x[i]);
    }
    *out = (nodes){LINE_NODES, x, w};
    return SP_OK;
}

static sp_status one_node(sp_run *run, nodes *out)
{
    double *x = SP_NEW(run, double, 1), *w = SP_NEW(run, double, 1);
    if (!x || !w)
        return SP_FAILED;
    w[0] = 1;
    *out = (nodes){1, x, w};
    return SP_OK;
}

/* Two classes told apart by the radius alone: P(argmax = own class) by the chi-square law. */
static void radius_attribution(const sp_gaussian_classes *c, double t, double *correct)
{
    double y = exp(-2 * t), delta = sp_noise_variance(t), v0 = delta + y * c->variance[0], v1 = delta + y * c->variance[1],
           dof = c->multiplicity[0];
    if (v0 == v1)
        return;
    double boundary = (dof * log(v0 / v1) - 2 * log(c->weight[0] / c->weight[1])) / (1 / v1 - 1 / v0);
    double below0 = sp_chi_square_cdf(fmax(boundary, 0) / v0, dof), below1 = sp_chi_square_cdf(fmax(boundary, 0) / v1, dof);
    correct[0] = v0 > v1 ? 1 - below0 : below0;
    correct[1] = v0 > v1 ? below1 : 1 - below1;
}

/* Two classes of equal variance told apart by the projection alone. */
static void line_attribution(const sp_gaussian_classes *c, double t, double *correct)
{
    double width = sqrt(sp_noise_variance(t) + exp(-2 * t) * c->variance[0]);
    double c2 = exp(-t) * fabs(c->mean[0] - c->mean[c->n]) / width / 2, tilt = log(c->weight[0] / c->weight[1]) / (2 * c2);
    if (c2 > 0) {
        correct[0] = sp_normal_cdf(c2 + tilt);
        correct[1] = sp_normal_cdf(c2 - tilt);
    }
}

sp_status sp_gaussian_agreement_exact(sp_run *run, const sp_gaussian_classes *c, double t, double *posterior,
                                      double *correct, bool *known)
{
    size_t K = c->n_classes, last = c->n - 1;
    bool line = c->multiplicity[0] == 1, radius = c->multiplicity[last] > 1;
    *known = !c->covariance && (c->n == 1 || (c->n == 2 && line && radius));
    for (size_t k = 0; k < K; k++)
        correct[k] = NAN;
    for (size_t i = 0; i < K * K; i++)
        posterior[i] = *known ? 0 : NAN;
    if (!*known)
        return SP_OK;
    sp_mark mark = sp_memory_mark(run);
    nodes z, q;
    SP_TRY(line ? line_nodes(run, &z) : one_node(run, &z));
    SP_TRY(radius ? radius_nodes(run, c->multiplicity[last], &q) : one_node(run, &q));
    double *p = SP_NEW(run, double, K), *V = SP_NEW(run, double, 2 * K), y = exp(-2 * t), delta = sp_noise_variance(t);
    if (!p || !V)
        return SP_FAILED;
    for (size_t l = 0; l < K; l++) {
        V[2 * l] = delta + y * c->variance[l * c->n];
        V[2 * l + 1] = delta + y * c->variance[l * c->n + last];
    }
    for (size_t k = 0; k < K; k++)
        for (size_t i = 0; i < z.n; i++)
            for (size_t j = 0; j < q.n; j++) {
                double x = exp(-t) * c->mean[k * c->n] + sqrt(V[2 * k]) * z.x[i], r2 = V[2 * k + 1] * q.x[j];
                double weight = z.w[i] * q.w[j];
                if (weight < 1e-20)
                    continue;
                for (size_t l = 0; l < K; l++) {
                    double shift = x - exp(-t) * c->mean[l * c->n];
                    p[l] = log(c->weight[l]);
                    if (line)
                        p[l] -= (shift * shift / V[2 * l] + log(V[2 * l])) / 2;
                    if (radius)
                        p[l] -= (r2 / V[2 * l + 1] + c->multiplicity[last] * log(V[2 * l + 1])) / 2;
                }
                double log_z = sp_log_sum_exp(K, p);
                for (size_t l = 0; l < K; l++)
                    posterior[k * K + l] += weight * exp(p[l] - log_z);
            }
    if (K == 2 && c->n == 1 && radius)
        radius_attribution(c, t, correct);
    bool same_width = K == 2;
    for (size_t i = 0; i < c->n && same_width; i++)
        same_width = c->variance[i] == c->variance[c->n + i];
    if (same_width && line)
        line_attribution(c, t, correct);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- measured ---------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_gaussian_classes *c;
    const sp_class_ratios *r;
    size_t samples, blocks;  /* of a class */
    double *factor, *logdet; /* time x class: Cholesky factors of full covariances */
} experiment;

static void diagonal_sample(const experiment *e, size_t k, const double *draw, size_t at, double *own)
{
    const sp_gaussian_classes *c = e->c;
    size_t K = c->n_classes, n = c->n;
    for (size_t s = 0; s < e->r->t.n; s++) {
        double t = e->r->t.v[s], y = exp(-2 * t), decay = exp(-t), delta = sp_noise_variance(t);
        float *l = sp_class_ratios_at(e->r, s, at);
        memset(own, 0, K * sizeof *own);
        for (size_t i = 0; i < n; i++) {
            double A = delta + y * c->variance[k * n + i];
            bool single = c->multiplicity[i] == 1;
            double x = single ? decay * c->mean[k * n + i] + sqrt(A) * draw[i] : 0, r2 = single ? 0 : A * draw[i];
            for (size_t o = 0; o < K; o++) {
                double B = delta + y * c->variance[o * n + i], shift = x - decay * c->mean[o * n + i];
                own[o] -= ((single ? shift * shift : r2) / B + c->multiplicity[i] * log(B)) / 2;
            }
        }
        for (size_t o = 0; o < K; o++)
            l[o] = (float)(own[k] - own[o]);
    }
}

static void full_sample(const experiment *e, size_t k, const double *draw, size_t at, double *own, double *x, double *y)
{
    const sp_gaussian_classes *c = e->c;
    size_t K = c->n_classes, n = c->n;
    for (size_t s = 0; s < e->r->t.n; s++) {
        double decay = exp(-e->r->t.v[s]);
        const double *L = e->factor + (s * K + k) * n * n;
        for (size_t i = 0; i < n; i++) {
            double sum = decay * c->mean[k * n + i];
            for (size_t j = 0; j <= i; j++)
                sum += L[i * n + j] * draw[j];
            x[i] = sum;
        }
        for (size_t o = 0; o < K; o++) {
            double square = 0;
            for (size_t i = 0; i < n; i++)
                y[i] = x[i] - decay * c->mean[o * n + i];
            sp_cholesky_whiten(n, e->factor + (s * K + o) * n * n, 1, y);
            for (size_t i = 0; i < n; i++)
                square += y[i] * y[i];
            own[o] = -(square + e->logdet[s * K + o]) / 2;
        }
        float *l = sp_class_ratios_at(e->r, s, at);
        for (size_t o = 0; o < K; o++)
            l[o] = (float)(own[k] - own[o]);
    }
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    const sp_gaussian_classes *c = e->c;
    size_t k = block / e->blocks, first = block % e->blocks * BLOCK;
    double *draw = SP_NEW(worker, double, c->n), *own = SP_NEW(worker, double, c->n_classes),
           *x = SP_NEW(worker, double, c->n), *y = SP_NEW(worker, double, c->n);
    if (!draw || !own || !x || !y)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "gaussian classes", block);
    for (size_t i = first; i < first + BLOCK && i < e->samples; i++) {
        sp_normals(&rng, c->n, draw);
        for (size_t j = 0; j < c->n; j++)
            if (c->multiplicity[j] > 1)
                draw[j] = sp_chi_square(&rng, c->multiplicity[j]);
        size_t at = e->r->first[k] + i;
        if (c->covariance)
            full_sample(e, k, draw, at, own, x, y);
        else
            diagonal_sample(e, k, draw, at, own);
    }
    return sp_poll(worker);
}

static sp_status factorise(sp_run *run, experiment *e, sp_vec t)
{
    size_t K = e->c->n_classes, n = e->c->n;
    SP_TRY(sp_need_memory(run, 8. * (double)(t.n * K) * (double)n * (double)n, "the factors of the covariances"));
    e->factor = SP_NEW(run, double, t.n *K *n *n);
    e->logdet = SP_NEW(run, double, t.n *K);
    if (!e->factor || !e->logdet)
        return SP_FAILED;
    for (size_t s = 0; s < t.n; s++)
        for (size_t k = 0; k < K; k++) {
            double *a = e->factor + (s * K + k) * n * n, y = exp(-2 * t.v[s]);
            for (size_t i = 0; i < n * n; i++)
                a[i] = y * e->c->covariance[k * n * n + i];
            for (size_t i = 0; i < n; i++)
                a[i * n + i] += sp_noise_variance(t.v[s]);
            SP_TRY(sp_cholesky(run, n, a));
            e->logdet[s * K + k] = sp_cholesky_logdet(n, a);
        }
    return SP_OK;
}

sp_status sp_gaussian_agreement_simulate(sp_run *run, const sp_gaussian_classes *c, const sp_class_tree *tree,
                                         size_t samples, sp_vec t, sp_class_agreement *out)
{
    size_t K = c->n_classes, *count = SP_NEW(run, size_t, K);
    if (!count)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        count[k] = samples;
    sp_class_ratios r;
    SP_TRY(sp_class_ratios_create(run, t, K, count, &r));
    experiment e = {c, &r, samples, (samples + BLOCK - 1) / BLOCK, NULL, NULL};
    if (c->covariance)
        SP_TRY(factorise(run, &e, t));
    SP_TRY(sp_parallel(run, K * e.blocks, run_block, &e));
    return sp_class_agreements(run, &r, c->weight, tree, out);
}
