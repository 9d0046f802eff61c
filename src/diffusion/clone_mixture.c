/* Cloning experiment on two Gaussian clouds with the exact score: simulation beside sp_same_class_probability (spec
 * 07, 3.2). */
#include "spinodal/diffusion.h"

#include "math/statistics.h"
#include "vector_math.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 }; /* clones of a block */

typedef struct {
    const sp_mixture_model *model;
    const sp_clone_options *options;
    size_t d;            /* coordinates simulated; the first one is along m when d is 1, else m = sqrt(mu2) (1,...,1) */
    size_t n_times;      /* of the trunk, from start to the smallest t_b */
    const double *times; /* every t_b is among them */
    size_t n_t;
    const double *t_b;   /* descending */
    const size_t *place; /* of t_b[i] in the caller's order */
    double *agree;       /* [block][t_b] */
} experiment;

/* m.x/|m| of every clone */
static void project(const experiment *e, const double *x, double *along)
{
    double norm = 1 / sqrt((double)e->d);
    for (size_t i = 0; i < BLOCK; i++) {
        double sum = 0;
        for (size_t j = 0; j < e->d; j++)
            sum += x[i * e->d + j];
        along[i] = sum * norm;
    }
}

/* The step from t to s < t of every clone; kick, along, tilt: work space. */
static void move(const experiment *e, double t, double s, sp_rng *rng, double *x, double *kick, double *along, double *tilt)
{
    const sp_mixture_model *m = e->model;
    double length = sqrt((double)m->d * m->mu2), dt = t - s, gamma = sp_noise_variance(t) + m->data_var * exp(-2 * t);
    double m_t = length * exp(-t), share = 1 / sqrt((double)e->d);
    project(e, x, along);
    for (size_t i = 0; i < BLOCK; i++)
        tilt[i] = fmin(-2 * m_t * along[i] / gamma, 700);
    sp_vexp(BLOCK, tilt, tilt);
    sp_normals(rng, BLOCK * e->d, kick);
    if (e->options->dt > 0) {
        double keep = 1 + dt - 2 * dt / gamma, noise = sqrt(2 * dt);
        for (size_t i = 0; i < BLOCK; i++) {
            double pull = 2 * dt * m_t / gamma * (1 - tilt[i]) / (1 + tilt[i]) * share; /* tanh(m_t.x / Gamma) */
            for (size_t j = 0; j < e->d; j++)
                x[i * e->d + j] = keep * x[i * e->d + j] + pull + noise * kick[i * e->d + j];
        }
        return;
    }
    /* exact: draw the class from its posterior, then x_s given x_t and the class, a Gaussian */
    double gamma_s = sp_noise_variance(s) + m->data_var * exp(-2 * s), delta = sp_noise_variance(dt), decay = exp(-dt);
    double shrink = delta + gamma_s * decay * decay;
    double noise = sqrt(gamma_s * delta / shrink), from_x = gamma_s * decay / shrink,
           from_m = delta / shrink * length * exp(-s) * share;
    for (size_t i = 0; i < BLOCK; i++) {
        double side = sp_uniform(rng) * (1 + tilt[i]) < 1 ? from_m : -from_m;
        for (size_t j = 0; j < e->d; j++)
            x[i * e->d + j] = from_x * x[i * e->d + j] + side + noise * kick[i * e->d + j];
    }
}

static void run_between(const experiment *e, double t, double end, sp_rng *rng, double *x, double *work)
{
    double *along = work, *tilt = work + BLOCK, *kick = work + 2 * BLOCK;
    for (size_t k = 0; k < e->n_times && t > end; k++)
        if (e->times[k] < t) {
            double s = fmax(e->times[k], end);
            move(e, t, s, rng, x, kick, along, tilt);
            t = s;
        }
}

/* The law of the noised data at the time of the start: no error from starting early. */
static void start_trunk(const experiment *e, double t, sp_rng *rng, double *x)
{
    const sp_mixture_model *m = e->model;
    double width = sqrt(sp_noise_variance(t) + m->data_var * exp(-2 * t));
    double centre = sqrt((double)m->d * m->mu2 / (double)e->d) * exp(-t);
    sp_normals(rng, BLOCK * e->d, x);
    for (size_t i = 0; i < BLOCK; i++) {
        double side = sp_uniform(rng) < 0.5 ? centre : -centre;
        for (size_t j = 0; j < e->d; j++)
            x[i * e->d + j] = width * x[i * e->d + j] + side;
    }
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    size_t size = BLOCK * e->d;
    double *trunk = SP_NEW(worker, double, size), *one = SP_NEW(worker, double, size), *two = SP_NEW(worker, double, size);
    double *work = SP_NEW(worker, double, size + 2 * BLOCK);
    if (!trunk || !one || !two || !work)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "clone", block);
    start_trunk(e, e->times[0], &rng, trunk);
    double t = e->times[0];
    for (size_t i = 0; i < e->n_t; i++) {
        SP_TRY(sp_poll(worker));
        run_between(e, t, e->t_b[i], &rng, trunk, work);
        t = e->t_b[i];
        memcpy(one, trunk, size * sizeof *one);
        memcpy(two, trunk, size * sizeof *two);
        run_between(e, t, 0, &rng, one, work);
        run_between(e, t, 0, &rng, two, work);
        double sides[2][BLOCK];
        project(e, one, sides[0]);
        project(e, two, sides[1]);
        size_t agree = 0, first = block * BLOCK, n = e->options->clones - first < BLOCK ? e->options->clones - first : BLOCK;
        for (size_t j = 0; j < n; j++)
            agree += sides[0][j] * sides[1][j] > 0;
        e->agree[block * e->n_t + e->place[i]] = (double)agree;
    }
    return SP_OK;
}

