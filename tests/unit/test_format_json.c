/* JSON read and written: any UTF-8, in every version of json-c, and nothing else than JSON. */
#include "core/memory.h"
#include "format/json_reader.h"
#include "format/json_writer.h"
#include "harness.h"

/* U+00FC, U+68EE, U+1F332, U+10FFFF, as they are and as escapes */
#define RAW "gr\xC3\xBCn \xE6\xA3\xAE \xF0\x9F\x8C\xB2 \xF4\x8F\xBF\xBF"
#define ESCAPED "gr\\u00fcn \\u68ee \\ud83c\\udf32 \\udbff\\udfff"

static s2rgf_status parse(const char *text, s2_json_node *root, s2rgf_error *err)
{
    *err = (s2rgf_error){0};
    return s2_json_parse(text, strlen(text), "f", "doc", root, err);
}

static void reads_any_text(void)
{
    static const char *const texts[] = {"{\"" RAW "\":\"" RAW "\"}",
                                        "{\"" ESCAPED "\":\"" ESCAPED "\"}",
                                        "{\"" RAW "\":\"" ESCAPED "\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        s2_json_node root;
        s2rgf_error err;
        char *value = NULL;
        if (!CHECK(parse(texts[i], &root, &err) == S2RGF_OK)) {
            printf("    %s\n", err.message);
            continue;
        }
        CHECK(s2_json_get_string(&root, RAW, &value, &err) == S2RGF_OK);
        CHECK_STR(value ? value : "", RAW);
        s2_free(value);
        s2_json_free(&root);
    }
}

static void writes_what_it_reads(void)
{
    static const char text[] = RAW " \x1B \x7F \xC2\x9B \xE2\x80\xAE \"\\\n/";
    s2_json_writer writer = {0};
    s2_json_node root;
    s2rgf_error err;
    char *value = NULL;
    s2_json_begin_object(&writer, NULL);
    s2_json_put_string(&writer, "a", text);
    s2_json_end_object(&writer);
    REQUIRE(!writer.text.failed);
    CHECK_STR(writer.text.data, "{\"a\":\"" RAW " \\u001b \\u007f \\u009b \\u202e "
                                "\\\"\\\\\\u000a/\"}");
    REQUIRE(parse(writer.text.data, &root, &err) == S2RGF_OK);
    CHECK(s2_json_get_string(&root, "a", &value, &err) == S2RGF_OK);
    CHECK_STR(value, text);
    s2_free(value);
    s2_json_free(&root);
    s2_free(writer.text.data);
}

/* What libraries differ in is refused here, whichever it is. */
static void refuses(void)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "1",
                                        "{",
                                        "{}x",
                                        "{} {}",

                                        "{\"a\":[1,]}",
                                        "{'a':1}",
                                        "{a:1}",
                                        "{\"a\":NaN}",
                                        "{\"a\":Infinity}",
                                        "{\"a\":-Infinity}",
                                        "{\"a\":01}",

                                        "{\"a\":truE}",
                                        "{\"a\":nul}",
                                        "{/**/}",
                                        "{}//",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":{\"b\":1,\"b\":1}}",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":\"\x01\"}",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\xC3\"}",
                                        "{\"a\":\"\xED\xA0\x80\"}",
                                        "{\xC3\xBC:1}",
                                        ("{\"a\":\xC2\xA0"
                                         "1}"),
                                        "\xEF\xBB\xBF{}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        s2_json_node root;
        s2rgf_error err;
        if (!CHECK(parse(texts[i], &root, &err) == S2RGF_FORMAT && !root.value))
            printf("    %s\n", texts[i]);
        CHECK(strncmp(err.message, "f: ", 3) == 0);
        s2_json_free(&root);
    }
}

/* Places are those of the file's own bytes. */
static void says_where(void)
{
    s2_json_node root;
    s2rgf_error err;
    CHECK(parse("{\"a\":\"" RAW "\",}", &root, &err) == S2RGF_FORMAT);
    char place[32];
    snprintf(place, sizeof place, "at byte %zu", strlen("{\"a\":\"" RAW "\","));
    CHECK_CONTAINS(err.message, place);
}

int main(void)
{
    reads_any_text();
    writes_what_it_reads();
    refuses();
    says_where();
    return harness_end();
}
