#include "diffusion/class_ratios.h"

#include <math.h>

sp_status sp_class_ratios_create(sp_run *run, sp_vec t, size_t n_classes, const size_t *count, sp_class_ratios *out)
{
    size_t n = 0, *first = SP_NEW(run, size_t, n_classes + 1);
    if (!first)
        return SP_FAILED;
    for (size_t k = 0; k < n_classes; k++) {
        first[k] = n;
        n += count[k];
    }
    first[n_classes] = n;
    SP_TRY(sp_need_memory(run, (double)t.n * (double)n * (double)n_classes * sizeof(float),
                          "log-likelihood ratios of all classes at all times"));
    *out = (sp_class_ratios){
        .n = n, .n_classes = n_classes, .t = t, .first = first, .l = SP_NEW(run, float, t.n *n *n_classes)};
    return out->l ? SP_OK : SP_FAILED;
}

sp_status sp_class_means(sp_run *run, const sp_dataset *data, double **out)
{
    size_t d = data->d, K = data->n_classes, *count = SP_NEW(run, size_t, K);
    double *mean = SP_NEW(run, double, K *d);
    if (!count || !mean)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++) {
        size_t k = (size_t)data->label[i];
        count[k]++;
        for (size_t j = 0; j < d; j++)
            mean[k * d + j] += (double)data->x[i * d + j];
    }
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < d && count[k]; j++)
            mean[k * d + j] /= (double)count[k];
    *out = mean;
    return SP_OK;
}

sp_status sp_class_ratios_add_controls(sp_run *run, size_t d, const double *mean, sp_class_ratios *r)
{
    size_t K = r->n_classes;
    r->z = SP_NEW(run, float, r->n *K);
    r->a = SP_NEW(run, float, r->n *K);
    r->product = SP_NEW(run, double, K *K);
    if (!r->z || !r->a || !r->product)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = 0; l < K; l++)
            for (size_t j = 0; j < d; j++)
                r->product[k * K + l] += mean[k * d + j] * mean[l * d + j];
    return SP_OK;
}

static sp_class_curve plain_curve(const sp_class_ratios *r, size_t time, size_t k, size_t l)
{
    size_t first = r->first[k], end = r->first[k + 1];
    sp_moments m = {0};
    const float *ratio = sp_class_ratios_at(r, time, 0) + l;
    for (size_t i = first; i < end; i++)
        sp_moments_add(&m, (double)ratio[i * r->n_classes]);
    double n = (double)m.n, S = sp_moments_sd(&m), fourth = 0, R = m.mean / S;
    for (size_t i = first; i < end; i++) {
        double x = (double)ratio[i * r->n_classes] - m.mean;
        fourth += x * x * x * x;
    }
    double S_se = S > 0 ? sqrt(fmax(fourth / n - S * S * S * S, 0) / n) / (2 * S) : 0;
    return (sp_class_curve){m.mean, S / sqrt(n), S, S_se, R, sqrt((1 + R * R / 2) / n)};
}

typedef struct {
    double l, z, a;
} controlled;

static controlled point_of(const sp_class_ratios *r, size_t time, size_t i, size_t k, size_t l)
{
    size_t K = r->n_classes;
    const float *z = r->z + i * K, *a = r->a + i * K;
    double shift = r->product[k * K + k] - r->product[k * K + l];
    return (controlled){(double)sp_class_ratios_at(r, time, i)[l], (double)z[k] - (double)z[l],
                        (double)a[k] - (double)a[l] - shift};
}

