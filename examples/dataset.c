/* A dataset of your own, in memory: when does a diffusion model on it memorise?   cc dataset.c $(pkg-config --cflags --libs
 * spinodal) */
#include <spinodal.h>
#include <stdio.h>

enum { N = 500, D = 16 };

int main(void)
{
    static float x[N * D];
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 7});
    sp_rng rng = sp_rng_at(run, "example", 0);
    sp_normals_float(&rng, N * D, x);

    const sp_dataset *data;
    sp_result *result = NULL;
    sp_status status = sp_dataset_from_memory(run, x, SP_FLOAT32, N, D, NULL, NULL, NULL, &data);
    if (status == SP_OK)
        status = sp_call(run, "diffusion.times", data, 0, NULL, &result);
    double t;
    if (status == SP_OK && sp_result_number(result, "t_C_phi", &t))
        printf("with an exact score, samples are copies of the data below t = %.3f\n", t);
    else
        fprintf(stderr, "%s\n", sp_run_message(run));
    sp_result_free(result);
    sp_run_free(run);
    return (int)status;
}
