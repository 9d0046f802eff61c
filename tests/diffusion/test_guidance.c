/* Guidance: constants of large dimension, finite d, simulation, labelled data (spec 12). */
#include "close.h"
#include "test.h"

#include "spinodal/data.h"
#include "spinodal/guidance.h"

#include <string.h>

static void test_constants(void **state)
{
    (void)state;
    static const struct {
        double omega, power, C1, C2, D1, V1;
    } known[] = {{.5, 0, .443142, .85349, .3826039243, .6486093426},   {1, 0, .681716, 1.04309, .6488737073, .5177163694},
                 {2, 0, .972275, 1.16278, 1.0493429160, .3978957563},  {4, 0, 1.298244, 1.22208, 1.6275372356, .3039309901},
                 {8, 0, 1.643441, 1.24404, 2.4419176958, .2393159281}, {2, -.5, 1.646473, 1.37597, 2.4842202590, .4743475},
                 {2, .5, .714543, 1.11372, .6152185888, .4093926416},  {2, .9, .603191, 1.09815, .4520576632, .4369637566},
                 {2, 2, .457222, 1.07969, .2638157513, .5166394848}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        sp_guidance g = {.omega = known[i].omega, .power = known[i].power};
        sp_guidance_constants c;
        assert_int_equal(sp_guidance_limit(test_run(), &g, &c), SP_OK);
        assert_true(c.converged);
        assert_close(c.C1, known[i].C1, 4e-5); /* 2e-5 of the table and of the grid here */
        assert_close(c.C2, known[i].C2, 6e-4);
        assert_close(c.D1, known[i].D1, 2e-7); /* a negative power is singular where the scores agree */
        assert_close(c.V1, known[i].V1, 2e-7);
    }
    double small;
    assert_int_equal(sp_guidance_small_omega(test_run(), &small), SP_OK);
    assert_close(small, 2 * log(2), 1e-9);
}

static void test_finite_dimension(void **state)
{
    (void)state;
    static const struct {
        double d, data_var, omega, power, mean, variance;
    } sde[] = {{16, 1, 2, 0, .243069, .927327},
               {16, .25, 2, 0, .060768, .245448},
               {256, .25, 2, 0, .015192, .249707},
               {4, 1, 2, .9, .295574, .756428},
               {1, 1, 2, 0, .7517, .5749}},
      ode[] = {{16, .25, 2, 0, .5246714580, .0994739391}, {4, 1, 2, .9, .4520568477, .4369651288}};
    for (size_t i = 0; i < sizeof sde / sizeof *sde; i++) {
        sp_guided_modes m = {sde[i].d, sde[i].data_var};
        sp_guidance g = {.omega = sde[i].omega, .power = sde[i].power};
        sp_guided_end end;
        assert_int_equal(sp_guidance_sde(test_run(), &m, &g, 0, 0, NULL, &end), SP_OK);
        assert_true(end.converged);
        assert_close(end.mean, sde[i].mean, 1e-4);
        assert_close(end.variance, sde[i].variance, 2e-4);
    }
    for (size_t i = 0; i < 2; i++) {
        sp_guided_modes m = {ode[i].d, ode[i].data_var};
        sp_guidance g = {.omega = ode[i].omega, .power = ode[i].power};
        sp_guided_end end;
        assert_int_equal(sp_guidance_ode(test_run(), &m, &g, &end), SP_OK);
        assert_close(end.mean, ode[i].mean, 2e-9);
        assert_close(end.variance, ode[i].variance, 2e-9);
    }
    static const double euler[3][3] = {
        {20, 1.0914224646, .3615541861}, {100, 1.0566486021, .3916941817}, {1000, 1.0500534812, .3972940912}};
    sp_guided_modes m = {16, 1};
    sp_guidance g = {.omega = 2};
    for (int i = 0; i < 3; i++) {
        sp_guided_end end;
        assert_int_equal(sp_guidance_ode_euler(test_run(), &m, &g, (size_t)euler[i][0], &end), SP_OK);
        assert_close(end.mean, euler[i][1], 1e-10);
        assert_close(end.variance, euler[i][2], 1e-10);
    }
}

