/* Noise schedules in high dimension: reduction, limits, Curie-Weiss, advice (spec 10). */
#include "close.h"
#include "test.h"

#include "spinodal/data.h"
#include "spinodal/schedule.h"

#include "diffusion/curie_weiss.h"

static sp_schedule_reduction reduce(int path, int grid, size_t steps, double d, double data_var, double kappa)
{
    sp_two_modes modes = {0.7, data_var};
    sp_path_grid g = {path, grid, SP_EULER, d, kappa, 0.5, steps};
    sp_schedule_reduction r;
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_OK);
    assert_true(r.converged);
    return r;
}

static void test_reference_values(void **state)
{
    (void)state;
    static const struct {
        int path, grid;
        size_t steps;
        double d, data_var, kappa, p, v;
    } known[] = {{SP_PATH_VP, SP_GRID_UNIFORM, 10, 100, .25, 4, 0.758644305436, 0.306588391788},
                 {SP_PATH_VP, SP_GRID_UNIFORM, 50, 1e4, .25, 4, 0.838854849302, 0.260561769645},
                 {SP_PATH_VP, SP_GRID_UNIFORM, 100, 1e4, .25, 4, 0.759279237983, 0.25522875772},
                 {SP_PATH_VP, SP_GRID_UNIFORM, 50, 1e4, 1, 4, 0.838867670409, 1},
                 {SP_PATH_VE, SP_GRID_UNIFORM, 10, 1000, .25, 4, 0.712208104759, 0.0049268900352},
                 {SP_PATH_VE, SP_GRID_UNIFORM, 50, 1e4, .25, 4, 0.702252643696, 0.0139166215057},
                 {SP_PATH_VP, SP_GRID_DILATED, 100, 1e4, .25, 4, 0.703728856219, 0.259987703588},
                 {SP_PATH_VP, SP_GRID_DILATED, 40, 1e6, .25, 4, 0.709612746636, 0.276999686565},
                 {SP_PATH_VP, SP_GRID_DILATED, 100, 1e4, .25, 2, 0.702422312381, 0.260271505743},
                 {SP_PATH_VE, SP_GRID_DILATED, 100, 1e4, .25, 4, 0.702160855983, 0.219758549377},
                 {SP_PATH_VE, SP_GRID_DILATED, 40, 1e6, .25, 4, 0.705775592733, 0.179621572966}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        sp_schedule_reduction r =
            reduce(known[i].path, known[i].grid, known[i].steps, known[i].d, known[i].data_var, known[i].kappa);
        assert_close(r.p_hat, known[i].p, 1e-11);
        assert_close(r.data_var, known[i].v, 1e-11);
    }
}

static void test_limits(void **state)
{
    (void)state;
    static const double x[5] = {.25, .5, 1, 2, 5},
                        P[5] = {0.712166442238, 0.725989729649, 0.759285633542, 0.838867670409, 0.981378471932};
    for (int i = 0; i < 5; i++)
        assert_close(sp_schedule_vp_collapse(.7, x[i]), P[i], 1e-11);
    assert_close(sp_schedule_window_limit(.7, 1), 0.730564843089, 1e-11);
    assert_close(sp_schedule_window_limit(.7, 2), 0.701619575218, 1e-11);
    assert_close(sp_schedule_window_limit(.9, 1.5), 0.910621887971, 1e-11);
    assert_close(sp_curie_weiss_magnetization(1.2), 0.658569660406, 1e-12);
    assert_close(sp_curie_weiss_magnetization(1.5), 0.85855963664, 1e-11);
    assert_close(sp_curie_weiss_magnetization(2), 0.957504024077, 1e-12);
    assert_true(isnan(sp_curie_weiss_magnetization(1)));
    /* two formulas for one number */
    assert_close(sp_schedule_vp_variance(.25, 50), reduce(SP_PATH_VP, SP_GRID_UNIFORM, 50, 77, .25, 4).data_var, 1e-13);
    assert_close(sp_schedule_vp_collapse(.7, 1), reduce(SP_PATH_VP, SP_GRID_UNIFORM, 10000, 1e8, 1, 4).p_hat, 1e-6);
    assert_close(sp_schedule_ve_limit(.7, 50), reduce(SP_PATH_VE, SP_GRID_UNIFORM, 50, 1e12, .25, 4).p_hat, 1e-9);
    /* Heun: second order */
    sp_two_modes modes = {.7, .25};
    sp_path_grid g = {SP_PATH_VP, SP_GRID_DILATED, SP_HEUN, 1e4, 4, .5, 100};
    sp_schedule_reduction r;
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_OK);
    assert_close(r.p_hat, .7, 2e-4);
    assert_close(r.data_var, .25, 2e-3);
}

