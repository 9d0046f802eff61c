/* Real Fourier transforms in 1, 2 or 3 dimensions (FFTW, ESTIMATE: no timing decides, same bits every time).
 *
 * Forward, unnormalised: F_k = sum_x f_x exp(-2 pi i k.x / L). Half spectrum: the last dimension keeps k = 0 .. L/2, so
 * there are `modes` = N_1 .. N_{dim-1} (N_dim / 2 + 1) numbers, each as re, im (2 modes doubles). The inverse divides by the
 * number of sites: inverse(forward(f)) = f. Unitary convention: divide F by sqrt(sites). */
#ifndef SPINODAL_MATH_FFT_H
#define SPINODAL_MATH_FFT_H

#include "spinodal/base.h"

typedef struct sp_fft sp_fft;

/* dim 1 to 3, lengths >= 1. Safe to call from several threads. Free with sp_fft_free; one plan may be executed by several
 * threads at once on different arrays. Fastest on 64-byte aligned arrays (those of sp_alloc). */
sp_status sp_fft_create(sp_run *run, size_t dim, const size_t *lengths, sp_fft **out);
void sp_fft_free(sp_fft *fft);

size_t sp_fft_sites(const sp_fft *fft);
size_t sp_fft_modes(const sp_fft *fft);

void sp_fft_forward(const sp_fft *fft, const double *field, double *modes); /* the field is kept */
void sp_fft_inverse(const sp_fft *fft, double *modes, double *field);       /* the modes are destroyed */

/* How many times mode i of the half spectrum stands in the full one: 1 or 2. Sums over all k weigh with it. */
double sp_fft_multiplicity(const sp_fft *fft, size_t mode);
/* Signed wave numbers of mode i: k[0 .. dim - 1], -L/2 < k <= L/2. */
void sp_fft_wave_number(const sp_fft *fft, size_t mode, long k[3]);

#endif
