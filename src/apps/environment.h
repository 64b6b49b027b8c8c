/* What libraries read from the environment when they are loaded, settled before they are. */
#ifndef S2_APPS_ENVIRONMENT_H
#define S2_APPS_ENVIRONMENT_H

#include <stdbool.h>

/** Does the program compute in OpenMP's threads? Each program says so. */
extern const bool s2_program_has_openmp;

/**
 * Start this program once more with settings added to its environment.
 * argv      in  its arguments
 * old       in  its environment
 * settings  in  "NAME=value", with NULL at the end; each replaces a variable of its name
 * Returns only if that cannot be done: no such file, or the dynamic loader was started by hand.
 */
void s2_start_again(char **argv, char **old, const char *const *settings);

#endif
