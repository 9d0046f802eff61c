/* The leading components of the user's symmetric tensor (spec 26, 5). */
#include "tensor_pca.h"

#include "data/tensor_file.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double inner(size_t n, const double *x, const double *y) { return cblas_ddot((int)n, x, 1, y, 1); }

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Entries with distinct indices are normal up to the signal, which is weak in each of them: sd = median |T|/0.6745. */
static sp_status noise_of(sp_run *run, const pca_instance *s, const sp_symmetric_tensor *weight, double *noise)
{
    sp_mark mark = sp_memory_mark(run);
    size_t index[SP_TENSOR_MAX_ORDER] = {0}, count = 0, place = 0;
    float *size = SP_NEW(run, float, s->t.size);
    if (!size)
        return SP_FAILED;
    do {
        bool distinct = !weight || weight->v[place] > 0;
        for (int a = 1; a < s->k; a++)
            distinct &= index[a] != index[a - 1];
        if (distinct)
            size[count++] = fabsf(s->t.v[place]);
        place++;
    } while (sp_symmetric_next(s->n, s->k, index));
    qsort(size, count, sizeof *size, ascending);
    *noise = count ? (double)size[count / 2] / 0.6744897501960817 : 0;
    sp_memory_release(run, mark);
    return *noise > 0 ? SP_OK : sp_fail(run, SP_DATA, "the tensor has no noise to measure: give --noise");
}

typedef struct {
    pca_instance s;             /* noise of variance 1 */
    sp_symmetric_tensor weight; /* mean 1 over the index tuples; v NULL: all equal */
    double noise, unit;         /* sd of the entries of the data; the data are `unit` times s */
    double density;             /* share of the tuples with a positive weight */
} input;

/* Weights of mean 1 over all index tuples. Their noise of variance noise^2 <w^2> is brought to 1 by the unit. */
static sp_status apply_weights(sp_run *run, input *in)
{
    size_t index[SP_TENSOR_MAX_ORDER] = {0}, place = 0;
    double total = 0, sum = 0, square = 0, seen = 0;
    const pca_instance *s = &in->s;
    float *w = in->weight.v;
    do {
        double x = (double)w[place++], orders = sp_symmetric_orders(s->k, index);
        if (!(x >= 0))
            return sp_fail(run, SP_DATA, "mask: weights are 0 or positive, got %g", x);
        total += orders, sum += orders * x, square += orders * x * x, seen += orders * (x > 0);
    } while (sp_symmetric_next(s->n, s->k, index));
    if (!(sum > 0))
        return sp_fail(run, SP_DATA, "mask: no entry of the tensor has a weight");
    in->density = seen / total;
    double mean = sum / total, unit = in->noise * sqrt(square / total) / mean;
    for (size_t i = 0; i < s->t.size; i++) {
        w[i] = (float)((double)w[i] / mean);
        s->t.v[i] = (float)((double)s->t.v[i] * (double)w[i] / unit);
    }
    in->unit = unit;
    return SP_OK;
}

static sp_status read_weights(sp_run *run, const sp_tensor_pca_data_params *p, input *in)
{
    if (!*p->mask)
        return SP_OK;
    if (p->missing)
        return sp_fail(run, SP_USAGE, "give --mask or --missing, not both");
    SP_TRY(tensor_file_read(run, p->mask, in->s.k, false, &in->weight, NULL));
    if (in->weight.n != in->s.n)
        return sp_fail(run, SP_DATA, "%s: a mask of dimension %zu for a tensor of dimension %zu", p->mask, in->weight.n,
                       in->s.n);
    return SP_OK;
}

static void scale(sp_symmetric_tensor *t, double factor)
{
    for (size_t i = 0; i < t->size; i++)
        t->v[i] = (float)(factor * (double)t->v[i]);
}

static sp_status load(sp_run *run, const sp_tensor_pca_data_params *p, input *in)
{
    int k = (int)p->k;
    pca_instance *s = &in->s;
    *in = (input){.noise = 1, .unit = 1, .density = 1};
    if (p->demo) {
        if (p->demo < 4 || p->demo > 100000)
            return sp_fail(run, SP_USAGE, "--demo %zu: allowed is 4 to 100000", p->demo);
        if (*p->tensor || *p->mask || p->missing)
            return sp_fail(run, SP_USAGE, "give a tensor or --demo, not both");
        SP_TRY(sp_need_memory(run, 4 * sp_symmetric_size(p->demo, k), "the tensor"));
        return pca_instance_create(run, k, p->demo, p->a * pow((double)p->demo, k / 4.0), 0, s);
    }
    if (!*p->tensor)
        return sp_fail(run, SP_USAGE, "give a tensor (or --demo N)");
    *s = (pca_instance){.k = k};
    SP_TRY(tensor_file_read(run, p->tensor, k, p->symmetrise, &s->t, p->missing ? &in->weight : NULL));
    s->n = s->t.n;
    if (s->n < 4)
        return sp_fail(run, SP_DATA, "n = %zu: at least 4 are needed", s->n);
    SP_TRY(read_weights(run, p, in));
    scale(&s->t, 1 / tgamma(k + 1)); /* the file holds k! T */
    in->noise = p->noise;
    if (p->noise == 0)
        SP_TRY(noise_of(run, s, in->weight.v ? &in->weight : NULL, &in->noise));
    in->unit = in->noise;
    if (in->weight.v)
        SP_TRY(apply_weights(run, in));
    else
        scale(&s->t, 1 / in->unit);
    if (*p->planted) {
        double *signal = SP_NEW(run, double, s->n);
        if (!signal)
            return SP_FAILED;
        SP_TRY(signal_file_read(run, p->planted, s->n, signal));
        cblas_dscal((int)s->n, 1 / sqrt((double)s->n), signal, 1);
        s->signal = signal;
    }
    return SP_OK;
}

