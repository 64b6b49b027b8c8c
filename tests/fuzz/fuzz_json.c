/*
 * Damaged JSON: whatever the bytes, the reader refuses them with a message or yields a tree whose
 * every value can be asked for, in which every text is UTF-8, and which is written and read again
 * as the same.
 */
#include "core/utf8.h"
#include "format/json_reader.h"
#include "format/json_writer.h"
#include "fuzz/damage.h"

static const char *const TOKENS[] = {FUZZ_JSON, "NaN",
                                     "-0.0e-9", "\\ud83c\\udf32",
                                     "\\ud800", "\xF0\x9F\x8C\xB2",
                                     "\"a\":",  "18446744073709551616",
                                     "'",       "//",
                                     "falsE"};

/* What a walk through a tree has seen. */
typedef struct tree_walk {
    s2_json_writer writer; /* the same again */
    bool sound;
} tree_walk;

static void visit_value(const char *key, const s2_json_node *node, tree_walk *walk);

static s2rgf_status visit_member(const char *key, const s2_json_node *member, void *user,
                                 s2rgf_error *err)
{
    tree_walk *walk = user;
    (void)err;
    walk->sound = walk->sound && s2_utf8_valid(key, strlen(key));
    visit_value(key, member, walk);
    return S2RGF_OK;
}

/* Ask for a value as everything that it may be. */
static void visit_value(const char *key, const s2_json_node *node, tree_walk *walk)
{
    const char *text = NULL;
    int64_t number = 0;
    if (s2_json_string(node, &text, NULL) == S2RGF_OK) {
        walk->sound = walk->sound && s2_utf8_valid(text, strlen(text));
        s2_json_put_string(&walk->writer, key, text);
    } else if (s2_json_count(node, INT64_MAX, &number, NULL) == S2RGF_OK) {
        s2_json_put_int(&walk->writer, key, number);
    } else if (s2_json_member_count(node) > 0) {
        s2_json_begin_object(&walk->writer, key);
        s2_json_visit_members(node, visit_member, walk, NULL);
        s2_json_end_object(&walk->writer);
    } else {
        s2_json_put_string(&walk->writer, key, NULL);
    }
}

/* The members of the root by the readers of files. */
static s2rgf_status ask_member(const char *key, const s2_json_node *member, void *user,
                               s2rgf_error *err)
{
    static const int range[2] = {0, 1 << 30};
    const s2_json_node *root = user;
    s2_json_node array, item;
    char *text = NULL;
    int whole, count = 0;
    uint64_t large;
    double real;
    bool flag;
    (void)member;
    (void)err;
    s2_json_get_int(root, key, &whole, NULL);
    s2_json_get_uint64(root, key, &large, NULL);
    s2_json_get_bool(root, key, &flag, NULL);
    if (s2_json_get_double_or_null(root, key, &real, NULL) == S2RGF_OK && !isnan(real))
        CHECK(isfinite(real));
    if (s2_json_get_string_or_null(root, key, &text, NULL) == S2RGF_OK)
        s2_free(text);
    if (s2_json_array(root, key, range, &array, &count, NULL) == S2RGF_OK)
        for (int i = 0; i < count; i++)
            s2_json_item(&array, i, &item);
    return S2RGF_OK;
}

/* Written, read and written once more, a tree stays the same. */
static bool survives(const s2_json_node *root)
{
    tree_walk once = {.sound = true}, twice = {.sound = true};
    s2_json_node again = {.value = NULL};
    visit_value(NULL, root, &once);
    bool same = once.sound && !once.writer.text.failed;
    if (same && s2_json_member_count(root) > 0) {
        same = s2_json_parse(once.writer.text.data, once.writer.text.length, "again", "doc", &again,
                             NULL) == S2RGF_OK;
        if (same)
            visit_value(NULL, &again, &twice);
        same = same && strcmp(once.writer.text.data, twice.writer.text.data) == 0;
        s2_json_free(&again);
    }
    s2_free(once.writer.text.data);
    s2_free(twice.writer.text.data);
    return same;
}

static bool try_bytes(const sample_bytes *file, bool *accepted)
{
    s2_json_node root;
    s2rgf_error err = {S2RGF_OK, ""};
    file->data[file->length] = '\0';
    const s2rgf_status status =
        s2_json_parse((const char *)file->data, file->length, "file", "doc", &root, &err);
    *accepted = status == S2RGF_OK;
    if (!*accepted)
        return status == S2RGF_FORMAT && strncmp(err.message, "file: ", 6) == 0 && !root.value;
    const bool held =
        s2_json_visit_members(&root, ask_member, &root, &err) == S2RGF_OK && survives(&root);
    s2_json_free(&root);
    return held;
}

static const fuzz_target target = {TOKENS, sizeof TOKENS / sizeof *TOKENS, NULL, try_bytes, "json"};

#ifdef S2_LIBFUZZER
static void set_up(void)
{
}
FUZZ_ENTRY(set_up, &target)
#else

int main(void)
{
    static char text[] =
        "{\"name\": \"gr\xC3\xBCn \\u00fc \\n\", \"values\": [1, -2.5e3, null, true], "
        "\"inner\": {\"a\": {\"b\": []}, \"seed\": 18446744073709551615}}";
    const sample_bytes valid = {(unsigned char *)text, strlen(text)};
    fuzz_run(&target, &valid);
    return harness_end();
}

#endif
