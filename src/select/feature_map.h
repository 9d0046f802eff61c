/* The map f from columns to features (spec 11, 3.5): one weight for each column, a linear map, or a network of ReLU layers
 * with a linear last one. Values lie feature by feature: feature f of row i at F + f n + i. */
#ifndef SPINODAL_SELECT_FEATURE_MAP_H
#define SPINODAL_SELECT_FEATURE_MAP_H

#include "spinodal/select_learn.h"

typedef struct {
    size_t p, m;                        /* columns, features */
    size_t n_layers;                    /* 0: one weight for each column */
    size_t width[SP_HIDDEN_LAYERS + 2]; /* p, hidden units, m */
    size_t n_theta, n_hidden;           /* parameters; hidden units of all layers */
} sp_feature_map;

/* features = 0: weights. Parameters of each layer: width x inputs, row by row, then the biases of a hidden layer. */
sp_feature_map sp_feature_map_create(size_t p, size_t features, size_t n_hidden, const size_t *hidden);

/* Weights N(1, 0.1^2), or 1; a linear map N(0, 1/inputs); before a ReLU N(0, 2/inputs), biases 0. */
void sp_feature_map_start(const sp_feature_map *map, bool ones, sp_rng *rng, double *theta);

/* F (m x n) of the columns x (p x n). hidden: n_hidden x n, kept for the way back. */
void sp_feature_map_forward(const sp_feature_map *map, size_t n, const double *x, const double *theta, double *hidden,
                            double *F);

/* gradient += dF pulled back to theta. scratch: n_hidden x n. */
void sp_feature_map_backward(const sp_feature_map *map, size_t n, const double *x, const double *theta, const double *hidden,
                             const double *dF, double *scratch, double *gradient);

#endif
