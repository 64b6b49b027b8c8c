/* Preloaded into a program, lets no thread start while the process has as many as MOST_THREADS says,
 * as a limit of processes does, which does not hold for root.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument)
{
    const char *most = getenv("MOST_THREADS");
    struct stat tasks;
    create_function *const create = (create_function *)dlsym(RTLD_NEXT, "pthread_create");
    if (most && stat("/proc/self/task", &tasks) == 0 && (long)tasks.st_nlink - 2 >= atol(most))
        return EAGAIN;
    return create(thread, attributes, start, argument);
}
