/* Model ensembles against their exact laws. Errors are standard errors of means of independent blocks or samples; bounds are
 * 5 of them at a fixed seed. */
#include "data_test.h"

#include "math/linalg.h"
#include "math/statistics.h"

static void near(sp_estimate e, double exact, const char *what)
{
    if (!(fabs(e.value - exact) <= 5 * e.se))
        print_message("%s: %.6f +- %.6f, exact %.6f\n", what, e.value, e.se, exact);
    assert_true(fabs(e.value - exact) <= 5 * e.se);
    assert_true(e.se > 0);
}

/* ---- bits --------------------------------------------------------------------------------------------- */

static const char *const every[] = {
    "gen:gaussian,d=20,n=300,rotate=yes",
    "gen:gaussian-mixture,d=20,n=300,classes=5",
    "gen:manifold,n=300,noise=0.1",
    "gen:blobs,n=600",
    "gen:curie-weiss,n=300",
    "gen:ising,L=8,n=150",
    "gen:phi4,L=6,n=150",
    "gen:two-phase,L=12,n=100,noise=0.1",
    "gen:table,n=400,noise=0.5",
    "gen:spurious,n=400,extra=2",
    "gen:sensitive,n=400,extra=2",
};
enum { EVERY = sizeof every / sizeof *every };

static uint64_t hash_of(const char *source, int threads, uint64_t run_seed)
{
    sp_run *run = sp_run_create(&(sp_run_options){.seed = run_seed, .threads = threads});
    uint64_t hash = open_ok(run, source, &raw)->hash;
    sp_run_free(run);
    return hash;
}

static void same_seed_same_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < EVERY; i++) {
        uint64_t hash = hash_of(every[i], 1, 1);
        assert_true(hash == hash_of(every[i], 2, 1));
        assert_true(hash == hash_of(every[i], 2, 77)); /* the data do not depend on the seed of the run */
        char other[128];
        snprintf(other, sizeof other, "%s,seed=2", every[i]);
        assert_true(hash != hash_of(other, 2, 1));
    }
}

static void limit_takes_the_first_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < EVERY; i++) {
        sp_run *run = new_run();
        const sp_dataset *all = open_ok(run, every[i], &raw);
        sp_data_options o = raw;
        o.limit = 70;
        const sp_dataset *few = open_ok(run, every[i], &o);
        assert_int_equal(few->n, 70);
        assert_memory_equal(few->x, all->x, 70 * all->d * sizeof *all->x);
        if (all->label)
            assert_memory_equal(few->label, all->label, 70 * sizeof *all->label);
        sp_run_free(run);
    }
}

static void bad_keys(void **state)
{
    (void)state;
    sp_run *run = new_run();
    open_refused(run, "gen:nothing", NULL, SP_USAGE, "no generator \"nothing\"", "gaussian-mixture", "two-phase", NULL);
    open_refused(run, "gen:ising,T=2", NULL, SP_USAGE, "no key \"T\"", "L, n, beta, sweeps, seed", NULL);
    open_refused(run, "gen:ising,L", NULL, SP_USAGE, "no key", NULL);
    open_refused(run, "gen:ising,L=1", NULL, SP_USAGE, "L must be in [2, 4096], got 1", NULL);
    open_refused(run, "gen:ising,L=4,L=5", NULL, SP_USAGE, "L is given twice", NULL);
    open_refused(run, "gen:ising,L=1e99", NULL, SP_USAGE, "L needs a whole number", NULL);
    open_refused(run, "gen:gaussian,n=0", NULL, SP_USAGE, "n must be >= 1", NULL);
    open_refused(run, "gen:gaussian,spectrum=1/2,d=3", NULL, SP_USAGE, "2 eigenvalues, d is 3", NULL);
    open_refused(run, "gen:gaussian,spectrum=1/-2", NULL, SP_USAGE, "eigenvalue 2 is -2", NULL);
    open_refused(run, "gen:gaussian,spectrum=power:x", NULL, SP_USAGE, "power:A", NULL);
    open_refused(run, "gen:gaussian-mixture,weights=1/2/3", NULL, SP_USAGE, "3 weights for 2 classes", NULL);
    open_refused(run, "gen:manifold,d=3,d_eff=4", NULL, SP_USAGE, "d_eff must be at most", NULL);
    open_refused(run, "gen:phi4,lambda=0,beta=0.5", NULL, SP_USAGE, "beta < 0.5", NULL);
    open_refused(run, "gen:gaussian,d=1000000,n=1000000000", NULL, SP_DATA, "do not fit the memory", NULL);
    sp_run_free(run);
}

