/* Commands: declared once, used by every face (command line, help, sp_call, other languages, run folders).
 *
 * A command is a pure function (dataset, parameters, seed) -> scalars + tables + warnings. */
#ifndef SPINODAL_COMMAND_H
#define SPINODAL_COMMAND_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- declarations ----------------------------------------------------------------------------------- */

typedef enum {
    SP_TYPE_REAL,
    SP_TYPE_INT,
    SP_TYPE_SIZE,
    SP_TYPE_BOOL,
    SP_TYPE_TEXT,
    SP_TYPE_CHOICE,
    SP_TYPE_VEC,
    SP_TYPE_DATA
} sp_type;

typedef struct {
    double low, high;
    bool open_low, open_high; /* the bound itself is excluded */
} sp_range;

#define SP_ANY ((sp_range){-INFINITY, INFINITY, false, false})
#define SP_POSITIVE ((sp_range){0, INFINITY, true, false})
#define SP_NONNEGATIVE ((sp_range){0, INFINITY, false, false})
#define SP_FRACTION ((sp_range){0, 1, false, false})
#define SP_OPEN_FRACTION ((sp_range){0, 1, true, true})
#define SP_AT_LEAST(a) ((sp_range){a, INFINITY, false, false})
#define SP_BETWEEN(a, b) ((sp_range){a, b, false, false})

typedef struct {
    const char *name; /* the field; on the command line '-' and '_' are the same */
    sp_type type;
    size_t offset;
    const char *fallback; /* default as text; NULL: required */
    sp_range range;
    const char *unit, *help;
    const char *choices; /* of SP_TYPE_CHOICE: "first|second|third" */
} sp_param;

#define SP_REQUIRED NULL
#define SP_FIELD(P, field, type) (offsetof(P, field) + 0 * sizeof(_Generic(((P *)0)->field, type : 0)))
#define SP_REAL(P, field, fallback, range, unit, help)                                                                      \
    {                                                                                                                       \
#field, SP_TYPE_REAL, SP_FIELD(P, field, double), fallback, range, unit, help, NULL                                 \
    }
#define SP_INT(P, field, fallback, range, unit, help)                                                                       \
    {                                                                                                                       \
#field, SP_TYPE_INT, SP_FIELD(P, field, int64_t), fallback, range, unit, help, NULL                                 \
    }
#define SP_SIZE(P, field, fallback, range, unit, help)                                                                      \
    {                                                                                                                       \
#field, SP_TYPE_SIZE, SP_FIELD(P, field, size_t), fallback, range, unit, help, NULL                                 \
    }
#define SP_FLAG(P, field, help)                                                                                             \
    {                                                                                                                       \
#field, SP_TYPE_BOOL, SP_FIELD(P, field, bool), "false", SP_ANY, "", help, NULL                                     \
    }
#define SP_TEXT(P, field, fallback, help)                                                                                   \
    {                                                                                                                       \
#field, SP_TYPE_TEXT, SP_FIELD(P, field, const char *), fallback, SP_ANY, "", help, NULL                            \
    }
/* an int field: the index into choices */
#define SP_CHOICE(P, field, choices, fallback, help)                                                                        \
    {                                                                                                                       \
#field, SP_TYPE_CHOICE, SP_FIELD(P, field, int), fallback, SP_ANY, "", help, choices                                \
    }
/* a list "1,2,10,inf", repeats "4x8,0.5x24", a grid "0.1:100:60log", or a file of numbers */
#define SP_VEC(P, field, fallback, range, unit, help)                                                                       \
    {                                                                                                                       \
#field, SP_TYPE_VEC, SP_FIELD(P, field, sp_vec), fallback, range, unit, help, NULL                                  \
    }
/* The first one of a command is the positional DATA and brings --scale --center --labels --classes --limit --na
 * --columns --factorize --onehot; later ones are options taking a source, scaled like the first. fallback "" : optional. */
#define SP_DATASET(P, field, fallback, help)                                                                                \
    {                                                                                                                       \
#field, SP_TYPE_DATA, SP_FIELD(P, field, const sp_dataset *), fallback, SP_ANY, "", help, NULL                      \
    }

/* Words of the options that `data convert` has as well. */
#define SP_COLUMNS_HELP "keep these columns of a table only: names, numbers from 1, regular expressions"
#define SP_NA_CHOICES "drop|error"
#define SP_NA_HELP "rows with a missing value: left out and counted, or refused"
#define SP_FACTORIZE_HELP "columns of a table, or all those of texts, as codes 0, 1, ... by first appearance"
#define SP_ONEHOT_HELP "columns of a table, or all those of texts, as one column of 0 and 1 for each text"

