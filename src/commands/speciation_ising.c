#include "speciation_tables.h"

#include "spinodal/diffusion.h"

typedef struct {
    size_t N;
    sp_vec betas, weights, t, field;
    double kappa;
    size_t simulate, sites;
    bool periodic;
} P;
typedef struct {
    double t_first, t_last, phi_universal;
    const char *newick;
} R;
static const sp_param params[] = {
    SP_VEC(P, betas, "0.5,1", SP_BETWEEN(-15, 15), "", "inverse temperature of each class (coupling 1, no field)"),
    SP_SIZE(P, N, "1000", SP_AT_LEAST(2), "", "spins of a chain"),
    SP_VEC(P, weights, "", SP_POSITIVE, "", "weight of each class (default: equal)"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times of the curves (default: around the speciation times)"),
    SP_REAL(P, kappa, "1", SP_POSITIVE, "", "classes separate where mean/deviation of their log-likelihood ratio is kappa"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "chains of each class drawn and noised (0: theory alone)"),
    SP_SIZE(P, sites, "0", SP_NONNEGATIVE, "", "sites of one long chain for the rates of D and S^2 (0: none)"),
    SP_FLAG(P, periodic, "closed chains in the simulation (the theory has no boundary)"),
    SP_VEC(P, field, "", SP_ANY, "", "fields of one small chain: its free entropies and magnetisations"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, t_first, "OU time", "the first decision in generation: largest height of the tree"),
    SP_OUT(R, t_last, "OU time", "the last decision: smallest height"),
    SP_OUT(R, phi_universal, "", "agreement of two equal classes at their separation, large N"),
    SP_OUT(R, newick, "", "the tree of classes, branch lengths in OU time"),
    {0}};
static const sp_column pairs[] = {{"beta_k", "", "inverse temperature"},
                                  {"beta_l", "", "inverse temperature"},
                                  {"t_kl", "OU time", "separation seen from k: N D_rate = 2 kappa^2"},
                                  {"t_lk", "OU time", "seen from l"},
                                  {"t_sym", "OU time", "their mean"},
                                  {"t_leading", "OU time", "1/4 log(N c_kl/(8 kappa^2))"},
                                  {"c_kl", "", "distance of the correlations: D/N -> e^{-4t} c_kl/4"},
                                  {"converged", "", "1: the cavity equations converged"},
                                  {0}};
static const sp_column free_entropies[] = {{"t", "OU time", "time"},
                                           {"beta_k", "", "inverse temperature of the data"},
                                           {"beta_j", "", "inverse temperature of the analysis"},
                                           {"F", "nat", "free entropy per site, N infinite"},
                                           {"nodes", "", "nodes of the integral equation"},
                                           {"iterations", "", "until the law of the field is stationary"},
                                           {"residual", "", "last change"},
                                           {"converged", "", "1: yes"},
                                           {0}};
static const sp_column curves[] = {{"t", "OU time", "time"},
                                   {"pair", "", "class of the chains, other class"},
                                   {"D_theory", "nat", "N (F_kk - F_kl)"},
                                   {"D_leading", "nat", "N e^{-4t} c_kl/4"},
                                   {"D_over_leading", "", "their ratio, 1 at late times"},
                                   {"R_theory", "", "D/S with S^2 = 2 D (large N)"},
                                   {"D", "nat", "measured"},
                                   {"D_se", "nat", "standard error"},
                                   {"S", "nat", "measured"},
                                   {"S_se", "nat", "standard error"},
                                   {"R", "", "measured"},
                                   {"R_se", "", "standard error"},
                                   {0}};
static const sp_column agreement[] = {
    {"t", "OU time", "time"},
    {"groups", "", "super-classes told apart (all classes: phi)"},
    {"phi_theory", "", "two equal classes, large N: E sigmoid(S^2/2 + S z) at S^2 = D_kl + D_lk"},
    {"phi", "", "two clones end in the same super-class: measured"},
    {"phi_se", "", "standard error"},
    {0}};
static const sp_column classes[] = {{"t", "OU time", "time"},
                                    {"class", "", "inverse temperature"},
                                    {"phi", "", "mean posterior of the own class"},
                                    {"phi_se", "", "standard error"},
                                    {"p", "", "right attributions"},
                                    {"p_se", "", "standard error"},
                                    {0}};
static const sp_column rates[] = {{"t", "OU time", "time"},
                                  {"pair", "", "class of the chain, other class"},
                                  {"D_rate_theory", "nat", "cavity solution, per site"},
                                  {"D_rate", "nat", "measured"},
                                  {"D_rate_se", "nat", "standard error"},
                                  {"S2_rate", "nat^2", "variance of the log-likelihood ratio per site"},
                                  {"S2_rate_se", "nat^2", "standard error"},
                                  {"S2_over_2D", "", "1 where the ratio is Gaussian; D of the cavity solution"},
                                  {"S2_over_2D_se", "", "standard error"},
                                  {0}};
static const sp_column field[] = {{"beta", "", "inverse temperature"},
                                  {"site", "", "from 1"},
                                  {"h", "", "field"},
                                  {"magnetization", "", "mean of the spin"},
                                  {"free_entropy", "nat", "log Z(h)/Z(0) of the chain"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"pairs", pairs, NULL, "Speciation time of every pair of temperatures"},
    SP_TREE_TABLES,
    {"curves", curves,
     "plot t D_theory,D,D_leading by pair logy vline t_first t_last title Divergence of the classes;"
     "plot t R_theory,R by pair logy hline 1 vline t_first t_last title Separation D/S",
     "Chains that differ by their temperature alone separate near 1/4 log N"},
    {"agreement", agreement, "plot t phi_theory,phi by groups vline t_first t_last title Agreement of clones",
     "Two clones branched at t end in the same (super-)class"},
    {"classes", classes, NULL, NULL},
    {"free_entropies", free_entropies, "plot t F by beta_j points logy title Free entropies",
     "Random-field chain at infinite N, data of beta_k analysed with beta_j"},
    {"rates", rates, "plot t D_rate_theory,D_rate,S2_rate by pair logy title Rates of a long chain", NULL},
    {"field", field, NULL, NULL},
    {0}};

typedef struct {
    const P *p;
    sp_ising_classes c;
    const char **name;
    double *t_kl;
    sp_class_tree tree;
    sp_vec t;
} work;

static sp_status pair_rows(sp_run *run, work *w, sp_result *out)
{
    size_t K = w->c.betas.n;
    const double *beta = w->c.betas.v;
    double *t_sym = SP_NEW(run, double, K *K);
    w->t_kl = SP_NEW(run, double, K *K);
    if (!t_sym || !w->t_kl)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++) {
            double *kl = &w->t_kl[k * K + l], *lk = &w->t_kl[l * K + k];
            bool first, second;
            SP_TRY(sp_ising_pair_time(run, (double)w->c.N, beta[k], beta[l], w->p->kappa, kl, &first));
            SP_TRY(sp_ising_pair_time(run, (double)w->c.N, beta[l], beta[k], w->p->kappa, lk, &second));
            double sym = t_sym[k * K + l] = t_sym[l * K + k] = (*kl + *lk) / 2, c = sp_ising_distance(beta[k], beta[l]);
            if (!first || !second)
                sp_result_unconverged(out, "the cavity equation of beta %g and %g did not converge", beta[k], beta[l]);
            SP_TRY(SP_ROW(sp_result_table(out, "pairs"), beta[k], beta[l], *kl, *lk, sym,
                          log((double)w->c.N * c / (8 * w->p->kappa * w->p->kappa)) / 4, c, first && second ? 1.0 : 0.0));
        }
    return sp_class_tree_create(run, K, t_sym, &w->tree);
}

