#include "claims.h"

/* phi_C - w_seed at the first time: zero by the Nishimori property. */
static sp_status phi_minus_seed(sp_run *run, const sp_result *result, double *value, double *se)
{
    double phi, phi_se, seed, seed_se;
    if (!sp_result_path(result, "curves.phi_C[0]", &phi) || !sp_result_path(result, "curves.w_seed[0]", &seed) ||
        !sp_result_path(result, "curves.phi_C_se[0]", &phi_se) || !sp_result_path(result, "curves.w_seed_se[0]", &seed_se))
        return sp_fail(run, SP_FAILED, "no order parameters");
    *value = phi - seed;
    *se = hypot(phi_se, seed_se);
    return SP_OK;
}

#define CLONES "diffusion clone --d 1024 --t 2.5,3,3.5,4 --clones 20000"
#define CLONES_FULL "diffusion clone --d 1024 --t 1:10:19 --clones 10000"
#define CLONE(time, value)                                                                                                  \
    {                                                                                                                       \
        .claim = "two clones end in the same class: simulation at d = 1024, t = " time, .paper = value, .kind = SP_SIGMAS,  \
        .tolerance = 0.003, .sigmas = 4, .theory = "mixture.phi_theory[t=" time "]", .measured = "mixture.phi[t=" time "]", \
        .command = CLONES, .full = CLONES_FULL                                                                              \
    }
#define CLONE_FORMULA(dimension, time, value)                                                                               \
    {                                                                                                                       \
        .claim = "the authors' measured agreement of clones, d = " dimension ", t = " time, .paper = value,                 \
        .kind = SP_ABSOLUTE, .tolerance = 0.015, .theory = "cloning.phi[t=" time "]",                                       \
        .command = "diffusion mixture --d " dimension " --t 2,3,4,5"                                                        \
    }
#define CROSSING(dimension)                                                                                                 \
    {                                                                                                                       \
        .claim = "curves of all d cross at t/t_S = 1: agreement there at d = " dimension, .paper = 0.7752002454,            \
        .kind = SP_ABSOLUTE, .tolerance = 1e-9, .theory = "phi_t_S", .command = "diffusion mixture --d " dimension          \
    }
#define COLLAPSE_TIME(words, spectrum, samples, value)                                                                      \
    {                                                                                                                       \
        .claim = "collapse time t_C, " words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = 1e-9,                       \
        .theory = "t_C_spectral", .command = "diffusion times --spectrum " spectrum " --n " samples                         \
    }
#define SIMULATED "diffusion exact --n 1000 --d 16 --t 0.2738282342 --simulate 12 --queries 2000"
#define MEASURED_F(time, value)                                                                                             \
    {                                                                                                                       \
        .claim = "the authors' measured excess entropy of two clouds, d = 256, n = 20000, t = " time, .paper = value,       \
        .kind = SP_ABSOLUTE, .tolerance = 0.008, .theory = "curves.f_ex_over_alpha[t=" time "]",                            \
        .command = "diffusion exact --n 20000 --d 256 --class-fraction 0.5 --t 1.336,1.728,2.12"                            \
    }
#define FINITE_SIZE(dimension, samples, f, phi)                                                                             \
    {.claim = "f_ex/alpha at t_C falls as d^-1/2: alpha = 0.1, d = " dimension,                                             \
     .paper = f,                                                                                                            \
     .kind = SP_ABSOLUTE,                                                                                                   \
     .tolerance = 0.002,                                                                                                    \
     .theory = "f_ex_over_alpha",                                                                                           \
     .command = "diffusion exact --n " samples " --d " dimension " --t 1"},                                                 \
    {                                                                                                                       \
        .claim = "phi_C at t_C tends to 1/2: alpha = 0.1, d = " dimension, .paper = phi, .kind = SP_ABSOLUTE,               \
        .tolerance = 0.002, .theory = "phi_C", .command = "diffusion exact --n " samples " --d " dimension " --t 1"         \
    }
