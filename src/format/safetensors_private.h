/* What reading and writing of the safetensors container share. */
#ifndef S2_FORMAT_SAFETENSORS_PRIVATE_H
#define S2_FORMAT_SAFETENSORS_PRIVATE_H

#include "core/memory.h"
#include "format/safetensors.h"

#define S2_SAFETENSORS_PREFIX_BYTES 8 /* header length, little endian */
#define S2_SAFETENSORS_CHUNK 4096     /* floats converted at once */
#define S2_SAFETENSORS_METADATA "__metadata__"

/**
 * Sort the tensors, refuse what the reader would refuse, and make the header of the file.
 * data_bytes out  of all tensors
 * Memory  header->data is released with s2_free(), after errors too.
 */
s2rgf_status s2_safetensors_header(s2_safetensors *content, const char *path, s2_text *header,
                                   size_t *data_bytes, s2rgf_error *err);

/** Order tensors by name, bytewise. */
void s2_safetensors_sort(s2_safetensors_tensor *tensors, int count);

#endif
