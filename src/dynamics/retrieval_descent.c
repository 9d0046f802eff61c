#include "retrieval_descent.h"

#include "math/gemm_float.h"
#include "math/lanczos.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

/* Products in single precision have relative errors of 1e-7: this much noise in a loss L/N of order one or less. */
static double loss_noise(double energy) { return 1e-6 * energy + 1e-7 * sqrt(energy) + 1e-12; }

typedef struct {
    const sp_retrieval_loss *loss;
    const measurements *m;
    double scale; /* 1/sqrt(N) */
} gradient_weights;

/* V'(yh)/sqrt(N) */
static double gradient_weight(size_t mu, size_t r, double product, const void *context)
{
    const gradient_weights *g = context;
    (void)r;
    double yh = product * g->scale, y2 = g->m->y2[mu];
    return 2 * measurement_stiffness(g->m, g->loss, mu) * yh * (yh * yh - y2) * g->scale;
}

static void remove_signal(const retrieval_descent *d, double *v)
{
    const double *s = d->m->signal;
    cblas_daxpy((int)d->m->N, -dot(d->m->N, v, s) / (double)d->m->N, s, 1, v, 1);
}

static void retract(size_t N, double *w) { cblas_dscal((int)N, sqrt((double)N / dot(N, w, w)), w, 1); }

/* Energies, multipliers and forces at w. */
static sp_status evaluate(sp_run *run, retrieval_descent *d, const double *w, double *force, double *energy)
{
    size_t N = d->m->N, M = d->m->M, R = d->R;
    double n = (double)N;
    gradient_weights g = {&d->loss, d->m, 1 / sqrt(n)};
    SP_TRY(measurement_pass(run, d->m, R, w, gradient_weight, &g, d->dots, force));
    for (size_t r = 0; r < R; r++)
        energy[r] = 0;
    for (size_t k = 0; k < M; k++) {
        double y2 = d->m->y2[k], c = measurement_stiffness(d->m, &d->loss, k) / (2 * n);
        for (size_t r = 0; r < R; r++) {
            double yh = d->dots[k * R + r] * g.scale, difference = yh * yh - y2;
            energy[r] += c * difference * difference;
        }
    }
    for (size_t r = 0; r < R; r++) {
        double *f = force + r * N, radial = dot(N, f, w + r * N) / n;
        cblas_daxpy((int)N, -radial, w + r * N, 1, f, 1);
        cblas_dscal((int)N, -1, f, 1);
        if (d->blind)
            remove_signal(d, f);
        d->mu[r] = -radial;
        d->force2[r] = dot(N, f, f) / n;
    }
    return SP_OK;
}

typedef struct {
    double shift;
    const measurements *m;
} spectral_weights;

static double spectral_weight(size_t mu, size_t r, double product, const void *context)
{
    const spectral_weights *s = context;
    (void)r;
    double y2 = s->m->y2[mu], weight = s->m->weight ? s->m->weight[mu] : 1;
    return product * weight * (y2 - 1) / (y2 + s->shift);
}

typedef struct {
    const measurements *m;
    const spectral_weights *weights;
} spectral_operator;

static sp_status spectral_product(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    const spectral_operator *o = context;
    SP_TRY(measurement_pass(run, o->m, 1, x, spectral_weight, o->weights, NULL, y));
    cblas_dscal((int)n, 1 / (double)n, y, 1);
    return SP_OK;
}

static sp_status spectral_start(sp_run *run, const measurements *m, double *w)
{
    double alpha = (double)m->M / (double)m->N, value;
    /* T(y) = (y^2-1)/(y^2 + sqrt(2 alpha) - 1): above alpha = 1/2 it sees the signal */
    spectral_weights weights = {fmax(sqrt(2 * alpha), 1.05) - 1, m};
    spectral_operator o = {m, &weights};
    sp_lanczos_report report;
    return sp_lanczos(run, m->N, 1, spectral_product, &o, &(sp_lanczos_options){.tolerance = 1e-5}, &value, w, NULL,
                      &report);
}

