#include "close.h"
#include "math/expression.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"x", "y"};

static const sp_expression *compile(sp_run *run, const char *text)
{
    const sp_expression *e = NULL;
    if (sp_expression_compile(run, text, 2, names, &e) != SP_OK)
        fail_msg("%s: %s", text, sp_run_message(run));
    return e;
}

static void test_values(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    double x = 0.7, y = -1.3, at[2] = {x, y};
    const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.5*x^3", 0.5 * x * x * x},
        {"-x^2", -x * x},
        {"2^-x", pow(2, -x)},
        {"2^3^2", 512},
        {"x**2", x * x},
        {"1 - 2 - 3", -4},
        {"8/2/2", 2},
        {"-2^2", -4},
        {"+-+x", -x},
        {"log(1+exp(-y*x))", log1p(exp(-y * x))},
        {"max(0,1-y*x)^2", (1 - y * x) * (1 - y * x)},
        {"min(x, y) + max(x, y)", x + y},
        {"tanh(x)+erf(y)+erfc(y)", tanh(x) + 1},
        {"abs(y)+sqrt(x)+sin(x)^2+cos(x)^2", -y + sqrt(x) + 1},
        {"relu(y)+relu(x)+sign(y)+step(x)+step(y)", x},
        {"pi*e", M_PI * M_E},
        {"1e-3*x + .5e+1", 1e-3 * x + 5},
        {"pow(x, 2.5)", pow(x, 2.5)},
        {"x^y", pow(x, y)},
        {"He(3,x)", x * x * x - 3 * x},
        {"1/(1+exp(-x))", 1 / (1 + exp(-x))},
        {"softplus(x)-x-softplus(-x)", 0},
        {"sigmoid(x)+sigmoid(-x)", 1},
        {"expm1(x)-exp(x)+log1p(x)-log(1+x)", -1},
        {"atan(tan(x))+sinh(x)+cosh(x)-exp(x)", x},
        {" ( ( x ) ) ", x},
        {"2*e^x", 2 * exp(x)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sp_expression *e = compile(run, cases[i].text);
        double many[100], out[100];
        for (size_t k = 0; k < 100; k++)
            many[k] = x;
        sp_expression_values(e, at, 0, 100, many, out);
        assert_close(sp_expression_value(e, at), cases[i].value, 1e-14);
        assert_close(out[0], cases[i].value, 1e-14);
        assert_close(out[99], cases[i].value, 1e-14);
        assert_close(sp_expression_jet(e, at, 0).f, cases[i].value, 1e-14);
    }
    const sp_expression *logistic = compile(run, "log(1+exp(-x))"); /* no overflow */
    assert_close(sp_expression_value(logistic, (double[]){-1e4, 0}), 1e4, 0);
    assert_close(sp_expression_jet(compile(run, "1/(1+exp(x))"), (double[]){1e4, 0}, 0).d1, 0, 0);
    assert_close(sp_expression_value(compile(run, "y*(1+exp(x))"), at), y * (1 + exp(x)), 1e-14);
    assert_close(sp_expression_value(compile(run, "log(1+x*exp(x))"), at), log1p(x * exp(x)), 1e-14);
    assert_close(sp_expression_value(compile(run, "log(1*x+exp(x))"), at), log(x + exp(x)), 1e-14);
    assert_close(sp_expression_value(compile(run, "log(1+x+exp(x))"), at), log(1 + x + exp(x)), 1e-14);
    assert_close(sp_expression_value(compile(run, "log(exp(x)+1)"), at), log1p(exp(x)), 1e-14);
    assert_true(isnan(sp_expression_value(compile(run, "sqrt(y)"), at)));
    assert_true(sp_expression_uses(logistic, 0) && !sp_expression_uses(logistic, 1));
    sp_run_free(run);
}

/* Derivatives against central differences of the next lower derivative (h = 1e-5: error h^2 f''''/6 + 1e-16/h). */
static void test_jets(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    const char *texts[] = {"0.5*x^3*y",         "log(1+exp(-y*x))",
                           "max(0,1-y*x)^3",    "tanh(x*y)+x",
                           "erf(x)*erfc(y)",    "x^y",
                           "exp(-x^2)/(1+y^2)", "sin(x)*cos(y*x)",
                           "sqrt(x+y^2)",       "atan(x)/x",
                           "sigmoid(3*x)-y",    "softplus(x)^2",
                           "He(4,x+y)",         "tan(x)+sinh(y*x)",
                           "log1p(x)*expm1(x)", "x^-1.5",
                           "cosh(x)",           "relu(x)^2*abs(y)",
                           "min(x^2,y)",        "log(x)"};
    double h = 1e-5;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const sp_expression *e = compile(run, texts[i]);
        double at[2] = {0.6, 0.9}, up[2] = {0.6 + h, 0.9}, down[2] = {0.6 - h, 0.9}, right[2] = {0.6, 0.9 + h},
               left[2] = {0.6, 0.9 - h};
        sp_jet j = sp_expression_jet(e, at, 0), ju = sp_expression_jet(e, up, 0), jd = sp_expression_jet(e, down, 0);
        assert_close(j.d1, (ju.f - jd.f) / (2 * h), 1e-7);
        assert_close(j.d2, (ju.d1 - jd.d1) / (2 * h), 1e-7);
        assert_close(j.d3, (ju.d2 - jd.d2) / (2 * h), 1e-6);
        sp_jet2 k = sp_expression_jet2(e, at, 0, 1), kr = sp_expression_jet2(e, right, 0, 1),
                kl = sp_expression_jet2(e, left, 0, 1);
        assert_close(k.f, j.f, 1e-15);
        assert_close(k.x, j.d1, 1e-13);
        assert_close(k.xx, j.d2, 1e-12);
        assert_close(k.y, (kr.f - kl.f) / (2 * h), 1e-7);
        assert_close(k.xy, (kr.x - kl.x) / (2 * h), 1e-7);
        assert_close(k.yy, (kr.y - kl.y) / (2 * h), 1e-7);
    }
    /* derivatives at 0 of whole powers are finite */
    sp_jet square = sp_expression_jet(compile(run, "x^2"), (double[]){0, 0}, 0);
    assert_true(square.f == 0 && square.d1 == 0 && square.d2 == 2 && square.d3 == 0);
    sp_jet line = sp_expression_jet(compile(run, "x^1+x^0"), (double[]){0, 0}, 0);
    assert_true(line.f == 1 && line.d1 == 1 && line.d2 == 0 && line.d3 == 0);
    sp_run_free(run);
}

