/* Convex losses: proximal maps, saddle point, separability, fixed covariances; reference values of spec 17, section 7. */
#include "features_test.h"

#include "features/convex_fit.h"

static sp_loss loss_of(const char *text)
{
    sp_loss loss;
    assert_int_equal(sp_loss_open(test_run(), text, &loss), SP_OK);
    return loss;
}

static void logistic_prox_references(void **state)
{
    (void)state;
    static const double u[] = {-2, 0, .5, 3}, V[] = {.5, 5};
    static const double want[] = {-1.58504134, .22232347,  .6693241,   3.02319448,
                                  .22273125,   1.17750526, 1.45000443, 3.1964901};
    sp_loss loss = loss_of("logistic");
    double z, dz;
    for (int i = 0; i < 8; i++) {
        sp_loss_prox(&loss, u[i % 4], V[i / 4], &z, &dz);
        assert_close(z, want[i], 6e-9);
    }
}

/* z is the root of z - u + V l'(z), dz its slope, and the value of the objective there is not above that of its neighbours.
 */
static void prox_minimises(void **state)
{
    (void)state;
    static const char *const names[] = {"square",           "logistic",   "hinge",    "sqhinge",
                                        "log(1+exp(-3*m))", "max(0,1-m)", "abs(1-m)", "max(0,1-m)^2/2"};
    for (size_t k = 0; k < 8; k++) {
        sp_loss loss = loss_of(names[k]);
        for (double V = 1e-3; V < 2e5; V *= 7)
            for (double u = -30; u < 5; u += 0.37) {
                double z, dz, z2, dz2, h = 1e-6;
                sp_loss_prox(&loss, u, V, &z, &dz);
                double here = (z - u) * (z - u) / (2 * V) + sp_loss_value(&loss, z);
                for (int side = -1; side <= 1; side += 2) {
                    double other = z + side * 1e-4 * (1 + fabs(z));
                    assert_true(here <= (other - u) * (other - u) / (2 * V) + sp_loss_value(&loss, other) +
                                            1e-12 * (1 + fabs(here)));
                }
                sp_loss_prox(&loss, u + h, V, &z2, &dz2);
                if (fabs(dz - dz2) < 1e-3) /* no kink between */
                    assert_close((z2 - z) / h, dz, 1e-3);
                assert_true(dz >= 0 && dz <= 1);
            }
    }
}

typedef struct {
    const char *loss, *activation;
    double psi1, psi2, ridge, phi, rx, rb, flip, V, Q, M, test_err, train_loss, train_err;
} reference;
static const reference rows[] = {
    {"square", "relu", 2, 1, .1, .1, 10, 10, .1, 2.48374188, .590430246, .502929601, .272870771, .0390716411, 1.24193791e-4},
    /* training error: spec 17 has .0262638565, from a quadrature cut at u = -V; the jump is at u = -V/2. Adaptive
     * integration of the same integrand at these V, Q, M (SciPy's quad to 1e-14) gives .0255628807. */
    {"logistic", "relu", 2, 1, .1, .1, 10, 10, .1, 3.87918805, 2.41084028, 1.20355051, .217679336, .243373851, .0255628807},
    {"hinge", "tanh", 1, 2, .1, .1, 10, .1, 0, .71884624, 1.38895186, .706504334, .295375989, .285305587, .106123485},
    {"sqhinge", "tanh", 1, 2, .1, .1, 10, .1, 0, .577519923, .593063576, .479779899, .28591168, .157585214, .0730030393},
    {"logistic", "relu", 10, 1, .1, .01, 100, 100, 0, 20.3281072, 47.6474136, 6.84260062, .0420382123, .0272616738, 0},
    {"square", "relu", 10, 1, .1, .01, 100, 100, 0, 14.9707975, .73027173, .782388748, .131758665, 9.44381498e-4, 0},
    {"logistic", "relu", 10, 1, .1, .01, 1, 1, 0, 23.4842348, 3.26487336, 1.16888145, .276065016, .0783519256, 0},
    {"square", "relu", 10, 1, .1, .01, 1, 1, 0, 18.7741818, .444914249, .42577872, .279625204, 9.78815804e-4, 0}};

