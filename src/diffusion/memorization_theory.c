/* Losses of random-feature scores against training time, infinite dimension, Sigma proportional to I (spec 09, 3.5): contour
 * integrals round the spectrum of U. All integrals over the Marchenko-Pastur law of K = W W^T/d are closed forms. */
#include "score_resolvent.h"
#include "spinodal/diffusion.h"

#include "math/roots.h"

#include <math.h>

/* Nodes of the contour; every third one from the second is the rule of a third of the size. The error falls geometrically,
 * so that of all nodes is about the cube of that of a third. */
enum { NODES = 240, HALF = NODES / 2, COARSE = 3 };
static const double rounding = 1e-13; /* partial fractions lose two or three digits */
static const double half_angle = 1.2; /* below pi/2: Re z > 0, exponentials decay */

struct sp_score_curve {
    double psi_p, noise_var, overlap2; /* b^2 psi_p */
    double least_loss;                 /* of the exact score */
    double slowest, fastest;           /* s2 and the end of the contour */
    sp_complex z[HALF], weight[HALF], s[HALF];
    sp_complex *same, *mirrored; /* T(z, z') and T(z, conj z'), HALF x HALF */
};

typedef struct {
    sp_complex kappa, alpha, zeta, s, q;
} node;

static node conjugate(const node *a)
{
    return (node){conj(a->kappa), conj(a->alpha), conj(a->zeta), conj(a->s), conj(a->q)};
}

/* int k rho_K / (alpha k + zeta)^2 = -ds/dzeta */
static sp_complex square(double ratio, const node *a)
{
    sp_complex w = -a->zeta / a->alpha, m = a->q * a->alpha;
    sp_complex dm = -(ratio * m * m + m) / (2 * ratio * w * m + w - (1 - ratio));
    return (a->q - a->zeta * dm / (a->alpha * a->alpha)) / a->alpha;
}

/* The two-resolvent equivalent T(z, z') = Tr [W^T R Ut R' W] / (p d). H_j = int k^j rho_K / (den den') by partial fractions:
 * neighbouring nodes differ by 2 pi / NODES, two digits are lost. */
static sp_complex pair(const sp_score_model *m, const node *a, const node *b, bool equal)
{
    sp_complex h1 =
        equal ? square(m->psi_p, a) : (a->alpha * a->s - b->alpha * b->s) / (a->alpha * b->zeta - b->alpha * a->zeta);
    sp_complex h0 = (b->q - a->alpha * h1) / a->zeta, h2 = (b->s - a->zeta * h1) / a->alpha;
    double A2 = sp_score_signal(m), v2 = m->c.v2, slope = A2 + m->c.b * m->c.b, level = v2 + m->c.s2;
    sp_complex k_ut = slope * h2 + level * h1, k_c = A2 * h2 + v2 * h1;
    sp_complex c_ut = A2 * slope * h2 + (A2 * level + v2 * slope) * h1 + v2 * level * h0;
    sp_complex c_c = A2 * A2 * h2 + 2 * A2 * v2 * h1 + v2 * v2 * h0;
    sp_complex load = a->kappa * b->kappa * m->psi_p / m->psi_n;
    return k_ut + load * c_ut * k_c / (1 - load * c_c);
}

