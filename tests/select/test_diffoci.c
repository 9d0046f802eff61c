/* Learning of features: every objective against central differences, mini-batches, group-DRO. */
#include "close.h"
#include "test.h"

#include "spinodal/select_learn.h"

#include <string.h>

enum { N = 50, P = 3 };

typedef struct {
    double x[P * N], y[N], binary[N], three[N], group[N];
} sample;

/* A response of x1 and x2, a group behind x3. */
static sample make(sp_run *run)
{
    sample s;
    sp_rng rng = sp_rng_at(run, "test.diffoci", 0);
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < P; k++)
            s.x[k * N + i] = sp_normal(&rng);
        s.y[i] = s.x[i] + 0.5 * s.x[N + i] + 0.3 * sp_normal(&rng);
        s.binary[i] = s.y[i] > 0;
        s.three[i] = s.y[i] < -0.5 ? 0 : s.y[i] < 0.5 ? 1 : 2;
        s.group[i] = s.x[2 * N + i] + 0.3 * sp_normal(&rng) > 0;
    }
    return s;
}

static sp_diffoci_problem problem(const sample *s)
{
    return (sp_diffoci_problem){.n = N,
                                .p = P,
                                .y = s->binary,
                                .x = s->x,
                                .group = s->group,
                                .beta = 0.3,
                                .rate = 0.05,
                                .decay = 1e-3,
                                .penalty = 0.7,
                                .steps = 20,
                                .stream = "test"};
}

/* Rounding 1e-15 / step and curvature (about 1/beta^3) step^2 leave less than 1e-8; the kinks of min and ReLU are not met
 * within so small a step. */
static void check_gradient(sp_run *run, const sp_diffoci_problem *p)
{
    size_t n_theta, n_head;
    double loss, up, down, step = 1e-6;
    assert_int_equal(sp_diffoci_size(run, p, &n_theta, &n_head), SP_OK);
    size_t n = n_theta + n_head;
    double *at = SP_NEW(run, double, n), *gradient = SP_NEW(run, double, n), *other = SP_NEW(run, double, n), size = 0;
    sp_rng rng = sp_rng_at(run, "test.parameters", 1);
    for (size_t t = 0; t < n; t++)
        at[t] = 0.8 * sp_normal(&rng);
    assert_int_equal(sp_diffoci_value(run, p, at, &loss, gradient), SP_OK);
    for (size_t t = 0; t < n; t++) {
        double held = at[t];
        at[t] = held + step;
        assert_int_equal(sp_diffoci_value(run, p, at, &up, other), SP_OK);
        at[t] = held - step;
        assert_int_equal(sp_diffoci_value(run, p, at, &down, other), SP_OK);
        at[t] = held;
        assert_close(gradient[t], (up - down) / (2 * step), 1e-8);
        size = fmax(size, fabs(gradient[t]));
    }
    assert_true(size > 1e-3);
}

static void every_gradient(void **state)
{
    static const size_t hidden[] = {5, 4};
    sample s = make(*state);
    const double *responses[] = {s.binary, s.three, s.y};
    struct {
        size_t features, layers;
    } maps[] = {{0, 0}, {1, 0}, {2, 0}, {2, 1}, {1, 2}};
    for (int use = 0; use < 3; use++)
        for (size_t map = 0; map < 5; map++)
            for (int unit = 0; unit < 2; unit++)
                for (int y = 0; y < 3; y++)
                    for (int dro = 0; dro <= (use == SP_DIFFOCI_PENALTY); dro++) {
                        sp_diffoci_problem p = problem(&s);
                        p.use = (sp_diffoci_use)use;
                        p.features = maps[map].features;
                        p.n_hidden = maps[map].layers;
                        p.hidden = hidden;
                        p.unit = unit;
                        p.y = responses[y];
                        p.dro = dro * 0.1;
                        check_gradient(*state, &p);
                    }
}

/* Scaling every weight changes nothing when T is of features in units of their standard deviation. */
static void unit_features_have_no_scale(void **state)
{
    sample s = make(*state);
    sp_diffoci_problem p = problem(&s);
    p.features = 2;
    double theta[2 * P] = {1, 0.3, -0.2, 0.4, -1, 0.6}, small[2 * P], gradient[2 * P], loss[2][2];
    for (size_t t = 0; t < 2 * P; t++)
        small[t] = 1e-3 * theta[t];
    for (int unit = 0; unit < 2; unit++) {
        p.unit = unit;
        assert_int_equal(sp_diffoci_value(*state, &p, theta, &loss[unit][0], gradient), SP_OK);
        assert_int_equal(sp_diffoci_value(*state, &p, small, &loss[unit][1], gradient), SP_OK);
    }
    assert_close(loss[1][1], loss[1][0], 1e-9);
    assert_true(fabs(loss[0][1] - loss[0][0]) > 0.1); /* as they are: T of all rows alike */
}

