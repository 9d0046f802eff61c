#include "tensor_pca_options.h"

typedef sp_tensor_pca_data_params P;
typedef struct {
    const char *verdict, *best;
    size_t n;
    double value, value_threshold, value_ground, strength, a, a_c, noise, density, overlap;
} R;
static const sp_param params[] = {
    SP_TEXT(P, tensor, "", "array of shape n x ... x n, or text (.txt) with lines of k indices from 0 and a value"),
    SP_TEXT(P, planted, "", "the true signal, n numbers, to check the answer"),
    PCA_ORDER_OPTION(P),
    SP_FLAG(P, symmetrise, "average the tensor over the orders of its indices"),
    SP_TEXT(P, mask, "", "weights of the entries, 0: missing, in the forms of the tensor; what is left is rescaled"),
    SP_FLAG(P, missing, "text: entries without a line are missing, not zero"),
    SP_REAL(P, noise, "0", SP_NONNEGATIVE, "data", "sd of entries with distinct indices; 0: from their median size"),
    SP_SIZE(P, rank, "1", SP_BETWEEN(1, 100), "", "components, by deflation"),
    SP_SIZE(P, starts, "5", SP_AT_LEAST(1), "", "random starts of gd and power"),
    SP_SIZE(P, demo, "0", SP_NONNEGATIVE, "", "instead of data: a spiked tensor of this size"),
    SP_REAL(P, a, "2", SP_NONNEGATIVE, "", "signal of the demo: strength/n^(k/4)"),
    SP_SIZE(P, replicas, "200", SP_AT_LEAST(1), "", "of averaged descent"),
    SP_SIZE(P, steps, "30", SP_AT_LEAST(1), "", "of averaged descent"),
    SP_REAL(P, eta, "0.2", SP_POSITIVE, "", "step of the replicas along their mean force"),
    SP_SIZE(P, iterations, "2000", SP_AT_LEAST(1), "", "most steps of gd, power and polishing"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, verdict, "", "what was found"),
                                    SP_OUT(R, best, "", "method of the largest value"),
                                    SP_OUT(R, n, "", "dimension"),
                                    SP_OUT(R, value, "", "T(x,..,x)/(noise sqrt(n)) of the first component"),
                                    SP_OUT(R, value_threshold, "", "where descent in pure noise ends (n = infinity)"),
                                    SP_OUT(R, value_ground, "", "maximum of pure noise (n = infinity)"),
                                    SP_OUT(R, strength, "data", "T(x,..,x): estimate of the strength of the signal"),
                                    SP_OUT(R, a, "", "strength/(noise n^(k/4))"),
                                    SP_OUT(R, a_c, "", "heuristic threshold of averaged descent (k = 3)"),
                                    SP_OUT(R, noise, "data", "sd of the entries"),
                                    SP_OUT(R, density, "1", "share of the entries that is observed"),
                                    SP_OUT(R, overlap, "", "with the planted signal; nan: unknown"),
                                    {0}};
static const sp_column methods[] = {{"component", "", "component"},
                                    {"method", "", "algorithm"},
                                    {"value", "", "T(x,..,x)/(noise sqrt(n))"},
                                    {"a", "", "strength/(noise n^(k/4))"},
                                    {"z", "s.d.", "above the largest value of pure noise"},
                                    {"agreement", "", "|overlap| with the best estimate of the component"},
                                    {"overlap", "", "with the planted signal"},
                                    {"converged", "", "1: yes"},
                                    {0}};
static const sp_column estimate[] = {{"i", "", "coordinate"}, {"component", "", "component"}, {"x", "", "unit vector"}, {0}};
static const sp_table_decl tables[] = {{"methods", methods,
                                        "plot method value points hline value_threshold value_ground title Value reached",
                                        "A value well above the lines is a signal; all methods need no knowledge of it"},
                                       {"estimate", estimate, "", "The estimate of largest value"},
                                       {0}};

static sp_status run_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_tensor_pca_data_result d;
    SP_TRY(sp_tensor_pca_data(run, p, &d));
    *(R *)scalars_ = (R){.verdict = d.verdict,
                         .best = d.best,
                         .n = d.n,
                         .value = d.value,
                         .value_threshold = d.value_threshold,
                         .value_ground = d.value_ground,
                         .strength = d.strength,
                         .a = d.a,
                         .a_c = d.a_c,
                         .noise = d.noise,
                         .density = d.density,
                         .overlap = d.overlap};
    sp_table *t = sp_result_table(out, "methods");
    for (size_t i = 0; i < d.n_candidates; i++) {
        const sp_tensor_pca_candidate *c = &d.candidate[i];
        SP_TRY(SP_ROW(t, c->component, sp_tensor_pca_name(c->method), c->value, c->a, c->z, c->agreement, c->overlap,
                      (double)c->converged));
    }
    t = sp_result_table(out, "estimate");
    for (size_t r = 0; r < p->rank; r++)
        for (size_t i = 0; i < d.n; i++)
            SP_TRY(SP_ROW(t, i, r + 1, d.estimate[r * d.n + i]));
    return SP_OK;
}

const sp_command sp_command_tensor_pca_data = {
    .name = "tensor-pca.data",
    .summary = "Find the components of your symmetric tensor and whether they are more than noise",
    .spec = "26:5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_data,
    SP_SIZES(P, R),
    .positional = "tensor",
    .example = "--demo 30 --a 2.5"};
