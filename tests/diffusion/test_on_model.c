#include "close.h"
#include "test.h"

#include "spinodal/on_model.h"

#include <math.h>

static sp_on_model massive(size_t L, size_t dim)
{
    return (sp_on_model){.L = L, .dim = dim, .constraint = SP_CONSTRAINT_MASS, .temperature = 1, .mass_times_L = 1};
}

static sp_field_modes modes_of(sp_on_model model)
{
    sp_field_modes m;
    assert_int_equal(sp_on_modes(test_run(), &model, &m), SP_OK);
    return m;
}

/* spec 04, 7 */
static void test_mass(void **state)
{
    (void)state;
    const struct {
        size_t L, dim;
        int constraint;
        double temperature, mass2;
    } rows[] = {{8, 3, SP_CONSTRAINT_SPHERICAL, 0, .0584512090349},   {16, 3, SP_CONSTRAINT_SPHERICAL, 0, .0146740902112},
                {32, 3, SP_CONSTRAINT_SPHERICAL, 0, .00368125154558}, {16, 3, SP_CONSTRAINT_SPHERICAL, 3, .00256549049852},
                {16, 3, SP_CONSTRAINT_SPHERICAL, 5, .400812704148},   {32, 2, SP_CONSTRAINT_SPHERICAL, 1, .00238843212176},
                {32, 2, SP_CONSTRAINT_PHI4, 1, .00237492611267}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sp_field_modes m = modes_of((sp_on_model){.L = rows[i].L,
                                                  .dim = rows[i].dim,
                                                  .constraint = rows[i].constraint,
                                                  .temperature = rows[i].temperature,
                                                  .r = -1,
                                                  .u = 1});
        assert_close_rel(m.mass2, rows[i].mass2, 1e-11);
        double weight = 0;
        for (size_t k = 0; k < m.n; k++)
            weight += m.weight[k];
        assert_close(weight, 1, 1e-12);
    }
}

/* levels up to symmetry and the half spectrum of the FFT are the same sums, odd lengths too */
static void test_two_lists_of_modes(void **state)
{
    (void)state;
    for (size_t dim = 1; dim <= 3; dim++)
        for (size_t L = 4; L <= 7; L++) {
            sp_on_model model = massive(L, dim);
            sp_field_modes a = modes_of(model), b;
            sp_field_lattice l;
            assert_int_equal(sp_on_lattice(test_run(), &model, &l), SP_OK);
            assert_int_equal(sp_lattice_modes(test_run(), &l, &b), SP_OK);
            double x = 0, y = 0;
            for (size_t i = 0; i < a.n; i++)
                x += a.weight[i] * a.C[i] * a.C[i];
            for (size_t i = 0; i < b.n; i++)
                y += b.weight[i] * b.C[i] * b.C[i];
            assert_close_rel(x, y, 1e-12);
        }
}

static void test_training(void **state)
{
    (void)state;
    sp_field_modes m = modes_of(massive(64, 2));
    double low, high, steps2;
    sp_field_gamma_range(&m, 0.01, &low, &high);
    assert_close_rel(high, 4014.913567191, 1e-12);
    assert_close(low, .142322421810, 1e-12);
    assert_close(sp_one_layer_excess(&m, 0.01, 0.5, 100), .986772802157, 1e-11);
    assert_close(sp_one_layer_excess(&m, 0.01, 0.5, 1000), .879399835219, 1e-11);
    assert_close(sp_one_layer_excess(&m, 0.01, 0.5, 10000), .319228740498, 1e-11);
    assert_close(sp_two_layer_excess(&m, 0.01, 2), .715244999574, 1e-11);
    assert_close(sp_two_layer_excess(&m, 0.01, 2.5), .201585489300, 1e-11);
    assert_close(sp_two_layer_excess(&m, 0.01, 3), .0108365538213, 1e-11);
    assert_close(sp_one_layer_steps(&m, 0.1, 0.5, 0.01), 21980, 0);
    assert_int_equal(sp_two_layer_steps(test_run(), &m, 0.1, 0.1, 0.01, &steps2), SP_OK);
    assert_close(steps2, 30, 1);
    assert_close(sp_two_layer_unbalanced(.3, 1, .1, .3), .791601989, 1e-9);
    assert_close(sp_two_layer_unbalanced(5, 1, .1, .3), .195680980, 1e-9);
    /* balanced: RK4 against the logistic */
    assert_close(sp_two_layer_unbalanced(2, .3, .3, .7), sp_two_layer_weight(2, .09, .7), 1e-11);
}

