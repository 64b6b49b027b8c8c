/* A thread that reads one thing at a time while its owner does something else. */
#ifndef S2_SCENE_READING_THREAD_H
#define S2_SCENE_READING_THREAD_H

#include <pthread.h>
#include <stdbool.h>

typedef enum s2_reading_state {
    S2_READING_NOTHING,
    S2_READING_ASKED,
    S2_READING_NOW,
    S2_READING_DONE
} s2_reading_state;

/* What read() works with is the thread's from begin() to claim(), else the owner's. */
typedef struct s2_reading_thread {
    void (*read)(void *data);
    void *data;
    bool running; /* false: the system starts no further thread, the owner reads */
    pthread_t thread;
    pthread_mutex_t mutex;  /* for what follows */
    pthread_cond_t changed; /* the state, or stopping */
    s2_reading_state state;
    bool stopping;
    double seconds;
} s2_reading_thread;

void s2_reading_thread_start(s2_reading_thread *thread, void (*read)(void *data), void *data);
/** Once it has ended what it does. Nothing happens if it was not started (zeroed). */
void s2_reading_thread_stop(s2_reading_thread *thread);

/** Let it read, if it is running. */
void s2_reading_thread_begin(s2_reading_thread *thread);
/** Wait until it has ended what it does. Returns whether it has read since begin(). */
bool s2_reading_thread_claim(s2_reading_thread *thread);

/** Processor time of all that it has read, in seconds. */
double s2_reading_thread_seconds(s2_reading_thread *thread);

#endif
