/* Paths relative to the folder of another file: resolved and related. */
#include "core/path.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "harness.h"

static void tells_what_is_relative(void)
{
    static const char *const relative[] = {"a.tif", "b/c.tif", "../c.tif", "./a:b.tif", "a/b:c"};
    static const char *const other[] = {
        "/a.tif",        "/vsizip/a.zip/b.tif", "https://x.org/a.tif", "NETCDF:\"a.nc\":v",
        "<VRTDataset/>", "S2RGF:a.s2rgf.json"};
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++)
        CHECK(s2_path_is_relative(relative[i]));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        CHECK(!s2_path_is_relative(other[i]));
}

static void check_resolved(const char *file, const char *path, const char *expected)
{
    char *found = s2_path_resolve(file, path);
    CHECK_STR(found, expected);
    s2_free(found);
}

static void check_related(const char *file, const char *path, const char *expected)
{
    s2rgf_error err = {0};
    char *found = NULL;
    CHECK(s2_path_relate(file, path, &found, &err) == S2RGF_OK);
    CHECK_STR(found, expected);
    s2_free(found);
}

static void resolves(void)
{
    check_resolved("scene.s2rgf.json", "a.tif", "a.tif");
    check_resolved("x/y/scene.s2rgf.json", "../a.tif", "x/y/../a.tif");
    check_resolved("/x/scene.s2rgf.json", "b/a.tif", "/x/b/a.tif");
    check_resolved("/x/scene.s2rgf.json", "/b/a.tif", "/b/a.tif");
    check_resolved("/x/scene.s2rgf.json", "HDF5:a.h5://v", "HDF5:a.h5://v");
}

/* In a folder with one/two, and a link to two that must not lead astray. */
static void relates(void)
{
    char folder[] = "/tmp/s2rgf_path_XXXXXX";
    char here[4096];
    REQUIRE(getcwd(here, sizeof here) != NULL);
    REQUIRE(mkdtemp(folder) && chdir(folder) == 0);
    CHECK(mkdir("one", 0777) == 0 && mkdir("one/two", 0777) == 0 && mkdir("three", 0777) == 0);
    CHECK(symlink("one/two", "link") == 0);
    check_related("s.json", "a.tif", "a.tif");
    check_related("s.json", "one/a.tif", "one/a.tif");
    check_related("one/two/s.json", "a.tif", "../../a.tif");
    check_related("one/two/s.json", "one/a.tif", "../a.tif");
    check_related("three/s.json", "one/two/a.tif", "../one/two/a.tif");
    check_related("link/s.json", "three/a.tif", "../../three/a.tif");
    check_related("one/s.json", "one/./a:b.tif", "./a:b.tif");
    check_related("one/s.json", "/abs/a.tif", "/abs/a.tif");
    check_related("one/s.json", "NETCDF:a.nc:v", "NETCDF:a.nc:v");
    s2rgf_error err = {0};
    char *found = NULL;
    CHECK(s2_path_relate("absent/s.json", "a.tif", &found, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "absent/s.json");
    CHECK(!found);
    CHECK(unlink("link") == 0 && rmdir("one/two") == 0 && rmdir("one") == 0);
    CHECK(rmdir("three") == 0 && chdir(here) == 0 && rmdir(folder) == 0);
}

int main(void)
{
    tells_what_is_relative();
    resolves();
    relates();
    return harness_end();
}
