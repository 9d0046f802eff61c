/* What the files of src/base share about sp_run. */
#ifndef SPINODAL_RUN_PRIVATE_H
#define SPINODAL_RUN_PRIVATE_H

#include "spinodal/base.h"

#include <stdatomic.h>

enum { SP_MESSAGE_MAX = 1024 };

typedef struct sp_chunk {
    struct sp_chunk *previous;
    size_t size, used;
    char *data;
} sp_chunk;

/* State shared by a run and its workers. */
typedef struct {
    atomic_size_t memory_used;
    size_t max_memory;
    atomic_bool stopped;
    const volatile int *cancel;
    double deadline; /* seconds of sp_now; infinity when none */
} sp_shared;

typedef struct sp_memo sp_memo;

struct sp_run {
    uint64_t seed;
    int threads;
    sp_shared *shared; /* owned by the top run */
    sp_run *parent;    /* NULL for the top run */
    sp_chunk *chunk;
    char message[SP_MESSAGE_MAX];
    size_t n_warnings, cap_warnings;
    char **warnings;
    struct sp_attachment *attached;
    sp_memo *memo; /* of the top run */
    char *checkpoint_dir;
    char scope[128];        /* before the names of checkpoints */
    unsigned nested, depth; /* calls so far inside the scope; calls around this one */
    bool resume;
    double last_save, last_progress;
    sp_progress_fn progress;
    void *progress_user;
};

/* Around a call: calls inside another one number their checkpoints. */
typedef struct {
    char scope[128];
    unsigned nested;
} sp_checkpoint_place;
void sp_checkpoint_enter(sp_run *run, sp_checkpoint_place *before);
void sp_checkpoint_leave(sp_run *run, const sp_checkpoint_place *before);

void sp_memo_free(sp_run *run);
double sp_now(void); /* monotonic seconds */
sp_run *sp_worker_create(sp_run *parent);

#endif
