#include "spinodal/kde.h"

#include "spinodal/command.h"

typedef sp_kde_theory_params P;
typedef sp_kde_theory_result R;

static const sp_param params[] = {
    SP_REAL(P, alpha, SP_REQUIRED, SP_POSITIVE, "1", "log(n)/d"),
    SP_VEC(P, spectrum, "1", SP_NONNEGATIVE, "data^2", "eigenvalues of the covariance: a list \"4x8,0.25x24\" or a file"),
    SP_REAL(P, r, "1", SP_NONNEGATIVE, "1", "radius of the query, x.Sigma^-1.x/d (1: typical)"),
    SP_TEXT(P, kernel, "gaussian", "gaussian, student:TAU (TAU d degrees of freedom) or tophat"),
    SP_VEC(P, h, "", SP_POSITIVE, "data", "bandwidths of the KL curve (empty: around the thresholds)"),
    {0}};

static const sp_scalar scalars[] = {
    SP_OUT(R, h_CLT, "data", "above: classical; below: heavy tails"),
    SP_OUT(R, h_G, "data", "below: a few data points carry all the weight"),
    SP_OUT(R, h_opt, "data", "bandwidth of least KL"),
    SP_OUT(R, h_var, "data", "relative variance of the estimate of order 1"),
    SP_OUT(R, KL_opt, "nat", "KL/d at h_opt"),
    SP_OUT(R, KL_G, "nat", "KL/d at h_G"),
    SP_OUT(R, s_star, "1/data^2", "moment order at which the rate is alpha"),
    SP_OUT(R, eps_star, "data^2", "squared distance to the nearest data point, per dimension"),
    SP_OUT(R, residual, "nat", "|rate(s_star) - alpha|"),
    {0}};

static const sp_column kl[] = {{"h", "data", "bandwidth"},
                               {"KL", "nat", "KL(data || estimate)/d"},
                               {"log_density", "nat", "E log of the estimate, per dimension"},
                               {"m", "1", "stable index: 1 at h_G, 2 at h_CLT"},
                               {"Y2", "1", "E sum of squared weights (Poisson-Dirichlet)"},
                               {"Y3", "1", "E sum of cubed weights"},
                               {"regime", "", "condensed, heavy-tailed or classical"},
                               {0}};

static const sp_table_decl tables[] = {
    {"kl", kl, "plot h KL logx vline h_opt h_G h_CLT; plot h Y2,m logx vline h_opt h_G h_CLT",
     "Kullback-Leibler divergence per dimension. The best bandwidth lies in the condensed regime, left of h_G."},
    {0}};

enum { POINTS = 61 };

static sp_status run_kde_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    SP_TRY(sp_kde_theory(run, p, r));
    sp_table *t = sp_result_table(out, "kl");
    double low = r->h_opt / 2, high = 2 * fmax(r->h_CLT, r->h_opt);
    for (size_t i = 0; i < (p->h.n ? p->h.n : POINTS); i++) {
        double h = p->h.n ? p->h.v[i] : low * pow(high / low, (double)i / (POINTS - 1)), m = sp_kde_index(r, h);
        SP_TRY(SP_ROW(t, h, sp_kde_kl(p, r, h), sp_kde_log_density(p, r, h), m, sp_kde_weight_moment(m, 2),
                      sp_kde_weight_moment(m, 3), sp_kde_regime(m)));
    }
    if (!r->converged)
        sp_result_unconverged(out, "a threshold was not found");
    return SP_OK;
}

const sp_command sp_command_kde_theory = {.name = "kde.theory",
                                          .summary = "Bandwidth thresholds and KL curve for Gaussian data",
                                          .spec = "03:3.1-3.4,3.6",
                                          .params = params,
                                          .scalars = scalars,
                                          .tables = tables,
                                          .run = run_kde_theory,
                                          SP_SIZES(P, R),
                                          .example = "--alpha 0.3"};
