/* Normals for short vectors: drawn many at a time (sp_normals is made for long ones). */
#ifndef SPINODAL_DIFFUSION_NORMAL_POOL_H
#define SPINODAL_DIFFUSION_NORMAL_POOL_H

#include "spinodal/base.h"

typedef struct {
    double *value;
    size_t size, used;
} sp_normal_pool;

enum { SP_NORMAL_POOL = 1 << 14 };

/* For vectors of at most `longest` values. */
static inline sp_status sp_normal_pool_create(sp_run *run, size_t longest, sp_normal_pool *out)
{
    size_t size = SP_NORMAL_POOL + longest;
    *out = (sp_normal_pool){SP_NEW(run, double, size), size, size};
    return out->value ? SP_OK : SP_FAILED;
}

/* n values, valid until the next call. */
static inline const double *sp_normal_pool_draw(sp_normal_pool *pool, sp_rng *rng, size_t n)
{
    if (pool->used + n > pool->size) {
        sp_normals(rng, pool->size, pool->value);
        pool->used = 0;
    }
    pool->used += n;
    return pool->value + pool->used - n;
}

#endif
