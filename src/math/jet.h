/* Values with their derivatives: order 3 in one variable, order 2 in two. Derivatives, not Taylor coefficients. */
#ifndef SPINODAL_MATH_JET_H
#define SPINODAL_MATH_JET_H

/* f, f', f'', f''' */
typedef struct {
    double f, d1, d2, d3;
} sp_jet;

/* f and its first and second derivatives in x and y. */
typedef struct {
    double f, x, y, xx, xy, yy;
} sp_jet2;

static inline sp_jet sp_jet_constant(double c) { return (sp_jet){c, 0, 0, 0}; }
static inline sp_jet sp_jet_variable(double x) { return (sp_jet){x, 1, 0, 0}; }
sp_jet sp_jet_add(sp_jet a, sp_jet b);
sp_jet sp_jet_subtract(sp_jet a, sp_jet b);
sp_jet sp_jet_multiply(sp_jet a, sp_jet b);
/* g(a) from g and its first three derivatives at a.f (Faa di Bruno). */
sp_jet sp_jet_compose(const double g[4], sp_jet a);

static inline sp_jet2 sp_jet2_constant(double c) { return (sp_jet2){c, 0, 0, 0, 0, 0}; }
sp_jet2 sp_jet2_add(sp_jet2 a, sp_jet2 b);
sp_jet2 sp_jet2_subtract(sp_jet2 a, sp_jet2 b);
sp_jet2 sp_jet2_multiply(sp_jet2 a, sp_jet2 b);
sp_jet2 sp_jet2_compose(const double g[4], sp_jet2 a);

#endif
