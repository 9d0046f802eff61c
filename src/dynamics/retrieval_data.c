/* Phase retrieval on the user's measurements (spec 13, 5; spec 19, 5). */
#include "retrieval_descent.h"

#include "math/statistics.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct {
    measurements m;
    double *y2; /* of m; NULL: exact */
    double row_scale, signal_norm;
} input;

static sp_status open_raw(sp_run *run, const char *source, const char *what, const sp_dataset **out)
{
    SP_TRY(
        sp_dataset_open(run, source, &(sp_data_options){.scale = "none", .keep_mean = true, .labels = "none"}, NULL, out));
    for (size_t i = 0; i < (*out)->n * (*out)->d; i++)
        if (!isfinite((double)(*out)->x[i]))
            return sp_fail(run, SP_DATA, "%s: a value is no finite number (row %zu)", what, i / (*out)->d + 1);
    return SP_OK;
}

static sp_status scale_rows(sp_run *run, const sp_dataset *d, input *in)
{
    size_t M = d->n, N = d->d;
    double sum = 0;
    float *x = SP_NEW(run, float, M *N);
    if (!x)
        return SP_FAILED;
    for (size_t k = 0; k < M; k++) {
        double row = 0;
        for (size_t i = 0; i < N; i++)
            row += (double)d->x[k * N + i] * (double)d->x[k * N + i];
        if (row == 0)
            return sp_fail(run, SP_DATA, "measurements: row %zu is zero", k + 1);
        sum += row;
    }
    in->row_scale = sqrt(sum / (double)(M * N));
    for (size_t i = 0; i < M * N; i++)
        x[i] = (float)((double)d->x[i] / in->row_scale);
    in->m.M = M;
    in->m.N = N;
    in->m.x = x;
    return SP_OK;
}

/* y^2 with mean 1; for rows of variance 1 the mean of (x.w)^2 is |w|^2 */
static sp_status read_intensities(sp_run *run, const sp_retrieval_data_params *p, input *in)
{
    const sp_dataset *d;
    size_t M = in->m.M;
    SP_TRY(open_raw(run, p->intensities, "intensities", &d));
    if (d->n * d->d != M)
        return sp_fail(run, SP_DATA, "intensities: %zu values for %zu rows of measurements", d->n * d->d, M);
    double *y2 = SP_NEW(run, double, M), mean = 0;
    if (!y2)
        return SP_FAILED;
    for (size_t k = 0; k < M; k++) {
        double value = (double)d->x[k];
        if (value < 0)
            return sp_fail(run, SP_DATA, "intensities: row %zu is negative, %g", k + 1, value);
        y2[k] = p->amplitude ? value * value : value;
        mean += y2[k] / (double)M;
    }
    if (!(mean > 0))
        return sp_fail(run, SP_DATA, "intensities: all are zero");
    cblas_dscal((int)M, 1 / mean, y2, 1);
    in->m.y2 = in->y2 = y2;
    in->signal_norm = sqrt(mean) / in->row_scale;
    return SP_OK;
}

static sp_status read_weights(sp_run *run, const char *source, input *in)
{
    const sp_dataset *d;
    size_t M = in->m.M;
    SP_TRY(open_raw(run, source, "weights", &d));
    if (d->n * d->d != M)
        return sp_fail(run, SP_DATA, "weights: %zu values for %zu rows of measurements", d->n * d->d, M);
    double *weight = SP_NEW(run, double, M), sum = 0;
    if (!weight)
        return SP_FAILED;
    for (size_t k = 0; k < M; k++) {
        weight[k] = (double)d->x[k];
        if (weight[k] < 0)
            return sp_fail(run, SP_DATA, "weights: row %zu is negative, %g", k + 1, weight[k]);
        sum += weight[k];
    }
    if (!(sum > 0))
        return sp_fail(run, SP_DATA, "weights: all are zero");
    cblas_dscal((int)M, (double)M / sum, weight, 1);
    in->m.weight = weight;
    return SP_OK;
}

static sp_status read_signal(sp_run *run, const char *source, input *in)
{
    const sp_dataset *d;
    size_t N = in->m.N;
    SP_TRY(open_raw(run, source, "planted", &d));
    if (d->n * d->d != N)
        return sp_fail(run, SP_DATA, "planted: %zu values, the signal has %zu", d->n * d->d, N);
    double *s = SP_NEW(run, double, N);
    if (!s)
        return SP_FAILED;
    for (size_t i = 0; i < N; i++)
        s[i] = (double)d->x[i];
    double norm = dot(N, s, s);
    if (!(norm > 0))
        return sp_fail(run, SP_DATA, "planted: the signal is zero");
    cblas_dscal((int)N, sqrt((double)N / norm), s, 1);
    in->m.signal = s;
    return SP_OK;
}

