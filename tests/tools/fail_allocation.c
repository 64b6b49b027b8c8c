/* Preloaded into a program, lets its n-th allocation fail, as when memory is out.
 *
 * FAIL_AT=n         the one that fails; 0 or unset: none
 * FAIL_OURS=1       count only what is asked for from the program itself or from libs2rgf
 * FAIL_COUNT=file   where the number of allocations is written when the program ends
 * FAIL_SITES=file   where it writes, for each place that allocates, told by the calls that lead
 * there, the
 *                   numbers of its first and its last allocation, one a line
 */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGES 32
#define DEPTH 16    /* calls that tell one place from another */
#define SITES 65536 /* room for places, more than there are */

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static long counted; /* allocations so far */
static long fail_at;
static bool ours_only, ready;
static uintptr_t first[RANGES], end[RANGES]; /* where code of ours lies */
static int ranges;
static bool notes_sites;
static pthread_mutex_t sites_lock = PTHREAD_MUTEX_INITIALIZER;

/** A place that allocates. */
static struct site {
    uint64_t calls; /* hash; 0: none */
    long first, last;
} sites[SITES];

static int note_ours(struct dl_phdr_info *module, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (module->dlpi_name[0] != '\0' && !strstr(module->dlpi_name, "libs2rgf"))
        return 0;
    for (int i = 0; i < module->dlpi_phnum && ranges < RANGES; i++)
        if (module->dlpi_phdr[i].p_type == PT_LOAD) {
            first[ranges] = module->dlpi_addr + module->dlpi_phdr[i].p_vaddr;
            end[ranges] = first[ranges] + module->dlpi_phdr[i].p_memsz;
            ranges++;
        }
    return 0;
}

/** Note that the place from which this is called has its n-th allocation. */
static void note_site(long n)
{
    void *calls[DEPTH];
    const int depth = backtrace(calls, DEPTH);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < depth; i++)
        hash = (hash ^ (uintptr_t)calls[i]) * UINT64_C(0x100000001b3);
    hash |= 1;
    pthread_mutex_lock(&sites_lock);
    size_t at = hash % SITES;
    while (sites[at].calls != 0 && sites[at].calls != hash)
        at = (at + 1) % SITES;
    if (sites[at].calls == 0)
        sites[at] = (struct site){.calls = hash, .first = n};
    sites[at].last = n;
    pthread_mutex_unlock(&sites_lock);
}

static void write_sites(void)
{
    ready = false;
    FILE *file = fopen(getenv("FAIL_SITES"), "w");
    bool done = file != NULL;
    for (size_t i = 0; i < SITES && done; i++)
        if (sites[i].calls != 0)
            done = fprintf(file, "%ld\n%ld\n", sites[i].first, sites[i].last) > 0;
    if (!done || fclose(file) != 0)
        abort();
}

static void write_count(void)
{
    ready = false;
    FILE *file = fopen(getenv("FAIL_COUNT"), "w");
    if (!file || fprintf(file, "%ld\n", counted) < 0 || fclose(file) != 0)
        abort();
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_AT");
    fail_at = at ? atol(at) : 0;
    ours_only = getenv("FAIL_OURS") != NULL;
    dl_iterate_phdr(note_ours, NULL);
    if (getenv("FAIL_COUNT"))
        atexit(write_count);
    notes_sites = getenv("FAIL_SITES") != NULL;
    if (notes_sites) {
        void *calls[1];
        backtrace(calls, 1); /* it allocates the first time */
        atexit(write_sites);
    }
    ready = true;
}

static bool is_ours(const void *caller)
{
    for (int i = 0; i < ranges; i++)
        if ((uintptr_t)caller >= first[i] && (uintptr_t)caller < end[i])
            return true;
    return false;
}

static bool fails(const void *caller)
{
    if (!ready || (ours_only && !is_ours(caller)))
        return false;
    const long n = __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
    if (notes_sites)
        note_site(n);
    if (n != fail_at)
        return false;
    errno = ENOMEM;
    return true;
}

#define FAILS fails(__builtin_return_address(0))

void *malloc(size_t bytes)
{
    return FAILS ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t size)
{
    return FAILS ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t bytes)
{
    return FAILS ? NULL : __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes);
void *memalign(size_t alignment, size_t bytes)
{
    return FAILS ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return FAILS ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    void *found = FAILS ? NULL : __libc_memalign(alignment, bytes);
    if (!found)
        return ENOMEM;
    *memory = found;
    return 0;
}

char *strdup(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = FAILS ? NULL : __libc_malloc(bytes);
    return !copy ? NULL : memcpy(copy, text, bytes);
}
