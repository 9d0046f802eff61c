#include "math/time_grid.h"

#include <math.h>

void sp_geometric_grid(double first, double last, size_t n, double *times)
{
    double step = log(last / first) / (double)(n - 1);
    for (size_t i = 0; i < n; i++)
        times[i] = first * exp(step * (double)i);
    times[n - 1] = last;
}

void sp_linear_grid(double first, double last, size_t n, double *times)
{
    for (size_t i = 0; i < n; i++)
        times[i] = first + (last - first) * ((double)i / (double)(n - 1));
    times[n - 1] = last;
}

/* t of a log signal-to-noise ratio l: e^{2t} - 1 = e^{-l}. */
void sp_sampler_grid(double T, double t_min, size_t steps, double *times)
{
    double first = -log(expm1(2 * T)), last = -log(expm1(2 * t_min));
    for (size_t i = 0; i < steps; i++)
        times[i] = 0.5 * log1p(exp(-(first + (last - first) * ((double)i / (double)(steps - 1)))));
    times[0] = T;
    times[steps - 1] = t_min;
    times[steps] = 0;
}

void sp_linear_geometric_grid(double T, double t_mid, double t_min, size_t steps, double *times)
{
    size_t linear = steps / 2;
    sp_linear_grid(T, t_mid, linear + 1, times);
    sp_geometric_grid(t_mid, t_min, steps - linear, times + linear);
    times[steps] = 0;
}

double sp_sampler_start(double Lambda) { return 0.5 * log(100 * fmax(Lambda, 1)); }
