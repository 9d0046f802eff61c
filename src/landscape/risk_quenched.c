#include "landscape/risk_quenched.h"

#include "math/quadrature.h"
#include "math/roots.h"
#include "vector_math.h"

#include <math.h>
#include <string.h>

enum { HERMITE_2D = 17, HERMITE_1D = 41, Y_NODES = 601, UNKNOWNS = 6 };

static const double y_range = 8.5;

typedef struct {
    double q, ln_Fp, F_o, zeta;
    risk_complex g;
} order_parameters;

/* Averages over (u, w) of averages over the law of y at (u, w). */
typedef struct {
    double ln_Z, F_d, F_o, t, f, cross, Y_d, Y_o; /* F_o: E<loss'>^2, cross: E[<loss'><y>], Y_d: E<y^2>, Y_o: E<y>^2 */
    risk_complex resolvent;
} replica_average;

/* Unknowns: (ln Fp, F_o, Im g), with q, and (ln Fp, F_o, q, Re g, zeta, Im g) or without the last where t is outside the
 * spectrum. */
typedef enum { ODD_AT_ZERO, ODD, GENERAL, GAPPED } shape;

typedef struct {
    double alpha, lam;
    shape shape;
    size_t n; /* nodes of y */
    const double *y, *f, *d1, *d2;
    double log_step;
    double *base, *work, *sine;
    sp_rule two, one;
    double scale; /* of 1/g */
} replica_problem;

static sp_status create(sp_run *run, const risk_loss *loss, const risk_law *law, double lam, replica_problem *p)
{
    double *block = SP_NEW(run, double, 7 * Y_NODES);
    if (!block)
        return SP_FAILED;
    double *y = block, *f = block + Y_NODES, *d1 = block + 2 * Y_NODES, *d2 = block + 3 * Y_NODES,
           step = 2 * y_range / (Y_NODES - 1);
    for (size_t i = 0; i < Y_NODES; i++) {
        y[i] = -y_range + (double)i * step;
        risk_jet j = risk_loss_at(loss, y[i], 0);
        f[i] = j.f;
        d1[i] = j.d1;
        d2[i] = j.d2;
    }
    *p = (replica_problem){.alpha = law->alpha,
                           .lam = lam,
                           .n = Y_NODES,
                           .y = y,
                           .f = f,
                           .d1 = d1,
                           .d2 = d2,
                           .log_step = log(step),
                           .base = block + 4 * Y_NODES,
                           .work = block + 5 * Y_NODES,
                           .sine = block + 6 * Y_NODES,
                           .scale = sqrt((law->d2_sq + law->d1_sq) / law->alpha)};
    SP_TRY(sp_gauss_hermite(run, HERMITE_2D, &p->two));
    return sp_gauss_hermite(run, HERMITE_1D, &p->one);
}

/* The part of the exponent that does not depend on (u, w). */
static void set_base(replica_problem *p, const order_parameters *o)
{
    double a = p->alpha, gr = creal(o->g) / a, gi = cimag(o->g) / a, width = 1 - o->q,
           constant = -0.5 * log(2 * M_PI * width) + p->log_step;
    double cost = exp(-o->ln_Fp) / (2 * a), pull = gr + o->zeta * width / a;
    for (size_t i = 0; i < p->n; i++) {
        double re = 1 + p->d2[i] * gr, im = p->d2[i] * gi;
        p->base[i] = re * re + im * im;
    }
    sp_vlog(p->n, p->base, p->base);
    for (size_t i = 0; i < p->n; i++)
        p->base[i] = 0.5 * p->base[i] - p->y[i] * p->y[i] / (2 * width) - p->d1[i] * p->d1[i] * cost -
                     pull * p->y[i] * p->d1[i] + p->lam / a * p->f[i] + constant;
}

/* One node: u = ur + i ui, w = wr + i wi. Averages of complex fields are complex; their mean over conjugate nodes is real.
 */
