/* Run context: status and errors, memory, parallel blocks, random numbers, checkpoints.
 *
 * Every fallible function returns sp_status; the one-line message of the failure lives in the sp_run.
 * A run is used by one thread at a time; several runs may be used at once by different threads. */
#ifndef SPINODAL_BASE_H
#define SPINODAL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPINODAL_VERSION "0.1.0"

#if defined(__GNUC__)
#define SP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SP_PRINTF(f, a)
#endif

/* The values are the exit codes of the program. */
typedef enum {
    SP_OK = 0,
    SP_FAILED = 1,  /* numerical failure, no convergence, out of memory, cannot write */
    SP_USAGE = 2,   /* unknown option, value out of range, contradictory request */
    SP_DATA = 3,    /* unreadable or invalid data */
    SP_STOPPED = 4, /* interrupted or out of time; resumable */
} sp_status;

/* Return from the calling function when `call` fails. */
#define SP_TRY(call)                                                                                                        \
    do {                                                                                                                    \
        sp_status sp_try_status_ = (call);                                                                                  \
        if (sp_try_status_ != SP_OK)                                                                                        \
            return sp_try_status_;                                                                                          \
    } while (0)

typedef struct sp_run sp_run;

/* A real vector: n values. */
typedef struct {
    size_t n;
    const double *v;
} sp_vec;

/* ---- run -------------------------------------------------------------------------------------------- */

/* Called from the thread that owns the run, at most ten times a second. fraction in [0,1]. */
typedef void (*sp_progress_fn)(void *user, const char *what, double fraction);

typedef struct {
    uint64_t seed;              /* random streams; default 1 */
    int threads;                /* 0: all processors of the machine */
    size_t max_memory;          /* bytes; 0: three quarters of the physical memory */
    double time_limit;          /* seconds; 0: none */
    const char *checkpoint_dir; /* folder for checkpoints of long work; NULL: none */
    bool resume;                /* continue from the checkpoints found there */
    const volatile int *cancel; /* polled: non-zero asks the run to stop (set it from a signal handler) */
    sp_progress_fn progress;
    void *progress_user;
} sp_run_options;

/* NULL options: the defaults. Returns NULL only when out of memory. */
sp_run *sp_run_create(const sp_run_options *options);
void sp_run_free(sp_run *run);

/* The message of the last failure, "" when there is none. Valid until the next failure or sp_run_free. */
const char *sp_run_message(const sp_run *run);
uint64_t sp_run_seed(const sp_run *run);
int sp_run_threads(const sp_run *run);

/* Records the message of a failure and returns `status`. One line, saying what is wrong and what is allowed. */
sp_status sp_fail(sp_run *run, sp_status status, const char *format, ...) SP_PRINTF(3, 4);

/* Warnings are kept in order, each distinct text once. */
void sp_warn(sp_run *run, const char *format, ...) SP_PRINTF(2, 3);
size_t sp_run_warnings(const sp_run *run);
const char *sp_run_warning(const sp_run *run, size_t i);
void sp_run_clear_warnings(sp_run *run);

/* Keeps a pointer of the caller under a name until the run is freed. sp_run_attached: NULL when there is none. */
sp_status sp_run_attach(sp_run *run, const char *name, const void *value);
const void *sp_run_attached(const sp_run *run, const char *name);

/* SP_STOPPED when the run was cancelled or is out of time; call it inside long loops. */
sp_status sp_poll(sp_run *run);
void sp_progress(sp_run *run, const char *what, double fraction);

/* ---- memory ----------------------------------------------------------------------------------------- */

/* 64-byte aligned, zeroed memory that lives until the enclosing mark is released (or the run is freed).
 * NULL, with the message set, when it would exceed max_memory: return SP_FAILED then. */
void *sp_alloc(sp_run *run, size_t count, size_t size);
char *sp_strdup(sp_run *run, const char *text);
char *sp_format(sp_run *run, const char *format, ...) SP_PRINTF(2, 3);
#define SP_NEW(run, type, count) ((type *)sp_alloc((run), (count), sizeof(type)))

typedef struct {
    const void *chunk;
    size_t used;
} sp_mark;
sp_mark sp_memory_mark(const sp_run *run);
void sp_memory_release(sp_run *run, sp_mark mark);

/* Results that several commands of one run need (a spectrum) are kept under a name that says all they depend on, until
 * sp_run_free. A memo may be missing at any time: out of memory, or inside parallel blocks, nothing is kept. */
