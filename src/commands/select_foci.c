#include "spinodal/select.h"

#include "spinodal/command.h"

typedef struct {
    const sp_dataset *data;
    const char *x, *start;
    int column_scale;
    size_t num;
    bool no_stop;
} P;

typedef struct {
    size_t n, p, selected;
    const char *columns, *rejected;
    double T, rejected_T, tied, T_null_low, T_null_high;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--y COLUMN or --labels COLUMN)"),
    SP_TEXT(P, x, "", "candidate columns: names, numbers from 1, regular expressions (empty: all)"),
    SP_TEXT(P, start, "", "columns taken as chosen already"),
    SP_CHOICE(P, column_scale, "sd|rank|none", "sd",
              "columns before distances are taken: to standard deviation 1, ranks, or as they are"),
    SP_SIZE(P, num, "0", SP_NONNEGATIVE, "", "at most so many columns (0: until T falls)"),
    SP_FLAG(P, no_stop, "do not stop when T falls: exactly --num columns"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, columns, "", "chosen columns, in order"),
    SP_OUT(R, selected, "", "how many"),
    SP_OUT(R, T, "1", "T(y, chosen): 1 when the response is a function of them"),
    SP_OUT(R, rejected, "", "best column left out"),
    SP_OUT(R, rejected_T, "1", "T with it: not above T"),
    SP_OUT(R, tied, "1", "fraction of rows with several nearest neighbours in the chosen columns"),
    SP_OUT(R, T_null_low, "1", "T of an independent column alone (continuous response): 2.5 % are below"),
    SP_OUT(R, T_null_high, "1", "and 2.5 % above"),
    SP_OUT(R, n, "", "rows"),
    SP_OUT(R, p, "", "candidates"),
    {0}};
static const sp_column foci[] = {{"step", "", "step"},
                                 {"column", "", "column added"},
                                 {"T", "1", "T(y, chosen so far)"},
                                 {"delta_T", "1", "gain of the step"},
                                 {"T_cond", "1", "T(y, column given the ones before)"},
                                 {"z_null", "1", "standard deviations of T from independence"},
                                 {0}};
static const sp_column single[] = {
    {"column", "", "name"}, {"T", "1", "T(y, column) alone"}, {"T_null", "1", "95 % point for an independent column"}, {0}};
static const sp_column path[] = {{"column", "", "column added"},
                                 {"T", "1", "T(y, chosen so far)"},
                                 {"T_rejected", "1", "T with the best column left out"},
                                 {0}};
static const sp_column scatter[] = {{"column", "", "chosen column"},
                                    {"x", "1", "its value, on the scale of the distances"},
                                    {"place", "", "the same with the columns side by side: order of the column, +- 0.45"},
                                    {"y", "", "response"},
                                    {0}};
static const sp_table_decl tables[] = {
    {"foci", foci, "", "Columns in the order chosen; selection stops when T would fall"},
    {"path", path, "plot column T,T_rejected lines vline selected title T as columns are added",
     "T as columns are added; the last point is the column that would make it fall: selection stops at the line"},
    {"single", single, "plot column T bars hline T_null_low T_null_high title T of each column alone",
     "Each column alone; between the dashed lines: no more than chance (95 %). T_null is the one-sided 5 % point"},
    {"scatter", scatter,
     "plot place y by column points xlabel order of the column, from its smallest to its largest value title response "
     "against the columns chosen first",
     "The response against each of the columns chosen first, side by side (some of the rows)"},
    {0}};

enum { SCATTER_COLUMNS = 4, SCATTER_ROWS = 300 };

static sp_status join(sp_run *run, const sp_columns *c, const sp_foci_result *f, const char **out)
{
    *out = "";
    for (size_t k = 0; k < f->n_steps && *out; k++)
        *out = sp_format(run, "%s%s%s", *out, k ? "," : "", c->name[f->step[k].column]);
    return *out ? SP_OK : SP_FAILED;
}

static sp_status write_path(const sp_columns *c, const sp_foci_result *f, sp_run *run, sp_table *path)
{
    SP_TRY(SP_ROW(path, "none", 0.0, NAN));
    for (size_t k = 0; k < f->n_steps; k++)
        SP_TRY(SP_ROW(path, c->name[f->step[k].column], f->step[k].T, NAN));
    if (isnan(f->rejected_T))
        return SP_OK;
    const char *name = sp_format(run, "(%s)", c->name[f->rejected]);
    if (!name)
        return SP_FAILED;
    return SP_ROW(path, name, NAN, f->rejected_T);
}