/* Guidance acts around the speciation only (d = 256, the value of C8 is for data_var 1: .060768 = C1/16). */
static void test_interval(void **state)
{
    (void)state;
    sp_guided_modes m = {256, 1};
    double t_S = log(256) / 2;
    sp_guidance all = {.omega = 2}, window = {.omega = 2, .t_from = t_S - 1, .t_to = t_S + 1},
                late = {.omega = 2, .t_from = 0, .t_to = t_S - 1};
    sp_guided_end end;
    assert_int_equal(sp_guidance_sde(test_run(), &m, &all, 0, 0, NULL, &end), SP_OK);
    assert_close(end.mean, .060768, 1e-5);
    assert_int_equal(sp_guidance_sde(test_run(), &m, &window, 0, 0, NULL, &end), SP_OK);
    assert_close(end.mean, .0557, 1e-4);
    assert_int_equal(sp_guidance_sde(test_run(), &m, &late, 0, 0, NULL, &end), SP_OK);
    assert_close(end.mean, .00091, 1e-4);
    /* no guidance: the law of the class */
    sp_guidance none = {.omega = 0};
    assert_int_equal(sp_guidance_ode(test_run(), &m, &none, &end), SP_OK);
    assert_close(end.mean, 0, 1e-12);
    assert_close(end.variance, 1, 1e-9);
    /* an interval that holds everything changes nothing */
    sp_guidance wide = {.omega = 2, .t_from = 0, .t_to = 100};
    sp_guided_end same;
    assert_int_equal(sp_guidance_ode(test_run(), &m, &all, &end), SP_OK);
    assert_int_equal(sp_guidance_ode(test_run(), &m, &wide, &same), SP_OK);
    assert_close(same.mean, end.mean, 1e-10);
}

static void test_simulation(void **state)
{
    (void)state;
    sp_guided_modes m = {16, 1};
    sp_guidance linear = {.omega = 2}, power = {.omega = 2, .power = .9};
    sp_guided_end end;
    sp_guided_measured s;
    assert_int_equal(sp_guidance_sde(test_run(), &m, &linear, 0, 0, NULL, &end), SP_OK);
    assert_int_equal(sp_guidance_simulate(test_run(), &m, &linear, SP_GUIDED_SDE, 8000, 1000, true, &s), SP_OK);
    assert_close(s.mean, end.mean, 5 * s.mean_se + 0.003); /* bias of Euler steps */
    assert_close(s.variance, end.variance, 5 * s.variance_se + 0.006);
    assert_int_equal(sp_guidance_simulate(test_run(), &m, &linear, SP_GUIDED_SDE, 4000, 400, false, &s), SP_OK);
    assert_close(s.mean, end.mean, 5 * s.mean_se + 0.01); /* exponential steps: bias 2 % of the width at 400 */
    assert_close(s.variance, end.variance, 5 * s.variance_se + 0.04);
    assert_close(s.orthogonal, 1, 0.045);
    assert_int_equal(sp_guidance_ode(test_run(), &m, &power, &end), SP_OK);
    assert_int_equal(sp_guidance_simulate(test_run(), &m, &power, SP_GUIDED_ODE, 4000, 400, false, &s), SP_OK);
    assert_close(s.mean, end.mean, 5 * s.mean_se + 0.01);
    assert_close(s.orthogonal, .982, 5 * s.orthogonal_se + 0.01);
}

