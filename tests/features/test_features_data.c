/* The path from rows to learning curves, on Gaussian rows whose truth is known. */
#include "features_test.h"

#include "spinodal/command.h"

#include <math.h>

enum { ROWS = 4000, D = 40 };
static float x_[ROWS * D];
static int32_t label_[ROWS];

/* Blocks of variance 4 and .5 (20 % and 80 % of the directions), labels sign(theta.x) with 10 % flips. */
static const sp_dataset *rows_with_labels(void)
{
    double theta[D];
    sp_rng rng = sp_rng_at(test_run(), "rows", 0);
    for (int j = 0; j < D; j++)
        theta[j] = sp_normal(&rng) * (j < D / 5 ? 2 : 1);
    for (int i = 0; i < ROWS; i++) {
        double nu = 0;
        for (int j = 0; j < D; j++) {
            x_[i * D + j] = (float)(sp_normal(&rng) * sqrt(j < D / 5 ? 4 : 0.5));
            nu += theta[j] * (double)x_[i * D + j];
        }
        label_[i] = (nu > 0) == (sp_uniform(&rng) > 0.1);
    }
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(test_run(), x_, SP_FLOAT32, ROWS, D, label_,
                                            &(sp_data_options){.scale = "variance"}, NULL, &data),
                     SP_OK);
    return data;
}

static void spectrum_and_rank(void **state)
{
    (void)state;
    sp_features_data data;
    assert_int_equal(sp_features_data_open(test_run(), rows_with_labels(), &(sp_features_data_options){0}, &data), SP_OK);
    assert_int_equal(data.n_directions, D);
    assert_non_null(data.label);
    double c[] = {4, .5}, weight[] = {.2, .8};
    sp_population q = {2, c, weight, c};
    assert_close_rel(data.rank, D * sp_population_rank(&q), 0.05);
    double mean = 0;
    for (int k = 0; k < D; k++)
        mean += data.spectrum[k] / D;
    assert_close(mean, 1, 1e-6);
    /* a linear fit of sign labels with flips explains (1 - 2 .1)^2 2/pi of the variance; debiased, so no p/n left over */
    assert_close(1 - data.linear_noise_var / data.target_var, 0.64 * 2 / M_PI, 0.03);
}

static void theory_matches_training_on_subsamples(void **state)
{
    (void)state;
    enum { P = 60 };
    sp_features_data data;
    sp_features_map map;
    sp_activation s = activation("tanh");
    assert_int_equal(sp_features_data_open(test_run(), rows_with_labels(), &(sp_features_data_options){0}, &data), SP_OK);
    assert_int_equal(sp_features_data_map(test_run(), &data, &s, P, 0, &map), SP_OK);
    sp_covariate regression, sign;
    assert_int_equal(sp_features_map_covariate(test_run(), &data, &map, P, SP_TARGET_NUMBER, 0, &regression), SP_OK);
    assert_int_equal(sp_features_map_covariate(test_run(), &data, &map, P, SP_TARGET_SIGN, 0.1, &sign), SP_OK);
    double ridges[] = {0.05, 0.5};
    static const size_t sizes[] = {30, 120};
    for (int i = 0; i < 2; i++) {
        sp_features_data_measured m[2];
        assert_int_equal(sp_features_data_measure(test_run(), &data, &map, P, sizes[i], (sp_vec){2, ridges}, NULL, 16, m),
                         SP_OK);
        for (int k = 0; k < 2; k++) {
            sp_covariate_ridge r;
            sp_covariate_ridge_solve(&regression, (double)sizes[i], ridges[k], &r);
            assert_measured(m[k].test, r.test, 0.03);
            assert_measured(m[k].train, r.train, 0.05);
        }
        sp_loss loss;
        sp_classifier c;
        assert_int_equal(sp_loss_open(test_run(), "logistic", &loss), SP_OK);
        assert_int_equal(sp_covariate_classify(test_run(), &sign, (double)sizes[i], ridges[1], &loss, 0.1, NULL, &c), SP_OK);
        assert_int_equal(
            sp_features_data_measure(test_run(), &data, &map, P, sizes[i], (sp_vec){1, &ridges[1]}, &loss, 16, m), SP_OK);
        assert_true(m[0].converged);
        assert_measured(m[0].test_err, c.test_err_noisy, 0.03);
        assert_measured(m[0].test, c.test_loss, 0.03);
    }
    sp_features_best best;
    assert_int_equal(sp_covariate_tune(test_run(), &regression, 60, 60.0 * P / (D * D), 1e-6, 1e3, &best), SP_OK);
    sp_covariate_ridge at, near;
    sp_covariate_ridge_solve(&regression, 60, best.ridge, &at);
    sp_covariate_ridge_solve(&regression, 60, best.ridge * 1.1, &near);
    assert_true(at.test <= near.test && !best.at_edge);
}