/* F[k * K + j] at time t */
static sp_status free_entropy_rows(sp_run *run, const work *w, double t, double *F, sp_result *out)
{
    size_t K = w->c.betas.n;
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < K; j++) {
            sp_ising_cavity c;
            SP_TRY(sp_ising_cavity_solve(run, w->c.betas.v[k], w->c.betas.v[j], t, &c));
            F[k * K + j] = c.F;
            if (!c.converged)
                sp_result_unconverged(out, "t = %g: the cavity equation of beta %g and %g did not converge", t,
                                      w->c.betas.v[k], w->c.betas.v[j]);
            SP_TRY(SP_ROW(sp_result_table(out, "free_entropies"), t, w->c.betas.v[k], w->c.betas.v[j], c.F, c.nodes,
                          c.iterations, c.residual, c.converged ? 1.0 : 0.0));
        }
    return SP_OK;
}

static sp_status rate_row(sp_run *run, const work *w, double t, size_t k, size_t l, double D, const char *pair,
                          sp_result *out)
{
    sp_ising_rates r;
    SP_TRY(sp_ising_rates_measure(run, w->c.betas.v[k], w->c.betas.v[l], t, w->p->sites, &r));
    return SP_ROW(sp_result_table(out, "rates"), t, pair, D, r.D_rate, r.D_rate_se, r.S2_rate, r.S2_rate_se,
                  r.S2_rate / (2 * D), r.S2_rate_se / (2 * D));
}