static void test_kinks_and_polynomials(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    double kinks[8], at[2] = {0, 2}, c[SP_POLYNOMIAL_MAX + 1];
    size_t n = sp_expression_kinks(compile(run, "abs(x-0.3)+max(0,1-x*y)^2+tanh(x)"), at, 0, -3, 3, 8, kinks), degree;
    assert_int_equal(n, 2);
    assert_close(kinks[0], 0.3, 1e-15);
    assert_close(kinks[1], 0.5, 1e-15);
    assert_int_equal(sp_expression_kinks(compile(run, "sign(sin(x))"), at, 0, -7, 7, 8, kinks), 5);
    assert_close(kinks[4], 2 * M_PI, 1e-14);
    assert_int_equal(sp_expression_kinks(compile(run, "tanh(x)"), at, 0, -3, 3, 8, kinks), 0);
    assert_true(sp_expression_polynomial(compile(run, "(1+x)^3/4 - y*x + sin(y)"), at, 0, c, &degree));
    assert_int_equal(degree, 3);
    assert_close(c[0], 0.25 + sin(2), 1e-15);
    assert_close(c[1], 0.75 - 2, 1e-15);
    assert_close(c[3], 0.25, 1e-15);
    assert_true(sp_expression_polynomial(compile(run, "He(4,x)"), at, 0, c, &degree));
    assert_true(degree == 4 && c[0] == 3 && c[2] == -6 && c[4] == 1);
    assert_true(sp_expression_polynomial(compile(run, "x^2-x*x+1"), at, 0, c, &degree));
    assert_true(degree == 0 && c[0] == 1);
    const char * not [] = {"x^0.5", "1/x", "abs(x)", "exp(x)", "x^33", "x^y^x", "max(x,1)"};
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
        assert_false(sp_expression_polynomial(compile(run, not [i]), at, 0, c, &degree));
    sp_run_free(run);
}

static void test_errors(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    const struct {
        const char *text, *message;
    } cases[] = {
        {"", "at character 1: expected a number"},
        {"x+", "at character 3: expected a number, a name or '(', found the end"},
        {"1 + foo*2", "at character 5: unknown name 'foo' (known here: x y pi e)"},
        {"foo(x)", "at character 1: unknown function 'foo'"},
        {"(x", "at character 3: expected ')', found the end"},
        {"x)", "at character 2: expected an operator or the end, found ')'"},
        {"x y", "at character 3"},
        {"min(x)", "at character 6: expected ','"},
        {"He(x,x)", "at character 1: the first argument of He"},
        {"He(2.5,x)", "whole number"},
        {"1.2.3", "\"1.2.3\" is not a number"},
        {"2x", "at character 2"},
        {"x @ y", "found '@'"},
        {"x\ny", "at character 2"},
    };
    const sp_expression *e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(sp_expression_compile(run, cases[i].text, 2, names, &e), SP_USAGE);
        if (!strstr(sp_run_message(run), cases[i].message))
            fail_msg("%s: %s", cases[i].text, sp_run_message(run));
        assert_null(strchr(sp_run_message(run), '\t'));
    }
    char text[SP_EXPRESSION_MAX_TEXT + 10];
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(sp_expression_compile(run, text, 2, names, &e), SP_USAGE);
    text[1000] = 0;
    assert_int_equal(sp_expression_compile(run, text, 2, names, &e), SP_USAGE);
    assert_non_null(strstr(sp_run_message(run), "nesting"));
    memset(text, '-', 1000);
    assert_int_equal(sp_expression_compile(run, text, 2, names, &e), SP_USAGE);
    for (size_t i = 0; i < 1000; i++) /* x^x^x^... */
        text[i] = i % 2 ? '^' : 'x';
    assert_int_equal(sp_expression_compile(run, text, 2, names, &e), SP_USAGE);
    for (size_t i = 0; i < 3998; i++) /* x+x+x+...: too many operations */
        text[i] = i % 2 ? '+' : 'x';
    text[3999] = 0;
    text[3998] = 'x';
    assert_int_equal(sp_expression_compile(run, text, 2, names, &e), SP_USAGE);
    assert_non_null(strstr(sp_run_message(run), "operations"));
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_jets),
                                       cmocka_unit_test(test_kinks_and_polynomials), cmocka_unit_test(test_errors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