sp_status retrieval_descent_create(sp_run *run, const measurements *m, const sp_retrieval_loss *loss, size_t R, bool blind,
                                   bool spectral, double lr, uint64_t index, retrieval_descent *out)
{
    size_t N = m->N;
    double *all = SP_NEW(run, double, R *(4 * N + 5) + m->M * R);
    bool *frozen = SP_NEW(run, bool, R);
    if (!all || !frozen)
        return SP_FAILED;
    double start = lr > 0 ? lr : loss->kind == SP_RETRIEVAL_QUARTIC ? 0.002 : 0.02;
    *out = (retrieval_descent){m, *loss, R, blind, start, start, .frozen = frozen};
    double **part[] = {&out->w, &out->force, &out->trial_w, &out->trial_force};
    for (int k = 0; k < 4; k++, all += R * N)
        *part[k] = all;
    double **number[] = {&out->energy, &out->mu, &out->force2, &out->trial_energy};
    for (int k = 0; k < 4; k++, all += R)
        *number[k] = all;
    out->dots = all;
    for (size_t r = 0; r < R; r++) {
        double *w = out->w + r * N;
        sp_rng rng = sp_rng_at(run, "start", index * 4096 + r);
        sp_normals(&rng, N, w);
        if (spectral && r == 0)
            SP_TRY(spectral_start(run, m, w));
        if (blind)
            remove_signal(out, w);
        retract(N, w);
    }
    return evaluate(run, out, out->w, out->force, out->energy);
}

sp_status retrieval_descent_restart(sp_run *run, retrieval_descent *d)
{
    memset(d->frozen, 0, d->R * sizeof *d->frozen);
    return evaluate(run, d, d->w, d->force, d->energy);
}

double retrieval_descent_overlap(const retrieval_descent *d, size_t r)
{
    size_t N = d->m->N;
    return d->m->signal ? dot(N, d->w + r * N, d->m->signal) / (double)N : NAN;
}

static void freeze(retrieval_descent *d, double stop_overlap, double stop_force2)
{
    for (size_t r = 0; r < d->R; r++)
        d->frozen[r] = d->frozen[r] || d->force2[r] < stop_force2 || fabs(retrieval_descent_overlap(d, r)) > stop_overlap;
}

static bool all_frozen(const retrieval_descent *d)
{
    for (size_t r = 0; r < d->R; r++)
        if (!d->frozen[r])
            return false;
    return true;
}

static sp_status attempt(sp_run *run, retrieval_descent *d, double dt, bool *accepted)
{
    size_t N = d->m->N, length = d->R * N;
    memcpy(d->trial_w, d->w, length * sizeof *d->w);
    for (size_t r = 0; r < d->R; r++) {
        if (d->frozen[r])
            continue;
        cblas_daxpy((int)N, dt, d->force + r * N, 1, d->trial_w + r * N, 1);
        if (d->blind)
            remove_signal(d, d->trial_w + r * N);
        retract(N, d->trial_w + r * N);
    }
    SP_TRY(evaluate(run, d, d->trial_w, d->trial_force, d->trial_energy));
    *accepted = true;
    for (size_t r = 0; r < d->R; r++)
        if (!d->frozen[r] && !(d->trial_energy[r] <= d->energy[r] + loss_noise(d->energy[r]))) {
            *accepted = false;
            /* no step lowers this loss: rounding is all that is left */
            d->frozen[r] = dt < 1e-6 * d->lr_start;
        }
    if (!*accepted)
        return SP_OK;
    double *swap[] = {d->w, d->force, d->energy};
    d->w = d->trial_w, d->force = d->trial_force, d->energy = d->trial_energy;
    d->trial_w = swap[0], d->trial_force = swap[1], d->trial_energy = swap[2];
    return SP_OK;
}

