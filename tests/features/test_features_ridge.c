/* Closed theory of ridge regression on random features: reference values of spec 20 and 21, section 7, and two formulas that
 * share nothing with it. */
#include "features_test.h"

/* Mei and Montanari's rational form (spec 21, 3.7): isotropic inputs only. */
static double mei_montanari(double psi1, double psi2, double ridge_paper, double noise_var, double mu1, double mu_star2)
{
    double z = mu1 / sqrt(mu_star2), z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, s = sqrt(psi1 * psi2 * ridge_paper / mu_star2);
    double n1 = psi1 / s, n2 = psi2 / s;
    for (int i = 0; i < 20000; i++) {
        double m1 = psi1 / (s + n2 + z2 * n2 / (1 + z2 * n1 * n2)), m2 = psi2 / (s + n1 + z2 * n1 / (1 + z2 * n1 * n2));
        n1 += (m1 - n1) / 2;
        n2 += (m2 - n2) / 2;
    }
    double X = -n1 * n2, X2 = X * X, X3 = X2 * X, X4 = X3 * X, X5 = X4 * X, p1 = psi1, p2 = psi2;
    double E0 = -X5 * z6 + 3 * X4 * z4 + (p1 * p2 - p2 - p1 + 1) * X3 * z6 - 2 * X3 * z4 - 3 * X3 * z2 +
                (p1 + p2 - 3 * p1 * p2 + 1) * X2 * z4 + 2 * X2 * z2 + X2 + 3 * p1 * p2 * X * z2 - p1 * p2;
    double E1 = p2 * X3 * z4 - p2 * X2 * z2 + p1 * p2 * X * z2 - p1 * p2;
    double E2 =
        X5 * z6 - 3 * X4 * z4 + (p1 - 1) * X3 * z6 + 2 * X3 * z4 + 3 * X3 * z2 + (-p1 - 1) * X2 * z4 - 2 * X2 * z2 - X2;
    return E1 / E0 + noise_var * E2 / E0;
}

static void sum_of_the_terms_is_the_total_of_mei_and_montanari(void **state)
{
    (void)state;
    assert_close_rel(mei_montanari(2, 1.5, 1e-2, 0.25, activation("tanh").mu1, activation("tanh").mu_star2), 0.493595178,
                     2e-9);
    static const char *const names[] = {"relu", "tanh", "erf", "sign", "leaky:0.3"};
    static const double sizes[][2] = {{2, 1}, {0.5, 3}, {10, 1}, {1, 10}, {0.2, 0.3}, {3, 3}};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 6; j++)
            for (double ridge = 1e-3; ridge < 10; ridge *= 10) {
                sp_activation s = activation(names[i]);
                sp_features_ridge r = solve(names[i], sizes[j][0], sizes[j][1], ridge, 0.7);
                double total = mei_montanari(sizes[j][0], sizes[j][1], ridge, 0.7, s.mu1, s.mu_star2);
                /* the rational form loses digits to cancellation in E0 */
                assert_close_rel(r.bias + r.sampling + r.init + r.noise, total, 1e-9);
            }
}

