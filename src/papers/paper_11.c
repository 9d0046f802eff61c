#include "paper_11_learning.h"

#include "spinodal/select.h"

/* ---- values that no single path gives -------------------------------------------------------------------- */

static double normal_row(sp_rng *rng, double *x)
{
    for (int k = 0; k < 3; k++)
        x[k] = sp_normal(rng);
    return sin(x[0]) + sin(x[1]) + sin(x[2]);
}

/* T(y, A) - T(y, B) for y = sum of three sines, n = 1000, 50 samples. Features by number: 0 sines, 1 columns, 2 sum of
 * sines, 3 sum of columns, 4 (sin x1 + sin x2, sin x3), 5 (x1 + x2, x3). */
static size_t make_features(int kind, const double *x, double *f)
{
    double s[] = {sin(x[0]), sin(x[1]), sin(x[2])};
    switch (kind) {
    case 0:
        for (int k = 0; k < 3; k++)
            f[k] = s[k];
        return 3;
    case 1:
        for (int k = 0; k < 3; k++)
            f[k] = x[k];
        return 3;
    case 2:
        f[0] = s[0] + s[1] + s[2];
        return 1;
    case 3:
        f[0] = x[0] + x[1] + x[2];
        return 1;
    case 4:
        f[0] = s[0] + s[1];
        f[1] = s[2];
        return 2;
    default:
        f[0] = x[0] + x[1];
        f[1] = x[2];
        return 2;
    }
}

enum { ROWS = 1000, SAMPLES = 50 };

static sp_status difference(sp_run *run, int a, int b, double *value, double *se)
{
    double sum = 0, squares = 0;
    for (uint64_t sample = 0; sample < SAMPLES; sample++) {
        sp_mark mark = sp_memory_mark(run);
        sp_rng rng = sp_rng_at(run, "claim.sines", sample);
        double *y = SP_NEW(run, double, ROWS), *f[2] = {SP_NEW(run, double, 3 * ROWS), SP_NEW(run, double, 3 * ROWS)};
        if (!y || !f[0] || !f[1])
            return SP_FAILED;
        size_t q[2] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            double x[3], out[3];
            y[i] = normal_row(&rng, x);
            for (int k = 0; k < 2; k++) {
                q[k] = make_features(k ? b : a, x, out);
                for (size_t c = 0; c < q[k]; c++)
                    f[k][i * q[k] + c] = out[c];
            }
        }
        sp_codec t[2];
        for (int k = 0; k < 2; k++)
            SP_TRY(sp_codec_block(run, ROWS, y, q[k], f[k], SP_TIES_AVERAGE, 0, &t[k]));
        double d = t[0].T.value - t[1].T.value;
        sum += d;
        squares += d * d;
        sp_memory_release(run, mark);
    }
    *value = sum / SAMPLES;
    *se = sqrt((squares / SAMPLES - *value * *value) / (SAMPLES - 1));
    return SP_OK;
}

#define SP_DIFFERENCE(name, a, b)                                                                                           \
    static sp_status name(sp_run *run, const sp_result *result, double *value, double *se)                                  \
    {                                                                                                                       \
        (void)result;                                                                                                       \
        return difference(run, a, b, value, se);                                                                            \
    }
SP_DIFFERENCE(pair_of_sines, 4, 5)
SP_DIFFERENCE(sines_over_columns, 0, 1)
SP_DIFFERENCE(sum_of_sines_over_sum, 2, 3)
SP_DIFFERENCE(sum_over_sines, 2, 0)

/* n times the variance of T (q columns; 0: xi) over independent samples of 500 rows. */
static sp_status null_variance(sp_run *run, size_t q, double *value, double *se)
{
    enum { N = 500, DRAWS = 600 };
    double sum = 0, squares = 0;
    for (uint64_t d = 0; d < DRAWS; d++) {
        sp_mark mark = sp_memory_mark(run);
        sp_rng rng = sp_rng_at(run, "claim.null", d);
        double *x = SP_NEW(run, double, 3 * N), *y = SP_NEW(run, double, N), t;
        if (!x || !y)
            return SP_FAILED;
        sp_normals(&rng, 3 * N, x);
        sp_normals(&rng, N, y);
        if (q == 0) {
            sp_coefficient c;
            SP_TRY(sp_xi(run, N, x, y, SP_TIES_STABLE, 0, 0, &c));
            t = c.value;
        }
        else {
            sp_codec c;
            SP_TRY(sp_codec_block(run, N, y, q, x, SP_TIES_AVERAGE, 0, &c));
            t = c.T.value;
        }
        sum += t;
        squares += t * t;
        sp_memory_release(run, mark);
    }
    double mean = sum / DRAWS;
    *value = N * (squares / DRAWS - mean * mean);
    *se = *value * sqrt(2.0 / DRAWS);
    return SP_OK;
}