static void test_local_kernels(void **state)
{
    (void)state;
    sp_on_model model = massive(256, 1);
    sp_field_lattice l;
    sp_local_kernel k;
    assert_int_equal(sp_on_lattice(test_run(), &model, &l), SP_OK);
    assert_int_equal(sp_local_kernel_solve(test_run(), &l, 0.1, 2, 0.5, 0.01, &k), SP_OK);
    const double J[] = {1.49845144, -.63424028, -.11493099},
                 late[] = {.91879012, -.1658259, -.1198815, -.09270249, -.08003446};
    for (int i = 0; i < 3; i++)
        assert_close(k.kernel[i], J[i], 6e-9);
    assert_close_rel(k.floor, .0007706779432, 1e-9);
    assert_int_equal(sp_local_kernel_solve(test_run(), &l, 1, 4, 0.5, 0.01, &k), SP_OK);
    for (int i = 0; i < 5; i++)
        assert_close(k.kernel[i], late[i], 6e-9);
    assert_close_rel(k.floor, .01331497659, 1e-9);
    assert_int_equal(sp_local_kernel_solve(test_run(), &l, 1, 200, 0.5, 0.01, &k), SP_USAGE);
}

/* descent in a window ends at the Cholesky solution */
static void test_descent_in_window(void **state)
{
    (void)state;
    sp_on_model model = massive(16, 2);
    sp_field_lattice l;
    sp_local_kernel k;
    assert_int_equal(sp_on_lattice(test_run(), &model, &l), SP_OK);
    assert_int_equal(sp_local_kernel_solve(test_run(), &l, 0.5, 1, 0.5, 0.01, &k), SP_OK);
    enum { STEPS = 3000 };
    double *w = malloc(l.n_modes * sizeof *w), *excess = malloc((STEPS + 1) * sizeof *excess);
    sp_field_descent d = {.layers = 1, .radius = 1, .steps = STEPS};
    assert_int_equal(sp_field_train(test_run(), &l, 0.5, &d, w, excess), SP_OK);
    assert_close_rel(excess[STEPS], k.relative, 1e-6);
    d = (sp_field_descent){.layers = 2, .balanced = true, .steps = 100, .eta = 0.1};
    sp_field_modes m = modes_of(model);
    double steps2;
    assert_int_equal(sp_field_train(test_run(), &l, 0.5, &d, w, excess), SP_OK);
    assert_int_equal(sp_two_layer_steps(test_run(), &m, 0.5, 0.1, 0.01, &steps2), SP_OK);
    size_t first = 0;
    while (excess[first] > 0.01)
        first++;
    assert_int_equal(first, (size_t)steps2);
    d.eta = 5;
    assert_int_equal(sp_field_train(test_run(), &l, 0.5, &d, w, excess), SP_FAILED);
    free(w);
    free(excess);
}

static void test_generation(void **state)
{
    (void)state;
    const struct {
        size_t L;
        int layers;
        double steps, time, kl, corner;
    } rows[] = {{16, SP_SCORE_ONE_LAYER, 1000, 0, .04443183, 2.085563},
                {16, SP_SCORE_TWO_LAYERS, 0, 2, .02827603, 1.687027},
                {32, SP_SCORE_ONE_LAYER, 5000, 0, .02386920, 1.792810},
                {32, SP_SCORE_TWO_LAYERS, 0, 2.5, .00925095, 1.371916}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sp_field_modes m = modes_of(massive(rows[i].L, 2));
        double *V = malloc(m.n * sizeof *V);
        sp_generation g = {rows[i].layers, 0, rows[i].steps, 0.5, rows[i].time, 600};
        assert_int_equal(sp_generated_variance(test_run(), &m, rows[i].L, &g, V), SP_OK);
        sp_generation_quality q = sp_generated_quality(&m, V);
        assert_close(q.kl_per_site, rows[i].kl, 6e-9);
        assert_close(q.corner_ratio, rows[i].corner, 6e-7);
        assert_close(q.zero_ratio, .999994, 6e-7);
        g.layers = SP_SCORE_EXACT;
        for (g.sampler = 0; g.sampler < 2; g.sampler++) {
            assert_int_equal(sp_generated_variance(test_run(), &m, rows[i].L, &g, V), SP_OK);
            /* the start V = 1 instead of Gamma: C_0 e^{-2 T0}, T0 = log L + 3; both samplers forget it as 1/C_0 or not */
            assert_true(sp_generated_quality(&m, V).max_relative < 5e-3);
        }
        free(V);
    }
}

