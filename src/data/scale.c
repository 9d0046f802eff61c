#include "scale.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { PANEL = 256 /* columns of one block */, ROW_BLOCK = 1 << 16 /* values of one block */, HASH_BLOCK = 1 << 18 };

static bool wider_than_float(sp_element type)
{
    return type == SP_U4 || type == SP_I4 || type == SP_U8 || type == SP_I8 || type == SP_F8;
}

sp_status sp_values_create(sp_run *run, const sp_reader *r, size_t rows, size_t d, sp_values *out)
{
    size_t n = rows;
    *out = (sp_values){.n = n, .d = d, .min = INFINITY, .max = -INFINITY};
    bool small = (double)n * (double)d <= SP_DOUBLE_LIMIT;
    if (sp_need_memory(run, (double)n * (double)d * (small ? 12 : 4), r->name) != SP_OK)
        return sp_fail(
            run, SP_DATA,
            "%s: %zu x %zu values do not fit the memory allowed (--limit takes fewer rows, --max-memory allows more)",
            r->name, n, d);
    out->borrowed = r->borrowed && (r->type == SP_F4 || small);
    if (out->borrowed && r->type == SP_F4)
        out->x = (float *)(uintptr_t)r->borrowed;
    if (out->borrowed && r->type == SP_F8)
        out->x64 = (double *)(uintptr_t)r->borrowed;
    if (small && !out->x64 && !(out->x64 = SP_NEW(run, double, n *d)))
        return SP_FAILED;
    if (!small && !out->x && !(out->x = SP_NEW(run, float, n *d)))
        return SP_FAILED;
    out->shift = SP_NEW(run, double, d);
    return out->shift ? SP_OK : SP_FAILED;
}

static sp_status refuse_value(sp_run *run, const sp_reader *r, size_t row, size_t column, double x)
{
    const char *name = r->column_name ? sp_format(run, " (%s)", r->column_name[column]) : "";
    return sp_fail(run, SP_DATA, "%s: row %zu, column %zu%s is %s; leave the row out or mend it", r->name, row + 1,
                   column + 1, name ? name : "",
                   isnan(x)   ? "not a number (NaN)"
                   : isinf(x) ? "infinite"
                              : "too large for single precision");
}

sp_status sp_values_store(sp_run *run, sp_values *v, size_t at, size_t rows, const double *number, const sp_reader *r,
                          size_t source_row, const size_t *source_column)
{
    size_t d = v->d, n = rows * d;
    double largest = v->x64 ? DBL_MAX : FLT_MAX, low = v->min, high = v->max;
    bool bad = false;
    for (size_t i = 0; i < n; i++) {
        low = number[i] < low ? number[i] : low;
        high = number[i] > high ? number[i] : high;
        bad |= !(fabs(number[i]) <= largest);
    }
    for (size_t i = 0; bad && i < n; i++)
        if (!(fabs(number[i]) <= largest))
            return refuse_value(run, r, source_row + i / d, source_column ? source_column[i % d] : i % d, number[i]);
    v->min = low;
    v->max = high;
    if (v->borrowed)
        return v->x64 && v->x ? (memcpy(v->x64 + at * d, number, n * sizeof *number), SP_OK) : SP_OK;
    if (v->x64) {
        memcpy(v->x64 + at * d, number, n * sizeof *number);
        return SP_OK;
    }
    if (at == 0 && wider_than_float(r->type))
        memcpy(v->shift, number, d * sizeof *number);
    float *out = v->x + at * d;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < d; j++)
            out[i * d + j] = (float)(number[i * d + j] - v->shift[j]);
    return SP_OK;
}

sp_status sp_scale_check(sp_run *run, const char *scale)
{
    static const char *const known[] = {"none", "unit", "ddpm", "variance", "columns", "auto"};
    for (size_t i = 0; scale && i < sizeof known / sizeof *known; i++)
        if (!strcmp(scale, known[i]))
            return SP_OK;
    return scale ? sp_fail(run, SP_USAGE, "--scale is none, unit, ddpm, variance, columns or auto, got \"%s\"", scale)
                 : SP_OK;
}

/* ---- moments ------------------------------------------------------------------------------------------ */

typedef struct {
    const sp_values *v;
    double *mean;   /* of the stored values */
    double *square; /* sum of squared deviations, NULL: not wanted */
} moments;

static double stored(const sp_values *v, size_t i) { return v->x64 ? v->x64[i] : (double)v->x[i]; }

static sp_status moments_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    moments *m = context;
    const sp_values *v = m->v;
    size_t first = block * PANEL, last = first + PANEL < v->d ? first + PANEL : v->d;
    for (size_t i = 0; i < v->n; i++)
        for (size_t j = first; j < last; j++)
            m->mean[j] += stored(v, i * v->d + j);
    for (size_t j = first; j < last; j++)
        m->mean[j] /= (double)v->n;
    if (!m->square)
        return SP_OK;
    for (size_t i = 0; i < v->n; i++)
        for (size_t j = first; j < last; j++) {
            double x = stored(v, i * v->d + j) - m->mean[j];
            m->square[j] += x * x;
        }
    return SP_OK;
}

