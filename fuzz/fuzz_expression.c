/* Formulas from anyone: compile, and evaluate in every way what compiles. */
#include "math/expression.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x", "y"};
    sp_run *run = sp_run_create(NULL);
    char *text = SP_NEW(run, char, size + 1);
    if (text) {
        memcpy(text, data, size);
        const sp_expression *e;
        if (sp_expression_compile(run, text, 2, names, &e) == SP_OK) {
            double x[2] = {0.5, -0.25}, at[3] = {-1, 0, 2}, out[3], kinks[4], c[SP_POLYNOMIAL_MAX + 1];
            size_t degree;
            sp_expression_value(e, x);
            sp_expression_values(e, x, 0, 3, at, out);
            sp_expression_jet(e, x, 0);
            sp_expression_jet2(e, x, 0, 1);
            sp_expression_polynomial(e, x, 0, c, &degree);
            sp_expression_kinks(e, x, 0, -1, 1, 4, kinks);
        }
    }
    sp_run_free(run);
    return 0;
}
