/* Residuals and Jacobian of a row (spec 28, 3.3, with eta and annealing). With ' for t' and all s-integrals with eta(s):
 *   dR/dt' = eta' [ mu' R - int_{t'}^t R(t,s) F2(s,t') R(s,t') ]
 *   dC/dt' = eta' [ -mu' C + g' m + int_0^{t'} F2(t',s) R(t',s) C(t,s) + int_0^t F1(t',s) R(t,s) ] + 2 T eta'^2 R
 * The derivative along the row is integrated over each interval of u by the six-point rule, so that the whole row is one
 * system of equations, solved with its exact Jacobian: the marginal direction of ageing does no harm. */
#include "log_row_system.h"

#include <math.h>
#include <string.h>

/* One quadrature point s of an integral for the node k. */
typedef struct {
    double z;             /* weight, length of the interval and eta(s) */
    double anneal;        /* product of the annealing factors of t' and s */
    double hc, hr;        /* C(s,t'), R(s,t') [upper part] or C(t',s), R(t',s) [lower part], without the new row's share */
    double share;         /* weight of the new row in them */
    node_stencil here;    /* of (t,s) along the new row */
    node_stencil history; /* upper: of (s,t') along the new row; lower: only base, the node itself */
} point;

typedef struct {
    size_t first, count; /* of its points */
    double length, end;  /* of the interval, and the end weight of its quadrature */
} interval;

struct log_row_system {
    const log_rows *g;
    size_t row, low, nodes, size;
    double t, eta, anneal;
    double *eta_k, *anneal_k; /* at t'_k */
    double *mu_k, *mu_share;  /* mu(t'_k) without the new row, and the new row's weight */
    double *m_k;              /* the same of m */
    double *c0_k, *r0_k;      /* C(t'_k,0), R(t'_k,0) */
    double *speed;            /* t theta (1 - theta) du: d/dt' to differences in u */
    interval *upper, *lower;
    point *points;
    double *slope_r, *slope_c;        /* right sides */
    double *jacobian_r, *jacobian_c;  /* nodes x size */
    double box[STENCIL - 1][STENCIL]; /* integral over interval i of six points */
};

size_t log_row_system_size(const log_row_system *s) { return s->size; }
size_t log_row_system_nodes(const log_row_system *s, size_t *low)
{
    *low = s->low;
    return s->nodes;
}

/* ---- the points of the integrals --------------------------------------------------------------------- */

/* sum over rows and nodes of the history; the six nodes from base of each row as one padded vector */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void
history_value(const row_stencil *rows, size_t below, size_t stride, const double *c, const double *r,
              const node_stencil *nodes, double *hc, double *hr)
{
    double sum_c[LANES] = {0}, sum_r[LANES] = {0};
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->base + i;
        if (row >= below)
            break;
        const double *cr = c + row * stride + nodes->base, *rr = r + row * stride + nodes->base;
        for (int k = 0; k < LANES; k++) {
            sum_c[k] += rows->w[i] * cr[k];
            sum_r[k] += rows->w[i] * rr[k];
        }
    }
    for (int k = 0; k < STENCIL; k++) {
        *hc += nodes->w[k] * sum_c[k];
        *hr += nodes->w[k] * sum_r[k];
    }
}

/* s between t'_k and t */
static void upper_point(const log_row_system *s, size_t k, size_t j, double weight, point *p)
{
    const log_rows *g = s->g;
    size_t node = s->low + k, high = s->low + s->nodes - 1;
    double gap = g->om[node] * g->om[j]; /* 1 - s/t */
    double ln_ratio = gap < 0.5 ? log1p(-gap) : log(g->theta[node] + g->om[node] * g->theta[j]);
    double time = s->t * exp(ln_ratio);
    p->z = weight * sp_schedule_rate(&g->model.eta, time);
    p->anneal = s->anneal_k[k] * annealing(&g->model, time);
    p->here = log_rows_node_stencil(g, ln_ratio - g->ln_om[node] - g->ln_om[j], s->low, high);
    p->history = log_rows_node_stencil(g, g->u[node] - g->ln_theta[j], s->low, high);
    row_stencil rows = log_rows_row_stencil(g, g->l[s->row] + ln_ratio, s->row);
    p->share = row_stencil_weight(&rows, s->row);
    /* before the first row the values are linear in s from 1; above the last node they are linear in t' to 1 */
    double known = 1 - p->share - rows.start;
    p->hc = p->hr = rows.start + known * p->history.end;
    history_value(&rows, s->row, g->stride, g->c, g->r, &p->history, &p->hc, &p->hr);
}

