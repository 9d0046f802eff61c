/* How long a random-feature score may train on the user's data (spec 09, 3.1, 3.3, 5). */
#include "score_instance.h"
#include "spinodal/diffusion.h"

#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { SUBSETS = 3, SHRINK = 4 /* n/4, n/2, n */, FEWEST = 8 };

typedef struct {
    double gen, best, leave, mem, gap_inf;
} times;

/* Rows of the data in a random order, in double. */
static sp_status shuffled(sp_run *run, const sp_dataset *a, size_t count, double **out)
{
    size_t *order = SP_NEW(run, size_t, a->n);
    *out = SP_NEW(run, double, count * a->d);
    if (!order || !*out)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "score rows", 0);
    sp_permutation(&rng, a->n, order);
    for (size_t i = 0; i < count; i++)
        sp_dataset_row(a, order[i], *out + i * a->d);
    return SP_OK;
}

static sp_status one_draw(sp_run *run, const sp_memorization_data_params *p, const sp_activation *activation,
                          double noise_var, sp_rows train, sp_rows test, uint64_t index, times *out, double *curve,
                          double *eigenvalue)
{
    sp_mark mark = sp_memory_mark(run);
    size_t d = train.d;
    sp_score_instance s = {.p = p->p, .n = train.n, .d = d};
    double *W, *work = SP_NEW(run, double, p->p);
    s.U = SP_NEW(run, double, p->p * p->p);
    s.U_test = SP_NEW(run, double, p->p * p->p);
    s.V = SP_NEW(run, double, p->p *d);
    s.V_test = SP_NEW(run, double, p->p *d);
    if (!work || !s.U || !s.U_test || !s.V || !s.V_test)
        return SP_FAILED;
    SP_TRY(sp_score_weights(run, p->p, d, index, &W));
    sp_mark features = sp_memory_mark(run);
    SP_TRY(sp_score_features(run, activation, p->t, p->p, W, train, s.U, s.V));
    sp_memory_release(run, features);
    SP_TRY(sp_score_features(run, activation, p->t, p->p, W, test, s.U_test, s.V_test));
    sp_memory_release(run, features);
    sp_spectral_losses losses;
    SP_TRY(sp_spectral_losses_open(run, &s, noise_var, &losses));
    sp_spectral_times found;
    SP_TRY(sp_spectral_losses_times(run, &losses, p->gap_fraction, 0.05, &found));
    *out = (times){found.gen, found.best, found.leave, found.mem, found.gap_inf};
    for (size_t i = 0; i < p->train_time.n; i++)
        sp_spectral_losses_at(&losses, p->train_time.v[i], work, &curve[2 * i], &curve[2 * i + 1]);
    if (eigenvalue)
        memcpy(eigenvalue, losses.lambda, p->p * sizeof *eigenvalue);
    sp_memory_release(run, mark);
    return SP_OK;
}

static sp_status summarise(sp_run *run, const sp_memorization_data_params *p, size_t n, const times *t, const double *curve,
                           sp_memorization_subset *out)
{
    size_t width = 2 * p->train_time.n;
    sp_moments gen = {0}, best = {0}, leave = {0}, mem = {0}, gap = {0};
    out->curve = SP_NEW(run, sp_score_measured, p->train_time.n);
    if (!out->curve)
        return SP_FAILED;
    for (size_t k = 0; k < p->draws; k++) {
        sp_moments_add(&gen, t[k].gen);
        sp_moments_add(&best, t[k].best);
        sp_moments_add(&leave, t[k].leave);
        sp_moments_add(&mem, t[k].mem);
        sp_moments_add(&gap, t[k].gap_inf);
    }
    out->n = n;
    out->train_time_gen = gen.mean;
    out->train_time_gen_se = sp_moments_se(&gen);
    out->train_time_best = best.mean;
    out->train_time_best_se = sp_moments_se(&best);
    out->train_time_leave = isfinite(leave.mean) ? leave.mean : INFINITY;
    out->train_time_leave_se = isfinite(leave.mean) ? sp_moments_se(&leave) : NAN;
    out->train_time_mem = mem.mean;
    out->train_time_mem_se = sp_moments_se(&mem);
    out->gap_inf = gap.mean;
    out->gap_inf_se = sp_moments_se(&gap);
    for (size_t i = 0; i < p->train_time.n; i++) {
        sp_moments train = {0}, test = {0};
        for (size_t k = 0; k < p->draws; k++) {
            sp_moments_add(&train, curve[k * width + 2 * i]);
            sp_moments_add(&test, curve[k * width + 2 * i + 1]);
        }
        out->curve[i] = (sp_score_measured){train.mean, sp_moments_se(&train), test.mean, sp_moments_se(&test)};
    }
    return SP_OK;
}

/* Power law in n through the subsets, weighted by their errors; log value and its error at `all` rows. False: no fit. */
static bool power_law(sp_run *run, const sp_memorization_data_detail *detail, bool leave, double all, sp_estimate *exponent,
                      sp_estimate *log_value)
{
    double x[SUBSETS], y[SUBSETS], se[SUBSETS];
    size_t n = 0;
    for (size_t i = 0; i < detail->n_subsets; i++) {
        const sp_memorization_subset *s = &detail->subset[i];
        double value = leave ? s->train_time_leave : s->train_time_mem;
        if (!(value > 0) || isinf(value))
            continue;
        x[n] = log((double)s->n / all);
        y[n] = log(value);
        se[n++] = fmax((leave ? s->train_time_leave_se : s->train_time_mem_se) / value, 1e-3);
    }
    sp_line line;
    if (n < 2 || sp_fit_line(run, n, x, y, se, &line) != SP_OK)
        return false;
    double stretch = n > 2 ? sqrt(fmax(1, line.chi2 / fmax(line.dof, 1))) : 1; /* the law may bend */
    *exponent = (sp_estimate){line.slope, line.slope_se * stretch};
    *log_value = (sp_estimate){line.intercept, line.intercept_se * stretch};
    return true;
}

