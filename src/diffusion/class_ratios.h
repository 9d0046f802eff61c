/* Log-likelihood ratios of classes at noised points, and the Bayes criterion of separation (spec 05, 2): whatever gave the
 * densities (theory, fit, kernel, classifier), this is how times are made of them. */
#ifndef SPINODAL_DIFFUSION_CLASS_RATIOS_H
#define SPINODAL_DIFFUSION_CLASS_RATIOS_H

#include "spinodal/data.h"
#include "spinodal/speciation.h"

#include "math/statistics.h"

/* Points sorted by class: those of class k are first[k] .. first[k+1] - 1. */
typedef struct {
    size_t n, n_classes;
    sp_vec t;
    size_t *first; /* n_classes + 1 */
    float *l;      /* t.n x n x n_classes: log P_t(x|own class) - log P_t(x|class) */
    /* of points made of data: what l owes linearly to the noise and to the place of the clean point in its class */
    float *z, *a;    /* n x n_classes: z.m_l, clean.m_l; NULL: unknown */
    double *product; /* n_classes x n_classes: m_k.m_l */
} sp_class_ratios;

enum { SP_CLASS_LEAST = 8 }; /* points of a class below which nothing is said about it */

sp_status sp_class_ratios_create(sp_run *run, sp_vec t, size_t n_classes, const size_t *count, sp_class_ratios *out);
static inline float *sp_class_ratios_at(const sp_class_ratios *r, size_t time, size_t point)
{
    return r->l + (time * r->n + point) * r->n_classes;
}

/* Allocates z, a, product and fills the last from the means of the classes (n_classes x d). */
sp_status sp_class_ratios_add_controls(sp_run *run, size_t d, const double *mean, sp_class_ratios *r);
/* Means of the classes of a dataset; memory of the run. */
sp_status sp_class_means(sp_run *run, const sp_dataset *data, double **mean);

/* D, S, R with errors, under class k. NAN for too few points. With z and a, the linear part of l along the difference of
 * means dm is fitted: z.dm and (a - m_k).dm have mean 0 and z.dm has variance |dm|^2, so that D keeps only the error of the
 * residual and S that of the fit. */
sp_class_curve sp_class_ratio_curve(const sp_class_ratios *r, size_t time, size_t k, size_t l);

/* The largest time where R falls through kappa, log R linear in t between the times (ascending); NAN when it does not. */
sp_estimate sp_class_criterion(size_t n, const double *t, const sp_class_curve *curve, double kappa);
/* The same of one ordered pair. */
sp_estimate sp_class_separation(sp_run *run, const sp_class_ratios *r, size_t k, size_t l, double kappa);

/* Everything at all times; out: t.n, memory of the run. weight: of the classes. */
sp_status sp_class_agreements(sp_run *run, const sp_class_ratios *r, const double *weight, const sp_class_tree *tree,
                              sp_class_agreement *out);

#endif
