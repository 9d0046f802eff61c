#include "spinodal/command.h"
#include "spinodal/memorization.h"

typedef sp_memorization_spectrum_params P;
typedef sp_memorization_spectrum_result R;
static const sp_param params[] = {
    SP_REAL(P, psi_p, "64", SP_POSITIVE, "1", "features per dimension, p/d"),
    SP_REAL(P, psi_n, "4", SP_POSITIVE, "1", "samples per dimension, n/d"),
    SP_REAL(P, t, "0.1", SP_POSITIVE, "OU time", "diffusion time of the score"),
    SP_VEC(P, spectrum, "1", SP_POSITIVE, "data^2", "eigenvalues of the covariance of the data (equal weights)"),
    SP_TEXT(P, activation, "tanh", "tanh, relu, erf, leaky:A or an expression in x; must not be linear"),
    SP_VEC(P, lambda, "", SP_POSITIVE, "1", "points of the density (default: 600 around the bulks)"),
    SP_VEC(P, z_re, "", SP_ANY, "1", "real parts of points z where the resolvent is wanted"),
    SP_VEC(P, z_im, "", SP_NONNEGATIVE, "1", "their imaginary parts (0: limit from above)"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "feature matrices diagonalised beside the theory"),
    SP_SIZE(P, d, "50", SP_AT_LEAST(2), "", "dimension of the simulated ones"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, delta_position, "1", "s2: eigenvalue of the directions that see no data"),
    SP_OUT(R, delta_weight, "1", "their fraction, 1 - (1 + psi_n)/psi_p"),
    SP_OUT(R, memorising_low, "1", "bulk of sample-specific directions: lower edge"),
    SP_OUT(R, memorising_high, "1", "upper edge"),
    SP_OUT(R, memorising_weight, "1", "fraction of the eigenvalues in it"),
    SP_OUT(R, memorising_low_asymptotic, "1", "s2 + v2 (1 - sqrt(psi_p/psi_n))^2, for many features and samples"),
    SP_OUT(R, memorising_high_asymptotic, "1", "s2 + v2 (1 + sqrt(psi_p/psi_n))^2"),
    SP_OUT(R, population_low, "1", "bulk of the d population directions: lower edge"),
    SP_OUT(R, population_high, "1", "upper edge"),
    SP_OUT(R, population_weight, "1", "fraction of the eigenvalues in it: 1/psi_p"),
    SP_OUT(R, train_time_population, "1", "when they are learnt"),
    SP_OUT(R, train_time_memorising, "1", "when memorisation sets in: psi_p/(2 Delta memorising_high)"),
    SP_OUT(R, above_delta, "1", "simulated eigenvalues above s2, over d: 1 + psi_n"),
    SP_OUT(R, above_delta_se, "1", "standard error"),
    SP_OUT(R, a, "1/data", "linear part of the activation"),
    SP_OUT(R, b, "1", "overlap with the noise"),
    SP_OUT(R, v2, "1", "sample-specific part"),
    SP_OUT(R, s2, "1", "the rest"),
    {0}};
static const sp_column density[] = {{"lambda", "1", "eigenvalue"}, {"density", "1", "theory, without the delta at s2"}, {0}};
static const sp_column bulks[] = {{"bulk", "", "from the lowest"},
                                  {"low", "1", "lower edge"},
                                  {"high", "1", "upper edge"},
                                  {"weight", "1", "fraction of the eigenvalues"},
                                  {"train_time", "1", "relaxation time at the upper edge"},
                                  {0}};
static const sp_column resolvent[] = {{"z_re", "1", "real part"},
                                      {"z_im", "1", "imaginary part"},
                                      {"kappa_re", "1", "screening of the data"},
                                      {"kappa_im", "1", "imaginary part"},
                                      {"q_re", "1", "trace of the resolvent over p"},
                                      {"q_im", "1", "imaginary part"},
                                      {"r_re", "1", "its trace on the data"},
                                      {"r_im", "1", "imaginary part"},
                                      {"residual", "1", "of the equations"},
                                      {0}};
static const sp_column histogram[] = {{"lambda", "1", "middle of the bin (geometric)"},
                                      {"mass_simulated", "1", "fraction of the eigenvalues in the bin"},
                                      {"mass_simulated_se", "1", "standard error between matrices"},
                                      {"mass", "1", "theory, delta included"},
                                      {0}};
static const sp_table_decl tables[] = {
    {"density", density, "plot lambda density logx logy yrange 1e-4:100 vline memorising_low memorising_high delta_position",
     "Two scales: directions of single samples (slow) and of the population (fast), far apart"},
    {"bulks", bulks, NULL, NULL},
    {"resolvent", resolvent, NULL, NULL},
    {"histogram", histogram, "plot lambda mass,mass_simulated logx logy",
     "Points: eigenvalues of simulated feature matrices; line: theory in the same bins"},
    {0}};

enum { MOST_BULKS = 64, BINS = 60, PER_BIN = 24 };

