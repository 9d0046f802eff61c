/* Learning features by the differentiable coefficient (spec 11, 3.5): weights of the columns or a linear map, by Adam. */
#include "spinodal/select.h"

#include "math/optimize.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

typedef struct {
    const sp_diffoci_problem *p;
    size_t m;         /* features of f */
    size_t n_theta;   /* parameters of f; then m + 1 of the head */
    double *F, *dF;   /* n x m */
    double *residual; /* of the head, n */
    bool two_valued;
    double low; /* the smaller value of a two-valued y */
} learning;

/* ---- the feature map ------------------------------------------------------------------------------------ */

static void features(const learning *l, const double *theta, double *F)
{
    size_t n = l->p->n, p = l->p->p;
    if (l->p->features == 0) {
        for (size_t k = 0; k < p; k++)
            for (size_t i = 0; i < n; i++)
                F[k * n + i] = theta[k] * l->p->x[k * n + i];
        return;
    }
    memset(F, 0, n * l->m * sizeof *F);
    for (size_t f = 0; f < l->m; f++)
        for (size_t k = 0; k < p; k++)
            for (size_t i = 0; i < n; i++)
                F[f * n + i] += theta[f * p + k] * l->p->x[k * n + i];
}

/* gradient[theta] += sum over rows of dF times the derivative of the map. */
static void pull_back(const learning *l, const double *dF, double *gradient)
{
    size_t n = l->p->n, p = l->p->p;
    for (size_t t = 0; t < l->n_theta; t++) {
        size_t feature = l->p->features == 0 ? t : t / p, column = t % p;
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += dF[feature * n + i] * l->p->x[column * n + i];
        gradient[t] += sum;
    }
}

/* ---- objectives ----------------------------------------------------------------------------------------- */

static sp_soft_codec dependence(const learning *l)
{
    const sp_diffoci_problem *p = l->p;
    sp_soft_codec s = {.n = p->n, .y = p->y, .ordinal = p->ordinal, .beta = p->beta};
    if (p->use == SP_DIFFOCI_PENALTY)
        s.y = p->group;
    if (p->use == SP_DIFFOCI_CONDITIONAL) {
        s.p = 1;
        s.x = p->group;
    }
    return s;
}

/* Mean logistic loss of a two-valued y, else half the mean square, of the linear head on F. */
static double head_loss(learning *l, const double *head, double *head_gradient, double *dF)
{
    size_t n = l->p->n, m = l->m;
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        double out = head[m];
        for (size_t f = 0; f < m; f++)
            out += head[f] * l->F[f * n + i];
        if (l->two_valued) {
            double sign = l->p->y[i] > l->low ? 1 : -1;
            loss += sp_softplus(-sign * out) / (double)n;
            l->residual[i] = -sign / (1 + exp(sign * out)) / (double)n;
        }
        else {
            double miss = out - l->p->y[i];
            loss += 0.5 * miss * miss / (double)n;
            l->residual[i] = miss / (double)n;
        }
        head_gradient[m] += l->residual[i];
    }
    for (size_t f = 0; f < m; f++)
        for (size_t i = 0; i < n; i++) {
            head_gradient[f] += l->residual[i] * l->F[f * n + i];
            dF[f * n + i] += l->residual[i] * head[f];
        }
    return loss;
}

/* Loss (without decay), T_beta and the gradient at theta and head. */
static sp_status evaluate(sp_run *run, learning *l, const double *theta, double *loss, double *T, double *gradient)
{
    size_t n = l->p->n;
    features(l, theta, l->F);
    sp_soft_codec s = dependence(l);
    SP_TRY(sp_soft_codec_value(run, &s, l->m, l->F, T, l->dF));
    if (isnan(*T))
        return sp_fail(run, SP_DATA, "the response is already determined by the group: nothing is left to learn");
    double weight = l->p->use == SP_DIFFOCI_PENALTY ? l->p->penalty : -1;
    for (size_t i = 0; i < n * l->m; i++)
        l->dF[i] *= weight;
    *loss = weight * *T;
    memset(gradient, 0, (l->n_theta + l->m + 1) * sizeof *gradient);
    if (l->p->use == SP_DIFFOCI_PENALTY)
        *loss += head_loss(l, theta + l->n_theta, gradient + l->n_theta, l->dF);
    pull_back(l, l->dF, gradient);
    return SP_OK;
}

