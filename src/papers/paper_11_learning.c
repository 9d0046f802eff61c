#include "paper_11_learning.h"

#include "spinodal/select_learn.h"

#include <stdlib.h>
#include <string.h>

static void mean_of(size_t n, const double *x, double *mean, double *se)
{
    double squares = 0;
    *mean = 0;
    for (size_t i = 0; i < n; i++)
        *mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *se = sqrt(squares / (double)(n * (n - 1)));
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(size_t n, double *x)
{
    qsort(x, n, sizeof *x, ascending);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

/* ---- the library of correlated columns ------------------------------------------------------------------ */

/* 240 columns a sin(b x + c) with noise for y = sin x with noise, x evenly on [0, 10] (its law is not stated in the paper),
 * 67 of 100 rows to learn from: how many columns keep |theta| > 0.1 after 60 steps, and b of the largest. */
static sp_status library(sp_run *run, uint64_t sample, double *survivors, double *b_largest)
{
    enum { ROWS_ALL = 100, TRAIN = 67, A = 4, B = 15, C = 4, COLUMNS = A * B * C };
    double *x = SP_NEW(run, double, COLUMNS *TRAIN), y[TRAIN], t[TRAIN];
    size_t row[ROWS_ALL], best = 0;
    if (!x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "claim.library", sample);
    sp_permutation(&rng, ROWS_ALL, row);
    for (size_t i = 0; i < TRAIN; i++) {
        t[i] = 10 * (double)row[i] / (ROWS_ALL - 1);
        y[i] = sin(t[i]) + 0.1 * sp_normal(&rng);
    }
    for (size_t k = 0; k < COLUMNS; k++) {
        double a = 0.1 + 1.9 * (double)(k / (B * C)) / (A - 1), b = 0.1 + 1.9 * (double)(k / C % B) / (B - 1);
        for (size_t i = 0; i < TRAIN; i++)
            x[k * TRAIN + i] = a * sin(b * t[i] - 1 + 2.0 * (double)(k % C) / (C - 1)) + 0.1 * sp_normal(&rng);
    }
    sp_grouped rows = {TRAIN, COLUMNS, x, y, NULL};
    const char *names[COLUMNS];
    for (size_t k = 0; k < COLUMNS; k++)
        names[k] = "of the library";
    SP_TRY(sp_grouped_scale(run, SP_SCALE_SD, names, &rows, NULL));
    sp_diffoci_problem p = {.n = TRAIN,
                            .p = COLUMNS,
                            .y = y,
                            .x = rows.x,
                            .beta = 0.2,
                            .rate = 0.1,
                            .decay = 0.1,
                            .steps = 60,
                            .stream = "claim.library start",
                            .index = sample};
    sp_diffoci_result r;
    SP_TRY(sp_diffoci(run, &p, &r));
    *survivors = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        *survivors += fabs(r.theta[k]) > 0.1;
        best = fabs(r.theta[k]) > fabs(r.theta[best]) ? k : best;
    }
    *b_largest = 0.1 + 1.9 * (double)(best / C % B) / (B - 1);
    return SP_OK;
}

enum { LIBRARIES = 9 };

/* Kept, because two claims look at the same ones. */
static sp_status libraries(sp_run *run, double survivors[LIBRARIES], double b[LIBRARIES])
{
    double values[2][LIBRARIES];
    size_t bytes;
    const char *memo = sp_format(run, "claim 11 libraries seed %llu", (unsigned long long)sp_run_seed(run));
    const void *kept = memo ? sp_memo_find(run, memo, &bytes) : NULL;
    if (kept && bytes == sizeof values)
        memcpy(values, kept, sizeof values);
    for (uint64_t sample = 0; sample < LIBRARIES && !kept; sample++) {
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(library(run, sample, &values[0][sample], &values[1][sample]));
        sp_memory_release(run, mark);
    }
    if (memo && !kept)
        sp_memo_keep(run, memo, values, sizeof values);
    memcpy(survivors, values[0], sizeof values[0]);
    memcpy(b, values[1], sizeof values[1]);
    return SP_OK;
}

sp_status sp_claim_library_survivors(sp_run *run, const sp_result *result, double *value, double *se)
{
    double survivors[LIBRARIES], b[LIBRARIES];
    (void)result;
    SP_TRY(libraries(run, survivors, b));
    mean_of(LIBRARIES, survivors, value, se);
    return SP_OK;
}

sp_status sp_claim_library_largest(sp_run *run, const sp_result *result, double *value, double *se)
{
    double survivors[LIBRARIES], b[LIBRARIES];
    (void)result;
    *se = 0;
    SP_TRY(libraries(run, survivors, b));
    *value = median(LIBRARIES, b);
    return SP_OK;
}

/* ---- spurious correlation and fairness ------------------------------------------------------------------- */

enum { SAMPLES = 6, MOST_VALUES = 8 };

/* The numbers at `paths` of the command on other samples: training seed s, held-out seed 100 + s. They are kept, because
 * several claims look at the same runs. */
static sp_status over_samples(sp_run *run, const char *name, size_t n_args, const char *const *args, const char *generator,
                              const char *test_keys, size_t n_values, const char *const *paths,
                              double values[SAMPLES][MOST_VALUES])
{
    size_t bytes, size = SAMPLES * MOST_VALUES * sizeof(double);
    const char *memo = sp_format(run, "claim 11 %s seed %llu", name, (unsigned long long)sp_run_seed(run));
    const void *kept = memo ? sp_memo_find(run, memo, &bytes) : NULL;
    if (kept && bytes == size) {
        memcpy(values, kept, size);
        return SP_OK;
    }
    for (size_t s = 0; s < SAMPLES; s++) {
        const char *all[16] = {sp_format(run, "data=gen:%s,seed=%zu", generator, s + 1),
                               sp_format(run, "test=gen:%s%s,seed=%zu", generator, test_keys, s + 101)};
        sp_result *result;
        for (size_t k = 0; k < n_args; k++)
            all[k + 2] = args[k];
        if (!all[0] || !all[1])
            return SP_FAILED;
        SP_TRY(sp_call(run, "select.diffoci", NULL, n_args + 2, all, &result));
        bool found = true;
        for (size_t k = 0; k < n_values; k++)
            found &= sp_result_path(result, paths[k], &values[s][k]);
        sp_result_free(result);
        if (!found)
            return sp_fail(run, SP_FAILED, "select diffoci has no such number");
    }
    if (memo)
        sp_memo_keep(run, memo, values, size);
    return SP_OK;
}

enum { WORST_ERM, WORST_DRO, WORST_OWN, AUC_ERM, AUC_OWN, SPURIOUS_VALUES };

static sp_status spurious(sp_run *run, bool dro, double values[SAMPLES][MOST_VALUES])
{
    static const char *const args[] = {"group=group", "use=penalty", "penalty=0.5", "mode=linear",
                                       "decay=0.001", "batch=128",   "steps=200",   "dro=true"};
    static const char *const plain[] = {"evaluation.worst[method=ERM]", "evaluation.worst[method=DRO]",
                                        "evaluation.worst[method=penalty]", "evaluation.auc[method=ERM]",
                                        "evaluation.auc[method=penalty]"};
    static const char *const with_dro[] = {"evaluation.worst[method=ERM]", "evaluation.worst[method=DRO]",
                                           "evaluation.worst[method=penalty+DRO]", "evaluation.auc[method=ERM]",
                                           "evaluation.auc[method=penalty+DRO]"};
    return over_samples(run, dro ? "spurious dro" : "spurious", dro ? 8 : 7, args, "spurious", ",aligned=0.5",
                        SPURIOUS_VALUES, dro ? with_dro : plain, values);
}

sp_status sp_claim_worst_over_erm(sp_run *run, const sp_result *result, double *value, double *se)
{
    double v[SAMPLES][MOST_VALUES], difference[SAMPLES];
    (void)result;
    SP_TRY(spurious(run, false, v));
    for (size_t s = 0; s < SAMPLES; s++)
        difference[s] = v[s][WORST_OWN] - v[s][WORST_ERM];
    mean_of(SAMPLES, difference, value, se);
    return SP_OK;
}

sp_status sp_claim_auc_below_erm(sp_run *run, const sp_result *result, double *value, double *se)
{
    double v[SAMPLES][MOST_VALUES], difference[SAMPLES];
    (void)result;
    SP_TRY(spurious(run, false, v));
    for (size_t s = 0; s < SAMPLES; s++)
        difference[s] = fabs(v[s][AUC_OWN] - 0.5) - fabs(v[s][AUC_ERM] - 0.5);
    mean_of(SAMPLES, difference, value, se);
    return SP_OK;
}

sp_status sp_claim_worst_over_dro(sp_run *run, const sp_result *result, double *value, double *se)
{
    double v[SAMPLES][MOST_VALUES], difference[SAMPLES];
    (void)result;
    SP_TRY(spurious(run, true, v));
    for (size_t s = 0; s < SAMPLES; s++)
        difference[s] = v[s][WORST_OWN] - v[s][WORST_DRO];
    mean_of(SAMPLES, difference, value, se);
    return SP_OK;
}

enum { PROBE_COLUMNS, PROBE_OWN, TASK_COLUMNS, TASK_OWN, BASE_RATE, SENSITIVE_VALUES };

static sp_status sensitive(sp_run *run, double values[SAMPLES][MOST_VALUES])
{
    static const char *const args[] = {"group=group", "use=conditional", "mode=linear",
                                       "decay=0.001", "batch=128",       "steps=200"};
    static const char *const paths[] = {"evaluation.probe[method=columns]", "evaluation.probe[method=conditional]",
                                        "evaluation.task[method=columns]", "evaluation.task[method=conditional]",
                                        "base_rate"};
    return over_samples(run, "sensitive", 6, args, "sensitive", "", SENSITIVE_VALUES, paths, values);
}

sp_status sp_claim_probe_left(sp_run *run, const sp_result *result, double *value, double *se)
{
    double v[SAMPLES][MOST_VALUES], left[SAMPLES];
    (void)result;
    SP_TRY(sensitive(run, v));
    for (size_t s = 0; s < SAMPLES; s++)
        left[s] = (v[s][PROBE_OWN] - v[s][BASE_RATE]) / (v[s][PROBE_COLUMNS] - v[s][BASE_RATE]);
    mean_of(SAMPLES, left, value, se);
    return SP_OK;
}

static double normal_below(double x) { return erfc(-x / sqrt(2)) / 2; }

/* Accuracy of the best rule for y = [z + gap s + noise e > 0] that knows z and s, less that of the best one that knows z. */
static double price_of_blindness(double gap, double noise)
{
    double price = 0, step = 1e-3;
    for (double z = -8 + step / 2; z < 8; z += step)
        for (int s = -1; s <= 1; s += 2) {
            double yes = normal_below((z + gap * s) / noise), density = exp(-z * z / 2) / sqrt(2 * M_PI) * step / 2;
            price += density * (fmax(yes, 1 - yes) - (z > 0 ? yes : 1 - yes));
        }
    return price;
}

sp_status sp_claim_price(sp_run *run, const sp_result *result, double *value, double *se)
{
    double v[SAMPLES][MOST_VALUES], beyond[SAMPLES];
    (void)result;
    SP_TRY(sensitive(run, v));
    for (size_t s = 0; s < SAMPLES; s++)
        beyond[s] = v[s][TASK_COLUMNS] - v[s][TASK_OWN] - price_of_blindness(0.3, 0.5);
    mean_of(SAMPLES, beyond, value, se);
    return SP_OK;
}
