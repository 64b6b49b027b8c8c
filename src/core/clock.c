/* Time of the calling thread's own work. */
#include "core/clock.h"

#include <time.h>

double s2_thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
