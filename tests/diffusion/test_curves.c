#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

#include <string.h>

static const sp_data_options raw = {.scale = "none"};

static const sp_dataset *open_data(sp_run *run, const char *source)
{
    const sp_dataset *data = NULL;
    assert_int_equal(sp_dataset_open(run, source, &raw, NULL, &data), SP_OK);
    return data;
}

static void measure(sp_run *run, const sp_diffusion_curves_params *p, sp_diffusion_curves_result *r,
                    sp_diffusion_curve_list *list)
{
    sp_status status = sp_diffusion_curves(run, p, r, list);
    if (status != SP_OK)
        print_error("%s\n", sp_run_message(run));
    assert_int_equal(status, SP_OK);
}

/* One data set against the average over data sets: at n = 2000 the fluctuation between sets is below that between queries
 * (spec 07, 7.3: 12 sets), allowed for by 6 instead of 5 standard errors. */
static void test_isotropic_data_follow_the_exact_curves(void **state)
{
    (void)state;
    double t[] = {0.3, 0.5, 0.9, 1.5};
    sp_diffusion_curves_params p = {
        .data = open_data(test_run(), "gen:gaussian,d=32,n=2000"), .t = {4, t}, .queries = 1000, .schedule = "linear"};
    sp_diffusion_curves_result r;
    sp_diffusion_curve_list list;
    measure(test_run(), &p, &r, &list);
    for (int i = 0; i < 4; i++) {
        sp_collapse_point exact;
        const sp_diffusion_curve *c = &list.data[i];
        assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){2000, 32, 1, 1}, t[i], &exact), SP_OK);
        assert_close(c->phi_C, exact.phi_C, 6 * c->phi_C_se);
        assert_close(c->w_seed, exact.phi_C, 6 * c->w_seed_se);
        assert_close(c->f_ex, exact.f_ex, 6 * c->f_ex_se);
        assert_close(c->phi_C, c->w_seed, 5 * hypot(c->phi_C_se, c->w_seed_se)); /* Nishimori */
        assert_true(c->f_ex >= 0 && c->f_ex <= r.alpha);
    }
}

/* Far above the collapse leave-one-out and population excess entropy agree up to log fluctuations of order 1/(n d). */
static void test_leave_one_out_follows_the_population(void **state)
{
    (void)state;
    double t[] = {0.2, 1.2, 1.6};
    sp_diffusion_curves_params p = {.data = open_data(test_run(), "gen:gaussian,d=16,n=4000"), .t = {3, t}, .queries = 1000};
    sp_diffusion_curves_result r;
    sp_diffusion_curve_list list;
    measure(test_run(), &p, &r, &list);
    assert_true(list.data[0].f_loo < 0);
    for (int i = 1; i < 3; i++) {
        /* kernel sums of N_eff points bias log Z by -1/(2 N_eff) per query */
        double bias = list.data[i].phi_C / 16;
        assert_close(list.data[i].f_loo, list.data[i].f_ex_gauss, 5 * list.data[i].f_loo_se + bias);
        /* the control variate takes out |z|^2, whose error alone would be 1/sqrt(2 d queries) */
        assert_true(list.data[i].f_loo_se < 0.5 / sqrt(2 * 16 * 1000.));
    }
}

static void test_crossings_lie_below_the_bound(void **state)
{
    (void)state;
    sp_diffusion_curves_params p = {
        .data = open_data(test_run(), "gen:gaussian,d=16,n=1000"), .queries = 600, .gaussian_surrogate = true};
    sp_diffusion_curves_result r;
    sp_diffusion_curve_list list;
    measure(test_run(), &p, &r, &list);
    assert_int_equal(list.n, 40);
    /* exact phi_C = 1/2 of this n and d at 0.3004 */
    assert_close(r.t_C_phi, 0.3004, 6 * r.t_C_phi_se);
    assert_close(r.surrogate_t_C_phi, 0.3004, 6 * r.surrogate_t_C_phi_se);
    assert_true(r.t_C_phi_se < 0.02);
    for (size_t i = 1; i < list.n; i++) { /* common random numbers: far smoother than its error */
        assert_true(list.data[i].phi_C <= list.data[i - 1].phi_C + 0.2 * list.data[i].phi_C_se + 1e-9);
        assert_true(list.data[i].t > list.data[i - 1].t);
    }
}

