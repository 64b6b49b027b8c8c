/* What a training tells of its validation: class by class, and when it warns. */
#include "train/validation_report.h"

#include "harness.h"

enum { CLASSES = 3, MOST = 8 };

/* What was told, line by line. */
typedef struct told {
    int count;
    s2rgf_log_level level[MOST];
    char text[MOST][S2RGF_MESSAGE_BYTES];
} told;

static void keep_line(s2rgf_log_level level, const char *text, void *user)
{
    told *lines = (told *)user;
    REQUIRE(lines->count < MOST);
    lines->level[lines->count] = level;
    snprintf(lines->text[lines->count++], S2RGF_MESSAGE_BYTES, "%s", text);
}

static told report(const uint64_t counts[CLASSES][CLASSES], s2_share share)
{
    static const char *const names[CLASSES] = {"meadow", "class 7", "water"};
    told lines = {0};
    const s2rgf_host host = {.log = keep_line, .user = &lines};
    s2_class_table classes = {0};
    s2_confusion confusion;
    for (int k = 0; k < CLASSES; k++)
        REQUIRE(s2_class_table_add(&classes, k + 1, names[k], NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_confusion_init(&confusion, CLASSES, NULL) == S2RGF_OK);
    memcpy(confusion.counts, counts, sizeof(uint64_t) * CLASSES * CLASSES);
    s2_validation_report(&confusion, &classes, &share, &host);
    s2_confusion_clear(&confusion);
    s2_class_table_clear(&classes);
    return lines;
}

int main(void)
{
    /* right, mostly wrong, and not validated */
    static const uint64_t mixed[CLASSES][CLASSES] = {{9, 0, 0}, {3, 4, 13}, {0, 0, 0}};
    const s2_share usual = {2, 0.5, (double)NAN};
    told lines = report(mixed, usual);
    CHECK(lines.count == 2);
    CHECK_STR(lines.text[0], "Validation of class meadow: 9 of 9 pixels are right");
    CHECK(lines.level[0] == S2RGF_INFO);
    CHECK_STR(lines.text[1],
              "Validation of class 7: 4 of 20 pixels are right, 13 are taken for water");
    CHECK(lines.level[1] == S2RGF_WARNING);

    /* half is not more than half, and few pixels are no reason */
    static const uint64_t doubtful[CLASSES][CLASSES] = {{10, 10, 0}, {1, 0, 8}, {0, 1, 0}};
    lines = report(doubtful, usual);
    CHECK(lines.count == 3);
    for (int i = 0; i < 3; i++)
        CHECK(lines.level[i] == S2RGF_INFO);
    CHECK_STR(lines.text[2],
              "Validation of class water: 0 of 1 pixel is right, 1 is taken for class 7");

    /* the expert's share as usual, or raised */
    static const uint64_t fair[CLASSES][CLASSES] = {{90, 10, 0}, {0, 0, 0}, {0, 0, 0}};
    CHECK(report(fair, usual).count == 1);
    lines = report(fair, (s2_share){8, 0.96, 0.9});
    CHECK(lines.count == 2 && lines.level[1] == S2RGF_WARNING);
    CHECK_STR(
        lines.text[1],
        "the linear expert alone is right at 0.960 of the validation pixels, with the "
        "network at 0.900: its share is raised to 8; more labels or steps may help the network");
    return harness_end();
}
