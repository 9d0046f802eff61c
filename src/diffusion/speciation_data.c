/* Speciation times of labelled data by every estimator (spec 05, 3.7 and 5). */
#include "diffusion/class_fit.h"
#include "diffusion/class_times.h"
#include "spinodal/diffusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 40, MOST_CLASSES = 1000, LEAST_POINTS = 4 };
static const double earliest = 0.02;

static sp_status check(sp_run *run, const sp_speciation_data_params *p)
{
    const sp_dataset *data = p->data;
    if (!data->label)
        return sp_fail(run, SP_DATA, "%s has no labels: speciation needs a class for each row (--labels)", data->name);
    if (data->n_classes < 2)
        return sp_fail(run, SP_DATA, "%s: all labels are equal, speciation needs at least two classes", data->name);
    if (data->n_classes > MOST_CLASSES)
        return sp_fail(run, SP_DATA, "%s has %zu classes, at most %d at once: choose some with --classes", data->name,
                       data->n_classes, MOST_CLASSES);
    for (size_t i = 1; i < p->t.n; i++)
        if (!(p->t.v[i] > p->t.v[i - 1]))
            return sp_fail(run, SP_USAGE, "--t must ascend");
    size_t *count = SP_NEW(run, size_t, data->n_classes);
    if (!count)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++)
        count[data->label[i]]++;
    for (size_t k = 0; k < data->n_classes; k++)
        if (count[k] < LEAST_POINTS)
            return sp_fail(run, SP_DATA, "class %s has %zu points, at least %d are needed (leave it out with --classes)",
                           data->class_name[k], count[k], LEAST_POINTS);
    if (p->estimator == SP_CLASSES_LOGITS && !(p->logits && *p->logits))
        return sp_fail(run, SP_USAGE, "--estimator logits needs --logits FILE");
    return SP_OK;
}

static sp_status default_times(sp_run *run, const sp_data_spectrum *spectrum, sp_vec *t)
{
    double *v = SP_NEW(run, double, TIMES), last = sp_sampler_start(spectrum->eigenvalues.v[0]);
    if (!v)
        return SP_FAILED;
    for (size_t i = 0; i < TIMES; i++)
        v[i] = earliest * pow(last / earliest, (double)i / (TIMES - 1));
    *t = (sp_vec){TIMES, v};
    return SP_OK;
}

/* ---- moments ---------------------------------------------------------------------------------------------------- */

static void moments_time(sp_speciation_pair *p, double kappa)
{
    bool mean = p->dm2 > 3 * p->dm2_se, covariance = p->dC2 > 3 * p->dC2_se;
    double dm2 = mean ? p->dm2 : 0, dC2 = covariance ? p->dC2 : 0;
    p->t_moments = p->t_moments_se = NAN;
    if (!mean && !covariance)
        return;
    p->t_moments = sp_speciation_leading_time(dm2, dC2, kappa);
    double step_m = 1e-4 * (dm2 + 1e-12), step_C = 1e-4 * (dC2 + 1e-12);
    double by_m = (sp_speciation_leading_time(dm2 + step_m, dC2, kappa) - p->t_moments) / step_m,
           by_C = (sp_speciation_leading_time(dm2, dC2 + step_C, kappa) - p->t_moments) / step_C;
    p->t_moments_se = hypot(mean ? by_m * p->dm2_se : 0, covariance ? by_C * p->dC2_se : 0);
}

static sp_status measure_moments(sp_run *run, const sp_speciation_data_params *params, const sp_class_rows *rows, size_t n,
                                 sp_speciation_pair *pair)
{
    size_t K = rows->n_classes;
    sp_class_distance *distance = SP_NEW(run, sp_class_distance, K * K);
    if (!distance)
        return SP_FAILED;
    SP_TRY(sp_class_distances(run, params->data, rows, distance));
    for (size_t i = 0; i < n; i++) {
        const sp_class_distance *x = &distance[pair[i].class_k * K + pair[i].class_l];
        pair[i].dm2 = x->dm2.value;
        pair[i].dm2_se = x->dm2.se;
        pair[i].dC2 = x->dC2.value;
        pair[i].dC2_se = x->dC2.se;
        pair[i].dm2_naive = x->dm2_naive;
        pair[i].dC2_naive = x->dC2_naive;
        moments_time(&pair[i], params->kappa);
    }
    return SP_OK;
}

