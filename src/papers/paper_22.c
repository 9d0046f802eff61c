#include "claims.h"

#include <stdio.h>

#define COMPLEXITY(loss, alpha) "risk-landscape complexity --bins 0 --loss \"" loss "\" --samples-per-dim " alpha
#define QUENCHED(loss, alpha) COMPLEXITY(loss, alpha) " --quenched"
#define THEORY(words, value, tol, path, arguments)                                                                          \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = tol, .theory = path, .command = arguments         \
    }
#define PHASE(q, value)                                                                                                     \
    THEORY("phase retrieval, alpha = 4: complexity at overlap " q, value, 1e-4, "overlap.complexity[q=" q "]", RETRIEVAL)
#define RETRIEVAL "risk-landscape curve --loss \"(y^2-s^2)^2/2\" --samples-per-dim 4 --overlap 0,0.4,0.7,0.8"
#define COUNT(loss, alpha, d) "risk-landscape count --loss \"" loss "\" --samples-per-dim " alpha " --d " d
#define GROWTH COUNT("sin(2*y)", "2", "8,16") " --instances 0 --samples 40000"
#define GROWTH_FULL COUNT("sin(2*y)", "2", "8,24") " --instances 0 --samples 400000"
#define TYPICAL COUNT("sin(2*y)+y", "5", "2,4") " --instances 60 --samples 1000"
#define TYPICAL_FULL COUNT("sin(2*y)+y", "5", "2,5") " --instances 1000 --samples 1000"
#define COUNTED(loss, d, value, tol)                                                                                        \
    {.claim = "exact mean number of points, " loss ", alpha = 2, d = " d " (3 of its standard errors)",                     \
     .paper = value,                                                                                                        \
     .kind = SP_ABSOLUTE,                                                                                                   \
     .tolerance = tol,                                                                                                      \
     .theory = "mean_exact",                                                                                                \
     .command = COUNT(loss, "2", d) " --instances 60",                                                                      \
     .full = COUNT(loss, "2", d) " --instances 1000 --samples 1000000"},                                                    \
    {                                                                                                                       \
        .claim = "... and points counted", .paper = NAN, .kind = SP_SIGMAS, .sigmas = 3, .theory = "mean_exact",            \
        .measured = "count", .command = COUNT(loss, "2", d) " --instances 60",                                              \
        .full = COUNT(loss, "2", d) " --instances 1000 --samples 1000000"                                                   \
    }

/* The first and last rows of the grid over d. */
static bool ends(const sp_result *result, const char *column, double d[2], double value[2])
{
    char path[64];
    static const char *const rows[] = {"0", "last"};
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "grid.d[%s]", rows[k]);
        if (!sp_result_path(result, path, &d[k]))
            return false;
        snprintf(path, sizeof path, "grid.%s[%s]", column, rows[k]);
        if (!sp_result_path(result, path, &value[k]))
            return false;
    }
    return true;
}

/* Slope of ln E# between two dimensions; E# = const sqrt(d) exp(d Sigma). */
static sp_status growth(sp_run *run, const sp_result *result, double *value, double *se)
{
    double d[2], mean[2], error[2];
    if (!ends(result, "mean_exact", d, mean) || !ends(result, "mean_exact_se", d, error))
        return sp_fail(run, SP_FAILED, "no mean_exact against d");
    *value = (log(mean[1] / mean[0]) - 0.5 * log(d[1] / d[0])) / (d[1] - d[0]);
    *se = hypot(error[0] / mean[0], error[1] / mean[1]) / (d[1] - d[0]);
    return SP_OK;
}

static sp_status gap_slope(sp_run *run, const sp_result *result, double *value, double *se)
{
    double d[2], gap[2], error[2];
    if (!ends(result, "gap", d, gap) || !ends(result, "gap_se", d, error))
        return sp_fail(run, SP_FAILED, "no gap against d");
    *value = (gap[1] - gap[0]) / (d[1] - d[0]);
    *se = hypot(error[0], error[1]) / (d[1] - d[0]);
    return SP_OK;
}

