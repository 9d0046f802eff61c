/* kde fit and eval: printed values, the exact optimum, a direct sum, invariances, refusals. */
#include "spinodal/kde.h"

#include "close.h"
#include "density/radial_kernel.h"
#include "math/statistics.h"
#include "spinodal/command.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const sp_data_options raw = {.scale = "none", .keep_mean = true};

static const sp_dataset *from(sp_run *run, const double *x, size_t n, size_t d)
{
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(run, x, SP_FLOAT64, n, d, NULL, &raw, NULL, &data), SP_OK);
    return data;
}

static const sp_dataset *gaussian(sp_run *run, size_t n, size_t d, double width, const char *stream)
{
    double *x = SP_NEW(run, double, n *d);
    sp_rng rng = sp_rng_at(run, stream, 0);
    sp_normals(&rng, n * d, x);
    for (size_t i = 0; i < n * d; i++)
        x[i] *= width;
    return from(run, x, n, d);
}

/* Spec 03, 7.3; the score from differences of the log density (error about 1e-10). */
static void test_three_points(void **state)
{
    (void)state;
    sp_run *run = test_run();
    static const double y[] = {0, 0, 1, 0, 0, 2}, h[] = {.5, 1}, step = 1e-5;
    static const double x[] = {.5, .5, .5 + 1e-5, .5, .5 - 1e-5, .5, .5, .5 + 1e-5, .5, .5 - 1e-5};
    sp_kde_eval_params p = {.data = from(run, y, 3, 2), .x = x, .n_x = 5, .h = {2, h}, .score = true};
    sp_kde_eval_result r;
    assert_int_equal(sp_kde_eval(run, &p, &r), SP_OK);
    assert_close(r.value[0].log_density, -1.8479316725, 1e-10);
    assert_close(1 / r.value[0].N_eff, .4910488108, 1e-10);
    assert_close(r.value[0].N_H, 2.0929241037, 1e-10);
    assert_close(r.value[1].log_density, -2.3244945510, 1e-10);
    assert_close(1 / r.value[1].N_eff, .3808438111, 1e-10);
    assert_close(r.value[1].N_H, 2.7658754618, 1e-10);
    assert_close(r.value[0].nearest_distance, sqrt(.5), 1e-15);
    assert_true(isnan(r.value[0].h_G_k5));
    for (size_t a = 0; a < 2; a++)
        for (size_t j = 0; j < 2; j++)
            assert_close(r.score[a * 2 + j],
                         (r.value[(1 + 2 * j) * 2 + a].log_density - r.value[(2 + 2 * j) * 2 + a].log_density) / (2 * step),
                         1e-8);
}

/* Densities integrate to one, in two dimensions on a grid (trapezoid; 0.05 is fine for h = 0.3; the student kernel loses its
 * tail outside, below 1e-3, the top-hat has 226 cells in its disc, some 5 more or less). */
static void test_normalised(void **state)
{
    (void)state;
    sp_run *run = test_run();
    enum { SIDE = 401 };
    static const double y[] = {0, 0, 1, 0, 0, 2}, h = 0.3;
    static const char *const kernels[] = {"gaussian", "student:3", "tophat"};
    static const double tolerance[] = {1e-12, 1e-3, 0.05};
    double *x = SP_NEW(run, double, 2 * SIDE * SIDE), cell = 0.05;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        x[2 * i] = cell * ((double)(i / SIDE) - 200);
        x[2 * i + 1] = cell * ((double)(i % SIDE) - 200);
    }
    for (size_t k = 0; k < 3; k++) {
        sp_kde_eval_params p = {.data = from(run, y, 3, 2), .x = x, .n_x = SIDE * SIDE, .h = {1, &h}, .kernel = kernels[k]};
        sp_kde_eval_result r;
        assert_int_equal(sp_kde_eval(run, &p, &r), SP_OK);
        double total = 0;
        for (size_t i = 0; i < r.n; i++)
            total += exp(r.value[i].log_density) * cell * cell;
        assert_close(total, 1, tolerance[k]);
    }
}

