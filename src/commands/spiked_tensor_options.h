/* Options shared by the commands on spiked models; P has a field `model` (and `eta`). */
#ifndef SPINODAL_SPIKED_TENSOR_OPTIONS_H
#define SPINODAL_SPIKED_TENSOR_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/spiked_tensor.h"

#define SPIKED_MODEL_OPTIONS(P)                                                                                             \
    {"p", SP_TYPE_INT, SP_FIELD(P, model.p, int64_t), "3", SP_BETWEEN(2, 24), "", "order of the tensor", NULL},             \
        {"delta2",                                                                                                          \
         SP_TYPE_REAL,                                                                                                      \
         SP_FIELD(P, model.delta2, double),                                                                                 \
         "inf",                                                                                                             \
         SP_POSITIVE,                                                                                                       \
         "",                                                                                                                \
         "noise of the matrix Delta_2; inf: no matrix",                                                                     \
         NULL},                                                                                                             \
        {"deltap",                                                                                                          \
         SP_TYPE_REAL,                                                                                                      \
         SP_FIELD(P, model.deltap, double),                                                                                 \
         "inf",                                                                                                             \
         SP_POSITIVE,                                                                                                       \
         "",                                                                                                                \
         "noise of the tensor Delta_p; inf: no tensor",                                                                     \
         NULL},                                                                                                             \
        {"inverse_noise_2", SP_TYPE_REAL, SP_FIELD(P, model.inverse_noise_2, double), "0",                                  \
         SP_NONNEGATIVE,    "",           "1/Delta_2, instead of --delta2",           NULL},                                \
    {                                                                                                                       \
        "inverse_noise_p", SP_TYPE_REAL, SP_FIELD(P, model.inverse_noise_p, double), "0", SP_NONNEGATIVE, "",               \
            "1/Delta_p, instead of --deltap", NULL                                                                          \
    }
#define SPIKED_KERNEL_OPTION(P)                                                                                             \
    {                                                                                                                       \
        "kernel", SP_TYPE_TEXT, SP_FIELD(P, model.kernel, const char *), "", SP_ANY, "",                                    \
            "further terms of Q, power:weight,...: 4:0.5 adds 0.5 x^4/4", NULL                                              \
    }

#define SCHEDULE_CHOICES "constant|power|switch|log|step"
#define SCHEDULE_OPTIONS(P, kind_default, eta0_default, beta_default)                                                       \
    {"schedule",                                                                                                            \
     SP_TYPE_CHOICE,                                                                                                        \
     SP_FIELD(P, eta.kind, int),                                                                                            \
     kind_default,                                                                                                          \
     SP_ANY,                                                                                                                \
     "",                                                                                                                    \
     "learning rate: constant; power eta0 (t+offset)^-beta; switch: eta0 until t-switch, then eta0 (1+t-t-switch)^-beta; "  \
     "log eta0/(1+ln(1+t)); step: a tenth after t-switch",                                                                  \
     SCHEDULE_CHOICES},                                                                                                     \
        {"eta0",      SP_TYPE_REAL, SP_FIELD(P, eta.eta0, double), eta0_default,                                            \
         SP_POSITIVE, "",           "learning rate at the start",  NULL},                                                   \
        {"beta",           SP_TYPE_REAL, SP_FIELD(P, eta.beta, double), beta_default,                                       \
         SP_BETWEEN(0, 2), "",           "exponent of the decay",       NULL},                                              \
        {"t_switch",                                                                                                        \
         SP_TYPE_REAL,                                                                                                      \
         SP_FIELD(P, eta.t_switch, double),                                                                                 \
         "0",                                                                                                               \
         SP_NONNEGATIVE,                                                                                                    \
         "time",                                                                                                            \
         "when a switch or step schedule starts to decay",                                                                  \
         NULL},                                                                                                             \
    {                                                                                                                       \
        "t_offset", SP_TYPE_REAL, SP_FIELD(P, eta.t_offset, double), "1", SP_POSITIVE, "time",                              \
            "offset of a power schedule", NULL                                                                              \
    }

#define TWO_TIME_OPTIONS(P)                                                                                                 \
    SP_CHOICE(P, solver, "auto|uniform|log", "auto",                                                                        \
              "uniform: reference, second order with Richardson; log: rows in log t, to t = 1e7"),                          \
        SP_SIZE(P, steps, "800", SP_BETWEEN(16, 200000), "", "uniform: steps of the finer grid"),                           \
        SP_REAL(P, row_step, "0.1", SP_BETWEEN(0.01, 0.3), "", "log: spacing of rows in ln t"),                             \
        SP_REAL(P, node_step, "0.2", SP_BETWEEN(0.05, 0.3), "", "log: spacing of nodes in ln(t'/(t-t'))")

#endif