static sp_status write_scatter(const sp_columns *c, const sp_foci_result *f, const double *y, sp_table *scatter)
{
    size_t every = (c->n + SCATTER_ROWS - 1) / SCATTER_ROWS;
    for (size_t k = 0; k < f->n_steps && k < SCATTER_COLUMNS; k++) {
        const double *x = c->x + f->step[k].column * c->n;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < c->n; i++) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
        for (size_t i = 0; i < c->n; i += every) {
            double place = (double)k + 1 + (high > low ? 0.9 * ((x[i] - low) / (high - low) - 0.5) : 0);
            SP_TRY(SP_ROW(scatter, c->name[f->step[k].column], x[i], place, y[i]));
        }
    }
    return SP_OK;
}

static sp_status find_start(sp_run *run, const P *p, const sp_columns *c, sp_foci_options *options)
{
    sp_columns s;
    if (!*p->start)
        return SP_OK;
    SP_TRY(sp_columns_choose(run, p->data, p->start, NULL, SP_SCALE_NONE, &s));
    size_t *start = SP_NEW(run, size_t, s.p);
    if (!start)
        return SP_FAILED;
    for (size_t k = 0; k < s.p; k++) {
        start[k] = c->p;
        for (size_t j = 0; j < c->p; j++)
            if (c->index[j] == s.index[k])
                start[k] = j;
        if (start[k] == c->p)
            return sp_fail(run, SP_USAGE, "--start %s is not among the candidates (--x)", s.name[k]);
    }
    options->n_start = s.p;
    options->start = start;
    return SP_OK;
}

static sp_status run_select_foci(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const sp_column_scale scale[] = {SP_SCALE_SD, SP_SCALE_RANK, SP_SCALE_NONE};
    const P *p = params_;
    R *r = scalars_;
    const double *y;
    sp_columns c;
    sp_foci_options options = {.most = p->num, .no_stop = p->no_stop};
    sp_foci_result f;
    SP_TRY(sp_columns_response(run, p->data, &y));
    SP_TRY(sp_columns_choose(run, p->data, p->x, NULL, scale[p->column_scale], &c));
    SP_TRY(find_start(run, p, &c, &options));
    sp_columns_warn(run, &c);
    SP_TRY(sp_foci(run, c.n, y, c.p, c.x, &options, &f));
    *r = (R){.n = c.n,
             .p = c.p,
             .selected = f.n_steps,
             .T = f.n_steps ? f.step[f.n_steps - 1].T : 0,
             .rejected_T = f.rejected_T,
             .tied = f.tied,
             .rejected = isnan(f.rejected_T) ? NULL : c.name[f.rejected]};
    if (f.tied > 0.1)
        sp_warn(run, "%.0f %% of the rows have several nearest neighbours in the chosen columns: their mean is taken",
                100 * f.tied);
    SP_TRY(join(run, &c, &f, &r->columns));
    for (size_t k = 0; k < f.n_steps; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "foci"), k + 1, c.name[f.step[k].column], f.step[k].T, f.step[k].delta_T,
                      f.step[k].T_cond, f.step[k].z));
    SP_TRY(write_path(&c, &f, run, sp_result_table(out, "path")));
    SP_TRY(write_scatter(&c, &f, y, sp_result_table(out, "scatter")));
    double n = (double)c.n, mean = -1 / (n - 1), sd = sqrt(16.0 / 15 / n), band = mean + 1.6448536269514722 * sd;
    r->T_null_low = mean - 1.959963984540054 * sd;
    r->T_null_high = mean + 1.959963984540054 * sd;
    for (size_t k = 0; k < c.p && options.n_start == 0; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "single"), c.name[k], f.single[k], band));
    return SP_OK;
}

const sp_command sp_command_select_foci = {
    .name = "select.foci",
    .summary = "Which columns matter, in which order, and when to stop: forward selection without a model",
    .spec = "11:3.3",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_select_foci,
    SP_SIZES(P, R),
    .raw = true,
    .columns = "x start",
    .example = "gen:table,n=1000,d=8"};