/* Leaving a row out = the estimate from the others. */
static void test_leave_one_out(void **state)
{
    (void)state;
    sp_run *run = test_run();
    const sp_dataset *data = gaussian(run, 60, 3, 1, "data"), *rest = from(run, data->x64 + 3, 59, 3);
    static const double h[] = {.3, 1};
    sp_kde_eval_params all = {.data = data, .h = {2, h}}, one = {.data = rest, .x = data->x64, .n_x = 1, .h = {2, h}};
    sp_kde_eval_result a, b;
    assert_int_equal(sp_kde_eval(run, &all, &a), SP_OK);
    assert_int_equal(sp_kde_eval(run, &one, &b), SP_OK);
    assert_int_equal(a.n, 60);
    for (size_t k = 0; k < 2; k++) {
        assert_close(a.value[k].log_density, b.value[k].log_density, 1e-12);
        assert_close(a.value[k].N_eff, b.value[k].N_eff, 1e-10);
        assert_close(a.value[k].h_G_k5, b.value[k].h_G_k5, 1e-12);
    }
    assert_int_equal(a.value[0].nearest, b.value[0].nearest + 1);
}

/* The best bandwidth: exact optimum .8193 at d = 20, n = 3000 (spec 03, 7.2), one data set scatters by a few of its errors;
 * it is where the slope vanishes and follows the units of the data. */
static void test_fit(void **state)
{
    (void)state;
    sp_run *run = test_run();
    sp_kde_fit_params p = {.data = gaussian(run, 3000, 20, 1, "data")}, q = {.data = gaussian(run, 3000, 20, 3, "data")};
    sp_kde_fit_result r, s, t;
    assert_int_equal(sp_kde_fit(run, &p, &r), SP_OK);
    assert_true(r.converged);
    assert_close(r.h_opt, .8193, 5 * r.h_opt_se);
    assert_close(r.h_opt, .8193, .02);
    assert_true(r.residual < 1e-7);
    assert_string_equal(r.at_opt.regime, "condensed");
    assert_close(r.at_opt.Y2, .2364, .02);
    assert_close(r.h_G_k5, .8993, .02);
    assert_close(r.alpha, log(3000) / 20, 1e-14);
    assert_close_rel(r.h_scott, pow(3000, -1.0 / 24), 0.01); /* times the root of the mean eigenvalue, 1 +- 0.3 % */
    assert_close_rel(r.h_silverman / r.h_scott, pow(22.0 / 4, -1.0 / 24), 1e-12);
    assert_close(r.h_G_plugin, .7450, .01);
    assert_close_rel(r.h_CLT_plugin, sqrt(2) * r.h_G_plugin, 1e-12);
    for (size_t i = 0; i < r.n_scan; i++)
        assert_true(r.scan[i].loo <= r.at_opt.loo + 1e-12);

    sp_kde_fit_params part = {.data = p.data, .subsample = 500};
    q.subsample = 500;
    assert_int_equal(sp_kde_fit(run, &part, &t), SP_OK);
    assert_int_equal(t.held_out, 500);
    assert_close(t.h_opt, r.h_opt, 5 * t.h_opt_se);
    assert_int_equal(sp_kde_fit(run, &q, &s), SP_OK);
    assert_close_rel(s.h_opt, 3 * t.h_opt, 1e-6); /* convergence of the polish */
    assert_close(s.at_opt.loo, t.at_opt.loo - log(3), 1e-10);
    assert_close_rel(s.at_opt.m_k5, t.at_opt.m_k5, 1e-6);

    /* the other kernels: an interior maximum, and a bandwidth better than its neighbours */
    static const char *const kernels[] = {"student:1", "tophat"};
    for (size_t k = 0; k < 2; k++) {
        sp_kde_fit_params o = {.data = p.data, .kernel = kernels[k], .subsample = 200};
        assert_int_equal(sp_kde_fit(run, &o, &s), SP_OK);
        assert_true(s.converged && isfinite(s.at_opt.loo));
    }
}

/* More dimensions than points, fewer than 21 neighbours, few points. */
static void test_small_and_wide(void **state)
{
    (void)state;
    sp_run *run = test_run();
    sp_kde_fit_params p = {.data = gaussian(run, 12, 50, 1, "wide")};
    sp_kde_fit_result r;
    assert_int_equal(sp_kde_fit(run, &p, &r), SP_OK);
    assert_true(r.converged && r.shrinkage == 0 && isfinite(r.h_G_k5) && isnan(r.h_G_k20));
    assert_true(r.spectrum.v[11] < 1e-12 && r.spectrum.v[10] > 0); /* centring takes one direction */
    sp_kde_fit_params few = {.data = gaussian(run, 4, 2, 1, "few")};
    assert_int_equal(sp_kde_fit(run, &few, &r), SP_OK);
    assert_true(isnan(r.at_opt.m_k5) && strstr(r.verdict, "too few"));
}