/* On Gaussian rows the route by the spectrum of the inputs agrees with the one by the drawn features. */
static void both_routes_agree_on_gaussian_rows(void **state)
{
    (void)state;
    enum { P = 80 };
    sp_features_data data;
    sp_features_map map;
    sp_activation s = activation("tanh");
    sp_population q;
    assert_int_equal(sp_features_data_open(test_run(), rows_with_labels(), &(sp_features_data_options){0}, &data), SP_OK);
    assert_int_equal(sp_features_data_population(test_run(), &data, &q), SP_OK);
    sp_features_point p = {P / (double)D, 1.5, 0.05, data.linear_noise_var, s.mu1, s.mu_star2};
    sp_features_ridge spectrum;
    sp_features_ridge_solve(&p, &q, &spectrum);
    double mean = 0;
    for (uint64_t draw = 0; draw < 4; draw++) {
        sp_covariate g;
        sp_covariate_ridge r;
        assert_int_equal(sp_features_data_map(test_run(), &data, &s, P, draw, &map), SP_OK);
        assert_int_equal(sp_features_map_covariate(test_run(), &data, &map, P, SP_TARGET_NUMBER, 0, &g), SP_OK);
        sp_covariate_ridge_solve(&g, 1.5 * D, 0.05, &r);
        mean += r.test / 4;
    }
    assert_close_rel(mean, spectrum.test + data.linear_noise_var, 0.03); /* draws of 80 features at d = 40 */
}

/* Three classes as three indicators: their squared errors add up, in theory and in training. */
static void several_classes(void **state)
{
    (void)state;
    enum { P = 50 };
    rows_with_labels();
    for (int i = 0; i < ROWS; i++)
        label_[i] = x_[i * D] > 1 ? 2 : x_[i * D + 1] > 0;
    const sp_dataset *data;
    sp_features_data all;
    sp_features_map map;
    sp_covariate g;
    sp_activation s = activation("relu");
    assert_int_equal(sp_dataset_from_memory(test_run(), x_, SP_FLOAT32, ROWS, D, label_, NULL, NULL, &data), SP_OK);
    assert_int_equal(sp_features_data_open(test_run(), data, &(sp_features_data_options){0}, &all), SP_OK);
    assert_int_equal(all.n_targets, 3);
    assert_int_equal(sp_features_data_map(test_run(), &all, &s, P, 0, &map), SP_OK);
    assert_int_equal(sp_features_map_covariate(test_run(), &all, &map, P, SP_TARGET_NUMBER, 0, &g), SP_OK);
    double ridge = 0.1;
    sp_features_data_measured m;
    sp_covariate_ridge r;
    sp_covariate_ridge_solve(&g, 80, ridge, &r);
    assert_int_equal(sp_features_data_measure(test_run(), &all, &map, P, 80, (sp_vec){1, &ridge}, NULL, 12, &m), SP_OK);
    assert_measured(m.test, r.test, 0.03);
    assert_measured(m.train, r.train, 0.05);
    assert_true(m.test_err.mean > 0.05 && m.test_err.mean < 0.6);
}

static void unusable_targets_are_refused(void **state)
{
    (void)state;
    sp_run *run = test_run();
    const sp_dataset *data = rows_with_labels();
    sp_features_data out;
    sp_dataset broken = *data;
    broken.label = NULL;
    broken.target = NULL;
    assert_int_equal(sp_features_data_open(run, &broken, &(sp_features_data_options){0}, &out), SP_DATA);
    for (int i = 0; i < ROWS; i++)
        label_[i] = i % 3;
    assert_int_equal(sp_dataset_from_memory(run, x_, SP_FLOAT32, ROWS, D, label_, NULL, NULL, &data), SP_OK);
    assert_int_equal(sp_features_data_open(run, data, &(sp_features_data_options){.parity = true}, &out), SP_OK);
    assert_int_equal(sp_features_data_open(run, data, &(sp_features_data_options){.regression = true}, &out), SP_OK);
    assert_null(out.label);
    assert_int_equal(sp_features_data_open(run, data, &(sp_features_data_options){.parity = true, .regression = true}, &out),
                     SP_USAGE);
    for (int i = 0; i < ROWS; i++)
        label_[i] = 0;
    assert_int_equal(sp_dataset_from_memory(run, x_, SP_FLOAT32, ROWS, D, label_, NULL, NULL, &data), SP_OK);
    assert_int_equal(sp_features_data_open(run, data, &(sp_features_data_options){.parity = true}, &out), SP_DATA);
}

/* The command, and bad options, through the general entry. */
static void command_on_a_generated_sample(void **state)
{
    (void)state;
    sp_result *result;
    const char *good[] = {"data=gen:gaussian-mixture,d=20,n=400,seed=1",
                          "p=30,60",
                          "n=20,40",
                          "simulate=2",
                          "route=both",
                          "loss=square,logistic"};
    assert_int_equal(sp_call(test_run(), "features.data", NULL, 6, good, &result), SP_OK);
    double best;
    assert_true(sp_result_converged(result));
    assert_true(sp_result_number(result, "best_test", &best) && best > 0 && best < 1);
    assert_int_equal(sp_table_rows(sp_result_find_table(result, "map")), 4);
    assert_int_equal(sp_table_rows(sp_result_find_table(result, "losses")), 4);
    assert_int_equal(sp_result_warnings(result) > 0, 1); /* effective rank below 50 on the spectrum route */
    sp_result_free(result);
    static const char *const bad[][3] = {
        {"n=500", "p=30", "ridge=1"}, {"n=20", "p=30.5", "ridge=1"}, {"ridge=1", "ridge_paper=1", "p=3"}};
    for (int i = 0; i < 3; i++) {
        const char *args[] = {good[0], bad[i][0], bad[i][1], bad[i][2]};
        assert_int_equal(sp_call(test_run(), "features.data", NULL, 4, args, &result), SP_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(spectrum_and_rank),
                                       SP_TEST(theory_matches_training_on_subsamples),
                                       SP_TEST(both_routes_agree_on_gaussian_rows),
                                       SP_TEST(several_classes),
                                       SP_TEST(unusable_targets_are_refused),
                                       SP_TEST(command_on_a_generated_sample)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
