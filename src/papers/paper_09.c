#include "claims.h"

#include <math.h>

#define SMALL "memorization simulate --psi-p 8 --psi-n 4 --t 0.1 --d 100 --train-time 1,10,100,1e3,1e5"
#define FULL "memorization simulate --psi-p 64 --psi-n 16 --t 0.01 --d 100 --train-time 10,100,1e4,1e6"
#define LOSS(which, time, value, tolerance_, features)                                                                      \
    {                                                                                                                       \
        .claim = which " loss at training time " time ", psi_p = 8, psi_n = 4, t = 0.1, " features, .paper = value,         \
        .kind = SP_RELATIVE, .tolerance = tolerance_, .theory = "curves." which "[train_time=" time "]",                    \
        .measured = "curves." which "_simulated[train_time=" time "]", .command = SMALL " --features " features             \
    }
#define CURVE(psi_p, psi_n, t, time, train_, test_)                                                                         \
    {.claim = "training loss, infinite dimension, psi_p = " psi_p ", psi_n = " psi_n ", t = " t ", time " time,             \
     .paper = train_,                                                                                                       \
     .kind = SP_ABSOLUTE,                                                                                                   \
     .tolerance = 1e-8,                                                                                                     \
     .theory = "curves.train[0]",                                                                                           \
     .command = "memorization theory --psi-p " psi_p " --psi-n " psi_n " --t " t " --train-time " time},                    \
    {                                                                                                                       \
        .claim = "test loss, infinite dimension, psi_p = " psi_p ", psi_n = " psi_n ", t = " t ", time " time,              \
        .paper = test_, .kind = SP_RELATIVE, .tolerance = 1e-8, .theory = "curves.test[0]",                                 \
        .command = "memorization theory --psi-p " psi_p " --psi-n " psi_n " --t " t " --train-time " time                   \
    }
#define SCALAR(words, path, psi_p, psi_n, t, value, tolerance_)                                                             \
    {                                                                                                                       \
        .claim = words ", psi_p = " psi_p ", psi_n = " psi_n ", t = " t, .paper = value, .kind = SP_RELATIVE,               \
        .tolerance = tolerance_, .theory = path,                                                                            \
        .command = "memorization theory --train-time 1 --psi-p " psi_p " --psi-n " psi_n " --t " t                          \
    }
#define GEN(psi_n, value) SCALAR("tau_gen does not grow with n", "train_time_gen", "64", psi_n, "0.01", value, 0.02)
#define MEM(psi_p, psi_n, value) SCALAR("tau_mem grows as n", "train_time_mem", psi_p, psi_n, "0.01", value, 0.001)
#define GAP(psi_n, value)                                                                                                   \
    SCALAR("overfitting disappears for large n: gap after infinite time", "gap_inf", "64", psi_n, "0.1", value, 0.005)
#define ERROR(psi_n, value)                                                                                                 \
    SCALAR("the best score error improves with n", "score_error_best", "64", psi_n, "0.1", value, 0.01)
#define EDGE(words, path, psi_p, psi_n, t, value)                                                                           \
    {                                                                                                                       \
        .claim = words " of the memorising bulk, psi_p = " psi_p ", psi_n = " psi_n ", t = " t, .paper = value,             \
        .kind = SP_ABSOLUTE, .tolerance = 1e-4, .theory = path,                                                             \
        .command = "memorization spectrum --lambda 1 --psi-p " psi_p " --psi-n " psi_n " --t " t                            \
    }
#define COUNTS "memorization spectrum --lambda 1 --psi-p 32 --psi-n 4 --t 0.1 --d 50 --simulate 2"
#define COUNTS_FULL "memorization spectrum --lambda 1 --psi-p 4 --psi-n 2 --t 0.1 --d 2000 --simulate 2"

