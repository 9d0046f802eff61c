/* Excess entropy, leave-one-out excess entropy and collapse order parameter of data (spec 07, 3.4). */
#include "diffusion/curves.h"
#include "diffusion/empirical.h"

#include "data/subset.h"

#include <math.h>
#include <string.h>

sp_status sp_prepare_data(sp_run *run, const sp_dataset *data, size_t subsample, bool drop_duplicates,
                          const sp_dataset **out, size_t *duplicates)
{
    const sp_dataset *chosen;
    SP_TRY(sp_dataset_subsample(run, data, subsample, &chosen));
    if (drop_duplicates) {
        SP_TRY(sp_dataset_distinct(run, chosen, out));
        *duplicates = chosen->n - (*out)->n;
    }
    else {
        *out = chosen;
        SP_TRY(sp_dataset_count_duplicates(run, chosen, duplicates));
        if (*duplicates > 0)
            sp_warn(run, "%zu of %zu rows are copies of others: phi_C cannot reach 1 (use --drop-duplicates)", *duplicates,
                    chosen->n);
    }
    if ((*out)->n < 2)
        return sp_fail(run, SP_DATA, "%s: at least 2 different rows are needed", data->name ? data->name : "data");
    return SP_OK;
}

/* Mean of y + beta c with the beta that minimises its variance; c has mean zero. */
static sp_estimate controlled_mean(size_t n, const double *y, const double *c)
{
    double my = 0, mc = 0, cc = 0, yc = 0;
    for (size_t i = 0; i < n; i++) {
        my += y[i] / (double)n;
        mc += c[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        cc += (c[i] - mc) * (c[i] - mc);
        yc += (y[i] - my) * (c[i] - mc);
    }
    double beta = cc > 0 ? -yc / cc : 0;
    sp_moments m = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&m, y[i] + beta * c[i]);
    return (sp_estimate){m.mean, sp_moments_se(&m)};
}

static void reduce(const sp_dataset *data, const sp_noised *noised, const sp_softmax_result *scan, sp_vec t,
                   const double *excess, double *work, size_t k, sp_diffusion_curve *out)
{
    double d = (double)data->d, n = (double)data->n;
    sp_moments entropy = {0}, phi_C = {0}, seed = {0}, phi = {0};
    for (size_t q = 0; q < noised->n; q++) {
        const sp_softmax_stat *stat = &scan->stat[q * t.n + k];
        sp_moments_add(&entropy, stat->entropy / d);
        sp_moments_add(&phi_C, stat->sum_w2);
        sp_moments_add(&seed, stat->w_seed);
        if (scan->class_weight)
            sp_moments_add(&phi, scan->class_weight[(q * t.n + k) * data->n_classes + (size_t)data->label[noised->seed[q]]]);
        /* (1/d) log [(1/(n-1)) sum_{nu != seed} N(x; e^{-t} a_nu, Delta)] + s_sep */
        work[q] = (stat->log_z_rest - excess[q] + log(n / (n - 1))) / d;
    }
    sp_estimate loo = controlled_mean(noised->n, work, excess);
    *out = (sp_diffusion_curve){.t = t.v[k],
                                .f_ex = entropy.mean,
                                .f_ex_se = sp_moments_se(&entropy),
                                .f_loo = loo.value,
                                .f_loo_se = loo.se,
                                .phi_C = phi_C.mean,
                                .phi_C_se = sp_moments_se(&phi_C),
                                .w_seed = seed.mean,
                                .w_seed_se = sp_moments_se(&seed),
                                .phi = scan->class_weight ? phi.mean : NAN,
                                .phi_se = scan->class_weight ? sp_moments_se(&phi) : NAN};
}

sp_status sp_measure_curves(sp_run *run, const char *what, const sp_dataset *data, sp_vec spectrum, size_t queries,
                            const char *stream, sp_vec t, sp_diffusion_curve **out)
{
    sp_diffusion_curve *curves = SP_NEW(run, sp_diffusion_curve, t.n);
    if (!curves)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    sp_noised noised;
    sp_softmax_result scan;
    SP_TRY(sp_noised_points(run, data, queries, stream, &noised));
    SP_TRY(sp_empirical_scan(run, what, data, &noised, t, &scan));
    double *excess = SP_NEW(run, double, queries), *work = SP_NEW(run, double, queries);
    if (!excess || !work)
        return SP_FAILED;
    for (size_t q = 0; q < queries; q++)
        excess[q] = sp_noise_excess(&noised, data->d, q);
    for (size_t k = 0; k < t.n; k++) {
        reduce(data, &noised, &scan, t, excess, work, k, &curves[k]);
        curves[k].f_ex_gauss = sp_gaussian_excess_entropy(log((double)data->n), spectrum, t.v[k]);
    }
    sp_memory_release(run, mark);
    *out = curves;
    return SP_OK;
}

