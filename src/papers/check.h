/* Runs one claim and compares. */
#ifndef SPINODAL_CHECK_H
#define SPINODAL_CHECK_H

#include "claims.h"

typedef struct {
    double theory, measured, se; /* NAN: absent; se is 0 when the measured value has none */
    sp_verdict_kind verdict;
    const char *command, *why; /* why: of a claim not run or not reproduced; memory of the run */
} sp_checked;

/* The last command run: claims that follow each other often read the same result. Start with {0}, end with sp_claims_free.
 */
typedef struct {
    char *line;
    sp_status status;
    sp_result *result;
} sp_claim_cache;
void sp_claims_free(sp_claim_cache *cache);

/* Fails only when stopped or out of memory: a claim whose command fails is "not reproduced", with the reason. */
sp_status sp_claim_check(sp_run *run, const sp_claim *claim, bool full, sp_claim_cache *cache, sp_checked *out);

#endif
