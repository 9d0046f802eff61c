#include "objective.h"

#include <math.h>
#include <string.h>

/* ---- the rows ------------------------------------------------------------------------------------------- */

/* cell = (class of y, level of the group), the level alone for a real response. */
static sp_status make_cells(sp_run *run, const sp_diffoci_problem *p, sp_objectives *o)
{
    size_t levels;
    double *level;
    sp_target group;
    SP_TRY(sp_levels(run, p->n, p->group, SP_LEVELS, &levels, &level));
    if (levels == 0)
        return sp_fail(run, SP_USAGE, "group-DRO needs a group of at most %d different values", SP_LEVELS);
    SP_TRY(sp_target_create(run, p->n, p->group, levels, level, &group));
    size_t *cell = SP_NEW(run, size_t, p->n), classes = o->all.target.classes;
    o->n_cells = levels * (classes ? classes : 1);
    o->q = SP_NEW(run, double, o->n_cells);
    if (!cell || !o->q)
        return SP_FAILED;
    for (size_t i = 0; i < p->n; i++)
        cell[i] = (size_t)group.class[i] + (classes ? levels * (size_t)o->all.target.class[i] : 0);
    for (size_t c = 0; c < o->n_cells; c++)
        o->q[c] = 1 / (double)o->n_cells;
    o->all.cell = cell;
    return SP_OK;
}

sp_status sp_objectives_create(sp_run *run, const sp_diffoci_problem *p, sp_objectives *o)
{
    if (p->use != SP_DIFFOCI_SELECT && !p->group)
        return sp_fail(run, SP_USAGE, "the penalised and the conditional objective need a group");
    if (p->dro > 0 && p->use != SP_DIFFOCI_PENALTY)
        return sp_fail(run, SP_USAGE, "group-DRO is a way to take the loss: only with --use penalty");
    if (p->batch && (p->batch < 3 || p->batch > p->n))
        return sp_fail(run, SP_USAGE, "a mini-batch has from 3 to %zu rows, got %zu (--batch)", p->n, p->batch);
    *o = (sp_objectives){.p = p, .map = sp_feature_map_create(p->p, p->features, p->n_hidden, p->hidden)};
    o->all = (sp_row_batch){.n = p->n, .x = p->x, .y = p->y, .group = p->group};
    o->n_learned = o->map.n_theta;
    if (p->use != SP_DIFFOCI_PENALTY)
        return SP_OK;
    size_t n_levels;
    double *levels = NULL;
    SP_TRY(sp_head_loss_levels(run, p->loss, p->n, p->y, &n_levels, &levels));
    SP_TRY(sp_target_create(run, p->n, p->y, n_levels, levels, &o->all.target));
    o->n_head = sp_head_size(&o->all.target, o->map.m);
    o->n_learned += o->n_head;
    return p->dro > 0 ? make_cells(run, p, o) : SP_OK;
}

/* ---- mini-batches --------------------------------------------------------------------------------------- */

/* Copies of chosen rows; written only here. */
typedef struct {
    double *x, *y, *group;
    int32_t *class;
    size_t *cell;
} room;

static room room_of(const sp_row_batch *b)
{
    return (room){(double *)(uintptr_t)b->x, (double *)(uintptr_t)b->y, (double *)(uintptr_t)b->group,
                  (int32_t *)(uintptr_t)b->target.class, (size_t *)(uintptr_t)b->cell};
}

sp_status sp_row_batch_create(sp_run *run, const sp_objectives *o, size_t n, sp_row_batch *b)
{
    const sp_row_batch *all = &o->all;
    room r = {SP_NEW(run, double, n * o->p->p), SP_NEW(run, double, n), NULL, NULL, NULL};
    if (!r.x || !r.y || (all->group && !(r.group = SP_NEW(run, double, n))) ||
        (all->target.class && !(r.class = SP_NEW(run, int32_t, n))) || (all->cell && !(r.cell = SP_NEW(run, size_t, n))))
        return SP_FAILED;
    *b = (sp_row_batch){n, r.x, r.y, r.group, {n, all->target.classes, r.y, r.class}, r.cell};
    return SP_OK;
}

