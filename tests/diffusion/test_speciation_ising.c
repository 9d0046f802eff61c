/* Ising chains: recursion against enumeration, cavity solution against the paper's values and simulation (spec 05). */
#include "close.h"
#include "test.h"

#include "spinodal/speciation.h"

#include "diffusion/ising_chain.h"

#include <string.h>

/* log Z(h)/Z(0) and magnetisations by summing over all chains. */
static double enumerate(size_t n, double beta, bool periodic, const double *h, double *m)
{
    double z = 0, z0 = 0, sums[8] = {0};
    for (unsigned s = 0; s < 1u << n; s++) {
        double bond = 0, field = 0;
        for (size_t i = 0; i < n; i++) {
            double a = s >> i & 1 ? 1 : -1, next = s >> ((i + 1) % n) & 1 ? 1 : -1;
            bond += i + 1 < n || periodic ? a * next : 0;
            field += h[i] * a;
        }
        double w = exp(beta * bond + field);
        z += w;
        z0 += exp(beta * bond);
        for (size_t i = 0; i < n; i++)
            sums[i] += s >> i & 1 ? w : -w;
    }
    for (size_t i = 0; i < n; i++)
        m[i] = sums[i] / z;
    return log(z / z0);
}

static void test_tiny_chain(void **state)
{
    (void)state;
    static const double h[3] = {.3, -.2, .7};
    double m[3];
    assert_close(sp_ising_free_entropy(3, 0.5, h, m), .246379740749, 5e-13);
    assert_close(m[0], .32755189, 5e-9);
    assert_close(m[1], .21875979, 5e-9);
    assert_close(m[2], .58511113, 5e-9);
    static const double fields[7] = {1.2, -.4, 0, -3, .8, .1, -.2};
    for (int b = -1; b <= 1; b++) {
        double beta = 0.8 * b, weight[7], sum = 0, mm[7], ee[7];
        assert_close(sp_ising_free_entropy(7, beta, fields, mm), enumerate(7, beta, false, fields, ee), 1e-13);
        assert_close(sp_ising_free_entropy(7, beta, fields, NULL), enumerate(7, beta, false, fields, ee), 1e-13);
        for (int i = 0; i < 7; i++)
            assert_close(mm[i], ee[i], 1e-13);
        sp_ising_field_weights(7, fields, weight);
        for (int i = 0; i < 7; i++)
            sum += fabs(fields[i]);
        assert_close(sum + sp_ising_forward_periodic(7, tanh(beta), fields, weight), enumerate(7, beta, true, fields, ee),
                     1e-13);
    }
}

/* Draws: correlation of neighbours T (open), (T + T^{n-1})/(1 + T^n) (closed); and magnetisations of chains in fields. */
static void test_draws(void **state)
{
    (void)state;
    enum { N = 6, DRAWS = 40000 };
    double T = tanh(0.6), spin[N], open = 0, closed = 0, across = 0, h[N] = {.5, -1, .2, 0, .3, -.6}, m[N], cavity[N],
           weight[N], mean[N] = {0};
    sp_rng rng = sp_rng_at(test_run(), "test", 0);
    sp_ising_free_entropy(N, 0.6, h, m);
    sp_ising_field_weights(N, h, weight);
    sp_ising_forward(N, T, h, weight, cavity);
    for (int i = 0; i < DRAWS; i++) {
        sp_ising_draw(&rng, N, 0.6, false, spin);
        open += spin[2] * spin[3] / DRAWS;
        sp_ising_draw(&rng, N, 0.6, true, spin);
        closed += spin[2] * spin[3] / DRAWS;
        across += spin[0] * spin[N - 1] / DRAWS;
        sp_ising_draw_given(&rng, N, 0.6, h, cavity, spin);
        for (int j = 0; j < N; j++)
            mean[j] += spin[j] / DRAWS;
    }
    double ring = (T + pow(T, N - 1)) / (1 + pow(T, N)), se = 1 / sqrt(DRAWS);
    assert_close(open, T, 5 * se);
    assert_close(closed, ring, 5 * se);
    assert_close(across, ring, 5 * se);
    for (int j = 0; j < N; j++)
        assert_close(mean[j], m[j], 5 * se);
}