static sp_class_curve controlled_curve(const sp_class_ratios *r, size_t time, size_t k, size_t l)
{
    size_t K = r->n_classes, first = r->first[k], end = r->first[k + 1];
    double zz = 0, za = 0, aa = 0, zl = 0, al = 0, n = (double)(end - first), by_z = 0, by_a = 0, residual = 0;
    double z_variance = r->product[k * K + k] - 2 * r->product[k * K + l] + r->product[l * K + l];
    controlled m = {0, 0, 0};
    for (size_t i = first; i < end; i++) {
        controlled p = point_of(r, time, i, k, l);
        m.l += p.l / n;
        m.z += p.z / n;
        m.a += p.a / n;
    }
    for (size_t i = first; i < end; i++) {
        controlled p = point_of(r, time, i, k, l);
        zz += (p.z - m.z) * (p.z - m.z);
        za += (p.z - m.z) * (p.a - m.a);
        aa += (p.a - m.a) * (p.a - m.a);
        zl += (p.z - m.z) * (p.l - m.l);
        al += (p.a - m.a) * (p.l - m.l);
    }
    double det = zz * aa - za * za;
    if (det > 1e-12 * zz * aa) {
        by_z = (zl * aa - al * za) / det;
        by_a = (al * zz - zl * za) / det;
    }
    for (size_t i = first; i < end; i++) {
        controlled p = point_of(r, time, i, k, l);
        double e = p.l - m.l - by_z * (p.z - m.z) - by_a * (p.a - m.a);
        residual += e * e / (n - 3);
    }
    double from_z = by_z * by_z * z_variance, from_a = by_a * by_a * aa / (n - 1), S2 = from_z + from_a + residual;
    double D = m.l - by_z * m.z - by_a * m.a, S = sqrt(S2), R = D / S;
    double S2_variance = (residual * (4 * (from_z + from_a) + 2 * residual) + 2 * from_a * from_a) / n;
    return (sp_class_curve){D, sqrt(residual / n),
                            S, sqrt(S2_variance) / (2 * S),
                            R, sqrt(residual / n / S2 + R * R * S2_variance / (4 * S2 * S2))};
}

sp_class_curve sp_class_ratio_curve(const sp_class_ratios *r, size_t time, size_t k, size_t l)
{
    if (r->first[k + 1] - r->first[k] < SP_CLASS_LEAST)
        return (sp_class_curve){NAN, NAN, NAN, NAN, NAN, NAN};
    return r->z ? controlled_curve(r, time, k, l) : plain_curve(r, time, k, l);
}

sp_estimate sp_class_criterion(size_t n, const double *t, const sp_class_curve *curve, double kappa)
{
    for (size_t i = n; i-- > 1;) {
        double above = curve[i - 1].R, below = curve[i].R;
        if (!(above > kappa && below <= kappa))
            continue;
        /* R falls about as a power of e^{-t} */
        bool logarithm = below > 0;
        double share = logarithm ? log(above / kappa) / log(above / below) : (above - kappa) / (above - below);
        double width = t[i] - t[i - 1], slope = logarithm ? kappa * log(above / below) / width : (above - below) / width;
        double se = (1 - share) * curve[i - 1].R_se + share * curve[i].R_se;
        return (sp_estimate){t[i - 1] + share * width, se / slope};
    }
    return (sp_estimate){NAN, NAN};
}

sp_estimate sp_class_separation(sp_run *run, const sp_class_ratios *r, size_t k, size_t l, double kappa)
{
    sp_mark mark = sp_memory_mark(run);
    sp_class_curve *curve = SP_NEW(run, sp_class_curve, r->t.n);
    if (!curve)
        return (sp_estimate){NAN, NAN};
    for (size_t i = 0; i < r->t.n; i++)
        curve[i] = sp_class_ratio_curve(r, i, k, l);
    sp_estimate found = sp_class_criterion(r->t.n, r->t.v, curve, kappa);
    sp_memory_release(run, mark);
    return found;
}

typedef struct {
    const sp_class_ratios *r;
    const double *weight;
    const size_t *group; /* (K + 1) x K: group[s * K + k] with s super-classes */
    sp_class_agreement *out;
} reduction;

static sp_status allocate(sp_run *run, size_t K, sp_class_agreement *a)
{
    *a = (sp_class_agreement){K,
                              SP_NEW(run, sp_class_curve, K * K),
                              SP_NEW(run, double, K *K),
                              SP_NEW(run, double, K *K),
                              SP_NEW(run, double, K),
                              SP_NEW(run, double, K),
                              SP_NEW(run, double, K + 1),
                              SP_NEW(run, double, K + 1)};
    return a->curve && a->posterior && a->posterior_se && a->correct && a->correct_se && a->super && a->super_se ? SP_OK
                                                                                                                 : SP_FAILED;
}

