/* Counting and descending: exact means against closed forms and counts, completeness, files of tensors, threads. */
#include "test.h"

#include "close.h"

#include "landscape/random_landscape.h"
#include "landscape/risk_instance.h"
#include "landscape/sphere_descent.h"
#include "landscape/sphere_points.h"
#include "data/tensor_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sp_landscape_model spin(size_t p, size_t k, double r)
{
    sp_landscape_model model = sp_landscape_model_default();
    model.p = p;
    model.k = k;
    model.r = r;
    return model;
}

static void exact_means(void **state)
{
    (void)state;
    sp_index_count total, index[8];
    sp_landscape_model p3 = spin(3, 0, 0), p4 = spin(4, 0, 0);
    /* closed forms without signal; Monte Carlo: 5 standard errors */
    assert_int_equal(sp_landscape_exact_mean(test_run(), &p3, 2, 40000, 60, &total, NULL), SP_OK);
    assert_close(total.mean, 2 * sqrt(7), 5 * total.se);
    assert_int_equal(sp_landscape_exact_mean(test_run(), &p3, 3, 40000, 60, &total, index), SP_OK);
    assert_close(total.mean, 10.5523597412, 5 * total.se);
    assert_close(index[0].mean + index[1].mean + index[2].mean, total.mean, 1e-9 * total.mean);
    /* Morse: minima - saddles + maxima = 2 on the two-sphere */
    assert_close(index[0].mean - index[1].mean + index[2].mean, 2, 5 * (index[0].se + index[1].se + index[2].se));
    assert_int_equal(sp_landscape_exact_mean(test_run(), &p4, 2, 40000, 60, &total, NULL), SP_OK);
    assert_close(total.mean, 2 * sqrt(10), 5 * total.se);
    /* the spec's Monte Carlo, with both errors */
    static const struct {
        size_t N, k;
        double r, mean, se;
    } v[] = {{4, 3, 0, 18.81, .05}, {4, 1, 1, 8.67, .04}, {4, 2, 1, 17.51, .08}, {5, 3, 2, 29.30, .18}};
    for (size_t i = 0; i < 4; i++) {
        sp_landscape_model m = spin(3, v[i].k, v[i].r);
        assert_int_equal(sp_landscape_exact_mean(test_run(), &m, v[i].N, 40000, 60, &total, NULL), SP_OK);
        assert_close(total.mean, v[i].mean, 5 * hypot(total.se, v[i].se));
    }
    assert_int_equal(sp_landscape_exact_mean(test_run(), &p3, 1, 100, 60, &total, NULL), SP_USAGE);
}

static void counts_meet_the_exact_mean(void **state)
{
    (void)state;
    sp_landscape_count_params p = {
        .model = spin(3, 2, 1), .N = 4, .instances = 60, .starts = 60, .samples = 40000, .nodes = 60};
    sp_landscape_count_result r;
    sp_point_instances list;
    assert_int_equal(sp_landscape_count(test_run(), &p, &r, &list), SP_OK);
    assert_true(fabs(r.counts.difference_sigmas) < 5);
    assert_close(r.counts.minima, r.counts.minima_exact, 5 * hypot(r.counts.minima_se, r.counts.minima_exact_se));
    assert_close(r.counts.euler_failures, 0, 0);
    assert_close(r.counts.stable_share, 1, 0);
    /* mixed landscapes go through the same formula, with the variance of the radial derivative xi'(1) + xi''(1) */
    p.model = sp_landscape_model_default();
    p.model.xi = "0.5*q^2+0.25*q^3";
    p.model.signal = "0.4*m^2";
    p.N = 3;
    assert_int_equal(sp_landscape_count(test_run(), &p, &r, &list), SP_OK);
    assert_true(fabs(r.counts.difference_sigmas) < 5);
    p.instances = 1;
    assert_int_equal(sp_landscape_count(test_run(), &p, &r, &list), SP_USAGE);
    p.N = 40;
    assert_int_equal(sp_landscape_count(test_run(), &p, &r, &list), SP_USAGE);
}

