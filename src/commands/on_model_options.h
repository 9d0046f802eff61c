/* Options that say which field theory, shared by the commands of on-model. */
#ifndef SPINODAL_ON_MODEL_OPTIONS_H
#define SPINODAL_ON_MODEL_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/on_model.h"

#define ON_MODEL_FIELD(P)                                                                                                   \
    SP_CHOICE(P, constraint, "spherical|phi4|mass", "mass", "what fixes the mass: <phi^2> = 1, r + u <phi^2>, or --mass"),  \
        SP_REAL(P, temperature, "1", SP_NONNEGATIVE, "",                                                                    \
                "temperature (0: the critical one of the spherical model, dim 3)"),                                         \
        SP_REAL(P, mass, "0", SP_NONNEGATIVE, "", "mass (0: mass_times_L / L)"),                                            \
        SP_REAL(P, mass_times_L, "1", SP_POSITIVE, "", "mass times L: 1 is critical in any dimension"),                     \
        SP_REAL(P, r, "-1", SP_ANY, "", "phi4: mass2 = r + u <phi^2>"),                                                     \
        SP_REAL(P, u, "1", SP_POSITIVE, "", "phi4: coupling")
#define ON_MODEL_LATTICE(P, length)                                                                                         \
    SP_SIZE(P, L, length, ((sp_range){4, 100000, false, false}), "", "sites along an axis"),                                \
        SP_SIZE(P, dim, "2", SP_BETWEEN(1, 3), "", "dimension of the lattice"), ON_MODEL_FIELD(P)
#define ON_MODEL_OF(p, length)                                                                                              \
    ((sp_on_model){length, (p)->dim, (p)->constraint, (p)->temperature, (p)->mass, (p)->mass_times_L, (p)->r, (p)->u})

#endif
