#include "features_options.h"

static const char *append(sp_run *run, const char *label, const char *name, double value)
{
    const char *longer = sp_format(run, "%s%s%s = %.6g", label, *label ? ", " : "", name, value);
    return longer ? longer : label;
}

const char *sp_features_label(sp_run *run, const sp_features_grid *g, size_t i, size_t n_k, double k)
{
    size_t activation;
    sp_features_point p = sp_features_grid_at(g, i, &activation);
    const char *label = "";
    if (g->n_activations > 1)
        label = append(run, label, "linearity", sp_activation_degree(&g->activation[activation]));
    if (g->n_psi1 > 1 && g->n_psi2 > 1)
        label = append(run, label, "psi1", p.psi1);
    if (g->n_noise > 1)
        label = append(run, label, "noise_var", p.noise_var);
    if (g->n_ridge > 1)
        label = g->ridge_is_paper ? append(run, label, "ridge_paper", sp_features_ridge_paper(&p))
                                  : append(run, label, "ridge", p.ridge);
    if (n_k > 1)
        label = append(run, label, "k", k);
    return label;
}

const char *sp_features_table(const sp_features_grid *g)
{
    return g->n_psi1 > 1 ? g->n_psi2 > 1 ? "map" : "features" : "samples";
}

double sp_features_only(size_t n, const double *v) { return n == 1 ? v[0] : NAN; }