/* A component was seen through the weights, and leaves through them. */
static sp_status deflate(sp_run *run, const input *in, double strength, const double *x)
{
    sp_symmetric_tensor t = in->s.t;
    if (!in->weight.v)
        return sp_symmetric_add_rank_one(run, &t, -strength, x, SP_DIAGONAL_USE);
    sp_mark mark = sp_memory_mark(run);
    sp_symmetric_tensor part;
    SP_TRY(sp_symmetric_create(run, t.n, t.order, &part));
    SP_TRY(sp_symmetric_add_rank_one(run, &part, -strength, x, SP_DIAGONAL_USE));
    for (size_t i = 0; i < t.size; i++)
        t.v[i] += part.v[i] * in->weight.v[i];
    sp_memory_release(run, mark);
    return SP_OK;
}

/* The best of one method over its starts. */
static sp_status run_method(sp_run *run, const sp_tensor_pca_data_params *p, const pca_instance *s, int method,
                            sp_tensor_pca_candidate *out, double *x)
{
    bool random_start = method == SP_PCA_GD || method == SP_PCA_POWER;
    sp_tensor_pca_method m = {.method = method,
                              .polish = SP_POLISH_GD,
                              .replicas = p->replicas,
                              .steps = p->steps,
                              .eta = p->eta,
                              .iterations = p->iterations};
    out->value = -INFINITY;
    for (size_t r = 0; r < (random_start ? p->starts : 1); r++) {
        sp_mark mark = sp_memory_mark(run);
        sp_tensor_pca_solution y;
        SP_TRY(pca_solve(run, s, &m, r, false, &y));
        if (y.value > out->value) {
            out->value = y.value;
            out->overlap = y.m;
            out->converged = y.converged;
            memcpy(x, y.x, s->n * sizeof *x);
        }
        sp_memory_release(run, mark);
    }
    double n = (double)s->n, k = s->k;
    out->method = method;
    out->strength = out->value * sqrt(n);
    out->a = out->strength / pow(n, k / 4);
    return SP_OK;
}

static const int methods[] = {SP_PCA_CLOSED, SP_PCA_REPLICAS, SP_PCA_UNFOLD, SP_PCA_GD, SP_PCA_POWER};
enum { METHODS = sizeof methods / sizeof *methods };

static const char *verdict_of(const sp_tensor_pca_data_result *r, double z)
{
    if (z < 5)
        return "nothing found: the value is that of pure noise";
    if (r->a > r->a_c || isnan(r->a_c))
        return "signal found, above the threshold of averaged descent";
    return "signal found, below the heuristic threshold of averaged descent";
}

sp_status sp_tensor_pca_data(sp_run *run, const sp_tensor_pca_data_params *p, sp_tensor_pca_data_result *out)
{
    input in;
    *out = (sp_tensor_pca_data_result){0};
    if (p->k < 3 || p->k > 6)
        return sp_fail(run, SP_USAGE, "--k %d: allowed are orders 3 to 6", (int)p->k);
    if (!p->rank || p->rank > 100 || !p->starts || !p->replicas || !p->steps || !p->iterations || !(p->eta > 0))
        return sp_fail(run, SP_USAGE, "allowed: rank in 1..100; starts, replicas, steps and iterations >= 1; eta > 0");
    SP_TRY(load(run, p, &in));
    size_t n = in.s.n;
    sp_tensor_pca_candidate *c = SP_NEW(run, sp_tensor_pca_candidate, METHODS * p->rank);
    double *estimate = SP_NEW(run, double, p->rank *n), *x = SP_NEW(run, double, METHODS *n);
    if (!c || !estimate || !x)
        return SP_FAILED;
    sp_tensor_pca_theory_result th;
    SP_TRY(sp_tensor_pca_theory(run, &(sp_tensor_pca_theory_params){p->k, n, 0, INFINITY}, &th));
    out->n = n, out->noise = in.noise, out->density = in.density, out->a_c = th.a_c,
    out->value_threshold = th.value_threshold, out->value_ground = th.value_ground;
    /* the maximum of pure noise fluctuates by sqrt(k!/n) at most (a sum of unit covariances), around value_ground */
    double sd = sqrt(tgamma((double)p->k + 1) / (double)n);
    for (size_t r = 0; r < p->rank; r++) {
        size_t best = 0;
        for (size_t m = 0; m < METHODS; m++) {
            sp_progress(run, "methods", (double)(r * METHODS + m) / (double)(METHODS * p->rank));
            sp_tensor_pca_candidate *here = &c[r * METHODS + m];
            SP_TRY(run_method(run, p, &in.s, methods[m], here, x + m * n));
            here->component = r + 1;
            here->z = (here->value - th.value_ground) / sd;
            best = here->value > c[r * METHODS + best].value ? m : best;
        }
        for (size_t m = 0; m < METHODS; m++)
            c[r * METHODS + m].agreement = fabs(inner(n, x + m * n, x + best * n));
        const sp_tensor_pca_candidate *first = &c[r * METHODS + best];
        memcpy(estimate + r * n, x + best * n, n * sizeof *x);
        if (r == 0) {
            out->value = first->value, out->strength = first->strength * in.unit, out->a = first->a;
            out->overlap = first->overlap, out->best = sp_tensor_pca_name(first->method);
            out->verdict = verdict_of(out, first->z);
        }
        if (r + 1 < p->rank)
            SP_TRY(deflate(run, &in, first->strength, x + best * n));
    }
    out->n_candidates = METHODS * p->rank, out->candidate = c, out->estimate = estimate;
    return SP_OK;
}
