/* The options of a Gaussian landscape, shared by the verbs of `landscape`: the model is the first member of their
 * parameters. */
#ifndef SPINODAL_COMMANDS_LANDSCAPE_MODEL_H
#define SPINODAL_COMMANDS_LANDSCAPE_MODEL_H

#include "spinodal/command.h"
#include "spinodal/landscape.h"

#define SP_LANDSCAPE_XI_OPTIONS                                                                                             \
    SP_CHOICE(sp_landscape_model, model, "gaussian|matrix-tensor", "gaussian",                                              \
              "xi and signal as given, or those of the spiked matrix-tensor model (F = xi)"),                               \
        SP_TEXT(sp_landscape_model, xi, "", "covariance xi(q), a polynomial in q: \"0.5*q^3\" (empty: kernel-var q^p)"),    \
        SP_SIZE(sp_landscape_model, p, "0", SP_NONNEGATIVE, "", "order of the tensor (0: 3)"),                              \
        SP_REAL(sp_landscape_model, kernel_var, "0.5", SP_POSITIVE, "energy^2",                                             \
                "variance convention of a pure xi = kernel_var q^p"),                                                       \
        SP_REAL(sp_landscape_model, inverse_noise_p, "0", SP_NONNEGATIVE, "1",                                              \
                "1/Delta_p of matrix-tensor (0: no tensor)"),                                                               \
        SP_REAL(sp_landscape_model, deltap, "inf", SP_POSITIVE, "1", "the same as Delta_p"),                                \
        SP_REAL(sp_landscape_model, inverse_noise_2, "0", SP_NONNEGATIVE, "1",                                              \
                "1/Delta_2 of matrix-tensor (0: no matrix)"),                                                               \
        SP_REAL(sp_landscape_model, delta2, "inf", SP_POSITIVE, "1", "the same as Delta_2")

#define SP_LANDSCAPE_OPTIONS                                                                                                \
    SP_LANDSCAPE_XI_OPTIONS,                                                                                                \
        SP_TEXT(sp_landscape_model, signal, "", "signal F(m), a polynomial in m: \"0.5*m^2\" (empty: r m^k / k)"),          \
        SP_SIZE(sp_landscape_model, k, "0", SP_NONNEGATIVE, "", "order of the signal term (0: 3)"),                         \
        SP_REAL(sp_landscape_model, r, "0", SP_ANY, "energy", "strength of the signal term r m^k / k")

#endif
