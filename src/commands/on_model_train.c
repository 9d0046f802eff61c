#include "on_model_options.h"

typedef struct {
    size_t L, dim;
    int constraint;
    double temperature, mass, mass_times_L, r, u;
    double t, eta, eps;
    int64_t layers;
    int start;
    size_t radius, batch, steps;
    sp_vec unbalanced_gamma;
    double a0, b0, tau;
} P;
typedef struct {
    double eta, excess, excess_theory, slope, slope_se, rms, floor;
    size_t steps_to_eps;
} R;
static const sp_param params[] = {
    ON_MODEL_LATTICE(P, "16"),
    SP_REAL(P, t, "0.05", SP_POSITIVE, "OU time", "diffusion time of the network"),
    SP_INT(P, layers, "1", SP_BETWEEN(1, 2), "", "linear layers"),
    SP_CHOICE(P, start, "balanced|unbalanced", "balanced",
              "two layers: from a = b = Gamma_max^{-1/2}, or from a = 1 and b = 1/Gamma_max"),
    SP_SIZE(P, radius, "0", SP_NONNEGATIVE, "sites", "window of each layer (0: all weights)"),
    SP_SIZE(P, batch, "64", SP_NONNEGATIVE, "", "fields and noises drawn for each step (0: the mean descent)"),
    SP_SIZE(P, steps, "400", SP_BETWEEN(1, 10000000), "", "steps of gradient descent"),
    SP_REAL(P, eta, "0", SP_NONNEGATIVE, "", "rate (0: 0.5/Gamma_max for one layer, 0.1 for two)"),
    SP_REAL(P, eps, "0.01", SP_OPEN_FRACTION, "", "steps_to_eps: fraction of the excess loss"),
    SP_VEC(P, unbalanced_gamma, "", SP_POSITIVE, "", "table `unbalanced`: variances Gamma of single modes"),
    SP_REAL(P, a0, "1", SP_ANY, "", "their start, first layer"),
    SP_REAL(P, b0, "0.1", SP_ANY, "", "second layer"),
    SP_REAL(P, tau, "0.3", SP_NONNEGATIVE, "1", "their training time"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, eta, "", "rate used"),
                                    SP_OUT(R, excess, "", "relative excess loss at the end"),
                                    SP_OUT(R, excess_theory, "", "of the mean descent"),
                                    SP_OUT(R, steps_to_eps, "", "first step with excess <= eps (0: not reached)"),
                                    SP_OUT(R, slope, "", "regression of the weights w_k on the theory"),
                                    SP_OUT(R, slope_se, "", "standard error from the scatter"),
                                    SP_OUT(R, rms, "", "relative root mean square deviation from it"),
                                    SP_OUT(R, floor, "", "with a window: relative excess of the best kernel of its reach"),
                                    {0}};
static const sp_column curves[] = {{"step", "", "step of descent"},
                                   {"excess", "", "relative excess loss of this run"},
                                   {"excess_theory", "", "of the mean descent"},
                                   {0}};
static const sp_column modes[] = {{"k", "1/site", "sqrt(khat2)"}, {"gamma", "", "variance of the mode"},
                                  {"w", "", "weight learnt"},     {"w_theory", "", "by the mean descent"},
                                  {"w_exact", "", "1/gamma"},     {0}};
static const sp_column learning[] = {{"k", "1/site", "sqrt(khat2)"},
                                     {"step", "", "step of the mean descent"},
                                     {"fraction", "", "w gamma: 1 when the mode is learnt"},
                                     {0}};
static const sp_column unbalanced[] = {{"gamma", "", "variance"}, {"w", "", "a b at tau"}, {0}};
static const sp_table_decl tables[] = {
    {"curves", curves, "plot step excess,excess_theory logy", "Learning curve of sampled fields beside the mean"},
    {"modes", modes, "plot k w,w_theory,w_exact logx logy points",
     "Long waves are learnt first by one layer; two layers learn all at one rate"},
    {"learning", learning, "plot k fraction by step logx logy points",
     "Each mode at several steps, by the closed forms without a window (two layers: of the flow)"},
    {"unbalanced", unbalanced, NULL, NULL},
    {0}};

enum { MOST_ROWS = 2000 };

