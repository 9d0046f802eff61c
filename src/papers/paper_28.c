#include "curve_fits.h"

#include <math.h>

/* exponent of e - E_th between the first and the last time */
static sp_status aging_exponent(sp_run *run, const sp_result *result, double *value, double *se)
{
    *se = 0;
    SP_TRY(claim_power(run, result, "curves", "t", "excess", value));
    *value = -*value;
    return SP_OK;
}

static sp_status aging_amplitude(sp_run *run, const sp_result *result, double *value, double *se)
{
    double e, t;
    *se = 0;
    if (!sp_result_path(result, "curves.excess[last]", &e) || !sp_result_path(result, "curves.t[last]", &t))
        return sp_fail(run, SP_FAILED, "no curves");
    *value = e * pow(t, 2.0 / 3);
    return SP_OK;
}

static sp_status divergence(sp_run *run, const sp_result *result, double *value, double *se)
{
    double c, c_se;
    SP_TRY(claim_divergence(run, result, 0.5, &c, &c_se));
    *value = 1 / c, *se = c_se / (c * c);
    return SP_OK;
}

/* how many times sooner the annealed run reaches half of m_bayes; the plain one may never */
static sp_status annealing_gain(sp_run *run, const sp_result *result, double *value, double *se)
{
    double plain, annealed;
    (void)run;
    *se = 0;
    sp_result_number(result, "t_half_plain", &plain);
    sp_result_number(result, "t_half_annealed", &annealed);
    *value = fmin(plain, 1e6) / annealed;
    return SP_OK;
}

