/* The Gaussian landscape on the sphere: H(s) = h(s) - N F(m), E h(s) h(s') = N xi(s.s'/N), |s|^2 = N (spec 31, 2). */
#ifndef SPINODAL_GAUSSIAN_LANDSCAPE_H
#define SPINODAL_GAUSSIAN_LANDSCAPE_H

#include "math/expression.h"
#include "spinodal/landscape.h"

enum { LANDSCAPE_MAX_DEGREE = SP_POLYNOMIAL_MAX };

/* c[0] + c[1] x + ...; degree < LANDSCAPE_MAX_DEGREE + 1. */
typedef struct {
    size_t degree;
    double c[LANDSCAPE_MAX_DEGREE + 1];
} landscape_polynomial;

/* Value and first three derivatives. */
typedef struct {
    double d0, d1, d2, d3;
} landscape_jet;

typedef struct {
    landscape_polynomial xi, signal;
    bool pure;             /* xi = c q^p: mu is a function of energy and overlap */
    double p;              /* of a pure xi */
    double x0, x1, x2, x3; /* xi and its derivatives at 1 */
} gaussian_landscape;

landscape_jet landscape_polynomial_at(const landscape_polynomial *f, double x);

/* A polynomial in `variable` written as text; SP_USAGE names `option`. */
sp_status landscape_polynomial_parse(sp_run *run, const char *option, const char *text, const char *variable,
                                     landscape_polynomial *out);

/* The model of the parameters, checked: SP_USAGE with one line when it is not a landscape. */
sp_status gaussian_landscape_create(sp_run *run, const sp_landscape_model *model, gaussian_landscape *out);

/* SP_USAGE unless every overlap is in (-1, 1). */
sp_status gaussian_landscape_check_overlaps(sp_run *run, sp_vec overlap);

/* mu = -s.grad H / N of a pure model at (energy, m). */
double gaussian_landscape_mu(const gaussian_landscape *g, double energy, double m);
/* The energy of a pure model at (mu, m): the inverse. */
double gaussian_landscape_energy(const gaussian_landscape *g, double mu, double m);

#endif
