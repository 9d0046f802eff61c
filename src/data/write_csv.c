/* CSV and TSV: header, values that read back exactly, and a last column "label". */
#include "write.h"

#include "output_file.h"

#include <math.h>
#include <string.h>

static void put_text(FILE *file, const char *text, char separator)
{
    char special[] = {separator, '"', '\n', '\r', '#', 0};
    if (*text && !strpbrk(text, special) && *text != ' ') {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            fputc('"', file);
        fputc(*p, file);
    }
    fputc('"', file);
}

static void put_header(FILE *file, const sp_dataset *data, char separator)
{
    for (size_t j = 0; j < data->d; j++) {
        if (j)
            fputc(separator, file);
        if (data->column_name && *data->column_name[j])
            put_text(file, data->column_name[j], separator);
        else
            fprintf(file, "x%zu", j + 1);
    }
    if (data->target)
        fprintf(file, "%clabel", separator);
    fputc('\n', file);
}

sp_status sp_write_csv(sp_run *run, const sp_dataset *data, char separator, const char *path)
{
    sp_output out;
    SP_TRY(sp_output_open(run, path, &out));
    bool doubles = sp_narrowest(data) == SP_WRITE_DOUBLES;
    sp_status status = SP_OK;
    put_header(out.file, data, separator);
    for (size_t i = 0; i < data->n && status == SP_OK; i++) {
        for (size_t j = 0; j < data->d; j++) {
            if (j)
                fputc(separator, out.file);
            if (doubles)
                fprintf(out.file, "%.17g", data->x64[i * data->d + j]);
            else
                fprintf(out.file, "%.9g", (double)data->x[i * data->d + j]);
        }
        if (data->target)
            fputc(separator, out.file);
        if (data->label)
            put_text(out.file, data->class_name[data->label[i]], separator);
        else if (data->target)
            fprintf(out.file, "%.17g", data->target[i]);
        fputc('\n', out.file);
        if (i % 1024 == 0)
            status = sp_poll(run);
        sp_progress(run, "write", (double)(i + 1) / (double)data->n);
    }
    return sp_output_close(run, &out, status);
}
