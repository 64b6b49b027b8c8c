/* UTF-8 text from outside: well formed, and fit to be shown as a name. */
#include "core/utf8.h"

#include <stdint.h>
#include <string.h>

/** Bytes of the character at p, 0 where it is malformed; *code is the character. */
static size_t decode(const unsigned char *p, size_t left, uint32_t *code)
{
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

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

bool s2_utf8_valid(const char *bytes, size_t length)
{
    const unsigned char *p = (const unsigned char *)bytes;
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = decode(p + i, length - i, &code);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

const char *s2_utf8_skip_mark(const char *text)
{
    return strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
}

bool s2_utf8_printable(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t length = strlen(text);
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = decode(p + i, length - i, &code);
        if (step == 0 || is_control(code))
            return false;
        i += step;
    }
    return true;
}

void s2_utf8_clean(char *text, size_t max_bytes)
{
    unsigned char *p = (unsigned char *)text;
    const size_t length = strlen(text);
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t step = decode(p + i, length - i, &code);
        const bool fit = step > 0 && !is_control(code);
        if (step == 0)
            step = 1;
        if (out + (fit ? step : 1) > max_bytes)
            break;
        if (fit) {
            memmove(p + out, p + i, step);
            out += step;
        } else {
            p[out++] = '_';
        }
        i += step;
    }
    p[out] = '\0';
}
