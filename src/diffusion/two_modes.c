/* Two Gaussian modes along a path: the exact one-dimensional reduction, its limits, and full vectors (spec 10, 3.1, 3.4). */
#include "diffusion/path_grid.h"

#include "math/roots.h"
#include "math/special.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 64 };
static const double reach = 30; /* of z: the starting point in standard deviations */

typedef struct {
    const sp_two_modes *modes;
    const sp_path_grid *grid;
    const double *s;
    double h, root_d;
} flow;

static sp_status create(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, flow *out)
{
    double *s;
    if (!(modes->p > 0 && modes->p < 1))
        return sp_fail(run, SP_USAGE, "the weight p of a mode is in (0, 1), got %g", modes->p);
    if (!(modes->data_var > 0))
        return sp_fail(run, SP_USAGE, "the variance of a mode is > 0, got %g", modes->data_var);
    SP_TRY(sp_path_grid_times(run, grid, &s));
    *out = (flow){modes, grid, s, log(modes->p / (1 - modes->p)) / 2, sqrt(grid->d)};
    return SP_OK;
}

/* v = linear x + toward E r, E = tanh(h + s r.x/G) */
typedef struct {
    double linear, toward, pull; /* pull: of r.x inside the tanh */
} velocity;

static velocity velocity_at(const flow *f, double s)
{
    sp_path_rates r = sp_path_rates_at(f->grid->path, f->grid->d, s);
    double G = r.a2 + s * s * f->modes->data_var;
    return (velocity){(r.a_da + s * f->modes->data_var) / G, r.cross / G, s / G};
}

static double speed(const flow *f, const velocity *v, double mu)
{
    return v->linear * mu + v->toward * f->root_d * tanh(f->h + v->pull * f->root_d * mu);
}

/* The last step of Heun would divide by the noise at the end of the path: Euler there. */
static bool heun(const flow *f, size_t k) { return f->grid->method == SP_HEUN && k + 1 < f->grid->steps; }

static double follow(const flow *f, double z, double *path)
{
    double mu = sp_path_noise(f->grid->path, f->grid->d, 0) * z;
    if (path)
        path[0] = mu;
    for (size_t k = 0; k < f->grid->steps; k++) {
        double ds = f->s[k + 1] - f->s[k];
        velocity v = velocity_at(f, f->s[k]);
        double first = speed(f, &v, mu);
        if (heun(f, k)) {
            velocity w = velocity_at(f, f->s[k + 1]);
            first = (first + speed(f, &w, mu + ds * first)) / 2;
        }
        mu += ds * first;
        if (path)
            path[k + 1] = mu;
    }
    return mu;
}

static double end_of(double z, void *context) { return follow(context, z, NULL); }

sp_status sp_schedule_trajectory(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, double z, double *mu)
{
    flow f;
    SP_TRY(create(run, modes, grid, &f));
    follow(&f, z, mu);
    return SP_OK;
}

static double width_factor(const flow *f)
{
    double F = sp_path_noise(f->grid->path, f->grid->d, 0);
    for (size_t k = 0; k < f->grid->steps; k++) {
        double ds = f->s[k + 1] - f->s[k], first = velocity_at(f, f->s[k]).linear;
        if (heun(f, k))
            first = (first + velocity_at(f, f->s[k + 1]).linear * (1 + ds * first)) / 2;
        F *= 1 + ds * first;
    }
    return F;
}

sp_status sp_schedule_reduce(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, sp_schedule_reduction *out)
{
    enum { CHECKS = 61 };
    flow f;
    SP_TRY(create(run, modes, grid, &f));
    double F = width_factor(&f), last = -INFINITY;
    bool monotone = true;
    for (size_t i = 0; i < CHECKS; i++) {
        double end = follow(&f, -6 + 12. * (double)i / (CHECKS - 1), NULL);
        monotone &= end >= last;
        last = end;
    }
    sp_root root = sp_root_bracketed(end_of, &f, -reach, reach, 0);
    size_t K = grid->steps;
    *out = (sp_schedule_reduction){sp_normal_cdf(-root.x), F * F, root.x, grid->method == SP_HEUN ? 2 * K - 1 : K,
                                   root.converged && monotone};
    return SP_OK;
}

/* ---- limits --------------------------------------------------------------------------------------------------- */

double sp_schedule_vp_variance(double data_var, size_t steps)
{
    double F = 1, dt = 1 / (double)steps;
    for (size_t k = 0; k < steps; k++) {
        double s = (double)k * dt;
        F *= 1 + dt * s * (data_var - 1) / (1 + s * s * (data_var - 1));
    }
    return F * F;
}

typedef struct {
    double h, x;
    size_t steps;
} limit_map;

/* mu <- mu + x tanh(h + s mu), s <- s + x until the side is decided */
static double vp_side(double z, void *context)
{
    const limit_map *m = context;
    double mu = z, s = 0;
    for (size_t k = 0; k < 10000000; k++) {
        double drive = m->h + s * mu;
        if (fabs(drive) > 40 && drive * mu > 0)
            return mu;
        mu += m->x * tanh(drive);
        s += m->x;
    }
    return mu;
}

