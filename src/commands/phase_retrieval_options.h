/* Options shared by the commands on phase retrieval; P has a field `loss`. */
#ifndef SPINODAL_PHASE_RETRIEVAL_OPTIONS_H
#define SPINODAL_PHASE_RETRIEVAL_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/phase_retrieval.h"

#define RETRIEVAL_LOSS_OPTIONS(P)                                                                                           \
    {"loss",                                                                                                                \
     SP_TYPE_CHOICE,                                                                                                        \
     SP_FIELD(P, loss.kind, int),                                                                                           \
     "regularised",                                                                                                         \
     SP_ANY,                                                                                                                \
     "",                                                                                                                    \
     "regularised (y^2-yh^2)^2/(2 (a+y^2)), or quartic (y^2-yh^2)^2/2",                                                     \
     "regularised|quartic"},                                                                                                \
    {                                                                                                                       \
        "a", SP_TYPE_REAL, SP_FIELD(P, loss.a, double), "1", SP_POSITIVE, "", "of the regularised loss", NULL               \
    }

#endif
