#include "spiked_instance.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

double dot(size_t n, const double *x, const double *y) { return cblas_ddot((int)n, x, 1, y, 1); }

static double weight(const mixed_kernel *q, int power) { return power == 2 ? q->matrix : q->tensor[power]; }

double spiked_instance_bytes(const mixed_kernel *q, size_t N)
{
    double bytes = 0;
    for (int k = 2; k <= KERNEL_DEGREE; k++)
        if (weight(q, k) > 0)
            bytes += 4 * sp_symmetric_size(N, k);
    return bytes;
}

sp_status spiked_instance_create(sp_run *run, const mixed_kernel *q, size_t N, uint64_t index, spiked_instance *out)
{
    *out = (spiked_instance){.N = N, .signal = SP_NEW(run, double, N)};
    if (!out->signal)
        return SP_FAILED;
    SP_TRY(sp_need_memory(run, spiked_instance_bytes(q, N), "the couplings"));
    sp_rng rng = sp_rng_at(run, "signal", index);
    sp_normals(&rng, N, out->signal);
    cblas_dscal((int)N, sqrt((double)N / dot(N, out->signal, out->signal)), out->signal, 1);
    for (int k = 2; k <= KERNEL_DEGREE; k++) {
        if (weight(q, k) == 0)
            continue;
        if (k > SP_TENSOR_MAX_ORDER)
            return sp_fail(run, SP_USAGE, "simulation needs powers up to %d", SP_TENSOR_MAX_ORDER);
        /* (p-1)!/N^{p-1} /Delta_p: variance of the noise and strength of the signal of -H */
        double scale = tgamma(k) * pow((double)N, 1 - k) * weight(q, k);
        sp_symmetric_tensor *t = &out->term[out->n_terms++];
        SP_TRY(sp_symmetric_create(run, N, k, t));
        SP_TRY(sp_symmetric_add_noise(run, t, k == 2 ? "matrix" : "tensor", index * 32 + (uint64_t)k, scale,
                                      SP_DIAGONAL_IGNORE));
        SP_TRY(sp_symmetric_add_rank_one(run, t, scale, out->signal, SP_DIAGONAL_IGNORE));
    }
    return SP_OK;
}

sp_status spiked_instance_force(sp_run *run, const spiked_instance *s, size_t replicas, const double *x, double anneal,
                                double *force, double *energy)
{
    size_t N = s->N;
    sp_mark mark = sp_memory_mark(run);
    double *g = SP_NEW(run, double, replicas *N);
    if (!g)
        return SP_FAILED;
    memset(force, 0, replicas * N * sizeof *force);
    for (size_t r = 0; energy && r < replicas; r++)
        energy[r] = 0;
    for (size_t k = 0; k < s->n_terms; k++) {
        double a = s->term[k].order == 2 ? 1 : anneal;
        SP_TRY(sp_symmetric_gradient(run, &s->term[k], replicas, x, g));
        cblas_daxpy((int)(replicas * N), a, g, 1, force, 1);
        for (size_t r = 0; energy && r < replicas; r++)
            energy[r] += a * dot(N, x + r * N, g + r * N) / (s->term[k].order * (double)N);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

void spiked_instance_start(sp_run *run, const spiked_instance *s, uint64_t index, double m0, double q, double *x)
{
    size_t N = s->N;
    double n = (double)N;
    sp_rng rng = sp_rng_at(run, "start", index);
    sp_normals(&rng, N, x);
    if (!s->signal) {
        cblas_dscal((int)N, sqrt(q * n / dot(N, x, x)), x, 1);
        return;
    }
    cblas_daxpy((int)N, -dot(N, x, s->signal) / n, s->signal, 1, x, 1);
    cblas_dscal((int)N, sqrt(fmax(q - m0 * m0, 0) * n / dot(N, x, x)), x, 1);
    cblas_daxpy((int)N, m0, s->signal, 1, x, 1);
}
