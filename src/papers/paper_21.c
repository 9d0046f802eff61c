#include "claims.h"

#define SIMULATION "features variance --psi1 2 --psi2 1 --ridge-paper 1e-2 --noise-var 1 --simulate 20 --d 120"
#define SIMULATION_FULL "features variance --psi1 2 --psi2 1 --ridge-paper 1e-2 --noise-var 1 --simulate 20 --d 200"
#define SIMULATED(term, tol)                                                                                                \
    {                                                                                                                       \
        .claim = "theory = simulation: " term, .paper = NAN, .kind = SP_SIGMAS, .sigmas = 3, .tolerance = tol,              \
        .theory = "samples." term "[0]", .measured = "samples." term "_simulated[0]", .command = SIMULATION,                \
        .full = SIMULATION_FULL                                                                                             \
    }
/* closed form without ridge at psi2 = 1, relu: u = 0.55209379..., e = u^2 */
#define SCAN "features variance --psi1 0.5,1.01,1.02,1.05,1.1,1.5,2,3,10,100 --psi2 1 --ridge-paper 1e-9 --noise-var 1"
#define CLOSED(words, path, value, tol)                                                                                     \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_RELATIVE, .tolerance = tol, .theory = path, .command = SCAN              \
    }
#define BIGGER(size, ensemble_, bigger_)                                                                                    \
    {.claim = "two learners averaged, p/d = " size,                                                                         \
     .paper = ensemble_,                                                                                                    \
     .kind = SP_RELATIVE,                                                                                                   \
     .tolerance = 1e-5,                                                                                                     \
     .theory = "features.ensemble[psi1=" size ",k=2]",                                                                      \
     .command = "features ensemble --psi1 0.5,1.5,3,10,30 --psi2 1 --noise-var 1 --ridge-paper 1e-5 --k 2"},                \
    {                                                                                                                       \
        .claim = "against one of twice the features", .paper = bigger_, .kind = SP_RELATIVE, .tolerance = 1e-5,             \
        .theory = "features.bigger[psi1=" size ",k=2]",                                                                     \
        .command = "features ensemble --psi1 0.5,1.5,3,10,30 --psi2 1 --noise-var 1 --ridge-paper 1e-5 --k 2"               \
    }
#define TUNE "features tune --psi1 2 --psi2 1 --noise-var 1 --k 1,2,10,inf --low 1e-4"
#define DECAY "features variance --psi1 2,8,32,128,512 --psi2 1 --ridge-paper 1e-6 --noise-var 1"
#define INIT(size, value)                                                                                                   \
    {                                                                                                                       \
        .claim = "initialisation variance at p/d = " size, .paper = value, .kind = SP_RELATIVE, .tolerance = 1e-5,          \
        .theory = "features.init[psi1=" size "]", .command = DECAY                                                          \
    }

/* d ln(column) / d ln|psi1 - shift| between two rows. */
static sp_status slope(sp_run *run, const sp_result *result, const char *column, const char *from, const char *to,
                       double shift, double *value)
{
    double a, b, x, y;
    if (!sp_result_path(result, sp_format(run, "features.%s[psi1=%s]", column, from), &a) ||
        !sp_result_path(result, sp_format(run, "features.%s[psi1=%s]", column, to), &b) ||
        !sp_result_path(result, sp_format(run, "features.psi1[psi1=%s]", from), &x) ||
        !sp_result_path(result, sp_format(run, "features.psi1[psi1=%s]", to), &y))
        return sp_fail(run, SP_FAILED, "no %s", column);
    *value = log(b / a) / log((y - shift) / (x - shift));
    return SP_OK;
}

static sp_status init_decay(sp_run *run, const sp_result *result, double *value, double *se)
{
    *se = 0;
    return slope(run, result, "init", "32", "512", 0, value);
}

static sp_status init_divergence(sp_run *run, const sp_result *result, double *value, double *se)
{
    *se = 0;
    return slope(run, result, "init", "1.01", "1.02", 1, value);
}

static sp_status noise_divergence(sp_run *run, const sp_result *result, double *value, double *se)
{
    *se = 0;
    return slope(run, result, "noise", "1.01", "1.02", 1, value);
}

/* (test_2 - test_inf) / (test_1 - test_inf): what the second learner leaves of the part that averaging removes. */
static sp_status half_left(sp_run *run, const sp_result *result, double *value, double *se)
{
    double one, two, infinite;
    if (!sp_result_path(result, "samples.ensemble[k=1]", &one) || !sp_result_path(result, "samples.ensemble[k=2]", &two) ||
        !sp_result_path(result, "samples.ensemble[k=inf]", &infinite))
        return sp_fail(run, SP_FAILED, "no test errors");
    *value = (two - infinite) / (one - infinite);
    *se = 0;
    return SP_OK;
}