static void risk_counts_meet_the_exact_mean(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        double alpha;
        size_t d;
        double mean, se;
    } v[] = {{"sin(2*y)", 2, 2, 6.13, .03},  {"sin(2*y)", 2, 3, 15.37, .12},    {"cos(2*y)", 2, 3, 15.50, .13},
             {"sin(2*y)", 2, 4, 35.21, .41}, {"sin(2*y)+y", 5, 2, 5.223, .027}, {"sin(2*y)+y", 5, 3, 10.61, .09}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        sp_risk_model m = {.loss = v[i].loss, .samples_per_dim = v[i].alpha};
        sp_index_count total;
        assert_int_equal(sp_risk_exact_mean(test_run(), &m, v[i].d, 20000, &total, NULL), SP_OK);
        assert_close(total.mean, v[i].mean, 5 * hypot(total.se, v[i].se));
    }
    sp_risk_count_params p = {
        .model = {.loss = "sin(2*y)", .samples_per_dim = 2}, .d = 3, .instances = 40, .samples = 20000};
    sp_risk_count_result r;
    sp_point_instances list;
    assert_int_equal(sp_risk_count(test_run(), &p, &r, &list), SP_OK);
    assert_true(fabs(r.counts.difference_sigmas) < 5);
    assert_close(r.counts.minima, r.counts.minima_exact, 5 * hypot(r.counts.minima_se, r.counts.minima_exact_se));
    assert_close(r.counts.euler_failures, 0, 0);
    assert_true(r.counts.gap > 0);
    p.model.samples_per_dim = 2.1;
    assert_int_equal(sp_risk_count(test_run(), &p, &r, &list), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "whole number"));
}

/* Gradient and Hessian of both objectives against central differences. */
static void derivatives(void **state)
{
    (void)state;
    enum { N = 5 };
    sp_landscape_model model = sp_landscape_model_default();
    model.xi = "0.2*q+0.5*q^2+0.25*q^4";
    model.signal = "0.4*m^2+0.1*m^3";
    gaussian_landscape g;
    random_landscape l;
    risk_loss loss = {0};
    risk_instance instance;
    sp_risk_model risk = {.loss = "sin(2*y)*s+y^2*s^2/4"};
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    assert_int_equal(random_landscape_create(test_run(), &g, N, "test", 0, &l), SP_OK);
    assert_int_equal(risk_loss_create(test_run(), &risk, &loss), SP_OK);
    assert_int_equal(risk_instance_create(test_run(), &loss, 7, N, "test", 0, &instance), SP_OK);
    const struct {
        sphere_function f;
        void *context;
    } objectives[] = {{random_landscape_evaluate, &l}, {risk_instance_evaluate, &instance}};
    for (size_t k = 0; k < 2; k++) {
        double x[N] = {0.4, -0.7, 1.1, 0.2, -0.3}, g0[N], h0[N * N], high, low, g1[N], g2[N], h[N * N], value, step = 1e-5;
        assert_int_equal(objectives[k].f(test_run(), objectives[k].context, x, &value, g0, h0), SP_OK);
        for (size_t i = 0; i < N; i++) {
            double keep = x[i];
            x[i] = keep + step;
            assert_int_equal(objectives[k].f(test_run(), objectives[k].context, x, &high, g1, h), SP_OK);
            x[i] = keep - step;
            assert_int_equal(objectives[k].f(test_run(), objectives[k].context, x, &low, g2, h), SP_OK);
            x[i] = keep;
            assert_close(g0[i], (high - low) / (2 * step), 1e-8);
            for (size_t j = 0; j < N; j++)
                assert_close(h0[i * N + j], (g1[j] - g2[j]) / (2 * step), 1e-8);
        }
    }
    double v, g1[N];
    assert_int_equal(random_landscape_gradient(test_run(), &l, (double[N]){1, 2, 3, 4, 5}, &v, g1), SP_OK);
    double value, g0[N], h0[N * N];
    assert_int_equal(random_landscape_evaluate(test_run(), &l, (double[N]){1, 2, 3, 4, 5}, &value, g0, h0), SP_OK);
    assert_close(v, value, 1e-9 * fabs(value));
}

