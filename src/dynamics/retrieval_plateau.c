/* How long descent stays on the plateau of threshold states before it finds the signal (spec 19, 3.2 and 4). */
#include "retrieval_descent.h"

#include "math/statistics.h"

#include <cblas.h>
#include <math.h>

enum { PER_START = 3, RATE = 0, ENERGY, ESCAPE };

static const double ESCAPED = 0.5;

typedef struct {
    const sp_retrieval_plateau_params *p;
    size_t per_block;
    double *output; /* N x instances x (starts x PER_START, records x {mean |m|, mean energy}) */
} job;

static double record_time(const sp_retrieval_plateau_params *p, size_t k)
{
    return (p->t_blind + p->t_max) * (double)k / (double)p->records;
}

/* The growth rate of m by the labels: outlier and multiplier of the Hessian there. nan: no outlier. */
static sp_status rates(sp_run *run, const retrieval_descent *d, double *out)
{
    double alpha = (double)d->m->M / (double)d->m->N;
    for (size_t r = 0; r < d->R; r++) {
        sp_mark mark = sp_memory_mark(run);
        label_law law;
        sp_retrieval_spectrum s;
        SP_TRY(retrieval_descent_law(run, d, r, &law));
        label_spectrum(&law, alpha, &s);
        out[r * PER_START + RATE] = -(s.outlier + d->mu[r]);
        out[r * PER_START + ENERGY] = d->energy[r];
        out[r * PER_START + ESCAPE] = NAN;
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

/* An overlap of N^(-1/2), that of a typical random start. The force along the signal is of that order too, by the finite
 * number of measurements: the overlap has its sign, or the two might cancel. */
static sp_status release(sp_run *run, retrieval_descent *d)
{
    size_t N = d->m->N;
    double m = 1 / sqrt((double)N);
    d->blind = false;
    SP_TRY(retrieval_descent_restart(run, d));
    for (size_t r = 0; r < d->R; r++) {
        double *w = d->w + r * N, side = copysign(m, dot(N, d->force + r * N, d->m->signal));
        cblas_dscal((int)N, sqrt(1 - m * m), w, 1);
        cblas_daxpy((int)N, side, d->m->signal, 1, w, 1);
    }
    return retrieval_descent_restart(run, d);
}

static void record(const retrieval_descent *d, size_t k, double *out)
{
    double m = 0, energy = 0, R = (double)d->R;
    for (size_t r = 0; r < d->R; r++) {
        m += fabs(retrieval_descent_overlap(d, r)) / R;
        energy += d->energy[r] / R;
    }
    out += d->R * (size_t)PER_START + 2 * k;
    out[0] = d->blind ? NAN : m, out[1] = energy;
}

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_retrieval_plateau_params *p = j->p;
    size_t N = (size_t)p->N.v[block / p->instances], M = (size_t)llround(p->samples_per_dim * (double)N), R = p->starts,
           k = 0;
    double *out = j->output + block * j->per_block, *before = SP_NEW(run, double, R);
    measurements m;
    retrieval_descent d;
    if (!before)
        return SP_FAILED;
    SP_TRY(measurements_create(run, N, M, block, &m));
    SP_TRY(retrieval_descent_create(run, &m, &p->loss, R, true, false, p->lr, block, &d));
    for (; k <= p->records && record_time(p, k) < p->t_blind; k++) {
        SP_TRY(retrieval_descent_run(run, &d, record_time(p, k), 2, 0));
        record(&d, k, out);
    }
    SP_TRY(retrieval_descent_run(run, &d, p->t_blind, 2, 0));
    SP_TRY(rates(run, &d, out));
    SP_TRY(release(run, &d));
    for (size_t r = 0; r < R; r++)
        before[r] = fabs(retrieval_descent_overlap(&d, r));
    double end = p->t_blind + p->t_max;
    while (k <= p->records) {
        double from = d.t, to = fmin(fmin(from + d.lr, record_time(p, k)), end);
        SP_TRY(retrieval_descent_run(run, &d, to, 0.999, 0));
        for (size_t r = 0; r < R; r++) { /* |m| grows exponentially: between steps ln |m| is a line */
            double now = fabs(retrieval_descent_overlap(&d, r)), *escape = &out[r * PER_START + ESCAPE];
            if (isnan(*escape) && now > ESCAPED)
                *escape = from - p->t_blind + (to - from) * log(ESCAPED / before[r]) / log(now / before[r]);
            before[r] = now;
        }
        if (to >= record_time(p, k))
            record(&d, k++, out);
    }
    return SP_OK;
}

typedef struct {
    sp_moments rate, energy, escape, scaled, inverse;
    size_t escaped;
} plateau_sums;

/* Means over the starts of an instance, then over instances: starts share their measurements. */
static void add_instance(const sp_retrieval_plateau_params *p, const double *x, plateau_sums *s)
{
    sp_moments rate = {0}, energy = {0}, escape = {0}, scaled = {0}, inverse = {0};
    for (size_t r = 0; r < p->starts; r++, x += PER_START) {
        sp_moments_add(&energy, x[ENERGY]);
        if (!isnan(x[RATE])) {
            sp_moments_add(&rate, x[RATE]);
            sp_moments_add(&inverse, 1 / (2 * x[RATE]));
        }
        if (!isnan(x[ESCAPE])) {
            s->escaped++;
            sp_moments_add(&escape, x[ESCAPE]);
            if (!isnan(x[RATE]))
                sp_moments_add(&scaled, 2 * x[RATE] * x[ESCAPE]);
        }
    }
    const struct {
        const sp_moments *from;
        sp_moments *to;
    } all[] = {
        {&rate, &s->rate}, {&energy, &s->energy}, {&escape, &s->escape}, {&scaled, &s->scaled}, {&inverse, &s->inverse}};
    for (size_t k = 0; k < 5; k++)
        if (all[k].from->n)
            sp_moments_add(all[k].to, all[k].from->mean);
}

static sp_retrieval_value value_of(const sp_moments *m)
{
    return (sp_retrieval_value){m->n ? m->mean : NAN, sp_moments_se(m)};
}

/* Weighted line against ln N. */
static sp_status slope(sp_run *run, size_t n, const double *N, const sp_retrieval_value *y, sp_retrieval_value *out)
{
    double *x = SP_NEW(run, double, 3 * n), *value = x + n, *se = value + n;
    size_t used = 0;
    *out = (sp_retrieval_value){NAN, NAN};
    if (!x)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        if (isfinite(y[i].value) && y[i].se > 0) {
            x[used] = log(N[i]), value[used] = y[i].value;
            se[used++] = y[i].se;
        }
    if (used < 2)
        return SP_OK;
    sp_line line;
    SP_TRY(sp_fit_line(run, used, x, value, se, &line));
    *out = (sp_retrieval_value){line.slope, line.slope_se};
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_retrieval_plateau_params *p)
{
    SP_TRY(retrieval_loss_check(run, &p->loss));
    double largest = 0;
    if (!p->N.n || !p->instances || !p->starts || p->starts > 4096 || !p->records)
        return sp_fail(run, SP_USAGE, "allowed: one N or more, instances and records >= 1, starts in 1..4096");
    for (size_t i = 0; i < p->N.n; i++) {
        if (!(p->N.v[i] >= 8 && p->N.v[i] <= 1e6) || p->N.v[i] != floor(p->N.v[i]))
            return sp_fail(run, SP_USAGE, "--N %g: allowed are whole numbers from 8 to 1000000", p->N.v[i]);
        largest = fmax(largest, p->N.v[i]);
    }
    if (!(p->samples_per_dim >= 1 && p->samples_per_dim < 1e6))
        return sp_fail(run, SP_USAGE, "--samples-per-dim %g: allowed is 1 to 1e6", p->samples_per_dim);
    if (!(p->t_blind >= 0) || !(p->t_max > 0) || !(p->lr >= 0))
        return sp_fail(run, SP_USAGE, "allowed: t-blind >= 0, t-max > 0, lr >= 0");
    return sp_need_memory(run, 4 * p->samples_per_dim * largest * largest, "the measurements");
}

sp_status sp_retrieval_plateau_run(sp_run *run, const sp_retrieval_plateau_params *p, sp_retrieval_plateau *out)
{
    SP_TRY(check(run, p));
    size_t n = p->N.n, points = p->records + 1;
    job j = {.p = p, .per_block = p->starts * (size_t)PER_START + 2 * points};
    j.output = SP_NEW(run, double, n * p->instances * j.per_block);
    sp_retrieval_plateau_size *size = SP_NEW(run, sp_retrieval_plateau_size, n);
    sp_retrieval_plateau_moment *curve = SP_NEW(run, sp_retrieval_plateau_moment, n * points);
    sp_retrieval_value *escape = SP_NEW(run, sp_retrieval_value, 2 * n), *scaled = escape + n;
    if (!j.output || !size || !curve || !escape)
        return SP_FAILED;
    SP_TRY(
        sp_parallel_resumable(run, "descent", n * p->instances, j.output, j.per_block * sizeof(double), instance_block, &j));
    sp_moments inverse = {0};
    for (size_t i = 0; i < n; i++) {
        plateau_sums s = {.escaped = 0};
        for (size_t k = 0; k < p->instances; k++)
            add_instance(p, j.output + (i * p->instances + k) * j.per_block, &s);
        for (size_t k = 0; k < points; k++) {
            sp_moments m = {0}, energy = {0};
            for (size_t a = 0; a < p->instances; a++) {
                const double *x = j.output + (i * p->instances + a) * j.per_block + p->starts * (size_t)PER_START + 2 * k;
                if (!isnan(x[0]))
                    sp_moments_add(&m, x[0]);
                sp_moments_add(&energy, x[1]);
            }
            curve[i * points + k] = (sp_retrieval_plateau_moment){(size_t)p->N.v[i], record_time(p, k) - p->t_blind,
                                                                  value_of(&m), value_of(&energy)};
        }
        sp_moments_merge(&inverse, &s.inverse);
        escape[i] = value_of(&s.escape), scaled[i] = value_of(&s.scaled);
        size[i] = (sp_retrieval_plateau_size){(size_t)p->N.v[i], s.escaped,           value_of(&s.energy),
                                              value_of(&s.rate), value_of(&s.escape), value_of(&s.scaled)};
    }
    *out = (sp_retrieval_plateau){
        .n = n, .n_curves = n * points, .size = size, .curve = curve, .slope_labels = value_of(&inverse)};
    SP_TRY(slope(run, n, p->N.v, escape, &out->slope));
    return slope(run, n, p->N.v, scaled, &out->slope_scaled);
}
