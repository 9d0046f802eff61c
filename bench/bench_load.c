/* Reading a dataset: $SPINODAL_DATA/mnist, or a made one of the same size, one thread, processor time of the process.
 *
 * Floor: inflating the file (zlib alone, measured here) and writing the float32 values once (memset of as many bytes, memory
 * bound). The passes over the values (range and finite check, column means, scale, hash) are extra: they read 184 MB four
 * times. */
#include "spinodal/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static double now(void) { return (double)clock() / CLOCKS_PER_SEC; }

/* 60000 x 28 x 28 bytes, four fifths of them zero as in MNIST. */
static void make_images(const char *path)
{
    gzFile file = gzopen(path, "wb6");
    sp_run *run = sp_run_create(NULL);
    sp_rng rng = sp_rng_at(run, "bench", 0);
    gzwrite(file, (unsigned char[]){0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28}, 16);
    for (size_t i = 0; i < 60000; i++) {
        unsigned char image[784] = {0};
        for (size_t y = 5; y < 23; y++)
            for (size_t x = 10; x < 18; x++)
                image[y * 28 + x] = (unsigned char)sp_rng_bits(&rng);
        gzwrite(file, image, sizeof image);
    }
    gzclose(file);
    sp_run_free(run);
}

static double inflate_alone(const char *path, double *megabytes)
{
    static unsigned char buffer[1 << 17];
    double start = now();
    gzFile file = gzopen(path, "rb");
    size_t total = 0;
    for (int n; (n = gzread(file, buffer, sizeof buffer)) > 0;)
        total += (size_t)n;
    gzclose(file);
    *megabytes = (double)total / 1e6;
    return now() - start;
}

static double write_memory(size_t bytes)
{
    char *memory = malloc(bytes);
    if (!memory)
        exit(1);
    double start = now();
    memset(memory, 1, bytes);
    double seconds = now() - start;
    if (memory[bytes / 2] != 1)
        exit(1);
    free(memory);
    return seconds;
}

static double load(const char *source, const sp_data_options *options, size_t *values)
{
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    const sp_dataset *data;
    double start = now();
    if (sp_dataset_open(run, source, options, NULL, &data) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        exit(1);
    }
    double seconds = now() - start;
    *values = data->n * data->d;
    sp_run_free(run);
    return seconds;
}

static void line(const char *what, double megabytes, double ours, double floor)
{
    printf("%-36s %8.1f MB/s %8.3f s  floor %8.3f s  ratio %.2f\n", what, megabytes / ours, ours, floor, floor / ours);
}

/* strtod on every field: what a plain program does. */
static double strtod_alone(const char *path, double *megabytes)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t capacity = 0;
    double start = now(), sum = 0;
    *megabytes = 0;
    for (ssize_t n; (n = getline(&text, &capacity, file)) > 0; *megabytes += (double)n / 1e6)
        for (char *p = text, *end; *p && *p != '\n'; p = *end == ',' ? end + 1 : end) {
            sum += strtod(p, &end);
            if (end == p)
                break;
        }
    double seconds = now() - start;
    free(text);
    fclose(file);
    return sum == 0.5 ? 0 : seconds;
}

int main(void)
{
    char folder[] = "/tmp/spinodal-bench-XXXXXX", images[600], table[600], npy[600];
    if (!mkdtemp(folder))
        return 1;
    const char *root = getenv("SPINODAL_DATA");
    snprintf(images, sizeof images, "%s/mnist/train-images-idx3-ubyte.gz", root ? root : "");
    bool made = access(images, R_OK) != 0;
    if (made)
        make_images(strcat(strcpy(images, folder), "/train-images-idx3-ubyte.gz"));
    snprintf(table, sizeof table, "%s/table.csv", folder);
    snprintf(npy, sizeof npy, "%s/table.npy", folder);

    size_t values;
    double megabytes, text_megabytes, ours = load(images, NULL, &values), inflate = inflate_alone(images, &megabytes);
    line(made ? "IDX.gz 60000 x 784, made" : "IDX.gz 60000 x 784, MNIST", megabytes, ours,
         inflate + write_memory(4 * values));

    sp_run *run = sp_run_create(NULL);
    const sp_dataset *data;
    if (sp_dataset_open(run, "gen:gaussian,d=200,n=50000", &(sp_data_options){.scale = "none", .keep_mean = true}, NULL,
                        &data) != SP_OK ||
        sp_dataset_write(run, data, table, NULL, NULL) != SP_OK || sp_dataset_write(run, data, npy, NULL, NULL) != SP_OK)
        return 1;
    sp_run_free(run);
    double text = strtod_alone(table, &text_megabytes);
    line("CSV 50000 x 200, 17 digits (strtod)", text_megabytes, load(table, NULL, &values), text);
    line("NPY 50000 x 200, f8 (write twice)", 8e-6 * (double)values, load(npy, NULL, &values), write_memory(12 * values));
    unlink(table);
    unlink(npy);
    if (made)
        unlink(images);
    return rmdir(folder) != 0;
}
