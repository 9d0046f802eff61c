#include "survey.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_PER_BLOCK = 1024 };

/* ---- duplicates ------------------------------------------------------------------------------------------ */

typedef struct {
    const sp_dataset *data;
    uint64_t *hash;
} hashing;

static sp_status hash_rows(sp_run *worker, size_t block, void *context)
{
    const hashing *h = context;
    size_t d = h->data->d, last = (block + 1) * ROWS_PER_BLOCK < h->data->n ? (block + 1) * ROWS_PER_BLOCK : h->data->n;
    (void)worker;
    for (size_t i = block * ROWS_PER_BLOCK; i < last; i++) {
        const float *x = h->data->x + i * d;
        uint64_t a = 0x9e3779b97f4a7c15u;
        for (size_t j = 0; j < d; j++) {
            uint32_t bits;
            float value = x[j] == 0 ? 0.0f : x[j]; /* -0 is 0 */
            memcpy(&bits, &value, sizeof bits);
            a = (a ^ bits) * 0xff51afd7ed558ccdu;
            a ^= a >> 29;
        }
        h->hash[i] = a;
    }
    return SP_OK;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Rows that repeat an earlier one; 64-bit hashes stand for the rows: for a million rows a chance agreement has odds of 1e-8.
 */
static sp_status count_duplicates(sp_survey *s, size_t *out)
{
    size_t n = s->data->n;
    hashing h = {s->data, SP_NEW(s->run, uint64_t, n)};
    if (!h.hash)
        return SP_FAILED;
    SP_TRY(sp_parallel(s->run, (n + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, hash_rows, &h));
    qsort(h.hash, n, sizeof *h.hash, ascending);
    *out = 0;
    for (size_t i = 1; i < n; i++)
        *out += h.hash[i] == h.hash[i - 1];
    return SP_OK;
}

/* ---- columns ----------------------------------------------------------------------------------------------- */

typedef struct {
    double *low, *high, *sum, *sum2;
} ranges;

static sp_status column_ranges(sp_survey *s, ranges *r)
{
    size_t n = s->data->n, d = s->data->d;
    *r =
        (ranges){SP_NEW(s->run, double, d), SP_NEW(s->run, double, d), SP_NEW(s->run, double, d), SP_NEW(s->run, double, d)};
    if (!r->low || !r->high || !r->sum || !r->sum2)
        return SP_FAILED;
    double *x = SP_NEW(s->run, double, d);
    if (!x)
        return SP_FAILED;
    for (size_t j = 0; j < d; j++)
        r->low[j] = INFINITY, r->high[j] = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sp_dataset_row(s->data, i, x);
        for (size_t j = 0; j < d; j++) {
            double v = x[j];
            r->low[j] = v < r->low[j] ? v : r->low[j];
            r->high[j] = v > r->high[j] ? v : r->high[j];
            r->sum[j] += v;
            r->sum2[j] += v * v;
        }
        if (i % 4096 == 0)
            SP_TRY(sp_poll(s->run));
    }
    return SP_OK;
}

/* The raw value, without what scaling and back left of a zero. */
static double shown(const sp_dataset *a, size_t j, double x)
{
    double raw = sp_dataset_raw(a, j, x);
    return fabs(raw) < 1e-6 * fabs(sp_dataset_raw(a, j, 1) - sp_dataset_raw(a, j, 0)) ? 0 : raw;
}

static size_t describe_columns(sp_survey *s, const ranges *r)
{
    enum { MOST = 64 };
    const sp_dataset *a = s->data;
    size_t constant = 0;
    for (size_t j = 0; j < a->d; j++)
        constant += r->low[j] == r->high[j];
    for (size_t j = 0; a->channels == 0 && j < a->d && j < MOST; j++) {
        double n = (double)a->n, mean = r->sum[j] / n, variance = fmax(0, r->sum2[j] / n - mean * mean);
        const char *name = a->column_name ? a->column_name[j] : sp_format(s->run, "%zu", j);
        double sd = sqrt(variance);
        SP_SURVEY_ROW(s, "columns", name, shown(a, j, mean), sp_dataset_raw(a, j, sd) - sp_dataset_raw(a, j, 0),
                      shown(a, j, r->low[j]), shown(a, j, r->high[j]), sd);
    }
    return constant;
}

/* ---- sample sheet -------------------------------------------------------------------------------------------- */

static sp_status sample_sheet(sp_survey *s)
{
    const sp_dataset *a = s->data;
    bool by_class = a->label && a->n_classes > 1 && a->n_classes <= 12;
    size_t columns = 20, rows = by_class ? a->n_classes : 6, w = a->width, tile = a->height * w * (a->channels == 3 ? 3 : 1);
    while (columns > 4 && columns * (w + 2) > 1200)
        columns--;
    unsigned char *tiles = SP_NEW(s->run, unsigned char, columns *rows *tile);
    size_t *order = SP_NEW(s->run, size_t, a->n), *filled = SP_NEW(s->run, size_t, rows);
    if (!tiles || !order || !filled)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(s->run, "survey sample sheet", 0);
    sp_permutation(&rng, a->n, order);
    size_t done = 0;
    for (size_t i = 0; i < a->n && done < columns * rows; i++) {
        size_t row = by_class ? (size_t)a->label[order[i]] : done / columns;
        if (row >= rows || filled[row] == columns)
            continue;
        sp_survey_pixels(s, a->x + order[i] * a->d, tiles + (row * columns + filled[row]++) * tile);
        done++;
    }
    if (!by_class)
        rows = (done + columns - 1) / columns;
    return sp_survey_sheet(s, "samples", by_class ? "Random samples, one class a row." : "Random samples.", columns * rows,
                           columns, tiles, NULL);
}

/* ---- the section ------------------------------------------------------------------------------------------- */

static void describe_scale(sp_survey *s)
{
    const sp_dataset *a = s->data;
    const char *offset = a->offset == 0 ? "" : sp_format(s->run, " %s %.6g", a->offset < 0 ? "−" : "+", fabs(a->offset));
    if (a->column_gain) {
        sp_survey_say(
            s,
            "Values lie between %g and %g in the source. Scale \"columns\": each column is divided by its standard "
            "deviation%s. Every time and bandwidth below depends on this scale: noise has variance 1 on it.",
            a->raw_min, a->raw_max, a->mean ? " after its mean is subtracted" : ", not centred");
        return;
    }
    sp_survey_say(
        s,
        "Values lie between %g and %g in the source. Scale \"%s\": x = %.6g · raw%s%s. Every time and bandwidth below "
        "depends on this scale: noise has variance 1 on it.",
        a->raw_min, a->raw_max, a->scale, a->gain, offset ? offset : "", a->mean ? ", minus the mean row" : ", not centred");
}

static void describe_classes(sp_survey *s)
{
    const sp_dataset *a = s->data;
    if (!a->label || a->n_classes == 0)
        return;
    size_t *count = SP_NEW(s->run, size_t, a->n_classes);
    if (!count)
        return;
    for (size_t i = 0; i < a->n; i++)
        count[a->label[i]]++;
    for (size_t k = 0; k < a->n_classes && k < 200; k++)
        SP_SURVEY_ROW(s, "classes", a->class_name ? a->class_name[k] : sp_format(s->run, "%zu", k), count[k],
                      (double)count[k] / (double)a->n);
    sp_survey_show(s, "classes");
}

/* Rows dropped and columns of texts. */
static void describe_coding(sp_survey *s)
{
    const sp_dataset *a = s->data;
    const char *names = "";
    size_t levels = 0;
    if (a->dropped)
        sp_survey_say(s, "%zu of %zu rows have a missing value and are left out.", a->dropped, a->n + a->dropped);
    for (size_t f = 0; f < a->n_factors && names; f++) {
        names = sp_format(s->run, "%s%s%s (%zu)", names, f ? ", " : "", a->factor[f].name, a->factor[f].n_levels);
        levels += a->factor[f].onehot;
    }
    if (a->n_factors)
        sp_survey_say(s, "Columns of texts, with how many: %s; %s.", names ? names : "",
                      levels == a->n_factors ? "each text has a coordinate of 0 and 1"
                      : levels == 0          ? "coded 0, 1, ... in the order in which they appear"
                                             : "coded by their order, or with a coordinate for each text");
    if (levels < a->n_factors)
        sp_survey_caution(s,
                          "Codes put texts in an order they may not have: distances between them mean nothing (--onehot).");
}

/* Distances in a table are those of the column of the largest numbers. */
static void warn_of_units(sp_survey *s, const ranges *r)
{
    enum { SHARE = 90 /* percent */ };
    const sp_dataset *a = s->data;
    double n = (double)a->n, total = 0, largest = 0;
    size_t column = 0;
    for (size_t j = 0; a->channels == 0 && j < a->d; j++) {
        double variance = fmax(0, r->sum2[j] / n - pow(r->sum[j] / n, 2));
        total += variance;
        column = variance > largest ? j : column;
        largest = fmax(largest, variance);
    }
    if (a->d > 2 && a->column_name && largest > SHARE / 100.0 * total)
        sp_survey_caution(s,
                          "Column %s carries %.3g %% of the variance: every time and bandwidth below is about it. Give "
                          "--scale columns to bring all to variance 1.",
                          a->column_name[column], 100 * largest / total);
}

static sp_status run(sp_survey *s)
{
    const sp_dataset *a = s->data;
    size_t duplicates;
    ranges r;
    sp_progress(s->run, "data card", 0);
    SP_TRY(count_duplicates(s, &duplicates));
    SP_TRY(column_ranges(s, &r));
    size_t constant = describe_columns(s, &r);
    SP_SURVEY_SET(s, duplicates, (double)duplicates);
    SP_SURVEY_SET(s, constant_columns, (double)constant);
    SP_SURVEY_SET(s, alpha, log((double)a->n) / (double)a->d);
    const char *shape = a->channels ? sp_format(s->run, " (images of %zu × %zu%s)", a->height, a->width,
                                                a->channels == 3 ? ", three colours" : "")
                                    : "";
    const char *classes = a->label && a->n_classes ? sp_format(s->run, ", %zu classes", a->n_classes) : ", no labels";
    sp_survey_say(s, "%zu points in %zu dimensions%s%s: α = log(n)/d = %.4g.", a->n, a->d, shape, classes,
                  log((double)a->n) / (double)a->d);
    describe_coding(s);
    describe_scale(s);
    warn_of_units(s, &r);
    if (constant)
        sp_survey_say(s, "%zu of the %zu coordinates never change and carry nothing.", constant, a->d);
    if (duplicates)
        sp_survey_caution(s,
                          "%zu rows repeat an earlier row exactly. A repeated point can never be told from its copy: φ_C "
                          "stays below 1 for it at all times.",
                          duplicates);
    if (a->channels == 1 || a->channels == 3)
        SP_TRY(sample_sheet(s));
    describe_classes(s);
    if (a->channels == 0)
        sp_survey_show(s, "columns");
    sp_survey_paste(s, "spinodal data info %s", sp_survey_data_words(s));
    sp_progress(s->run, "data card", 1);
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    (void)s;
    return true;
}

const sp_survey_section sp_survey_data_card_section = {"data_card", "The data", applies, run, false};
