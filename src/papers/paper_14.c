#include "curve_fits.h"

#include <math.h>

/* slope of t_cross against ln(1/m0^2) over the grid */
static sp_status crossover_slope(sp_run *run, const sp_result *result, double *value, double *se)
{
    enum { MOST = 16 };
    double x[MOST], y[MOST], left;
    size_t n = claim_column(result, "grid", "m0", MOST, x);
    if (n < 3 || claim_column(result, "grid", "t_half", n, y) < n)
        return sp_fail(run, SP_FAILED, "no grid of crossings");
    for (size_t i = 0; i < n; i++)
        x[i] = -log(x[i] * x[i]);
    *value = claim_slope(n, x, y, se, &left);
    return SP_OK;
}

#define SLOPE(b, v)                                                                                                         \
    {                                                                                                                       \
        .claim = "matrix, T = 1, eta0 = 0.5: -d ln L/d ln t from t = 100 to 1000 at beta = " b, .paper = v,                 \
        .kind = SP_ABSOLUTE, .tolerance = 0.01, .theory = "slope",                                                          \
        .command = "learning-rate theory --beta " b " --t-max 1000"                                                         \
    }
#define PSPIN(b, v)                                                                                                         \
    {                                                                                                                       \
        .claim = "p = 3, T = 0.5, eta0 = 0.5: energy at t = 40, beta = " b, .paper = v, .kind = SP_ABSOLUTE,                \
        .tolerance = 2e-3, .theory = "energy",                                                                              \
        .command = "learning-rate theory --p 3 --temperature 0.5 --beta " b " --t-max 40"                                   \
    }
