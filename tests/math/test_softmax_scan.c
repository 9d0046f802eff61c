/* The streaming pass against a direct sum in double. */
#include "math/softmax_scan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static sp_run *run_with(int threads)
{
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 7, .threads = threads});
    assert_non_null(run);
    return run;
}

typedef struct {
    size_t n, d, q, n_classes;
    float *y, *noise;
    double *y64, *x;
    int32_t *label;
    size_t *seed;
} sample;

/* Two clusters, so that classes and seeds matter. */
static sample make(sp_run *run, size_t n, size_t d, size_t q)
{
    sample s = {n,
                d,
                q,
                3,
                SP_NEW(run, float, n *d),
                SP_NEW(run, float, q *d),
                SP_NEW(run, double, n *d),
                SP_NEW(run, double, q *d),
                SP_NEW(run, int32_t, n),
                SP_NEW(run, size_t, q)};
    sp_rng rng = sp_rng_at(run, "sample", 0);
    for (size_t i = 0; i < n; i++) {
        s.label[i] = (int32_t)sp_uniform_int(&rng, 3);
        for (size_t j = 0; j < d; j++) {
            s.y[i * d + j] = (float)(sp_normal(&rng) + (s.label[i] == 1 ? 1 : -1) * (j < 4));
            s.y64[i * d + j] = (double)s.y[i * d + j];
        }
    }
    for (size_t i = 0; i < q; i++) {
        s.seed[i] = (size_t)sp_uniform_int(&rng, n);
        for (size_t j = 0; j < d; j++) {
            s.noise[i * d + j] = (float)sp_normal(&rng);
            s.x[i * d + j] = sp_normal(&rng);
        }
    }
    return s;
}

typedef struct {
    sp_softmax_stat stat;
    double class_weight[3], mean[256];
} direct;

static double logit(const sp_logit *l, double g, double p)
{
    return l->kind == SP_LOGIT_GAUSSIAN  ? -l->a * g - l->b * p
           : l->kind == SP_LOGIT_STUDENT ? -l->a * log1p(l->b * g)
           : l->a * g < 1                ? 0
                                         : -INFINITY;
}

static direct sum_directly(const sp_softmax_problem *p, size_t i, const sp_logit *l)
{
    direct r = {{0}, {0}, {0}};
    double *v = malloc(p->n * sizeof *v), top = -INFINITY, z = 0, rest = 0;
    size_t seed = p->seed ? p->seed[i] : SP_NO_SEED;
    for (size_t k = 0; k < p->n; k++) {
        double g = 0, along = 0;
        for (size_t j = 0; j < p->d; j++) {
            double x = p->x ? p->x[i * p->d + j] : p->y64[seed * p->d + j], delta = x - p->y64[k * p->d + j];
            g += delta * delta;
            along += p->noise ? delta * (double)p->noise[i * p->d + j] : 0;
        }
        v[k] = p->leave_out && k == seed ? -INFINITY : logit(l, g, along);
        top = v[k] > top ? v[k] : top;
    }
    for (size_t k = 0; k < p->n; k++) {
        double w = exp(v[k] - top);
        z += w;
        rest += k == seed ? 0 : w;
    }
    r.stat = (sp_softmax_stat){
        .log_z = top + log(z), .log_z_rest = top + log(rest), .w_seed = seed == SP_NO_SEED ? 0 : exp(v[seed] - top) / z};
    for (size_t k = 0; k < p->n; k++) {
        double w = exp(v[k] - top) / z;
        if (w > r.stat.w_max) {
            r.stat.w_max = w;
            r.stat.best = k;
        }
        r.stat.sum_w2 += w * w;
        r.stat.entropy -= w > 0 ? w * log(w) : 0;
        r.stat.mean_logit += w > 0 ? w * v[k] : 0;
        if (p->label)
            r.class_weight[p->label[k]] += w;
        for (size_t j = 0; j < p->d && p->mean; j++)
            r.mean[j] += w * p->y64[k * p->d + j];
    }
    free(v);
    return r;
}

static void near(double value, double expected, double tolerance, const char *what)
{
    if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))) && !(isinf(value) && value == expected))
        fail_msg("%s: %.17g, expected %.17g within %g", what, value, expected, tolerance);
}

/* tolerance: 1e-12 in double (sums of a few thousand terms); float32 logits of size up to 500 are off by 1e-7 |v| each, at
 * random, and the leading terms are exact. */
