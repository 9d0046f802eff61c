#include "speciation_tables.h"

typedef struct {
    size_t d;
    sp_vec data_var, mean, power, spectrum, covariance, weights, t;
    double kappa;
    size_t simulate;
} P;
typedef struct {
    double t_first, t_last, phi_universal, attribution_universal;
    const char *newick;
} R;
static const sp_param params[] = {
    SP_SIZE(P, d, "1000", SP_AT_LEAST(1), "", "dimension"),
    SP_VEC(P, data_var, "1.5,0.5", SP_NONNEGATIVE, "data^2", "variance of each class (their number is that of the classes)"),
    SP_VEC(P, mean, "", SP_ANY, "data",
           "position of each class on a line, or d numbers for each class (list or file; default: all means are 0)"),
    SP_VEC(P, power, "", SP_ANY, "", "eigenvalues of class k proportional to rank^-power_k, of mean data_var_k"),
    SP_VEC(P, spectrum, "", SP_NONNEGATIVE, "data^2", "d eigenvalues for each class, on common directions"),
    SP_VEC(P, covariance, "", SP_ANY, "data^2", "d x d numbers for each class (file)"),
    SP_VEC(P, weights, "", SP_POSITIVE, "", "weight of each class (default: equal)"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times of the curves (default: around the speciation times)"),
    SP_REAL(P, kappa, "1", SP_POSITIVE, "", "classes separate where mean/deviation of their log-likelihood ratio is kappa"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "points of each class drawn at each time (0: theory alone)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, t_first, "OU time", "the first decision in generation: largest height of the tree"),
    SP_OUT(R, t_last, "OU time", "the last decision: smallest height"),
    SP_OUT(R, phi_universal, "",
           "agreement of two equal classes at their separation, large d: E sigmoid(S^2/2 + S z), S = 2 "
           "kappa"),
    SP_OUT(R, attribution_universal, "", "right attributions at the separation, large d: Phi(kappa)"),
    SP_OUT(R, newick, "", "the tree of classes, branch lengths in OU time"),
    {0}};
static const sp_column pairs[] = {
    {"class_k", "", "class"},
    {"class_l", "", "class"},
    {"t_kl", "OU time", "separation seen from k: D_kl = kappa S_kl"},
    {"t_lk", "OU time", "seen from l"},
    {"t_sym", "OU time", "their mean"},
    {"t_leading", "OU time", "leading order at late times, from |m_k - m_l|^2 and |C_k - C_l|^2"},
    {"phi_at_t", "", "agreement of the two classes alone, equal weights, at t_kl"},
    {"p_k_at_t", "", "points of k attributed to k, at t_kl"},
    {"p_l_at_t", "", "points of l attributed to l, at t_kl"},
    {"driver", "", "what separates them at t_sym: mean or covariance"},
    {0}};
static const sp_column curves[] = {{"t", "OU time", "time"},
                                   {"pair", "", "class of the points, other class"},
                                   {"D_theory", "nat", "mean log-likelihood ratio (Kullback-Leibler divergence)"},
                                   {"S_theory", "nat", "its standard deviation"},
                                   {"R_theory", "", "D/S"},
                                   {"D", "nat", "measured"},
                                   {"D_se", "nat", "standard error"},
                                   {"S", "nat", "measured"},
                                   {"S_se", "nat", "standard error"},
                                   {"R", "", "measured"},
                                   {"R_se", "", "standard error"},
                                   {0}};
static const sp_column agreement[] = {{"t", "OU time", "time"},
                                      {"groups", "", "super-classes told apart (all classes: phi)"},
                                      {"phi_theory", "", "two clones end in the same super-class: exact"},
                                      {"phi", "", "measured"},
                                      {"phi_se", "", "standard error"},
                                      {0}};
static const sp_column classes[] = {
    {"t", "OU time", "time"}, {"class", "", "class"},           {"phi_theory", "", "mean posterior of the own class: exact"},
    {"phi", "", "measured"},  {"phi_se", "", "standard error"}, {"p_theory", "", "right attributions: exact"},
    {"p", "", "measured"},    {"p_se", "", "standard error"},   {0}};
static const sp_table_decl tables[] = {
    {"pairs", pairs, NULL, "Speciation time of every pair of classes"},
    SP_TREE_TABLES,
    {"curves", curves, "plot t R_theory,R by pair logy hline 1 vline t_first t_last title Separation D/S of the classes",
     "Classes are told apart where the mean of the log-likelihood ratio exceeds its fluctuation"},
    {"agreement", agreement, "plot t phi_theory,phi by groups vline t_first t_last title Agreement of clones",
     "Two clones branched at t end in the same super-class; plateaus lie between successive speciation times"},
    {"classes", classes, "plot t phi_theory,phi by class vline t_first t_last title Agreement, class by class", NULL},
    {0}};

typedef struct {
    const P *p;
    sp_gaussian_classes c;
    double *t_kl; /* K x K */
    sp_class_tree tree;
    const char *const *name;
    sp_vec t;
} work;

static sp_status pair_rows(sp_run *run, work *w, sp_result *out)
{
    size_t K = w->c.n_classes;
    double *t_sym = SP_NEW(run, double, K *K);
    w->t_kl = SP_NEW(run, double, K *K);
    if (!t_sym || !w->t_kl)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = 0; l < K; l++)
            if (k != l)
                SP_TRY(sp_gaussian_pair_time(run, &w->c, k, l, w->p->kappa, &w->t_kl[k * K + l]));
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++) {
            double kl = w->t_kl[k * K + l], lk = w->t_kl[l * K + k], sym = (kl + lk) / 2,
                   posterior[4] = {NAN, NAN, NAN, NAN}, correct[2] = {NAN, NAN};
            t_sym[k * K + l] = t_sym[l * K + k] = sym;
            bool known = false;
            if (!isnan(kl) && !w->c.covariance) {
                double *two = SP_NEW(run, double, 4 * w->c.n);
                static const double half[2] = {0.5, 0.5};
                if (!two)
                    return SP_FAILED;
                for (size_t i = 0; i < w->c.n; i++) {
                    two[i] = w->c.mean[k * w->c.n + i];
                    two[w->c.n + i] = w->c.mean[l * w->c.n + i];
                    two[2 * w->c.n + i] = w->c.variance[k * w->c.n + i];
                    two[3 * w->c.n + i] = w->c.variance[l * w->c.n + i];
                }
                sp_gaussian_classes alone = {2, w->c.n, w->c.multiplicity, half, two, two + 2 * w->c.n, NULL};
                SP_TRY(sp_gaussian_agreement_exact(run, &alone, kl, posterior, correct, &known));
            }
            SP_TRY(SP_ROW(sp_result_table(out, "pairs"), w->name[k], w->name[l], kl, lk, sym,
                          sp_gaussian_leading_time(&w->c, k, l, w->p->kappa), (posterior[0] + posterior[3]) / 2, correct[0],
                          correct[1],
                          isnan(sym)                                  ? "none"
                          : sp_gaussian_mean_driven(&w->c, k, l, sym) ? "mean"
                                                                      : "covariance"));
        }
    return sp_class_tree_create(run, K, t_sym, &w->tree);
}

