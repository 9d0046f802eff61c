/* Components of a given tensor: verdicts, weights, missing entries, deflation, higher orders, bad input (spec 26, 5). */
#include "test.h"

#include "close.h"

#include "dynamics/tensor_pca.h"
#include "spinodal/command.h"

#include <string.h>
#include <stdio.h>
#include <unistd.h>

static void test_data(void **state)
{
    (void)state;
    sp_tensor_pca_data_params p = {.tensor = "",
                                   .planted = "",
                                   .mask = "",
                                   .k = 3,
                                   .rank = 2,
                                   .starts = 1,
                                   .demo = 30,
                                   .a = 3,
                                   .eta = 0.2,
                                   .replicas = 32,
                                   .steps = 20,
                                   .iterations = 1000};
    sp_tensor_pca_data_result r;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
    assert_true(r.overlap > 0.9 && strstr(r.verdict, "signal found"));
    assert_true(r.value > r.value_ground);
    p.a = 0;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
    assert_non_null(strstr(r.verdict, "nothing"));
    p.demo = 0;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_USAGE);
    enum { N = 8 };
    static float x[N * N * N];
    sp_rng rng = sp_rng_at(test_run(), "asymmetric", 0);
    sp_normals_float(&rng, N * N * N, x);
    sp_array array = {.x = x, .type = SP_FLOAT32, .n = N, .d = N * N};
    assert_int_equal(sp_run_attach(test_run(), "t", &array), SP_OK);
    p.tensor = "mem:t";
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "not symmetric"));
    p.symmetrise = true;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
}

enum { SIZE = 32 };

/* Order 3, noise of 0.5, signals of strength 60 along e_0 and 40 along e_1, and a mask that keeps about 60 %. */
static void make_arrays(float *x, float *mask)
{
    pca_instance s = {.k = 3, .n = SIZE};
    sp_symmetric_tensor keep;
    double e[2][SIZE] = {{0}, {0}};
    e[0][0] = e[1][1] = 1;
    for (int i = 2; i < SIZE; i++) /* spread out: an entry of its own would not survive the mask */
        e[0][i] = i % 2, e[1][i] = 1 - i % 2;
    for (int c = 0; c < 2; c++) {
        double norm = 0;
        for (int i = 0; i < SIZE; i++)
            norm += e[c][i] * e[c][i];
        for (int i = 0; i < SIZE; i++)
            e[c][i] /= sqrt(norm);
    }
    assert_int_equal(sp_symmetric_create(test_run(), SIZE, 3, &s.t), SP_OK);
    assert_int_equal(sp_symmetric_create(test_run(), SIZE, 3, &keep), SP_OK);
    assert_int_equal(sp_symmetric_add_noise(test_run(), &s.t, "data", 0, 0.25, SP_DIAGONAL_TUPLES), SP_OK);
    assert_int_equal(sp_symmetric_add_noise(test_run(), &keep, "mask", 0, 1, SP_DIAGONAL_USE), SP_OK);
    assert_int_equal(sp_symmetric_add_rank_one(test_run(), &s.t, 60, e[0], SP_DIAGONAL_USE), SP_OK);
    assert_int_equal(sp_symmetric_add_rank_one(test_run(), &s.t, 40, e[1], SP_DIAGONAL_USE), SP_OK);
    for (size_t code = 0; code < (size_t)SIZE * SIZE * SIZE; code++) {
        size_t index[3] = {0}, wider[3], rest = code;
        for (int a = 0; a < 3; a++, rest /= SIZE) {
            sp_symmetric_insert(a, index, rest % SIZE, wider);
            memcpy(index, wider, sizeof index);
        }
        size_t place = sp_symmetric_index(SIZE, 3, index);
        mask[code] = keep.v[place] > -0.2533471F; /* 60 % of a normal */
        x[code] = mask[code] > 0 ? s.t.v[place] : 1e6F;
    }
}

static const sp_tensor_pca_data_params options = {.tensor = "mem:x",
                                                  .planted = "",
                                                  .mask = "",
                                                  .k = 3,
                                                  .rank = 2,
                                                  .starts = 1,
                                                  .eta = 0.2,
                                                  .replicas = 32,
                                                  .steps = 20,
                                                  .iterations = 2000};