/* Ridgeless limit for isotropic inputs (spec 21, 3.6). */
static void ridgeless_closed_form(void **state)
{
    (void)state;
    static const double sizes[][2] = {{3, 1.5}, {1, 1.5}, {10, 1}, {0.1, 2}, {2, 0.05}, {1.01, 1}, {1, 1.01}};
    static const char *const names[] = {"relu", "tanh", "sign"};
    for (size_t k = 0; k < 3; k++)
        for (size_t j = 0; j < 7; j++) {
            sp_activation s = activation(names[k]);
            double p = sizes[j][0], n = sizes[j][1], m = fmin(p, n), a = s.mu_star2, b = s.mu1 * s.mu1, t = a + b - m * b;
            double S = 2 * m / (t + sqrt(t * t + 4 * a * b * m)), u = b * S / (1 + b * S), e = u * u / n, noise_var = 2;
            sp_features_ridge r = solve(names[k], p, n, 0, noise_var);
            assert_close_rel(r.bias, (1 - u) * (1 - u), 1e-10);
            assert_close_rel(r.sampling, e * (1 - u) * (1 - u) / (1 - e), 1e-10);
            assert_close_rel(r.noise_shared, noise_var * e / (1 - e), 1e-10);
            assert_close_rel(r.M, u, 1e-10);
            if (p > n) {
                assert_close_rel(r.init, (1 - u) * n / (p - n), 1e-10);
                assert_close_rel(r.noise, noise_var * (e / (1 - e) + n / (p - n)), 1e-10);
                assert_true(r.A == 0 && r.train == 0 && isinf(r.V));
            }
            else {
                assert_close_rel(r.noise, noise_var * p / (n - p), 1e-10);
                assert_close_rel(r.bias + r.sampling + r.init, (1 - u) * n / (n - p), 1e-10);
                assert_close_rel(r.A, 1 - p / n, 1e-10);
            }
        }
}

static void small_ridge_approaches_the_ridgeless_limit(void **state)
{
    (void)state;
    sp_features_ridge limit = solve("relu", 3, 1.5, 0, 1), near = solve("relu", 3, 1.5, 1e-12, 1);
    assert_close_rel(near.test, limit.test, 1e-10);
    assert_close_rel(near.weight_norm, limit.weight_norm, 1e-10);
}

/* Linear activation: ordinary least squares (spec 20, 3.2). */
static void linear_activation_is_least_squares(void **state)
{
    (void)state;
    sp_features_ridge r = solve("linear", 3, 0.5, 0, 1);
    assert_close(r.noise, 1.2, 1e-12);
    assert_close(r.bias, 0.25, 1e-12);
    assert_close(r.sampling, 0.25, 1e-12);
    assert_close(r.init, 0.1, 1e-12);
    r = solve("linear", 3, 4, 0, 1);
    assert_close(r.noise, 1.0 / 3, 1e-12);
    assert_close(r.bias + r.sampling + r.init, 0, 1e-12);
    assert_true(isinf(solve("linear", 3, 1, 0, 1).test));
}

static void divergence_without_ridge_is_infinite(void **state)
{
    (void)state;
    sp_features_ridge r = solve("relu", 1.7, 1.7, 0, 0.5);
    assert_true(isinf(r.test) && isinf(r.init) && isinf(r.noise));
    assert_true(isfinite(r.bias) && isfinite(r.sampling) && isfinite(r.noise_shared));
    assert_true(r.train == 0);
    assert_true(isfinite(sp_features_ensemble(&r, INFINITY)));
    assert_true(isfinite(solve("relu", 1.7, 1.7, 1e-14, 0.5).test));
}

typedef struct {
    const char *name;
    double psi1, psi2, ridge, noise_var, V, M, Q, Q12, test, train, bias, sampling, init, noise;
} reference;

