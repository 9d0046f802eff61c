/* cmocka with comparison in double precision (its own assert_float_equal rounds to float). */
#ifndef TESTS_CLOSE_H
#define TESTS_CLOSE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* |a - b| <= tolerance; NaN is never close. */
#define assert_close(a, b, tolerance) assert_close_(a, b, tolerance, #a, __FILE__, __LINE__)
/* |a - b| <= tolerance * |b| */
#define assert_close_rel(a, b, tolerance) assert_close_(a, b, (tolerance)*fabs((double)(b)), #a, __FILE__, __LINE__)

static inline void assert_close_(double a, double b, double tolerance, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= tolerance)
        return;
    print_error("%s = %.17g is not %.17g (difference %.3g, allowed %.3g)\n", what, a, b, a - b, tolerance);
    _fail(file, line);
}

#endif