/* P(l|x) proportional to w_l exp(-l_l) */
static size_t posterior_of(size_t K, const double *weight, const float *ratio, double *p)
{
    double least = INFINITY, sum = 0;
    size_t best = 0;
    for (size_t l = 0; l < K; l++)
        if (weight[l] > 0) {
            p[l] = ratio[l] - log(weight[l]);
            if (p[l] < least) {
                least = p[l];
                best = l;
            }
        }
    for (size_t l = 0; l < K; l++) {
        p[l] = weight[l] > 0 ? exp(least - p[l]) : 0;
        sum += p[l];
    }
    for (size_t l = 0; l < K; l++)
        p[l] /= sum;
    return best;
}

typedef struct {
    double *p, *inside; /* K + 1 each */
    size_t *join;       /* of each class: the most super-classes with which it is one with k */
    sp_moments *m, *cut;
} workspace;

static void reduce_class(const reduction *c, size_t time, size_t k, const workspace *work, sp_class_agreement *out)
{
    const sp_class_ratios *r = c->r;
    size_t K = r->n_classes, first = r->first[k], end = r->first[k + 1], correct = 0, *join = work->join;
    double *p = work->p, *inside = work->inside;
    sp_moments *m = work->m, *cut = work->cut;
    for (size_t l = 0; l < K; l++) {
        m[l] = (sp_moments){0};
        for (size_t s = 1; s <= K; s++)
            if (c->group[s * K + l] == c->group[s * K + k])
                join[l] = s;
    }
    for (size_t s = 0; s <= K; s++)
        cut[s] = (sp_moments){0};
    for (size_t i = first; i < end; i++) {
        correct += posterior_of(K, c->weight, sp_class_ratios_at(r, time, i), p) == k;
        for (size_t s = 1; s <= K; s++)
            inside[s] = 0;
        for (size_t l = 0; l < K; l++) {
            sp_moments_add(&m[l], p[l]);
            inside[join[l]] += p[l];
        }
        double sum = 0;
        for (size_t s = K; s >= 1; s--)
            sp_moments_add(&cut[s], sum += inside[s]);
    }
    for (size_t l = 0; l < K; l++) {
        out->posterior[k * K + l] = end > first ? m[l].mean : NAN;
        out->posterior_se[k * K + l] = sp_moments_se(&m[l]);
    }
    sp_interval share = sp_fraction((double)correct, (double)(end - first));
    out->correct[k] = share.value;
    out->correct_se[k] = share.se;
    for (size_t s = 1; s <= K; s++)
        if (end > first) {
            double se = sp_moments_se(&cut[s]);
            out->super[s] += c->weight[k] * cut[s].mean;
            out->super_se[s] += c->weight[k] * c->weight[k] * se * se;
        }
}

static sp_status reduce_time(sp_run *worker, size_t time, void *context)
{
    const reduction *c = context;
    size_t K = c->r->n_classes;
    workspace work = {SP_NEW(worker, double, K + 1), SP_NEW(worker, double, K + 1), SP_NEW(worker, size_t, K),
                      SP_NEW(worker, sp_moments, K), SP_NEW(worker, sp_moments, K + 1)};
    if (!work.p || !work.inside || !work.join || !work.m || !work.cut)
        return SP_FAILED;
    sp_class_agreement *out = &c->out[time];
    for (size_t k = 0; k < K; k++) {
        out->curve[k * K + k] = (sp_class_curve){0};
        for (size_t l = 0; l < K; l++)
            if (l != k)
                out->curve[k * K + l] = sp_class_ratio_curve(c->r, time, k, l);
        reduce_class(c, time, k, &work, out);
    }
    for (size_t s = 1; s <= K; s++)
        out->super_se[s] = sqrt(out->super_se[s]);
    return SP_OK;
}

sp_status sp_class_agreements(sp_run *run, const sp_class_ratios *r, const double *weight, const sp_class_tree *tree,
                              sp_class_agreement *out)
{
    size_t K = r->n_classes, *group = SP_NEW(run, size_t, (K + 1) * K);
    if (!group)
        return SP_FAILED;
    for (size_t s = 1; s <= K; s++)
        sp_class_tree_cut(tree, s, group + s * K);
    for (size_t i = 0; i < r->t.n; i++)
        SP_TRY(allocate(run, K, &out[i]));
    return sp_parallel(run, r->t.n, reduce_time, &(reduction){r, weight, group, out});
}