/* E h(s) h(s') = N xi(q), over instances. */
static void covariance_of_instances(void **state)
{
    (void)state;
    enum { N = 4, R = 4000 };
    sp_landscape_model model = sp_landscape_model_default();
    model.xi = "0.3*q^2+0.5*q^3";
    gaussian_landscape g;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    double a[N] = {2, 0, 0, 0}, b[N] = {1, sqrt(3), 0, 0}, gradient[N], ab = 0, ab2 = 0;
    for (size_t i = 0; i < R; i++) {
        random_landscape l;
        double x, y;
        sp_mark mark = sp_memory_mark(test_run());
        assert_int_equal(random_landscape_create(test_run(), &g, N, "covariance", i, &l), SP_OK);
        l.v = NULL;
        assert_int_equal(random_landscape_gradient(test_run(), &l, a, &x, gradient), SP_OK);
        assert_int_equal(random_landscape_gradient(test_run(), &l, b, &y, gradient), SP_OK);
        ab += x * y / R;
        ab2 += x * y * x * y / R;
        sp_memory_release(test_run(), mark);
    }
    assert_close(ab, N * (0.3 * 0.25 + 0.5 * 0.125), 5 * sqrt((ab2 - ab * ab) / R));
}

static void descent_ends_in_minima(void **state)
{
    (void)state;
    sp_landscape_points_params p = {.model = spin(3, 0, 0),
                                    .tensor = "",
                                    .signal_vector = "",
                                    .N = 50,
                                    .instances = 4,
                                    .starts = 2,
                                    .tolerance = 1e-7,
                                    .bins = 24,
                                    .time = 20,
                                    .dt = 0.05};
    sp_landscape_points_result r;
    sp_landscape_found_list list, again;
    assert_int_equal(sp_landscape_points(test_run(), &p, &r, &list), SP_OK);
    assert_int_equal(r.minima, 8);
    assert_true(r.gradient_max <= 1e-7 * sqrt(50));
    /* finite N: 1/N corrections of a few */
    assert_close(r.bulk_variance, 3, 0.3);
    for (size_t i = 0; i < list.n; i++) {
        assert_close(list.v[i].mu, -3 * list.v[i].energy, 1e-6);
        assert_true(list.v[i].ks < 0.15);
    }
    /* same bits for one thread */
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    assert_int_equal(sp_landscape_points(one, &p, &r, &again), SP_OK);
    for (size_t i = 0; i < list.n; i++)
        assert_memory_equal(&list.v[i].energy, &again.v[i].energy, sizeof(double));
    sp_run_free(one);
    p.method = SP_LANDSCAPE_NEWTON;
    assert_int_equal(sp_landscape_points(test_run(), &p, &r, &list), SP_USAGE);
    p.N = 3;
    p.instances = 2;
    p.starts = 40;
    assert_int_equal(sp_landscape_points(test_run(), &p, &r, &list), SP_OK);
    assert_true(list.n >= 4 && r.minima >= 2);
}

static void gradient_flow_follows_the_descent(void **state)
{
    (void)state;
    sp_landscape_points_params p = {.model = spin(3, 3, 4),
                                    .tensor = "",
                                    .signal_vector = "",
                                    .N = 30,
                                    .instances = 2,
                                    .starts = 1,
                                    .tolerance = 1e-3,
                                    .bins = 24,
                                    .method = SP_LANDSCAPE_FLOW,
                                    .time = 2,
                                    .dt = 0.02};
    sp_landscape_points_result early, late;
    sp_landscape_found_list list;
    assert_int_equal(sp_landscape_points(test_run(), &p, &early, &list), SP_OK);
    p.time = 20;
    assert_int_equal(sp_landscape_points(test_run(), &p, &late, &list), SP_OK);
    assert_true(late.energy_mean < early.energy_mean && late.gradient_max < early.gradient_max);
}

