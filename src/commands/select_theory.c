#include "spinodal/select.h"

#include "spinodal/command.h"

typedef struct {
    double r2, r2_given, beyond;
    size_t d;
} P;

typedef struct {
    double xi, xi_given, T, mutual, n_xi, n_T;
} R;

static const sp_param params[] = {
    SP_REAL(P, r2, "0.5", SP_BETWEEN(0, 1), "1",
            "squared multiple correlation of the response on the block and the condition"),
    SP_REAL(P, r2_given, "0", SP_BETWEEN(0, 1), "1", "the same on the condition alone (0: unconditional)"),
    SP_REAL(P, beyond, "1.645", SP_POSITIVE, "1", "standard deviations from independence that count as seen"),
    SP_SIZE(P, d, "1", SP_BETWEEN(1, 1000), "", "columns of the block, for the neighbour graph"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, T, "1", "T(Y, Z given X) of jointly normal variables, many rows"),
    SP_OUT(R, xi, "1", "xi at r2: (3/pi) asin((1 + r2)/2) - 1/2; T when nothing is given"),
    SP_OUT(R, xi_given, "1", "xi at r2_given"),
    SP_OUT(R, n_xi, "", "rows from which on xi = `xi` lies `beyond` standard deviations above independence"),
    SP_OUT(R, n_T, "", "the same of T on one column, nothing given"),
    SP_OUT(R, mutual, "1", "probability that a nearest neighbour in d columns is mutual, any continuous law"),
    {0}};

static sp_status run_select_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    (void)out;
    const P *p = params_;
    if (p->r2_given > p->r2)
        return sp_fail(run, SP_USAGE, "--r2 counts the condition too: it is not below --r2-given");
    if (p->r2_given == 1)
        return sp_fail(run, SP_USAGE, "--r2-given 1: the response is already determined by the condition");
    double xi = sp_xi_gaussian(p->r2), rows = p->beyond * p->beyond / (xi * xi);
    *(R *)scalars_ = (R){.xi = xi,
                         .xi_given = sp_xi_gaussian(p->r2_given),
                         .T = sp_codec_gaussian(p->r2, p->r2_given),
                         .mutual = sp_neighbour_mutual(p->d),
                         .n_xi = 2.0 / 5 * rows, /* n Var xi -> 2/5, n Var T -> 16/15 */
                         .n_T = 16.0 / 15 * rows};
    return SP_OK;
}

const sp_command sp_command_select_theory = {.name = "select.theory",
                                             .summary =
                                                 "Coefficients of jointly normal variables, and the rows needed to see them",
                                             .spec = "11:3.2",
                                             .params = params,
                                             .scalars = scalars,
                                             .run = run_select_theory,
                                             SP_SIZES(P, R),
                                             .example = "--r2 0.8333333 --r2-given 0.6666667"};
