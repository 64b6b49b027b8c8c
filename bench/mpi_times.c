/* A plugin around that for MPI, which says what the messages of a training cost: set S2RGF_MPI_PLUGIN to
 * this one, S2RGF_MPI_TIMED to the real one, and S2RGF_MPI_TIMES to a file, which gets ".RANK" and one
 * line for each kind of message: its name, how many, their bytes, and seconds and processor seconds in
 * them. Before the training it sends messages of two sizes on idle ranks: what one costs by itself. */
#include "nn/ranks/link.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPEATS 400
#define SMALL_BYTES 1536                 /* a batch-norm's sums of one crop, 64 channels */
#define LARGE_BYTES ((size_t)1024 << 10) /* as many as all gradients of a network */

typedef struct tally {
    const char *name;
    long count;
    double bytes, seconds, processor_seconds;
} tally;

enum { GATHER, SUM, SPREAD, KINDS };
static tally tallies[KINDS] = {{.name = "gather"}, {.name = "sum"}, {.name = "spread"}};
static s2_rank_link timed;
static double small_seconds, large_seconds;

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Begin a message of a kind, or end it. */
static void clock_in(tally *of, size_t bytes)
{
    of->count++;
    of->bytes += (double)bytes;
    of->seconds -= seconds_of(CLOCK_MONOTONIC);
    of->processor_seconds -= seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

static bool clock_out(tally *of, bool well)
{
    of->seconds += seconds_of(CLOCK_MONOTONIC);
    of->processor_seconds += seconds_of(CLOCK_THREAD_CPUTIME_ID);
    return well;
}

static bool gather(const s2_rank_link *link, void *all, size_t unit, const int *counts)
{
    clock_in(&tallies[GATHER], unit * (size_t)counts[link->rank]);
    return clock_out(&tallies[GATHER], timed.gather(&timed, all, unit, counts));
}

static bool send_to(const s2_rank_link *link, int to, const void *data, size_t bytes)
{
    (void)link;
    clock_in(&tallies[SUM], bytes);
    return clock_out(&tallies[SUM], timed.send(&timed, to, data, bytes));
}

static bool receive_from(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    (void)link;
    clock_in(&tallies[SUM], bytes);
    return clock_out(&tallies[SUM], timed.receive(&timed, from, data, bytes));
}

static bool broadcast(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    (void)link;
    clock_in(&tallies[SPREAD], bytes);
    return clock_out(&tallies[SPREAD], timed.broadcast(&timed, from, data, bytes));
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of a message's way there and back between the first two ranks, halved. */
static double one_message(size_t bytes)
{
    double times[REPEATS];
    char *data = calloc(1, bytes);
    for (int i = 0; data && timed.rank < 2 && i < REPEATS; i++) {
        const double started = seconds_of(CLOCK_MONOTONIC);
        const int other = 1 - timed.rank;
        if (timed.rank == 0)
            timed.send(&timed, other, data, bytes);
        timed.receive(&timed, other, data, bytes);
        if (timed.rank == 1)
            timed.send(&timed, other, data, bytes);
        times[i] = (seconds_of(CLOCK_MONOTONIC) - started) / 2.0;
    }
    if (!data || timed.rank > 1)
        return 0.0;
    free(data);
    qsort(times, REPEATS, sizeof *times, compare);
    return times[REPEATS / 2];
}

static void report(void)
{
    char path[4096];
    const char *base = getenv("S2RGF_MPI_TIMES");
    snprintf(path, sizeof path, "%s.%d", base ? base : "mpi_times", timed.rank);
    FILE *file = fopen(path, "w");
    if (!file)
        return;
    for (int k = 0; k < KINDS; k++)
        fprintf(file, "%s %ld %.0f %.6f %.6f\n", tallies[k].name, tallies[k].count,
                tallies[k].bytes, tallies[k].seconds, tallies[k].processor_seconds);
    fprintf(file, "small 1 %d %.9f 0\nlarge 1 %zu %.9f 0\n", SMALL_BYTES, small_seconds,
            LARGE_BYTES, large_seconds);
    fclose(file);
}

__attribute__((visibility("default"))) s2_rank_link_opener s2_rank_link_open;

bool s2_rank_link_open(int version, s2_rank_link *link, char *message, size_t size)
{
    const char *path = getenv("S2RGF_MPI_TIMED");
    void *plugin = path ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
    s2_rank_link_opener *opener = NULL;
    if (plugin)
        *(void **)&opener = dlsym(plugin, S2_RANK_LINK_OPENER);
    if (!opener) {
        snprintf(message, size, "S2RGF_MPI_TIMED: expected a plugin for MPI");
        return false;
    }
    if (!opener(version, &timed, message, size))
        return false;
    *link = timed;
    link->gather = gather;
    link->send = send_to;
    link->receive = receive_from;
    link->broadcast = broadcast;
    small_seconds = one_message(SMALL_BYTES);
    large_seconds = one_message(LARGE_BYTES);
    return atexit(report) == 0;
}
