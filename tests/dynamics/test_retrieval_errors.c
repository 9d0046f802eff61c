/* Errors of one set of measurements against the scatter over many, and weights of measurements. */
#include "test.h"

#include "close.h"

#include "dynamics/retrieval_descent.h"
#include "math/statistics.h"

#include <string.h>

static const sp_retrieval_loss regular = {SP_RETRIEVAL_REGULARISED, 1};

/* At a random start the labels of other measurements are independent draws of the same law. */
static void test_bootstrap(void **state)
{
    (void)state;
    enum { N = 100, M = 400, INSTANCES = 60, RESAMPLES = 200 };
    sp_moments margin = {0}, edge = {0}, mu = {0}, lambda = {0}, lambda_error = {0};
    static retrieval_resample sample[RESAMPLES];
    sp_moments b_margin = {0}, b_edge = {0}, b_mu = {0};
    for (uint64_t i = 0; i < INSTANCES; i++) {
        sp_mark mark = sp_memory_mark(test_run());
        measurements m;
        retrieval_descent d;
        label_law law;
        sp_retrieval_spectrum s;
        double lowest[2], errors[2];
        bool converged;
        assert_int_equal(measurements_create(test_run(), N, M, i, &m), SP_OK);
        assert_int_equal(retrieval_descent_create(test_run(), &m, &regular, 1, true, false, 0, i, &d), SP_OK);
        assert_int_equal(retrieval_descent_law(test_run(), &d, 0, &law), SP_OK);
        label_spectrum(&law, (double)M / N, &s);
        sp_moments_add(&margin, s.margin), sp_moments_add(&edge, s.edge), sp_moments_add(&mu, d.mu[0]);
        assert_int_equal(retrieval_descent_lowest(test_run(), &d, 0, lowest, errors, NULL, &converged), SP_OK);
        sp_moments_add(&lambda, lowest[0]), sp_moments_add(&lambda_error, errors[0]);
        if (i < 10) { /* the error itself differs between instances */
            assert_int_equal(retrieval_descent_resample(test_run(), &d, 0, &law, RESAMPLES, sample), SP_OK);
            sp_moments of[3] = {{0}};
            for (size_t b = 0; b < RESAMPLES; b++) {
                sp_moments_add(&of[0], sample[b].spectrum.margin);
                sp_moments_add(&of[1], sample[b].spectrum.edge);
                sp_moments_add(&of[2], sample[b].mu);
            }
            sp_moments_add(&b_margin, sp_moments_sd(&of[0]));
            sp_moments_add(&b_edge, sp_moments_sd(&of[1]));
            sp_moments_add(&b_mu, sp_moments_sd(&of[2]));
        }
        sp_memory_release(test_run(), mark);
    }
    /* the sd over 60 instances is known to 1/sqrt(120) = 9 %; 4 of them, and heavy tails (z has a fourth moment only just)
     */
    assert_close(b_margin.mean / sp_moments_sd(&margin), 1, 0.4);
    assert_close(b_edge.mean / sp_moments_sd(&edge), 1, 0.4);
    assert_close(b_mu.mean / sp_moments_sd(&mu), 1, 0.4);
    /* to first order, with the vector held: the lowest eigenvalue also adapts to its measurements */
    assert_close(lambda_error.mean / sp_moments_sd(&lambda), 1, 0.5);
}

static void test_one_instance(void **state)
{
    (void)state;
    sp_retrieval_track_params p = {.loss = regular,
                                   .samples_per_dim = 3,
                                   .t_max = 5,
                                   .N = 150,
                                   .instances = 1,
                                   .per_decade = 4,
                                   .project_signal = true,
                                   .eigenpairs = true};
    sp_retrieval_track one, again;
    assert_int_equal(sp_retrieval_follow(test_run(), &p, &one), SP_OK);
    const sp_retrieval_moment *m = &one.moment[one.n / 2];
    assert_true(m->margin.se > 0 && m->edge.se > 0 && m->edge_sphere.se > 0 && m->mu.se > 0 && m->lambda_1.se > 0);
    assert_close(m->edge_sphere.value, m->edge.value + m->mu.value, 1e-12);
    assert_true(one.t_bbp.se > 0 && one.t_bbp.se < one.t_bbp.value);
    sp_run *single = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    assert_int_equal(sp_retrieval_follow(single, &p, &again), SP_OK);
    assert_memory_equal(one.moment, again.moment, one.n * sizeof *one.moment);
    sp_run_free(single);
}

