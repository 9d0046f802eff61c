#include "csv_fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* A quote opens a quoted field only where a field begins. */
static bool field_begins(const sp_text *t, const char *p)
{
    while (p > t->begin && p[-1] == ' ')
        p--;
    return p == t->begin || p[-1] == '\n' || p[-1] == t->separator || (t->separator == ' ' && blank(p[-1]));
}

/* Behind the quoted field that opens at p; NULL when it does not close. */
static const char *skip_quoted(const sp_text *t, const char *p)
{
    for (p++; p < t->end; p++) {
        p = memchr(p, '"', (size_t)(t->end - p));
        if (!p)
            return NULL;
        if (p + 1 < t->end && p[1] == '"')
            p++;
        else
            return p + 1;
    }
    return NULL;
}

/* The newline that ends the record, or the end of the text; NULL: a quote does not close. */
static const char *record_end(const sp_text *t, const char *p)
{
    const char *line = memchr(p, '\n', (size_t)(t->end - p));
    const char *quote = memchr(p, '"', (size_t)((line ? line : t->end) - p));
    while (quote) {
        if (field_begins(t, quote)) {
            p = skip_quoted(t, quote);
            if (!p)
                return NULL;
        }
        else
            p = quote + 1;
        line = memchr(p, '\n', (size_t)(t->end - p));
        quote = memchr(p, '"', (size_t)((line ? line : t->end) - p));
    }
    return line ? line : t->end;
}

static const char *skip_empty(const sp_text *t, const char *p)
{
    while (p < t->end) {
        const char *q = p;
        while (q < t->end && blank(*q))
            q++;
        if (q < t->end && *q != '\n' && *q != '#')
            return p;
        q = memchr(q, '\n', (size_t)(t->end - q));
        if (!q)
            return NULL;
        p = q + 1;
    }
    return NULL;
}

const char *sp_first_record(const sp_text *t) { return skip_empty(t, t->begin); }

const char *sp_next_record(const sp_text *t, const char *record)
{
    const char *end = record_end(t, record);
    return end && end < t->end ? skip_empty(t, end + 1) : NULL;
}

sp_fields sp_fields_of(const sp_text *t, const char *record)
{
    const char *end = record_end(t, record);
    if (!end)
        end = t->end;
    while (end > record && blank(end[-1]) && end[-1] != t->separator)
        end--;
    if (t->separator == ' ') {
        while (end > record && blank(end[-1]))
            end--;
        while (record < end && blank(*record))
            record++;
    }
    return (sp_fields){record, end, t->separator, true};
}

bool sp_next_field(sp_fields *f, sp_field *out)
{
    if (!f->more)
        return false;
    const char *p = f->at;
    while (p < f->end && *p == ' ')
        p++;
    if (p < f->end && *p == '"') {
        sp_text rest = {.begin = p, .end = f->end};
        const char *close = skip_quoted(&rest, p);
        if (!close)
            close = f->end + 1;
        *out = (sp_field){p + 1, (size_t)(close - 1 - (p + 1)), true};
        p = close <= f->end ? close : f->end;
        while (p < f->end && *p != f->separator && !(f->separator == ' ' && blank(*p)))
            p++;
    }
    else {
        const char *begin = p;
        if (f->separator == ' ')
            while (p < f->end && !blank(*p))
                p++;
        else {
            p = memchr(p, f->separator, (size_t)(f->end - p));
            p = p ? p : f->end;
        }
        const char *end = p;
        while (end > begin && blank(end[-1]))
            end--;
        *out = (sp_field){begin, (size_t)(end - begin), false};
    }
    f->more = p < f->end;
    if (f->more) {
        p++;
        while (f->separator == ' ' && p < f->end && blank(*p))
            p++;
    }
    f->at = p;
    return true;
}

size_t sp_count_fields(const sp_text *t, const char *record)
{
    sp_fields fields = sp_fields_of(t, record);
    size_t n = 0;
    for (sp_field f; sp_next_field(&fields, &f);)
        n++;
    return n;
}

bool sp_field_missing(const sp_field *f)
{
    static const char *const words[] = {"", "na", "n/a", "nan", "null", "none", "?"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == f->length && !strncasecmp(words[i], f->begin, f->length))
            return true;
    return false;
}

