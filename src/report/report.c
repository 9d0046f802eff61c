/* report.html of a run folder, with its figures and images: one file that needs nothing else. */
#include "html.h"
#include "notation.h"
#include "png.h"

#include "params.h"
#include "spinodal/papers.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    sp_run *run;
    const char *dir;
    const sp_result *result;
    FILE *file;
    size_t n_figures;
    sp_figure *figures;
    sp_bytes *svg; /* polished; empty when gnuplot failed */
    bool *shown;   /* tables already in the page */
} page;

/* ---- the command to paste ----------------------------------------------------------------------------- */

static void put_shell(FILE *file, const char *word)
{
    bool plain = *word != 0;
    for (const char *p = word; *p; p++)
        plain &= strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%", *p) != NULL;
    if (plain) {
        sp_html_text(file, word);
        return;
    }
    fputs("&#39;", file);
    for (const char *p = word; *p; p++)
        if (*p == '\'')
            fputs("&#39;\\&#39;&#39;", file);
        else
            sp_html_text(file, (char[]){*p, 0});
    fputs("&#39;", file);
}

static bool is_positional(const sp_command *command, const char *name)
{
    if (!command->positional) {
        for (const sp_param *p = command->params; p && p->name; p++)
            if (p->type == SP_TYPE_DATA && !strcmp(p->name, name))
                return true;
        return false;
    }
    size_t length = strlen(name);
    for (const char *at = command->positional; (at = strstr(at, name)); at += length)
        if ((at == command->positional || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static bool is_flag(const sp_command *command, const char *name)
{
    for (int pass = 0; pass < 2; pass++)
        for (const sp_param *p = pass ? sp_dataset_params() : command->params; p && p->name; p++)
            if (!strcmp(p->name, name))
                return p->type == SP_TYPE_BOOL;
    return false;
}

static void put_command(const page *p, size_t n_args, const char *const *args)
{
    const sp_command *command = sp_result_command(p->result);
    FILE *file = p->file;
    fputs("<pre><code>spinodal ", file);
    for (const char *c = command->name; *c; c++)
        fputc(*c == '.' ? ' ' : *c, file);
    for (size_t i = 0; i < n_args; i++) {
        const char *equal = strchr(args[i], '=');
        char *name = sp_strdup(p->run, args[i]);
        if (!equal || !name)
            continue;
        name[equal - args[i]] = 0;
        for (char *c = name; *c; c++)
            *c = *c == '-' ? '_' : *c;
        fputc(' ', file);
        if (is_positional(command, name))
            put_shell(file, equal + 1);
        else if (is_flag(command, name))
            fprintf(file, strcmp(equal + 1, "false") ? "--%s" : "--no-%s", sp_option_name(p->run, name));
        else {
            fprintf(file, "--%s ", sp_option_name(p->run, name));
            put_shell(file, equal + 1);
        }
    }
    if (sp_run_seed(p->run) != 1)
        fprintf(file, " --seed %llu", (unsigned long long)sp_run_seed(p->run));
    fputs("</code></pre>\n", file);
}

/* ---- tables, figures, images ---------------------------------------------------------------------------- */

static void put_figure(const page *p, size_t i)
{
    const sp_figure *f = &p->figures[i];
    const sp_table_decl *declaration = sp_table_declaration(f->table);
    if (!p->svg[i].data)
        return;
    fprintf(p->file, "<figure id=\"fig-%s\">\n", f->name);
    fwrite(p->svg[i].data, 1, p->svg[i].size, p->file);
    fputs("<figcaption>", p->file);
    sp_html_words(p->file, p->run,
                  *f->plain_title                       ? f->plain_title
                  : declaration && declaration->caption ? declaration->caption
                                                        : "");
    fprintf(p->file,
            " <span class=\"small\"><a href=\"figures/%s.svg\">svg</a> <a href=\"figures/%s.pdf\">pdf</a> <a "
            "href=\"figures/%s.png\">png</a> "
            "<a href=\"figures/%s.gp\">script</a></span></figcaption></figure>\n",
            f->name, f->name, f->name, f->name);
}

static void put_table(const page *p, const sp_table *table)
{
    size_t rows = sp_table_rows(table);
    bool drawn = false;
    if (rows == 0)
        return;
    for (size_t i = 0; i < p->n_figures; i++)
        if (p->figures[i].table == table) {
            drawn |= p->svg[i].data != NULL;
            put_figure(p, i);
        }
    const sp_table_decl *declaration = sp_table_declaration(table);
    if (!drawn && declaration && declaration->caption) {
        fputs("<p class=\"soft\">", p->file);
        sp_html_words(p->file, p->run, declaration->caption);
        fputs("</p>\n", p->file);
    }
    if (drawn)
        fprintf(p->file, "<details><summary>Table %s, %zu rows, <a href=\"tables/%s.csv\">CSV</a></summary>\n",
                sp_table_name(table), rows, sp_table_name(table));
    sp_html_table(p->file, p->run, table);
    if (drawn)
        fputs("</details>\n", p->file);
}

static sp_status put_image(const page *p, const sp_image *image)
{
    sp_bytes png;
    SP_TRY(sp_png_encode(p->run, image, &png));
    sp_status status = sp_make_dir(p->run, sp_format(p->run, "%s/images", p->dir));
    if (status == SP_OK)
        status = sp_write_file(p->run, sp_format(p->run, "%s/images/%s.png", p->dir, image->name), png.data, png.size);
    /* small pixels are shown larger, as far as the page allows */
    size_t zoom = image->width > 0 && image->width < 500 ? 1 + 500 / image->width : 1;
    zoom = zoom > 3 ? 3 : zoom;
    fprintf(p->file, "<figure><img width=\"%zu\" height=\"%zu\" alt=\"", zoom * image->width, zoom * image->height);
    sp_html_text(p->file, image->caption);
    fputs("\" src=\"data:image/png;base64,", p->file);
    sp_html_base64(p->file, png.data, png.size);
    fputs("\"><figcaption>", p->file);
    sp_html_words(p->file, p->run, image->caption);
    fputs("</figcaption></figure>\n", p->file);
    free(png.data);
    return status;
}

static void mark_shown(page *p, const sp_table *table)
{
    for (size_t t = 0; t < sp_result_tables(p->result); t++)
        p->shown[t] |= sp_result_table_at(p->result, t) == table;
}

static void put_paragraph(const page *p, const char *class, const char *text)
{
    FILE *file = p->file;
    fprintf(file, *class ? "<p class=\"%s\">" : "<p>%s", class);
    sp_html_words(file, p->run, text);
    fputs("</p>\n", file);
}

static sp_status put_items(page *p)
{
    size_t section = 0;
    for (size_t i = 0; i < sp_result_items(p->result); i++) {
        const sp_item *item = sp_result_item(p->result, i);
        const sp_table *table;
        switch (item->kind) {
        case SP_ITEM_SECTION:
            fprintf(p->file, "<h2 id=\"s%zu\">", ++section);
            sp_html_text(p->file, item->text);
            fputs("</h2>\n", p->file);
            break;
        case SP_ITEM_WORDS:
            put_paragraph(p, "", item->text);
            break;
        case SP_ITEM_CAUTION:
            put_paragraph(p, "caution", item->text);
            break;
        case SP_ITEM_COMMAND:
            fputs("<pre class=\"small\"><code>", p->file);
            sp_html_text(p->file, item->text);
            fputs("</code></pre>\n", p->file);
            break;
        case SP_ITEM_TABLE:
            table = sp_result_find_table(p->result, item->text);
            if (table) {
                put_table(p, table);
                mark_shown(p, table);
            }
            break;
        case SP_ITEM_IMAGE:
            SP_TRY(put_image(p, item->image));
            break;
        }
    }
    return SP_OK;
}

static void put_contents(const page *p)
{
    size_t section = 0;
    for (size_t i = 0; i < sp_result_items(p->result); i++) {
        const sp_item *item = sp_result_item(p->result, i);
        if (item->kind != SP_ITEM_SECTION)
            continue;
        fprintf(p->file, "%s<a href=\"#s%zu\">", section ? "" : "<nav>", section + 1);
        sp_html_text(p->file, item->text);
        fputs("</a> ", p->file);
        section++;
    }
    fputs(section ? "</nav>\n" : "", p->file);
}

/* ---- the rest of the page ------------------------------------------------------------------------------- */

static void put_head(const page *p)
{
    const sp_command *command = sp_result_command(p->result);
    const char *data = sp_result_data(p->result, "name");
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
          "content=\"width=device-width,initial-scale=1\">\n"
          "<link rel=\"icon\" href=\"data:,\"><title>",
          p->file);
    sp_html_text(p->file, command->summary);
    fputs("</title>\n", p->file);
    sp_html_style(p->file);
    fputs("</head><body>\n<header><h1>", p->file);
    sp_html_text(p->file, command->summary);
    fputs("</h1>\n<ul class=\"chips\">", p->file);
    if (data) {
        fputs("<li>", p->file);
        sp_html_text(p->file, data);
        fprintf(p->file, "</li><li><i>n</i> = %s</li><li><i>d</i> = %s</li><li>scale ", sp_result_data(p->result, "n"),
                sp_result_data(p->result, "d"));
        sp_html_text(p->file, sp_result_data(p->result, "scale"));
        fputs("</li>", p->file);
    }
    fputs(sp_result_converged(p->result) ? "<li class=\"good\">converged</li>" : "<li class=\"bad\">NOT CONVERGED</li>",
          p->file);
    size_t count[3] = {0};
    for (size_t i = 0; i < sp_result_verdicts(p->result); i++) {
        sp_verdict_kind kind;
        sp_result_verdict_at(p->result, i, &kind);
        count[kind]++;
    }
    if (count[SP_REPRODUCED])
        fprintf(p->file, "<li class=\"good\">%zu reproduced</li>", count[SP_REPRODUCED]);
    if (count[SP_NOT_REPRODUCED])
        fprintf(p->file, "<li class=\"bad\">%zu not reproduced</li>", count[SP_NOT_REPRODUCED]);
    if (count[SP_NOT_RUN])
        fprintf(p->file, "<li>%zu not run here</li>", count[SP_NOT_RUN]);
    fputs("</ul></header>\n", p->file);
}

static void put_warnings(const page *p)
{
    for (size_t i = 0; i < sp_result_warnings(p->result); i++)
        put_paragraph(p, "caution", sp_result_warning(p->result, i));
}

static void put_verdicts(const page *p)
{
    static const char *const words[] = {"reproduced", "not reproduced", "not run here"}, *const classes[] = {"good", "bad",
                                                                                                             "soft"};
    size_t n = sp_result_verdicts(p->result);
    if (n == 0)
        return;
    fputs("<h2>Verdicts</h2>\n<div class=\"scroll\"><table class=\"wide\"><tbody>\n", p->file);
    for (size_t i = 0; i < n; i++) {
        sp_verdict_kind kind;
        const char *text = sp_result_verdict_at(p->result, i, &kind);
        fprintf(p->file, "<tr><th scope=\"row\" class=\"%s\">%s</th><td>", classes[kind], words[kind]);
        sp_html_text(p->file, text);
        fputs("</td></tr>\n", p->file);
    }
    fputs("</tbody></table></div>\n", p->file);
}

static void put_pair(FILE *file, const char *name, const char *value)
{
    fputs("<tr><th scope=\"row\">", file);
    sp_html_text(file, name);
    fputs("</th><td>", file);
    sp_html_text(file, value ? value : "");
    fputs("</td></tr>\n", file);
}

static void put_provenance(const page *p)
{
    static const char *const keys[] = {"name",  "n",    "d",      "classes",  "dropped",
                                       "scale", "gain", "offset", "centered", "hash"};
    const sp_command *command = sp_result_command(p->result);
    fputs("<h2>Where this comes from</h2>\n", p->file);
    if (sp_result_data(p->result, "name")) {
        fputs("<h3>Data</h3>\n<div class=\"scroll\"><table><tbody>\n", p->file);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            put_pair(p->file, keys[i], sp_result_data(p->result, keys[i]));
        fputs("</tbody></table></div>\n<p class=\"soft small\">x = gain · raw + offset, minus the mean row when "
              "centred (scale \"columns\": each column has a gain, 1 / its standard deviation).</p>\n",
              p->file);
    }
    if (sp_result_parameters(p->result)) {
        fputs("<details><summary>All parameters</summary><div class=\"scroll\"><table><tbody>\n", p->file);
        for (size_t i = 0; i < sp_result_parameters(p->result); i++)
            put_pair(p->file, sp_result_parameter_name(p->result, i), sp_result_parameter_text(p->result, i));
        put_pair(p->file, "seed", sp_format(p->run, "%llu", (unsigned long long)sp_run_seed(p->run)));
        fputs("</tbody></table></div></details>\n", p->file);
    }
    enum { MOST = 32 };
    sp_citation cited[MOST];
    size_t n = sp_papers_cited(command->spec, MOST, cited);
    if (n > 0)
        fputs("<h3>Papers</h3>\n<ul>\n", p->file);
    for (size_t i = 0; i < n; i++) {
        fputs("<li>", p->file);
        sp_html_text(p->file, cited[i].authors);
        fputs(", <i>", p->file);
        sp_html_text(p->file, cited[i].title);
        fprintf(p->file, "</i>, %s", cited[i].year);
        if (cited[i].arxiv && *cited[i].arxiv) {
            fputs(", arXiv:", p->file);
            sp_html_text(p->file, cited[i].arxiv);
        }
        fputs("</li>\n", p->file);
    }
    fputs(n > 0 ? "</ul>\n" : "", p->file);
}

static sp_status put_body(page *p, size_t n_args, const char *const *args)
{
    size_t tables = sp_result_tables(p->result), items = sp_result_items(p->result);
    put_head(p);
    put_contents(p);
    fputs("<p class=\"soft small\">The command to paste; the same seed gives the same numbers.</p>\n", p->file);
    put_command(p, n_args, args);
    put_warnings(p);
    SP_TRY(put_items(p));
    if (sp_result_scalars(p->result)) {
        fputs(items ? "<h2>Every number</h2>\n" : "<h2>Results</h2>\n", p->file);
        sp_html_scalars(p->file, p->run, p->result);
    }
    for (size_t t = 0; t < tables; t++) {
        const sp_table *table = sp_result_table_at(p->result, t);
        if (p->shown[t] || sp_table_rows(table) == 0)
            continue;
        fputs(items ? "<h3>Table " : "<h2>", p->file);
        sp_html_text(p->file, sp_table_name(table));
        fputs(items ? "</h3>\n" : "</h2>\n", p->file);
        put_table(p, table);
    }
    put_verdicts(p);
    put_provenance(p);
    fputs("<footer>spinodal " SPINODAL_VERSION
          ". This folder: <a href=\"run.json\">run.json</a> (every number, 17 digits), tables/*.csv, figures/*, "
          "timing.json; <code>spinodal rerun</code> repeats it.</footer>\n</body></html>\n",
          p->file);
    return SP_OK;
}

/* ---- figures into the folder ---------------------------------------------------------------------------- */

static sp_status draw(page *p, size_t i)
{
    const sp_figure *f = &p->figures[i];
    sp_run *run = p->run;
    const char *names[3] = {sp_format(run, "%s.svg", f->name), sp_format(run, "%s.pdf", f->name),
                            sp_format(run, "%s.png", f->name)};
    sp_bytes files[3], alone = {0};
    const char *title = *f->plain_title ? f->plain_title : sp_table_name(f->table);
    char *script = sp_gnuplot_script(f);
    if (!script)
        return sp_fail(run, SP_FAILED, "out of memory");
    sp_status status = sp_write_file(run, sp_format(run, "%s/figures/%s.gp", p->dir, f->name), script, strlen(script));
    if (status == SP_OK)
        status = sp_gnuplot_run(run, script, 3, names, files);
    free(script);
    SP_TRY(status);
    status = sp_svg_polish(run, &files[0], f->name, title, true, &alone);
    if (status == SP_OK)
        status = sp_svg_polish(run, &files[0], f->name, title, false, &p->svg[i]);
    if (status == SP_OK)
        status = sp_write_file(run, sp_format(run, "%s/figures/%s", p->dir, names[0]), alone.data, alone.size);
    for (int k = 1; k < 3 && status == SP_OK; k++)
        status = sp_write_file(run, sp_format(run, "%s/figures/%s", p->dir, names[k]), files[k].data, files[k].size);
    for (int k = 0; k < 3; k++)
        free(files[k].data);
    free(alone.data);
    return status;
}

static sp_status draw_all(page *p)
{
    if (p->n_figures == 0)
        return SP_OK;
    SP_TRY(sp_make_dir(p->run, sp_format(p->run, "%s/figures", p->dir)));
    bool found = sp_gnuplot_found();
    if (!found)
        sp_warn(p->run, "no figures: gnuplot is not installed (apt-get install gnuplot-nox)");
    for (size_t i = 0; i < p->n_figures && found; i++) {
        sp_status status = draw(p, i);
        if (status == SP_STOPPED)
            return status;
        if (status != SP_OK)
            sp_warn(p->run, "figure %s: %s", p->figures[i].name, sp_run_message(p->run));
        sp_progress(p->run, "figures", (double)(i + 1) / (double)p->n_figures);
    }
    return SP_OK;
}

static sp_status write_page(page *p, size_t n_args, const char *const *args)
{
    char *text = NULL;
    size_t size = 0;
    SP_TRY(draw_all(p));
    p->file = open_memstream(&text, &size);
    if (!p->file)
        return sp_fail(p->run, SP_FAILED, "out of memory");
    sp_status status = put_body(p, n_args, args);
    if (fclose(p->file) != 0 && status == SP_OK)
        status = sp_fail(p->run, SP_FAILED, "out of memory");
    if (status == SP_OK)
        status = sp_write_file(p->run, sp_format(p->run, "%s/report.html", p->dir), text, size);
    free(text);
    return status;
}

sp_status sp_report_write(sp_run *run, const char *dir, const sp_result *result, size_t n_args, const char *const *args,
                          const sp_overlay *overlay)
{
    sp_mark mark = sp_memory_mark(run);
    page p = {.run = run, .dir = dir, .result = result};
    sp_status status = sp_figures_make(run, result, overlay, &p.n_figures, &p.figures);
    if (status == SP_OK) {
        p.svg = SP_NEW(run, sp_bytes, p.n_figures + 1);
        p.shown = SP_NEW(run, bool, sp_result_tables(result) + 1);
        status = p.svg && p.shown ? write_page(&p, n_args, args) : SP_FAILED;
    }
    for (size_t i = 0; p.svg && i < p.n_figures; i++)
        free(p.svg[i].data);
    sp_memory_release(run, mark);
    return status;
}
