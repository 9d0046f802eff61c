#include "features_options.h"

#include <string.h>

typedef struct {
    const sp_dataset *data;
    sp_vec p, n, ridge, ridge_paper;
    const char *activation, *loss;
    int route, label_model;
    bool parity, regression;
    double flip;
    size_t components, simulate, draw;
} P;
typedef struct {
    size_t rows, dimensions;
    double effective_rank, participation, target_var, linear_noise_var;
    size_t best_p, best_n;
    double best_ridge, best_ridge_paper, best_test, best_err;
} R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "rows with labels or a real target"),
    SP_VEC(P, p, "", SP_AT_LEAST(1), "", "numbers of random features (default 25 to 400 in powers of 2)"),
    SP_VEC(P, n, "", SP_AT_LEAST(2), "", "training rows (default 20 to half of the rows)"),
    SP_VEC(P, ridge, "", SP_NONNEGATIVE, "1", "lambda of: sum of losses + lambda/2 |w|^2 (default 0.01)"),
    SP_VEC(P, ridge_paper, "", SP_NONNEGATIVE, "1", "or lambda of the papers, ridge / (psi1 psi2)"),
    SP_TEXT(P, activation, "relu", "relu, tanh, erf, abs, sign, linear, leaky:A, or an expression in x"),
    SP_TEXT(P, loss, "square",
            "square (ridge regression), or losses of the margin: logistic, hinge, sqhinge, convex expressions in m"),
    SP_CHOICE(P, route, "gcm|spectrum|both", "gcm",
              "covariance of the drawn features (any data), or spectrum of the inputs (Gaussian data)"),
    SP_FLAG(P, parity, "label by the parity of the class number"),
    SP_FLAG(P, regression, "predict the class number itself"),
    SP_CHOICE(P, label_model, "classes|sign", "classes",
              "for losses other than square: two Gaussian classes, or the sign of a Gaussian field"),
    SP_REAL(P, flip, "0", ((sp_range){0, 0.5, false, true}), "1", "share of wrong labels, for --label-model sign"),
    SP_SIZE(P, components, "0", SP_NONNEGATIVE, "", "keep this many principal components of the inputs (0: all)"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "random subsamples trained beside the theory (0: none)"),
    SP_SIZE(P, draw, "0", SP_NONNEGATIVE, "", "which draw of the features"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, rows, "", "rows used"),
    SP_OUT(R, dimensions, "", "input dimensions with variance"),
    SP_OUT(R, effective_rank, "", "exp of the entropy of the covariance spectrum"),
    SP_OUT(R, participation, "", "(sum c)^2 / sum c^2"),
    SP_OUT(R, target_var, "target^2", "variance of the target"),
    SP_OUT(R, linear_noise_var, "target^2", "part of it that no linear function of the inputs explains"),
    SP_OUT(R, best_p, "", "recommended number of features, at the largest n"),
    SP_OUT(R, best_n, "", "that n"),
    SP_OUT(R, best_ridge, "1", "recommended ridge there"),
    SP_OUT(R, best_ridge_paper, "1", "the same in the papers' convention"),
    SP_OUT(R, best_test, "target^2", "predicted test error there"),
    SP_OUT(R, best_err, "1", "predicted share of misclassified rows there"),
    {0}};
#define MEASURED(name, unit)                                                                                                \
    {#name, unit, "simulated"}, { #name "_se", unit, "standard error" }
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"p", "", "features"},
                                    {"n", "", "training rows"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"ridge_paper", "1", "lambda of the papers"},
                                    {"test", "target^2", "test error (mean square), theory"},
                                    {"train", "target^2", "training error"},
                                    {"test_err", "1", "share of misclassified rows"},
                                    MEASURED(test_simulated, "target^2"),
                                    MEASURED(train_simulated, "target^2"),
                                    MEASURED(test_err_simulated, "1"),
                                    {"test_spectrum", "target^2", "test error from the spectrum of the inputs alone"},
                                    {"best_test", "target^2", "test error at the best ridge"},
                                    {"excess", "1", "test / best_test"},
                                    {"zone", "", "safe, or danger: the error is more than 1.5 times that of the best ridge"},
                                    {0}};