static sp_status curve_rows(sp_run *run, const work *w, const sp_class_agreement *measured, sp_result *out)
{
    size_t K = w->c.n_classes;
    double *posterior = SP_NEW(run, double, K *K), *correct = SP_NEW(run, double, K);
    size_t *group = SP_NEW(run, size_t, K);
    if (!posterior || !correct || !group)
        return SP_FAILED;
    for (size_t i = 0; i < w->t.n; i++) {
        double t = w->t.v[i];
        bool known;
        const sp_class_agreement *m = measured ? &measured[i] : NULL;
        SP_TRY(sp_gaussian_agreement_exact(run, &w->c, t, posterior, correct, &known));
        for (size_t k = 0; k < K; k++)
            for (size_t l = 0; l < K; l++)
                if (k != l) {
                    double D, S;
                    sp_class_curve c = m ? m->curve[k * K + l] : (sp_class_curve){NAN, NAN, NAN, NAN, NAN, NAN};
                    SP_TRY(sp_gaussian_ratio(run, &w->c, k, l, t, &D, &S));
                    SP_TRY(SP_ROW(sp_result_table(out, "curves"), t, sp_format(run, "%s|%s", w->name[k], w->name[l]), D, S,
                                  S > 0 ? D / S : 0, c.D, c.D_se, c.S, c.S_se, c.R, c.R_se));
                }
        for (size_t s = 2; s <= K; s++) {
            double phi = 0;
            sp_class_tree_cut(&w->tree, s, group);
            for (size_t k = 0; k < K; k++)
                for (size_t l = 0; l < K; l++)
                    phi += group[k] == group[l] ? w->c.weight[k] * posterior[k * K + l] : 0;
            SP_TRY(SP_ROW(sp_result_table(out, "agreement"), t, s, phi, m ? m->super[s] : NAN, m ? m->super_se[s] : NAN));
        }
        for (size_t k = 0; k < K; k++)
            SP_TRY(SP_ROW(sp_result_table(out, "classes"), t, w->name[k], posterior[k * K + k],
                          m ? m->posterior[k * K + k] : NAN, m ? m->posterior_se[k * K + k] : NAN, correct[k],
                          m ? m->correct[k] : NAN, m ? m->correct_se[k] : NAN));
    }
    return SP_OK;
}

static sp_status run_speciation_gauss(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    work w = {.p = p};
    sp_gaussian_classes_params model = {p->d, p->data_var, p->mean, p->power, p->spectrum, p->covariance, p->weights};
    SP_TRY(sp_gaussian_classes_create(run, &model, &w.c));
    size_t K = w.c.n_classes;
    SP_TRY(sp_class_numbers(run, K, &w.name));
    SP_TRY(pair_rows(run, &w, out));
    SP_TRY(sp_tree_rows(run, out, &w.tree, w.name, &r->newick));
    r->t_first = w.tree.merge[K - 2].height;
    r->t_last = w.tree.merge[0].height;
    r->phi_universal = sp_speciation_agreement(2 * p->kappa);
    r->attribution_universal = sp_speciation_attribution(2 * p->kappa);
    w.t = p->t;
    if (!w.t.n)
        SP_TRY(sp_speciation_times(run, K, w.t_kl, 40, &w.t));
    sp_class_agreement *measured = NULL;
    if (p->simulate) {
        measured = SP_NEW(run, sp_class_agreement, w.t.n);
        if (!measured)
            return SP_FAILED;
        SP_TRY(sp_gaussian_agreement_simulate(run, &w.c, &w.tree, p->simulate, w.t, measured));
    }
    return curve_rows(run, &w, measured, out);
}

const sp_command sp_command_speciation_gauss = {
    .name = "speciation.gauss",
    .summary = "When Gaussian classes separate: exact times, agreement, tree of classes",
    .spec = "05:3.1-3.2,3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_speciation_gauss,
    SP_SIZES(P, R),
    .example = "--d 100 --simulate 500 --t 0.4:1.2:5"};
