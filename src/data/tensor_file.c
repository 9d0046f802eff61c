#include "tensor_file.h"

#include "spinodal/command.h"

#include <math.h>
#include <string.h>

static double factorial(int p) { return p < 2 ? 1 : p * factorial(p - 1); }

static void sort(int order, size_t *index)
{
    for (int i = 1; i < order; i++)
        for (int j = i; j > 0 && index[j] < index[j - 1]; j--) {
            size_t swap = index[j];
            index[j] = index[j - 1];
            index[j - 1] = swap;
        }
}

/* Next permutation of the indices in lexicographic order; false after the last. */
static bool permute(int order, size_t *index)
{
    int i = order - 2;
    while (i >= 0 && index[i] >= index[i + 1])
        i--;
    if (i < 0)
        return false;
    int j = order - 1;
    while (index[j] <= index[i])
        j--;
    size_t swap = index[i];
    index[i] = index[j];
    index[j] = swap;
    for (int a = i + 1, b = order - 1; a < b; a++, b--) {
        swap = index[a];
        index[a] = index[b];
        index[b] = swap;
    }
    return true;
}

static double element(const sp_dataset *data, size_t n, int order, const size_t *index)
{
    size_t at = 0;
    for (int a = 0; a < order; a++)
        at = at * n + index[a];
    return data->x64 ? data->x64[at] : (double)data->x[at];
}

static sp_status not_symmetric(sp_run *run, const char *path, double difference)
{
    return sp_fail(run, SP_DATA, "%s: not symmetric, entries of the same indices differ by %g (--symmetrise averages them)",
                   path, difference);
}

/* "(1,2,3)", counted from 1 */
static const char *tuple_text(sp_run *run, int order, const size_t *index)
{
    const char *text = "";
    for (int a = 0; a < order && text; a++)
        text = sp_format(run, "%s%s%zu", text, a ? "," : "(", index[a] + 1);
    text = text ? sp_format(run, "%s)", text) : NULL;
    return text ? text : "";
}

/* The two orders of one set of indices whose entries differ most. */
typedef struct {
    double low, high;
    size_t at_low[SP_TENSOR_MAX_ORDER], at_high[SP_TENSOR_MAX_ORDER];
} asymmetry;

/* Mean over the orders of these sorted indices. */
static double mean_entry(const sp_dataset *data, size_t n, int order, const size_t *index, asymmetry *a)
{
    size_t tuple[SP_TENSOR_MAX_ORDER];
    double sum = 0, count = 0;
    memcpy(tuple, index, sizeof tuple);
    *a = (asymmetry){.low = INFINITY, .high = -INFINITY};
    do {
        double value = element(data, n, order, tuple);
        sum += value, count++;
        if (value < a->low)
            a->low = value, memcpy(a->at_low, tuple, sizeof tuple);
        if (value > a->high)
            a->high = value, memcpy(a->at_high, tuple, sizeof tuple);
    } while (permute(order, tuple));
    return a->high == a->low ? a->low : sum / count; /* equal entries stay as they are */
}

sp_status tensor_array_read(sp_run *run, const char *name, const sp_dataset *data, int order, const tensor_array_options *o,
                            sp_symmetric_tensor *out)
{
    size_t n = data->n, index[SP_TENSOR_MAX_ORDER] = {0}, k = 0;
    double largest = 0;
    asymmetry worst = {.low = 0};
    if (fabs((double)data->d - pow((double)n, order - 1)) > 0.5)
        return sp_fail(run, SP_DATA, "%s: an order-%d tensor is an array of shape N x ... x N, got %zu rows of %zu", name,
                       order, n, data->d);
    SP_TRY(sp_symmetric_create(run, n, order, out));
    do {
        asymmetry here;
        bool distinct = true;
        for (int a = 1; a < order; a++)
            distinct &= index[a] != index[a - 1];
        if (distinct || !o->distinct_only) {
            out->v[k] = (float)(o->scale * mean_entry(data, n, order, index, &here));
            if (!isfinite(here.low) || !isfinite(here.high))
                return sp_fail(run, SP_DATA, "%s: the tensor has entries that are not finite", name);
            largest = fmax(largest, fmax(fabs(here.low), fabs(here.high)));
            if (here.high - here.low > worst.high - worst.low)
                worst = here;
        }
        if (++k % (1 << 20) == 0)
            SP_TRY(sp_poll(run));
    } while (sp_symmetric_next(n, order, index));
    if (worst.high - worst.low > o->tolerance * largest && !o->symmetrise)
        return sp_fail(run, SP_DATA,
                       "%s: the tensor is not symmetric: %s is %g, %s is %g, %.3g apart (indices from 1; --symmetrise "
                       "averages)",
                       name, tuple_text(run, order, worst.at_low), worst.low, tuple_text(run, order, worst.at_high),
                       worst.high, worst.high - worst.low);
    return SP_OK;
}

