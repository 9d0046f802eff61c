#include "element.h"

#include <math.h>
#include <string.h>

size_t sp_element_size(sp_element type)
{
    static const size_t size[] = {1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
    return size[type];
}

bool sp_element_is_integer(sp_element type) { return type < SP_F2; }

bool sp_machine_is_little(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static uint16_t load2(const unsigned char *p, bool swap)
{
    uint16_t x;
    memcpy(&x, p, 2);
    return swap ? __builtin_bswap16(x) : x;
}

static uint32_t load4(const unsigned char *p, bool swap)
{
    uint32_t x;
    memcpy(&x, p, 4);
    return swap ? __builtin_bswap32(x) : x;
}

static uint64_t load8(const unsigned char *p, bool swap)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return swap ? __builtin_bswap64(x) : x;
}

static double half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double x = exponent == 31 ? (fraction ? NAN : INFINITY)
               : exponent     ? ldexp(1024 + fraction, exponent - 25)
                              : ldexp(fraction, -24);
    return bits & 0x8000 ? -x : x;
}

static float bits_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static double bits_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

#define LOOP(value)                                                                                                         \
    for (size_t i = 0; i < n; i++) {                                                                                        \
        out[i] = (value);                                                                                                   \
    }                                                                                                                       \
    break

#define CONVERT(number)                                                                                                     \
    const unsigned char *p = in;                                                                                            \
    switch (type) {                                                                                                         \
    case SP_U1:                                                                                                             \
        LOOP((number)p[i]);                                                                                                 \
    case SP_I1:                                                                                                             \
        LOOP((number)(int8_t)p[i]);                                                                                         \
    case SP_U2:                                                                                                             \
        LOOP((number)load2(p + 2 * i, swap));                                                                               \
    case SP_I2:                                                                                                             \
        LOOP((number)(int16_t)load2(p + 2 * i, swap));                                                                      \
    case SP_U4:                                                                                                             \
        LOOP((number)load4(p + 4 * i, swap));                                                                               \
    case SP_I4:                                                                                                             \
        LOOP((number)(int32_t)load4(p + 4 * i, swap));                                                                      \
    case SP_U8:                                                                                                             \
        LOOP((number)load8(p + 8 * i, swap));                                                                               \
    case SP_I8:                                                                                                             \
        LOOP((number)(int64_t)load8(p + 8 * i, swap));                                                                      \
    case SP_F2:                                                                                                             \
        LOOP((number)half(load2(p + 2 * i, swap)));                                                                         \
    case SP_F4:                                                                                                             \
        LOOP((number)bits_float(load4(p + 4 * i, swap)));                                                                   \
    case SP_F8:                                                                                                             \
        LOOP((number)bits_double(load8(p + 8 * i, swap)));                                                                  \
    }

void sp_elements_to_double(sp_element type, bool swap, size_t n, const void *in, double *out) { CONVERT(double) }
void sp_elements_to_float(sp_element type, bool swap, size_t n, const void *in, float *out) { CONVERT(float) }
