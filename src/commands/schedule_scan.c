#include "schedule_options.h"

typedef struct {
    sp_vec d, steps;
    double p, data_var, kappa, fraction, error;
    int path, grid, method;
} P;
typedef struct {
    size_t runs;
} R;
static const sp_param params[] = {
    SP_VEC(P, d, "100,1000,10000,100000", SP_BETWEEN(2, 1e18), "", "dimensions"),
    SP_VEC(P, steps, "5,10,20,50,100,200,500", SP_BETWEEN(2, 1e7), "", "numbers of steps"),
    SP_REAL(P, p, "0.7", SP_OPEN_FRACTION, "", "weight of the + mode"),
    SP_REAL(P, data_var, "0.25", SP_POSITIVE, "data^2", "variance inside a mode"),
    SP_PATH_PARAM(P),
    SP_CHOICE(P, grid, "uniform|dilated|logsnr", "uniform", "how the steps are spent"),
    SP_KAPPA_PARAM(P),
    SP_FRACTION_PARAM(P),
    SP_METHOD_PARAM(P),
    SP_REAL(P, error, "0.01", SP_POSITIVE, "", "wanted error of the weight and relative error of the variance"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, runs, "", "pairs of dimension and steps"), {0}};
static const sp_column scan[] = {{"d", "", "dimension"},
                                 {"steps", "", "steps"},
                                 {"x", "", "sqrt(d)/steps"},
                                 {"p_hat", "", "weight of the + mode recovered"},
                                 {"p_error", "", "p_hat - p"},
                                 {"P_x", "", "uniform vp: its limit at this x"},
                                 {"data_var", "data^2", "variance recovered inside a mode"},
                                 {"converged", "", "1: yes"},
                                 {0}};
static const sp_column needed[] = {{"d", "", "dimension"},
                                   {"steps_weight", "", "steps from which the weight is right to --error"},
                                   {"steps_shape", "", "steps from which the variance is"},
                                   {"steps_weight_over_sqrt_d", "", "constant: the number of steps grows as sqrt(d)"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"scan", scan,
     "plot x p_hat,P_x by d points logx title Weight of the mode; plot steps data_var by d points logx logy title Variance "
     "inside a mode",
     "Uniform steps on the variance-preserving path: the weight depends on sqrt(d)/steps alone"},
    {"needed", needed, "plot d steps_weight,steps_shape points logx logy title Steps needed",
     "Steps for the wanted error: as sqrt(d), or the same for all d"},
    {0}};

static double error_at(sp_run *run, const P *p, double d, size_t steps, bool shape, sp_status *status)
{
    sp_two_modes modes = {p->p, p->data_var};
    sp_path_grid grid = {p->path, p->grid, p->method, d, p->kappa, p->fraction, steps};
    sp_schedule_reduction r = {0};
    sp_mark mark = sp_memory_mark(run);
    if (*status == SP_OK)
        *status = sp_schedule_reduce(run, &modes, &grid, &r);
    sp_memory_release(run, mark);
    return shape ? fabs(r.data_var / p->data_var - 1) : fabs(r.p_hat - p->p);
}

/* By doubling and halving; NAN above 1e5. */
static double steps_for(sp_run *run, const P *p, double d, bool shape, sp_status *status)
{
    size_t low = 1, high = 2;
    while (error_at(run, p, d, high, shape, status) > p->error) {
        low = high;
        high *= 2;
        if (high > 100000 || *status != SP_OK || (*status = sp_poll(run)) != SP_OK)
            return NAN;
    }
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (error_at(run, p, d, middle, shape, status) > p->error)
            low = middle;
        else
            high = middle;
    }
    return (double)high;
}

static sp_status run_schedule_scan(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_two_modes modes = {p->p, p->data_var};
    ((R *)scalars_)->runs = p->d.n * p->steps.n;
    for (size_t i = 0; i < p->d.n; i++) {
        for (size_t k = 0; k < p->steps.n; k++) {
            sp_path_grid grid = {p->path, p->grid, p->method, p->d.v[i], p->kappa, p->fraction, (size_t)p->steps.v[k]};
            sp_schedule_reduction r;
            double x = sqrt(p->d.v[i]) / p->steps.v[k];
            bool limit = p->path == SP_PATH_VP && p->grid == SP_GRID_UNIFORM && p->method == SP_EULER;
            SP_TRY(sp_poll(run));
            SP_TRY(sp_schedule_reduce(run, &modes, &grid, &r));
            if (!r.converged)
                sp_result_unconverged(out, "d = %g, %g steps: no single start ends between the modes", p->d.v[i],
                                      p->steps.v[k]);
            SP_TRY(SP_ROW(sp_result_table(out, "scan"), p->d.v[i], p->steps.v[k], x, r.p_hat, r.p_hat - p->p,
                          limit ? sp_schedule_vp_collapse(p->p, x) : NAN, r.data_var, r.converged ? 1.0 : 0.0));
        }
        sp_status status = SP_OK;
        double weight = steps_for(run, p, p->d.v[i], false, &status), shape = steps_for(run, p, p->d.v[i], true, &status);
        SP_TRY(status);
        SP_TRY(SP_ROW(sp_result_table(out, "needed"), p->d.v[i], weight, shape, weight / sqrt(p->d.v[i])));
    }
    return SP_OK;
}

const sp_command sp_command_schedule_scan = {.name = "schedule.scan",
                                             .summary = "How many steps a schedule needs as the dimension grows",
                                             .spec = "10:3.1,3.4",
                                             .params = params,
                                             .scalars = scalars,
                                             .tables = tables,
                                             .run = run_schedule_scan,
                                             SP_SIZES(P, R),
                                             .example = "--d 100,1000 --steps 10,50 --error 0.05"};