/* simulated fields lie on the equations of the variances */
static void test_generated_fields(void **state)
{
    (void)state;
    sp_on_model model = massive(8, 2);
    sp_field_lattice l;
    sp_field_shells s;
    assert_int_equal(sp_on_lattice(test_run(), &model, &l), SP_OK);
    sp_generation g = {SP_SCORE_ONE_LAYER, 0, 200, 0.5, 0, 400};
    assert_int_equal(sp_generated_fields(test_run(), &l, 8, &g, 400, &s, NULL), SP_OK);
    sp_field_modes m = {.n = s.n, .k2 = s.k2, .C = malloc(s.n * sizeof(double)), .weight = NULL};
    double *V = malloc(s.n * sizeof *V);
    for (size_t i = 0; i < s.n; i++)
        m.C[i] = 1 / (s.k2[i] + 1. / 64);
    assert_int_equal(sp_generated_variance(test_run(), &m, 8, &g, V), SP_OK);
    for (size_t i = 0; i < s.n; i++)
        assert_close(s.V[i], V[i], 5 * s.V_se[i]);
    free(m.C);
    free(V);
}

static void test_langevin(void **state)
{
    (void)state;
    sp_on_model model = massive(6, 2);
    double time, se, exact = sp_langevin_time(1. / 36, 2);
    assert_int_equal(sp_langevin_measure(test_run(), &model, 500, &time, &se), SP_OK);
    assert_close(time, exact, 5 * se);
    assert_true(se < 0.2 * exact);
}

static void test_bad_input(void **state)
{
    (void)state;
    sp_field_modes m;
    sp_on_model cold = {.L = 8, .dim = 2, .temperature = 0},
                none = {.L = 8, .dim = 2, .constraint = SP_CONSTRAINT_SPHERICAL, .temperature = 1e-20};
    assert_int_equal(sp_on_modes(test_run(), &cold, &m), SP_USAGE);
    assert_int_equal(sp_on_modes(test_run(), &none, &m), SP_FAILED);
    const float x[] = {1, 2, 3, 4, 5, 6};
    const sp_dataset *a;
    assert_int_equal(sp_dataset_from_memory(test_run(), x, SP_FLOAT32, 2, 3, NULL, NULL, NULL, &a), SP_OK);
    sp_on_data_params p = {
        .data = a, .shape = "", .eps = 0.01, .rate_over_max = 0.5, .eta = 0.1, .floor = 0.1, .max_radius = 1};
    sp_on_data_result r;
    sp_field_lattice l;
    double *se;
    assert_int_equal(sp_on_data(test_run(), &p, &r, &l, &se, NULL), SP_DATA);
    p.shape = "2y3";
    assert_int_equal(sp_on_data(test_run(), &p, &r, &l, &se, NULL), SP_USAGE);
}

/* fields of known spectrum: C within errors, fitted mass within errors */
static void test_fields_of_user(void **state)
{
    (void)state;
    enum { L = 16, N = 400 };
    const sp_dataset *a;
    double *x = malloc(N * L * sizeof *x);
    sp_rng rng = sp_rng_at(test_run(), "chain", 0);
    /* stationary chain on a ring with C = T/(khat2 + m^2): x = sum of random waves */
    for (size_t i = 0; i < N; i++)
        for (size_t s = 0; s < L; s++)
            x[i * L + s] = 0;
    for (size_t i = 0; i < N; i++)
        for (int k = 0; k <= L / 2; k++) {
            double q = 2 * M_PI * k / L, C = 2 / (2 - 2 * cos(q) + 0.25), u = sp_normal(&rng), v = sp_normal(&rng);
            bool real = k == 0 || k == L / 2;
            for (int s = 0; s < L; s++)
                x[i * L + (size_t)s] += sqrt(C / L) * (real ? u * cos(q * s) : sqrt(2) * (u * cos(q * s) + v * sin(q * s)));
        }
    assert_int_equal(sp_dataset_from_memory(test_run(), x, SP_FLOAT64, N, L, NULL,
                                            &(sp_data_options){.scale = "none", .keep_mean = true}, NULL, &a),
                     SP_OK);
    double t[] = {0.1};
    sp_on_data_params p = {a, "16", {1, t}, 0.01, 0.5, 0.1, 0.05, 4, false};
    sp_on_data_result r;
    sp_field_lattice l;
    sp_on_data_row row;
    double *se;
    assert_int_equal(sp_on_data(test_run(), &p, &r, &l, &se, &row), SP_OK);
    for (size_t k = 0; k < l.n_modes; k++)
        assert_close(l.C[k], 2 / (l.k2[k] + 0.25), 5 * se[k]);
    assert_close(r.mass_fit, 0.5, 5 * r.mass_fit_se);
    assert_close(r.temperature_fit, 2, 5 * r.temperature_fit_se);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_mass),
                                       SP_TEST(test_two_lists_of_modes),
                                       SP_TEST(test_training),
                                       SP_TEST(test_local_kernels),
                                       SP_TEST(test_descent_in_window),
                                       SP_TEST(test_generation),
                                       SP_TEST(test_generated_fields),
                                       SP_TEST(test_langevin),
                                       SP_TEST(test_fields_of_user),
                                       SP_TEST(test_bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
