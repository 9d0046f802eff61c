#include "features_options.h"

#include <string.h>

typedef struct {
    sp_features_options o;
    const char *losses;
    double flip;
} P;
typedef struct {
    double largest_gap, smallest_gap;
} R;
static const sp_param params[] = {
    SP_TEXT(P, losses, "square,logistic", "two losses: square, logistic, hinge, sqhinge, or convex expressions in m"),
    SP_REAL(P, flip, "0", ((sp_range){0, 0.5, false, true}), "1", "probability that a training label is flipped"),
    FEATURES_SIZES(P, "10", "1"),
    FEATURES_VEC(P, ridge, SP_POSITIVE, "1", "lambda of: sum of losses + lambda/2 |w|^2 (default 0.1)"),
    FEATURES_VEC(P, ridge_paper, SP_POSITIVE, "1", "or lambda of the papers, ridge / (psi1 psi2)"),
    FEATURES_MODEL(P),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, largest_gap, "1", "largest advantage of the second loss"),
                                    SP_OUT(R, smallest_gap, "1", "smallest one (negative: the first is better)"),
                                    {0}};
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"rx", "1", "variance of strong over weak directions"},
                                    {"rb", "1", "teacher on strong over weak directions"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"ridge_paper", "1", "lambda of the papers"},
                                    {"first", "1", "test error of the first loss, clean labels"},
                                    {"second", "1", "test error of the second loss"},
                                    {"gap", "1", "first minus second"},
                                    {"residual", "1", "larger of the two solvers"},
                                    {0}};
#define WORDS                                                                                                               \
    "The easier the task (strong directions that matter), the larger the advantage of the logistic over the square loss"
static const sp_table_decl tables[] = {{"structure", columns, "map rx rb gap logx logy; plot rb gap by curve logx", WORDS},
                                       {"sizes", columns, "plot psi1 gap by curve logx", WORDS},
                                       {0}};

static sp_status add_structure(sp_run *run, const P *p, double rx, double rb, bool blocks, const sp_loss *losses,
                               const char *table, sp_result *out, R *r)
{
    static const double ten[] = {10}, one[] = {1}, ridge[] = {0.1}, zero[] = {0};
    sp_features_defaults defaults = {.psi1 = {1, ten}, .psi2 = {1, one}, .noise_var = {1, zero}, .ridge = {1, ridge}};
    sp_features_options o = p->o;
    sp_features_grid g;
    if (blocks) {
        o.rx = (sp_vec){1, &rx};
        o.rb = (sp_vec){1, &rb};
    }
    SP_TRY(sp_features_grid_open(run, &o, &defaults, &g));
    sp_classifier c[2] = {0};
    for (size_t i = 0; i < sp_features_grid_size(&g); i++) {
        size_t activation;
        sp_features_point point = sp_features_grid_at(&g, i, &activation);
        for (int l = 0; l < 2; l++) {
            sp_classifier warm = c[l];
            SP_TRY(sp_features_classify(run, &point, &g.population, &losses[l], p->flip, &warm, &c[l]));
            if (!c[l].converged)
                sp_result_unconverged(out, "%s loss, rx %g, rb %g, psi1 %g, psi2 %g: not converged, residual %.2g",
                                      losses[l].name, rx, rb, point.psi1, point.psi2, c[l].residual);
        }
        const char *label = sp_features_label(run, &g, i, 1, 1);
        if (blocks)
            label = sp_format(run, "rx = %.4g%s%s%s", rx, strcmp(table, "sizes") ? "" : sp_format(run, ", rb = %.4g", rb),
                              *label ? ", " : "", label);
        double gap = c[0].test_err - c[1].test_err;
        r->largest_gap = fmax(r->largest_gap, gap);
        r->smallest_gap = fmin(r->smallest_gap, gap);
        SP_TRY(SP_ROW(sp_result_table(out, table), label, rx, rb, point.psi1, point.psi2, point.ridge,
                      sp_features_ridge_paper(&point), c[0].test_err, c[1].test_err, gap,
                      fmax(c[0].residual, c[1].residual)));
    }
    return SP_OK;
}

static sp_status run_features_compare(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    size_t n_losses;
    const sp_loss *losses;
    SP_TRY(sp_losses_open(run, p->losses, &n_losses, &losses));
    if (n_losses != 2)
        return sp_fail(run, SP_USAGE, "--losses takes two losses separated by a comma, got %zu", n_losses);
    bool blocks = p->o.phi.n || p->o.rx.n || p->o.rb.n;
    size_t n_rx = blocks && p->o.rx.n ? p->o.rx.n : 1, n_rb = blocks && p->o.rb.n ? p->o.rb.n : 1;
    bool sizes = p->o.psi1.n > 1 || p->o.p.n > 1 || p->o.psi2.n > 1 || p->o.n.n > 1;
    *r = (R){-INFINITY, INFINITY};
    for (size_t i = 0; i < n_rx; i++)
        for (size_t j = 0; j < n_rb; j++) {
            sp_mark mark = sp_memory_mark(run);
            double rx = p->o.rx.n ? p->o.rx.v[i] : 1, rb = p->o.rb.n ? p->o.rb.v[j] : 1;
            SP_TRY(add_structure(run, p, rx, rb, blocks, losses, sizes ? "sizes" : "structure", out, r));
            sp_memory_release(run, mark);
            SP_TRY(sp_poll(run));
            sp_progress(run, "compare", (double)(i * n_rb + j + 1) / (double)(n_rx * n_rb));
        }
    return SP_OK;
}

const sp_command sp_command_features_compare = {
    .name = "features.compare",
    .summary = "Which of two losses classifies better, over the structure of the data",
    .spec = "17:3.1-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_compare,
    SP_SIZES(P, R),
    .example = "--losses square,logistic --phi 0.01 --rx 1,10,100 --rb 0.01,1,100 --psi1 10 --psi2 1 --ridge 0.1"};
