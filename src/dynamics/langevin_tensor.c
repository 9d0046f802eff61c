/* Langevin dynamics and gradient flow of the spiked model at finite N (spec 28, 3.9; spec 23, 3.6). */
#include "langevin.h"

#include "math/statistics.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { OBSERVABLES = 5 }; /* m, mu, energy, C(t,0), |tangential force|^2/N */

typedef struct {
    const sp_langevin_params *p;
    dynamics_model model;
    size_t n_times;
    const double *times;
    instance_maker make;
    const void *make_context;
    double *final;  /* where the walkers of the only instance end; NULL: not wanted */
    double *output; /* instances x replicas x times x OBSERVABLES */
} job;

/* Force along the sphere, in place; returns x.F/N. */
static double make_tangential(size_t N, const double *x, double *force)
{
    double radial = dot(N, x, force) / (double)N;
    cblas_daxpy((int)N, -radial, x, 1, force, 1);
    return radial;
}

static void retract(size_t N, double *x) { cblas_dscal((int)N, sqrt((double)N / dot(N, x, x)), x, 1); }

typedef struct {
    double *x, *start, *next, *force, *force_next, *noise, *energy;
} walkers;

/* Heun: both the drift and the retraction to second order in dt without noise; noise eta sqrt(2 T dt). */
static sp_status heun(sp_run *run, const job *j, const spiked_instance *s, walkers *w, double t, double dt, sp_rng *rng)
{
    size_t N = s->N, R = j->p->replicas;
    double eta = sp_schedule_rate(&j->model.eta, t), eta_next = sp_schedule_rate(&j->model.eta, t + dt);
    double kick = (eta + eta_next) / 2 * sqrt(2 * j->model.temperature * dt);
    if (kick > 0)
        sp_normals(rng, R * N, w->noise);
    for (size_t r = 0; r < R; r++) {
        double *x = w->x + r * N, *next = w->next + r * N;
        make_tangential(N, x, w->force + r * N);
        for (size_t i = 0; i < N; i++)
            next[i] = x[i] + dt * eta * w->force[r * N + i] + kick * w->noise[r * N + i];
        retract(N, next);
    }
    SP_TRY(spiked_instance_force(run, s, R, w->next, annealing(&j->model, t + dt), w->force_next, NULL));
    for (size_t r = 0; r < R; r++) {
        double *x = w->x + r * N;
        make_tangential(N, w->next + r * N, w->force_next + r * N);
        for (size_t i = 0; i < N; i++)
            x[i] += dt / 2 * (eta * w->force[r * N + i] + eta_next * w->force_next[r * N + i]) + kick * w->noise[r * N + i];
        retract(N, x);
    }
    return SP_OK;
}

static void observe(const job *j, const spiked_instance *s, const walkers *w, double t, size_t k, double *output)
{
    size_t N = s->N;
    double eta = sp_schedule_rate(&j->model.eta, t);
    for (size_t r = 0; r < j->p->replicas; r++) {
        const double *x = w->x + r * N, *f = w->force + r * N;
        double radial = dot(N, x, f) / (double)N, *out = output + (r * j->n_times + k) * OBSERVABLES;
        out[0] = s->signal ? dot(N, x, s->signal) / (double)N : NAN;
        out[1] = j->model.temperature * eta + radial;
        out[2] = -w->energy[r];
        out[3] = dot(N, x, w->start + r * N) / (double)N;
        out[4] = fmax(0, dot(N, f, f) / (double)N - radial * radial);
    }
}

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_langevin_params *p = j->p;
    size_t N = p->N, R = p->replicas, length = R * N;
    spiked_instance s;
    SP_TRY(j->make(run, j->make_context, N, block, &s));
    double *all = SP_NEW(run, double, 6 * length + R);
    if (!all)
        return SP_FAILED;
    walkers w = {
        all, all + length, all + 2 * length, all + 3 * length, all + 4 * length, all + 5 * length, all + 6 * length};
    for (size_t r = 0; r < R; r++)
        spiked_instance_start(run, &s, block * 4096 + r, p->m0, 1, w.x + r * N);
    memcpy(w.start, w.x, length * sizeof *w.x);
    sp_rng rng = sp_rng_at(run, "langevin", block);
    double t = 0;
    for (size_t k = 0; k < j->n_times; k++) {
        size_t steps = (size_t)ceil((j->times[k] - t) / p->dt - 1e-9);
        double dt = steps ? (j->times[k] - t) / (double)steps : 0;
        for (size_t i = 0; i <= steps; i++) { /* the last force serves the observation */
            SP_TRY(sp_poll(run));
            SP_TRY(spiked_instance_force(run, &s, R, w.x, annealing(&j->model, t), w.force, w.energy));
            if (i == steps)
                break;
            SP_TRY(heun(run, j, &s, &w, t, dt, &rng));
            t += dt;
            if (p->instances == 1)
                sp_progress(run, "langevin", t / j->times[j->n_times - 1]);
        }
        t = j->times[k];
        if (j->final && k + 1 == j->n_times)
            memcpy(j->final, w.x, length * sizeof *w.x);
        observe(j, &s, &w, t, k, j->output + block * R * j->n_times * OBSERVABLES);
    }
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_langevin_params *p, dynamics_model *model)
{
    SP_TRY(mixed_kernel_of(run, &p->model, &model->q));
    SP_TRY(sp_schedule_check(run, &p->eta));
    if (p->N < 10 || p->N > 100000)
        return sp_fail(run, SP_USAGE, "--N %zu: allowed are 10 to 100000", p->N);
    if (!(fabs(p->m0) <= 1))
        return sp_fail(run, SP_USAGE, "--m0 %g: an overlap is in [-1, 1]", p->m0);
    if (!p->instances || !p->replicas || p->replicas > 4096)
        return sp_fail(run, SP_USAGE, "--instances >= 1 and --replicas in 1..4096");
    double mu = 2 * sqrt(kernel_2(&model->q, 1, 1)) + kernel_1(&model->q, 1, 1) + p->temperature;
    if (!(p->dt > 0 && p->dt * p->eta.eta0 * mu < 1))
        return sp_fail(run, SP_USAGE, "--dt %g is too large for these noises: use at most %.2g", p->dt,
                       1 / (p->eta.eta0 * mu));
    model->eta = p->eta;
    model->temperature = p->temperature;
    model->m0 = p->m0;
    model->anneal = p->anneal * (p->model.deltap < INFINITY ? 1 / p->model.deltap : p->model.inverse_noise_p);
    model->anneal_tau = p->anneal_tau;
    return sp_need_memory(run, spiked_instance_bytes(&model->q, p->N), "the couplings");
}