/* d log x / d log n between the two rows of a grid of psi_n, a factor of 2 apart */
static sp_status exponent(sp_run *run, const sp_result *result, const char *first, const char *second, double *value,
                          double *se)
{
    double a, b;
    if (!sp_result_path(result, first, &a) || !sp_result_path(result, second, &b))
        return sp_fail(run, SP_FAILED, "no times");
    *value = log(b / a) / log(2);
    *se = 0;
    return SP_OK;
}

static sp_status mem_exponent(sp_run *run, const sp_result *result, double *value, double *se)
{
    return exponent(run, result, "grid.train_time_mem[0]", "grid.train_time_mem[1]", value, se);
}

static sp_status gen_exponent(sp_run *run, const sp_result *result, double *value, double *se)
{
    return exponent(run, result, "grid.train_time_gen[0]", "grid.train_time_gen[1]", value, se);
}

#define EXPONENT(words, fit_, psi_p, psi_n, value, kind_, tolerance_)                                                       \
    {                                                                                                                       \
        .claim = words ", psi_p = " psi_p ", psi_n = " psi_n ", t = 0.01", .paper = value, .kind = kind_,                   \
        .tolerance = tolerance_, .fit = fit_,                                                                               \
        .command = "memorization theory --train-time 1 --t 0.01 --psi-p " psi_p " --psi-n " psi_n                           \
    }
#define NETWORK "training of the score network, which this version does not have"