static void test_duplicates(void **state)
{
    (void)state;
    sp_run *run = test_run();
    const sp_dataset *data = gaussian(run, 200, 4, 1, "data");
    double *x = SP_NEW(run, double, 230 * 4);
    memcpy(x, data->x64, 200 * 4 * sizeof *x);
    memcpy(x + 800, data->x64, 30 * 4 * sizeof *x);
    sp_kde_fit_params p = {.data = from(run, x, 230, 4)}, q = {.data = data};
    sp_kde_fit_result kept, dropped, original;
    assert_int_equal(sp_kde_fit(run, &p, &kept), SP_OK);
    assert_int_equal(kept.duplicates, 30);
    assert_int_equal(sp_run_warnings(run), 1);
    p.drop_duplicates = true;
    assert_int_equal(sp_kde_fit(run, &p, &dropped), SP_OK);
    assert_int_equal(sp_kde_fit(run, &q, &original), SP_OK);
    assert_true(dropped.h_opt == original.h_opt && dropped.n == 200);
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    sp_kde_fit_result r[2];
    sp_run *run[2];
    for (int i = 0; i < 2; i++) {
        run[i] = sp_run_create(&(sp_run_options){.seed = 1, .threads = i + 1});
        sp_kde_fit_params p = {.data = gaussian(run[i], 400, 8, 1, "data")};
        assert_int_equal(sp_kde_fit(run[i], &p, &r[i]), SP_OK);
        assert_true(r[0].h_opt == r[i].h_opt && r[0].h_G_plugin == r[i].h_G_plugin && r[0].at_opt.Y2 == r[i].at_opt.Y2);
    }
    sp_run_free(run[0]);
    sp_run_free(run[1]);
}

static void refused(sp_status status, const char *command, const char *text, size_t n, const char *const *args)
{
    sp_run *run = test_run();
    sp_result *result = NULL;
    sp_status got = sp_call(run, command, NULL, n, args, &result);
    if (got != status || !strstr(sp_run_message(run), text))
        fail_msg("%s: status %d, \"%s\" is not in: %s", command, (int)got, text, sp_run_message(run));
    assert_null(result);
}

static void test_refusals(void **state)
{
    (void)state;
    refused(SP_USAGE, "kde.fit", "h must be > 0", 2, (const char *[]){"data=gen:gaussian,n=50,d=2", "h=0,1"});
    refused(SP_USAGE, "kde.fit", "must ascend", 2, (const char *[]){"data=gen:gaussian,n=50,d=2", "h=1,0.5"});
    refused(SP_DATA, "kde.fit", "at least 3 rows", 3,
            (const char *[]){"data=gen:gaussian,n=2,d=2", "scale=none", "center=no"});
    refused(SP_DATA, "kde.fit", "all rows are equal", 3,
            (const char *[]){"data=gen:gaussian,n=20,d=2,spectrum=0", "scale=none", "center=no"});
    refused(SP_DATA, "kde.eval", "must be the same", 3,
            (const char *[]){"data=gen:gaussian,n=20,d=2", "queries=gen:gaussian,n=2,d=3", "h=1"});
    refused(SP_USAGE, "kde.eval", "gaussian kernel", 4,
            (const char *[]){"data=gen:gaussian,n=20,d=2", "h=1", "score=yes", "kernel=tophat"});
    refused(SP_USAGE, "kde.eval", "place of the queries", 4,
            (const char *[]){"data=gen:gaussian,n=20,d=2", "queries=gen:gaussian,n=2,d=2", "h=1", "segment=5"});
    refused(SP_USAGE, "kde.exact", "exactly one", 3, (const char *[]){"d=5", "n=10", "alpha=1"});
    refused(SP_USAGE, "kde.exact", "not both", 4, (const char *[]){"d=5", "n=10", "h=1", "h_ratio=1"});
    refused(SP_USAGE, "kde.exact", "at least n = 2", 2, (const char *[]){"d=5", "n=1"});
    refused(SP_USAGE, "kde.simulate", "needs --fixed", 1, (const char *[]){"r=2"});
    refused(SP_USAGE, "kde.simulate", "multiple", 1, (const char *[]){"spectrum=1,2,3"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_three_points),
                                       SP_TEST(test_normalised),
                                       SP_TEST(test_leave_one_out),
                                       SP_TEST(test_fit),
                                       SP_TEST(test_small_and_wide),
                                       SP_TEST(test_duplicates),
                                       SP_TEST(test_same_bits_for_any_threads),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
