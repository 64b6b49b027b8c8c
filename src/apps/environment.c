/* What libraries read from the environment when they are loaded, settled before they are.
 *
 * A function in .preinit_array runs after the libraries are mapped and before any of their own
 * start functions. The C library is not ready there either: no getenv(), no malloc(), no stdio. */
#include "apps/environment.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define BLAS_BUFFER (128 * MIB) /* bytes that OpenBLAS maps for each thread when it is loaded */
#define BLAS_THREADS 64         /* the most that OpenBLAS starts with */
#define START_ROOM (48 * MIB)   /* bytes for all else that starts */

#define NO_ROOM                                                                                    \
    "ERROR 2: memory: expected 176 MB of address space to start OpenBLAS, found less: raise the "  \
    "limit (ulimit -v)\n"

/** The value in a "NAME=value" whose name is that of `setting`; NULL: it has another name. */
static const char *value_in(const char *entry, const char *setting)
{
    const size_t length = strcspn(setting, "=");
    return strncmp(entry, setting, length) == 0 && entry[length] == '=' ? entry + length + 1 : NULL;
}

static const char *find_value(char **environment, const char *name)
{
    const char *value = NULL;
    for (char **entry = environment; *entry && !value; entry++)
        value = value_in(*entry, name);
    return value;
}

static bool is_replaced(const char *entry, const char *const *settings)
{
    for (; *settings; settings++)
        if (value_in(entry, *settings))
            return true;
    return false;
}

void s2_start_again(char **argv, char **old, const char *const *settings)
{
    size_t count = 1;
    for (char **entry = old; *entry; entry++)
        count++;
    for (const char *const *setting = settings; *setting; setting++)
        count++;
    /* no interpreter in this process: the loader was started by hand, and its options are not
       here */
    if (getauxval(AT_BASE) == 0)
        return;
    const size_t bytes = count * sizeof(char *);
    const char **fresh =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        return;
    const char **end = fresh;
    for (char **entry = old; *entry; entry++)
        if (!is_replaced(*entry, settings))
            *end++ = *entry;
    while (*settings)
        *end++ = *settings++;
    *end = NULL;
    execve("/proc/self/exe", argv, (char *const *)fresh);
    const char *path = (const char *)getauxval(AT_EXECFN); /* where there is no /proc */
    if (path)
        execve(path, argv, (char *const *)fresh);
    munmap(fresh, bytes);
}

/** Is there address space for that many bytes? */
static bool can_map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    munmap(memory, bytes);
    return true;
}

/** A variable's number of threads; 0: it names none. */
static int threads_in(char **environment, const char *name)
{
    const char *value = find_value(environment, name);
    return !value ? 0 : atoi(value);
}

/** Threads that OpenBLAS starts with, at most: its flavours heed different variables. */
static size_t blas_threads(char **environment)
{
    const int blas = threads_in(environment, "OPENBLAS_NUM_THREADS");
    int threads = threads_in(environment, "OMP_NUM_THREADS");
    cpu_set_t usable;
    if (threads < 1 && sched_getaffinity(0, sizeof usable, &usable) == 0)
        threads = CPU_COUNT(&usable);
    if (threads < blas)
        threads = blas;
    return threads < 1 || threads > BLAS_THREADS ? BLAS_THREADS : (size_t)threads;
}

/**
 * Room for OpenBLAS or the end; what it has to be told where there is little. Returns the settings'
 * end.
 */
static const char **make_room_for_blas(char **environment, const char **settings)
{
    if (!can_map(START_ROOM + BLAS_BUFFER)) {
        const ssize_t written = write(STDERR_FILENO, NO_ROOM, sizeof NO_ROOM - 1);
        _exit(written < 0 ? 2 : 1);
    }
    if (!can_map(START_ROOM + blas_threads(environment) * BLAS_BUFFER)) {
        *settings++ = "OMP_NUM_THREADS=1";
        *settings++ = "OPENBLAS_NUM_THREADS=1";
    }
    return settings;
}

/* OpenBLAS, which GDAL brings where the program does not, maps a buffer for each thread when it is
   loaded, and where there is no room it tries again for ever. OpenMP reads then how its threads
   wait: those that spin take the cores from whatever else runs, and win nothing. */
static void before_libraries(int argc, char **argv, char **environment)
{
    const char *settings[4] = {NULL};
    const char **end = settings;
    (void)argc;
    if (dlsym(RTLD_DEFAULT, "openblas_get_num_threads"))
        end = make_room_for_blas(environment, end);
    if (s2_program_has_openmp && !find_value(environment, "OMP_WAIT_POLICY") &&
        !find_value(environment, "GOMP_SPINCOUNT") && !find_value(environment, "KMP_BLOCKTIME"))
        *end++ = "OMP_WAIT_POLICY=passive";
    if (end > settings)
        s2_start_again(argv, environment, settings);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first_of_all)(int, char **, char **) = before_libraries;
