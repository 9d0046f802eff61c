/* Bandwidth of largest leave-one-out likelihood, and the regime it is in (spec 03, 3.7-3.8). */
#include "data/subset.h"
#include "density/kde_spacing.h"
#include "density/kde_spectrum.h"
#include "density/radial_kernel.h"
#include "math/softmax_scan.h"
#include "math/statistics.h"
#include "spinodal/kde.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_SUBSAMPLE = 4096, GRID = 32, ZOOM = 15, PILOT = 256, NEAREST = 21, MAX_POLISH = 8, MAX_ZOOM = 5 };

static const double polish_tolerance = 1e-7; /* of log h; the float32 pass resolves about this much */

typedef struct {
    const sp_dataset *data;
    sp_kde_kernel kernel;
    size_t m; /* rows left out in turn */
    size_t *row;
    double log_norm; /* per dimension */
} sweep;

/* ---- one pass ------------------------------------------------------------------------------------------ */

static sp_status pass(sp_run *run, const char *what, const sweep *s, size_t m, size_t n_h, const double *h, size_t k,
                      sp_softmax_result *out)
{
    sp_logit *logit = SP_NEW(run, sp_logit, n_h);
    if (!logit)
        return SP_FAILED;
    for (size_t a = 0; a < n_h; a++)
        logit[a] = sp_kernel_logit(s->kernel, (double)s->data->d, h[a]);
    sp_softmax_problem p = {.n = s->data->n,
                            .d = s->data->d,
                            .y = s->data->x,
                            .y64 = s->data->x64,
                            .n_queries = m,
                            .seed = s->row,
                            .leave_out = true,
                            .n_logits = n_h,
                            .logit = logit,
                            .k = k};
    return sp_softmax_scan(run, what, &p, out);
}

static double loo_of(const sweep *s, const sp_softmax_stat *stat, double h)
{
    return (stat->log_z - log((double)s->data->n - 1)) / (double)s->data->d - log(h) - s->log_norm;
}

static sp_estimate index_of(double h, sp_estimate h_G2)
{
    double m = h * h / h_G2.value;
    return (sp_estimate){m, m * h_G2.se / h_G2.value};
}

static void add_if_finite(sp_moments *m, double x)
{
    if (!isnan(x))
        sp_moments_add(m, x);
}

static sp_kde_scan_row summarise(const sweep *s, const sp_softmax_stat *stat, size_t stride, double h,
                                 const sp_estimate *h_G2)
{
    sp_moments loo = {0}, y2 = {0}, entropy = {0};
    double above_half = 0;
    bool empty = false; /* top-hat: no neighbour inside */
    for (size_t i = 0; i < s->m; i++) {
        const sp_softmax_stat *q = &stat[i * stride];
        empty |= q->log_z == -INFINITY;
        sp_moments_add(&loo, loo_of(s, q, h));
        add_if_finite(&y2, q->sum_w2);
        add_if_finite(&entropy, q->entropy);
        above_half += q->w_max > 0.5;
    }
    sp_interval half = sp_fraction(above_half, (double)s->m);
    sp_estimate m5 = index_of(h, h_G2[0]), m10 = index_of(h, h_G2[1]), m20 = index_of(h, h_G2[2]);
    double n_eff = 1 / y2.mean, n_h = exp(entropy.mean);
    return (sp_kde_scan_row){.h = h,
                             .loo = empty ? -INFINITY : loo.mean,
                             .loo_se = empty ? NAN : sp_moments_se(&loo),
                             .Y2 = y2.mean,
                             .Y2_se = sp_moments_se(&y2),
                             .N_eff = n_eff,
                             .N_eff_se = n_eff * n_eff * sp_moments_se(&y2),
                             .N_H = n_h,
                             .N_H_se = n_h * sp_moments_se(&entropy),
                             .frac_max_half = half.value,
                             .frac_max_half_se = half.se,
                             .m_k5 = m5.value,
                             .m_k5_se = m5.se,
                             .m_k10 = m10.value,
                             .m_k10_se = m10.se,
                             .m_k20 = m20.value,
                             .m_k20_se = m20.se,
                             .regime = isnan(m5.value) ? "unknown" : sp_kde_regime(m5.value)};
}

