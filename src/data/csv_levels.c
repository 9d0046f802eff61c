/* Columns of texts in a table: which they are, and the texts in the order in which they appear. */
#include "csv_table.h"

#include "data/column_words.h"

#include <math.h>
#include <string.h>

sp_fields sp_csv_row(const sp_csv_table *s, size_t row) { return sp_fields_of(&s->text, s->text.begin + s->record[row]); }

/* Column of the file of each column of the reader. */
static size_t *file_columns(sp_run *run, const sp_reader *r)
{
    const sp_csv_table *s = r->state;
    size_t *column = SP_NEW(run, size_t, r->d);
    for (size_t i = 0, j = 0; column && i < s->columns; i++)
        if (i != s->label_column && i != s->count_column)
            column[j++] = i;
    return column;
}

static sp_status refuse_many(sp_run *run, const sp_reader *r, const char *name, size_t rows)
{
    return sp_fail(run, SP_DATA,
                   "%s: column %s has more than %d different texts in its first %zu rows, too many for --onehot "
                   "(--factorize codes them in one column; a column of names or numbers of the rows is better left out)",
                   r->name, name, SP_MAX_LEVELS, rows);
}

static sp_status add_level(sp_run *run, sp_intern *levels, const sp_field *f)
{
    size_t known = levels->n, id;
    sp_status status = sp_csv_level(run, levels, f, &id);
    if (status != SP_OK || id != SIZE_MAX)
        return status;
    sp_mark mark = sp_memory_mark(run);
    char *text = sp_field_text(run, f);
    if (!text || !sp_intern_add(run, levels, text, &id))
        return SP_FAILED;
    if (levels->n == known)
        sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_csv_level(sp_run *run, const sp_intern *levels, const sp_field *f, size_t *out)
{
    if (!f->quoted || !memchr(f->begin, '"', f->length)) {
        *out = sp_intern_find(levels, f->begin, f->length);
        return SP_OK;
    }
    sp_mark mark = sp_memory_mark(run);
    char *text = sp_field_text(run, f); /* doubled quotes undone */
    if (!text)
        return SP_FAILED;
    *out = sp_intern_find(levels, text, strlen(text));
    sp_memory_release(run, mark);
    return SP_OK;
}

/* text[j]: some field of the column is neither a number nor missing. */
static sp_status find_text_columns(sp_run *run, const sp_reader *r, bool *text)
{
    const sp_csv_table *s = r->state;
    double x;
    for (size_t i = 0; i < r->n; i++) {
        if (i % 4096 == 0)
            SP_TRY(sp_poll(run));
        sp_fields fields = sp_csv_row(s, i);
        sp_field f;
        for (size_t c = 0; c < s->columns && sp_next_field(&fields, &f); c++)
            if (!text[c] && !sp_field_number(&s->text, &f, &x) && !sp_field_missing(&f))
                text[c] = true;
    }
    return SP_OK;
}

enum { NUMBERS, CODES, ONEHOT };

typedef struct {
    size_t d, *file_column;
    sp_named_columns named;
    unsigned char *kind; /* by column of the reader */
    bool *kept;          /* likewise; NULL: all are */
} choice;

/* The columns of --columns, where "job=clerk" is about the column job. */
static sp_status find_kept(sp_run *run, const char *text, choice *c)
{
    char *words = sp_strdup(run, text), *to = words;
    c->kept = SP_NEW(run, bool, c->d);
    if (!words || !c->kept)
        return SP_FAILED;
    bool level = false;
    for (const char *from = text; *from; from++) {
        level = *from == '=' || (level && *from != ',');
        if (!level)
            *to++ = *from;
    }
    *to = 0;
    return sp_mark_columns(run, &c->named, words, "--columns", c->kept);
}

static sp_status mark(sp_run *run, const sp_reader *r, const char *text, const char *option, choice *c, unsigned char kind,
                      const bool *texts)
{
    bool *marked = SP_NEW(run, bool, c->d), all = !strcmp(text, "all");
    if (!marked)
        return SP_FAILED;
    if (!all)
        SP_TRY(sp_mark_columns(run, &c->named, text, option, marked));
    for (size_t j = 0; j < c->d; j++) {
        if (all ? c->kind[j] != NUMBERS || !texts[c->file_column[j]] || (c->kept && !c->kept[j]) : !marked[j])
            continue;
        if (c->kind[j] != NUMBERS)
            return sp_fail(run, SP_USAGE, "%s: column %s is named by --factorize and by --onehot: choose one", r->name,
                           c->named.name[j]);
        c->kind[j] = kind;
    }
    return SP_OK;
}

/* The word that names the column of labels is taken out: its texts are classes. */
static const char *without_labels(sp_run *run, sp_csv_table *s, const char *text, bool *named)
{
    const char *label = s->header && s->label_column != SIZE_MAX ? s->header[s->label_column] : NULL;
    size_t n = label ? strlen(label) : 0;
    for (const char *at = text; n > 0 && at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, label, n) && (!at[n] || at[n] == ',')) {
            *named = true;
            return sp_format(run, "%.*s%s", (int)(at - text), text, at[n] ? at + n + 1 : "");
        }
    return text;
}