static void references_of_the_variance_paper(void **state)
{
    (void)state;
    static const reference rows[] = {{"relu", 2, 1, 1e-2, 1, 11.3661513, .522117587, 1.76719967, .732966327, 1.72296449,
                                      .0178062664, .228371601, .085587332, .348897834, 1.06010773},
                                     {"relu", 1, 1, 1e-1, 1, 1.17091046, .346603525, .949930671, .314961907, 1.25672362,
                                      .478844555, .426926954, .0582911992, .301167145, .470338324},
                                     {"relu", .5, 2, 1e-4, .25, .33321925, .324950372, .632994068, .144927452, .983093324,
                                      .693733705, .455692, .0253999074, .41872511, .0832763057},
                                     {"relu", 10, 10, 1e-3, .25, 2.76768706, .946269079, 1.27966443, .920296336, .38712627,
                                      .0448823786, .00288701191, .000283934524, .0826344359, .301320888},
                                     {"tanh", 2, 1.5, 1e-2, .25, 2.90656361, .80585665, 1.10530848, .86904926, .49359518,
                                      .04872443, .03769164, .02877649, .13315799, .29396906}};
    for (size_t i = 0; i < 5; i++) {
        const reference *w = &rows[i];
        sp_features_ridge r = solve(w->name, w->psi1, w->psi2, w->ridge, w->noise_var);
        /* half a unit of the last of nine digits, eight in the tanh row */
        double values[] = {r.V, r.M, r.Q, r.Q12, r.test, r.train, r.bias, r.sampling, r.init, r.noise},
               *want = (double *)&w->V;
        for (int k = 0; k < 10; k++)
            assert_close_rel(values[k], want[k], i == 4 ? 2e-7 : 5e-9);
    }
    sp_features_ridge r = solve("relu", 1, 1, 1e-1, 1);
    assert_close(sp_features_ensemble(&r, 2), .93923924, 1e-8);
    assert_close(sp_features_ensemble(&r, INFINITY), .621754857, 1e-9);
    assert_close(sp_features_divide(&r, 2), .841825288, 1e-9);
    r = solve("relu", 10, 10, 1e-3, .25);
    assert_close(sp_features_ensemble(&r, 10), .0636949875, 1e-10);
    assert_close(sp_features_divide(&r, 10), .0413109378, 1e-10);
    assert_close(solve("relu", 2, 1, 1e-2, 1).weight_norm, 5.08520152, 5e-9);
    double plateau = sp_features_ensemble(&(sp_features_ridge[]){solve("relu", 10, 1, 0, .5)}[0], INFINITY);
    assert_close(plateau, .5078072294, 1e-10);
    assert_close_rel(sp_features_ensemble(&(sp_features_ridge[]){solve("relu", 100, 1, 0, .5)}[0], INFINITY), plateau,
                     1e-12);
    assert_close(sp_features_ensemble(&(sp_features_ridge[]){solve("relu", 10, 2, 0, .5)}[0], INFINITY), .286228740, 1e-9);
    static const double init[][2] = {{2, .447892}, {8, .063986}, {32, .0144485}, {128, .0035268}, {512, .000876523}};
    for (int i = 0; i < 5; i++)
        assert_close_rel(solve("relu", init[i][0], 1, 1e-6, 1).init, init[i][1], 5e-6);
}

static void references_of_the_triple_descent_paper(void **state)
{
    (void)state;
    static const double psi2[] = {.1, .3, 1, 3, 10, 30, 100};
    static const struct {
        const char *name;
        double noise_var, test[7];
    } rows[] = {{"relu", 0, {.91773, .759075, .339553, .089457, .085805, .052108, .042105}},
                {"relu", .25, {.933858, .8078, .475378, .264472, .387126, .138841, .064295}},
                {"relu", 25, {2.530629, 5.631639, 13.922058, 17.59091, 30.217894, 8.725388, 2.261201}},
                {"tanh", 0, {.9098, .725984, .164253, .016382, .012861, .009938, .008729}},
                {"tanh", .25, {.935642, .815365, .527013, .203058, .15107, .061318, .023628}},
                {"tanh", 25, {3.49405, 9.664095, 36.440246, 18.683925, 13.833768, 5.147957, 1.49855}},
                {"abs", 0, {1.010095, 1.030874, 1.11036, 1.414588, 3.545067, 1.444866, 1.103963}}};
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++)
            assert_close(solve(rows[i].name, 10, psi2[j], 1e-3, rows[i].noise_var).test, rows[i].test[j], 6e-7);
    sp_features_ridge r = solve("tanh", 10, 1, 1e-3, 25);
    assert_close_rel(r.V, 104.908049, 1e-8);
    assert_close_rel(r.chi, 900.944215, 1e-8);
    assert_close_rel(r.weight_norm, 23.2867401, 1e-8);
    assert_close_rel(r.noise, 36.2759923, 1e-8);
    assert_close_rel(r.noise_shared, 33.6254, 1e-5);
    assert_close_rel(r.train, .00547765919, 1e-8);
    r = solve("tanh", 10, 10, 1e-3, 25);
    assert_close_rel(r.Q, 14.8032448, 1e-8);
    assert_close_rel(r.sampling, 2.50118951e-5, 1e-8);
    assert_close_rel(r.noise_shared, 2.68460214, 1e-8);
}