static sp_status from_list(sp_run *run, const char *path, sp_vec v, int order, bool symmetrise, sp_symmetric_tensor *out,
                           sp_symmetric_tensor *observed)
{
    size_t width = (size_t)order + 1, n = 0;
    if (v.n % width)
        return sp_fail(run, SP_DATA, "%s: lines of %d indices and a value are needed for order %d", path, order, order);
    for (size_t i = 0; i < v.n; i++) {
        bool is_value = i % width == (size_t)order;
        if (!isfinite(v.v[i]) || (!is_value && (v.v[i] < 0 || v.v[i] != floor(v.v[i]) || v.v[i] > 1e5)))
            return sp_fail(run, SP_DATA, "%s line %zu: indices are whole numbers from 0, values finite", path,
                           i / width + 1);
        if (!is_value && (size_t)v.v[i] >= n)
            n = (size_t)v.v[i] + 1;
    }
    sp_symmetric_tensor lines; /* how many give an entry */
    SP_TRY(sp_symmetric_create(run, n, order, out));
    SP_TRY(sp_symmetric_create(run, n, order, &lines));
    for (size_t i = 0; i < v.n; i += width) {
        size_t index[SP_TENSOR_MAX_ORDER];
        for (int a = 0; a < order; a++)
            index[a] = (size_t)v.v[i + (size_t)a];
        sort(order, index);
        size_t place = sp_symmetric_index(n, order, index);
        float value = (float)(factorial(order) * v.v[i + (size_t)order]), *entry = &out->v[place];
        double count = (double)++lines.v[place], difference = fabs((double)value - (double)*entry);
        if (count > 1 && !symmetrise && difference > 1e-6 * fabs((double)value))
            return not_symmetric(run, path, difference / factorial(order));
        *entry += (value - *entry) / (float)count;
    }
    for (size_t i = 0; i < lines.size; i++)
        lines.v[i] = lines.v[i] > 0;
    if (observed)
        *observed = lines;
    return SP_OK;
}

sp_status tensor_file_read(sp_run *run, const char *path, int order, bool symmetrise, sp_symmetric_tensor *out,
                           sp_symmetric_tensor *observed)
{
    const char *dot = strrchr(path, '.');
    if (dot && (!strcmp(dot, ".txt") || !strcmp(dot, ".dat"))) {
        sp_vec v;
        SP_TRY(sp_parse_numbers(run, path, &v));
        return from_list(run, path, v, order, symmetrise, out, observed);
    }
    if (observed)
        return sp_fail(run, SP_USAGE, "%s: an array has every entry, only text lines have missing ones (use --mask)", path);
    const sp_dataset *data;
    sp_data_options options = {.scale = "none", .keep_mean = true, .labels = "none"};
    SP_TRY(sp_dataset_open(run, path, &options, NULL, &data));
    return tensor_array_read(run, path, data, order, &(tensor_array_options){1e-8, symmetrise, false, factorial(order)},
                             out);
}

sp_status signal_file_read(sp_run *run, const char *path, size_t N, double *v)
{
    sp_vec read;
    double norm2 = 0;
    SP_TRY(sp_parse_numbers(run, path, &read));
    if (read.n != N)
        return sp_fail(run, SP_DATA, "%s: %zu numbers, the tensor has N = %zu", path, read.n, N);
    for (size_t i = 0; i < N; i++)
        norm2 += read.v[i] * read.v[i];
    if (!(norm2 > 0) || !isfinite(norm2))
        return sp_fail(run, SP_DATA, "%s: the signal vector is zero or not finite", path);
    for (size_t i = 0; i < N; i++)
        v[i] = read.v[i] * sqrt((double)N / norm2);
    return SP_OK;
}

void tensor_kernel_variance(const sp_symmetric_tensor *tensor, double *value, double *se)
{
    size_t index[SP_TENSOR_MAX_ORDER] = {0}, k = 0;
    double sum = 0, sum2 = 0, count = 0, p_factorial = factorial(tensor->order);
    do {
        bool distinct = true;
        for (int a = 1; a < tensor->order; a++)
            distinct &= index[a] != index[a - 1];
        double entry = (double)tensor->v[k++] / p_factorial, square = entry * entry;
        if (!distinct)
            continue;
        sum += square;
        sum2 += square * square;
        count++;
    } while (sp_symmetric_next(tensor->n, tensor->order, index));
    double scale = p_factorial * pow((double)tensor->n, tensor->order - 1), mean = sum / count;
    *value = scale * mean;
    *se = scale * sqrt(fmax(sum2 / count - mean * mean, 0) / (count - 1));
}