static void test_cavity(void **state)
{
    (void)state;
    static const double t[4] = {.3, .7, 1, 1.5},
                        F[4][4] = {{.8780935966, .8437339127, .9775038060, .9440173876},
                                   {.1941140598, .1857298355, .2170627101, .2079570986},
                                   {.0862398145, .0831829051, .0939798485, .0906306697},
                                   {.0271912218, .0266548466, .0283981599, .0278266839}},
                        G[2][4] = {{.8418179854, .7122363224, 1.0195578324, .8929715458},
                                   {.0842159496, .0743857676, .0986883056, .0870283647}};
    static const int from[4] = {0, 0, 1, 1}, to[4] = {0, 1, 1, 0};
    sp_ising_cavity c;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            static const double beta[2] = {0.5, 1};
            assert_int_equal(sp_ising_cavity_solve(test_run(), beta[from[j]], beta[to[j]], t[i], &c), SP_OK);
            assert_true(c.converged);
            assert_close(c.F, F[i][j], 6e-11);
        }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++) {
            static const double beta[2] = {0.2, 1.2}, times[2] = {.3, 1};
            assert_int_equal(sp_ising_cavity_solve(test_run(), beta[from[j]], beta[to[j]], times[i], &c), SP_OK);
            assert_close(c.F, G[i][j], 6e-11);
        }
    assert_close(sp_ising_distance(.5, 1), 1.132953787, 5e-10);
    assert_close(sp_ising_distance(.2, 1.2), 3.850221653, 5e-10);
    /* an antiferromagnet is a ferromagnet with every second spin turned: the same F at the opposite couplings */
    double forward, backward;
    bool converged;
    assert_int_equal(sp_ising_divergence_rate(test_run(), .5, 1, .8, &forward, &converged), SP_OK);
    assert_int_equal(sp_ising_divergence_rate(test_run(), -.5, -1, .8, &backward, &converged), SP_OK);
    assert_close(forward, backward, 1e-13);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        double N, t12, t21;
    } known[] = {
        {1e2, .4471499, .4579271}, {1e3, 1.1246360, 1.1496682}, {1e4, 1.7701690, 1.7821074}, {1e5, 2.3746527, 2.3789956}};
    for (int i = 0; i < 4; i++) {
        double t;
        bool converged;
        assert_int_equal(sp_ising_pair_time(test_run(), known[i].N, .5, 1, 1, &t, &converged), SP_OK);
        assert_close(t, known[i].t12, 1e-7);
        assert_int_equal(sp_ising_pair_time(test_run(), known[i].N, 1, .5, 1, &t, &converged), SP_OK);
        assert_close(t, known[i].t21, 1e-7);
    }
    static const double late[3] = {2, 3, 4}, ratio[3] = {.8886, .9822, .9975};
    for (int i = 0; i < 3; i++) {
        double rate;
        bool converged;
        assert_int_equal(sp_ising_divergence_rate(test_run(), .5, 1, late[i], &rate, &converged), SP_OK);
        assert_close(rate / (exp(-4 * late[i]) / 4 * sp_ising_distance(.5, 1)), ratio[i], 1e-4);
    }
    /* the expansion takes over where F has no digits left: both agree there to the next order, eps */
    double above, below, t = -log(1e-5) / 2;
    bool converged;
    assert_int_equal(sp_ising_divergence_rate(test_run(), .5, 1, t - 0.01, &above, &converged), SP_OK);
    assert_int_equal(sp_ising_divergence_rate(test_run(), .5, 1, t + 0.01, &below, &converged), SP_OK);
    assert_close_rel(above / below, exp(0.08), 1e-4);
}

