/* The spiked model on the user's matrix and tensor (spec 28, 5; spec 23, 5). */
#include "amp.h"
#include "langevin.h"

#include "data/matrix_file.h"
#include "data/tensor_file.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* ---- reading ------------------------------------------------------------------------------------------- */

static sp_status open_raw(sp_run *run, const char *source, const sp_dataset **out)
{
    return sp_dataset_open(run, source, &(sp_data_options){.scale = "none", .keep_mean = true, .labels = "none"}, NULL, out);
}

static sp_status set_size(sp_run *run, spiked_instance *s, size_t N)
{
    if (N < 10)
        return sp_fail(run, SP_DATA, "N = %zu: at least 10 are needed", N);
    if (s->N && s->N != N)
        return sp_fail(run, SP_DATA, "matrix and tensor have different sizes, %zu and %zu", s->N, N);
    s->N = N;
    return SP_OK;
}

static sp_status read_matrix(sp_run *run, const sp_spiked_data_params *p, spiked_instance *s, sp_symmetric_tensor *out)
{
    size_t N;
    float *a;
    SP_TRY(matrix_file_read(run, p->matrix, p->tolerance, p->symmetrise, &N, &a));
    SP_TRY(set_size(run, s, N));
    SP_TRY(sp_symmetric_create(run, N, 2, out));
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++)
            out->v[sp_symmetric_index(N, 2, (size_t[]){i, j})] = a[i * N + j];
    return SP_OK;
}

static void sort_indices(int n, size_t *v)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j && v[j] < v[j - 1]; j--) {
            size_t swap = v[j];
            v[j] = v[j - 1], v[j - 1] = swap;
        }
}

static bool has_repeat(int n, const size_t *sorted)
{
    for (int i = 1; i < n; i++)
        if (sorted[i] == sorted[i - 1])
            return true;
    return false;
}

/* rows i j .. value; indices from 0 or from 1, whichever the smallest says */
static sp_status read_coordinates(sp_run *run, const sp_dataset *d, int p, spiked_instance *s, sp_symmetric_tensor *out)
{
    float low = INFINITY, high = 0;
    for (size_t r = 0; r < d->n; r++)
        for (int a = 0; a < p; a++) {
            float x = d->x[r * d->d + (size_t)a];
            if (x < 0 || x != floorf(x))
                return sp_fail(run, SP_DATA, "tensor row %zu: %g is no index", r + 1, (double)x);
            low = fminf(low, x), high = fmaxf(high, x);
        }
    size_t first = low >= 1 ? 1 : 0;
    SP_TRY(set_size(run, s, s->N ? s->N : (size_t)high + 1 - first));
    SP_TRY(sp_symmetric_create(run, s->N, p, out));
    for (size_t r = 0; r < d->n; r++) {
        size_t index[SP_TENSOR_MAX_ORDER];
        for (int a = 0; a < p; a++) {
            index[a] = (size_t)d->x[r * d->d + (size_t)a] - first;
            if (index[a] >= s->N)
                return sp_fail(run, SP_DATA, "tensor row %zu: index beyond N = %zu", r + 1, s->N);
        }
        sort_indices(p, index);
        if (has_repeat(p, index))
            return sp_fail(run, SP_DATA, "tensor row %zu: repeated index; entries need distinct indices", r + 1);
        out->v[sp_symmetric_index(s->N, p, index)] = d->x[r * d->d + (size_t)p];
    }
    return SP_OK;
}

static sp_status read_tensor(sp_run *run, const sp_spiked_data_params *p, spiked_instance *s, sp_symmetric_tensor *out)
{
    const sp_dataset *d;
    int order = (int)p->p;
    if (order < 3 || order > SP_TENSOR_MAX_ORDER)
        return sp_fail(run, SP_USAGE, "--p %d: a tensor of order 3 to %d", order, SP_TENSOR_MAX_ORDER);
    SP_TRY(open_raw(run, p->tensor, &d));
    if (d->d == (size_t)order + 1)
        return read_coordinates(run, d, order, s, out);
    SP_TRY(set_size(run, s, d->n));
    return tensor_array_read(run, p->tensor, d, order, &(tensor_array_options){p->tolerance, p->symmetrise, true, 1}, out);
}

/* Variance of the entries with distinct indices: the signal adds O(1/N). */
static double noise_of(const sp_symmetric_tensor *t)
{
    double sum = 0, distinct = 1;
    for (size_t i = 0; i < t->size; i++)
        sum += (double)t->v[i] * (double)t->v[i];
    for (int a = 0; a < t->order; a++)
        distinct *= ((double)t->n - a) / (a + 1);
    return sum / distinct;
}

