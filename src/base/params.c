#include "params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sp_status sp_arguments_split(sp_run *run, size_t n, const char *const *texts, sp_argument *out)
{
    for (size_t i = 0; i < n; i++) {
        const char *equal = strchr(texts[i], '=');
        if (!equal || equal == texts[i])
            return sp_fail(run, SP_USAGE, "\"%s\" is not of the form name=value", texts[i]);
        char *name = sp_strdup(run, texts[i]);
        if (!name)
            return SP_FAILED;
        name[equal - texts[i]] = 0;
        for (char *p = name; *p; p++)
            if (*p == '-')
                *p = '_';
        out[i] = (sp_argument){name, name + (equal - texts[i]) + 1};
        for (size_t j = 0; j < i; j++)
            if (!strcmp(out[j].name, name))
                return sp_fail(run, SP_USAGE, "--%s is given twice", sp_option_name(run, name));
    }
    return SP_OK;
}

const char *sp_option_name(sp_run *run, const char *field)
{
    char *name = sp_strdup(run, field);
    if (!name)
        return field;
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    return name;
}

const char *sp_range_text(sp_run *run, sp_range r)
{
    bool low = r.low > -INFINITY, high = r.high < INFINITY;
    char *text = low && high
                     ? sp_format(run, "in %c%g, %g%c", r.open_low ? '(' : '[', r.low, r.high, r.open_high ? ')' : ']')
                 : low  ? sp_format(run, "%s %g", r.open_low ? ">" : ">=", r.low)
                 : high ? sp_format(run, "%s %g", r.open_high ? "<" : "<=", r.high)
                        : NULL;
    return text ? text : "";
}

bool sp_param_takes_grid(const sp_param *p)
{
    return p->type == SP_TYPE_REAL || p->type == SP_TYPE_INT || p->type == SP_TYPE_SIZE;
}

static sp_status check_range(sp_run *run, const sp_param *p, double x)
{
    sp_range r = p->range;
    if (x < r.low || x > r.high || (r.open_low && x == r.low) || (r.open_high && x == r.high))
        return sp_fail(run, SP_USAGE, "--%s must be %s, got %.17g", sp_option_name(run, p->name), sp_range_text(run, r), x);
    return SP_OK;
}

static sp_status set_integer(sp_run *run, const sp_param *p, const char *value, void *field)
{
    double x;
    if (!sp_parse_number(value, &x) || x != floor(x) || fabs(x) > 9e15)
        return sp_fail(run, SP_USAGE, "--%s needs a whole number, got \"%s\"", sp_option_name(run, p->name), value);
    if (p->type == SP_TYPE_SIZE && x < 0)
        return sp_fail(run, SP_USAGE, "--%s must be >= 0, got %s", sp_option_name(run, p->name), value);
    SP_TRY(check_range(run, p, x));
    if (p->type == SP_TYPE_SIZE)
        *(size_t *)field = (size_t)x;
    else
        *(int64_t *)field = (int64_t)x;
    return SP_OK;
}

static sp_status set_flag(sp_run *run, const sp_param *p, const char *value, void *field)
{
    static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < 4; i++)
        if (!strcmp(value, yes[i]) || !strcmp(value, no[i])) {
            *(bool *)field = !strcmp(value, yes[i]);
            return SP_OK;
        }
    return sp_fail(run, SP_USAGE, "--%s is on or off, got \"%s\"", sp_option_name(run, p->name), value);
}

static sp_status set_choice(sp_run *run, const sp_param *p, const char *value, void *field)
{
    size_t length = strlen(value);
    int index = 0;
    for (const char *c = p->choices; c; index++) {
        const char *end = strchr(c, '|');
        size_t n = end ? (size_t)(end - c) : strlen(c);
        if (n == length && !strncmp(c, value, n)) {
            *(int *)field = index;
            return SP_OK;
        }
        c = end ? end + 1 : NULL;
    }
    return sp_fail(run, SP_USAGE, "--%s is one of %s, got \"%s\"", sp_option_name(run, p->name), p->choices, value);
}

static sp_status set_vec(sp_run *run, const sp_param *p, const char *value, sp_vec *field)
{
    *field = (sp_vec){0};
    if (!*value)
        return SP_OK;
    sp_status status = sp_parse_numbers(run, value, field);
    if (status != SP_OK)
        return sp_fail(run, status, "--%s: %s", sp_option_name(run, p->name), sp_strdup(run, sp_run_message(run)));
    for (size_t i = 0; i < field->n; i++)
        SP_TRY(check_range(run, p, field->v[i]));
    return SP_OK;
}

sp_status sp_param_set(sp_run *run, const sp_param *p, const char *value, void *params)
{
    void *field = (char *)params + p->offset;
    switch (p->type) {
    case SP_TYPE_REAL:
        if (!sp_parse_number(value, field))
            return sp_fail(run, SP_USAGE, "--%s needs a number, got \"%s\"", sp_option_name(run, p->name), value);
        return check_range(run, p, *(double *)field);
    case SP_TYPE_INT:
    case SP_TYPE_SIZE:
        return set_integer(run, p, value, field);
    case SP_TYPE_BOOL:
        return set_flag(run, p, value, field);
    case SP_TYPE_CHOICE:
        return set_choice(run, p, value, field);
    case SP_TYPE_VEC:
        return set_vec(run, p, value, field);
    case SP_TYPE_TEXT:
        *(const char **)field = sp_strdup(run, value);
        return *(const char **)field ? SP_OK : SP_FAILED;
    case SP_TYPE_DATA:
        break;
    }
    return sp_fail(run, SP_USAGE, "--%s cannot be set from text", sp_option_name(run, p->name));
}

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[65], n = strlen(b);
    if (n > 64)
        return 99;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

const char *sp_nearest(const char *name, size_t n, const char *const *names)
{
    const char *best = NULL;
    size_t least = 3;
    for (size_t i = 0; i < n; i++) {
        size_t distance = edit_distance(name, names[i]);
        if (distance < least && distance < strlen(name)) {
            least = distance;
            best = names[i];
        }
    }
    return best;
}
