#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

static void test_times_of_noise(void **state)
{
    (void)state;
    for (double t = 1e-6; t < 20; t *= 1.7) {
        assert_close_rel(sp_time_of_log_snr(sp_log_snr(t)), t,
                         1e-9); /* log1p(exp) of -log(expm1): a few ulp of the larger exponent */
        assert_close_rel(sp_time_of_sigma(sp_sigma_of_time(t)), t, 1e-13);
        assert_close(exp(-2 * t) / sp_noise_variance(t), exp(sp_log_snr(t)), 1e-12 * exp(sp_log_snr(t)));
    }
    assert_close_rel(sp_time_of_log_snr(sp_log_snr(500)), 500, 1e-14);
}

/* spec 07, 7.5 */
static void test_linear_schedule(void **state)
{
    (void)state;
    sp_noise_schedule linear;
    assert_int_equal(sp_noise_schedule_create(test_run(), "linear", &linear), SP_OK);
    assert_int_equal(linear.steps, 1000);
    assert_close(linear.t[999], 5.058856771, 5e-10);
    const double lambda[] = {7.66, 16.72, 3.05, 12.11, 60.52}, step[] = {446, 526, 329, 495, 635};
    for (int i = 0; i < 5; i++)
        assert_close(sp_noise_schedule_step(&linear, log(lambda[i]) / 2), step[i], 0);
    assert_close(sp_noise_schedule_step(&linear, 0), 0, 0);
    assert_true(isnan(sp_noise_schedule_step(&linear, 6)));
}

static void test_cosine_schedule(void **state)
{
    (void)state;
    sp_noise_schedule cosine;
    assert_int_equal(sp_noise_schedule_create(test_run(), "cosine:500", &cosine), SP_OK);
    assert_int_equal(cosine.steps, 500);
    /* alpha_bar telescopes while beta is not clipped */
    double f0 = cos(0.008 / 1.008 * M_PI_2), f = cos((250.0 / 500 + 0.008) / 1.008 * M_PI_2);
    assert_close(exp(-2 * cosine.t[249]), f * f / (f0 * f0), 1e-12);
}

static void test_bad_schedules(void **state)
{
    (void)state;
    sp_noise_schedule s;
    const char *bad[] = {"linear:0:0.02:100", "linear:1e-4:1:100", "linear:1e-4:0.02:1",
                         "linear:a",          "cosine:x",          "cosine:1.5",
                         "0.1,1.5",           "0.1,-0.1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(sp_noise_schedule_create(test_run(), bad[i], &s), SP_OK);
    assert_int_equal(sp_noise_schedule_create(test_run(), "0.1,0.2", &s), SP_OK);
    assert_close(s.t[1], -(log(0.9) + log(0.8)) / 2, 1e-15);
}

static void test_sampler_times(void **state)
{
    (void)state;
    double *t;
    assert_int_equal(sp_sampler_times(test_run(), 6, 50, &t), SP_OK);
    assert_close(t[0], 6, 0);
    assert_close(t[49], 1e-4, 0);
    assert_close(t[50], 0, 0);
    for (int k = 1; k < 49; k++)
        assert_close(sp_log_snr(t[k + 1]) - sp_log_snr(t[k]), sp_log_snr(t[1]) - sp_log_snr(t[0]), 1e-9);
    assert_int_equal(sp_sampler_times(test_run(), 0, 50, &t), SP_USAGE);
    assert_int_equal(sp_sampler_times(test_run(), 6, 1, &t), SP_USAGE);
    assert_close(sp_sampler_start(1024), log(102400) / 2, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_times_of_noise), SP_TEST(test_linear_schedule),
                                       SP_TEST(test_cosine_schedule), SP_TEST(test_bad_schedules),
                                       SP_TEST(test_sampler_times)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
