#include "threshold_state.h"

#include "vector_math.h"

#include "math/quadrature.h"
#include "math/roots.h"

#include <math.h>

enum { START_NODES = 12, MAX_PANELS = 256, SUMS = 6 };
static const double Y_MAX = 8.7, H_MAX = 10; /* beyond, the normal density is below 1e-17 */

double retrieval_stiffness(const sp_retrieval_loss *loss, double y2)
{
    return loss->kind == SP_RETRIEVAL_QUARTIC ? 1 : 1 / (loss->a + y2);
}

sp_status retrieval_loss_check(sp_run *run, const sp_retrieval_loss *loss)
{
    if (loss->kind == SP_RETRIEVAL_REGULARISED && !(loss->a > 0 && loss->a < INFINITY))
        return sp_fail(run, SP_USAGE, "--a %g: the regularised loss needs a > 0", loss->a);
    return SP_OK;
}

static double normal_density(double x) { return exp(-x * x / 2) / sqrt(2 * M_PI); }

/* ---- random start -------------------------------------------------------------------------------------- */

sp_status start_law(sp_run *run, const sp_retrieval_loss *loss, size_t panels, label_law *out)
{
    double cuts[MAX_PANELS + 1];
    sp_rule rule;
    cuts[0] = 0;
    for (size_t k = 0; k < panels; k++)
        cuts[k + 1] = 9 * pow(1e-4 / 9, 1 - (double)k / (double)(panels - 1));
    SP_TRY(sp_panels(run, START_NODES, panels + 1, cuts, &rule));
    SP_TRY(label_law_create(run, rule.n * rule.n, out));
    out->z_low = loss->kind == SP_RETRIEVAL_QUARTIC ? -INFINITY : -2;
    for (size_t i = 0; i < rule.n; i++) {
        double y = rule.x[i], y2 = y * y, wy = 2 * normal_density(y) * rule.w[i], c = retrieval_stiffness(loss, y2);
        for (size_t j = 0; j < rule.n; j++) {
            double yh = rule.x[j];
            out->weight[out->n] = wy * 2 * normal_density(yh) * rule.w[j];
            out->z[out->n] = 2 * c * (3 * yh * yh - y2);
            out->u2[out->n++] = y2;
        }
    }
    return SP_OK;
}

/* ---- threshold states ---------------------------------------------------------------------------------- */

/* One label y. well = 1 + chi V''(0) = 1 - 2 c chi y^2 changes sign where the proximal map begins to jump. */
typedef struct {
    double y, y2, c, chi, s, well;
} label;

/* The field of the proximal map, h = x + chi V'(x), at x >= 0. */
static double field(const label *l, double x) { return x * (l->well + 2 * l->c * l->chi * x * x); }

/* dh/dx = 1 + chi V'' */
static double field_slope(const label *l, double x) { return l->well + 6 * l->c * l->chi * x * x; }

/* -h^2/2 - s M(h) at h = h(x): V + chi V'^2/2 is the Moreau envelope M there */
static double log_weight(const label *l, double x)
{
    double h = field(l, x), d = x * x - l->y2, v1 = 2 * l->c * x * d;
    return -h * h / 2 - l->s * (l->c / 2 * d * d + l->chi / 2 * v1 * v1);
}

/* Least x of the map: it jumps to there at h = 0. */
static double lowest(const label *l) { return sqrt(fmax(0, -l->well / (2 * l->c * l->chi))); }

static double field_root(double x, void *context) { return field(context, x) - H_MAX; }

/* Panels from 0 to `length`: the first of size `first`, growing by 1.7, none longer than `cap`. */
static size_t graded(double first, double length, double cap, double *cuts)
{
    size_t n = 1;
    double step = fmin(first, cap);
    cuts[0] = 0;
    while (cuts[n - 1] + step < length && n < MAX_PANELS - 1) {
        cuts[n] = cuts[n - 1] + step;
        step = fmin(fmax(step, 0.7 * cuts[n++]), cap);
    }
    cuts[n++] = length;
    return n;
}

/* Labels with weights w, graded toward y = 0 on the scale of the loss and, by y = y_jump -+ r^2, toward the jump, where
 * 1 + chi z vanishes like r^2 + x^2; `well` comes from r without cancellation. */
static sp_status label_rule(sp_run *run, const sp_retrieval_loss *loss, double chi, double s, double y_jump, size_t nodes,
                            size_t *n, label **labels, double **weights)
{
    double cuts[MAX_PANELS], scale = loss->kind == SP_RETRIEVAL_QUARTIC ? 1 : sqrt(loss->a);
    double end = fmin(y_jump / 2, Y_MAX);
    sp_rule part[3] = {{0}};
    SP_TRY(sp_panels(run, nodes, graded(0.4 * scale, end, 0.5, cuts), cuts, &part[0]));
    if (y_jump < 2 * Y_MAX) {
        double below = sqrt(y_jump - end), above = sqrt(fmax(0, Y_MAX - y_jump)), cap = fmin(0.3, 0.3 * sqrt(scale));
        SP_TRY(sp_panels(run, nodes, graded(1e-6, below, cap, cuts), cuts, &part[1]));
        if (above > 0)
            SP_TRY(sp_panels(run, nodes, graded(1e-6, above, cap, cuts), cuts, &part[2]));
    }
    size_t total = part[0].n + part[1].n + part[2].n;
    label *l = *labels = SP_NEW(run, label, total);
    double *w = *weights = SP_NEW(run, double, total);
    if (!l || !w)
        return SP_FAILED;
    *n = total;
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < part[k].n; i++, l++, w++) {
            double r = part[k].x[i], shift = k == 1 ? -r * r : r * r;
            l->y = k ? y_jump + shift : r;
            l->y2 = l->y * l->y;
            l->c = retrieval_stiffness(loss, l->y2);
            l->chi = chi;
            l->s = s;
            double factor = loss->kind == SP_RETRIEVAL_QUARTIC ? 1 : loss->a * l->c;
            l->well = k ? -factor * shift / y_jump * (2 + shift / y_jump) : 1 - 2 * l->c * chi * l->y2;
            *w = k ? 2 * r * part[k].w[i] : part[k].w[i];
        }
    return SP_OK;
}

