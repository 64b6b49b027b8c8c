/* Writing protocol buffers: the parts of the wire format that ONNX needs. */
#ifndef S2_FORMAT_PROTOBUF_H
#define S2_FORMAT_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A message being written; start from {0}. Running out of memory is remembered in failed and
 * checked once at the end. Memory: s2_protobuf_clear().
 */
typedef struct s2_protobuf {
    uint8_t *data;
    size_t length, capacity;
    bool failed;
} s2_protobuf;

/** A field of a whole number: int32, int64 or an enumeration. */
void s2_protobuf_put_int(s2_protobuf *message, int field, int64_t value);
/** A field of bytes. */
void s2_protobuf_put_bytes(s2_protobuf *message, int field, const void *bytes, size_t count);
/** A field of text, UTF-8. */
void s2_protobuf_put_text(s2_protobuf *message, int field, const char *text);
/** A field that is a message itself, which is released and empty again. */
void s2_protobuf_put_message(s2_protobuf *message, int field, s2_protobuf *inner);
void s2_protobuf_clear(s2_protobuf *message);

#endif
