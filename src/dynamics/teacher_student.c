/* Two-layer student of a two-layer teacher, trained by single-sample gradient steps, online or in epochs (spec 14, 3.7). */
#include "spinodal/learning_rate.h"

#include "mixed_kernel.h"

#include "math/statistics.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { TEST_POINTS = 2000, MAX_HIDDEN = 64, OBSERVABLES = 3 };

typedef struct {
    size_t d, hidden;
    double *w, *v; /* hidden x d, hidden */
} network;

typedef struct {
    const sp_teacher_params *p;
    double *output; /* seeds x times x {test, overlap, train} */
} job;

static double activation(int kind, double u) { return kind == 0 ? erf(u / sqrt(2)) : kind == 1 ? fmax(u, 0) : u; }
static double activation_slope(int kind, double u)
{
    return kind == 0 ? sqrt(2 / M_PI) * exp(-u * u / 2) : kind == 1 ? u > 0 : 1;
}

/* fields u_k = w_k.x/sqrt(d); returns the output */
static double forward(const network *net, int kind, const double *x, double *u)
{
    double f = 0;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)net->hidden, (int)net->d, 1 / sqrt((double)net->d), net->w, (int)net->d, x,
                1, 0, u, 1);
    for (size_t k = 0; k < net->hidden; k++)
        f += net->v[k] * activation(kind, u[k]);
    return f;
}

static void gradient_step(network *net, int kind, const double *x, const double *u, double error, double rate,
                          bool fixed_output)
{
    double root = sqrt((double)net->d);
    for (size_t k = 0; k < net->hidden; k++) {
        double slope = activation_slope(kind, u[k]), v = net->v[k];
        if (!fixed_output)
            net->v[k] -= rate * error * activation(kind, u[k]) / (double)net->d;
        cblas_daxpy((int)net->d, -rate * error * v * slope / root, x, 1, net->w + k * net->d, 1);
    }
}

static sp_status random_network(sp_run *run, sp_rng *rng, size_t d, size_t hidden, double sd, network *net)
{
    *net = (network){d, hidden, SP_NEW(run, double, hidden *d), SP_NEW(run, double, hidden)};
    if (!net->w || !net->v)
        return SP_FAILED;
    sp_normals(rng, hidden * d, net->w);
    cblas_dscal((int)(hidden * d), sd, net->w, 1);
    for (size_t k = 0; k < hidden; k++)
        net->v[k] = 1;
    return SP_OK;
}

static double test_error(const network *student, const network *teacher, int kind, const double *points)
{
    double sum = 0, u[MAX_HIDDEN];
    for (size_t i = 0; i < TEST_POINTS; i++) {
        const double *x = points + i * student->d;
        double error = forward(student, kind, x, u) - forward(teacher, kind, x, u);
        sum += error * error / 2;
    }
    return sum / TEST_POINTS;
}

/* Mean over teacher units of the largest |cosine| with a student unit: 1 when all are found. */
static double specialisation(const network *student, const network *teacher)
{
    double sum = 0;
    int d = (int)student->d;
    for (size_t m = 0; m < teacher->hidden; m++) {
        double best = 0;
        const double *b = teacher->w + m * teacher->d;
        for (size_t k = 0; k < student->hidden; k++) {
            const double *a = student->w + k * student->d;
            best = fmax(best, fabs(cblas_ddot(d, a, 1, b, 1)) / (cblas_dnrm2(d, a, 1) * cblas_dnrm2(d, b, 1)));
        }
        sum += best / (double)teacher->hidden;
    }
    return sum;
}

/* Inputs and noisy labels of the steps. */
typedef struct {
    sp_rng rng, order_rng;
    const network *teacher;
    const sp_teacher_params *p;
    double *x, *label; /* samples x d and samples; one of each when they are fresh */
    size_t *order;
} sample_source;

static void draw(sample_source *s, size_t i)
{
    double u[MAX_HIDDEN], *x = s->x + i * s->p->d;
    sp_normals(&s->rng, s->p->d, x);
    s->label[i] = forward(s->teacher, s->p->activation, x, u) + s->p->noise_sd * sp_normal(&s->rng);
}

static sp_status sample_source_create(sp_run *run, size_t seed, const sp_teacher_params *p, const network *teacher,
                                      sample_source *out)
{
    size_t n = p->samples ? p->samples : 1;
    *out = (sample_source){.rng = sp_rng_at(run, "samples", seed),
                           .order_rng = sp_rng_at(run, "epochs", seed),
                           .teacher = teacher,
                           .p = p,
                           .x = SP_NEW(run, double, n * p->d),
                           .label = SP_NEW(run, double, n),
                           .order = SP_NEW(run, size_t, n)};
    if (!out->x || !out->label || !out->order)
        return SP_FAILED;
    for (size_t i = 0; i < p->samples; i++)
        draw(out, i);
    return SP_OK;
}

