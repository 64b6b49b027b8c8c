/* Writing JSON: fixed order, the same bytes in every locale. */
#include "format/json_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/utf8.h"

#define DOUBLE_BYTES 48
#define REPLACEMENT 0xFFFDu /* for a byte that is not UTF-8 */

/**
 * Length of what may stand between quotes as it is, of `length` bytes; *code, the character after
 * it, of *step bytes.
 */
static size_t plain_length(const char *string, size_t length, uint32_t *code, size_t *step)
{
    size_t at = 0;
    *step = 0;
    for (*code = 0; at < length; at += *step) {
        *step = s2_utf8_decode(string + at, length - at, code);
        if (*step == 0 || *code == '"' || *code == '\\' || s2_utf8_is_control(*code))
            return at;
    }
    return at;
}

/** Without control characters, for JSON is shown on terminals, too. */
static void put_quoted(s2_text *text, const char *string)
{
    const char *end = string + strlen(string);
    s2_text_append(text, "\"");
    while (string < end) {
        uint32_t code;
        size_t step;
        const size_t plain = plain_length(string, (size_t)(end - string), &code, &step);
        s2_text_append(text, "%.*s", (int)plain, string);
        string += plain;
        if (string == end)
            break;
        if (step > 0 && (code == '"' || code == '\\'))
            s2_text_append(text, "\\%c", (char)code);
        else
            s2_text_append(text, "\\u%04x", step > 0 ? (unsigned)code : REPLACEMENT);
        string += step + (step == 0);
    }
    s2_text_append(text, "\"");
}

static void start_line(s2_json_writer *writer)
{
    if (writer->indent)
        s2_text_append(&writer->text, "\n%*s", 2 * writer->depth, "");
}

/** Comma, new line and key: everything before a value. */
static void start_value(s2_json_writer *writer, const char *key)
{
    if (writer->has_items)
        s2_text_append(&writer->text, ",");
    if (writer->depth > 0)
        start_line(writer);
    if (key) {
        put_quoted(&writer->text, key);
        s2_text_append(&writer->text, writer->indent ? ": " : ":");
    }
    writer->has_items = true;
}

static void open_bracket(s2_json_writer *writer, const char *key, const char *bracket)
{
    start_value(writer, key);
    s2_text_append(&writer->text, "%s", bracket);
    writer->depth++;
    writer->has_items = false;
}

static void close_bracket(s2_json_writer *writer, const char *bracket)
{
    writer->depth--;
    if (writer->has_items)
        start_line(writer);
    s2_text_append(&writer->text, "%s", bracket);
    writer->has_items = true;
}

void s2_json_begin_object(s2_json_writer *writer, const char *key)
{
    open_bracket(writer, key, "{");
}

void s2_json_end_object(s2_json_writer *writer)
{
    close_bracket(writer, "}");
}

void s2_json_begin_array(s2_json_writer *writer, const char *key)
{
    open_bracket(writer, key, "[");
}

void s2_json_end_array(s2_json_writer *writer)
{
    close_bracket(writer, "]");
}

void s2_json_put_string(s2_json_writer *writer, const char *key, const char *text)
{
    start_value(writer, key);
    if (!text)
        s2_text_append(&writer->text, "null");
    else
        put_quoted(&writer->text, text);
}

void s2_json_put_double(s2_json_writer *writer, const char *key, double value)
{
    start_value(writer, key);
    if (!isfinite(value)) {
        s2_text_append(&writer->text, "null");
        return;
    }
    char number[DOUBLE_BYTES];
    for (int digits = 15; digits <= 17; digits++) {
        s2_snprintf(number, sizeof number, "%.*g", digits, value);
        if (s2_strtod(number, NULL) == value)
            break;
    }
    s2_text_append(&writer->text, "%s", number);
}

void s2_json_put_int(s2_json_writer *writer, const char *key, int64_t value)
{
    start_value(writer, key);
    s2_text_append(&writer->text, "%" PRId64, value);
}

void s2_json_put_uint(s2_json_writer *writer, const char *key, uint64_t value)
{
    start_value(writer, key);
    s2_text_append(&writer->text, "%" PRIu64, value);
}

void s2_json_put_bool(s2_json_writer *writer, const char *key, bool value)
{
    start_value(writer, key);
    s2_text_append(&writer->text, value ? "true" : "false");
}