double sp_schedule_vp_collapse(double p, double x)
{
    limit_map m = {log(p / (1 - p)) / 2, x, 0};
    return sp_normal_cdf(-sp_root_bracketed(vp_side, &m, -reach, reach, 0).x);
}

/* m' = [tanh(h + s m/(1-s)^2) - m]/(1-s) */
static double ve_side(double z, void *context)
{
    const limit_map *map = context;
    double m = z, dt = 1 / (double)map->steps;
    for (size_t k = 0; k < map->steps; k++) {
        double s = (double)k * dt;
        m += dt * (tanh(map->h + s * m / ((1 - s) * (1 - s))) - m) / (1 - s);
    }
    return m;
}

double sp_schedule_ve_limit(double p, size_t steps)
{
    limit_map m = {log(p / (1 - p)) / 2, 0, steps};
    return sp_normal_cdf(-sp_root_bracketed(ve_side, &m, -reach, reach, 0).x);
}

double sp_schedule_window_limit(double p, double kappa)
{
    double h = log(p / (1 - p)) / 2;
    return p * sp_normal_cdf(kappa + h / kappa) + (1 - p) * sp_normal_cdf(-kappa + h / kappa);
}

/* ---- full vectors ----------------------------------------------------------------------------------------------- */

typedef struct {
    flow f;
    size_t d, samples;
    double noise;
    double *sums; /* block x {n, in the + mode, s2, s2^2} */
} experiment;

/* r = (1, ..., 1) */
static double along(size_t d, const double *x)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += x[j];
    return sum;
}

static void add_velocity(const flow *f, double s, size_t d, const double *x, double weight, double noise, double *step)
{
    velocity v = velocity_at(f, s);
    double E = tanh(f->h + v.pull * along(d, x));
    sp_path_rates r = sp_path_rates_at(f->grid->path, f->grid->d, s);
    double G = r.a2 + s * s * f->modes->data_var, linear = v.linear - noise / G, shift = (v.toward + noise * s / G) * E;
    for (size_t j = 0; j < d; j++)
        step[j] += weight * (linear * x[j] + shift);
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    const flow *f = &e->f;
    size_t d = e->d, first = block * BLOCK;
    double *x = SP_NEW(worker, double, d), *step = SP_NEW(worker, double, d), *trial = SP_NEW(worker, double, d),
           *kick = SP_NEW(worker, double, d), *sum = e->sums + block * 4;
    if (!x || !step || !trial || !kick)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "schedule", block);
    double start = sp_path_noise(f->grid->path, f->grid->d, 0);
    for (size_t i = first; i < first + BLOCK && i < e->samples; i++) {
        SP_TRY(sp_poll(worker));
        sp_normals(&rng, d, x);
        for (size_t j = 0; j < d; j++)
            x[j] *= start;
        for (size_t k = 0; k < f->grid->steps; k++) {
            double ds = f->s[k + 1] - f->s[k];
            memset(step, 0, d * sizeof *step);
            add_velocity(f, f->s[k], d, x, heun(f, k) ? 0.5 : 1, e->noise, step);
            if (heun(f, k)) {
                for (size_t j = 0; j < d; j++)
                    trial[j] = x[j] + 2 * ds * step[j];
                add_velocity(f, f->s[k + 1], d, trial, 0.5, e->noise, step);
            }
            for (size_t j = 0; j < d; j++)
                x[j] += ds * step[j];
            if (e->noise > 0) {
                double width = sqrt(2 * e->noise * ds);
                sp_normals(&rng, d, kick);
                for (size_t j = 0; j < d; j++)
                    x[j] += width * kick[j];
            }
        }
        double mean = along(d, x) / (double)d, square = 0;
        for (size_t j = 0; j < d; j++)
            square += (x[j] - mean) * (x[j] - mean);
        square /= (double)(d - 1);
        sum[0] += 1;
        sum[1] += mean > 0;
        sum[2] += square;
        sum[3] += square * square;
    }
    return SP_OK;
}

sp_status sp_schedule_simulate(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, size_t samples,
                               double noise, sp_schedule_measured *out)
{
    experiment e = {.d = (size_t)grid->d, .samples = samples, .noise = noise};
    size_t blocks = (samples + BLOCK - 1) / BLOCK;
    SP_TRY(create(run, modes, grid, &e.f));
    if (samples < 2 || !(noise >= 0))
        return sp_fail(run, SP_USAGE, "a simulation needs at least 2 samples and noise >= 0");
    e.sums = SP_NEW(run, double, blocks * 4);
    if (!e.sums)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "schedule samples", blocks, e.sums, 4 * sizeof(double), run_block, &e));
    double total[4] = {0};
    for (size_t b = 0; b < blocks; b++)
        for (size_t j = 0; j < 4; j++)
            total[j] += e.sums[b * 4 + j];
    double n = total[0], variance = total[2] / n;
    sp_interval share = sp_fraction(total[1], n);
    *out = (sp_schedule_measured){
        share.value, share.se, variance, sqrt(fmax(total[3] / n - variance * variance, 0) / (n - 1)), NAN, NAN,
        NAN,         NAN,      NAN};
    return SP_OK;
}
