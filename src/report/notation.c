#include "notation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const greek[][2] = {{"alpha", "α"},  {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"}, {"epsilon", "ε"},
                                       {"eps", "ε"},    {"zeta", "ζ"},  {"eta", "η"},   {"theta", "θ"}, {"kappa", "κ"},
                                       {"lambda", "λ"}, {"lam", "λ"},   {"mu", "μ"},    {"nu", "ν"},    {"xi", "ξ"},
                                       {"rho", "ρ"},    {"sigma", "σ"}, {"tau", "τ"},   {"phi", "φ"},   {"chi", "χ"},
                                       {"psi", "ψ"},    {"omega", "ω"}, {"Gamma", "Γ"}, {"Delta", "Δ"}, {"Theta", "Θ"},
                                       {"Lambda", "Λ"}, {"Sigma", "Σ"}, {"Phi", "Φ"},   {"Psi", "Ψ"},   {"Omega", "Ω"}};

typedef struct {
    FILE *file;
    char *text;
    size_t size;
} buffer;

static bool buffer_open(buffer *b)
{
    *b = (buffer){0};
    b->file = open_memstream(&b->text, &b->size);
    return b->file != NULL;
}

static const char *buffer_close(sp_run *run, buffer *b)
{
    const char *out = fclose(b->file) == 0 ? sp_strdup(run, b->text) : NULL;
    free(b->text);
    return out ? out : "";
}

static void put_character(FILE *file, sp_notation target, char c)
{
    if ((unsigned char)c < ' ')
        c = ' ';
    if (target == SP_NOTATION_HTML && strchr("<>&\"'", c))
        fprintf(file, "&#%d;", c);
    else if (target == SP_NOTATION_GNUPLOT && c == '\'')
        fputs("''", file);
    else if (target == SP_NOTATION_GNUPLOT && strchr("_^{}@&~\\", c))
        fprintf(file, "\\%c", c);
    else
        fputc(c, file);
}

static void put_text(FILE *file, sp_notation target, const char *text)
{
    for (; *text; text++)
        put_character(file, target, *text);
}

const char *sp_notation_text(sp_run *run, sp_notation target, const char *text)
{
    buffer b;
    if (!buffer_open(&b))
        return "";
    put_text(b.file, target, text);
    return buffer_close(run, &b);
}

static void open_subscript(FILE *file, sp_notation target)
{
    fputs(target == SP_NOTATION_HTML ? "<sub>" : target == SP_NOTATION_GNUPLOT ? "_{" : "_", file);
}

static void close_subscript(FILE *file, sp_notation target)
{
    fputs(target == SP_NOTATION_HTML ? "</sub>" : target == SP_NOTATION_GNUPLOT ? "}" : "", file);
}

/* The Greek letter a token starts with, followed by nothing or digits; NULL: none. */
static const char *greek_letter(const char *token, const char **rest)
{
    for (size_t i = 0; i < sizeof greek / sizeof *greek; i++) {
        size_t length = strlen(greek[i][0]);
        if (!strncmp(token, greek[i][0], length) && strspn(token + length, "0123456789") == strlen(token + length)) {
            *rest = token + length;
            return greek[i][1];
        }
    }
    return NULL;
}

static bool is_symbol(const char *token)
{
    const char *rest;
    return greek_letter(token, &rest) ||
           (isalpha((unsigned char)token[0]) && strspn(token + 1, "0123456789") == strlen(token + 1));
}

static void put_token(FILE *file, sp_notation target, const char *token)
{
    const char *rest, *letter = greek_letter(token, &rest);
    if (letter)
        fputs(letter, file);
    put_text(file, target, letter ? rest : token);
}

/* The main letter: italic when Latin, with a hat when asked; its trailing digits are returned. */
static const char *put_symbol(FILE *file, sp_notation target, const char *token, bool hat)
{
    const char *rest, *letter = greek_letter(token, &rest);
    if (letter)
        fputs(letter, file);
    else {
        fprintf(file,
                target == SP_NOTATION_HTML      ? "<i>%c%s</i>"
                : target == SP_NOTATION_GNUPLOT ? "{/:Italic %c%s}"
                                                : "%c%s",
                token[0], hat ? "\xcc\x82" : "");
        rest = token + 1;
    }
    return rest;
}

