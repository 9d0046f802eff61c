#include "claims.h"

#define PEAKS "features peaks --activation tanh --psi1 10 --ridge-paper 1e-5 --noise-var 25"
#define PEAK(words, value, kind_, tol, path, arguments)                                                                     \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = kind_, .tolerance = tol, .theory = path, .command = arguments               \
    }
#define LINEAR_HEIGHT(r, value)                                                                                             \
    {                                                                                                                       \
        .claim = "height of the linear peak at degree of linearity " r ", many features", .paper = value,                   \
        .kind = SP_RELATIVE, .tolerance = 2e-5, .theory = "samples.noise[0]",                                               \
        .command = "features variance --linearity " r " --psi1 1e5 --psi2 1 --ridge-paper 1e-9 --noise-var 1"               \
    }
#define VARIANCE "features variance --activation tanh --psi1 10 --psi2 1 --ridge-paper 1e-3 --noise-var 25"
#define DESCENT "features descent --activation tanh --psi1 10 --psi2 10 --ridge-paper 1e-3 --noise-var 25 --k 1,inf"
#define SPECTRUM "features spectrum --activation tanh --psi1 10 --psi2 1 --simulate 10 --d 200 --edges 0.1,1,6"
#define FLOW                                                                                                                \
    "features dynamics --activation tanh --psi1 10 --noise-var 25 --train-time 10,100,1e3,1e5 --psi2 1,2,5,10,20 --d 60 "   \
    "--simulate 6"
#define FLOW_AT(at_psi2, time, value)                                                                                       \
    {                                                                                                                       \
        .claim = "test error at time " time " of the flow, psi2 = " at_psi2 " (six draws, 10-20 %)", .paper = value,        \
        .kind = SP_RELATIVE, .tolerance = 0.2, .theory = "time.test[psi2=" at_psi2 ",train_time=" time "]", .command = FLOW \
    }
#define FLOW_SIMULATED(at_psi2, time)                                                                                       \
    {                                                                                                                       \
        .claim = "theory of the flow against simulation, psi2 = " at_psi2 ", time " time, .paper = NAN, .kind = SP_SIGMAS,  \
        .sigmas = 4, .tolerance = 1, .theory = "time.test[psi2=" at_psi2 ",train_time=" time "]",                           \
        .measured = "time.test_simulated[psi2=" at_psi2 ",train_time=" time "]", .command = FLOW                            \
    }
#define ANISOTROPIC(words, arguments, place, height)                                                                        \
    {.claim = "anisotropy moves the linear peak: " words,                                                                   \
     .paper = place,                                                                                                        \
     .kind = SP_RELATIVE,                                                                                                   \
     .tolerance = 0.013,                                                                                                    \
     .theory = "peaks.psi2[0]",                                                                                             \
     .command = PEAKS " " arguments},                                                                                       \
        {.claim = "its height: " words,                                                                                     \
         .paper = height,                                                                                                   \
         .kind = SP_RELATIVE,                                                                                               \
         .tolerance = 1e-3,                                                                                                 \
         .theory = "peaks.height[0]",                                                                                       \
         .command = PEAKS " " arguments},                                                                                   \
    {                                                                                                                       \
        .claim = "the nonlinear peak stays: " words, .paper = 10, .kind = SP_RELATIVE, .tolerance = 0.01,                   \
        .theory = "nonlinear", .command = PEAKS " " arguments                                                               \
    }
#define SIMULATED(name, at_psi2, tol)                                                                                       \
    {                                                                                                                       \
        .claim = "theory = simulation, " name ", psi2 = " at_psi2, .paper = NAN, .kind = SP_SIGMAS, .sigmas = 3,            \
        .tolerance = tol, .theory = "samples.test[psi2=" at_psi2 "]",                                                       \
        .measured = "samples.test_simulated[psi2=" at_psi2 "]",                                                             \
        .command = "features descent --activation " name                                                                    \
                   " --psi1 10 --psi2 0.3,1,3,10 --ridge-paper 1e-1 --noise-var 0.5 --simulate 10 --d 60",                  \
        .full = "features descent --activation " name                                                                       \
                " --psi1 10 --psi2 0.3,1,3,10,30 --ridge-paper 1e-1 --noise-var 0.5 --simulate 10 --d 200"                  \
    }