/* ---- Gaussians ---------------------------------------------------------------------------------------- */

static void gaussian_spectrum(void **state)
{
    (void)state;
    sp_run *run = new_run();
    for (int rotate = 0; rotate < 2; rotate++) {
        const sp_dataset *data = open_ok(
            run, rotate ? "gen:gaussian,spectrum=4x8/0.5x24,n=20000,rotate=yes" : "gen:gaussian,spectrum=4x8/0.5x24,n=20000",
            &raw);
        assert_int_equal(data->d, 32);
        double *c = SP_NEW(run, double, 32 * 32), value[32], trace = 0;
        assert_int_equal(sp_covariance(run, sp_rows_double(data->n, data->d, data->x64), NULL, (double)data->n, c), SP_OK);
        for (size_t j = 0; j < 32; j++)
            trace += c[j * 33];
        /* Var of the trace estimate: 2 sum lambda^2 / n */
        assert_true(fabs(trace - 44) < 5 * sqrt(2 * (8 * 16 + 24 * 0.25) / 20000));
        assert_int_equal(sp_eigenvalues(run, 32, c, value), SP_OK);
        double low[2] = {1e9, 1e9}, high[2] = {0, 0};
        for (size_t j = 0; j < 32; j++) {
            int group = value[j] > 2;
            low[group] = fmin(low[group], value[j]);
            high[group] = fmax(high[group], value[j]);
        }
        /* Sample eigenvalues of k equal ones lie in lambda (1 +- sqrt(k/n))^2 up to fluctuations (widened by half). */
        assert_true(low[1] > 4 * pow(1 - 1.5 * sqrt(8.0 / 20000), 2) && high[1] < 4 * pow(1 + 1.5 * sqrt(8.0 / 20000), 2));
        assert_true(low[0] > 0.5 * pow(1 - 1.5 * sqrt(24.0 / 20000), 2) &&
                    high[0] < 0.5 * pow(1 + 1.5 * sqrt(24.0 / 20000), 2));
        double off = 0;
        for (size_t j = 1; j < 32; j++)
            off += fabs(c[j]);
        assert_true(rotate ? off > 1 : off < 0.5);
    }
    const sp_dataset *power = open_ok(run, "gen:gaussian,spectrum=power:2,d=10,n=50000", &raw);
    for (size_t j = 0; j < 10; j++) {
        double sum = 0, exact = pow((double)(j + 1), -2);
        for (size_t i = 0; i < power->n; i++)
            sum += power->x64[i * 10 + j] * power->x64[i * 10 + j];
        assert_true(fabs(sum / (double)power->n - exact) < 5 * exact * sqrt(2.0 / 50000));
    }
    const char *file = write_text("spectrum.txt", "# three\n3\n2\n1\n");
    char source[256];
    snprintf(source, sizeof source, "gen:gaussian,spectrum=%s,n=10", file);
    assert_int_equal(open_ok(run, source, &raw)->d, 3);
    sp_run_free(run);
}

static void mixture_moments(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "gen:gaussian-mixture,d=64,n=20000,mu2=0.25,sigma2=2,weights=3/1", &raw);
    size_t n = data->n, d = data->d;
    double *along = SP_NEW(run, double, n), *across = SP_NEW(run, double, n), *first = SP_NEW(run, double, n);
    for (size_t i = 0; i < n; i++) {
        double sum = 0, square = 0;
        for (size_t j = 0; j < d; j++) {
            sum += data->x64[i * d + j];
            square += data->x64[i * d + j] * data->x64[i * d + j];
        }
        double sign = data->label[i] == 0 ? 1 : -1;
        along[i] = sign * sum / sqrt((double)d);
        across[i] = (square - along[i] * along[i]) / (double)(d - 1);
        first[i] = data->label[i] == 0;
    }
    near(sp_mean(n, along), sqrt(64 * 0.25), "overlap with m");
    near(sp_mean(n, across), 2, "variance inside a class");
    near(sp_mean(n, first), 0.75, "weight");
    assert_true(fabs(sp_variance(n, along) - 2) < 5 * 2 * sqrt(2.0 / (double)n));

    data = open_ok(run, "gen:gaussian-mixture,d=16,n=9000,classes=3,mu2=4,sigma2=1", &raw);
    double mean[3][16] = {{0}}, count[3] = {0};
    for (size_t i = 0; i < data->n; i++) {
        count[data->label[i]]++;
        for (size_t j = 0; j < 16; j++)
            mean[data->label[i]][j] += data->x64[i * 16 + j];
    }
    for (int a = 0; a < 3; a++)
        for (int b = 0; b <= a; b++) {
            double dot = 0;
            for (size_t j = 0; j < 16; j++)
                dot += mean[a][j] / count[a] * mean[b][j] / count[b];
            /* |m|^2 = 64; the class means have errors 1/sqrt(3000) per coordinate */
            assert_true(fabs(dot - (a == b ? 64 : 0)) < 5 * 8 * sqrt(2.0 / 2800) * (a == b ? sqrt(2) : 1));
        }
    sp_run_free(run);
}

