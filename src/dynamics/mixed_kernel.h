/* The mixed kernel Q(x) = sum_k x^k/(k Delta_k) of a spherical model, and the protocol of its dynamics: learning rate and
 * annealed tensor noise (spec 28, 2, 3.1, 3.8). */
#ifndef SPINODAL_MIXED_KERNEL_H
#define SPINODAL_MIXED_KERNEL_H

#include "spinodal/spiked_tensor.h"

enum { KERNEL_DEGREE = 24 };

/* power 2 apart: only powers >= 3 are annealed. tensor[k] = 1/Delta_k. */
typedef struct {
    double matrix;
    int low, high; /* powers of the tensor part; low > high: none */
    double tensor[KERNEL_DEGREE + 1];
} mixed_kernel;

typedef struct {
    mixed_kernel q;
    sp_schedule eta;
    double temperature, m0;
    double anneal, anneal_tau; /* T_p(t) = 1 + anneal exp(-t/anneal_tau); 0: none */
} dynamics_model;

/* Refuses contradictory or unusable parameters with one line. */
sp_status mixed_kernel_of(sp_run *run, const sp_spiked_model *model, mixed_kernel *out);
sp_status sp_schedule_check(sp_run *run, const sp_schedule *schedule);

/* x^k, k >= 0 */
static inline double whole_power(double x, int k)
{
    double y = 1;
    for (; k > 0; k >>= 1, x *= x)
        if (k & 1)
            y *= x;
    return y;
}

/* Q and its derivatives with the tensor part times b. */
static inline double kernel_0(const mixed_kernel *q, double b, double x)
{
    double y = 0;
    for (int k = q->high; k >= q->low; k--)
        y = y * x + q->tensor[k] / k;
    return q->matrix * x * x / 2 + b * y * whole_power(x, q->low);
}

static inline double kernel_1(const mixed_kernel *q, double b, double x)
{
    double y = 0;
    for (int k = q->high; k >= q->low; k--)
        y = y * x + q->tensor[k];
    return q->matrix * x + b * y * whole_power(x, q->low - 1);
}

static inline double kernel_2(const mixed_kernel *q, double b, double x)
{
    double y = 0;
    for (int k = q->high; k >= q->low; k--)
        y = y * x + (k - 1) * q->tensor[k];
    return q->matrix + b * y * whole_power(x, q->low - 2);
}

static inline double kernel_3(const mixed_kernel *q, double b, double x)
{
    double y = 0;
    for (int k = q->high; k >= q->low; k--)
        y = y * x + (k - 1) * (k - 2) * q->tensor[k];
    return b * y * whole_power(x, q->low - 3);
}

/* One step of state evolution (spec 28, 3.5; spec 23, 3.4). */
double state_evolution(const mixed_kernel *q, bool bayes, double m);

/* 1/T_p(t) */
double annealing(const dynamics_model *model, double t);

#endif