typedef struct {
    const char *name;
    sp_type type;
    size_t offset;
    const char *unit, *help;
} sp_scalar;

/* double, int64_t, size_t, bool or const char * (NULL: absent). A measured x has its standard error in x_se. */
#define SP_OUT(R, field, unit, help)                                                                                        \
    {                                                                                                                       \
#field,                                                                                                     \
     _Generic(((R *)0)->field, double : SP_TYPE_REAL, int64_t : SP_TYPE_INT, size_t : SP_TYPE_SIZE, bool : SP_TYPE_BOOL, const char * : SP_TYPE_TEXT), \
     offsetof(R, field), unit, help               \
    }

typedef struct {
    const char *name, *unit, *help;
} sp_column;

/* plots, separated by ';':
 *   plot X Y1,Y2 [by COLUMN]   curves over X (a text column: one place for each row), one for each value of COLUMN
 *   map X Y Z                  a colour for each row: Z a number, or a text (phases)
 *   hist X [bins N]            how often X falls where
 * then any of: logx logy logz, points or lines (instead of the rule below), bars (the first Y over texts), diagonal (y = x),
 * nokey (no legend), vline NUMBER_OR_SCALAR..., hline NUMBER_OR_SCALAR..., xrange A:B, yrange A:B, xlabel WORDS, ylabel
 * WORDS, and last title WORDS. A column with a companion NAME_se is measured: points with error bars. The others are theory:
 * lines. NAME and NAME_theory, _exact, _gauss, _surrogate, _measured, _simulated, _sim are one quantity and share a colour.
 */
typedef struct {
    const char *name;
    const sp_column *columns; /* ends with {0} */
    const char *plots;
    const char *caption; /* what the reader should see in it */
} sp_table_decl;

typedef struct sp_result sp_result;
typedef struct sp_table sp_table;

typedef struct sp_command {
    const char *name;    /* "kde.theory" */
    const char *summary; /* one line */
    const char *spec;    /* "03:3.1-3.3": paper and sections it implements */
    const sp_param *params;
    const sp_scalar *scalars;
    const sp_table_decl *tables;
    sp_status (*run)(sp_run *run, const void *params, void *scalars, sp_result *out);
    size_t params_size, scalars_size;
    const char *example; /* arguments of a run that takes seconds: "--alpha 0.3" */
    bool raw;            /* datasets as they are: --scale none and --no-center unless asked for otherwise */
    const char *columns; /* texts that name columns of the dataset, separated by spaces: a missing value counts only there,
                          * if the first of them is given; NULL: everywhere */
    const char *positional; /* names of parameters given without "--", in order, separated by spaces; NULL: the datasets */
} sp_command;

#define SP_SIZES(P, R) .params_size = sizeof(P), .scalars_size = sizeof(R)

/* ---- results ---------------------------------------------------------------------------------------- */

typedef struct {
    const char *text; /* NULL: a number */
    double number;
} sp_cell;

static inline sp_cell sp_cell_number(double x) { return (sp_cell){NULL, x}; }
static inline sp_cell sp_cell_size(size_t x) { return (sp_cell){NULL, (double)x}; }
static inline sp_cell sp_cell_text(const char *text) { return (sp_cell){text ? text : "", 0}; }

/* The declared table `name`, empty at first. */
sp_table *sp_result_table(sp_result *result, const char *name);
sp_status sp_table_add(sp_table *table, size_t n, const sp_cell *cells);

#ifndef __cplusplus
#define SP_CELL(x)                                                                                                          \
    _Generic((x), char * : sp_cell_text, const char * : sp_cell_text, size_t : sp_cell_size, default : sp_cell_number)(x)
