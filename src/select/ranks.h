/* Ranks of the response (spec 11, 2): R_i = #{j: y_j <= y_i}, L_i = #{j: y_j >= y_i}; ties share the largest rank. */
#ifndef SPINODAL_SELECT_RANKS_H
#define SPINODAL_SELECT_RANKS_H

#include "spinodal/base.h"

typedef struct {
    size_t n;
    double *R, *L;
    double D;  /* sum_i L_i (n - L_i): normaliser of xi and T */
    bool ties; /* some y are equal */
} sp_response;

/* SP_DATA when y is constant or n < 3. Memory of the run. */
sp_status sp_response_create(sp_run *run, size_t n, const double *y, sp_response *out);

/* R by order of appearance instead: ties broken by position (argsort of argsort), L = n + 1 - R. */
sp_status sp_response_ordinal(sp_run *run, size_t n, const double *y, sp_response *out);

#endif
