/* Checksums against damage, and to tell whether two things are the same; none against malice. */
#ifndef S2_CORE_CHECKSUM_H
#define S2_CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#define S2_CHECKSUM_START UINT64_C(0xcbf29ce484222325)
#define S2_CHECKSUM_BYTES 17 /* of its text, with the zero at the end */

/**
 * FNV-1a, 64 bits, continued over more bytes.
 * sum in  S2_CHECKSUM_START, or the sum of the bytes before
 * Source  Fowler, Noll, Vo and Eastlake, draft-eastlake-fnv.
 */
uint64_t s2_checksum_add(uint64_t sum, const void *bytes, size_t count);

/**
 * As s2_checksum_add(), but eight bytes at a time, many times faster. The sums are others, depend
 * on the byte order, and are for comparing within one process only.
 */
uint64_t s2_checksum_add_words(uint64_t sum, const void *bytes, size_t count);

/** Sixteen hexadecimal digits. */
void s2_checksum_text(uint64_t sum, char text[S2_CHECKSUM_BYTES]);

#endif
