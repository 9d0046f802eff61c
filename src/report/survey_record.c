/* What a section says, as bytes: a letter, a length, the content. Played back into the result, now or after a resume. */
#include "survey.h"

#include "result_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void put(sp_survey *s, char kind, const void *data, size_t size)
{
    uint64_t length = size;
    fputc(kind, s->log);
    fwrite(&length, sizeof length, 1, s->log);
    fwrite(data, 1, size, s->log);
}

static void put_words(sp_survey *s, char kind, const char *format, va_list arguments)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length >= 0)
        put(s, kind, text, (size_t)length + 1);
    free(text);
}

void sp_survey_say(sp_survey *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_words(s, 'w', format, arguments);
    va_end(arguments);
}

void sp_survey_caution(sp_survey *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_words(s, 'c', format, arguments);
    va_end(arguments);
}

void sp_survey_paste(sp_survey *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_words(s, 'p', format, arguments);
    va_end(arguments);
}

void sp_survey_show(sp_survey *s, const char *table) { put(s, 't', table, strlen(table) + 1); }

void sp_survey_warning(sp_survey *s, const char *text, bool unconverged)
{
    put(s, unconverged ? 'u' : 'a', text, strlen(text) + 1);
}

void sp_survey_number(sp_survey *s, size_t offset, double value)
{
    double pair[2] = {(double)offset, value};
    memcpy((char *)s->r + offset, &value, sizeof value);
    put(s, 'n', pair, sizeof pair);
}

void sp_survey_memo(sp_survey *s, const char *name)
{
    size_t bytes, length = strlen(name) + 1;
    const void *data = sp_memo_find(s->run, name, &bytes);
    char *both = data ? malloc(length + bytes) : NULL;
    if (!both)
        return;
    memcpy(both, name, length);
    memcpy(both + length, data, bytes);
    put(s, 'k', both, length + bytes);
    free(both);
}

void sp_survey_cells(sp_survey *s, const char *table, size_t n, const sp_cell *cells)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return;
    fwrite(table, 1, strlen(table) + 1, file);
    for (size_t i = 0; i < n; i++) {
        fputc(cells[i].text ? 't' : 'n', file);
        if (cells[i].text)
            fwrite(cells[i].text, 1, strlen(cells[i].text) + 1, file);
        else
            fwrite(&cells[i].number, sizeof(double), 1, file);
    }
    if (fclose(file) == 0)
        put(s, 'r', text, size);
    free(text);
}

void sp_survey_image(sp_survey *s, const sp_image *image)
{
    char *text = NULL;
    size_t size = 0;
    uint64_t shape[3] = {image->width, image->height, image->channels};
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return;
    fwrite(shape, sizeof shape, 1, file);
    fwrite(image->name, 1, strlen(image->name) + 1, file);
    fwrite(image->caption, 1, strlen(image->caption) + 1, file);
    fwrite(image->pixels, 1, image->width * image->height * image->channels, file);
    if (fclose(file) == 0)
        put(s, 'i', text, size);
    free(text);
}

static sp_status replay_row(sp_survey *s, const char *p, const char *end)
{
    enum { MOST = 64 };
    sp_cell cells[MOST];
    size_t n = 0;
    const char *table = p;
    for (p += strlen(p) + 1; p < end && n < MOST; n++) {
        if (*p++ == 't') {
            cells[n] = sp_cell_text(p);
            p += strlen(p) + 1;
        }
        else {
            double x;
            memcpy(&x, p, sizeof x);
            cells[n] = sp_cell_number(x);
            p += sizeof x;
        }
    }
    return sp_table_add(sp_result_table(s->out, table), n, cells);
}

static sp_status replay_image(sp_survey *s, const char *p)
{
    uint64_t shape[3];
    memcpy(shape, p, sizeof shape);
    sp_image image = {.width = shape[0], .height = shape[1], .channels = shape[2], .name = p + sizeof shape};
    image.caption = image.name + strlen(image.name) + 1;
    image.pixels = (const unsigned char *)image.caption + strlen(image.caption) + 1;
    return sp_result_image(s->out, &image);
}

/* Numbers are known to the sections that follow at once ... */
static sp_status replay_number(sp_survey *s, char kind, const char *p, size_t size)
{
    double pair[2];
    switch (kind) {
    case 'n':
        memcpy(pair, p, sizeof pair);
        memcpy((char *)s->r + (size_t)pair[0], &pair[1], sizeof(double));
        return SP_OK;
    case 'k':
        sp_memo_keep(s->run, p, p + strlen(p) + 1, size - strlen(p) - 1);
        return SP_OK;
    default:
        return SP_OK;
    }
}

/* ... the rest is laid out when all have run: the answers come first on the page. */
static sp_status replay_item(sp_survey *s, char kind, const char *p, size_t size)
{
    switch (kind) {
    case 'w':
        return sp_result_say(s->out, "%s", p);
    case 'c':
        return sp_result_caution(s->out, "%s", p);
    case 'p':
        return sp_result_paste(s->out, "%s", p);
    case 't':
        return sp_result_show(s->out, p);
    case 'a':
        return sp_result_add_warning(s->out, p);
    case 'u':
        sp_result_unconverged(s->out, "%s", p);
        return SP_OK;
    case 'r':
        return replay_row(s, p, p + size);
    case 'i':
        return replay_image(s, p);
    default:
        return SP_OK;
    }
}

sp_status sp_survey_replay(sp_survey *s, const sp_survey_log *log, bool items)
{
    for (const char *p = log->bytes, *end = log->bytes + log->size; p < end;) {
        uint64_t length;
        char kind = *p++;
        memcpy(&length, p, sizeof length);
        p += sizeof length;
        SP_TRY((items ? replay_item : replay_number)(s, kind, p, length));
        p += length;
    }
    return SP_OK;
}

/* Two checkpoints: the size with the data's hash, then the bytes. */
typedef struct {
    uint64_t hash, size;
} stamp;

sp_status sp_survey_keep(sp_survey *s, const char *section, const sp_survey_log *log)
{
    stamp mark = {s->data->hash, log->size};
    SP_TRY(sp_checkpoint_save(s->run, sp_format(s->run, "%s-said", section), log->bytes, log->size));
    return sp_checkpoint_save(s->run, sp_format(s->run, "%s-done", section), &mark, sizeof mark);
}

sp_status sp_survey_restore(sp_survey *s, const char *section, sp_survey_log *log, bool *found)
{
    stamp mark;
    SP_TRY(sp_checkpoint_load(s->run, sp_format(s->run, "%s-done", section), &mark, sizeof mark, found));
    if (!*found || mark.hash != s->data->hash) {
        *found = false;
        return SP_OK;
    }
    char *text = sp_alloc(s->run, mark.size + 1, 1);
    if (!text)
        return SP_FAILED;
    SP_TRY(sp_checkpoint_load(s->run, sp_format(s->run, "%s-said", section), text, mark.size, found));
    *log = (sp_survey_log){text, mark.size};
    return SP_OK;
}
