#include "speciation_tables.h"

typedef struct {
    const sp_dataset *data;
    int estimator;
    sp_vec t;
    double kappa;
    size_t rank, queries;
    const char *logits;
    bool attribution;
} P;
typedef sp_speciation_data_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "labelled data"),
    SP_CHOICE(P, estimator, "all|moments|gauss|kde|logits", "all",
              "moments (late times), Gaussian fit of each class with cross-fitting, kernel densities, your classifier"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times, ascending (default: 40 from 0.02 on)"),
    SP_REAL(P, kappa, "1", SP_POSITIVE, "", "classes separate where mean/deviation of their log-likelihood ratio is kappa"),
    SP_SIZE(P, rank, "0", SP_NONNEGATIVE, "",
            "principal directions of a class that are fitted, the rest is isotropic (0: all up to d = 128, else 64)"),
    SP_SIZE(P, queries, "1000", SP_AT_LEAST(16), "", "noised points of the kernel estimate"),
    SP_TEXT(P, logits, "",
            "table t, sample, logit_1..logit_K of a classifier trained on noised data (samples: rows from 0)"),
    SP_FLAG(P, attribution, "list for every point when it is attributed to its class (table attribution)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n, "", "points"),
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, n_classes, "", "classes"),
    SP_OUT(R, n_pairs, "", "pairs of classes"),
    SP_OUT(R, t_first, "OU time", "the pair that separates first in generation: largest t_sym"),
    SP_OUT(R, t_first_se, "OU time", "standard error"),
    SP_OUT(R, t_last, "OU time", "the pair that separates last: smallest t_sym"),
    SP_OUT(R, t_last_se, "OU time", "standard error"),
    SP_OUT(R, t_C_spectral, "OU time", "collapse (upper bound): kernel densities mean nothing below"),
    SP_OUT(R, estimator, "", "that of t_sym and of the curves"),
    SP_OUT(R, newick, "", "the tree of classes, branch lengths in OU time"),
    {0}};
static const sp_column pairs[] = {{"class_k", "", "class"},
                                  {"class_l", "", "class"},
                                  {"n_k", "", "its points"},
                                  {"n_l", "", "its points"},
                                  {"dm2", "data^2", "|m_k - m_l|^2, unbiased"},
                                  {"dm2_se", "data^2", "standard error"},
                                  {"dC2", "data^4", "|C_k - C_l|_F^2, unbiased"},
                                  {"dC2_se", "data^4", "standard error"},
                                  {"t_moments", "OU time", "leading order at late times, from these two"},
                                  {"t_moments_se", "OU time", "standard error"},
                                  {"t_gauss_kl", "OU time", "Gaussian fit, seen from k"},
                                  {"t_gauss_kl_se", "OU time", "standard error"},
                                  {"t_gauss_lk", "OU time", "Gaussian fit, seen from l"},
                                  {"t_gauss_lk_se", "OU time", "standard error"},
                                  {"t_kde_kl", "OU time", "kernel densities, seen from k"},
                                  {"t_kde_kl_se", "OU time", "standard error"},
                                  {"t_kde_lk", "OU time", "kernel densities, seen from l"},
                                  {"t_kde_lk_se", "OU time", "standard error"},
                                  {"t_logits_kl", "OU time", "your classifier, seen from k"},
                                  {"t_logits_kl_se", "OU time", "standard error"},
                                  {"t_logits_lk", "OU time", "your classifier, seen from l"},
                                  {"t_logits_lk_se", "OU time", "standard error"},
                                  {"t_sym", "OU time", "mean of both, of the estimator named in `estimator`"},
                                  {"t_sym_se", "OU time", "standard error"},
                                  {"driver", "", "what separates them: mean or covariance"},
                                  {"reason", "", "why there is no time"},
                                  {0}};
static const sp_column naive[] = {{"class_k", "", "class"},
                                  {"class_l", "", "class"},
                                  {"dm2_naive", "data^2", "from the sample means: too large by tr(C)/n of both classes"},
                                  {"dC2_naive", "data^4", "from the sample covariances: too large by tr(C)^2/n"},
                                  {0}};
