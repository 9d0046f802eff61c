/* What a run remembers between commands. */
#include "run_private.h"

#include <stdlib.h>
#include <string.h>

struct sp_memo {
    sp_memo *next;
    size_t bytes;
    char *name;
    void *data;
};

static sp_run *top(const sp_run *run)
{
    while (run->parent)
        run = run->parent;
    return (sp_run *)run;
}

const void *sp_memo_find(const sp_run *run, const char *name, size_t *bytes)
{
    for (const sp_memo *m = top(run)->memo; m; m = m->next)
        if (!strcmp(m->name, name)) {
            *bytes = m->bytes;
            return m->data;
        }
    return NULL;
}

void sp_memo_keep(sp_run *run, const char *name, const void *data, size_t bytes)
{
    size_t known;
    if (run->parent || sp_memo_find(run, name, &known)) /* workers only read */
        return;
    sp_memo *m = malloc(sizeof *m);
    char *copy = strdup(name), *kept = malloc(bytes ? bytes : 1);
    if (!m || !copy || !kept) {
        free(m);
        free(copy);
        free(kept);
        return;
    }
    memcpy(kept, data, bytes);
    m->next = run->memo;
    m->bytes = bytes;
    m->name = copy;
    m->data = kept;
    run->memo = m;
}

void sp_memo_free(sp_run *run)
{
    while (run->memo) {
        sp_memo *m = run->memo;
        run->memo = m->next;
        free(m->name);
        free(m->data);
        free(m);
    }
}