/* ---- logits of the user's classifier --------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Rows t, sample, logit_1..logit_K; the classifier's priors are taken to be the fractions of the classes. */
static sp_status read_logits(sp_run *run, const sp_speciation_data_params *p, const sp_class_rows *rows,
                             sp_class_ratios *out)
{
    static const sp_data_options plain = {.scale = "none", .keep_mean = true, .labels = "none"};
    const sp_dataset *table;
    size_t K = rows->n_classes, n_times = 0, *count = SP_NEW(run, size_t, K), *place;
    SP_TRY(sp_dataset_open(run, p->logits, &plain, NULL, &table));
    if (table->d != K + 2)
        return sp_fail(run, SP_DATA, "%s: expected %zu columns (t, sample, one logit for each of %zu classes), found %zu",
                       p->logits, K + 2, K, table->d);
    double *t = SP_NEW(run, double, table->n), *row = SP_NEW(run, double, K + 2);
    if (!t || !row || !count)
        return SP_FAILED;
    for (size_t i = 0; i < table->n; i++) {
        sp_dataset_row(table, i, row);
        if (!(row[0] > 0))
            return sp_fail(run, SP_DATA, "%s, row %zu: t must be > 0, got %g", p->logits, i + 1, row[0]);
        if (!(row[1] >= 0 && row[1] < (double)p->data->n && row[1] == floor(row[1])))
            return sp_fail(run, SP_DATA, "%s, row %zu: sample is a row number of the data from 0 to %zu, got %g", p->logits,
                           i + 1, p->data->n - 1, row[1]);
        t[i] = row[0];
    }
    qsort(t, table->n, sizeof *t, ascending);
    for (size_t i = 0; i < table->n; i++)
        if (i == 0 || t[i] > t[i - 1])
            t[n_times++] = t[i];
    if (table->n % n_times)
        return sp_fail(run, SP_DATA, "%s: every time needs the same samples (%zu rows, %zu times)", p->logits, table->n,
                       n_times);
    for (size_t i = 0; i < table->n; i++) {
        sp_dataset_row(table, i, row);
        if (row[0] == t[0])
            count[p->data->label[(size_t)row[1]]]++;
    }
    SP_TRY(sp_class_ratios_create(run, (sp_vec){n_times, t}, K, count, out));
    place = SP_NEW(run, size_t, n_times * K);
    if (!place)
        return SP_FAILED;
    for (size_t i = 0; i < table->n; i++) {
        sp_dataset_row(table, i, row);
        size_t s = 0, own = (size_t)p->data->label[(size_t)row[1]];
        while (t[s] != row[0])
            s++;
        size_t at = out->first[own] + place[s * K + own]++;
        if (at >= out->first[own + 1])
            return sp_fail(run, SP_DATA, "%s: the samples at t = %g are not those at t = %g", p->logits, row[0], t[0]);
        float *l = sp_class_ratios_at(out, s, at);
        for (size_t c = 0; c < K; c++) {
            double prior =
                log((double)(rows->first[c + 1] - rows->first[c]) / (double)(rows->first[own + 1] - rows->first[own]));
            l[c] = (float)(row[2 + own] - row[2 + c] + prior);
        }
    }
    return SP_OK;
}

/* ---- all together ----------------------------------------------------------------------------------------------- */

static sp_pair_time pair_time(sp_run *run, const sp_class_ratios *r, double kappa, const sp_speciation_pair *p)
{
    sp_estimate kl = sp_class_separation(run, r, p->class_k, p->class_l, kappa),
                lk = sp_class_separation(run, r, p->class_l, p->class_k, kappa);
    return (sp_pair_time){kl.value, kl.se, lk.value, lk.se};
}