#define SP_NULL_VARIANCE(name, q)                                                                                           \
    static sp_status name(sp_run *run, const sp_result *result, double *value, double *se)                                  \
    {                                                                                                                       \
        (void)result;                                                                                                       \
        return null_variance(run, q, value, se);                                                                            \
    }
SP_NULL_VARIANCE(null_xi, 0)
SP_NULL_VARIANCE(null_1, 1)
SP_NULL_VARIANCE(null_2, 2)
SP_NULL_VARIANCE(null_3, 3)

/* The largest |theta| of the columns that do not enter y. */
static sp_status useless_weight(sp_run *run, const sp_result *result, double *value, double *se)
{
    (void)run;
    *value = *se = 0;
    static const char *const rows[] = {"theta.theta[3]", "theta.theta[4]", "theta.theta[5]"};
    for (int k = 0; k < 3; k++) {
        double x;
        if (!sp_result_path(result, rows[k], &x))
            return SP_FAILED;
        *value = fmax(*value, fabs(x));
    }
    return SP_OK;
}

#define TABLE "gen:table,d=3,n=100000,seed=1,stream=splitmix64,y=x1+0.5*x2+0.5*x3"
#define FOCI "select foci gen:table,d=20,n=2000,seed=3,stream=splitmix64 --column-scale none"
#define FOCI_FULL "select foci gen:table,d=50,n=10000,seed=3,stream=splitmix64 --column-scale none"
#define SINES                                                                                                               \
    "select diffoci gen:table,d=6,n=200,seed=21,stream=splitmix64,y=sin(x1)+sin(x2)+sin(x3) --init ones --column-scale "    \
    "none --steps 400"
/* Claims about many samples show the command of one. */
#define INDEPENDENT "gen:table,n=500,d=4,y=x4"
#define SUM_OF_SINES "select codec gen:table,n=1000,d=3,y=sin(x1)+sin(x2)+sin(x3)"

