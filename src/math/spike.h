/* What a spike of a random-matrix model does to the spectrum (BBP transition). */
#ifndef SPINODAL_MATH_SPIKE_H
#define SPINODAL_MATH_SPIKE_H

#include <stdbool.h>

typedef struct {
    bool detectable;  /* an eigenvalue leaves the bulk */
    double position;  /* of that eigenvalue; else the edge of the bulk it stays at */
    double overlap2;  /* squared overlap of its eigenvector with the spike; 0 when not detectable */
    double threshold; /* of the spike's strength, on its side of the bulk */
} sp_spike;

#endif