/* A tensor written as an array and as a list gives the same points; asymmetric and malformed files are refused. */
static void tensors_from_files(void **state)
{
    (void)state;
    enum { N = 3 };
    char text[64], array[64], signal[64];
    snprintf(text, sizeof text, "/tmp/spinodal_tensor_%d.txt", (int)getpid());
    snprintf(array, sizeof array, "/tmp/spinodal_tensor_%d.npy", (int)getpid());
    snprintf(signal, sizeof signal, "/tmp/spinodal_signal_%d.txt", (int)getpid());
    double t[N][N][N];
    FILE *list = fopen(text, "w"), *npy = fopen(array, "w");
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++) {
                int a = i < j ? (j < k ? k : j) : (i < k ? k : i), c = i < j ? (i < k ? i : k) : (j < k ? j : k);
                t[i][j][k] = sin(1.0 + i + j + k + 3 * a * c);
                if (i <= j && j <= k)
                    fprintf(list, "%d %d %d %.17g\n", i, j, k, t[i][j][k]);
            }
    char header[128];
    int length =
        snprintf(header, sizeof header, "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d, %d), }", N, N, N);
    while ((length + 11) % 64)
        header[length++] = ' ';
    header[length++] = '\n';
    fprintf(npy, "\x93NUMPY%c%c%c%c", 1, 0, length % 256, length / 256);
    fwrite(header, 1, (size_t)length, npy);
    fwrite(t, sizeof t, 1, npy);
    fclose(list);
    fclose(npy);
    FILE *v = fopen(signal, "w");
    fprintf(v, "1\n2\n2\n");
    fclose(v);

    sp_landscape_points_params p = {.model = spin(3, 0, 0),
                                    .tensor = text,
                                    .signal_vector = signal,
                                    .starts = 40,
                                    .instances = 1,
                                    .method = SP_LANDSCAPE_NEWTON,
                                    .tolerance = 1e-6,
                                    .bins = 16};
    sp_landscape_points_result a, b;
    sp_landscape_found_list from_text, from_array;
    assert_int_equal(sp_landscape_points(test_run(), &p, &a, &from_text), SP_OK);
    p.tensor = array;
    if (sp_landscape_points(test_run(), &p, &b, &from_array) != SP_OK)
        fail_msg("%s", sp_run_message(test_run()));
    assert_int_equal(a.N, N);
    assert_int_equal(from_text.n, from_array.n);
    for (size_t i = 0; i < from_text.n; i++) {
        assert_close(from_text.v[i].energy, from_array.v[i].energy, 1e-12);
        assert_true(fabs(from_text.v[i].m) <= 1);
    }
    assert_true(a.kernel_var_estimate > 0);

    t[0][1][2] += 1;
    npy = fopen(array, "r+");
    fseek(npy, -(long)sizeof t, SEEK_END);
    fwrite(t, sizeof t, 1, npy);
    fclose(npy);
    assert_int_equal(sp_landscape_points(test_run(), &p, &b, &from_array), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "not symmetric"));
    p.symmetrise = true;
    assert_int_equal(sp_landscape_points(test_run(), &p, &b, &from_array), SP_OK);
    p.model.p = 4;
    assert_int_equal(sp_landscape_points(test_run(), &p, &b, &from_array), SP_DATA);
    p.tensor = "/nonexistent.npy";
    assert_int_equal(sp_landscape_points(test_run(), &p, &b, &from_array), SP_DATA);
    unlink(text);
    unlink(array);
    unlink(signal);
}

static void risk_points_meet_the_theory(void **state)
{
    (void)state;
    sp_risk_points_params p = {
        .model = {.loss = "sin(2*y)", .samples_per_dim = 3}, .d = 60, .starts = 12, .tolerance = 1e-8, .bins = 24};
    sp_risk_points_result r;
    sp_risk_found_list list;
    assert_int_equal(sp_risk_points(test_run(), &p, &r, &list), SP_OK);
    assert_int_equal(r.minima, 12);
    assert_true(r.isotropic);
    /* minima are not the typical points of that risk, and d = 60: the theory is a guide to 15 % of the Hessian's mean */
    assert_close_rel(r.lambda_mean.measured, r.lambda_mean.theory, 0.15);
    double mass = 0, theory = 0;
    for (size_t b = 0; b < list.n_bins; b++) {
        mass += list.preactivation[b].measured * 8 / 24;
        theory += list.preactivation[b].theory * 8 / 24;
    }
    assert_close(mass, 1, 1e-3); /* |y| > 4 */
    assert_close(theory, 1, 1e-3);
    p.model.loss = "(y^2-s^2)^2/2";
    assert_int_equal(sp_risk_points(test_run(), &p, &r, &list), SP_OK);
    assert_true(isnan(r.t.theory) && fabs(list.v[0].overlap) <= 1 + 1e-7);
    p.method = SP_RISK_NEWTON;
    assert_int_equal(sp_risk_points(test_run(), &p, &r, &list), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(exact_means),
                                       SP_TEST(counts_meet_the_exact_mean),
                                       SP_TEST(risk_counts_meet_the_exact_mean),
                                       SP_TEST(derivatives),
                                       SP_TEST(covariance_of_instances),
                                       SP_TEST(descent_ends_in_minima),
                                       SP_TEST(gradient_flow_follows_the_descent),
                                       SP_TEST(tensors_from_files),
                                       SP_TEST(risk_points_meet_the_theory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