/* Values positive before the crossing and negative after, at the largest time where they change; y_se: their errors. */
static sp_estimate crossing(size_t n, const sp_diffusion_curve *curves,
                            double (*value)(const sp_diffusion_curve *, double *se))
{
    for (size_t i = n; i-- > 1;) {
        double se0, se1, y0 = value(&curves[i - 1], &se0), y1 = value(&curves[i], &se1);
        if (!(y0 > 0 && y1 <= 0))
            continue;
        double share = isinf(y0) ? 1 : y0 / (y0 - y1), width = log(curves[i].t / curves[i - 1].t);
        double t = curves[i - 1].t * exp(share * width), se = (1 - share) * se0 + share * se1;
        return (sp_estimate){t, t * se * width / (y0 - y1)};
    }
    return (sp_estimate){NAN, NAN};
}

static double logit_phi(const sp_diffusion_curve *c, double *se)
{
    double p = fmin(fmax(c->phi_C, 1e-12), 1 - 1e-12);
    *se = c->phi_C_se / (p * (1 - p));
    return log(p / (1 - p));
}

static double minus_loo(const sp_diffusion_curve *c, double *se)
{
    *se = c->f_loo_se;
    return -c->f_loo;
}

sp_estimate sp_phi_crossing(size_t n, const sp_diffusion_curve *curves) { return crossing(n, curves, logit_phi); }
sp_estimate sp_loo_crossing(size_t n, const sp_diffusion_curve *curves) { return crossing(n, curves, minus_loo); }

static sp_status default_times(sp_run *run, double t_C, double t_S, sp_vec *t)
{
    enum { COUNT = 40 };
    double *v = SP_NEW(run, double, COUNT), from = t_C / 12, to = fmax(fmax(1.2 * t_S, 2.5 * t_C), 1e-6);
    if (!v)
        return SP_FAILED;
    for (size_t i = 0; i < COUNT; i++)
        v[i] = from * pow(to / from, (double)i / (COUNT - 1));
    *t = (sp_vec){COUNT, v};
    return SP_OK;
}

static sp_status in_order(sp_run *run, sp_vec given, sp_vec *t)
{
    double *v = SP_NEW(run, double, given.n);
    if (!v)
        return SP_FAILED;
    memcpy(v, given.v, given.n * sizeof *v);
    sp_sort(given.n, v);
    *t = (sp_vec){given.n, v};
    return v[0] > 0 && !isinf(v[given.n - 1]) ? SP_OK : sp_fail(run, SP_USAGE, "times must be finite and > 0");
}

/* A Gaussian sample of this spectrum, in the frame of its eigenvectors: noise and distances do not see the frame. Directions
 * whose information at the earliest time is below 1e-6 nat in all are left out. */
static sp_status surrogate_sample(sp_run *run, const sp_data_spectrum *spectrum, double earliest, sp_dataset *out)
{
    size_t keep = 0;
    double snr = exp(sp_log_snr(earliest));
    while (keep < spectrum->d && spectrum->eigenvalues.v[keep] * snr > 1e-6 / (double)spectrum->d)
        keep++;
    keep = keep ? keep : 1;
    SP_TRY(sp_need_memory(run, (double)spectrum->n * (double)keep * sizeof(float), "the Gaussian surrogate"));
    float *x = SP_NEW(run, float, spectrum->n *keep);
    if (!x)
        return SP_FAILED;
    for (size_t i = 0; i < spectrum->n; i++) {
        sp_rng rng = sp_rng_at(run, "surrogate", i);
        sp_normals_float(&rng, keep, x + i * keep);
        for (size_t j = 0; j < keep; j++)
            x[i * keep + j] *= (float)sqrt(spectrum->eigenvalues.v[j]);
    }
    *out = (sp_dataset){.name = "surrogate", .n = spectrum->n, .d = keep, .x = x};
    return SP_OK;
}