static void choose(sp_speciation_pair *p, int estimator)
{
    const sp_pair_time *t = estimator == SP_CLASSES_LOGITS ? &p->logits : estimator == SP_CLASSES_KDE ? &p->kde : &p->gauss;
    if (estimator == SP_CLASSES_MOMENTS) {
        p->t_sym = p->t_moments;
        p->t_sym_se = p->t_moments_se;
    }
    else {
        p->t_sym = (t->kl + t->lk) / 2;
        p->t_sym_se = hypot(t->kl_se, t->lk_se) / 2;
    }
    p->driver = "none";
    p->reason = "";
    bool mean = p->dm2 > 3 * p->dm2_se, covariance = p->dC2 > 3 * p->dC2_se;
    if (p->dm2_se > 0 && !mean && !covariance) {
        p->reason = "means and covariances differ by less than 3 standard errors";
        p->t_sym = p->t_sym_se = NAN;
        return;
    }
    if (isnan(p->t_sym)) {
        p->reason = "never above kappa on the grid of times";
        return;
    }
    double y = exp(-2 * p->t_sym);
    if (p->dm2_se > 0)
        p->driver = y * fmax(p->dm2, 0) >= y * y * fmax(p->dC2, 0) / 2 ? "mean" : "covariance";
}

static void point_numbers(const sp_class_ratios *r, const sp_class_rows *rows, const double *weight,
                          sp_speciation_data_detail *detail)
{
    size_t K = r->n_classes, T = r->t.n;
    for (size_t k = 0; k < K; k++)
        for (size_t at = r->first[k]; at < r->first[k + 1]; at++) {
            size_t row = rows->row[at];
            double last = 0;
            bool always = true;
            for (size_t s = 0; s < T; s++) {
                const float *l = sp_class_ratios_at(r, s, at);
                double sum = 0;
                bool correct = true;
                for (size_t c = 0; c < K; c++) {
                    double w = weight[c] / weight[k] * exp(-(double)l[c]);
                    sum += w;
                    correct &= c == k || w < 1;
                }
                detail->posterior[row * T + s] = 1 / sum;
                always &= correct;
                if (always)
                    last = r->t.v[s];
            }
            detail->t_last_correct[row] = last;
        }
}

static int main_estimator(const sp_speciation_data_params *p)
{
    bool logits = p->logits && *p->logits;
    return p->estimator == SP_CLASSES_ALL ? logits ? SP_CLASSES_LOGITS : SP_CLASSES_GAUSS : p->estimator;
}

static sp_status list_pairs(sp_run *run, const sp_class_rows *rows, size_t *n, sp_speciation_pair **out)
{
    size_t K = rows->n_classes, p = 0;
    *n = K * (K - 1) / 2;
    *out = SP_NEW(run, sp_speciation_pair, *n);
    if (!*out)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++, p++) {
            sp_speciation_pair *x = &(*out)[p];
            double *values = &x->dm2;
            for (size_t i = 0;
                 i < (offsetof(sp_speciation_pair, driver) - offsetof(sp_speciation_pair, dm2)) / sizeof(double); i++)
                values[i] = NAN;
            x->class_k = k;
            x->class_l = l;
            x->n_k = rows->first[k + 1] - rows->first[k];
            x->n_l = rows->first[l + 1] - rows->first[l];
        }
    return SP_OK;
}

static sp_status measure_ratios(sp_run *run, const sp_speciation_data_params *p, const sp_class_rows *rows, int main,
                                sp_speciation_data_result *r, sp_speciation_data_detail *detail, sp_class_ratios *chosen)
{
    sp_class_ratios ratios;
    int estimator = p->estimator;
    if (estimator == SP_CLASSES_ALL || estimator == SP_CLASSES_GAUSS) {
        SP_TRY(sp_fitted_class_ratios(run, p->data, rows, detail->t, p->rank, &ratios));
        for (size_t i = 0; i < r->n_pairs; i++)
            detail->pair[i].gauss = pair_time(run, &ratios, p->kappa, &detail->pair[i]);
        if (main == SP_CLASSES_GAUSS)
            *chosen = ratios;
    }
    if (estimator == SP_CLASSES_ALL || estimator == SP_CLASSES_KDE) {
        SP_TRY(sp_kernel_class_ratios(run, p->data, detail->t, p->queries, &ratios, NULL));
        for (size_t i = 0; i < r->n_pairs; i++)
            detail->pair[i].kde = pair_time(run, &ratios, p->kappa, &detail->pair[i]);
        if (main == SP_CLASSES_KDE)
            *chosen = ratios;
    }
    if (p->logits && *p->logits && (estimator == SP_CLASSES_ALL || estimator == SP_CLASSES_LOGITS)) {
        SP_TRY(read_logits(run, p, rows, &ratios));
        for (size_t i = 0; i < r->n_pairs; i++)
            detail->pair[i].logits = pair_time(run, &ratios, p->kappa, &detail->pair[i]);
        *chosen = ratios;
        detail->t = ratios.t;
    }
    return SP_OK;
}

