/* The empirical risk on given rows: value, gradient, second derivatives on the unit sphere. */
#ifndef SPINODAL_RISK_INSTANCE_H
#define SPINODAL_RISK_INSTANCE_H

#include "landscape/risk_law.h"

typedef struct {
    size_t n, d;
    const double *rows;    /* n x d */
    const double *teacher; /* s of each row; NULL: none */
    const risk_loss *loss;
} risk_instance;

/* n Gaussian rows; the teacher is the first axis. Memory of the run. */
sp_status risk_instance_create(sp_run *run, const risk_loss *loss, size_t n, size_t d, const char *stream, uint64_t index,
                               risk_instance *out);

/* A sphere_function and a sphere_gradient of the instance. */
sp_status risk_instance_evaluate(sp_run *run, void *instance, const double *x, double *value, double *gradient,
                                 double *hessian);
sp_status risk_instance_gradient(sp_run *run, void *instance, const double *x, double *value, double *gradient);

/* y = X x (n), and the means of y loss' and loss'^2. */
void risk_instance_preactivations(const risk_instance *instance, const double *x, double *y, double *t, double *d1_sq);

#endif
