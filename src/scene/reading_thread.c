/* A thread that reads one thing at a time while its owner does something else. */
#include "scene/reading_thread.h"

#include "core/clock.h"

static void *work(void *data)
{
    s2_reading_thread *thread = data;
    pthread_mutex_lock(&thread->mutex);
    while (!thread->stopping) {
        if (thread->state != S2_READING_ASKED) {
            pthread_cond_wait(&thread->changed, &thread->mutex);
            continue;
        }
        thread->state = S2_READING_NOW;
        pthread_mutex_unlock(&thread->mutex);
        thread->read(thread->data);
        pthread_mutex_lock(&thread->mutex);
        thread->state = S2_READING_DONE;
        thread->seconds = s2_thread_seconds();
        pthread_cond_broadcast(&thread->changed);
    }
    pthread_mutex_unlock(&thread->mutex);
    return NULL;
}

void s2_reading_thread_start(s2_reading_thread *thread, void (*read)(void *data), void *data)
{
    *thread = (s2_reading_thread){.read = read, .data = data};
    pthread_mutex_init(&thread->mutex, NULL);
    pthread_cond_init(&thread->changed, NULL);
    thread->running = pthread_create(&thread->thread, NULL, work, thread) == 0;
}

void s2_reading_thread_stop(s2_reading_thread *thread)
{
    if (!thread->read)
        return;
    pthread_mutex_lock(&thread->mutex);
    thread->stopping = true;
    pthread_cond_broadcast(&thread->changed);
    pthread_mutex_unlock(&thread->mutex);
    if (thread->running)
        pthread_join(thread->thread, NULL);
    pthread_cond_destroy(&thread->changed);
    pthread_mutex_destroy(&thread->mutex);
    *thread = (s2_reading_thread){0};
}

void s2_reading_thread_begin(s2_reading_thread *thread)
{
    if (!thread->running)
        return;
    pthread_mutex_lock(&thread->mutex);
    thread->state = S2_READING_ASKED;
    pthread_cond_broadcast(&thread->changed);
    pthread_mutex_unlock(&thread->mutex);
}

bool s2_reading_thread_claim(s2_reading_thread *thread)
{
    if (!thread->running)
        return false;
    pthread_mutex_lock(&thread->mutex);
    /* what it was asked and has not begun, the owner may do as well */
    while (thread->state == S2_READING_NOW)
        pthread_cond_wait(&thread->changed, &thread->mutex);
    const bool done = thread->state == S2_READING_DONE;
    thread->state = S2_READING_NOTHING;
    pthread_mutex_unlock(&thread->mutex);
    return done;
}

double s2_reading_thread_seconds(s2_reading_thread *thread)
{
    if (!thread->running)
        return 0.0;
    pthread_mutex_lock(&thread->mutex);
    const double seconds = thread->seconds;
    pthread_mutex_unlock(&thread->mutex);
    return seconds;
}
