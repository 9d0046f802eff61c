/* Elements as files store them, and their conversion to the numbers used here. */
#ifndef SPINODAL_ELEMENT_H
#define SPINODAL_ELEMENT_H

#include "spinodal/base.h"

typedef enum { SP_U1, SP_I1, SP_U2, SP_I2, SP_U4, SP_I4, SP_U8, SP_I8, SP_F2, SP_F4, SP_F8 } sp_element;

size_t sp_element_size(sp_element type);
bool sp_element_is_integer(sp_element type);
/* swap: the bytes of each element are in the other order than the machine's. in and out may not overlap. */
void sp_elements_to_double(sp_element type, bool swap, size_t n, const void *in, double *out);
void sp_elements_to_float(sp_element type, bool swap, size_t n, const void *in, float *out);

bool sp_machine_is_little(void);

#endif