/* A row of weight 2 is a row given twice. */
static void test_weights(void **state)
{
    (void)state;
    enum { N = 16, M = 50, TWICE = 20 };
    measurements m, twice;
    retrieval_descent d, e;
    assert_int_equal(measurements_create(test_run(), N, M, 0, &m), SP_OK);
    static float x[(M + TWICE) * N];
    static double y2[M + TWICE], y[M + TWICE], weight[M];
    memcpy(x, m.x, sizeof(float) * M * N), memcpy(x + M * N, m.x, sizeof(float) * TWICE * N);
    memcpy(y2, m.y2, sizeof(double) * M), memcpy(y2 + M, m.y2, sizeof(double) * TWICE);
    memcpy(y, m.y, sizeof(double) * M), memcpy(y + M, m.y, sizeof(double) * TWICE);
    for (size_t k = 0; k < M; k++)
        weight[k] = k < TWICE ? 2 : 1;
    twice = m;
    twice.M = M + TWICE, twice.x = x, twice.y2 = y2, twice.y = y;
    m.weight = weight;
    assert_int_equal(retrieval_descent_create(test_run(), &m, &regular, 1, false, false, 0, 0, &d), SP_OK);
    assert_int_equal(retrieval_descent_create(test_run(), &twice, &regular, 1, false, false, 0, 0, &e), SP_OK);
    assert_close(d.energy[0], e.energy[0], 1e-12 * e.energy[0]);
    for (size_t i = 0; i < N; i++)
        assert_close(d.force[i], e.force[i], 1e-10);
    double a[2], b[2];
    bool converged;
    assert_int_equal(retrieval_descent_lowest(test_run(), &d, 0, a, NULL, NULL, &converged), SP_OK);
    assert_int_equal(retrieval_descent_lowest(test_run(), &e, 0, b, NULL, NULL, &converged), SP_OK);
    assert_close(a[0], b[0], 1e-8 * fabs(b[0]));
}

/* One measurement in six is wrong: without weights nothing fits, without the wrong ones everything. */
static void test_weighted_data(void **state)
{
    (void)state;
    enum { N = 16, M = 160 };
    measurements m;
    assert_int_equal(measurements_create(test_run(), N, M, 3, &m), SP_OK);
    static double y2[M], weight[M];
    for (size_t k = 0; k < M; k++) {
        weight[k] = k % 6 ? 1 : 0;
        y2[k] = weight[k] > 0 ? m.y2[k] : 5;
    }
    sp_array ax = {.x = m.x, .type = SP_FLOAT32, .n = M, .d = N}, ay = {.x = y2, .type = SP_FLOAT64, .n = M, .d = 1},
             aw = {.x = weight, .type = SP_FLOAT64, .n = M, .d = 1},
             as = {.x = m.signal, .type = SP_FLOAT64, .n = N, .d = 1};
    assert_int_equal(sp_run_attach(test_run(), "x", &ax), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "y", &ay), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "w", &aw), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "s", &as), SP_OK);
    sp_retrieval_data_params p = {
        .x = "mem:x", .intensities = "mem:y", .planted = "mem:s", .weights = "", .loss = regular, .t_max = 100, .starts = 4};
    sp_retrieval_data_result r;
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_OK);
    assert_int_equal(r.recovered, 0);
    assert_true(r.margin_start_se > 0 && r.edge_start_se > 0 && r.lambda_1_se > 0);
    p.weights = "mem:w";
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_OK);
    assert_true(r.recovered > 0);
    assert_close(r.overlap, 1, 1e-5);
    weight[3] = -1;
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "row 4 is negative"));
}

/* All eigenvalues: the lowest two are those of Lanczos, the density is that of the labels. */
static void test_spectrum(void **state)
{
    (void)state;
    enum { N = 200, M = 800, BINS = 20 };
    measurements m;
    retrieval_descent d;
    double all[N - 1], lowest[2];
    bool converged;
    assert_int_equal(measurements_create(test_run(), N, M, 4, &m), SP_OK);
    assert_int_equal(retrieval_descent_create(test_run(), &m, &regular, 1, false, false, 0, 0, &d), SP_OK);
    assert_int_equal(retrieval_descent_eigenvalues(test_run(), &d, 0, all), SP_OK);
    assert_int_equal(retrieval_descent_lowest(test_run(), &d, 0, lowest, NULL, NULL, &converged), SP_OK);
    for (size_t k = 0; k < 2; k++) /* single precision of products whose largest eigenvalue is about 50 */
        assert_close(all[k], lowest[k], 1e-7 * 50 * sqrt(M));

    sp_retrieval_track_params p = {.loss = regular, .samples_per_dim = 4, .t_max = 1, .N = N, .instances = 16};
    double at[] = {0, 1};
    size_t n;
    sp_retrieval_bin *bin;
    assert_int_equal(sp_retrieval_histogram(test_run(), &p, (sp_vec){2, at}, BINS, &n, &bin), SP_OK);
    assert_int_equal(n, 2 * BINS);
    for (size_t t = 0; t < 2; t++) {
        double width = bin[t * BINS + 1].lambda - bin[t * BINS].lambda, found = 0, theory = 0, chi2 = 0;
        for (size_t b = 0; b < BINS; b++) {
            const sp_retrieval_bin *x = &bin[t * BINS + b];
            found += x->density.value * width;
            theory += x->density_theory * width;
            if (b > 0 && x->density.se > 0) /* the first bin holds outliers, which are not of the bulk */
                chi2 += pow((x->density.value - x->density_theory) / x->density.se, 2);
        }
        assert_close(found, 0.98, 1.0 / (N - 1));
        assert_close(theory, 0.98, 0.01); /* smoothing, outliers, and 2 % +- 1/sqrt(64) of it beyond */
        assert_true(chi2 < 3 * BINS);     /* Student's law of 15 degrees has variance 1.15 */
    }
    p.N = 5000;
    assert_int_equal(sp_retrieval_histogram(test_run(), &p, (sp_vec){2, at}, BINS, &n, &bin), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_spectrum), SP_TEST(test_bootstrap), SP_TEST(test_one_instance),
                                       SP_TEST(test_weights), SP_TEST(test_weighted_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
