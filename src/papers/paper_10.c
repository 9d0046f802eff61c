#include "claims.h"

#define REDUCED(text, options, p_, p_tolerance, v_, v_tolerance)                                                            \
    {.claim = text ": weight of the + mode",                                                                                \
     .paper = p_,                                                                                                           \
     .kind = SP_ABSOLUTE,                                                                                                   \
     .tolerance = p_tolerance,                                                                                              \
     .theory = "p_reduction",                                                                                               \
     .command = "schedule run " options},                                                                                   \
    {                                                                                                                       \
        .claim = text ": variance inside a mode", .paper = v_, .kind = SP_ABSOLUTE, .tolerance = v_tolerance,               \
        .theory = "data_var_reduction", .command = "schedule run " options                                                  \
    }
#define WEIGHT(text, options, p_, p_tolerance)                                                                              \
    {                                                                                                                       \
        .claim = text, .paper = p_, .kind = SP_ABSOLUTE, .tolerance = p_tolerance, .theory = "p_reduction",                 \
        .command = "schedule run " options                                                                                  \
    }
#define SHAPE(text, options, v_, v_tolerance)                                                                               \
    {                                                                                                                       \
        .claim = text, .paper = v_, .kind = SP_ABSOLUTE, .tolerance = v_tolerance, .theory = "data_var_reduction",          \
        .command = "schedule run " options                                                                                  \
    }
#define ERROR(steps, value)                                                                                                 \
    {                                                                                                                       \
        .claim = "dilated vp, error of the weight with " steps " steps: of order 1/steps", .paper = value,                  \
        .kind = SP_RELATIVE, .tolerance = 0.1, .theory = "scan.p_error[0]",                                                 \
        .command = "schedule scan --grid dilated --d 10000 --steps " steps                                                  \
    }
#define VECTORS "schedule run --grid uniform --d 1000 --steps 50 --samples 4000"
#define VECTORS_FULL "schedule run --grid uniform --d 10000 --steps 50 --samples 20000"
/* tolerance: 4 standard errors of the prototype's own measurement */
#define SPINS(text, options, full_, path_, value, error)                                                                    \
    {                                                                                                                       \
        .claim = text, .paper = value, .kind = SP_SIGMAS, .sigmas = 4, .tolerance = 4 * error, .measured = path_,           \
        .command = "schedule run --model cw " options, .full = "schedule run --model cw " full_                             \
    }