/* s between 0 and t'_k: the history at (t'_k, s) lies on a node */
static void lower_point(const log_row_system *s, size_t k, size_t j, double weight, const row_stencil *rows, point *p)
{
    const log_rows *g = s->g;
    size_t node = s->low + k;
    double ln_ratio = g->ln_theta[node] + g->ln_theta[j], time = s->t * exp(ln_ratio);
    double gap = g->om[node] + g->theta[node] * g->om[j];
    p->z = weight * sp_schedule_rate(&g->model.eta, time);
    p->anneal = s->anneal_k[k] * annealing(&g->model, time);
    p->here = log_rows_node_stencil(g, ln_ratio - log(gap), s->low, s->low + s->nodes - 1);
    p->history = (node_stencil){.base = (int)j};
    p->share = row_stencil_weight(rows, s->row);
    p->hc = p->hr = rows->start;
    for (size_t i = 0; i < rows->count && rows->base + i < s->row; i++) {
        p->hc += rows->w[i] * g->c[(rows->base + i) * g->stride + j];
        p->hr += rows->w[i] * g->r[(rows->base + i) * g->stride + j];
    }
}

static interval fill_interval(log_row_system *s, size_t k, bool upper, size_t *used)
{
    const log_rows *g = s->g;
    size_t node = s->low + k;
    double length = s->t * (upper ? g->om[node] : g->theta[node]);
    quadrature q = log_rows_quadrature(g, length);
    row_stencil rows = log_rows_row_stencil(g, g->l[s->row] + g->ln_theta[node], s->row);
    interval out = {.first = *used, .length = length, .end = q.end * length};
    for (size_t j = g->half - q.half; j <= g->half + q.half; j++) {
        double weight = length * (g->weight[j] + (j == g->half - q.half || j == g->half + q.half ? q.near : 0));
        point *p = &s->points[(*used)++];
        if (upper)
            upper_point(s, k, j, weight, p);
        else
            lower_point(s, k, j, weight, &rows, p);
    }
    out.count = *used - out.first;
    return out;
}

/* Weights of the integral over [i, i+1] of the polynomial through 0..5, by Gauss-Legendre with three points (exact). */
static void box_weights(double box[STENCIL - 1][STENCIL])
{
    static const double x[3] = {0.11270166537925831, 0.5, 0.88729833462074169}, w[3] = {5.0 / 18, 8.0 / 18, 5.0 / 18};
    for (int i = 0; i < STENCIL - 1; i++)
        for (int a = 0; a < STENCIL; a++) {
            box[i][a] = 0;
            for (int q = 0; q < 3; q++) {
                double l = w[q];
                for (int b = 0; b < STENCIL; b++)
                    if (b != a)
                        l *= (i + x[q] - b) / (a - b);
                box[i][a] += l;
            }
        }
}

static sp_status allocate(sp_run *run, log_row_system *s)
{
    double **lines[] = {&s->eta_k, &s->anneal_k, &s->mu_k,  &s->mu_share, &s->m_k,
                        &s->c0_k,  &s->r0_k,     &s->speed, &s->slope_r,  &s->slope_c};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!(*lines[i] = SP_NEW(run, double, s->nodes)))
            return SP_FAILED;
    s->upper = SP_NEW(run, interval, s->nodes);
    s->lower = SP_NEW(run, interval, s->nodes);
    s->points = SP_NEW(run, point, 2 * s->nodes * s->nodes);
    s->jacobian_r = SP_NEW(run, double, s->nodes * s->size);
    s->jacobian_c = SP_NEW(run, double, s->nodes * s->size);
    return s->upper && s->lower && s->points && s->jacobian_r && s->jacobian_c ? SP_OK : SP_FAILED;
}

