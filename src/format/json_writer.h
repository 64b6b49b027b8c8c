/* Writing JSON: fixed order, the same bytes in every locale. */
#ifndef S2_FORMAT_JSON_WRITER_H
#define S2_FORMAT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/memory.h"

/**
 * A document being written; start from {0} or {.indent = true}. In all functions key is the
 * member's name, or NULL inside an array and at the root. Running out of memory is remembered in
 * text.failed and checked once at the end.
 * Memory  text.data is released with s2_free().
 */
typedef struct s2_json_writer {
    s2_text text;
    bool indent; /* one member per line, to be read by people; otherwise no white space */
    int depth;
    bool has_items; /* the innermost open array or object is not empty */
} s2_json_writer;

void s2_json_begin_object(s2_json_writer *writer, const char *key);
void s2_json_end_object(s2_json_writer *writer);
void s2_json_begin_array(s2_json_writer *writer, const char *key);
void s2_json_end_array(s2_json_writer *writer);

/** text must be well-formed UTF-8; NULL becomes null. */
void s2_json_put_string(s2_json_writer *writer, const char *key, const char *text);
/** Fewest of 15 to 17 digits that read back as the same number; what is not finite becomes null. */
void s2_json_put_double(s2_json_writer *writer, const char *key, double value);
void s2_json_put_int(s2_json_writer *writer, const char *key, int64_t value);
void s2_json_put_uint(s2_json_writer *writer, const char *key, uint64_t value);
void s2_json_put_bool(s2_json_writer *writer, const char *key, bool value);

#endif