/* From entries of Y or T to the couplings of -H. */
static sp_status add_channel(sp_run *run, sp_symmetric_tensor *t, double given, const char *name, spiked_instance *s,
                             mixed_kernel *q, double *delta)
{
    *delta = given < INFINITY ? given : noise_of(t);
    if (!(*delta > 0))
        return sp_fail(run, SP_DATA, "the %s has no noise: give --%s", name, t->order == 2 ? "delta2" : "deltap");
    if (given == INFINITY)
        sp_warn(run, "noise of the %s estimated from its entries (the signal adds a fraction 1/N)", name);
    float scale = (float)(sqrt(tgamma(t->order)) / (*delta * pow((double)t->n, (t->order - 1) / 2.0)));
    cblas_sscal((int)t->size, scale, t->v, 1);
    s->term[s->n_terms++] = *t;
    if (t->order == 2)
        q->matrix = 1 / *delta;
    else {
        q->tensor[t->order] = 1 / *delta;
        q->low = q->high = t->order;
    }
    return SP_OK;
}

static sp_status load(sp_run *run, const sp_spiked_data_params *p, spiked_instance *s, mixed_kernel *q,
                      sp_spiked_data_result *out)
{
    sp_symmetric_tensor matrix, tensor;
    *q = (mixed_kernel){.low = KERNEL_DEGREE};
    out->delta2 = out->deltap = INFINITY;
    if (p->demo) {
        sp_spiked_model model = {.p = p->p, .delta2 = p->delta2, .deltap = p->deltap};
        SP_TRY(mixed_kernel_of(run, &model, q));
        out->delta2 = p->delta2, out->deltap = p->deltap;
        return spiked_instance_create(run, q, p->demo, 0, s);
    }
    if (!*p->matrix && !*p->tensor)
        return sp_fail(run, SP_USAGE, "give a matrix, a --tensor or both (or --demo N)");
    if (*p->matrix) {
        SP_TRY(read_matrix(run, p, s, &matrix));
        SP_TRY(add_channel(run, &matrix, p->delta2, "matrix", s, q, &out->delta2));
    }
    if (*p->tensor) {
        SP_TRY(read_tensor(run, p, s, &tensor));
        SP_TRY(add_channel(run, &tensor, p->deltap, "tensor", s, q, &out->deltap));
    }
    if (*p->planted) {
        const sp_dataset *d;
        SP_TRY(open_raw(run, p->planted, &d));
        if (d->n * d->d != s->N)
            return sp_fail(run, SP_DATA, "the planted signal has %zu values, N is %zu", d->n * d->d, s->N);
        s->signal = SP_NEW(run, double, s->N);
        if (!s->signal)
            return SP_FAILED;
        for (size_t i = 0; i < s->N; i++)
            s->signal[i] = (double)d->x[i];
        cblas_dscal((int)s->N, sqrt((double)s->N / dot(s->N, s->signal, s->signal)), s->signal, 1);
    }
    return SP_OK;
}

/* ---- algorithms ------------------------------------------------------------------------------------------ */

static sp_status same_instance(sp_run *run, const void *context, size_t N, uint64_t index, spiked_instance *out)
{
    (void)run, (void)N, (void)index;
    *out = *(const spiked_instance *)context;
    return SP_OK;
}

static sp_status by_dynamics(sp_run *run, const sp_spiked_data_params *p, const spiked_instance *s, const mixed_kernel *q,
                             double *final, sp_spiked_data_result *out)
{
    enum { TIMES = 40 };
    double *times = SP_NEW(run, double, TIMES), T = p->method == SP_FIT_LANGEVIN ? p->temperature : 0;
    if (!times)
        return SP_FAILED;
    for (int i = 0; i < TIMES; i++)
        times[i] = p->t_max * pow(1e-3, 1 - (i + 1.0) / TIMES);
    double mu = 2 * sqrt(kernel_2(q, 1, 1)) + kernel_1(q, 1, 1) + T;
    if (p->dt * mu >= 1)
        return sp_fail(run, SP_USAGE, "--dt %g is too large for this noise: use at most %.2g", p->dt, 1 / mu);
    sp_langevin_params l = {.eta = {.eta0 = 1},
                            .temperature = T,
                            .dt = p->dt,
                            .N = s->N,
                            .instances = 1,
                            .replicas = p->starts,
                            .times = {TIMES, times}};
    dynamics_model model = {.q = *q, .eta = l.eta, .temperature = T};
    sp_langevin_point *points;
    SP_TRY(langevin_run(run, &l, &model, same_instance, s, final, &out->n_trace, &points));
    out->trace = points;
    return SP_OK;
}