/* Two clouds: the fitted score is that of the modes, so that the shift is the theory's. */
static void test_data(void **state)
{
    (void)state;
    static const sp_data_options raw = {.scale = "none"};
    static const double omega[2] = {0, 2};
    const sp_dataset *data;
    sp_guidance_data_result r;
    sp_guidance_data_detail detail;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian-mixture,d=16,n=4000", &raw, NULL, &data), SP_OK);
    sp_guidance_data_params p = {.data = data, .omega = {2, omega}, .sampler = SP_GUIDED_ODE, .samples = 2000, .steps = 200};
    assert_int_equal(sp_guidance_data(test_run(), &p, &r, &detail), SP_OK);
    assert_close(r.t_S_between, log(16) / 2, 0.05);
    assert_close(detail.quality[0].shift, 0, 5 * detail.quality[0].shift_se + 0.02);
    assert_close(detail.quality[1].shift, 1.0493, 5 * detail.quality[1].shift_se + 0.05);
    assert_close(detail.quality[1].variance_along, .3979, 5 * detail.quality[1].variance_along_se + 0.02);
    assert_true(detail.quality[0].coverage > 0.8 && detail.quality[0].memorization > 0.8);
    assert_true(detail.quality[1].frechet > detail.quality[0].frechet);
    assert_true(r.omega_recommended == 0);
    /* kernels without width: copies of the data */
    p.score = SP_SCORE_KERNEL;
    p.bandwidth = 1e-3;
    p.samples = 64;
    p.steps = 60;
    p.sampler = SP_GUIDED_SDE;
    assert_int_equal(sp_guidance_data(test_run(), &p, &r, &detail), SP_OK);
    assert_true(detail.quality[0].memorization < 0.05);
}

/* The number of threads does not change a bit. */
static void test_threads(void **state)
{
    (void)state;
    sp_guided_measured s[2];
    sp_guided_quality q[2];
    for (int i = 0; i < 2; i++) {
        const sp_run_options options = {.seed = 3, .threads = i ? 3 : 1};
        static const double omega[1] = {1};
        sp_run *run = sp_run_create(&options);
        sp_guided_modes m = {16, 1};
        sp_guidance g = {.omega = 2, .power = .5};
        const sp_dataset *data;
        sp_guidance_data_result r;
        sp_guidance_data_detail detail;
        assert_int_equal(sp_guidance_simulate(run, &m, &g, SP_GUIDED_SDE, 700, 20, false, &s[i]), SP_OK);
        assert_int_equal(sp_dataset_open(run, "gen:gaussian-mixture,d=6,n=200", NULL, NULL, &data), SP_OK);
        sp_guidance_data_params p = {.data = data, .omega = {1, omega}, .samples = 100, .steps = 20};
        assert_int_equal(sp_guidance_data(run, &p, &r, &detail), SP_OK);
        q[i] = detail.quality[0];
        sp_run_free(run);
    }
    assert_memory_equal(&s[0], &s[1], sizeof s[0]);
    assert_memory_equal(&q[0], &q[1], sizeof q[0]);
}

static void test_refusals(void **state)
{
    (void)state;
    sp_guided_modes m = {16, 1};
    sp_guidance g = {.omega = 2, .power = -1};
    sp_guided_end end;
    assert_int_equal(sp_guidance_ode(test_run(), &m, &g, &end), SP_USAGE);
    g = (sp_guidance){.omega = 2, .t_from = 2, .t_to = 1};
    assert_int_equal(sp_guidance_sde(test_run(), &m, &g, 0, 0, NULL, &end), SP_USAGE);
    const sp_dataset *data;
    static const double omega[1] = {1};
    sp_guidance_data_result r;
    sp_guidance_data_detail detail;
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian,d=4,n=50", NULL, NULL, &data), SP_OK);
    sp_guidance_data_params p = {.data = data, .omega = {1, omega}, .samples = 20, .steps = 20};
    assert_int_equal(sp_guidance_data(test_run(), &p, &r, &detail), SP_DATA);
    assert_int_equal(sp_dataset_open(test_run(), "gen:gaussian-mixture,d=4,n=50", NULL, NULL, &data), SP_OK);
    p.data = data;
    p.target = 2;
    assert_int_equal(sp_guidance_data(test_run(), &p, &r, &detail), SP_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SP_TEST(test_constants), SP_TEST(test_finite_dimension), SP_TEST(test_interval), SP_TEST(test_simulation),
        SP_TEST(test_data),      SP_TEST(test_threads),          SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