/* ---- gain and offset ---------------------------------------------------------------------------------- */

/* The interval that [0,1] stands for: that of bytes or of pixels already scaled when the values fit it, else their own. */
static void full_scale(const sp_reader *r, const sp_values *v, double *low, double *high)
{
    bool image = r->channels > 0;
    *low = v->min;
    *high = v->max;
    if (v->min >= 0 && v->max <= 1)
        *low = 0, *high = 1;
    else if (v->min >= -1 && v->max <= 1)
        *low = -1, *high = 1;
    else if (r->type == SP_U1 || (image && v->min >= 0 && v->max <= 255))
        *low = 0, *high = 255;
    else if (image && r->type == SP_U2)
        *low = 0, *high = 65535;
}

/* Pixels are bounded by a known interval; a field on a lattice is not. */
static bool is_picture(const sp_reader *r, const sp_values *v)
{
    if (r->channels == 0)
        return false;
    return r->type == SP_U1 || r->type == SP_U2 || (v->min >= -1 && v->max <= 1) || (v->min >= 0 && v->max <= 255);
}

/* Each column to variance 1. */
static sp_status column_gains(sp_run *run, const sp_values *v, const sp_reader *r, const double *square, sp_dataset *data)
{
    double *gain = SP_NEW(run, double, v->d);
    if (!gain)
        return SP_FAILED;
    for (size_t j = 0; j < v->d; j++) {
        gain[j] = sqrt((double)(v->n - 1) / square[j]);
        if (!isfinite(gain[j]) || !(gain[j] > 0)) {
            const char *name = data->column_name ? sp_format(run, " (%s)", data->column_name[j]) : "";
            return sp_fail(run, SP_DATA,
                           "%s: column %zu%s is constant and cannot be scaled to variance 1 (leave it out, or --scale "
                           "variance)",
                           r->name, j + 1, name ? name : "");
        }
    }
    data->column_gain = gain;
    return SP_OK;
}

static sp_status choose_scale(sp_run *run, const sp_values *v, const sp_reader *r, const char *scale, const double *square,
                              sp_dataset *data)
{
    double low, high, total = 0;
    data->scale = scale;
    data->gain = 1;
    data->offset = 0;
    if (!strcmp(scale, "columns"))
        return column_gains(run, v, r, square, data);
    if (!strcmp(scale, "variance")) {
        for (size_t j = 0; j < v->d; j++)
            total += square[j];
        double variance = v->n > 1 ? total / ((double)(v->n - 1) * (double)v->d) : 1;
        if (!(variance > 0))
            return sp_fail(
                run, SP_DATA,
                "%s: all rows are equal, they cannot be scaled to variance 1 (--scale none keeps them as they are)",
                r->name);
        data->gain = 1 / sqrt(variance);
    }
    else if (strcmp(scale, "none") != 0) {
        full_scale(r, v, &low, &high);
        if (!(high > low))
            return sp_fail(run, SP_DATA,
                           "%s: all values are %g, they cannot be scaled (--scale none keeps them as they are)", r->name,
                           low);
        data->gain = 1 / (high - low);
        data->offset = low == 0 ? 0 : -low / (high - low);
        if (!strcmp(scale, "ddpm")) {
            data->gain *= 2;
            data->offset = 2 * data->offset - 1;
        }
    }
    return SP_OK;
}

/* ---- the map ------------------------------------------------------------------------------------------ */

typedef struct {
    sp_values *v;
    float *x;
    const sp_dataset *to; /* gains, offset and mean */
    const sp_reader *r;
} map;

static double gain_of(const sp_dataset *data, size_t j) { return data->column_gain ? data->column_gain[j] : data->gain; }

double sp_dataset_raw(const sp_dataset *data, size_t j, double x)
{
    return (x + (data->mean ? data->mean[j] : 0) - data->offset) / gain_of(data, j);
}

