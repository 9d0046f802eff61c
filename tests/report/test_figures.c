/* Declared plots, figures, overlays, images, and a whole report without and with gnuplot. */
#include "report/gnuplot.h"
#include "report/png.h"
#include "report/sample_result.h"
#include "test.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/spinodal-test-figures-XXXXXX";

static const char *at(const char *name) { return sp_format(test_run(), "%s/%s", folder, name); }

static void write_text(const char *path, const char *text)
{
    assert_int_equal(sp_write_file(test_run(), path, text, strlen(text)), SP_OK);
}

static void grammar(void **state)
{
    (void)state;
    size_t n;
    sp_plot_spec *s;
    assert_int_equal(
        sp_plots_parse(
            test_run(),
            "plot t a,b by d logx vline t_S t_C hline 0 x xlabel the time title Of  things; map x y z logz; hist v bins 7",
            &n, &s),
        SP_OK);
    assert_int_equal(n, 3);
    assert_int_equal(s[0].n_y, 2);
    assert_string_equal(s[0].by, "d");
    assert_int_equal(s[0].n_vline, 2);
    assert_int_equal(s[0].n_hline, 2);
    assert_string_equal(s[0].xlabel, "the time");
    assert_string_equal(s[0].title, "Of things");
    assert_true(s[0].logx && !s[0].logy && s[1].logz);
    assert_string_equal(s[1].y[1], "z");
    assert_int_equal(s[2].bins, 7);
    assert_int_equal(sp_plots_parse(test_run(), "plot x y ylabel points logy", &n, &s), SP_OK);
    assert_string_equal(s[0].ylabel, "points");
    assert_true(s[0].logy && !s[0].points);
    static const char *const bad[] = {"draw x y",     "plot",        "plot x",         "map x y",
                                      "hist",         "plot x y by", "plot x y vline", "plot x y nonsense",
                                      "hist x bins 0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sp_plots_parse(test_run(), bad[i], &n, &s), SP_USAGE);
}

static bool has_column(const sp_table_decl *table, const char *name)
{
    for (const sp_column *c = table->columns; c->name; c++)
        if (!strcmp(c->name, name))
            return true;
    return false;
}

/* A scalar of any command: plots shared by several commands draw the lines that the command at hand has. */
static bool is_number_or_scalar(const char *name)
{
    for (size_t i = 0; sp_command_at(i); i++)
        for (const sp_scalar *s = sp_command_at(i)->scalars; s && s->name; s++)
            if (!strcmp(s->name, name))
                return true;
    char *end;
    strtod(name, &end);
    return !*end;
}

/* A misspelt column would leave a figure out without a word. */
static void every_declared_plot_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; sp_command_at(i); i++)
        for (const sp_table_decl *t = sp_command_at(i)->tables; t && t->name; t++) {
            size_t n;
            sp_plot_spec *s;
            if (sp_plots_parse(test_run(), t->plots, &n, &s) != SP_OK)
                fail_msg("%s, table %s: %s", sp_command_at(i)->name, t->name, sp_run_message(test_run()));
            for (size_t k = 0; k < n; k++) {
                bool good = has_column(t, s[k].x) && (!s[k].by || has_column(t, s[k].by));
                for (size_t y = 0; y < s[k].n_y; y++)
                    good = good && has_column(t, s[k].y[y]);
                for (size_t v = 0; v < s[k].n_vline; v++)
                    good = good && is_number_or_scalar(s[k].vline[v]);
                for (size_t v = 0; v < s[k].n_hline; v++)
                    good = good && is_number_or_scalar(s[k].hline[v]);
                if (!good)
                    fail_msg("%s, table %s: \"%s\" names a column or scalar that is not declared", sp_command_at(i)->name,
                             t->name, t->plots);
            }
        }
}