static void test_simulation(void **state)
{
    (void)state;
    static const double betas[3] = {.2, .6, 1.2}, t[1] = {.9}, half[2] = {.5, 1}, one[1] = {1};
    sp_ising_classes three = {1000, false, {3, betas}, {0}}, two = {400, false, {2, half}, {0}};
    double t_sym[9] = {0, 1, 1.5, 1, 0, 1.2, 1.5, 1.2, 0};
    sp_class_tree tree;
    sp_class_agreement m;
    assert_int_equal(sp_class_tree_create(test_run(), 3, t_sym, &tree), SP_OK);
    assert_int_equal(sp_ising_agreement_simulate(test_run(), &three, &tree, 1000, (sp_vec){1, t}, &m), SP_OK);
    /* D01 2.388(49), D02 13.84(11), D10 2.446(50), D12 6.393(73), D20 16.52(14), D21 7.180(88); attribution; phi .8394(30)
     */
    static const double D[9] = {0, 2.388, 13.84, 2.446, 0, 6.393, 16.52, 7.180, 0},
                        D_se[9] = {1, .049, .11, .050, 1, .073, .14, .088, 1}, p[3] = {.865, .843, .967};
    for (int i = 0; i < 9; i++)
        assert_close(m.curve[i].D, D[i], 5 * hypot(m.curve[i].D_se, D_se[i]));
    for (int k = 0; k < 3; k++)
        assert_close(m.correct[k], p[k], 5 * m.correct_se[k] * sqrt(1.5));
    assert_close(m.super[3], .8394, 5 * hypot(m.super_se[3], .0030));
    /* cavity and simulation; free ends shift D by O(1/N) of itself */
    double two_sym[4] = {0, 1, 1, 0};
    assert_int_equal(sp_class_tree_create(test_run(), 2, two_sym, &tree), SP_OK);
    assert_int_equal(sp_ising_agreement_simulate(test_run(), &two, &tree, 3000, (sp_vec){1, one}, &m), SP_OK);
    assert_close(m.curve[1].D, 1.2228, 5 * m.curve[1].D_se + 0.01);
    assert_close(m.curve[2].D, 1.3397, 5 * m.curve[2].D_se + 0.01);
    two.periodic = true;
    assert_int_equal(sp_ising_agreement_simulate(test_run(), &two, &tree, 2000, (sp_vec){1, one}, &m), SP_OK);
    assert_close(m.curve[1].D, 1.2228, 5 * m.curve[1].D_se);
    sp_ising_rates r;
    assert_int_equal(sp_ising_rates_measure(test_run(), .5, 1, .5, 2000000, &r), SP_OK);
    assert_close(r.D_rate, .0166038, 5 * r.D_rate_se);
    assert_close(r.S2_rate / (2 * .0166038), .948, 5 * hypot(r.S2_rate_se / (2 * .0166038), .015));
}

static void test_uturn(void **state)
{
    (void)state;
    static const double half[2] = {.5, 1}, t[2] = {.5, 1.2};
    sp_ising_classes c = {300, false, {2, half}, {0}};
    sp_uturn exact[4], steps[4];
    assert_int_equal(sp_ising_uturn(test_run(), &c, 1000, 0, (sp_vec){2, t}, exact), SP_OK);
    assert_int_equal(sp_ising_uturn(test_run(), &c, 100, 60, (sp_vec){2, t}, steps), SP_OK);
    for (int i = 0; i < 4; i++) {
        /* 0.02: chains of 300 spins overlap a little at t = 0 */
        assert_close(exact[i].phi_end, exact[i].phi_posterior,
                     5 * hypot(exact[i].phi_end_se, exact[i].phi_posterior_se) + 0.02);
        assert_close(steps[i].phi_end, exact[i].phi_end, 5 * hypot(steps[i].phi_end_se, exact[i].phi_end_se) + 0.02);
    }
    sp_ising_classes one = {300, false, {1, half}, {0}};
    assert_int_equal(sp_ising_uturn(test_run(), &one, 10, 0, (sp_vec){2, t}, exact), SP_USAGE);
}

/* The number of threads does not change a bit. */
static void test_threads(void **state)
{
    (void)state;
    static const double half[2] = {.5, 1}, t[2] = {.5, 1.2};
    sp_ising_classes c = {60, false, {2, half}, {0}};
    sp_uturn turns[2][4];
    double phi[2];
    for (int i = 0; i < 2; i++) {
        const sp_run_options options = {.seed = 3, .threads = i ? 3 : 1};
        sp_run *run = sp_run_create(&options);
        double t_sym[4] = {0, 1, 1, 0};
        sp_class_tree tree;
        sp_class_agreement m[2];
        assert_int_equal(sp_class_tree_create(run, 2, t_sym, &tree), SP_OK);
        assert_int_equal(sp_ising_agreement_simulate(run, &c, &tree, 100, (sp_vec){2, t}, m), SP_OK);
        assert_int_equal(sp_ising_uturn(run, &c, 100, 10, (sp_vec){2, t}, turns[i]), SP_OK);
        phi[i] = m[0].super[2] + m[1].curve[1].R_se;
        sp_run_free(run);
    }
    assert_memory_equal(turns[0], turns[1], sizeof turns[0]);
    assert_true(phi[0] == phi[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_tiny_chain), SP_TEST(test_draws),      SP_TEST(test_cavity),
                                       SP_TEST(test_times),      SP_TEST(test_simulation), SP_TEST(test_uturn),
                                       SP_TEST(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
