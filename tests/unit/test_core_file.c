/* Files that are written under a temporary name, and whether two names are one file. */
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic_file.h"
#include "core/file.h"
#include "harness.h"

static int count_temporary(void)
{
    int count = 0;
    DIR *listing = opendir(".");
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        count += strstr(entry->d_name, ".tmp") != NULL;
    closedir(listing);
    return count;
}

static void make_file(const char *path)
{
    FILE *file = fopen(path, "w");
    CHECK(file && fputs("content", file) >= 0 && fclose(file) == 0);
}

static bool save(const char *path)
{
    s2_atomic_file file;
    return s2_atomic_open(&file, path, true, NULL) == S2RGF_OK &&
           s2_atomic_write(&file, "x", 1, NULL) == S2RGF_OK &&
           s2_atomic_commit(&file, NULL) == S2RGF_OK;
}

/* A process that has begun to write a file, and waits to be killed. */
static pid_t start_writer(const char *path)
{
    int begun[2];
    char byte = 0;
    CHECK(pipe(begun) == 0);
    const pid_t child = fork();
    if (child == 0) {
        s2_atomic_file file;
        if (s2_atomic_open(&file, path, true, NULL) == S2RGF_OK)
            byte = 1;
        if (write(begun[1], &byte, 1) == 1)
            pause();
        _exit(0);
    }
    CHECK(read(begun[0], &byte, 1) == 1 && byte == 1);
    close(begun[0]);
    close(begun[1]);
    return child;
}

static void end_writer(pid_t child)
{
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

static void test_rests(void)
{
    const pid_t killed = start_writer("m.s2rgf"), other = start_writer("n.s2rgf");
    make_file("m.s2rgf.tmp");
    make_file("m.s2rgf.12-x.tmp");
    make_file("m.s2rgf.-1.tmp");
    CHECK(count_temporary() == 5);
    CHECK(save("m.s2rgf"));
    CHECK(count_temporary() == 5); /* the writer of one lives, the others are of somebody else */
    end_writer(killed);
    end_writer(other);
    CHECK(count_temporary() == 5);
    CHECK(save("m.s2rgf"));
    CHECK(count_temporary() == 4);
    CHECK(save("./n.s2rgf"));
    CHECK(count_temporary() == 3);
    CHECK(remove("m.s2rgf.tmp") == 0 && remove("m.s2rgf.12-x.tmp") == 0);
    CHECK(remove("m.s2rgf.-1.tmp") == 0);
}

static void test_writer_is_left_alone(void)
{
    s2_atomic_file one, other;
    CHECK(s2_atomic_open(&one, "both", true, NULL) == S2RGF_OK);
    CHECK(s2_atomic_open(&other, "both", true, NULL) == S2RGF_OK);
    CHECK(s2_atomic_commit(&other, NULL) == S2RGF_OK);
    CHECK(s2_atomic_write(&one, "last", 4, NULL) == S2RGF_OK);
    CHECK(s2_atomic_commit(&one, NULL) == S2RGF_OK);
    struct stat there;
    CHECK(stat("both", &there) == 0 && there.st_size == 4);
    CHECK(count_temporary() == 0);
}

static void test_same(void)
{
    char absolute[256];
    snprintf(absolute, sizeof absolute, "%s/absent.tif", harness_folder);
    make_file("file");
    CHECK(mkdir("sub", 0700) == 0 && symlink("sub", "way") == 0);
    CHECK(symlink("file", "link") == 0 && link("file", "hard") == 0);
    CHECK(symlink("absent.tif", "dangling") == 0 && symlink("loop", "loop") == 0);
    CHECK(s2_same_file("file", "./file") && s2_same_file("link", "hard"));
    CHECK(s2_same_file("absent.tif", "./absent.tif") && s2_same_file(absolute, "absent.tif"));
    CHECK(s2_same_file("dangling", "absent.tif"));
    CHECK(s2_same_file("way/absent.tif", "sub/../sub/absent.tif"));
    CHECK(!s2_same_file("sub/absent.tif", "absent.tif") && !s2_same_file("file", "absent.tif"));
    CHECK(!s2_same_file("loop", "file") && s2_same_file("loop", "loop"));
    CHECK(!s2_same_file("no_folder/a", "no_folder/b") && s2_same_file("/vsimem/a", "/vsimem/a"));
    CHECK(!s2_same_file(NULL, "file") && !s2_same_file(NULL, NULL));
}

int main(void)
{
    REQUIRE(harness_enter_folder());
    test_rests();
    test_writer_is_left_alone();
    test_same();
    return harness_end();
}
