#include "spinodal/papers.h"

#include "claims.h"

#include <string.h>

static bool is_named(const char *spec, const char *number)
{
    const char *at = strstr(spec, number);
    return at && (at == spec || at[-1] == ' ' || at[-1] == ';') && (!at[2] || strchr(":; ,", at[2]));
}

size_t sp_papers_cited(const char *spec, size_t most, sp_citation *out)
{
    size_t n = 0;
    for (size_t i = 0; sp_papers[i] && n < most; i++) {
        const sp_paper *p = sp_papers[i];
        if (is_named(spec, p->number))
            out[n++] = (sp_citation){p->number, p->title, p->authors, p->year, p->arxiv};
    }
    return n;
}

const char *sp_papers_bibtex(sp_run *run, const char *spec)
{
    enum { MOST = 64 };
    sp_citation cited[MOST];
    size_t n = sp_papers_cited(spec, MOST, cited);
    char *text = sp_strdup(run, "");
    for (size_t i = 0; i < n && text; i++)
        text = sp_format(run,
                         "%s@article{arxiv:%s,\n  title = {%s},\n  author = {%s},\n  year = {%s},\n  eprint = {%s},\n  "
                         "archivePrefix = {arXiv}\n}\n",
                         text, cited[i].arxiv, cited[i].title, cited[i].authors, cited[i].year, cited[i].arxiv);
    return text ? text : "";
}
