/* sp_call: one entry for every face. Texts to typed parameters, datasets opened, grids expanded, results collected. */
#include "spinodal/command.h"

#include "params.h"
#include "result_private.h"
#include "run_private.h"

#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARAMS = 64, MAX_AXES = 8, MAX_ARGS = 128 };

/* Options that come with the first dataset of a command. */
typedef struct {
    const char *scale, *labels, *classes, *columns, *factorize, *onehot;
    bool center;
    size_t limit;
    int na;
} data_params;

static const sp_param data_options[] = {
    SP_TEXT(data_params, scale, "auto",
            "none, unit ([0,1]), ddpm ([-1,1]), variance (mean coordinate variance 1) or columns (variance 1 of each)"),
    {"center", SP_TYPE_BOOL, SP_FIELD(data_params, center, bool), "true", SP_ANY, "", "subtract the mean row", NULL},
    SP_TEXT(data_params, labels, "", "file of labels, or column of a table by name or number"),
    SP_TEXT(data_params, classes, "", "keep these classes only, comma separated"),
    SP_SIZE(data_params, limit, "0", SP_NONNEGATIVE, "", "keep the first rows only (0: all)"),
    SP_TEXT(data_params, columns, "", SP_COLUMNS_HELP),
    SP_CHOICE(data_params, na, SP_NA_CHOICES, "drop", SP_NA_HELP),
    SP_TEXT(data_params, factorize, "", SP_FACTORIZE_HELP),
    SP_TEXT(data_params, onehot, "", SP_ONEHOT_HELP),
    {0}};

const sp_param *sp_dataset_params(void) { return data_options; }

const char *sp_param_default(const sp_command *command, const sp_param *param)
{
    bool is_scale = param == &data_options[0], is_center = param == &data_options[1];
    return !command->raw ? param->fallback : is_scale ? "none" : is_center ? "false" : param->fallback;
}

typedef struct {
    size_t n;
    const sp_argument *v;
} arguments;

static const char *given(const arguments *args, const char *name)
{
    for (size_t i = 0; i < args->n; i++)
        if (!strcmp(args->v[i].name, name))
            return args->v[i].value;
    return NULL;
}

static const sp_param *first_dataset(const sp_command *command)
{
    for (const sp_param *p = command->params; p && p->name; p++)
        if (p->type == SP_TYPE_DATA)
            return p;
    return NULL;
}

static sp_status refuse_unknown(sp_run *run, const sp_command *command, const arguments *args)
{
    const char *names[MAX_PARAMS];
    size_t n = 0;
    for (const sp_param *p = command->params; p && p->name; p++)
        names[n++] = p->name;
    if (first_dataset(command))
        for (const sp_param *p = data_options; p->name; p++)
            names[n++] = p->name;
    for (size_t i = 0; i < args->n; i++) {
        bool known = false;
        for (size_t j = 0; j < n; j++)
            known |= !strcmp(names[j], args->v[i].name);
        if (known)
            continue;
        const char *near = sp_nearest(args->v[i].name, n, names);
        const char *option = sp_option_name(run, args->v[i].name);
        if (near)
            return sp_fail(run, SP_USAGE, "unknown option --%s; did you mean --%s?", option, sp_option_name(run, near));
        return sp_fail(run, SP_USAGE, "unknown option --%s (see --help)", option);
    }
    return SP_OK;
}

static const char *value_text(const arguments *args, const sp_param *p)
{
    const char *value = given(args, p->name);
    return value ? value : p->fallback;
}

/* "OUT" of a parameter given by its place, else "--out". */
static const char *typed_name(sp_run *run, const char *positional, const sp_param *p)
{
    size_t n = strlen(p->name);
    for (const char *at = positional ? positional : ""; (at = strstr(at, p->name)); at += n) {
        if ((at > positional && at[-1] != ' ') || (at[n] && at[n] != ' '))
            continue;
        char *name = sp_strdup(run, p->name);
        for (char *c = name; c && *c; c++)
            *c = (char)toupper((unsigned char)*c);
        return name ? name : p->name;
    }
    const char *option = sp_format(run, "--%s", sp_option_name(run, p->name));
    return option ? option : p->name;
}