sp_status log_row_system_create(sp_run *run, const log_rows *g, log_row_system **out)
{
    log_row_system *s = *out = SP_NEW(run, log_row_system, 1);
    if (!s)
        return SP_FAILED;
    const dynamics_model *model = &g->model;
    s->g = g;
    s->row = g->n;
    s->t = g->t[g->n];
    size_t half = log_rows_half(g, s->t);
    s->low = g->half - half;
    s->nodes = 2 * half + 1;
    s->size = 2 * s->nodes + 3;
    s->eta = sp_schedule_rate(&model->eta, s->t);
    s->anneal = annealing(model, s->t);
    SP_TRY(allocate(run, s));
    box_weights(s->box);
    size_t used = 0;
    for (size_t k = 0; k < s->nodes; k++) {
        size_t node = s->low + k;
        double time = s->t * g->theta[node];
        s->eta_k[k] = sp_schedule_rate(&model->eta, time);
        s->anneal_k[k] = annealing(model, time);
        s->speed[k] = time * g->om[node] * g->du;
        row_stencil rows = log_rows_row_stencil(g, g->l[s->row] + g->ln_theta[node], s->row);
        s->mu_k[k] = row_stencil_sum(&rows, g->mu, s->row, g->mu_start);
        s->m_k[k] = row_stencil_sum(&rows, g->m, s->row, model->m0);
        s->c0_k[k] = row_stencil_sum(&rows, g->c0, s->row, 1);
        s->r0_k[k] = row_stencil_sum(&rows, g->r0, s->row, 1);
        s->mu_share[k] = row_stencil_weight(&rows, s->row);
        s->upper[k] = fill_interval(s, k, true, &used);
        s->lower[k] = fill_interval(s, k, false, &used);
    }
    return SP_OK;
}

/* ---- right sides ------------------------------------------------------------------------------------- */

/* the unknowns by name */
typedef struct {
    const double *r, *c; /* of the first unknown node */
    double mu, m, r0, c0;
    size_t at_c, at_mu, at_m, at_r0;
    double c0_by_r0, c0_by_m;
} unknowns;

static unknowns name(const log_row_system *s, const double *x)
{
    double m0 = s->g->model.m0;
    unknowns v = {.r = x,
                  .c = x + s->nodes,
                  .mu = x[2 * s->nodes],
                  .m = x[2 * s->nodes + 1],
                  .r0 = x[2 * s->nodes + 2],
                  .at_c = s->nodes,
                  .at_mu = 2 * s->nodes,
                  .at_m = 2 * s->nodes + 1,
                  .at_r0 = 2 * s->nodes + 2,
                  .c0_by_r0 = 1 - m0 * m0,
                  .c0_by_m = m0};
    v.c0 = v.c0_by_r0 * v.r0 + m0 * v.m;
    return v;
}

static inline double along(const node_stencil *n, const double *v)
{
    double sum = 0;
    for (int i = 0; i < STENCIL; i++)
        sum += n->w[i] * v[n->base + i];
    return sum;
}

static inline void spread(const node_stencil *n, double factor, double *row)
{
    for (int i = 0; i < STENCIL; i++)
        row[n->base + i] += factor * n->w[i];
}

