/* Bytes from a file, standard input, memory or a member of a zip archive; gzip is undone on the way. */
#ifndef SPINODAL_STREAM_H
#define SPINODAL_STREAM_H

#include "spinodal/base.h"

typedef struct sp_stream sp_stream;

/* path "-": standard input, read to its end at once. *out is NULL on failure. */
sp_status sp_stream_open(sp_run *run, const char *path, sp_stream **out);
/* data must outlive the stream. */
sp_status sp_stream_memory(sp_run *run, const char *name, const void *data, size_t bytes, sp_stream **out);
/* Member `index` of an archive opened by libzip (a zip_t *), which must outlive the stream. */
sp_status sp_stream_zip(sp_run *run, const char *name, void *archive, uint64_t index, sp_stream **out);
void sp_stream_close(sp_stream *stream); /* NULL allowed */

const char *sp_stream_name(const sp_stream *stream);
bool sp_stream_compressed(const sp_stream *stream);

/* Up to `bytes` bytes; fewer only at the end. */
sp_status sp_stream_read(sp_run *run, sp_stream *stream, void *out, size_t bytes, size_t *got);
/* Exactly `bytes` bytes, or SP_DATA: the file is truncated. */
sp_status sp_stream_need(sp_run *run, sp_stream *stream, void *out, size_t bytes);
/* The next bytes (at most SP_PEEK) without taking them. */
enum { SP_PEEK = 4096 };
sp_status sp_stream_peek(sp_run *run, sp_stream *stream, const unsigned char **head, size_t *got);
sp_status sp_stream_skip(sp_run *run, sp_stream *stream, uint64_t bytes);
/* The end was expected here: checks the sum of a compressed file, warns of bytes that are left over. */
sp_status sp_stream_finish(sp_run *run, sp_stream *stream);
sp_status sp_stream_rewind(sp_run *run, sp_stream *stream);

/* No more bytes than this can come from the whole stream: the size of a plain file; deflate expands at most 1032-fold. */
uint64_t sp_stream_bound(const sp_stream *stream);
/* Size of the whole stream: exact when not compressed, else what the last gzip trailer says (modulo 2^32). */
uint64_t sp_stream_size(const sp_stream *stream);

/* Everything that is left, in one piece, valid until the stream is closed; a plain file is mapped, not copied.
 * SP_DATA when it does not fit the memory left to the run (a gzip bomb). */
sp_status sp_stream_all(sp_run *run, sp_stream *stream, const unsigned char **data, size_t *bytes);

#endif
