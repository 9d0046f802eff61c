/* The isolated eigenvalue of the Hessian at quenched-typical points (spec 31, 3.6). */
#include "landscape/kac_rice_quenched.h"

#include "math/linalg.h"

#include <complex.h>
#include <math.h>

typedef double complex form[2][4];

static void inverse_2(double complex a[2][2], double complex out[2][2])
{
    double complex determinant = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    out[0][0] = a[1][1] / determinant;
    out[1][1] = a[0][0] / determinant;
    out[0][1] = -a[0][1] / determinant;
    out[1][0] = -a[1][0] / determinant;
}

static void product_2(double complex a[2][2], double complex b[2][2], double complex out[2][2])
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++)
            out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j];
}

/* norm += sign * Re(l^T x l) */
static void add_form(form l, double complex x[2][2], double sign, double norm[16])
{
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            double complex sum = 0;
            for (size_t a = 0; a < 2; a++)
                for (size_t b = 0; b < 2; b++)
                    sum += l[a][i] * x[a][b] * l[b][j];
            norm[4 * i + j] += sign * creal(sum);
        }
}

sp_status quenched_theta(sp_run *run, const gaussian_landscape *g, const quenched_point *point, double *theta)
{
    landscape_jet y = landscape_polynomial_at(&g->xi, point->q);
    double second = landscape_polynomial_at(&g->signal, point->m).d2;
    double m = point->m, q = point->q, beta = point->z[0], rho = point->z[1], rr = point->z[3], rp = point->z[2] - rr;
    double rest = 1 - q, del = rest / (g->x1 - y.d1), dp = (del - rp * rp) / rest;
    double t = del / rest * (1 - m * m - del * g->x1);
    double d = (t - dp * (q - m * m) - 2 * rp * (rr - m * rho)) / rest - rho * rho;

    double complex a[2][2] = {{rest, I * rp}, {I * rp, dp}}, inverse[2][2], half[2][2], x[2][2];
    double complex b[2][2] = {{q - m * m, I * (rr - m * rho)}, {I * (rr - m * rho), d + rho * rho}};
    inverse_2(a, inverse);
    product_2(inverse, b, half);
    product_2(half, inverse, x);

    form l1 = {{0, 0, 0, -m}, {0, 0, I, -I * rho}}, l = {{1, 0, 0, -m}, {0, I, 0, -I * rho}}, difference;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 4; j++)
            difference[i][j] = l1[i][j] - l[i][j];
    double norm[16] = {0}, energy[16] = {0}, re[4], im[4], denominator[4];
    add_form(l1, inverse, 1, norm);
    add_form(l, inverse, -1, norm);
    add_form(difference, x, -1, norm);
    norm[15] += 1;
    energy[0] = -(y.d3 * rr + beta * y.d2);
    energy[1] = energy[4] = -y.d2;
    energy[15] = second;
    SP_TRY(sp_eigenvalues_qz(run, 4, energy, norm, re, im, denominator));
    *theta = NAN;
    for (size_t i = 0; i < 4; i++) {
        /* a vanishing eigenvalue is always there; complex pairs carry no outlier */
        if (denominator[i] == 0 || fabs(im[i]) > 1e-9 * fabs(re[i]))
            continue;
        double value = re[i] / denominator[i];
        if (value > 1e-9 && value < 1e9 && !(value <= *theta))
            *theta = value;
    }
    return SP_OK;
}