static sp_classifier classify(const reference *w, const char *loss_text, sp_features_point *p_out, sp_population *q_out)
{
    sp_activation s = activation(w->activation);
    sp_population q;
    assert_int_equal(sp_population_strong_weak(test_run(), w->phi, w->rx, w->rb, 1, &q), SP_OK);
    sp_features_point p = {w->psi1, w->psi2, w->ridge, 0, s.mu1, s.mu_star2};
    sp_loss loss = loss_of(loss_text);
    sp_classifier c;
    assert_int_equal(sp_features_classify(test_run(), &p, &q, &loss, w->flip, NULL, &c), SP_OK);
    assert_true(c.converged);
    if (p_out)
        *p_out = p;
    if (q_out)
        *q_out = q;
    return c;
}

static void saddle_point_references(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        sp_classifier c = classify(&rows[i], rows[i].loss, NULL, NULL);
        assert_close_rel(c.V, rows[i].V, 5e-9);
        assert_close_rel(c.Q, rows[i].Q, 5e-9);
        assert_close_rel(c.M, rows[i].M, 5e-9);
        assert_close_rel(c.test_err, rows[i].test_err, 5e-9);
        assert_close_rel(c.train_loss, rows[i].train_loss, 5e-9);
        assert_close(c.train_err, rows[i].train_err, rows[i].train_err * 5e-9 + 1e-15);
        assert_true(c.residual < 1e-11);
    }
    static const double norms[] = {1.16755, 2.15825, 4.96264, 2.36304};
    for (size_t i = 0; i < 4; i++)
        assert_close_rel(classify(&rows[i], rows[i].loss, NULL, NULL).weight_norm, norms[i], 5e-6);
}

static void own_expressions_equal_built_in_losses(void **state)
{
    (void)state;
    static const struct {
        size_t row;
        const char *own;
    } pairs[] = {{1, "log(1+exp(-m))"}, {2, "max(0,1-m)"}, {3, "0.5*max(0,1-m)^2"}};
    for (size_t i = 0; i < 3; i++) {
        sp_classifier a = classify(&rows[pairs[i].row], rows[pairs[i].row].loss, NULL, NULL),
                      b = classify(&rows[pairs[i].row], pairs[i].own, NULL, NULL);
        assert_close_rel(b.test_err, a.test_err, 1e-9);
        assert_close_rel(b.train_loss, a.train_loss, 1e-8);
        assert_close_rel(b.V, a.V, 1e-8);
    }
    /* the square loss through the saddle point instead of its closed form */
    sp_classifier closed = classify(&rows[0], "square", NULL, NULL), solved = classify(&rows[0], "0.5*(1-m)^2", NULL, NULL);
    assert_close_rel(solved.Q, closed.Q, 1e-10);
    assert_close_rel(solved.M, closed.M, 1e-10);
    assert_close_rel(solved.train_err, closed.train_err, 1e-8);
    assert_close_rel(solved.weight_norm, closed.weight_norm, 1e-10);
}

static void double_descent_curves(void **state)
{
    (void)state;
    static const double psi1[] = {.1, .3, .5, .7, .9, 1, 1.1, 1.5, 3, 10};
    static const struct {
        const char *loss;
        double r, err[10];
    } curves[] = {{"square", 1, {.46047, .43903, .43343, .43943, .45971, .47350, .45884, .41905, .37169, .33501}},
                  {"logistic", 1, {.46048, .43998, .44035, .42468, .41163, .40613, .40118, .38567, .35671, .32835}},
                  {"square", 100, {.18768, .23155, .28873, .34602, .41203, .44278, .41653, .34195, .26033, .20250}},
                  {"logistic", 100, {.18727, .25313, .27228, .25000, .23391, .22745, .22180, .20474, .17499, .14769}}};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < 10; i++) {
            reference w = {curves[k].loss, "relu", psi1[i], 1, 1e-4, .01, curves[k].r, curves[k].r, .1, 0, 0, 0, 0, 0, 0};
            assert_close(classify(&w, w.loss, NULL, NULL).test_err, curves[k].err[i], 6e-6);
        }
}

