#include "claims.h"

#include <string.h>

#define EASY "features loss --loss square,logistic --phi 0.1 --rx 10 --rb 10 --flip 0.1 --psi1 2 --psi2 1 --ridge 0.1"
#define HARD "features loss --activation tanh --loss hinge,sqhinge --phi 0.1 --rx 10 --rb 0.1 --psi1 1 --psi2 2 --ridge 0.1"
#define SMALL " --simulate 8 --d 200 --test-points 4000"
#define FULL " --simulate 8 --d 300 --test-points 10000"
#define TRAINED(name, words, column, value, tol, task)                                                                      \
    {                                                                                                                       \
        .claim = name " loss, " words, .paper = value, .kind = SP_SIGMAS, .sigmas = 3, .tolerance = tol,                    \
        .theory = "samples." column "[loss=" name "]", .measured = "samples." column "_simulated[loss=" name "]",           \
        .command = task SMALL, .full = task FULL                                                                            \
    }
#define GAP(words, value, arguments, path)                                                                                  \
    {                                                                                                                       \
        .claim = words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = 6e-5, .theory = path,                             \
        .command = "features compare --phi 0.01 --ridge 0.1 " arguments                                                     \
    }
#define MANY "--psi1 10 --psi2 1"
#define FEW "--psi1 1 --psi2 10"
#define THRESHOLD(words, value, arguments)                                                                                  \
    {                                                                                                                       \
        .claim = "separability threshold p/d at n = d, " words, .paper = value, .kind = SP_ABSOLUTE, .tolerance = 1e-6,     \
        .theory = "psi1_threshold", .command = "features threshold --psi2 1 --phi 0.01 " arguments                          \
    }
#define CURVES(loss)                                                                                                        \
    "features loss --loss " loss " --psi1 0.1,0.3,0.5,0.7,0.9,1,1.1,1.5,3,10 --psi2 1 --ridge 1e-4 --flip 0.1"
#define IMAGES                                                                                                              \
    "features data mnist --parity --limit 10000 --components 200 --p 400 --n 100,200,400,800,1600 --ridge 0.01 --simulate " \
    "6"
#define IMAGE(rows)                                                                                                         \
    {                                                                                                                       \
        .claim = "fixed features on images (MNIST, parity): mean square error on " rows " rows, within 10 %", .paper = NAN, \
        .kind = SP_RELATIVE, .tolerance = 0.1, .theory = "samples.test[n=" rows "]",                                        \
        .measured = "samples.test_simulated[n=" rows "]", .command = IMAGES, .needs = "mnist"                               \
    }

/* psi1 of the largest test error */
static sp_status largest(sp_run *run, const sp_result *result, double *value, double *se)
{
    const sp_table *table = sp_result_find_table(result, "features");
    size_t at, psi1;
    double most = -1;
    if (!table || !sp_table_find_column(table, "test_err", &at) || !sp_table_find_column(table, "psi1", &psi1))
        return sp_fail(run, SP_FAILED, "no curve");
    for (size_t i = 0; i < sp_table_rows(table); i++)
        if (sp_table_cell(table, i, at).number > most) {
            most = sp_table_cell(table, i, at).number;
            *value = sp_table_cell(table, i, psi1).number;
        }
    *se = 0;
    return SP_OK;
}

/* largest |p/n - test error| at the threshold */
static sp_status identity(sp_run *run, const sp_result *result, double *value, double *se)
{
    const sp_table *table = sp_result_find_table(result, "threshold");
    size_t share, error;
    if (!table || !sp_table_find_column(table, "features_per_sample", &share) ||
        !sp_table_find_column(table, "test_err", &error))
        return sp_fail(run, SP_FAILED, "no thresholds");
    *value = *se = 0;
    for (size_t i = 0; i < sp_table_rows(table); i++)
        *value = fmax(*value, fabs(sp_table_cell(table, i, share).number - sp_table_cell(table, i, error).number));
    return SP_OK;
}