/* What is masked does not matter (1e6 there); strengths are unbiased, the noise is that of the entries that are left. */
static void test_mask(void **state)
{
    (void)state;
    static float x[SIZE * SIZE * SIZE], mask[SIZE * SIZE * SIZE];
    make_arrays(x, mask);
    sp_array data = {.x = x, .type = SP_FLOAT32, .n = SIZE, .d = SIZE * SIZE}, keep = data;
    keep.x = mask;
    assert_int_equal(sp_run_attach(test_run(), "x", &data), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "keep", &keep), SP_OK);
    sp_tensor_pca_data_params p = options;
    p.mask = "mem:keep";
    sp_tensor_pca_data_result r;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
    assert_close(r.density, 0.6, 5 * sqrt(0.24 * 6 / (SIZE * SIZE * SIZE)));
    /* the median of |T| holds some of the signal: 60^2/n^3 + 40^2/n^3 against 0.25 */
    assert_close(r.noise, 0.5, 0.15);
    /* T(v,v,v) has the sd sqrt(6) 0.5/sqrt(0.6) = 1.6 of the noise, and that of the signal through the mask: sqrt(sum (v_i
     * v_j v_k)^2 6 60^2 0.4/0.6)/n^1.5 < 4 */
    assert_close(r.strength, 60, 5 * 4);
    size_t second = 0;
    for (size_t c = 0; c < r.n_candidates; c++)
        second += r.candidate[c].component == 2 && r.candidate[c].z > 5;
    assert_true(second > 0);
    double first_overlap = 0, second_overlap = 0, n1 = 0, n0 = 0;
    for (int i = 0; i < SIZE; i++) {
        double e0 = i == 0 || (i > 1 && i % 2), e1 = i == 1 || (i > 1 && i % 2 == 0);
        first_overlap += e0 * r.estimate[i], second_overlap += e1 * r.estimate[SIZE + i];
        n0 += e0, n1 += e1;
    }
    assert_true(first_overlap / sqrt(n0) > 0.95 && second_overlap / sqrt(n1) > 0.9);
    /* weights of one half everywhere change nothing against no mask */
    for (int i = 0; i < SIZE * SIZE * SIZE; i++) {
        x[i] = mask[i] > 0 ? x[i] : 0;
        mask[i] = 0.5F;
    }
    sp_tensor_pca_data_result equal, none;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &equal), SP_OK);
    p.mask = "";
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &none), SP_OK);
    assert_close(equal.strength, none.strength, 1e-4 * none.strength);
    mask[5] = mask[5 * SIZE] = mask[5 * SIZE * SIZE] = -1;
    p.mask = "mem:keep";
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &equal), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "weights"));
}

static char path[] = "/tmp/spinodal_tensor_XXXXXX.txt";

static void write_lines(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Sparse text: absent entries are zero, or missing; contradictions are refused. */
static void test_lines(void **state)
{
    (void)state;
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    close(fd);
    sp_tensor_pca_data_params p = options;
    p.tensor = path, p.noise = 1, p.rank = 1;
    sp_tensor_pca_data_result zero, missing;
    FILE *f = fopen(path, "w"); /* 5 e^(x)4, e = (1, 1, 1, 1, 1)/sqrt(5): entries 5/25, half of them written */
    int written = 0;
    for (int i = 0; i < 5; i++)
        for (int j = i; j < 5; j++)
            for (int k = j; k < 5; k++)
                for (int l = k; l < 5; l++)
                    if ((i + 2 * j + 3 * k + l) % 2 == 0)
                        written += fprintf(f, "%d %d %d %d 20\n", l, j, i, k) > 0;
    fclose(f);
    p.k = 4;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &zero), SP_OK);
    p.missing = true;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &missing), SP_OK);
    assert_true(written > 20 && missing.density > 0.3 && missing.density < 0.7);
    assert_close(zero.density, 1, 0);
    /* T(e,..,e) is the strength times the mean of the weights, which is 1 */
    assert_true(missing.strength >= 500 * (1 - 1e-4) && zero.strength < 0.9 * missing.strength);
    p.mask = path;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &zero), SP_USAGE);
    p = options;
    p.tensor = path;
    write_lines("0 1 2 3\n1 0 2 4\n3 3 3 1\n");
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &zero), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "not symmetric"));
    write_lines("0 1 2\n");
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &zero), SP_DATA);
    unlink(path);
}

/* a strong signal is found at every order, and a tensor that does not fit is refused with its size */
static void test_orders(void **state)
{
    (void)state;
    for (int k = 3; k <= 6; k++) {
        sp_tensor_pca_data_params p = options;
        p.tensor = "", p.k = k, p.demo = 12, p.a = 4 * tgamma(k) / 2, p.rank = 1;
        sp_tensor_pca_data_result r;
        assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
        assert_true(fabs(r.overlap) > 0.9);
        assert_non_null(strstr(r.verdict, "signal found"));
    }
    sp_tensor_pca_data_params p = options;
    p.tensor = "", p.k = 6, p.demo = 200;
    sp_tensor_pca_data_result r;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_FAILED);
    assert_non_null(strstr(sp_run_message(test_run()), "GB"));
    p.k = 7;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_data), SP_TEST(test_mask), SP_TEST(test_lines), SP_TEST(test_orders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
