/* Approximate message passing on an instance, Bayes-optimal or maximum likelihood, beside state evolution (spec 28, 3.5;
 * spec 23, 3.4). */
#include "amp.h"

#include "math/statistics.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct {
    const sp_amp_params *p;
    mixed_kernel q;
    double *output; /* instances x (iterations + 1) x {m, |x|^2/N} */
} job;

sp_status amp_step(sp_run *run, const mixed_kernel *q, bool ml, const spiked_instance *s, const double *x, double *old,
                   double *field, double *divergence)
{
    size_t N = s->N;
    double n = (double)N, norm = dot(N, x, x) / n, cross = dot(N, x, old) / n;
    SP_TRY(spiked_instance_force(run, s, 1, x, 1, field, NULL));
    cblas_daxpy((int)N, -*divergence * kernel_2(q, 1, cross), old, 1, field, 1);
    *divergence = ml ? sqrt(n / dot(N, field, field)) : 1 / (1 + kernel_1(q, 1, norm));
    for (size_t i = 0; i < N; i++)
        old[i] = *divergence * field[i];
    return SP_OK;
}

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_amp_params *p = j->p;
    size_t N = p->N;
    spiked_instance s;
    SP_TRY(spiked_instance_create(run, &j->q, N, block, &s));
    double *x = SP_NEW(run, double, 3 * N), *old = x + N, *field = x + 2 * N, divergence = 0;
    if (!x)
        return SP_FAILED;
    spiked_instance_start(run, &s, block, p->m0, p->ml ? 1 : fabs(p->m0), x);
    double *out = j->output + block * 2 * (p->iterations + 1);
    for (size_t k = 0; k <= p->iterations; k++) {
        SP_TRY(sp_poll(run));
        out[2 * k] = dot(N, x, s.signal) / (double)N;
        out[2 * k + 1] = dot(N, x, x) / (double)N;
        if (k == p->iterations)
            break;
        SP_TRY(amp_step(run, &j->q, p->ml, &s, x, old, field, &divergence));
        double *swap = x;
        x = old, old = swap;
    }
    return SP_OK;
}

sp_status sp_amp_run(sp_run *run, const sp_amp_params *p, sp_amp_point **points)
{
    job j = {.p = p};
    SP_TRY(mixed_kernel_of(run, &p->model, &j.q));
    if (!(fabs(p->m0) <= 1) || (!p->ml && p->m0 < 0))
        return sp_fail(run, SP_USAGE, "--m0 %g: allowed is [0, 1] (with --ml [-1, 1])", p->m0);
    if (p->instances && (p->N < 10 || p->N > 100000))
        return sp_fail(run, SP_USAGE, "--N %zu: allowed are 10 to 100000", p->N);
    if (p->instances && p->m0 == 0)
        return sp_fail(run, SP_USAGE, "--m0 0: AMP stays at 0; give the overlap of its start, 0.01 say");
    size_t length = p->iterations + 1;
    sp_amp_point *out = *points = SP_NEW(run, sp_amp_point, length);
    j.output = SP_NEW(run, double, p->instances * 2 * length + 1);
    if (!out || !j.output)
        return SP_FAILED;
    if (p->instances)
        SP_TRY(sp_need_memory(run, spiked_instance_bytes(&j.q, p->N), "the couplings"));
    if (p->instances == 1)
        SP_TRY(instance_block(run, 0, &j));
    else if (p->instances)
        SP_TRY(sp_parallel_resumable(run, "amp", p->instances, j.output, 2 * length * sizeof(double), instance_block, &j));
    double m = p->m0;
    for (size_t k = 0; k < length; k++, m = state_evolution(&j.q, !p->ml, m)) {
        sp_moments overlap = {0}, norm = {0};
        for (size_t i = 0; i < p->instances; i++) {
            sp_moments_add(&overlap, j.output[2 * (i * length + k)]);
            sp_moments_add(&norm, j.output[2 * (i * length + k) + 1]);
        }
        out[k] = (sp_amp_point){.iteration = k,
                                .m = m,
                                .m_sim = {p->instances ? overlap.mean : NAN, sp_moments_se(&overlap)},
                                .q_sim = {p->instances ? norm.mean : NAN, sp_moments_se(&norm)}};
    }
    return SP_OK;
}
