/* Runs one claim and compares. */
#ifndef SPINODAL_CHECK_H
#define SPINODAL_CHECK_H

#include "claims.h"

typedef struct {
    double theory, measured, se; /* NAN: absent; se is 0 when the measured value has none */
    sp_verdict_kind verdict;
    const char *command, *why; /* why: of a claim not run or not reproduced; memory of the run */
} sp_checked;

/* Fails only when stopped or out of memory: a claim whose command fails is "not reproduced", with the reason. */
sp_status sp_claim_check(sp_run *run, const sp_claim *claim, bool full, sp_checked *out);

#endif
