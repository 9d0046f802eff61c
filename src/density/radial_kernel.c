#include "density/radial_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sp_status sp_kde_kernel_parse(sp_run *run, const char *text, sp_kde_kernel *out)
{
    *out = (sp_kde_kernel){SP_KDE_GAUSSIAN, NAN};
    if (!text || !*text || !strcmp(text, "gaussian"))
        return SP_OK;
    if (!strcmp(text, "tophat")) {
        out->kind = SP_KDE_TOPHAT;
        return SP_OK;
    }
    if (!strncmp(text, "student:", 8)) {
        char *end;
        out->kind = SP_KDE_STUDENT;
        out->tau = strtod(text + 8, &end);
        if (end != text + 8 && !*end && out->tau > 0 && isfinite(out->tau))
            return SP_OK;
    }
    return sp_fail(run, SP_USAGE, "--kernel is gaussian, tophat or student:TAU with TAU > 0, got \"%s\"", text);
}

double sp_kernel_kappa(sp_kde_kernel k, double v)
{
    switch (k.kind) {
    case SP_KDE_STUDENT:
        return (1 + k.tau) / 2 * log1p(v / k.tau);
    case SP_KDE_TOPHAT:
        return v < 1 ? 0 : INFINITY;
    case SP_KDE_GAUSSIAN:
        break;
    }
    return v / 2;
}

double sp_kernel_slope(sp_kde_kernel k, double v)
{
    return k.kind == SP_KDE_STUDENT ? (1 + k.tau) / (2 * (k.tau + v)) : 0.5;
}

double sp_kernel_log_norm(sp_kde_kernel k, double d)
{
    static const double log_2pi = 1.8378770664093454836;
    switch (k.kind) {
    case SP_KDE_STUDENT:
        if (isinf(d))
            return (log_2pi + 1) / 2 + (1 + k.tau) / 2 * log(k.tau / (1 + k.tau));
        return 0.5 * log(M_PI * k.tau * d) + (lgamma(k.tau * d / 2) - lgamma((1 + k.tau) * d / 2)) / d;
    case SP_KDE_TOPHAT:
        if (isinf(d))
            return (log_2pi + 1) / 2;
        return 0.5 * log(M_PI * d) - lgamma(d / 2 + 1) / d;
    case SP_KDE_GAUSSIAN:
        break;
    }
    return log_2pi / 2;
}

sp_logit sp_kernel_logit(sp_kde_kernel k, double d, double h)
{
    switch (k.kind) {
    case SP_KDE_STUDENT:
        return (sp_logit){SP_LOGIT_STUDENT, d * (1 + k.tau) / 2, 1 / (k.tau * d * h * h)};
    case SP_KDE_TOPHAT:
        return (sp_logit){SP_LOGIT_TOPHAT, 1 / (d * h * h), 0};
    case SP_KDE_GAUSSIAN:
        break;
    }
    return (sp_logit){SP_LOGIT_GAUSSIAN, 1 / (2 * h * h), 0};
}