/* Integrals over s in (t'_k, t): of F2(s,t') R(s,t') R(t,s) into *memory and of F1(t',s) R(t,s) into *noise. */
static void upper_integrals(log_row_system *s, size_t k, const unknowns *v, double *memory, double *noise, double *jr,
                            double *jc)
{
    const mixed_kernel *q = &s->g->model.q;
    const interval *in = &s->upper[k];
    const double *r = v->r - s->low, *c = v->c - s->low; /* by absolute node */
    double sum_memory = 0, sum_noise = 0;
    for (size_t i = in->first; i < in->first + in->count; i++) {
        const point *p = &s->points[i];
        double cs = p->hc, rs = p->hr, rt = p->here.end + along(&p->here, r);
        if (p->share != 0) {
            cs += p->share * (p->history.end + along(&p->history, c));
            rs += p->share * (p->history.end + along(&p->history, r));
        }
        double f1 = kernel_1(q, p->anneal, cs), f2 = kernel_2(q, p->anneal, cs);
        sum_memory += p->z * f2 * rs * rt;
        sum_noise += p->z * f1 * rt;
        if (jr) {
            spread(&p->here, p->z * f2 * rs, jr - s->low);
            spread(&p->here, p->z * f1, jc - s->low);
            if (p->share != 0) {
                double f3 = kernel_3(q, p->anneal, cs), z = p->z * p->share * rt;
                spread(&p->history, z * f2, jr - s->low);
                spread(&p->history, z * f3 * rs, jr + v->at_c - s->low);
                spread(&p->history, z * f2, jc + v->at_c - s->low);
            }
        }
    }
    /* ends: s = t' (C = R = 1 of the history) and s = t (R(t,t) = 1) */
    double bottom = in->end * s->eta_k[k], top = in->end * s->eta, b = s->anneal_k[k] * s->anneal_k[k],
           bt = s->anneal_k[k] * s->anneal;
    double f1 = kernel_1(q, b, 1), f2 = kernel_2(q, b, 1), f1t = kernel_1(q, bt, v->c[k]), f2t = kernel_2(q, bt, v->c[k]);
    *memory = sum_memory + (bottom * f2 + top * f2t) * v->r[k];
    *noise = sum_noise + bottom * f1 * v->r[k] + top * f1t;
    if (jr) {
        jr[k] += bottom * f2 + top * f2t;
        jr[v->at_c + k] += top * kernel_3(q, bt, v->c[k]) * v->r[k];
        jc[k] += bottom * f1;
        jc[v->at_c + k] += top * f2t;
    }
}

/* Adds the integrals over s in (0, t'_k): F2(t',s) R(t',s) C(t,s) + F1(t',s) R(t,s). */
static double lower_integrals(log_row_system *s, size_t k, const unknowns *v, double *jc)
{
    const mixed_kernel *q = &s->g->model.q;
    const interval *in = &s->lower[k];
    const double *r = v->r - s->low, *c = v->c - s->low;
    double sum = 0, by_r0 = 0, by_c0 = 0;
    for (size_t i = in->first; i < in->first + in->count; i++) {
        const point *p = &s->points[i];
        size_t node = (size_t)p->history.base; /* always an unknown one: the rule of a shorter interval is narrower */
        bool shared = p->share != 0;
        double cs = p->hc + (shared ? p->share * c[node] : 0), rs = p->hr + (shared ? p->share * r[node] : 0);
        double ct = along(&p->here, c) + p->here.end * v->c0, rt = along(&p->here, r) + p->here.end * v->r0;
        double f1 = kernel_1(q, p->anneal, cs), f2 = kernel_2(q, p->anneal, cs);
        sum += p->z * (f2 * rs * ct + f1 * rt);
        if (jc) {
            spread(&p->here, p->z * f2 * rs, jc + v->at_c - s->low);
            spread(&p->here, p->z * f1, jc - s->low);
            by_c0 += p->z * f2 * rs * p->here.end;
            by_r0 += p->z * f1 * p->here.end;
            if (shared) {
                double z = p->z * p->share;
                jc[node - s->low] += z * f2 * ct;
                jc[v->at_c + node - s->low] += z * (kernel_3(q, p->anneal, cs) * rs * ct + f2 * rt);
            }
        }
    }
    double bottom = in->end * sp_schedule_rate(&s->g->model.eta, 0), top = in->end * s->eta_k[k];
    double b0 = s->anneal_k[k] * annealing(&s->g->model, 0), b = s->anneal_k[k] * s->anneal_k[k], share = s->mu_share[k];
    double c0 = s->c0_k[k] + share * v->c0, r0 = s->r0_k[k] + share * v->r0;
    double f1 = kernel_1(q, b0, c0), f2 = kernel_2(q, b0, c0), f1d = kernel_1(q, b, 1), f2d = kernel_2(q, b, 1);
    sum += bottom * (f2 * r0 * v->c0 + f1 * v->r0) + top * (f2d * v->c[k] + f1d * v->r[k]);
    if (jc) {
        by_c0 += bottom * (f2 * r0 + share * (kernel_3(q, b0, c0) * r0 * v->c0 + f2 * v->r0));
        by_r0 += bottom * (f1 + share * f2 * v->c0);
        jc[v->at_c + k] += top * f2d;
        jc[k] += top * f1d;
        jc[v->at_r0] += by_r0 + by_c0 * v->c0_by_r0;
        jc[v->at_m] += by_c0 * v->c0_by_m;
    }
    return sum;
}