static const sp_column curves[] = {{"t", "OU time", "time"},
                                   {"pair", "", "class of the points | other class"},
                                   {"D", "nat", "mean log-likelihood ratio"},
                                   {"D_se", "nat", "standard error"},
                                   {"S", "nat", "its standard deviation"},
                                   {"S_se", "nat", "standard error"},
                                   {"R", "", "D/S"},
                                   {"R_se", "", "standard error"},
                                   {0}};
static const sp_column classes[] = {{"t", "OU time", "time"},
                                    {"class", "", "class"},
                                    {"phi", "", "mean posterior of the own class"},
                                    {"phi_se", "", "standard error"},
                                    {"p", "", "right attributions"},
                                    {"p_se", "", "standard error"},
                                    {0}};
static const sp_column agreement[] = {{"t", "OU time", "time"},
                                      {"groups", "", "super-classes told apart"},
                                      {"phi", "", "two clones end in the same super-class"},
                                      {"phi_se", "", "standard error"},
                                      {0}};
static const sp_column mixed[] = {{"t", "OU time", "time"},
                                  {"groups", "", "super-classes that are told apart"},
                                  {"classes", "", "the super-classes: classes inside one are still mixed"},
                                  {0}};
static const sp_column attribution[] = {{"index", "", "row of the data"},
                                        {"class", "", "its class"},
                                        {"t_last_correct", "OU time", "from here down it is attributed to its class"},
                                        {"posterior_t_first", "", "posterior of its class near t_first"},
                                        {"posterior_t_last", "", "posterior of its class near t_last"},
                                        {0}};
static const sp_table_decl tables[] = {
    {"pairs", pairs, "map class_k class_l t_sym title When pairs of classes separate",
     "The larger the time, the earlier in generation the two classes are told apart"},
    SP_TREE_TABLES,
    {"mixed", mixed, NULL, "Classes that cannot be told apart at time t share a group"},
    {"classes", classes, "plot t phi by class logx vline t_first t_last title Agreement, class by class", NULL},
    {"agreement", agreement, "plot t phi by groups logx vline t_first t_last title Agreement of clones",
     "Two clones branched at t end in the same super-class"},
    {"curves", curves, "plot t R by pair logx logy hline 1 vline t_first t_last yrange 0.05:20 title Separation D/S",
     "Classes are told apart where the mean of the log-likelihood ratio exceeds its fluctuation"},
    {"naive", naive, NULL, "Plain moments, for comparison: biased"},
    {"attribution", attribution, "hist t_last_correct", NULL},
    {0}};

static sp_status pair_rows(const sp_speciation_data_detail *detail, size_t n, const char *const *name, sp_result *out)
{
    for (size_t i = 0; i < n; i++) {
        const sp_speciation_pair *p = &detail->pair[i];
        sp_cell row[] = {SP_MAP(name[p->class_k], name[p->class_l], p->n_k, p->n_l, p->dm2, p->dm2_se, p->dC2, p->dC2_se,
                                p->t_moments, p->t_moments_se, p->gauss.kl, p->gauss.kl_se, p->gauss.lk, p->gauss.lk_se,
                                p->kde.kl, p->kde.kl_se, p->kde.lk, p->kde.lk_se),
                         SP_MAP(p->logits.kl, p->logits.kl_se, p->logits.lk, p->logits.lk_se, p->t_sym, p->t_sym_se,
                                p->driver, p->reason)};
        SP_TRY(sp_table_add(sp_result_table(out, "pairs"), sizeof row / sizeof *row, row));
        SP_TRY(SP_ROW(sp_result_table(out, "naive"), name[p->class_k], name[p->class_l], p->dm2_naive, p->dC2_naive));
    }
    return SP_OK;
}