static void anisotropic_reference_and_merging_of_blocks(void **state)
{
    (void)state;
    static const double c[] = {10.0 / 3, 5.0 / 12}, weight[] = {.2, .8}, th2[] = {1, 1};
    sp_activation s = activation("relu");
    sp_features_point p = {3, 1.5, .2, .5, s.mu1, s.mu_star2};
    sp_features_ridge r, split;
    sp_features_ridge_solve(&p, &(sp_population){2, c, weight, th2}, &r);
    assert_close_rel(r.V, 1.77059741, 5e-9);
    assert_close_rel(r.test, .480897621, 5e-9);
    assert_close_rel(r.train, .127784105, 5e-9);
    assert_close_rel(r.bias, .155487228, 5e-9);
    assert_close_rel(r.sampling, .0298780302, 5e-9);
    assert_close_rel(r.init, .0958602273, 5e-9);
    assert_close_rel(r.noise, .199672135, 5e-9);
    assert_close_rel(r.Q12, .62045262, 5e-8);
    static const double c4[] = {10.0 / 3, 5.0 / 12, 5.0 / 12, 0}, weight4[] = {.2, .5, .3, 0}, th4[] = {1, 1, 1, 7};
    sp_features_ridge_solve(&p, &(sp_population){4, c4, weight4, th4}, &split);
    assert_close_rel(split.test, r.test, 1e-13);
    assert_close_rel(split.init, r.init, 1e-13);
}

/* Scale of the target: bias, sampling and init are proportional to the signal, noise to noise_var. */
static void terms_are_linear_in_signal_and_noise(void **state)
{
    (void)state;
    static const double four[] = {4};
    sp_features_point p = point("tanh", 2, 3, 1e-2, 0.5), scaled = p;
    scaled.noise_var *= 4;
    sp_features_ridge a, b;
    sp_features_ridge_solve(&p, &isotropic, &a);
    sp_features_ridge_solve(&scaled, &(sp_population){1, one_, one_, four}, &b);
    assert_close_rel(b.test, 4 * a.test, 1e-13);
    assert_close_rel(b.init, 4 * a.init, 1e-13);
    assert_close_rel(b.train, 4 * a.train, 1e-13);
}

static void peaks_of_the_triple_descent_paper(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double ridge, noise_var;
        size_t n;
        double at[2], height[2];
    } rows[] = {{"tanh", 1e-5, 25, 2, {1.0956, 9.95559}, {38.062, 207.499}},
                {"relu", 1e-5, 25, 1, {9.98689}, {385.956}},
                {"tanh", 1e-5, 0, 1, {9.95549}, {0.0764892}},
                {"tanh", 1e-3, 25, 1, {1.0965}, {36.9524}},
                {"tanh", 1e-1, 25, 1, {.776}, {12.29}}};
    for (size_t i = 0; i < 5; i++) {
        sp_features_point p = point(rows[i].name, 10, 1, rows[i].ridge, rows[i].noise_var);
        sp_features_peak peaks[8];
        size_t n;
        sp_peak_scan scan = {.k = 1, .low = pow(10, -1.5), .high = pow(10, 2.5), .steps = 401};
        assert_int_equal(sp_features_peaks(test_run(), &p, &isotropic, &scan, 8, peaks, &n), SP_OK);
        assert_int_equal(n, rows[i].n);
        for (size_t k = 0; k < n; k++) {
            /* the last two references are points of a grid of 100 a decade, not refined */
            assert_close_rel(peaks[k].psi, rows[i].at[k], i < 3 ? 1e-5 + 5e-5 : 0.024);
            assert_close_rel(peaks[k].height, rows[i].height[k], i < 3 ? 1e-5 : 1e-3);
        }
    }
    sp_features_point p = point("relu", 2, 1, 0, 1);
    sp_features_peak peak[4];
    size_t n;
    sp_peak_scan scan = {.k = 1, .low = 0.1, .high = 10, .steps = 101};
    assert_int_equal(sp_features_peaks(test_run(), &p, &isotropic, &scan, 4, peak, &n), SP_OK);
    assert_true(n == 1 && peak[0].psi == 2 && isinf(peak[0].height) && peak[0].kind == SP_PEAK_NONLINEAR);
}

