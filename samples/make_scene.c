/* make_scene: a sample scene for the demo, the tests and the benchmarks, made from a seed. */
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <gdal.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "scene_spec.h"

enum { EXIT_USAGE = 2, EXIT_FAILED = 1 };

static const char *const OUTPUTS[] = {"ms.tif", "hs.tif", "truth.tif", "truth.tif.aux.xml",
                                      "labels.gpkg"};

static void print_help(void)
{
    printf("make_scene [options] folder\n\n"
           "Write a sample scene into a folder: ms.tif (fine, 4 bands), hs.tif (coarse,\n"
           "hyperspectral, not aligned with it), labels.gpkg (polygon layers train and test,\n"
           "field class) and truth.tif (the class of every fine pixel).\n\n"
           "  -size W H           fine pixels (512 512)\n"
           "  -ratio R            coarse pixel in fine pixels, 1 to 32 (6.4)\n"
           "  -hs_bands N         hyperspectral bands, 1 to 512 (64)\n"
           "  -classes K          land-cover classes, 2 to 8 (8)\n"
           "  -seed S             the same seed gives the same files (1)\n"
           "  -nodata_corner F    legs of the nodata corners as part of the shorter side,\n"
           "                      0 to 0.5 (0.15); 0: none\n"
           "  -overwrite          replace the files of an earlier scene\n"
           "  -help               this text\n");
}

static int usage_error(const char *option, const char *problem)
{
    fprintf(stderr, "make_scene: %s: %s; try -help\n", option, problem);
    return EXIT_USAGE;
}

static bool parse_number(const char *text, double low, double high, double *value)
{
    char *end = NULL;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool parse_int(const char *text, int low, int high, int *value)
{
    double number;
    if (!parse_number(text, low, high, &number) || number != (double)(int)number)
        return false;
    *value = (int)number;
    return true;
}

static bool parse_seed(const char *text, uint64_t *seed)
{
    char *end = NULL;
    errno = 0;
    *seed = strtoull(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && !strchr(text, '-');
}

/* Take one option with its values; returns how many arguments it used, 0 if it is not valid. */
static int parse_option(const char *name, char **values, int count, scene_spec *spec)
{
    if (strcmp(name, "overwrite") == 0) {
        spec->overwrite = true;
        return 1;
    }
    if (strcmp(name, "size") == 0)
        return count >= 2 && parse_int(values[0], 1, 65536, &spec->width) &&
                       parse_int(values[1], 1, 65536, &spec->height)
                   ? 3
                   : 0;
    if (count < 1)
        return 0;
    bool ok = strcmp(name, "ratio") == 0      ? parse_number(values[0], 1.0, 32.0, &spec->ratio)
              : strcmp(name, "hs_bands") == 0 ? parse_int(values[0], 1, 512, &spec->hs_bands)
              : strcmp(name, "classes") == 0
                  ? parse_int(values[0], 2, LAND_CLASS_MAX, &spec->classes)
              : strcmp(name, "seed") == 0 ? parse_seed(values[0], &spec->seed)
              : strcmp(name, "nodata_corner") == 0
                  ? parse_number(values[0], 0.0, 0.5, &spec->nodata_corner)
                  : false;
    return ok ? 2 : 0;
}

static int parse_arguments(int argc, char **argv, scene_spec *spec)
{
    for (int i = 1; i < argc;) {
        if (argv[i][0] != '-') {
            if (spec->folder)
                return usage_error(argv[i], "one folder only");
            spec->folder = argv[i++];
            continue;
        }
        const char *name = argv[i] + (argv[i][1] == '-' ? 2 : 1);
        int used = parse_option(name, argv + i + 1, argc - i - 1, spec);
        if (used == 0)
            return usage_error(argv[i], "unknown option, or its value is missing or out of range");
        i += used;
    }
    return !spec->folder ? usage_error("folder", "missing") : EXIT_SUCCESS;
}

char *scene_path(const scene_spec *spec, const char *name)
{
    char *path = s2_asprintf("%s/%s", spec->folder, name);
    if (!path)
        CPLError(CE_Failure, CPLE_OutOfMemory, "%s: no memory for its path", name);
    return path;
}

/* See that no file of an earlier scene is in the way. */
static bool make_way(const scene_spec *spec, const char *path)
{
    VSIStatBufL status;
    if (VSIStatL(path, &status) != 0)
        return true;
    if (!spec->overwrite) {
        fprintf(stderr, "make_scene: %s: exists; -overwrite replaces it\n", path);
        return false;
    }
    if (VSIUnlink(path) != 0) {
        fprintf(stderr, "make_scene: %s: cannot remove\n", path);
        return false;
    }
    return true;
}

static bool prepare_folder(const scene_spec *spec)
{
    VSIStatBufL status;
    if (VSIStatL(spec->folder, &status) != 0 && VSIMkdir(spec->folder, 0777) != 0) {
        fprintf(stderr, "make_scene: %s: cannot make the folder\n", spec->folder);
        return false;
    }
    for (size_t i = 0; i < sizeof OUTPUTS / sizeof OUTPUTS[0]; i++) {
        char *path = scene_path(spec, OUTPUTS[i]);
        bool ok = path && make_way(spec, path);
        s2_free(path);
        if (!ok)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    scene_spec spec = {.width = 512,
                       .height = 512,
                       .ratio = 6.4,
                       .hs_bands = 64,
                       .classes = LAND_CLASS_MAX,
                       .seed = 1,
                       .nodata_corner = 0.15};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-help") == 0 || strcmp(argv[i], "--help") == 0) {
            print_help();
            return EXIT_SUCCESS;
        }
    int wrong = parse_arguments(argc, argv, &spec);
    if (wrong != EXIT_SUCCESS)
        return wrong;

    GDALAllRegister();
    landscape land;
    landscape_init(&land, spec.seed, spec.classes);
    bool ok = prepare_folder(&spec) && scene_write_rasters(&spec, &land) &&
              scene_write_labels(&spec, &land);
    GDALDestroyDriverManager();
    return ok ? EXIT_SUCCESS : EXIT_FAILED;
}