/* "{0 3} {1} {2}" */
static const char *groups_text(sp_run *run, const sp_class_tree *tree, const char *const *name, size_t n, size_t *group)
{
    const char *text = "";
    sp_class_tree_cut(tree, n, group);
    for (size_t g = 0; g < n && text; g++) {
        const char *inside = "";
        for (size_t k = 0; k < tree->n_classes && inside; k++)
            if (group[k] == g)
                inside = sp_format(run, "%s%s%s", inside, *inside ? " " : "", name[k]);
        text = sp_format(run, "%s%s{%s}", text, *text ? " " : "", inside ? inside : "");
    }
    return text;
}

static sp_status time_rows(sp_run *run, const sp_speciation_data_detail *detail, const char *const *name, sp_result *out)
{
    size_t K = detail->tree.n_classes, *group = SP_NEW(run, size_t, K);
    if (!group)
        return SP_FAILED;
    for (size_t i = 0; i < detail->t.n; i++) {
        double t = detail->t.v[i];
        size_t groups = K;
        for (size_t m = 0; m + 1 < K; m++)
            groups -= detail->tree.merge[m].height < t;
        SP_TRY(SP_ROW(sp_result_table(out, "mixed"), t, groups, groups_text(run, &detail->tree, name, groups, group)));
        if (!detail->agreement)
            continue;
        const sp_class_agreement *m = &detail->agreement[i];
        for (size_t k = 0; k < K; k++) {
            SP_TRY(SP_ROW(sp_result_table(out, "classes"), t, name[k], m->posterior[k * K + k], m->posterior_se[k * K + k],
                          m->correct[k], m->correct_se[k]));
            for (size_t l = 0; l < K; l++)
                if (l != k) {
                    const sp_class_curve *c = &m->curve[k * K + l];
                    SP_TRY(SP_ROW(sp_result_table(out, "curves"), t, sp_format(run, "%s|%s", name[k], name[l]), c->D,
                                  c->D_se, c->S, c->S_se, c->R, c->R_se));
                }
        }
        for (size_t s = 2; s <= K; s++)
            SP_TRY(SP_ROW(sp_result_table(out, "agreement"), t, s, m->super[s], m->super_se[s]));
    }
    return SP_OK;
}

static size_t nearest(sp_vec t, double wanted)
{
    size_t best = 0;
    for (size_t i = 1; i < t.n; i++)
        if (fabs(t.v[i] - wanted) < fabs(t.v[best] - wanted))
            best = i;
    return best;
}

static sp_status attribution_rows(const P *p, const R *r, const sp_speciation_data_detail *detail, sp_result *out)
{
    if (!p->attribution || !detail->posterior)
        return SP_OK;
    size_t first = nearest(detail->t, r->t_first), last = nearest(detail->t, r->t_last);
    for (size_t i = 0; i < p->data->n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "attribution"), i, p->data->class_name[p->data->label[i]],
                      detail->t_last_correct[i], detail->posterior[i * detail->t.n + first],
                      detail->posterior[i * detail->t.n + last]));
    return SP_OK;
}

static sp_status run_speciation_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_speciation_data_params params = {p->data, p->estimator, p->t, p->kappa, p->rank, p->queries, p->logits};
    sp_speciation_data_detail detail;
    if (p->attribution && p->estimator != SP_CLASSES_ALL && p->estimator != SP_CLASSES_GAUSS)
        return sp_fail(run, SP_USAGE, "--attribution needs --estimator gauss (or all)");
    SP_TRY(sp_speciation_data(run, &params, r, &detail));
    SP_TRY(pair_rows(&detail, r->n_pairs, p->data->class_name, out));
    SP_TRY(sp_tree_rows(run, out, &detail.tree, p->data->class_name, &r->newick));
    SP_TRY(time_rows(run, &detail, p->data->class_name, out));
    return attribution_rows(p, r, &detail, out);
}

const sp_command sp_command_speciation_data = {.name = "speciation.data",
                                               .summary = "When each pair of classes of labelled data separates, and the "
                                                          "tree of classes in time",
                                               .spec = "05:3.5,3.7",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_speciation_data,
                                               SP_SIZES(P, R),
                                               .example = "gen:gaussian-mixture,d=16,n=800,classes=3 --queries 200"};
