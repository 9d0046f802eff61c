#include "curve_fits.h"

#include <math.h>

/* the growth rate d ln m/dt between the two last rows against theta + Q''(1)/theta - mu at the first of them */
static sp_status growth_ratio(sp_run *run, const sp_result *result, double *value, double *se)
{
    double t[2], m[2], mu[2], rate_0 = 2.6, x2 = 4.6; /* theta = 1/Delta_2 = 2.6, Q''(1) = 2.6 + 2 */
    *se = 0;
    for (int i = 0; i < 2; i++)
        if (!sp_result_path(result, i ? "curves.t[last]" : "curves.t[0]", &t[i]) ||
            !sp_result_path(result, i ? "curves.m[last]" : "curves.m[0]", &m[i]) ||
            !sp_result_path(result, i ? "curves.mu[last]" : "curves.mu[0]", &mu[i]))
            return sp_fail(run, SP_FAILED, "no curves");
    *value = log(m[1] / m[0]) / (t[1] - t[0]) / (rate_0 + x2 / rate_0 - (mu[0] + mu[1]) / 2);
    return SP_OK;
}

static sp_status divergence(sp_run *run, const sp_result *result, double *value, double *se)
{
    return claim_divergence(run, result, 1, value, se);
}

static sp_status order_ratio(sp_run *run, const sp_result *result, double *value, double *se)
{
    double a, b;
    *se = 0;
    if (!sp_result_path(result, "grid.mu_error[steps=200]", &a) || !sp_result_path(result, "grid.mu_error[steps=400]", &b))
        return sp_fail(run, SP_FAILED, "no grid");
    *value = a / b;
    return SP_OK;
}

/* The smallest of the gaps 1 < 1/D2_ml < 1/D2_gf over the lines: the order holds when it is positive. */
static sp_status least_gap(sp_run *run, const sp_result *result, double *value, double *se)
{
    enum { MOST = 64 };
    double ml[MOST], gf[MOST];
    size_t n = claim_column(result, "lines", "delta2_ml", MOST, ml);
    *se = 0, *value = INFINITY;
    if (!n || claim_column(result, "lines", "delta2_gf", n, gf) < n)
        return sp_fail(run, SP_FAILED, "no lines");
    for (size_t i = 0; i < n; i++)
        *value = fmin(*value, fmin(1 / ml[i] - 1, 1 / gf[i] - 1 / ml[i]));
    return SP_OK;
}

#define SIMULATED "spiked-tensor simulate --deltap 1 --inverse-noise-2 2.5 --m0 0.3 --dt 0.05 --times 1,2,4,8 --t-max 8 "
#define TRIVIAL(p, deltap) "landscape phases --model matrix-tensor --p " p " --deltap " deltap " --range 2"
#define LANDSCAPE(words, value, kind_, path, arguments)                                                                     \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = kind_, .tolerance = 1e-5, .theory = path, .command = arguments              \
    }
