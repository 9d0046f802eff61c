#include "diffusion/ising_chain.h"

#include "vector_math.h"

#include <math.h>

enum { LOG_EVERY = 32, CHUNK = 1024 }; /* factors lie in [1 - |T|, 1]: 32 of them do not underflow for |beta| < 10 */

void sp_ising_draw(sp_rng *rng, size_t n, double beta, bool periodic, double *spin)
{
    double T = tanh(beta), flip = (1 - T) / 2, closing = n > 1 ? pow(fabs(T), (double)n) : 0;
    if (T < 0 && n % 2 == 1)
        closing = -closing;
    if (!periodic || n < 2) {
        spin[0] = sp_rng_bits(rng) >> 63 ? 1 : -1;
        for (size_t i = 1; i < n; i++)
            spin[i] = sp_uniform(rng) < flip ? -spin[i - 1] : spin[i - 1];
        return;
    }
    /* bond after bond, given that the ring closes: P(b_i = b) ~ (1 + b T)(1 + b s T^(n-i)), s = product of the bonds so far
     */
    double first = sp_rng_bits(rng) >> 63 ? 1 : -1, rest = closing;
    spin[0] = first;
    for (size_t i = 1; i < n; i++) {
        rest = T != 0 ? rest / T : 0;
        double same = spin[i - 1] * first;
        double up = (1 + T) * (1 + same * rest), down = (1 - T) * (1 - same * rest);
        spin[i] = sp_uniform(rng) * (up + down) < up ? spin[i - 1] : -spin[i - 1];
    }
}

void sp_ising_field_weights(size_t n, const double *h, double *weight)
{
    for (size_t i = 0; i < n; i++)
        weight[i] = -2 * fabs(h[i]);
    sp_vexp(n, weight, weight);
}

/* cosh h + M sinh h = e^{|h|} q, q = ((1 + sM) + (1 - sM) e^{-2|h|})/2; then M <- T (M + tau)/(1 + M tau). */
double sp_ising_forward(size_t n, double T, const double *h, const double *weight, double *cavity)
{
    double M = 0, product = 1, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double e = weight[i], sM = h[i] < 0 ? -M : M, q2 = (1 + sM) + (1 - sM) * e;
        if (cavity)
            cavity[i] = M;
        product *= q2 / 2;
        double next = T * (sM * (1 + e) + (1 - e)) / q2;
        M = h[i] < 0 ? -next : next;
        if (i % LOG_EVERY == LOG_EVERY - 1) {
            sum += log(product);
            product = 1;
        }
    }
    return sum + log(product);
}

/* Trace of prod [cosh h_i (1 T; T 1)-like steps] in the basis of the first spin: Z/Z_0 = (z_+ + z_-)/(1 + T^n), where z_s is
 * the sum over chains whose first spin is s and that come back to it. */
double sp_ising_forward_periodic(size_t n, double T, const double *h, const double *weight)
{
    double total[2];
    for (int side = 0; side < 2; side++) {
        double up = side == 0, down = side == 1, sum = 0;
        for (size_t i = 0; i < n; i++) {
            /* weight of the spin, over e^{|h|}, then the bond with weights (1 +- T)/2 */
            up *= h[i] < 0 ? weight[i] : 1;
            down *= h[i] < 0 ? 1 : weight[i];
            double a = ((1 + T) * up + (1 - T) * down) / 2, b = ((1 - T) * up + (1 + T) * down) / 2;
            up = a;
            down = b;
            if (i % LOG_EVERY == LOG_EVERY - 1) {
                double norm = up + down;
                sum += log(norm);
                up /= norm;
                down /= norm;
            }
        }
        total[side] = sum + log(side == 0 ? up : down);
    }
    double largest = fmax(total[0], total[1]), closing = pow(fabs(T), (double)n) * (T < 0 && n % 2 == 1 ? -1 : 1);
    return largest + log1p(exp(-fabs(total[0] - total[1]))) - log1p(closing);
}

void sp_ising_magnetization(size_t n, double T, const double *h, const double *cavity, double *m)
{
    double R = 0;
    for (size_t i = n; i-- > 0;) {
        double tau = tanh(h[i]), c = (cavity[i] + R) / (1 + cavity[i] * R);
        m[i] = (c + tau) / (1 + c * tau);
        R = T * (R + tau) / (1 + R * tau);
    }
}

void sp_ising_draw_given(sp_rng *rng, size_t n, double beta, const double *h, const double *cavity, double *spin)
{
    double right = 0; /* beta a_{i+1} */
    for (size_t i = n; i-- > 0;) {
        double field = atanh(cavity[i]) + h[i] + right;
        spin[i] = sp_uniform(rng) * (1 + exp(-2 * field)) < 1 ? 1 : -1;
        right = beta * spin[i];
    }
}

double sp_ising_free_entropy(size_t n, double beta, const double *h, double *magnetization)
{
    double T = tanh(beta), sum = 0, weight[CHUNK];
    if (magnetization) { /* small: one pass with everything in it */
        double M = 0;
        for (size_t i = 0; i < n; i++) {
            double e = exp(-2 * fabs(h[i])), sM = h[i] < 0 ? -M : M, q2 = (1 + sM) + (1 - sM) * e;
            magnetization[i] = M; /* the cavity magnetisation, for now */
            sum += fabs(h[i]) + log(q2 / 2);
            double next = T * (sM * (1 + e) + (1 - e)) / q2;
            M = h[i] < 0 ? -next : next;
        }
        sp_ising_magnetization(n, T, h, magnetization, magnetization);
        return sum;
    }
    double M = 0;
    for (size_t first = 0; first < n; first += CHUNK) {
        size_t count = n - first < CHUNK ? n - first : CHUNK;
        sp_ising_field_weights(count, h + first, weight);
        double product = 1;
        for (size_t i = 0; i < count; i++) {
            double f = h[first + i], e = weight[i], sM = f < 0 ? -M : M, q2 = (1 + sM) + (1 - sM) * e;
            sum += fabs(f);
            product *= q2 / 2;
            double next = T * (sM * (1 + e) + (1 - e)) / q2;
            M = f < 0 ? -next : next;
            if (i % LOG_EVERY == LOG_EVERY - 1) {
                sum += log(product);
                product = 1;
            }
        }
        sum += log(product);
    }
    return sum;
}
