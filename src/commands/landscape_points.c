#include "landscape_model.h"

typedef sp_landscape_points_params P;
typedef sp_landscape_points_result R;

static const sp_param params[] = {
    SP_LANDSCAPE_OPTIONS,
    SP_TEXT(P, tensor, "",
            "your tensor: an array of shape N x ... x N of order --p, or a .txt of lines \"i j k value\" from 0 (empty: "
            "random)"),
    SP_TEXT(P, signal_vector, "", "file of N numbers: the signal in your tensor"),
    SP_SIZE(P, N, "60", SP_BETWEEN(2, 2000), "", "dimension of random instances"),
    SP_SIZE(P, instances, "4", SP_AT_LEAST(1), "", "random instances"),
    SP_SIZE(P, starts, "1", SP_AT_LEAST(1), "", "random starts of each instance (newton: of its first batch)"),
    SP_CHOICE(P, method, "descent|flow|newton", "descent",
              "minima; gradient flow for a time; every stationary point (N <= 12)"),
    SP_REAL(P, time, "60", SP_POSITIVE, "1", "of flow"),
    SP_REAL(P, dt, "0.05", SP_POSITIVE, "1", "time step of flow"),
    SP_REAL(P, tolerance, "1e-6", SP_POSITIVE, "energy", "of the gradient per sqrt(N)"),
    SP_FLAG(P, symmetrise, "average your tensor over the orders of its indices"),
    SP_FLAG(P, normalise, "take kernel-var from the entries of your tensor"),
    SP_SIZE(P, bins, "48", SP_BETWEEN(4, 512), "", "of the histogram of Hessian eigenvalues"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, N, "", "dimension"),
    SP_OUT(R, order, "", "order of the tensor"),
    SP_OUT(R, n_found, "", "points"),
    SP_OUT(R, minima, "", "minima among them"),
    SP_OUT(R, kernel_var_estimate, "energy^2", "kernel_var from the entries of your tensor"),
    SP_OUT(R, kernel_var_estimate_se, "energy^2", "standard error"),
    SP_OUT(R, energy_mean, "energy", "mean energy of the points"),
    SP_OUT(R, energy_mean_se, "energy", "standard error"),
    SP_OUT(R, mu_mean, "energy", "mean radial multiplier"),
    SP_OUT(R, mu_mean_se, "energy", "standard error"),
    SP_OUT(R, bulk_mean, "energy", "mean Hessian eigenvalue minus mu: 0"),
    SP_OUT(R, bulk_mean_se, "energy", "standard error"),
    SP_OUT(R, bulk_variance, "energy^2", "variance of the Hessian eigenvalues: xi''(1)"),
    SP_OUT(R, bulk_variance_se, "energy^2", "standard error"),
    SP_OUT(R, xi_curvature_1, "energy^2", "xi''(1)"),
    SP_OUT(R, energy_threshold, "energy", "where descents from random starts end for large N"),
    SP_OUT(R, mu_threshold, "energy", "their mu"),
    SP_OUT(R, gradient_max, "energy", "largest gradient left, per sqrt(N)"),
    {0}};
static const sp_column points[] = {{"id", "", "number"},
                                   {"instance", "", "of the random landscape"},
                                   {"energy", "energy", "energy per degree of freedom"},
                                   {"m", "1", "overlap with the signal"},
                                   {"mu", "energy", "radial multiplier"},
                                   {"index", "", "negative Hessian eigenvalues"},
                                   {"lambda_min", "energy", "lowest Hessian eigenvalue"},
                                   {"lambda_theory", "energy", "predicted at this mu and overlap"},
                                   {"lambda_2", "energy", "second lowest"},
                                   {"overlap_min", "1", "squared overlap of the lowest eigenvector with the signal"},
                                   {"bulk_variance", "energy^2", "variance of the Hessian eigenvalues"},
                                   {"ks", "1", "largest distance of their distribution from the shifted semicircle's"},
                                   {"gradient", "energy", "gradient left, per sqrt(N)"},
                                   {"hits", "", "starts that ended here"},
                                   {0}};
static const sp_column spectrum[] = {{"lambda", "energy", "Hessian eigenvalue minus mu"},
                                     {"semicircle", "1/energy", "theory for large N"},
                                     {"density", "1/energy", "measured"},
                                     {"density_se", "1/energy", "standard error"},
                                     {0}};
static const sp_table_decl tables[] = {
    {"points", points, "plot mu lambda_min,lambda_theory points ylabel eigenvalue title Lowest Hessian eigenvalue",
     "Points reached"},
    {"spectrum", spectrum, "plot lambda semicircle,density ylabel density title Hessian at the points",
     "Eigenvalues left of the semicircle point to the signal"},
    {0}};

static sp_status run_landscape_points(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_landscape_found_list list;
    SP_TRY(sp_landscape_points(run, p, r, &list));
    sp_table *t = sp_result_table(out, "points");
    size_t unfinished = 0;
    for (size_t i = 0; i < list.n; i++) {
        const sp_landscape_found *v = &list.v[i];
        SP_TRY(SP_ROW(t, i, v->instance, v->energy, v->m, v->mu, v->index, v->lambda_min, v->lambda_theory, v->lambda_2,
                      v->overlap_min, v->bulk_variance, v->ks, v->gradient, v->hits));
        unfinished += p->method == SP_LANDSCAPE_DESCENT && v->gradient > p->tolerance;
    }
    t = sp_result_table(out, "spectrum");
    for (size_t i = 0; i < list.n_bins; i++)
        SP_TRY(SP_ROW(t, list.spectrum[i].lambda, list.spectrum[i].semicircle, list.spectrum[i].density,
                      list.spectrum[i].density_se));
    if (unfinished)
        sp_result_unconverged(out, "%zu of %zu descents did not reach the tolerance (largest gradient %g)", unfinished,
                              list.n, r->gradient_max);
    return SP_OK;
}

const sp_command sp_command_landscape_points = {
    .name = "landscape.points",
    .summary = "Stationary points of a tensor, yours or random: energy, index, Hessian spectrum beside the theory",
    .spec = "31:3.10,5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_landscape_points,
    SP_SIZES(P, R),
    .example = "--p 3 --N 60 --instances 4"};