static sp_status add_surrogate(sp_run *run, const sp_data_spectrum *spectrum, size_t queries, sp_vec t,
                               sp_diffusion_curves_result *result, sp_diffusion_curve_list *curves)
{
    sp_dataset sample;
    SP_TRY(surrogate_sample(run, spectrum, t.v[0], &sample));
    SP_TRY(sp_measure_curves(run, "Gaussian surrogate", &sample, spectrum->eigenvalues, queries, "surrogate noise", t,
                             &curves->surrogate));
    double per_dimension = (double)sample.d / (double)spectrum->d;
    for (size_t i = 0; i < t.n; i++) {
        sp_diffusion_curve *c = &curves->surrogate[i];
        c->f_ex *= per_dimension;
        c->f_ex_se *= per_dimension;
        c->f_loo *= per_dimension;
        c->f_loo_se *= per_dimension;
    }
    sp_estimate at = sp_phi_crossing(t.n, curves->surrogate);
    result->surrogate_t_C_phi = at.value;
    result->surrogate_t_C_phi_se = at.se;
    return SP_OK;
}

/* From a spectrum alone: theory. */
static sp_status theory_curves(sp_run *run, const sp_diffusion_curves_params *p, sp_vec t, sp_diffusion_curve_list *curves)
{
    curves->data = SP_NEW(run, sp_diffusion_curve, t.n);
    if (!curves->data)
        return SP_FAILED;
    for (size_t i = 0; i < t.n; i++)
        curves->data[i] =
            (sp_diffusion_curve){t.v[i], NAN, NAN, NAN, NAN, NAN,
                                 NAN,    NAN, NAN, NAN, NAN, sp_gaussian_excess_entropy(log(p->n), p->spectrum, t.v[i])};
    return SP_OK;
}

sp_status sp_diffusion_curves(sp_run *run, const sp_diffusion_curves_params *p, sp_diffusion_curves_result *result,
                              sp_diffusion_curve_list *curves)
{
    *curves = (sp_diffusion_curve_list){0};
    *result = (sp_diffusion_curves_result){.t_C_phi = NAN,
                                           .t_C_phi_se = NAN,
                                           .t_C_loo = NAN,
                                           .t_C_loo_se = NAN,
                                           .surrogate_t_C_phi = NAN,
                                           .surrogate_t_C_phi_se = NAN};
    if (!p->data == !p->spectrum.n)
        return sp_fail(run, SP_USAGE, "give either DATA, or --spectrum and --n");
    if (!p->data && !(p->n >= 2))
        return sp_fail(run, SP_USAGE, "--spectrum needs --n >= 2");
    if (!p->data && p->gaussian_surrogate)
        return sp_fail(run, SP_USAGE, "--gaussian-surrogate needs DATA");
    sp_data_spectrum spectrum = {.n = (size_t)p->n, .d = p->spectrum.n, .eigenvalues = p->spectrum};
    const sp_dataset *data = NULL;
    if (p->data) {
        SP_TRY(sp_prepare_data(run, p->data, p->subsample, p->drop_duplicates, &data, &result->duplicates));
        SP_TRY(sp_diffusion_spectrum(run, data, &spectrum));
    }
    double n = data ? (double)data->n : p->n, log_n = log(n), top = 0;
    for (size_t i = 0; i < spectrum.d; i++)
        top = fmax(top, spectrum.eigenvalues.v[i]);
    result->n = (size_t)n;
    result->d = spectrum.d;
    result->alpha = log_n / (double)spectrum.d;
    result->Lambda = top;
    result->t_S_spectral = top > 1 ? log(top) / 2 : NAN;
    SP_TRY(sp_gaussian_collapse_time(run, log_n, spectrum.eigenvalues, &result->t_C_spectral));
    sp_vec t;
    SP_TRY(p->t.n ? in_order(run, p->t, &t) : default_times(run, result->t_C_spectral, fmax(log(top) / 2, 0), &t));
    curves->n = t.n;
    if (!data)
        return theory_curves(run, p, t, curves);
    result->queries = p->queries;
    SP_TRY(sp_measure_curves(run, "curves", data, spectrum.eigenvalues, p->queries, "curves noise", t, &curves->data));
    sp_estimate phi = sp_phi_crossing(t.n, curves->data), loo = sp_loo_crossing(t.n, curves->data);
    result->t_C_phi = phi.value;
    result->t_C_phi_se = phi.se;
    result->t_C_loo = loo.value;
    result->t_C_loo_se = loo.se;
    return p->gaussian_surrogate ? add_surrogate(run, &spectrum, p->queries, t, result, curves) : SP_OK;
}
