/* The user's fields: spectrum, predicted training steps and local radius (spec 04, 5). */
#include "spinodal/on_model.h"

#include "math/fft.h"
#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>

enum { SMALLEST = 4, MOST_KERNEL = 4096, FIT_MODES = 3 };

static sp_status shape_of(sp_run *run, const sp_on_data_params *p, sp_field_lattice *l)
{
    const sp_dataset *a = p->data;
    l->dim = 0;
    if (p->shape[0]) {
        const char *s = p->shape;
        for (char *end; *s && l->dim < 3; s = *end ? end + 1 : end) {
            long length = strtol(s, &end, 10);
            if (end == s || length < 1 || (*end && *end != 'x'))
                return sp_fail(run, SP_USAGE, "--shape is 1 to 3 lengths such as 64x64, got \"%s\"", p->shape);
            l->lengths[l->dim++] = (size_t)length;
        }
    }
    else if (a->height > 1 && a->width > 1) {
        l->dim = 2;
        l->lengths[0] = a->height;
        l->lengths[1] = a->width;
    }
    else {
        l->dim = 1;
        l->lengths[0] = a->d;
        sp_warn(run, "rows of %zu values are taken as fields on a line; --shape says otherwise", a->d);
    }
    size_t sites = 1;
    for (size_t i = 0; i < l->dim; i++) {
        sites *= l->lengths[i];
        if (l->lengths[i] < SMALLEST)
            return sp_fail(run, SP_DATA, "fields have at least %d sites along an axis, got %zu", SMALLEST, l->lengths[i]);
    }
    if (a->d % sites || (p->shape[0] && a->d != sites && a->d != sites * a->channels))
        return sp_fail(run, SP_DATA, "fields of %zu sites do not fit rows of %zu values; give --shape", sites, a->d);
    return SP_OK;
}

/* Mean of |phi_k|^2 over fields with its error, and the jump across the border over that between neighbours. */
static sp_status measure(sp_run *run, const sp_dataset *a, sp_field_lattice *l, double *se, size_t sites, double *jump)
{
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, l->dim, l->lengths, &fft));
    l->n_modes = sp_fft_modes(fft);
    size_t n = l->n_modes, per_row = a->d / sites;
    l->C = SP_NEW(run, double, n);
    l->k2 = SP_NEW(run, double, n);
    l->multiplicity = SP_NEW(run, double, n);
    double *row = SP_NEW(run, double, a->d), *modes = SP_NEW(run, double, 2 * n), *m2 = SP_NEW(run, double, n);
    bool ok = l->C && l->k2 && l->multiplicity && row && modes && m2;
    double inside = 0, across = 0, n_inside = 0, n_across = 0, count = 0;
    for (size_t i = 0; ok && i < a->n; i++) {
        sp_dataset_row(a, i, row);
        for (size_t c = 0; c < per_row; c++) {
            const double *field = row + c * sites;
            sp_fft_forward(fft, field, modes);
            count++;
            for (size_t k = 0; k < n; k++) {
                double power = (modes[2 * k] * modes[2 * k] + modes[2 * k + 1] * modes[2 * k + 1]) / (double)sites;
                double change = power - l->C[k];
                l->C[k] += change / count;
                m2[k] += change * (power - l->C[k]);
            }
            size_t length = l->lengths[l->dim - 1];
            for (size_t x = 0; x < sites; x++) {
                size_t j = x % length;
                double step = field[j + 1 < length ? x + 1 : x + 1 - length] - field[x];
                *(j + 1 < length ? &inside : &across) += step * step;
                *(j + 1 < length ? &n_inside : &n_across) += 1;
            }
        }
    }
    for (size_t k = 0; ok && k < n; k++) {
        long wave[3];
        sp_fft_wave_number(fft, k, wave);
        for (size_t b = 0; b < l->dim; b++) {
            double s = sin(M_PI * (double)wave[b] / (double)l->lengths[b]);
            l->k2[k] += 4 * s * s;
        }
        l->multiplicity[k] = sp_fft_multiplicity(fft, k);
        se[k] = sqrt(m2[k] / (count - 1) / count);
    }
    sp_fft_free(fft);
    *jump = sqrt(across / n_across / (inside / n_inside));
    return ok ? SP_OK : SP_FAILED;
}

