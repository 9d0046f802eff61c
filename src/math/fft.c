#include "math/fft.h"

#include <fftw3.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sp_fft {
    size_t dim, length[3], sites, modes;
    fftw_plan forward, inverse, forward_unaligned, inverse_unaligned;
};

/* FFTW's planner keeps tables of its own; executing is safe without the lock. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void sp_fft_free(sp_fft *fft)
{
    if (!fft)
        return;
    pthread_mutex_lock(&planner);
    fftw_plan plans[] = {fft->forward, fft->inverse, fft->forward_unaligned, fft->inverse_unaligned};
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (plans[i])
            fftw_destroy_plan(plans[i]);
    pthread_mutex_unlock(&planner);
    free(fft);
}

sp_status sp_fft_create(sp_run *run, size_t dim, const size_t *lengths, sp_fft **out)
{
    *out = NULL;
    if (dim < 1 || dim > 3)
        return sp_fail(run, SP_FAILED, "Fourier transforms are for 1 to 3 dimensions, not %zu", dim);
    sp_fft *fft = calloc(1, sizeof *fft);
    if (!fft)
        return sp_fail(run, SP_FAILED, "out of memory");
    *fft = (sp_fft){.dim = dim, .sites = 1, .modes = 1};
    int n[3];
    for (size_t i = 0; i < dim; i++) {
        fft->length[i] = lengths[i];
        if (lengths[i] < 1 || lengths[i] > INT_MAX / fft->sites) {
            free(fft);
            return sp_fail(run, SP_FAILED, "Fourier transform: lengths must be at least 1 and their product below 2^31");
        }
        n[i] = (int)lengths[i];
        fft->sites *= lengths[i];
        fft->modes *= i + 1 == dim ? lengths[i] / 2 + 1 : lengths[i];
    }
    sp_mark mark = sp_memory_mark(run);
    double *field = SP_NEW(run, double, fft->sites), *modes = SP_NEW(run, double, 2 * fft->modes);
    if (!field || !modes) {
        free(fft);
        return SP_FAILED;
    }
    fftw_complex *half = (fftw_complex *)modes;
    unsigned keep = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT, destroy = FFTW_ESTIMATE | FFTW_DESTROY_INPUT;
    pthread_mutex_lock(&planner);
    fft->forward = fftw_plan_dft_r2c((int)dim, n, field, half, keep);
    fft->inverse = fftw_plan_dft_c2r((int)dim, n, half, field, destroy);
    fft->forward_unaligned = fftw_plan_dft_r2c((int)dim, n, field, half, keep | FFTW_UNALIGNED);
    fft->inverse_unaligned = fftw_plan_dft_c2r((int)dim, n, half, field, destroy | FFTW_UNALIGNED);
    pthread_mutex_unlock(&planner);
    sp_memory_release(run, mark);
    if (!fft->forward || !fft->inverse || !fft->forward_unaligned || !fft->inverse_unaligned) {
        sp_fft_free(fft);
        return sp_fail(run, SP_FAILED, "Fourier transform: no plan for %zu sites", fft->sites);
    }
    *out = fft;
    return SP_OK;
}

size_t sp_fft_sites(const sp_fft *fft) { return fft->sites; }
size_t sp_fft_modes(const sp_fft *fft) { return fft->modes; }

static bool aligned(const void *a, const void *b) { return ((uintptr_t)a | (uintptr_t)b) % 64 == 0; }

void sp_fft_forward(const sp_fft *fft, const double *field, double *modes)
{
    fftw_execute_dft_r2c(aligned(field, modes) ? fft->forward : fft->forward_unaligned, (double *)(uintptr_t)field,
                         (fftw_complex *)modes);
}

void sp_fft_inverse(const sp_fft *fft, double *modes, double *field)
{
    fftw_execute_dft_c2r(aligned(field, modes) ? fft->inverse : fft->inverse_unaligned, (fftw_complex *)modes, field);
    double scale = 1 / (double)fft->sites;
    for (size_t i = 0; i < fft->sites; i++)
        field[i] *= scale;
}

double sp_fft_multiplicity(const sp_fft *fft, size_t mode)
{
    size_t last = fft->length[fft->dim - 1], k = mode % (last / 2 + 1);
    return k == 0 || 2 * k == last ? 1 : 2;
}

void sp_fft_wave_number(const sp_fft *fft, size_t mode, long k[3])
{
    for (size_t i = fft->dim; i-- > 0;) {
        size_t kept = i + 1 == fft->dim ? fft->length[i] / 2 + 1 : fft->length[i], number = mode % kept;
        mode /= kept;
        k[i] = 2 * number > fft->length[i] ? (long)number - (long)fft->length[i] : (long)number;
    }
}
