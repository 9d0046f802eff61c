#include "label_law.h"

#include "math/roots.h"

#include <complex.h>
#include <math.h>

sp_status label_law_create(sp_run *run, size_t capacity, label_law *out)
{
    *out = (label_law){0, SP_NEW(run, double, capacity), SP_NEW(run, double, capacity), SP_NEW(run, double, capacity),
                       -INFINITY};
    return out->weight && out->z && out->u2 ? SP_OK : SP_FAILED;
}

typedef double lanes __attribute__((vector_size(64), aligned(8)));

/* by address: a vector as an argument would depend on the instruction set */
static double sum_lanes(const lanes *v)
{
    lanes x = *v;
    return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

/* eight fixed partial sums: the same bits on every processor */
__attribute__((target_clones("avx512f", "avx2", "default"))) void label_average(const label_law *law, double g,
                                                                                label_averages *out)
{
    lanes bulk = {0}, edge = {0}, signal = {0}, norm = {0};
    size_t i = 0;
    for (; i + 8 <= law->n; i += 8) {
        lanes w = *(const lanes *)(law->weight + i), z = *(const lanes *)(law->z + i), u = *(const lanes *)(law->u2 + i);
        lanes r = z / (1 - g * z), wr = w * r, wrr = wr * r;
        bulk += wr;
        edge += wrr;
        signal += wr * (u - 1);
        norm += wrr * u;
    }
    double tail[4] = {0};
    for (; i < law->n; i++) {
        double w = law->weight[i], z = law->z[i], u = law->u2[i], r = z / (1 - g * z);
        tail[0] += w * r;
        tail[1] += w * r * r;
        tail[2] += w * r * (u - 1);
        tail[3] += w * r * r * u;
    }
    *out = (label_averages){.bulk = sum_lanes(&bulk) + tail[0],
                            .edge = g * g * (sum_lanes(&edge) + tail[1]),
                            .signal = g * (sum_lanes(&signal) + tail[2]),
                            .norm_signal = sum_lanes(&norm) + tail[3]};
}

typedef struct {
    const label_law *law;
    double alpha;
} search;

static double edge_condition(double log_g, void *context)
{
    const search *s = context;
    label_averages a;
    label_average(s->law, -exp(log_g), &a);
    return s->alpha * a.edge - 1;
}

static double signal_condition(double g, void *context)
{
    const search *s = context;
    label_averages a;
    label_average(s->law, g, &a);
    return s->alpha * a.signal - 1;
}

static double critical_condition(double g, void *context)
{
    label_averages a;
    label_average(context, g, &a);
    return a.signal - a.edge;
}

void label_outlier(const label_law *law, double alpha, sp_retrieval_spectrum *out)
{
    out->g_outlier = out->outlier = out->overlap2 = NAN;
    if (!(out->margin > 0))
        return;
    /* a little inside: at the edge of a threshold state the integrand is singular */
    search s = {law, alpha};
    double g = sp_root_bracketed(signal_condition, &s, out->g_edge * (1 - 1e-9), out->g_edge * 1e-12, 0).x;
    label_averages a;
    label_average(law, g, &a);
    out->g_outlier = g;
    out->outlier = 1 / g + alpha * a.bulk;
    double ratio = alpha * a.norm_signal / ((alpha * a.edge - 1) / (g * g));
    out->overlap2 = 1 / (1 - ratio);
}

void label_spectrum(const label_law *law, double alpha, sp_retrieval_spectrum *out)
{
    *out = (sp_retrieval_spectrum){NAN, NAN, NAN, NAN, NAN, NAN, false};
    if (law->z_low == -INFINITY)
        return;
    search s = {law, alpha};
    /* the sample minimum is a pole: stay a rounding error above it */
    double high = law->z_low < 0 ? -log(-law->z_low) + log1p(-1e-12) : log(1e12), low = high - log(1e15);
    bool pinned = edge_condition(high, &s) < 0;
    double g = -exp(pinned ? high : sp_root_bracketed(edge_condition, &s, low, high, 0).x);
    label_averages a;
    label_average(law, g, &a);
    *out = (sp_retrieval_spectrum){
        .g_edge = g, .edge = 1 / g + alpha * a.bulk, .margin = alpha * a.signal - 1, .pinned = pinned};
    label_outlier(law, alpha, out);
}

double label_critical(const label_law *law, double *g, bool *pinned)
{
    double low = 1 / law->z_low;
    label_averages a;
    *pinned = critical_condition(low, (void *)law) > 0;
    *g = *pinned ? low : sp_root_bracketed(critical_condition, (void *)law, low, low * 1e-6, 0).x;
    label_average(law, *g, &a);
    return 1 / a.signal;
}

/* residual of l(g) = l and its derivative */
static double complex residual(const label_law *law, double alpha, double complex g, double complex l, double complex *slope)
{
    double complex sum = 0, derivative = 0;
    for (size_t i = 0; i < law->n; i++) {
        double complex r = law->z[i] / (1 - g * law->z[i]);
        sum += law->weight[i] * r;
        derivative += law->weight[i] * r * r;
    }
    *slope = -1 / (g * g) + alpha * derivative;
    return 1 / g + alpha * sum - l;
}

typedef struct {
    const label_law *law;
    double alpha, eps;
    const double *lambda;
    double *density;
} density_job;

/* From far above the real axis, where g = 1/l, down to l + i eps. */
static sp_status density_block(sp_run *worker, size_t i, void *context)
{
    const density_job *j = context;
    SP_TRY(sp_poll(worker));
    double height = 1e3;
    double complex g = 1 / (j->lambda[i] + height * I);
    for (bool last = false; !last;) {
        last = height <= j->eps;
        double complex l = j->lambda[i] + fmax(height, j->eps) * I, slope;
        double size = INFINITY;
        for (int k = 0; k < 60 && size > 1e-11; k++) {
            double complex step = residual(j->law, j->alpha, g, l, &slope) / slope;
            while (cimag(g - step) >= 0)
                step /= 2;
            g -= step;
            size = cabs(step) / cabs(g);
        }
        height /= 3;
        j->density[i] = size <= 1e-6 ? -cimag(g) / M_PI : NAN;
    }
    return SP_OK;
}

sp_status label_density(sp_run *run, const label_law *law, double alpha, double eps, size_t n, const double *lambda,
                        double *density)
{
    density_job j = {law, alpha, eps, lambda, density};
    return sp_parallel(run, n, density_block, &j);
}
