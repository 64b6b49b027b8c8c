/* core/naming: names that replace nothing, locks of the living and the dead. */
#include "core/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static void make(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static bool holds(const char *name, const char *text)
{
    char found[32] = "";
    FILE *file = fopen(name, "r");
    const bool read = file && fgets(found, sizeof found, file);
    if (file)
        fclose(file);
    return read && strcmp(found, text) == 0;
}

static void test_names(void)
{
    make("new", "new");
    make("old", "old");
    CHECK(!s2_give_name("new", "old", false) && errno == EEXIST);
    CHECK(holds("new", "new") && holds("old", "old"));
    CHECK(s2_give_name("new", "free", false));
    CHECK(holds("free", "new") && access("new", F_OK) != 0);
    CHECK(s2_give_name("free", "old", true));
    CHECK(holds("old", "new") && access("free", F_OK) != 0);
    CHECK(!s2_give_name("nothing", "free", false) && errno == ENOENT);
    CHECK(!s2_give_name("nothing", "old", true) && holds("old", "new"));
}

/** Folders have no hard links; a link that leads nowhere is a name, too. */
static void test_names_of_folders(void)
{
    CHECK(mkdir("folder", 0700) == 0 && mkdir("taken", 0700) == 0);
    CHECK(symlink("nowhere", "dangling") == 0);
    CHECK(!s2_give_name("folder", "taken", false) && errno == EEXIST);
    CHECK(!s2_give_name("folder", "dangling", false) && errno == EEXIST);
    CHECK(s2_give_name("folder", "given", false));
    CHECK(access("folder", F_OK) != 0 && access("given", X_OK) == 0);
}

/** What a living process holds is busy; what a killed one held is free. */
static void test_locks(void)
{
    int lock = -1, again = -1, ready[2];
    char byte;
    CHECK(s2_lock_file("absent", 0, &lock) == S2_LOCK_FAILED && errno == ENOENT && lock == -1);
    REQUIRE(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const bool held = s2_lock_file("lock", O_CREAT, &lock) == S2_LOCKED;
        if (write(ready[1], held ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    CHECK(read(ready[0], &byte, 1) == 1 && byte == 'y');
    CHECK(s2_lock_file("lock", 0, &lock) == S2_LOCK_BUSY && lock == -1);
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    CHECK(s2_lock_file("lock", 0, &lock) == S2_LOCKED);
    CHECK(s2_lock_file("lock", 0, &again) == S2_LOCK_BUSY);
    close(lock);
}

static void test_syncs(void)
{
    make("synced", "text");
    CHECK(s2_sync_path("synced") && s2_sync_path("."));
    CHECK(!s2_sync_path("absent") && errno == ENOENT);
}

int main(void)
{
    REQUIRE(harness_enter_folder());
    test_names();
    test_names_of_folders();
    test_locks();
    test_syncs();
    return harness_end();
}