/* ---- distances ----------------------------------------------------------------------------------------- */

static sp_status median_nearest(sp_run *run, const sweep *s, double *out)
{
    size_t m = s->m < PILOT ? s->m : PILOT, n = 0;
    double one = 1, *distance = SP_NEW(run, double, m);
    sp_softmax_result r;
    if (!distance)
        return SP_FAILED;
    SP_TRY(pass(run, NULL, s, m, 1, &one, NEAREST, &r));
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < NEAREST; k++)
            if (r.neighbour[i * NEAREST + k].g > 0) { /* copies aside */
                if (isfinite(r.neighbour[i * NEAREST + k].g))
                    distance[n++] = sqrt(r.neighbour[i * NEAREST + k].g);
                break;
            }
    if (!n)
        return sp_fail(run, SP_DATA, "%s: every row has more than %d copies; use --drop-duplicates", s->data->name, NEAREST);
    *out = sp_median(run, n, distance).value;
    return SP_OK;
}

/* h_G^2 at ranks 5, 10, 20: mean over queries with its error. NaN when there are too few points. */
static void spacings(const sweep *s, const sp_neighbour *neighbour, sp_estimate *h_G2)
{
    double q[NEAREST];
    for (size_t a = 0; a < 3; a++) {
        size_t k = sp_kde_spacing_ranks[a];
        sp_moments m = {0};
        for (size_t i = 0; i < s->m; i++) {
            for (size_t j = 0; j < NEAREST; j++)
                q[j] = neighbour[i * NEAREST + j].g;
            if (isfinite(q[k]))
                sp_moments_add(&m, sp_kde_spacing(k, q));
        }
        h_G2[a] = m.n ? (sp_estimate){m.mean, sp_moments_se(&m)} : (sp_estimate){NAN, NAN};
    }
}

/* ---- the maximum --------------------------------------------------------------------------------------- */

/* d loo / d log h = mean <q>/(d h^2) - 1, with the scatter of its terms. Gaussian kernel. */
static sp_estimate slope(const sweep *s, const sp_softmax_stat *stat, size_t stride)
{
    sp_moments m = {0};
    double d = (double)s->data->d;
    for (size_t i = 0; i < s->m; i++)
        sp_moments_add(&m, -2 * stat[i * stride].mean_logit / d - 1);
    return (sp_estimate){m.mean, sp_moments_se(&m)};
}

static void log_grid(double low, double high, size_t n, double *h)
{
    for (size_t i = 0; i < n; i++)
        h[i] = low * pow(high / low, (double)i / (double)(n - 1));
}

static size_t highest(size_t n, const sp_kde_scan_row *row)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (row[i].loo > row[best].loo)
            best = i;
    return best;
}