/* AMP from random starts of small norm; the trace is that of the first. */
static sp_status by_amp(sp_run *run, const sp_spiked_data_params *p, const spiked_instance *s, const mixed_kernel *q,
                        double *final, sp_spiked_data_result *out)
{
    bool ml = p->method == SP_FIT_AMP_ML;
    size_t N = s->N;
    sp_langevin_point *trace = SP_NEW(run, sp_langevin_point, p->iterations + 1);
    double *x = SP_NEW(run, double, N), *old = SP_NEW(run, double, N), *field = SP_NEW(run, double, N), energy;
    if (!trace || !x || !old || !field)
        return SP_FAILED;
    for (size_t r = 0; r < p->starts; r++) {
        double divergence = 0;
        memset(old, 0, N * sizeof *old);
        spiked_instance free_start = *s;
        free_start.signal = NULL;
        spiked_instance_start(run, &free_start, r, 0, ml ? 1 : 0.01, x);
        for (size_t k = 0; k <= p->iterations; k++) {
            SP_TRY(sp_poll(run));
            double norm = dot(N, x, x) / (double)N;
            if (r == 0) {
                SP_TRY(spiked_instance_force(run, s, 1, x, 1, field, &energy));
                trace[k] = (sp_langevin_point){.t = (double)k,
                                               .m = {s->signal ? dot(N, x, s->signal) / (double)N : NAN, NAN},
                                               .mu = {norm, NAN},
                                               .energy = {-energy, NAN},
                                               .C_t0 = {NAN, NAN},
                                               .force2 = {NAN, NAN}};
            }
            if (k == p->iterations)
                break;
            SP_TRY(amp_step(run, q, ml, s, x, old, field, &divergence));
            double *swap = x;
            x = old, old = swap;
        }
        memcpy(final + r * N, x, N * sizeof *x);
        cblas_dscal((int)N, sqrt((double)N / dot(N, x, x)), final + r * N, 1);
    }
    out->n_trace = p->iterations + 1;
    out->trace = trace;
    return SP_OK;
}

static sp_status summarise(sp_run *run, const sp_spiked_data_params *p, const spiked_instance *s, const mixed_kernel *q,
                           const double *final, sp_spiked_data_result *out)
{
    size_t N = s->N, R = p->starts, best = 0, pairs = 0;
    double *force = SP_NEW(run, double, R *N), *energy = SP_NEW(run, double, R), low = INFINITY, high = -INFINITY;
    double *estimate = SP_NEW(run, double, N);
    if (!force || !energy || !estimate)
        return SP_FAILED;
    SP_TRY(spiked_instance_force(run, s, R, final, 1, force, energy));
    for (size_t r = 0; r < R; r++) {
        best = energy[r] > energy[best] ? r : best;
        low = fmin(low, -energy[r]), high = fmax(high, -energy[r]);
        for (size_t b = 0; b < r; b++, pairs++)
            out->agreement += fabs(dot(N, final + r * N, final + b * N)) / (double)N;
    }
    out->agreement = pairs ? out->agreement / (double)pairs : NAN;
    memcpy(estimate, final + best * N, N * sizeof *estimate);
    out->estimate = estimate;
    out->energy = low;
    out->energy_spread = high - low;
    out->overlap = s->signal ? dot(N, estimate, s->signal) / (double)N : NAN;
    sp_spiked_model model = {.p = p->p, .delta2 = out->delta2, .deltap = out->deltap};
    sp_spiked_thresholds th;
    SP_TRY(sp_spiked_thresholds_of(
        run, &(sp_spiked_thresholds_params){model, p->method == SP_FIT_LANGEVIN ? p->temperature : 1}, &th));
    bool bayes = p->method == SP_FIT_AMP_BAYES || p->method == SP_FIT_LANGEVIN;
    out->E_th = th.E_th;
    /* the estimate is put back on the sphere, which turns the m = q of Bayes AMP into sqrt(m) */
    out->m_expected = p->method == SP_FIT_AMP_BAYES ? sqrt(th.m_bayes) : bayes ? th.m_bayes : th.m_ml;
    double lines[] = {th.delta2_gf, th.delta2_langevin, 1, th.delta2_ml};
    out->delta2_line = lines[p->method];
    if (isnan(out->delta2_line))
        out->delta2_line = 1;
    if (q->high == 0)
        out->verdict = out->delta2 < 1 ? "matrix alone, Delta_2 < 1: the signal is detectable"
                                       : "matrix alone, Delta_2 > 1: no signal can be found";
    else if (out->delta2 < out->delta2_line)
        out->verdict = "below the line of this method: it is expected to find the signal";
    else if (!strcmp(th.regime, "impossible"))
        out->verdict = "impossible: no method is expected to find the signal";
    else if (!strcmp(th.regime, "hard"))
        out->verdict = "hard: the signal is there, but no fast method is expected to find it";
    else
        out->verdict = "above the line of this method: it is expected to be stuck; Bayes AMP (--method amp-bayes) is "
                       "expected to find the signal";
    return SP_OK;
}

sp_status sp_spiked_data(sp_run *run, const sp_spiked_data_params *p, sp_spiked_data_result *out)
{
    spiked_instance s = {0};
    mixed_kernel q;
    *out = (sp_spiked_data_result){.N = 0};
    if (!p->starts || p->starts > 4096 || !(p->dt > 0) || !(p->t_max > 0) || !(p->temperature >= 0))
        return sp_fail(run, SP_USAGE, "allowed: 1 to 4096 starts, dt > 0, t-max > 0, temperature >= 0");
    SP_TRY(load(run, p, &s, &q, out));
    out->N = s.N;
    double *final = SP_NEW(run, double, p->starts *s.N);
    if (!final)
        return SP_FAILED;
    SP_TRY((p->method == SP_FIT_AMP_BAYES || p->method == SP_FIT_AMP_ML ? by_amp : by_dynamics)(run, p, &s, &q, final, out));
    return summarise(run, p, &s, &q, final, out);
}
