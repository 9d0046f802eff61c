/* The float rows, written over 64-byte vectors and compiled once for each instruction set (ROWS_NAME; flags in
 * CMakeLists.txt). */
#include "math/softmax_rows.h"

#include "vector_math.h"

#include <math.h>
#include <string.h>

typedef float vf __attribute__((vector_size(64), may_alias));
typedef int32_t vi __attribute__((vector_size(64), may_alias));
typedef double vd __attribute__((vector_size(64), may_alias));
typedef int64_t vl __attribute__((vector_size(64), may_alias));
typedef float vf4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float vf8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef double vd8 __attribute__((vector_size(64), aligned(8), may_alias));

enum { LANES = SP_ROW_LANES };

#define SELECT64(mask, a, b) ((vd)(((mask) & (vl)(a)) | (~(mask) & (vl)(b))))

static double largest64(const vd *p)
{
    double max = (*p)[0];
    for (size_t l = 1; l < 8; l++)
        max = (*p)[l] > max ? (*p)[l] : max;
    return max;
}

#define SELECT(mask, a, b) ((vf)(((mask) & (vi)(a)) | (~(mask) & (vi)(b))))

static double distances(size_t n, const void *xy_, double norm, const double *norms, void *e_)
{
    const vf8 *xy = xy_;
    vf8 *e = e_;
    vd most = (vd){0} - (double)INFINITY, zero = {0};
    for (size_t i = 0; i < n / 8; i++) {
        vd q = __builtin_convertvector(xy[i], vd) * 2.0 - (*(const vd8 *)(norms + 8 * i) + norm);
        q = SELECT64(q < 0.0, q, zero);
        most = SELECT64(q > most, q, most);
        e[i] = __builtin_convertvector(q, vf8);
    }
    return (double)(float)largest64(&most);
}

static double distances64(size_t n, const void *xy_, double norm, const double *norms, void *e_)
{
    const vd8 *xy = xy_;
    vd8 *e = e_;
    vd most = (vd){0} - (double)INFINITY, zero = {0};
    for (size_t i = 0; i < n / 8; i++) {
        vd q = xy[i] * 2.0 - (*(const vd8 *)(norms + 8 * i) + norm);
        q = SELECT64(q < 0.0, q, zero);
        most = SELECT64(q > most, q, most);
        e[i] = q;
    }
    return largest64(&most);
}

static double logits(size_t n, const void *e_, const void *p_, const sp_logit *logit, void *v_)
{
    const vf *e = e_, *p = p_;
    vf *v = v_;
    vf most = (vf){0} - INFINITY;
    float a = (float)logit->a, b = (float)logit->b;
    if (logit->kind == SP_LOGIT_STUDENT) {
        double row[LANES], logs[LANES];
        for (size_t i = 0; i < n / LANES; i++) {
            for (size_t l = 0; l < LANES; l++)
                row[l] = 1 - logit->b * (double)e[i][l];
            sp_vlog(LANES, row, logs);
            for (size_t l = 0; l < LANES; l++)
                v[i][l] = (float)(-logit->a * logs[l]);
            most = SELECT(v[i] > most, v[i], most);
        }
    }
    else if (logit->kind == SP_LOGIT_TOPHAT) {
        vf zero = {0}, nothing = zero - INFINITY, edge = zero - (float)(1 / logit->a);
        for (size_t i = 0; i < n / LANES; i++) {
            v[i] = SELECT(e[i] > edge, zero, nothing);
            most = SELECT(v[i] > most, v[i], most);
        }
    }
    else if (p) {
        for (size_t i = 0; i < n / LANES; i++) {
            v[i] = e[i] * a - p[i] * b;
            most = SELECT(v[i] > most, v[i], most);
        }
    }
    else {
        for (size_t i = 0; i < n / LANES; i++) {
            v[i] = e[i] * a;
            most = SELECT(v[i] > most, v[i], most);
        }
    }
    float max = most[0];
    for (size_t l = 1; l < LANES; l++)
        if (most[l] > max)
            max = most[l];
    return (double)max;
}

