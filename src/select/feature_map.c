#include "feature_map.h"

#include "math/linalg.h"

#include <math.h>

static size_t layer_size(const sp_feature_map *m, size_t layer)
{
    size_t bias = layer + 1 < m->n_layers;
    return m->width[layer + 1] * (m->width[layer] + bias);
}

sp_feature_map sp_feature_map_create(size_t p, size_t features, size_t n_hidden, const size_t *hidden)
{
    sp_feature_map m = {.p = p, .m = features ? features : p, .n_theta = p, .width = {p}};
    if (features == 0)
        return m;
    m.n_layers = n_hidden + 1;
    m.n_theta = 0;
    for (size_t l = 0; l < n_hidden; l++)
        m.n_hidden += m.width[l + 1] = hidden[l];
    m.width[m.n_layers] = features;
    for (size_t l = 0; l < m.n_layers; l++)
        m.n_theta += layer_size(&m, l);
    return m;
}

void sp_feature_map_start(const sp_feature_map *m, bool ones, sp_rng *rng, double *theta)
{
    if (m->n_layers == 0)
        for (size_t t = 0; t < m->n_theta; t++)
            theta[t] = ones ? 1 : 1 + 0.1 * sp_normal(rng);
    for (size_t l = 0; l < m->n_layers; theta += layer_size(m, l++)) {
        size_t inputs = m->width[l], weights = m->width[l + 1] * inputs;
        double variance = (l + 1 < m->n_layers ? 2 : 1) / (double)inputs;
        for (size_t t = 0; t < layer_size(m, l); t++)
            theta[t] = t < weights ? sqrt(variance) * sp_normal(rng) : 0;
    }
}

void sp_feature_map_forward(const sp_feature_map *m, size_t n, const double *x, const double *theta, double *hidden,
                            double *F)
{
    for (size_t k = 0; k < m->p && m->n_layers == 0; k++)
        for (size_t i = 0; i < n; i++)
            F[k * n + i] = theta[k] * x[k * n + i];
    for (size_t l = 0; l < m->n_layers; theta += layer_size(m, l++)) {
        size_t inputs = m->width[l], outputs = m->width[l + 1];
        bool last = l + 1 == m->n_layers;
        double *out = last ? F : hidden;
        sp_gemm(SP_PLAIN, SP_PLAIN, outputs, n, inputs, 1, theta, inputs, x, n, 0, out, n);
        if (last)
            return;
        for (size_t k = 0; k < outputs; k++)
            for (size_t i = 0; i < n; i++)
                out[k * n + i] = fmax(0, out[k * n + i] + theta[outputs * inputs + k]);
        x = hidden;
        hidden += outputs * n;
    }
}

/* gradient of one layer += delta pulled back; into (may be NULL) = delta of its inputs. */
static void layer_backward(size_t n, size_t inputs, size_t outputs, bool bias, const double *x, const double *theta,
                           const double *delta, double *into, double *gradient)
{
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, outputs, inputs, n, 1, delta, n, x, n, 1, gradient, inputs);
    for (size_t k = 0; k < outputs && bias; k++)
        for (size_t i = 0; i < n; i++)
            gradient[outputs * inputs + k] += delta[k * n + i];
    if (!into)
        return;
    sp_gemm(SP_TRANSPOSED, SP_PLAIN, inputs, n, outputs, 1, theta, inputs, delta, n, 0, into, n);
    for (size_t i = 0; i < inputs * n; i++)
        if (x[i] <= 0)
            into[i] = 0;
}

void sp_feature_map_backward(const sp_feature_map *m, size_t n, const double *x, const double *theta, const double *hidden,
                             const double *dF, double *scratch, double *gradient)
{
    for (size_t k = 0; k < m->p && m->n_layers == 0; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += dF[k * n + i] * x[k * n + i];
        gradient[k] += sum;
    }
    size_t at = m->n_theta, unit = m->n_hidden;
    for (size_t l = m->n_layers; l-- > 0;) {
        at -= layer_size(m, l);
        size_t before = l > 0 ? unit - m->width[l] : 0;
        layer_backward(n, m->width[l], m->width[l + 1], l + 1 < m->n_layers, l > 0 ? hidden + before * n : x, theta + at, dF,
                       l > 0 ? scratch + before * n : NULL, gradient + at);
        dF = scratch + before * n;
        unit = before;
    }
}
