/* The example of every command runs, converges and gives parsable JSON with exactly the declared scalars and tables. */
#include "test.h"

#include "spinodal/command.h"
#include "spinodal/output.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 64 };

static size_t split(char *line, const char **words)
{
    size_t n = 0;
    for (char *rest, *word = strtok_r(line, " ", &rest); word && n < MAX_WORDS; word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    return n;
}

static void check_json(sp_run *run, const sp_result *result)
{
    char *text = sp_result_json(run, result);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    const sp_command *command = sp_result_command(result);
    assert_string_equal(json_string_value(json_object_get(json, "command")), command->name);
    for (const sp_table_decl *t = command->tables; t && t->name; t++)
        assert_non_null(json_object_get(json_object_get(json, "tables"), t->name));
    json_decref(json);
    free(text);
}

static void every_example(void **state)
{
    (void)state;
    for (size_t i = 0; sp_command_at(i); i++) {
        const sp_command *command = sp_command_at(i);
        if (!command->example)
            fail_msg("%s has no example", command->name);
        sp_run *run = sp_run_create(NULL);
        char *line = sp_format(run, "%s %s", command->name, command->example), *dot = strchr(line, '.');
        if (dot && dot < strchr(line, ' '))
            *dot = ' ';
        const char *words[MAX_WORDS], *const *args;
        size_t n = split(line, words), n_args;
        const sp_command *found;
        sp_result *result = NULL;
        sp_status status = sp_command_words(run, n, words, &found, &n_args, &args);
        if (status == SP_OK)
            status = sp_call(run, found->name, NULL, n_args, args, &result);
        if (status != SP_OK)
            fail_msg("spinodal %s %s: %s", command->name, command->example, sp_run_message(run));
        assert_ptr_equal(found, command);
        if (!sp_result_converged(result))
            fail_msg("spinodal %s %s: not converged", command->name, command->example);
        check_json(run, result);
        sp_result_free(result);
        sp_run_free(run);
    }
}

static void well_declared(void **state)
{
    (void)state;
    for (size_t i = 0; sp_command_at(i); i++) {
        const sp_command *c = sp_command_at(i);
        assert_true(c->summary && *c->summary && c->spec);
        for (const sp_param *p = c->params; p && p->name; p++)
            if (!p->help || !*p->help || !p->unit)
                fail_msg("%s: the parameter %s has no help or unit", c->name, p->name);
        for (const sp_scalar *s = c->scalars; s && s->name; s++)
            if (!s->help || !*s->help || !s->unit)
                fail_msg("%s: the result %s has no help or unit", c->name, s->name);
        for (const sp_table_decl *t = c->tables; t && t->name; t++)
            for (const sp_column *k = t->columns; k->name; k++)
                if (!k->help || !*k->help || !k->unit)
                    fail_msg("%s: the column %s.%s has no help or unit", c->name, t->name, k->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(well_declared), SP_TEST(every_example)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
