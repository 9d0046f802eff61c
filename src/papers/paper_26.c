#include "claims.h"

#define THEORY(words, value, tol, arguments)                                                                                \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = tol, .theory = "m_1",                             \
        .command = "tensor-pca theory " arguments                                                                           \
    }
#define TRACE(n, a, instances) "tensor-pca scan --steps 0 --polish none --n " n " --a " a " --instances " instances
#define START(n, a, instances, value)                                                                                       \
    {                                                                                                                       \
        .claim = "overlap of the partial trace, n = " n ", a = " a, .paper = value, .kind = SP_SIGMAS, .tolerance = 0.02,   \
        .sigmas = 3, .measured = "m_first", .command = TRACE(n, a, instances)                                               \
    }
#define REPLICAS(R, instances)                                                                                              \
    "tensor-pca scan --method replicas --steps 1 --polish none --n 60 --a 1.8 --replicas " R " --instances " instances
#define REPLICA(R, value)                                                                                                   \
    {                                                                                                                       \
        .claim = "overlap after one step, " R " replicas, n = 60, a = 1.8", .paper = value, .kind = SP_SIGMAS,              \
        .tolerance = 0.05, .sigmas = 2, .theory = "m_first_theory", .measured = "m_first", .command = REPLICAS(R, "20"),    \
        .full = REPLICAS(R, "200")                                                                                          \
    }
#define SCAN(options, n, instances)                                                                                         \
    "tensor-pca scan --a 1.4,2.2,4 --iterations 3000 " options " --n " n " --instances " instances
#define TRACE_GD "--steps 0"
#define GD "--method gd"
/* two binomial errors of the 25 runs of the reference are 0.2 at most */
#define SUCCESS(words, options, a, value)                                                                                   \
    {                                                                                                                       \
        .claim = words ", n = 100: success at a = " a, .paper = value, .kind = SP_SIGMAS, .tolerance = 0.2, .sigmas = 2,    \
        .measured = "success.success[a=" a "]", .command = SCAN(options, "100", "15"), .full = SCAN(options, "500", "25")   \
    }
#define UNFOLD(instances)                                                                                                   \
    "tensor-pca scan --method unfold --polish power --iterations 300 --a 1,1.4,1.8 --n 100 --instances " instances
#define UNFOLDED(a, path, value, tol)                                                                                       \
    {                                                                                                                       \
        .claim = "unfolding, n = 100, a = " a ": " path, .paper = value, .kind = SP_SIGMAS, .tolerance = tol, .sigmas = 2,  \
        .measured = "success." path "[a=" a "]", .command = UNFOLD("12"), .full = UNFOLD("60")                              \
    }
#define EXPONENT(options, a, n, instances)                                                                                  \
    "tensor-pca scan --iterations 2000 " options " --a " a " --n " n " --instances " instances

/* 96 starts a point */
#define DESCENT                                                                                                             \
    "tensor-pca scan --method gd --signal-side --starts 16 --iterations 3000 --a 1,1.5,2.2,3.3,5 --n 50,100,200,400 "       \
    "--instances 6"

/* The distance of the growth exponent from that of averaged descent, in standard errors. */
static sp_status above_three_quarters(sp_run *run, const sp_result *result, double *value, double *se)
{
    double exponent, error;
    if (!sp_result_path(result, "exponent", &exponent) || !sp_result_path(result, "exponent_se", &error) || !(error > 0))
        return sp_fail(run, SP_FAILED, "no exponent with an error");
    *value = (exponent - 0.75) / error;
    *se = 1;
    return SP_OK;
}

static const sp_claim claims[] = {
    THEORY("first-step overlap, n = 100, a = 2, 100 replicas", 0.300828, 5e-7, "--n 100 --a 2 --replicas 100"),
    THEORY("... n = 1000, a = 2, infinitely many", 0.243663, 5e-7, "--n 1000 --a 2"),
    THEORY("... n = 100, a = 1.8, infinitely many", 0.370211, 5e-7, "--n 100 --a 1.8"),
    START("100", "1", "40", 0.2105),
    START("100", "1.4", "40", 0.2902),
    START("100", "1.8", "40", 0.3665),
    START("100", "2.2", "40", 0.4361),
    START("100", "3", "40", 0.5544),
    START("200", "1.4", "10", 0.2708),
    START("200", "2.2", "10", 0.3967),
    START("200", "3", "10", 0.5037),
    REPLICA("50", 0.294),
    REPLICA("200", 0.369),
    REPLICA("1000", 0.401),
    SUCCESS("gradient descent", GD, "1.4", 0.20),
    SUCCESS("gradient descent", GD, "2.2", 0.44),
    SUCCESS("gradient descent", GD, "4", 0.56),
    SUCCESS("partial trace and descent", TRACE_GD, "1.4", 0.80),
    SUCCESS("partial trace and descent", TRACE_GD, "2.2", 1),
    SUCCESS("partial trace and descent", TRACE_GD, "4", 1),
    {.claim = "averaged descent: strength at success 1/2 grows like n^(3/4) (10 %)",
     .paper = 0.75,
     .kind = SP_SIGMAS,
     .tolerance = 0.075,
     .sigmas = 2,
     .theory = "exponent_averaged",
     .measured = "exponent",
     .command = EXPONENT("--steps 0", "0.8,1.2,1.6,2", "30,90", "30"),
     .full = EXPONENT("--steps 0", "0.8,1,1.2,1.4,1.6,2", "50,100,200", "40")},
    {.claim = "gradient descent: like n (starts with m > 0, n = 50 to 400)",
     .paper = 1,
     .kind = SP_SIGMAS,
     .tolerance = 0.1,
     .sigmas = 2,
     .theory = "exponent_gd",
     .measured = "exponent",
     .full = DESCENT},
    {.claim = "... standard errors between this exponent and 3/4: more than two",
     .paper = 2,
     .kind = SP_ABOVE,
     .fit = above_three_quarters,
     .full = DESCENT},
    UNFOLDED("1", "success", 0.30, 0.15),
    UNFOLDED("1.4", "success", 0.97, 0.1),
    UNFOLDED("1.8", "success", 1, 0.1),
    UNFOLDED("1.8", "m_start", 0.872, 0.05),
    /* a signal of 1e6: what is left of the noise is 1e-6 of it, in m its square */
    {.claim = "without noise the mean field is along the signal at once",
     .paper = 1,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .measured = "m_first",
     .command = "tensor-pca minimize --method closed --steps 1 --polish none --n 30 --a 1e6"},
    {0}};

const sp_paper sp_paper_26 = {
    .number = "26",
    .title =
        "How to iron out rough landscapes and get optimal performances: averaged gradient descent and its application to "
        "tensor PCA",
    .authors = "G. Biroli and C. Cammarota and F. Ricci-Tersenghi",
    .year = "2020",
    .arxiv = "1905.12294",
    .claims = claims};
