/* UTF-8 text from outside: well formed, and fit to be shown as a name. */
#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

#include "s2rgf.h"

#define ESCAPE_BYTES 8 /* the longest, "\\u202e", with its zero */

size_t s2_utf8_decode(const char *bytes, size_t left, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)bytes;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    const size_t length = p[0] >= 0xF8   ? 0
                          : p[0] >= 0xF0 ? 4
                          : p[0] >= 0xE0 ? 3
                          : p[0] >= 0xC0 ? 2
                                         : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t value = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3Fu);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code = value;
    return length;
}

bool s2_utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFFFE || code == 0xFFFF;
}

bool s2_utf8_valid(const char *bytes, size_t length)
{
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = s2_utf8_decode(bytes + i, length - i, &code);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

bool s2_utf8_printable(const char *text)
{
    const size_t length = strlen(text);
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = s2_utf8_decode(text + i, length - i, &code);
        if (step == 0 || s2_utf8_is_control(code))
            return false;
        i += step;
    }
    return true;
}

void s2_utf8_clean(char *text, size_t max_bytes)
{
    const size_t length = strlen(text);
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t step = s2_utf8_decode(text + i, length - i, &code);
        const bool fit = step > 0 && !s2_utf8_is_control(code);
        if (step == 0)
            step = 1;
        if (out + (fit ? step : 1) > max_bytes)
            break;
        if (fit) {
            memmove(text + out, text + i, step);
            out += step;
        } else {
            text[out++] = '_';
        }
        i += step;
    }
    text[out] = '\0';
}

void s2rgf_printable(const char *text, char *line, size_t size)
{
    const size_t length = strlen(text);
    size_t out = 0;
    if (size == 0)
        return;
    for (size_t i = 0; i < length;) {
        char escape[ESCAPE_BYTES] = " ";
        uint32_t code = 0;
        size_t step = s2_utf8_decode(text + i, length - i, &code);
        const bool plain = step > 0 && !s2_utf8_is_control(code);
        if (step == 0 || (code < 0x80 && strchr("\n\r\t", (int)code) == NULL))
            snprintf(escape, sizeof escape, "\\x%02x", (unsigned)(unsigned char)text[i]);
        else if (code >= 0x80)
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(code & 0xFFFF));
        step += step == 0;
        const size_t count = plain ? step : strlen(escape);
        if (out + count >= size)
            break;
        memcpy(line + out, plain ? text + i : escape, count);
        out += count;
        i += step;
    }
    line[out] = '\0';
}
