#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

#include <string.h>

static const double tiny[] = {0, 0, 1, 0, 0, 2};

static const sp_dataset *tiny_data(const int32_t *label)
{
    static const sp_data_options raw = {.scale = "none", .keep_mean = true};
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(test_run(), tiny, SP_FLOAT64, 3, 2, label, &raw, NULL, &data), SP_OK);
    return data;
}

/* spec 07, 7.4 */
static void test_three_points(void **state)
{
    (void)state;
    double at[] = {0.5, 0.5};
    sp_posterior_list out;
    sp_diffusion_posterior_params p = {.data = tiny_data(NULL), .at = {2, at}, .t = 0.5, .top = 10};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_OK);
    assert_int_equal(out.n, 1);
    assert_int_equal(out.top, 3);
    assert_close(out.point[0].log_density, -1.7671015379, 5.1e-11);
    const double weight[] = {.33081140, .39954195, .26964665};
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        assert_close(out.weight[k], weight[out.index[k]], 5.1e-9);
        sum += out.weight[k] * out.weight[k];
    }
    assert_close(out.point[0].N_eff, 1 / sum, 1e-12);
    assert_close(out.score[0], -.40762091, 5.1e-9);
    assert_close(out.score[1], -.27352706, 5.1e-9);
}

static double log_density(double x, double y, double t)
{
    double at[] = {x, y};
    sp_posterior_list out;
    sp_diffusion_posterior_params p = {.data = tiny_data(NULL), .at = {2, at}, .t = t, .top = 0};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_OK);
    return out.point[0].log_density;
}

/* score = gradient of log density; the density is normalised */
static void test_gradient(void **state)
{
    (void)state;
    double at[] = {-0.3, 1.1}, h = 1e-4;
    sp_posterior_list out;
    sp_diffusion_posterior_params p = {.data = tiny_data(NULL), .at = {2, at}, .t = 0.2, .top = 0};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_OK);
    /* central differences: h^2 times the third derivative, plus 1e-15/h */
    assert_close(out.score[0], (log_density(-0.3 + h, 1.1, 0.2) - log_density(-0.3 - h, 1.1, 0.2)) / (2 * h), 1e-6);
    assert_close(out.score[1], (log_density(-0.3, 1.1 + h, 0.2) - log_density(-0.3, 1.1 - h, 0.2)) / (2 * h), 1e-6);
    double sum = 0, step = 0.25; /* of Gaussians of width sqrt(Delta) = 0.57: trapezoid error e^{-2 pi^2 0.33/0.0625} */
    for (double x = -5; x <= 6; x += step)
        for (double y = -5; y <= 7; y += step)
            sum += exp(log_density(x, y, 0.2)) * step * step;
    assert_close(sum, 1, 1e-10);
}

static void test_labels(void **state)
{
    (void)state;
    const int32_t label[] = {0, 1, 1};
    double at[] = {0.5, 0.5, 0.1, 1.9};
    sp_posterior_list out;
    sp_diffusion_posterior_params p = {.data = tiny_data(label), .at = {4, at}, .t = 0.5, .top = 2};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_OK);
    assert_int_equal(out.n, 2);
    assert_int_equal(out.n_classes, 2);
    assert_close(out.class_weight[0], .33081140, 5.1e-9);
    assert_close(out.class_weight[0] + out.class_weight[1], 1, 1e-14);
    assert_int_equal(out.index[2], 2); /* the point near (0, 2) */
}

static void test_refusals(void **state)
{
    (void)state;
    double at[] = {1, 2, 3};
    sp_posterior_list out;
    sp_diffusion_posterior_params p = {.data = tiny_data(NULL), .at = {3, at}, .t = 0.5, .top = 2};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_USAGE);
    p.at = (sp_vec){0};
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_USAGE);
    p.at = (sp_vec){2, at};
    p.t = 0;
    assert_int_equal(sp_diffusion_posterior(test_run(), &p, &out), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_three_points), SP_TEST(test_gradient), SP_TEST(test_labels),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
