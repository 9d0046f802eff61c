#include "logistic.h"

#include <math.h>

static const double RIDGE = 1e-3;

sp_logistic sp_fit_logistic(size_t n, const double *x, const double *fraction, double trials)
{
    double a = 0, b = 0, centre = 0, haa = 0, hab = 0, hbb = 0, low = 1, high = 0;
    for (size_t i = 0; i < n; i++) {
        centre += x[i] / (double)n;
        low = fmin(low, fraction[i]), high = fmax(high, fraction[i]);
    }
    if (n < 2 || low >= 0.5 || high <= 0.5)
        return (sp_logistic){NAN, NAN, NAN};
    for (int step = 0; step < 200; step++) { /* Newton's method for log odds a + b (x - centre) */
        double ga = 0, gb = -RIDGE * b;
        haa = hab = 0, hbb = RIDGE;
        for (size_t i = 0; i < n; i++) {
            double d = x[i] - centre, f = 1 / (1 + exp(-a - b * d)), w = trials * f * (1 - f) + 1e-9;
            ga += trials * (fraction[i] - f);
            gb += trials * (fraction[i] - f) * d;
            haa += w, hab += w * d, hbb += w * d * d;
        }
        double det = haa * hbb - hab * hab, da = (hbb * ga - hab * gb) / det, db = (haa * gb - hab * ga) / det;
        double size = fabs(da) + fabs(db), shrink = size > 1 ? 1 / size : 1;
        a += shrink * da, b += shrink * db;
        if (size < 1e-11 * (1 + fabs(a) + fabs(b)))
            break;
    }
    double det = haa * hbb - hab * hab, shift = -a / b;
    return (sp_logistic){.half = centre + shift,
                         .half_se = sqrt((hbb - 2 * hab * shift + haa * shift * shift) / det) / fabs(b),
                         .width = 1 / b};
}