static void manifold_dimension(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "gen:manifold,d=32,d_eff=8,variance=2,noise=0.1,n=5000", &raw);
    double *c = SP_NEW(run, double, 32 * 32), value[32];
    assert_int_equal(sp_covariance(run, sp_rows_double(data->n, data->d, data->x64), NULL, (double)data->n, c), SP_OK);
    assert_int_equal(sp_eigenvalues(run, 32, c, value), SP_OK);
    int large = 0;
    for (size_t j = 0; j < 32; j++)
        large += value[j] > 1;
    assert_int_equal(large, 8);
    data = open_ok(run, "gen:manifold,d=32,d_eff=8,variance=2,n=5000", &raw);
    assert_int_equal(sp_covariance(run, sp_rows_double(data->n, data->d, data->x64), NULL, (double)data->n, c), SP_OK);
    assert_int_equal(sp_eigenvalues(run, 32, c, value), SP_OK);
    double zeros = 0, trace = 0;
    for (size_t j = 0; j < 32; j++) {
        trace += value[j];
        zeros += fabs(value[j]) < 1e-12;
    }
    assert_true(zeros == 24);
    assert_true(fabs(trace - 16) < 5 * sqrt(2.0 * 8 * 4 / 5000));
    sp_run_free(run);
}

/* ---- spins -------------------------------------------------------------------------------------------- */

static void curie_weiss_law(void **state)
{
    (void)state;
    sp_run *run = new_run();
    enum { D = 100, N = 40000 };
    const sp_dataset *data = open_ok(run, "gen:curie-weiss,d=100,n=40000,beta=1.2", &raw);
    double *m2 = SP_NEW(run, double, N), *m1 = SP_NEW(run, double, N), histogram[D + 1] = {0}, law[D + 1], norm = 0;
    double *site = SP_NEW(run, double, N);
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t j = 0; j < D; j++)
            sum += data->x64[i * D + j];
        histogram[(size_t)(sum + D) / 2]++;
        m1[i] = fabs(sum) / D;
        m2[i] = sum * sum / D / D;
        site[i] = data->x64[i * D + 17];
        assert_true(sum == 0 || (sum > 0) == (data->label[i] == 1));
    }
    near(sp_mean(N, m2), 0.3822304608, "<m^2>"); /* spec 08, section 7 */
    near(sp_mean(N, m1), 0.5921980101, "<|m|>");
    near(sp_mean(N, site), 0, "one spin");
    for (size_t k = 0; k <= D; k++) {
        double sum = 2 * (double)k - D;
        law[k] = exp(lgamma(D + 1) - lgamma((double)k + 1) - lgamma(D - (double)k + 1) + 1.2 * sum * sum / (2 * D) - 80);
        norm += law[k];
    }
    double chi2 = 0, bins = 0;
    for (size_t k = 0; k <= D; k++) {
        double expected = N * law[k] / norm;
        if (expected >= 5) {
            chi2 += pow(histogram[k] - expected, 2) / expected;
            bins++;
        }
    }
    assert_true(bins > 50 && fabs(chi2 - bins) < 5 * sqrt(2 * bins));
    sp_run_free(run);
}