/* an energy good to 1e-8: finer rows and nodes than the default */
#define AGING_LATE "spiked-tensor theory --deltap 1 --t-max 3e6 --times 3e5,3e6 --row-step 0.07 --node-step 0.15"
#define AGING_HOT "spiked-tensor theory --deltap 1 --temperature 0.3 --t-max 1e5 --times 1e4,1.053e4,1e5 --no-estimate-error"
/* changes t_half by 1e-3 */
#define COARSE "--no-estimate-error --row-step 0.2 --node-step 0.3"
static const sp_claim claims[] = {
    {.claim = "aging energy at T = 0.3, p = 3: closed form E_inf",
     .paper = -0.785907,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-6,
     .theory = "aging_energy",
     .command = "spiked-tensor thresholds --deltap 1 --temperature 0.3"},
    {.claim = "aging at T = 0.3, p = 3, t = 1.053e4: within 1e-3 of E_inf = -0.785907",
     .paper = -0.785907,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-3,
     .theory = "curves.energy[t=10530]",
     .command = AGING_HOT},
    {.claim = "aging at T = 0.3, p = 3: excess falls as t^(-2/3)",
     .paper = 2.0 / 3,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.03,
     .command = AGING_HOT,
     .full = "spiked-tensor theory --deltap 1 --temperature 0.3 --t-max 1e7 --times 1e6,1e7",
     .fit = aging_exponent},
    {.claim = "p = 2, T = 0: mu(10) = 2 I_2(40)/I_1(40), uniform grid with Richardson",
     .paper = 1.925480871,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "mu",
     .command = "spiked-tensor theory --delta2 1 --t-max 10 --solver uniform --steps 800"},
    {.claim = "p = 2, T = 0: mu(1e5) = 2 - 3/(4t), log-time rows, to 1e-6",
     .paper = 1.9999925000,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-6,
     .theory = "mu",
     .command = "spiked-tensor theory --delta2 1 --t-max 1e5 --no-estimate-error"},
    {.claim = "high temperature, p = 3, T = 1: mu -> T + 1/T",
     .paper = 2,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "mu",
     .command = "spiked-tensor theory --deltap 1 --temperature 1 --t-max 200"},
    {.claim = "high temperature, p = 3, T = 1: e -> -1/(3T)",
     .paper = -1.0 / 3,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "energy",
     .command = "spiked-tensor theory --deltap 1 --temperature 1 --t-max 200"},
    {.claim = "p = 3, T = 0 ages to the threshold: exponent of e - E_th",
     .paper = 0.667,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.01,
     .command = "spiked-tensor theory --deltap 1 --t-max 1e5 --times 1e4,1e5 --no-estimate-error",
     .full = AGING_LATE,
     .fit = aging_exponent},
    {.claim = "p = 3, T = 0: amplitude A of e - E_th = A t^(-2/3)",
     .paper = 0.302,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-3,
     .command = "spiked-tensor theory --deltap 1 --t-max 1e5 --times 1e4,1e5 --no-estimate-error",
     .full = AGING_LATE,
     .fit = aging_amplitude},
    {.claim = "the late overlap of Langevin dynamics at T = 1 is the AMP fixed point (Delta_2 = 0.5, Delta_3 = 1)",
     .paper = 0.6180339887,
     .kind = SP_ABSOLUTE,
     .tolerance = 2e-3,
     .theory = "m",
     .command = "spiked-tensor theory --delta2 0.5 --deltap 1 --temperature 1 --m0 0.1 --t-max 100"},
    {.claim = "Langevin is worse than AMP: t_c diverges at Delta_2 = sqrt(Delta_3/2) for Delta_3 = 1",
     .paper = 0.7071067812,
     .kind = SP_RELATIVE,
     .tolerance = 0.05,
     .command = "spiked-tensor theory --inverse-noise-2 1.6,1.7,1.8,2,2.2,2.5 --deltap 1 --temperature 1 --m0 1e-15 "
                "--t-max 8000 --times 8000 " COARSE,
     .full = "spiked-tensor theory --inverse-noise-2 1.7,1.75,1.8,1.9,2,2.2,2.5 --deltap 1 --temperature 1 --m0 1e-40 "
             "--t-max 2e4 --times 2e4 --no-estimate-error",
     .fit = divergence},
    {.claim = "Langevin line at any temperature, (p-1) D2^2 (1-T D2)^(p-2) = Dp (1-D2): T = 0.5, Delta_3 = 1",
     .paper = 0.5549581321,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .theory = "delta2_langevin",
     .command = "spiked-tensor thresholds --deltap 1 --temperature 0.5"},
    {.claim = "... and from the dynamics: t_c diverges there",
     .paper = 0.5549581321,
     .kind = SP_RELATIVE,
     .tolerance = 0.05,
     .command = "spiked-tensor theory --inverse-noise-2 1.95,2.05,2.2,2.4,2.7 --deltap 1 --temperature 0.5 --m0 1e-15 "
                "--t-max 4000 --times 4000 " COARSE,
     .full = "spiked-tensor theory --inverse-noise-2 1.95,2,2.05,2.2,2.4,2.7 --deltap 1 --temperature 0.5 --m0 1e-40 "
             "--t-max 2e4 --times 2e4 --no-estimate-error",
     .fit = divergence},
    {.claim = "simulated energy on the exact curve, T = 1 (finite size: 0.02)",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.02,
     .theory = "curves.energy[last]",
     .measured = "curves.energy_sim[last]",
     .command = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 150 --instances 8 --t-max 5 "
                "--times 1,2,5",
     .full = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 1000 --instances 8 --t-max 10 "
             "--threads 1"},
    {.claim = "simulated C(t,0) on the exact curve",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.02,
     .theory = "curves.C_t0[last]",
     .measured = "curves.C_t0_sim[last]",
     .command = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 150 --instances 8 --t-max 5 "
                "--times 1,2,5",
     .full = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 1000 --instances 8 --t-max 10 "
             "--threads 1"},
    {.claim = "simulated overlap on the exact curve",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.02,
     .theory = "curves.m[last]",
     .measured = "curves.m_sim[last]",
     .command = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 150 --instances 8 --t-max 5 "
                "--times 1,2,5",
     .full = "spiked-tensor simulate --delta2 0.5 --deltap 1 --temperature 1 --m0 0.3 --N 1000 --instances 8 --t-max 10 "
             "--threads 1"},
    {.claim = "annealing recovers a point that is hard for Langevin (Delta_2 = 0.7, Delta_3 = 0.5): m reaches m_bayes",
     .paper = 0.6273092845,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-3,
     .theory = "m_annealed",
     .command = "spiked-tensor anneal --delta2 0.7 --deltap 0.5 --t-max 1000"},
    {.claim = "without annealing it takes many times longer, if ever",
     .paper = 5,
     .kind = SP_ABOVE,
     .command = "spiked-tensor anneal --delta2 0.7 --deltap 0.5 --t-max 1000",
     .fit = annealing_gain},
    {0}};

const sp_paper sp_paper_28 = {.number = "28",
                              .title = "Marvels and Pitfalls of the Langevin Algorithm in Noisy High-Dimensional Inference",
                              .authors = "Sarao Mannelli, Stefano and Biroli, Giulio and Cammarota, Chiara and Krzakala, "
                                         "Florent and Urbani, Pierfrancesco and Zdeborov{\\'a}, Lenka",
                              .year = "2020",
                              .arxiv = "1812.09066",
                              .claims = claims};
