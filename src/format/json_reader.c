/* Reading JSON that is not trusted: strict, bounded, and every refusal says where. */
#include "format/json_reader.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"

#define ESCAPE_BYTES 13 /* the longest, a pair, with its zero */

static s2rgf_status refuse(const s2_json_node *node, const char *expected, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_FORMAT, "%s: %s: wrong value: expected %s, found %s", node->subject,
                   node->path, expected, json_type_to_name(json_object_get_type(node->value)));
}

/** What a scan of the raw text finds: the number of members, or why the text is refused. */
typedef struct raw_scan {
    size_t members;
    const char *problem;
} raw_scan;

/** Position after the string that begins at text[start], which is a quotation mark. */
static size_t skip_string(const char *text, size_t length, size_t start, raw_scan *scan)
{
    size_t i = start + 1;
    while (i < length && text[i] != '"') {
        if ((unsigned char)text[i] < 0x20)
            scan->problem = "control character in a string";
        else if (length - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            scan->problem = "zero character in a string";
        i += text[i] == '\\' ? 2 : 1;
    }
    return i + 1;
}

/**
 * Count members without building anything, and refuse what json-c lets pass but JSON does not
 * have (comments, single quotes, NaN, Infinity) or what C strings would cut short.
 */
static raw_scan scan_raw(const char *text, size_t length)
{
    raw_scan scan = {0, NULL};
    size_t i = 0;
    while (i < length && !scan.problem) {
        if (text[i] == '"') {
            i = skip_string(text, length, i, &scan);
            continue;
        }
        if (text[i] == '\0' || !strchr(" \t\r\n{}[],:+-.0123456789Etruefalsn", text[i]))
            scan.problem = "character that JSON does not have outside strings";
        if (text[i] == ':')
            scan.members++;
        i++;
    }
    return scan;
}

static size_t count_members(struct json_object *value)
{
    size_t members = 0;
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, child)
        {
            (void)key;
            members += 1 + count_members(child);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        const size_t length = json_object_array_length(value);
        for (size_t i = 0; i < length; i++)
            members += count_members(json_object_array_get_idx(value, i));
    }
    return members;
}

/**
 * Write a character that is not ASCII as JSON's escape, two where it takes a pair of surrogates.
 */
static size_t put_escape(char *to, uint32_t code)
{
    if (code < 0x10000)
        return (size_t)snprintf(to, ESCAPE_BYTES, "\\u%04x", (unsigned)code);
    return (size_t)snprintf(to, ESCAPE_BYTES, "\\u%04x\\u%04x",
                            (unsigned)(0xD800 + ((code - 0x10000) >> 10)),
                            (unsigned)(0xDC00 + (code & 0x3FF)));
}

/**
 * The same text in ASCII, for json-c 0.18 refuses all else where it is to be strict.
 * text   in  valid UTF-8
 * ascii  out released with s2_free(); NULL: no memory. *length becomes its length
 */
static char *to_ascii(const char *text, size_t *length)
{
    size_t others = 0, out = 0;
    for (size_t i = 0; i < *length; i++)
        others += (unsigned char)text[i] >= 0x80;
    /* a character of 2 to 4 bytes becomes 6 or 12 */
    char *ascii = s2_alloc(*length + 3 * others + ESCAPE_BYTES, 1);
    for (size_t i = 0; ascii && i < *length;) {
        uint32_t code;
        const size_t step = s2_utf8_decode(text + i, *length - i, &code);
        if (code < 0x80)
            ascii[out++] = text[i];
        else
            out += put_escape(ascii + out, code);
        i += step;
    }
    if (ascii)
        ascii[out] = '\0';
    *length = out;
    return ascii;
}

/** Where a byte of the ASCII text is in the text itself. */
static size_t place_in(const char *text, size_t length, size_t ascii_place)
{
    size_t i = 0, out = 0;
    while (i < length && out < ascii_place) {
        uint32_t code;
        i += s2_utf8_decode(text + i, length - i, &code);
        out += code < 0x80 ? 1 : code < 0x10000 ? 6 : 12;
    }
    return i;
}

static s2rgf_status parse_tree(const char *text, size_t length, s2_json_node *root,
                               s2rgf_error *err)
{
    size_t ascii_length = length;
    char *ascii = to_ascii(text, &ascii_length);
    struct json_tokener *tokener = json_tokener_new_ex(S2_JSON_MAX_DEPTH);
    if (!tokener || !ascii) {
        if (tokener)
            json_tokener_free(tokener);
        s2_free(ascii);
        return s2_fail_memory(err, "JSON parser");
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    /* The zero after the text tells json-c that nothing follows. */
    root->value = json_tokener_parse_ex(tokener, ascii, (int)ascii_length + 1);
    const enum json_tokener_error problem = json_tokener_get_error(tokener);
    const size_t end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    s2_free(ascii);
    if (problem != json_tokener_success)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: not JSON: %s at byte %zu", root->subject,
                       root->path, json_tokener_error_desc(problem), place_in(text, length, end));
    return S2RGF_OK;
}