sp_status sp_score_curve_open(sp_run *run, const sp_score_model *m, const sp_score_curve **out)
{
    if (m->n_sigma > 1)
        return sp_fail(run, SP_USAGE,
                       "loss curves in closed form need equal eigenvalues of Sigma; use memorization simulate");
    sp_score_curve *c = SP_NEW(run, sp_score_curve, 1);
    node *nodes = SP_NEW(run, node, HALF);
    if (!c || !nodes)
        return SP_FAILED;
    c->same = SP_NEW(run, sp_complex, HALF * HALF);
    c->mirrored = SP_NEW(run, sp_complex, HALF * HALF);
    if (!c->same || !c->mirrored)
        return SP_FAILED;
    double A2 = sp_score_signal(m), b2 = m->c.b * m->c.b, grow = 1 + sqrt(m->psi_p), few = 1 + 1 / sqrt(m->psi_n),
           wide = 1 + sqrt(m->psi_p / m->psi_n), noise_var = m->c.noise_var;
    c->psi_p = m->psi_p;
    c->noise_var = noise_var;
    c->overlap2 = b2 * m->psi_p;
    c->least_loss = 1 - noise_var / (exp(-2 * m->c.t) * m->c.data_var + noise_var);
    c->slowest = m->c.s2;
    c->fastest = 3 * ((A2 + b2) * grow * grow * few * few + m->c.v2 * wide * wide + m->c.s2);
    double low = log(m->c.s2 / 2), high = log(c->fastest), centre = (low + high) / 2, half = (high - low) / 2;
    const sp_complex *guess = NULL;
    for (size_t i = 0; i < HALF; i++) {
        double angle = 2 * M_PI * ((double)i + 0.5) / NODES;
        c->z[i] = cexp(sp_cmplx(centre + half * cos(angle), half_angle * sin(angle)));
        c->weight[i] =
            c->z[i] * sp_cmplx(-half * sin(angle), half_angle * cos(angle)) / sp_cmplx(0, NODES); /* dz / (2 pi i) */
        sp_isotropic_resolvent e = sp_isotropic_resolvent_at(m, c->z[i], guess);
        if (!e.converged)
            return sp_fail(run, SP_FAILED, "the resolvent at %g%+gi was not found, residual %.2g", creal(c->z[i]),
                           cimag(c->z[i]), e.residual);
        nodes[i] = (node){e.kappa, e.alpha, e.zeta, e.r, e.q};
        c->s[i] = e.r;
        guess = &nodes[i].kappa;
    }
    for (size_t i = 0; i < HALF; i++)
        for (size_t j = 0; j <= i; j++) {
            node mirror = conjugate(&nodes[j]);
            c->same[i * HALF + j] = c->same[j * HALF + i] = pair(m, &nodes[i], &nodes[j], i == j);
            c->mirrored[i * HALF + j] = pair(m, &nodes[i], &mirror, false);
            c->mirrored[j * HALF + i] = conj(c->mirrored[i * HALF + j]);
        }
    *out = c;
    return SP_OK;
}

static void sum(const sp_score_curve *c, double train_time, size_t first, size_t step, double *train, double *test)
{
    sp_complex f[HALF] = {0};
    double linear_train = 0, linear_test = 0, quadratic = 0;
    for (size_t i = first; i < HALF; i += step) {
        sp_complex x = isinf(train_time) ? 0 : cexp(-2 * c->noise_var * train_time / c->psi_p * c->z[i]);
        sp_complex w = (double)step * c->weight[i] / c->z[i];
        f[i] = w * (1 - x);
        linear_train += 2 * creal(w * (1 - x * x) * c->s[i]);
        linear_test += 2 * creal(f[i] * c->s[i]);
    }
    for (size_t i = first; i < HALF; i += step) {
        sp_complex row = 0;
        for (size_t j = first; j < i; j += step)
            row += f[j] * c->same[i * HALF + j] + conj(f[j]) * c->mirrored[i * HALF + j];
        quadratic += 4 * creal(f[i] * row) +
                     2 * creal(f[i] * (f[i] * c->same[i * HALF + i] + conj(f[i]) * c->mirrored[i * HALF + i]));
    }
    *train = 1 + c->overlap2 * linear_train;
    *test = 1 + 2 * c->overlap2 * linear_test + c->overlap2 * quadratic;
}

sp_score_losses sp_score_losses_at(const sp_score_curve *c, double train_time)
{
    sp_score_losses l;
    double train, test;
    sum(c, train_time, 0, 1, &l.train, &l.test);
    sum(c, train_time, 1, COARSE, &train, &test);
    l.score_error = (l.test - c->least_loss) / c->noise_var;
    double third = fmax(fabs(train - l.train), fabs(test - l.test));
    l.residual = third * third * third + rounding * (1 + fabs(l.test));
    return l;
}

/* ---- times ------------------------------------------------------------------------------------------------ */

typedef struct {
    const sp_score_curve *curve;
    bool gap; /* else the test loss */
    double level;
} crossing;

static double excess(double log_time, void *context)
{
    const crossing *c = context;
    sp_score_losses l = sp_score_losses_at(c->curve, exp(log_time));
    return (c->gap ? l.test - l.train : l.test) - c->level;
}