#define SP_MAP_1(x) SP_CELL(x)
#define SP_MAP_2(x, ...) SP_CELL(x), SP_MAP_1(__VA_ARGS__)
#define SP_MAP_3(x, ...) SP_CELL(x), SP_MAP_2(__VA_ARGS__)
#define SP_MAP_4(x, ...) SP_CELL(x), SP_MAP_3(__VA_ARGS__)
#define SP_MAP_5(x, ...) SP_CELL(x), SP_MAP_4(__VA_ARGS__)
#define SP_MAP_6(x, ...) SP_CELL(x), SP_MAP_5(__VA_ARGS__)
#define SP_MAP_7(x, ...) SP_CELL(x), SP_MAP_6(__VA_ARGS__)
#define SP_MAP_8(x, ...) SP_CELL(x), SP_MAP_7(__VA_ARGS__)
#define SP_MAP_9(x, ...) SP_CELL(x), SP_MAP_8(__VA_ARGS__)
#define SP_MAP_10(x, ...) SP_CELL(x), SP_MAP_9(__VA_ARGS__)
#define SP_MAP_11(x, ...) SP_CELL(x), SP_MAP_10(__VA_ARGS__)
#define SP_MAP_12(x, ...) SP_CELL(x), SP_MAP_11(__VA_ARGS__)
#define SP_MAP_13(x, ...) SP_CELL(x), SP_MAP_12(__VA_ARGS__)
#define SP_MAP_14(x, ...) SP_CELL(x), SP_MAP_13(__VA_ARGS__)
#define SP_MAP_15(x, ...) SP_CELL(x), SP_MAP_14(__VA_ARGS__)
#define SP_MAP_16(x, ...) SP_CELL(x), SP_MAP_15(__VA_ARGS__)
#define SP_MAP_17(x, ...) SP_CELL(x), SP_MAP_16(__VA_ARGS__)
#define SP_MAP_18(x, ...) SP_CELL(x), SP_MAP_17(__VA_ARGS__)
#define SP_MAP_19(x, ...) SP_CELL(x), SP_MAP_18(__VA_ARGS__)
#define SP_MAP_20(x, ...) SP_CELL(x), SP_MAP_19(__VA_ARGS__)
#define SP_MAP_21(x, ...) SP_CELL(x), SP_MAP_20(__VA_ARGS__)
#define SP_MAP_22(x, ...) SP_CELL(x), SP_MAP_21(__VA_ARGS__)
#define SP_MAP_23(x, ...) SP_CELL(x), SP_MAP_22(__VA_ARGS__)
#define SP_MAP_24(x, ...) SP_CELL(x), SP_MAP_23(__VA_ARGS__)
#define SP_MAP_N(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23,  \
                 a24, f, ...)                                                                                               \
    f
#define SP_MAP(...)                                                                                                         \
    SP_MAP_N(__VA_ARGS__, SP_MAP_24, SP_MAP_23, SP_MAP_22, SP_MAP_21, SP_MAP_20, SP_MAP_19, SP_MAP_18, SP_MAP_17,           \
             SP_MAP_16, SP_MAP_15, SP_MAP_14, SP_MAP_13, SP_MAP_12, SP_MAP_11, SP_MAP_10, SP_MAP_9, SP_MAP_8, SP_MAP_7,     \
             SP_MAP_6, SP_MAP_5, SP_MAP_4, SP_MAP_3, SP_MAP_2, SP_MAP_1, 0)                                                 \
    (__VA_ARGS__)
/* One row, in the order of the declared columns: numbers and texts. At most 24 columns; more: sp_table_add. */
#define SP_ROW(table, ...)                                                                                                  \
    sp_table_add((table), sizeof((sp_cell[]){SP_MAP(__VA_ARGS__)}) / sizeof(sp_cell), (sp_cell[]){SP_MAP(__VA_ARGS__)})
#endif

/* Marks the result as not converged (exit code 1) and says why in a warning. */
void sp_result_unconverged(sp_result *result, const char *format, ...) SP_PRINTF(2, 3);
/* A check of the result: reproduced / not reproduced / not run here. A verdict "not reproduced" makes exit code 1. */
typedef enum { SP_REPRODUCED, SP_NOT_REPRODUCED, SP_NOT_RUN } sp_verdict_kind;
sp_status sp_result_verdict(sp_result *result, sp_verdict_kind kind, const char *format, ...) SP_PRINTF(3, 4);

/* What a report says, in the order added. A result without any is reported as its tables with their figures. */
typedef struct {
    const char *name, *caption;     /* name: of its file */
    size_t width, height, channels; /* 1: grey, 3: red green blue */
    const unsigned char *pixels;    /* height x width x channels */
} sp_image;
sp_status sp_result_section(sp_result *result, const char *title);
sp_status sp_result_say(sp_result *result, const char *format, ...) SP_PRINTF(2, 3);     /* a paragraph */
sp_status sp_result_caution(sp_result *result, const char *format, ...) SP_PRINTF(2, 3); /* what limits the answer */
sp_status sp_result_paste(sp_result *result, const char *format, ...)
    SP_PRINTF(2, 3);                                                 /* a command that gives this part alone */