s2rgf_status s2_json_parse(const char *text, size_t length, const char *subject, const char *name,
                           s2_json_node *root, s2rgf_error *err)
{
    *root = (s2_json_node){.subject = subject};
    snprintf(root->path, sizeof root->path, "%s", name);
    if (length > INT_MAX / 4 || !s2_utf8_valid(text, length))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: not JSON: it is not UTF-8 text", subject, name);
    const raw_scan scan = scan_raw(text, length);
    if (scan.problem)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: not JSON: %s", subject, name, scan.problem);
    s2rgf_status status = parse_tree(text, length, root, err);
    if (status == S2RGF_OK && !json_object_is_type(root->value, json_type_object))
        status = refuse(root, "object", err);
    /* json-c silently keeps the last of equal keys; other parsers keep the first. */
    if (status == S2RGF_OK && count_members(root->value) != scan.members)
        status = s2_fail(err, S2RGF_FORMAT, "%s: %s: an object has a key twice", subject, name);
    if (status != S2RGF_OK)
        s2_json_free(root);
    return status;
}

void s2_json_free(s2_json_node *root)
{
    json_object_put(root->value);
    root->value = NULL;
}

/** Path of a child: "parent.key"; members of the root are called by their key alone. */
static void extend_path(const s2_json_node *parent, const char *suffix, s2_json_node *child)
{
    child->subject = parent->subject;
    const int written = snprintf(child->path, sizeof child->path, "%s%s", parent->path, suffix);
    if (written < 0 || (size_t)written >= sizeof child->path)
        snprintf(child->path, sizeof child->path, "...%.100s", suffix);
}

static void make_member(const s2_json_node *object, const char *key, struct json_object *value,
                        s2_json_node *member)
{
    char suffix[S2_JSON_PATH_BYTES];
    member->value = value;
    /* Only keys we know get into messages as they are; others might upset a terminal. */
    snprintf(suffix, sizeof suffix, ".%.150s", s2_utf8_printable(key) ? key : "?");
    extend_path(object, suffix, member);
}

s2rgf_status s2_json_member(const s2_json_node *object, const char *key, s2_json_node *member,
                            s2rgf_error *err)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(object->value, json_type_object))
        return refuse(object, "object", err);
    if (!json_object_object_get_ex(object->value, key, &value))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: member missing: expected \"%s\"",
                       object->subject, object->path, key);
    make_member(object, key, value, member);
    return S2RGF_OK;
}

bool s2_json_has(const s2_json_node *object, const char *key)
{
    return json_object_is_type(object->value, json_type_object) &&
           json_object_object_get_ex(object->value, key, NULL);
}

s2rgf_status s2_json_visit_members(const s2_json_node *object, s2_json_visit visit, void *user,
                                   s2rgf_error *err)
{
    if (!json_object_is_type(object->value, json_type_object))
        return refuse(object, "object", err);
    json_object_object_foreach(object->value, key, value)
    {
        s2_json_node member;
        make_member(object, key, value, &member);
        const s2rgf_status status = visit(key, &member, user, err);
        if (status != S2RGF_OK)
            return status;
    }
    return S2RGF_OK;
}

size_t s2_json_member_count(const s2_json_node *object)
{
    return json_object_is_type(object->value, json_type_object)
               ? (size_t)json_object_object_length(object->value)
               : 0;
}

/** A member that must be of a type, which messages call `expected`. */
static s2rgf_status find_typed(const s2_json_node *object, const char *key, json_type type,
                               const char *expected, s2_json_node *node, s2rgf_error *err)
{
    const s2rgf_status status = s2_json_member(object, key, node, err);
    if (status == S2RGF_OK && !json_object_is_type(node->value, type))
        return refuse(node, expected, err);
    return status;
}

s2rgf_status s2_json_array(const s2_json_node *object, const char *key, const int range[2],
                           s2_json_node *array, int *count, s2rgf_error *err)
{
    const s2rgf_status status = find_typed(object, key, json_type_array, "array", array, err);
    if (status != S2RGF_OK)
        return status;
    const size_t length = json_object_array_length(array->value);
    if (length < (size_t)range[0] || length > (size_t)range[1])
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: wrong length: expected %d to %d, found %zu",
                       array->subject, array->path, range[0], range[1], length);
    *count = (int)length;
    return S2RGF_OK;
}

void s2_json_item(const s2_json_node *array, int index, s2_json_node *item)
{
    char suffix[24];
    item->value = json_object_array_get_idx(array->value, (size_t)index);
    snprintf(suffix, sizeof suffix, "[%d]", index);
    extend_path(array, suffix, item);
}

s2rgf_status s2_json_item_array(const s2_json_node *array, int index, int length,
                                s2_json_node *item, s2rgf_error *err)
{
    s2_json_item(array, index, item);
    if (!json_object_is_type(item->value, json_type_array))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: expected an array", item->subject, item->path);
    const size_t found = json_object_array_length(item->value);
    return found == (size_t)length
               ? S2RGF_OK
               : s2_fail(err, S2RGF_FORMAT, "%s: %s: wrong length: expected %d, found %zu",
                         item->subject, item->path, length, found);
}

