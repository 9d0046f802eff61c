/* The options of an empirical risk, shared by the verbs of `risk-landscape`: the model is the first member of their
 * parameters. */
#ifndef SPINODAL_COMMANDS_RISK_MODEL_H
#define SPINODAL_COMMANDS_RISK_MODEL_H

#include "spinodal/command.h"
#include "spinodal/risk_landscape.h"

#define SP_RISK_LOSS_OPTIONS                                                                                                \
    SP_TEXT(sp_risk_model, loss, "",                                                                                        \
            "loss in y = xi.x, and s = xi.x* of a teacher: \"sin(2*y)\", \"(y^2-s^2)^2/2\", \"He(3,y)\""),                  \
        SP_TEXT(sp_risk_model, activation, "", "phi(y): the loss is (phi(y) - phi(s))^2 / 2")

#define SP_RISK_OPTIONS                                                                                                     \
    SP_RISK_LOSS_OPTIONS,                                                                                                   \
        SP_REAL(sp_risk_model, samples_per_dim, "2", SP_POSITIVE, "1", "alpha = n/d, samples per dimension")

#endif