sp_status retrieval_descent_run(sp_run *run, retrieval_descent *d, double t, double stop_overlap, double stop_force2)
{
    enum { PATIENCE = 50 };
    freeze(d, stop_overlap, stop_force2);
    while (t - d->t > 1e-12 * t) {
        SP_TRY(sp_poll(run));
        if (all_frozen(d)) {
            d->t = t;
            return SP_OK;
        }
        double dt = fmin(d->lr, t - d->t);
        bool accepted;
        SP_TRY(attempt(run, d, dt, &accepted));
        if (!accepted) {
            d->lr = dt < 1e-6 * d->lr_start ? d->lr_start : dt / 2;
            d->accepted = 0;
            continue;
        }
        d->t += dt;
        if (++d->accepted % PATIENCE == 0)
            d->lr = fmin(2 * d->lr, d->lr_start);
        freeze(d, stop_overlap, stop_force2);
    }
    d->t = t;
    return SP_OK;
}

/* ---- Hessian ------------------------------------------------------------------------------------------- */

static double curvature(const retrieval_descent *d, size_t k, size_t r)
{
    double yh2 = d->dots[k * d->R + r] * d->dots[k * d->R + r] / (double)d->m->N, y2 = d->m->y2[k];
    return 2 * measurement_stiffness(d->m, &d->loss, k) * (3 * yh2 - y2);
}

sp_status retrieval_descent_law(sp_run *run, const retrieval_descent *d, size_t r, label_law *out)
{
    size_t M = d->m->M;
    double m = retrieval_descent_overlap(d, r), rest = sqrt(1 - m * m), z_low = INFINITY;
    bool known = d->m->y && rest > 1e-6;
    SP_TRY(label_law_create(run, M, out));
    for (size_t k = 0; k < M; k++) {
        /* the part of the signal orthogonal to w: on the sphere the direction w itself is projected out */
        double yh = d->dots[k * d->R + r] / sqrt((double)d->m->N), u = known ? (d->m->y[k] - m * yh) / rest : 0;
        out->weight[k] = 1 / (double)M;
        out->z[k] = curvature(d, k, r);
        out->u2[k] = known ? u * u : d->m->y2[k];
        z_low = fmin(z_low, out->z[k]);
    }
    out->n = M;
    out->z_low = z_low;
    return SP_OK;
}

typedef struct {
    const retrieval_descent *d;
    size_t r;
    const double *z;
    double lift; /* of the eigenvalue 0 of w, out of the way of the lowest ones */
} hessian_operator;

static double hessian_weight(size_t mu, size_t r, double product, const void *context)
{
    const double *z = context;
    (void)r;
    return z[mu] * product;
}

