#include "close.h"
#include "math/gemm_float.h"

#include <string.h>

/* Every combination of transposes and sizes against the double product; same bits with 1, 2 and 3 threads. */
static void check(size_t m, size_t n, size_t k, sp_transpose ta, sp_transpose tb)
{
    sp_run *runs[3];
    for (int t = 0; t < 3; t++)
        runs[t] = sp_run_create(&(sp_run_options){.seed = 3, .threads = t + 1});
    sp_rng rng = sp_rng_at(runs[0], "test", m * n + k);
    float *a = SP_NEW(runs[0], float, m *k), *b = SP_NEW(runs[0], float, k *n), *c[3];
    double *ad = SP_NEW(runs[0], double, m *k), *bd = SP_NEW(runs[0], double, k *n), *exact = SP_NEW(runs[0], double, m *n);
    sp_normals_float(&rng, m * k, a);
    sp_normals_float(&rng, k * n, b);
    for (size_t i = 0; i < m * k; i++)
        ad[i] = (double)a[i];
    for (size_t i = 0; i < k * n; i++)
        bd[i] = (double)b[i];
    size_t lda = ta == SP_PLAIN ? k : m, ldb = tb == SP_PLAIN ? n : k;
    sp_gemm(ta, tb, m, n, k, 2, ad, lda, bd, ldb, 0, exact, n);
    for (int t = 0; t < 3; t++) {
        c[t] = SP_NEW(runs[0], float, m *n);
        for (size_t i = 0; i < m * n; i++)
            c[t][i] = 1;
        assert_int_equal(sp_gemm_float_blocked(runs[t], ta, tb, m, n, k, 2, a, lda, b, ldb, 1, c[t], n), SP_OK);
        assert_memory_equal(c[t], c[0], m * n * sizeof(float));
    }
    /* a sum of k terms of size 2 has rounding error below 6e-8 * 2 * k; typical is its square root */
    double scale = 6e-8 * 2 * 30 * sqrt((double)k);
    for (size_t i = 0; i < m * n; i++)
        assert_close((double)c[0][i], exact[i] + 1, scale);
    for (int t = 2; t >= 0; t--)
        sp_run_free(runs[t]);
}

static void test_products(void **state)
{
    (void)state;
    for (int t = 0; t < 4; t++) {
        sp_transpose ta = t & 1 ? SP_TRANSPOSED : SP_PLAIN, tb = t & 2 ? SP_TRANSPOSED : SP_PLAIN;
        check(3, 5, 7, ta, tb);
        check(700, 33, 100, ta, tb);
        check(40, 4500, 17, ta, tb);
        check(8, 9, 40000, ta, tb);
    }
    check(1, 1, 1, SP_PLAIN, SP_PLAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_products)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
