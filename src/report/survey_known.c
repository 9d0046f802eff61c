/* Two Gaussian clouds (gen:gaussian-mixture): every number of the survey beside its closed form. */
#include "survey_known.h"

#include "params.h"
#include "spinodal/kde.h"

#include <string.h>

/* The number behind "key=" in a generator's text; `fallback` when it is not given. */
static double key(const char *text, const char *name, double fallback)
{
    char pattern[64], number[64];
    snprintf(pattern, sizeof pattern, ",%s=", name);
    const char *at = strstr(text, pattern);
    double x;
    if (!at)
        return fallback;
    at += strlen(pattern);
    size_t length = strcspn(at, ",");
    if (length >= sizeof number)
        return NAN;
    memcpy(number, at, length);
    number[length] = 0;
    return sp_parse_number(number, &x) ? x : NAN;
}

bool sp_survey_mixture(const sp_survey *s, sp_mixture_model *out)
{
    static const char prefix[] = "gen:gaussian-mixture";
    const sp_dataset *a = s->data;
    if (strncmp(a->name, prefix, sizeof prefix - 1) != 0 || strstr(a->name, "weights=") || a->column_gain)
        return false;
    double scale = a->gain * a->gain;
    *out = (sp_mixture_model){a->d, key(a->name, "mu2", 1) * scale, key(a->name, "sigma2", 1) * scale};
    return key(a->name, "classes", 2) == 2 && a->n_classes == 2 && (double)a->d == key(a->name, "d", 256) && out->mu2 > 0 &&
           out->data_var > 0;
}

static void row(sp_survey *s, const char *quantity, double found, double se, double closed, const char *how)
{
    if (isnan(found) || isnan(closed))
        return;
    SP_SURVEY_ROW(s, "known", quantity, found, se, closed, se > 0 ? (found - closed) / se : NAN, how);
}

/* f_ex of the population vanishes: bisection in log t, f_ex increases. */
static double leave_one_out(const sp_mixture_model *model, double log_n)
{
    double low = log(1e-6), high = log(20);
    if (sp_mixture_excess_entropy(model, log_n, exp(low)) > 0 || sp_mixture_excess_entropy(model, log_n, exp(high)) < 0)
        return NAN;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        *(sp_mixture_excess_entropy(model, log_n, exp(middle)) < 0 ? &low : &high) = middle;
    }
    return exp(low);
}

/* Sample eigenvalue of the direction of the centres (Baik, Ben Arous, Peche), and its error from the fourth moment M^2 + 6 M
 * v + 3 v^2 of +-sqrt(M) plus noise of variance v. */
static void spectrum_rows(sp_survey *s, const sp_mixture_model *model)
{
    const sp_survey_result *r = s->r;
    double n = (double)s->data->n, d = (double)model->d, v = model->data_var, M = d * model->mu2 * (1 - 1 / n), L = M + v,
           ratio = d / n;
    bool outlier = L > v * (1 + sqrt(ratio));
    double top = outlier ? L * (1 + ratio * v / (L - v)) : v * (1 + sqrt(ratio)) * (1 + sqrt(ratio)),
           se = sqrt((4 * M * v + 2 * v * v) / n);
    double trace = L + (d - 1) * v, squares = L * L + (d - 1) * v * v + trace * trace / n;
    row(s, "Λ", r->Lambda, outlier ? se : NAN, top,
        "largest sample eigenvalue, Λ(1 + γσ²/(Λ − σ²)), Λ = σ² + d mu2, γ = d/n");
    row(s, "t_S spectral", r->t_S_spectral, outlier ? se / (2 * top) : NAN, top > 1 ? log(top) / 2 : NAN, "½ log of it");
    row(s, "d_eff", r->d_eff, NAN, trace * trace / squares, "(tr C)²/tr C² with the sampling noise (tr C)²/n of tr C²");
    row(s, "noise edge", r->noise_edge, NAN, v * (1 + sqrt(ratio)) * (1 + sqrt(ratio)), "σ²(1 + √γ)²");
    row(s, "directions resolved", r->n_resolved, NAN, outlier, "1 when Λ > σ²(1 + √γ)");
}

