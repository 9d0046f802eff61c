/* Options shared by the commands on tensor principal components; P has a field `method`. */
#ifndef SPINODAL_TENSOR_PCA_OPTIONS_H
#define SPINODAL_TENSOR_PCA_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/tensor_pca.h"

#define PCA_OPTION(P, name, type, ctype, field, fallback, range, unit, help, choices)                                       \
    {                                                                                                                       \
        name, type, SP_FIELD(P, field, ctype), fallback, range, unit, help, choices                                         \
    }
#define PCA_METHOD_OPTIONS(P, method_default)                                                                               \
    PCA_OPTION(P, "method", SP_TYPE_CHOICE, int, method.method, method_default, SP_ANY, "",                                 \
               "averaged descent: closed (limit of many replicas), resampled (fresh positions), replicas (explicit); "      \
               "baselines: gd, power, amp, unfold",                                                                         \
               "closed|resampled|replicas|gd|power|amp|unfold"),                                                            \
        PCA_OPTION(P, "polish", SP_TYPE_CHOICE, int, method.polish, "gd", SP_ANY, "",                                       \
                   "after averaged descent or unfolding: gradient ascent, power iteration or none", "gd|power|none"),       \
        PCA_OPTION(P, "replicas", SP_TYPE_SIZE, size_t, method.replicas, "200", SP_AT_LEAST(1), "",                         \
                   "of averaged descent (resampled, replicas)", NULL),                                                      \
        PCA_OPTION(P, "steps", SP_TYPE_SIZE, size_t, method.steps, "30", SP_NONNEGATIVE, "",                                \
                   "of averaged descent; closed, 0: stay at the first step, the partial trace", NULL),                      \
        PCA_OPTION(P, "eta", SP_TYPE_REAL, double, method.eta, "0.2", SP_POSITIVE, "",                                      \
                   "step of the replicas along their mean force", NULL),                                                    \
        PCA_OPTION(P, "iterations", SP_TYPE_SIZE, size_t, method.iterations, "20000", SP_AT_LEAST(1), "",                   \
                   "most steps of gd, power, amp and polishing", NULL)
#define PCA_ORDER_OPTION(P) SP_INT(P, k, "3", SP_BETWEEN(3, 6), "", "order of the tensor")

#endif
