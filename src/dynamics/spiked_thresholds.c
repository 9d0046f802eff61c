/* Closed forms of the spiked model: threshold states, state evolution, phase boundaries (spec 28, 3.5-3.6; spec
 * 23, 3.2-3.4). */
#include "mixed_kernel.h"

#include "math/roots.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

enum { SCAN = 4000 };

typedef struct {
    const mixed_kernel *q;
    double temperature, delta2, deltap;
    int p;
} closed_context;

/* ---- threshold states ---------------------------------------------------------------------------------- */

static double marginality(double q, void *context)
{
    const closed_context *c = context;
    return kernel_2(c->q, 1, q) * (1 - q) * (1 - q) - c->temperature * c->temperature;
}

/* Largest root, the plateau of the threshold states; nan: none, the phase is not glassy. */
static double plateau(const mixed_kernel *q, double temperature)
{
    closed_context c = {.q = q, .temperature = temperature};
    if (temperature == 0)
        return 1;
    double high = 1, step = 1.0 / SCAN;
    while (high > step && marginality(high - step, &c) < 0)
        high -= step;
    double low = fmax(high - step, 0);
    return marginality(low, &c) >= 0 ? sp_root_bracketed(marginality, &c, low, high, 0).x : NAN;
}

static void threshold_states(const mixed_kernel *q, double temperature, sp_spiked_thresholds *out)
{
    double x0 = kernel_0(q, 1, 1), x1 = kernel_1(q, 1, 1), x2 = kernel_2(q, 1, 1), signal = kernel_2(q, 1, 0);
    out->mu_th = 2 * sqrt(x2);
    out->E_th = -(x1 * x1 + x0 * (x2 - x1)) / (x1 * sqrt(x2));
    out->outlier = signal > sqrt(x2) ? out->mu_th - signal - x2 / signal : NAN;
    out->growth_rate = signal > sqrt(x2) ? fmax(0, -out->outlier) : 0;
    double plateau_q = out->q_th = plateau(q, temperature);
    if (!(plateau_q > 0)) /* no glass: equilibrium at m = 0 */
        out->aging_energy = temperature > 0 ? -x0 / temperature : out->E_th;
    else if (temperature == 0)
        out->aging_energy = out->E_th;
    else {
        double x = (1 - plateau_q) * (plateau_q * kernel_2(q, 1, plateau_q) / kernel_1(q, 1, plateau_q) - 1) / plateau_q;
        out->aging_X = x;
        out->aging_energy = -(x0 - kernel_0(q, 1, plateau_q) + x * kernel_0(q, 1, plateau_q)) / temperature;
    }
}

/* ---- state evolution ----------------------------------------------------------------------------------- */

double state_evolution(const mixed_kernel *q, bool bayes, double m)
{
    double f = kernel_1(q, 1, m);
    return bayes ? f / (1 + f) : f / sqrt(f * f + kernel_1(q, 1, 1));
}

static double fixed_point(const mixed_kernel *q, bool bayes, double m)
{
    for (int i = 0; i < 200000; i++) {
        double next = state_evolution(q, bayes, m);
        if (fabs(next - m) <= 1e-15 * m)
            break;
        m = next;
    }
    return m < 1e-8 ? 0 : m;
}

static double free_entropy(const mixed_kernel *q, double m) { return (log1p(-m) + m + kernel_0(q, 1, m)) / 2; }

/* ---- boundaries ---------------------------------------------------------------------------------------- */

static double spinodal_inverse(double m, void *context)
{
    const closed_context *c = context;
    return (1 / (1 - m) - 1 / c->delta2) / pow(m, c->p - 2);
}

static double best_entropy(double inverse_p, void *context)
{
    const closed_context *c = context;
    mixed_kernel q = {.matrix = 1 / c->delta2, .low = c->p, .high = c->p};
    q.tensor[c->p] = inverse_p;
    double m = fixed_point(&q, true, 1);
    return m > 0 ? free_entropy(&q, m) : -1;
}

/* (p-1) Delta2^2 (1 - T Delta2)^{p-2} - Deltap (1 - Delta2): marginality at q = 1 - T Delta2, times powers of Delta2 */
static double stability(double delta2, void *context)
{
    const closed_context *c = context;
    return (c->p - 1) * delta2 * delta2 * pow(1 - c->temperature * delta2, c->p - 2) - c->deltap * (1 - delta2);
}

double sp_spiked_langevin_line(int p, double deltap, double temperature)
{
    closed_context c = {.temperature = temperature, .deltap = deltap, .p = p};
    if (p < 3 || !(deltap > 0))
        return NAN;
    /* the smallest root: the plateau there is the largest, that of the threshold states */
    double end = fmin(1, 1 / temperature);
    int k = 1;
    while (k < SCAN && stability(end * k / SCAN, &c) < 0)
        k++;
    if (k == SCAN && !(temperature < 1)) /* at T < 1 there is always one below 1 */
        return NAN;
    return sp_root_bracketed(stability, &c, end * (k - 1) / SCAN, k == SCAN ? end : end * k / SCAN, 0).x;
}

