/* Clocks. */
#ifndef S2_CORE_CLOCK_H
#define S2_CORE_CLOCK_H

/** Seconds of processor time this thread has used. */
double s2_thread_seconds(void);
/** Seconds on the wall, since some time in the past. */
double s2_wall_seconds(void);

#endif
