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

void sp_linear_geometric_grid(double T, double t_mid, double t_min, size_t steps, double *times)
{
    size_t linear = steps / 2;
    sp_linear_grid(T, t_mid, linear + 1, times);
    sp_geometric_grid(t_mid, t_min, steps - linear, times + linear);
    times[steps] = 0;
}