static const sp_claim claims[] = {
    CURVE("8", "4", "0.1", "1", .9582302181, .9582995785),
    CURVE("8", "4", "0.1", "10", .8239301917, .8405639767),
    CURVE("8", "4", "0.1", "100", .7595957531, .8810656242),
    CURVE("8", "4", "0.1", "1000", .6549855018, 1.0665699482),
    CURVE("8", "4", "0.1", "1e5", .6298356094, 1.3258047153),
    CURVE("4", "8", "0.1", "10", .8388768108, .8467524326),
    CURVE("4", "8", "0.1", "1000", .7771903199, .8831788548),
    CURVE("64", "16", "0.01", "10", .9950128934, .9950162305),
    CURVE("64", "16", "0.01", "100", .9806246238, .9814809381),
    CURVE("64", "16", "0.01", "1e4", .9566447840, .9939724198),
    CURVE("64", "16", "0.01", "1e6", .5412412331, 11.81019984),
    LOSS("train", "100", 0.7608, 0.015, "equivalent"),
    LOSS("test", "100", 0.8807, 0.015, "equivalent"),
    LOSS("train", "100000", 0.6321, 0.015, "equivalent"),
    LOSS("test", "100000", 1.3207, 0.015, "equivalent"),
    LOSS("train", "100", 0.7616, 0.03, "activation"),
    LOSS("test", "100", 0.8786, 0.03, "activation"),
    LOSS("train", "100000", 0.6334, 0.03, "activation"),
    LOSS("test", "100000", 1.3053, 0.03, "activation"),
    {.claim = "test loss at training time 1e6, psi_p = 64, psi_n = 16, d = 100: simulation against theory",
     .paper = 11.81019984,
     .kind = SP_RELATIVE,
     .tolerance = 0.015,
     .theory = "curves.test[train_time=1000000]",
     .measured = "curves.test_simulated[train_time=1000000]",
     .full = FULL},
    GEN("4", 74.3),
    GEN("8", 82.0),
    GEN("16", 89.0),
    GEN("32", 94.7),
    GEN("64", 99.0),
    EXPONENT("d log tau_gen / d log n is small", gen_exponent, "64", "4,8", 0.15, SP_BELOW, 0),
    EXPONENT("d log tau_gen / d log n is small", gen_exponent, "64", "32,64", 0.15, SP_BELOW, 0),
    MEM("64", "4", 27272),
    MEM("64", "8", 56613),
    MEM("64", "16", 93874),
    MEM("256", "4", 31180),
    MEM("256", "8", 71821),
    MEM("256", "16", 144098),
    MEM("256", "32", 257400),
    EXPONENT("exponent of tau_mem in n", mem_exponent, "64", "4,8", 1.05, SP_ABSOLUTE, 0.05),
    EXPONENT("exponent of tau_mem in n", mem_exponent, "256", "4,8", 1.20, SP_ABSOLUTE, 0.05),
    EXPONENT("exponent of tau_mem in n", mem_exponent, "256", "8,16", 1.00, SP_ABSOLUTE, 0.05),
    {.claim = "tau_mem with 10 % of the gap, psi_p = 64, psi_n = 4, t = 0.01",
     .paper = 43772,
     .kind = SP_RELATIVE,
     .tolerance = 0.001,
     .theory = "train_time_mem",
     .command = "memorization theory --train-time 1 --psi-p 64 --psi-n 4 --t 0.01 --gap-fraction 0.1"},
    {.claim = "weight of the eigenvalue s2: 1 - (1 + psi_n)/psi_p, psi_p = 32, psi_n = 4",
     .paper = 0.84375,
     .kind = SP_ABSOLUTE,
     .tolerance = 0,
     .theory = "delta_weight",
     .command = COUNTS},
    {.claim = "simulated eigenvalues above s2 are (1 + psi_n) d exactly, in units of d",
     .paper = 5,
     .kind = SP_ABSOLUTE,
     .tolerance = 0,
     .measured = "above_delta",
     .command = COUNTS},
    {.claim = "the same with d = 2000 (psi_p = 4, psi_n = 2)",
     .paper = 3,
     .kind = SP_ABSOLUTE,
     .tolerance = 0,
     .measured = "above_delta",
     .full = COUNTS_FULL},
    {.claim = "the top bulk holds d of the p eigenvalues, psi_p = 32",
     .paper = 0.03125,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-6,
     .theory = "population_weight",
     .command = COUNTS},
    EDGE("lower edge", "memorising_low", "64", "4", "0.1", 0.1479235),
    EDGE("upper edge", "memorising_high", "64", "4", "0.1", 0.3379861),
    EDGE("asymptotic lower edge", "memorising_low_asymptotic", "64", "4", "0.1", 0.138147),
    EDGE("asymptotic upper edge", "memorising_high_asymptotic", "64", "4", "0.1", 0.359610),
    EDGE("weight", "memorising_weight", "64", "4", "0.1", 0.046874),
    EDGE("upper edge", "memorising_high", "64", "8", "0.1", 0.2077447),
    EDGE("upper edge", "memorising_high", "64", "32", "0.1", 0.0925524),
    EDGE("upper edge", "memorising_high", "256", "16", "0.01", 0.6303726),
    GAP("4", 2.98),
    GAP("8", 2.12),
    GAP("16", 1.23),
    GAP("32", 0.575),
    GAP("64", 0.236),
    GAP("128", 0.098),
    ERROR("4", 0.0648),
    ERROR("8", 0.0433),
    ERROR("16", 0.0276),
    ERROR("32", 0.0166),
    ERROR("64", 0.00985),
    ERROR("128", 0.00584),
    {.claim = "networks on digits: tau_mem doubles from n = 32 to n = 64", .paper = 2, .needs = NETWORK},
    {.claim = "networks on digits: least held-out loss near step 130, n = 32", .paper = 130, .needs = NETWORK},
    {.claim = "networks on digits: least held-out loss near step 210, n = 64", .paper = 210, .needs = NETWORK},
    {0}};

const sp_paper sp_paper_09 = {
    .number = "09",
    .title = "Why Diffusion Models Don't Memorize: The Role of Implicit Dynamical Regularization in Training",
    .authors = "Bonnaire, Tony and Urfin, Rapha{\\\"e}l and Biroli, Giulio and M{\\'e}zard, Marc",
    .year = "2025",
    .arxiv = "2505.17638",
    .claims = claims};
