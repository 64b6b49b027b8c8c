/* Outputs as sets of files: formats that cannot hold a map, names, writers of one name, rests. */
#include <cpl_error.h>
#include <cpl_string.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.h"
#include "geo/map/map_files.h"
#include "geo/map/map_writer.h"
#include "geo/map/publication.h"
#include "geo/map/work_folder.h"
#include "map_fixture.h"

#define WIDTH 90
#define HEIGHT 70

static s2_class_table classes;

static void set_up(void)
{
    s2rgf_error err = {0};
    make_folder_and_grid(WIDTH, HEIGHT);
    REQUIRE(s2_class_table_add(&classes, 1, "wood", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&classes, 2, "water", NULL, &err) == S2RGF_OK);
}

static uint16_t class_at(int x, int y)
{
    return (uint16_t)((x * 7 + y * 13 + x * y) % 3);
}

static s2_map_spec spec_of(const char *path, const char *format)
{
    return (s2_map_spec){.kind = S2_MAP_CLASSES,
                         .path = path,
                         .format = format,
                         .style = true,
                         .grid = &grid,
                         .classes = &classes};
}

/** Fill a map or a confidence. */
static s2rgf_status fill(s2_map_writer *writer, s2_map_kind kind, s2rgf_error *err)
{
    static uint16_t values[HEIGHT][WIDTH];
    static float floats[HEIGHT][WIDTH];
    const s2_rect all = {0, 0, WIDTH, HEIGHT};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            values[y][x] = class_at(x, y);
            floats[y][x] = (float)class_at(x, y) / 3.0f;
        }
    return kind == S2_MAP_CLASSES ? s2_map_write_classes(writer, all, values[0], err)
                                  : s2_map_write_floats(writer, all, floats[0], err);
}

static s2rgf_status write_output(const s2_map_spec *spec, s2rgf_error *err)
{
    s2_map_writer *writer = NULL;
    s2rgf_status status = s2_map_create(spec, &writer, err);
    if (status == S2RGF_OK)
        status = fill(writer, spec->kind, err);
    if (status == S2RGF_OK)
        status = s2_map_commit(&writer, 1, err);
    s2_map_close(writer);
    return status;
}

static bool has_map(const char *path)
{
    static uint16_t values[HEIGHT][WIDTH];
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    if (!dataset)
        return false;
    double transform[6] = {0};
    bool same = GDALGetGeoTransform(dataset, transform) == CE_None &&
                fabs(transform[0] - grid.to_geo.m[0]) < 1e-3 &&
                fabs(transform[3] - grid.to_geo.m[3]) < 1e-3 &&
                GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Read, 0, 0, WIDTH, HEIGHT, values,
                             WIDTH, HEIGHT, GDT_UInt16, 0, 0) == CE_None;
    for (int y = 0; y < HEIGHT && same; y++)
        for (int x = 0; x < WIDTH && same; x++)
            same = values[y][x] == class_at(x, y);
    GDALClose(dataset);
    return same;
}

/** Whether a driver itself loses memory, with a build that looks for that. */
static bool leaks(const char *driver)
{
#ifdef __SANITIZE_ADDRESS__
    return strcmp(driver, "MFF") == 0;
#else
    (void)driver;
    return false;
#endif
}

/** Every driver that writes rasters: it gives the map, or it is refused and leaves nothing. */
static void test_all_formats(void)
{
    int held = 0, refused = 0;
    for (int i = 0; i < GDALGetDriverCount(); i++) {
        GDALDriverH driver = GDALGetDriver(i);
        const char *name = GDALGetDriverShortName(driver);
        const char *extension = GDALGetMetadataItem(driver, GDAL_DMD_EXTENSION, NULL);
        char path[512], file[128];
        s2rgf_error err = {0};
        if (leaks(name))
            continue;
        snprintf(file, sizeof file, "all.%s", extension && extension[0] ? extension : "x");
        snprintf(path, sizeof path, "%s/formats/%s", folder, file);
        CHECK(mkdir(in_folder("formats"), 0700) == 0);
        const s2_map_spec spec = spec_of(path, name);
        s2_map_writer *writer = NULL;
        CPLPushErrorHandler(CPLQuietErrorHandler);
        s2rgf_status status = s2_map_create(&spec, &writer, &err);
        const bool is_refused = status != S2RGF_OK;
        if (status == S2RGF_OK)
            status = fill(writer, S2_MAP_CLASSES, &err);
        if (status == S2RGF_OK)
            status = s2_map_commit(&writer, 1, &err);
        s2_map_close(writer);
        held += status == S2RGF_OK;
        refused += is_refused;
        /* What is accepted must come: a refusal after the work is too late. */
        if (!CHECK(is_refused ? count_names(in_folder("formats"), "all") == 0
                              : status == S2RGF_OK && has_map(path)))
            printf("    %s: %s\n", name, err.message);
        CHECK(count_names(in_folder("formats"), "all.part-") == 0);
        VSIRmdirRecursive(in_folder("formats"));
        CPLPopErrorHandler();
    }
    CHECK(held >= 10 && refused >= 10);
}

