/* What reading and writing of the safetensors container share. */
#ifndef S2_FORMAT_SAFETENSORS_PRIVATE_H
#define S2_FORMAT_SAFETENSORS_PRIVATE_H

#include "format/safetensors.h"

#define S2_SAFETENSORS_PREFIX_BYTES 8 /* header length, little endian */
#define S2_SAFETENSORS_CHUNK 4096     /* floats converted at once */
#define S2_SAFETENSORS_METADATA "__metadata__"

#define S2_FNV_START UINT64_C(0xcbf29ce484222325)

/** FNV-1a 64 goes on over more bytes. */
uint64_t s2_fnv1a(uint64_t hash, const void *bytes, size_t count);
void s2_fnv_text(uint64_t hash, char text[17]);

/** Order tensors by name, bytewise. */
void s2_safetensors_sort(s2_safetensors_tensor *tensors, int count);

#endif