s2rgf_status s2_json_get_int(const s2_json_node *object, const char *key, int *value,
                             s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status = find_typed(object, key, json_type_int, "whole number", &node, err);
    if (status != S2RGF_OK)
        return status;
    const int64_t number = json_object_get_int64(node.value);
    if (number < INT_MIN || number > INT_MAX)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: out of range: expected at most %d, found %lld",
                       node.subject, node.path, INT_MAX, (long long)number);
    *value = (int)number;
    return S2RGF_OK;
}

s2rgf_status s2_json_get_uint64(const s2_json_node *object, const char *key, uint64_t *value,
                                s2rgf_error *err)
{
    s2_json_node node;
    static const char expected[] = "whole number from 0 to 18446744073709551615";
    const s2rgf_status status = find_typed(object, key, json_type_int, expected, &node, err);
    /* int64 is clamped at zero from below only for negative numbers. */
    if (status == S2RGF_OK && json_object_get_int64(node.value) < 0)
        return refuse(&node, expected, err);
    if (status == S2RGF_OK)
        *value = json_object_get_uint64(node.value);
    return status;
}

s2rgf_status s2_json_get_bool(const s2_json_node *object, const char *key, bool *value,
                              s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status =
        find_typed(object, key, json_type_boolean, "true or false", &node, err);
    if (status == S2RGF_OK)
        *value = json_object_get_boolean(node.value);
    return status;
}

static s2rgf_status read_double(const s2_json_node *node, double *value, s2rgf_error *err)
{
    if (!json_object_is_type(node->value, json_type_double) &&
        !json_object_is_type(node->value, json_type_int))
        return refuse(node, "number", err);
    *value = json_object_get_double(node->value);
    if (!isfinite(*value))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: out of range: expected a finite number",
                       node->subject, node->path);
    return S2RGF_OK;
}

s2rgf_status s2_json_get_double(const s2_json_node *object, const char *key, double *value,
                                s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status = s2_json_member(object, key, &node, err);
    return status != S2RGF_OK ? status : read_double(&node, value, err);
}

s2rgf_status s2_json_get_double_or_null(const s2_json_node *object, const char *key, double *value,
                                        s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status = s2_json_member(object, key, &node, err);
    if (status != S2RGF_OK)
        return status;
    if (node.value)
        return read_double(&node, value, err);
    *value = NAN;
    return S2RGF_OK;
}

s2rgf_status s2_json_get_double_if_any(const s2_json_node *object, const char *key, double *value,
                                       s2rgf_error *err)
{
    *value = NAN;
    if (json_object_is_type(object->value, json_type_object) &&
        !json_object_object_get_ex(object->value, key, NULL))
        return S2RGF_OK;
    return s2_json_get_double_or_null(object, key, value, err);
}

s2rgf_status s2_json_string(const s2_json_node *node, const char **value, s2rgf_error *err)
{
    if (!json_object_is_type(node->value, json_type_string))
        return refuse(node, "string", err);
    *value = json_object_get_string(node->value);
    return S2RGF_OK;
}

s2rgf_status s2_json_member_string(const s2_json_node *object, const char *key,
                                   s2_json_node *member, const char **value, s2rgf_error *err)
{
    const s2rgf_status status = s2_json_member(object, key, member, err);
    return status == S2RGF_OK ? s2_json_string(member, value, err) : status;
}

static s2rgf_status copy_string(const s2_json_node *node, char **value, s2rgf_error *err)
{
    const char *text = NULL;
    const s2rgf_status status = s2_json_string(node, &text, err);
    if (status != S2RGF_OK)
        return status;
    *value = s2_strdup(text);
    return !*value ? s2_fail_memory(err, "model description") : S2RGF_OK;
}

s2rgf_status s2_json_get_string(const s2_json_node *object, const char *key, char **value,
                                s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status = s2_json_member(object, key, &node, err);
    return status != S2RGF_OK ? status : copy_string(&node, value, err);
}

s2rgf_status s2_json_get_string_or_null(const s2_json_node *object, const char *key, char **value,
                                        s2rgf_error *err)
{
    s2_json_node node;
    const s2rgf_status status = s2_json_member(object, key, &node, err);
    if (status != S2RGF_OK)
        return status;
    if (!node.value) {
        *value = s2_strdup("");
        return !*value ? s2_fail_memory(err, "model description") : S2RGF_OK;
    }
    if (json_object_is_type(node.value, json_type_string) &&
        json_object_get_string_len(node.value) == 0)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: empty: expected a text or null", node.subject,
                       node.path);
    return copy_string(&node, value, err);
}

s2rgf_status s2_json_count(const s2_json_node *node, int64_t max, int64_t *value, s2rgf_error *err)
{
    if (!json_object_is_type(node->value, json_type_int))
        return refuse(node, "whole number", err);
    const int64_t number = json_object_get_int64(node->value);
    if (number < 0 || number > max)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: out of range: expected 0 to %lld, found %lld",
                       node->subject, node->path, (long long)max, (long long)number);
    *value = number;
    return S2RGF_OK;
}
