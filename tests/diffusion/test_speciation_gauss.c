/* Gaussian classes: closed forms, quadrature, simulation and U-turns (spec 05, 3.1, 3.2, 3.5, 3.6). */
#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

#include "spinodal/speciation.h"

#include <string.h>

static void isotropic(size_t d, sp_gaussian_classes *c)
{
    static const double variances[2] = {1.5, 0.5};
    sp_gaussian_classes_params p = {.d = d, .data_var = {2, variances}};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, c), SP_OK);
}

static void test_speciation_times(void **state)
{
    (void)state;
    static const struct {
        size_t d;
        double t12, t21, leading, phi, p1, p2;
    } known[] = {{100, .609706982, .656505210, .631432161, .790488135, .842241957, .863905750},
                 {1000, 1.199797025, 1.214693323, 1.207078434, .779950875, .841428056, .848532529},
                 {10000, 1.780384523, 1.785098226, 1.782724708, .776695538, .841352893, .843623395}};
    for (int i = 0; i < 3; i++) {
        sp_gaussian_classes c;
        double t12, t21, posterior[4], correct[2];
        bool exact;
        isotropic(known[i].d, &c);
        assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 0, 1, 1, &t12), SP_OK);
        assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 1, 0, 1, &t21), SP_OK);
        assert_close(t12, known[i].t12, 6e-10); /* nine digits are given */
        assert_close(t21, known[i].t21, 6e-10);
        assert_close(sp_gaussian_leading_time(&c, 0, 1, 1), known[i].leading, 6e-10);
        assert_int_equal(sp_gaussian_agreement_exact(test_run(), &c, t12, posterior, correct, &exact), SP_OK);
        assert_true(exact);
        assert_close((posterior[0] + posterior[3]) / 2, known[i].phi, 1e-9);
        assert_close(correct[0], known[i].p1, 1e-9);
        assert_close(correct[1], known[i].p2, 1e-9);
        assert_close(posterior[0] + posterior[1], 1, 1e-11); /* the density has relative error d 1e-16 */
        assert_false(sp_gaussian_mean_driven(&c, 0, 1, t12));
    }
    assert_close(sp_speciation_agreement(2), 0.7752002454, 5e-11);
    assert_close(sp_speciation_attribution(2), .8413447461, 5e-11);
}

static void test_means(void **state)
{
    (void)state;
    static const double one[2] = {1, 1}, side[2] = {32, -32};
    sp_gaussian_classes_params p = {.d = 1024, .data_var = {2, one}, .mean = {2, side}};
    sp_gaussian_classes c;
    double t;
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_OK);
    assert_close(sp_gaussian_classes_dimension(&c), 1024, 0);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 0, 1, 1, &t), SP_OK);
    assert_close(t, log(1024) / 2, 1e-10);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 0, 1, 2, &t), SP_OK); /* kappa: separation 2, not 1 */
    assert_close(t, log(1024 / 4.) / 2, 1e-10);
    assert_close(sp_gaussian_leading_time(&c, 0, 1, 2), log(1024 / 4.) / 2, 1e-12);
    /* equal classes never separate */
    static const double nowhere[2] = {1, 1};
    p.mean = (sp_vec){2, nowhere};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_OK);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 0, 1, 1, &t), SP_OK);
    assert_true(isnan(t));
}

static void test_broad_spectra(void **state)
{
    (void)state;
    static const double one[2] = {1, 1}, power[2] = {0.5, 1};
    sp_gaussian_classes_params p = {.d = 512, .data_var = {2, one}, .power = {2, power}};
    sp_gaussian_classes c;
    double t;
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_OK);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 0, 1, 1, &t), SP_OK);
    assert_close(t, 1.078475568, 6e-10);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &c, 1, 0, 1, &t), SP_OK);
    assert_close(t, .788210887, 6e-10);
    assert_close(sp_gaussian_leading_time(&c, 0, 1, 1), 1.645, 5e-4);
}