static const sp_claim claims[] = {
    {.claim = "gradient-flow threshold, p = 3, Delta_p = 1: 1/Delta_2 = 2",
     .paper = 2,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .theory = "inverse_noise_2_gf",
     .command = "spiked-tensor thresholds --deltap 1"},
    {.claim = "gradient-flow threshold, p = 3, Delta_p = 4",
     .paper = 1.3660254038,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .theory = "inverse_noise_2_gf",
     .command = "spiked-tensor thresholds --deltap 4"},
    {.claim = "gradient-flow threshold, p = 4, Delta_p = 4",
     .paper = 1.5,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .theory = "inverse_noise_2_gf",
     .command = "spiked-tensor thresholds --p 4 --deltap 4"},
    {.claim = "order of the lines 1 < ML-AMP < gradient flow in 1/Delta_2 (smallest gap > 0), p = 3",
     .paper = 0,
     .kind = SP_ABOVE,
     .command = "spiked-tensor phases --deltap 0.1:10:40log --delta2 2",
     .fit = least_gap},
    {.claim = "order of the lines, p = 4",
     .paper = 0,
     .kind = SP_ABOVE,
     .command = "spiked-tensor phases --p 4 --deltap 0.1:10:40log --delta2 2",
     .fit = least_gap},
    {.claim = "matrix alone: C(10,0) = R(10,0) = 0.1565581481 by second-order grid and extrapolation",
     .paper = 0.1565581481,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "C_t0",
     .command = "spiked-tensor theory --delta2 1 --t-max 10 --solver uniform --steps 800"},
    {.claim = "matrix alone: mu(10) = 1.9254808707",
     .paper = 1.9254808707,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "mu",
     .command = "spiked-tensor theory --delta2 1 --t-max 10 --solver uniform --steps 800"},
    {.claim = "second order: the error falls 4 times when h halves",
     .paper = 4,
     .kind = SP_RELATIVE,
     .tolerance = 0.1,
     .command = "spiked-tensor theory --delta2 1 --t-max 10 --solver uniform --steps 200,400",
     .fit = order_ratio},
    {.claim = "gradient flow at finite N on the exact curve: m at t = 8 (finite size: 1.5 %)",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.012,
     .theory = "m",
     .measured = "m_sim",
     .command = SIMULATED "--N 100 --instances 10",
     .full = SIMULATED "--N 500 --instances 10"},
    {.claim = "its mu at t = 8",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.07,
     .theory = "mu",
     .measured = "mu_sim",
     .command = SIMULATED "--N 100 --instances 10",
     .full = SIMULATED "--N 500 --instances 10"},
    {.claim = "its energy at t = 8",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.03,
     .theory = "energy",
     .measured = "energy_sim",
     .command = SIMULATED "--N 100 --instances 10",
     .full = SIMULATED "--N 500 --instances 10"},
    {.claim = "late overlap is the maximum-likelihood fixed point 0.8269 (1/Delta_2 = 2.5, Delta_p = 1)",
     .paper = 0.8269115876,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-3,
     .theory = "m",
     .command = "spiked-tensor theory --deltap 1 --inverse-noise-2 2.5 --m0 0.3 --t-max 8"},
    {.claim = "growth of the overlap: d ln m/dt over theta + Q''(1)/theta - mu(t), t in [30, 60]",
     .paper = 1,
     .kind = SP_RELATIVE,
     .tolerance = 0.05,
     .command = "spiked-tensor theory --deltap 1 --inverse-noise-2 2.6 --m0 1e-8 --t-max 60 --times 30,60",
     .fit = growth_ratio},
    {.claim = "threshold located from the dynamics: t* diverges at 1/Delta_2 = 2 (finite times overestimate)",
     .paper = 2,
     .kind = SP_RELATIVE,
     .tolerance = 0.1,
     .command = "spiked-tensor theory --inverse-noise-2 2.2,2.3,2.4,2.5,2.6,2.8 --deltap 1 --m0 1e-15 --t-max 3000 --times "
                "3000 --no-estimate-error --row-step 0.2 --node-step 0.3", /* changes t_half by 1e-3 */
     .full = "spiked-tensor theory --inverse-noise-2 2.2,2.3,2.4,2.5,2.6,2.8 --deltap 1 --m0 1e-40 --t-max 1e4 --times 1e4 "
             "--no-estimate-error",
     .fit = divergence},
    {.claim = "maximum-likelihood AMP follows state evolution after 4 steps (finite size: 0.05)",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.05,
     .theory = "iterations.m[4]",
     .measured = "iterations.m_sim[4]",
     .command = "spiked-tensor amp --deltap 1 --inverse-noise-2 2 --ml --m0 0.3 --N 160 --instances 10 --iterations 8",
     .full = "spiked-tensor amp --deltap 1 --inverse-noise-2 2 --ml --m0 0.3 --N 1000 --instances 10 --iterations 8 "
             "--threads 1"},
    {.claim = "and after 8 steps",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.05,
     .theory = "iterations.m[8]",
     .measured = "iterations.m_sim[8]",
     .command = "spiked-tensor amp --deltap 1 --inverse-noise-2 2 --ml --m0 0.3 --N 160 --instances 10 --iterations 8",
     .full = "spiked-tensor amp --deltap 1 --inverse-noise-2 2 --ml --m0 0.3 --N 1000 --instances 10 --iterations 8 "
             "--threads 1"},
    LANDSCAPE("spurious minima trivialise, p = 3, Delta_p = 1", 2.462754, SP_ABSOLUTE, "inverse_noise_2_trivial",
              TRIVIAL("3", "1")),
    LANDSCAPE("spurious minima trivialise, p = 3, Delta_p = 4", 1.552057, SP_ABSOLUTE, "inverse_noise_2_trivial",
              TRIVIAL("3", "4")),
    LANDSCAPE("spurious minima trivialise, p = 4, Delta_p = 4", 1.831612, SP_ABSOLUTE, "inverse_noise_2_trivial",
              TRIVIAL("4", "4")),
    LANDSCAPE("... after gradient flow succeeds, p = 3, Delta_p = 0.25: beyond 3.3723", 3.3722813233, SP_ABOVE,
              "inverse_noise_2_trivial", TRIVIAL("3", "0.25")),
    LANDSCAPE("... p = 4, Delta_p = 1: beyond 2.3028", 2.3027756377, SP_ABOVE, "inverse_noise_2_trivial", TRIVIAL("4", "1")),
    LANDSCAPE("... p = 3, Delta_p = 10: beyond 1.1708", 1.1708203932, SP_ABOVE, "inverse_noise_2_trivial",
              TRIVIAL("3", "10")),
    {.claim =
         "spurious minima are many where gradient flow succeeds (p = 3, Delta_p = 1, 1/Delta_2 = 2): complexity at m = 0",
     .paper = 0.0009838934,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-8,
     .theory = "complexity.complexity_minima[0]",
     .command = "landscape complexity --model matrix-tensor --p 3 --inverse-noise-2 2 --deltap 1 --overlap 0 --of minima"},
    {0}};

const sp_paper sp_paper_23 = {
    .number = "23",
    .title = "Who is Afraid of Big Bad Minima? Analysis of Gradient-Flow in a Spiked Matrix-Tensor Model",
    .authors =
        "Sarao Mannelli, Stefano and Biroli, Giulio and Cammarota, Chiara and Krzakala, Florent and Zdeborov{\\'a}, Lenka",
    .year = "2019",
    .arxiv = "1907.08226",
    .claims = claims};
