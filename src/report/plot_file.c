#include "gnuplot.h"

#include <stdlib.h>
#include <string.h>

static sp_status format_of(sp_run *run, const char *path, sp_format_kind *format)
{
    static const struct {
        const char *ending;
        sp_format_kind format;
    } known[] = {{".svg", SP_SVG}, {".pdf", SP_PDF}, {".png", SP_PNG}};
    size_t length = strlen(path);
    for (size_t i = 0; i < 3; i++)
        if (length > 4 && !strcmp(path + length - 4, known[i].ending)) {
            *format = known[i].format;
            return SP_OK;
        }
    return sp_fail(run, SP_USAGE, "--plot %s: the name must end in .svg, .pdf or .png", path);
}

sp_status sp_plot_check(sp_run *run, const sp_command *command, const char *path)
{
    sp_format_kind format;
    SP_TRY(format_of(run, path, &format));
    if (!sp_gnuplot_found())
        return sp_fail(run, SP_FAILED, "--plot needs gnuplot, which is not installed (apt-get install gnuplot-nox)");
    for (const sp_table_decl *t = command->tables; t && t->name; t++)
        if (t->plots && *t->plots)
            return SP_OK;
    for (const sp_scalar *s = command->scalars; s && s->name; s++)
        if (s->type != SP_TYPE_TEXT)
            return SP_OK; /* a grid of it makes a figure */
    return sp_fail(run, SP_USAGE, "%s draws no figure", command->name);
}

static sp_status plot_file(sp_run *run, const sp_result *result, const sp_overlay *overlay, const char *path)
{
    static const char *const names[] = {"page.svg", "page.pdf", "page.png"};
    sp_format_kind format = SP_SVG;
    size_t n;
    sp_figure *figures;
    sp_bytes raw, page;
    SP_TRY(format_of(run, path, &format));
    SP_TRY(sp_figures_make(run, result, overlay, &n, &figures));
    if (n == 0)
        return sp_fail(run, SP_USAGE, "%s gave nothing to draw with these options", sp_result_command(result)->name);
    char *script = sp_gnuplot_page(n, figures, format);
    if (!script)
        return sp_fail(run, SP_FAILED, "out of memory");
    sp_status status = sp_gnuplot_run(run, script, 1, &names[format == SP_SVG ? 0 : format == SP_PDF ? 1 : 2], &raw);
    free(script);
    SP_TRY(status);
    page = raw;
    if (format == SP_SVG) {
        status = sp_svg_polish(run, &raw, "p", sp_result_command(result)->summary, true, &page);
        free(raw.data);
        SP_TRY(status);
    }
    status = sp_write_file(run, path, page.data, page.size);
    free(page.data);
    return status;
}

sp_status sp_plot_file(sp_run *run, const sp_result *result, const sp_overlay *overlay, const char *path)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = plot_file(run, result, overlay, path);
    sp_memory_release(run, mark);
    return status;
}
