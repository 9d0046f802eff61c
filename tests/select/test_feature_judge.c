/* What is read from features: scores, AUC, cells; held-out rows. */
#include "close.h"
#include "test.h"

#include "math/roc.h"
#include "spinodal/command.h"
#include "spinodal/select_learn.h"

#include <string.h>

/* By all pairs, and placements of DeLong one by one. */
static void auc_by_pairs(void **state)
{
    enum { N = 40 };
    double score[N], placement[2][N], mean[2] = {0}, square[2] = {0}, count[2] = {0};
    bool high[N];
    sp_rng rng = sp_rng_at(*state, "auc", 0);
    for (size_t i = 0; i < N; i++) {
        high[i] = i % 3 == 0;
        score[i] = floor(4 * (sp_normal(&rng) + high[i])); /* with ties */
        count[high[i]]++;
    }
    for (size_t i = 0; i < N; i++) {
        placement[high[i]][i] = 0;
        for (size_t j = 0; j < N; j++)
            if (high[j] != high[i]) {
                double above = high[i] ? score[i] - score[j] : score[j] - score[i];
                placement[high[i]][i] += (above > 0 ? 1 : above < 0 ? 0 : 0.5) / count[!high[i]];
            }
        mean[high[i]] += placement[high[i]][i] / count[high[i]];
    }
    for (size_t i = 0; i < N; i++)
        square[high[i]] += pow(placement[high[i]][i] - mean[high[i]], 2) / (count[high[i]] - 1);
    sp_estimate auc;
    assert_int_equal(sp_auc(*state, N, score, high, &auc), SP_OK);
    assert_close(auc.value, mean[1], 1e-12);
    assert_close(auc.value, mean[0], 1e-12);
    assert_close(auc.se, sqrt(square[0] / count[0] + square[1] / count[1]), 1e-12);
    memset(high, 0, sizeof high);
    assert_int_equal(sp_auc(*state, N, score, high, &auc), SP_OK);
    assert_true(isnan(auc.value));
}

/* The error against the spread over samples: 400 of them fix a standard deviation to 3.5 per cent, allowed is five times
 * that. */
static void auc_error(void **state)
{
    enum { N = 200, SAMPLES = 400 };
    sp_moments value = {0}, error = {0};
    for (uint64_t sample = 0; sample < SAMPLES; sample++) {
        double score[N];
        bool high[N];
        sp_estimate auc;
        sp_rng rng = sp_rng_at(*state, "auc error", sample);
        for (size_t i = 0; i < N; i++) {
            high[i] = i < 60;
            score[i] = sp_normal(&rng) + high[i];
        }
        assert_int_equal(sp_auc(*state, N, score, high, &auc), SP_OK);
        sp_moments_add(&value, auc.value);
        sp_moments_add(&error, auc.se);
    }
    assert_close(value.mean, 0.760249938, 5 * sp_moments_se(&value)); /* Phi(1/sqrt 2) */
    assert_close_rel(error.mean, sp_moments_sd(&value), 5 * 0.035);
}

enum { N = 4000 };

typedef struct {
    double x[2 * N], y[N], group[N];
} sample;

/* y the sign of x1 but wrong in a fraction 0.1 (group 0) or 0.3 (group 1) of the rows; x2 tells the group. */
static sp_grouped make(sp_run *run, uint64_t index, sample *s)
{
    sp_rng rng = sp_rng_at(run, "judge", index);
    for (size_t i = 0; i < N; i++) {
        double sign = sp_uniform(&rng) < 0.5 ? -1 : 1;
        s->group[i] = sp_uniform(&rng) < 0.4;
        s->x[i] = sign * (1 + 0.1 * sp_normal(&rng));
        s->x[N + i] = s->group[i] + sp_normal(&rng);
        s->y[i] = sp_uniform(&rng) < (s->group[i] > 0 ? 0.3 : 0.1) ? sign < 0 : sign > 0;
    }
    return (sp_grouped){N, 2, s->x, s->y, s->group};
}

