/* Feature matrices of one finite random-feature score (spec 09, 3.2 and 3.3). */
#include "score_instance.h"

#include "math/quadrature.h"

#include <math.h>
#include <string.h>

enum { HERMITE = 4, NODES = 40, ROWS = 64, POPULATION_HERMITE = 8 };

size_t sp_score_size(double ratio, size_t d) { return (size_t)fmax(1, round(ratio * (double)d)); }

static sp_status normals(sp_run *run, const char *stream, uint64_t index, size_t rows, size_t columns, double **out)
{
    *out = SP_NEW(run, double, rows *columns);
    if (!*out)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, stream, index);
    sp_normals(&rng, rows * columns, *out);
    return SP_OK;
}

sp_status sp_score_weights(sp_run *run, size_t p, size_t d, uint64_t index, double **W)
{
    return normals(run, "score weights", index, p, d, W);
}

static void identity_plus(size_t p, double value, double *a)
{
    memset(a, 0, p * p * sizeof *a);
    for (size_t i = 0; i < p; i++)
        a[i * p + i] = value;
}

/* He_k(h) / k!^{1/2} of all nodes times their weights: nodes x count */
static void hermite_table(const sp_rule *rule, size_t count, double *table)
{
    for (size_t q = 0; q < rule->n; q++) {
        double before = 0, he = 1;
        for (size_t k = 0; k < count; k++) {
            table[q * count + k] = rule->w[q] * he;
            double next = (rule->x[q] * he - sqrt((double)k) * before) / sqrt((double)k + 1);
            before = he;
            he = next;
        }
    }
}

/* ---- Gaussian equivalent ------------------------------------------------------------------------------------- */

static sp_status equivalent(sp_run *run, const sp_score_model *m, const double *W, const double *x, uint64_t index,
                            const double *sigma, sp_score_instance *s)
{
    size_t p = s->p, n = s->n, d = s->d;
    double root_d = sqrt((double)d), decay = exp(-m->c.t), b = m->c.b;
    double *G, *Y = SP_NEW(run, double, p *d);
    if (!Y)
        return SP_FAILED;
    SP_TRY(normals(run, "score residue", index, p, n, &G));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, n, d, m->c.a * decay / root_d, W, d, x, d, sqrt(m->c.v2), G, n));
    identity_plus(p, m->c.s2, s->U);
    identity_plus(p, m->c.s2 + m->c.v2, s->U_test);
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, n, 1 / (double)n, G, n, G, n, 1, s->U, p));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, d, b * b / (double)d, W, d, W, d, 1, s->U, p));
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < d; j++) {
            Y[i * d + j] = W[i * d + j] * sqrt(m->c.a * m->c.a * decay * decay * sigma[j] + b * b);
            s->V[i * d + j] = b * W[i * d + j] / root_d;
        }
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, d, 1 / (double)d, Y, d, Y, d, 1, s->U_test, p));
    s->V_test = s->V;
    return SP_OK;
}

/* ---- the activation itself ------------------------------------------------------------------------------------- */

static sp_status norms_and_correlations(sp_run *run, size_t p, size_t d, const double *W, double *norm, double *rho)
{
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, d, 1, W, d, W, d, 0, rho, p));
    for (size_t i = 0; i < p; i++)
        norm[i] = sqrt(rho[i * p + i]);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            rho[i * p + j] /= norm[i] * norm[j];
    return SP_OK;
}

typedef struct {
    const sp_activation *activation;
    const sp_rule *rule;
    const double *table, *field, *width; /* field: p x rows, mean pre-activations; width: p */
    size_t n_rows, count;
    double *c; /* count x p x rows */
    double *square;
    size_t p;
} coefficients;

/* c_k(i, nu) / sqrt(k!) for all rows nu of one feature i; `square` gains sum_nu E s^2. */
static sp_status coefficient_block(sp_run *worker, size_t i, void *context)
{
    const coefficients *s = context;
    size_t q = s->rule->n;
    double *value = SP_NEW(worker, double, s->n_rows *q), *c = SP_NEW(worker, double, s->n_rows * s->count);
    if (!value || !c)
        return SP_FAILED;
    for (size_t nu = 0; nu < s->n_rows; nu++)
        for (size_t k = 0; k < q; k++)
            value[nu * q + k] = s->field[i * s->n_rows + nu] + s->width[i] * s->rule->x[k];
    sp_activation_apply(s->activation, s->n_rows * q, value);
    sp_gemm(SP_PLAIN, SP_PLAIN, s->n_rows, s->count, q, 1, value, q, s->table, s->count, 0, c, s->count);
    for (size_t nu = 0; nu < s->n_rows; nu++) {
        for (size_t k = 0; k < s->count; k++)
            s->c[(k * s->p + i) * s->n_rows + nu] = c[nu * s->count + k];
        for (size_t k = 0; k < q; k++)
            s->square[i] += s->rule->w[k] * value[nu * q + k] * value[nu * q + k];
    }
    return SP_OK;
}

