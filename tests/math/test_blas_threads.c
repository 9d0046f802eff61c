/* Products from several threads at once: wrong with an OpenBLAS built without locks. */
#include "math/linalg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { M = 64, N = 512, K = 40, BLOCKS = 400 };

typedef struct {
    double a[M * K], b[N * K], expected[M * N];
} product;

static sp_status multiply(sp_run *run, size_t block, void *context)
{
    const product *p = context;
    double *c = SP_NEW(run, double, M *N), *a = SP_NEW(run, double, M *K);
    if (!c || !a)
        return SP_FAILED;
    double factor = block % 2 ? 2 : 1; /* exact in binary: the bits of every entry are known */
    for (size_t i = 0; i < M * K; i++)
        a[i] = factor * p->a[i];
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, M, N, K, 1, a, K, p->b, K, 0, c, N);
    for (size_t i = 0; i < M * N; i++)
        if (c[i] != factor * p->expected[i])
            return sp_fail(run, SP_FAILED, "entry %zu of product %zu: %.17g instead of %.17g", i, block, c[i],
                           factor * p->expected[i]);
    return SP_OK;
}

static void test_concurrent_products(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 4});
    product *p = SP_NEW(run, product, 1);
    assert_non_null(p);
    sp_rng rng = sp_rng_at(run, "entries", 0);
    sp_normals(&rng, M * K, p->a);
    sp_normals(&rng, N * K, p->b);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, M, N, K, 1, p->a, K, p->b, K, 0, p->expected, N);
    assert_int_equal(sp_parallel(run, BLOCKS, multiply, p), SP_OK);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_concurrent_products)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