/* Full covariances against the diagonal formula in a rotated frame, and against their own simulation. */
static void test_covariances(void **state)
{
    (void)state;
    static const double variances[2] = {1, 1}, spectrum[4] = {2, 0.5, 0.7, 1.4}, mean[4] = {1, 0.5, -1, -0.5};
    double cosine = cos(0.7), sine = sin(0.7), covariance[8], turned[4];
    for (int k = 0; k < 2; k++) {
        double a = spectrum[2 * k], b = spectrum[2 * k + 1];
        covariance[4 * k] = a * cosine * cosine + b * sine * sine;
        covariance[4 * k + 1] = covariance[4 * k + 2] = (a - b) * cosine * sine;
        covariance[4 * k + 3] = a * sine * sine + b * cosine * cosine;
        turned[2 * k] = cosine * mean[2 * k] - sine * mean[2 * k + 1];
        turned[2 * k + 1] = sine * mean[2 * k] + cosine * mean[2 * k + 1];
    }
    sp_gaussian_classes_params straight = {.d = 2, .data_var = {2, variances}, .mean = {4, mean}, .spectrum = {4, spectrum}},
                               rotated = {
                                   .d = 2, .data_var = {2, variances}, .mean = {4, turned}, .covariance = {8, covariance}};
    sp_gaussian_classes a, b;
    assert_int_equal(sp_gaussian_classes_create(test_run(), &straight, &a), SP_OK);
    assert_int_equal(sp_gaussian_classes_create(test_run(), &rotated, &b), SP_OK);
    double D[2], S[2], t[2], times[2] = {0.2, 0.7};
    assert_int_equal(sp_gaussian_ratio(test_run(), &a, 0, 1, 0.4, &D[0], &S[0]), SP_OK);
    assert_int_equal(sp_gaussian_ratio(test_run(), &b, 0, 1, 0.4, &D[1], &S[1]), SP_OK);
    assert_close_rel(D[1], D[0], 1e-12);
    assert_close_rel(S[1], S[0], 1e-12);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &a, 0, 1, 0.5, &t[0]), SP_OK);
    assert_int_equal(sp_gaussian_pair_time(test_run(), &b, 0, 1, 0.5, &t[1]), SP_OK);
    assert_close(t[1], t[0], 1e-10);
    sp_class_tree tree;
    sp_class_agreement m[2];
    double t_sym[4] = {0, t[0], t[0], 0};
    assert_int_equal(sp_class_tree_create(test_run(), 2, t_sym, &tree), SP_OK);
    assert_int_equal(sp_gaussian_agreement_simulate(test_run(), &b, &tree, 4000, (sp_vec){2, times}, m), SP_OK);
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++) {
            size_t l = 1 - k;
            const sp_class_curve *c = &m[i].curve[k * 2 + l];
            assert_int_equal(sp_gaussian_ratio(test_run(), &a, k, l, times[i], &D[0], &S[0]), SP_OK);
            assert_close(c->D, D[0], 5 * c->D_se);
            assert_close(c->S, S[0], 5 * c->S_se);
        }
}

