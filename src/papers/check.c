#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 64 };

/* Splits at spaces; quotes keep spaces together. */
static size_t split_words(char *line, const char **words)
{
    size_t n = 0;
    for (char *p = line; *p && n < MAX_WORDS;) {
        while (*p == ' ')
            p++;
        if (!*p)
            break;
        char quote = *p == '"' || *p == '\'' ? *p++ : ' ';
        words[n++] = p;
        while (*p && *p != quote)
            p++;
        if (*p)
            *p++ = 0;
    }
    return n;
}

static sp_status run_command(sp_run *run, const char *line, sp_result **result)
{
    const char *words[MAX_WORDS], *const *args;
    char *copy = sp_strdup(run, line);
    const sp_command *command;
    size_t n_args;
    if (!copy)
        return SP_FAILED;
    size_t n = split_words(copy, words);
    SP_TRY(sp_command_words(run, n, words, &command, &n_args, &args));
    return sp_call(run, command->name, NULL, n_args, args, result);
}

void sp_claims_free(sp_claim_cache *cache)
{
    free(cache->line);
    sp_result_free(cache->result);
    *cache = (sp_claim_cache){0};
}

static sp_status run_cached(sp_run *run, const char *line, sp_claim_cache *cache)
{
    if (cache->line && !strcmp(cache->line, line))
        return cache->status;
    sp_claims_free(cache);
    cache->status = run_command(run, line, &cache->result);
    cache->line = strdup(line);
    return cache->status;
}

/* NAN when the path leads nowhere. */
static double read_path(const sp_result *result, const char *path)
{
    double x;
    return path && sp_result_path(result, path, &x) ? x : NAN;
}

static double read_se(sp_run *run, const sp_result *result, const char *path)
{
    const char *bracket = path ? strchr(path, '[') : NULL;
    if (!path)
        return 0;
    const char *companion =
        bracket ? sp_format(run, "%.*s_se%s", (int)(bracket - path), path, bracket) : sp_format(run, "%s_se", path);
    double se = companion ? read_path(result, companion) : NAN;
    return isnan(se) ? 0 : se;
}

static bool agrees(const sp_claim *claim, double value, double reference, double se)
{
    switch (claim->kind) {
    case SP_ABSOLUTE:
        return fabs(value - reference) <= claim->tolerance;
    case SP_RELATIVE:
        return fabs(value - reference) <= claim->tolerance * fabs(reference);
    case SP_SIGMAS:
        return fabs(value - reference) <= claim->sigmas * se + claim->tolerance;
    case SP_BELOW:
        return value <= reference + claim->tolerance;
    case SP_ABOVE:
        return value >= reference - claim->tolerance;
    }
    return false;
}

static void judge(sp_run *run, const sp_claim *claim, sp_checked *c)
{
    bool has_theory = !isnan(c->theory), has_measured = !isnan(c->measured), compared = false, good = true;
    c->verdict = SP_NOT_REPRODUCED;
    if (((claim->measured || claim->fit) && !has_measured) || (claim->theory && !has_theory)) {
        c->why = sp_format(run, "no value at %s",
                           claim->theory && !has_theory ? claim->theory
                           : claim->measured            ? claim->measured
                                                        : "the fit");
        return;
    }
    if (!isnan(claim->paper) && has_theory) {
        compared = true;
        good &= agrees(claim, c->theory, claim->paper, 0) || (claim->kind == SP_SIGMAS && has_measured);
    }
    if (!isnan(claim->paper) && has_measured) {
        compared = true;
        good &= agrees(claim, c->measured, claim->paper, c->se);
    }
    if (isnan(claim->paper) && has_theory && has_measured) {
        compared = true;
        good &= agrees(claim, c->measured, c->theory, c->se);
    }
    if (!compared)
        c->why = "nothing to compare";
    else if (good)
        c->verdict = SP_REPRODUCED;
    else
        c->why = "outside the tolerance";
}

sp_status sp_claim_check(sp_run *run, const sp_claim *claim, bool full, sp_claim_cache *cache, sp_checked *out)
{
    const char *line = full && claim->full ? claim->full : claim->command;
    *out = (sp_checked){.theory = NAN,
                        .measured = NAN,
                        .verdict = SP_NOT_RUN,
                        .command = line          ? line
                                   : claim->full ? claim->full
                                                 : ""};
    if (!line) {
        out->why = claim->full    ? "only at full size (--full)"
                   : claim->needs ? sp_format(run, "needs %s", claim->needs)
                                  : "no command";
        return SP_OK;
    }
    sp_status status = run_cached(run, line, cache);
    const sp_result *result = cache->result;
    if (status == SP_STOPPED)
        return status;
    if (status != SP_OK) {
        bool absent = claim->needs && status == SP_DATA;
        out->verdict = absent ? SP_NOT_RUN : SP_NOT_REPRODUCED;
        out->why = absent ? sp_format(run, "needs %s", claim->needs) : sp_strdup(run, sp_run_message(run));
        return SP_OK;
    }
    out->theory = read_path(result, claim->theory);
    if (claim->fit) {
        out->measured = NAN;
        status = claim->fit(run, result, &out->measured, &out->se);
        if (status != SP_OK)
            out->why = sp_strdup(run, sp_run_message(run));
    }
    else {
        out->measured = read_path(result, claim->measured);
        out->se = read_se(run, result, claim->measured);
    }
    if (!sp_result_converged(result)) {
        out->verdict = SP_NOT_REPRODUCED;
        out->why = "not converged";
    }
    else
        judge(run, claim, out);
    return SP_OK;
}