static const sp_claim claims[] = {
    TRAINED("square", "test error", "test_err", .272870771, 0.01, EASY),
    TRAINED("square", "training loss", "train_loss", .0390716411, 0.0012, EASY),
    TRAINED("logistic", "test error", "test_err", .217679336, 0.01, EASY),
    TRAINED("logistic", "training loss", "train_loss", .243373851, 0.007, EASY),
    TRAINED("hinge", "test error", "test_err", .295375989, 0.01, HARD),
    TRAINED("hinge", "training loss", "train_loss", .285305587, 0.009, HARD),
    TRAINED("sqhinge", "test error", "test_err", .28591168, 0.01, HARD),
    TRAINED("sqhinge", "training loss", "train_loss", .157585214, 0.005, HARD),
    GAP("advantage of logistic over square loss, misaligned (rb = 0.01)", -.0019, MANY " --rx 100 --rb 0.01",
        "structure.gap[0]"),
    GAP("isotropic", .0036, MANY " --rx 1 --rb 1", "structure.gap[0]"),
    GAP("salient only (rb = 1)", .0108, MANY " --rx 100 --rb 1", "structure.gap[0]"),
    GAP("aligned, easiest (rb = 100)", .0897, MANY " --rx 100 --rb 100", "structure.gap[0]"),
    GAP("under-parametrised, misaligned: smaller", .0022, FEW " --rx 100 --rb 0.01", "structure.gap[0]"),
    GAP("isotropic", .0018, FEW " --rx 1 --rb 1", "structure.gap[0]"),
    GAP("salient only", .0067, FEW " --rx 100 --rb 1", "structure.gap[0]"),
    GAP("aligned", .0355, FEW " --rx 100 --rb 100", "structure.gap[0]"),
    {.claim = "square loss peaks at p = n, isotropic",
     .paper = 1,
     .kind = SP_ABSOLUTE,
     .fit = largest,
     .command = CURVES("square")},
    {.claim = "and with strong and weak features",
     .paper = 1,
     .kind = SP_ABSOLUTE,
     .fit = largest,
     .command = CURVES("square") " --phi 0.01 --rx 100 --rb 100"},
    {.claim = "logistic loss peaks earlier the easier the task",
     .paper = 0.3,
     .kind = SP_ABSOLUTE,
     .tolerance = 0.21,
     .fit = largest,
     .command = CURVES("logistic") " --phi 0.01 --rx 100 --rb 100"},
    THRESHOLD("misaligned", .447335, "--rx 100 --rb 0.01"),
    THRESHOLD("isotropic", .433864, "--rx 1 --rb 1"),
    THRESHOLD("salient only", .346383, "--rx 100 --rb 1"),
    THRESHOLD("aligned", .171611, "--rx 100 --rb 100"),
    {.claim = "p/n at the threshold is the test error there (largest difference)",
     .paper = 0,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-8,
     .fit = identity,
     .command = "features threshold --psi2 0.5:10:9log --phi 0.01 --rx 1,100 --rb 0.01,1,100"},
    {.claim = "saliency alone helps: square loss with rx = 100",
     .paper = .217515,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "structure.first[0]",
     .command = "features compare --phi 0.01 --ridge 0.1 " MANY " --rx 100 --rb 1"},
    {.claim = "against isotropic inputs",
     .paper = .279625,
     .kind = SP_ABSOLUTE,
     .tolerance = 1e-5,
     .theory = "structure.first[0]",
     .command = "features compare --phi 0.01 --ridge 0.1 " MANY " --rx 1 --rb 1"},
    IMAGE("100"),
    IMAGE("200"),
    IMAGE("400"),
    IMAGE("800"),
    IMAGE("1600"),
    {.claim = "the same on FashionMNIST", .paper = NAN, .needs = "fashion-mnist"},
    {.claim = "networks on MNIST and CIFAR10: relevant principal components favour cross-entropy",
     .paper = NAN,
     .needs = "a trainer of networks"},
    {0}};

const sp_paper sp_paper_17 = {
    .number = "17",
    .title = "On the interplay between data structure and loss function in classification problems",
    .authors = "d'Ascoli, St{\\'e}phane and Gabri{\\'e}, Marylou and Sagun, Levent and Biroli, Giulio",
    .year = "2021",
    .arxiv = "2103.05524",
    .claims = claims};