sp_status sp_score_features(sp_run *run, const sp_activation *activation, double t, size_t p, const double *W, sp_rows rows,
                            double *U, double *V)
{
    size_t d = rows.d, n = rows.n;
    double root_d = sqrt((double)d), noise = sqrt(-expm1(-2 * t));
    sp_rule rule;
    SP_TRY(sp_gauss_hermite(run, NODES, &rule));
    double *table = SP_NEW(run, double, NODES *HERMITE), *norm = SP_NEW(run, double, p), *width = SP_NEW(run, double, p);
    double *rho = SP_NEW(run, double, p *p), *part = SP_NEW(run, double, p *p);
    double *x = SP_NEW(run, double, ROWS *d), *field = SP_NEW(run, double, p *ROWS),
           *c = SP_NEW(run, double, HERMITE *p *ROWS), *square = SP_NEW(run, double, p), *first = SP_NEW(run, double, p);
    double *sums = SP_NEW(run, double, HERMITE *p *p);
    if (!table || !norm || !width || !rho || !part || !x || !field || !c || !square || !first || !sums)
        return SP_FAILED;
    hermite_table(&rule, HERMITE, table);
    SP_TRY(norms_and_correlations(run, p, d, W, norm, rho));
    for (size_t i = 0; i < p; i++)
        width[i] = noise * norm[i] / root_d;
    for (size_t from = 0; from < n; from += ROWS) {
        size_t count = n - from < ROWS ? n - from : ROWS;
        sp_rows_copy(rows, from, count, 0, d, NULL, x);
        SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, count, d, exp(-t) / root_d, W, d, x, d, 0, field, count));
        coefficients s = {activation, &rule, table, field, width, count, HERMITE, c, square, p};
        SP_TRY(sp_parallel(run, p, coefficient_block, &s));
        for (size_t k = 0; k < HERMITE; k++)
            SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, count, 1, c + k * p * count, count, c + k * p * count,
                                   count, 1, sums + k * p * p, p));
        for (size_t i = 0; i < p; i++)
            for (size_t nu = 0; nu < count; nu++)
                first[i] += c[(p + i) * count + nu];
        SP_TRY(sp_poll(run));
    }
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            double r = rho[i * p + j], sum = 0;
            for (size_t k = HERMITE; k-- > 0;)
                sum = sum * r + sums[(k * p + i) * p + j];
            U[i * p + j] = sum / (double)n;
        }
        U[i * p + i] = square[i] / (double)n;
        for (size_t j = 0; j < d; j++)
            V[i * d + j] = first[i] / (double)n * W[i * d + j] / norm[i];
    }
    return SP_OK;
}

/* Population U and V for x ~ N(0, Sigma): pre-activations are jointly Gaussian. */
static sp_status population(sp_run *run, const sp_activation *activation, const sp_score_model *m, const double *W,
                            const double *sigma, sp_score_instance *s)
{
    size_t p = s->p, d = s->d;
    double root_d = sqrt((double)d), decay = exp(-2 * m->c.t);
    sp_rule rule;
    SP_TRY(sp_gauss_hermite(run, NODES, &rule));
    double *table = SP_NEW(run, double, NODES *POPULATION_HERMITE), *norm = SP_NEW(run, double, p),
           *rho = SP_NEW(run, double, p *p), *Y = SP_NEW(run, double, p *d), *field = SP_NEW(run, double, p),
           *c = SP_NEW(run, double, POPULATION_HERMITE *p), *square = SP_NEW(run, double, p);
    if (!table || !norm || !rho || !Y || !field || !c || !square)
        return SP_FAILED;
    hermite_table(&rule, POPULATION_HERMITE, table);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < d; j++)
            Y[i * d + j] = W[i * d + j] * sqrt(decay * sigma[j] + m->c.noise_var) / root_d;
    SP_TRY(norms_and_correlations(run, p, d, Y, norm, rho));
    coefficients every = {activation, &rule, table, field, norm, 1, POPULATION_HERMITE, c, square, p};
    SP_TRY(sp_parallel(run, p, coefficient_block, &every));
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            double r = rho[i * p + j], sum = 0;
            for (size_t k = POPULATION_HERMITE; k-- > 0;)
                sum = sum * r + c[k * p + i] * c[k * p + j];
            s->U_test[i * p + j] = sum;
        }
        s->U_test[i * p + i] = square[i];
        for (size_t j = 0; j < d; j++) /* E[s(h_i) xi_j] = c_1 Cov(h_i, xi_j) / sd(h_i) */
            s->V_test[i * d + j] = c[p + i] * sqrt(m->c.noise_var) * W[i * d + j] / (root_d * norm[i]);
    }
    return SP_OK;
}

sp_status sp_score_instance_draw(sp_run *run, const sp_score_model *m, const sp_activation *activation, size_t d,
                                 uint64_t index, sp_score_instance *s)
{
    size_t p = sp_score_size(m->psi_p, d), n = sp_score_size(m->psi_n, d);
    *s = (sp_score_instance){.p = p, .n = n, .d = d};
    s->U = SP_NEW(run, double, p *p);
    s->U_test = SP_NEW(run, double, p *p);
    s->V = SP_NEW(run, double, p *d);
    double *W, *x, *sigma = SP_NEW(run, double, d);
    if (!s->U || !s->U_test || !s->V || !sigma)
        return SP_FAILED;
    SP_TRY(sp_score_weights(run, p, d, index, &W));
    SP_TRY(normals(run, "score data", index, n, d, &x));
    for (size_t j = 0; j < d; j++) /* nearly equal numbers of each */
        sigma[j] = m->sigma[j * m->n_sigma / d];
    for (size_t nu = 0; nu < n; nu++)
        for (size_t j = 0; j < d; j++)
            x[nu * d + j] *= sqrt(sigma[j]);
    if (!activation)
        return equivalent(run, m, W, x, index, sigma, s);
    s->V_test = SP_NEW(run, double, p *d);
    if (!s->V_test)
        return SP_FAILED;
    SP_TRY(sp_score_features(run, activation, m->c.t, p, W, sp_rows_double(n, d, x), s->U, s->V));
    return population(run, activation, m, W, sigma, s);
}
