#include "mixed_kernel.h"

#include <math.h>
#include <stdlib.h>

static sp_status channel(sp_run *run, const char *name, double delta, double inverse, double *out)
{
    if (!(delta > 0))
        return sp_fail(run, SP_USAGE, "delta%s = %g: a noise level is > 0 (inf: the channel is absent)", name, delta);
    if (!(inverse >= 0 && inverse < INFINITY))
        return sp_fail(run, SP_USAGE, "inverse-noise-%s = %g: allowed is >= 0", name, inverse);
    if (delta < INFINITY && inverse > 0)
        return sp_fail(run, SP_USAGE, "give --delta%s or --inverse-noise-%s, not both", name, name);
    *out = delta < INFINITY ? 1 / delta : inverse;
    return SP_OK;
}

static sp_status add_term(sp_run *run, mixed_kernel *q, long power, double weight)
{
    if (power < 2 || power > KERNEL_DEGREE)
        return sp_fail(run, SP_USAGE, "kernel power %ld: allowed are 2 to %d", power, KERNEL_DEGREE);
    if (!(weight >= 0 && weight < INFINITY))
        return sp_fail(run, SP_USAGE, "kernel weight %g: allowed is >= 0", weight);
    if (weight == 0)
        return SP_OK;
    if (power == 2)
        q->matrix += weight;
    else {
        q->tensor[power] += weight;
        q->low = power < q->low ? (int)power : q->low;
        q->high = power > q->high ? (int)power : q->high;
    }
    return SP_OK;
}

sp_status mixed_kernel_of(sp_run *run, const sp_spiked_model *model, mixed_kernel *out)
{
    double i2 = 0, ip = 0;
    *out = (mixed_kernel){.low = KERNEL_DEGREE, .high = 0};
    if (model->p < 2)
        return sp_fail(run, SP_USAGE, "--p %lld: the order of the tensor is 2 to %d", (long long)model->p, KERNEL_DEGREE);
    SP_TRY(channel(run, "2", model->delta2, model->inverse_noise_2, &i2));
    SP_TRY(channel(run, "p", model->deltap, model->inverse_noise_p, &ip));
    SP_TRY(add_term(run, out, 2, i2));
    SP_TRY(add_term(run, out, (long)model->p, ip));
    for (const char *at = model->kernel; at && *at;) {
        char *end;
        long power = strtol(at, &end, 10);
        if (end == at || *end != ':')
            return sp_fail(run, SP_USAGE, "--kernel \"%s\": expected power:weight,power:weight", model->kernel);
        at = end + 1;
        double weight = strtod(at, &end);
        if (end == at || (*end && *end != ','))
            return sp_fail(run, SP_USAGE, "--kernel \"%s\": expected power:weight,power:weight", model->kernel);
        SP_TRY(add_term(run, out, power, weight));
        at = *end ? end + 1 : end;
    }
    if (out->matrix == 0 && out->high == 0)
        return sp_fail(run, SP_USAGE,
                       "no channel: give --delta2, --deltap or both (or --inverse-noise-2, --inverse-noise-p)");
    return SP_OK;
}

double annealing(const dynamics_model *model, double t)
{
    return model->anneal > 0 ? 1 / (1 + model->anneal * exp(-t / model->anneal_tau)) : 1;
}
