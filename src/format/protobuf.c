/* Writing protocol buffers: the parts of the wire format that ONNX needs. */
#include "format/protobuf.h"

#include <string.h>

#include "core/memory.h"

#define VARINT_BYTES 10 /* longest: 64 bits, 7 in each byte */

/* How a field's value is written. */
enum { WIRE_VARINT = 0, WIRE_LENGTH = 2 };

static void append(s2_protobuf *message, const void *bytes, size_t count)
{
    if (message->failed || count == 0)
        return;
    if (count > message->capacity - message->length) {
        const size_t capacity = 2 * message->capacity + count;
        uint8_t *data = s2_alloc(capacity, 1);
        if (!data) {
            message->failed = true;
            return;
        }
        if (message->length > 0)
            memcpy(data, message->data, message->length);
        s2_free(message->data);
        message->data = data;
        message->capacity = capacity;
    }
    memcpy(message->data + message->length, bytes, count);
    message->length += count;
}

/* Groups of 7 bits, the lowest first; the highest bit of a byte tells that more follow. */
static void append_varint(s2_protobuf *message, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES];
    size_t count = 0;
    for (; value > 0x7f; value >>= 7)
        bytes[count++] = (uint8_t)(value | 0x80);
    bytes[count++] = (uint8_t)value;
    append(message, bytes, count);
}

static void append_tag(s2_protobuf *message, int field, unsigned wire)
{
    append_varint(message, (uint64_t)field << 3 | wire);
}

void s2_protobuf_put_int(s2_protobuf *message, int field, int64_t value)
{
    append_tag(message, field, WIRE_VARINT);
    append_varint(message, (uint64_t)value);
}

void s2_protobuf_put_bytes(s2_protobuf *message, int field, const void *bytes, size_t count)
{
    append_tag(message, field, WIRE_LENGTH);
    append_varint(message, count);
    append(message, bytes, count);
}

void s2_protobuf_put_text(s2_protobuf *message, int field, const char *text)
{
    s2_protobuf_put_bytes(message, field, text, strlen(text));
}

void s2_protobuf_put_message(s2_protobuf *message, int field, s2_protobuf *inner)
{
    s2_protobuf_put_bytes(message, field, inner->data, inner->length);
    message->failed |= inner->failed;
    s2_protobuf_clear(inner);
}

void s2_protobuf_clear(s2_protobuf *message)
{
    s2_free(message->data);
    *message = (s2_protobuf){0};
}