/* Test error at psi2 = 1 over that at psi2 = 10, simulated. */
static sp_status peak_ratio(sp_run *run, const sp_result *result, const char *time, double *value, double *se)
{
    double linear, nonlinear, linear_se, nonlinear_se;
    if (!sp_result_path(result, sp_format(run, "time.test_simulated[psi2=1,train_time=%s]", time), &linear) ||
        !sp_result_path(result, sp_format(run, "time.test_simulated[psi2=10,train_time=%s]", time), &nonlinear) ||
        !sp_result_path(result, sp_format(run, "time.test_simulated_se[psi2=1,train_time=%s]", time), &linear_se) ||
        !sp_result_path(result, sp_format(run, "time.test_simulated_se[psi2=10,train_time=%s]", time), &nonlinear_se))
        return sp_fail(run, SP_FAILED, "no test errors at time %s", time);
    *value = linear / nonlinear;
    *se = *value * hypot(linear_se / linear, nonlinear_se / nonlinear);
    return SP_OK;
}

static sp_status early_ratio(sp_run *run, const sp_result *result, double *value, double *se)
{
    return peak_ratio(run, result, "100", value, se);
}

static sp_status late_ratio(sp_run *run, const sp_result *result, double *value, double *se)
{
    return peak_ratio(run, result, "1e5", value, se);
}

