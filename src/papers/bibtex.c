#include "spinodal/papers.h"

#include "claims.h"

#include <string.h>

const char *sp_papers_bibtex(sp_run *run, const char *spec)
{
    char *text = sp_strdup(run, "");
    for (size_t i = 0; sp_papers[i] && text; i++) {
        const sp_paper *p = sp_papers[i];
        const char *at = strstr(spec, p->number);
        if (!at || (at > spec && at[-1] != ' ' && at[-1] != ';') || (at[2] && !strchr(":; ,", at[2])))
            continue;
        text = sp_format(run,
                         "%s@article{arxiv:%s,\n  title = {%s},\n  author = {%s},\n  year = {%s},\n  eprint = {%s},\n  "
                         "archivePrefix = {arXiv}\n}\n",
                         text, p->arxiv, p->title, p->authors, p->year, p->arxiv);
    }
    return text ? text : "";
}
