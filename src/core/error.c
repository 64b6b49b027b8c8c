/* Status and message of a failed call. */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"

/** Cut a half character off the end of a truncated UTF-8 string of `length` bytes. */
static void trim_partial_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (wanted > 1 && length - (start - 1) < wanted)
        text[start - 1] = '\0';
}

s2rgf_status s2_fail(s2rgf_error *err, s2rgf_status status, const char *format, ...)
{
    if (!err)
        return status;
    /* Arguments may point into err->message: a caller may put its subject before a forwarded text.
       */
    char message[S2RGF_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    const int length = s2_vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length < 0)
        message[0] = '\0';
    else if ((size_t)length >= sizeof message)
        trim_partial_character(message, sizeof message - 1);
    err->status = status;
    memcpy(err->message, message, sizeof message);
    return status;
}

s2rgf_status s2_fail_memory(s2rgf_error *err, const char *what)
{
    return s2_fail(err, S2RGF_NO_MEMORY, "out of memory: %s", what);
}

void s2_error_clear(s2rgf_error *err)
{
    if (!err)
        return;
    err->status = S2RGF_OK;
    err->message[0] = '\0';
}