static sp_status set_from(sp_run *run, const sp_param *list, const char *positional, const arguments *args, void *params)
{
    for (const sp_param *p = list; p && p->name; p++) {
        if (p->type == SP_TYPE_DATA)
            continue;
        const char *text = value_text(args, p);
        if (!text)
            return sp_fail(run, SP_USAGE, "%s is needed: %s", typed_name(run, positional, p), p->help);
        SP_TRY(sp_param_set(run, p, text, params));
    }
    return SP_OK;
}

/* The columns that the command looks at; NULL: all. */
static sp_status used_columns(sp_run *run, const sp_command *command, const arguments *args, const char **out)
{
    *out = NULL;
    if (!command->columns)
        return SP_OK;
    char *names = sp_strdup(run, command->columns), *rest;
    const char *words = NULL;
    for (char *name = names ? strtok_r(names, " ", &rest) : NULL; name; name = strtok_r(NULL, " ", &rest)) {
        const char *text = given(args, name);
        bool first = !words;
        if (first && (!text || !*text))
            return SP_OK;
        words = first ? text : text && *text ? sp_format(run, "%s,%s", words, text) : words;
        if (!words)
            return SP_FAILED;
    }
    *out = words;
    return names ? SP_OK : SP_FAILED;
}

static sp_status open_datasets(sp_run *run, const sp_command *command, const arguments *args, const sp_dataset *memory,
                               void *params)
{
    const sp_param *first = first_dataset(command);
    if (!first)
        return memory ? sp_fail(run, SP_USAGE, "%s takes no dataset", command->name) : SP_OK;
    data_params d = {0};
    SP_TRY(set_from(run, data_options, NULL, args, &d));
    sp_data_options options = {.scale = d.scale,
                               .keep_mean = !d.center,
                               .labels = *d.labels ? d.labels : NULL,
                               .classes = *d.classes ? d.classes : NULL,
                               .limit = d.limit,
                               .columns = *d.columns ? d.columns : NULL,
                               .na = d.na ? SP_NA_ERROR : SP_NA_DROP,
                               .factorize = *d.factorize ? d.factorize : NULL,
                               .onehot = *d.onehot ? d.onehot : NULL};
    SP_TRY(used_columns(run, command, args, &options.used));
    const sp_dataset *like = memory;
    for (const sp_param *p = first; p->name; p++) {
        if (p->type != SP_TYPE_DATA)
            continue;
        const sp_dataset **field = (const sp_dataset **)((char *)params + p->offset);
        const char *source = value_text(args, p);
        if (p == first && memory)
            *field = memory;
        else if (!source)
            return sp_fail(run, SP_USAGE, "%s is needed: %s", p == first ? "DATA" : sp_option_name(run, p->name), p->help);
        else if (*source)
            SP_TRY(sp_dataset_open(run, source, &options, p == first ? NULL : like, field));
        if (p == first)
            like = *field;
    }
    return SP_OK;
}