static void figures_hold_the_finite_points(void **state)
{
    (void)state;
    sp_result *r = sample_result();
    size_t n;
    sp_figure *f;
    assert_int_equal(sp_figures_make(test_run(), r, NULL, &n, &f), SP_OK);
    assert_int_equal(n, 7); /* the empty table gives none */
    assert_string_equal(f[0].name, "curves");
    assert_string_equal(f[1].name, "curves_2");
    size_t lines = 0, points = 0;
    for (size_t i = 0; i < f[0].n_series; i++) {
        const sp_series *s = &f[0].series[i];
        if (s->n == 0)
            continue; /* an entry of the legend */
        lines += s->draw == SP_DRAW_LINE;
        points += s->draw == SP_DRAW_POINTS;
        assert_int_equal(s->n, s->draw == SP_DRAW_LINE ? 11 : 10); /* x = inf left out everywhere, nan where it stands */
        assert_true(!s->se == (s->draw == SP_DRAW_LINE));
    }
    assert_int_equal(lines, 3);
    assert_int_equal(points, 3);
    assert_int_equal(f[0].n_vline, 1);
    assert_int_equal(f[4].n_series, 2); /* two phases */
    assert_int_equal(f[5].n_category, 2);
    assert_int_equal(f[6].n_category_y, 2);
    sp_result_free(r);
}

static size_t file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (size_t)info.st_size : 0;
}

static bool starts_with(const char *path, const char *magic)
{
    char start[16] = "";
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(start, 1, sizeof start - 1, file) : 0;
    if (file)
        fclose(file);
    return got > 4 && !strncmp(start, magic, strlen(magic));
}

static void pages(void **state)
{
    (void)state;
    if (!sp_gnuplot_found())
        skip();
    sp_result *r = sample_result();
    static const char *const names[] = {"page.svg", "page.pdf", "page.png"}, *const magic[] = {"<svg", "%PDF", "\x89PNG"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sp_plot_file(test_run(), r, NULL, at(names[i])), SP_OK);
        assert_true(file_size(at(names[i])) > 2000);
        assert_true(starts_with(at(names[i]), magic[i]));
    }
    assert_int_equal(sp_plot_file(test_run(), r, NULL, at("page.jpg")), SP_USAGE);
    assert_int_equal(sp_plot_file(test_run(), r, NULL, at("no/such/folder.svg")), SP_FAILED);
    assert_int_equal(access("uid=", F_OK), -1);
    sp_result_free(r);
}

static void overlay(void **state)
{
    (void)state;
    const sp_overlay *o;
    sp_result *r = sample_result();
    size_t n;
    sp_figure *f;
    write_text(at("good.csv"),
               "\xef\xbb\xbft,\"phi\",phi_se,other\r\n0.5,0.9,0.1,x\r\n1,nan,0.1,\"a \"\"b\"\", c\"\n1.5,0.7,0.2,\n\n");
    assert_int_equal(sp_overlay_read(test_run(), at("good.csv"), &sample_command, &o), SP_OK);
    assert_int_equal(sp_figures_make(test_run(), r, o, &n, &f), SP_OK);
    const sp_series *last = &f[1].series[f[1].n_series - 1];
    assert_int_equal(last->n, 2);
    assert_true(last->y[1] == 0.7 && last->se[1] == 0.2);
    sp_result_free(r);
    assert_int_equal(sp_overlay_read(test_run(), at("absent.csv"), &sample_command, &o), SP_DATA);
    write_text(at("ragged.csv"), "t,phi\n1,2\n1,2,3\n");
    assert_int_equal(sp_overlay_read(test_run(), at("ragged.csv"), &sample_command, &o), SP_DATA);
    write_text(at("empty.csv"), "");
    assert_int_equal(sp_overlay_read(test_run(), at("empty.csv"), &sample_command, &o), SP_DATA);
    write_text(at("other.csv"), "time,value\n1,2\n");
    assert_int_equal(sp_overlay_read(test_run(), at("other.csv"), &sample_command, &o), SP_USAGE);
}

