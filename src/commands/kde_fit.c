#include "spinodal/kde.h"

#include "spinodal/command.h"

typedef sp_kde_fit_params P;

typedef struct {
    sp_kde_fit_result fit;
    double loo_opt, loo_opt_se, Y2_opt, Y2_opt_se, N_eff_opt, N_eff_opt_se, N_H_opt, N_H_opt_se, frac_max_half_opt,
        frac_max_half_opt_se;
    double m_opt, m_opt_se;
    const char *regime;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "points, one a row"),
    SP_VEC(P, h, "", SP_POSITIVE, "data", "bandwidths of the scan (empty: 0.2 to 3 nearest-neighbour distances / sqrt d)"),
    SP_TEXT(P, kernel, "gaussian", "gaussian, student:TAU (TAU d degrees of freedom) or tophat"),
    SP_SIZE(P, subsample, "0", SP_NONNEGATIVE, "", "rows left out in turn, drawn at random (0: all, at most 4096)"),
    SP_FLAG(P, drop_duplicates, "keep one of equal rows"),
    {0}};

#define SP_FIT(field, unit, help)                                                                                                                                \
    {                                                                                                                                                            \
#field, _Generic(((sp_kde_fit_result *)0)->field, double : SP_TYPE_REAL, size_t : SP_TYPE_SIZE, const char * : SP_TYPE_TEXT), offsetof(R, fit.field), unit, help \
    }

static const sp_scalar scalars[] = {
    SP_FIT(verdict, "", "what the best bandwidth means"),
    SP_OUT(R, regime, "", "condensed, heavy-tailed or classical, at the best bandwidth"),
    SP_FIT(h_opt, "data", "bandwidth of largest leave-one-out likelihood"),
    SP_FIT(h_opt_se, "data", "standard error over the held-out rows"),
    SP_FIT(h_opt_raw, "raw", "the same in units of the raw data"),
    SP_OUT(R, loo_opt, "nat", "leave-one-out log likelihood there, per dimension"),
    SP_OUT(R, loo_opt_se, "nat", "standard error"),
    SP_OUT(R, N_eff_opt, "1", "points that carry an estimate there, 1/Y2"),
    SP_OUT(R, N_eff_opt_se, "1", "standard error"),
    SP_OUT(R, N_H_opt, "1", "the same from the entropy of the weights"),
    SP_OUT(R, N_H_opt_se, "1", "standard error"),
    SP_OUT(R, Y2_opt, "1", "sum of squared weights there"),
    SP_OUT(R, Y2_opt_se, "1", "standard error"),
    SP_OUT(R, frac_max_half_opt, "1", "rows whose estimate rests by more than half on one point"),
    SP_OUT(R, frac_max_half_opt_se, "1", "standard error"),
    SP_OUT(R, m_opt, "1", "stable index at the best bandwidth (spacings of 5)"),
    SP_OUT(R, m_opt_se, "1", "standard error"),
    SP_FIT(h_G_k5, "data", "condensation bandwidth from the spacings of 5 nearest points"),
    SP_FIT(h_G_k5_se, "data", "standard error"),
    SP_FIT(h_G_k10, "data", "the same from 10 (biased upwards)"),
    SP_FIT(h_G_k10_se, "data", "standard error"),
    SP_FIT(h_G_k20, "data", "the same from 20 (biased upwards)"),
    SP_FIT(h_G_k20_se, "data", "standard error"),
    SP_FIT(h_G_plugin, "data", "condensation bandwidth of Gaussian data with this spectrum, d -> infinity"),
    SP_FIT(h_CLT_plugin, "data", "end of the classical regime of Gaussian data with this spectrum"),
    SP_FIT(h_opt_plugin, "data", "bandwidth of least KL of Gaussian data with this spectrum"),
    SP_FIT(h_scott, "data", "Scott's rule"),
    SP_FIT(h_silverman, "data", "Silverman's rule"),
    SP_FIT(n, "", "points used"),
    SP_FIT(d, "", "dimensions"),
    SP_FIT(held_out, "", "rows left out in turn"),
    SP_FIT(duplicates, "", "rows equal to an earlier one"),
    SP_FIT(d_eff, "1", "effective dimension (sum lambda)^2/sum lambda^2"),
    SP_FIT(alpha, "1", "log(n)/d"),
    SP_FIT(alpha_eff, "1", "log(n)/d_eff"),
    SP_FIT(shrinkage, "1", "Ledoit-Wolf weight of the identity in the plug-in spectrum"),
    SP_FIT(residual, "1", "slope of the likelihood at h_opt"),
    {0}};