/* The head starts at 0, so that the loss of a cell is the mean of y^2/2; one update of the cell weights by hand. */
static void cell_weights_of_group_dro(void **state)
{
    sample s = make(*state);
    sp_diffoci_problem p = problem(&s);
    p.use = SP_DIFFOCI_PENALTY;
    p.features = 1;
    p.y = s.y;
    p.penalty = 0;
    p.dro = 2;
    p.steps = 1;
    sp_diffoci_result r;
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
    double sum[2] = {0}, count[2] = {0}, above = 0, below = 0;
    for (size_t i = 0; i < N; i++) {
        sum[s.group[i] > 0] += s.y[i] * s.y[i] / 2;
        count[s.group[i] > 0]++;
    }
    for (int g = 0; g < 2; g++) {
        double q = exp(2 * sum[g] / count[g]);
        above += q * sum[g] / count[g];
        below += q;
    }
    assert_close(r.trace[0].loss, above / below, 1e-12);
    p.use = SP_DIFFOCI_SELECT;
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_USAGE);
}

static void mini_batches(void **state)
{
    sample s = make(*state);
    double theta[3][2 * P + 3];
    for (int run_ = 0; run_ < 3; run_++) { /* one thread, two, another start */
        sp_run *run = sp_run_create(&(sp_run_options){.threads = run_ == 1 ? 2 : 1});
        sp_diffoci_problem p = problem(&s);
        p.use = SP_DIFFOCI_PENALTY;
        p.features = 2;
        p.batch = 20;
        p.steps = 7;
        p.index = run_ == 2;
        sp_diffoci_result r;
        assert_int_equal(sp_diffoci(run, &p, &r), SP_OK);
        assert_int_equal(r.n_theta + r.n_head, 2 * P + 3);
        assert_true(r.T_soft_se > 0);
        memcpy(theta[run_], r.theta, sizeof theta[run_]);
        sp_run_free(run);
    }
    assert_memory_equal(theta[0], theta[1], sizeof theta[0]);
    assert_true(theta[0][0] != theta[2][0]);
}

/* Mini-batches with one level of the group say nothing of it and are counted; all rows: an error. */
static void rare_groups(void **state)
{
    sample s = make(*state);
    for (size_t i = 0; i < N; i++)
        s.group[i] = i == 0;
    sp_diffoci_problem p = problem(&s);
    p.use = SP_DIFFOCI_PENALTY;
    p.features = 1;
    p.batch = 25;
    p.steps = 5; /* three epochs of two mini-batches, one of which has the row */
    sp_diffoci_result r;
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
    assert_int_equal(r.undefined, 3);
    s.group[0] = 0;
    p.batch = 0;
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_DATA);
}

/* The mean gradient of the mini-batches of an epoch leads where all rows lead: the loss alone (penalty 0) is convex in
 * the product of map and head, and both ways end near its minimum. */
static void batches_and_all_rows_agree(void **state)
{
    sample s = make(*state);
    double loss[2];
    for (int k = 0; k < 2; k++) {
        sp_diffoci_problem p = problem(&s);
        p.use = SP_DIFFOCI_PENALTY;
        p.features = 1;
        p.y = s.y;
        p.penalty = 0;
        p.decay = 0;
        p.rate = 0.01;
        p.batch = k ? 25 : 0;
        p.steps = 1500;
        sp_diffoci_result r;
        size_t n_theta, n_head;
        double gradient[P + 2];
        assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
        p.batch = 0;
        assert_int_equal(sp_diffoci_size(*state, &p, &n_theta, &n_head), SP_OK);
        assert_int_equal(n_theta + n_head, P + 2);
        assert_int_equal(sp_diffoci_value(*state, &p, r.theta, &loss[k], gradient), SP_OK);
    }
    assert_true(loss[0] > 0.01); /* the noise 0.3^2/2 */
    assert_true(loss[1] >= loss[0] && loss[1] < 1.1 * loss[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(every_gradient),
                                       SP_TEST(unit_features_have_no_scale),
                                       SP_TEST(cell_weights_of_group_dro),
                                       SP_TEST(mini_batches),
                                       SP_TEST(rare_groups),
                                       SP_TEST(batches_and_all_rows_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