static sp_status time_rows(sp_run *run, const work *w, size_t i, const sp_class_agreement *m, double *F, sp_result *out)
{
    size_t K = w->c.betas.n;
    double t = w->t.v[i], N = (double)w->c.N;
    SP_TRY(free_entropy_rows(run, w, t, F, out));
    for (size_t k = 0; k < K; k++)
        for (size_t l = 0; l < K; l++) {
            if (k == l)
                continue;
            double rate, leading = exp(-4 * t) / 4 * sp_ising_distance(w->c.betas.v[k], w->c.betas.v[l]);
            bool converged;
            const char *pair = sp_format(run, "%s|%s", w->name[k], w->name[l]);
            sp_class_curve c = m ? m->curve[k * K + l] : (sp_class_curve){NAN, NAN, NAN, NAN, NAN, NAN};
            SP_TRY(sp_ising_divergence_rate(run, w->c.betas.v[k], w->c.betas.v[l], t, &rate, &converged));
            SP_TRY(SP_ROW(sp_result_table(out, "curves"), t, pair, N * rate, N * leading, rate / leading,
                          sqrt(N * fmax(rate, 0) / 2), c.D, c.D_se, c.S, c.S_se, c.R, c.R_se));
            if (w->p->sites)
                SP_TRY(rate_row(run, w, t, k, l, rate, pair, out));
        }
    for (size_t s = 2; s <= K; s++) {
        double sum = K == 2 ? N * (F[0] - F[1] + F[3] - F[2]) : NAN;
        SP_TRY(SP_ROW(sp_result_table(out, "agreement"), t, s, sp_speciation_agreement(sqrt(fmax(sum, 0))),
                      m ? m->super[s] : NAN, m ? m->super_se[s] : NAN));
    }
    for (size_t k = 0; m && k < K; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "classes"), t, w->name[k], m->posterior[k * K + k], m->posterior_se[k * K + k],
                      m->correct[k], m->correct_se[k]));
    return SP_OK;
}

static sp_status field_rows(sp_run *run, const work *w, sp_result *out)
{
    sp_vec h = w->p->field;
    double *m = SP_NEW(run, double, h.n + 1);
    if (!m)
        return SP_FAILED;
    for (size_t k = 0; h.n && k < w->c.betas.n; k++) {
        double F = sp_ising_free_entropy(h.n, w->c.betas.v[k], h.v, m);
        for (size_t i = 0; i < h.n; i++)
            SP_TRY(SP_ROW(sp_result_table(out, "field"), w->c.betas.v[k], i + 1, h.v[i], m[i], F));
    }
    return SP_OK;
}

static sp_status run_speciation_ising(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    work w = {.p = p, .c = {p->N, p->periodic, p->betas, p->weights}};
    size_t K = p->betas.n;
    if (K < 2)
        return sp_fail(run, SP_USAGE, "--betas needs at least two inverse temperatures");
    if (p->weights.n && p->weights.n != K)
        return sp_fail(run, SP_USAGE, "--weights needs %zu numbers, one for each of --betas, got %zu", K, p->weights.n);
    w.name = SP_NEW(run, const char *, K);
    double *F = SP_NEW(run, double, K *K);
    if (!w.name || !F)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        if (!(w.name[k] = sp_format(run, "%g", p->betas.v[k])))
            return SP_FAILED;
    SP_TRY(field_rows(run, &w, out));
    SP_TRY(pair_rows(run, &w, out));
    SP_TRY(sp_tree_rows(run, out, &w.tree, w.name, &r->newick));
    r->t_first = w.tree.merge[K - 2].height;
    r->t_last = w.tree.merge[0].height;
    r->phi_universal = sp_speciation_agreement(2 * p->kappa);
    w.t = p->t;
    if (!w.t.n)
        SP_TRY(sp_speciation_times(run, K, w.t_kl, 12, &w.t));
    sp_class_agreement *measured = NULL;
    if (p->simulate) {
        measured = SP_NEW(run, sp_class_agreement, w.t.n);
        if (!measured)
            return SP_FAILED;
        SP_TRY(sp_ising_agreement_simulate(run, &w.c, &w.tree, p->simulate, w.t, measured));
    }
    for (size_t i = 0; i < w.t.n; i++) {
        sp_progress(run, "cavity equations", (double)i / (double)w.t.n);
        SP_TRY(sp_poll(run));
        SP_TRY(time_rows(run, &w, i, measured ? &measured[i] : NULL, F, out));
    }
    return SP_OK;
}

const sp_command sp_command_speciation_ising = {
    .name = "speciation.ising",
    .summary = "When Ising chains of different temperatures separate: cavity solution and simulation",
    .spec = "05:3.3-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_speciation_ising,
    SP_SIZES(P, R),
    .example = "--N 200 --t 0.5,1 --simulate 200"};
