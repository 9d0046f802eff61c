/* Gradient descent of linear convolutional scores on sampled fields (spec 04, 3.3 to 3.5, 3.7), and the Langevin baseline.
 */
#include "spinodal/diffusion.h"
#include "spinodal/on_model.h"

#include "math/fft.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

typedef struct {
    const sp_field_lattice *l;
    const sp_fft *fft;
    size_t n, sites;
    double t, *gamma;
    const bool *inside;      /* of the window, each site; NULL: everywhere */
    double *power, *overlap; /* batch averages that stand for Gamma and for 1 */
    double *noise, *xi, *modes, *other, *kernel;
} descent;

/* Fields of one batch: y = e^{-t} phi + sqrt(Delta) xi; means of |y_k|^2 and of Re(y_k^* xi_k)/sqrt(Delta). */
static void draw_batch(descent *s, sp_rng *rng, size_t batch)
{
    double decay = exp(-s->t), width = sqrt(sp_noise_variance(s->t));
    memset(s->power, 0, s->n * sizeof *s->power);
    memset(s->overlap, 0, s->n * sizeof *s->overlap);
    for (size_t b = 0; b < batch; b++) {
        sp_normals(rng, s->sites, s->noise);
        sp_normals(rng, s->sites, s->xi);
        sp_fft_forward(s->fft, s->noise, s->modes);
        sp_fft_forward(s->fft, s->xi, s->other);
        double scale = 1 / ((double)s->sites * (double)batch);
        for (size_t i = 0; i < s->n; i++) {
            double root = decay * sqrt(s->l->C[i]), *x = s->other + 2 * i;
            double re = root * s->modes[2 * i] + width * x[0], im = root * s->modes[2 * i + 1] + width * x[1];
            s->power[i] += scale * (re * re + im * im);
            s->overlap[i] += scale * (re * x[0] + im * x[1]) / width;
        }
    }
}

/* Keeps the real-space weights of the window only. */
static void project(descent *s, double *w)
{
    if (!s->inside)
        return;
    for (size_t i = 0; i < s->n; i++) {
        s->modes[2 * i] = w[i];
        s->modes[2 * i + 1] = 0;
    }
    sp_fft_inverse(s->fft, s->modes, s->kernel);
    for (size_t x = 0; x < s->sites; x++)
        if (!s->inside[x])
            s->kernel[x] = 0;
    sp_fft_forward(s->fft, s->kernel, s->modes);
    for (size_t i = 0; i < s->n; i++)
        w[i] = s->modes[2 * i];
}

static bool *window(sp_run *run, const sp_field_lattice *l, size_t sites, size_t radius)
{
    bool *inside = SP_NEW(run, bool, sites);
    for (size_t x = 0; inside && x < sites; x++) {
        size_t rest = x;
        inside[x] = true;
        for (size_t a = l->dim; a-- > 0; rest /= l->lengths[a]) {
            size_t r = rest % l->lengths[a], back = l->lengths[a] - r;
            inside[x] = inside[x] && (r < back ? r : back) <= radius;
        }
    }
    return inside;
}

static sp_status run_descent(sp_run *run, descent *s, const sp_field_descent *o, double gamma_max, double *w, double *excess)
{
    size_t n = s->n;
    double eta = o->eta > 0 ? o->eta : o->layers == 1 ? 0.5 / gamma_max : 0.1, start = 0;
    double *a = SP_NEW(run, double, n), *b = SP_NEW(run, double, n), *step = SP_NEW(run, double, n);
    if (!a || !b || !step)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        a[i] = o->layers == 1 ? 0 : o->balanced ? 1 / sqrt(gamma_max) : 1;
        b[i] = o->balanced ? 1 / sqrt(gamma_max) : 1 / gamma_max;
        start += s->l->multiplicity[i] / s->gamma[i];
    }
    sp_rng rng = sp_rng_at(run, "field batches", 0);
    for (size_t k = 0;; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            w[i] = o->layers == 1 ? a[i] : a[i] * b[i];
            double error = s->gamma[i] * w[i] - 1;
            sum += s->l->multiplicity[i] * error * error / s->gamma[i];
        }
        excess[k] = sum / start;
        if (!isfinite(sum) || excess[k] > 1e6)
            return sp_fail(run, SP_FAILED, "descent diverged after %zu steps at rate %g: take a smaller --eta", k, eta);
        if (k == o->steps)
            return SP_OK;
        if (o->batch)
            draw_batch(s, &rng, o->batch);
        const double *power = o->batch ? s->power : s->gamma;
        for (size_t i = 0; i < n; i++)
            step[i] = 2 * eta * (power[i] * w[i] - (o->batch ? s->overlap[i] : 1));
        if (o->layers == 1) {
            project(s, step);
            for (size_t i = 0; i < n; i++)
                a[i] -= step[i];
        }
        else {
            for (size_t i = 0; i < n; i++) {
                double old = a[i];
                a[i] -= step[i] * b[i];
                b[i] -= step[i] * old;
            }
            project(s, a); /* the starts lie in the window, so projecting the weights is projecting the steps */
            project(s, b);
        }
        sp_progress(run, "descent", (double)k / (double)o->steps);
        SP_TRY(sp_poll(run));
    }
}