sp_status sp_result_show(sp_result *result, const char *table);      /* its figures and rows here */
sp_status sp_result_image(sp_result *result, const sp_image *image); /* copied */

typedef enum { SP_ITEM_SECTION, SP_ITEM_WORDS, SP_ITEM_CAUTION, SP_ITEM_COMMAND, SP_ITEM_TABLE, SP_ITEM_IMAGE } sp_item_kind;
typedef struct {
    sp_item_kind kind;
    const char *text; /* title, words, or the name of the table or image */
    const sp_image *image;
} sp_item;
size_t sp_result_items(const sp_result *result);
const sp_item *sp_result_item(const sp_result *result, size_t i);

/* Reading a result. */
const sp_command *sp_result_command(const sp_result *result);
bool sp_result_converged(const sp_result *result);
size_t sp_result_parameters(const sp_result *result);
const char *sp_result_parameter_name(const sp_result *result, size_t i);
const char *sp_result_parameter_text(const sp_result *result, size_t i);
const char *sp_result_data(const sp_result *result, const char *key); /* name, n, d, scale, ...; NULL: no dataset */
size_t sp_result_scalars(const sp_result *result);                    /* present ones; none when a grid was given */
const sp_scalar *sp_result_scalar(const sp_result *result, size_t i, sp_cell *value);
bool sp_result_number(const sp_result *result, const char *scalar, double *value);
size_t sp_result_tables(const sp_result *result);
const sp_table *sp_result_table_at(const sp_result *result, size_t i);
const sp_table *sp_result_find_table(const sp_result *result, const char *name);
size_t sp_result_warnings(const sp_result *result);
const char *sp_result_warning(const sp_result *result, size_t i);
size_t sp_result_verdicts(const sp_result *result);
const char *sp_result_verdict_at(const sp_result *result, size_t i, sp_verdict_kind *kind);
const char *sp_table_name(const sp_table *table);
const sp_table_decl *sp_table_declaration(const sp_table *table); /* NULL for the table "grid" */
size_t sp_table_rows(const sp_table *table);
size_t sp_table_columns(const sp_table *table);
const sp_column *sp_table_column(const sp_table *table, size_t column);
bool sp_table_find_column(const sp_table *table, const char *name, size_t *column);
bool sp_table_column_is_text(const sp_table *table, size_t column);
sp_cell sp_table_cell(const sp_table *table, size_t row, size_t column);
const double *sp_table_numbers(const sp_table *table, size_t column); /* one for each row; NULL for texts */
void sp_result_free(sp_result *result);

/* ---- registry and call ------------------------------------------------------------------------------ */

const sp_command *sp_command_find(const char *name); /* "kde.theory"; NULL: none */
const sp_command *sp_command_at(size_t i);           /* NULL past the end */

typedef struct {
    const char *name, *room, *summary;
} sp_group;
const sp_group *sp_group_at(size_t i); /* groups that have commands, in the order of the help; NULL past the end */

/* The options that come with the first dataset of a command; ends with {0}. */
const sp_param *sp_dataset_params(void);
/* The default of a parameter or dataset option of the command. */
const char *sp_param_default(const sp_command *command, const sp_param *param);

/* Runs a command. args are "name=value"; a numeric parameter given a grid or list runs the outer product and returns the
 * table "grid". data: the positional dataset (NULL: taken from "data=SOURCE" among the args, or none). The result is the
 * caller's (sp_result_free) and is also given when the run is SP_OK but not converged. */
sp_status sp_call(sp_run *run, const char *command, const sp_dataset *data, size_t n_args, const char *const *args,
                  sp_result **out);

/* The command and the "name=value" arguments of typed words: "kde", "fit", "data.csv", "--h", "0.5", "--no-center".
 * Memory of the run. */
sp_status sp_command_words(sp_run *run, size_t n, const char *const *words, const sp_command **command, size_t *n_args,
                           const char *const **args);

/* The name as typed on the command line: '_' becomes '-'. Memory of the run. */
const char *sp_option_name(sp_run *run, const char *field);

/* "> 0", "in [0, 1]", ... of the range; "" when anything goes. Memory of the run. */
const char *sp_range_text(sp_run *run, sp_range range);

/* One number in the C locale, "inf" allowed, nothing behind it. */
bool sp_parse_number(const char *text, double *out);

/* Numbers of a grid text: see SP_VEC. Memory of the run. */
sp_status sp_parse_numbers(sp_run *run, const char *text, sp_vec *out);

#ifdef __cplusplus
}
#endif
#endif
