#include "complex_ridge.h"

#include <math.h>

enum { NEWTON_STEPS = 30, MAX_TURNS = 2000 };

typedef struct {
    const sp_features_point *p;
    const sp_population *q;
    double complex ridge;
} equation;

static double complex G_of(const equation *e, double complex kappa, double complex *slope)
{
    double a = e->p->psi2 * e->p->mu_star2;
    double complex G = a * kappa;
    *slope = a;
    for (size_t b = 0; b < e->q->n; b++) {
        double t = e->p->psi2 * e->p->mu1 * e->p->mu1 * e->q->c[b];
        double complex d = 1 / (1 + kappa * t);
        G += e->q->weight[b] * kappa * t * d;
        *slope += e->q->weight[b] * t * d * d;
    }
    return G;
}

static double complex mismatch(const equation *e, double complex kappa, double complex *slope, sp_complex_ridge *out)
{
    double complex dG, G = G_of(e, kappa, &dG);
    double complex left1 = e->p->psi1 - G, left2 = e->p->psi2 - G, linear = e->ridge * e->p->psi2;
    *slope = -dG * (left1 + left2) - linear;
    double complex f = left1 * left2 - linear * kappa;
    out->kappa = kappa;
    out->A = cabs(left1) > cabs(left2) ? e->ridge * kappa / left1 : left2 / e->p->psi2;
    out->residual = cabs(f / *slope) / cabs(kappa);
    return f;
}

/* True when Newton settles without leaving the neighbourhood of the start. */
static bool correct(const equation *e, double complex start, sp_complex_ridge *out)
{
    double complex kappa = start;
    double largest = 0.3 * cabs(start);
    for (int i = 0; i < NEWTON_STEPS; i++) {
        double complex slope, f = mismatch(e, kappa, &slope, out), step = f / slope;
        if (!(cabs(step) <= largest))
            return false;
        kappa -= step;
        if (cabs(step) <= 1e-14 * cabs(kappa)) {
            mismatch(e, kappa, &slope, out);
            return true;
        }
    }
    return out->residual < 1e-11;
}

sp_complex_ridge sp_complex_ridge_solve(const sp_features_point *p, const sp_population *q, double modulus, double angle)
{
    sp_features_point real = *p;
    sp_features_ridge r;
    real.ridge = modulus;
    sp_features_ridge_solve(&real, q, &r);
    equation e = {p, q, modulus};
    sp_complex_ridge now = {.kappa = r.kappa, .A = r.A, .converged = r.converged}, next;
    double at = 0, step = angle / 8;
    for (int turn = 0; turn < MAX_TURNS && at != angle; turn++) {
        double to = fabs(angle - at) <= fabs(step) * (1 + 1e-12) ? angle : at + step;
        double complex slope, dridge = modulus * (cexp(I * to) - cexp(I * at));
        mismatch(&e, now.kappa, &slope, &next);
        double complex predicted = now.kappa + dridge * p->psi2 * now.kappa / slope;
        e.ridge = modulus * cexp(I * to);
        if (correct(&e, predicted, &next) || (fabs(to - at) < 1e-6 && correct(&e, now.kappa, &next))) {
            now = next;
            at = to;
            step *= 1.5;
        }
        else {
            if (fabs(to - at) < 1e-9)
                break;
            e.ridge = modulus * cexp(I * at);
            step = (to - at) / 3;
        }
    }
    now.converged = at == angle && now.residual < 1e-10;
    return now;
}
