#include "log_rows.h"

#include <math.h>

enum { WIDTH_STEP = 4, LEAST_HALF = 12 };

static size_t half_of(const log_rows *g, double length, size_t step)
{
    double wanted = ceil(log(length / g->edge) / g->du / (double)step) * (double)step;
    return wanted < LEAST_HALF ? LEAST_HALF : wanted > (double)g->half ? g->half : (size_t)wanted;
}

size_t log_rows_half(const log_rows *g, double t) { return half_of(g, t, WIDTH_STEP); }

quadrature log_rows_quadrature(const log_rows *g, double length)
{
    quadrature q = {.half = half_of(g, length, 1)};
    double sum = 0;
    for (size_t j = g->half - q.half; j <= g->half + q.half; j++)
        sum += g->weight[j];
    /* what lies beyond the last node, for a function linear there: mass and first moment of the missing nodes */
    q.near = g->du * g->theta[g->half - q.half] / expm1(2 * g->du);
    q.end = (1 - sum) / 2 - q.near;
    return q;
}

node_stencil log_rows_node_stencil(const log_rows *g, double u, size_t low, size_t high)
{
    node_stencil s = {0};
    double x = (u - g->u[low]) / g->du; /* in nodes from low */
    size_t count = high - low + 1;
    if (x >= (double)(count - 1)) {
        s.base = (int)(high - (STENCIL - 1));
        s.w[STENCIL - 1] = exp(-(x - (double)(count - 1)) * g->du);
        s.end = 1 - s.w[STENCIL - 1];
        return s;
    }
    if (x <= 0) {
        s.base = (int)low;
        s.w[0] = exp(x * g->du);
        s.end = 1 - s.w[0];
        return s;
    }
    double first = floor(x) - (STENCIL / 2 - 1);
    first = first < 0 ? 0 : first > (double)(count - STENCIL) ? (double)(count - STENCIL) : first;
    s.base = (int)(low + (size_t)first);
    /* equally spaced Lagrange weights through products from both sides */
    static const double denominator[STENCIL] = {-120, 24, -12, 12, -24, 120};
    double y = x - first, left[STENCIL + 1], right[STENCIL + 1];
    left[0] = right[STENCIL] = 1;
    for (int i = 0; i < STENCIL; i++)
        left[i + 1] = left[i] * (y - i);
    for (int i = STENCIL; i-- > 0;)
        right[i] = right[i + 1] * (y - i);
    for (int i = 0; i < STENCIL; i++)
        s.w[i] = left[i] * right[i + 1] / denominator[i];
    return s;
}

row_stencil log_rows_row_stencil(const log_rows *g, double l, size_t last)
{
    row_stencil s = {0};
    if (l <= g->l[0]) {
        s.count = 1;
        s.w[0] = exp(l - g->l[0]);
        s.start = 1 - s.w[0];
        return s;
    }
    size_t low = 0, high = last; /* l[low] <= l < l[high] or high = last */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (g->l[middle] <= l)
            low = middle;
        else
            high = middle;
    }
    /* many-point interpolation up to the newest row is unstable when rows are much closer than nodes; fewer then suffice */
    size_t most = last && g->l[last] - g->l[last - 1] < 0.45 * g->du ? ROWS - 1 : ROWS;
    s.count = last + 1 < most ? last + 1 : most;
    s.base = low < ROWS / 2 - 1 ? 0 : low - (ROWS / 2 - 1);
    if (s.base + s.count > last + 1)
        s.base = last + 1 - s.count;
    const double *x = g->l + s.base;
    for (size_t i = 0; i < s.count; i++) {
        double w = 1;
        for (size_t k = 0; k < s.count; k++)
            if (k != i)
                w *= (l - x[k]) / (x[i] - x[k]);
        s.w[i] = w;
    }
    return s;
}

void log_rows_fill(const log_rows *g, size_t row, size_t low, size_t high)
{
    double *rows[2] = {g->c + row * g->stride, g->r + row * g->stride}, start[2] = {g->c0[row], g->r0[row]};
    for (int k = 0; k < 2; k++) {
        double *v = rows[k];
        for (size_t i = 0; i < low; i++)
            v[i] = start[k] + (v[low] - start[k]) * g->theta[i] / g->theta[low];
        for (size_t i = high + 1; i < g->nodes; i++)
            v[i] = 1 + (v[high] - 1) * g->om[i] / g->om[high];
    }
}

double row_stencil_sum(const row_stencil *s, const double *values, size_t below, double start)
{
    double sum = s->start * start;
    for (size_t i = 0; i < s->count; i++)
        if (s->base + i < below)
            sum += s->w[i] * values[s->base + i];
    return sum;
}