static sp_status choose_kinds(sp_run *run, const sp_reader *r, const sp_source_words *w, choice *c)
{
    sp_csv_table *s = r->state;
    for (size_t f = 0; w->like && f < w->like->n_factors; f++) {
        const sp_factor *factor = &w->like->factor[f];
        size_t number = w->like->column_number ? w->like->column_number[factor->column] : factor->column + 1;
        if (number <= c->d)
            c->kind[number - 1] = factor->onehot ? ONEHOT : CODES;
    }
    if (w->like)
        return SP_OK;
    const char *codes = w->factorize ? w->factorize : "", *columns = w->onehot ? w->onehot : "";
    bool codes_all = !strcmp(codes, "all"), columns_all = !strcmp(columns, "all"), refused = false;
    if (codes_all && columns_all)
        return sp_fail(run, SP_USAGE, "--factorize all and --onehot all: choose one, or name columns");
    codes = without_labels(run, s, codes, &s->text_labels);
    columns = without_labels(run, s, columns, &refused);
    if (!codes || !columns)
        return SP_FAILED;
    if (refused)
        return sp_fail(run, SP_USAGE, "--onehot: %s is the column of labels, whose texts are classes already",
                       s->header[s->label_column]);
    bool *texts = SP_NEW(run, bool, s->columns);
    if (!texts)
        return SP_FAILED;
    if (codes_all || columns_all)
        SP_TRY(find_text_columns(run, r, texts));
    if ((codes_all || columns_all) && w->columns)
        SP_TRY(find_kept(run, w->columns, c));
    if (!codes_all)
        SP_TRY(mark(run, r, codes, "--factorize", c, CODES, texts));
    SP_TRY(mark(run, r, columns, "--onehot", c, ONEHOT, texts));
    return codes_all ? mark(run, r, codes, "--factorize", c, CODES, texts) : SP_OK;
}

static sp_status read_texts(sp_run *run, const sp_reader *r, const choice *c)
{
    const sp_csv_table *s = r->state;
    size_t *reader_column = SP_NEW(run, size_t, s->columns);
    if (!reader_column)
        return SP_FAILED;
    for (size_t i = 0; i < s->columns; i++)
        reader_column[i] = SIZE_MAX;
    for (size_t j = 0; j < c->d; j++)
        reader_column[c->file_column[j]] = j;
    for (size_t i = 0; i < r->n; i++) {
        if (i % 4096 == 0)
            SP_TRY(sp_poll(run));
        sp_fields fields = sp_csv_row(s, i);
        sp_field f;
        for (size_t k = 0; k < s->columns && sp_next_field(&fields, &f); k++) {
            size_t j = reader_column[k];
            if (j == SIZE_MAX || c->kind[j] == NUMBERS || sp_field_missing(&f))
                continue;
            SP_TRY(add_level(run, &s->levels[k], &f));
            if (c->kind[j] == ONEHOT && s->levels[k].n > SP_MAX_LEVELS)
                return refuse_many(run, r, c->named.name[j], i + 1);
        }
    }
    return SP_OK;
}

sp_status sp_csv_read_levels(sp_run *run, sp_reader *r, const sp_source_words *w)
{
    sp_csv_table *s = r->state;
    choice c = {.d = r->d, .file_column = file_columns(run, r), .kind = SP_NEW(run, unsigned char, r->d)};
    sp_dataset columns = {.d = r->d, .column_name = r->column_name};
    if (!c.file_column || !c.kind)
        return SP_FAILED;
    if (!(w->factorize || w->onehot || (w->like && w->like->n_factors)))
        return SP_OK;
    SP_TRY(sp_named_columns_of(run, &columns, &c.named));
    SP_TRY(choose_kinds(run, r, w, &c));
    size_t n = 0;
    for (size_t j = 0; j < r->d; j++)
        n += c.kind[j] != NUMBERS;
    if (n == 0)
        return SP_OK;
    sp_reader_factor *factor = SP_NEW(run, sp_reader_factor, n);
    s->levels = SP_NEW(run, sp_intern, s->columns);
    if (!factor || !s->levels)
        return SP_FAILED;
    SP_TRY(read_texts(run, r, &c));
    n = 0;
    for (size_t j = 0; j < r->d; j++) {
        if (c.kind[j] == NUMBERS)
            continue;
        const sp_intern *levels = &s->levels[c.file_column[j]];
        factor[n] = (sp_reader_factor){.column = j, .onehot = c.kind[j] == ONEHOT, .n_levels = levels->n};
        SP_TRY(sp_intern_names(run, levels, &factor[n++].level));
    }
    r->n_factors = n;
    r->factor = factor;
    return SP_OK;
}

sp_status sp_csv_level_labels(sp_run *run, sp_reader *r, const char *labels, bool *found)
{
    const sp_csv_table *s = r->state;
    size_t *column = file_columns(run, r), length = 0;
    *found = false;
    if (!column)
        return SP_FAILED;
    for (size_t f = 0; f < r->n_factors && !r->label_factor; f++) {
        const sp_reader_factor *factor = &r->factor[f];
        const char *name = r->column_name ? r->column_name[factor->column] : sp_format(run, "x%zu", factor->column + 1);
        length = name ? strlen(name) : 0;
        for (size_t k = 0; name && factor->onehot && k < factor->n_levels; k++)
            if (!strncmp(labels, name, length) && labels[length] == '=' && !strcmp(labels + length + 1, factor->level[k])) {
                r->label_factor = factor;
                r->label_level = k;
            }
    }
    if (!r->label_factor)
        return SP_OK;
    size_t wanted = column[r->label_factor->column];
    double *label = SP_NEW(run, double, r->n);
    if (!label)
        return SP_FAILED;
    for (size_t i = 0; i < r->n; i++) {
        sp_fields fields = sp_csv_row(s, i);
        sp_field f = {0};
        size_t level = SIZE_MAX, k = 0;
        while (sp_next_field(&fields, &f) && k < wanted)
            k++;
        bool missing = k < wanted || sp_field_missing(&f);
        if (!missing)
            SP_TRY(sp_csv_level(run, &s->levels[wanted], &f, &level));
        label[i] = missing ? NAN : level == r->label_level;
    }
    r->label = label;
    r->labelled = r->labels_used = *found = true;
    return SP_OK;
}