/* Energy per site of the infinite lattice (Onsager 1944). */
static double onsager(double beta)
{
    double k = 2 * sinh(2 * beta) / pow(cosh(2 * beta), 2), a = 1, g = sqrt(1 - k * k);
    for (int i = 0; i < 40; i++) { /* K(k) by the arithmetic-geometric mean */
        double next = (a + g) / 2;
        g = sqrt(a * g);
        a = next;
    }
    double complete = M_PI / (2 * a), t = tanh(2 * beta);
    return -(1 / t) * (1 + 2 / M_PI * (2 * t * t - 1) * complete);
}

/* log Z of the L x L torus (Kaufman 1949). */
static double kaufman(size_t L, double beta)
{
    double n = (double)L, product[4] = {1, 1, 1, 1};
    for (size_t r = 0; r < L; r++)
        for (int odd = 0; odd < 2; odd++) {
            double l = 2 * (double)r + odd;
            double gamma =
                l == 0 ? 2 * beta + log(tanh(beta)) : acosh(pow(cosh(2 * beta), 2) / sinh(2 * beta) - cos(l * M_PI / n));
            product[2 * odd] *= 2 * cosh(n * gamma / 2);
            product[2 * odd + 1] *= 2 * sinh(n * gamma / 2);
        }
    return n * n / 2 * log(2 * sinh(2 * beta)) + log((product[0] + product[1] + product[2] + product[3]) / 2);
}

/* Mean over independent chains of 64 rows each. */
static sp_estimate chain_mean(sp_run *run, size_t n, const double *x)
{
    size_t chains = n / 64;
    double *mean = SP_NEW(run, double, chains);
    for (size_t c = 0; c < chains; c++)
        for (size_t i = 0; i < 64; i++)
            mean[c] += x[c * 64 + i] / 64;
    return sp_mean(chains, mean);
}

static sp_estimate ising_energy(sp_run *run, size_t L, double beta, size_t n)
{
    char source[96];
    snprintf(source, sizeof source, "gen:ising,L=%zu,beta=%.17g,n=%zu", L, beta, n);
    const sp_dataset *data = open_ok(run, source, &raw);
    double *energy = SP_NEW(run, double, n);
    for (size_t i = 0; i < n; i++)
        for (size_t y = 0; y < L; y++)
            for (size_t x = 0; x < L; x++) {
                const float *s = data->x + i * L * L;
                energy[i] -= (double)(s[y * L + x] * (s[y * L + (x + 1) % L] + s[(y + 1) % L * L + x])) / (double)(L * L);
            }
    return chain_mean(run, n, energy);
}

static void ising_energy_is_exact(void **state)
{
    (void)state;
    sp_run *run = new_run();
    /* The correlation lengths are below 2 sites: the torus of 32 agrees with the infinite lattice to e^-16. */
    near(ising_energy(run, 32, 0.3, 1280), onsager(0.3), "Ising energy, beta 0.3");
    near(ising_energy(run, 32, 0.6, 1280), onsager(0.6), "Ising energy, beta 0.6");
    double critical = log(1 + sqrt(2)) / 2, h = 1e-5;
    double exact = -(kaufman(8, critical + h) - kaufman(8, critical - h)) / (2 * h) / 64;
    near(ising_energy(run, 8, critical, 2560), exact, "Ising energy, critical, L 8");
    sp_run_free(run);
}

/* ---- phi^4 -------------------------------------------------------------------------------------------- */

static void phi4_moments(sp_run *run, size_t L, double beta, double lambda, size_t n, sp_estimate *square,
                         sp_estimate *fourth, sp_estimate *mean)
{
    char source[96];
    snprintf(source, sizeof source, "gen:phi4,L=%zu,beta=%g,lambda=%g,n=%zu", L, beta, lambda, n);
    const sp_dataset *data = open_ok(run, source, &raw);
    size_t d = L * L;
    double *two = SP_NEW(run, double, n), *four = SP_NEW(run, double, n), *m = SP_NEW(run, double, n);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            double x = data->x64[i * d + j];
            sum += x / (double)d;
            two[i] += x * x / (double)d;
            four[i] += x * x * x * x / (double)d;
        }
        m[i] = fabs(sum);
        assert_int_equal(data->label[i], sum > 0);
    }
    *square = chain_mean(run, n, two);
    *fourth = chain_mean(run, n, four);
    *mean = chain_mean(run, n, m);
}