/* The caller's times in descending order, and where each stood. */
static void sort_descending(size_t n, const double *t, double *sorted, size_t *place)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = i;
        for (; j > 0 && sorted[j - 1] < t[i]; j--) {
            sorted[j] = sorted[j - 1];
            place[j] = place[j - 1];
        }
        sorted[j] = t[i];
        place[j] = i;
    }
}

/* start, start - dt, ..., 0: whole steps counted from 0, so that the last one is whole. */
static sp_status euler_times(sp_run *run, double start, double dt, size_t *n, double **times)
{
    size_t steps = (size_t)ceil(start / dt - 1e-9);
    double *t = SP_NEW(run, double, steps + 1);
    if (!t)
        return SP_FAILED;
    for (size_t k = 0; k <= steps; k++)
        t[k] = dt * (double)(steps - k);
    *n = steps + 1;
    *times = t;
    return SP_OK;
}

sp_status sp_mixture_clone(sp_run *run, const sp_mixture_model *model, const sp_clone_options *options, sp_vec t_b,
                           sp_clone_point *out)
{
    if (model->d < 1 || !(model->mu2 > 0) || !(model->data_var >= 0))
        return sp_fail(run, SP_USAGE, "a mixture has d >= 1, mu2 > 0 and data_var >= 0");
    if (options->clones < 1 || options->dt < 0 || t_b.n < 1)
        return sp_fail(run, SP_USAGE, "cloning needs at least one clone and one time, and dt >= 0");
    if (options->dt > 0 && options->dt > model->data_var)
        return sp_fail(run, SP_USAGE, "Euler steps need dt <= data_var (%g), got %g: take a smaller dt, or --sampler exact",
                       model->data_var, options->dt);
    double latest = 0;
    for (size_t i = 0; i < t_b.n; i++) {
        if (!(t_b.v[i] > 0) || isinf(t_b.v[i]))
            return sp_fail(run, SP_USAGE, "branching times are finite and > 0, got %g", t_b.v[i]);
        latest = fmax(latest, t_b.v[i]);
    }
    double start = options->start > 0 ? options->start : sp_sampler_start(model->data_var + (double)model->d * model->mu2);
    start = fmax(start, latest);
    size_t blocks = (options->clones + BLOCK - 1) / BLOCK;
    experiment e = {.model = model, .options = options, .d = options->all_dimensions ? model->d : 1, .n_t = t_b.n};
    double *times, *sorted = SP_NEW(run, double, t_b.n);
    size_t *place = SP_NEW(run, size_t, t_b.n);
    e.agree = SP_NEW(run, double, blocks *t_b.n);
    if (!sorted || !place || !e.agree)
        return SP_FAILED;
    SP_TRY(sp_need_memory(run, (double)sp_run_threads(run) * 4 * BLOCK * 8 * (double)e.d, "cloning"));
    if (options->dt > 0)
        SP_TRY(euler_times(run, start, options->dt, &e.n_times, &times));
    else {
        SP_TRY(sp_sampler_times(run, start, options->steps, &times));
        e.n_times = options->steps + 1;
    }
    sort_descending(t_b.n, t_b.v, sorted, place);
    e.times = times;
    e.t_b = sorted;
    e.place = place;
    SP_TRY(sp_parallel_resumable(run, "cloning", blocks, e.agree, t_b.n * sizeof(double), run_block, &e));
    double pairs = (double)options->clones;
    for (size_t i = 0; i < t_b.n; i++) {
        double sum = 0;
        for (size_t b = 0; b < blocks; b++)
            sum += e.agree[b * t_b.n + i];
        sp_interval fraction = sp_fraction(sum, pairs);
        out[i] =
            (sp_clone_point){fraction.value, fraction.se, sp_same_class_probability(sp_mixture_separation(model, t_b.v[i]))};
    }
    return SP_OK;
}