void sp_spiked_lines(int p, double deltap, sp_spiked_line *out)
{
    double k = p - 1;
    *out = (sp_spiked_line){.deltap = deltap, .delta2_bayes = 1, .delta2_langevin = sp_spiked_langevin_line(p, deltap, 1)};
    out->delta2_ml = 2 / (1 + sqrt(1 + 4 / deltap));
    out->delta2_gf = (-deltap + sqrt(deltap * deltap + 4 * k * deltap)) / (2 * k);
}

void sp_spiked_spinodal(int p, double delta2, double *m, double *deltap, double *deltap_it)
{
    *m = *deltap = *deltap_it = NAN;
    if (!(delta2 > 1) || p < 3)
        return;
    closed_context c = {.delta2 = delta2, .p = p};
    sp_minimum least = sp_minimum_scan(spinodal_inverse, &c, 1e-6, 1 - 1e-6, SCAN, 1e-13);
    *m = least.x;
    *deltap = 1 / least.value;
    double low = least.value * (1 + 1e-9), high = 2 * low;
    while (best_entropy(high, &c) < 0)
        high *= 2;
    *deltap_it = 1 / sp_root_bracketed(best_entropy, &c, low, high, 1e-12).x;
}

sp_status sp_spiked_thresholds_of(sp_run *run, const sp_spiked_thresholds_params *p, sp_spiked_thresholds *out)
{
    mixed_kernel q;
    *out = (sp_spiked_thresholds){.aging_X = NAN};
    SP_TRY(mixed_kernel_of(run, &p->model, &q));
    if (!(p->temperature >= 0 && p->temperature < INFINITY))
        return sp_fail(run, SP_USAGE, "--temperature %g: allowed is >= 0", p->temperature);
    threshold_states(&q, p->temperature, out);
    double m_bayes = fixed_point(&q, true, 1), m_ml = fixed_point(&q, false, 1);
    double from_zero = fixed_point(&q, true, 1e-6), entropy = m_bayes > 0 ? free_entropy(&q, m_bayes) : 0;
    out->m_bayes = entropy > free_entropy(&q, from_zero) - 1e-14 ? m_bayes : from_zero;
    out->m_amp = from_zero;
    out->free_entropy = free_entropy(&q, out->m_bayes);
    out->mmse = 1 - out->m_bayes;
    out->m_ml = m_ml;
    if (m_ml > 0)
        out->E_ml = -kernel_0(&q, 1, m_ml) - m_ml / kernel_1(&q, 1, m_ml) * kernel_1(&q, 1, 1);
    else
        out->E_ml = NAN;
    bool single = q.low == q.high && p->model.p >= 3 && q.high == p->model.p;
    sp_spiked_line line = {.delta2_ml = NAN, .delta2_gf = NAN, .delta2_langevin = NAN, .delta2_bayes = 1};
    if (single)
        sp_spiked_lines((int)p->model.p, 1 / q.tensor[q.high], &line);
    out->delta2_ml = line.delta2_ml, out->delta2_gf = line.delta2_gf;
    out->delta2_langevin = single ? sp_spiked_langevin_line((int)p->model.p, 1 / q.tensor[q.high], p->temperature) : NAN;
    out->inverse_noise_2_ml = 1 / line.delta2_ml, out->inverse_noise_2_gf = 1 / line.delta2_gf;
    out->spinodal_m = out->deltap_spinodal = out->deltap_it = NAN;
    if (q.matrix > 0 && q.matrix < 1 && p->model.p >= 3)
        sp_spiked_spinodal((int)p->model.p, 1 / q.matrix, &out->spinodal_m, &out->deltap_spinodal, &out->deltap_it);
    out->regime = out->m_bayes < 1e-3 ? "impossible" : out->m_amp > out->m_bayes * (1 - 1e-6) ? "easy for AMP" : "hard";
    return SP_OK;
}

/* ---- matrix alone at T = 0 (spec 23, 3.2) ----------------------------------------------------------------- */

/* e^{-y} I_1(y) 2/y, 1 at 0 */
static double scaled_gamma(double y) { return y < 1e-8 ? 1 - y : 2 * gsl_sf_bessel_I1_scaled(y) / y; }

sp_status sp_matrix_flow(sp_run *run, double delta2, double t, double t_prime, sp_matrix_flow_point *out)
{
    if (!(delta2 > 0 && t >= t_prime && t_prime >= 0))
        return sp_fail(run, SP_USAGE, "matrix flow: delta2 > 0 and t >= t' >= 0");
    double s = 1 / sqrt(delta2), y = 4 * s * t;
    *out = (sp_matrix_flow_point){.t = t, .t_prime = t_prime};
    /* Gamma'/(2 Gamma) = 2 s I_2(y)/I_1(y) */
    out->mu = y < 1e-8 ? s * y / 2 : 2 * s * gsl_sf_bessel_In_scaled(2, y) / gsl_sf_bessel_I1_scaled(y);
    out->energy = -out->mu / 2;
    double now = scaled_gamma(y), then = scaled_gamma(4 * s * t_prime); /* exponents of the three factors cancel */
    out->C = scaled_gamma(2 * s * (t + t_prime)) / sqrt(now * then);
    out->R = scaled_gamma(2 * s * (t - t_prime)) * sqrt(then / now);
    return SP_OK;
}
