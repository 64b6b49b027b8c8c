/* Rectangles of sources, read by a thread of its own while the network computes, where that pays. */
#include "tiles/read_ahead.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"

#define WORTH_WAITING 0.05 /* part of the time; below, a thread more costs more than it saves */

typedef enum slot_state { SLOT_EMPTY, SLOT_EXPECTED, SLOT_READING, SLOT_READ } slot_state;

/* What is read ahead of one source; the rest of it is the thread's while it reads, else the
   caller's. */
typedef struct ahead_slot {
    slot_state state;
    s2_rect rect;
    float *pixels;
    uint8_t *valid;
    s2rgf_status status;
    s2rgf_error error;
} ahead_slot;

struct s2_read_ahead {
    s2_reader reader;
    ahead_slot slots[S2RGF_MAX_SOURCES];
    pthread_t thread;
    bool running;
    double started;         /* on the wall */
    pthread_mutex_t mutex;  /* for what follows, and the states of the slots */
    pthread_cond_t changed; /* a read has ended, a slot has another state, or stopping was set */
    bool reading;           /* somebody is */
    bool stopping;
    double seconds; /* of processor, the thread's */
    double waited;  /* by all reads, for files, and for a core: the two cannot be told apart */
};

static ahead_slot *next_expected(s2_read_ahead *ahead)
{
    for (int s = 0; s < ahead->reader.sources; s++)
        if (ahead->slots[s].state == SLOT_EXPECTED)
            return &ahead->slots[s];
    return NULL;
}

/* Read, by whichever thread has set `reading`; the mutex is not held. */
static s2rgf_status read_timed(s2_read_ahead *ahead, int source, s2_rect rect, float *pixels,
                               uint8_t *valid, s2rgf_error *err)
{
    const s2_reader *reader = &ahead->reader;
    const double idle = s2_wall_seconds() - s2_thread_seconds();
    const s2rgf_status status = reader->read(reader->context, source, rect, pixels, valid, err);
    const double waited = s2_wall_seconds() - s2_thread_seconds() - idle;
    pthread_mutex_lock(&ahead->mutex);
    ahead->waited += waited;
    ahead->reading = false;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
    return status;
}

static void *read_expected(void *data)
{
    s2_read_ahead *ahead = data;
    pthread_mutex_lock(&ahead->mutex);
    while (!ahead->stopping) {
        ahead_slot *slot = ahead->reading ? NULL : next_expected(ahead);
        if (!slot) {
            pthread_cond_wait(&ahead->changed, &ahead->mutex);
            continue;
        }
        slot->state = SLOT_READING;
        ahead->reading = true;
        pthread_mutex_unlock(&ahead->mutex);
        s2_error_clear(&slot->error);
        slot->status = read_timed(ahead, (int)(slot - ahead->slots), slot->rect, slot->pixels,
                                  slot->valid, &slot->error);
        pthread_mutex_lock(&ahead->mutex);
        slot->state = SLOT_READ;
        ahead->seconds = s2_thread_seconds();
        pthread_cond_broadcast(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

static bool make_slots(s2_read_ahead *ahead)
{
    const s2_reader *reader = &ahead->reader;
    for (int s = 0; s < reader->sources; s++) {
        size_t floats = 0;
        if (!s2_multiply(reader->pixels[s], (size_t)reader->bands[s], &floats))
            return false;
        ahead->slots[s].pixels = s2_alloc(floats, sizeof(float));
        ahead->slots[s].valid = s2_alloc(reader->pixels[s], 1);
        if (!ahead->slots[s].pixels || !ahead->slots[s].valid)
            return false;
    }
    return true;
}

void s2_read_ahead_stop(s2_read_ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->mutex);
    ahead->stopping = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
    if (ahead->running)
        pthread_join(ahead->thread, NULL);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->mutex);
    for (int s = 0; s < ahead->reader.sources; s++) {
        s2_free(ahead->slots[s].pixels);
        s2_free(ahead->slots[s].valid);
    }
    s2_free(ahead);
}

s2rgf_status s2_read_ahead_start(const s2_reader *reader, s2_read_ahead **ahead, s2rgf_error *err)
{
    s2_read_ahead *made = s2_calloc(1, sizeof *made);
    *ahead = NULL;
    if (!made)
        return s2_fail_memory(err, "reading ahead");
    made->reader = *reader;
    made->started = s2_wall_seconds();
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    made->running =
        make_slots(made) && pthread_create(&made->thread, NULL, read_expected, made) == 0;
    if (!made->running) {
        s2_read_ahead_stop(made);
        return s2_fail_memory(err, "reading ahead");
    }
    *ahead = made;
    return S2RGF_OK;
}

/* Whether the thread should read; the mutex is held. */
static bool is_worth_it(const s2_read_ahead *ahead)
{
    return ahead->reader.spare_cores ||
           ahead->waited > WORTH_WAITING * (s2_wall_seconds() - ahead->started);
}

void s2_read_ahead_expect(s2_read_ahead *ahead, int source, s2_rect rect)
{
    ahead_slot *slot = &ahead->slots[source];
    pthread_mutex_lock(&ahead->mutex);
    while (slot->state == SLOT_READING)
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    slot->rect = rect;
    slot->state = is_worth_it(ahead) ? SLOT_EXPECTED : SLOT_EMPTY;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
}

/* Take the slot's rectangle, once the thread has read it if it has begun to; true if that is the one
   wanted. Else the reader is the caller's, once the thread reads nothing else. */
static bool claim_rect(s2_read_ahead *ahead, ahead_slot *slot, s2_rect rect)
{
    bool there = false;
    pthread_mutex_lock(&ahead->mutex);
    for (;;) {
        there = slot->state == SLOT_READ && s2_rect_equal(slot->rect, rect);
        if (there || (slot->state != SLOT_READING && !ahead->reading))
            break;
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    }
    slot->state = SLOT_EMPTY;
    ahead->reading = ahead->reading || !there;
    pthread_mutex_unlock(&ahead->mutex);
    return there;
}

s2rgf_status s2_read_ahead_take(s2_read_ahead *ahead, int source, s2_rect rect, float *pixels,
                                uint8_t *valid, s2rgf_error *err)
{
    ahead_slot *slot = &ahead->slots[source];
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    const size_t bytes = count * (size_t)ahead->reader.bands[source] * sizeof(float);
    assert(count <= ahead->reader.pixels[source]);
    if (!claim_rect(ahead, slot, rect))
        return read_timed(ahead, source, rect, pixels, valid, err);
    if (slot->status != S2RGF_OK && err)
        *err = slot->error;
    if (slot->status == S2RGF_OK) {
        memcpy(pixels, slot->pixels, bytes);
        memcpy(valid, slot->valid, count);
    }
    return slot->status;
}

double s2_read_ahead_seconds(s2_read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->mutex);
    const double seconds = ahead->seconds;
    pthread_mutex_unlock(&ahead->mutex);
    return seconds;
}

size_t s2_read_ahead_bytes(const s2_reader *reader)
{
    size_t bytes = sizeof(s2_read_ahead);
    for (int s = 0; s < reader->sources; s++)
        bytes += reader->pixels[s] * ((size_t)reader->bands[s] * sizeof(float) + 1);
    return bytes;
}
