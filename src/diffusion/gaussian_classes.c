/* Gaussian classes: divergence and its fluctuation at any time and dimension (spec 05, 3.1 and 3.2). */
#include "spinodal/diffusion.h"
#include "spinodal/speciation.h"

#include "math/linalg.h"
#include "math/roots.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

double sp_speciation_leading_time(double dm2, double dC2, double kappa)
{
    double k2 = 4 * kappa * kappa; /* S^2 */
    return -log(2 * k2 / (dm2 + sqrt(dm2 * dm2 + 2 * k2 * dC2))) / 2;
}

double sp_speciation_agreement(double S) { return sp_same_class_probability(S / 2); }
double sp_speciation_attribution(double S) { return sp_normal_cdf(S / 2); }

double sp_gaussian_classes_dimension(const sp_gaussian_classes *c)
{
    double d = 0;
    for (size_t i = 0; i < c->n; i++)
        d += c->multiplicity[i];
    return d;
}

/* (q - 1 - log q)/2 with q = 1 + x */
static double divergence(double x)
{
    return fabs(x) < 1e-4 ? x * x * (0.5 - x * (1. / 3 - x * (0.25 - x / 5))) / 2 : (x - log1p(x)) / 2;
}

static void diagonal_ratio(const sp_gaussian_classes *c, size_t k, size_t l, double t, double *D, double *S)
{
    double sum = 0, square = 0, y = exp(-2 * t), delta = sp_noise_variance(t);
    const double *a = c->variance + k * c->n, *b = c->variance + l * c->n, *m = c->mean + k * c->n, *o = c->mean + l * c->n;
    for (size_t i = 0; i < c->n; i++) {
        double B = delta + y * b[i], x = y * (a[i] - b[i]) / B, shift = m[i] - o[i], pull = y * shift * shift / B;
        sum += c->multiplicity[i] * divergence(x) + pull / 2;
        square += c->multiplicity[i] * x * x / 2 + pull * (1 + x);
    }
    *D = sum;
    *S = sqrt(square);
}

static void noised_covariance(const sp_gaussian_classes *c, size_t k, double t, double *out)
{
    double y = exp(-2 * t), delta = sp_noise_variance(t);
    const double *covariance = c->covariance + k * c->n * c->n;
    for (size_t i = 0; i < c->n * c->n; i++)
        out[i] = y * covariance[i];
    for (size_t i = 0; i < c->n; i++)
        out[i * c->n + i] += delta;
}

