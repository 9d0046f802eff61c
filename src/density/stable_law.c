#include "density/stable_law.h"

#include <math.h>

double sp_stable_sum(sp_rng *rng, double m)
{
    double angle = M_PI * (sp_uniform(rng) - 0.5), w = sp_exponential(rng);
    double skew = tan(M_PI * m / 2), shift = atan(skew) / m;
    double scale = pow(1 + skew * skew, 1 / (2 * m)); /* of the unit law S(m, beta = 1) */
    double x =
        scale * sin(m * (angle + shift)) / pow(cos(angle), 1 / m) * pow(cos(angle - m * (angle + shift)) / w, (1 - m) / m);
    return pow(tgamma(1 - m) * cos(M_PI * m / 2), 1 / m) * x;
}
