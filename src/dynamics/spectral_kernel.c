#include "spectral_kernel.h"

#include "spinodal/learning_rate.h"

#include "vector_math.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

sp_status spectral_kernel_of(sp_run *run, double theta, sp_vec eigenvalues, spectral_kernel *out)
{
    size_t n = eigenvalues.n;
    *out = (spectral_kernel){.theta = theta, .eigenvalues = eigenvalues};
    if (!n) {
        double gap, cross;
        sp_matrix_spike(theta, 0, &out->top, &gap, &cross);
        out->width = 2 + out->top;
        return SP_OK;
    }
    for (size_t i = 0; i < n; i++)
        if (!isfinite(eigenvalues.v[i]) || (i && eigenvalues.v[i] < eigenvalues.v[i - 1]))
            return sp_fail(run, SP_USAGE, "eigenvalues: finite and ascending");
    out->top = eigenvalues.v[n - 1];
    out->width = out->top - eigenvalues.v[0];
    out->work = SP_NEW(run, double, n);
    return out->work ? SP_OK : SP_FAILED;
}

/* exp((lambda - top) s) in work, from the first that is not below e^-700 on; returns its index. */
static size_t boltzmann(const spectral_kernel *k, double s)
{
    const double *lambda = k->eigenvalues.v;
    size_t n = k->eigenvalues.n, first = n;
    while (first && (k->top - lambda[first - 1]) * s < 700) {
        first--;
        k->work[first] = (lambda[first] - k->top) * s;
    }
    sp_vexp(n - first, k->work + first, k->work + first);
    return first;
}

static void eigenvalue_moments(const spectral_kernel *k, double s, double moment[2])
{
    const double *lambda = k->eigenvalues.v;
    size_t n = k->eigenvalues.n, first = boltzmann(k, s);
    moment[0] = moment[1] = 0;
    for (size_t i = first; i < n; i++) {
        moment[0] += k->work[i];
        moment[1] += (lambda[i] - k->top) * k->work[i];
    }
    moment[0] /= (double)n;
    moment[1] /= (double)n;
}

/* int of exp((l - top) s) sqrt(4 - l^2)/(2 pi) = e^{-top s} I_1(2s)/s; its derivative by s has I_2 in place of I_1 */
static void semicircle_moments(double top, double s, double moment[2])
{
    if (s < 1e-9) {
        moment[0] = 1, moment[1] = s - top;
        return;
    }
    double scale = exp((2 - top) * s) / s;
    moment[0] = scale * gsl_sf_bessel_I1_scaled(2 * s);
    moment[1] = 2 * scale * gsl_sf_bessel_In_scaled(2, 2 * s) - top * moment[0];
}

void spectral_moments(const spectral_kernel *k, double s, double moment[2])
{
    if (k->eigenvalues.n)
        eigenvalue_moments(k, s, moment);
    else
        semicircle_moments(k->top, s, moment);
}

void spectral_spike_moments(const spectral_kernel *k, double s, double moment[2])
{
    double theta = k->theta, weight = theta > 1 ? 1 - 1 / (theta * theta) : 0;
    if (k->eigenvalues.n || theta == 0) {
        spectral_moments(k, s, moment);
        return;
    }
    moment[0] = weight; /* the outlier is the top */
    moment[1] = 0;
    /* lambda = 2 - x^2: Gauss-Chebyshev would do at small s; the trapezoid in logit resolves the edge at any s */
    const double h = 0.1;
    for (int i = -400; i <= 400; i++) {
        double u = i * h, y = 1 / (1 + exp(u)), l = 2 - 4 * y; /* y from the upper edge */
        double density = 4 * sqrt(y * (1 - y)) / (2 * M_PI) / ((1 - theta) * (1 - theta) + 4 * theta * y);
        double z = h * 4 * y * (1 - y) * density * exp((l - k->top) * s);
        moment[0] += z;
        moment[1] += (l - k->top) * z;
    }
}

double spectral_start_average(const spectral_kernel *k, double s)
{
    const double *lambda = k->eigenvalues.v, *b = k->work;
    size_t n = k->eigenvalues.n, first = boltzmann(k, 2 * s);
    while (first + 2 < n && (lambda[n - 2] - lambda[first]) * 2 * s > 45)
        first++; /* nothing beside the second weight */
    /* u = e^y: analytic for |Im y| < pi and falling on both sides, the trapezoid of step 1/2 is exact to e^-39;
     * what lies below the first node and beyond the last is 1e-13 of the sum */
    const double h = 0.5;
    double sum = 0, largest = 0;
    for (double y = -30 - log((double)n); y < 1500; y += h) {
        double u = exp(y), product = 1, logarithm = 0, a = 0;
        for (size_t i = n; i-- > first;) {
            double d = 1 + 2 * u * b[i];
            a += (k->top - lambda[i]) / 2 * b[i] / d;
            product *= d;
            if (product > 1e200)
                logarithm += log(product), product = 1;
        }
        double term = h * u * a * exp(-(logarithm + log(product)) / 2);
        sum += term;
        largest = fmax(largest, term);
        if (y > 0 && term < 1e-14 * largest)
            break;
    }
    return sum;
}

double spectral_modes(const spectral_kernel *k, double s)
{
    if (!k->eigenvalues.n)
        return INFINITY;
    double one[2], two[2];
    spectral_moments(k, 2 * s, one);
    spectral_moments(k, 4 * s, two);
    return (double)k->eigenvalues.n * one[0] * one[0] / two[0];
}
