/* Reading JSON that is not trusted: strict, bounded, and every refusal says where. */
#ifndef S2_FORMAT_JSON_READER_H
#define S2_FORMAT_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "s2rgf/base.h"

#define S2_JSON_MAX_DEPTH 16   /* nested arrays and objects */
#define S2_JSON_PATH_BYTES 192 /* "sources[1].bands[3].mean"; longer paths are cut in messages */

struct json_object;

/**
 * A value and where it stands, for messages. Values belong to the root, which s2_json_free()
 * releases.
 */
typedef struct s2_json_node {
    struct json_object *value;
    const char *subject; /* file name; borrowed */
    char path[S2_JSON_PATH_BYTES];
} s2_json_node;

/** Called for each member of an object. Any status but OK ends the walk and is returned by it. */
typedef s2rgf_status (*s2_json_visit)(const char *key, const s2_json_node *member, void *user,
                                      s2rgf_error *err);

/**
 * Parse one JSON object.
 * text in  [length], with a zero after the last byte
 * name in  what messages call the document, "header"
 * Errors  FORMAT (not JSON, not UTF-8, too deep, a key twice in one object, zero characters),
 * NO_MEMORY.
 * Memory  root is released with s2_json_free().
 */
s2rgf_status s2_json_parse(const char *text, size_t length, const char *subject, const char *name,
                           s2_json_node *root, s2rgf_error *err);
void s2_json_free(s2_json_node *root);

/** Member of an object. Errors: FORMAT (not an object, no such member). */
s2rgf_status s2_json_member(const s2_json_node *object, const char *key, s2_json_node *member,
                            s2rgf_error *err);
/** Whether there is a member of that name, for those that may be absent. */
bool s2_json_has(const s2_json_node *object, const char *key);
/** Visit all members in the order of the text. Errors: FORMAT (not an object), the visitor's. */
s2rgf_status s2_json_visit_members(const s2_json_node *object, s2_json_visit visit, void *user,
                                   s2rgf_error *err);
/** Number of members of an object, 0 for anything else. */
size_t s2_json_member_count(const s2_json_node *object);

/** Array member with min to max items; its length goes to *count. Errors: FORMAT. */
s2rgf_status s2_json_array(const s2_json_node *object, const char *key, const int range[2],
                           s2_json_node *array, int *count, s2rgf_error *err);
/** Item of an array that s2_json_array() has yielded, index < count. */
void s2_json_item(const s2_json_node *array, int index, s2_json_node *item);
/** An item that is itself an array of `length` items. Errors: FORMAT. */
s2rgf_status s2_json_item_array(const s2_json_node *array, int index, int length,
                                s2_json_node *item, s2rgf_error *err);

/** Values of members. Errors: FORMAT (missing, other type, not representable), NO_MEMORY. */
s2rgf_status s2_json_get_int(const s2_json_node *object, const char *key, int *value,
                             s2rgf_error *err);
s2rgf_status s2_json_get_uint64(const s2_json_node *object, const char *key, uint64_t *value,
                                s2rgf_error *err);
s2rgf_status s2_json_get_bool(const s2_json_node *object, const char *key, bool *value,
                              s2rgf_error *err);
/** A finite number. */
s2rgf_status s2_json_get_double(const s2_json_node *object, const char *key, double *value,
                                s2rgf_error *err);
/** A finite number, or null, which becomes NaN. */
s2rgf_status s2_json_get_double_or_null(const s2_json_node *object, const char *key, double *value,
                                        s2rgf_error *err);
/** A finite number, or null or no such member, which become NaN. */
s2rgf_status s2_json_get_double_if_any(const s2_json_node *object, const char *key, double *value,
                                       s2rgf_error *err);
/** A string in new memory. */
s2rgf_status s2_json_get_string(const s2_json_node *object, const char *key, char **value,
                                s2rgf_error *err);
/** A string that is not empty, or null, which becomes "". */
s2rgf_status s2_json_get_string_or_null(const s2_json_node *object, const char *key, char **value,
                                        s2rgf_error *err);

/** The text of a string node, borrowed from the root. Errors: FORMAT. */
s2rgf_status s2_json_string(const s2_json_node *node, const char **value, s2rgf_error *err);
/** A member and its text, as s2_json_member() and s2_json_string(). Errors: theirs. */
s2rgf_status s2_json_member_string(const s2_json_node *object, const char *key,
                                   s2_json_node *member, const char **value, s2rgf_error *err);
/** A whole number of a node, within 0..max. Errors: FORMAT. */
s2rgf_status s2_json_count(const s2_json_node *node, int64_t max, int64_t *value, s2rgf_error *err);

#endif