const char *sp_notation_name(sp_run *run, sp_notation target, const char *name)
{
    char copy[128], *tokens[16], *rest;
    size_t n = 0;
    buffer b;
    if (strlen(name) >= sizeof copy || !buffer_open(&b))
        return sp_notation_text(run, target, name);
    strcpy(copy, name);
    for (char *p = strtok_r(copy, "_", &rest); p && n < 16; p = strtok_r(NULL, "_", &rest))
        tokens[n++] = p;
    if (n == 0 || !is_symbol(tokens[0])) {
        for (size_t i = 0; i < n; i++) {
            fputs(i ? " " : "", b.file);
            put_text(b.file, target, tokens[i]);
        }
        return buffer_close(run, &b);
    }
    bool hat = n > 1 && !strcmp(tokens[1], "hat");
    const char *digits = put_symbol(b.file, target, tokens[0], hat);
    size_t first = hat ? 2 : 1;
    if (*digits || first < n) {
        open_subscript(b.file, target);
        put_text(b.file, target, digits);
        for (size_t i = first; i < n; i++) {
            fputs(i > first || *digits ? (target == SP_NOTATION_PLAIN ? "_" : ", ") : "", b.file);
            put_token(b.file, target, tokens[i]);
        }
        close_subscript(b.file, target);
    }
    return buffer_close(run, &b);
}

static bool is_letter(unsigned char c) { return isalpha(c) || c >= 0x80; }
static bool is_word(unsigned char c) { return is_letter(c) || isdigit(c); }

/* One letter, an underscore, a word. The length of the letter; 0 when `p` starts no symbol. */
static size_t symbol_at(const char *text, const char *p)
{
    bool inside = p > text && (is_word((unsigned char)p[-1]) || strchr("_.", p[-1]));
    bool path = p > text && p[-1] == '/' && !(p > text + 1 && isdigit((unsigned char)p[-2]));
    if (!is_letter((unsigned char)*p) || inside || path)
        return 0;
    size_t length = 1;
    while (((unsigned char)p[length] & 0xc0) == 0x80)
        length++;
    return p[length] == '_' && is_word((unsigned char)p[length + 1]) ? length : 0;
}

const char *sp_notation_words(sp_run *run, sp_notation target, const char *text)
{
    buffer b;
    if (target == SP_NOTATION_PLAIN || !buffer_open(&b))
        return text;
    for (const char *p = text; *p;) {
        size_t letter = symbol_at(text, p),
               power = *p == '^' && p > text && isdigit((unsigned char)p[-1]) ? strspn(p + 1, "0123456789.-") : 0;
        while (power > 0 && p[power] == '.')
            power--; /* the end of the sentence */
        if (power > 0) {
            fprintf(b.file, target == SP_NOTATION_HTML ? "<sup>%.*s</sup>" : "^{%.*s}", (int)power, p + 1);
            p += power + 1;
            continue;
        }
        if (!letter) {
            put_character(b.file, target, *p++);
            continue;
        }
        const char *italic = target == SP_NOTATION_HTML ? "<i>%.*s</i>" : "{/:Italic %.*s}";
        fprintf(b.file, letter == 1 ? italic : "%.*s", (int)letter, p);
        p += letter + 1;
        open_subscript(b.file, target);
        while (is_word((unsigned char)*p))
            fputc(*p++, b.file);
        close_subscript(b.file, target);
    }
    return buffer_close(run, &b);
}

const char *sp_notation_unit(sp_run *run, sp_notation target, const char *unit)
{
    buffer b;
    if (!unit || !strcmp(unit, "1") || !buffer_open(&b))
        return "";
    for (const char *p = unit; *p; p++)
        if (target != SP_NOTATION_PLAIN && *p == '^' && p[1]) {
            size_t length = strspn(p + 1, "-0123456789");
            length = length ? length : 1;
            fprintf(b.file, target == SP_NOTATION_HTML ? "<sup>%.*s</sup>" : "^{%.*s}", (int)length, p + 1);
            p += length;
        }
        else
            put_character(b.file, target, *p);
    return buffer_close(run, &b);
}

