/* Laws of labels in phase retrieval: at a random start, and in threshold states (spec 19, 3.1). */
#ifndef SPINODAL_THRESHOLD_STATE_H
#define SPINODAL_THRESHOLD_STATE_H

#include "label_law.h"

/* Loss (c(y)/2)(y^2 - yh^2)^2 of one measurement, c = 1 or 1/(a + y^2). */
double retrieval_stiffness(const sp_retrieval_loss *loss, double y2); /* c */
sp_status retrieval_loss_check(sp_run *run, const sp_retrieval_loss *loss);

/* y and yh independent N(0,1); `panels` panels of 12 nodes, graded from 1e-4. */
sp_status start_law(sp_run *run, const sp_retrieval_loss *loss, size_t panels, label_law *out);

typedef struct {
    label_law law;
    double v, v1_yh, v1_sq;   /* <V>, <V' yh>, <V'^2> */
    double k, k_sq, k_signal; /* <k>, <k^2>, <k (y^2-1)> of k = chi z/(1 + chi z) */
    double y_jump;            /* above it the proximal map jumps at h = 0; inf: never */
} state_law;

/* Law at given chi, s; `nodes` Gauss points a panel (8 to 16). Memory of the run. */
sp_status state_law_of(sp_run *run, const sp_retrieval_loss *loss, double chi, double s, size_t nodes, state_law *out);

/* Density of yh >= 0 at given y (both signs counted together). */
double state_density(const sp_retrieval_loss *loss, double chi, double s, double y, double yh);

#endif