/* changes beta_opt by 1e-5, crossing times by 1e-3 */
#define COARSE "--row-step 0.2 --node-step 0.3"
#define FINITE_SIZE "learning-rate finite-size --sizes 100,200,400,800,1600 --samples 100"
#define FINITE_SIZE_FULL "learning-rate finite-size --sizes 100,200,400,800,1600,3200,6400 --samples 200"
#define TEACHER "learning-rate teacher --t-max 600 --times 600 --seeds 5 --d 50 "
static const sp_claim claims[] = {
    {.claim = "simulated loss on the exact curve, matrix, T = 1, beta = 0.5",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.01,
     .theory = "excess",
     .measured = "excess_sim",
     .command = "learning-rate simulate --N 300 --instances 6 --t-max 30 --times 10,30",
     .full = "learning-rate simulate --N 3000 --instances 4 --t-max 100"},
    SLOPE("0.2", 0.247),
    SLOPE("0.4", 0.486),
    SLOPE("0.5", 0.524),
    SLOPE("0.6", 0.480),
    SLOPE("0.8", 0.318),
    SLOPE("1.0", 0.184),
    {.claim = "matrix: steepest descent at beta = 1/2",
     .paper = 0.5,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.02,
     .theory = "beta_slope",
     .command = "learning-rate sweep --betas 0.2:0.8:13"},
    {.claim = "L = eta T/2 + 3/(8 s) at beta = 0.5, t = 1000, against the exact 0.020322",
     .paper = 0.020322,
     .kind = SP_RELATIVE,
     .tolerance = 0.02,
     .theory = "asymptotic",
     .command = "learning-rate theory --beta 0.5 --t-max 1000"},
    PSPIN("0", -0.7681),
    PSPIN("0.4", -0.8225),
    PSPIN("0.8", -0.7608),
    {.claim = "p = 3: best exponent 2/5 at the horizon",
     .paper = 0.4,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.05,
     .theory = "beta_opt",
     .command = "learning-rate sweep --p 3 --temperature 0.5 --betas 0.2:0.6:5 --t-max 3000 " COARSE,
     .full = "learning-rate sweep --p 3 --temperature 0.5 --betas 0.2:0.6:9 --t-max 1e6"},
    {.claim = "planted matrix, theta = 2: the crossover moves by 1/(2 kappa) = 1 per unit of ln(1/m0^2) ~ ln N (kappa = "
              "0.5; here as Delta_2 = 0.25, time halved)",
     .paper = 0.5,
     .kind = SP_RELATIVE,
     .tolerance = 0.1,
     .command =
         "spiked-tensor theory --delta2 0.25 --m0 1e-6,1e-8,1e-10,1e-12 --t-max 40 --times 40 --no-estimate-error " COARSE,
     .fit = crossover_slope},
    {.claim = "planted: final overlap m^2 = (1-1/theta^2)(1-eta T/theta)",
     .paper = NAN,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.02,
     .theory = "m2_final",
     .measured = "m2_sim",
     .command = "learning-rate simulate --schedule constant --eta0 0.2 --theta 2 --m0 0.3 --t-max 200 --times 200 --dt 0.25 "
                "--N 300 --instances 12",
     .full = "learning-rate simulate --schedule constant --eta0 0.2 --theta 2 --m0 0.3 --t-max 200 --times 200 --dt 0.25 "
             "--N 2000 --instances 12"},
    {.claim = "planted, theta = 2, T = 1, m0 = 0.03: constant until the crossover, then 1/t, ends below 2e-3",
     .paper = 2e-3,
     .kind = SP_BELOW,
     .theory = "excess",
     .command = "learning-rate theory --theta 2 --m0 0.03 --schedule switch --beta 1 --t-switch 40 --t-max 1000"},
    {.claim = "the best single exponent (1/2) stays above it",
     .paper = 2e-3,
     .kind = SP_ABOVE,
     .theory = "excess",
     .command = "learning-rate theory --theta 2 --m0 0.03 --beta 0.5 --t-max 1000"},
    {.claim = "and so does 1/t from the start",
     .paper = 2e-3,
     .kind = SP_ABOVE,
     .theory = "excess",
     .command = "learning-rate theory --theta 2 --m0 0.03 --beta 1 --t-max 1000"},
    {.claim = "matrix without signal at finite N, T = 0: the excess follows 3/(8 s) for s << N^(2/3) (N = 800, s = 8)",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.005,
     .theory = "excess",
     .measured = "excess_sim",
     .command = "learning-rate simulate --temperature 0 --schedule constant --eta0 0.5 --t-max 16 --times 8,16 --N 400 "
                "--instances 8",
     .full = "learning-rate simulate --temperature 0 --schedule constant --eta0 0.5 --t-max 64 --times 16,64 --N 3000 "
             "--instances 8"},
    {.claim = "and leaves it at a crossover time N^(2/3) (N = 100 to 1600; corrections N^(-2/3) allow 0.03)",
     .paper = 2.0 / 3,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.03,
     .measured = "exponent",
     .command = FINITE_SIZE,
     .full = FINITE_SIZE_FULL},
    {.claim = "L N^(2/3) against t/N^(2/3) is one curve: sizes agree to 10 % for t <= N^(2/3)",
     .paper = 0.1,
     .kind = SP_BELOW,
     .measured = "spread",
     .command = FINITE_SIZE,
     .full = FINITE_SIZE_FULL},
    {.claim = "teacher-student, label noise: constant rate then 1/t ends below 0.012",
     .paper = 0.012,
     .kind = SP_BELOW,
     .measured = "test",
     .command = TEACHER "--schedule switch --t-switch 300 --beta 1"},
    {.claim = "teacher-student: the constant rate ends above it",
     .paper = 0.012,
     .kind = SP_ABOVE,
     .measured = "test",
     .command = TEACHER "--schedule constant"},
    {.claim = "teacher-student: 1/t from the start ends above it",
     .paper = 0.012,
     .kind = SP_ABOVE,
     .measured = "test",
     .command = TEACHER "--schedule power --beta 1"},
    {0}};

const sp_paper sp_paper_14 = {.number = "14",
                              .title =
                                  "Optimal learning rate schedules in high-dimensional non-convex optimization problems",
                              .authors = "d'Ascoli, St{\\'e}phane and Refinetti, Maria and Biroli, Giulio",
                              .year = "2022",
                              .arxiv = "2202.04509",
                              .claims = claims};
