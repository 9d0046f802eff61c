/* Layout of the data of a softmax scan: blocks of points, ordered by class inside a block. */
#include "softmax_private.h"

#include <math.h>

static double norm2(const sp_softmax_problem *p, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < p->d; j++) {
        double y = sp_softmax_coordinate(p, i, j);
        sum += y * y;
    }
    return sum;
}

static void lay_out_class(const sp_softmax_problem *p, sp_softmax_block *b, size_t class, bool all)
{
    size_t first = b->n_slots;
    for (size_t c = 0; c < b->n_points; c++)
        if (all || (size_t)p->label[b->start + c] == class) {
            b->column[b->n_slots] = (int32_t)c;
            b->slot[c] = (int32_t)b->n_slots++;
        }
    if (b->n_slots == first)
        return;
    while (b->n_slots % SP_ROW_LANES)
        b->norm[b->n_slots++] = INFINITY;
    b->parts[b->n_parts++] = (sp_row_part){class, first, b->n_slots - first};
}

static sp_status compute_norms(sp_run *run, size_t i, void *context)
{
    sp_softmax_plan *s = context;
    (void)run;
    sp_softmax_block *b = &s->blocks[i];
    for (size_t c = 0; c < b->n_points; c++)
        b->norm[b->slot[c]] = norm2(s->p, b->start + c);
    return SP_OK;
}

sp_status sp_softmax_lay_out(sp_run *run, sp_softmax_plan *s)
{
    const sp_softmax_problem *p = s->p;
    size_t classes = p->label ? p->n_classes : 1;
    s->n_blocks = (p->n + SP_SOFTMAX_BLOCK - 1) / SP_SOFTMAX_BLOCK;
    size_t in_block = classes < SP_SOFTMAX_BLOCK ? classes : SP_SOFTMAX_BLOCK;
    s->max_slots = SP_SOFTMAX_BLOCK + in_block * SP_ROW_LANES;
    s->blocks = SP_NEW(run, sp_softmax_block, s->n_blocks);
    if (!s->blocks)
        return SP_FAILED;
    for (size_t i = 0; i < s->n_blocks; i++) {
        sp_softmax_block *b = &s->blocks[i];
        b->start = i * SP_SOFTMAX_BLOCK;
        b->n_points = p->n - b->start < SP_SOFTMAX_BLOCK ? p->n - b->start : SP_SOFTMAX_BLOCK;
        b->parts = SP_NEW(run, sp_row_part, in_block);
        b->column = SP_NEW(run, int32_t, s->max_slots);
        b->slot = SP_NEW(run, int32_t, SP_SOFTMAX_BLOCK);
        b->norm = SP_NEW(run, double, s->max_slots);
        if (!b->parts || !b->column || !b->slot || !b->norm)
            return SP_FAILED;
        for (size_t c = 0; c < classes; c++)
            lay_out_class(p, b, c, !p->label);
    }
    return sp_parallel(run, s->n_blocks, compute_norms, s);
}