static const sp_claim claims[] = {
    SIMULATED("bias", 0.007),
    SIMULATED("sampling", 0.003),
    SIMULATED("init", 0.01),
    SIMULATED("noise", 0.03),
    SIMULATED("test", 0.05),
    {.claim = "no ridge: initialisation variance diverges as 1/|p - n| (slope)",
     .paper = -1,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.02,
     .fit = init_divergence,
     .command = SCAN},
    {.claim = "so does noise variance (slope)",
     .paper = -1,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.02,
     .fit = noise_divergence,
     .command = SCAN},
    CLOSED("noise variance at p = 1.5 n", "features.noise[psi1=1.5]", 2.438450621348934, 1e-6),
    CLOSED("initialisation variance at p = 1.5 n", "features.init[psi1=1.5]", 0.8958124106735172, 1e-6),
    CLOSED("bias at p = 2 n", "features.bias[psi1=2]", 0.20061996877917457, 1e-6),
    CLOSED("bias at p = 100 n: the same", "features.bias[psi1=100]", 0.20061996877917457, 1e-6),
    CLOSED("sampling variance at p = 2 n", "features.sampling[psi1=2]", 0.08796194996623286, 1e-6),
    CLOSED("sampling variance at p = 100 n: the same", "features.sampling[psi1=100]", 0.08796194996623286, 1e-6),
    {.claim = "infinitely many learners: test error at p = 10 n",
     .paper = 0.5078072294,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-6,
     .theory = "features.test[psi1=10]",
     .command = "features descent --psi1 10,100 --psi2 1 --noise-var 0.5 --ridge-paper 0 --k inf"},
    {.claim = "at p = 100 n: the same",
     .paper = 0.5078072294,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-6,
     .theory = "features.test[psi1=100]",
     .command = "features descent --psi1 10,100 --psi2 1 --noise-var 0.5 --ridge-paper 0 --k inf"},
    {.claim = "initialisation variance falls as 1/p (slope from p/d = 32 to 512)",
     .paper = -1,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.02,
     .fit = init_decay,
     .command = DECAY},
    INIT("2", .447892),
    INIT("8", .063986),
    INIT("32", .0144485),
    INIT("128", .0035268),
    INIT("512", .000876523),
    {.claim = "averaging K learners divides what it removes by K (K = 2: one half)",
     .paper = 0.5,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-10,
     .fit = half_left,
     .command = "features ensemble --psi1 1 --psi2 1 --noise-var 1 --ridge-paper 1e-5 --k 1,2,inf"},
    BIGGER("0.5", 1.48861, 103.145),
    BIGGER("1.5", 2.17350, 1.45077),
    BIGGER("3", 1.08888, 1.01654),
    BIGGER("10", .807432, .803201),
    BIGGER("30", .751967, .751544),
    {.claim = "tuned single learner (grid of 20 ridges a decade)",
     .paper = .787862,
     .kind = SP_RELATIVE,
     .tolerance = 2e-5,
     .theory = "best.test[k=1]",
     .command = TUNE},
    {.claim = "untuned ensemble of 10",
     .paper = .871710,
     .kind = SP_RELATIVE,
     .tolerance = 1e-5,
     .theory = "curve.test[k=10,ridge_paper=1e-5]",
     .command = TUNE},
    {.claim = "untuned ensemble of infinitely many",
     .paper = .726982,
     .kind = SP_RELATIVE,
     .tolerance = 1e-5,
     .theory = "curve.test[k=inf,ridge_paper=1e-5]",
     .command = TUNE},
    {.claim = "tuned ensemble of infinitely many, the best",
     .paper = .618038,
     .kind = SP_RELATIVE,
     .tolerance = 1e-5,
     .theory = "best.test[k=inf]",
     .command = TUNE},
    {.claim = "the best ridge falls with K: one learner",
     .paper = .501,
     .kind = SP_RELATIVE,
     .tolerance = 0.06,
     .theory = "best.ridge_paper[k=1]",
     .command = TUNE},
    {.claim = "infinitely many (grid of 20 a decade: 6 %)",
     .paper = .112,
     .kind = SP_RELATIVE,
     .tolerance = 0.06,
     .theory = "best.ridge_paper[k=inf]",
     .command = TUNE},
    {.claim = "deep networks: spread over initialisations peaks at the same place",
     .paper = NAN,
     .needs = "a trainer of networks"},
    {0}};

const sp_paper sp_paper_21 = {.number = "21",
                              .title = "Double Trouble in Double Descent: Bias and Variance(s) in the Lazy Regime",
                              .authors =
                                  "d'Ascoli, St{\\'e}phane and Refinetti, Maria and Biroli, Giulio and Krzakala, Florent",
                              .year = "2020",
                              .arxiv = "2003.01054",
                              .claims = claims};