/* P A P v */
static sp_status hessian_product(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    const hessian_operator *o = context;
    const double *w = o->d->w + o->r * n;
    sp_mark mark = sp_memory_mark(run);
    double *v = SP_NEW(run, double, n);
    if (!v)
        return SP_FAILED;
    memcpy(v, x, n * sizeof *v);
    cblas_daxpy((int)n, -dot(n, v, w) / (double)n, w, 1, v, 1);
    SP_TRY(measurement_pass(run, o->d->m, 1, v, hessian_weight, o->z, NULL, y));
    cblas_dscal((int)n, 1 / (double)n, y, 1);
    cblas_daxpy((int)n, -dot(n, y, w) / (double)n, w, 1, y, 1);
    cblas_daxpy((int)n, o->lift * dot(n, x, w) / (double)n, w, 1, y, 1);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* V'(yh) yh of row k, whose sum is -mu N */
static double radial(const retrieval_descent *d, size_t k, size_t r)
{
    double yh2 = d->dots[k * d->R + r] * d->dots[k * d->R + r] / (double)d->m->N;
    return 2 * measurement_stiffness(d->m, &d->loss, k) * yh2 * (yh2 - d->m->y2[k]);
}

sp_status retrieval_descent_resample(sp_run *run, const retrieval_descent *d, size_t r, const label_law *law,
                                     size_t resamples, retrieval_resample *out)
{
    size_t M = d->m->M;
    double alpha = (double)M / (double)d->m->N;
    sp_mark mark = sp_memory_mark(run);
    double *values = SP_NEW(run, double, M);
    label_resample *sample = SP_NEW(run, label_resample, resamples);
    if (!values || !sample)
        return SP_FAILED;
    for (size_t k = 0; k < M; k++)
        values[k] = radial(d, k, r);
    SP_TRY(label_bootstrap(run, law, alpha, values, resamples, sample));
    for (size_t b = 0; b < resamples; b++)
        out[b] = (retrieval_resample){sample[b].spectrum, -alpha * sample[b].average};
    sp_memory_release(run, mark);
    return SP_OK;
}

/* v.A v is a sum over the measurements: its infinitesimal jackknife, the vector held. */
static double jackknife(const retrieval_descent *d, const double *z, const double *v, double value)
{
    size_t N = d->m->N, M = d->m->M;
    double sum = 0;
    for (size_t k = 0; k < M; k++) {
        double product = 0;
        for (size_t i = 0; i < N; i++)
            product += (double)d->m->x[k * N + i] * v[i];
        double part = z[k] * product * product / (double)N - value / (double)M;
        sum += part * part;
    }
    return sqrt((double)M / (double)(M - 1) * sum);
}

sp_status retrieval_descent_lowest(sp_run *run, const retrieval_descent *d, size_t r, double values[2], double errors[2],
                                   double *vector, bool *converged)
{
    size_t N = d->m->N;
    sp_mark mark = sp_memory_mark(run);
    double *z = SP_NEW(run, double, d->m->M), *vectors = SP_NEW(run, double, 2 * N);
    if (!z || !vectors)
        return SP_FAILED;
    hessian_operator o = {.d = d, .r = r, .z = z};
    for (size_t k = 0; k < d->m->M; k++) {
        z[k] = curvature(d, k, r);
        o.lift += fabs(z[k]) / (double)N;
    }
    sp_lanczos_report report;
    /* eigenvalues to the square of the residual */
    sp_lanczos_options options = {.which = SP_SMALLEST, .tolerance = 1e-5, .basis = 60, .max_applications = 3000};
    SP_TRY(sp_lanczos(run, N, 2, hessian_product, &o, &options, values, vectors, NULL, &report));
    *converged = report.converged;
    if (vector)
        memcpy(vector, vectors, N * sizeof *vector);
    for (size_t k = 0; errors && k < 2; k++)
        errors[k] = jackknife(d, z, vectors + k * N, values[k]);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* P A P + lift w w^T/N: the direction w has the largest eigenvalue and is dropped. */
static void project(size_t N, const double *w, const float *a, double *v, double *out)
{
    double square = 0, largest = 0;
    for (size_t i = 0; i < N; i++) {
        double row = 0;
        v[i] = 0;
        for (size_t j = 0; j < N; j++) {
            v[i] += (double)a[i * N + j] * w[j];
            row += fabs((double)a[i * N + j]);
        }
        v[i] /= (double)N;
        square += v[i] * w[i] / (double)N;
        largest = fmax(largest, row);
    }
    double lift = 3 * largest + 1;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            out[i * N + j] = (double)a[i * N + j] - v[i] * w[j] - w[i] * v[j] + (square + lift / (double)N) * w[i] * w[j];
}

sp_status retrieval_descent_eigenvalues(sp_run *run, const retrieval_descent *d, size_t r, double *values)
{
    size_t N = d->m->N, M = d->m->M;
    sp_mark mark = sp_memory_mark(run);
    float *scaled = SP_NEW(run, float, M *N), *a = SP_NEW(run, float, N *N);
    double *v = SP_NEW(run, double, N), *projected = SP_NEW(run, double, N *N), *all = SP_NEW(run, double, N);
    if (!scaled || !a || !v || !projected || !all)
        return SP_FAILED;
    for (size_t k = 0; k < M; k++) {
        float z = (float)curvature(d, k, r);
        for (size_t i = 0; i < N; i++)
            scaled[k * N + i] = z * d->m->x[k * N + i];
    }
    SP_TRY(sp_gemm_float(run, SP_TRANSPOSED, SP_PLAIN, N, N, M, 1 / (float)N, d->m->x, N, scaled, N, 0, a, N));
    project(N, d->w + r * N, a, v, projected);
    SP_TRY(sp_eigenvalues(run, N, projected, all));
    memcpy(values, all, (N - 1) * sizeof *values);
    sp_memory_release(run, mark);
    return SP_OK;
}