/* The index of the sample of this step. */
static size_t next_sample(sample_source *s, size_t step)
{
    size_t n = s->p->samples;
    if (!n) {
        draw(s, 0);
        return 0;
    }
    if (step % n == 0)
        sp_permutation(&s->order_rng, n, s->order);
    return s->order[step % n];
}

static double train_error(const network *student, const sample_source *s)
{
    double sum = 0, u[MAX_HIDDEN];
    size_t n = s->p->samples;
    for (size_t i = 0; i < n; i++) {
        double error = forward(student, s->p->activation, s->x + i * s->p->d, u) - s->label[i];
        sum += error * error / 2;
    }
    return n ? sum / (double)n : NAN;
}

static sp_status train(sp_run *run, size_t seed, void *context)
{
    const job *j = context;
    const sp_teacher_params *p = j->p;
    network teacher, student;
    sample_source samples;
    sp_rng weights = sp_rng_at(run, "networks", seed), test = sp_rng_at(run, "test", seed);
    SP_TRY(random_network(run, &weights, p->d, p->teacher_hidden, 1, &teacher));
    SP_TRY(random_network(run, &weights, p->d, p->hidden, p->init_sd, &student));
    if (!p->fixed_output)
        for (size_t k = 0; k < p->hidden; k++)
            student.v[k] = p->init_sd * sp_normal(&weights);
    SP_TRY(sample_source_create(run, seed, p, &teacher, &samples));
    double *points = SP_NEW(run, double, TEST_POINTS * p->d), u[MAX_HIDDEN];
    if (!points)
        return SP_FAILED;
    sp_normals(&test, TEST_POINTS * p->d, points);
    size_t step = 0;
    for (size_t i = 0; i < p->times.n; i++) {
        for (size_t end = (size_t)(p->times.v[i] * (double)p->d); step < end; step++) {
            size_t k = next_sample(&samples, step);
            const double *x = samples.x + k * p->d;
            double error = forward(&student, p->activation, x, u) - samples.label[k];
            gradient_step(&student, p->activation, x, u, error, sp_schedule_rate(&p->eta, (double)step / (double)p->d),
                          p->fixed_output);
            if (step % 1024 == 0)
                SP_TRY(sp_poll(run));
        }
        double *out = j->output + OBSERVABLES * (seed * p->times.n + i);
        out[0] = test_error(&student, &teacher, p->activation, points);
        out[1] = specialisation(&student, &teacher);
        out[2] = train_error(&student, &samples);
    }
    return SP_OK;
}

sp_status sp_teacher_train(sp_run *run, const sp_teacher_params *p, size_t *n, sp_teacher_point **points)
{
    SP_TRY(sp_schedule_check(run, &p->eta));
    if (!(p->d >= 2 && p->seeds >= 1 && p->hidden >= 1 && p->hidden <= MAX_HIDDEN && p->teacher_hidden >= 1 &&
          p->teacher_hidden <= MAX_HIDDEN && p->noise_sd >= 0))
        return sp_fail(run, SP_USAGE, "allowed: d >= 2, seeds >= 1, 1 to %d hidden units, noise >= 0", MAX_HIDDEN);
    for (size_t i = 0; i < p->times.n; i++)
        if (!(p->times.v[i] >= (i ? p->times.v[i - 1] : 0)))
            return sp_fail(run, SP_USAGE, "--times must be increasing and >= 0");
    SP_TRY(
        sp_need_memory(run, 8.0 * (double)p->d * ((double)p->samples + TEST_POINTS) * sp_run_threads(run), "the samples"));
    job j = {.p = p, .output = SP_NEW(run, double, OBSERVABLES * p->seeds * p->times.n + 1)};
    sp_teacher_point *out = *points = SP_NEW(run, sp_teacher_point, p->times.n + 1);
    if (!j.output || !out)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "training", p->seeds, j.output, OBSERVABLES * p->times.n * sizeof(double), train, &j));
    *n = p->times.n;
    for (size_t i = 0; i < *n; i++) {
        sp_moments m[OBSERVABLES] = {{0}};
        for (size_t s = 0; s < p->seeds; s++)
            for (int k = 0; k < OBSERVABLES; k++)
                sp_moments_add(&m[k], j.output[OBSERVABLES * (s * p->times.n + i) + (size_t)k]);
        out[i] = (sp_teacher_point){.t = p->times.v[i],
                                    .eta = sp_schedule_rate(&p->eta, p->times.v[i]),
                                    .test = {m[0].mean, sp_moments_se(&m[0])},
                                    .overlap = {m[1].mean, sp_moments_se(&m[1])},
                                    .train = {m[2].mean, sp_moments_se(&m[2])}};
    }
    return SP_OK;
}