static void test_vectors(void **state)
{
    (void)state;
    sp_two_modes modes = {.7, .25};
    sp_path_grid g = {SP_PATH_VP, SP_GRID_UNIFORM, SP_EULER, 200, 4, .5, 20};
    sp_schedule_reduction r;
    sp_schedule_measured m;
    for (int path = 0; path < 3; path++) {
        g.path = path;
        assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_OK);
        assert_int_equal(sp_schedule_simulate(test_run(), &modes, &g, 3000, 0, &m), SP_OK);
        assert_close(m.p_hat, r.p_hat, 5 * m.p_hat_se);
        assert_close(m.data_var, r.data_var, 5 * m.data_var_se);
    }
    /* noise keeps the law of the exact flow: with many steps the variance is right too */
    g.path = SP_PATH_VP;
    g.grid = SP_GRID_DILATED;
    g.steps = 200;
    assert_int_equal(sp_schedule_simulate(test_run(), &modes, &g, 1000, 0.2, &m), SP_OK);
    assert_close(m.p_hat, .7, 5 * m.p_hat_se);
    assert_close(m.data_var, .25, 5 * m.data_var_se + 0.01); /* 0.01: O(1/K) */
}

/* Sum over all 2^d states. */
static void brute_force(size_t d, double B, const double *g, double *eta)
{
    double z = 0;
    for (size_t i = 0; i < d; i++)
        eta[i] = 0;
    for (unsigned s = 0; s < 1u << d; s++) {
        double M = 0, field = 0;
        for (size_t i = 0; i < d; i++) {
            double a = s >> i & 1 ? 1 : -1;
            M += a;
            field += g[i] * a;
        }
        double w = exp(B * M * M / (2 * (double)d) + field);
        z += w;
        for (size_t i = 0; i < d; i++)
            eta[i] += s >> i & 1 ? w : -w;
    }
    for (size_t i = 0; i < d; i++)
        eta[i] /= z;
}

static void test_curie_weiss_posterior(void **state)
{
    (void)state;
    static const double known[8] = {-0.27121912, -0.12063757, 0.02831344, 0.17133191,
                                    0.30575025,  0.4300257,   0.54308227, 0.6438505};
    sp_curie_weiss model = {8, 1.5, 0.5};
    double x[8], g[8], eta[8], brute[8];
    for (int i = 0; i < 8; i++) {
        x[i] = -1 + 2. * i / 7;
        g[i] = 0.6 / 0.64 * x[i] + 0.5 / 8;
    }
    assert_int_equal(sp_curie_weiss_posterior(test_run(), &model, .8, .6, x, eta), SP_OK);
    brute_force(8, 1.5, g, brute);
    for (int i = 0; i < 8; i++) {
        assert_close(eta[i], known[i], 6e-9);
        assert_close(eta[i], brute[i], 1e-9); /* weights below 1e-12 are left out, the range ends at 8 deviations */
    }
    double p, m, size;
    sp_curie_weiss finite = {400, 1.5, .4934415};
    assert_int_equal(sp_curie_weiss_exact(test_run(), &finite, &p, &m, &size), SP_OK);
    assert_close(p, .6995095, 6e-8);
    assert_close(m, .8567463, 6e-8);
}

/* The expansion around the maxima against the trapezoid, undecided and decided, from early to late. */
static void test_curie_weiss_expansion(void **state)
{
    (void)state;
    enum { D = 6000 };
    static const double times[5] = {0, 0.01, 0.02, 0.2, 0.9};
    sp_curie_weiss model = {D, 1.5, .5};
    sp_cw_space w;
    double *x = sp_alloc(test_run(), D, sizeof(double)), *fast = sp_alloc(test_run(), D, sizeof(double)),
           *slow = sp_alloc(test_run(), D, sizeof(double));
    assert_int_equal(sp_cw_space_create(test_run(), &model, &w), SP_OK);
    sp_rng rng = sp_rng_at(test_run(), "expansion", 0);
    for (int k = 0; k < 5; k++) {
        double s = times[k], a2 = 1 - s * s;
        for (int i = 0; i < D; i++) {
            x[i] = sqrt(a2) * sp_normal(&rng) + s * (sp_uniform(&rng) < .93 ? 1 : -1);
            w.g[i] = s / a2 * x[i] + model.H / D;
        }
        assert_int_equal(sp_cw_mean(test_run(), &w, fast), SP_OK);
        assert_int_equal(sp_cw_mean_quadrature(test_run(), D, model.B, w.g, slow), SP_OK);
        for (int i = 0; i < D; i++)
            assert_close(fast[i], slow[i], 1e-6);
    }
    assert_true(w.passes < 40); /* never the trapezoid, of 738 nodes */
}

static void test_curie_weiss_runs(void **state)
{
    (void)state;
    double m_star = sp_curie_weiss_magnetization(1.5), h = log(.7 / .3) / 2, p, m, size;
    sp_curie_weiss model = {400, 1.5, h / m_star};
    sp_path_grid g = {SP_PATH_VE, SP_GRID_UNIFORM, SP_EULER, 400, 4, .5, 10};
    sp_schedule_measured r;
    assert_int_equal(sp_curie_weiss_exact(test_run(), &model, &p, &m, &size), SP_OK);
    assert_int_equal(sp_curie_weiss_simulate(test_run(), &model, &g, 200, true, &r), SP_OK);
    assert_close(r.p_hat, .675, 5 * hypot(r.p_hat_se, .023));
    assert_true(r.magnetization > 0.99); /* not m* = .859: uniform steps on the exploding path lose the magnetisation */
    g.path = SP_PATH_VP;
    assert_int_equal(sp_curie_weiss_simulate(test_run(), &model, &g, 200, true, &r), SP_OK);
    assert_close(r.p_hat, .79, 5 * hypot(r.p_hat_se, .02));
    assert_true(r.magnetization < 0.83);
    g.grid = SP_GRID_DILATED;
    g.steps = 40;
    assert_int_equal(sp_curie_weiss_simulate(test_run(), &model, &g, 100, true, &r), SP_OK);
    assert_close(r.p_hat, .673, 5 * hypot(r.p_hat_se, .023));
    assert_close(r.magnetization, .849, 5 * hypot(r.magnetization_se, .002));
}