/* Linear peak height (spec 20, 3.2): many features, no ridge. */
static void height_of_the_linear_peak(void **state)
{
    (void)state;
    static const double r[] = {.5, .9, .99}, height[] = {.17082039, 1.06179038, 4.49376185};
    for (int i = 0; i < 3; i++) {
        sp_activation s;
        assert_int_equal(sp_activation_linearity(test_run(), r[i], 1, &s), SP_OK);
        sp_features_point p = {1e5, 1, 0, 1, s.mu1, s.mu_star2};
        sp_features_ridge f;
        sp_features_ridge_solve(&p, &isotropic, &f);
        assert_close(f.noise, height[i] + 1 / (1e5 - 1), 6e-9); /* half a unit of the last digit */
    }
}

static void best_ridge_of_ensembles(void **state)
{
    (void)state;
    static const double k[] = {1, 2, 10, INFINITY}, test[] = {.787862, .727037, .647458, .618038};
    for (int i = 0; i < 4; i++) {
        sp_features_point p = point("relu", 2, 1, 1, 1), near = p;
        sp_features_best b;
        assert_int_equal(sp_features_tune(test_run(), &p, &isotropic, k[i], 1e-6, 100, &b), SP_OK);
        assert_false(b.at_edge);
        /* the reference is the best of a grid of 20 a decade: not below the minimum, and within its curvature */
        assert_true(b.test <= test[i] + 1e-6);
        assert_close(b.test, test[i], 1e-4);
        sp_features_ridge r;
        for (int side = -1; side <= 1; side += 2) {
            near.ridge = b.ridge * (1 + 1e-3 * side);
            sp_features_ridge_solve(&near, &isotropic, &r);
            assert_true(sp_features_ensemble(&r, k[i]) >= b.test);
        }
    }
}

static void activation_moments(void **state)
{
    (void)state;
    const struct {
        const char *name;
        double mu0, mu1, mu_star, degree;
    } rows[] = {{"relu", .3989422804, .5, .3014051375, .7334711},
                {"tanh", 0, .6057055096, .1655757411, .9304699},
                {"erf", 0, .6514700159, .2003643502, .91358284},
                {"abs", .7978845608, 0, .602810275, 0},
                {"sign", 0, .7978845608, .602810275, .6366198},
                {"linear", 0, 1, 0, 1},
                {"max(0,x)", .3989422804, .5, .3014051375, .7334711},
                {"tanh(x)", 0, .6057055096, .1655757411, .9304699},
                {"leaky:0", .3989422804 / sqrt(.5 - .5 / M_PI), .5 / sqrt(.5 - .5 / M_PI),
                 .3014051375 / sqrt(.5 - .5 / M_PI), .7334711}};
    for (size_t i = 0; i < 9; i++) {
        sp_activation s = activation(rows[i].name);
        assert_close(s.mu0, rows[i].mu0, 1e-9);
        assert_close(s.mu1, rows[i].mu1, 1e-9);
        assert_close(sqrt(s.mu_star2), rows[i].mu_star, 1e-9);
        assert_close(sp_activation_degree(&s), rows[i].degree, 1e-7);
    }
    /* erf in closed form at another variance: mu1 = 2/sqrt(pi (1+2v)), E erf^2 = (2/pi) asin(2v/(1+2v)) */
    sp_activation s;
    double v = 2.3;
    assert_int_equal(sp_activation_open(test_run(), "erf", v, &s), SP_OK);
    assert_close_rel(s.mu1, 2 / sqrt(M_PI * (1 + 2 * v)), 1e-12);
    assert_close_rel(s.mu_star2 + v * s.mu1 * s.mu1, 2 / M_PI * asin(2 * v / (1 + 2 * v)), 1e-12);
    for (double r = 0; r <= 1; r += 0.25) {
        sp_activation leaky, again;
        assert_int_equal(sp_activation_linearity(test_run(), r, 1, &leaky), SP_OK);
        assert_int_equal(sp_activation_open(test_run(), leaky.name, 1, &again), SP_OK);
        assert_close(again.mu1 * again.mu1, r, 1e-10);
        assert_close(again.mu_star2, 1 - r, 1e-10);
    }
    double x[] = {-2, 0, 0.5, 3}, y[] = {-2, 0, 0.5, 3};
    s = activation("tanh");
    sp_activation_apply(&s, 4, x);
    for (int i = 0; i < 4; i++)
        assert_close(x[i], tanh(y[i]), 2e-16 + 1e-15);
}