/* Narrows low < h_opt < high by passes of ZOOM bandwidths. */
static sp_status zoom(sp_run *run, const sweep *s, size_t passes, const sp_estimate *h_G2, double *low, double *high,
                      sp_kde_scan_row *best)
{
    for (size_t i = 0; i<passes && * high / *low> 1 + polish_tolerance; i++) {
        sp_mark mark = sp_memory_mark(run);
        double h[ZOOM];
        sp_kde_scan_row row[ZOOM];
        sp_softmax_result r;
        log_grid(*low, *high, ZOOM, h);
        SP_TRY(pass(run, sp_format(run, "kde zoom %zu", i + 1), s, s->m, ZOOM, h, 0, &r));
        for (size_t a = 0; a < ZOOM; a++)
            row[a] = summarise(s, r.stat + a, ZOOM, h[a], h_G2);
        size_t top = highest(ZOOM, row);
        *best = row[top];
        *low = h[top > 0 ? top - 1 : 0];
        *high = h[top + 1 < ZOOM ? top + 1 : ZOOM - 1];
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

/* The zero of the slope between low and high: secant steps kept inside the bracket; EM's own step when that is all we know.
 */
static sp_status polish(sp_run *run, const sweep *s, const sp_estimate *h_G2, double low, double high,
                        sp_kde_fit_result *out)
{
    double h = sqrt(low * high), before = NAN, slope_before = NAN, curvature = NAN;
    for (size_t i = 0; i < MAX_POLISH; i++) {
        sp_mark mark = sp_memory_mark(run);
        sp_softmax_result r;
        SP_TRY(pass(run, sp_format(run, "kde polish %zu", i + 1), s, s->m, 1, &h, 0, &r));
        sp_estimate g = slope(s, r.stat, 1);
        out->at_opt = summarise(s, r.stat, 1, h, h_G2);
        out->h_opt = h;
        out->residual = fabs(g.value);
        if (!isnan(before) && h != before)
            curvature = (g.value - slope_before) / log(h / before);
        sp_memory_release(run, mark);
        out->h_opt_se = h * g.se / fabs(curvature);
        double step = isnan(curvature) || curvature >= 0 ? log1p(g.value) / 2 : -g.value / curvature;
        out->converged = i > 0 && fabs(step) < polish_tolerance;
        if (out->converged)
            return SP_OK;
        *(g.value > 0 ? &low : &high) = h;
        before = h;
        slope_before = g.value;
        h *= exp(step);
        if (!(h > low && h < high))
            h = sqrt(low * high);
    }
    return SP_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

static sp_status choose_rows(sp_run *run, const sp_kde_fit_params *p, sweep *s)
{
    size_t n = s->data->n, wanted = p->subsample ? p->subsample : DEFAULT_SUBSAMPLE;
    s->m = n < wanted ? n : wanted;
    s->row = SP_NEW(run, size_t, n);
    if (!s->row)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "kde.subsample", 0);
    if (s->m < n)
        sp_permutation(&rng, n, s->row);
    else
        for (size_t i = 0; i < n; i++)
            s->row[i] = i;
    return SP_OK;
}

static sp_status scan(sp_run *run, const sp_kde_fit_params *p, const sweep *s, sp_kde_fit_result *out)
{
    out->n_scan = p->h.n ? p->h.n : GRID;
    out->scan = SP_NEW(run, sp_kde_scan_row, out->n_scan);
    double *h = SP_NEW(run, double, out->n_scan), typical = NAN;
    if (!out->scan || !h)
        return SP_FAILED;
    SP_TRY(median_nearest(run, s, &typical));
    typical /= sqrt((double)s->data->d);
    if (p->h.n)
        memcpy(h, p->h.v, p->h.n * sizeof *h);
    else
        log_grid(0.2 * typical, 3 * typical, GRID, h);
    sp_mark mark = sp_memory_mark(run);
    sp_softmax_result r;
    sp_estimate h_G2[3];
    SP_TRY(pass(run, "kde scan", s, s->m, out->n_scan, h, NEAREST, &r));
    spacings(s, r.neighbour, h_G2);
    for (size_t a = 0; a < out->n_scan; a++)
        out->scan[a] = summarise(s, r.stat + a, out->n_scan, h[a], h_G2);
    double *spacing[3][2] = {
        {&out->h_G_k5, &out->h_G_k5_se}, {&out->h_G_k10, &out->h_G_k10_se}, {&out->h_G_k20, &out->h_G_k20_se}};
    for (size_t a = 0; a < 3; a++) {
        *spacing[a][0] = sqrt(h_G2[a].value);
        *spacing[a][1] = h_G2[a].se / (2 * *spacing[a][0]);
    }
    sp_memory_release(run, mark);

    size_t top = highest(out->n_scan, out->scan);
    out->at_opt = out->scan[top];
    out->h_opt = out->at_opt.h;
    out->h_opt_se = out->residual = NAN;
    if (top == 0 || top + 1 == out->n_scan)
        return SP_OK; /* not converged: at an end of the grid */
    double low = h[top - 1], high = h[top + 1];
    bool smooth = s->kernel.kind == SP_KDE_GAUSSIAN;
    SP_TRY(zoom(run, s, smooth ? 1 : MAX_ZOOM, h_G2, &low, &high, &out->at_opt));
    if (smooth)
        return polish(run, s, h_G2, low, high, out);
    out->h_opt = out->at_opt.h;
    out->h_opt_se = (high - low) / 2;
    out->converged = true;
    return SP_OK;
}

static sp_status plug_in(sp_run *run, const sweep *s, sp_kde_fit_result *out)
{
    double n = (double)s->data->n, d = (double)s->data->d, trace = 0, square = 0;
    SP_TRY(sp_kde_spectrum(run, s->data, &out->spectrum, &out->shrinkage));
    for (size_t a = 0; a < out->spectrum.n; a++) {
        trace += out->spectrum.v[a];
        square += out->spectrum.v[a] * out->spectrum.v[a];
    }
    out->d_eff = trace * trace / square;
    out->alpha = log(n) / d;
    out->alpha_eff = log(n) / out->d_eff;
    out->h_scott = pow(n, -1 / (d + 4)) * sqrt(trace / d);
    out->h_silverman = pow(n * (d + 2) / 4, -1 / (d + 4)) * sqrt(trace / d);
    sp_kde_theory_params t = {.alpha = out->alpha, .spectrum = out->spectrum, .r = 1};
    sp_kde_theory_result theory;
    SP_TRY(sp_kde_theory(run, &t, &theory));
    out->h_G_plugin = theory.h_G;
    out->h_CLT_plugin = theory.h_CLT;
    out->h_opt_plugin = theory.h_opt;
    out->KL_opt_plugin = theory.KL_opt;
    return SP_OK;
}

static const char *verdict(sp_run *run, const sp_kde_fit_result *r)
{
    double m = r->at_opt.m_k5;
    const char *basis = sp_format(run, "at h = %.3g each density value rests on %.1f points", r->h_opt, r->at_opt.N_eff);
    if (isnan(m))
        return sp_format(run, "%s; too few points to tell the regime", basis);
    if (m < 1)
        return sp_format(
            run,
            "%s: values fluctuate as a heavy-tailed law (index %.2f), carried by a few nearest points; do not read error "
            "bars from the CLT",
            basis, m);
    if (m < 2)
        return sp_format(
            run,
            "%s: the mean is right but values fluctuate as a heavy-tailed law (index %.2f); use medians or the bootstrap, "
            "not the CLT",
            basis, m);
    return sp_format(run, "%s: the law of large numbers holds (index %.1f > 2), error bars from the CLT are fine", basis, m);
}

sp_status sp_kde_fit(sp_run *run, const sp_kde_fit_params *p, sp_kde_fit_result *out)
{
    *out = (sp_kde_fit_result){0};
    sweep s = {.data = p->data};
    SP_TRY(sp_kde_kernel_parse(run, p->kernel, &s.kernel));
    for (size_t a = 1; a < p->h.n; a++)
        if (!(p->h.v[a] > p->h.v[a - 1]))
            return sp_fail(run, SP_USAGE, "--h must ascend, got %g after %g", p->h.v[a], p->h.v[a - 1]);
    if (p->data->n < 3)
        return sp_fail(run, SP_DATA, "%s: at least 3 rows are needed, got %zu", p->data->name, p->data->n);
    SP_TRY(sp_dataset_count_duplicates(run, p->data, &out->duplicates));
    if (out->duplicates + 1 == p->data->n)
        return sp_fail(run, SP_DATA, "%s: all rows are equal", p->data->name);
    if (out->duplicates && p->drop_duplicates) {
        SP_TRY(sp_dataset_distinct(run, p->data, &s.data));
        if (s.data->n < 3)
            return sp_fail(run, SP_DATA, "%s: fewer than 3 different rows", p->data->name);
    }
    else if (out->duplicates)
        sp_warn(run, "%zu rows are copies of others: the leave-one-out likelihood diverges as h -> 0 (--drop-duplicates)",
                out->duplicates);
    out->n = s.data->n;
    out->d = s.data->d;
    s.log_norm = sp_kernel_log_norm(s.kernel, (double)out->d);
    SP_TRY(choose_rows(run, p, &s));
    out->held_out = s.m;
    SP_TRY(scan(run, p, &s, out));
    SP_TRY(plug_in(run, &s, out));
    out->h_opt_raw = p->data->column_gain ? NAN : out->h_opt / p->data->gain;
    out->verdict = verdict(run, out);
    return out->verdict ? SP_OK : SP_FAILED;
}
