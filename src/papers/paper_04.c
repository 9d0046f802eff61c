#include "claims.h"

#include <math.h>

#define CRITICAL "--dim 3 --constraint spherical --temperature 0"
#define MASS(size, value)                                                                                                   \
    {                                                                                                                       \
        .claim = "finite-size criticality, dim 3 at T_c: m L tends to a constant, L = " size, .paper = value,               \
        .kind = SP_ABSOLUTE, .tolerance = 1e-5, .theory = "mass_L",                                                         \
        .command = "on-model theory " CRITICAL " --t 0.01 --L " size                                                        \
    }
#define ONE_LAYER(words, options, size, value)                                                                              \
    {                                                                                                                       \
        .claim = "one layer needs ~ L^2 steps, " words ", L = " size, .paper = value, .kind = SP_ABSOLUTE, .tolerance = 1,  \
        .theory = "times.steps1[0]", .command = "on-model theory " options " --t 0.01 --L " size                            \
    }
#define TWO_LAYERS(words, options, size, value)                                                                             \
    {                                                                                                                       \
        .claim = "two layers need ~ log L steps, " words ", L = " size, .paper = value, .kind = SP_ABSOLUTE,                \
        .tolerance = 1, .theory = "times.steps2[0]", .command = "on-model theory " options " --t 0.01 --L " size            \
    }
#define LATE "on-model theory --L 256 --t 0.001,0.01,0.1,0.5,1,2,3"
#define AT_TIME(time, value)                                                                                                \
    {                                                                                                                       \
        .claim = "slowing down at every fixed t, less at late ones: one layer, dim 2, L = 256, t = " time, .paper = value,  \
        .kind = SP_ABSOLUTE, .tolerance = 1, .theory = "times.steps1[t=" time "]", .command = LATE                          \
    }
#define GENERATION "on-model scaling --generation --L 16,32,64"
#define GENERATION_FULL "on-model scaling --generation --L 16,32,64,128"
#define LADDER(size, value)                                                                                                 \
    {                                                                                                                       \
        .claim = "generation inherits it: steps/L^2 of one layer for 0.01 nats per site, L = " size, .paper = value,        \
        .kind = SP_RELATIVE, .tolerance = 0.1, .theory = "scaling.steps1_kl_over_L2[L=" size "]", .command = GENERATION,    \
        .full = GENERATION_FULL                                                                                             \
    }
/* The reference was read off a scan: it lies 0.004 to 0.030 above the thresholds found here by bisection. The slope is the
 * claim; it is held to 0.03 below. */
#define LADDER_TWO(size, value)                                                                                             \
    {                                                                                                                       \
        .claim = "and the training time of two layers grows as log L: L = " size, .paper = value, .kind = SP_ABSOLUTE,      \
        .tolerance = 0.04, .theory = "scaling.train_time2_kl[L=" size "]", .command = GENERATION, .full = GENERATION_FULL   \
    }
#define FLOOR(time, reach, value)                                                                                           \
    {                                                                                                                       \
        .claim = "excess loss of the best local kernel, dim 1, L = 256, t = " time ", R = " reach, .paper = value,          \
        .kind = SP_RELATIVE, .tolerance = 1e-6, .theory = "local.floor[t=" time ",radius=" reach "]",                       \
        .command = "on-model theory --dim 1 --L 256 --t 0.1,1 --radius 8"                                                   \
    }
#define WINDOW(words, options, path, value)                                                                                 \
    {                                                                                                                       \
        .claim = "condition number of the window, " words, .paper = value, .kind = SP_RELATIVE, .tolerance = 1e-3,          \
        .theory = path, .command = "on-model theory --t 0.01 " options                                                      \
    }

/* Floor against R: e_R ~ e^{-2 R/xi_t}; the decay from R = 1 to 8 in units of 2/xi_t. */
static sp_status decay_of_floor(sp_run *run, const sp_result *result, double *value, double *se)
{
    double first, last, xi;
    if (!sp_result_path(result, "local.floor[t=1,radius=4]", &first) ||
        !sp_result_path(result, "local.floor[t=1,radius=8]", &last) || !sp_result_path(result, "times.xi_t[t=1]", &xi))
        return sp_fail(run, SP_FAILED, "no local kernels");
    *value = log(first / last) / 4 * xi / 2;
    *se = 0;
    return SP_OK;
}