static void bad_requests_are_refused(void **state)
{
    (void)state;
    sp_run *run = test_run();
    sp_activation s;
    sp_population q;
    static const double two[] = {1, 2}, half[] = {.5, .6}, negative[] = {1, -1};
    assert_int_equal(sp_activation_open(run, "swish?", 1, &s), SP_USAGE);
    assert_int_equal(sp_activation_open(run, "3", 1, &s), SP_USAGE);
    assert_int_equal(sp_activation_open(run, "leaky:2", 1, &s), SP_USAGE);
    assert_int_equal(sp_activation_linearity(run, 1.5, 1, &s), SP_USAGE);
    assert_int_equal(sp_population_open(run, (sp_vec){2, two}, (sp_vec){2, half}, (sp_vec){0}, 1, &q), SP_USAGE);
    assert_int_equal(sp_population_open(run, (sp_vec){2, two}, (sp_vec){1, one_}, (sp_vec){0}, 1, &q), SP_USAGE);
    assert_int_equal(sp_population_open(run, (sp_vec){2, negative}, (sp_vec){0}, (sp_vec){0}, 1, &q), SP_USAGE);
    sp_features_grid g;
    sp_features_defaults d = {.psi1 = {1, one_}, .psi2 = {1, one_}, .ridge_paper = {1, one_}, .noise_var = {1, one_}};
    sp_features_options o = {.activation = "relu", .signal_var = 1};
    assert_int_equal(sp_features_grid_open(run, &o, &d, &g), SP_OK);
    o.noise_var = o.snr = (sp_vec){1, one_};
    assert_int_equal(sp_features_grid_open(run, &o, &d, &g), SP_USAGE);
    o = (sp_features_options){.activation = "relu", .signal_var = 1, .psi1 = {1, one_}, .p = {1, one_}, .d = 10};
    assert_int_equal(sp_features_grid_open(run, &o, &d, &g), SP_USAGE);
    o = (sp_features_options){.activation = "relu", .signal_var = 1, .ridge = {1, one_}, .ridge_paper = {1, one_}};
    assert_int_equal(sp_features_grid_open(run, &o, &d, &g), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(sum_of_the_terms_is_the_total_of_mei_and_montanari),
                                       SP_TEST(ridgeless_closed_form),
                                       SP_TEST(small_ridge_approaches_the_ridgeless_limit),
                                       SP_TEST(linear_activation_is_least_squares),
                                       SP_TEST(divergence_without_ridge_is_infinite),
                                       SP_TEST(references_of_the_variance_paper),
                                       SP_TEST(references_of_the_triple_descent_paper),
                                       SP_TEST(anisotropic_reference_and_merging_of_blocks),
                                       SP_TEST(terms_are_linear_in_signal_and_noise),
                                       SP_TEST(peaks_of_the_triple_descent_paper),
                                       SP_TEST(height_of_the_linear_peak),
                                       SP_TEST(best_ridge_of_ensembles),
                                       SP_TEST(activation_moments),
                                       SP_TEST(bad_requests_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