static sp_status load(sp_run *run, const sp_retrieval_data_params *p, input *in)
{
    *in = (input){.row_scale = 1, .signal_norm = NAN};
    if (p->demo) {
        if (*p->x || *p->intensities || *p->planted || *p->weights)
            return sp_fail(run, SP_USAGE, "give data or --demo, not both");
        if (p->demo < 8)
            return sp_fail(run, SP_USAGE, "--demo %zu: allowed is >= 8", p->demo);
        SP_TRY(measurements_create(run, p->demo, (size_t)llround(p->samples_per_dim * (double)p->demo), 0, &in->m));
        in->signal_norm = sqrt((double)p->demo);
        return SP_OK;
    }
    if (!*p->x || !*p->intensities)
        return sp_fail(run, SP_USAGE, "give the measurements and --intensities (or --demo N)");
    const sp_dataset *d;
    SP_TRY(open_raw(run, p->x, "measurements", &d));
    if (d->n < d->d)
        return sp_fail(run, SP_DATA, "%zu measurements of %zu dimensions: at least as many measurements are needed", d->n,
                       d->d);
    if (d->d < 2)
        return sp_fail(run, SP_DATA, "measurements: at least two columns are needed");
    SP_TRY(scale_rows(run, d, in));
    SP_TRY(read_intensities(run, p, in));
    if (*p->weights)
        SP_TRY(read_weights(run, p->weights, in));
    return *p->planted ? read_signal(run, p->planted, in) : SP_OK;
}

/* The mean intensity gives |w|^2 to sqrt(2/M) only, and on a sphere of the wrong radius no loss vanishes. Near the signal
 * (loss of the best start below `level`) the least-squares factor between labels and fit corrects it. */
static void correct_norm(input *in, const retrieval_descent *d, double level)
{
    size_t best = 0, M = in->m.M;
    for (size_t r = 0; r < d->R; r++)
        best = d->energy[r] < d->energy[best] ? r : best;
    if (!in->y2 || d->energy[best] > level)
        return;
    double cross = 0, square = 0;
    for (size_t k = 0; k < M; k++) {
        double x = d->dots[k * d->R + best], yh2 = x * x / (double)in->m.N;
        double c = measurement_stiffness(&in->m, &d->loss, k);
        cross += c * in->y2[k] * yh2;
        square += c * yh2 * yh2;
    }
    cblas_dscal((int)M, square / cross, in->y2, 1);
    in->signal_norm *= sqrt(cross / square);
}

static double cosine(size_t N, const double *a, const double *b) { return fabs(dot(N, a, b)) / (double)N; }

static sp_status compare_starts(sp_run *run, const retrieval_descent *d, double level, sp_retrieval_data_result *out)
{
    size_t R = d->R, N = d->m->N, best = 0, pairs = 0;
    double *energy = SP_NEW(run, double, R), *mu = SP_NEW(run, double, R), *cosines = SP_NEW(run, double, R), sum = 0;
    double *estimate = SP_NEW(run, double, N);
    if (!energy || !mu || !cosines || !estimate)
        return SP_FAILED;
    for (size_t r = 0; r < R; r++)
        best = d->energy[r] < d->energy[best] ? r : best;
    for (size_t r = 0; r < R; r++) {
        energy[r] = d->energy[r];
        mu[r] = d->mu[r];
        cosines[r] = cosine(N, d->w + r * N, d->w + best * N);
        if (energy[r] >= level)
            continue;
        out->recovered++;
        for (size_t b = 0; b < r; b++)
            if (energy[b] < level) {
                sum += cosine(N, d->w + r * N, d->w + b * N);
                pairs++;
            }
    }
    memcpy(estimate, d->w + best * N, N * sizeof *estimate);
    cblas_dscal((int)N, out->signal_norm / sqrt((double)N), estimate, 1);
    out->estimate = estimate;
    out->energy = energy[best];
    out->overlap = d->m->signal ? cosine(N, d->w + best * N, d->m->signal) : NAN;
    out->agreement = pairs ? sum / (double)pairs : NAN;
    out->start_energy = energy, out->start_mu = mu, out->start_cos = cosines;
    return SP_OK;
}

