/* One complexity of the empirical risk with the laws that come with it (spec 22, 3.2-3.4). */
#include "landscape/risk_point.h"

#include <math.h>

static sp_status check(sp_run *run, const sp_risk_complexity_params *p, const risk_loss *loss)
{
    if (!(p->model.samples_per_dim > 0))
        return sp_fail(run, SP_USAGE, "--samples-per-dim must be > 0, got %g", p->model.samples_per_dim);
    if (p->risk.n > 1 || p->overlap.n > 1)
        return sp_fail(run, SP_USAGE, "one --risk and one --overlap at a time: `risk-landscape curve` takes lists");
    if (p->risk.n && p->lam != 0)
        return sp_fail(run, SP_USAGE, "give --risk or --lam, not both");
    if (p->overlap.n && !loss->teacher)
        return sp_fail(run, SP_USAGE, "--overlap needs a teacher: a loss in y and s, or --activation");
    if (p->overlap.n && !(fabs(p->overlap.v[0]) <= 0.99))
        return sp_fail(run, SP_USAGE, "--overlap must be in [-0.99, 0.99] (the point q = 1 is singular), got %g",
                       p->overlap.v[0]);
    if (p->quenched && loss->teacher)
        return sp_fail(run, SP_USAGE, "the quenched complexity is that of a loss in y alone: no --quenched with a teacher");
    return SP_OK;
}

/* The law summed over the teacher's direction, as densities on p->bins cells of [-4, 4]. */
static void preactivation_law(const risk_law *law, size_t bins, sp_risk_density *out)
{
    for (size_t b = 0; b < bins; b++)
        out[b] = (sp_risk_density){-4 + 8 * ((double)b + 0.5) / (double)bins, 0, 0};
    double width = 8 / (double)bins;
    for (size_t i = 0; i < law->n; i++) {
        /* a node stands for the cell of one grid step around it: shared between the bins it touches */
        double at = (law->y[i] + 4) / width - 0.5, whole = floor(at), share = at - whole;
        for (int k = 0; k < 2; k++) {
            double b = whole + k;
            if (b >= 0 && b < (double)bins)
                out[(size_t)b].density += (k ? share : 1 - share) * law->nu[i] / width;
        }
    }
    for (size_t b = 0; b < bins; b++)
        out[b].gauss = exp(-0.5 * out[b].x * out[b].x) / sqrt(2 * M_PI);
}

static sp_status laws(sp_run *run, risk_law *law, const risk_solution *s, size_t bins, sp_risk_complexity_result *out)
{
    out->n = bins;
    out->preactivation = SP_NEW(run, sp_risk_density, bins);
    out->hessian = SP_NEW(run, sp_risk_density, bins);
    double *lambda = SP_NEW(run, double, 2 * bins), mean, sd;
    if (!out->preactivation || !out->hessian || !lambda)
        return SP_FAILED;
    preactivation_law(law, bins, out->preactivation);
    risk_hessian_scale(law, s, &mean, &sd);
    for (size_t i = 0; i < bins; i++)
        lambda[i] = mean + sd * (-4 + 8 * ((double)i + 0.5) / (double)bins);
    SP_TRY(risk_hessian_density(run, law, s, bins, lambda, lambda + bins));
    for (size_t i = 0; i < bins; i++)
        out->hessian[i] = (sp_risk_density){lambda[i], NAN, lambda[bins + i]};
    return SP_OK;
}

static sp_status solve(sp_run *run, const sp_risk_complexity_params *p, const risk_loss *loss, risk_law *law,
                       double *overlap, risk_solution *out)
{
    double alpha = p->model.samples_per_dim;
    *overlap = NAN;
    if (!loss->teacher)
        SP_TRY(risk_solve(run, loss, alpha, p->lam, law, out));
    else if (p->overlap.n) {
        *overlap = p->overlap.v[0];
        SP_TRY(risk_teacher_solve(run, loss, alpha, *overlap, p->lam, NULL, 0, law, out));
    }
    else
        SP_TRY(risk_teacher_maximum(run, loss, alpha, p->lam, law, overlap, out));
    if (p->risk.n && out->converged) {
        risk_solution at = *out;
        SP_TRY(risk_annealed_at_risk(run, law, p->risk.v[0], &at, out));
    }
    return SP_OK;
}

sp_status sp_risk_complexity(sp_run *run, const sp_risk_complexity_params *params, sp_risk_complexity_result *out)
{
    risk_loss loss = {0};
    risk_law law;
    risk_solution annealed;
    double overlap;
    SP_TRY(risk_loss_create(run, &params->model, &loss));
    SP_TRY(check(run, params, &loss));
    *out = (sp_risk_complexity_result){0};
    SP_TRY(solve(run, params, &loss, &law, &overlap, &annealed));
    out->annealed = risk_point_annealed(&annealed, overlap);
    if (annealed.converged && params->bins)
        SP_TRY(laws(run, &law, &annealed, params->bins, out));
    risk_quenched quenched = {.reason = "not asked for", .lam = params->lam};
    if (params->quenched && params->risk.n && annealed.converged)
        SP_TRY(risk_quenched_at_risk(run, &loss, &law, params->risk.v[0], &annealed, &quenched));
    else if (params->quenched)
        SP_TRY(risk_quenched_solve(run, &loss, &law, params->lam, &annealed, NULL, &quenched));
    out->quenched = risk_point_quenched(&quenched);
    risk_quenched broken = {.reason = "not asked for"};
    if (params->quenched && params->lam == 0 && !params->risk.n)
        SP_TRY(risk_quenched_broken(run, &loss, &law, &annealed, &quenched, &broken));
    out->broken = risk_point_quenched(&broken);
    if (broken.found && broken.complexity > quenched.complexity + 1e-12)
        sp_warn(run,
                "points that lean on the common direction of the samples are more numerous in a typical risk: complexity "
                "%.10g at risks "
                "-+%.10g (complexity_broken)",
                broken.complexity, fabs(broken.risk));
    return SP_OK;
}
