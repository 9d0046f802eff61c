#include "schedule_options.h"

typedef struct {
    double B, H, a_t, b_t;
    sp_vec x;
} P;
typedef struct {
    size_t d;
} R;
static const sp_param params[] = {SP_REAL(P, B, "1.5", SP_POSITIVE, "", "inverse temperature"),
                                  SP_REAL(P, H, "0.5", SP_ANY, "", "field: the model has H/d on each spin"),
                                  SP_REAL(P, a_t, "0.8", SP_POSITIVE, "", "coefficient of the noise"),
                                  SP_REAL(P, b_t, "0.6", SP_NONNEGATIVE, "", "coefficient of the data"),
                                  SP_VEC(P, x, "-1:1:8", SP_ANY, "", "the noised point: one number for each spin"),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, d, "", "spins"), {0}};
static const sp_column mean[] = {
    {"i", "", "spin"}, {"x", "", "its noised value"}, {"eta", "", "E[a_i | x]"}, {"score", "", "(b_t eta - x)/a_t^2"}, {0}};
static const sp_table_decl tables[] = {
    {"mean", mean, "plot x eta points", "Expected clean spins given noised ones a_t z + b_t a"}, {0}};

static sp_status run_schedule_posterior(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_curie_weiss model = {p->x.n, p->B, p->H};
    double *eta = SP_NEW(run, double, p->x.n + 1);
    if (!eta)
        return SP_FAILED;
    ((R *)scalars_)->d = p->x.n;
    SP_TRY(sp_curie_weiss_posterior(run, &model, p->a_t, p->b_t, p->x.v, eta));
    for (size_t i = 0; i < p->x.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "mean"), i + 1, p->x.v[i], eta[i],
                      (p->b_t * eta[i] - p->x.v[i]) / (p->a_t * p->a_t)));
    return SP_OK;
}

const sp_command sp_command_schedule_posterior = {.name = "schedule.posterior",
                                                  .summary = "Expected clean Curie-Weiss spins and score at a noised point, "
                                                             "exact",
                                                  .spec = "10:3.2",
                                                  .params = params,
                                                  .scalars = scalars,
                                                  .tables = tables,
                                                  .run = run_schedule_posterior,
                                                  SP_SIZES(P, R),
                                                  .example = "--B 1.5 --H 0.5"};