static void compare(sp_run *run, const sp_softmax_problem *p, double tolerance)
{
    sp_softmax_result r;
    assert_int_equal(sp_softmax_scan(run, NULL, p, &r), SP_OK);
    for (size_t i = 0; i < p->n_queries; i += 7)
        for (size_t s = 0; s < p->n_logits; s++) {
            direct e = sum_directly(p, i, &p->logit[s]);
            const sp_softmax_stat *a = &r.stat[i * p->n_logits + s];
            near(a->log_z, e.stat.log_z, tolerance, "log_z");
            near(a->log_z_rest, e.stat.log_z_rest, tolerance, "log_z_rest");
            near(a->sum_w2, e.stat.sum_w2, tolerance, "sum_w2");
            near(a->entropy, e.stat.entropy, tolerance, "entropy");
            near(a->mean_logit, e.stat.mean_logit, tolerance, "mean_logit");
            near(a->w_seed, e.stat.w_seed, tolerance, "w_seed");
            near(a->w_max, e.stat.w_max, tolerance, "w_max");
            if (p->logit[s].kind != SP_LOGIT_TOPHAT)
                assert_int_equal(a->best, e.stat.best);
            for (size_t c = 0; c < 3 && r.class_weight; c++)
                near(r.class_weight[(i * p->n_logits + s) * 3 + c], e.class_weight[c], tolerance, "class weight");
            for (size_t j = 0; j < p->d && r.mean; j++)
                near(r.mean[(i * p->n_logits + s) * p->d + j], e.mean[j], tolerance, "mean");
        }
}

static sp_softmax_problem problem(const sample *s)
{
    return (sp_softmax_problem){
        .n = s->n, .d = s->d, .y = s->y, .y64 = s->y64, .label = s->label, .n_classes = s->n_classes, .n_queries = s->q};
}

static const sp_precision precisions[2] = {SP_PRECISION_DOUBLE, SP_PRECISION_FLOAT};
static const double tolerances[2] = {1e-12, 3e-6};

static void test_kernel_estimate(void **state)
{
    (void)state;
    sp_run *run = run_with(2);
    sample s = make(run, 1500, 30, 70);
    sp_logit logits[] = {{SP_LOGIT_GAUSSIAN, 0.05, 0}, {SP_LOGIT_GAUSSIAN, 0.5, 0},   {SP_LOGIT_GAUSSIAN, 5, 0},
                         {SP_LOGIT_GAUSSIAN, 500, 0},  {SP_LOGIT_STUDENT, 22.5, 0.1}, {SP_LOGIT_TOPHAT, 1.0 / 55, 0}};
    sp_softmax_problem p = problem(&s);
    p.x = s.x;
    p.logit = logits;
    p.n_logits = 6;
    p.k = 20;
    p.mean = true;
    for (int i = 0; i < 2; i++) {
        p.precision = precisions[i];
        compare(run, &p, tolerances[i]);
    }
    sp_run_free(run);
}

static void test_leave_one_out(void **state)
{
    (void)state;
    sp_run *run = run_with(2);
    sample s = make(run, 700, 17, 50);
    sp_logit logits[] = {{SP_LOGIT_GAUSSIAN, 0.3, 0}, {SP_LOGIT_GAUSSIAN, 2, 0}};
    sp_softmax_problem p = problem(&s);
    p.seed = s.seed;
    p.logit = logits;
    p.n_logits = 2;
    for (int i = 0; i < 4; i++) {
        p.precision = precisions[i % 2];
        p.leave_out = i < 2;
        compare(run, &p, tolerances[i % 2]);
    }
    sp_run_free(run);
}

static void test_diffusion_times(void **state)
{
    (void)state;
    sp_run *run = run_with(2);
    sample s = make(run, 1300, 24, 60);
    sp_logit logits[12];
    for (int i = 0; i < 12; i++) {
        double t = 0.002 * pow(2.0, i), delta = -expm1(-2 * t);
        logits[i] = (sp_logit){SP_LOGIT_GAUSSIAN, exp(-2 * t) / (2 * delta), exp(-t) / sqrt(delta)};
    }
    sp_softmax_problem p = problem(&s);
    p.seed = s.seed;
    p.noise = s.noise;
    p.logit = logits;
    p.n_logits = 12;
    p.mean = true;
    for (int i = 0; i < 2; i++) {
        p.precision = precisions[i];
        compare(run, &p, tolerances[i]);
    }
    p.label = NULL;
    p.mean = false;
    compare(run, &p, tolerances[1]);
    sp_run_free(run);
}

static int increasing(const void *a, const void *b) { return *(const double *)a < *(const double *)b ? -1 : 1; }