/* d/dt' of R and C at node k, and their derivatives by the unknowns. */
static void slopes(log_row_system *s, size_t k, const unknowns *v, bool jacobian)
{
    const dynamics_model *model = &s->g->model;
    double *jr = jacobian ? s->jacobian_r + k * s->size : NULL, *jc = jacobian ? s->jacobian_c + k * s->size : NULL;
    if (jacobian) {
        memset(jr, 0, s->size * sizeof *jr);
        memset(jc, 0, s->size * sizeof *jc);
    }
    double memory, noise, eta = s->eta_k[k], share = s->mu_share[k];
    upper_integrals(s, k, v, &memory, &noise, jr, jc);
    double lower = lower_integrals(s, k, v, jc);
    double mu = s->mu_k[k] + share * v->mu, m = s->m_k[k] + share * v->m, signal = kernel_1(&model->q, s->anneal_k[k], m);
    double heat = 2 * model->temperature * eta * eta;
    s->slope_r[k] = eta * (mu * v->r[k] - memory);
    s->slope_c[k] = eta * (-mu * v->c[k] + signal * v->m + lower + noise) + heat * v->r[k];
    if (!jacobian)
        return;
    for (size_t i = 0; i < s->size; i++) {
        jr[i] *= -eta;
        jc[i] *= eta;
    }
    jr[k] += eta * mu;
    jr[v->at_mu] += eta * share * v->r[k];
    jc[v->at_c + k] -= eta * mu;
    jc[v->at_mu] -= eta * share * v->c[k];
    jc[k] += heat;
    jc[v->at_m] += eta * (signal + share * kernel_2(&model->q, s->anneal_k[k], m) * v->m);
}

/* ---- residuals --------------------------------------------------------------------------------------- */

static size_t box_window(const log_row_system *s, size_t k) /* first of the six nodes for the interval k, k+1 */
{
    size_t first = k < STENCIL / 2 - 1 ? 0 : k - (STENCIL / 2 - 1);
    return first + STENCIL > s->nodes ? s->nodes - STENCIL : first;
}

static void add_row(double *to, double factor, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += factor * from[i];
}

/* Backward differences for the derivative at the newest of six nodes. */
static const double backward[STENCIL] = {137.0 / 60, -5, 5, -10.0 / 3, 5.0 / 4, -1.0 / 5};

/* A planted run keeps an old transition as a jump between nodes. Where the relaxation between two nodes is fast the central
 * rule would carry the jump on and on along the row with alternating sign: there the equation looks backward from where the
 * row comes, which damps. */
static bool is_stiff(const log_row_system *s, size_t k)
{
    return s->g->model.m0 != 0 && s->speed[k] * fabs(s->mu_k[k]) * s->eta_k[k] > 2;
}