static const sp_claim claims[] = {
    THEORY("sin 2y, alpha = 2: annealed complexity", 0.6220004480, 1e-8, "complexity_annealed", COMPLEXITY("sin(2*y)", "2")),
    THEORY("He_3 at alpha = 1000, near the limit (1/2) ln 2 = 0.346574", 0.346823, 1e-5, "complexity_annealed",
           COMPLEXITY("He(3,y)", "1000")),
    THEORY("a linear loss is trivial", 0, 1e-6, "complexity_annealed", COMPLEXITY("y", "2")),
    THEORY("y^2/2 is trivial", 0, 1e-6, "complexity_annealed", COMPLEXITY("y^2/2", "2")),
    THEORY("softplus is trivial", 0, 1e-6, "complexity_annealed", COMPLEXITY("softplus(y)", "2")),
    THEORY("affine invariance: a phi + b", 0.6220004480, 1e-9, "complexity_annealed", COMPLEXITY("3-5*sin(2*y)", "2")),
    THEORY("even losses: quenched = annealed, cos 2y, alpha = 2", 0.6353712784, 1e-7, "complexity_quenched",
           QUENCHED("cos(2*y)", "2")),
    THEORY("... annealed", 0.6353712784, 1e-7, "complexity_annealed", QUENCHED("cos(2*y)", "2")),
    THEORY("... He_4, alpha = 10", 0.5936204739, 1e-7, "complexity_quenched", QUENCHED("He(4,y)", "10")),
    THEORY("sin 2y + y, alpha = 5: quenched (symmetric solution)", 0.2855412210, 1e-6, "complexity_quenched",
           QUENCHED("sin(2*y)+y", "5")),
    THEORY("... below annealed", 0.3833439501, 1e-6, "complexity_annealed", QUENCHED("sin(2*y)+y", "5")),
    THEORY("y^3, alpha = 50: quenched solution with overlap", 0.0891026077, 1e-6, "complexity_quenched",
           QUENCHED("y^3", "50")),
    THEORY("... the overlap", 0.018980, 1e-6, "q_quenched", QUENCHED("y^3", "50")),
    THEORY("... annealed", 0.1406591044, 1e-6, "complexity_annealed", QUENCHED("y^3", "50")),
    COUNTED("sin(2*y)", "3", 15.37, 0.5),
    COUNTED("cos(2*y)", "4", 35.99, 1.6),
    {.claim = "growth of the mean number with d, minus its prefactor sqrt(d), tends to the complexity (heavy tails: 0.05)",
     .paper = 0.6220004480,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.05,
     .command = GROWTH,
     .full = GROWTH_FULL,
     .fit = growth},
    {.claim = "sin 2y + y, alpha = 5: ln(mean number) - mean ln(number) grows like annealed - quenched (to a factor 1.6)",
     .paper = 0.0978027291,
     .kind = SP_RELATIVE,
     .tolerance = 0.6,
     .command = TYPICAL,
     .full = TYPICAL_FULL,
     .fit = gap_slope},
    THEORY("linear regression, alpha = 2: the maximum is one point", 0, 1e-4, "complexity_annealed",
           COMPLEXITY("(y-s)^2/2", "2") " --overlap -0.6180339887"),
    THEORY("... its eigenvalue in closed form", 3.4270509831, 1e-4, "t",
           COMPLEXITY("(y-s)^2/2", "2") " --overlap -0.6180339887"),
    PHASE("0", 0.35362),
    PHASE("0.4", 0.23314),
    PHASE("0.7", 0.06406),
    /* 0.01721 on a grid cut at +-7: the tilted law is wider (weight 1e-4 at the cut) */
    PHASE("0.8", 0.02001),
    {.claim = "phase retrieval, alpha = 4: negative at overlap 0.9",
     .paper = 0,
     .kind = SP_BELOW,
     .needs = "a solution at overlap 0.9: beyond about 0.82 the shift lies in the far tail of the Hessian's density"},
    {0}};

const sp_paper sp_paper_22 = {.number = "22",
                              .title = "Landscape complexity for the empirical risk of generalized linear models",
                              .authors = "A. Maillard and G. Ben Arous and G. Biroli",
                              .year = "2020",
                              .arxiv = "1912.02143",
                              .claims = claims};