/* First time after scan point `from` where the quantity passes the level, on the scan and then by Brent. NAN: never. */
static double first_time(const sp_score_curve *curve, size_t from, size_t n, const double *log_time, const double *value,
                         bool gap, double level)
{
    bool above = value[from] > level;
    for (size_t i = from + 1; i < n; i++)
        if ((value[i] > level) != above) {
            sp_root root = sp_root_bracketed(excess, &(crossing){curve, gap, level}, log_time[i - 1], log_time[i], 1e-9);
            return exp(root.x);
        }
    return NAN;
}

/* n*: where the overfitting after infinite time falls to star_gap. */
typedef struct {
    sp_run *run;
    sp_score_model model;
    double gap;
} star;

static double star_excess(double psi_n, void *context)
{
    star *s = context;
    sp_mark mark = sp_memory_mark(s->run);
    const sp_score_curve *curve;
    s->model.psi_n = psi_n;
    double excess = NAN;
    if (sp_score_curve_open(s->run, &s->model, &curve) == SP_OK) {
        sp_score_losses end = sp_score_losses_at(curve, INFINITY);
        excess = log((end.test - end.train) / s->gap);
    }
    sp_memory_release(s->run, mark);
    return excess;
}

static double star_size(sp_run *run, const sp_score_model *m, double gap)
{
    star s = {run, *m, gap};
    sp_root root = sp_root_log(star_excess, &s, m->psi_p, 1e-3 * m->psi_p, 1e4 * m->psi_p, 1e-8);
    return root.converged ? root.x : NAN;
}

enum { SCAN = 160 };

sp_status sp_memorization_theory(sp_run *run, const sp_memorization_theory_params *p, const sp_score_curve *curve,
                                 const sp_score_model *m, sp_memorization_theory_result *r)
{
    double log_time[SCAN], test[SCAN], gap[SCAN];
    double clock = m->psi_p / (2 * m->c.noise_var), first = log(0.01 * clock / curve->fastest),
           last = log(100 * clock / curve->slowest);
    size_t best = 0;
    for (size_t i = 0; i < SCAN; i++) {
        log_time[i] = first + (last - first) * (double)i / (SCAN - 1);
        sp_score_losses l = sp_score_losses_at(curve, exp(log_time[i]));
        test[i] = l.test;
        gap[i] = l.test - l.train;
        if (test[i] < test[best])
            best = i;
    }
    sp_score_losses end = sp_score_losses_at(curve, INFINITY);
    double best_time = INFINITY;
    if (best > 0 && best < SCAN - 1)
        best_time =
            exp(sp_minimum_bracketed(excess, &(crossing){curve, false, 0}, log_time[best - 1], log_time[best + 1], 0).x);
    sp_score_losses least = sp_score_losses_at(curve, best_time);
    double A2 = sp_score_signal(m), spread = 1 + sqrt(m->psi_p / m->psi_n);
    *r = (sp_memorization_theory_result){.a = m->c.a,
                                         .b = m->c.b,
                                         .v2 = m->c.v2,
                                         .s2 = m->c.s2,
                                         .train_time_best = best_time,
                                         .test_best = least.test,
                                         .score_error_best = least.score_error,
                                         .train_inf = end.train,
                                         .test_inf = end.test,
                                         .gap_inf = end.test - end.train,
                                         .train_time_gen_asymptotic = 1 / (2 * m->c.noise_var * (A2 + m->c.b * m->c.b)),
                                         .train_time_mem_asymptotic = clock / (m->c.s2 + m->c.v2 * spread * spread),
                                         .psi_n_star = p->star_gap > 0 ? star_size(run, m, p->star_gap) : NAN,
                                         .residual = fmax(end.residual, least.residual)};
    r->train_time_gen = first_time(curve, 0, SCAN, log_time, test, false, least.test + p->gen_fraction * (1 - least.test));
    double leave = first_time(curve, best, SCAN, log_time, test, false, least.test + p->gen_fraction * (1 - least.test));
    r->train_time_leave = isnan(leave) ? INFINITY : leave;
    r->train_time_mem = first_time(curve, 0, SCAN, log_time, gap, true, p->gap_fraction * r->gap_inf);
    r->train_time_mem_absolute =
        p->gap_threshold > 0 ? first_time(curve, 0, SCAN, log_time, gap, true, p->gap_threshold) : NAN;
    return SP_OK;
}