/* Exact when the digits fit 53 bits and the power of ten is exact: one rounding. */
static bool simple_number(const char *p, const char *end, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t digits = 0;
    int count = 0, exponent = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++, count++)
        digits = digits * 10 + (uint64_t)(*p - '0');
    if (p < end && *p == '.')
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, count++, exponent--)
            digits = digits * 10 + (uint64_t)(*p - '0');
    if (count == 0 || count > 18)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        bool minus = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        int given = 0, length = 0;
        for (; p < end && *p >= '0' && *p <= '9' && length < 4; p++, length++)
            given = given * 10 + (*p - '0');
        if (length == 0)
            return false;
        exponent += minus ? -given : given;
    }
    if (p != end || digits > (uint64_t)1 << 53 || exponent < -22 || exponent > 22)
        return false;
    double x = (double)digits;
    x = exponent < 0 ? x / power[-exponent] : x * power[exponent];
    *out = negative ? -x : x;
    return true;
}

bool sp_field_number(const sp_text *t, const sp_field *f, double *out)
{
    if (simple_number(f->begin, f->begin + f->length, out))
        return true;
    char copy[128], *end;
    if (f->length == 0 || f->length >= sizeof copy || memchr(f->begin, 'x', f->length) || memchr(f->begin, 'X', f->length))
        return false;
    memcpy(copy, f->begin, f->length);
    copy[f->length] = 0;
    double x = strtod_l(copy, &end, t->c);
    if (end != copy + f->length || !isfinite(x))
        return false;
    *out = x;
    return true;
}

char *sp_field_text(sp_run *run, const sp_field *f)
{
    char *text = SP_NEW(run, char, f->length + 1), *out = text;
    for (size_t i = 0; text && i < f->length; i++) {
        *out++ = f->begin[i];
        if (f->quoted && f->begin[i] == '"')
            i++;
    }
    return text;
}

bool sp_is_header(const sp_text *t, const char *record)
{
    const char *second = sp_next_record(t, record);
    sp_fields a = sp_fields_of(t, record), b = second ? sp_fields_of(t, second) : (sp_fields){0};
    bool any_number = false, named = false;
    double x;
    for (sp_field f, g; sp_next_field(&a, &f);) {
        bool below = second && sp_next_field(&b, &g) && sp_field_number(t, &g, &x);
        bool number = sp_field_number(t, &f, &x);
        any_number |= number;
        named |= !number && !sp_field_missing(&f) && below;
    }
    return named || !any_number;
}

/* Fields of the first records agree under the right separator. */
static char find_separator(const sp_text *text)
{
    static const char candidates[] = {'\t', ';', '|', ','};
    for (size_t i = 0; i < sizeof candidates; i++) {
        sp_text t = *text;
        t.separator = candidates[i];
        const char *first = sp_first_record(&t), *second = first ? sp_next_record(&t, first) : NULL;
        size_t n = first ? sp_count_fields(&t, first) : 0;
        if (n > 1 && (!second || candidates[i] == ',' || sp_count_fields(&t, second) == n))
            return candidates[i];
    }
    return ' ';
}

size_t sp_text_line(const sp_text *t, const char *p)
{
    size_t line = 1;
    for (const char *q = t->begin; q < p; q++)
        line += *q == '\n';
    return line;
}

sp_status sp_text_open(sp_run *run, const char *name, const char *data, size_t bytes, sp_text *out)
{
    if (bytes >= 2 && (!memcmp(data, "\xff\xfe", 2) || !memcmp(data, "\xfe\xff", 2)))
        return sp_fail(run, SP_DATA, "%s: UTF-16 text; save it as UTF-8", name);
    if (bytes >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) {
        data += 3;
        bytes -= 3;
    }
    *out = (sp_text){.begin = data, .end = data + bytes};
    const char *zero = bytes ? memchr(data, 0, bytes) : NULL;
    if (zero)
        return sp_fail(run, SP_DATA, "%s: line %zu holds a zero byte: not a text table", name, sp_text_line(out, zero));
    out->separator = find_separator(out);
    for (const char *p = sp_first_record(out); p; p = sp_next_record(out, p))
        if (!record_end(out, p))
            return sp_fail(run, SP_DATA, "%s: the quote opened in line %zu does not close", name, sp_text_line(out, p));
    out->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return out->c ? SP_OK : sp_fail(run, SP_FAILED, "out of memory");
}

void sp_text_free(sp_text *t)
{
    if (t->c)
        freelocale(t->c);
    t->c = (locale_t)0;
}