const void *sp_memo_find(const sp_run *run, const char *name, size_t *bytes); /* NULL: not known */
void sp_memo_keep(sp_run *run, const char *name, const void *data, size_t bytes);

/* Refuses (SP_FAILED) a request that needs more than the memory left, before any work. */
sp_status sp_need_memory(sp_run *run, double bytes, const char *what);

/* ---- parallel blocks -------------------------------------------------------------------------------- */

/* One block of work. `worker` is a run of its own: same seed, own memory (released after the block), one thread. */
typedef sp_status (*sp_block_fn)(sp_run *worker, size_t block, void *context);

/* Runs blocks 0..n_blocks-1 over the threads of the run. Blocks must not depend on each other; then the results do not
 * depend on the number of threads. On failure the message is that of the lowest failing block. */
sp_status sp_parallel(sp_run *run, size_t n_blocks, sp_block_fn block, void *context);

/* The same for long work, with progress `what`, and resumable: block i writes only the `bytes_per_block` bytes at
 * output + i * bytes_per_block. An interrupted run with a checkpoint folder keeps the finished blocks under the name
 * `what`, and a resumed one computes only the others: same bits. `output` must be zeroed (sp_alloc). */
sp_status sp_parallel_resumable(sp_run *run, const char *what, size_t n_blocks, void *output, size_t bytes_per_block,
                                sp_block_fn block, void *context);

/* ---- checkpoints ------------------------------------------------------------------------------------ */

/* Atomically stores `bytes` bytes under `name` in the checkpoint folder; without a folder does nothing. */
sp_status sp_checkpoint_save(sp_run *run, const char *name, const void *data, size_t bytes);
/* Fills `data` and sets *found when resuming and a whole checkpoint of exactly this name and size is there. */
sp_status sp_checkpoint_load(sp_run *run, const char *name, void *data, size_t bytes, bool *found);
/* Checkpoints are stored under "SCOPE.NAME" from now on, so that parts of one run which use the same names stay apart.
 * sp_call gives each call inside a command a scope of its own. */
void sp_checkpoint_scope(sp_run *run, const char *scope);
/* True when the time since the last save is long enough for another (every 10 s). */
bool sp_checkpoint_due(sp_run *run);

/* Writes a whole file or nothing (temporary file beside it, fsync, rename). SP_FAILED when the disk is full etc. */
sp_status sp_write_file(sp_run *run, const char *path, const void *data, size_t bytes);
/* Creates a folder and its parents. */
sp_status sp_make_dir(sp_run *run, const char *path);

/* ---- random numbers --------------------------------------------------------------------------------- */

/* Counter-based (Random123 philox4x64-10), keyed by (seed, stream name, index): independent streams, same bits on any
 * number of threads. Give each block or replica its own index. */
typedef struct {
    uint64_t key[2];
    uint64_t counter[4];
    uint64_t buffer[4];
    unsigned left;
    bool has_normal;
    double normal;
} sp_rng;

sp_rng sp_rng_at(const sp_run *run, const char *stream, uint64_t index);
uint64_t sp_rng_bits(sp_rng *rng);
double sp_uniform(sp_rng *rng);                      /* in (0,1), 53 bits */
uint64_t sp_uniform_int(sp_rng *rng, uint64_t n);    /* in 0..n-1, unbiased */
double sp_normal(sp_rng *rng);                       /* mean 0, variance 1 */
double sp_exponential(sp_rng *rng);                  /* mean 1 */
double sp_gamma(sp_rng *rng, double shape);          /* scale 1, shape > 0 */
double sp_chi_square(sp_rng *rng, double dof);       /* dof > 0 */
void sp_normals(sp_rng *rng, size_t n, double *out); /* vectorised; a different sequence from sp_normal */
void sp_normals_float(sp_rng *rng, size_t n, float *out);
void sp_permutation(sp_rng *rng, size_t n, size_t *out); /* uniformly random permutation of 0..n-1 */

/* Walker's alias table: O(1) draws from a discrete law. */
typedef struct {
    size_t n;
    double *threshold;
    size_t *alias;
} sp_discrete;
sp_status sp_discrete_create(sp_run *run, size_t n, const double *weights, sp_discrete *out); /* memory of the run */
size_t sp_discrete_draw(const sp_discrete *law, sp_rng *rng);

#ifdef __cplusplus
}
#endif
#endif
