/* The loss tabulated on a grid of pre-activations, and averages under the tilted law of the stationary points (spec
 * 22, 3.2). */
#ifndef SPINODAL_RISK_LAW_H
#define SPINODAL_RISK_LAW_H

#include "spinodal/risk_landscape.h"

#include "math/expression.h"

#include <complex.h>

typedef double complex risk_complex;

typedef enum { RISK_NO_PARITY, RISK_EVEN, RISK_ODD } risk_parity;

typedef struct {
    const sp_expression *e;
    bool teacher, activation; /* depends on s; stands for (phi(y) - phi(s))^2 / 2 */
    risk_parity parity;       /* without a teacher: loss(-y) = +- loss(y) + const */
} risk_loss;

/* Checked: smooth and finite on the range of the pre-activations, not constant. */
sp_status risk_loss_create(sp_run *run, const sp_risk_model *model, risk_loss *out);

/* n = samples_per_dim d, which must be whole. */
sp_status risk_rows_of(sp_run *run, double samples_per_dim, size_t d, size_t *n);

typedef struct {
    double f, d1, d2; /* loss and its derivatives in y */
} risk_jet;

risk_jet risk_loss_at(const risk_loss *loss, double y, double s);

/* Nodes with log weights of the normal measure. Without a teacher: y in [-10, 10]. With one: (y, v), s = q y + sqrt(1 - q^2)
 * v, and the constraint k = loss' (s - q y) toward the teacher. */
typedef struct {
    size_t n;
    double alpha;
    const double *y, *log_weight, *f, *d1, *d2;
    const double *k;                          /* NULL without a teacher */
    double overlap;                           /* q of the teacher; 0 without */
    double *nu, *work;                        /* the present law (sums to 1), scratch */
    double d1_sq, d2_mean, d2_sq, f_variance; /* of the normal measure: scales */
} risk_law;

sp_status risk_law_create(sp_run *run, const risk_loss *loss, double alpha, double range, size_t nodes, risk_law *out);
sp_status risk_law_create_teacher(sp_run *run, const risk_loss *loss, double alpha, double overlap, size_t nodes_per_axis,
                                  risk_law *out);

typedef struct {
    double A, lam, zeta;
    risk_complex g;
} risk_state;

typedef struct {
    double ln_Z, f, d1_sq, y_d1; /* <loss>, <loss'^2>, t = <y loss'> */
    double k, k_variance;
    double psi; /* <psi>: relative entropy is <psi> - ln Z */
} risk_average;

/* Sets law->nu to G e^psi / Z at the state and averages over it. */
risk_average risk_law_tilt(risk_law *law, const risk_state *state);

/* <loss'' / (1 + loss'' g / alpha)> under the present law. */
risk_complex risk_law_resolvent(const risk_law *law, risk_complex g);
/* <ln(1 + loss'' g / alpha)>, real part, under the present law. */
double risk_law_log(const risk_law *law, risk_complex g);
/* Weight of the law where 1 + loss'' g / alpha <= 0 (real g): zero when t is outside the spectrum of the Hessian. */
double risk_law_beyond(const risk_law *law, double g);

#endif