static void square_loss_without_ridge(void **state)
{
    (void)state;
    reference w = {"square", "relu", 3, 1, 0, .01, 100, 100, .1, 0, 0, 0, 0, 0, 0};
    sp_classifier limit = classify(&w, "square", NULL, NULL);
    w.ridge = 1e-11;
    sp_classifier near = classify(&w, "square", NULL, NULL);
    assert_true(isinf(limit.V) && limit.train_loss == 0 && limit.train_err == 0);
    assert_close_rel(near.test_err, limit.test_err, 1e-8);
}

static void separability_thresholds(void **state)
{
    (void)state;
    static const double want[][5] = {{1, 1, 1, .2062815, .4338637},      {1, 1, 2, .3557755, .7684336},
                                     {1, 1, 10, .7378391, 2.358463},     {100, .01, 1, .164698, .447335},
                                     {100, .01, 10, .6497219, 2.748853}, {100, 1, 1, .4640855, .346383},
                                     {100, 100, 1, .8581542, .1716113},  {100, 100, 10, .9669989, .8200329}};
    sp_activation s = activation("relu");
    for (size_t i = 0; i < 8; i++) {
        sp_population q;
        sp_separability t;
        assert_int_equal(sp_population_strong_weak(test_run(), .01, want[i][0], want[i][1], 1, &q), SP_OK);
        sp_features_point p = {1, want[i][2], 0, 0, s.mu1, s.mu_star2};
        assert_int_equal(sp_features_separability(test_run(), &p, &q, 0, &t), SP_OK);
        assert_true(t.converged);
        assert_close_rel(t.m, want[i][3], 5e-7);
        assert_close_rel(t.psi1, want[i][4], 5e-7);
        assert_close(t.psi1 / want[i][2], t.test_err, 1e-9); /* p/n at the threshold = test error there */
        assert_close(t.Q_out, 1, 1e-10);
    }
    /* both sides of the threshold, from the saddle point at small ridge: errors remain below, none above */
    sp_population q;
    sp_separability t;
    assert_int_equal(sp_population_strong_weak(test_run(), .1, 10, 10, 1, &q), SP_OK);
    sp_features_point p = {1, 1, 1e-6, 0, s.mu1, s.mu_star2};
    assert_int_equal(sp_features_separability(test_run(), &p, &q, 0.05, &t), SP_OK);
    sp_loss hinge = loss_of("logistic");
    sp_classifier below, above;
    p.psi1 = 0.9 * t.psi1;
    assert_int_equal(sp_features_classify(test_run(), &p, &q, &hinge, 0.05, NULL, &below), SP_OK);
    p.psi1 = 1.1 * t.psi1;
    assert_int_equal(sp_features_classify(test_run(), &p, &q, &hinge, 0.05, NULL, &above), SP_OK);
    assert_true(below.train_err > 5e-3 && above.train_err < 1e-6);
}

/* 1.4 % above the threshold with hardly any ridge |w| is huge and the iteration critical: still solved, from warm starts. */
static void close_to_the_threshold(void **state)
{
    (void)state;
    static const char *const names[] = {"logistic", "hinge", "sqhinge"};
    sp_activation s = activation("relu");
    sp_features_point p = {0.44, 1, 1e-9, 0, s.mu1, s.mu_star2};
    for (int i = 0; i < 3; i++) {
        sp_loss loss = loss_of(names[i]);
        sp_classifier c;
        assert_int_equal(sp_features_classify(test_run(), &p, &isotropic, &loss, 0, NULL, &c), SP_OK);
        assert_true(c.converged && c.residual < 1e-9 && c.Q > 1e4);
        assert_close(c.test_err, 0.4338637, 0.01); /* that of the threshold itself */
    }
}