static const sp_column losses_[] = {{"curve", "", "what tells the curves apart"},
                                    {"loss", "", "training loss"},
                                    {"p", "", "features"},
                                    {"n", "", "training rows"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"test_err", "1", "share of misclassified rows, theory"},
                                    {"train_err", "1", "of the training rows"},
                                    {"test_loss", "1", "mean loss on new rows"},
                                    {"train_loss", "1", "on the training rows"},
                                    MEASURED(test_err_simulated, "1"),
                                    MEASURED(train_err_simulated, "1"),
                                    MEASURED(test_loss_simulated, "1"),
                                    MEASURED(train_loss_simulated, "1"),
                                    {"residual", "1", "of the saddle point"},
                                    {0}};
static const sp_column best[] = {{"p", "", "features"},
                                 {"n", "", "training rows"},
                                 {"ridge", "1", "ridge of least predicted test error"},
                                 {"ridge_paper", "1", "in the papers' convention"},
                                 {"test", "target^2", "test error there"},
                                 {"test_err", "1", "share of misclassified rows there"},
                                 {0}};
static const sp_column peaks[] = {{"p", "", "features"},
                                  {"ridge", "1", "lambda of the sum of losses"},
                                  {"kind", "", "nonlinear (n near p) or linear (below)"},
                                  {"n", "", "training rows at the peak"},
                                  {"height", "target^2", "test error there"},
                                  {0}};
static const sp_column alignment[] = {{"rank", "", "leading directions of the inputs"},
                                      {"variance_share", "1", "share of the input variance in them (saliency)"},
                                      {"signal_share", "1", "share of the linear signal in them (relevance)"},
                                      {0}};
#define WORDS                                                                                                               \
    "Predicted test error on this data, and direct training on random subsamples: the danger is where samples equal "       \
    "features"
#define CURVES(x)                                                                                                           \
    "plot " x " test,test_simulated,test_spectrum by curve logx logy; plot " x                                              \
    " train,train_simulated by curve logx logy; plot " x " test_err,test_err_simulated by curve logx"
static const sp_table_decl tables[] = {
    {"samples", columns, CURVES("n"), WORDS},
    {"features", columns, CURVES("p"), WORDS},
    {"map", columns, "map p n test logx logy logz; map p n zone logx logy; plot n test,test_simulated by curve logx logy",
     WORDS},
    {"losses", losses_, "plot n test_err,test_err_simulated,train_err,train_err_simulated by curve logx",
     "Classification with other losses"},
    {"best", best, "plot n test by p logx logy", "The best ridge for each size"},
    {"peaks", peaks, NULL, "Local maxima of the predicted test error along the number of rows"},
    {"alignment", alignment, "plot rank variance_share,signal_share logx",
     "Where the variance of the inputs is, and where the signal is"},
    {0}};

enum { BEST_LOW = -8, BEST_HIGH = 3 };

typedef struct {
    const P *p;
    R *r;
    sp_features_data data;
    sp_activation s;
    sp_population population;
    sp_vec sizes, rows, ridge;
    bool paper;
    sp_result *out;
} request;

static double unit_of(const request *q, double p, double n) { return p * n / ((double)q->data.d * (double)q->data.d); }

static const char *shape(const request *q) { return q->sizes.n > 1 ? q->rows.n > 1 ? "map" : "features" : "samples"; }

static const char *label(sp_run *run, const request *q, double p, double ridge, const char *loss)
{
    const char *text = loss ? loss : "";
    if (q->sizes.n > 1 && q->rows.n > 1)
        text = sp_format(run, "%s%sp = %g", text, *text ? ", " : "", p);
    if (q->ridge.n > 1)
        text = sp_format(run, "%s%s%s = %.4g", text, *text ? ", " : "", q->paper ? "ridge_paper" : "ridge", ridge);
    return text;
}

