#include "roc.h"

#include <math.h>

/* The placement of a row is the fraction of the other group on its far side: (rank among all - rank in its group) / rows of
 * the other group. */
static sp_status ranks_within(sp_run *run, size_t n, const double *score, const bool *high, bool which, double *rank)
{
    sp_mark mark = sp_memory_mark(run);
    double *x = SP_NEW(run, double, n), *r = SP_NEW(run, double, n);
    size_t m = 0;
    if (!x || !r)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        if (high[i] == which)
            x[m++] = score[i];
    SP_TRY(sp_ranks(run, m, x, r));
    m = 0;
    for (size_t i = 0; i < n; i++)
        if (high[i] == which)
            rank[i] = r[m++];
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_auc(sp_run *run, size_t n, const double *score, const bool *high, sp_estimate *out)
{
    sp_mark mark = sp_memory_mark(run);
    double *all = SP_NEW(run, double, n), *own = SP_NEW(run, double, n), count[2] = {0};
    if (!all || !own)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        count[high[i]]++;
    *out = (sp_estimate){NAN, NAN};
    if (count[0] > 0 && count[1] > 0) {
        SP_TRY(sp_ranks(run, n, score, all));
        SP_TRY(ranks_within(run, n, score, high, false, own));
        SP_TRY(ranks_within(run, n, score, high, true, own));
        sp_moments placement[2] = {{0}, {0}};
        for (size_t i = 0; i < n; i++)
            sp_moments_add(&placement[high[i]], (all[i] - own[i]) / count[!high[i]]);
        out->value = placement[1].mean;
        out->se = sqrt(sp_moments_variance(&placement[0]) / count[0] + sp_moments_variance(&placement[1]) / count[1]);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
