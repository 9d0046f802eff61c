#include "run_private.h"

#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct {
    sp_run *run;
    size_t n_blocks;
    sp_block_fn block;
    void *context;
    atomic_size_t next, lowest_failure;
    sp_status status; /* of lowest_failure */
    const char *what; /* progress and checkpoint name; NULL: plain */
    unsigned char *done;
    size_t n_done;
    unsigned char *output;
    size_t bytes_per_block;
    sp_status save_status;
} blocks;

static void lock(bool on)
{
#ifdef _OPENMP
    static omp_lock_t mutex;
    static atomic_int state; /* 0 fresh, 1 being initialised, 2 ready */
    int fresh = 0;
    if (atomic_compare_exchange_strong(&state, &fresh, 1)) {
        omp_init_lock(&mutex);
        atomic_store(&state, 2);
    }
    while (atomic_load(&state) != 2)
        ;
    if (on)
        omp_set_lock(&mutex);
    else
        omp_unset_lock(&mutex);
#else
    (void)on;
#endif
}

/* The finished blocks, as one buffer: the done flags, then the outputs. */
static sp_status save(blocks *b)
{
    sp_run *run = b->run;
    if (!run->checkpoint_dir)
        return SP_OK;
    size_t bytes = b->n_blocks + b->n_blocks * b->bytes_per_block;
    unsigned char *copy = malloc(bytes);
    if (!copy)
        return sp_fail(run, SP_FAILED, "out of memory while writing a checkpoint");
    memcpy(copy, b->done, b->n_blocks);
    memcpy(copy + b->n_blocks, b->output, b->n_blocks * b->bytes_per_block);
    for (size_t i = 0; i < b->n_blocks; i++)
        if (!copy[i])
            memset(copy + b->n_blocks + i * b->bytes_per_block, 0, b->bytes_per_block);
    sp_status status = sp_checkpoint_save(run, b->what, copy, bytes);
    free(copy);
    return status;
}

static sp_status load(blocks *b)
{
    sp_run *run = b->run;
    if (!run->checkpoint_dir || !run->resume)
        return SP_OK;
    size_t bytes = b->n_blocks + b->n_blocks * b->bytes_per_block;
    sp_mark mark = sp_memory_mark(run);
    unsigned char *copy = SP_NEW(run, unsigned char, bytes);
    if (!copy)
        return SP_FAILED;
    bool found = false;
    sp_status status = sp_checkpoint_load(run, b->what, copy, bytes, &found);
    if (status == SP_OK && found) {
        memcpy(b->done, copy, b->n_blocks);
        memcpy(b->output, copy + b->n_blocks, b->n_blocks * b->bytes_per_block);
        for (size_t i = 0; i < b->n_blocks; i++)
            b->n_done += b->done[i];
    }
    sp_memory_release(run, mark);
    return status;
}

static void record_failure(blocks *b, size_t i, sp_status status, const sp_run *worker)
{
    lock(true);
    if (i < atomic_load(&b->lowest_failure)) {
        atomic_store(&b->lowest_failure, i);
        b->status = status;
        memcpy(b->run->message, worker->message, sizeof worker->message);
    }
    lock(false);
}

static void record_success(blocks *b, size_t i, bool owner)
{
    if (!b->what)
        return;
    lock(true);
    b->done[i] = 1;
    b->n_done++;
    double fraction = (double)b->n_done / (double)b->n_blocks;
    lock(false);
    if (owner) {
        sp_progress(b->run, b->what, fraction);
        if (sp_checkpoint_due(b->run)) {
            lock(true);
            if (b->save_status == SP_OK)
                b->save_status = save(b);
            lock(false);
        }
    }
}

/* Blocks are handed out in order, so every block below the lowest failing one has been run. */
static void work(blocks *b, bool owner)
{
    sp_run *worker = sp_worker_create(b->run);
    if (!worker) {
        lock(true);
        atomic_store(&b->lowest_failure, 0);
        b->status = sp_fail(b->run, SP_FAILED, "out of memory");
        lock(false);
        return;
    }
    for (size_t i; (i = atomic_fetch_add(&b->next, 1)) < b->n_blocks;) {
        if (i > atomic_load(&b->lowest_failure))
            break;
        if (b->done && b->done[i])
            continue;
        sp_status status = sp_poll(worker);
        if (status == SP_OK)
            status = b->block(worker, i, b->context);
        if (status == SP_OK)
            record_success(b, i, owner);
        else
            record_failure(b, i, status, worker);
        sp_memory_release(worker, (sp_mark){0});
    }
    lock(true);
    for (size_t i = 0; i < worker->n_warnings; i++)
        sp_warn(b->run, "%s", worker->warnings[i]);
    lock(false);
    sp_run_free(worker);
}

static sp_status run_blocks(blocks *b)
{
    atomic_store(&b->lowest_failure, SIZE_MAX);
#ifdef _OPENMP
    int threads = b->run->threads;
    if ((size_t)threads > b->n_blocks)
        threads = (int)b->n_blocks;
#pragma omp parallel num_threads(threads > 0 ? threads : 1)
    {
        omp_set_num_threads(1); /* libraries called from a block stay in their thread; private to this region */
        work(b, omp_get_thread_num() == 0);
    }
#else
    work(b, true);
#endif
    return atomic_load(&b->lowest_failure) == SIZE_MAX ? SP_OK : b->status;
}

sp_status sp_parallel(sp_run *run, size_t n_blocks, sp_block_fn block, void *context)
{
    return run_blocks(&(blocks){.run = run, .n_blocks = n_blocks, .block = block, .context = context});
}

sp_status sp_parallel_resumable(sp_run *run, const char *what, size_t n_blocks, void *output, size_t bytes_per_block,
                                sp_block_fn block, void *context)
{
    blocks b = {.run = run,
                .n_blocks = n_blocks,
                .block = block,
                .context = context,
                .what = what,
                .output = output,
                .bytes_per_block = bytes_per_block,
                .done = SP_NEW(run, unsigned char, n_blocks)};
    if (!b.done)
        return SP_FAILED;
    SP_TRY(load(&b));
    sp_progress(run, what, n_blocks ? (double)b.n_done / (double)n_blocks : 1);
    sp_status status = run_blocks(&b);
    if (status == SP_STOPPED || (status == SP_OK && run->checkpoint_dir))
        SP_TRY(save(&b));
    if (status == SP_OK)
        sp_progress(run, what, 1);
    return status == SP_OK ? b.save_status : status;
}