static void extrapolate(sp_run *run, const sp_memorization_data_detail *detail, double all, sp_memorization_data_result *r)
{
    sp_estimate exponent, value;
    if (power_law(run, detail, false, all, &exponent, &value)) {
        r->mem_exponent = exponent.value;
        r->mem_exponent_se = exponent.se;
    }
    if (power_law(run, detail, true, all, &exponent, &value)) {
        r->leave_exponent = exponent.value;
        r->leave_exponent_se = exponent.se;
        r->window_to_all = exp(value.value);
        r->window_to_all_low = exp(value.value - 1.96 * value.se);
        r->window_to_all_high = exp(value.value + 1.96 * value.se);
    }
}

sp_status sp_memorization_data(sp_run *run, const sp_memorization_data_params *p, sp_memorization_data_result *r,
                               sp_memorization_data_detail *detail)
{
    const sp_dataset *a = p->data;
    size_t used = p->limit_n && p->limit_n < a->n ? p->limit_n : a->n;
    size_t n_test = (size_t)round(p->held_out * (double)used), n = used - n_test, d = a->d;
    if (n < SHRINK * FEWEST || n_test < 2)
        return sp_fail(run, SP_DATA,
                       "%zu training and %zu held-out rows are left; at least %d and 2 are needed (subsets of a quarter)", n,
                       n_test, SHRINK * FEWEST);
    sp_dataset_summary summary;
    SP_TRY(sp_dataset_summarize(run, a, &summary));
    if (summary.constant_columns)
        sp_warn(run, "%zu of %zu columns are constant: they lower psi_n and psi_p only in name", summary.constant_columns,
                d);
    if (summary.duplicates)
        sp_warn(run, "%zu rows are copies of others: held-out rows may have been trained on", summary.duplicates);
    double *x;
    SP_TRY(shuffled(run, a, used, &x));
    double data_var = 0;
    for (size_t i = 0; i < used * d; i++)
        data_var += x[i] * x[i] / (double)(used * d);
    if (!(data_var > 0))
        return sp_fail(run, SP_DATA, "all values are equal: there is nothing to learn");
    sp_activation activation;
    sp_score_constants c;
    double noise_var = sp_noise_variance(p->t);
    SP_TRY(sp_score_constants_find(run, p->activation, p->t, data_var, &c));
    SP_TRY(sp_activation_open(run, p->activation, exp(-2 * p->t) * data_var + noise_var, &activation));
    double pp = (double)p->p * (double)p->p * sizeof(double);
    SP_TRY(sp_need_memory(run, 10 * pp, "the feature matrices"));
    *r = (sp_memorization_data_result){.n = n,
                                       .d = d,
                                       .p = p->p,
                                       .held_out = n_test,
                                       .data_var = data_var,
                                       .psi_p = (double)p->p / (double)d,
                                       .psi_n = (double)n / (double)d,
                                       .a = c.a,
                                       .b = c.b,
                                       .v2 = c.v2,
                                       .s2 = c.s2,
                                       .leave_exponent = NAN,
                                       .leave_exponent_se = NAN,
                                       .mem_exponent = NAN,
                                       .mem_exponent_se = NAN,
                                       .window_to_all = NAN,
                                       .window_to_all_low = NAN,
                                       .window_to_all_high = NAN,
                                       .steps_per_time = (double)d * (double)d};
    *detail = (sp_memorization_data_detail){.n_subsets = SUBSETS, .n_eigenvalues = p->p};
    double *eigenvalue = SP_NEW(run, double, p->p);
    detail->eigenvalue = eigenvalue;
    size_t width = 2 * p->train_time.n;
    times *t = SP_NEW(run, times, p->draws);
    double *curve = SP_NEW(run, double, p->draws *width);
    if (!eigenvalue || !t || !curve)
        return SP_FAILED;
    for (size_t i = 0; i < SUBSETS; i++) {
        size_t count = n >> (SUBSETS - 1 - i);
        for (size_t k = 0; k < p->draws; k++) {
            sp_progress(run, "feature matrices", (double)(i * p->draws + k) / (double)(SUBSETS * p->draws));
            SP_TRY(one_draw(run, p, &activation, noise_var, sp_rows_double(count, d, x),
                            sp_rows_double(n_test, d, x + n * d), k, &t[k], curve + k * width,
                            i == SUBSETS - 1 && k == 0 ? eigenvalue : NULL));
        }
        SP_TRY(summarise(run, p, count, t, curve, &detail->subset[i]));
    }
    const sp_memorization_subset *last = &detail->subset[SUBSETS - 1];
    r->train_time_gen = last->train_time_gen;
    r->train_time_gen_se = last->train_time_gen_se;
    r->train_time_best = last->train_time_best;
    r->train_time_best_se = last->train_time_best_se;
    r->train_time_leave = last->train_time_leave;
    r->train_time_leave_se = last->train_time_leave_se;
    r->train_time_mem = last->train_time_mem;
    r->train_time_mem_se = last->train_time_mem_se;
    extrapolate(run, detail, (double)a->n, r);
    r->window_from = r->train_time_gen;
    r->window_to = r->train_time_leave;
    double spread = isfinite(r->window_to) ? 1.96 * r->train_time_leave_se : 0;
    r->window_to_low = fmax(r->window_to - spread, r->window_from);
    r->window_to_high = r->window_to + spread;
    return SP_OK;
}
