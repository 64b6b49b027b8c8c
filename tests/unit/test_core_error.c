/* Tests of core/error.h. */
#include "core/error.h"

#include "../harness.h"

static void test_message_and_status(void)
{
    s2rgf_error err;
    s2_error_clear(&err);
    CHECK(err.status == S2RGF_OK);
    CHECK_STR(err.message, "");
    CHECK(s2_fail(&err, S2RGF_IO, "%s: cannot open: expected %d", "a.tif", 3) == S2RGF_IO);
    CHECK(err.status == S2RGF_IO);
    CHECK_STR(err.message, "a.tif: cannot open: expected 3");
    CHECK(s2_fail_memory(&err, "tile") == S2RGF_NO_MEMORY);
    CHECK(err.status == S2RGF_NO_MEMORY);
    CHECK_STR(err.message, "out of memory: tile");
}

static void test_null_is_accepted(void)
{
    CHECK(s2_fail(NULL, S2RGF_FORMAT, "%s", "lost") == S2RGF_FORMAT);
    CHECK(s2_fail_memory(NULL, "lost") == S2RGF_NO_MEMORY);
    s2_error_clear(NULL);
}

static void test_own_message_as_argument(void)
{
    s2rgf_error err;
    s2_fail(&err, S2RGF_IO, "no such file");
    s2_fail(&err, S2RGF_FORMAT, "b.tif: %s", err.message);
    CHECK_STR(err.message, "b.tif: no such file");
    CHECK(err.status == S2RGF_FORMAT);
}

static void test_truncation_keeps_whole_characters(void)
{
    char longer[2 * S2RGF_MESSAGE_BYTES];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    s2rgf_error err;
    s2_fail(&err, S2RGF_IO, "%s", longer);
    CHECK(strlen(err.message) == S2RGF_MESSAGE_BYTES - 1);

    /* "\xC3\xA4" and "\xE2\x82\xAC" straddling the end go as a whole; one that fits stays. */
    memcpy(longer + S2RGF_MESSAGE_BYTES - 2, "\xC3\xA4", 2);
    s2_fail(&err, S2RGF_IO, "%s", longer);
    CHECK(strlen(err.message) == S2RGF_MESSAGE_BYTES - 2);
    memcpy(longer + S2RGF_MESSAGE_BYTES - 3, "\xE2\x82\xAC", 3);
    s2_fail(&err, S2RGF_IO, "%s", longer);
    CHECK(strlen(err.message) == S2RGF_MESSAGE_BYTES - 3);
    memcpy(longer + S2RGF_MESSAGE_BYTES - 3, "\xC3\xA4z", 3);
    s2_fail(&err, S2RGF_IO, "%s", longer);
    CHECK(strlen(err.message) == S2RGF_MESSAGE_BYTES - 1);
    CHECK_STR(err.message + S2RGF_MESSAGE_BYTES - 3, "\xC3\xA4");
}

static void test_status_texts(void)
{
    for (int status = S2RGF_OK; status <= S2RGF_INTERNAL; status++) {
        const char *text = s2rgf_status_text((s2rgf_status)status);
        CHECK(text && strlen(text) > 3 && strcmp(text, "unknown status") != 0);
        for (int other = S2RGF_OK; other < status; other++)
            CHECK(strcmp(text, s2rgf_status_text((s2rgf_status)other)) != 0);
    }
    CHECK_STR(s2rgf_status_text((s2rgf_status)99), "unknown status");
    int parts[3];
    CHECK(sscanf(s2rgf_version(), "%d.%d.%d", &parts[0], &parts[1], &parts[2]) == 3);
}

int main(void)
{
    test_message_and_status();
    test_null_is_accepted();
    test_own_message_as_argument();
    test_truncation_keeps_whole_characters();
    test_status_texts();
    return harness_end();
}