/* exp of x <= 0.1, relative error 2e-7 (Cephes polynomial); x below -87 counts as -87. In place. */
#define EXP(x)                                                                                                              \
    do {                                                                                                                    \
        vf low_ = (vf){0} - 87.0f;                                                                                          \
        x = SELECT(x > low_, x, low_);                                                                                      \
        vf t_ = x * 1.44269504f + 12582912.0f; /* the integer lands in the low bits of t_ */                                \
        vf k_ = t_ - 12582912.0f;                                                                                           \
        vf r_ = x - k_ * 0.693359375f + k_ * 2.12194440e-4f;                                                                \
        vf y_ = r_ * 1.9875691500e-4f + 1.3981999507e-3f;                                                                   \
        y_ = y_ * r_ + 8.3334519073e-3f;                                                                                    \
        y_ = y_ * r_ + 4.1665795894e-2f;                                                                                    \
        y_ = y_ * r_ + 1.6666665459e-1f;                                                                                    \
        y_ = y_ * r_ + 5.0000001201e-1f;                                                                                    \
        y_ = y_ * (r_ * r_) + r_ + 1.0f;                                                                                    \
        x = (vf)((vi)y_ + ((vi)t_ << 23));                                                                                  \
    } while (0)

static double add_lanes(const vf *s)
{
    vf8 h = *(const vf8 *)s + *((const vf8 *)s + 1);
    vf4 q = *(const vf4 *)&h + *((const vf4 *)&h + 1);
    return (double)((q[0] + q[1]) + (q[2] + q[3]));
}

static void sums(size_t n_parts, const sp_row_part *parts, const void *v_, double m_, double *out, double *part_sum)
{
    float m = (float)m_;
    vf s2 = {0}, sv = {0}, low = (vf){0} - 87.0f;
    for (size_t g = 0; g < n_parts; g++) {
        const vf *v = (const vf *)v_ + parts[g].first / LANES;
        vf s = {0};
        for (size_t i = 0; i < parts[g].n / LANES; i++) {
            vf x = v[i] - m;
            x = SELECT(x > low, x, low);
            vf w = x;
            EXP(w);
            s += w;
            s2 += w * w;
            sv += w * x;
        }
        double sum = add_lanes(&s);
        out[0] += sum;
        if (part_sum)
            part_sum[parts[g].class] += sum;
    }
    out[1] += add_lanes(&s2);
    out[2] += add_lanes(&sv);
}

static void weights(size_t n, const void *v_, double m_, void *w_)
{
    const vf *v = v_;
    vf *out = w_, zero = {0};
    float m = (float)m_;
    for (size_t i = 0; i < n / LANES; i++) {
        vf x = v[i] - m, w = x;
        EXP(w);
        out[i] = SELECT(x > -86.0f, w, zero);
    }
}

static size_t above(size_t n, const void *v_, double threshold_, uint32_t *position)
{
    const vf *v = v_;
    float threshold = (float)threshold_;
    size_t count = 0;
    for (size_t i = 0; i < n / LANES; i++) {
        vi hit = v[i] > threshold;
        int64_t any[LANES / 2];
        memcpy(any, &hit, sizeof any);
        if (!(any[0] | any[1] | any[2] | any[3] | any[4] | any[5] | any[6] | any[7]))
            continue;
        for (size_t l = 0; l < LANES; l++)
            if (hit[l])
                position[count++] = (uint32_t)(i * LANES + l);
    }
    return count;
}

#define DISTANCE(name, type, load)                                                                                          \
    static void name(size_t d, const double *x, const type *y, const float *z, double *g, double *p)                        \
    {                                                                                                                       \
        vd sum = {0}, projected = {0};                                                                                      \
        size_t j = 0;                                                                                                       \
        for (; j + 8 <= d; j += 8) {                                                                                        \
            vd delta = *(const vd8 *)(x + j) - load(y + j);                                                                 \
            sum += delta * delta;                                                                                           \
            if (z)                                                                                                          \
                projected += delta * __builtin_convertvector(*(const vf8 *)(z + j), vd);                                    \
        }                                                                                                                   \
        double total = 0, along = 0;                                                                                        \
        for (; j < d; j++) {                                                                                                \
            double delta = x[j] - (double)y[j];                                                                             \
            total += delta * delta;                                                                                         \
            if (z)                                                                                                          \
                along += delta * (double)z[j];                                                                              \
        }                                                                                                                   \
        for (size_t l = 0; l < 8; l++) {                                                                                    \
            total += sum[l];                                                                                                \
            along += projected[l];                                                                                          \
        }                                                                                                                   \
        *g = total;                                                                                                         \
        *p = along;                                                                                                         \
    }
#define LOAD_FLOAT(q) __builtin_convertvector(*(const vf8 *)(q), vd)
#define LOAD_DOUBLE(q) (*(const vd8 *)(q))
DISTANCE(distance, float, LOAD_FLOAT)
DISTANCE(distance64, double, LOAD_DOUBLE)

const sp_row_kernels ROWS_FLOAT = {sizeof(float), distances, logits, sums, weights, above, distance, distance64};

/* ---- double -------------------------------------------------------------------------------------------- */