static void test_advice(void **state)
{
    (void)state;
    static const sp_data_options raw = {.scale = "none"};
    const sp_dataset *data;
    sp_schedule_recommend_result r;
    sp_schedule_advice a;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian-mixture,d=400,n=600,mu2=1", &raw, NULL, &data), SP_OK);
    for (int grid = 0; grid < 3; grid++)
        for (int path = 0; path < 3; path++) {
            sp_schedule_recommend_params p = {
                .data = data, .path = path, .grid = grid, .kappa = 4, .fraction = .5, .steps = 40};
            assert_int_equal(sp_schedule_recommend(test_run(), &p, &r, &a), SP_OK);
            assert_close(r.class_distance, 40, 0.5); /* |2 m| = 2 sqrt(d); the error of |m| is sqrt(4/n) */
            assert_close(r.s_speciation * r.s_speciation * r.Lambda, pow(sp_path_noise(path, r.Lambda, r.s_speciation), 2),
                         1e-9 * r.Lambda);
            assert_true(a.s[0] == 0 && a.s[40] == 1);
            for (size_t k = 1; k <= 40; k++)
                assert_true(a.s[k] > a.s[k - 1] && a.log_snr[k] > a.log_snr[k - 1] && a.t[k] < a.t[k - 1]);
            for (size_t k = 1; k < 40; k++)
                assert_close(a.t[k], log1p(exp(-a.log_snr[k])) / 2, 1e-12);
            if (path == SP_PATH_VP && grid == SP_GRID_DILATED) {
                assert_close(r.window, 0.2, 0.005);
                assert_close(a.s[20], r.window, 1e-15);
            }
        }
    sp_schedule_recommend_params none = {.path = SP_PATH_VP, .kappa = 4, .fraction = .5, .steps = 40};
    assert_int_equal(sp_schedule_recommend(test_run(), &none, &r, &a), SP_USAGE);
    none.Lambda = 1e4;
    none.grid = SP_GRID_DILATED;
    assert_int_equal(sp_schedule_recommend(test_run(), &none, &r, &a), SP_OK);
    assert_close(r.window, 0.04, 1e-15);
}

/* The number of threads does not change a bit. */
static void test_threads(void **state)
{
    (void)state;
    sp_schedule_measured m[2][2];
    for (int i = 0; i < 2; i++) {
        const sp_run_options options = {.seed = 3, .threads = i ? 3 : 1};
        sp_run *run = sp_run_create(&options);
        sp_two_modes modes = {.7, .25};
        sp_curie_weiss spins = {2000, 1.5, .5};
        sp_path_grid g = {SP_PATH_VP, SP_GRID_DILATED, SP_EULER, 2000, 4, .5, 10};
        assert_int_equal(sp_schedule_simulate(run, &modes, &g, 150, 0.1, &m[i][0]), SP_OK);
        assert_int_equal(sp_curie_weiss_simulate(run, &spins, &g, 10, true, &m[i][1]), SP_OK);
        sp_run_free(run);
    }
    assert_memory_equal(m[0], m[1], sizeof m[0]);
}

static void test_bad_input(void **state)
{
    (void)state;
    sp_two_modes modes = {1, .25};
    sp_path_grid g = {SP_PATH_VP, SP_GRID_DILATED, SP_EULER, 100, 4, .5, 10};
    sp_schedule_reduction r;
    sp_schedule_measured m;
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_USAGE); /* p outside (0, 1) */
    modes.p = .7;
    g.steps = 1;
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_USAGE);
    g.steps = 10;
    g.d = 1;
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_USAGE);
    g.d = 9; /* kappa >= sqrt d: uniform, with a warning */
    assert_int_equal(sp_schedule_reduce(test_run(), &modes, &g, &r), SP_OK);
    assert_true(sp_run_warnings(test_run()) == 1);
    sp_curie_weiss paramagnet = {100, 1, 0.1};
    g.d = 100;
    assert_int_equal(sp_curie_weiss_simulate(test_run(), &paramagnet, &g, 10, true, &m), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_reference_values),
                                       SP_TEST(test_limits),
                                       SP_TEST(test_vectors),
                                       SP_TEST(test_curie_weiss_posterior),
                                       SP_TEST(test_curie_weiss_expansion),
                                       SP_TEST(test_curie_weiss_runs),
                                       SP_TEST(test_advice),
                                       SP_TEST(test_threads),
                                       SP_TEST(test_bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