static void classes(void **state)
{
    sample *a = SP_NEW(test_run(), sample, 2);
    sp_grouped train = make(*state, 0, a), test = make(*state, 1, a + 1);
    sp_feature_report r;
    assert_int_equal(sp_features_judge(*state, &train, &test, SP_HEAD_AUTO, NULL, &r), SP_OK);
    assert_true(r.classes && r.group_classes);
    assert_close(r.task, 0.6 * 0.9 + 0.4 * 0.7, 5 * r.task_se);
    assert_close_rel(r.task_se, sqrt(0.82 * 0.18 / N), 0.1);
    assert_int_equal(r.n_cells, 4);
    size_t rows = 0;
    for (size_t c = 0; c < 4; c++) {
        rows += r.cells[c].n;
        assert_close(r.cells[c].score, r.cells[c].group > 0 ? 0.7 : 0.9, 5 * r.cells[c].score_se);
        assert_true(r.worst <= r.cells[c].score);
    }
    assert_int_equal(rows, N);
    assert_true(r.worst_cell.group == 1);
    assert_close(r.base_rate, 0.6, 5 * sqrt(0.24 / N));
    assert_close(r.auc, 0.760249938, 5 * r.auc_se);
    /* the best probe guesses group 1 where x2 > 1/2 + log(0.6/0.4): 0.6 Phi(0.905) + 0.4 Phi(0.095) */
    assert_close(r.probe, 0.6 * 0.8174 + 0.4 * 0.5378, 5 * r.probe_se);
    double head[] = {-1, 0, 0}; /* given: the sign turned round */
    sp_feature_report turned;
    assert_int_equal(sp_features_judge(*state, &train, &test, SP_HEAD_AUTO, head, &turned), SP_OK);
    assert_close(turned.task, 1 - r.task, 0.01);
}

/* Three classes on a line, and a real response whose R^2 is known; the error of R^2 against samples. */
static void other_responses(void **state)
{
    sample *a = SP_NEW(test_run(), sample, 2);
    sp_grouped rows[2] = {make(*state, 0, a), make(*state, 1, a + 1)};
    sp_feature_report r;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < N; i++)
            a[k].y[i] = a[k].x[N + i] < 0 ? 0 : a[k].x[N + i] < 1 ? 1 : 2;
    assert_int_equal(sp_features_judge(*state, &rows[0], &rows[1], SP_HEAD_AUTO, NULL, &r), SP_OK);
    assert_true(r.classes && r.task > 0.97);
    sp_moments value = {0}, error = {0};
    for (uint64_t s = 0; s < 100; s++) {
        sp_rng rng = sp_rng_at(*state, "real", s);
        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < N; i++)
                a[k].y[i] = a[k].x[i] + 0.5 * sp_normal(&rng);
        assert_int_equal(sp_features_judge(*state, &rows[0], &rows[1], SP_HEAD_AUTO, NULL, &r), SP_OK);
        assert_false(r.classes);
        sp_moments_add(&value, r.task);
        sp_moments_add(&error, r.task_se);
    }
    assert_close(value.mean, 1.01 / 1.26, 0.005); /* var x1 = 1.01; the x of the rows are fixed */
    assert_int_equal(r.n_cells, 2);
    /* the spread over noise alone is a part of the error, which counts other rows too */
    assert_true(error.mean > 0.8 * sp_moments_sd(&value) && error.mean < 2 * sp_moments_sd(&value));
}

static void held_out_rows(void **state)
{
    sample *s = SP_NEW(test_run(), sample, 1);
    sp_grouped all = make(*state, 0, s), train, test;
    assert_int_equal(sp_grouped_split(*state, &all, 0.25, &train, &test), SP_OK);
    assert_int_equal(train.n, 3 * N / 4);
    assert_int_equal(test.n, N / 4);
    double whole = 0, parts = 0;
    for (size_t i = 0; i < N; i++)
        whole += s->x[i] * (3 + s->y[i]) * (2 + s->group[i]);
    for (size_t i = 0; i < train.n; i++)
        parts += train.x[i] * (3 + train.y[i]) * (2 + train.group[i]);
    for (size_t i = 0; i < test.n; i++)
        parts += test.x[i] * (3 + test.y[i]) * (2 + test.group[i]);
    assert_close(parts, whole, 1e-8);
    assert_int_equal(sp_grouped_split(*state, &all, 1e-4, &train, &test), SP_USAGE);

    static const char *const names[] = {"a"};
    double x[] = {3, 1, 2, 2}, other[] = {2, 0, 9, 2.5};
    sp_grouped one = {4, 1, x, NULL, NULL}, two = {4, 1, other, NULL, NULL};
    assert_int_equal(sp_grouped_scale(*state, SP_SCALE_RANK, names, &one, &two), SP_OK);
    double ranks[] = {4, 1, 2.5, 2.5}, among[] = {2.5, 0.5, 4.5, 3.5};
    for (size_t i = 0; i < 4; i++) {
        assert_true(one.x[i] == ranks[i]);
        assert_true(two.x[i] == among[i]);
    }
    one.x = x;
    two.x = other;
    assert_int_equal(sp_grouped_scale(*state, SP_SCALE_SD, names, &one, &two), SP_OK);
    assert_close(one.x[0], 1 / sqrt(2.0 / 3), 1e-15);
    assert_close(two.x[1], -2 / sqrt(2.0 / 3), 1e-15);
    double same[] = {1, 1, 1, 1};
    one.x = same;
    assert_int_equal(sp_grouped_scale(*state, SP_SCALE_SD, names, &one, NULL), SP_DATA);
}