/* Predicted error against n at fixed ridge: maxima on a grid of 100 points a decade. */
static sp_status add_peaks(sp_run *run, const request *q, const sp_covariate *g, double p, double given)
{
    double low = 0.1 * p < 4 ? 4 : 0.1 * p, high = fmax(4 * p, (double)q->data.n / 2), before = -INFINITY, at = -INFINITY,
           n_at = 0;
    size_t points = (size_t)(100 * log10(high / low)) + 2;
    for (size_t i = 0; i <= points; i++) {
        double n = round(i < points ? low * pow(high / low, (double)i / (double)(points - 1)) : high + 1);
        if (n == n_at)
            continue;
        sp_covariate_ridge r;
        double ridge = given * (q->paper ? unit_of(q, p, n) : 1);
        sp_covariate_ridge_solve(g, n, ridge, &r);
        if (at > before && at > r.test && isfinite(before))
            SP_TRY(SP_ROW(sp_result_table(q->out, "peaks"), p, ridge, fabs(log10(n_at / p)) < 0.3 ? "nonlinear" : "linear",
                          n_at, at));
        before = at;
        at = r.test;
        n_at = n;
    }
    (void)run;
    return SP_OK;
}

static double spectrum_route(const request *q, double p, double n, double ridge)
{
    double d = (double)q->data.d;
    sp_features_point point = {p / d, n / d, ridge, q->data.linear_noise_var, q->s.mu1, q->s.mu_star2};
    sp_features_ridge r;
    sp_features_ridge_solve(&point, &q->population, &r);
    return r.test + q->data.linear_noise_var;
}

static sp_status add_square(sp_run *run, request *q, const sp_covariate *g, const sp_features_map *map, size_t p)
{
    double *ridge = SP_NEW(run, double, q->ridge.n);
    sp_features_data_measured *m = SP_NEW(run, sp_features_data_measured, q->ridge.n);
    if (!ridge || !m)
        return SP_FAILED;
    for (size_t i = 0; i < q->rows.n; i++) {
        double n = q->rows.v[i], unit = unit_of(q, (double)p, n);
        sp_features_best b;
        sp_covariate_ridge at_best;
        SP_TRY(sp_covariate_tune(run, g, n, unit, pow(10, BEST_LOW), pow(10, BEST_HIGH), &b));
        sp_covariate_ridge_solve(g, n, b.ridge, &at_best);
        double best_err = q->data.label ? sp_features_data_error(&q->data, at_best.M, at_best.Q) : NAN;
        SP_TRY(SP_ROW(sp_result_table(q->out, "best"), p, n, b.ridge, b.ridge_paper, b.test, best_err));
        if (i + 1 == q->rows.n && !(b.test >= q->r->best_test)) {
            q->r->best_p = p;
            q->r->best_n = (size_t)n;
            q->r->best_ridge = b.ridge;
            q->r->best_ridge_paper = b.ridge_paper;
            q->r->best_test = b.test;
            q->r->best_err = best_err;
        }
        for (size_t k = 0; k < q->ridge.n; k++) {
            ridge[k] = q->ridge.v[k] * (q->paper ? unit : 1);
            m[k] = (sp_features_data_measured){{NAN, NAN}, {NAN, NAN}, {NAN, NAN}, {NAN, NAN}, true};
        }
        if (q->p->simulate)
            SP_TRY(sp_features_data_measure(run, &q->data, map, p, (size_t)n, (sp_vec){q->ridge.n, ridge}, NULL,
                                            q->p->simulate, m));
        for (size_t k = 0; k < q->ridge.n; k++) {
            sp_covariate_ridge r;
            sp_covariate_ridge_solve(g, n, ridge[k], &r);
            if (!r.converged)
                sp_result_unconverged(q->out, "p %zu, n %g: not converged, residual %.2g", p, n, r.residual);
            double spectrum = q->p->route ? spectrum_route(q, (double)p, n, ridge[k]) : NAN;
            double test = q->p->route == 1 ? spectrum : r.test,
                   error = q->data.label && q->p->route != 1 ? sp_features_data_error(&q->data, r.M, r.Q) : NAN;
            SP_TRY(SP_ROW(sp_result_table(q->out, shape(q)), label(run, q, (double)p, q->ridge.v[k], NULL), p, n, ridge[k],
                          ridge[k] / unit, test, q->p->route == 1 ? NAN : r.train, error, m[k].test.mean, m[k].test.se,
                          m[k].train.mean, m[k].train.se, m[k].test_err.mean, m[k].test_err.se, spectrum, b.test,
                          r.test / b.test, r.test > 1.5 * b.test ? "danger" : "safe"));
        }
        SP_TRY(sp_poll(run));
    }
    for (size_t k = 0; k < q->ridge.n; k++)
        SP_TRY(add_peaks(run, q, g, (double)p, q->ridge.v[k]));
    return SP_OK;
}

