/* Numbers from text: single, lists "1,2,10,inf", repeats "4x8", grids "0.1:100:60log", files of numbers. */
#include "params.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sp_parse_number(const char *text, double *out)
{
    if (!*text || *text == ' ' || *text == '\t' || *text == '\n' || strpbrk(text, "xX")) /* no hexadecimal: 0x24 repeats 0 */
        return false;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    char *end;
    *out = c ? strtod_l(text, &end, c) : strtod(text, &end);
    if (c)
        freelocale(c);
    return *end == 0 && !isnan(*out);
}

typedef struct {
    size_t n, capacity;
    double *v;
} growing;

static sp_status append(sp_run *run, growing *g, double x)
{
    if (g->n == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 64;
        double *grown = realloc(g->v, capacity * sizeof *grown);
        if (!grown)
            return sp_fail(run, SP_FAILED, "out of memory");
        g->v = grown;
        g->capacity = capacity;
    }
    g->v[g->n++] = x;
    return SP_OK;
}

enum { MAX_NUMBERS = 100000000 };

/* "a:b:n", "a:b:nlog", "a:b:nlin" */
static sp_status grid(sp_run *run, char *text, growing *g)
{
    char *second = strchr(text, ':'), *third = strchr(second + 1, ':');
    if (!third)
        return sp_fail(run, SP_USAGE, "a grid is FROM:TO:COUNT or FROM:TO:COUNTlog, got \"%s\"", text);
    *second++ = *third++ = 0;
    bool logarithmic = false;
    size_t length = strlen(third);
    if (length > 3 && (!strcmp(third + length - 3, "log") || !strcmp(third + length - 3, "lin"))) {
        logarithmic = third[length - 2] == 'o';
        third[length - 3] = 0;
    }
    double from, to, count;
    if (!sp_parse_number(text, &from) || !sp_parse_number(second, &to) || !sp_parse_number(third, &count) || isinf(from) ||
        isinf(to))
        return sp_fail(run, SP_USAGE, "a grid is FROM:TO:COUNT or FROM:TO:COUNTlog with finite numbers, got \"%s:%s:%s\"",
                       text, second, third);
    if (!(count >= 1) || count > MAX_NUMBERS || count != floor(count))
        return sp_fail(run, SP_USAGE, "the COUNT of a grid is a whole number from 1 to %d, got %s", MAX_NUMBERS, third);
    if (logarithmic && !(from > 0 && to > 0))
        return sp_fail(run, SP_USAGE, "a logarithmic grid needs positive ends, got %g:%g", from, to);
    size_t n = (size_t)count;
    for (size_t i = 0; i < n; i++) {
        double u = n > 1 ? (double)i / (double)(n - 1) : 0;
        double x = i + 1 == n && n > 1 ? to
                   : i == 0            ? from
                   : logarithmic       ? from * pow(to / from, u)
                                       : from + (to - from) * u;
        SP_TRY(append(run, g, x));
    }
    return SP_OK;
}

static sp_status item(sp_run *run, char *text, growing *g)
{
    double x, count = 1;
    if (sp_parse_number(text, &x))
        return append(run, g, x);
    if (strchr(text, ':'))
        return grid(run, text, g);
    char *repeat = strchr(text, 'x');
    if (repeat) {
        *repeat = 0;
        if (sp_parse_number(text, &x) && sp_parse_number(repeat + 1, &count) && count >= 1 && count <= MAX_NUMBERS &&
            count == floor(count)) {
            for (double i = 0; i < count; i++)
                SP_TRY(append(run, g, x));
            return SP_OK;
        }
        *repeat = 'x';
    }
    return sp_fail(run, SP_USAGE, "\"%s\" is no number, list, grid FROM:TO:COUNT[log] or readable file of numbers", text);
}

static sp_status split(sp_run *run, char *text, const char *separators, growing *g)
{
    char *rest;
    for (char *token = strtok_r(text, separators, &rest); token; token = strtok_r(NULL, separators, &rest))
        SP_TRY(item(run, token, g));
    return SP_OK;
}

static sp_status from_file(sp_run *run, const char *path, FILE *file, growing *g)
{
    char *line = NULL;
    size_t capacity = 0, number = 0;
    sp_status status = SP_OK;
    while (status == SP_OK && getline(&line, &capacity, file) >= 0) {
        number++;
        if (line[0] == '#')
            continue;
        status = split(run, line, ", \t\r\n;", g);
        if (status != SP_OK)
            status = sp_fail(run, SP_DATA, "%s line %zu: not a number", path, number);
    }
    free(line);
    return status;
}

sp_status sp_parse_numbers(sp_run *run, const char *text, sp_vec *out)
{
    growing g = {0};
    sp_status status;
    double x;
    FILE *file = strpbrk(text, ",") || sp_parse_number(text, &x) ? NULL : fopen(text, "r");
    if (file) {
        status = from_file(run, text, file, &g);
        fclose(file);
    }
    else {
        char *copy = sp_strdup(run, text);
        status = copy ? split(run, copy, ",", &g) : SP_FAILED;
    }
    if (status == SP_OK && g.n == 0)
        status = sp_fail(run, SP_USAGE, "\"%s\" holds no numbers", text);
    if (status == SP_OK) {
        double *v = SP_NEW(run, double, g.n);
        if (v)
            memcpy(v, g.v, g.n * sizeof *v);
        else
            status = SP_FAILED;
        *out = (sp_vec){g.n, v};
    }
    free(g.v);
    return status;
}
