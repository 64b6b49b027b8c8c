/* Rectangles of sources, read by a thread of its own while the network computes, where that pays. */
#ifndef S2_TILES_READ_AHEAD_H
#define S2_TILES_READ_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/geometry.h"
#include "s2rgf.h"

/** What is read from: the arguments are those of s2_tile_io's read. */
typedef struct s2_reader {
    void *context;
    s2rgf_status (*read)(void *context, int source, s2_rect rect, float *pixels, uint8_t *valid,
                         s2rgf_error *err);
    int sources;
    int bands[S2RGF_MAX_SOURCES];
    size_t pixels[S2RGF_MAX_SOURCES]; /* of the largest rectangle */
    bool spare_cores;                 /* there are cores that no worker uses */
} s2_reader;

/**
 * One reading thread; all calls come from one other thread. read is never called twice at once. The
 * thread is at work where there are spare cores, or where reading waits a noticeable part of the
 * time; otherwise the caller reads, because two threads on one core only get in each other's way.
 */
typedef struct s2_read_ahead s2_read_ahead;

/** Start the thread. Errors: NO_MEMORY. Memory: s2_read_ahead_stop(); the reader is copied. */
s2rgf_status s2_read_ahead_start(const s2_reader *reader, s2_read_ahead **ahead, s2rgf_error *err);

/** Wait for the thread to end its work and release everything. NULL is accepted. */
void s2_read_ahead_stop(s2_read_ahead *ahead);

/** The rectangle that the next take of this source will ask for: the thread may begin to read it. */
void s2_read_ahead_expect(s2_read_ahead *ahead, int source, s2_rect rect);

/**
 * A rectangle, expected or not.
 * pixels  out [h][w][bands]; valid out [h][w]
 * Errors  those of the reader, for the rectangle they belong to
 */
s2rgf_status s2_read_ahead_take(s2_read_ahead *ahead, int source, s2_rect rect, float *pixels,
                                uint8_t *valid, s2rgf_error *err);

/** Seconds of processor time the thread has used. */
double s2_read_ahead_seconds(s2_read_ahead *ahead);

/** Bytes that s2_read_ahead_start() takes. */
size_t s2_read_ahead_bytes(const s2_reader *reader);

#endif