/* The exact coefficient of the features at theta. */
static sp_status exact(sp_run *run, learning *l, const double *theta, double *T)
{
    sp_mark mark = sp_memory_mark(run);
    size_t n = l->p->n;
    double *rows = SP_NEW(run, double, n * l->m);
    if (!rows)
        return SP_FAILED;
    features(l, theta, l->F);
    for (size_t f = 0; f < l->m; f++)
        for (size_t i = 0; i < n; i++)
            rows[i * l->m + f] = l->F[f * n + i];
    sp_soft_codec s = dependence(l);
    sp_codec c;
    if (s.p > 0)
        SP_TRY(sp_codec_conditional(run, n, s.y, l->m, rows, 1, s.x, SP_TIES_AVERAGE, 0, &c));
    else
        SP_TRY(sp_codec_block(run, n, s.y, l->m, rows, SP_TIES_AVERAGE, 0, &c));
    *T = c.T.value;
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- learning ------------------------------------------------------------------------------------------- */

static sp_status start(sp_run *run, const sp_diffoci_problem *p, learning *l)
{
    size_t m = p->features ? p->features : p->p;
    *l = (learning){.p = p,
                    .m = m,
                    .n_theta = p->features ? m * p->p : p->p,
                    .F = SP_NEW(run, double, p->n *m),
                    .dF = SP_NEW(run, double, p->n *m),
                    .residual = SP_NEW(run, double, p->n),
                    .two_valued = true,
                    .low = p->y[0]};
    if (!l->F || !l->dF || !l->residual)
        return SP_FAILED;
    double high = p->y[0];
    for (size_t i = 0; i < p->n; i++) {
        l->low = fmin(l->low, p->y[i]);
        high = fmax(high, p->y[i]);
    }
    for (size_t i = 0; i < p->n; i++)
        l->two_valued &= p->y[i] == l->low || p->y[i] == high;
    return SP_OK;
}

/* N(1, 0.1^2) for weights, N(0, 1/p) for a linear map; the head starts at 0. */
static void initialise(sp_run *run, const learning *l, double *theta)
{
    sp_rng rng = sp_rng_at(run, l->p->stream, l->p->index);
    for (size_t t = 0; t < l->n_theta; t++)
        theta[t] = l->p->features    ? sp_normal(&rng) / sqrt((double)l->p->p)
                   : l->p->init_ones ? 1
                                     : 1 + 0.1 * sp_normal(&rng);
}

static double largest(size_t n, const double *x)
{
    double out = 0;
    for (size_t i = 0; i < n; i++)
        out = fmax(out, fabs(x[i]));
    return out;
}

sp_status sp_diffoci(sp_run *run, const sp_diffoci_problem *p, sp_diffoci_result *out)
{
    if (p->use != SP_DIFFOCI_SELECT && !p->group)
        return sp_fail(run, SP_USAGE, "the penalised and the conditional objective need a group");
    learning l;
    SP_TRY(start(run, p, &l));
    size_t n_all = l.n_theta + l.m + 1, every = p->steps > 100 ? p->steps / 100 : 1;
    size_t n_learned = p->use == SP_DIFFOCI_PENALTY ? n_all : l.n_theta;
    double *theta = SP_NEW(run, double, n_all), *gradient = SP_NEW(run, double, n_all), T = NAN, loss = NAN;
    *out = (sp_diffoci_result){.theta = theta, .trace = SP_NEW(run, sp_diffoci_trace, p->steps / every + 2)};
    if (!theta || !gradient || !out->trace)
        return SP_FAILED;
    out->head = theta + l.n_theta;
    initialise(run, &l, theta);
    sp_adam adam;
    SP_TRY(sp_adam_create(run, n_learned, p->rate, &adam));
    adam.decay = p->decay;
    for (size_t step = 0; step <= p->steps; step++) {
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(evaluate(run, &l, theta, &loss, &T, gradient));
        if (step % every == 0 || step == p->steps) {
            double exact_T;
            SP_TRY(exact(run, &l, theta, &exact_T));
            out->trace[out->n_trace++] = (sp_diffoci_trace){step, T, exact_T, loss, largest(n_learned, gradient)};
        }
        if (step < p->steps)
            sp_adam_step(&adam, gradient, theta);
        sp_memory_release(run, mark);
        sp_progress(run, "learning", (double)step / (double)p->steps);
    }
    for (size_t t = 0; t < n_learned; t++)
        gradient[t] += p->decay * theta[t];
    out->gradient = largest(n_learned, gradient);
    out->T_soft = T;
    out->T_exact = out->trace[out->n_trace - 1].T_exact;
    return SP_OK;
}