static void add_node(replica_problem *p, const order_parameters *o, risk_complex u, risk_complex w, double weight,
                     replica_average *sum)
{
    double ur = creal(u), wr = creal(w), ui = cimag(u), wi = cimag(w), top = -INFINITY;
    double gr = creal(o->g) / p->alpha, gi = cimag(o->g) / p->alpha;
    bool real = ui == 0 && wi == 0;
    for (size_t i = 0; i < p->n; i++) {
        p->work[i] = p->base[i] + ur * p->y[i] + wr * p->d1[i];
        top = p->work[i] > top ? p->work[i] : top;
    }
    for (size_t i = 0; i < p->n; i++)
        p->work[i] = p->work[i] - top > -300 ? p->work[i] - top : -1e4;
    sp_vexp(p->n, p->work, p->work);
    if (!real)
        for (size_t i = 0; i < p->n; i++) {
            double phase = ui * p->y[i] + wi * p->d1[i], size = p->work[i];
            p->work[i] = size * cos(phase);
            p->sine[i] = size * sin(phase);
        }
    double part[2][8] = {{0}};
    for (int k = 0; k < (real ? 1 : 2); k++) {
        const double *e = k ? p->sine : p->work;
        double z = 0, f = 0, d1_sq = 0, d1_mean = 0, y_mean = 0, y_sq = 0, y_d1 = 0;
        for (size_t i = 0; i < p->n; i++) {
            double x = e[i], d1 = p->d1[i], y = p->y[i];
            z += x;
            f += x * p->f[i];
            d1_mean += x * d1;
            d1_sq += x * d1 * d1;
            y_mean += x * y;
            y_sq += x * y * y;
            y_d1 += x * y * d1;
        }
        memcpy(part[k], (double[8]){z, f, d1_mean, d1_sq, y_mean, y_sq, y_d1, 0}, sizeof part[k]);
    }
    risk_complex z = part[0][0] + I * part[1][0], resolvent = 0;
    for (size_t i = 0; i < p->n; i++) {
        double x = 1 + p->d2[i] * gr, y = p->d2[i] * gi, s = p->d2[i] / (x * x + y * y);
        resolvent += (p->work[i] + (real ? 0 : I * p->sine[i])) * (s * x - I * s * y);
    }
    risk_complex mean[8];
    for (size_t k = 1; k < 7; k++)
        mean[k] = (part[0][k] + I * part[1][k]) / z;
    sum->ln_Z += weight * (creal(clog(z)) + top);
    sum->f += weight * creal(mean[1]);
    sum->F_o += weight * creal(mean[2] * mean[2]);
    sum->F_d += weight * creal(mean[3]);
    sum->Y_o += weight * creal(mean[4] * mean[4]);
    sum->Y_d += weight * creal(mean[5]);
    sum->t += weight * creal(mean[6]);
    sum->cross += weight * creal(mean[2] * mean[4]);
    /* the resolvent is complex on its own: with complex fields both conjugate nodes are summed */
    sum->resolvent += weight * resolvent / z;
}

static replica_average average(replica_problem *p, const order_parameters *o)
{
    replica_average sum = {0};
    double Fp = exp(o->ln_Fp), width = 1 - o->q;
    double kuu = o->q / (width * width), kww = o->F_o / (p->alpha * Fp * Fp),
           kuw = p->shape >= GENERAL ? o->zeta / p->alpha : 0;
    set_base(p, o);
    if (p->shape == ODD_AT_ZERO) {
        for (size_t k = 0; k < p->one.n; k++)
            add_node(p, o, 0, csqrt(kww) * p->one.x[k], p->one.w[k], &sum);
        return sum;
    }
    /* K = L L^T from the larger diagonal entry on; imaginary where K is not positive */
    bool w_first = fabs(kww) >= fabs(kuu);
    risk_complex first = csqrt(w_first ? kww : kuu), mixed = first == 0 ? 0 : kuw / first;
    risk_complex second = csqrt((w_first ? kuu : kww) - mixed * mixed);
    for (size_t i = 0; i < p->two.n; i++)
        for (size_t j = 0; j < p->two.n; j++) {
            risk_complex a = first * p->two.x[i], b = mixed * p->two.x[i] + second * p->two.x[j];
            add_node(p, o, w_first ? b : a, w_first ? a : b, p->two.w[i] * p->two.w[j], &sum);
        }
    return sum;
}

static order_parameters unpack(const replica_problem *p, const double *x)
{
    order_parameters o = {.ln_Fp = x[0], .F_o = x[1]};
    switch (p->shape) {
    case ODD_AT_ZERO:
        o.g = I * x[2] / p->scale;
        break;
    case ODD:
        o.g = I * x[2] / p->scale;
        o.q = x[3];
        break;
    case GENERAL:
    case GAPPED:
        o.q = x[2];
        o.g = (x[3] + (p->shape == GENERAL ? I * x[5] : 0)) / p->scale;
        o.zeta = x[4];
        break;
    }
    return o;
}