static sp_simulated measure(const job *j, size_t time, size_t what)
{
    const sp_langevin_params *p = j->p;
    sp_moments all = {0};
    for (size_t i = 0; i < p->instances; i++) {
        double mean = 0;
        for (size_t r = 0; r < p->replicas; r++) {
            double value = j->output[((i * p->replicas + r) * j->n_times + time) * OBSERVABLES + what];
            mean += value / (double)p->replicas;
            if (p->instances == 1)
                sp_moments_add(&all, value);
        }
        if (p->instances > 1)
            sp_moments_add(&all, mean); /* replicas share their couplings: only instances are independent */
    }
    return (sp_simulated){all.mean, sp_moments_se(&all)};
}

sp_status langevin_run(sp_run *run, const sp_langevin_params *p, const dynamics_model *model, instance_maker make,
                       const void *context, double *final, size_t *n, sp_langevin_point **points)
{
    job j = {.p = p,
             .model = *model,
             .n_times = p->times.n,
             .times = p->times.v,
             .make = make,
             .make_context = context,
             .final = final};
    for (size_t k = 0; k < j.n_times; k++)
        if (!(p->times.v[k] >= (k ? p->times.v[k - 1] : 0)))
            return sp_fail(run, SP_USAGE, "--times must be increasing and >= 0");
    size_t per_instance = p->replicas * j.n_times * OBSERVABLES;
    sp_langevin_point *out = *points = SP_NEW(run, sp_langevin_point, j.n_times);
    j.output = SP_NEW(run, double, p->instances *per_instance);
    if (!out || !j.output)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    if (p->instances == 1) /* in the run itself: the force is then parallel */
        SP_TRY(instance_block(run, 0, &j));
    else
        SP_TRY(sp_parallel_resumable(run, "langevin", p->instances, j.output, per_instance * sizeof(double), instance_block,
                                     &j));
    sp_memory_release(run, mark);
    *n = j.n_times;
    for (size_t k = 0; k < j.n_times; k++)
        out[k] = (sp_langevin_point){.t = j.times[k],
                                     .m = measure(&j, k, 0),
                                     .mu = measure(&j, k, 1),
                                     .energy = measure(&j, k, 2),
                                     .C_t0 = measure(&j, k, 3),
                                     .force2 = measure(&j, k, 4)};
    return SP_OK;
}

static sp_status make_spiked(sp_run *run, const void *context, size_t N, uint64_t index, spiked_instance *out)
{
    return spiked_instance_create(run, context, N, index, out);
}

sp_status sp_langevin_simulate(sp_run *run, const sp_langevin_params *p, size_t *n, sp_langevin_point **points)
{
    dynamics_model model = {.q = {.high = 0}};
    SP_TRY(check(run, p, &model));
    return langevin_run(run, p, &model, make_spiked, &model.q, NULL, n, points);
}