static sp_status describe_data(sp_run *run, const sp_dataset *data, sp_result *result)
{
    if (!data)
        return SP_OK;
    const char *pairs[][2] = {{"name", data->name},
                              {"n", sp_format(run, "%zu", data->n)},
                              {"d", sp_format(run, "%zu", data->d)},
                              {"scale", data->scale},
                              {"gain", data->column_gain ? "nan" : sp_format(run, "%.17g", data->gain)},
                              {"offset", sp_format(run, "%.17g", data->offset)},
                              {"centered", data->mean ? "true" : "false"},
                              {"classes", sp_format(run, "%zu", data->n_classes)},
                              {"dropped", sp_format(run, "%zu", data->dropped)},
                              {"hash", sp_format(run, "%016llx", (unsigned long long)data->hash)}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        SP_TRY(sp_result_set_data(result, pairs[i][0], pairs[i][1] ? pairs[i][1] : ""));
    return SP_OK;
}

static sp_status describe_parameters(sp_run *run, const sp_command *command, const arguments *args, sp_result *result)
{
    for (const sp_param *p = command->params; p && p->name; p++) {
        const char *text = value_text(args, p);
        SP_TRY(sp_result_set_parameter(result, p->name, text ? text : ""));
    }
    if (first_dataset(command))
        for (const sp_param *p = data_options; p->name; p++)
            SP_TRY(sp_result_set_parameter(result, p->name, value_text(args, p)));
    (void)run;
    return SP_OK;
}

typedef struct {
    const sp_param *param;
    sp_vec values;
} axis;

static sp_status find_axes(sp_run *run, const sp_command *command, const arguments *args, size_t *n, axis *axes)
{
    *n = 0;
    for (const sp_param *p = command->params; p && p->name; p++) {
        const char *text = sp_param_takes_grid(p) ? given(args, p->name) : NULL;
        double x;
        if (!text || sp_parse_number(text, &x))
            continue;
        sp_vec values;
        sp_status status = sp_parse_numbers(run, text, &values);
        if (status != SP_OK)
            return sp_fail(run, SP_USAGE, "--%s: %s", sp_option_name(run, p->name), sp_strdup(run, sp_run_message(run)));
        if (*n == MAX_AXES)
            return sp_fail(run, SP_USAGE, "at most %d options may be grids", MAX_AXES);
        axes[(*n)++] = (axis){p, values};
    }
    return SP_OK;
}

/* Every value of every axis, before any work. */
static sp_status check_axes(sp_run *run, size_t n, const axis *axes, void *params)
{
    for (size_t a = 0; a < n; a++)
        for (size_t i = 0; i < axes[a].values.n; i++)
            SP_TRY(sp_param_set(run, axes[a].param, sp_format(run, "%.17g", axes[a].values.v[i]), params));
    return SP_OK;
}

static sp_status run_point(sp_run *run, const sp_command *command, const void *params, sp_result *result)
{
    void *scalars = sp_alloc(run, 1, command->scalars_size ? command->scalars_size : 1);
    if (!scalars)
        return SP_FAILED;
    SP_TRY(command->run(run, params, scalars, result));
    if (sp_result_set_scalars(result, scalars) != SP_OK)
        return sp_fail(run, SP_FAILED, "out of memory");
    return SP_OK;
}

static sp_status run_grid(sp_run *run, const sp_command *command, size_t n, const axis *axes, void *params, sp_result *whole)
{
    size_t total = 1;
    sp_column columns[MAX_AXES];
    for (size_t a = 0; a < n; a++) {
        total *= axes[a].values.n;
        columns[a] = (sp_column){axes[a].param->name, axes[a].param->unit, axes[a].param->help};
    }
    for (size_t point = 0; point < total; point++) {
        SP_TRY(sp_poll(run));
        sp_progress(run, "grid", (double)point / (double)total);
        sp_mark mark = sp_memory_mark(run);
        sp_cell values[MAX_AXES];
        size_t rest = point;
        for (size_t a = n; a-- > 0; rest /= axes[a].values.n) {
            values[a] = sp_cell_number(axes[a].values.v[rest % axes[a].values.n]);
            SP_TRY(sp_param_set(run, axes[a].param, sp_format(run, "%.17g", values[a].number), params));
        }
        sp_result *part = sp_result_create(command);
        sp_status status = part ? run_point(run, command, params, part) : sp_fail(run, SP_FAILED, "out of memory");
        if (status == SP_OK && sp_result_append(whole, part, n, columns, values) != SP_OK)
            status = sp_fail(run, SP_FAILED, "out of memory");
        sp_result_free(part);
        sp_memory_release(run, mark);
        SP_TRY(status);
    }
    sp_progress(run, "grid", 1);
    return SP_OK;
}

/* Commands on tables call the labels by the letter of the formulas as well. */
static sp_status rename_response(sp_run *run, size_t n, sp_argument *args)
{
    const char *labels = given(&(arguments){n, args}, "labels");
    for (size_t i = 0; i < n; i++)
        if (!strcmp(args[i].name, "y")) {
            if (labels)
                return sp_fail(run, SP_USAGE, "--y and --labels both name the response: give one");
            args[i].name = "labels";
        }
    return SP_OK;
}

static sp_status call(sp_run *run, const char *name, const sp_dataset *data, size_t n_args, const char *const *texts,
                      sp_result **out)
{
    size_t first_warning = sp_run_warnings(run); /* earlier ones are of the call around this one */
    const sp_command *command = sp_command_find(name);
    if (!command)
        return sp_fail(run, SP_USAGE, "no command \"%s\" (see `spinodal --help`)", name);
    if (n_args > MAX_ARGS)
        return sp_fail(run, SP_USAGE, "more than %d options", MAX_ARGS);
    sp_argument split[MAX_ARGS + 2];
    SP_TRY(sp_arguments_split(run, n_args, texts, split));
    arguments args = {n_args, split};
    if (command->raw)
        SP_TRY(rename_response(run, n_args, split));
    for (const sp_param *p = data_options; command->raw && p->name; p++)
        if (sp_param_default(command, p) != p->fallback && !given(&args, p->name))
            split[args.n++] = (sp_argument){p->name, sp_param_default(command, p)};
    n_args = args.n;
    SP_TRY(refuse_unknown(run, command, &args));

    size_t n_axes;
    axis axes[MAX_AXES];
    SP_TRY(find_axes(run, command, &args, &n_axes, axes));
    void *params = sp_alloc(run, 1, command->params_size ? command->params_size : 1);
    if (!params)
        return SP_FAILED;
    sp_argument *scalar_args = SP_NEW(run, sp_argument, n_args + 1); /* grids replaced by their first value */
    if (!scalar_args)
        return SP_FAILED;
    for (size_t i = 0; i < n_args; i++) {
        scalar_args[i] = split[i];
        for (size_t a = 0; a < n_axes; a++)
            if (!strcmp(axes[a].param->name, split[i].name))
                scalar_args[i].value = sp_format(run, "%.17g", axes[a].values.v[0]);
    }
    SP_TRY(set_from(run, command->params, command->positional, &(arguments){n_args, scalar_args}, params));
    SP_TRY(check_axes(run, n_axes, axes, params));
    SP_TRY(open_datasets(run, command, &args, data, params));

    sp_result *result = sp_result_create(command);
    if (!result)
        return sp_fail(run, SP_FAILED, "out of memory");
    const sp_param *first = first_dataset(command);
    sp_status status = describe_parameters(run, command, &args, result);
    if (status == SP_OK && first)
        status = describe_data(run, *(const sp_dataset *const *)((const char *)params + first->offset), result);
    if (status == SP_OK)
        status = n_axes ? run_grid(run, command, n_axes, axes, params, result) : run_point(run, command, params, result);
    for (size_t i = first_warning; i < sp_run_warnings(run) && status == SP_OK; i++)
        status = sp_result_add_warning(result, sp_run_warning(run, i));
    if (status != SP_OK) {
        sp_result_free(result);
        return status;
    }
    *out = result;
    return SP_OK;
}

sp_status sp_call(sp_run *run, const char *command, const sp_dataset *data, size_t n_args, const char *const *args,
                  sp_result **out)
{
    *out = NULL;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = c ? uselocale(c) : (locale_t)0;
    sp_mark mark = sp_memory_mark(run);
    sp_checkpoint_place place;
    sp_checkpoint_enter(run, &place);
    if (run->depth == 1)
        sp_run_clear_warnings(run);
    sp_status status = call(run, command, data, n_args, args, out);
    sp_checkpoint_leave(run, &place);
    sp_memory_release(run, mark);
    if (c) {
        uselocale(before);
        freelocale(c);
    }
    return status;
}
