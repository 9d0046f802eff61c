#include "ranks.h"

#include "math/statistics.h"

static sp_status start(sp_run *run, size_t n, sp_response *out, size_t **order)
{
    if (n < 3)
        return sp_fail(run, SP_DATA, "rank coefficients need at least 3 rows, got %zu", n);
    *out = (sp_response){.n = n, .R = SP_NEW(run, double, n), .L = SP_NEW(run, double, n)};
    *order = SP_NEW(run, size_t, n);
    return out->R && out->L && *order ? SP_OK : SP_FAILED;
}

static sp_status finish(sp_run *run, sp_response *out)
{
    for (size_t i = 0; i < out->n; i++)
        out->D += out->L[i] * ((double)out->n - out->L[i]);
    return out->D > 0 ? SP_OK : sp_fail(run, SP_DATA, "the response is constant: nothing can depend on it");
}

sp_status sp_response_create(sp_run *run, size_t n, const double *y, sp_response *out)
{
    size_t *order = NULL;
    SP_TRY(start(run, n, out, &order));
    SP_TRY(sp_sort_index(run, n, y, order));
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && y[order[end]] == y[order[first]];)
            end++;
        out->ties |= end > first + 1;
        for (size_t k = first; k < end; k++) {
            out->R[order[k]] = (double)end;
            out->L[order[k]] = (double)(n - first);
        }
    }
    return finish(run, out);
}

sp_status sp_response_ordinal(sp_run *run, size_t n, const double *y, sp_response *out)
{
    size_t *order = NULL;
    SP_TRY(start(run, n, out, &order));
    SP_TRY(sp_sort_index(run, n, y, order));
    for (size_t k = 0; k < n; k++) {
        out->R[order[k]] = (double)(k + 1);
        out->L[order[k]] = (double)(n - k);
    }
    return finish(run, out);
}
