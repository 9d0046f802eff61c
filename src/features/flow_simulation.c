/* Training-time curves and eigenvalue histograms of drawn features. */
#include "sample.h"

#include "math/linalg.h"

#include <math.h>

typedef struct {
    const sp_activation *s;
    sp_directions directions;
    sp_vec times;
    size_t n, p, m, bins;
    double noise_sd;
    const double *edge;
    double *values;
} experiment;

/* [repeat][time][test, train] */
static sp_status flow(sp_run *run, size_t block, void *context)
{
    experiment *a = context;
    size_t d = a->directions.d, n = a->n, p = a->p, m = a->m, n_times = a->times.n;
    sp_rng rng = sp_rng_at(run, "features flow", block);
    double *theta = SP_NEW(run, double, d), *x = SP_NEW(run, double, (n > m ? n : m) * d), *y = SP_NEW(run, double, n),
           *noise = SP_NEW(run, double, n);
    double *f = SP_NEW(run, double, p *d), *z = SP_NEW(run, double, n *p), *test_z = SP_NEW(run, double, m *p),
           *target = SP_NEW(run, double, m);
    double *fitted = SP_NEW(run, double, n_times *m), *train = SP_NEW(run, double, n_times),
           *norm = SP_NEW(run, double, n_times), *scaled = SP_NEW(run, double, n_times);
    if (!theta || !x || !y || !noise || !f || !z || !test_z || !target || !fitted || !train || !norm || !scaled)
        return SP_FAILED;
    sp_draw_teacher(&rng, &a->directions, theta);
    sp_draw_features(&rng, d, p, f);
    sp_draw_inputs(&rng, &a->directions, n, x);
    sp_teach(&a->directions, n, x, theta, y);
    sp_features_of(a->s, d, n, x, p, f, z);
    sp_normals(&rng, n, noise);
    for (size_t i = 0; i < n; i++)
        y[i] += a->noise_sd * noise[i];
    sp_draw_inputs(&rng, &a->directions, m, x);
    sp_teach(&a->directions, m, x, theta, target);
    sp_features_of(a->s, d, m, x, p, f, test_z);
    for (size_t k = 0; k < n_times; k++)
        scaled[k] = a->times.v[k] * (double)d / (double)n;
    SP_TRY(sp_fit_all(run, SP_FIT_FLOW, n, p, z, m, test_z, 1, y, (sp_vec){n_times, scaled},
                      &(sp_ridge_fit){fitted, train, norm}));
    for (size_t k = 0; k < n_times; k++) {
        double *out = a->values + (block * n_times + k) * 2;
        for (size_t i = 0; i < m; i++)
            out[0] += (fitted[k * m + i] - target[i]) * (fitted[k * m + i] - target[i]) / (double)m;
        out[1] = train[k];
    }
    return SP_OK;
}

static sp_status open_experiment(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                                 const sp_features_trial *trial, experiment *a)
{
    *a = (experiment){.s = s,
                      .n = sp_count(p->psi2, trial->d),
                      .p = sp_count(p->psi1, trial->d),
                      .m = trial->test_points,
                      .noise_sd = sqrt(p->noise_var)};
    if (trial->d < 2 || trial->repeats < 1)
        return sp_fail(run, SP_USAGE, "a simulation needs --d >= 2 and at least one repeat");
    return sp_directions_open(run, q, trial->d, &a->directions);
}

sp_status sp_features_flow_measure(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                                   sp_vec train_time, const sp_features_trial *trial, sp_measured *test, sp_measured *train)
{
    experiment a;
    SP_TRY(open_experiment(run, p, s, q, trial, &a));
    a.times = train_time;
    a.values = SP_NEW(run, double, trial->repeats *train_time.n * 2);
    if (!a.values)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(
        run,
        sp_simulation_name(run, "flow-simulation",
                           sp_format(run, "%s %.17g %.17g %.17g", s->name, p->psi1, p->psi2, p->noise_var)),
        trial->repeats, a.values, train_time.n * 2 * sizeof(double), flow, &a));
    for (size_t k = 0; k < train_time.n; k++) {
        test[k] = sp_measured_of(trial->repeats, a.values + 2 * k, train_time.n * 2);
        train[k] = sp_measured_of(trial->repeats, a.values + 2 * k + 1, train_time.n * 2);
    }
    return SP_OK;
}

/* [repeat][share of each bin, smallest and largest nonzero eigenvalue] */
static sp_status spectrum(sp_run *run, size_t block, void *context)
{
    experiment *a = context;
    size_t d = a->directions.d, n = a->n, p = a->p, k = n < p ? n : p;
    sp_rng rng = sp_rng_at(run, "features spectrum", block);
    double *x = SP_NEW(run, double, n *d), *f = SP_NEW(run, double, p *d), *z = SP_NEW(run, double, n *p),
           *gram = SP_NEW(run, double, k *k);
    double *l = SP_NEW(run, double, k), *out = a->values + block * (a->bins + 2);
    if (!x || !f || !z || !gram || !l)
        return SP_FAILED;
    sp_draw_features(&rng, d, p, f);
    sp_draw_inputs(&rng, &a->directions, n, x);
    sp_features_of(a->s, d, n, x, p, f, z);
    double scale = (double)d / (double)n; /* z = u / sqrt d */
    if (n <= p)
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, n, n, p, scale, z, p, z, p, 0, gram, n);
    else
        sp_gemm(SP_TRANSPOSED, SP_PLAIN, p, p, n, scale, z, p, z, p, 0, gram, p);
    SP_TRY(sp_eigenvalues(run, k, gram, l));
    for (size_t b = 0; b < a->bins; b++)
        for (size_t i = 0; i < k; i++)
            out[b] += l[i] >= a->edge[b] && l[i] < a->edge[b + 1] ? 1 / (double)p : 0;
    size_t first = 0;
    while (first + 1 < k && l[first] <= 1e-12 * l[k - 1])
        first++;
    out[a->bins] = l[first];
    out[a->bins + 1] = l[k - 1];
    return SP_OK;
}

sp_status sp_features_histogram(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                                size_t bins, const double *edge, const sp_features_trial *trial, sp_measured *share,
                                sp_measured *smallest, sp_measured *largest)
{
    experiment a;
    SP_TRY(open_experiment(run, p, s, q, trial, &a));
    a.bins = bins;
    a.edge = edge;
    a.values = SP_NEW(run, double, trial->repeats *(bins + 2));
    if (!a.values)
        return SP_FAILED;
    SP_TRY(
        sp_parallel_resumable(run, "feature-spectrum", trial->repeats, a.values, (bins + 2) * sizeof(double), spectrum, &a));
    for (size_t b = 0; b < bins; b++)
        share[b] = sp_measured_of(trial->repeats, a.values + b, bins + 2);
    *smallest = sp_measured_of(trial->repeats, a.values + bins, bins + 2);
    *largest = sp_measured_of(trial->repeats, a.values + bins + 1, bins + 2);
    return SP_OK;
}
