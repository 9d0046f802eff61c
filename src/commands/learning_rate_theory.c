#include "learning_rate_options.h"

typedef struct {
    landscape_options landscape;
} P;
typedef struct {
    double energy, excess, excess_error, asymptotic, slope, m, mu, s, lambda_0, gap, s_cross, m2_final, eta_max, ln_gamma;
} R;
static const sp_param params[] = {LANDSCAPE_OPTIONS(P),
                                  LANDSCAPE_SCHEDULE_OPTIONS(P, "0.5"),
                                  {"times", SP_TYPE_VEC, SP_FIELD(P, landscape.times, sp_vec), "", SP_NONNEGATIVE, "time",
                                   "times of the curves; default: 60 log-spaced", NULL},
                                  {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, energy, "", "H/N at t-max"),
    SP_OUT(R, excess, "", "above the ground state (p = 2) or the threshold energy (p >= 3)"),
    SP_OUT(R, excess_error, "", "numerical error"),
    SP_OUT(R, asymptotic, "",
           "late-time law: eta T/2 plus 3/(8 s) (p = 2), A s^(-2/3), or gradient flow on --matrix for the same s"),
    SP_OUT(R, slope, "", "-d ln excess/d ln t between t-max/10 and t-max"),
    SP_OUT(R, m, "", "overlap with the spike"),
    SP_OUT(R, mu, "", "Lagrange multiplier"),
    SP_OUT(R, s, "time", "gradient time, the integral of eta"),
    SP_OUT(R, lambda_0, "", "top of the spectrum (p = 2)"),
    SP_OUT(R, gap, "", "its distance to the bulk; --matrix: to the second eigenvalue"),
    SP_OUT(R, s_cross, "time",
           "gradient time at which the overlap becomes of order 1, ln(1/m0^2)/(2 gap); --matrix: ln(N)/(2 gap)"),
    SP_OUT(R, m2_final, "",
           "squared overlap of equilibrium at the last eta T: (1-1/theta^2)(1-eta T/theta); --matrix: with its top "
           "eigenvector"),
    SP_OUT(R, eta_max, "", "steps x - eta grad H of length 1 diverge at 2/(lambda_max - lambda_min) (p = 2)"),
    SP_OUT(R, ln_gamma, "", "ln(Gamma e^(-2 lambda_0 s)) at t-max (p = 2)"),
    {0}};
static const sp_column curves[] = {{"t", "time", "time"},
                                   {"eta", "", "learning rate"},
                                   {"s", "time", "gradient time"},
                                   {"energy", "", "H/N"},
                                   {"excess", "", "above the ground state"},
                                   {"asymptotic", "", "late-time law"},
                                   {"excess_error", "", "numerical error"},
                                   {"mu", "", "Lagrange multiplier"},
                                   {"m", "", "overlap with the spike"},
                                   {"C_t0", "", "correlation with the start"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves, "plot t excess,asymptotic logx logy title Excess loss; plot t m,C_t0 logx title Overlap and memory",
     "The excess loss follows the heat of the current rate plus the descent that is left; the faster of the two does not "
     "help"},
    {0}};

static sp_status run_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    landscape_options o = ((const P *)params_)->landscape;
    R *r = scalars_;
    size_t n;
    sp_matrix_schedule_point *x = NULL, *ends = NULL;
    SP_TRY(landscape_open(run, &o));
    SP_TRY(landscape_theory(run, &o, &n, &x));
    landscape_options two = o;
    double decade[] = {two.t_max / 10, two.t_max};
    two.times = (sp_vec){2, decade};
    SP_TRY(landscape_theory(run, &two, &(size_t){0}, &ends));
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < n; i++)
        SP_TRY(SP_ROW(t, x[i].t, x[i].eta, x[i].s, x[i].energy, x[i].excess, x[i].asymptotic, x[i].excess_error, x[i].mu,
                      x[i].m, x[i].C_t0));
    const sp_matrix_schedule_point *last = &ends[1];
    double theta = o.theta, heat = last->eta * o.temperature, second, bottom;
    *r = (R){.energy = last->energy,
             .excess = last->excess,
             .excess_error = last->excess_error,
             .asymptotic = last->asymptotic,
             .slope = -log(last->excess / ends[0].excess) / log(10),
             .m = last->m,
             .mu = last->mu,
             .s = last->s,
             .ln_gamma = last->ln_gamma};
    sp_matrix_spike(theta, o.m0, &r->lambda_0, &r->gap, &r->s_cross);
    landscape_edges(&o, &r->lambda_0, &second, &bottom);
    r->eta_max = o.p == 2 ? sp_matrix_largest_rate(r->lambda_0, bottom) : NAN;
    r->m2_final = theta > 1 && heat < theta ? (1 - 1 / (theta * theta)) * (1 - heat / theta) : 0;
    if (o.given.N) {
        r->gap = r->lambda_0 - second;
        r->s_cross = log((double)o.given.N) / (2 * r->gap);
        r->m2_final = sp_matrix_condensed(o.given.eigenvalues, heat);
        if (sp_schedule_rate(&o.eta, 0) >= r->eta_max)
            sp_warn(run, "the rate at the start, %.3g, is beyond eta_max = %.3g: iterations of length 1 diverge",
                    sp_schedule_rate(&o.eta, 0), r->eta_max);
    }
    return SP_OK;
}

const sp_command sp_command_learning_rate_theory = {.name = "learning-rate.theory",
                                                    .summary =
                                                        "Exact loss under a learning-rate schedule in a rough landscape",
                                                    .spec = "14:3.1-3.3; 28:3.1",
                                                    .params = params,
                                                    .scalars = scalars,
                                                    .tables = tables,
                                                    .run = run_theory,
                                                    SP_SIZES(P, R),
                                                    .example = "--beta 0.5 --t-max 1000"};
