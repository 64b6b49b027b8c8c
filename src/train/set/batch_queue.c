/* Crops of the next step, read by another thread while this step is computed. */
#include "train/set/batch_queue.h"

#include <string.h>

#include "core/error.h"

static void read_next(void *data)
{
    s2_batch_queue *queue = data;
    queue->after = queue->from;
    s2_error_clear(&queue->error);
    queue->status =
        queue->draw(queue->set, queue->shape, &queue->after, &queue->next, &queue->error);
}

s2rgf_status s2_batch_queue_init(s2_batch_queue *queue, s2_training_set *set,
                                 const s2_network_spec *spec, const s2_batch_shape *shape,
                                 bool ahead, s2rgf_error *err)
{
    *queue = (s2_batch_queue){.set = set, .shape = shape};
    if (!ahead)
        return S2RGF_OK;
    const s2rgf_status status = s2_batch_init(&queue->next, spec, shape, err);
    if (status == S2RGF_OK)
        s2_reading_thread_start(&queue->thread, read_next, queue);
    return status;
}

void s2_batch_queue_clear(s2_batch_queue *queue)
{
    s2_reading_thread_stop(&queue->thread);
    s2_batch_clear(&queue->next);
    *queue = (s2_batch_queue){0};
}

void s2_batch_queue_rest(s2_batch_queue *queue)
{
    queue->filled = s2_reading_thread_claim(&queue->thread) || queue->filled;
}

void s2_batch_queue_expect(s2_batch_queue *queue, s2_batch_draw draw, const s2_random *random)
{
    s2_batch_queue_rest(queue);
    queue->draw = draw;
    queue->from = *random;
    queue->filled = false;
    s2_reading_thread_begin(&queue->thread);
}

s2rgf_status s2_batch_queue_take(s2_batch_queue *queue, s2_batch_draw draw, s2_random *random,
                                 s2_batch *batch, s2rgf_error *err)
{
    s2_batch_queue_rest(queue);
    if (!queue->filled || queue->draw != draw || memcmp(&queue->from, random, sizeof *random) != 0)
        return draw(queue->set, queue->shape, random, batch, err);
    const s2_batch taken = queue->next;
    queue->next = *batch;
    *batch = taken;
    *random = queue->after;
    queue->filled = false;
    if (queue->status != S2RGF_OK && err)
        *err = queue->error;
    return queue->status;
}