static sp_status map_block(sp_run *worker, size_t block, void *context)
{
    const map *m = context;
    sp_values *v = m->v;
    size_t d = v->d, step = ROW_BLOCK / d + 1, first = block * step, last = first + step < v->n ? first + step : v->n;
    const sp_dataset *to = m->to;
    double *constant = SP_NEW(worker, double, d), *gain = SP_NEW(worker, double, d);
    if (!constant || !gain)
        return SP_FAILED;
    bool bad = false, fixed = v->borrowed && v->x64; /* the caller's doubles are already right */
    for (size_t j = 0; j < d; j++) {
        gain[j] = gain_of(to, j);
        constant[j] = gain[j] * v->shift[j] + to->offset - (to->mean ? to->mean[j] : 0);
    }
    for (size_t i = first; i < last; i++) {
        float *out = m->x + i * d;
        double *wide = v->x64 ? v->x64 + i * d : NULL;
        for (size_t j = 0; wide && j < d; j++) {
            double y = fixed ? wide[j] : gain[j] * wide[j] + constant[j];
            if (!fixed)
                wide[j] = y;
            out[j] = (float)y;
            bad |= !(fabs(y) <= FLT_MAX);
        }
        for (size_t j = 0; !wide && j < d; j++) {
            out[j] = (float)(gain[j] * (double)out[j] + constant[j]);
            bad |= !(fabsf(out[j]) <= FLT_MAX);
        }
    }
    for (size_t i = first * d; bad && i < last * d; i++)
        if (!(fabsf(m->x[i]) <= FLT_MAX))
            return sp_fail(worker, SP_DATA,
                           "%s: column %zu is too large for single precision after scaling (try --scale variance)",
                           m->r->name, i % d + 1);
    return SP_OK;
}

sp_status sp_scale_apply(sp_run *run, sp_values *v, const sp_reader *r, const sp_data_options *options,
                         const sp_dataset *like, sp_dataset *data)
{
    size_t d = v->d;
    const char *scale = options->scale && strcmp(options->scale, "auto") != 0 ? options->scale
                        : is_picture(r, v)                                    ? "ddpm"
                                                                              : "variance";
    bool spread = !like && (!strcmp(scale, "variance") || !strcmp(scale, "columns")), center = !like && !options->keep_mean;
    double *mean = SP_NEW(run, double, d), *square = spread ? SP_NEW(run, double, d) : NULL;
    if (!mean || (spread && !square))
        return SP_FAILED;
    data->raw_min = v->min;
    data->raw_max = v->max;
    if (spread || center)
        SP_TRY(sp_parallel(run, (d + PANEL - 1) / PANEL, moments_block, &(moments){v, mean, square}));
    if (like) {
        data->scale = sp_strdup(run, like->scale);
        data->gain = like->gain;
        data->offset = like->offset;
        data->column_gain = like->column_gain;
        data->mean = like->mean;
    }
    else
        SP_TRY(choose_scale(run, v, r, sp_strdup(run, scale), square, data));
    if (!data->scale)
        return SP_FAILED;
    if (center) {
        for (size_t j = 0; j < d; j++)
            mean[j] = gain_of(data, j) * (mean[j] + v->shift[j]) + data->offset;
        data->mean = mean;
    }
    float *x = v->x ? v->x : SP_NEW(run, float, v->n *d);
    if (!x)
        return SP_FAILED;
    data->x = x;
    data->x64 = v->x64;
    if (v->borrowed && v->x)
        return SP_OK;
    return sp_parallel(run, v->n / (ROW_BLOCK / d + 1) + 1, map_block, &(map){v, x, data, r});
}

/* ---- hash --------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

/* Four lanes, so that the multiplications overlap. */
static uint64_t hash_bytes(const void *data, size_t bytes)
{
    const unsigned char *p = data;
    uint64_t lane[4] = {1, 2, 3, 4}, word;
    for (; bytes >= 32; bytes -= 32)
        for (int k = 0; k < 4; k++, p += 8) {
            memcpy(&word, p, 8);
            lane[k] = mix(lane[k], word);
        }
    uint64_t h = bytes;
    for (int k = 0; k < 4; k++)
        h = mix(h, lane[k]);
    for (; bytes > 0; bytes--)
        h = mix(h, *p++);
    return h;
}

typedef struct {
    const char *data;
    size_t bytes;
    uint64_t *hash;
} hashing;

static sp_status hash_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    hashing *h = context;
    size_t first = block * HASH_BLOCK, n = h->bytes - first < HASH_BLOCK ? h->bytes - first : HASH_BLOCK;
    h->hash[block] = hash_bytes(h->data + first, n);
    return SP_OK;
}

sp_status sp_dataset_hash(sp_run *run, sp_dataset *data)
{
    size_t bytes = data->n * data->d * sizeof *data->x, blocks = (bytes + HASH_BLOCK - 1) / HASH_BLOCK;
    sp_mark mark = sp_memory_mark(run);
    hashing h = {(const char *)data->x, bytes, SP_NEW(run, uint64_t, blocks)};
    if (!h.hash)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, blocks, hash_block, &h));
    uint64_t parts[] = {data->n,
                        data->d,
                        data->channels,
                        data->height,
                        data->width,
                        hash_bytes(h.hash, blocks * sizeof *h.hash),
                        data->target ? hash_bytes(data->target, data->n * sizeof *data->target) : 0,
                        data->label ? hash_bytes(data->label, data->n * sizeof *data->label) : 0};
    data->hash = hash_bytes(parts, sizeof parts);
    sp_memory_release(run, mark);
    return SP_OK;
}
