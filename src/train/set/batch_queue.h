/* Crops of the next step, read by another thread while this step is computed. */
#ifndef S2_TRAIN_SET_BATCH_QUEUE_H
#define S2_TRAIN_SET_BATCH_QUEUE_H

#include "scene/reading_thread.h"
#include "train/set/training_set.h"

/** How a batch is filled: s2_training_set_draw() or s2_training_set_draw_anywhere(). */
typedef s2rgf_status (*s2_batch_draw)(s2_training_set *set, const s2_batch_shape *shape,
                                      s2_random *random, s2_batch *batch, s2rgf_error *err);

/** A queue of one batch. From expect() to take() or rest() the set is the thread's. */
typedef struct s2_batch_queue {
    s2_training_set *set;
    const s2_batch_shape *shape;
    s2_reading_thread thread; /* zeroed: every batch is drawn when it is taken */
    s2_batch_draw draw;       /* what was expected */
    s2_random from, after;    /* random numbers before and after */
    s2_batch next;
    bool filled; /* next has it, or error says why not */
    s2rgf_status status;
    s2rgf_error error;
} s2_batch_queue;

/**
 * ahead  in  whether another thread may read
 * All arguments are borrowed, the queue stays where it is. Errors: NO_MEMORY. Memory:
 * s2_batch_queue_clear().
 */
s2rgf_status s2_batch_queue_init(s2_batch_queue *queue, s2_training_set *set,
                                 const s2_network_spec *spec, const s2_batch_shape *shape,
                                 bool ahead, s2rgf_error *err);
void s2_batch_queue_clear(s2_batch_queue *queue);

/** Say what is taken next, so that it is read meanwhile. random in: as it will be then */
void s2_batch_queue_expect(s2_batch_queue *queue, s2_batch_draw draw, const s2_random *random);

/** What draw() gives, from the queue if it was expected. Errors: those of draw(). */
s2rgf_status s2_batch_queue_take(s2_batch_queue *queue, s2_batch_draw draw, s2_random *random,
                                 s2_batch *batch, s2rgf_error *err);

/** Wait until the set is the caller's; what was read stays in the queue. */
void s2_batch_queue_rest(s2_batch_queue *queue);

#endif
