#include "spinodal/papers.h"

#include "papers/check.h"

#include <string.h>

typedef sp_reproduce_params P;
typedef sp_reproduce_result R;
static const sp_param params[] = {SP_TEXT(P, paper, "", "number of the paper, as in --list"),
                                  SP_FLAG(P, all, "every paper"),
                                  SP_FLAG(P, full, "the paper's own sizes (long) instead of small ones"),
                                  SP_FLAG(P, list, "list the papers and stop"),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, reproduced, "", "claims reproduced"),
                                    SP_OUT(R, not_reproduced, "", "claims not reproduced"),
                                    SP_OUT(R, not_run, "", "claims not run here"),
                                    {0}};
static const sp_column papers[] = {
    {"paper", "", "number"}, {"claims", "", "number of claims"}, {"title", "", "title"}, {"arxiv", "", "arXiv number"}, {0}};
static const sp_column claims[] = {{"paper", "", "number of the paper"},
                                   {"verdict", "", "reproduced, not reproduced or not run here"},
                                   {"reference", "", "the paper's number"},
                                   {"theory", "", "theory here"},
                                   {"measured", "", "measured here"},
                                   {"measured_se", "", "standard error"},
                                   {"claim", "", "what is claimed"},
                                   {"command", "", "the command to paste"},
                                   {"reason", "", "of a verdict other than reproduced"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"papers", papers, NULL, NULL}, {"claims", claims, NULL, "Claims of the papers and what was found"}, {0}};

static sp_status check_paper(sp_run *run, const sp_paper *paper, const P *p, R *r, sp_claim_cache *cache, sp_result *out)
{
    static const char *const words[] = {"reproduced", "not reproduced", "not run here"};
    sp_table *table = sp_result_table(out, "claims");
    size_t n = 0, done = 0;
    while (paper->claims[n].claim)
        n++;
    for (const sp_claim *claim = paper->claims; claim->claim; claim++) {
        sp_mark mark = sp_memory_mark(run);
        sp_checked c;
        SP_TRY(sp_claim_check(run, claim, p->full, cache, &c));
        *(c.verdict == SP_REPRODUCED       ? &r->reproduced
          : c.verdict == SP_NOT_REPRODUCED ? &r->not_reproduced
                                           : &r->not_run) += 1;
        const char *command = sp_format(run, "spinodal %s", c.command);
        SP_TRY(SP_ROW(table, paper->number, words[c.verdict], claim->paper, c.theory, c.measured, c.se, claim->claim,
                      command, c.why ? c.why : ""));
        SP_TRY(sp_result_verdict(out, c.verdict, "%s: %s%s%s", paper->number, claim->claim, c.why ? ": " : "",
                                 c.why ? c.why : ""));
        sp_memory_release(run, mark);
        sp_progress(run, paper->number, (double)++done / (double)n);
    }
    return SP_OK;
}

static sp_status run_reproduce(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    bool found = p->all || p->list;
    if (!*p->paper && !p->all && !p->list)
        return sp_fail(run, SP_USAGE, "name a paper by its number (--list shows them), or --all");
    for (size_t i = 0; sp_papers[i]; i++) {
        const sp_paper *paper = sp_papers[i];
        size_t n = 0;
        while (paper->claims[n].claim)
            n++;
        bool wanted = p->all || p->list || !strcmp(paper->number, p->paper);
        found |= wanted;
        if (wanted)
            SP_TRY(SP_ROW(sp_result_table(out, "papers"), paper->number, n, paper->title, paper->arxiv));
        if (!wanted || p->list)
            continue;
        sp_claim_cache cache = {0};
        sp_status status = check_paper(run, paper, p, scalars_, &cache, out);
        sp_claims_free(&cache);
        SP_TRY(status);
    }
    return found ? SP_OK : sp_fail(run, SP_USAGE, "no paper \"%s\" (see `spinodal reproduce --list`)", p->paper);
}

const sp_command sp_command_reproduce = {.name = "reproduce",
                                         .summary =
                                             "Re-derive the headline numbers of a paper, with a verdict for each claim",
                                         .spec = "",
                                         .params = params,
                                         .scalars = scalars,
                                         .tables = tables,
                                         .run = run_reproduce,
                                         SP_SIZES(P, R),
                                         .positional = "paper",
                                         .example = "--list"};