static sp_status time_rows(sp_survey *s, const sp_mixture_model *model)
{
    const sp_survey_result *r = s->r;
    double n = (double)s->data->n, M = (double)model->d * model->mu2, v = model->data_var, t_C;
    double *values = SP_NEW(s->run, double, model->d);
    if (!values)
        return SP_FAILED;
    for (size_t i = 0; i < model->d; i++)
        values[i] = i ? v : v + M;
    row(s, "t_S classes", r->t_S_class_first, r->t_S_class_first_se, M + 1 - v > 1 ? log(M + 1 - v) / 2 : NAN,
        "mean = fluctuation of the log-likelihood ratio: ½ log(1 + d mu2 − σ²)");
    SP_TRY(sp_gaussian_collapse_time(s->run, log(n), (sp_vec){model->d, values}, &t_C));
    row(s, "t_C Gaussian bound", r->t_C_spectral, NAN, t_C, "f_ex = 0 with the population's spectrum");
    sp_diffusion_exact_params p = {.n = n, .d = model->d, .data_var = v, .class_fraction = 0.5};
    sp_diffusion_exact_result exact;
    bool below = sp_mixture_separation(model, t_C) > 3; /* points of the other class carry less than e^{-2 c^2} there */
    if (below) {
        SP_TRY(sp_diffusion_exact(s->run, &p, &exact));
        row(s, "t_C data, φ_C = ½", r->t_C_phi, r->t_C_phi_se, exact.t_C_phi,
            "exact at this n and d, averaged over data sets");
    }
    row(s, "t_C leave-one-out", r->t_C_loo, r->t_C_loo_se, leave_one_out(model, log(n)),
        "f_ex = 0 of the population; leave-one-out lies above it at finite n");
    row(s, "t_C trajectories", r->t_C_traj, r->t_C_traj_se, below ? exact.t_C_phi : t_C, "the same as φ_C = ½ in large d");
    sp_kde_theory_params kde = {.alpha = r->alpha, .spectrum = {model->d, values}, .r = 1, .kernel = "gaussian"};
    sp_kde_theory_result k;
    if (!isnan(r->h_opt) && sp_kde_theory(s->run, &kde, &k) == SP_OK) {
        row(s, "h_opt", r->h_opt, r->h_opt_se, k.h_opt, "large d, Gaussian data of this spectrum");
        row(s, "h_G", r->h_G, NAN, k.h_G, "large d, Gaussian data of this spectrum");
    }
    return SP_OK;
}

static sp_status run(sp_survey *s)
{
    sp_mixture_model model;
    sp_survey_mixture(s, &model);
    sp_survey_say(s,
                  "These data are two Gaussian clouds, N(±m, σ² I) with |m|² = d mu2; on the scale used here mu2 = %.4g and "
                  "σ² = %.4g, so that every number has a closed "
                  "form.",
                  model.mu2, model.data_var);
    spectrum_rows(s, &model);
    SP_TRY(time_rows(s, &model));
    sp_survey_show(s, "known");
    sp_survey_caution(
        s, "Errors are those of the queries on this one data set; the closed forms are averages over data sets or limits of "
           "large d, where corrections "
           "are of order d^-1/2. Deviations of a few per cent beyond the error are therefore expected at small n and d.");
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    sp_mixture_model model;
    return s->r->Lambda > 0 && sp_survey_mixture(s, &model);
}

const sp_survey_section sp_survey_known_section = {"known", "Beside the closed forms", applies, run, false};

sp_status sp_survey_known_curves(sp_survey *s, size_t n, const double *t, const double *phi_C, const double *phi_C_se,
                                 const double *f_ex, const double *f_ex_se, const double *phi, const double *phi_se)
{
    sp_mixture_model model;
    if (!sp_survey_mixture(s, &model) || isnan(s->r->t_C_phi))
        return SP_OK;
    sp_collapse_model exact = {(double)s->data->n, model.d, model.data_var, 0.5};
    for (size_t i = 0; i < n; i++) {
        double c = sp_mixture_separation(&model, t[i]);
        sp_collapse_point at = {NAN, NAN, NAN};
        bool near = t[i] > 0.4 * s->r->t_C_phi && t[i] < 2.5 * s->r->t_C_phi;
        if (near && c > 3)
            SP_TRY(sp_collapse_exact(s->run, &exact, t[i], &at));
        SP_SURVEY_ROW(s, "known_curves", t[i], phi_C[i], phi_C_se[i], at.phi_C, f_ex[i], f_ex_se[i], at.f_ex, phi[i],
                      phi_se[i], sp_same_class_probability(c));
    }
    sp_survey_show(s, "known_curves");
    return SP_OK;
}