sp_status sp_field_train(sp_run *run, const sp_field_lattice *l, double t, const sp_field_descent *o, double *w,
                         double *excess)
{
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, l->dim, l->lengths, &fft));
    size_t n = l->n_modes, sites = sp_fft_sites(fft);
    descent s = {.l = l, .fft = fft, .n = n, .sites = sites, .t = t};
    s.gamma = SP_NEW(run, double, n);
    s.power = SP_NEW(run, double, n);
    s.overlap = SP_NEW(run, double, n);
    s.noise = SP_NEW(run, double, sites);
    s.xi = SP_NEW(run, double, sites);
    s.modes = SP_NEW(run, double, 2 * n);
    s.other = SP_NEW(run, double, 2 * n);
    s.kernel = SP_NEW(run, double, sites);
    s.inside = o->radius ? window(run, l, sites, o->radius) : NULL;
    sp_status status = SP_FAILED;
    if (s.gamma && s.power && s.overlap && s.noise && s.xi && s.modes && s.other && s.kernel && (!o->radius || s.inside)) {
        double most = 0;
        for (size_t i = 0; i < n; i++) {
            s.gamma[i] = sp_field_gamma(l->C[i], t);
            most = fmax(most, s.gamma[i]);
        }
        status = run_descent(run, &s, o, most, w, excess);
    }
    sp_fft_free(fft);
    return status;
}

/* ---- Langevin dynamics ----------------------------------------------------------------------------------------- */

static double langevin_step(double mass2, size_t dim) { return 0.5 / (4 * (double)dim + mass2); }

double sp_langevin_time(double mass2, size_t dim) { return -1 / log1p(-langevin_step(mass2, dim) * mass2); }

typedef struct {
    const sp_field_lattice *l;
    const sp_fft *fft;
    double mass2, temperature;
    size_t steps;
    double *product; /* M(0)^2, M(0) M(steps) of each replica */
} langevin;

static sp_status langevin_block(sp_run *worker, size_t block, void *context)
{
    const langevin *s = context;
    size_t sites = sp_fft_sites(s->fft), dim = s->l->dim, L = s->l->lengths[0];
    double *field = SP_NEW(worker, double, sites), *next = SP_NEW(worker, double, sites),
           *noise = SP_NEW(worker, double, sites), *modes = SP_NEW(worker, double, 2 * s->l->n_modes);
    if (!field || !next || !noise || !modes)
        return SP_FAILED;
    double h = langevin_step(s->mass2, dim), width = 0, before = 0, after = 0;
    sp_rng rng = sp_rng_at(worker, "langevin", block);
    sp_normals(&rng, sites, noise);
    sp_fft_forward(s->fft, noise, modes);
    for (size_t i = 0; i < 2 * s->l->n_modes; i++) { /* equilibrium of the discrete dynamics, mode by mode */
        double stiffness = s->l->k2[i / 2] + s->mass2;
        modes[i] *= sqrt(s->temperature / (stiffness * (1 - h * stiffness / 2)));
    }
    sp_fft_inverse(s->fft, modes, field);
    width = sqrt(2 * s->temperature * h);
    for (size_t x = 0; x < sites; x++)
        before += field[x];
    for (size_t step = 0; step < s->steps; step++) {
        sp_normals(&rng, sites, noise);
        for (size_t x = 0; x < sites; x++) {
            double force = -s->mass2 * field[x];
            for (size_t a = 0, stride = 1; a < dim; a++, stride *= L) {
                size_t j = x / stride % L;
                force += field[j + 1 < L ? x + stride : x - (L - 1) * stride] +
                         field[j > 0 ? x - stride : x + (L - 1) * stride] - 2 * field[x];
            }
            next[x] = field[x] + h * force + width * noise[x];
        }
        double *swap = field;
        field = next;
        next = swap;
    }
    for (size_t x = 0; x < sites; x++)
        after += field[x];
    s->product[2 * block] = before * before;
    s->product[2 * block + 1] = before * after;
    return sp_poll(worker);
}

typedef struct {
    const double *product;
    double lag;
} decay;

static double decay_time(size_t n, const size_t *rows, void *context)
{
    const decay *d = context;
    double square = 0, cross = 0;
    for (size_t i = 0; i < n; i++) {
        square += d->product[2 * rows[i]];
        cross += d->product[2 * rows[i] + 1];
    }
    return -d->lag / log(cross / square);
}

sp_status sp_langevin_measure(sp_run *run, const sp_on_model *model, size_t replicas, double *time, double *time_se)
{
    sp_field_lattice l;
    sp_field_modes modes;
    SP_TRY(sp_on_modes(run, model, &modes));
    SP_TRY(sp_on_lattice(run, model, &l));
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, l.dim, l.lengths, &fft));
    size_t steps = (size_t)fmax(1, round(sp_langevin_time(modes.mass2, model->dim) / 2));
    langevin s = {&l, fft, modes.mass2, modes.temperature, steps, SP_NEW(run, double, 2 * replicas)};
    sp_status status = s.product ? sp_parallel(run, replicas, langevin_block, &s) : SP_FAILED;
    sp_fft_free(fft);
    SP_TRY(status);
    sp_estimate e;
    SP_TRY(sp_jackknife(run, replicas, decay_time, &(decay){s.product, (double)steps}, &e));
    *time = e.value;
    *time_se = e.se;
    return SP_OK;
}
