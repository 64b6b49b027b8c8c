/* What affinity and the control groups of Linux grant this process of the machine: containers, pods, jobs. */
#ifndef S2_CORE_GRANTED_H
#define S2_CORE_GRANTED_H

#include <stddef.h>

/** Processors that the process may run on (sched_setaffinity(2)); at least 1. */
int s2_usable_processors(void);

/**
 * Processors by the CPU quota of the process's control group and of all above it, a part counted as
 * one; INT_MAX where none has a quota. Both versions of control groups (cgroups(7)).
 * root in  folder in which /proc and the mount points lie, "" for the system's own
 */
int s2_granted_processors(const char *root);

/** Bytes by the memory limits of the same groups; SIZE_MAX where none has a limit. root as above */
size_t s2_granted_memory(const char *root);

#endif