static const sp_column scan[] = {{"h", "data", "bandwidth"},
                                 {"loo", "nat", "leave-one-out log likelihood per point and dimension"},
                                 {"loo_se", "nat", "standard error over rows"},
                                 {"Y2", "1", "mean sum of squared weights"},
                                 {"Y2_se", "1", "standard error"},
                                 {"N_eff", "1", "1/Y2: points that carry an estimate"},
                                 {"N_eff_se", "1", "standard error"},
                                 {"N_H", "1", "exp(mean entropy of the weights)"},
                                 {"N_H_se", "1", "standard error"},
                                 {"frac_max_half", "1", "rows with a weight above 1/2"},
                                 {"frac_max_half_se", "1", "standard error"},
                                 {"m_k5", "1", "stable index from the spacings of 5 nearest points"},
                                 {"m_k5_se", "1", "standard error"},
                                 {"m_k10", "1", "from 10"},
                                 {"m_k10_se", "1", "standard error"},
                                 {"m_k20", "1", "from 20"},
                                 {"m_k20_se", "1", "standard error"},
                                 {"regime", "", "condensed (m < 1), heavy-tailed (m < 2) or classical"},
                                 {0}};

static const sp_column phase[] = {{"alpha", "1", "log(n)/d"},
                                  {"h_G", "data", "condensation"},
                                  {"h_CLT", "data", "end of the classical regime"},
                                  {"h_best", "data", "least KL"},
                                  {"h_loo", "data", "best bandwidth of these data"},
                                  {"h_loo_se", "data", "standard error"},
                                  {0}};

static const sp_table_decl tables[] = {
    {"scan", scan,
     "plot h loo logx vline h_opt h_G_k5 h_G_plugin h_CLT_plugin; plot h N_eff,N_H logx logy vline h_opt h_G_k5; "
     "plot h m_k5,m_k10,m_k20 logx logy vline h_opt hline 1 title Stable index: below 1 condensed",
     "The best bandwidth is where the leave-one-out likelihood is largest. Left of h_G a few nearest points carry each "
     "value."},
    {"phase", phase, "plot alpha h_G,h_CLT,h_best,h_loo logx logy",
     "Phase diagram of Gaussian data with this spectrum, and the best bandwidth of these data."},
    {0}};

static sp_status add_phase_diagram(sp_run *run, const sp_kde_fit_result *f, sp_table *table)
{
    enum { POINTS = 41 };
    for (size_t i = 0; i < POINTS; i++) {
        double alpha = f->alpha * pow(25, (double)i / (POINTS - 1) - 0.5);
        sp_kde_theory_params t = {.alpha = alpha, .spectrum = f->spectrum, .r = 1};
        sp_kde_theory_result r;
        if (sp_kde_theory(run, &t, &r) == SP_OK) /* an alpha out of reach leaves a gap */
            SP_TRY(SP_ROW(table, alpha, r.h_G, r.h_CLT, r.h_opt, i == POINTS / 2 ? f->h_opt : NAN,
                          i == POINTS / 2 ? f->h_opt_se : NAN));
    }
    return SP_OK;
}

static sp_status run_kde_fit(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    SP_TRY(sp_kde_fit(run, p, &r->fit));
    const sp_kde_scan_row *o = &r->fit.at_opt;
    r->loo_opt = o->loo, r->loo_opt_se = o->loo_se;
    r->Y2_opt = o->Y2, r->Y2_opt_se = o->Y2_se;
    r->N_eff_opt = o->N_eff, r->N_eff_opt_se = o->N_eff_se;
    r->N_H_opt = o->N_H, r->N_H_opt_se = o->N_H_se;
    r->frac_max_half_opt = o->frac_max_half, r->frac_max_half_opt_se = o->frac_max_half_se;
    r->m_opt = o->m_k5, r->m_opt_se = o->m_k5_se;
    r->regime = o->regime;
    sp_table *t = sp_result_table(out, "scan");
    for (size_t i = 0; i < r->fit.n_scan; i++) {
        const sp_kde_scan_row *s = &r->fit.scan[i];
        SP_TRY(SP_ROW(t, s->h, s->loo, s->loo_se, s->Y2, s->Y2_se, s->N_eff, s->N_eff_se, s->N_H, s->N_H_se,
                      s->frac_max_half, s->frac_max_half_se, s->m_k5, s->m_k5_se, s->m_k10, s->m_k10_se, s->m_k20,
                      s->m_k20_se, s->regime));
    }
    SP_TRY(add_phase_diagram(run, &r->fit, sp_result_table(out, "phase")));
    if (!r->fit.converged)
        sp_result_unconverged(
            out, "no interior maximum of the leave-one-out likelihood found on the scan (%g to %g): widen --h%s",
            r->fit.scan[0].h, r->fit.scan[r->fit.n_scan - 1].h,
            r->fit.duplicates && !p->drop_duplicates ? " or --drop-duplicates" : "");
    return SP_OK;
}

const sp_command sp_command_kde_fit = {.name = "kde.fit",
                                       .summary = "Best bandwidth of a dataset and the regime it is in",
                                       .spec = "03:3.7-3.8",
                                       .params = params,
                                       .scalars = scalars,
                                       .tables = tables,
                                       .run = run_kde_fit,
                                       SP_SIZES(P, R),
                                       .example = "gen:gaussian,d=20,n=2000"};