static sp_status full_ratio(sp_run *run, const sp_gaussian_classes *c, size_t k, size_t l, double t, double *D, double *S)
{
    size_t n = c->n;
    sp_mark mark = sp_memory_mark(run);
    double *a = SP_NEW(run, double, n *n), *b = SP_NEW(run, double, n *n), *q = SP_NEW(run, double, n),
           *v = SP_NEW(run, double, n *n), *delta = SP_NEW(run, double, n), sum = 0, square = 0;
    if (!a || !b || !q || !v || !delta)
        return SP_FAILED;
    noised_covariance(c, k, t, a);
    noised_covariance(c, l, t, b);
    SP_TRY(sp_eigen_pencil(run, n, a, b, q, v)); /* rows v_i with v B v = 1, v A v = q */
    for (size_t i = 0; i < n; i++)
        delta[i] = exp(-t) * (c->mean[k * n + i] - c->mean[l * n + i]);
    for (size_t i = 0; i < n; i++) {
        double along = 0, x = q[i] - 1;
        for (size_t j = 0; j < n; j++)
            along += v[i * n + j] * delta[j];
        sum += divergence(x) + along * along / 2;
        square += x * x / 2 + along * along * q[i];
    }
    *D = sum;
    *S = sqrt(square);
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_gaussian_ratio(sp_run *run, const sp_gaussian_classes *c, size_t k, size_t l, double t, double *D, double *S)
{
    if (c->covariance)
        return full_ratio(run, c, k, l, t, D, S);
    diagonal_ratio(c, k, l, t, D, S);
    return SP_OK;
}

typedef struct {
    sp_run *run;
    const sp_gaussian_classes *classes;
    size_t k, l;
    double kappa;
    sp_status status;
} pair;

static double excess(double t, void *context)
{
    pair *p = context;
    double D = 0, S = 0;
    if (p->status == SP_OK)
        p->status = sp_gaussian_ratio(p->run, p->classes, p->k, p->l, t, &D, &S);
    return S > 0 ? D / S - p->kappa : -p->kappa;
}

sp_status sp_gaussian_pair_time(sp_run *run, const sp_gaussian_classes *c, size_t k, size_t l, double kappa, double *t)
{
    enum { SCAN = 600 };
    static const double latest = 30, earliest = 1e-7;
    pair p = {run, c, k, l, kappa, SP_OK};
    double above = latest, below = latest;
    *t = NAN;
    if (c->covariance) /* a coarser search: each point is an eigenproblem */
        above = fmin(latest, fmax(sp_gaussian_leading_time(c, k, l, kappa), 0.5) + 1);
    while (above > earliest) {
        below = above > 1.5 * latest / SCAN ? above - latest / SCAN : above * 0.7;
        if (excess(below, &p) > 0)
            break;
        above = below;
    }
    SP_TRY(p.status);
    if (!(above > earliest))
        return SP_OK;
    *t = sp_root_bracketed(excess, &p, below, above, 1e-13).x;
    return p.status;
}

static void distances(const sp_gaussian_classes *c, size_t k, size_t l, double *dm2, double *dC2)
{
    *dm2 = *dC2 = 0;
    for (size_t i = 0; i < c->n; i++) {
        double m = c->mean[k * c->n + i] - c->mean[l * c->n + i];
        *dm2 += m * m;
        if (!c->covariance) {
            double v = c->variance[k * c->n + i] - c->variance[l * c->n + i];
            *dC2 += c->multiplicity[i] * v * v;
        }
    }
    for (size_t i = 0; c->covariance && i < c->n * c->n; i++) {
        double v = c->covariance[k * c->n * c->n + i] - c->covariance[l * c->n * c->n + i];
        *dC2 += v * v;
    }
}

double sp_gaussian_leading_time(const sp_gaussian_classes *c, size_t k, size_t l, double kappa)
{
    double dm2, dC2;
    distances(c, k, l, &dm2, &dC2);
    return sp_speciation_leading_time(dm2, dC2, kappa);
}

bool sp_gaussian_mean_driven(const sp_gaussian_classes *c, size_t k, size_t l, double t)
{
    double dm2, dC2;
    distances(c, k, l, &dm2, &dC2);
    return dm2 >= exp(-2 * t) * dC2 / 2;
}

/* ---- from lists of numbers ------------------------------------------------------------------------------------ */

static sp_status check_list(sp_run *run, const char *option, size_t given, size_t wanted, const char *what)
{
    return given == wanted ? SP_OK
                           : sp_fail(run, SP_USAGE, "--%s needs %zu numbers (%s), got %zu", option, wanted, what, given);
}

static sp_status set_weights(sp_run *run, sp_vec given, size_t K, const double **out)
{
    double *w = SP_NEW(run, double, K), sum = 0;
    if (!w)
        return SP_FAILED;
    if (given.n)
        SP_TRY(check_list(run, "weights", given.n, K, "one for each class"));
    for (size_t k = 0; k < K; k++)
        sum += w[k] = given.n ? given.v[k] : 1;
    for (size_t k = 0; k < K; k++) {
        w[k] /= sum;
        if (!(w[k] > 0))
            return sp_fail(run, SP_USAGE, "--weights must be > 0 for every class");
    }
    *out = w;
    return SP_OK;
}

static void fill(double *x, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        x[i] = value;
}

/* eigenvalues rank^-power, of mean data_var */
static void power_law(size_t d, double power, double data_var, double *out)
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += out[i] = pow((double)(i + 1), -power);
    for (size_t i = 0; i < d; i++)
        out[i] *= data_var * (double)d / sum;
}

