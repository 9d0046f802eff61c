#include "features_options.h"

#include <string.h>

typedef struct {
    sp_vec eigenvalues, overlaps, n, ridge;
    double rho, flip;
    const char *loss;
} P;
typedef struct {
    double target_var, explained, effective_rank;
} R;
static const sp_param params[] = {
    SP_VEC(P, eigenvalues, SP_REQUIRED, SP_NONNEGATIVE, "feature^2",
           "eigenvalues w_i of the covariance of the features, list or file"),
    SP_VEC(P, overlaps, SP_REQUIRED, SP_NONNEGATIVE, "",
           "t_i = (v_i . E[y u])^2 on each eigenvector; for labels E[nu u] of the teacher field nu"),
    SP_REAL(P, rho, "0", SP_NONNEGATIVE, "target^2", "E y^2, for labels E nu^2 (0: what the features explain, sum t/w)"),
    SP_TEXT(P, loss, "regression",
            "regression (square loss on a real target), or, for labels sign(nu): square, logistic, hinge, sqhinge, an "
            "expression in m"),
    SP_REAL(P, flip, "0", ((sp_range){0, 0.5, false, true}), "1", "probability that a training label is flipped"),
    SP_VEC(P, n, "10:1000:41log", SP_POSITIVE, "", "samples"),
    SP_VEC(P, ridge, "0.1", SP_NONNEGATIVE, "1", "lambda of: sum of losses + lambda/2 |w|^2"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, target_var, "target^2", "rho"),
                                    SP_OUT(R, explained, "target^2", "part of it that the features explain, sum t/w"),
                                    SP_OUT(R, effective_rank, "", "exp of the entropy of the eigenvalues"),
                                    {0}};
static const sp_column regression[] = {{"curve", "", "what tells the curves apart"},
                                       {"n", "", "samples"},
                                       {"ridge", "1", "lambda of the sum of losses"},
                                       {"test", "target^2", "test error against the noisy target"},
                                       {"train", "target^2", "training error"},
                                       {"V", "1", "cavity variance"},
                                       {"M", "target^2", "E f y"},
                                       {"Q", "target^2", "E f^2"},
                                       {"weight_norm", "1", "|w|^2"},
                                       {"one_minus_b1", "1", "0: the test error diverges"},
                                       {"residual", "1", "of the equation solved"},
                                       {0}};
static const sp_column labels[] = {{"curve", "", "what tells the curves apart"},
                                   {"n", "", "samples"},
                                   {"ridge", "1", "lambda of the sum of losses"},
                                   {"test_err", "1", "share of misclassified inputs, clean labels"},
                                   {"test_err_noisy", "1", "against flipped labels"},
                                   {"test_loss", "1", "mean loss on new rows"},
                                   {"train_err", "1", "share of misclassified training rows"},
                                   {"train_loss", "1", "mean loss on the training rows"},
                                   {"V", "1", "cavity variance"},
                                   {"M", "1", "E f nu"},
                                   {"Q", "1", "E f^2"},
                                   {"weight_norm", "1", "|w|^2"},
                                   {"iterations", "", "of the solver"},
                                   {"residual", "1", "of the saddle point"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"regression", regression, "plot n test,train by curve logx logy",
     "Errors of ridge regression on features of this covariance"},
    {"labels", labels, "plot n test_err,train_err by curve logx", "Errors of classification on features of this covariance"},
    {0}};

static sp_status add_regression(sp_run *run, const P *p, const sp_covariate *g, double n, double ridge, const char *label,
                                sp_result *out)
{
    sp_covariate_ridge r;
    (void)run;
    (void)p;
    sp_covariate_ridge_solve(g, n, ridge, &r);
    if (!r.converged)
        sp_result_unconverged(out, "n %g, ridge %g: not converged, residual %.2g", n, ridge, r.residual);
    return SP_ROW(sp_result_table(out, "regression"), label, n, ridge, r.test, r.train, r.V, r.M, r.Q, r.weight_norm,
                  r.one_minus_b1, r.residual);
}

static sp_status run_features_equivalent(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    if (p->eigenvalues.n != p->overlaps.n)
        return sp_fail(run, SP_USAGE, "--eigenvalues has %zu entries, --overlaps has %zu", p->eigenvalues.n, p->overlaps.n);
    double total = 0, entropy = 0, explained = 0;
    for (size_t i = 0; i < p->eigenvalues.n; i++) {
        total += p->eigenvalues.v[i];
        if (p->eigenvalues.v[i] == 0 && p->overlaps.v[i] > 0)
            return sp_fail(run, SP_USAGE, "entry %zu: a direction without variance cannot overlap with the target", i + 1);
        if (p->eigenvalues.v[i] > 0)
            explained += p->overlaps.v[i] / p->eigenvalues.v[i];
    }
    for (size_t i = 0; i < p->eigenvalues.n; i++)
        if (p->eigenvalues.v[i] > 0)
            entropy -= p->eigenvalues.v[i] / total * log(p->eigenvalues.v[i] / total);
    double rho = p->rho > 0 ? p->rho : explained;
    if (!(total > 0) || !(rho > 0))
        return sp_fail(run, SP_USAGE, "at least one eigenvalue and one overlap must be positive");
    if (rho < explained * (1 - 1e-9))
        return sp_fail(run, SP_USAGE, "--rho %g is below what the features explain, sum t/w = %g", rho, explained);
    *r = (R){rho, explained, exp(entropy)};
    sp_covariate g = {p->eigenvalues.n, p->eigenvalues.v, p->overlaps.v, rho, false};
    size_t n_losses = 0;
    const sp_loss *losses = NULL;
    bool real_target = !strcmp(p->loss, "regression");
    if (!real_target)
        SP_TRY(sp_losses_open(run, p->loss, &n_losses, &losses));
    for (size_t j = 0; j < p->ridge.n; j++) {
        const char *label = p->ridge.n > 1 ? sp_format(run, "ridge = %.4g", p->ridge.v[j]) : "";
        for (size_t i = 0; i < p->n.n && real_target; i++)
            SP_TRY(add_regression(run, p, &g, p->n.v[i], p->ridge.v[j], label, out));
        for (size_t l = 0; l < n_losses; l++) {
            sp_classifier c = {0};
            const char *curve = sp_format(run, "%s%s%s", losses[l].name, *label ? ", " : "", label);
            for (size_t i = 0; i < p->n.n; i++) {
                sp_classifier warm = c;
                SP_TRY(sp_covariate_classify(run, &g, p->n.v[i], p->ridge.v[j], &losses[l], p->flip, &warm, &c));
                if (!c.converged)
                    sp_result_unconverged(out, "%s loss, n %g: not converged, residual %.2g", losses[l].name, p->n.v[i],
                                          c.residual);
                SP_TRY(SP_ROW(sp_result_table(out, "labels"), curve, p->n.v[i], p->ridge.v[j], c.test_err, c.test_err_noisy,
                              c.test_loss, c.train_err, c.train_loss, c.V, c.M, c.Q, c.weight_norm, (size_t)c.iterations,
                              c.residual));
            }
        }
    }
    return SP_OK;
}

const sp_command sp_command_features_equivalent = {
    .name = "features.equivalent",
    .summary = "Learning curves of any fixed features, from their covariance and overlap with the target",
    .spec = "17:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_equivalent,
    SP_SIZES(P, R),
    .example = "--eigenvalues 0.5,0.3,0.2,0.1,0.05 --overlaps 0.25,0.08,0.03,0.005,0.001 --rho 2 --n 2:50:9log --ridge 0.1"};
