/*
 * Damaged metadata of a share of a map: whatever its items say, the reader refuses the share with a
 * message or yields lines that lie in their map, and classes that a map can have.
 */
#include <cpl_vsi.h>
#include <gdal.h>

#include "fuzz/damage.h"
#include "geo/map/share_set.h"

#define MAP "/vsimem/fuzz/map.tif"
#define PART "/vsimem/fuzz/map_1of1.tif"
#define LINE_BYTES 4096
#define SIDE 4 /* of the map, in pixels */

static const char *const TOKENS[] = {"S2RGF_PART=",      "CLASS_1=",  "CLASS_65536=", "CLASS_-1=",
                                     "CLASS_999999999=", "\n",        "1/1",          ", lines ",
                                     "2147483647",       "-1",        " of ",         " to ",
                                     "S2RGF_MODEL=",     "4294967297"};

/* The items, one a line, in a raster of their own. */
static bool write_part(const char *items)
{
    GDALDatasetH share =
        GDALCreate(GDALGetDriverByName("GTiff"), PART, SIDE, SIDE, 1, GDT_Byte, NULL);
    double transform[6] = {500000, 10, 0, 5800000, 0, -10};
    REQUIRE(share && GDALSetGeoTransform(share, transform) == CE_None);
    for (const char *line = items; *line != '\0';
         line += strcspn(line, "\n") + (line[strcspn(line, "\n")] != '\0')) {
        char item[LINE_BYTES];
        snprintf(item, sizeof item, "%.*s", (int)strcspn(line, "\n"), line);
        char *equals = strchr(item, '=');
        if (!equals)
            continue;
        *equals = '\0';
        GDALSetMetadataItem(share, item, equals + 1, NULL);
    }
    GDALClose(share);
    return true;
}

static bool is_sound(const s2_share_set *set)
{
    const s2_map_share *share = &set->shares[0];
    bool sound = set->count == 1 && share->number == 1 && share->count == 1 &&
                 share->first_line >= 0 && share->lines >= 1 &&
                 share->first_line <= share->map_lines - share->lines &&
                 set->grid.height == share->map_lines && set->classes.count <= S2RGF_MAX_CLASSES;
    for (int i = 0; sound && i < set->classes.count; i++)
        sound = set->classes.items[i].value >= 1 && set->classes.items[i].value <= 65535;
    return sound;
}

/* What the text of a share says is written again as the same. */
static bool keeps_text(const char *text)
{
    s2_map_share share, again;
    char written[S2_MAP_SHARE_TEXT_BYTES];
    if (!s2_map_share_read(text, &share))
        return true;
    s2_map_share_write(&share, written);
    return s2_map_share_read(written, &again) && memcmp(&share, &again, sizeof share) == 0;
}

static bool try_bytes(const sample_bytes *file, bool *accepted)
{
    s2_share_set set = {0};
    s2rgf_error err = {S2RGF_OK, ""};
    file->data[file->length] = '\0';
    const char *items = (const char *)file->data;
    bool held = keeps_text(items) && write_part(items);
    const s2rgf_status status = s2_share_set_open(MAP, 1, &set, &err);
    *accepted = status == S2RGF_OK;
    held = held && (*accepted ? is_sound(&set) : err.status == status && err.message[0] != '\0');
    s2_share_set_close(&set);
    VSIUnlink(PART);
    VSIUnlink(PART ".aux.xml");
    return held;
}

static const fuzz_target target = {TOKENS, sizeof TOKENS / sizeof *TOKENS, NULL, try_bytes,
                                   "share"};

static void set_up(void)
{
    GDALAllRegister();
}

#ifdef S2_LIBFUZZER
FUZZ_ENTRY(set_up, &target)
#else

int main(void)
{
    static char items[] =
        "S2RGF_PART=1/1, lines 0 to 3 of 4\nS2RGF_MODEL=0123456789abcdef\n"
        "S2RGF_VERSION=0.1.0\nS2RGF_SOURCES=ms: a.tif\nCLASS_1=forest\nCLASS_2=gr\xC3\xBCn\n";
    const sample_bytes valid = {(unsigned char *)items, strlen(items)};
    set_up();
    fuzz_run(&target, &valid);
    GDALDestroyDriverManager();
    return harness_end();
}

#endif
