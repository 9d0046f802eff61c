/* A loop over whole vectors; the tail goes through a padded vector, so that a value has the same bits wherever it stands. */
#define SP_VECTOR_LOOP(name, type, width, load, store, function)                                                            \
    void name(size_t n, const type *x, type *out)                                                                           \
    {                                                                                                                       \
        size_t i = 0;                                                                                                       \
        for (; i + (width) <= n; i += (width))                                                                              \
            store(out + i, function(load(x + i)));                                                                          \
        if (i < n) {                                                                                                        \
            type pad[width] = {0};                                                                                          \
            for (size_t j = i; j < n; j++)                                                                                  \
                pad[j - i] = x[j];                                                                                          \
            store(pad, function(load(pad)));                                                                                \
            for (size_t j = i; j < n; j++)                                                                                  \
                out[j] = pad[j - i];                                                                                        \
        }                                                                                                                   \
    }
