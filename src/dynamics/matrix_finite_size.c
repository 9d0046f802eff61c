/* Gradient flow in random matrix landscapes of finite size (spec 14, 3.4 end): the crossover from the power law of N =
 * infinity to the descent to one ground state.
 *
 * In the eigenbasis the flow is solved: x_i ~ g_i exp(lambda_i s). Starts are averaged exactly, spectra are drawn from the
 * tridiagonal matrices with the eigenvalues of the ensemble (I. Dumitriu, A. Edelman, J. Math. Phys. 43 (2002) 5830). */
#include "spectral_kernel.h"

#include "spinodal/learning_rate.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

enum { DEFAULT_TIMES = 30 };
static const double FIRST_SCALED = 0.2, LAST_SCALED = 20;

typedef struct {
    const sp_finite_size_params *p;
    sp_vec scaled;
    double *excess; /* sizes x samples x times */
} job;

/* Ascending eigenvalues: off-diagonal variance 1/N, diagonal 2/N. */
static sp_status draw_spectrum(sp_run *run, size_t N, uint64_t index, double *lambda)
{
    double *diagonal = SP_NEW(run, double, N), *off = SP_NEW(run, double, N), n = (double)N;
    if (!diagonal || !off)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "spectrum", index);
    for (size_t i = 0; i < N; i++)
        diagonal[i] = sqrt(2 / n) * sp_normal(&rng);
    for (size_t i = 0; i + 1 < N; i++)
        off[i] = sqrt(sp_chi_square(&rng, n - 1 - (double)i) / n);
    return sp_eigen_tridiagonal(run, N, diagonal, off, lambda, NULL);
}

static sp_status sample_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    size_t N = (size_t)j->p->sizes.v[block / j->p->samples], T = j->scaled.n;
    double *lambda = SP_NEW(run, double, N), unit = pow((double)N, 2.0 / 3);
    spectral_kernel kernel;
    if (!lambda)
        return SP_FAILED;
    SP_TRY(sp_poll(run));
    SP_TRY(draw_spectrum(run, N, (uint64_t)N << 32 | block % j->p->samples, lambda));
    SP_TRY(spectral_kernel_of(run, 0, (sp_vec){N, lambda}, &kernel));
    for (size_t k = 0; k < T; k++)
        j->excess[block * T + k] = spectral_start_average(&kernel, j->scaled.v[k] * unit);
    return SP_OK;
}

/* 1 - I_2(4s)/I_1(4s) */
static double infinite_excess(double s)
{
    return s > 0 ? 1 - gsl_sf_bessel_In_scaled(2, 4 * s) / gsl_sf_bessel_I1_scaled(4 * s) : 1;
}

typedef struct {
    const job *j;
    const double *excess; /* samples x times of one size */
    double unit;
} one_size;

/* ln s at which the mean excess of these samples is half of that at N = infinity. */
static double crossing(size_t n, const size_t *rows, void *context)
{
    const one_size *o = context;
    size_t T = o->j->scaled.n;
    double before = 0, l_before = 0;
    for (size_t k = 0; k < T; k++) {
        double mean = 0, s = o->j->scaled.v[k] * o->unit, l = log(s);
        for (size_t r = 0; r < n; r++)
            mean += o->excess[rows[r] * T + k] / (double)n;
        double ratio = log(2 * mean / infinite_excess(s));
        if (k && before > 0 && ratio <= 0)
            return l_before + (l - l_before) * before / (before - ratio);
        before = ratio, l_before = l;
    }
    return NAN;
}

static sp_status check(sp_run *run, const sp_finite_size_params *p)
{
    double most = 0;
    if (p->sizes.n < 2 || p->samples < 2)
        return sp_fail(run, SP_USAGE, "--sizes: at least two sizes; --samples: at least 2");
    for (size_t i = 0; i < p->sizes.n; i++) {
        double N = p->sizes.v[i];
        if (!(N >= 10 && N <= 1e6 && N == floor(N) && (!i || N > p->sizes.v[i - 1])))
            return sp_fail(run, SP_USAGE, "--sizes: whole numbers from 10 to 1000000, increasing");
        most = fmax(most, N);
    }
    for (size_t i = 0; i < p->scaled_times.n; i++)
        if (!(p->scaled_times.v[i] > (i ? p->scaled_times.v[i - 1] : 0)))
            return sp_fail(run, SP_USAGE, "--scaled-times: increasing and > 0");
    return sp_need_memory(run, 48 * most * sp_run_threads(run), "the spectra");
}

sp_status sp_matrix_finite_size(sp_run *run, const sp_finite_size_params *p, sp_finite_size_result *out)
{
    SP_TRY(check(run, p));
    job j = {.p = p, .scaled = p->scaled_times};
    if (!j.scaled.n) {
        double *t = SP_NEW(run, double, DEFAULT_TIMES);
        if (!t)
            return SP_FAILED;
        for (size_t k = 0; k < DEFAULT_TIMES; k++)
            t[k] = FIRST_SCALED * pow(LAST_SCALED / FIRST_SCALED, (double)k / (DEFAULT_TIMES - 1));
        j.scaled = (sp_vec){DEFAULT_TIMES, t};
    }
    size_t T = j.scaled.n, S = p->sizes.n, R = p->samples;
    j.excess = SP_NEW(run, double, S *R *T);
    sp_finite_size_point *point = SP_NEW(run, sp_finite_size_point, S * T);
    sp_finite_size_crossing *cross = SP_NEW(run, sp_finite_size_crossing, S);
    double *x = SP_NEW(run, double, 3 * S), *y = x + S, *se = y + S;
    if (!j.excess || !point || !cross || !x)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "spectra", S * R, j.excess, T * sizeof(double), sample_block, &j));
    *out =
        (sp_finite_size_result){.n_points = S * T, .point = point, .n_sizes = S, .crossing = cross, .exponent = {NAN, NAN}};
    bool all = true;
    for (size_t i = 0; i < S; i++) {
        one_size o = {&j, j.excess + i * R * T, pow(p->sizes.v[i], 2.0 / 3)};
        for (size_t k = 0; k < T; k++) {
            sp_moments m = {0};
            for (size_t r = 0; r < R; r++)
                sp_moments_add(&m, o.excess[r * T + k]);
            double s = j.scaled.v[k] * o.unit;
            point[i * T + k] = (sp_finite_size_point){p->sizes.v[i], s, infinite_excess(s), {m.mean, sp_moments_se(&m)}};
        }
        sp_estimate e;
        SP_TRY(sp_jackknife(run, R, crossing, &o, &e));
        /* e is of ln s */
        cross[i] = (sp_finite_size_crossing){p->sizes.v[i], {exp(e.value), exp(e.value) * e.se}};
        x[i] = log(p->sizes.v[i]), y[i] = e.value, se[i] = e.se;
        all &= isfinite(e.value) && e.se > 0;
    }
    if (all) {
        sp_line line;
        SP_TRY(sp_fit_line(run, S, x, y, se, &line));
        out->exponent = (sp_simulated){line.slope, line.slope_se};
        out->prefactor = exp(line.intercept);
        out->chi2 = line.chi2, out->dof = line.dof;
    }
    return SP_OK;
}