static const sp_claim claims[] = {
    WEIGHT("vp, uniform, 10 steps, d = 100: the weight .7 is missed", "--grid uniform --d 100 --steps 10", .7586, 1e-4),
    WEIGHT("the same, d = 1000", "--grid uniform --d 1000 --steps 10", .9180, 1e-4),
    WEIGHT("the same, d = 1e4", "--grid uniform --d 10000 --steps 10", .99997, 1e-4),
    SHAPE("vp, uniform, 10 steps: the variance .25 is nearly right, any d", "--grid uniform --d 1000 --steps 10", .3065884,
          1e-7),
    SHAPE("vp, uniform, 50 steps", "--grid uniform --d 1000 --steps 50", .2605618, 1e-7),
    WEIGHT("ve, uniform, 10 steps, d = 1000: the weight is recovered", "--path ve --grid uniform --d 1000 --steps 10",
           .712208, 1e-5),
    WEIGHT("the same, d = 1e6", "--path ve --grid uniform --d 1000000 --steps 10", .712202, 1e-5),
    WEIGHT("the same, 50 steps, d = 1e4", "--path ve --grid uniform --d 10000 --steps 50", .702253, 1e-5),
    SHAPE("ve, uniform, 10 steps, d = 100: the variance is lost as 1/d", "--path ve --grid uniform --d 100 --steps 10",
          .0396, 5e-5 /* three digits are given */),
    SHAPE("the same, d = 1000", "--path ve --grid uniform --d 1000 --steps 10", .00493, 5e-6),
    SHAPE("the same, d = 1e4", "--path ve --grid uniform --d 10000 --steps 10", 5.05e-4, 5e-7),
    {.claim = "vp, uniform: the weight depends on sqrt(d)/steps alone, limit at 1",
     .paper = .7592856,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-7,
     .theory = "collapse.P_x[x=1]",
     .command = "schedule theory --p 0.7"},
    WEIGHT("the same at d = 1e4, 100 steps", "--grid uniform --d 10000 --steps 100", .75928, 2e-5),
    REDUCED("dilated vp, 100 steps, d = 1e4", "--d 10000 --steps 100", .703729, 1e-5, .259988, 1e-5),
    REDUCED("dilated vp, 100 steps, d = 1e6: the number of steps does not grow", "--d 1000000 --steps 100", .703723, 1e-5,
            .260503, 1e-5),
    REDUCED("dilated ve, 100 steps, d = 1e4", "--path ve --d 10000 --steps 100", .702161, 1e-5, .219758, 1e-5),
    REDUCED("dilated ve, 100 steps, d = 1e6", "--path ve --d 1000000 --steps 100", .702242, 1e-5, .218063, 1e-5),
    ERROR("20", .0202),
    ERROR("100", .00372),
    ERROR("1000", .000368),
    {.claim = "full vectors and the one-dimensional reduction: weight",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 4,
     .theory = "p_reduction",
     .measured = "p_hat",
     .command = VECTORS,
     .full = VECTORS_FULL},
    {.claim = "full vectors and the one-dimensional reduction: variance",
     .paper = NAN,
     .kind = SP_SIGMAS,
     .sigmas = 4,
     .theory = "data_var_reduction",
     .measured = "data_var_hat",
     .command = VECTORS,
     .full = VECTORS_FULL},
    SPINS("Curie-Weiss, ve, uniform, 10 steps, d = 400: magnetisation .998, not .859",
          "--path ve --grid uniform --d 400 --steps 10 --samples 400",
          "--path ve --grid uniform --d 1600 --steps 10 --samples 400", "m_hat", .99785, .0002),
    SPINS("the same: the weight is right", "--path ve --grid uniform --d 400 --steps 10 --samples 400",
          "--path ve --grid uniform --d 1600 --steps 10 --samples 400", "p_hat", .675, .023),
    SPINS("Curie-Weiss, vp, uniform, 10 steps, d = 400: the weight is missed",
          "--grid uniform --d 400 --steps 10 --samples 400", "--grid uniform --d 400 --steps 10 --samples 4000", "p_hat",
          .79, .02),
    SPINS("the same, d = 1600", "--grid uniform --d 1600 --steps 10 --samples 150",
          "--grid uniform --d 1600 --steps 10 --samples 2000", "p_hat", .92, .02),
    SPINS("Curie-Weiss, dilated vp, 40 steps, d = 400: weight", "--d 400 --steps 40 --samples 200",
          "--d 10000 --steps 40 --samples 400", "p_hat", .673, .023),
    SPINS("the same: magnetisation", "--d 400 --steps 40 --samples 200", "--d 400 --steps 40 --samples 400", "m_hat", .849,
          .002),
    SPINS("Curie-Weiss, dilated ve, 40 steps, d = 400: weight", "--path ve --d 400 --steps 40 --samples 200",
          "--path ve --d 400 --steps 40 --samples 400", "p_hat", .668, .024),
    SPINS("the same: magnetisation", "--path ve --d 400 --steps 40 --samples 200",
          "--path ve --d 400 --steps 40 --samples 400", "m_hat", .869, .002),
    {0}};

const sp_paper sp_paper_10 = {.number = "10",
                              .title = "Optimizing Noise Schedules of Generative Models in High Dimensions",
                              .authors =
                                  "Aranguri, Santiago and Biroli, Giulio and M{\\'e}zard, Marc and Vanden-Eijnden, Eric",
                              .year = "2025",
                              .arxiv = "2501.00988",
                              .claims = claims};
