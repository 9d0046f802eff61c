/* Names and numbers as the field writes them. */
#include "report/notation.h"
#include "test.h"

#include <math.h>

static const char *number(double x, double se) { return sp_notation_number(test_run(), SP_NOTATION_PLAIN, x, se, 6); }
static const char *html(double x, double se) { return sp_notation_number(test_run(), SP_NOTATION_HTML, x, se, 6); }

/* Two digits of the error, the value to the same place. */
static void errors_are_rounded(void **state)
{
    (void)state;
    assert_string_equal(number(0.57528, 0.00183), "0.5753 +- 0.0018");
    assert_string_equal(number(0.57528, 0.000996), "0.5753 +- 0.0010");
    assert_string_equal(number(123.456, 12.3), "123 +- 12");
    assert_string_equal(number(0, 0.5), "0.00 +- 0.50");
    assert_string_equal(number(-1.5, 0.25), "-1.50 +- 0.25");
    assert_string_equal(html(-1.5, 0.25), "−1.50 ± 0.25");
    assert_string_equal(html(3.21e-7, 1.2e-8), "(3.21 ± 0.12) × 10<sup>−7</sup>");
    assert_string_equal(html(1.5e9, 3e7), "(1.500 ± 0.030) × 10<sup>9</sup>");
}

static void numbers_without_error(void **state)
{
    (void)state;
    assert_string_equal(number(3, NAN), "3");
    assert_string_equal(number(1.0 / 3, 0), "0.333333");
    assert_string_equal(number(NAN, NAN), "nan");
    assert_string_equal(number(-INFINITY, NAN), "-inf");
    assert_string_equal(html(INFINITY, NAN), "∞");
    assert_string_equal(html(1.25e-9, NAN), "1.25 × 10<sup>−9</sup>");
}

static void names_become_symbols(void **state)
{
    (void)state;
    sp_run *run = test_run();
    assert_string_equal(sp_notation_name(run, SP_NOTATION_HTML, "t_S_spectral"), "<i>t</i><sub>S, spectral</sub>");
    assert_string_equal(sp_notation_name(run, SP_NOTATION_HTML, "phi_C"), "φ<sub>C</sub>");
    assert_string_equal(sp_notation_name(run, SP_NOTATION_HTML, "psi1"), "ψ<sub>1</sub>");
    assert_string_equal(sp_notation_name(run, SP_NOTATION_HTML, "noise_var"), "noise var");
    assert_string_equal(sp_notation_name(run, SP_NOTATION_GNUPLOT, "h_opt"), "{/:Italic h}_{opt}");
    assert_string_equal(sp_notation_name(run, SP_NOTATION_GNUPLOT, "it's{x}"), "it''s\\{x\\}");
    assert_string_equal(sp_notation_unit(run, SP_NOTATION_HTML, "data^2"), "data<sup>2</sup>");
    assert_string_equal(sp_notation_unit(run, SP_NOTATION_HTML, "1"), "");
    assert_string_equal(sp_notation_words(run, SP_NOTATION_HTML, "N_eff = 1/φ_C of <b> in a/b_c.txt, 10^15.2."),
                        "<i>N</i><sub>eff</sub> = 1/φ<sub>C</sub> of &#60;b&#62; in a/b_c.txt, 10<sup>15.2</sup>.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(errors_are_rounded), SP_TEST(numbers_without_error),
                                       SP_TEST(names_become_symbols)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