static void test_hierarchy(void **state)
{
    (void)state;
    static const double variances[4] = {1.5, 0.5, 1.5, 0.5}, mean[4] = {16, 16, -16, -16};
    static const double t[8] = {.8, 1.2, 1.6, 2, 2.4, 2.77, 3.2, 4},
                        phi[8] = {.9832, .7830, .5884, .5089, .4501, .3884, .3273, .2698},
                        sup[8] = {1, 1, .9991, .9771, .8922, .7754, .6543, .5397};
    sp_gaussian_classes_params p = {.d = 1024, .data_var = {4, variances}, .mean = {4, mean}};
    sp_gaussian_classes c;
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_OK);
    double t_sym[16];
    for (size_t k = 0; k < 4; k++)
        for (size_t l = 0; l < 4; l++) {
            double kl = 0, lk = 0;
            if (k != l) {
                assert_int_equal(sp_gaussian_pair_time(test_run(), &c, k, l, 1, &kl), SP_OK);
                assert_int_equal(sp_gaussian_pair_time(test_run(), &c, l, k, 1, &lk), SP_OK);
            }
            t_sym[k * 4 + l] = (kl + lk) / 2;
        }
    sp_class_tree tree;
    size_t group[4];
    const char *newick, *const names[4] = {"a", "b", "c", "d"};
    assert_int_equal(sp_class_tree_create(test_run(), 4, t_sym, &tree), SP_OK);
    assert_close(tree.merge[0].height, 1.213, 0.001);
    assert_close(tree.merge[2].height, 2.772, 0.001);
    assert_int_equal(tree.merge[2].size, 4);
    sp_class_tree_cut(&tree, 2, group);
    assert_true(group[0] == 0 && group[1] == 0 && group[2] == 1 && group[3] == 1);
    assert_int_equal(sp_class_tree_newick(test_run(), &tree, names, &newick), SP_OK);
    assert_int_equal(strncmp(newick, "((a:", 4), 0);
    sp_class_agreement m[8];
    assert_int_equal(sp_gaussian_agreement_simulate(test_run(), &c, &tree, 10000, (sp_vec){8, t}, m), SP_OK);
    for (int i = 0; i < 8; i++) {
        double posterior[16], correct[4], exact = 0, exact_sup = 0;
        bool known;
        assert_int_equal(sp_gaussian_agreement_exact(test_run(), &c, t[i], posterior, correct, &known), SP_OK);
        for (int k = 0; k < 4; k++)
            for (int l = 0; l < 4; l++) {
                exact += k == l ? posterior[4 * k + l] / 4 : 0;
                exact_sup += k / 2 == l / 2 ? posterior[4 * k + l] / 4 : 0;
            }
        assert_close(exact, phi[i], 4 * 6e-4); /* the table's error */
        assert_close(exact_sup, sup[i], 4 * 6e-4);
        assert_close(m[i].super[4], exact, 5 * m[i].super_se[4]);
        /* a mean of values nearly all 1: the error bar misses the rare ones */
        assert_close(m[i].super[2], exact_sup, 5 * m[i].super_se[2] + 1e-5);
    }
}

static void test_uturn(void **state)
{
    (void)state;
    static const double variances[2] = {1.5, 0.5}, t[2] = {0.4, 0.9};
    sp_gaussian_classes_params p = {.d = 40, .data_var = {2, variances}};
    sp_gaussian_classes c;
    sp_uturn u[4];
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_OK);
    assert_int_equal(sp_gaussian_uturn(test_run(), &c, 500, 200, (sp_vec){2, t}, u), SP_OK);
    for (int i = 0; i < 2; i++) {
        double posterior[4], correct[2];
        bool known;
        assert_int_equal(sp_gaussian_agreement_exact(test_run(), &c, t[i], posterior, correct, &known), SP_OK);
        for (int k = 0; k < 2; k++) {
            assert_close(u[2 * i + k].phi_posterior, posterior[3 * k], 5 * u[2 * i + k].phi_posterior_se);
            /* 0.02: classes of 40 coordinates overlap at t = 0 (attribution .997), and the ancestral steps lose 1/n of the
             * variance of the end */
            assert_close(u[2 * i + k].phi_end, posterior[3 * k], 5 * u[2 * i + k].phi_end_se + 0.02);
        }
    }
}

static void test_bad_classes(void **state)
{
    (void)state;
    static const double variances[2] = {1.5, 0.5}, three[3] = {1, 2, 3}, weights[2] = {1, -1},
                        skew[8] = {1, 0.5, 0.1, 1, 1, 0, 0, 1}, indefinite[8] = {1, 2, 2, 1, 1, 0, 0, 1};
    sp_gaussian_classes c;
    sp_gaussian_classes_params good = {.d = 2, .data_var = {2, variances}}, p = good;
    p.mean = (sp_vec){3, three};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
    p = good;
    p.weights = (sp_vec){2, weights};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
    p = good;
    p.power = (sp_vec){2, variances};
    p.spectrum = (sp_vec){3, three};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
    p = good;
    p.covariance = (sp_vec){8, skew};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
    p.covariance = (sp_vec){8, indefinite};
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
    p = good;
    p.data_var.n = 1;
    assert_int_equal(sp_gaussian_classes_create(test_run(), &p, &c), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_speciation_times), SP_TEST(test_means),     SP_TEST(test_broad_spectra),
                                       SP_TEST(test_covariances),      SP_TEST(test_hierarchy), SP_TEST(test_uturn),
                                       SP_TEST(test_bad_classes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