static const sp_claim claims[] = {
    {"xi of a normal pair with rho^2 = 2/3: (3/pi) asin((1 + rho^2)/2) - 1/2", 0.440712, SP_ABSOLUTE, 1e-6, 0, NULL, "xi",
     "select theory --r2 0.66666666666666667", NULL, NULL, NULL},
    {"T(y, z | x) of jointly normal variables, R2 = 5/6 with and 2/3 without z", 0.298023, SP_ABSOLUTE, 1e-6, 0, NULL, "T",
     "select theory --r2 0.83333333333333333 --r2-given 0.66666666666666667", NULL, NULL, NULL},
    {"T of y = x + z/2 + e/2 on x tends to xi_G(2/3), n = 1e5", 0.440712, SP_ABSOLUTE, 0.01, 0, NULL, "T",
     "select codec " TABLE " --x x1", NULL, NULL, NULL},
    {"T of y on the pair (x, z) tends to xi_G(5/6), n = 1e5", 0.607392, SP_ABSOLUTE, 0.01, 0, NULL, "T",
     "select codec " TABLE " --x x1,x2", NULL, NULL, NULL},
    {"T of y on z given x tends to 0.298023, n = 1e5", 0.298023, SP_ABSOLUTE, 0.02, 0, NULL, "T",
     "select codec " TABLE " --x x2 --given x1 --permutations 0", NULL, NULL, NULL},
    {"independent variables: n Var xi tends to 2/5", 0.4, SP_SIGMAS, 0.02, 3, NULL, NULL, "select xi " INDEPENDENT " --x x1",
     NULL, NULL, null_xi},
    {"independent variables: n Var T tends to 16/15 in one dimension", 16.0 / 15, SP_SIGMAS, 0.053, 3, NULL, NULL,
     "select codec " INDEPENDENT " --x x1", NULL, NULL, null_1},
    {"independent variables: n Var T in two dimensions", 1.160, SP_SIGMAS, 0.058, 3, NULL, NULL,
     "select codec " INDEPENDENT " --x x1,x2", NULL, NULL, null_2},
    {"independent variables: n Var T in three dimensions", 1.191, SP_SIGMAS, 0.06, 3, NULL, NULL,
     "select codec " INDEPENDENT " --x x1,x2,x3", NULL, NULL, null_3},
    {"FOCI takes four columns of y = x1 x2 + sin(x1 x3) + x4^2, n = 2000", 4, SP_ABSOLUTE, 0, 0, "selected", NULL, FOCI,
     FOCI_FULL, NULL, NULL},
    {"FOCI, first x4: T of the first step", 0.33, SP_ABSOLUTE, 0.05, 0, "foci.T[column=x4]", NULL, FOCI, FOCI_FULL, NULL,
     NULL},
    {"FOCI, then x1", 0.37, SP_ABSOLUTE, 0.05, 0, "foci.T[column=x1]", NULL, FOCI, FOCI_FULL, NULL, NULL},
    {"FOCI, then x2", 0.63, SP_ABSOLUTE, 0.05, 0, "foci.T[column=x2]", NULL, FOCI, FOCI_FULL, NULL, NULL},
    {"FOCI, then x3", 0.76, SP_ABSOLUTE, 0.05, 0, "foci.T[column=x3]", NULL, FOCI, NULL, NULL, NULL},
    {"T(sin x1 + sin x2, sin x3) - T(x1 + x2, x3) > 0, y = sum of sines", 0.164, SP_SIGMAS, 3 * 0.016 / 7.07, 3, NULL, NULL,
     SUM_OF_SINES, NULL, NULL, pair_of_sines},
    {"T(sines) - T(columns) > 0", 0.036, SP_SIGMAS, 3 * 0.006 / 7.07, 3, NULL, NULL, SUM_OF_SINES, NULL, NULL,
     sines_over_columns},
    {"T(sum of sines) - T(sum of columns) > 0", 0.267, SP_SIGMAS, 3 * 0.017 / 7.07, 3, NULL, NULL, SUM_OF_SINES, NULL, NULL,
     sum_of_sines_over_sum},
    {"T(sum of sines) - T(sines) > 0", 0.072, SP_SIGMAS, 3 * 0.003 / 7.07, 3, NULL, NULL, SUM_OF_SINES, NULL, NULL,
     sum_over_sines},
    {"T_beta tends to T as beta tends to 0: at beta 1e-8, y of 300 rows", 0.651596128846, SP_ABSOLUTE, 1e-6, 0, NULL,
     "T_soft",
     "select diffoci gen:table,d=3,n=300,seed=1,stream=splitmix64,y=x1+0.5*x2+0.5*x3 --x x1,x2 --beta 1e-8 --init ones "
     "--column-scale none --steps 1 --rate 1e-12",
     NULL, NULL, NULL},
    {"weights of y = sum of three sines: x1", 0.76, SP_ABSOLUTE, 0.02, 0, NULL, "theta.theta[0]", SINES, NULL, NULL, NULL},
    {"weights: x2", 0.78, SP_ABSOLUTE, 0.02, 0, NULL, "theta.theta[1]", SINES, NULL, NULL, NULL},
    {"weights: x3", 0.75, SP_ABSOLUTE, 0.02, 0, NULL, "theta.theta[2]", SINES, NULL, NULL, NULL},
    {"weights of useless columns vanish", 0, SP_BELOW, 1e-9, 0, NULL, NULL, SINES, NULL, NULL, useless_weight},
    {"library of 240 correlated columns, x evenly on [0, 10]: few survive 60 steps (the paper: 7; here: at most a tenth)",
     24, SP_BELOW, 0, 0, NULL, NULL, SINES, NULL, NULL, sp_claim_library_survivors},
    {"the largest weight of the library has b nearest to 1 (median of 9 samples)", 1.05, SP_ABSOLUTE, 0.07, 0, NULL, NULL,
     SINES, NULL, NULL, sp_claim_library_largest},
    {"spurious feature, 95 % aligned in training: the penalty raises worst-group accuracy over the mean loss", 0, SP_ABOVE,
     0, 0, NULL, NULL, SPURIOUS, NULL, NULL, sp_claim_worst_over_erm},
    {"and brings the AUC of a probe of the group nearer to 1/2 (change of |AUC - 1/2|)", 0, SP_BELOW, 0, 0, NULL, NULL,
     SPURIOUS, NULL, NULL, sp_claim_auc_below_erm},
    {"and raises worst-group accuracy over group-DRO, when added to it (DRO is at the ceiling of the core feature here)", 0,
     SP_ABOVE, 0, 0, NULL, NULL, SPURIOUS " --dro", NULL, NULL, sp_claim_worst_over_dro},
    {"fairness: of what a probe tells of the group beyond its base rate, at most a tenth is left", 0.1, SP_BELOW, 0, 0, NULL,
     NULL, SENSITIVE, NULL, NULL, sp_claim_probe_left},
    {"at a price of accuracy that merit without the group must pay (difference)", 0, SP_SIGMAS, 0, 3, NULL, NULL, SENSITIVE,
     NULL, NULL, sp_claim_price},
    {"worst-group accuracy on Waterbirds improves", NAN, SP_ABSOLUTE, 0, 0, NULL, NULL, NULL, NULL,
     "Waterbirds and ResNet-50", NULL},
    {"a probe of the sensitive attribute drops to its base rate", NAN, SP_ABSOLUTE, 0, 0, NULL, NULL, NULL, NULL,
     "Adult, Bank and Student data", NULL},
    {0}};

const sp_paper sp_paper_11 = {"11",
                              "A Differentiable Rank-Based Objective For Better Feature Learning",
                              "Krunoslav Lehman Pavasovic and David Lopez-Paz and Giulio Biroli and Levent Sagun",
                              "2025",
                              "2502.09445",
                              claims};