static size_t unknowns(shape s) { return s == ODD_AT_ZERO ? 3 : s == ODD ? 4 : s == GAPPED ? 5 : 6; }

static void replica_system(size_t n, const double *x, double *f, void *context)
{
    replica_problem *p = context;
    order_parameters o = unpack(p, x);
    if (!(o.q < 1) || (p->shape != GAPPED && !(cimag(o.g) > 0)) || fabs(x[0]) > 50) {
        for (size_t i = 0; i < n; i++)
            f[i] = NAN;
        return;
    }
    replica_average m = average(p, &o);
    double width = 1 - o.q, size = fmax(exp(o.ln_Fp), 1e-300);
    risk_complex r = 1 + o.g * (m.t - m.resolvent);
    f[0] = (m.F_d - m.F_o) / size - 1;
    f[1] = (m.F_o - o.F_o) / size;
    double overlap = 0.5 * (1 - p->alpha) * o.q / (width * width) +
                     0.5 * p->alpha * (2 * o.q * m.Y_d - (1 + o.q) * m.Y_o) / (width * width * width) + o.zeta * m.t;
    if (p->shape == ODD_AT_ZERO || p->shape == ODD) {
        f[2] = creal(r); /* g and the resolvent are imaginary: the equation is real */
        if (p->shape == ODD)
            f[3] = overlap;
        return;
    }
    f[2] = overlap;
    f[3] = creal(r);
    f[4] = (m.cross - o.q * m.t) / sqrt(size);
    if (p->shape == GENERAL)
        f[5] = cimag(r) / x[5];
}

static void complete(replica_problem *p, const double *x, const sp_root *root, risk_quenched *out)
{
    order_parameters o = unpack(p, x);
    replica_average m = average(p, &o);
    double Fp = exp(o.ln_Fp), width = 1 - o.q;
    *out = (risk_quenched){.found = root->converged,
                           .risk = m.f,
                           .t = m.t,
                           .lam = p->lam,
                           .q = o.q,
                           .ln_Fp = o.ln_Fp,
                           .F_o = o.F_o,
                           .zeta = o.zeta,
                           .g = o.g,
                           .residual = root->residual,
                           .iterations = root->iterations};
    out->complexity = 0.5 * log(p->alpha) + 0.5 * (log(width) + o.q / width) - 0.5 * (o.ln_Fp + o.F_o / Fp) -
                      log(cabs(o.g)) - p->lam * m.f + p->alpha * (m.ln_Z - o.q / (2 * width));
    if (!out->found)
        out->reason = "no replica-symmetric solution found";
}

static sp_status newton(sp_run *run, replica_problem *p, shape s, const double *start, risk_quenched *out)
{
    double x[UNKNOWNS];
    sp_root root;
    sp_newton_options options = {.tolerance = 1e-11, .max_iterations = 25, .max_step = 0.5};
    p->shape = s;
    memcpy(x, start, unknowns(s) * sizeof *x);
    SP_TRY(sp_newton(run, unknowns(s), replica_system, NULL, p, &options, x, &root));
    complete(p, x, &root, out);
    return SP_OK;
}

/* Sigma_Q stands at q = 0 for odd losses; there may be a lower one with q > 0. */
static sp_status solve_odd(sp_run *run, replica_problem *p, const double *start, const risk_quenched *warm,
                           risk_quenched *out)
{
    SP_TRY(newton(run, p, ODD_AT_ZERO, start, out));
    if (!out->found)
        return SP_OK;
    double from[4] = {out->ln_Fp, out->F_o, cimag(out->g) * p->scale, warm && warm->q > 1e-4 ? warm->q : 0.02};
    risk_quenched other;
    SP_TRY(newton(run, p, ODD, from, &other));
    if (other.found && other.q > 1e-6 && other.complexity < out->complexity)
        *out = other;
    return SP_OK;
}