static void covariate_references(void **state)
{
    (void)state;
    static const double five[] = {.5, .3, .2, .1, .05};
    double w[20], t[20], explained = 0;
    for (int i = 0; i < 20; i++) {
        w[i] = five[i % 5];
        t[i] = w[i] * w[i] * (1 - 0.9 * i / 19.0);
        explained += t[i] / w[i];
    }
    sp_covariate g = {20, w, t, explained + .1, false};
    sp_covariate_ridge r;
    sp_covariate_ridge_solve(&g, 15, .1, &r);
    assert_close_rel(g.rho, 2.83842105, 5e-9);
    assert_close_rel(r.V, 9.83618541, 5e-9);
    assert_close_rel(r.M, 2.18162406, 5e-9);
    assert_close_rel(r.Q, 2.23744057, 5e-9);
    assert_close_rel(r.test, .712613512, 5e-9);
    assert_close_rel(r.train, .00606877726, 5e-9);
    g.rho = explained;
    sp_loss loss = loss_of("logistic");
    sp_classifier c;
    assert_int_equal(sp_covariate_classify(test_run(), &g, 15, .1, &loss, 0, NULL, &c), SP_OK);
    assert_close_rel(c.V, 23.1351344, 5e-9);
    assert_close_rel(c.Q, 7.06924826, 5e-9);
    assert_close_rel(c.M, 3.11065523, 5e-9);
    assert_close_rel(c.test_err, .250051189, 5e-9);
    assert_close_rel(c.train_loss, .0703944595, 5e-9);
    /* no ridge, more rows than features: least squares, test = rho_unexplained n/(n - p) */
    g.rho = explained + 1;
    sp_covariate_ridge_solve(&g, 50, 0, &r);
    assert_close_rel(r.test, 50.0 / 30, 1e-12);
    sp_covariate_ridge_solve(&g, 20, 0, &r);
    assert_true(isinf(r.test));
}

/* Two Gaussian classes: closed form against the saddle point, and against direct training. */
static void two_classes(void **state)
{
    (void)state;
    enum { P = 60, N = 90, M = 4000, R = 10 };
    double w[P], t[P], mean[P];
    for (int i = 0; i < P; i++) {
        w[i] = 1.5 / (1 + i % 6);
        mean[i] = (i % 3 == 0) * 0.35;
        t[i] = mean[i] * mean[i];
    }
    sp_covariate g = {P, w, t, 1, true};
    sp_loss square = loss_of("square"), saddle = loss_of("0.5*(1-m)^2");
    sp_classifier a, b;
    assert_int_equal(sp_covariate_classify(test_run(), &g, N, 3, &square, 0, NULL, &a), SP_OK);
    assert_int_equal(sp_covariate_classify(test_run(), &g, N, 3, &saddle, 0, NULL, &b), SP_OK);
    assert_close_rel(b.M, a.M, 1e-9);
    assert_close_rel(b.Q, a.Q, 1e-9);
    assert_close_rel(b.train_loss, a.train_loss, 1e-9);
    assert_close_rel(b.weight_norm, a.weight_norm, 1e-9);
    static const char *const names[] = {"square", "logistic", "hinge"};
    static double z[N * P], y[N], v[P];
    for (int l = 0; l < 3; l++) {
        sp_loss loss = loss_of(names[l]);
        double errors[R], losses[R], se_e = 0, se_l = 0, mean_e = 0, mean_l = 0;
        assert_int_equal(sp_covariate_classify(test_run(), &g, N, 3, &loss, 0, NULL, &a), SP_OK);
        for (int r = 0; r < R; r++) {
            sp_rng rng = sp_rng_at(test_run(), "two classes", (uint64_t)r);
            for (int i = 0; i < N; i++) {
                y[i] = i % 2 ? 1 : -1;
                for (int j = 0; j < P; j++)
                    z[i * P + j] = y[i] * mean[j] + sqrt(w[j]) * sp_normal(&rng);
            }
            sp_convex_report report;
            assert_int_equal(sp_convex_fit(test_run(), &loss, N, P, z, y, 3, v, &report), SP_OK);
            assert_true(report.converged);
            double overlap = 0, width = 0;
            losses[r] = 0;
            for (int j = 0; j < P; j++) {
                overlap += v[j] * mean[j];
                width += v[j] * v[j] * w[j];
            }
            errors[r] = 0.5 * erfc(overlap / sqrt(2 * width)); /* exact given the weights */
            for (int i = 0; i < N; i++) {
                double f = 0;
                for (int j = 0; j < P; j++)
                    f += z[i * P + j] * v[j];
                losses[r] += sp_loss_value(&loss, y[i] * f) / N;
            }
            mean_e += errors[r] / R;
            mean_l += losses[r] / R;
        }
        for (int r = 0; r < R; r++) {
            se_e += pow(errors[r] - mean_e, 2) / (R * (R - 1));
            se_l += pow(losses[r] - mean_l, 2) / (R * (R - 1));
        }
        /* p = 60: corrections of order 1/p */
        assert_close(mean_e, a.test_err, 5 * sqrt(se_e) + 0.03 * a.test_err);
        assert_close(mean_l, a.train_loss, 5 * sqrt(se_l) + 0.03 * a.train_loss);
    }
}