/* Replaces C by the mean of shells of width 2 pi / (largest length) in |k|. */
static sp_status average_shells(sp_run *run, sp_field_lattice *l, double *se)
{
    size_t longest = 0;
    for (size_t a = 0; a < l->dim; a++)
        longest = l->lengths[a] > longest ? l->lengths[a] : longest;
    double width = 2 * M_PI / (double)longest;
    size_t n_shells = (size_t)(2 * sqrt((double)l->dim) / width) + 2;
    double *sum = SP_NEW(run, double, n_shells), *square = SP_NEW(run, double, n_shells),
           *count = SP_NEW(run, double, n_shells);
    if (!sum || !square || !count)
        return SP_FAILED;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < l->n_modes; k++) {
            size_t shell = (size_t)(sqrt(l->k2[k]) / width + 0.5);
            if (pass == 0) {
                sum[shell] += l->multiplicity[k] * l->C[k];
                /* modes listed once come as k and -k, which are one number (but for a few that are their own mirror) */
                square[shell] += 2 * l->multiplicity[k] * se[k] * se[k];
                count[shell] += l->multiplicity[k];
            }
            else {
                l->C[k] = sum[shell] / count[shell];
                se[k] = sqrt(square[shell]) / count[shell];
            }
        }
    return SP_OK;
}

/* 1/C = (khat2 + mass^2)/T at the longest waves, khat2 <= 1/4 or the lowest FIT_MODES shells, weighted; and the slope of log
 * C in log khat2 there. */
static void fit(sp_run *run, const sp_field_lattice *l, const double *se, sp_on_data_result *r)
{
    size_t n = 0, longest = 0;
    for (size_t a = 0; a < l->dim; a++)
        longest = l->lengths[a] > longest ? l->lengths[a] : longest;
    double reach = fmax(1, pow(2 * M_PI * FIT_MODES / (double)longest, 2));
    double *x = SP_NEW(run, double, l->n_modes), *y = SP_NEW(run, double, l->n_modes), *e = SP_NEW(run, double, l->n_modes),
           *c = SP_NEW(run, double, l->n_modes), *c_se = SP_NEW(run, double, l->n_modes);
    r->temperature_fit = r->temperature_fit_se = r->mass_fit = r->mass_fit_se = r->slope = r->slope_se = NAN;
    if (!x || !y || !e || !c || !c_se)
        return;
    for (size_t k = 0; k < l->n_modes; k++)
        if (l->k2[k] > 0 && l->k2[k] <= reach && l->C[k] > 0 && se[k] > 0) {
            x[n] = l->k2[k];
            y[n] = 1 / l->C[k];
            e[n] = se[k] / (l->C[k] * l->C[k]);
            c[n] = l->C[k];
            c_se[n++] = se[k];
        }
    sp_line line;
    if (n >= 3 && sp_fit_line(run, n, x, y, e, &line) == SP_OK && line.slope > 0) {
        r->temperature_fit = 1 / line.slope;
        r->temperature_fit_se = line.slope_se / (line.slope * line.slope);
        double mass2 = line.intercept / line.slope;
        if (mass2 > 0) {
            double relative = pow(line.intercept_se / line.intercept, 2) + pow(line.slope_se / line.slope, 2) -
                              2 * line.covariance / (line.intercept * line.slope);
            r->mass_fit = sqrt(mass2);
            r->mass_fit_se = r->mass_fit / 2 * sqrt(fmax(relative, 0));
        }
    }
    if (n >= 3 && sp_fit_power(run, n, x, c, c_se, &line) == SP_OK) {
        r->slope = line.slope;
        r->slope_se = line.slope_se;
    }
}

