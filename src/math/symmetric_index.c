/* Index tuples of packed symmetric tensors and their partial trace. */
#include "symmetric_tensor.h"

#include <math.h>

bool sp_symmetric_next(size_t n, int order, size_t *sorted)
{
    int a = order - 1;
    while (a >= 0 && sorted[a] + 1 == n)
        a--;
    if (a < 0)
        return false;
    size_t next = sorted[a] + 1;
    for (; a < order; a++)
        sorted[a] = next;
    return true;
}

double sp_symmetric_orders(int order, const size_t *sorted)
{
    double orders = 1, run = 0;
    for (int a = 0; a < order; a++) {
        run = a && sorted[a] == sorted[a - 1] ? run + 1 : 1;
        orders *= (a + 1) / run;
    }
    return round(orders);
}

void sp_symmetric_insert(int order, const size_t *sorted, size_t j, size_t *out)
{
    int a = order;
    for (; a > 0 && sorted[a - 1] > j; a--)
        out[a] = sorted[a - 1];
    out[a] = j;
    for (a--; a >= 0; a--)
        out[a] = sorted[a];
}

sp_status sp_symmetric_places_create(sp_run *run, size_t n, int order, sp_symmetric_places *out)
{
    size_t width = n + 1;
    *out = (sp_symmetric_places){n, order, SP_NEW(run, size_t, ((size_t)order + 1) * width)};
    if (!out->from)
        return SP_FAILED;
    for (int a = 1; a <= order; a++)
        for (size_t i = 0; i < n; i++)
            out->from[(size_t)a * width + i] = (size_t)sp_symmetric_size(n - i, a);
    return SP_OK;
}

size_t sp_symmetric_place(const sp_symmetric_places *p, const size_t *sorted)
{
    size_t place = 0, low = 0, width = p->n + 1;
    for (int a = 0; a < p->order; a++) {
        const size_t *from = p->from + (size_t)(p->order - a) * width;
        place += from[low] - from[sorted[a]];
        low = sorted[a];
    }
    return place;
}

sp_status sp_symmetric_trace(sp_run *run, const sp_symmetric_tensor *t, sp_symmetric_tensor *out)
{
    int rest = t->order - 2;
    size_t n = t->n, index[SP_TENSOR_MAX_ORDER] = {0}, k = 0;
    sp_symmetric_places places;
    SP_TRY(sp_symmetric_create(run, n, rest, out));
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(sp_symmetric_places_create(run, n, t->order, &places));
    do {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            size_t once[SP_TENSOR_MAX_ORDER], twice[SP_TENSOR_MAX_ORDER];
            sp_symmetric_insert(rest, index, j, once);
            sp_symmetric_insert(rest + 1, once, j, twice);
            sum += (double)t->v[sp_symmetric_place(&places, twice)];
        }
        out->v[k++] = (float)sum;
        if (k % n == 0)
            SP_TRY(sp_poll(run));
    } while (sp_symmetric_next(n, rest, index));
    sp_memory_release(run, mark);
    return SP_OK;
}