typedef struct {
    const label *y;
    const double *w;
    const sp_rule *unit;  /* on [-1, 1] */
    size_t most;          /* points of one y */
    double (*sums)[SUMS]; /* one for each y: V, V' yh, V'^2, k^2, k (y^2-1), k */
    size_t *count;
    label_law law; /* room of `most` for each y */
} state_job;

/* yh = x(h) and dh = (1 + chi z) dx: integrals over the field h run over x, and no equation has to be solved. */
static sp_status state_block(sp_run *worker, size_t block, void *context)
{
    const state_job *j = context;
    label l = j->y[block];
    double low = lowest(&l), scale = sqrt(fabs(l.well) / (6 * l.c * l.chi)), start = fmax(low, l.y) + 1, cuts[MAX_PANELS];
    while (field_root(start, &l) < 0)
        start *= 2;
    double high = sp_root_bracketed(field_root, &l, low, start, 1e-6).x;
    size_t panels = graded(fmax(0.4 * scale, 1e-9), high - low, 0.3, cuts) - 1, n = 0, offset = block * j->most;
    double *weight = j->law.weight + offset, *z = j->law.z + offset, *u2 = j->law.u2 + offset;
    double *x = SP_NEW(worker, double, 2 * j->most), *exponent = x + j->most, total = 0, *sums = j->sums[block];
    if (!x)
        return SP_FAILED;
    if (panels * j->unit->n > j->most)
        return sp_fail(worker, SP_FAILED, "threshold states: chi = %g needs too fine a grid", l.chi);
    for (size_t k = 0; k < panels; k++)
        for (size_t i = 0; i < j->unit->n; i++, n++) {
            double half = (cuts[k + 1] - cuts[k]) / 2;
            x[n] = low + cuts[k] + half * (1 + j->unit->x[i]);
            exponent[n] = log_weight(&l, x[n]);
            z[n] = 2 * l.c * (3 * x[n] * x[n] - l.y2);
            weight[n] = half * j->unit->w[i] * field_slope(&l, x[n]);
            u2[n] = l.y2;
        }
    sp_vexp(n, exponent, exponent);
    for (size_t i = 0; i < n; i++)
        total += weight[i] *= exponent[i];
    double norm = 2 * normal_density(l.y) * j->w[block] / total;
    for (int k = 0; k < SUMS; k++)
        sums[k] = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight[i] *= norm, d = x[i] * x[i] - l.y2, v1 = 2 * l.c * x[i] * d;
        double k = l.chi * z[i] / field_slope(&l, x[i]);
        sums[0] += w * l.c / 2 * d * d;
        sums[1] += w * v1 * x[i];
        sums[2] += w * v1 * v1;
        sums[3] += w * k * k;
        sums[4] += w * k * (l.y2 - 1);
        sums[5] += w * k;
    }
    j->count[block] = n;
    return SP_OK;
}

sp_status state_law_of(sp_run *run, const sp_retrieval_loss *loss, double chi, double s, size_t nodes, state_law *out)
{
    sp_rule unit;
    label *y;
    double *w;
    size_t n_y, n = 0;
    bool quartic = loss->kind == SP_RETRIEVAL_QUARTIC;
    *out = (state_law){.y_jump = quartic ? 1 / sqrt(2 * chi) : chi > 0.5 ? sqrt(loss->a / (2 * chi - 1)) : INFINITY};
    SP_TRY(label_rule(run, loss, chi, s, out->y_jump, nodes, &n_y, &y, &w));
    SP_TRY(sp_gauss_legendre(run, nodes, &unit));
    state_job j = {.y = y, .w = w, .unit = &unit, .most = nodes * 96};
    SP_TRY(label_law_create(run, n_y * j.most, &j.law));
    j.sums = sp_alloc(run, n_y, sizeof *j.sums);
    j.count = SP_NEW(run, size_t, n_y);
    if (!j.sums || !j.count)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, n_y, state_block, &j));
    double *all[] = {&out->v, &out->v1_yh, &out->v1_sq, &out->k_sq, &out->k_signal, &out->k};
    for (size_t b = 0; b < n_y; b++) {
        for (int k = 0; k < SUMS; k++)
            *all[k] += j.sums[b][k];
        for (size_t i = b * j.most; i < b * j.most + j.count[b]; i++, n++) {
            j.law.weight[n] = j.law.weight[i];
            j.law.z[n] = j.law.z[i];
            j.law.u2[n] = j.law.u2[i];
        }
    }
    out->law = j.law;
    out->law.n = n;
    out->law.z_low = -1 / chi;
    return SP_OK;
}

static double density_of(double x, void *context) { return field_slope(context, x) * exp(log_weight(context, x)); }

double state_density(const sp_retrieval_loss *loss, double chi, double s, double y, double yh)
{
    double c = retrieval_stiffness(loss, y * y);
    label l = {y, y * y, c, chi, s, 1 - 2 * c * chi * y * y};
    double low = lowest(&l);
    return yh < low ? 0 : density_of(yh, &l) / sp_integrate(density_of, &l, low, low + 30, 1, &y, 0, 1e-10).value;
}
