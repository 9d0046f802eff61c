/* Claims on learned features that take many samples. */
#ifndef SPINODAL_PAPER_11_LEARNING_H
#define SPINODAL_PAPER_11_LEARNING_H

#include "claims.h"

sp_status sp_claim_library_survivors(sp_run *run, const sp_result *result, double *value, double *se);
sp_status sp_claim_library_largest(sp_run *run, const sp_result *result, double *value, double *se);

/* Mean over independent samples of training and held-out rows. */
#define SPURIOUS                                                                                                            \
    "select diffoci gen:spurious --test gen:spurious,aligned=0.5,seed=101 --group group --use penalty --penalty 0.5 "       \
    "--mode linear --decay 0.001 --batch 128 --steps 200"
sp_status sp_claim_worst_over_erm(sp_run *run, const sp_result *result, double *value, double *se);
sp_status sp_claim_auc_below_erm(sp_run *run, const sp_result *result, double *value, double *se);
sp_status sp_claim_worst_over_dro(sp_run *run, const sp_result *result, double *value, double *se);

#define SENSITIVE                                                                                                           \
    "select diffoci gen:sensitive --test gen:sensitive,seed=101 --group group --use conditional --mode linear "             \
    "--decay 0.001 --batch 128 --steps 200"
sp_status sp_claim_probe_left(sp_run *run, const sp_result *result, double *value, double *se);
sp_status sp_claim_price(sp_run *run, const sp_result *result, double *value, double *se);

#endif