static void test_neighbours(void **state)
{
    (void)state;
    sp_run *run = run_with(2);
    sample s = make(run, 1100, 40, 20);
    memcpy(s.y + 5 * s.d, s.y + s.seed[0] * s.d, s.d * sizeof(float)); /* a duplicate: distance exactly 0 */
    memcpy(s.y64 + 5 * s.d, s.y64 + s.seed[0] * s.d, s.d * sizeof(double));
    sp_logit logit = {SP_LOGIT_GAUSSIAN, 1, 0};
    sp_softmax_problem p = problem(&s);
    p.seed = s.seed;
    p.leave_out = true;
    p.logit = &logit;
    p.n_logits = 1;
    p.k = 64;
    for (int m = 0; m < 2; m++) {
        p.precision = precisions[m];
        sp_softmax_result r;
        assert_int_equal(sp_softmax_scan(run, NULL, &p, &r), SP_OK);
        assert_true(s.seed[0] == 5 || (r.neighbour[0].g == 0 && r.neighbour[0].index == 5));
        for (size_t i = 0; i < p.n_queries; i++) {
            double *all = SP_NEW(run, double, s.n);
            size_t n = 0;
            for (size_t k = 0; k < s.n; k++) {
                double g = 0;
                for (size_t j = 0; j < s.d; j++)
                    g += pow(s.y64[s.seed[i] * s.d + j] - s.y64[k * s.d + j], 2);
                if (k != s.seed[i])
                    all[n++] = g;
            }
            qsort(all, n, sizeof *all, increasing);
            for (size_t k = 0; k < 64; k++)
                near(r.neighbour[i * 64 + k].g, all[k], 1e-13, "neighbour");
        }
    }
    sp_run_free(run);
}

/* Spec 03, 7.3. */
static void test_three_points(void **state)
{
    (void)state;
    sp_run *run = run_with(1);
    double y[] = {0, 0, 1, 0, 0, 2}, x[] = {.5, .5};
    sp_logit logits[] = {{SP_LOGIT_GAUSSIAN, 2, 0}, {SP_LOGIT_GAUSSIAN, 0.5, 0}};
    sp_softmax_problem p = {.n = 3, .d = 2, .y64 = y, .n_queries = 1, .x = x, .logit = logits, .n_logits = 2, .k = 5};
    sp_softmax_result r;
    assert_int_equal(sp_softmax_scan(run, NULL, &p, &r), SP_OK);
    near(r.stat[0].log_z - log(3) - log(2 * M_PI * .25), -1.8479316725, 1e-10, "log density");
    near(r.stat[0].sum_w2, .4910488108, 1e-10, "Y2");
    near(exp(r.stat[0].entropy), 2.0929241037, 1e-10, "N_H");
    near(r.stat[1].log_z - log(3) - log(2 * M_PI), -2.3244945510, 1e-10, "log density");
    near(r.stat[1].sum_w2, .3808438111, 1e-10, "Y2");
    near(exp(r.stat[1].entropy), 2.7658754618, 1e-10, "N_H");
    near(r.neighbour[0].g, .5, 1e-15, "nearest");
    assert_true(isinf(r.neighbour[3].g) && r.neighbour[3].index == SP_NO_SEED);
    p.k = 65;
    assert_int_equal(sp_softmax_scan(run, NULL, &p, &r), SP_USAGE);
    sp_run_free(run);
}

static void test_empty_tophat(void **state)
{
    (void)state;
    sp_run *run = run_with(1);
    double y[] = {0, 0, 1, 0, 0, 2}, x[] = {10, 10};
    sp_logit logit = {SP_LOGIT_TOPHAT, 1, 0};
    for (int mean = 0; mean < 2; mean++) {
        sp_softmax_problem p = {
            .n = 3, .d = 2, .y64 = y, .n_queries = 1, .x = x, .logit = &logit, .n_logits = 1, .mean = mean};
        sp_softmax_result r;
        assert_int_equal(sp_softmax_scan(run, NULL, &p, &r), SP_OK);
        assert_true(r.stat[0].log_z == -INFINITY && isnan(r.stat[0].sum_w2));
    }
    sp_run_free(run);
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    sp_softmax_result results[2];
    sp_run *runs[2];
    for (int m = 0; m < 2; m++) {
        for (int i = 0; i < 2; i++) {
            runs[i] = run_with(i + 1);
            sample s = make(runs[i], 1000, 33, 100);
            sp_logit logits[] = {{SP_LOGIT_GAUSSIAN, 0.3, 0.2}, {SP_LOGIT_GAUSSIAN, 2, 1}};
            sp_softmax_problem p = problem(&s);
            p.seed = s.seed;
            p.noise = s.noise;
            p.logit = logits;
            p.n_logits = 2;
            p.mean = true;
            p.precision = precisions[m];
            assert_int_equal(sp_softmax_scan(runs[i], i ? "scan" : NULL, &p, &results[i]), SP_OK);
        }
        assert_memory_equal(results[0].stat, results[1].stat, 200 * sizeof(sp_softmax_stat));
        assert_memory_equal(results[0].class_weight, results[1].class_weight, 600 * sizeof(double));
        assert_memory_equal(results[0].mean, results[1].mean, 200 * 33 * sizeof(double));
        sp_run_free(runs[0]);
        sp_run_free(runs[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel_estimate),
        cmocka_unit_test(test_leave_one_out),
        cmocka_unit_test(test_diffusion_times),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_three_points),
        cmocka_unit_test(test_empty_tophat),
        cmocka_unit_test(test_same_bits_for_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
