/* Samples of model ensembles: "NAME,key=value,...". */
#ifndef SPINODAL_GENERATOR_H
#define SPINODAL_GENERATOR_H

#include "params.h"
#include "reader.h"

/* Keys are declared as parameters of commands are; every generator has n and seed among them. */
typedef struct {
    const char *name, *summary;
    const sp_param *keys; /* ends with {0} */
    size_t params_size;
    /* Fills shape, type, `next` and labels; name is set. The rows depend on the keys only. */
    sp_status (*open)(sp_run *run, const void *params, sp_reader *out);
} sp_generator;

const sp_generator *sp_generator_at(size_t i); /* NULL past the end */
sp_status sp_open_generator(sp_run *run, const char *text, sp_reader *out);

/* Rows made in independent blocks: fills the rows of one block, always a whole one of the same size. */
typedef sp_status (*sp_make_rows)(sp_run *worker, const void *model, size_t block, size_t rows, double *values,
                                  double *labels);
/* most_rows: of a block; fewer when rows are long. */
sp_status sp_generator_by_blocks(sp_run *run, sp_reader *reader, const void *model, size_t most_rows, sp_make_rows make);

/* Names of the columns: the first n as given, then x1, x2, ... */
sp_status sp_generator_columns(sp_run *run, sp_reader *reader, size_t n, const char *const *first);

/* Independent stream of a generator's own seed. */
sp_rng sp_generator_rng(const sp_run *run, uint64_t seed, const char *stream, uint64_t index);

extern const sp_generator sp_generator_gaussian_mixture, sp_generator_gaussian, sp_generator_manifold, sp_generator_blobs,
    sp_generator_curie_weiss, sp_generator_ising, sp_generator_phi4, sp_generator_two_phase, sp_generator_table,
    sp_generator_spurious, sp_generator_sensitive;

#endif
