/* Sections of the survey. Each is a function of the data and of what the sections before it found, and is kept by a
 * checkpoint as the list of what it said. A new one: a file survey_NAME.c and a line in survey.def. */
#ifndef SPINODAL_SURVEY_PRIVATE_H
#define SPINODAL_SURVEY_PRIVATE_H

#include "spinodal/survey.h"

#include <stdio.h>

typedef enum { SP_SURVEY_QUICK, SP_SURVEY_DEFAULT, SP_SURVEY_FULL } sp_survey_mode;

typedef struct sp_survey {
    sp_run *run;
    const sp_dataset *data;
    sp_survey_mode mode;
    sp_survey_result *r;
    sp_result *out;
    /* what the running section says */
    FILE *log;
} sp_survey;

typedef struct {
    const char *bytes;
    size_t size;
} sp_survey_log;

typedef struct {
    const char *name, *title;
    bool (*applies)(const sp_survey *survey);
    sp_status (*run)(sp_survey *survey);
    bool first; /* on the page */
} sp_survey_section;

#define SP_SECTION(name) extern const sp_survey_section sp_survey_##name##_section;
#include "survey.def"
#undef SP_SECTION

/* What a section may do; all is recorded first and replayed into the result when the section is done. */
void sp_survey_say(sp_survey *s, const char *format, ...) SP_PRINTF(2, 3);
void sp_survey_caution(sp_survey *s, const char *format, ...) SP_PRINTF(2, 3);
void sp_survey_paste(sp_survey *s, const char *format, ...) SP_PRINTF(2, 3); /* arguments after "spinodal GROUP VERB DATA" */
void sp_survey_show(sp_survey *s, const char *table);
void sp_survey_image(sp_survey *s, const sp_image *image);
void sp_survey_cells(sp_survey *s, const char *table, size_t n, const sp_cell *cells);
void sp_survey_number(sp_survey *s, size_t offset, double value);
void sp_survey_warning(sp_survey *s, const char *text, bool unconverged);
void sp_survey_memo(sp_survey *s, const char *name); /* also known after a resume */

#define SP_SURVEY_ROW(s, table, ...)                                                                                        \
    sp_survey_cells((s), (table), sizeof((sp_cell[]){SP_MAP(__VA_ARGS__)}) / sizeof(sp_cell),                               \
                    (sp_cell[]){SP_MAP(__VA_ARGS__)})
#define SP_SURVEY_SET(s, field, value) sp_survey_number((s), offsetof(sp_survey_result, field), (value))

/* Plays back the numbers, or all the rest. */
sp_status sp_survey_replay(sp_survey *s, const sp_survey_log *log, bool items);
sp_status sp_survey_keep(sp_survey *s, const char *section, const sp_survey_log *log);
sp_status sp_survey_restore(sp_survey *s, const char *section, sp_survey_log *log, bool *found);

/* The data as typed on a command line, with the options that were not the default: for sp_survey_paste. */
const char *sp_survey_data_words(sp_survey *s);
/* Runs a command on the data in memory; its warnings become those of the survey. */
sp_status sp_survey_call(sp_survey *s, const char *command, const sp_dataset *data, size_t n_args, const char *const *args,
                         sp_result **out);

/* Between 2 and 50 classes, each of at least 8 points. */
bool sp_survey_has_classes(const sp_survey *s);
/* NAN when the result has no such number. */
double sp_survey_scalar(const sp_result *result, const char *name);
/* "1 direction", "3 directions" */
const char *sp_survey_count(sp_survey *s, size_t n, const char *thing);
const char *sp_survey_lie(sp_survey *s, size_t n, const char *thing); /* "1 direction lies", "3 directions lie" */
/* "t = 0.63 (DDPM step 334 of 1000 linear, 501 of 1000 cosine)" */
const char *sp_survey_moment(sp_survey *s, double t);

/* Memo of the two leading directions, 2 x d, absent for tiny data. */
#define SP_SURVEY_DIRECTIONS "survey directions"
double sp_survey_along(const sp_survey *s, const double *direction, const float *x);

/* Row i of the data as 8-bit pixels of the image. */
void sp_survey_pixels(const sp_survey *s, const float *row, unsigned char *out);
/* Images side by side: `columns` of them in each row of the sheet. tiles: n x (pixels of one image). */
sp_status sp_survey_sheet(sp_survey *s, const char *name, const char *caption, size_t n, size_t columns,
                          const unsigned char *tiles, const unsigned (*frame)[3]);

#endif
