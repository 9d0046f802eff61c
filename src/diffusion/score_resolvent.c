/* Resolvent of the feature matrix U in infinite dimension (spec 09, 3.4). */
#include "score_resolvent.h"

#include "math/marchenko_pastur.h"

#include <math.h>

static const double far_above = 1e4;

double sp_score_signal(const sp_score_model *m) { return m->c.a * m->c.a * exp(-2 * m->c.t) * m->c.data_var; }

/* ---- Sigma proportional to I: one unknown, kappa ---------------------------------------------------------- */

/* sp_mp_stieltjes is for the upper half plane; -zeta/alpha may leave it on the way of Newton: Schwarz reflection. */
static sp_complex mp(double ratio, sp_complex w)
{
    return cimag(w) >= 0 ? sp_mp_stieltjes(w, ratio, 1) : conj(sp_mp_stieltjes(conj(w), ratio, 1));
}

/* J_j = int rho_K(k) k^j dk / (alpha k + zeta) per dimension of W W^T/d, by the Stieltjes transform of Marchenko and Pastur;
 * r in units of data_var: r = J_1, q = J_0. */
static void equivalent(const sp_score_model *m, sp_complex z, sp_isotropic_resolvent *e)
{
    double signal = sp_score_signal(m);
    e->z = z;
    e->alpha = e->kappa * signal + m->c.b * m->c.b;
    e->zeta = e->kappa * m->c.v2 + m->c.s2 - z;
    e->q = mp(m->psi_p, -e->zeta / e->alpha) / e->alpha;
    e->r = (1 - e->zeta * e->q) / e->alpha;
}

typedef struct {
    const sp_score_model *m;
    double slack; /* Im q may be this negative: rounding on the real axis */
} isotropic;

static void equation(size_t n, const sp_complex *kappa, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    const sp_score_model *m = ((const isotropic *)context)->m;
    double signal = sp_score_signal(m), load = m->psi_p / m->psi_n;
    sp_complex alpha = kappa[0] * signal + m->c.b * m->c.b, zeta = kappa[0] * m->c.v2 + m->c.s2 - z;
    sp_complex q = mp(m->psi_p, -zeta / alpha) / alpha, r = (1 - zeta * q) / alpha;
    f[0] = kappa[0] * (1 + load * (signal * r + m->c.v2 * q)) - 1;
}

static bool upper(size_t n, const sp_complex *kappa, sp_complex z, void *context)
{
    (void)n;
    const isotropic *i = context;
    sp_isotropic_resolvent e = {.kappa = kappa[0]};
    equivalent(i->m, z, &e);
    return cimag(-e.zeta / e.alpha) >= -i->slack && cimag(e.q) >= -i->slack;
}

sp_isotropic_resolvent sp_isotropic_resolvent_at(const sp_score_model *m, sp_complex z, const sp_complex *guess)
{
    isotropic context = {m, 0};
    sp_complex_equation system = {.n = 1, .f = equation, .accept = upper, .context = &context};
    sp_isotropic_resolvent e = {.kappa = 1};
    double y = cimag(z), near = 1e-9 * (1e-3 + fabs(creal(z)));
    sp_complex above = y > 0 ? z : sp_cmplx(creal(z), near);
    sp_complex_result found = {.converged = false};
    if (guess) {
        e.kappa = *guess;
        found = sp_newton_complex(&system, above, &e.kappa);
    }
    if (!found.converged) {
        e.kappa = 1;
        found = sp_continue_complex(&system, sp_cmplx(creal(z), far_above), above, &e.kappa);
    }
    if (found.converged && !(y > 0)) {
        context.slack = 1e-9;
        sp_complex_result on_axis = sp_newton_complex(&system, z, &e.kappa);
        if (!on_axis.converged) /* at an edge: keep the point just above */
            z = above;
        else
            found = on_axis;
    }
    equivalent(m, z, &e);
    e.residual = found.residual;
    e.converged = found.converged;
    return e;
}

/* ---- any Sigma: q and kappa -------------------------------------------------------------------------------- */

/* s = int dSigma/(shat + l rhat), r = int l dSigma/(shat + l rhat) */
static void sums(const sp_score_model *m, sp_complex q, sp_complex kappa, sp_complex *s, sp_complex *r)
{
    double a2 = m->c.a * m->c.a * exp(-2 * m->c.t);
    sp_complex s_hat = m->c.b * m->c.b * m->psi_p + 1 / q, r_hat = m->psi_p * a2 * kappa;
    *s = *r = 0;
    for (size_t i = 0; i < m->n_sigma; i++) {
        sp_complex term = 1 / (s_hat + m->sigma[i] * r_hat) / (double)m->n_sigma;
        *s += term;
        *r += m->sigma[i] * term;
    }
}

static void general_equations(size_t n, const sp_complex *x, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    const sp_score_model *m = context;
    double a2 = m->c.a * m->c.a * exp(-2 * m->c.t);
    sp_complex q = x[0], kappa = x[1], s, r;
    sums(m, q, kappa, &s, &r);
    f[0] = q * (m->psi_p * (m->c.s2 - z + m->c.v2 * kappa) + (1 - m->psi_p) / q - s / (q * q));
    f[1] = kappa * (1 + m->psi_p / m->psi_n * (a2 * r + m->c.v2 * q)) - 1;
}

static bool general_upper(size_t n, const sp_complex *x, sp_complex z, void *context)
{
    (void)n, (void)z, (void)context;
    return cimag(x[0]) > -1e-9;
}

sp_score_resolvent sp_score_resolvent_general(const sp_score_model *m, double x, double y)
{
    sp_complex_equation system = {.n = 2, .f = general_equations, .accept = general_upper, .context = (void *)(uintptr_t)m};
    double height = y > 0 ? y : 1e-9 * (1e-3 + fabs(x));
    sp_complex start = sp_cmplx(x, far_above), target = sp_cmplx(x, height), unknown[2] = {-1 / start, 1};
    sp_complex_result found = sp_continue_complex(&system, start, target, unknown);
    if (found.converged && !(y > 0)) {
        sp_complex_result on_axis = sp_newton_complex(&system, sp_cmplx(x, 0), unknown);
        if (on_axis.converged)
            found = on_axis;
    }
    sp_complex s, r;
    sums(m, unknown[0], unknown[1], &s, &r);
    return (sp_score_resolvent){.kappa_re = creal(unknown[1]),
                                .kappa_im = cimag(unknown[1]),
                                .q_re = creal(unknown[0]),
                                .q_im = cimag(unknown[0]),
                                .r_re = creal(r),
                                .r_im = cimag(r),
                                .residual = found.residual,
                                .converged = found.converged};
}

sp_score_resolvent sp_score_resolvent_at(const sp_score_model *m, double x, double y)
{
    if (m->n_sigma > 1)
        return sp_score_resolvent_general(m, x, y);
    sp_isotropic_resolvent e = sp_isotropic_resolvent_at(m, sp_cmplx(x, y), NULL);
    double v = m->c.data_var;
    return (sp_score_resolvent){.kappa_re = creal(e.kappa),
                                .kappa_im = cimag(e.kappa),
                                .q_re = creal(e.q),
                                .q_im = cimag(e.q),
                                .r_re = v * creal(e.r),
                                .r_im = v * cimag(e.r),
                                .residual = e.residual,
                                .converged = e.converged};
}
