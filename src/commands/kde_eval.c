#include "spinodal/kde.h"

#include "spinodal/command.h"

typedef struct {
    const sp_dataset *data, *queries;
    sp_vec h;
    const char *kernel;
    bool score;
    size_t segment;
} P;

typedef struct {
    size_t queries, n, d;
    double h, alpha, mean_log_density, mean_log_density_se;
    const char *verdict;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "points of the estimate, one a row"),
    SP_DATASET(P, queries, "",
               "points where it is wanted, scaled like the data (none: the data, each left out of its own estimate)"),
    SP_VEC(P, h, "", SP_POSITIVE, "data", "bandwidths (empty: the one of largest leave-one-out likelihood)"),
    SP_TEXT(P, kernel, "gaussian", "gaussian, student:TAU (TAU d degrees of freedom) or tophat"),
    SP_FLAG(P, score, "also the gradient of the log density (table score, one row a coordinate)"),
    SP_SIZE(P, segment, "0", SP_NONNEGATIVE, "",
            "instead of queries: so many points of the segment from the first row to the second"),
    {0}};

static const sp_scalar scalars[] = {SP_OUT(R, verdict, "", "what the chosen bandwidth means (without --h)"),
                                    SP_OUT(R, h, "data", "bandwidth (the first)"),
                                    SP_OUT(R, mean_log_density, "nat", "mean log density per dimension at this bandwidth"),
                                    SP_OUT(R, mean_log_density_se, "nat", "standard error over queries"),
                                    SP_OUT(R, alpha, "1", "log(n)/d"),
                                    SP_OUT(R, n, "", "points"),
                                    SP_OUT(R, d, "", "dimensions"),
                                    SP_OUT(R, queries, "", "queries"),
                                    {0}};

static const sp_column queries[] = {{"h", "data", "bandwidth"},
                                    {"index", "", "query, from 0"},
                                    {"log_density", "nat", "log of the estimate (scaled data; raw units: add d log(gain))"},
                                    {"log_density_per_dim", "nat", "the same over d"},
                                    {"N_eff", "1", "points that carry it, 1/sum w^2"},
                                    {"N_H", "1", "the same from the entropy of the weights"},
                                    {"nearest", "", "row of the nearest data point, from 0"},
                                    {"nearest_distance", "data", "its distance"},
                                    {"w_max", "1", "largest weight"},
                                    {"h_G_k5", "data", "condensation bandwidth here, from the 5 nearest points"},
                                    {"m", "1", "stable index (h/h_G_k5)^2"},
                                    {"regime", "", "condensed (m < 1), heavy-tailed (m < 2) or classical"},
                                    {0}};
static const sp_column score[] = {{"h", "data", "bandwidth"},
                                  {"index", "", "query, from 0"},
                                  {"coordinate", "", "from 0"},
                                  {"score", "1/data", "gradient of the log density"},
                                  {0}};
static const sp_column histogram[] = {{"h", "data", "bandwidth"},
                                      {"log_density_per_dim", "nat", "log density per dimension"},
                                      {"density", "1/nat", "share of the queries per unit"},
                                      {"density_se", "1/nat", "Poisson error"},
                                      {0}};
static const sp_column segment[] = {{"h", "data", "bandwidth"},
                                    {"position", "1", "0 at the first row, 1 at the second"},
                                    {"log_density_per_dim", "nat", "log density per dimension"},
                                    {"N_eff", "1", "points that carry it"},
                                    {0}};

static const sp_table_decl tables[] = {
    {"queries", queries, NULL, "One line for each query and bandwidth."},
    {"histogram", histogram, "plot log_density_per_dim density by h", "Log density over the queries."},
    {"segment", segment, "plot position log_density_per_dim by h",
     "Along the segment between two data points: a smooth floor above h_CLT, separate peaks below h_G."},
    {"score", score, NULL, "Score, coordinate by coordinate."},
    {0}};

static sp_status choose_h(sp_run *run, const P *p, R *r, sp_vec *h, sp_result *out)
{
    *h = p->h;
    if (p->h.n)
        return SP_OK;
    sp_kde_fit_result fit;
    SP_TRY(sp_kde_fit(run, &(sp_kde_fit_params){.data = p->data, .kernel = p->kernel}, &fit));
    double *best = SP_NEW(run, double, 1);
    if (!best)
        return SP_FAILED;
    *best = fit.h_opt;
    *h = (sp_vec){1, best};
    r->verdict = fit.verdict;
    if (!fit.converged)
        sp_result_unconverged(out, "the bandwidth of largest leave-one-out likelihood was not found: give --h");
    return SP_OK;
}