static sp_status add_loss(sp_run *run, request *q, const sp_covariate *g, const sp_features_map *map, size_t p,
                          const sp_loss *loss)
{
    for (size_t k = 0; k < q->ridge.n; k++) {
        sp_classifier c = {0};
        for (size_t i = 0; i < q->rows.n; i++) {
            double n = q->rows.v[i], ridge = q->ridge.v[k] * (q->paper ? unit_of(q, (double)p, n) : 1);
            sp_classifier warm = c;
            sp_features_data_measured m = {{NAN, NAN}, {NAN, NAN}, {NAN, NAN}, {NAN, NAN}, true};
            SP_TRY(sp_covariate_classify(run, g, n, ridge, loss, q->p->flip, &warm, &c));
            if (!c.converged)
                sp_result_unconverged(q->out, "%s loss, p %zu, n %g: not converged, residual %.2g", loss->name, p, n,
                                      c.residual);
            if (q->p->simulate)
                SP_TRY(sp_features_data_measure(run, &q->data, map, p, (size_t)n, (sp_vec){1, &ridge}, loss, q->p->simulate,
                                                &m));
            if (!m.converged)
                sp_result_unconverged(q->out, "%s loss, p %zu, n %g: a simulated fit did not converge", loss->name, p, n);
            SP_TRY(SP_ROW(sp_result_table(q->out, "losses"), label(run, q, (double)p, q->ridge.v[k], loss->name), loss->name,
                          p, n, ridge, c.test_err_noisy, c.train_err, c.test_loss, c.train_loss, m.test_err.mean,
                          m.test_err.se, m.train_err.mean, m.train_err.se, m.test.mean, m.test.se, m.train.mean, m.train.se,
                          c.residual));
            SP_TRY(sp_poll(run));
        }
    }
    return SP_OK;
}

static sp_status add_alignment(sp_run *run, const request *q)
{
    double variance = 0, signal = 0, total = q->data.target_var - q->data.linear_noise_var, all = 0;
    (void)run;
    for (size_t k = 0; k < q->data.n_directions; k++)
        all += q->data.spectrum[k];
    for (size_t k = 0; k < q->data.n_directions; k++) {
        variance += q->data.spectrum[k] / all;
        signal += q->data.signal[k];
        SP_TRY(SP_ROW(sp_result_table(q->out, "alignment"), k + 1, variance, total > 0 ? signal / total : NAN));
    }
    return SP_OK;
}

/* Whole numbers, log-spaced. */
static sp_status default_rows(sp_run *run, size_t low, size_t high, sp_vec *out)
{
    enum { N = 16 };
    double *v = SP_NEW(run, double, N);
    size_t n = 0;
    for (int i = 0; v && i < N; i++) {
        double x = round((double)low * pow((double)high / (double)low, (double)i / (N - 1)));
        if (n == 0 || x > v[n - 1])
            v[n++] = x;
    }
    *out = (sp_vec){n, v};
    return v ? SP_OK : SP_FAILED;
}