#define TRAJECTORIES "diffusion sample gen:gaussian-mixture,d=16,n=1000,mu2=1 --scale none --samples 600"
#define RATIO(dimension, samples, value)                                                                                    \
    {                                                                                                                       \
        .claim = "t(phi_C = 1/2)/t_C tends to 1: n = " samples ", d = " dimension, .paper = value, .kind = SP_ABSOLUTE,     \
        .tolerance = 0.003, .theory = "t_C_ratio", .command = "diffusion exact --n " samples " --d " dimension " --t 1"     \
    }
#define GREW(dimension, samples, value)                                                                                     \
    {                                                                                                                       \
        .claim = "at n = d^2 the collapse time grows as 1/2 log(d/(4 log d)): d = " dimension, .paper = value,              \
        .kind = SP_ABSOLUTE, .tolerance = 1e-3 /* next term: log(d)/d */, .theory = "t_C_spectral",                         \
        .command = "diffusion times --spectrum 1x" dimension " --n " samples                                                \
    }
#define TRAINED "networks trained by the authors on "

static const sp_claim claims[] = {
    {.claim = "two clones agree with probability 0.775 at the speciation time (c = 1)",
     .paper = 0.7752002454,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-9,
     .theory = "phi_t_S",
     .command = "diffusion mixture --d 1024"},
    CLONE("2.5", 0.993407),
    CLONE("3", 0.917576),
    CLONE("3.5", 0.764413),
    CLONE("4", 0.631868),
    CLONE_FORMULA("256", "2", 0.9775),
    CLONE_FORMULA("256", "3", 0.7012),
    CLONE_FORMULA("256", "4", 0.5343),
    CLONE_FORMULA("4096", "3", 0.9984),
    CLONE_FORMULA("4096", "4", 0.8217),
    CLONE_FORMULA("4096", "5", 0.5719),
    CROSSING("256"),
    CROSSING("1024"),
    CROSSING("4096"),
    CROSSING("16384"),
    COLLAPSE_TIME("n = 20000, d = 256", "1x256", "20000", 1.298789687),
    COLLAPSE_TIME("n = 20000, d = 1024", "1x1024", "20000", 1.977546719),
    COLLAPSE_TIME("n = 20000, d = 4096", "1x4096", "20000", 2.667074441),
    COLLAPSE_TIME("n = 1000, d = 16", "1x16", "1000", 0.273828234),
    COLLAPSE_TIME("n = 1000, d = 16, variance 1/4", "0.25x16", "1000", 0.083730407),
    COLLAPSE_TIME("n = 1e6, d = 100, variance 2", "2x100", "1e6", 0.992856183),
    COLLAPSE_TIME("n = 5000, 8 eigenvalues 4 and 24 eigenvalues 1/2", "4x8,0.5x24", "5000", 0.464922480),
    COLLAPSE_TIME("n = 5000, 8 eigenvalues 2 and 24 zero", "2x8,0x24", "5000", 0.119486115),
    {.claim = "excess entropy of simulated data at t_C, n = 1000, d = 16, against the exact finite-size value",
     .paper = 0.17022,
     .kind = SP_SIGMAS,
     .sigmas = 4,
     .theory = "simulation.f_ex_over_alpha_exact[0]",
     .measured = "simulation.f_ex_over_alpha[0]",
     .command = SIMULATED},
    {.claim = "collapse order parameter of simulated data at t_C, n = 1000, d = 16, against the exact finite-size value",
     .paper = 0.57528,
     .kind = SP_SIGMAS,
     .sigmas = 4,
     .theory = "simulation.phi_C_exact[0]",
     .measured = "simulation.phi_C[0]",
     .command = SIMULATED},
    MEASURED_F("1.336", 0.1597),
    MEASURED_F("1.728", 0.5233),
    MEASURED_F("2.12", 0.7498),
    FINITE_SIZE("32", "24.532530197109352", 0.2937, 0.593),
    FINITE_SIZE("64", "601.84503787208222", 0.1984, 0.570),
    FINITE_SIZE("128", "362217.44961124647", 0.1380, 0.552),
    FINITE_SIZE("256", "131201480802.87682", 0.0981, 0.539),
    {.claim = "phi_C = E w_seed (difference of the two)",
     .paper = 0,
     .kind = SP_SIGMAS,
     .sigmas = 4,
     .fit = phi_minus_seed,
     .command = "diffusion curves gen:gaussian,d=32,n=2000 --scale none --t 0.5 --queries 4000"},
    {.claim = "every trajectory with the exact score ends on a training point",
     .paper = 1,
     .kind = SP_ABSOLUTE,
     .tolerance = 0,
     .measured = "on_data",
     .command = TRAJECTORIES},
    {.claim = "mean collapse time of trajectories, n = 1000, d = 16, mu2 = 1",
     .paper = 0.398,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.04,
     .measured = "t_C_traj",
     .command = TRAJECTORIES},
    {.claim = "median collapse time of trajectories, n = 1000, d = 16, mu2 = 1",
     .paper = 0.348,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.04,
     .measured = "t_C_traj_median",
     .command = TRAJECTORIES},
    GREW("10000", "1e8", 2.801860),
    GREW("1000000", "1e12", 4.901712),
    RATIO("16", "1000", 1.097),
    RATIO("32", "2000", 1.062),
    RATIO("256", "20000", 1.022),
    {.claim = "largest eigenvalue of two MNIST classes",
     .paper = 7.66,
     .kind = SP_RELATIVE,
     .tolerance = 0.02,
     .theory = "Lambda",
     .command = "diffusion times mnist --classes 1,8 --scale unit --queries 64",
     .needs = "mnist"},
    {.claim = "speciation time of two MNIST classes, 1/2 log Lambda",
     .paper = 1.018,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.01, /* 2 % of Lambda */
     .theory = "t_S_spectral",
     .command = "diffusion times mnist --classes 1,8 --scale unit --queries 64",
     .needs = "mnist"},
    {.claim = "largest eigenvalue of two CIFAR classes",
     .paper = 16.72,
     .needs = "the authors' classes and colour conversion of CIFAR-10"},
    {.claim = "largest eigenvalue of two ImageNet classes, 16 x 16", .paper = 3.05, .needs = "ImageNet"},
    {.claim = "largest eigenvalue of two ImageNet classes, 32 x 32", .paper = 12.11, .needs = "ImageNet"},
    {.claim = "largest eigenvalue of two LSUN classes, 64 x 64", .paper = 60.52, .needs = "LSUN"},
    {.claim = "clones of a trained network cross 0.775 at .965 t_S", .paper = 0.965, .needs = TRAINED "MNIST"},
    {.claim = "clones of a trained network cross 0.775 at .821 t_S", .paper = 0.821, .needs = TRAINED "CIFAR"},
    {.claim = "clones of a trained network cross 0.775 at 1.020 t_S", .paper = 1.020, .needs = TRAINED "ImageNet16"},
    {.claim = "clones of a trained network cross 0.775 at .960 t_S", .paper = 0.960, .needs = TRAINED "ImageNet32"},
    {.claim = "clones of a trained network cross 0.775 at .860 t_S", .paper = 0.860, .needs = TRAINED "LSUN64"},
    {.claim = "mean collapse time, ImageNet16, n = 2000", .paper = 0.325, .needs = "ImageNet"},
    {.claim = "mean collapse time, ImageNet32, n = 2000", .paper = 0.627, .needs = "ImageNet"},
    {.claim = "mean collapse time, LSUN64, n = 200", .paper = 1.705, .needs = "LSUN"},
    {0}};

const sp_paper sp_paper_07 = {.number = "07",
                              .title = "Dynamical Regimes of Diffusion Models",
                              .authors = "Biroli, Giulio and Bonnaire, Tony and de Bortoli, Valentin and M{\\'e}zard, Marc",
                              .year = "2024",
                              .arxiv = "2402.18491",
                              .claims = claims};
