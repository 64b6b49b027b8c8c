/* Decoded pieces of a source's files, held once for all threads that read the source. */
#include "geo/source/pieces.h"

#include <pthread.h>
#include <stdint.h>

#include "core/error.h"
#include "core/memory.h"

typedef enum piece_state { PIECE_EMPTY, PIECE_LOADING, PIECE_LOADED } piece_state;

typedef struct piece {
    piece_state state;
    s2_rect rect;
    int users;
    uint64_t used; /* when, by the clock of all pieces */
    void *samples; /* NULL before it is first loaded */
} piece;

struct s2_pieces {
    size_t bytes;
    int count;
    pthread_mutex_t mutex;  /* for what follows */
    pthread_cond_t changed; /* a piece has another state, or one user less */
    uint64_t clock;
    piece items[];
};

s2rgf_status s2_pieces_create(const s2_piece_plan *plan, size_t bytes, s2_pieces **pieces,
                              s2rgf_error *err)
{
    size_t items;
    *pieces = NULL;
    if (!s2_multiply((size_t)plan->count, sizeof(piece), &items))
        return s2_fail_memory(err, "pixels");
    s2_pieces *made = s2_calloc(1, sizeof *made + items);
    if (!made)
        return s2_fail_memory(err, "pixels");
    made->bytes = bytes;
    made->count = plan->count;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    *pieces = made;
    return S2RGF_OK;
}

void s2_pieces_drop(s2_pieces *pieces)
{
    for (int i = 0; pieces && i < pieces->count; i++) {
        s2_free(pieces->items[i].samples);
        pieces->items[i] = (piece){.state = PIECE_EMPTY};
    }
}

void s2_pieces_free(s2_pieces *pieces)
{
    if (!pieces)
        return;
    s2_pieces_drop(pieces);
    pthread_cond_destroy(&pieces->changed);
    pthread_mutex_destroy(&pieces->mutex);
    s2_free(pieces);
}

static piece *find(s2_pieces *pieces, s2_rect rect)
{
    for (int i = 0; i < pieces->count; i++)
        if (pieces->items[i].state != PIECE_EMPTY && s2_rect_equal(pieces->items[i].rect, rect))
            return &pieces->items[i];
    return NULL;
}

/* The piece that makes room, NULL while all are in use. */
static piece *find_room(s2_pieces *pieces)
{
    piece *oldest = NULL;
    for (int i = 0; i < pieces->count; i++) {
        piece *item = &pieces->items[i];
        if (item->state == PIECE_EMPTY)
            return item;
        if (item->state == PIECE_LOADED && item->users == 0 &&
            (!oldest || item->used < oldest->used))
            oldest = item;
    }
    return oldest;
}

/* Make room for a piece, or wait until there is some, or until another has loaded it. */
static piece *find_or_begin(s2_pieces *pieces, s2_rect rect)
{
    for (;;) {
        piece *item = find(pieces, rect);
        if (item && item->state == PIECE_LOADED)
            return item;
        piece *room = item ? NULL : find_room(pieces);
        if (room) {
            *room = (piece){.state = PIECE_LOADING, .rect = rect, .samples = room->samples};
            return room;
        }
        pthread_cond_wait(&pieces->changed, &pieces->mutex);
    }
}

s2rgf_status s2_pieces_take(s2_pieces *pieces, s2_rect rect, void **samples, bool *empty,
                            s2rgf_error *err)
{
    pthread_mutex_lock(&pieces->mutex);
    piece *item = find_or_begin(pieces, rect);
    if (!item->samples)
        item->samples = s2_alloc_large(pieces->bytes, 1);
    *samples = item->samples;
    *empty = item->state == PIECE_LOADING;
    if (item->samples) {
        item->users++;
        item->used = ++pieces->clock;
    } else {
        item->state = PIECE_EMPTY;
        pthread_cond_broadcast(&pieces->changed);
    }
    pthread_mutex_unlock(&pieces->mutex);
    return *samples ? S2RGF_OK : s2_fail_memory(err, "pixels");
}

static piece *find_samples(s2_pieces *pieces, const void *samples)
{
    int i = 0;
    while (pieces->items[i].samples != samples)
        i++;
    return &pieces->items[i];
}

void s2_pieces_filled(s2_pieces *pieces, const void *samples, bool whole)
{
    pthread_mutex_lock(&pieces->mutex);
    piece *item = find_samples(pieces, samples);
    item->state = whole ? PIECE_LOADED : PIECE_EMPTY;
    item->users -= !whole;
    pthread_cond_broadcast(&pieces->changed);
    pthread_mutex_unlock(&pieces->mutex);
}

void s2_pieces_release(s2_pieces *pieces, const void *samples)
{
    pthread_mutex_lock(&pieces->mutex);
    find_samples(pieces, samples)->users--;
    pthread_cond_broadcast(&pieces->changed);
    pthread_mutex_unlock(&pieces->mutex);
}