static sp_status solve_general(sp_run *run, replica_problem *p, bool gapped, const double *start, risk_quenched *out)
{
    *out = (risk_quenched){0};
    if (!gapped && start[5] > 0)
        SP_TRY(newton(run, p, GENERAL, start, out));
    /* the shift may lie outside the spectrum although the annealed one, or the neighbour's, does not */
    if (!out->found && start[5] < 0.3 * hypot(start[3], start[5]))
        SP_TRY(newton(run, p, GAPPED, start, out));
    return SP_OK;
}

sp_status risk_quenched_broken(sp_run *run, const risk_loss *loss, const risk_law *law, const risk_solution *annealed,
                               const risk_quenched *symmetric, risk_quenched *out)
{
    static const double lams[] = {0.2, 0.1, 0.05, 0.02, 0};
    *out = (risk_quenched){.complexity = NAN, .reason = "no solution of broken symmetry"};
    if (loss->parity != RISK_ODD || !symmetric->found || annealed->gapped)
        return SP_OK;
    replica_problem p;
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(create(run, loss, law, 0, &p));
    risk_quenched at = *symmetric;
    double start[UNKNOWNS] = {at.ln_Fp, at.F_o, fmax(at.q, 0.1), -0.2, -0.5, cimag(at.g) * p.scale};
    for (size_t i = 0; i < sizeof lams / sizeof *lams; i++) {
        p.lam = lams[i] / sqrt(law->d1_sq);
        SP_TRY(newton(run, &p, GENERAL, start, &at));
        if (!at.found)
            break;
        memcpy(start, (double[UNKNOWNS]){at.ln_Fp, at.F_o, at.q, creal(at.g) * p.scale, at.zeta, cimag(at.g) * p.scale},
               sizeof start);
    }
    if (at.found && fabs(at.t) > 1e-6 && at.q > 1e-6 && at.complexity <= annealed->complexity + 1e-9)
        *out = at;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status risk_quenched_solve(sp_run *run, const risk_loss *loss, const risk_law *law, double lam,
                              const risk_solution *annealed, const risk_quenched *warm, risk_quenched *out)
{
    *out = (risk_quenched){.complexity = NAN, .risk = NAN, .lam = lam};
    bool isolated = annealed->gapped && fabs(annealed->complexity) < 1e-9 && !(loss->parity == RISK_EVEN && lam != 0);
    if (!annealed->converged || isolated) {
        out->reason = annealed->converged ? "trivial: the annealed solution is gapped, at most isolated minima or maxima"
                                          : "no annealed solution to start from";
        return SP_OK;
    }
    if (loss->parity == RISK_EVEN) {
        *out = (risk_quenched){.found = true,
                               .complexity = annealed->complexity,
                               .risk = annealed->risk,
                               .t = annealed->t,
                               .lam = lam,
                               .ln_Fp = log(annealed->state.A),
                               .g = annealed->state.g,
                               .residual = annealed->residual};
    }
    else {
        replica_problem p;
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(create(run, loss, law, lam, &p));
        double mean = 0;
        for (size_t i = 0; i < law->n; i++)
            mean += law->nu[i] * law->d1[i];
        double F_o = mean * mean, Fp = fmax(annealed->state.A - F_o, 1e-3 * annealed->state.A),
               g = cimag(annealed->state.g) * p.scale;
        bool odd = loss->parity == RISK_ODD && lam == 0 && !annealed->gapped;
        double start[UNKNOWNS] = {log(Fp), F_o, 0.02, creal(annealed->state.g) * p.scale, 0, g};
        if (warm && warm->found && !odd)
            memcpy(start,
                   (double[UNKNOWNS]){warm->ln_Fp, warm->F_o, warm->q, creal(warm->g) * p.scale, warm->zeta,
                                      cimag(warm->g) * p.scale},
                   sizeof start);
        if (odd)
            start[2] = g;
        SP_TRY(odd ? solve_odd(run, &p, start, warm, out) : solve_general(run, &p, annealed->gapped, start, out));
        sp_memory_release(run, mark);
    }
    if (out->found && out->complexity < 0) {
        out->found = false;
        out->reason = "trivial or beyond replica symmetry: the quenched complexity is negative";
    }
    else if (out->found && out->complexity + lam * out->risk > annealed->complexity + lam * annealed->risk + 1e-7) {
        /* at equal multiplier it is complexity + lam risk, the largest over the risk, that is smaller when quenched */
        out->found = false;
        out->reason = "trivial or beyond replica symmetry: no solution below the annealed complexity";
    }
    return SP_OK;
}