static sp_status check_covariances(sp_run *run, const sp_gaussian_classes *c)
{
    size_t n = c->n;
    sp_mark mark = sp_memory_mark(run);
    double *values = SP_NEW(run, double, n);
    if (!values)
        return SP_FAILED;
    for (size_t k = 0; k < c->n_classes; k++) {
        const double *a = c->covariance + k * n * n;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
                if (!(fabs(a[i * n + j] - a[j * n + i]) <= 1e-9 * (fabs(a[i * n + i]) + fabs(a[j * n + j]))))
                    return sp_fail(run, SP_USAGE, "--covariance: matrix %zu is not symmetric", k + 1);
        SP_TRY(sp_eigenvalues(run, n, a, values));
        if (!(values[0] >= -1e-9 * fabs(values[n - 1])))
            return sp_fail(run, SP_USAGE, "--covariance: matrix %zu has a negative eigenvalue (%g)", k + 1, values[0]);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_gaussian_classes_create(sp_run *run, const sp_gaussian_classes_params *p, sp_gaussian_classes *out)
{
    size_t K = p->data_var.n, d = p->d;
    if (K < 2)
        return sp_fail(run, SP_USAGE, "--data-var needs one variance for each of at least two classes, got %zu", K);
    if (d < 1)
        return sp_fail(run, SP_USAGE, "--d must be at least 1");
    if ((p->power.n > 0) + (p->spectrum.n > 0) + (p->covariance.n > 0) > 1)
        return sp_fail(run, SP_USAGE, "--power, --spectrum and --covariance: give one of them");
    if (p->power.n)
        SP_TRY(check_list(run, "power", p->power.n, K, "one for each class"));
    if (p->spectrum.n)
        SP_TRY(check_list(run, "spectrum", p->spectrum.n, K * d, "d for each class"));
    if (p->covariance.n)
        SP_TRY(check_list(run, "covariance", p->covariance.n, K * d * d, "d x d for each class"));
    bool on_line = p->mean.n == K && d > 1, vectors = p->mean.n && !on_line;
    if (vectors && p->mean.n != K * d)
        return sp_fail(run, SP_USAGE, "--mean needs %zu numbers (a position of each class on a line) or %zu, got %zu", K,
                       K * d, p->mean.n);
    bool written_out = vectors || p->power.n || p->spectrum.n || p->covariance.n;
    size_t n = written_out ? d : on_line ? 2 : 1;
    SP_TRY(sp_need_memory(run, 8. * (double)n * (double)(2 * K + 1), "the classes"));
    double *multiplicity = SP_NEW(run, double, n), *mean = SP_NEW(run, double, K *n), *variance = SP_NEW(run, double, K *n);
    if (!multiplicity || !mean || !variance)
        return SP_FAILED;
    fill(multiplicity, n, 1);
    if (!written_out)
        multiplicity[n - 1] = (double)(d - (n - 1));
    for (size_t k = 0; k < K; k++) {
        if (p->power.n)
            power_law(d, p->power.v[k], p->data_var.v[k], variance + k * n);
        else if (p->spectrum.n)
            memcpy(variance + k * n, p->spectrum.v + k * d, d * sizeof *variance);
        else
            fill(variance + k * n, n, p->data_var.v[k]);
        if (vectors)
            memcpy(mean + k * n, p->mean.v + k * d, d * sizeof *mean);
        else if (on_line)
            mean[k * n] = p->mean.v[k];
    }
    *out = (sp_gaussian_classes){K, n, multiplicity, NULL, mean, variance, NULL};
    SP_TRY(set_weights(run, p->weights, K, &out->weight));
    if (p->covariance.n) {
        out->variance = NULL;
        out->covariance = p->covariance.v;
        SP_TRY(check_covariances(run, out));
    }
    return SP_OK;
}