void sp_row_batch_fill(const sp_objectives *o, const size_t *row, sp_row_batch *b)
{
    const sp_row_batch *all = &o->all;
    room r = room_of(b);
    for (size_t k = 0; k < o->p->p; k++)
        for (size_t i = 0; i < b->n; i++)
            r.x[k * b->n + i] = all->x[k * all->n + row[i]];
    for (size_t i = 0; i < b->n; i++) {
        r.y[i] = all->y[row[i]];
        if (r.group)
            r.group[i] = all->group[row[i]];
        if (r.class)
            r.class[i] = all->target.class[row[i]];
        if (r.cell)
            r.cell[i] = all->cell[row[i]];
    }
}

/* ---- the coefficient ------------------------------------------------------------------------------------ */

static sp_soft_codec dependence(const sp_diffoci_problem *p, const sp_row_batch *b)
{
    sp_soft_codec s = {.n = b->n, .y = b->y, .ordinal = p->ordinal, .beta = p->beta};
    if (p->use == SP_DIFFOCI_PENALTY)
        s.y = b->group;
    if (p->use == SP_DIFFOCI_CONDITIONAL) {
        s.p = 1;
        s.x = b->group;
    }
    return s;
}

static bool constant(size_t n, const double *x)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

/* s^2 = mean over features and rows of (F - mean of the feature)^2; C: F centred. */
static double common_sd(size_t n, size_t m, const double *F, double *C)
{
    double squares = 0;
    for (size_t k = 0; k < m; k++) {
        double mean = 0;
        for (size_t i = 0; i < n; i++)
            mean += F[k * n + i] / (double)n;
        for (size_t i = 0; i < n; i++) {
            C[k * n + i] = F[k * n + i] - mean;
            squares += C[k * n + i] * C[k * n + i];
        }
    }
    return sqrt(squares / (double)(n * m));
}

/* T(F/s): dT/dF = G/s - (sum G C) C / (n m s^3) with G the gradient at F/s, whose columns add up to 0. */
static sp_status unit_value(sp_run *run, const sp_soft_codec *s, size_t m, const double *F, double *T, double *dF)
{
    size_t size = s->n * m;
    double *C = SP_NEW(run, double, size), *scaled = SP_NEW(run, double, size), along = 0;
    if (!C || !scaled)
        return SP_FAILED;
    double sd = common_sd(s->n, m, F, C);
    if (!(sd > 0))
        return sp_fail(run, SP_FAILED, "the features have become constant: take a smaller --decay or --rate");
    for (size_t i = 0; i < size; i++)
        scaled[i] = C[i] / sd;
    SP_TRY(sp_soft_codec_value(run, s, m, scaled, T, dF));
    for (size_t i = 0; i < size; i++)
        along += dF[i] * scaled[i];
    for (size_t i = 0; i < size; i++)
        dF[i] = (dF[i] - along / (double)size * scaled[i]) / sd;
    return SP_OK;
}

/* dF += weight dT/dF. */
static sp_status add_dependence(sp_run *run, const sp_objectives *o, const sp_row_batch *b, const double *F, double weight,
                                sp_objective_value *out, double *dF)
{
    size_t m = o->map.m;
    sp_soft_codec s = dependence(o->p, b);
    double *own = SP_NEW(run, double, b->n *m);
    if (!own)
        return SP_FAILED;
    if (b != &o->all && constant(b->n, s.y)) {
        out->undefined = true;
        return SP_OK;
    }
    SP_TRY((o->p->unit ? unit_value : sp_soft_codec_value)(run, &s, m, F, &out->T, own));
    if (isnan(out->T)) {
        out->undefined = true;
        return b != &o->all
                   ? SP_OK
                   : sp_fail(run, SP_DATA, "the response is already determined by the group: nothing is left to learn");
    }
    out->loss += weight * out->T;
    for (size_t i = 0; i < b->n * m; i++)
        dF[i] += weight * own[i];
    return SP_OK;
}

/* ---- the loss of the head ------------------------------------------------------------------------------- */

/* q_c <- q_c exp(eta loss_c), renormalised: the loss leans towards the cells where it is large. */
static void reweight(const sp_objectives *o, double eta, const double *cell_loss)
{
    double sum = 0;
    for (size_t c = 0; c < o->n_cells; c++)
        sum += o->q[c] *= exp(eta * cell_loss[c]);
    for (size_t c = 0; c < o->n_cells; c++)
        o->q[c] /= sum;
}