static unsigned u32(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static void png_round_trip(void **state)
{
    (void)state;
    enum { W = 5, H = 3 };
    unsigned char pixels[W * H * 3], raw[H * (W * 3 + 1)];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (unsigned char)(17 * i);
    sp_bytes png;
    assert_int_equal(sp_png_encode(test_run(), &(sp_image){"x", "", W, H, 3, pixels}, &png), SP_OK);
    const unsigned char *p = (const unsigned char *)png.data;
    assert_memory_equal(p, "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(u32(p + 16), W);
    assert_int_equal(u32(p + 20), H);
    assert_int_equal(p[25], 2); /* red green blue */
    const unsigned char *data = p + 33;
    assert_memory_equal(data + 4, "IDAT", 4);
    assert_int_equal(u32(data + 8 + u32(data)), crc32(0, data + 4, u32(data) + 4));
    uLongf size = sizeof raw;
    assert_int_equal(uncompress(raw, &size, data + 8, u32(data)), Z_OK);
    assert_int_equal(size, sizeof raw);
    for (size_t y = 0; y < H; y++)
        assert_memory_equal(raw + y * (W * 3 + 1) + 1, pixels + y * W * 3, W * 3);
    free(png.data);
}

static char *whole_file(const char *path)
{
    size_t size = file_size(path);
    char *text = sp_alloc(test_run(), size + 1, 1);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    return text;
}

static void report_is_escaped(void **state)
{
    (void)state;
    sp_result *r = sample_result();
    static const char *const args[] = {"words=" HARD_TEXT};
    assert_int_equal(sp_run_folder_write(test_run(), folder, r, 1), SP_OK);
    assert_int_equal(sp_report_write(test_run(), folder, r, 1, args, NULL), SP_OK);
    const char *html = whole_file(at("report.html"));
    assert_null(strstr(html, "<b>"));
    assert_null(strstr(html, "<markup>"));
    assert_null(strstr(html, "http-equiv"));
    assert_null(strstr(html, "<script"));
    assert_non_null(strstr(html, "0.5753 ± 0.0018"));
    assert_non_null(strstr(html, "prefers-color-scheme"));
    if (sp_gnuplot_found()) {
        size_t figures = 0;
        for (const char *p = html; (p = strstr(p, "<figure")); p++)
            figures++;
        assert_int_equal(figures, 7);
        assert_true(file_size(at("figures/map_2.pdf")) > 1000 && file_size(at("figures/curves.gp")) > 500);
    }
    sp_result_free(r);
}

static void without_gnuplot(void **state)
{
    (void)state;
    char *path = sp_strdup(test_run(), getenv("PATH"));
    sp_result *r = sample_result();
    setenv("PATH", folder, 1);
    assert_int_equal(sp_plot_check(test_run(), &sample_command, "x.svg"), SP_FAILED);
    assert_int_equal(sp_plot_file(test_run(), r, NULL, at("none.svg")), SP_FAILED);
    assert_non_null(strstr(sp_run_message(test_run()), "gnuplot"));
    assert_int_equal(sp_report_write(test_run(), folder, r, 0, NULL, NULL), SP_OK); /* the results are there all the same */
    setenv("PATH", path, 1);
    assert_int_equal(sp_run_warnings(test_run()), 1);
    assert_null(strstr(whole_file(at("report.html")), "<figure"));
    sp_result_free(r);
}

static void remove_tree(const char *path)
{
    DIR *list = opendir(path);
    for (struct dirent *e; list && (e = readdir(list));) {
        char full[1024];
        snprintf(full, sizeof full, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.' && unlink(full) != 0)
            remove_tree(full);
    }
    if (list)
        closedir(list);
    rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(grammar),
                                       SP_TEST(every_declared_plot_is_right),
                                       SP_TEST(figures_hold_the_finite_points),
                                       SP_TEST(pages),
                                       SP_TEST(overlay),
                                       SP_TEST(png_round_trip),
                                       SP_TEST(report_is_escaped),
                                       SP_TEST(without_gnuplot)};
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_tree(folder);
    return failed;
}
