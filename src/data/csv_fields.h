/* Records and fields of a text table (RFC 4180 with any separator), in place: nothing is copied. */
#ifndef SPINODAL_CSV_FIELDS_H
#define SPINODAL_CSV_FIELDS_H

#include "spinodal/base.h"

#include <locale.h>

typedef struct {
    const char *begin, *end;
    char separator; /* ' ': any run of blanks */
    locale_t c;
} sp_text;

/* Checks that it is text with closed quotes and finds the separator. SP_DATA otherwise. */
sp_status sp_text_open(sp_run *run, const char *name, const char *data, size_t bytes, sp_text *out);
void sp_text_free(sp_text *text);
size_t sp_text_line(const sp_text *text, const char *where); /* number of the line, from 1 */

/* Records: lines that are not blank and do not begin with '#'; a quoted field may span lines. NULL past the last. */
const char *sp_first_record(const sp_text *text);
const char *sp_next_record(const sp_text *text, const char *record);

typedef struct {
    const char *begin;
    size_t length;
    bool quoted; /* without the quotes; "" inside still doubled */
} sp_field;

typedef struct {
    const char *at, *end;
    char separator;
    bool more;
} sp_fields;

sp_fields sp_fields_of(const sp_text *text, const char *record);
bool sp_next_field(sp_fields *fields, sp_field *out);
size_t sp_count_fields(const sp_text *text, const char *record);

/* True when the record names the columns: none of its fields is a number, or one is no number where the next record has one.
 */
bool sp_is_header(const sp_text *text, const char *record);

bool sp_field_missing(const sp_field *field);                                  /* empty, NA, NaN, null, none, ? */
bool sp_field_number(const sp_text *text, const sp_field *field, double *out); /* finite numbers only */
char *sp_field_text(sp_run *run, const sp_field *field);                       /* a copy with "" undone; memory of the run */

#endif
