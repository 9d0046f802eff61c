/* Two Gaussian clouds: potential of the backward process, probability that clones agree, information on the class. */
#include "spinodal/diffusion.h"

#include "diffusion/collapse_gaussian.h"

#include <math.h>

double sp_mixture_speciation_time(const sp_mixture_model *model) { return log((double)model->d * model->mu2) / 2; }
double sp_mixture_curvature_time(const sp_mixture_model *model) { return log(2 * (double)model->d * model->mu2) / 2; }

static double log_cosh(double x) { return fabs(x) + log1p(exp(-2 * fabs(x))) - M_LN2; }

double sp_mixture_potential(const sp_mixture_model *model, double q, double t)
{
    return q * q / 2 - 2 * model->mu2 * log_cosh(q * exp(-t) * sqrt((double)model->d));
}

double sp_mixture_separation(const sp_mixture_model *model, double t)
{
    double width2 = sp_noise_variance(t) + model->data_var * exp(-2 * t);
    return sqrt((double)model->d * model->mu2 / width2) * exp(-t);
}

static double sigmoid(double x) { return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }
static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }

static const double far_apart = 12; /* beyond, 1 - phi < e^{-72} */

/* E f(2c(c+z)) over z ~ N(0,1), by the trapezoidal rule: f is analytic within pi/(2c) >= 0.13 of the real axis, so that the
 * step 0.02 has error e^{-2 pi 0.13/0.02} = e^{-41}. */
static double normal_mean(double (*f)(double), double c)
{
    double sum = 0;
    for (int i = -600; i <= 600; i++) {
        double z = 0.02 * i;
        sum += exp(-z * z / 2) * f(2 * c * (c + z));
    }
    return sum * (0.02 / sqrt(2 * M_PI));
}

double sp_same_class_probability(double separation) { return separation > far_apart ? 1 : normal_mean(sigmoid, separation); }

static double softplus_of_minus(double x) { return softplus(-x); }

double sp_class_information(double separation)
{
    return separation > far_apart ? M_LN2 : M_LN2 - normal_mean(softplus_of_minus, separation);
}

double sp_mixture_excess_entropy(const sp_mixture_model *model, double log_n, double t)
{
    double d = (double)model->d, variance[1] = {model->data_var};
    double class_bit = sp_class_information(sp_mixture_separation(model, t));
    return log_n / d - sp_gaussian_information((sp_vec){1, variance}, t) - class_bit / d;
}

typedef struct {
    const sp_mixture_model *model;
    double log_n;
} mixture_data;

static double excess(double t, void *context)
{
    const mixture_data *m = context;
    return sp_mixture_excess_entropy(m->model, m->log_n, t);
}

sp_status sp_diffusion_mixture(sp_run *run, const sp_diffusion_mixture_params *params, sp_diffusion_mixture_result *result)
{
    sp_mixture_model model = {params->d, params->mu2, params->data_var};
    double d = (double)params->d, log_n = log(params->n), variance[1] = {params->data_var};
    if (params->d < 1 || !(params->mu2 > 0) || !(params->data_var > 0) || !(params->n >= 2))
        return sp_fail(run, SP_USAGE, "a mixture has d >= 1, mu2 > 0, data_var > 0 and n >= 2");
    double t_S = sp_mixture_speciation_time(&model);
    result->Lambda = params->data_var + d * params->mu2;
    result->t_S_mixture = t_S;
    result->t_S_spectral = log(result->Lambda) / 2;
    result->t_curvature = sp_mixture_curvature_time(&model);
    result->separation_t_S = t_S > 0 ? sp_mixture_separation(&model, t_S) : NAN;
    result->phi_t_S = sp_same_class_probability(result->separation_t_S);
    result->alpha = log_n / d;
    SP_TRY(sp_gaussian_collapse_time(run, result->alpha, (sp_vec){1, variance}, &result->t_C_spectral)); /* per coordinate */
    mixture_data context = {&model, log_n};
    SP_TRY(sp_collapse_root(run, excess, &context, &result->t_C_class));
    return SP_OK;
}