/* V_{k+1} - V_k - integral of the slope; `up`: the row comes from small t' */
static void box_equation(log_row_system *s, size_t k, bool up, size_t at, const double *v, const double *slope,
                         const double *slope_jacobian, double *residual, double *jacobian)
{
    size_t newest = up ? k + 1 : k;
    bool stiff = is_stiff(s, newest) && (up ? newest >= STENCIL - 1 : newest + STENCIL <= s->nodes);
    if (stiff) {
        double sign = up ? 1 : -1, sum = -sign * s->speed[newest] * slope[newest];
        for (size_t i = 0; i < STENCIL; i++) {
            size_t node = up ? newest - i : newest + i;
            sum += backward[i] * v[node];
            if (jacobian)
                jacobian[at + node] += backward[i];
        }
        *residual = sum;
        if (jacobian)
            add_row(jacobian, -sign * s->speed[newest], slope_jacobian + newest * s->size, s->size);
        return;
    }
    size_t first = box_window(s, k);
    const double *w = s->box[k - first];
    double sum = v[k + 1] - v[k];
    for (size_t i = 0; i < STENCIL; i++)
        sum -= w[i] * s->speed[first + i] * slope[first + i];
    *residual = sum;
    if (!jacobian)
        return;
    jacobian[at + k + 1] += 1;
    jacobian[at + k] -= 1;
    for (size_t i = 0; i < STENCIL; i++)
        add_row(jacobian, -w[i] * s->speed[first + i], slope_jacobian + (first + i) * s->size, s->size);
}

/* Integral of the slope from t' = 0 to the first node, the slope being linear: weights of the first two nodes. */
static void first_interval(const log_row_system *s, double weight[2])
{
    double length = s->t * s->g->theta[s->low], ratio = expm1(s->g->du);
    weight[1] = -length / (2 * ratio);
    weight[0] = length - weight[1];
}

typedef struct {
    double mu, m, energy;
} totals;

/* mu, m and energy as integrals over the row; gradients of the first two into j_mu, j_m when not NULL */
static totals row_totals(const log_row_system *s, const unknowns *v, double *j_mu, double *j_m)
{
    const dynamics_model *model = &s->g->model;
    const mixed_kernel *q = &model->q;
    quadrature rule = log_rows_quadrature(s->g, s->t);
    /* the unknown nodes may reach further than the rule: they are then of no weight */
    double g_now = kernel_1(q, s->anneal, v->m), eta0 = sp_schedule_rate(&model->eta, 0),
           b0 = s->anneal * annealing(model, 0), bt = s->anneal * s->anneal;
    totals out = {
        .mu = model->temperature * s->eta + g_now * v->m, .m = model->m0 * v->r0, .energy = -kernel_0(q, s->anneal, v->m)};
    if (j_mu)
        j_mu[v->at_m] += g_now + kernel_2(q, s->anneal, v->m) * v->m;
    if (j_m)
        j_m[v->at_r0] += model->m0;
    for (size_t k = 0; k < s->nodes; k++) {
        size_t node = s->low + k, far = node > s->g->half ? node - s->g->half : s->g->half - node;
        if (far > rule.half)
            continue;
        double z = s->t * s->eta_k[k] * (s->g->weight[node] + (far == rule.half ? rule.near : 0)),
               b = s->anneal_k[k] * s->anneal;
        double f1 = kernel_1(q, b, v->c[k]), f2 = kernel_2(q, b, v->c[k]), f3 = kernel_3(q, b, v->c[k]);
        double m = s->m_k[k] + s->mu_share[k] * v->m, signal = kernel_1(q, s->anneal_k[k], m);
        out.mu += z * (f2 * v->c[k] + f1) * v->r[k];
        out.energy -= z * f1 * v->r[k];
        out.m += z * signal * v->r[k];
        if (j_mu) {
            j_mu[k] += z * (f2 * v->c[k] + f1);
            j_mu[v->at_c + k] += z * (f3 * v->c[k] + 2 * f2) * v->r[k];
        }
        if (j_m) {
            j_m[k] += z * signal;
            j_m[v->at_m] += z * v->r[k] * kernel_2(q, s->anneal_k[k], m) * s->mu_share[k];
        }
    }
    double bottom = s->t * rule.end * eta0, top = s->t * rule.end * s->eta, f1 = kernel_1(q, b0, v->c0),
           f2 = kernel_2(q, b0, v->c0);
    double g0 = kernel_1(q, annealing(model, 0), model->m0);
    out.mu += bottom * (f2 * v->c0 + f1) * v->r0 + top * (kernel_2(q, bt, 1) + kernel_1(q, bt, 1));
    out.energy -= bottom * f1 * v->r0 + top * kernel_1(q, bt, 1);
    out.m += bottom * g0 * v->r0 + top * g_now;
    if (j_mu) {
        double by_c0 = bottom * (kernel_3(q, b0, v->c0) * v->c0 + 2 * f2) * v->r0;
        j_mu[v->at_r0] += bottom * (f2 * v->c0 + f1) + by_c0 * v->c0_by_r0;
        j_mu[v->at_m] += by_c0 * v->c0_by_m;
    }
    if (j_m) {
        j_m[v->at_r0] += bottom * g0;
        j_m[v->at_m] += top * kernel_2(q, s->anneal, v->m);
    }
    return out;
}