static const sp_claim claims[] = {
    PEAK("triple descent of tanh at low signal to noise: linear peak", 1.0956, SP_RELATIVE, 1e-4, "linear", PEAKS),
    PEAK("its height", 38.062, SP_RELATIVE, 1e-4, "linear_height", PEAKS),
    PEAK("nonlinear peak", 9.95559, SP_RELATIVE, 1e-4, "nonlinear", PEAKS),
    PEAK("its height", 207.499, SP_RELATIVE, 1e-4, "nonlinear_height", PEAKS),
    PEAK("relu: no linear peak, one maximum", 1, SP_ABSOLUTE, 0, "n_peaks",
         "features peaks --activation relu --psi1 10 --ridge-paper 1e-5 --noise-var 25"),
    PEAK("relu: a stronger nonlinear peak", 385.956, SP_RELATIVE, 1e-4, "nonlinear_height",
         "features peaks --activation relu --psi1 10 --ridge-paper 1e-5 --noise-var 25"),
    PEAK("relu: where", 9.98689, SP_RELATIVE, 1e-4, "nonlinear",
         "features peaks --activation relu --psi1 10 --ridge-paper 1e-5 --noise-var 25"),
    PEAK("no noise: only the nonlinear peak", 1, SP_ABSOLUTE, 0, "n_peaks",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-5 --noise-var 0"),
    PEAK("no noise: its height", 0.0764892, SP_RELATIVE, 1e-4, "nonlinear_height",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-5 --noise-var 0"),
    PEAK("ridge kills the nonlinear peak, not the linear one: one maximum at ridge_paper 1e-3", 1, SP_ABSOLUTE, 0, "n_peaks",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-3 --noise-var 25"),
    PEAK("its height", 36.9524, SP_RELATIVE, 1e-3, "linear_height",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-3 --noise-var 25"),
    PEAK("its place (grid of 100 points a decade)", 1.0965, SP_RELATIVE, 0.024, "linear",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-3 --noise-var 25"),
    PEAK("height at ridge_paper 1e-1", 12.29, SP_RELATIVE, 1e-3, "linear_height",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-1 --noise-var 25"),
    PEAK("its place", 0.776, SP_RELATIVE, 0.024, "linear",
         "features peaks --activation tanh --psi1 10 --ridge-paper 1e-1 --noise-var 25"),
    LINEAR_HEIGHT("0.5", .17082039 + 1e-5),
    LINEAR_HEIGHT("0.9", 1.06179038 + 1e-5),
    LINEAR_HEIGHT("0.99", 4.49376185 + 1e-5),
    PEAK("the linear peak is noise: noise variance at psi2 = 1", 36.2759923, SP_RELATIVE, 1e-6, "samples.noise[0]",
         VARIANCE),
    PEAK("of a test error of", 36.440246, SP_RELATIVE, 1e-6, "samples.test[0]", VARIANCE),
    PEAK("and most of it is shared by all learners", 33.6254, SP_RELATIVE, 2e-6, "samples.noise_shared[0]", VARIANCE),
    PEAK("the nonlinear peak is removed by averaging: one learner", 13.8338, SP_RELATIVE, 5e-6, "samples.test[k=1]",
         DESCENT),
    PEAK("infinitely many", 2.68486, SP_RELATIVE, 2e-6, "samples.test[k=inf]", DESCENT),
    {.claim = "spectrum: share of eigenvalues in (0.1, 1)",
     .paper = 0.0300,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.003,
     .theory = "histogram.share[0]",
     .measured = "histogram.share_simulated[0]",
     .command = SPECTRUM},
    {.claim = "share in (1, 6)",
     .paper = 0.0440,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.003,
     .theory = "histogram.share[1]",
     .measured = "histogram.share_simulated[1]",
     .command = SPECTRUM},
    {.claim = "smallest nonzero eigenvalue at d = 200",
     .paper = .2022,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.006,
     .measured = "extremes.simulated[edge=smallest]",
     .command = SPECTRUM},
    {.claim = "the linear peak forms earlier: at time 100 it is the higher one (ratio above 1)",
     .paper = 1,
     .kind = SP_ABOVE,
     .fit = early_ratio,
     .command = FLOW},
    {.claim = "at time 1e5 the nonlinear one is (ratio below 1)",
     .paper = 1,
     .kind = SP_BELOW,
     .fit = late_ratio,
     .command = FLOW},
    FLOW_AT("1", "10", 32.3),
    FLOW_AT("10", "100", 18.5),
    FLOW_AT("10", "1e3", 79),
    FLOW_AT("10", "1e5", 818),
    FLOW_SIMULATED("2", "10"),
    FLOW_SIMULATED("5", "100"),
    FLOW_SIMULATED("20", "1e3"),
    ANISOTROPIC("a tenth of the directions with 9 times the variance", "--phi 0.1 --rx 9", 1.122, 29.472),
    ANISOTROPIC("a tenth with 100 times", "--phi 0.1 --rx 100", .1202, 21.375),
    ANISOTROPIC("three tenths with 100 times", "--phi 0.3 --rx 100", .3388, 30.424),
    PEAK("phase space: with few features the ridge line is n = p (here p = d/10)", 0.1, SP_RELATIVE, 0.03, "nonlinear",
         "features peaks --activation tanh --psi1 0.1 --ridge-paper 1e-3 --noise-var 25"),
    PEAK("with many it is n = d (here p = 100 d)", 1, SP_RELATIVE, 0.15, "linear",
         "features peaks --activation tanh --psi1 100 --ridge-paper 1e-3 --noise-var 25"),
    SIMULATED("relu", "0.3", 0.03),
    SIMULATED("relu", "1", 0.02),
    SIMULATED("relu", "3", 0.01),
    SIMULATED("relu", "10", 0.005),
    SIMULATED("tanh", "0.3", 0.03),
    SIMULATED("tanh", "1", 0.02),
    SIMULATED("tanh", "3", 0.01),
    SIMULATED("tanh", "10", 0.005),
    {.claim = "deep networks trained by gradient descent show both peaks", .paper = NAN, .needs = "a trainer of networks"},
    {0}};

const sp_paper sp_paper_20 = {.number = "20",
                              .title = "Triple descent and the two kinds of overfitting: where & why do they appear?",
                              .authors = "d'Ascoli, St{\\'e}phane and Sagun, Levent and Biroli, Giulio",
                              .year = "2020",
                              .arxiv = "2006.03509",
                              .claims = claims};
