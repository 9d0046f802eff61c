#include "diffusion/uturn.h"

#include "math/statistics.h"

#include <math.h>

void sp_uturn_reduce(size_t n_classes, size_t blocks, size_t n_times, size_t turns, const double *sums, sp_uturn *out)
{
    double n = (double)turns;
    for (size_t s = 0; s < n_times; s++)
        for (size_t k = 0; k < n_classes; k++) {
            double total[3] = {0};
            for (size_t b = 0; b < blocks; b++)
                for (int j = 0; j < 3; j++)
                    total[j] += sums[((k * blocks + b) * n_times + s) * 3 + (size_t)j];
            sp_interval end = sp_fraction(total[0], n);
            double mean = total[1] / n, variance = fmax(total[2] / n - mean * mean, 0);
            out[s * n_classes + k] = (sp_uturn){end.value, end.se, mean, sqrt(variance / fmax(n - 1, 1))};
        }
}
