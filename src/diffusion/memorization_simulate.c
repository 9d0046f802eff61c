/* Exact loss curves of finite random-feature scores, averaged over draws (spec 09, 3.1). */
#include "score_instance.h"

#include "math/statistics.h"

#include <math.h>

enum { TIMES = 2 }; /* stored before the curves: train_time_gen, train_time_mem */

typedef struct {
    const sp_memorization_simulate_params *p;
    const sp_score_model *m;
    const sp_activation *activation; /* NULL: Gaussian equivalent */
    double *out;
} simulation;

static sp_status draw(sp_run *worker, size_t block, void *context)
{
    const simulation *s = context;
    size_t n = s->p->train_time.n;
    double *out = s->out + block * (TIMES + 2 * n);
    sp_score_instance instance;
    sp_spectral_losses losses;
    sp_spectral_times times;
    SP_TRY(sp_score_instance_draw(worker, s->m, s->activation, s->p->d, block, &instance));
    SP_TRY(sp_spectral_losses_open(worker, &instance, s->m->c.noise_var, &losses));
    SP_TRY(sp_spectral_losses_times(worker, &losses, 0.05, 0.05, &times));
    double *work = SP_NEW(worker, double, instance.p);
    if (!work)
        return SP_FAILED;
    out[0] = times.gen;
    out[1] = times.mem;
    for (size_t i = 0; i < n; i++)
        sp_spectral_losses_at(&losses, s->p->train_time.v[i], work, &out[TIMES + 2 * i], &out[TIMES + 2 * i + 1]);
    return SP_OK;
}

static sp_estimate mean_of(const simulation *s, size_t item)
{
    sp_moments m = {0};
    for (size_t k = 0; k < s->p->simulate; k++)
        sp_moments_add(&m, s->out[k * (TIMES + 2 * s->p->train_time.n) + item]);
    return (sp_estimate){m.mean, sp_moments_se(&m)};
}

sp_status sp_memorization_simulate(sp_run *run, const sp_memorization_simulate_params *p, sp_memorization_simulate_result *r,
                                   sp_score_measured *out)
{
    if (p->spectrum.n > p->d)
        return sp_fail(run, SP_USAGE, "--spectrum has %zu values, more than --d %zu", p->spectrum.n, p->d);
    sp_score_model m;
    SP_TRY(sp_score_model_open(run, p->activation, p->psi_p, p->psi_n, p->t, p->spectrum, &m));
    sp_activation activation;
    SP_TRY(sp_activation_open(run, p->activation, exp(-2 * p->t) * m.c.data_var + m.c.noise_var, &activation));
    *r = (sp_memorization_simulate_result){.p = sp_score_size(p->psi_p, p->d), .n = sp_score_size(p->psi_n, p->d)};
    size_t matrices = p->features ? 10 : 6, threads = (size_t)sp_run_threads(run);
    SP_TRY(sp_need_memory(
        run, (double)(matrices * r->p * r->p * sizeof(double)) * (double)(threads < p->simulate ? threads : p->simulate),
        "the feature matrices"));
    size_t width = TIMES + 2 * p->train_time.n;
    simulation s = {p, &m, p->features ? &activation : NULL, SP_NEW(run, double, p->simulate *width)};
    if (!s.out)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "score draws", p->simulate, s.out, width * sizeof(double), draw, &s));
    sp_estimate gen = mean_of(&s, 0), mem = mean_of(&s, 1);
    r->train_time_gen = gen.value;
    r->train_time_gen_se = gen.se;
    r->train_time_mem = mem.value;
    r->train_time_mem_se = mem.se;
    for (size_t i = 0; i < p->train_time.n; i++) {
        sp_estimate train = mean_of(&s, TIMES + 2 * i), test = mean_of(&s, TIMES + 2 * i + 1);
        out[i] = (sp_score_measured){train.value, train.se, test.value, test.se};
    }
    return SP_OK;
}
