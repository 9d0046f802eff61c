#include "spinodal/command.h"
#include "spinodal/learning_rate.h"

typedef sp_finite_size_params P;
typedef struct {
    double exponent, exponent_se, prefactor, chi2_dof, spread;
} R;
static const sp_param params[] = {
    SP_VEC(P, sizes, "100,200,400,800,1600", SP_BETWEEN(10, 1000000), "", "sizes N"),
    SP_SIZE(P, samples, "20", SP_BETWEEN(2, 1000000), "", "spectra of each size"),
    SP_VEC(P, scaled_times, "", SP_POSITIVE, "", "s/N^(2/3) of the curves; default: 30 log-spaced from 0.2 to 20"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, exponent, "", "of the crossover s_cross ~ N^exponent; expected 2/3"),
    SP_OUT(R, exponent_se, "", "standard error"),
    SP_OUT(R, prefactor, "time", "s_cross at N = 1 of the fit"),
    SP_OUT(R, chi2_dof, "", "chi^2 of the fit over its degrees of freedom"),
    SP_OUT(R, spread, "",
           "collapse: largest relative distance of a scaled curve from the mean over sizes, for s <= N^(2/3)"),
    {0}};
static const sp_column collapse[] = {{"N", "", "size"},
                                     {"s", "time", "gradient time"},
                                     {"excess", "", "excess loss"},
                                     {"excess_se", "", "standard error over spectra"},
                                     {"excess_infinite", "", "excess loss at N = infinity"},
                                     {"scaled_time", "", "s/N^(2/3)"},
                                     {"scaled_excess", "", "N^(2/3) excess"},
                                     {"scaled_excess_se", "", "standard error"},
                                     {"scaled_law", "", "3/(8 scaled_time)"},
                                     {0}};
static const sp_column crossover[] = {{"N", "", "size"},
                                      {"s_cross", "time", "where the excess is half of that at N = infinity"},
                                      {"s_cross_se", "time", "standard error"},
                                      {"fit", "time", "power law"},
                                      {0}};
static const sp_table_decl tables[] = {
    {"collapse", collapse,
     "plot scaled_time scaled_excess,scaled_law by N logx logy xlabel s / N^(2/3) ylabel N^(2/3) excess title Collapse; "
     "plot s "
     "excess,excess_infinite by N logx logy title Excess loss at finite N",
     "One curve for all sizes: the power law of N = infinity until s ~ N^(2/3), then a landscape with one ground state. The "
     "late mean, s^-3, is that of the spectra with a small top gap"},
    {"crossover", crossover, "plot N s_cross,fit logx logy ylabel gradient time of the crossover title Crossover",
     "The crossover moves as N^(2/3), the inverse of the top gap"},
    {0}};

/* Largest |y/mean - 1| over sizes, up to scaled time 1: later rare spectra with a small gap carry the mean. */
static double spread_of(const sp_finite_size_result *f)
{
    size_t T = f->n_points / f->n_sizes;
    double largest = 0;
    for (size_t k = 0; k < T && f->point[k].s <= pow(f->point[k].N, 2.0 / 3); k++) {
        double mean = 0;
        for (size_t i = 0; i < f->n_sizes; i++)
            mean += pow(f->point[i * T].N, 2.0 / 3) * f->point[i * T + k].excess.value / (double)f->n_sizes;
        for (size_t i = 0; i < f->n_sizes; i++)
            largest = fmax(largest, fabs(pow(f->point[i * T].N, 2.0 / 3) * f->point[i * T + k].excess.value / mean - 1));
    }
    return largest;
}

static sp_status run_finite_size(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    R *r = scalars_;
    sp_finite_size_result f;
    SP_TRY(sp_matrix_finite_size(run, params_, &f));
    sp_table *t = sp_result_table(out, "collapse");
    for (size_t i = 0; i < f.n_points; i++) {
        const sp_finite_size_point *x = &f.point[i];
        double unit = pow(x->N, 2.0 / 3);
        SP_TRY(SP_ROW(t, x->N, x->s, x->excess.value, x->excess.se, x->excess_infinite, x->s / unit, unit * x->excess.value,
                      unit * x->excess.se, 3 * unit / (8 * x->s)));
    }
    t = sp_result_table(out, "crossover");
    for (size_t i = 0; i < f.n_sizes; i++)
        SP_TRY(SP_ROW(t, f.crossing[i].N, f.crossing[i].s.value, f.crossing[i].s.se,
                      f.prefactor * pow(f.crossing[i].N, f.exponent.value)));
    *r = (R){f.exponent.value, f.exponent.se, f.prefactor, f.chi2 / f.dof, spread_of(&f)};
    if (isnan(f.exponent.value))
        sp_result_unconverged(out, "a crossover lies outside the times: widen --scaled-times");
    return SP_OK;
}

const sp_command sp_command_learning_rate_finite_size = {
    .name = "learning-rate.finite-size",
    .summary = "When a matrix of N spins leaves the power law of infinite N: the crossover at N^(2/3)",
    .spec = "14:3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_finite_size,
    SP_SIZES(P, R),
    .example = "--sizes 100,200,400 --samples 10"};
