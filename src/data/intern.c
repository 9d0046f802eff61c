#include "intern.h"

#include <stdlib.h>
#include <string.h>

static bool equal(const char *kept, const char *text, size_t length)
{
    return !strncmp(kept, text, length) && !kept[length];
}

static size_t find_slot(const sp_intern *t, const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t k = 0; k < length; k++)
        hash = (hash ^ (unsigned char)text[k]) * 1099511628211u;
    size_t slots = 2 * t->capacity, i = (size_t)(hash >> 20) % slots;
    while (t->slot[i] && !equal(t->text[t->slot[i] - 1], text, length))
        i = (i + 1) % slots;
    return i;
}

static bool grow(sp_run *run, sp_intern *t)
{
    sp_intern larger = {.n = t->n, .capacity = t->capacity ? 2 * t->capacity : 64};
    larger.text = malloc(larger.capacity * sizeof *larger.text);
    larger.slot = calloc(2 * larger.capacity, sizeof *larger.slot);
    if (!larger.text || !larger.slot) {
        sp_intern_free(&larger);
        sp_fail(run, SP_FAILED, "out of memory");
        return false;
    }
    for (size_t i = 0; i < t->n; i++) {
        larger.text[i] = t->text[i];
        larger.slot[find_slot(&larger, t->text[i], strlen(t->text[i]))] = i + 1;
    }
    sp_intern_free(t);
    *t = larger;
    return true;
}

bool sp_intern_add(sp_run *run, sp_intern *t, const char *text, size_t *index)
{
    if (t->n == t->capacity && !grow(run, t))
        return false;
    size_t slot = find_slot(t, text, strlen(text));
    if (!t->slot[slot]) {
        t->text[t->n++] = text;
        t->slot[slot] = t->n;
    }
    *index = t->slot[slot] - 1;
    return true;
}

size_t sp_intern_find(const sp_intern *t, const char *text, size_t length)
{
    return t->n ? t->slot[find_slot(t, text, length)] - 1 : SIZE_MAX; /* a free slot is 0 */
}

sp_status sp_intern_names(sp_run *run, const sp_intern *t, const char *const **out)
{
    const char **names = SP_NEW(run, const char *, t->n);
    if (!names)
        return SP_FAILED;
    for (size_t i = 0; i < t->n; i++)
        names[i] = t->text[i];
    *out = names;
    return SP_OK;
}

void sp_intern_free(sp_intern *t)
{
    free(t->text);
    free(t->slot);
    *t = (sp_intern){0};
}
