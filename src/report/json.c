#include "spinodal/output.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *number(double x)
{
    if (isnan(x))
        return json_string("nan");
    if (isinf(x))
        return json_string(x > 0 ? "inf" : "-inf");
    return x == floor(x) && fabs(x) < 9007199254740992.0 ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *cell(sp_cell c) { return c.text ? json_string(c.text) : number(c.number); }

/* A text that is one number becomes a number, so that readers need not parse it. */
static json_t *from_text(const char *text)
{
    double x;
    return sp_parse_number(text, &x) ? number(x) : json_string(text);
}

static json_t *parameters(const sp_run *run, const sp_result *result)
{
    json_t *object = json_object();
    for (size_t i = 0; i < sp_result_parameters(result); i++)
        json_object_set_new(object, sp_result_parameter_name(result, i), from_text(sp_result_parameter_text(result, i)));
    json_object_set_new(object, "seed", json_integer((json_int_t)sp_run_seed(run)));
    return object;
}

static json_t *data(const sp_result *result)
{
    static const char *const keys[] = {"name", "n", "d", "scale", "gain", "offset", "centered", "classes", "dropped"};
    if (!sp_result_data(result, "name"))
        return json_null();
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_set_new(object, keys[i],
                            i == 0 ? json_string(sp_result_data(result, keys[i]))
                                   : from_text(sp_result_data(result, keys[i])));
    json_object_set_new(object, "hash", json_string(sp_result_data(result, "hash")));
    return object;
}

static json_t *scalars(const sp_result *result)
{
    json_t *object = json_object();
    for (size_t i = 0; i < sp_result_scalars(result); i++) {
        sp_cell value;
        const sp_scalar *scalar = sp_result_scalar(result, i, &value);
        json_object_set_new(object, scalar->name,
                            scalar->type == SP_TYPE_BOOL ? json_boolean(value.number != 0) : cell(value));
    }
    return object;
}

static json_t *tables(const sp_result *result)
{
    json_t *object = json_object();
    for (size_t i = 0; i < sp_result_tables(result); i++) {
        const sp_table *table = sp_result_table_at(result, i);
        json_t *columns = json_object();
        for (size_t c = 0; c < sp_table_columns(table); c++) {
            json_t *values = json_array();
            for (size_t r = 0; r < sp_table_rows(table); r++)
                json_array_append_new(values, cell(sp_table_cell(table, r, c)));
            json_object_set_new(columns, sp_table_column(table, c)->name, values);
        }
        json_object_set_new(object, sp_table_name(table), columns);
    }
    return object;
}

static json_t *verdicts(const sp_result *result)
{
    static const char *const words[] = {"reproduced", "not reproduced", "not run here"};
    json_t *array = json_array();
    for (size_t i = 0; i < sp_result_verdicts(result); i++) {
        sp_verdict_kind kind;
        const char *text = sp_result_verdict_at(result, i, &kind);
        json_array_append_new(array, json_pack("{s:s, s:s}", "verdict", words[kind], "claim", text));
    }
    return array;
}

static char *dump(json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(object);
    return text;
}

/* What was said, as a list of {"section", "kind": "words" | "caution" | "command", "text"}; NULL when nothing was. */
static json_t *words(const sp_result *result)
{
    static const char *const kinds[] = {NULL, "words", "caution", "command"};
    json_t *list = sp_result_items(result) ? json_array() : NULL;
    const char *section = "";
    for (size_t i = 0; i < sp_result_items(result); i++) {
        const sp_item *item = sp_result_item(result, i);
        if (item->kind == SP_ITEM_SECTION)
            section = item->text;
        else if (item->kind <= SP_ITEM_COMMAND)
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s}", "section", section, "kind", kinds[item->kind], "text", item->text));
    }
    return list;
}

char *sp_result_json(const sp_run *run, const sp_result *result)
{
    json_t *warnings = json_array();
    for (size_t i = 0; i < sp_result_warnings(result); i++)
        json_array_append_new(warnings, json_string(sp_result_warning(result, i)));
    return dump(json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o*}", "schema", "spinodal/1", "version",
                          SPINODAL_VERSION, "command", sp_result_command(result)->name, "parameters",
                          parameters(run, result), "data", data(result), "scalars", scalars(result), "tables",
                          tables(result), "warnings", warnings, "converged", sp_result_converged(result), "verdicts",
                          verdicts(result), "words", words(result)));
}

static json_t *param(const sp_command *c, const sp_param *p)
{
    static const char *const types[] = {"real", "int", "int", "bool", "text", "choice", "numbers", "dataset"};
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:b}", "name", p->name, "type", types[p->type], "unit", p->unit,
                               "help", p->help, "default", sp_param_default(c, p), "required", p->fallback == NULL);
    if (p->choices)
        json_object_set_new(object, "choices", json_string(p->choices));
    if (p->type != SP_TYPE_TEXT && p->type != SP_TYPE_BOOL && p->type != SP_TYPE_CHOICE && p->type != SP_TYPE_DATA) {
        double low = p->type == SP_TYPE_SIZE && p->range.low < 0 ? 0 : p->range.low;
        json_object_set_new(object, "range",
                            json_pack("{s:o, s:o, s:b, s:b}", "low", number(low), "high", number(p->range.high), "open_low",
                                      p->range.open_low, "open_high", p->range.open_high));
    }
    return object;
}

static json_t *command(const sp_command *c)
{
    json_t *params = json_array(), *outputs = json_array(), *declared = json_array();
    bool has_data = false;
    for (const sp_param *p = c->params; p && p->name; p++) {
        json_array_append_new(params, param(c, p));
        has_data |= p->type == SP_TYPE_DATA;
    }
    for (const sp_param *p = sp_dataset_params(); has_data && p->name; p++)
        json_array_append_new(params, param(c, p));
    for (const sp_scalar *s = c->scalars; s && s->name; s++)
        json_array_append_new(outputs, json_pack("{s:s, s:s, s:s, s:b}", "name", s->name, "unit", s->unit, "help", s->help,
                                                 "text", s->type == SP_TYPE_TEXT));
    for (const sp_table_decl *t = c->tables; t && t->name; t++) {
        json_t *columns = json_array();
        for (const sp_column *k = t->columns; k->name; k++)
            json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "name", k->name, "unit", k->unit, "help", k->help));
        json_array_append_new(declared,
                              json_pack("{s:s, s:s?, s:o}", "name", t->name, "caption", t->caption, "columns", columns));
    }
    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o}", "name", c->name, "summary", c->summary, "spec", c->spec,
                     "example", c->example, "positional", c->positional, "parameters", params, "scalars", outputs, "tables",
                     declared);
}

char *sp_registry_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; sp_command_at(i); i++)
        json_array_append_new(list, command(sp_command_at(i)));
    return dump(
        json_pack("{s:s, s:s, s:o}", "schema", "spinodal-commands/1", "version", SPINODAL_VERSION, "commands", list));
}