/* ---- the command ---------------------------------------------------------------------------------------- */

static double number(const sp_result *result, const char *method, const char *name)
{
    const sp_table *t = sp_result_find_table(result, "evaluation");
    size_t m = 0, c = 0;
    assert_true(sp_table_find_column(t, "method", &m) && sp_table_find_column(t, name, &c));
    for (size_t i = 0; i < sp_table_rows(t); i++)
        if (!strcmp(sp_table_cell(t, i, m).text, method))
            return sp_table_cell(t, i, c).number;
    fail();
    return NAN;
}

static sp_status call(sp_run *run, size_t n, const char *const *args, sp_result **result)
{
    return sp_call(run, "select.diffoci", NULL, n, args, result);
}

/* The penalty takes the group out of the features, and the class is told better where group and class disagree. */
static void spurious_feature(void **state)
{
    const char *args[] = {"data=gen:spurious,n=1000",
                          "test=gen:spurious,n=2000,aligned=0.5,seed=2",
                          "group=group",
                          "use=penalty",
                          "mode=linear",
                          "decay=0.001",
                          "penalty=0.5",
                          "batch=200",
                          "steps=250"};
    sp_result *r;
    assert_int_equal(call(*state, 9, args, &r), SP_OK);
    assert_true(number(r, "penalty", "worst") > number(r, "ERM", "worst") + 3 * number(r, "ERM", "worst_se"));
    assert_true(number(r, "penalty", "auc") < number(r, "ERM", "auc") - 3 * number(r, "ERM", "auc_se"));
    assert_true(number(r, "DRO", "worst") > number(r, "ERM", "worst"));
    assert_true(number(r, "columns", "auc") > 0.99);
    sp_result_free(r);
}

static void refusals(void **state)
{
    static const struct {
        const char *args[4];
        sp_status status;
        const char *words;
    } cases[] = {
        {{"use=penalty"}, SP_USAGE, "--group"},
        {{"group=group", "dro=true"}, SP_USAGE, "group-DRO"},
        {{"test=gen:spurious,seed=2", "holdout=0.5"}, SP_USAGE, "give one"},
        {{"batch=2"}, SP_USAGE, "mini-batch"},
        {{"batch=5000"}, SP_USAGE, "mini-batch"},
        {{"max_ops=1e6"}, SP_USAGE, "--batch 256"},
        {{"holdout=0.001"}, SP_USAGE, "at least 3"},
        {{"group=nothing"}, SP_USAGE, "no column"},
        {{"group=core|spurious"}, SP_USAGE, "one column"},
        {{"mode=mlp", "hidden=2,2,2,2,2"}, SP_USAGE, "at most 4 layers"},
        {{"x=core,spurious", "group=core", "use=penalty", "dro=true"}, SP_USAGE, "different values"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *args[6] = {"data=gen:spurious,n=300", "steps=3"};
        size_t n = 2;
        while (n < 6 && cases[k].args[n - 2] && n - 2 < 4) {
            args[n] = cases[k].args[n - 2];
            n++;
        }
        sp_result *r;
        assert_int_equal(call(*state, n, args, &r), cases[k].status);
        assert_non_null(strstr(sp_run_message(*state), cases[k].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(auc_by_pairs),    SP_TEST(auc_error),     SP_TEST(classes),
                                       SP_TEST(other_responses), SP_TEST(held_out_rows), SP_TEST(spurious_feature),
                                       SP_TEST(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
