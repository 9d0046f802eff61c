#include "plot_spec.h"

#include "params.h"

#include <string.h>

static const char *const keywords[] = {"by",     "logx",   "logy",     "logz",   "vline",  "hline",
                                       "bins",   "points", "lines",    "xrange", "yrange", "xlabel",
                                       "ylabel", "title",  "diagonal", "nokey",  "bars"};

static bool is_keyword(const char *word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (!strcmp(word, keywords[i]))
            return true;
    return false;
}

typedef struct {
    size_t n, at;
    char *word[256];
} words;

static const char *next(words *w) { return w->at < w->n ? w->word[w->at++] : NULL; }
static const char *value(words *w) { return w->at < w->n && !is_keyword(w->word[w->at]) ? w->word[w->at++] : NULL; }

static void split(char *statement, words *w)
{
    char *rest;
    for (char *p = strtok_r(statement, " \n\t", &rest); p && w->n < 256; p = strtok_r(NULL, " \n\t", &rest))
        w->word[w->n++] = p;
}

/* The words up to the next keyword (or to the end), with single spaces; the first may be a keyword ("ylabel points"). */
static const char *phrase(sp_run *run, words *w, bool to_the_end)
{
    const char *text = NULL;
    while (w->at < w->n && (to_the_end || !text || !is_keyword(w->word[w->at]))) {
        const char *word = w->word[w->at++];
        text = text ? sp_format(run, "%s %s", text, word) : word;
    }
    return text ? text : "";
}

static bool names(char *list, size_t *n, const char **out)
{
    char *rest;
    for (char *p = strtok_r(list, ",", &rest); p; p = strtok_r(NULL, ",", &rest)) {
        if (*n == SP_PLOT_NAMES)
            return false;
        out[(*n)++] = p;
    }
    return *n > 0;
}

static bool range(const char *text, double out[2])
{
    char low[64];
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon || (size_t)(colon - text) >= sizeof low)
        return false;
    memcpy(low, text, (size_t)(colon - text));
    low[colon - text] = 0;
    out[0] = out[1] = NAN;
    return (!*low || sp_parse_number(low, &out[0])) && (!colon[1] || sp_parse_number(colon + 1, &out[1]));
}

static bool set_option(sp_run *run, const char *key, words *w, sp_plot_spec *s)
{
    const char *text;
    double x;
    if (!strcmp(key, "by"))
        return (s->by = value(w)) != NULL;
    if (!strcmp(key, "logx"))
        return s->logx = true;
    if (!strcmp(key, "logy"))
        return s->logy = true;
    if (!strcmp(key, "logz"))
        return s->logz = true;
    if (!strcmp(key, "diagonal"))
        return s->diagonal = true;
    if (!strcmp(key, "nokey"))
        return s->no_key = true;
    if (!strcmp(key, "points"))
        return s->points = true;
    if (!strcmp(key, "lines"))
        return s->lines = true;
    if (!strcmp(key, "bars"))
        return s->bars = true;
    if (!strcmp(key, "vline")) {
        while (s->n_vline < SP_PLOT_NAMES && (text = value(w)))
            s->vline[s->n_vline++] = text;
        return s->n_vline > 0;
    }
    if (!strcmp(key, "hline")) {
        while (s->n_hline < SP_PLOT_NAMES && (text = value(w)))
            s->hline[s->n_hline++] = text;
        return s->n_hline > 0;
    }
    if (!strcmp(key, "bins")) {
        text = value(w);
        if (!text || !sp_parse_number(text, &x) || !(x >= 1 && x <= 10000))
            return false;
        s->bins = (size_t)x;
        return true;
    }
    if (!strcmp(key, "xrange"))
        return range(value(w), s->xrange);
    if (!strcmp(key, "yrange"))
        return range(value(w), s->yrange);
    if (!strcmp(key, "xlabel"))
        return *(s->xlabel = phrase(run, w, false)) != 0;
    if (!strcmp(key, "ylabel"))
        return *(s->ylabel = phrase(run, w, false)) != 0;
    if (!strcmp(key, "title"))
        return *(s->title = phrase(run, w, true)) != 0;
    return false;
}

static sp_status parse_one(sp_run *run, char *statement, sp_plot_spec *s)
{
    words w = {0};
    const char *copy = sp_strdup(run, statement);
    *s = (sp_plot_spec){.xrange = {NAN, NAN}, .yrange = {NAN, NAN}};
    split(statement, &w);
    const char *kind = next(&w);
    bool good = kind && copy;
    if (good && !strcmp(kind, "plot"))
        s->kind = SP_PLOT_XY;
    else if (good && !strcmp(kind, "map"))
        s->kind = SP_PLOT_MAP;
    else if (good && !strcmp(kind, "hist"))
        s->kind = SP_PLOT_HIST;
    else
        return sp_fail(run, SP_USAGE, "plots: \"%s\" must start with plot, map or hist", copy ? copy : "");
    good = (s->x = value(&w)) != NULL;
    if (good && s->kind == SP_PLOT_XY) {
        char *list = w.at < w.n ? w.word[w.at++] : NULL;
        good = list && names(list, &s->n_y, s->y);
    }
    if (good && s->kind == SP_PLOT_MAP) {
        s->y[0] = value(&w);
        s->y[1] = s->y[0] ? value(&w) : NULL;
        s->n_y = 2;
        good = s->y[1] != NULL;
    }
    if (!good)
        return sp_fail(run, SP_USAGE, "plots: \"%s\" does not name its columns (plot X Y1,Y2 | map X Y Z | hist X)", copy);
    for (const char *key; (key = next(&w));)
        if (!set_option(run, key, &w, s))
            return sp_fail(run, SP_USAGE, "plots: \"%s\" in \"%s\" is not understood", key, copy);
    return SP_OK;
}

sp_status sp_plots_parse(sp_run *run, const char *text, size_t *n, sp_plot_spec **out)
{
    *n = 0;
    *out = NULL;
    if (!text || !*text)
        return SP_OK;
    size_t most = 1;
    for (const char *p = text; *p; p++)
        most += *p == ';';
    char *copy = sp_strdup(run, text), *rest;
    *out = SP_NEW(run, sp_plot_spec, most);
    if (!copy || !*out)
        return SP_FAILED;
    for (char *p = strtok_r(copy, ";", &rest); p; p = strtok_r(NULL, ";", &rest))
        if (p[strspn(p, " \n\t")])
            SP_TRY(parse_one(run, p, &(*out)[(*n)++]));
    return SP_OK;
}