static void test_refused_formats(void)
{
    static const char *const lossy[] = {"COMPRESS=JPEG", NULL}, *const narrow[] = {"NBITS=1", NULL};
    s2rgf_error err = {0};
    s2_map_spec spec = spec_of(in_folder("a.jpg"), NULL);
    CHECK(write_output(&spec, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "a.jpg: format JPEG cannot hold it: ");
    spec = spec_of(in_folder("a.tif"), NULL);
    spec.creation_options = lossy;
    CHECK(write_output(&spec, &err) != S2RGF_OK);
    spec.creation_options = narrow;
    CHECK(write_output(&spec, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "a.tif: format GTiff with these creation options cannot hold it");
    spec = spec_of(in_folder("c.png"), NULL);
    spec.kind = S2_MAP_CONFIDENCE;
    CHECK(write_output(&spec, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "PNG");
    CHECK(count_names(folder, "a.") == 0 && count_names(folder, "c.") == 0);
}

/** A header in which a comma ends a name. */
static void test_format_that_changes_names(void)
{
    s2rgf_error err = {0};
    s2_class_table own = {0};
    s2_map_spec spec = spec_of(in_folder("n.dat"), "ENVI");
    REQUIRE(s2_class_table_add(&own, 1, "wood, broadleaf", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&own, 2, "water", NULL, &err) == S2RGF_OK);
    spec.classes = &own;
    CHECK(write_output(&spec, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "n.dat: format ENVI cannot hold it: ");
    CHECK_CONTAINS(err.message,
                   "class \"wood, broadleaf\" is called \"wood\" when it is read back");
    CHECK(count_names(folder, "n.") == 0);
    s2_class_table_clear(&own);
}

/** Files that name each other name the final ones. */
static void test_files_that_name_each_other(void)
{
    s2rgf_error err = {0};
    const s2_map_spec spec = spec_of(in_folder("e.dat"), "ENVI");
    vsi_l_offset size;
    REQUIRE(write_output(&spec, &err) == S2RGF_OK);
    CHECK(has_map(spec.path));
    GByte *header = file_content(in_folder("e.hdr"), &size);
    CHECK_CONTAINS((const char *)header, spec.path);
    CHECK(!strstr((const char *)header, ".part-"));
    VSIFree(header);
}

/** Names up to the longest that the file system takes, with all side files, or a refusal. */
static void test_long_names(void)
{
    s2rgf_error err = {0};
    for (int length = 225; length <= 256; length++) {
        char name[300] = "", path[600];
        memset(name, 'n', (size_t)length - 4);
        strcpy(name + length - 4, ".tif");
        snprintf(path, sizeof path, "%s/%s", folder, name);
        s2_map_spec spec = spec_of(path, NULL);
        const s2rgf_status status = write_output(&spec, &err);
        CHECK(status == (length <= 247 ? S2RGF_OK : S2RGF_INVALID_ARGUMENT));
        if (status != S2RGF_OK)
            CHECK_CONTAINS(err.message, "name too long: expected at most 247 bytes");
        CHECK(count_names(folder, "nnn") == (status == S2RGF_OK ? 4 : 0));
        spec.overwrite = true;
        spec.kind = S2_MAP_CONFIDENCE;
        CHECK(write_output(&spec, &err) == (length <= 255 ? S2RGF_OK : S2RGF_INVALID_ARGUMENT));
        CHECK(count_names(folder, "nnn") == (length <= 255 ? 1 : 0));
        unlink(path);
    }
}

/** Of several outputs none is replaced when one cannot be. */
static void test_one_set(void)
{
    s2rgf_error err = {0};
    s2_map_spec map = spec_of(in_folder("s.tif"), NULL), conf = spec_of(in_folder("s_c.tif"), NULL);
    vsi_l_offset size;
    conf.kind = S2_MAP_CONFIDENCE;
    map.overwrite = conf.overwrite = true;
    make_text(map.path, "former map");
    make_text(conf.path, "former confidence");
    s2_map_writer *writers[3] = {NULL};
    REQUIRE(s2_map_create(&map, &writers[0], &err) == S2RGF_OK);
    REQUIRE(s2_map_create(&conf, &writers[1], &err) == S2RGF_OK);
    CHECK(fill(writers[0], S2_MAP_CLASSES, &err) == S2RGF_OK);
    CHECK(fill(writers[1], S2_MAP_CONFIDENCE, &err) == S2RGF_OK);
    CHECK(mkdir(in_folder("s.qml"), 0700) == 0);
    CHECK(s2_map_commit(writers, 3, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "s.qml");
    for (int i = 0; i < 3; i++)
        s2_map_close(writers[i]);
    GByte *text = file_content(map.path, &size);
    CHECK_STR((const char *)text, "former map");
    VSIFree(text);
    text = file_content(conf.path, &size);
    CHECK_STR((const char *)text, "former confidence");
    VSIFree(text);
    CHECK(count_names(folder, "s.") == 2 && count_names(folder, "s_c.") == 1);
}

/** A style of ours goes with the map that is replaced, a user's own does not. */
static void test_styles(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = spec_of(in_folder("q.tif"), NULL);
    CHECK(write_output(&spec, &err) == S2RGF_OK);
    CHECK(file_exists(in_folder("q.qml")));
    spec.overwrite = true;
    spec.style = false;
    CHECK(write_output(&spec, &err) == S2RGF_OK);
    CHECK(!file_exists(in_folder("q.qml")));
    make_text(in_folder("q.qml"), "a style of the user's");
    CHECK(write_output(&spec, &err) == S2RGF_OK);
    CHECK(file_exists(in_folder("q.qml")));
}

/* ---- what messages name ---------------------------------------------------------------------- */

static char heard[512];

static void CPL_STDCALL hear(CPLErr level, CPLErrorNum number, const char *message)
{
    (void)number;
    if (level == CE_Warning)
        snprintf(heard, sizeof heard, "%s", message);
}

/** Nobody knows the folder in which a map is made: messages name where it will be. */
static void test_names_in_messages(void)
{
    static const char *const pairs[][2] = {
        {"/a/m.part-0123456789abcdef/made/m.tif: odd", "/a/m.tif: odd"},
        {"/a/m.part-0123456789abcdef/new/m.qml and /a/n.part-fedcba9876543210/work/x",
         "/a/m.qml and /a/x"},
        {"/a/m.part-0123456789abcdef/work/m.part-0123456789abcdef/made/m.tif", "/a/m.tif"},
        {"/a/m.part-0123456789abcdef/made", "/a"},
        {"/a/m.part-0123456789abcdeX/made/m.tif", "/a/m.part-0123456789abcdeX/made/m.tif"},
        {"/a/m.part-2/made/m.tif", "/a/m.part-2/made/m.tif"},
        {"`/vsis2rgf//a/m.part-0123456789abcdef/made/m.tif' failed", "`/a/m.tif' failed"},
    };
    char text[200];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        snprintf(text, sizeof text, "%s", pairs[i][0]);
        s2_work_folder_hide(text);
        CHECK_STR(text, pairs[i][1]);
    }
    s2_gdal_catch caught;
    CPLPushErrorHandler(hear);
    s2_map_catch_begin(&caught);
    CPLError(CE_Warning, CPLE_AppDefined, "%s", pairs[0][0]);
    s2_gdal_catch_end(&caught);
    CPLPopErrorHandler();
    CHECK_STR(heard, pairs[0][1]);
}

/** A style that cannot be written is named as it would be. */
static void test_style_in_the_way(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = spec_of(in_folder("styled.tif"), NULL);
    s2_map_writer *writer = NULL;
    char command[512];
    spec.style = true;
    REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    snprintf(command, sizeof command, "cd '%s'/styled.part-*/made && mkdir styled.qml", folder);
    REQUIRE(system(command) == 0);
    CHECK(fill(writer, S2_MAP_CLASSES, &err) == S2RGF_OK);
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "/styled.qml: cannot be written");
    CHECK(!strstr(err.message, ".part-"));
    s2_map_close(writer);
    CHECK(count_names(folder, "styled") == 0);
}

/** Die in the midst of writing a map. */
static void die_writing(const char *path)
{
    const pid_t child = fork();
    if (child == 0) {
        s2_map_spec spec = spec_of(path, NULL);
        s2_map_writer *writer = NULL;
        spec.overwrite = true;
        s2_map_files_recover(path);
        if (s2_map_create(&spec, &writer, NULL) == S2RGF_OK)
            raise(SIGKILL);
        _exit(1);
    }
    int how = 0;
    CHECK(waitpid(child, &how, 0) == child && WIFSIGNALED(how));
}

/** Many outputs of one folder need its names once; those of another folder are looked for anew. */
static void test_rests_of_many(void)
{
    s2_work_rests rests = {0};
    const char *const outputs[] = {"many1.tif", "many2.tif"};
    for (int i = 0; i < 2; i++)
        die_writing(in_folder(outputs[i]));
    s2_map_files_recover_one("/tmp/another.tif", &rests);
    for (int i = 0; i < 2; i++) {
        CHECK(count_names(folder, "many") == 2 - i);
        s2_map_files_recover_one(in_folder(outputs[i]), &rests);
    }
    CHECK(count_names(folder, "many") == 0);
    die_writing(in_folder(outputs[0]));
    s2_map_files_recover_one(in_folder(outputs[0]), &rests); /* which came later */
    CHECK(count_names(folder, "many") == 1);
    s2_map_files_recover(in_folder(outputs[0]));
    CHECK(count_names(folder, "many") == 0);
    s2_work_rests_clear(&rests);
}

/** The next run of an output removes what killed ones left, and nothing of a living one. */
static void test_rests(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = spec_of(in_folder("r.tif"), NULL);
    s2_map_writer *living = NULL;
    die_writing(spec.path);
    die_writing(spec.path);
    CHECK(count_names(folder, "r.part-") == 1); /* the second removed those of the first */
    s2_map_files_recover(spec.path);
    CHECK(count_names(folder, "r.part-") == 0);
    REQUIRE(s2_map_create(&spec, &living, &err) == S2RGF_OK);
    s2_map_files_recover(spec.path);
    CHECK(count_names(folder, "r.part-") == 1);
    /* names that only look alike */
    CHECK(mkdir(in_folder("r.part-0123456789abcdeg"), 0700) == 0);
    CHECK(mkdir(in_folder("r.part-0123456789abcdef0"), 0700) == 0);
    make_text(in_folder("r.part-0123456789abcdef"), "a file");
    s2_map_files_recover(spec.path);
    CHECK(write_output(&spec, &err) == S2RGF_OK);
    CHECK(count_names(folder, "r.part-") == 4);
    CHECK(fill(living, S2_MAP_CLASSES, &err) == S2RGF_OK);
    CHECK(s2_map_commit(&living, 1, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, ": was created in the meantime: not overwritten");
    s2_map_close(living);
    CHECK(has_map(spec.path));
    CHECK(count_names(folder, "r.part-") == 3);
}

/** Many writers of one output: what stays is one set, map and side files of one of them. */
static void test_writers_of_one_output(void)
{
    enum { WRITERS = 6, ROUNDS = 4 };
    const char *path = in_folder("w.tif");
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        s2_class_table own = {0};
        char name[32];
        snprintf(name, sizeof name, "writer %d", i);
        s2_map_spec spec = spec_of(path, NULL);
        spec.overwrite = true;
        spec.classes = &own;
        bool done = s2_class_table_add(&own, 1, name, NULL, NULL) == S2RGF_OK &&
                    s2_class_table_add(&own, 2, name, NULL, NULL) != S2RGF_OK;
        done = done && s2_class_table_add(&own, 2, "other", NULL, NULL) == S2RGF_OK;
        for (int round = 0; round < ROUNDS && done; round++)
            done = write_output(&spec, NULL) == S2RGF_OK;
        _exit(done ? 0 : 1);
    }
    for (int i = 0; i < WRITERS; i++) {
        int how = 0;
        CHECK(waitpid(children[i], &how, 0) == children[i] && WIFEXITED(how) &&
              WEXITSTATUS(how) == 0);
    }
    CHECK(has_map(path));
    CHECK(count_names(folder, "w.") == 4);
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    const char *name = GDALGetMetadataItem(dataset, "CLASS_1", NULL);
    char **names = GDALGetRasterCategoryNames(GDALGetRasterBand(dataset, 1));
    REQUIRE(name && CSLCount(names) == 3);
    CHECK_STR(names[1], name);
    vsi_l_offset size;
    GByte *style = file_content(in_folder("w.qml"), &size);
    CHECK_CONTAINS((const char *)style, name);
    VSIFree(style);
    GByte *table = file_content(in_folder("w.tif.vat.dbf"), &size);
    CHECK(memmem(table, (size_t)size, name, strlen(name)));
    VSIFree(table);
    GDALClose(dataset);
}

int main(void)
{
    GDALAllRegister();
    set_up();
    test_refused_formats();
    test_format_that_changes_names();
    test_files_that_name_each_other();
    test_long_names();
    test_one_set();
    test_styles();
    test_names_in_messages();
    test_style_in_the_way();
    test_rests();
    test_rests_of_many();
    test_writers_of_one_output();
    test_all_formats();
    s2_class_table_clear(&classes);
    s2_grid_clear(&grid);
    VSIRmdirRecursive(folder);
    GDALDestroyDriverManager();
    return harness_end();
}
