#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef sp_diffusion_curves_params P;
typedef sp_diffusion_curves_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, "", "the dataset (or --spectrum and --n)"),
    SP_VEC(P, spectrum, "", SP_NONNEGATIVE, "data^2", "covariance eigenvalues, for the theory without data"),
    SP_REAL(P, n, "0", SP_NONNEGATIVE, "", "number of samples, with --spectrum"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times (default: 40 from below the collapse to above the speciation)"),
    SP_SIZE(P, queries, "1024", SP_AT_LEAST(2), "", "noised data points averaged over"),
    SP_FLAG(P, gaussian_surrogate, "the same pass on a Gaussian sample of the same spectrum beside it"),
    SP_SIZE(P, subsample, "0", SP_NONNEGATIVE, "", "rows used, chosen at random (0: all)"),
    SP_FLAG(P, drop_duplicates, "keep one of each set of equal rows"),
    SP_TEXT(P, schedule, "linear",
            "schedule of the column step: linear[:FIRST:LAST:STEPS], cosine[:STEPS] or a file of betas"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n, "", "samples used"),
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, queries, "", "noised data points"),
    SP_OUT(R, duplicates, "", "rows that are copies of others"),
    SP_OUT(R, alpha, "", "log(n)/d"),
    SP_OUT(R, Lambda, "data^2", "largest covariance eigenvalue"),
    SP_OUT(R, t_S_spectral, "OU time", "speciation, 1/2 log Lambda"),
    SP_OUT(R, t_C_spectral, "OU time", "collapse of Gaussian data of this covariance: an upper bound"),
    SP_OUT(R, t_C_phi, "OU time", "collapse: phi_C = 1/2"),
    SP_OUT(R, t_C_phi_se, "OU time", "standard error"),
    SP_OUT(R, t_C_loo, "OU time", "collapse: f_loo = 0"),
    SP_OUT(R, t_C_loo_se, "OU time", "standard error"),
    SP_OUT(R, surrogate_t_C_phi, "OU time", "phi_C = 1/2 of the Gaussian surrogate"),
    SP_OUT(R, surrogate_t_C_phi_se, "OU time", "standard error"),
    {0}};
static const sp_column curves[] = {
    {"t", "OU time", "time"},
    {"step", "", "first step of the schedule beyond t"},
    {"f_ex", "nat", "excess entropy per dimension, (1/d) E H(mu|x)"},
    {"f_ex_se", "nat", "standard error"},
    {"f_ex_over_alpha", "", "excess entropy over alpha"},
    {"f_ex_over_alpha_se", "", "standard error"},
    {"f_loo", "nat", "leave-one-out excess entropy per dimension: negative below the collapse"},
    {"f_loo_se", "nat", "standard error"},
    {"f_ex_gauss", "nat", "excess entropy of Gaussian data of this covariance, n to infinity at fixed alpha"},
    {"phi_C", "", "collapse order parameter E sum w^2"},
    {"phi_C_se", "", "standard error"},
    {"w_seed", "", "mean weight of the seed: equal to phi_C"},
    {"w_seed_se", "", "standard error"},
    {"N_eff", "", "data points that contribute, 1/phi_C"},
    {"N_eff_se", "", "standard error"},
    {"N_H", "", "data points that contribute, exp(E H)"},
    {"N_H_se", "", "standard error"},
    {"phi", "", "agreement of classes of clones (labelled data)"},
    {"phi_se", "", "standard error"},
    {0}};
static const sp_column surrogate[] = {{"t", "OU time", "time"},
                                      {"phi_C", "", "collapse order parameter of the data"},
                                      {"phi_C_se", "", "standard error"},
                                      {"phi_C_surrogate", "", "the same of the Gaussian surrogate"},
                                      {"phi_C_surrogate_se", "", "standard error"},
                                      {"f_ex_over_alpha", "", "excess entropy over alpha of the data"},
                                      {"f_ex_over_alpha_se", "", "standard error"},
                                      {"f_ex_over_alpha_surrogate", "", "the same of the Gaussian surrogate"},
                                      {"f_ex_over_alpha_surrogate_se", "", "standard error"},
                                      {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot t phi_C,phi logx vline t_C_phi t_C_spectral t_S_spectral title Collapse and class; "
     "plot t f_ex,f_loo,f_ex_gauss logx vline t_C_loo t_C_spectral hline 0 title Excess entropy; "
     "plot t N_eff,N_H logx logy vline t_C_phi title Data points that contribute",
     "Left of t_C one data point carries the weight (phi_C near 1, few contributing points); right of it the noised sample "
     "is shared by many"},
    {"surrogate", surrogate,
     "plot t phi_C,phi_C_surrogate,f_ex_over_alpha,f_ex_over_alpha_surrogate logx vline t_C_phi surrogate_t_C_phi",
     "A gap between the data and a Gaussian sample of the same covariance is structure beyond the covariance: the data "
     "collapse earlier in t"},
    {0}};

static sp_status add_rows(const R *r, const sp_diffusion_curve_list *list, const sp_noise_schedule *schedule, sp_result *out)
{
    double d = (double)r->d;
    for (size_t i = 0; i < list->n; i++) {
        const sp_diffusion_curve *c = &list->data[i];
        double N_H = exp(d * c->f_ex);
        SP_TRY(SP_ROW(sp_result_table(out, "curves"), c->t, sp_noise_schedule_step(schedule, c->t), c->f_ex, c->f_ex_se,
                      c->f_ex / r->alpha, c->f_ex_se / r->alpha, c->f_loo, c->f_loo_se, c->f_ex_gauss, c->phi_C, c->phi_C_se,
                      c->w_seed, c->w_seed_se, 1 / c->phi_C, c->phi_C_se / (c->phi_C * c->phi_C), N_H, N_H * d * c->f_ex_se,
                      c->phi, c->phi_se));
        if (!list->surrogate)
            continue;
        const sp_diffusion_curve *g = &list->surrogate[i];
        SP_TRY(SP_ROW(sp_result_table(out, "surrogate"), c->t, c->phi_C, c->phi_C_se, g->phi_C, g->phi_C_se,
                      c->f_ex / r->alpha, c->f_ex_se / r->alpha, g->f_ex / r->alpha, g->f_ex_se / r->alpha));
    }
    return SP_OK;
}

static sp_status run_diffusion_curves(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_noise_schedule schedule;
    sp_diffusion_curve_list list;
    SP_TRY(sp_noise_schedule_create(run, p->schedule, &schedule));
    SP_TRY(sp_diffusion_curves(run, p, scalars_, &list));
    return add_rows(scalars_, &list, &schedule, out);
}

const sp_command sp_command_diffusion_curves = {
    .name = "diffusion.curves",
    .summary = "Excess entropy, collapse order parameter and contributing points against time",
    .spec = "07:3.3-3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_diffusion_curves,
    SP_SIZES(P, R),
    .example = "gen:gaussian-mixture,d=16,n=1000 --queries 256"};