static const sp_claim claims[] = {
    MASS("8", 1.93413),
    MASS("16", 1.93819),
    MASS("32", 1.94155),
    MASS("64", 1.94355),
    ONE_LAYER("dim 3 at T_c", CRITICAL, "8", 296),
    ONE_LAYER("dim 3 at T_c", CRITICAL, "16", 1174),
    ONE_LAYER("dim 3 at T_c", CRITICAL, "32", 4675),
    ONE_LAYER("dim 3 at T_c", CRITICAL, "64", 18657),
    {.claim = "local exponent of one layer between L = 32 and 64, dim 3 at T_c",
     .paper = 1.997,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.001,
     .theory = "exponent1",
     .command = "on-model scaling " CRITICAL " --L 32,64"},
    TWO_LAYERS("dim 3 at T_c", CRITICAL, "8", 18),
    TWO_LAYERS("dim 3 at T_c", CRITICAL, "16", 22),
    TWO_LAYERS("dim 3 at T_c", CRITICAL, "32", 26),
    TWO_LAYERS("dim 3 at T_c", CRITICAL, "64", 29),
    ONE_LAYER("dim 2, m = 1/L", "", "16", 2942),
    ONE_LAYER("dim 2, m = 1/L", "", "32", 11766),
    ONE_LAYER("dim 2, m = 1/L", "", "64", 47062),
    ONE_LAYER("dim 2, m = 1/L", "", "128", 188243),
    ONE_LAYER("dim 2, m = 1/L", "", "256", 752969),
    ONE_LAYER("dim 2, m = 1/L", "", "512", 3011871),
    TWO_LAYERS("dim 2, m = 1/L", "", "16", 24),
    TWO_LAYERS("dim 2, m = 1/L", "", "32", 28),
    TWO_LAYERS("dim 2, m = 1/L", "", "64", 32),
    TWO_LAYERS("dim 2, m = 1/L", "", "128", 36),
    TWO_LAYERS("dim 2, m = 1/L", "", "256", 40),
    TWO_LAYERS("dim 2, m = 1/L", "", "512", 43),
    AT_TIME("0.001", 846102),
    AT_TIME("0.01", 752969),
    AT_TIME("0.1", 351661),
    AT_TIME("0.5", 75780),
    AT_TIME("1", 22432),
    AT_TIME("2", 2792),
    AT_TIME("3", 376),
    LADDER("16", 6.6),
    LADDER("32", 6.9),
    LADDER("64", 6.6),
    LADDER_TWO("16", 2.15),
    LADDER_TWO("32", 2.52),
    LADDER_TWO("64", 2.84),
    {.claim = "training time of two layers grows by (ln 2)/2 per doubling of L",
     .paper = 0.3466,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.03,
     .theory = "slope_generation2",
     .command = GENERATION,
     .full = GENERATION_FULL},
    {.claim = "the exact score generates the exact spectrum: largest relative error",
     .paper = 0,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-4,
     .theory = "max_relative",
     .command = "on-model generate --layers exact --L 32"},
    FLOOR("0.1", "1", 0.0312858073),
    FLOOR("0.1", "2", 0.0007706779432),
    FLOOR("0.1", "4", 4.711668e-7),
    FLOOR("1", "1", 0.19665936),
    FLOOR("1", "4", 0.01331497659),
    FLOOR("1", "8", 0.00055783010),
    {.claim = "the floor falls as e^{-2 R/xi_t}: measured rate over 2/xi_t, t = 1",
     .paper = 1,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.05,
     .fit = decay_of_floor,
     .command = "on-model theory --dim 1 --L 256 --t 0.1,1 --radius 8"},
    WINDOW("dim 3 at T_c, R = 1, L = 16", CRITICAL " --L 16 --radius 1", "local.condition[0]", 14.61),
    WINDOW("dim 3 at T_c, R = 1, L = 32", CRITICAL " --L 32 --radius 1", "local.condition[0]", 14.36),
    WINDOW("dim 2, R = 2, L = 32", "--L 32 --radius 2", "local.condition[radius=2]", 196.6),
    WINDOW("dim 2, R = 2, L = 64", "--L 64 --radius 2", "local.condition[radius=2]", 214.1),
    WINDOW("dim 2, R = 2, L = 128", "--L 128 --radius 2", "local.condition[radius=2]", 231.8),
    {.claim = "stochastic gradient follows the mean descent: slope of the weights on the theory",
     .paper = 0.999,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.01,
     .measured = "slope",
     .command = "on-model train --L 16 --t 0.05 --batch 64 --steps 400",
     .full = "on-model train --L 64 --t 0.05 --batch 64 --steps 400"},
    {.claim = "Langevin dynamics: steps of a correlation time of k = 0, L = 8, simulated over theory",
     .paper = NAN,
     .kind = SP_RELATIVE,
     .tolerance = 0.15,
     .theory = "scaling.langevin[L=8]",
     .measured = "scaling.langevin_simulated[L=8]",
     .command = "on-model scaling --L 8,16 --simulate 1000",
     .full = "on-model scaling --L 8,16,32 --simulate 1000"},
    {.claim = "Langevin dynamics: steps of a correlation time of k = 0, L = 16, simulated over theory",
     .paper = NAN,
     .kind = SP_RELATIVE,
     .tolerance = 0.15,
     .theory = "scaling.langevin[L=16]",
     .measured = "scaling.langevin_simulated[L=16]",
     .command = "on-model scaling --L 8,16 --simulate 1000",
     .full = "on-model scaling --L 8,16,32 --simulate 1000"},
    {.claim = "Langevin dynamics slows down with z = 2",
     .paper = 2,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.01,
     .theory = "exponent_langevin",
     .command = "on-model scaling --L 8,16 --simulate 1000",
     .full = "on-model scaling --L 8,16,32 --simulate 1000"},
    {0}};

const sp_paper sp_paper_04 = {
    .number = "04",
    .title = "The critical slowing down in diffusion models",
    .authors = "Del Bono, Luca Maria and Biroli, Giulio and Charbonneau, Patrick and Gabri{\\'e}, Marylou",
    .year = "2026",
    .arxiv = "2605.12597",
    .claims = claims};