static void compare(const P *p, const sp_field_lattice *l, const double *w, const double *mean, R *r)
{
    double xy = 0, xx = 0, rms = 0, n = 0, scatter = 0;
    for (size_t i = 0; i < l->n_modes; i++) {
        xy += l->multiplicity[i] * w[i] * mean[i];
        xx += l->multiplicity[i] * mean[i] * mean[i];
        n += 1;
    }
    r->slope = xy / xx;
    for (size_t i = 0; i < l->n_modes; i++) {
        scatter += l->multiplicity[i] * (w[i] - r->slope * mean[i]) * (w[i] - r->slope * mean[i]);
        rms += l->multiplicity[i] * (w[i] - mean[i]) * (w[i] - mean[i]);
    }
    r->slope_se = p->batch ? sqrt(scatter / xx / (n - 1)) : 0;
    r->rms = sqrt(rms / xx);
}

static sp_status run_on_model_train(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    if (2 * p->radius + 1 > p->L && p->radius)
        return sp_fail(run, SP_USAGE, "--radius %zu does not fit on --L %zu", p->radius, p->L);
    sp_on_model model = ON_MODEL_OF(p, p->L);
    sp_field_lattice l;
    sp_field_modes m;
    SP_TRY(sp_on_lattice(run, &model, &l));
    SP_TRY(sp_lattice_modes(run, &l, &m));
    double low, high;
    sp_field_gamma_range(&m, p->t, &low, &high);
    sp_field_descent d = {(int)p->layers, p->radius, p->batch, p->steps, p->eta, p->start == 0};
    if (!(d.eta > 0))
        d.eta = p->layers == 1 ? 0.5 / high : 0.1;
    double *w = SP_NEW(run, double, l.n_modes), *mean = SP_NEW(run, double, l.n_modes),
           *excess = SP_NEW(run, double, p->steps + 1), *expected = SP_NEW(run, double, p->steps + 1);
    if (!w || !mean || !excess || !expected)
        return SP_FAILED;
    SP_TRY(sp_field_train(run, &l, p->t, &d, w, excess));
    d.batch = 0;
    SP_TRY(sp_field_train(run, &l, p->t, &d, mean, expected));
    *r = (R){.eta = d.eta, .excess = excess[p->steps], .excess_theory = expected[p->steps], .floor = NAN};
    compare(p, &l, w, mean, r);
    size_t every = p->steps / MOST_ROWS + 1;
    for (size_t s = p->steps + 1; s-- > 0;)
        if (excess[s] <= p->eps)
            r->steps_to_eps = s;
    for (size_t s = 0; s <= p->steps; s += every)
        SP_TRY(SP_ROW(sp_result_table(out, "curves"), s, excess[s], expected[s]));
    for (size_t i = 0; i < l.n_modes; i++) {
        double gamma = sp_field_gamma(l.C[i], p->t);
        SP_TRY(SP_ROW(sp_result_table(out, "modes"), sqrt(l.k2[i]), gamma, w[i], mean[i], 1 / gamma));
    }
    for (size_t part = 8; part > 0; part /= 2) {
        size_t step = p->steps / part;
        for (size_t i = 0; i < m.n; i++) {
            double gamma = sp_field_gamma(m.C[i], p->t),
                   weight = p->layers == 1 ? sp_one_layer_weight(gamma, high, d.eta * high, (double)step)
                                           : sp_two_layer_weight(gamma, 1 / high, d.eta * (double)step);
            SP_TRY(SP_ROW(sp_result_table(out, "learning"), sqrt(m.k2[i]), step, gamma * weight));
        }
    }
    for (size_t i = 0; i < p->unbalanced_gamma.n; i++) {
        double gamma = p->unbalanced_gamma.v[i];
        SP_TRY(SP_ROW(sp_result_table(out, "unbalanced"), gamma, sp_two_layer_unbalanced(gamma, p->a0, p->b0, p->tau)));
    }
    size_t reach = (size_t)p->layers * p->radius;
    if (p->radius && 2 * reach + 1 <= p->L) {
        sp_local_kernel kernel;
        SP_TRY(sp_local_kernel_solve(run, &l, p->t, reach, 0.5, p->eps, &kernel));
        r->floor = kernel.relative;
    }
    return SP_OK;
}

const sp_command sp_command_on_model_train = {
    .name = "on-model.train",
    .summary = "Gradient descent of linear convolutional scores on sampled fields beside the theory",
    .spec = "04:3.3-3.5, 3.7",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_on_model_train,
    SP_SIZES(P, R),
    .example = "--L 16 --steps 100 --batch 16"};
