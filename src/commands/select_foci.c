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
    double T, rejected_T;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--labels COLUMN)"),
    SP_TEXT(P, x, "", "candidate columns: names, numbers from 1, regular expressions (empty: all)"),
    SP_TEXT(P, start, "", "columns taken as chosen already"),
    SP_CHOICE(P, column_scale, "sd|rank|none", "sd",
              "columns before distances are taken: to standard deviation 1, ranks, or as they are"),
    SP_SIZE(P, num, "0", SP_NONNEGATIVE, "", "at most so many columns (0: until T falls)"),
    SP_FLAG(P, no_stop, "do not stop when T falls: exactly --num columns"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, columns, "", "chosen columns, in order"),
                                    SP_OUT(R, selected, "", "how many"),
                                    SP_OUT(R, T, "1", "T(y, chosen): 1 when the response is a function of them"),
                                    SP_OUT(R, rejected, "", "best column left out"),
                                    SP_OUT(R, rejected_T, "1", "T with it: not above T"),
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
static const sp_table_decl tables[] = {
    {"foci", foci, "plot step T", "Columns in the order chosen; selection stops when T would fall"},
    {"single", single, "plot column T,T_null points", "Each column alone; above T_null: beyond chance at 5 %"},
    {0}};

static sp_status join(sp_run *run, const sp_columns *c, const sp_foci_result *f, const char **out)
{
    *out = "";
    for (size_t k = 0; k < f->n_steps && *out; k++)
        *out = sp_format(run, "%s%s%s", *out, k ? "," : "", c->name[f->step[k].column]);
    return *out ? SP_OK : SP_FAILED;
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
             .rejected = isnan(f.rejected_T) ? NULL : c.name[f.rejected]};
    SP_TRY(join(run, &c, &f, &r->columns));
    for (size_t k = 0; k < f.n_steps; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "foci"), k + 1, c.name[f.step[k].column], f.step[k].T, f.step[k].delta_T,
                      f.step[k].T_cond, f.step[k].z));
    double n = (double)c.n, band = 1.6448536269514722 * sqrt(16.0 / 15 / n) - 1 / (n - 1);
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
    .example = "gen:table,n=1000,d=8"};