static void phi4_against_exact_values(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_estimate square, fourth, mean;
    size_t L = 8;
    double exact = 0, beta = 0.45;
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            exact += 1 / (2 - 2 * beta * (cos(2 * M_PI * (double)a / (double)L) + cos(2 * M_PI * (double)b / (double)L))) /
                     (double)(L * L);
    phi4_moments(run, L, beta, 0, 2560, &square, &fourth, &mean);
    near(square, exact, "free field <phi^2>");
    near(fourth, 3 * exact * exact, "free field <phi^4>");
    phi4_moments(run, 2, 0.68, 1, 12800, &square, &fourth, &mean); /* spec 01, section 7: ring transfer matrix */
    near(square, 0.8984336408, "2 x 2 <phi^2>");
    near(fourth, 1.1875055697, "2 x 2 <phi^4>");
    phi4_moments(run, 2, 0, 1, 6400, &square, &fourth, &mean);
    near(square, 0.5208986482, "one site <phi^2>");
    near(fourth, 0.5104493241, "one site <phi^4>");
    phi4_moments(run, 8, 0.68, 1, 2560, &square, &fourth, &mean); /* spec 01: .844467(514) and .684251(965), simulated */
    near((sp_estimate){square.value, hypot(square.se, 514e-6)}, 0.844467, "8 x 8 <phi^2>");
    near((sp_estimate){mean.value, hypot(mean.se, 965e-6)}, 0.684251, "8 x 8 <|m|>");
    phi4_moments(run, 2, 0.1, 50, 6400, &square, &fourth, &mean); /* close to Ising spins */
    assert_true(fabs(square.value - 1) < 0.02);
    sp_run_free(run);
}

static void two_phase_classes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "gen:two-phase,n=2000", NULL);
    assert_string_equal(data->scale, "ddpm");
    assert_int_equal(data->n_classes, 2);
    double *magnetisation = SP_NEW(run, double, data->n), right = 0;
    for (size_t i = 0; i < data->n; i++) {
        for (size_t j = 0; j < data->d; j++)
            magnetisation[i] += ((double)data->x[i * data->d + j] + data->mean[j]) / (double)data->d;
        right += (magnetisation[i] > 0) == data->label[i];
    }
    assert_true(right / (double)data->n > 0.95);
    near(sp_mean(data->n, magnetisation), 0, "both phases alike");
    sp_run_free(run);
}

/* P(group = class), and the mean distance of a feature from the sign it follows. */
static void groups_and_classes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "gen:spurious,n=20000,aligned=0.8,extra=1", &raw);
    double agree = 0, core = 0, spurious = 0, n = (double)data->n;
    assert_string_equal(data->column_name[1], "spurious");
    assert_string_equal(data->column_name[3], "x1");
    for (size_t i = 0; i < data->n; i++) {
        const float *x = data->x + i * data->d;
        agree += (double)x[2] == data->target[i];
        core += pow((double)x[0] - 2 * data->target[i] + 1, 2) / n;
        spurious += pow((double)x[1] - 2 * (double)x[2] + 1, 2) / n;
    }
    near((sp_estimate){agree / n, sqrt(0.16 / n)}, 0.8, "aligned");
    near((sp_estimate){core, 0.25 * sqrt(2 / n)}, 0.25, "core noise");
    near((sp_estimate){spurious, 0.01 * sqrt(2 / n)}, 0.01, "spurious noise");
    data = open_ok(run, "gen:sensitive,n=20000,majority=0.7,gap=1,noise=1", &raw);
    double group = 0, favoured = 0;
    for (size_t i = 0; i < data->n; i++) {
        const float *x = data->x + i * data->d;
        group += (double)x[2];
        favoured += (double)x[2] * data->target[i];
    }
    near((sp_estimate){group / n, sqrt(0.21 / n)}, 0.7, "majority");
    /* P(z + noise > -1) = Phi(1/sqrt 2) */
    near((sp_estimate){favoured / group, sqrt(0.18 / group)}, 0.760249938, "favoured");
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_bits),
        cmocka_unit_test(limit_takes_the_first_rows),
        cmocka_unit_test(bad_keys),
        cmocka_unit_test(gaussian_spectrum),
        cmocka_unit_test(mixture_moments),
        cmocka_unit_test(manifold_dimension),
        cmocka_unit_test(curie_weiss_law),
        cmocka_unit_test(ising_energy_is_exact),
        cmocka_unit_test(phi4_against_exact_values),
        cmocka_unit_test(two_phase_classes),
        cmocka_unit_test(groups_and_classes),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