static const char *times_power(sp_run *run, sp_notation target, const char *mantissa, int exponent)
{
    if (target == SP_NOTATION_PLAIN)
        return sp_format(run, "%se%d", mantissa, exponent);
    if (target == SP_NOTATION_GNUPLOT)
        return sp_format(run, "%s×10^{%d}", mantissa, exponent);
    return sp_format(run, "%s × 10<sup>%s%d</sup>", mantissa, exponent < 0 ? "−" : "", abs(exponent));
}

static const char *minus(sp_run *run, sp_notation target, const char *text)
{
    return target == SP_NOTATION_PLAIN || !text || *text != '-' ? text : sp_format(run, "−%s", text + 1);
}

static const char *with_error(sp_run *run, sp_notation target, double x, double se)
{
    double size = fmax(fabs(x), se);
    int exponent = size > 0 ? (int)floor(log10(size)) : 0;
    bool shift = exponent < -3 || exponent > 5;
    double scale = shift ? pow(10, exponent) : 1;
    /* two digits of the error; 0.00996 has them at the place of 0.010 */
    int decimals = (int)fmax(0, 1 - floor(log10(se / scale * (1 + 0.5e-2))));
    if (decimals > 0 && se / scale * pow(10, decimals) >= 99.5)
        decimals--;
    if (decimals > 15)
        decimals = 15;
    const char *plus = target == SP_NOTATION_PLAIN ? "+-" : "±";
    const char *mantissa = minus(run, target, sp_format(run, "%.*f", decimals, x / scale));
    if (!shift)
        return sp_format(run, "%s %s %.*f", mantissa, plus, decimals, se);
    return times_power(run, target, sp_format(run, "(%s %s %.*f)", mantissa, plus, decimals, se / scale), exponent);
}

const char *sp_notation_number(sp_run *run, sp_notation target, double x, double se, int digits)
{
    const char *out;
    if (isnan(x))
        out = target == SP_NOTATION_HTML ? "–" : "nan";
    else if (isinf(x))
        out = target == SP_NOTATION_PLAIN ? (x > 0 ? "inf" : "-inf") : x > 0 ? "∞" : "−∞";
    else if (se > 0 && isfinite(se))
        out = with_error(run, target, x, se);
    else if (x == floor(x) && fabs(x) < 1e9)
        out = minus(run, target, sp_format(run, "%.0f", x));
    else {
        char *text = sp_format(run, "%.*g", digits, x), *e = text ? strchr(text, 'e') : NULL;
        if (e && target != SP_NOTATION_PLAIN) {
            int exponent = atoi(e + 1);
            *e = 0;
            out = times_power(run, target, minus(run, target, text), exponent);
        }
        else
            out = minus(run, target, text);
    }
    return out ? out : "";
}

const char *sp_notation_axis(sp_run *run, sp_notation target, const sp_column *column)
{
    enum { LONG_HELP = 36 };
    const char *name = sp_notation_name(run, target, column->name), *unit = sp_notation_unit(run, target, column->unit);
    if (column->help && column->unit && !strcmp(column->help, column->unit)) /* "time" in units of time */
        unit = "";
    const char *help =
        column->help && strlen(column->help) <= LONG_HELP && strcmp(column->help, column->name) ? column->help : "";
    char first[128];
    snprintf(first, sizeof first, "%s", column->name);
    first[strcspn(first, "_")] = 0;
    /* a name in words says what its help says */
    const char *label = !*help             ? name
                        : is_symbol(first) ? sp_format(run, "%s %s", sp_notation_text(run, target, help), name)
                                           : sp_notation_text(run, target, help);
    if (!label)
        return "";
    const char *out = *unit ? sp_format(run, "%s (%s)", label, unit) : label;
    return out ? out : "";
}
