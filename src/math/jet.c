#include "math/jet.h"

sp_jet sp_jet_add(sp_jet a, sp_jet b) { return (sp_jet){a.f + b.f, a.d1 + b.d1, a.d2 + b.d2, a.d3 + b.d3}; }

sp_jet sp_jet_subtract(sp_jet a, sp_jet b) { return (sp_jet){a.f - b.f, a.d1 - b.d1, a.d2 - b.d2, a.d3 - b.d3}; }

sp_jet sp_jet_multiply(sp_jet a, sp_jet b)
{
    return (sp_jet){a.f * b.f, a.d1 * b.f + a.f * b.d1, a.d2 * b.f + 2 * a.d1 * b.d1 + a.f * b.d2,
                    a.d3 * b.f + 3 * (a.d2 * b.d1 + a.d1 * b.d2) + a.f * b.d3};
}

sp_jet sp_jet_compose(const double g[4], sp_jet a)
{
    /* A constant argument keeps its derivatives at zero even where g' is infinite. */
    if (a.d1 == 0 && a.d2 == 0 && a.d3 == 0)
        return sp_jet_constant(g[0]);
    return (sp_jet){g[0], g[1] * a.d1, g[2] * a.d1 * a.d1 + g[1] * a.d2,
                    g[3] * a.d1 * a.d1 * a.d1 + 3 * g[2] * a.d1 * a.d2 + g[1] * a.d3};
}

sp_jet2 sp_jet2_add(sp_jet2 a, sp_jet2 b)
{
    return (sp_jet2){a.f + b.f, a.x + b.x, a.y + b.y, a.xx + b.xx, a.xy + b.xy, a.yy + b.yy};
}

sp_jet2 sp_jet2_subtract(sp_jet2 a, sp_jet2 b)
{
    return (sp_jet2){a.f - b.f, a.x - b.x, a.y - b.y, a.xx - b.xx, a.xy - b.xy, a.yy - b.yy};
}

sp_jet2 sp_jet2_multiply(sp_jet2 a, sp_jet2 b)
{
    return (sp_jet2){.f = a.f * b.f,
                     .x = a.x * b.f + a.f * b.x,
                     .y = a.y * b.f + a.f * b.y,
                     .xx = a.xx * b.f + 2 * a.x * b.x + a.f * b.xx,
                     .xy = a.xy * b.f + a.x * b.y + a.y * b.x + a.f * b.xy,
                     .yy = a.yy * b.f + 2 * a.y * b.y + a.f * b.yy};
}

sp_jet2 sp_jet2_compose(const double g[4], sp_jet2 a)
{
    if (a.x == 0 && a.y == 0 && a.xx == 0 && a.xy == 0 && a.yy == 0)
        return sp_jet2_constant(g[0]);
    return (sp_jet2){.f = g[0],
                     .x = g[1] * a.x,
                     .y = g[1] * a.y,
                     .xx = g[2] * a.x * a.x + g[1] * a.xx,
                     .xy = g[2] * a.x * a.y + g[1] * a.xy,
                     .yy = g[2] * a.y * a.y + g[1] * a.yy};
}
