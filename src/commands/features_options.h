/* What the verbs of `features` share: options of the model, labels of curves, choice of the table. */
#ifndef SPINODAL_FEATURES_OPTIONS_H
#define SPINODAL_FEATURES_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/features.h"

#define FEATURES_VEC(P, field, range, unit, help)                                                                           \
    {                                                                                                                       \
#field, SP_TYPE_VEC, SP_FIELD(P, o.field, sp_vec), "", range, unit, help, NULL                                      \
    }
#define FEATURES_MODEL(P)                                                                                                   \
    {"activation",                                                                                                          \
     SP_TYPE_TEXT,                                                                                                          \
     SP_FIELD(P, o.activation, const char *),                                                                               \
     "",                                                                                                                    \
     SP_ANY,                                                                                                                \
     "",                                                                                                                    \
     "relu, tanh, erf, abs, sign, linear, leaky:A, or an expression in x (default relu)",                                   \
     NULL},                                                                                                                 \
        FEATURES_VEC(P, linearity, SP_FRACTION, "1", "instead of an activation: its degree of linearity r"),                \
        FEATURES_VEC(P, spectrum, SP_NONNEGATIVE, "data^2",                                                                 \
                     "covariance eigenvalues of the inputs, list or file (default 1)"),                                     \
        FEATURES_VEC(P, weights, SP_FRACTION, "1", "fraction of directions with each eigenvalue (default equal)"),          \
        FEATURES_VEC(P, teacher, SP_ANY, "1", "mean square teacher coefficient on each eigenvalue (default signal-var)"),   \
        FEATURES_VEC(P, phi, SP_OPEN_FRACTION, "1", "or two blocks: fraction of strong directions"),                        \
        FEATURES_VEC(P, rx, SP_POSITIVE, "1", "variance of a strong direction over that of a weak one"),                    \
        FEATURES_VEC(P, rb, SP_NONNEGATIVE, "1", "teacher strength on strong over weak directions"),                        \
        {"signal_var",                                                                                                      \
         SP_TYPE_REAL,                                                                                                      \
         SP_FIELD(P, o.signal_var, double),                                                                                 \
         "1",                                                                                                               \
         SP_POSITIVE,                                                                                                       \
         "target^2",                                                                                                        \
         "variance of the clean target (F^2 of the papers)",                                                                \
         NULL},                                                                                                             \
    {                                                                                                                       \
        "d", SP_TYPE_SIZE, SP_FIELD(P, o.d, size_t), "100", SP_AT_LEAST(2), "",                                             \
            "input dimensions: unit of --n and --p, and of simulations", NULL                                               \
    }
#define FEATURES_SIZES(P, default1, default2)                                                                               \
    FEATURES_VEC(P, psi1, SP_POSITIVE, "1", "features per dimension p/d (default " default1 ")"),                           \
        FEATURES_VEC(P, p, SP_AT_LEAST(1), "", "or the number of features"),                                                \
        FEATURES_VEC(P, psi2, SP_POSITIVE, "1", "samples per dimension n/d (default " default2 ")"),                        \
        FEATURES_VEC(P, n, SP_AT_LEAST(1), "", "or the number of samples")
#define FEATURES_RIDGE(P, range, default_)                                                                                  \
    FEATURES_VEC(P, ridge, range, "1", "lambda of: sum of losses + lambda/2 |w|^2"),                                        \
        FEATURES_VEC(P, ridge_paper, range, "1", "or lambda of the papers, ridge / (psi1 psi2) (default " default_ ")")
#define FEATURES_NOISE(P, default_)                                                                                         \
    FEATURES_VEC(P, noise_var, SP_NONNEGATIVE, "target^2", "variance of the label noise (default " default_ ")"),           \
        FEATURES_VEC(P, snr, SP_POSITIVE, "1", "or signal to noise: sqrt(signal-var / noise-var)")
#define FEATURES_SIMULATE(P)                                                                                                \
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "simulated draws beside the theory (0: none)"),                           \
        SP_SIZE(P, test_points, "2000", SP_AT_LEAST(1), "", "test rows of each simulated draw")

/* The parameters of point i that take several values, as a label: "psi1 = 10, noise_var = 25"; "" when none does. */
const char *sp_features_label(sp_run *run, const sp_features_grid *g, size_t i, size_t n_k, double k);

/* "map" when both psi1 and psi2 are lists, "features" when only psi1 is, else "samples". */
const char *sp_features_table(const sp_features_grid *g);

/* The only value of a list, else NAN. */
double sp_features_only(size_t n, const double *v);

#define FEATURES_TABLES(columns, y, map_y, label, words)                                                                    \
    {"samples", columns, "plot psi2 " y " by curve logx logy vline linear_peak nonlinear_peak ylabel " label, words},       \
        {"features", columns, "plot psi1 " y " by curve logx logy vline nonlinear_peak ylabel " label, words},              \
    {                                                                                                                       \
        "map", columns, "map psi1 psi2 " map_y " logx logy logz; plot psi2 " y " by curve logx logy ylabel " label, words   \
    }

#endif
