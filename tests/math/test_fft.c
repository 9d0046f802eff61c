#include "close.h"
#include "math/fft.h"

static void check(size_t dim, const size_t *lengths)
{
    sp_run *run = sp_run_create(NULL);
    sp_fft *fft;
    assert_int_equal(sp_fft_create(run, dim, lengths, &fft), SP_OK);
    size_t n = sp_fft_sites(fft), m = sp_fft_modes(fft);
    /* one double off the alignment too */
    for (size_t shift = 0; shift < 2; shift++) {
        double *field = SP_NEW(run, double, n + 1) + shift, *modes = SP_NEW(run, double, 2 * m),
               *back = SP_NEW(run, double, n);
        sp_rng rng = sp_rng_at(run, "f", 0);
        sp_normals(&rng, n, field);
        sp_fft_forward(fft, field, modes);
        double power = 0, square = 0;
        for (size_t i = 0; i < m; i++) {
            long k[3] = {0};
            double re = 0, im = 0;
            sp_fft_wave_number(fft, i, k);
            power += sp_fft_multiplicity(fft, i) * (modes[2 * i] * modes[2 * i] + modes[2 * i + 1] * modes[2 * i + 1]);
            if (i % 5 && n > 100)
                continue;
            for (size_t x = 0; x < n; x++) {
                double phase = 0;
                for (size_t a = dim, rest = x; a-- > 0; rest /= lengths[a])
                    phase += (double)k[a] * (double)(rest % lengths[a]) / (double)lengths[a];
                re += field[x] * cos(2 * M_PI * phase);
                im -= field[x] * sin(2 * M_PI * phase);
            }
            assert_close(modes[2 * i], re, 1e-11);
            assert_close(modes[2 * i + 1], im, 1e-11);
        }
        for (size_t x = 0; x < n; x++)
            square += field[x] * field[x];
        assert_close_rel(power / (double)n, square, 1e-13); /* Parseval */
        sp_fft_inverse(fft, modes, back);
        for (size_t x = 0; x < n; x++)
            assert_close(back[x], field[x], 1e-13);
    }
    sp_fft_free(fft);
    sp_run_free(run);
}

static void test_transforms(void **state)
{
    (void)state;
    check(1, (size_t[]){12});
    check(1, (size_t[]){1});
    check(1, (size_t[]){63});
    check(2, (size_t[]){8, 7});
    check(2, (size_t[]){15, 16});
    check(3, (size_t[]){5, 4, 6});
    sp_run *run = sp_run_create(NULL);
    sp_fft *fft;
    assert_int_equal(sp_fft_create(run, 4, (size_t[]){2, 2, 2, 2}, &fft), SP_FAILED);
    assert_int_equal(sp_fft_create(run, 1, (size_t[]){0}, &fft), SP_FAILED);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_transforms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
