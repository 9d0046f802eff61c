#include "close.h"
#include "reference_stream.h"

#include "spinodal/select.h"

#include <string.h>

/* y = F0 F1 + sin(F0 F2) + F3^2 */
static double *response(size_t n, size_t p, const double *f)
{
    double *y = SP_NEW(test_run(), double, n);
    for (size_t i = 0; i < n; i++) {
        const double *r = f + i * p;
        y[i] = r[0] * r[1] + sin(r[0] * r[2]) + r[3] * r[3];
    }
    return y;
}

static void check(const sp_foci_result *r, size_t n, const size_t *columns, const double *T)
{
    assert_int_equal(r->n_steps, n);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(r->step[k].column, columns[k]);
        assert_close(r->step[k].T, T[k], 1e-12);
    }
}

/* spec 11, section 7 */
static void reference_order(void **state)
{
    enum { N = 2000, P = 20 };
    double *f = reference_normals(3, N, P), *y = response(N, P, f), *x = column_major(N, P, f);
    sp_foci_result r;
    assert_int_equal(sp_foci(*state, N, y, P, x, &(sp_foci_options){0}, &r), SP_OK);
    check(&r, 4, (size_t[]){3, 0, 1, 2}, (double[]){0.352385338096, 0.393813848453, 0.631164907791, 0.770148942537});
    for (size_t k = 0; k < P; k++) { /* sd scaling, n - 1 */
        double mean = 0, var = 0;
        for (size_t i = 0; i < N; i++)
            mean += x[k * N + i] / N;
        for (size_t i = 0; i < N; i++)
            var += (x[k * N + i] - mean) * (x[k * N + i] - mean) / (N - 1);
        for (size_t i = 0; i < N; i++)
            x[k * N + i] = (x[k * N + i] - mean) / sqrt(var);
    }
    assert_int_equal(sp_foci(*state, N, y, P, x, &(sp_foci_options){0}, &r), SP_OK);
    check(&r, 4, (size_t[]){3, 0, 1, 2}, (double[]){0.352385338096, 0.394077848519, 0.631574407894, 0.770267442567});
}

static void larger_reference(void **state)
{
    enum { N = 10000, P = 50 };
    double *f = reference_normals(3, N, P), *y = response(N, P, f), *x = column_major(N, P, f);
    sp_foci_result r;
    assert_int_equal(sp_foci(*state, N, y, P, x, &(sp_foci_options){0}, &r), SP_OK);
    check(&r, 4, (size_t[]){3, 0, 1, 2}, (double[]){0.320576913206, 0.388214433882, 0.652487556525, 0.842981558430});
    assert_close(r.rejected_T, 0.773719, 1e-6);
}

/* Walks over neighbour lists give the bits of the neighbour graph, whatever the data, at every step. */
static void walks_equal_graphs(void **state)
{
    enum { N = 700, P = 7 };
    for (int discrete = 0; discrete < 3; discrete++) {
        double *x = SP_NEW(*state, double, N *P), *y = SP_NEW(*state, double, N), *rows = SP_NEW(*state, double, N *P);
        sp_rng rng = sp_rng_at(*state, "walks", (uint64_t)discrete);
        sp_normals(&rng, N * P, x);
        for (size_t i = 0; i < N * P && discrete; i++)
            x[i] = floor(x[i] * (discrete == 1 ? 2 : 200));
        for (size_t i = 0; i < N; i++)
            y[i] = x[i] * x[N + i] + x[2 * N + i] + sp_normal(&rng);
        sp_foci_result r;
        assert_int_equal(sp_foci(*state, N, y, P, x, &(sp_foci_options){.most = P, .no_stop = true}, &r), SP_OK);
        assert_int_equal(r.n_steps, P);
        for (size_t q = 1; q <= P; q++) {
            for (size_t i = 0; i < N; i++)
                for (size_t k = 0; k < q; k++)
                    rows[i * q + k] = x[r.step[k].column * N + i];
            sp_codec c;
            assert_int_equal(sp_codec_block(*state, N, y, q, rows, SP_TIES_AVERAGE, 0, &c), SP_OK);
            assert_true(c.T.value == r.step[q - 1].T);
        }
    }
}

static void same_bits_for_any_threads(void **state)
{
    (void)state;
    enum { N = 500, P = 12 };
    sp_foci_result r[2];
    sp_run *runs[2];
    for (int t = 0; t < 2; t++) {
        runs[t] = sp_run_create(&(sp_run_options){.seed = 1, .threads = t + 1});
        double *x = SP_NEW(runs[t], double, N *P), *y = SP_NEW(runs[t], double, N);
        sp_rng rng = sp_rng_at(runs[t], "threads", 0);
        sp_normals(&rng, N * P, x);
        for (size_t i = 0; i < N; i++)
            y[i] = x[i] + x[N + i] * x[2 * N + i];
        assert_int_equal(sp_foci(runs[t], N, y, P, x, &(sp_foci_options){.most = 5, .no_stop = true}, &r[t]), SP_OK);
    }
    assert_memory_equal(r[0].step, r[1].step, 5 * sizeof *r[0].step);
    assert_memory_equal(r[0].single, r[1].single, P * sizeof(double));
    sp_run_free(runs[0]);
    sp_run_free(runs[1]);
}

static void start_and_stop(void **state)
{
    enum { N = 400, P = 5 };
    double *x = SP_NEW(*state, double, N *P), *y = SP_NEW(*state, double, N);
    sp_rng rng = sp_rng_at(*state, "stop", 0);
    sp_normals(&rng, N * P, x);
    for (size_t i = 0; i < N; i++)
        y[i] = x[3 * N + i];
    sp_foci_result r;
    assert_int_equal(sp_foci(*state, N, y, P, x, &(sp_foci_options){.n_start = 1, .start = (size_t[]){3}}, &r), SP_OK);
    assert_int_equal(r.n_steps, 0); /* nothing adds to the variable itself */
    assert_true(r.rejected_T < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(reference_order), SP_TEST(larger_reference), SP_TEST(walks_equal_graphs),
                                       SP_TEST(same_bits_for_any_threads), SP_TEST(start_and_stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