static sp_status add_density(sp_run *run, const P *p, const sp_score_model *m, size_t n_bulks, const sp_score_bulk *bulk,
                             sp_result *out)
{
    sp_vec lambda = p->lambda;
    if (!lambda.n && n_bulks)
        SP_TRY(sp_parse_numbers(run, sp_format(run, "%.17g:%.17g:600log", 0.9 * bulk[0].low, 1.1 * bulk[n_bulks - 1].high),
                                &lambda));
    double *rho = SP_NEW(run, double, lambda.n + 1);
    size_t failed;
    if (!rho)
        return SP_FAILED;
    SP_TRY(sp_score_density(run, m, lambda.n, lambda.v, rho, &failed));
    if (failed)
        sp_result_unconverged(out, "the density was not found at %zu of %zu points", failed, lambda.n);
    for (size_t i = 0; i < lambda.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "density"), lambda.v[i], rho[i]));
    return SP_OK;
}

static sp_status add_histogram(sp_run *run, const P *p, const sp_score_model *m, double low, double high, sp_result *out)
{
    size_t size, failed;
    const double *values;
    SP_TRY(sp_score_eigenvalues(run, m, p->d, p->simulate, &size, &values));
    double step = log(high / low) / BINS, *x = SP_NEW(run, double, BINS *PER_BIN), *rho = SP_NEW(run, double, BINS *PER_BIN);
    double delta = m->c.s2, delta_weight = fmax(0, 1 - (1 + m->psi_n) / m->psi_p);
    if (!x || !rho)
        return SP_FAILED;
    for (size_t i = 0; i < BINS * PER_BIN; i++)
        x[i] = low * exp(step * ((double)i + 0.5) / PER_BIN);
    SP_TRY(sp_score_density(run, m, BINS * PER_BIN, x, rho, &failed));
    for (size_t b = 0; b < BINS; b++) {
        double from = low * exp(step * (double)b), to = from * exp(step), theory = 0, mean = 0, square = 0;
        for (size_t i = b * PER_BIN; i < (b + 1) * PER_BIN; i++)
            theory += (isnan(rho[i]) ? 0 : rho[i]) * x[i] * step / PER_BIN;
        theory += delta >= from && delta < to ? delta_weight : 0;
        for (size_t k = 0; k < p->simulate; k++) {
            double count = 0;
            for (size_t i = 0; i < size; i++)
                count += values[k * size + i] >= from && values[k * size + i] < to;
            mean += count / (double)size / (double)p->simulate;
            square += count / (double)size * count / (double)size / (double)p->simulate;
        }
        double n = (double)p->simulate, se = n > 1 ? sqrt(fmax(square - mean * mean, 0) / (n - 1)) : NAN;
        SP_TRY(SP_ROW(sp_result_table(out, "histogram"), sqrt(from * to), mean, se, theory));
    }
    return SP_OK;
}

static sp_status run_memorization_spectrum(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    if (p->z_re.n != p->z_im.n)
        return sp_fail(run, SP_USAGE, "--z-re and --z-im are lists of the same length, got %zu and %zu values", p->z_re.n,
                       p->z_im.n);
    SP_TRY(sp_memorization_spectrum(run, p, scalars_));
    sp_score_model m;
    SP_TRY(sp_score_model_open(run, p->activation, p->psi_p, p->psi_n, p->t, p->spectrum, &m));
    sp_score_bulk bulk[MOST_BULKS];
    size_t n;
    SP_TRY(sp_score_bulks(run, &m, MOST_BULKS, bulk, &n));
    for (size_t i = 0; i < n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "bulks"), i + 1, bulk[i].low, bulk[i].high, bulk[i].weight,
                      m.psi_p / (2 * m.c.noise_var * bulk[i].high)));
    SP_TRY(add_density(run, p, &m, n, bulk, out));
    for (size_t i = 0; i < p->z_re.n; i++) {
        sp_score_resolvent g = sp_score_resolvent_at(&m, p->z_re.v[i], p->z_im.v[i]);
        if (!g.converged)
            sp_result_unconverged(out, "the resolvent at %g%+gi was not found", p->z_re.v[i], p->z_im.v[i]);
        SP_TRY(SP_ROW(sp_result_table(out, "resolvent"), p->z_re.v[i], p->z_im.v[i], g.kappa_re, g.kappa_im, g.q_re, g.q_im,
                      g.r_re, g.r_im, g.residual));
    }
    if (p->simulate && n)
        SP_TRY(add_histogram(run, p, &m, 0.8 * fmin(m.c.s2, bulk[0].low), 1.3 * bulk[n - 1].high, out));
    return SP_OK;
}

const sp_command sp_command_memorization_spectrum = {
    .name = "memorization.spectrum",
    .summary = "Spectrum of the feature matrix that drives training: the bulk that memorises and the bulk that learns",
    .spec = "09:3.4, 3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_memorization_spectrum,
    SP_SIZES(P, R),
    .example = "--psi-p 16 --psi-n 4 --simulate 2 --d 30"};
