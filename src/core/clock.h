/* Time of the calling thread's own work. */
#ifndef S2_CORE_CLOCK_H
#define S2_CORE_CLOCK_H

/** Seconds of processor time this thread has used. */
double s2_thread_seconds(void);

#endif