static sp_status build_tree(sp_run *run, size_t K, sp_speciation_data_result *r, sp_speciation_data_detail *detail)
{
    double *t_sym = SP_NEW(run, double, K *K);
    if (!t_sym)
        return SP_FAILED;
    r->t_first = r->t_last = r->t_first_se = r->t_last_se = NAN;
    for (size_t i = 0; i < r->n_pairs; i++) {
        const sp_speciation_pair *x = &detail->pair[i];
        t_sym[x->class_k * K + x->class_l] = t_sym[x->class_l * K + x->class_k] = x->t_sym;
        if (!isnan(x->t_sym) && !(x->t_sym <= r->t_first)) {
            r->t_first = x->t_sym;
            r->t_first_se = x->t_sym_se;
        }
        if (!isnan(x->t_sym) && !(x->t_sym >= r->t_last)) {
            r->t_last = x->t_sym;
            r->t_last_se = x->t_sym_se;
        }
    }
    return sp_class_tree_create(run, K, t_sym, &detail->tree);
}

sp_status sp_speciation_data(sp_run *run, const sp_speciation_data_params *p, sp_speciation_data_result *r,
                             sp_speciation_data_detail *detail)
{
    static const char *const names[] = {"", "moments", "gauss", "kde", "logits"};
    const sp_dataset *data = p->data;
    sp_class_rows rows;
    sp_data_spectrum spectrum;
    SP_TRY(check(run, p));
    *detail = (sp_speciation_data_detail){.t = p->t};
    *r = (sp_speciation_data_result){.n = data->n, .d = data->d, .n_classes = data->n_classes};
    SP_TRY(sp_class_rows_create(run, data, &rows));
    SP_TRY(sp_diffusion_spectrum(run, data, &spectrum));
    SP_TRY(sp_gaussian_collapse_time(run, log((double)data->n), spectrum.eigenvalues, &r->t_C_spectral));
    if (!detail->t.n)
        SP_TRY(default_times(run, &spectrum, &detail->t));
    SP_TRY(list_pairs(run, &rows, &r->n_pairs, &detail->pair));
    int main = main_estimator(p);
    r->estimator = names[main];
    SP_TRY(measure_moments(run, p, &rows, r->n_pairs, detail->pair));
    sp_class_ratios chosen = {0};
    SP_TRY(measure_ratios(run, p, &rows, main, r, detail, &chosen));
    for (size_t i = 0; i < r->n_pairs; i++)
        choose(&detail->pair[i], main);
    SP_TRY(build_tree(run, rows.n_classes, r, detail));
    SP_TRY(sp_class_tree_newick(run, &detail->tree, data->class_name, &r->newick));
    if (!chosen.n)
        return SP_OK;
    double *weight = SP_NEW(run, double, rows.n_classes);
    detail->agreement = SP_NEW(run, sp_class_agreement, detail->t.n);
    if (!weight || !detail->agreement)
        return SP_FAILED;
    for (size_t k = 0; k < rows.n_classes; k++)
        weight[k] = (double)(rows.first[k + 1] - rows.first[k]) / (double)rows.n;
    SP_TRY(sp_class_agreements(run, &chosen, weight, &detail->tree, detail->agreement));
    if (main != SP_CLASSES_GAUSS)
        return SP_OK;
    detail->t_last_correct = SP_NEW(run, double, data->n);
    detail->posterior = SP_NEW(run, double, data->n * detail->t.n);
    if (!detail->t_last_correct || !detail->posterior)
        return SP_FAILED;
    point_numbers(&chosen, &rows, weight, detail);
    return SP_OK;
}
