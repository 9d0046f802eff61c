#include "complex_ridge.h"

#include "math/roots_complex.h"

#include <math.h>

typedef struct {
    const sp_features_point *p;
    const sp_population *q;
    double modulus;
} equation;

typedef struct {
    double complex left1, left2, dG, linear; /* psi1 - G, psi2 - G, dG/dkappa, ridge psi2 */
} terms;

static terms at(const equation *e, double complex kappa, double complex angle)
{
    double a = e->p->psi2 * e->p->mu_star2;
    double complex G = a * kappa, dG = a;
    for (size_t b = 0; b < e->q->n; b++) {
        double t = e->p->psi2 * e->p->mu1 * e->p->mu1 * e->q->c[b];
        double complex d = 1 / (1 + kappa * t);
        G += e->q->weight[b] * kappa * t * d;
        dG += e->q->weight[b] * t * d * d;
    }
    return (terms){e->p->psi1 - G, e->p->psi2 - G, dG, e->modulus * cexp(I * angle) * e->p->psi2};
}

static void mismatch(size_t n, const sp_complex *kappa, sp_complex angle, sp_complex *f, void *context)
{
    (void)n;
    terms t = at(context, kappa[0], angle);
    f[0] = t.left1 * t.left2 - t.linear * kappa[0];
}

static void slope(size_t n, const sp_complex *kappa, sp_complex angle, sp_complex *df, void *context)
{
    (void)n;
    terms t = at(context, kappa[0], angle);
    df[0] = -t.dG * (t.left1 + t.left2) - t.linear;
}

sp_complex_ridge sp_complex_ridge_solve(const sp_features_point *p, const sp_population *q, double modulus, double angle)
{
    sp_features_point real = *p;
    sp_features_ridge r;
    real.ridge = modulus;
    sp_features_ridge_solve(&real, q, &r);
    equation e = {p, q, modulus};
    sp_complex kappa = r.kappa, f, df;
    sp_complex_equation turn = {.n = 1, .f = mismatch, .jacobian = slope, .context = &e, .max_change = 0.3};
    sp_complex_result found = sp_continue_complex(&turn, 0, angle, &kappa);
    terms t = at(&e, kappa, angle);
    mismatch(1, &kappa, angle, &f, &e);
    slope(1, &kappa, angle, &df, &e);
    /* of the two expressions for A the one without cancellation */
    double complex A = cabs(t.left1) > cabs(t.left2) ? t.linear * kappa / (t.left1 * p->psi2) : t.left2 / p->psi2;
    double residual = cabs(f / df) / cabs(kappa);
    return (sp_complex_ridge){kappa, A, residual, r.converged && found.converged && residual < 1e-10};
}