static const char *verdict_of(const sp_retrieval_data_result *r)
{
    if (r->recovered && (r->recovered == 1 || r->agreement > 0.999))
        return "recovered: the loss vanishes, up to the sign of the signal";
    if (r->recovered)
        return "not unique: the loss vanishes at different signals";
    if (!isnan(r->energy_threshold) && r->energy > 2 * r->energy_threshold)
        return "not recovered, loss above the threshold level: noise, measurements that are not Gaussian, or --t-max too "
               "small";
    if (r->alpha > r->alpha_threshold)
        return "not recovered, though threshold states are unstable at this alpha: noise, or --t-max too small";
    return "stuck at threshold level: more measurements, more starts or --spectral";
}

/* The Hessian at the first start: theory on the labels, the lowest eigenvalue, and their errors. */
static sp_status first_hessian(sp_run *run, const retrieval_descent *d, double alpha, sp_retrieval_data_result *out)
{
    enum { RESAMPLES = 200 };
    label_law law;
    sp_retrieval_spectrum spectrum;
    double lowest[2], errors[2];
    bool converged;
    retrieval_resample *sample = SP_NEW(run, retrieval_resample, RESAMPLES);
    if (!sample)
        return SP_FAILED;
    /* the signal-blind formula: labels alone, for data without a planted signal */
    SP_TRY(retrieval_descent_law(run, d, 0, &law));
    label_spectrum(&law, alpha, &spectrum);
    SP_TRY(retrieval_descent_resample(run, d, 0, &law, RESAMPLES, sample));
    sp_moments margin = {0}, edge = {0};
    for (size_t b = 0; b < RESAMPLES; b++) {
        sp_moments_add(&margin, sample[b].spectrum.margin);
        sp_moments_add(&edge, sample[b].spectrum.edge);
    }
    SP_TRY(retrieval_descent_lowest(run, d, 0, lowest, errors, NULL, &converged));
    out->margin_start = spectrum.margin, out->margin_start_se = sp_moments_sd(&margin);
    out->edge_start = spectrum.edge, out->edge_start_se = sp_moments_sd(&edge);
    out->lambda_1 = converged ? lowest[0] : NAN, out->lambda_1_se = converged ? errors[0] : NAN;
    return SP_OK;
}

sp_status sp_retrieval_data(sp_run *run, const sp_retrieval_data_params *p, sp_retrieval_data_result *out)
{
    input in;
    *out = (sp_retrieval_data_result){.starts = p->starts};
    SP_TRY(retrieval_loss_check(run, &p->loss));
    if (!p->starts || p->starts > 4096 || !(p->t_max > 0) || !(p->lr >= 0))
        return sp_fail(run, SP_USAGE, "allowed: 1 to 4096 starts, t-max > 0, lr >= 0");
    SP_TRY(load(run, p, &in));
    out->M = in.m.M, out->N = in.m.N;
    out->alpha = (double)in.m.M / (double)in.m.N;
    out->row_scale = in.row_scale, out->signal_norm = in.signal_norm;
    sp_retrieval_critical c;
    sp_retrieval_state state;
    SP_TRY(sp_retrieval_critical_of(run, &p->loss, &c));
    SP_TRY(sp_retrieval_threshold(run, &p->loss, out->alpha, &state));
    out->alpha_start = c.alpha_start, out->alpha_threshold = c.state.alpha, out->energy_threshold = state.energy;
    retrieval_descent d;
    SP_TRY(retrieval_descent_create(run, &in.m, &p->loss, p->starts, false, p->spectral, p->lr, 0, &d));
    out->energy_start = d.energy[0];
    SP_TRY(first_hessian(run, &d, out->alpha, out));
    enum { STEPS = 40 };
    double scale = isnan(state.energy) ? out->energy_start : state.energy;
    for (int k = 1; k <= STEPS; k++) {
        sp_progress(run, "descent", (double)k / STEPS);
        SP_TRY(retrieval_descent_run(run, &d, p->t_max * k / STEPS, 2, 1e-11));
        if (k < STEPS && k > STEPS / 2) {
            correct_norm(&in, &d, 0.1 * scale);
            SP_TRY(retrieval_descent_restart(run, &d));
        }
    }
    out->signal_norm = in.signal_norm;
    SP_TRY(compare_starts(run, &d, 1e-6 * scale, out));
    out->verdict = verdict_of(out);
    return SP_OK;
}
