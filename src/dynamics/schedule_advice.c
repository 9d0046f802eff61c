/* Reading a training log: plateau, drop, convergence; when to start to decay the rate (spec 14, 3.4 and 5).
 *
 * The log is averaged over equal intervals of ln(step). The plateau is the longest run of intervals whose levels differ by
 * less than their scatter; the phase follows from the fall below it and from the slope at the end. */
#include "spinodal/learning_rate.h"

#include "math/statistics.h"

#include <math.h>

enum { BINS = 40, LEAST = 20 };
static const double DROPPED = 3, FLAT = 0.08; /* standard deviations; |d ln loss/d ln step| of a plateau */

typedef struct {
    double step, loss, sd, log_step;
    size_t n;
} bin;

static size_t average(size_t n, const double *step, const double *loss, bin *bins)
{
    double low = log(fmax(step[0], step[n - 1] * 1e-4)), high = log(step[n - 1]);
    size_t used = 0, at = 0;
    for (size_t b = 0; b < BINS && at < n; b++) {
        double end = b + 1 == BINS ? INFINITY : exp(low + (high - low) * (double)(b + 1) / BINS);
        sp_moments value = {0}, place = {0};
        for (; at < n && step[at] <= end; at++) {
            sp_moments_add(&value, loss[at]);
            sp_moments_add(&place, step[at]);
        }
        if (value.n == 0 || !(place.mean > 0))
            continue;
        bins[used++] = (bin){place.mean, value.mean, value.n > 1 ? sp_moments_sd(&value) : 0, log(place.mean), value.n};
    }
    return used;
}

/* Least squares of ln loss on ln step over bins first..last. */
static double slope(const bin *b, size_t first, size_t last, double *se)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, rest = 0;
    for (size_t i = first; i <= last; i++) {
        double ly = log(b[i].loss);
        n++, x += b[i].log_step, y += ly, xx += b[i].log_step * b[i].log_step, xy += b[i].log_step * ly;
    }
    double spread = xx - x * x / n, a = (xy - x * y / n) / spread, c = (y - a * x) / n;
    for (size_t i = first; i <= last; i++)
        rest += pow(log(b[i].loss) - c - a * b[i].log_step, 2);
    *se = n > 2 ? sqrt(rest / (n - 2) / spread) : NAN;
    return a;
}

/* The widest range of bins (in ln step) that is flat. */
static bool find_plateau(const bin *b, size_t n, size_t *first, size_t *last)
{
    double widest = 0;
    for (size_t i = 0; i + 3 < n; i++)
        for (size_t k = i + 3; k < n; k++) {
            double se, width = b[k].log_step - b[i].log_step;
            if (width > widest && fabs(slope(b, i, k, &se)) < FLAT &&
                fabs(log(b[k].loss / b[i].loss)) < 2 * FLAT * width + 0.02) {
                widest = width;
                *first = i, *last = k;
            }
        }
    return widest > log(1.5);
}

sp_status sp_learning_rate_recommend(sp_run *run, size_t n, const double *step, const double *loss, const double *lr,
                                     sp_learning_rate_advice *a, size_t *n_points, sp_log_point **points)
{
    if (n < LEAST)
        return sp_fail(run, SP_DATA, "the log has %zu rows: at least %d are needed", n, LEAST);
    for (size_t i = 0; i < n; i++) {
        if (i && !(step[i] > step[i - 1]))
            return sp_fail(run, SP_DATA, "row %zu: the step must increase (%g after %g)", i + 1, step[i], step[i - 1]);
        if (!(loss[i] > 0))
            return sp_fail(run, SP_DATA, "row %zu: loss %g; positive losses are expected", i + 1, loss[i]);
    }
    bin bins[BINS];
    size_t used = average(n, step, loss, bins), first = 0, last = 0, tail;
    if (used < 8)
        return sp_fail(run, SP_DATA,
                       "the steps span too little: at least a factor 2 between the first and the last is needed");
    bool plateau = find_plateau(bins, used, &first, &last);
    *a = (sp_learning_rate_advice){
        .n = n, .plateau = NAN, .plateau_se = NAN, .drop = NAN, .floor = INFINITY, .switch_step = NAN, .beta = 1};
    for (size_t i = 0; i < used; i++)
        a->floor = fmin(a->floor, bins[i].loss);
    for (tail = used - 4;
         tail > 0 && bins[used - 1].log_step - bins[tail].log_step < (bins[used - 1].log_step - bins[0].log_step) / 8;)
        tail--;
    a->slope = slope(bins, tail, used - 1, &a->slope_se);
    bool decayed = lr && lr[n - 1] < 0.9 * lr[0];
    if (plateau) {
        sp_moments level = {0}, scatter = {0};
        for (size_t i = first; i <= last; i++) {
            sp_moments_add(&level, bins[i].loss);
            sp_moments_add(&scatter, bins[i].sd * bins[i].sd);
        }
        double sd = fmax(sqrt(scatter.mean), sp_moments_sd(&level));
        a->plateau = level.mean;
        a->plateau_se = sp_moments_se(&level);
        a->drop = sd > 0 ? (level.mean - bins[used - 1].loss) / sd : 0;
        /* the loss left the plateau where it stays below it by the rule's three deviations */
        for (size_t i = last + 1; i < used && isnan(a->switch_step); i++)
            if (level.mean - bins[i].loss > DROPPED * sd)
                a->switch_step = bins[i].step;
    }
    bool at_end = plateau && last + 2 >= used, fell_before = at_end && first > 0 && bins[0].loss > 2 * a->plateau;
    if (at_end && !decayed) {
        a->phase = fell_before ? "convergence" : "exploration";
        if (fell_before)
            a->switch_step = bins[first].step;
        a->advice = fell_before ? "the loss fell and is flat again: it has reached the noise of a constant rate; decay it "
                                  "now as 1/t (beta = 1)"
                                : "still on the plateau: keep the rate large and constant; decaying now freezes the search";
    }
    else if (plateau && !isnan(a->switch_step) && a->slope > -0.2 && !decayed) {
        a->phase = "convergence";
        a->advice = "past the crossover and flat again: decay the rate now as 1/t (beta = 1)";
    }
    else if (plateau && !isnan(a->switch_step)) {
        a->phase = "crossover";
        a->advice = "the loss has left the plateau: start the decay as 1/t (beta = 1) when the fall levels off";
    }
    else {
        a->phase = "exploration";
        a->beta = 0.4;
        a->advice = "slow power-law descent without a plateau: rough landscape; a rate t^-0.4 to t^-0.5 descends fastest, "
                    "1/t would freeze";
    }
    *n_points = used;
    sp_log_point *out = *points = SP_NEW(run, sp_log_point, used);
    if (!out)
        return SP_FAILED;
    for (size_t i = 0; i < used; i++) {
        double se;
        size_t from = i < 2 ? 0 : i - 2, to = i + 2 < used ? i + 2 : used - 1;
        out[i] = (sp_log_point){.step = bins[i].step,
                                .loss = bins[i].loss,
                                .smooth = bins[i].sd / sqrt((double)bins[i].n),
                                .slope = slope(bins, from, to, &se)};
    }
    return SP_OK;
}
