#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

#include <string.h>

static const sp_data_options raw = {.scale = "none"};

static void run_times(const sp_diffusion_times_params *p, sp_diffusion_times_result *r, sp_diffusion_times_detail *detail)
{
    sp_status status = sp_diffusion_times(test_run(), p, r, detail);
    if (status != SP_OK)
        print_error("%s\n", sp_run_message(test_run()));
    assert_int_equal(status, SP_OK);
}

static void test_spectrum_of_data(void **state)
{
    (void)state;
    const sp_dataset *data;
    sp_data_spectrum s;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian-mixture,d=64,n=3000,mu2=1", &raw, NULL, &data), SP_OK);
    assert_int_equal(sp_diffusion_spectrum(test_run(), data, &s), SP_OK);
    /* one spike of 1 + d mu2, lifted by noise to Lambda (1 + ratio/(Lambda - 1)) with relative fluctuation sqrt(2/n) */
    assert_close_rel(s.eigenvalues.v[0], 65 * (1 + 64. / 3000 / 64), 5 * sqrt(2. / 3000));
    assert_int_equal(s.n_resolved, 1);
    double edge = pow(1 + sqrt(64. / 3000), 2);
    assert_close(s.noise_edge, edge, 0.03); /* median of 64 eigenvalues: 1/64 of the width of the bulk, 0.6 */
    for (size_t j = 1; j < 64; j++)
        assert_true(s.eigenvalues.v[j] <= s.eigenvalues.v[j - 1]);
    double trace = 0;
    for (size_t i = 0; i < data->n * data->d; i++)
        trace += (double)data->x[i] * data->x[i] / 2999; /* centred by the reader */
    assert_close_rel(s.trace, trace, 1e-6);              /* float32 values */
}

/* More dimensions than rows: the Gram matrix; the same spectrum as the transposed question. */
static void test_wide_data(void **state)
{
    (void)state;
    const sp_dataset *data;
    sp_data_spectrum s;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian,d=300,n=40", &raw, NULL, &data), SP_OK);
    assert_int_equal(sp_diffusion_spectrum(test_run(), data, &s), SP_OK);
    assert_int_equal(s.eigenvalues.n, 300);
    assert_true(s.eigenvalues.v[38] > 1 && s.eigenvalues.v[39] < 1e-10 && s.eigenvalues.v[299] == 0);
    assert_int_equal(s.n_resolved, 0);
}

static void test_three_regimes(void **state)
{
    (void)state;
    const sp_dataset *data;
    sp_diffusion_times_result r;
    sp_diffusion_times_detail detail;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian-mixture,d=16,n=1000,mu2=1", &raw, NULL, &data), SP_OK);
    sp_diffusion_times_params p = {
        .data = data, .queries = 600, .trajectories = 200, .steps = 100, .target_t = 0.15, .kappa = 1};
    run_times(&p, &r, &detail);
    assert_close(r.t_S_spectral, log(17) / 2, 5 * sqrt(2. / 1000) / 2);
    /* the criterion is t = 1/2 log |m|^2 for two clouds (spec 05, 3.1) */
    /* the error is that of the queries; the data's own means add 1/(|m| sqrt n) */
    assert_close(r.t_S_class, log(16) / 2, 5 * hypot(r.t_S_class_se, 1 / (4 * sqrt(1000))));
    assert_true(r.t_S_class_se < 0.1);
    assert_int_equal(detail.n_pairs, 1);
    /* spec 07, 4: exact phi_C = 1/2 at .300 for one cloud of 1000; two clouds are n/2 each */
    sp_diffusion_exact_result exact;
    assert_int_equal(sp_diffusion_exact(test_run(),
                                        &(sp_diffusion_exact_params){.n = 500, .d = 16, .data_var = 1, .class_fraction = 1},
                                        &exact),
                     SP_OK);
    assert_close(r.t_C_phi, exact.t_C_phi, 6 * r.t_C_phi_se);
    assert_true(r.t_C_phi_se < 0.02);
    assert_close(r.t_C_traj, r.t_C_phi, 0.12); /* another definition: the mean of a broad law, above its median */
    assert_close(r.t_C_traj_median, r.t_C_phi, 0.06);
    assert_int_equal(detail.n_regimes, 3);
    assert_close(detail.regimes[1].t_from, r.t_S_spectral, 0);
    assert_close(detail.regimes[1].t_to, r.t_C_phi, 0);
    assert_true(detail.n_answers >= 5);
    /* at the target, n_target samples of this covariance have the information log n */
    assert_close(r.log_n_target_spectral, sp_gaussian_information(detail.spectrum.eigenvalues, 0.15), 0);
    assert_true(r.n_target_measured > 1000);
}

static void test_spectrum_alone(void **state)
{
    (void)state;
    double lambda[32];
    for (int j = 0; j < 32; j++)
        lambda[j] = j >= 24 ? 4 : 0.5; /* in any order */
    sp_diffusion_times_result r;
    sp_diffusion_times_detail detail;
    sp_diffusion_times_params p = {.spectrum = {32, lambda}, .n = 5000, .queries = 2, .kappa = 1, .schedule = "cosine:100"};
    run_times(&p, &r, &detail);
    assert_close(r.t_C_spectral, .464922480, 5.1e-10);
    assert_close(r.t_S_spectral, log(4) / 2, 1e-15);
    assert_int_equal(r.n_speciating, 8);
    assert_int_equal(detail.custom.steps, 100);
    assert_true(isnan(r.t_C_phi));
}

static void test_bad_input(void **state)
{
    (void)state;
    sp_diffusion_times_result r;
    sp_diffusion_times_detail detail;
    const float constant[8] = {1, 2, 1, 2, 1, 2, 1, 2};
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(test_run(), constant, SP_FLOAT32, 4, 2, NULL, &raw, NULL, &data), SP_OK);
    sp_diffusion_times_params p = {.data = data, .queries = 10, .kappa = 1};
    assert_int_equal(sp_diffusion_times(test_run(), &p, &r, &detail), SP_DATA);
    p.data = NULL;
    assert_int_equal(sp_diffusion_times(test_run(), &p, &r, &detail), SP_USAGE);
    p.data = data;
    p.schedule = "0.1,1.5";
    assert_int_equal(sp_diffusion_times(test_run(), &p, &r, &detail), SP_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_spectrum_of_data), SP_TEST(test_wide_data), SP_TEST(test_three_regimes),
                                       SP_TEST(test_spectrum_alone), SP_TEST(test_bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
