/* Langevin dynamics in a matrix landscape at finite N (spec 14, 3.6): the ensemble of matrix_schedule.c. */
#include "langevin.h"

#include "spinodal/learning_rate.h"

#include <cblas.h>
#include <math.h>

/* The given couplings; starts are random, so there is no signal. */
static sp_status make_given(sp_run *run, const void *context, size_t N, uint64_t index, spiked_instance *out)
{
    const sp_matrix_landscape *given = context;
    (void)index;
    *out = (spiked_instance){.N = N, .n_terms = 1};
    SP_TRY(sp_symmetric_create(run, N, 2, &out->term[0]));
    float *v = out->term[0].v;
    for (size_t i = 0; i < N; i++)
        for (size_t j = i; j < N; j++)
            *v++ = given->couplings[i * N + j];
    return SP_OK;
}

/* -H = x.Jx/2: packed couplings; a repeated index counts 1/2 in the form, so the diagonal of J is stored as it is. */
static sp_status make_matrix(sp_run *run, const void *context, size_t N, uint64_t index, spiked_instance *out)
{
    const double *theta = context;
    *out = (spiked_instance){.N = N, .n_terms = 1, .signal = SP_NEW(run, double, N)};
    if (!out->signal)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "signal", index);
    sp_normals(&rng, N, out->signal);
    cblas_dscal((int)N, sqrt((double)N / dot(N, out->signal, out->signal)), out->signal, 1);
    SP_TRY(sp_symmetric_create(run, N, 2, &out->term[0]));
    SP_TRY(sp_symmetric_add_noise(run, &out->term[0], "matrix", index, 1 / (double)N, SP_DIAGONAL_TUPLES));
    return sp_symmetric_add_rank_one(run, &out->term[0], *theta / (double)N, out->signal, SP_DIAGONAL_USE);
}

sp_status sp_matrix_simulate(sp_run *run, const sp_matrix_simulation_params *p, size_t *n, sp_langevin_point **points)
{
    SP_TRY(sp_schedule_check(run, &p->eta));
    const sp_matrix_landscape *given = p->given;
    size_t N = given ? given->N : p->N;
    double top, gap, cross, bottom = -2;
    sp_matrix_spike(p->theta, p->m0, &top, &gap, &cross);
    if (!(N >= 10 && p->instances && p->replicas && p->replicas <= 4096 && fabs(p->m0) <= 1 && p->theta >= 0 &&
          p->temperature >= 0))
        return sp_fail(run, SP_USAGE,
                       "allowed: N >= 10, instances >= 1, replicas in 1..4096, m0 in [-1, 1], theta >= 0, temperature >= 0");
    if (given) {
        if (p->theta > 0 || p->m0 != 0 || p->instances != 1)
            return sp_fail(run, SP_USAGE, "a given matrix is one instance without a spike: theta = m0 = 0");
        top = given->eigenvalues.v[N - 1], bottom = given->eigenvalues.v[0];
    }
    double largest = sp_matrix_largest_rate(top, bottom);
    if (!(p->dt > 0 && p->dt * sp_schedule_rate(&p->eta, 0) < largest))
        return sp_fail(run, SP_USAGE,
                       "diverges: eta dt (lambda_max - lambda_min) = %.3g x %.3g x %.4g >= 2; the largest --eta0 at --dt "
                       "%.3g is %.3g",
                       sp_schedule_rate(&p->eta, 0), p->dt, top - bottom, p->dt,
                       largest / p->dt * p->eta.eta0 / sp_schedule_rate(&p->eta, 0));
    SP_TRY(sp_need_memory(run, 2.0 * (double)N * (double)N, "the couplings"));
    sp_langevin_params langevin = {.eta = p->eta,
                                   .temperature = p->temperature,
                                   .m0 = p->m0,
                                   .dt = p->dt,
                                   .N = N,
                                   .instances = p->instances,
                                   .replicas = p->replicas,
                                   .times = p->times};
    dynamics_model model = {.eta = p->eta, .temperature = p->temperature, .m0 = p->m0};
    if (given)
        return langevin_run(run, &langevin, &model, make_given, given, NULL, n, points);
    return langevin_run(run, &langevin, &model, make_matrix, &p->theta, NULL, n, points);
}