static sp_status open_request(sp_run *run, request *q)
{
    const P *p = q->p;
    if (p->ridge.n && p->ridge_paper.n)
        return sp_fail(run, SP_USAGE, "give --ridge or --ridge-paper, not both");
    for (size_t i = 0; i < p->n.n; i++)
        if (p->n.v[i] != floor(p->n.v[i]) || p->n.v[i] + 10 > (double)p->data->n)
            return sp_fail(run, SP_USAGE, "--n: whole numbers up to %zu (the %zu rows less 10 to test on), got %g",
                           p->data->n - 10, p->data->n, p->n.v[i]);
    for (size_t i = 0; i < p->p.n; i++)
        if (p->p.v[i] != floor(p->p.v[i]))
            return sp_fail(run, SP_USAGE, "--p: whole numbers, got %g", p->p.v[i]);
    SP_TRY(sp_activation_open(run, p->activation, 1, &q->s));
    SP_TRY(
        sp_features_data_open(run, p->data, &(sp_features_data_options){p->components, p->parity, p->regression}, &q->data));
    static const double sizes[] = {25, 50, 100, 200, 400}, ridge[] = {0.01};
    q->sizes = p->p.n ? p->p : (sp_vec){5, sizes};
    q->ridge = p->ridge.n ? p->ridge : p->ridge_paper.n ? p->ridge_paper : (sp_vec){1, ridge};
    q->paper = p->ridge_paper.n > 0;
    q->rows = p->n;
    if (!q->rows.n)
        SP_TRY(default_rows(run, q->data.n / 4 < 20 ? 2 : 20, q->data.n / 2, &q->rows));
    SP_TRY(sp_features_data_population(run, &q->data, &q->population));
    if (p->route && q->data.rank < 50)
        sp_warn(run, "effective rank %.0f < 50: the spectrum route can be off by a factor 2 on such data (gcm is not)",
                q->data.rank);
    if (q->data.n < 10 * q->data.n_directions && p->route)
        sp_warn(run, "fewer than 10 rows per dimension: the spectrum of the sample is wider than that of the population");
    return SP_OK;
}

static sp_status run_features_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    request q = {.p = p, .r = r, .out = out};
    size_t n_losses, largest = 0;
    const sp_loss *losses;
    SP_TRY(sp_losses_open(run, p->loss, &n_losses, &losses));
    SP_TRY(open_request(run, &q));
    *r = (R){q.data.n,
             q.data.n_directions,
             q.data.rank,
             q.data.participation,
             q.data.target_var,
             q.data.linear_noise_var,
             0,
             0,
             NAN,
             NAN,
             NAN,
             NAN};
    for (size_t i = 0; i < q.sizes.n; i++)
        largest = (size_t)q.sizes.v[i] > largest ? (size_t)q.sizes.v[i] : largest;
    bool other = false;
    for (size_t l = 0; l < n_losses; l++)
        other |= losses[l].kind != SP_LOSS_SQUARE;
    if (other && !q.data.label)
        return sp_fail(run, SP_USAGE, "a loss other than square needs labels of two values");
    sp_features_map map;
    SP_TRY(sp_features_data_map(run, &q.data, &q.s, largest, p->draw, &map));
    for (size_t i = 0; i < q.sizes.n; i++) {
        sp_mark mark = sp_memory_mark(run);
        size_t size = (size_t)q.sizes.v[i];
        sp_covariate regression, labels;
        SP_TRY(sp_features_map_covariate(run, &q.data, &map, size, SP_TARGET_NUMBER, 0, &regression));
        SP_TRY(add_square(run, &q, &regression, &map, size));
        if (other)
            SP_TRY(sp_features_map_covariate(run, &q.data, &map, size, p->label_model ? SP_TARGET_SIGN : SP_TARGET_CLASSES,
                                             p->flip, &labels));
        for (size_t l = 0; l < n_losses; l++)
            if (losses[l].kind != SP_LOSS_SQUARE)
                SP_TRY(add_loss(run, &q, &labels, &map, size, &losses[l]));
        sp_memory_release(run, mark);
        sp_progress(run, "sizes", (double)(i + 1) / (double)q.sizes.n);
    }
    return add_alignment(run, &q);
}

const sp_command sp_command_features_data = {
    .name = "features.data",
    .summary = "Predicted learning curves of random features on your data, the danger zones, the best size and ridge",
    .spec = "17:3.6, 5; 20:5; 21:5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_data,
    SP_SIZES(P, R),
    .example = "gen:gaussian-mixture,d=20,n=600,seed=1 --p 50 --n 20,50,100 --simulate 3"};
