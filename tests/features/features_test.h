/* What the tests of random features share. */
#ifndef TESTS_FEATURES_TEST_H
#define TESTS_FEATURES_TEST_H

#include "close.h"
#include "test.h"

#include "spinodal/features.h"

static const double one_[] = {1};
static const sp_population isotropic = {1, one_, one_, one_};

static inline sp_activation activation(const char *name)
{
    sp_activation s;
    assert_int_equal(sp_activation_open(test_run(), name, 1, &s), SP_OK);
    return s;
}

/* ridge in the papers' convention */
static inline sp_features_point point(const char *name, double psi1, double psi2, double ridge_paper, double noise_var)
{
    sp_activation s = activation(name);
    return (sp_features_point){psi1, psi2, psi1 * psi2 * ridge_paper, noise_var, s.mu1, s.mu_star2};
}

static inline sp_features_ridge solve(const char *name, double psi1, double psi2, double ridge_paper, double noise_var)
{
    sp_features_point p = point(name, psi1, psi2, ridge_paper, noise_var);
    sp_features_ridge r;
    sp_features_ridge_solve(&p, &isotropic, &r);
    assert_true(r.converged);
    return r;
}

/* |measured - theory| <= 5 standard errors + `bias` |theory| */
#define assert_measured(measured, theory, bias)                                                                             \
    assert_close((measured).mean, theory, 5 * (measured).se + (bias)*fabs(theory))

#endif