static void direct_training_matches_theory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        sp_features_point p;
        sp_population q;
        sp_classifier c = classify(&rows[i], rows[i].loss, &p, &q);
        sp_activation s = activation(rows[i].activation);
        sp_loss loss = loss_of(rows[i].loss);
        sp_classifier_measured m;
        assert_int_equal(sp_features_classify_measure(test_run(), &p, &s, &q, &loss, rows[i].flip,
                                                      &(sp_features_trial){120, 10, 2000}, &m),
                         SP_OK);
        assert_true(m.converged);
        assert_measured(m.test_err, c.test_err, 0.03);
        assert_measured(m.test_loss, c.test_loss, 0.03);
        assert_measured(m.train_loss, c.train_loss, 0.03);
        assert_measured(m.weight_norm, c.weight_norm, 0.03);
        assert_close(m.train_err.mean, c.train_err, 5 * m.train_err.se + 0.002);
    }
}

static void bad_losses_are_refused(void **state)
{
    (void)state;
    sp_loss loss;
    assert_int_equal(sp_loss_open(test_run(), "m^3", &loss), SP_USAGE);
    assert_int_equal(sp_loss_open(test_run(), "huber", &loss), SP_USAGE);
    assert_int_equal(sp_loss_open(test_run(), "log(m)", &loss), SP_USAGE);
    sp_activation even = activation("abs"), s = activation("relu");
    sp_classifier c;
    sp_loss hinge = loss_of("hinge");
    sp_features_point p = {1, 1, 0.1, 0, even.mu1, even.mu_star2};
    assert_int_equal(sp_features_classify(test_run(), &p, &isotropic, &hinge, 0, NULL, &c), SP_USAGE);
    p = (sp_features_point){1, 1, 0, 0, s.mu1, s.mu_star2};
    assert_int_equal(sp_features_classify(test_run(), &p, &isotropic, &hinge, 0, NULL, &c), SP_USAGE);
    p.ridge = 0.1;
    assert_int_equal(sp_features_classify(test_run(), &p, &isotropic, &hinge, 0.5, NULL, &c), SP_USAGE);
    size_t n;
    const sp_loss *list;
    assert_int_equal(sp_losses_open(test_run(), "square,max(0,1-m),hinge", &n, &list), SP_OK);
    assert_int_equal(n, 3);
    assert_string_equal(list[1].name, "max(0,1-m)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SP_TEST(logistic_prox_references),       SP_TEST(prox_minimises),
        SP_TEST(saddle_point_references),        SP_TEST(own_expressions_equal_built_in_losses),
        SP_TEST(double_descent_curves),          SP_TEST(square_loss_without_ridge),
        SP_TEST(separability_thresholds),        SP_TEST(close_to_the_threshold),
        SP_TEST(covariate_references),           SP_TEST(two_classes),
        SP_TEST(direct_training_matches_theory), SP_TEST(bad_losses_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