void log_row_system_residual(log_row_system *s, const double *x, double *residual, double *jacobian)
{
    unknowns v = name(s, x);
    size_t N = s->size, last = s->nodes - 1;
    for (size_t k = 0; k < s->nodes; k++)
        slopes(s, k, &v, jacobian != NULL);
    if (jacobian)
        memset(jacobian, 0, N * N * sizeof *jacobian);
#define JACOBIAN_ROW(i) (jacobian ? jacobian + (i)*N : NULL)
    for (size_t k = 0; k < last; k++) {
        box_equation(s, k, false, 0, v.r, s->slope_r, s->jacobian_r, &residual[k], JACOBIAN_ROW(k));
        box_equation(s, k, true, v.at_c, v.c, s->slope_c, s->jacobian_c, &residual[v.at_c + k + 1],
                     JACOBIAN_ROW(v.at_c + k + 1));
    }
    /* R at the last node from R(t,t) = 1, where dR/dt' = eta mu */
    double gap = s->t * s->g->om[s->low + last] / 2, weight[2];
    residual[last] = v.r[last] - 1 + gap * (s->slope_r[last] + s->eta * v.mu);
    first_interval(s, weight);
    size_t at = v.at_c; /* C at the first node from C(t,0) */
    residual[at] = v.c[0] - v.c0 - weight[0] * s->slope_c[0] - weight[1] * s->slope_c[1];
    residual[v.at_r0] = v.r0 - v.r[0] + weight[0] * s->slope_r[0] + weight[1] * s->slope_r[1];
    double *j_mu = JACOBIAN_ROW(v.at_mu), *j_m = JACOBIAN_ROW(v.at_m);
    totals total = row_totals(s, &v, j_mu, j_m);
    residual[v.at_mu] = total.mu - v.mu;
    residual[v.at_m] = total.m - v.m;
    if (!jacobian)
        return;
    double *j = JACOBIAN_ROW(last);
    j[last] += 1;
    j[v.at_mu] += gap * s->eta;
    add_row(j, gap, s->jacobian_r + last * N, N);
    j = JACOBIAN_ROW(at);
    j[at] += 1;
    j[v.at_r0] -= v.c0_by_r0;
    j[v.at_m] -= v.c0_by_m;
    j = JACOBIAN_ROW(v.at_r0);
    j[v.at_r0] += 1;
    j[0] -= 1;
    for (size_t i = 0; i < 2; i++) {
        add_row(JACOBIAN_ROW(at), -weight[i], s->jacobian_c + i * N, N);
        add_row(JACOBIAN_ROW(v.at_r0), weight[i], s->jacobian_r + i * N, N);
    }
    j_mu[v.at_mu] -= 1;
    j_m[v.at_m] -= 1;
#undef JACOBIAN_ROW
}

void log_row_system_close(log_row_system *s, const double *x, double *energy, double *sphere_error)
{
    unknowns v = name(s, x);
    size_t last = s->nodes - 1;
    *energy = row_totals(s, &v, NULL, NULL).energy;
    slopes(s, last, &v, false);
    double gap = s->t * s->g->om[s->low + last] / 2;
    *sphere_error = v.c[last] + gap * (s->slope_c[last] + s->g->model.temperature * s->eta * s->eta) - 1;
}