static sp_status radius_needed(sp_run *run, const sp_field_lattice *l, const sp_on_data_params *p, double t,
                               sp_on_data_row *row)
{
    row->radius = row->relative = NAN;
    for (size_t radius = 1; radius <= p->max_radius; radius++) {
        double weights = pow(2 * (double)radius + 1, (double)l->dim);
        bool fits = weights <= MOST_KERNEL;
        for (size_t a = 0; a < l->dim; a++)
            fits = fits && 2 * radius + 1 <= l->lengths[a];
        if (!fits)
            return SP_OK;
        sp_mark mark = sp_memory_mark(run);
        sp_local_kernel kernel;
        SP_TRY(sp_local_kernel_solve(run, l, t, radius, p->rate_over_max, p->eps, &kernel));
        sp_memory_release(run, mark);
        row->relative = kernel.relative;
        if (kernel.relative <= p->floor) {
            row->radius = (double)radius;
            return SP_OK;
        }
    }
    return SP_OK;
}

sp_status sp_on_data(sp_run *run, const sp_on_data_params *p, sp_on_data_result *r, sp_field_lattice *l, double **C_se,
                     sp_on_data_row *rows)
{
    const sp_dataset *a = p->data;
    *l = (sp_field_lattice){0};
    if (a->n < 2)
        return sp_fail(run, SP_DATA, "a spectrum with error bars needs at least 2 fields, got %zu", a->n);
    SP_TRY(shape_of(run, p, l));
    size_t sites = 1;
    for (size_t i = 0; i < l->dim; i++)
        sites *= l->lengths[i];
    *r = (sp_on_data_result){.fields = a->n * (a->d / sites), .sites = sites, .dim = l->dim};
    *C_se = SP_NEW(run, double, sites);
    if (!*C_se)
        return SP_FAILED;
    SP_TRY(measure(run, a, l, *C_se, sites, &r->edge_jump));
    if (r->edge_jump > 2)
        sp_warn(run,
                "the fields jump %.2g times more across the border than between neighbours: they are not periodic, and "
                "long waves are overestimated",
                r->edge_jump);
    if (p->shells)
        SP_TRY(average_shells(run, l, *C_se));
    fit(run, l, *C_se, r);
    double most = 0;
    size_t empty = 0, top = 0, bottom = 0;
    for (size_t k = 0; k < l->n_modes; k++) {
        most = fmax(most, l->C[k]);
        empty += !(l->C[k] > 0);
        top = l->C[k] > l->C[top] ? k : top;
        bottom = l->C[k] < l->C[bottom] ? k : bottom;
    }
    if (!(most > 0))
        return sp_fail(run, SP_DATA, "all fields are equal: there is nothing to learn");
    if (empty)
        sp_warn(run, "%zu modes are empty: the score diverges there as t goes to 0; stop the sampler at a positive time",
                empty);
    sp_field_modes modes;
    SP_TRY(sp_lattice_modes(run, l, &modes));
    for (size_t i = 0; i < p->t.n; i++) {
        sp_on_data_row *row = &rows[i];
        double t = p->t.v[i];
        row->t = t;
        sp_field_gamma_range(&modes, t, &row->gamma_min, &row->gamma_max);
        row->condition = row->gamma_max / row->gamma_min;
        row->steps1 = sp_one_layer_steps(&modes, t, p->rate_over_max, p->eps);
        SP_TRY(sp_two_layer_steps(run, &modes, t, p->eta, p->eps, &row->steps2));
        SP_TRY(radius_needed(run, l, p, t, row));
        sp_progress(run, "times", (double)(i + 1) / (double)p->t.n);
        SP_TRY(sp_poll(run));
    }
    if (p->t.n) {
        double decay = exp(-2 * p->t.v[0]);
        r->condition = rows[0].condition;
        r->condition_se =
            rows[0].condition * decay * hypot((*C_se)[top] / rows[0].gamma_max, (*C_se)[bottom] / rows[0].gamma_min);
        r->steps1 = rows[0].steps1;
        r->steps2 = rows[0].steps2;
    }
    return SP_OK;
}