static sp_status add_loss(sp_run *run, const sp_objectives *o, const sp_row_batch *b, const double *F, const double *head,
                          double eta, double *loss, double *dF, double *gradient)
{
    size_t n = b->n, outputs = sp_head_outputs(&b->target);
    double *score = SP_NEW(run, double, n *outputs), *each = SP_NEW(run, double, n);
    double *count = SP_NEW(run, double, o->n_cells + 1), *mean = SP_NEW(run, double, o->n_cells + 1);
    if (!score || !each || !count || !mean)
        return SP_FAILED;
    sp_head_scores(n, o->map.m, outputs, F, head, score);
    sp_head_losses(&b->target, score, each);
    for (size_t i = 0; i < n && o->n_cells; i++)
        mean[b->cell[i]] += (each[i] - mean[b->cell[i]]) / ++count[b->cell[i]];
    if (eta > 0)
        reweight(o, eta, mean);
    for (size_t i = 0; i < n; i++) {
        double weight = o->n_cells ? o->q[b->cell[i]] / count[b->cell[i]] : 1 / (double)n;
        *loss += weight * each[i];
        for (size_t k = 0; k < outputs; k++)
            score[k * n + i] *= weight;
    }
    sp_head_backward(n, o->map.m, outputs, F, head, score, gradient, dF);
    return SP_OK;
}

/* ---- the objective -------------------------------------------------------------------------------------- */

static sp_status value(sp_run *run, const sp_objectives *o, const sp_row_batch *b, const double *parameters, bool want_T,
                       double eta, sp_objective_value *out, double *gradient)
{
    size_t n = b->n, m = o->map.m, n_theta = o->map.n_theta;
    double *F = SP_NEW(run, double, n *m), *dF = SP_NEW(run, double, n *m);
    double *hidden = SP_NEW(run, double, n * o->map.n_hidden + 1), *scratch = SP_NEW(run, double, n * o->map.n_hidden + 1);
    if (!F || !dF || !hidden || !scratch)
        return SP_FAILED;
    *out = (sp_objective_value){.T = NAN};
    memset(gradient, 0, o->n_learned * sizeof *gradient);
    sp_feature_map_forward(&o->map, n, b->x, parameters, hidden, F);
    double weight = o->p->use == SP_DIFFOCI_PENALTY ? o->p->penalty : -1;
    if (weight != 0 || want_T)
        SP_TRY(add_dependence(run, o, b, F, weight, out, dF));
    if (o->p->use == SP_DIFFOCI_PENALTY)
        SP_TRY(add_loss(run, o, b, F, parameters + n_theta, eta, &out->loss, dF, gradient + n_theta));
    sp_feature_map_backward(&o->map, n, b->x, parameters, hidden, dF, scratch, gradient);
    return SP_OK;
}

sp_status sp_objectives_value(sp_run *run, const sp_objectives *o, const sp_row_batch *b, const double *parameters,
                              bool want_T, double eta, sp_objective_value *out, double *gradient)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = value(run, o, b, parameters, want_T, eta, out, gradient);
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_objectives_exact(sp_run *run, const sp_objectives *o, const double *theta, double *T)
{
    sp_mark mark = sp_memory_mark(run);
    size_t n = o->all.n, m = o->map.m;
    double *F = SP_NEW(run, double, n *m), *rows = SP_NEW(run, double, n *m),
           *hidden = SP_NEW(run, double, n * o->map.n_hidden + 1);
    if (!F || !rows || !hidden)
        return SP_FAILED;
    sp_feature_map_forward(&o->map, n, o->all.x, theta, hidden, F);
    for (size_t f = 0; f < m; f++)
        for (size_t i = 0; i < n; i++)
            rows[i * m + f] = F[f * n + i];
    sp_soft_codec s = dependence(o->p, &o->all);
    sp_codec c;
    if (s.p > 0)
        SP_TRY(sp_codec_conditional(run, n, s.y, m, rows, 1, s.x, SP_TIES_AVERAGE, 0, &c));
    else
        SP_TRY(sp_codec_block(run, n, s.y, m, rows, SP_TIES_AVERAGE, 0, &c));
    *T = c.T.value;
    sp_memory_release(run, mark);
    return SP_OK;
}