static sp_status segment_points(sp_run *run, const P *p, sp_kde_eval_params *e)
{
    if (p->queries)
        return sp_fail(run, SP_USAGE, "--segment takes the place of the queries");
    if (p->data->n < 2 || p->segment < 2)
        return sp_fail(run, SP_USAGE, "--segment needs at least 2 points and 2 rows of data");
    size_t d = p->data->d;
    double *x = SP_NEW(run, double, p->segment *d), *ends = SP_NEW(run, double, 2 * d);
    if (!x || !ends)
        return SP_FAILED;
    sp_dataset_row(p->data, 0, ends);
    sp_dataset_row(p->data, 1, ends + d);
    for (size_t i = 0; i < p->segment; i++)
        for (size_t j = 0; j < d; j++) {
            double u = (double)i / (double)(p->segment - 1);
            x[i * d + j] = (1 - u) * ends[j] + u * ends[d + j];
        }
    e->x = x;
    e->n_x = p->segment;
    return SP_OK;
}

static sp_status add_histogram(const sp_kde_eval_result *e, size_t n_h, size_t a, double h, double d, sp_table *table)
{
    enum { BINS = 30 };
    double low = INFINITY, high = -INFINITY, count[BINS] = {0}, total = 0;
    for (size_t i = 0; i < e->n; i++) {
        double v = e->value[i * n_h + a].log_density / d;
        if (isfinite(v)) {
            low = fmin(low, v);
            high = fmax(high, v);
            total++;
        }
    }
    if (!(high > low))
        return SP_OK;
    double width = (high - low) / BINS;
    for (size_t i = 0; i < e->n; i++) {
        double v = e->value[i * n_h + a].log_density / d;
        if (isfinite(v))
            count[(size_t)fmin((v - low) / width, BINS - 1)]++;
    }
    for (size_t b = 0; b < BINS; b++)
        SP_TRY(
            SP_ROW(table, h, low + ((double)b + 0.5) * width, count[b] / (total * width), sqrt(count[b]) / (total * width)));
    return SP_OK;
}

static sp_status add_rows(const P *p, const sp_vec *h, const sp_kde_eval_result *e, sp_result *out)
{
    double d = (double)p->data->d;
    for (size_t a = 0; a < h->n; a++) {
        for (size_t i = 0; i < e->n; i++) {
            const sp_kde_value *v = &e->value[i * h->n + a];
            double per_dim = v->log_density / d, m = h->v[a] * h->v[a] / (v->h_G_k5 * v->h_G_k5);
            SP_TRY(SP_ROW(sp_result_table(out, "queries"), h->v[a], i, v->log_density, per_dim, v->N_eff, v->N_H, v->nearest,
                          v->nearest_distance, v->w_max, v->h_G_k5, m, isnan(m) ? "unknown" : sp_kde_regime(m)));
            if (p->segment)
                SP_TRY(SP_ROW(sp_result_table(out, "segment"), h->v[a], (double)i / (double)(e->n - 1), per_dim, v->N_eff));
            for (size_t j = 0; e->score && j < p->data->d; j++)
                SP_TRY(SP_ROW(sp_result_table(out, "score"), h->v[a], i, j, e->score[(i * h->n + a) * p->data->d + j]));
        }
        if (!p->segment)
            SP_TRY(add_histogram(e, h->n, a, h->v[a], d, sp_result_table(out, "histogram")));
    }
    return SP_OK;
}

static void warn_coincident(sp_run *run, const sp_kde_eval_result *e, size_t n_h)
{
    size_t same = 0;
    for (size_t i = 0; i < e->n; i++)
        same += e->value[i * n_h].nearest_distance == 0;
    if (same)
        sp_warn(run,
                "%zu queries coincide with data points, which dominate their estimates: leave the queries out to leave each "
                "row out",
                same);
}

static sp_status run_kde_eval(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_vec h;
    SP_TRY(choose_h(run, p, r, &h, out));
    sp_kde_eval_params e = {.data = p->data, .queries = p->queries, .h = h, .kernel = p->kernel, .score = p->score};
    if (p->segment)
        SP_TRY(segment_points(run, p, &e));
    sp_kde_eval_result v;
    SP_TRY(sp_kde_eval(run, &e, &v));
    r->h = h.v[0];
    r->n = p->data->n;
    r->d = p->data->d;
    r->queries = v.n;
    r->alpha = log((double)r->n) / (double)r->d;
    double sum = 0, square = 0, n = (double)v.n, d = (double)r->d;
    for (size_t i = 0; i < v.n; i++)
        sum += v.value[i * h.n].log_density / (d * n);
    for (size_t i = 0; i < v.n; i++)
        square += pow(v.value[i * h.n].log_density / d - sum, 2);
    r->mean_log_density = sum;
    r->mean_log_density_se = v.n > 1 ? sqrt(square / (n * (n - 1))) : NAN;
    if (!p->segment && p->queries)
        warn_coincident(run, &v, h.n);
    return add_rows(p, &h, &v, out);
}

const sp_command sp_command_kde_eval = {.name = "kde.eval",
                                        .summary =
                                            "Density, score and contributing points of a kernel estimate at given points",
                                        .spec = "03:3.7",
                                        .params = params,
                                        .scalars = scalars,
                                        .tables = tables,
                                        .run = run_kde_eval,
                                        SP_SIZES(P, R),
                                        .example = "gen:gaussian,d=20,n=1000 gen:gaussian,d=20,n=50,seed=2 --h 0.8"};
