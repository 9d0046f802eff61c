#include "close.h"
#include "test.h"

#include "spinodal/diffusion.h"

#include <string.h>

static const sp_data_options raw = {.scale = "none"};

static const sp_dataset *open_data(sp_run *run, const char *source)
{
    const sp_dataset *data = NULL;
    assert_int_equal(sp_dataset_open(run, source, &raw, NULL, &data), SP_OK);
    return data;
}

/* spec 07, 4: all trajectories end on data points; mean collapse time .398(9), median .348 (both +- .04) */
static void test_trajectories_collapse(void **state)
{
    (void)state;
    sp_diffusion_sample_params p = {
        .data = open_data(test_run(), "gen:gaussian-mixture,d=16,n=1000,mu2=1"), .samples = 400, .steps = 150};
    sp_diffusion_sample_result r;
    sp_trajectory_list list;
    assert_int_equal(sp_diffusion_sample(test_run(), &p, &r, &list), SP_OK);
    assert_close(r.on_data, 1, 0);
    assert_close(r.t_C_traj, .398, .04);
    assert_close(r.t_C_traj_median, .348, .04);
    assert_true(r.distinct_points > 200);
    size_t ones = 0;
    for (size_t i = 0; i < list.n; i++)
        ones += list.trajectory[i].label == 1;
    assert_close((double)ones / 400, 0.5, 5 * 0.5 / 20); /* both clouds are found */
}

/* Frames: the first is noise of variance 1, the last the data point. */
static void test_frames(void **state)
{
    (void)state;
    for (int sampler = SP_ANCESTRAL; sampler <= SP_EULER_MARUYAMA; sampler++) {
        sp_diffusion_sample_params p = {.data = open_data(test_run(), "gen:gaussian,d=8,n=60"),
                                        .samples = 70,
                                        .steps = 400,
                                        .n_frames = 3,
                                        .sampler = sampler};
        sp_diffusion_sample_result r;
        sp_trajectory_list list;
        assert_int_equal(sp_diffusion_sample(test_run(), &p, &r, &list), SP_OK);
        assert_close(list.frame_t[0], r.start, 0);
        assert_close(list.frame_t[2], 0, 0);
        double square = 0, point[8];
        for (size_t i = 0; i < 70; i++) {
            const float *first = list.frame + i * 3 * 8, *last = first + 2 * 8;
            sp_dataset_row(p.data, list.trajectory[i].nn_index, point);
            double distance = 0;
            for (int j = 0; j < 8; j++) {
                square += (double)first[j] * first[j] / (70 * 8);
                distance += (last[j] - point[j]) * (last[j] - point[j]);
            }
            assert_close(sqrt(distance), list.trajectory[i].nn_distance, 1e-6);
            assert_true(list.trajectory[i].nn_distance < 1e-3 * sqrt(8));
        }
        assert_close(square, 1, 5 * sqrt(2. / 560));
    }
}

/* Paths: noise of variance 1 first, the projection of the data point last; the first direction has the larger variance. */
static void test_paths(void **state)
{
    (void)state;
    sp_diffusion_sample_params p = {.data = open_data(test_run(), "gen:gaussian-mixture,d=12,n=200,mu2=2"),
                                    .samples = 100,
                                    .steps = 60,
                                    .n_path = 5,
                                    .n_frames = 2};
    sp_diffusion_sample_result r;
    sp_trajectory_list list;
    assert_int_equal(sp_diffusion_sample(test_run(), &p, &r, &list), SP_OK);
    assert_close(list.t_S_spectral, log(25) / 2, 5 * sqrt(2. / 200) / 2);
    double first[2] = {0}, last[2] = {0}, norm = 0, along = 0;
    for (int i = 0; i < 100; i++)
        for (int c = 0; c < 2; c++) {
            first[c] += pow(list.path[i * 10 + c], 2) / 100;
            last[c] += pow(list.path[i * 10 + 8 + c], 2) / 100;
        }
    for (int c = 0; c < 2; c++)
        assert_close(first[c], 1, 5 * sqrt(2. / 100));
    assert_true(last[0] > 4 * last[1]);
    for (int j = 0; j < 12; j++)
        norm += pow(list.frame[12 + j], 2);
    along = hypot(list.path[8], list.path[9]);
    assert_true(along > 0 && along * along <= norm + 1e-6);
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_diffusion_sample_params a = {.data = open_data(test_run(), "gen:gaussian,d=5,n=100"),
                                    .samples = 70,
                                    .steps = 30,
                                    .n_frames = 2},
                               b = a;
    b.data = open_data(one, "gen:gaussian,d=5,n=100");
    sp_diffusion_sample_result ra, rb;
    sp_trajectory_list la, lb;
    assert_int_equal(sp_diffusion_sample(test_run(), &a, &ra, &la), SP_OK);
    assert_int_equal(sp_diffusion_sample(one, &b, &rb, &lb), SP_OK);
    assert_memory_equal(la.frame, lb.frame, 70 * 2 * 5 * sizeof(float));
    for (int i = 0; i < 70; i++) {
        assert_int_equal(la.trajectory[i].nn_index, lb.trajectory[i].nn_index);
        assert_close(la.trajectory[i].t_C_traj, lb.trajectory[i].t_C_traj, 0);
    }
    sp_run_free(one);
}

/* Clones: simulated agreement against the weights at the branching point, 5 standard errors of both. */
static void test_clones_agree_as_the_weights_say(void **state)
{
    (void)state;
    const sp_dataset *data = open_data(test_run(), "gen:gaussian-mixture,d=8,n=200,mu2=1");
    double t[] = {0.1, 1.2, 0.4};
    sp_data_clone_point c[3];
    sp_clone_options options = {.clones = 600, .steps = 120};
    assert_int_equal(sp_data_clone(test_run(), data, &options, 4000, (sp_vec){3, t}, c), SP_OK);
    for (int i = 0; i < 3; i++) {
        assert_close(c[i].phi_C, c[i].phi_C_theory, 5 * hypot(c[i].phi_C_se, c[i].phi_C_theory_se));
        assert_close(c[i].phi, c[i].phi_theory, 5 * hypot(c[i].phi_se, c[i].phi_theory_se));
        assert_true(c[i].phi >= c[i].phi_C);
        assert_true(i == 0 || c[i].t < c[i - 1].t);
    }
    options.dt = 0.1;
    assert_int_equal(sp_data_clone(test_run(), data, &options, 10, (sp_vec){3, t}, c), SP_USAGE);
}

static void test_refusals(void **state)
{
    (void)state;
    sp_diffusion_sample_params p = {.data = open_data(test_run(), "gen:gaussian,d=5,n=100"), .samples = 0, .steps = 30};
    sp_diffusion_sample_result r;
    sp_trajectory_list list;
    assert_int_equal(sp_diffusion_sample(test_run(), &p, &r, &list), SP_USAGE);
    p.samples = 1;
    p.steps = 1;
    assert_int_equal(sp_diffusion_sample(test_run(), &p, &r, &list), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_trajectories_collapse),
                                       SP_TEST(test_frames),
                                       SP_TEST(test_paths),
                                       SP_TEST(test_same_bits_for_any_threads),
                                       SP_TEST(test_clones_agree_as_the_weights_say),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
