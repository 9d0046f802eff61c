#include "claims.h"

#define THEORY(words, value, tol, path, arguments)                                                                          \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = tol, .theory = path, .command = arguments         \
    }
#define AT(p, k, r, m, e) "landscape complexity --p " p " --k " k " --r " r " --overlap " m " --energy " e " --quenched"
#define SPIKED(p) "landscape phases --p " p " --k " p " --range 3"
#define EQUATOR "landscape phases --p 3 --k 2 --range 2"
#define BAND(r) "landscape bands --p 3 --k 3 --r " r " --overlap 0.1 --quenched"
#define COUNTED "landscape count --N 4 --p 3 --k 2 --r 1 --instances 150 --starts 100"
#define COUNTED_FULL "landscape count --N 4 --p 3 --k 2 --r 1 --instances 5000 --starts 300 --samples 1000000"
#define RANDOM(n) "landscape count --p 3 --N " n " --instances 400 --starts 50"
#define RANDOM_FULL(n) "landscape count --p 3 --N " n " --instances 2000 --starts 100"
#define FLOW "landscape points --method flow --p 3 --N 150 --instances 10 --time 60"
#define FLOW_FULL "landscape points --method flow --p 3 --N 1000 --instances 4 --time 60"

/* `tol` is the other half of the comparison: 3 standard errors of the number measured before (3 samples) */
#define DESCENT(words, value, tol, path)                                                                                    \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_SIGMAS, .sigmas = 3, .tolerance = tol, .measured = path, .command = FLOW \
    }

static const sp_claim claims[] = {
    THEORY("threshold energy -sqrt(2(p-1)/p), p = 3", -1.1547005383792515, 1e-12, "energy_threshold",
           "landscape complexity --p 3 --overlap 0"),
    THEORY("the same with variance 1: -2 sqrt((p-1)/p), p = 4", -1.7320508075688772, 1e-12, "energy_threshold",
           "landscape complexity --p 4 --kernel-var 1 --overlap 0"),
    THEORY("ground state of p = 3", -1.1716747793, 1e-9, "energy_ground", "landscape complexity --p 3 --overlap 0"),
    THEORY("the same with variance 1", -1.6569983635, 1e-9, "energy_ground",
           "landscape complexity --p 3 --kernel-var 1 --overlap 0"),
    THEORY("complexity at the threshold (1/2) ln(p-1) - (p-2)/p, p = 3", 0.013240256946639331, 1e-12, "complexity_threshold",
           "landscape complexity --p 3 --overlap 0"),
    THEORY("the same, p = 4", 0.049306144334054846, 1e-12, "complexity_threshold", "landscape complexity --p 4 --overlap 0"),
    THEORY("total complexity without signal (1/2) ln(p-1) at E = 0", 0.34657359027997264, 1e-12, "complexity_max",
           "landscape complexity --p 3"),
    THEORY("a field trivialises the landscape at r = sqrt(p(p-2)/2)", 1.2247448713915889, 1e-6, "r_trivial",
           "landscape phases --p 3 --k 1 --range 1"),
    THEORY("... where the total complexity is zero", 0, 1e-6, "complexity_max",
           "landscape complexity --p 3 --k 1 --r 1.2247448713915889"),
    THEORY("spiked tensor p = 3: the informative minimum appears", 2.4494897, 1e-7, "r_spinodal", SPIKED("3")),
    THEORY("... and becomes the deepest", 2.5594912, 1e-7, "r_transition", SPIKED("3")),
    THEORY("... at overlap", 0.8031236, 1e-7, "m_transition", SPIKED("3")),
    THEORY("spiked tensor p = 4: the informative minimum appears", 3.6742346, 1e-6, "r_spinodal", SPIKED("4")),
    THEORY("... and becomes the deepest", 3.9758321, 1e-6, "r_transition", SPIKED("4")),
    THEORY("k = 2: marginal points of the equator are unstable from sqrt(3)", 1.7320508075688772, 1e-6, "r_bbp", EQUATOR),
    THEORY("k = 2: the last minimum of the equator", 2.0555877, 1e-6, "r_equator", EQUATOR),
    THEORY("quenched complexity off the equator (p = k = 3, r = 2, m = 0.5, E = -1)", 0.0493218, 1e-7,
           "complexity.complexity_quenched[0]", AT("3", "3", "2", "0.5", "-1")),
    THEORY("... below the annealed one", 0.0499548, 1e-7, "complexity.complexity_annealed[0]",
           AT("3", "3", "2", "0.5", "-1")),
    THEORY("band edge of threshold minima, r = 1, quenched", 0.187183, 1e-5, "m_edge_quenched", BAND("1")),
    THEORY("... annealed", 0.187646, 1e-5, "m_edge_annealed", BAND("1")),
    THEORY("band edge of threshold minima, r = 3, quenched", 0.517669, 1e-5, "m_edge_quenched", BAND("3")),
    THEORY("... annealed", 0.527247, 1e-5, "m_edge_annealed", BAND("3")),
    {.claim = "mean number of points, N = 4, p = 3, k = 2, r = 1: exact and counted",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .theory = "mean_exact",
     .measured = "count",
     .command = COUNTED,
     .full = COUNTED_FULL},
    {.claim = "... the exact mean (3 of its standard errors, 0.08)",
     .paper = 17.51,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.24,
     .theory = "mean_exact",
     .command = COUNTED,
     .full = COUNTED_FULL},
    {.claim = "minima of the same: exact and counted",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .tolerance = 0.16,
     .theory = "minima_exact",
     .measured = "minima",
     .command = COUNTED,
     .full = COUNTED_FULL},
    {.claim = "random tensors, N = 2: 2 sqrt(3p-2) points",
     .paper = 5.291502622129181,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .measured = "count",
     .command = RANDOM("2"),
     .full = RANDOM_FULL("2")},
    {.claim = "random tensors, N = 3: 2 (1 + 4 (p-1)^1.5 / sqrt(3p-2)) points",
     .paper = 10.552359741,
     .kind = SP_SIGMAS,
     .sigmas = 3,
     .measured = "count",
     .command = RANDOM("3"),
     .full = RANDOM_FULL("3")},
    {.claim = "the Hessian at minima has variance xi''(1) = 3 (5 %)",
     .paper = 3,
     .kind = SP_RELATIVE,
     .tolerance = 0.05,
     .measured = "bulk_variance",
     .command = "landscape points --p 3 --N 100 --instances 4",
     .full = "landscape points --p 3 --N 1000 --instances 2"},
    DESCENT("gradient flow from a random start, N = 150, time 60: mu", 3.33, 0.09, "mu_mean"),
    DESCENT("... energy", -1.110, 0.03, "energy_mean"),
    DESCENT("... variance of the Hessian eigenvalues", 2.96, 0.12, "bulk_variance"),
    DESCENT("... their mean above mu", 0.02, 0.01, "bulk_mean"),
    {.claim = "... mu tends to the threshold 2 sqrt(3) from below",
     .paper = 3.4641016151377544,
     .kind = SP_BELOW,
     .tolerance = 0,
     .measured = "mu_mean",
     .command = FLOW,
     .full = FLOW_FULL},
    {0}};

const sp_paper sp_paper_31 = {.number = "31",
                              .title = "Complex energy landscapes in spiked-tensor and simple glassy models: ruggedness, "
                                       "arrangements of local minima and phase transitions",
                              .authors = "V. Ros and G. Ben Arous and G. Biroli and C. Cammarota",
                              .year = "2019",
                              .arxiv = "1804.02686",
                              .claims = claims};