/* Data on a plane of 4 dimensions collapse as 4-dimensional data. */
static void test_embedding_does_not_matter(void **state)
{
    (void)state;
    const sp_dataset *flat = open_data(test_run(), "gen:gaussian,d=4,n=300"), *wide;
    double *x = SP_NEW(test_run(), double, 300 * 9), t[] = {0.02, 0.1, 0.5}, row[4];
    for (size_t i = 0; i < 300; i++) {
        sp_dataset_row(flat, i, row);
        memcpy(x + 9 * i, row, sizeof row);
    }
    assert_int_equal(sp_dataset_from_memory(test_run(), x, SP_FLOAT64, 300, 9, NULL, &raw, NULL, &wide), SP_OK);
    sp_diffusion_curves_params a = {.data = flat, .t = {3, t}, .queries = 3000},
                               b = {.data = wide, .t = {3, t}, .queries = 3000};
    sp_diffusion_curves_result ra, rb;
    sp_diffusion_curve_list la, lb;
    measure(test_run(), &a, &ra, &la);
    measure(test_run(), &b, &rb, &lb);
    assert_close(ra.t_C_spectral, rb.t_C_spectral, 1e-12);
    for (int i = 0; i < 3; i++) /* different noise */
        assert_close(la.data[i].phi_C, lb.data[i].phi_C, 5 * hypot(la.data[i].phi_C_se, lb.data[i].phi_C_se));
}

static void test_duplicates(void **state)
{
    (void)state;
    double *x = SP_NEW(test_run(), double, 200 * 6), t[] = {0.02, 0.05};
    sp_rng rng = sp_rng_at(test_run(), "test", 0);
    sp_normals(&rng, 100 * 6, x);
    memcpy(x + 600, x, 600 * sizeof *x); /* every point twice */
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(test_run(), x, SP_FLOAT64, 200, 6, NULL, &raw, NULL, &data), SP_OK);
    sp_diffusion_curves_params p = {.data = data, .t = {2, t}, .queries = 200};
    sp_diffusion_curves_result r;
    sp_diffusion_curve_list list;
    measure(test_run(), &p, &r, &list);
    assert_int_equal(r.duplicates, 100);
    assert_int_equal(sp_run_warnings(test_run()), 1);
    assert_close(list.data[0].phi_C, 0.5, 0.01); /* two copies share the weight, up to the few that have a close neighbour */
    assert_true(isnan(r.t_C_phi));
    p.drop_duplicates = true;
    measure(test_run(), &p, &r, &list);
    assert_int_equal(r.n, 100);
    assert_close(list.data[0].phi_C, 1, 0.01);
    p.subsample = 50;
    measure(test_run(), &p, &r, &list);
    assert_true(r.n <= 50 && r.n + r.duplicates == 50);
}

static void test_theory_of_a_spectrum(void **state)
{
    (void)state;
    double lambda[32], t[] = {0.5};
    for (int j = 0; j < 32; j++)
        lambda[j] = j < 8 ? 4 : 0.5;
    sp_diffusion_curves_params p = {.spectrum = {32, lambda}, .n = 5000, .t = {1, t}};
    sp_diffusion_curves_result r;
    sp_diffusion_curve_list list;
    measure(test_run(), &p, &r, &list);
    assert_close(r.t_C_spectral, .464922480, 5.1e-10);
    assert_close(list.data[0].f_ex_gauss, .020091313, 5.1e-10);
    p.n = 1;
    assert_int_equal(sp_diffusion_curves(test_run(), &p, &r, &list), SP_USAGE);
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    double t[] = {0.2, 0.6};
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_diffusion_curves_params a = {
        .data = open_data(test_run(), "gen:gaussian-mixture,d=24,n=700"), .t = {2, t}, .queries = 300};
    sp_diffusion_curves_params b = a;
    b.data = open_data(one, "gen:gaussian-mixture,d=24,n=700");
    sp_diffusion_curves_result ra, rb;
    sp_diffusion_curve_list la, lb;
    measure(test_run(), &a, &ra, &la);
    measure(one, &b, &rb, &lb);
    assert_memory_equal(la.data, lb.data, 2 * sizeof *la.data);
    sp_run_free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_isotropic_data_follow_the_exact_curves),
                                       SP_TEST(test_leave_one_out_follows_the_population),
                                       SP_TEST(test_crossings_lie_below_the_bound),
                                       SP_TEST(test_embedding_does_not_matter),
                                       SP_TEST(test_duplicates),
                                       SP_TEST(test_theory_of_a_spectrum),
                                       SP_TEST(test_same_bits_for_any_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