enum { LANES64 = 8 };

static double logits64(size_t n, const void *e_, const void *p_, const sp_logit *logit, void *v_)
{
    const vd *e = e_, *p = p_;
    vd *v = v_, most = (vd){0} - (double)INFINITY;
    double a = logit->a, b = logit->b;
    for (size_t i = 0; i < n / LANES64; i++) {
        if (logit->kind == SP_LOGIT_STUDENT) {
            double row[LANES64] = {0};
            for (size_t l = 0; l < LANES64; l++)
                row[l] = -a * log1p(-b * e[i][l]);
            memcpy(&v[i], row, sizeof row);
        }
        else if (logit->kind == SP_LOGIT_TOPHAT)
            v[i] = SELECT64(e[i] * -a < 1.0, (vd){0}, (vd){0} - (double)INFINITY);
        else
            v[i] = p ? e[i] * a - p[i] * b : e[i] * a;
        most = SELECT64(v[i] > most, v[i], most);
    }
    return largest64(&most);
}

/* exp of -700 <= x <= 0.1 in place, relative error 4e-16: Taylor series to order 13 on |r| <= log(2)/2. */
#define EXP64(x)                                                                                                            \
    do {                                                                                                                    \
        vd t_ = x * 1.4426950408889634 + 6755399441055744.0;                                                                \
        vd k_ = t_ - 6755399441055744.0;                                                                                    \
        vd r_ = x - k_ * 0.693147180369123816490 - k_ * 1.90821492927058770002e-10;                                         \
        vd y_ = r_ * (1.0 / 6227020800) + 1.0 / 479001600;                                                                  \
        y_ = y_ * r_ + 1.0 / 39916800;                                                                                      \
        y_ = y_ * r_ + 1.0 / 3628800;                                                                                       \
        y_ = y_ * r_ + 1.0 / 362880;                                                                                        \
        y_ = y_ * r_ + 1.0 / 40320;                                                                                         \
        y_ = y_ * r_ + 1.0 / 5040;                                                                                          \
        y_ = y_ * r_ + 1.0 / 720;                                                                                           \
        y_ = y_ * r_ + 1.0 / 120;                                                                                           \
        y_ = y_ * r_ + 1.0 / 24;                                                                                            \
        y_ = y_ * r_ + 1.0 / 6;                                                                                             \
        y_ = y_ * r_ + 0.5;                                                                                                 \
        y_ = y_ * (r_ * r_) + r_ + 1.0;                                                                                     \
        x = (vd)((vl)y_ + ((vl)t_ << 52));                                                                                  \
    } while (0)

static double add_lanes64(const vd *p)
{
    vd s = *p;
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

static void sums64(size_t n_parts, const sp_row_part *parts, const void *v_, double m, double *out, double *part_sum)
{
    vd s2 = {0}, sv = {0}, low = (vd){0} - 700.0;
    for (size_t g = 0; g < n_parts; g++) {
        const vd *v = (const vd *)v_ + parts[g].first / LANES64;
        vd s = {0};
        for (size_t i = 0; i < parts[g].n / LANES64; i++) {
            vd x = v[i] - m;
            x = SELECT64(x > low, x, low);
            vd w = x;
            EXP64(w);
            s += w;
            s2 += w * w;
            sv += w * x;
        }
        double sum = add_lanes64(&s);
        out[0] += sum;
        if (part_sum)
            part_sum[parts[g].class] += sum;
    }
    out[1] += add_lanes64(&s2);
    out[2] += add_lanes64(&sv);
}

static void weights64(size_t n, const void *v_, double m, void *w_)
{
    const vd *v = v_;
    vd *out = w_, low = (vd){0} - 700.0;
    for (size_t i = 0; i < n / LANES64; i++) {
        vd x = v[i] - m, w = SELECT64(x > low, x, low);
        EXP64(w);
        out[i] = SELECT64(x > low, w, (vd){0});
    }
}

static size_t above64(size_t n, const void *v_, double threshold, uint32_t *position)
{
    const vd *v = v_;
    size_t count = 0;
    for (size_t i = 0; i < n / LANES64; i++) {
        vl hit = v[i] > threshold;
        if (!(((hit[0] | hit[1]) | (hit[2] | hit[3])) | ((hit[4] | hit[5]) | (hit[6] | hit[7]))))
            continue;
        for (size_t l = 0; l < LANES64; l++)
            if (hit[l])
                position[count++] = (uint32_t)(i * LANES64 + l);
    }
    return count;
}

const sp_row_kernels ROWS_DOUBLE = {sizeof(double), distances64, logits64, sums64, weights64, above64, distance, distance64};
