/* Text in columns on a terminal. */
#ifndef S2_APPS_COLUMNS_H
#define S2_APPS_COLUMNS_H

#include <stdint.h>
#include <stdio.h>

static inline int s2_greater(int a, int b)
{
    return a > b ? a : b;
}

/** Columns that a name takes on a terminal, where some characters take two. */
int s2_columns(const char *name);

/** Columns of a number. */
int s2_digits(uint64_t value);

/**
 * Print a name in so many columns. Names come from files: what is not printable shows as '?' and
 * cannot steer the terminal.
 */
void s2_print_left(const char *name, int width, FILE *out);
void s2_print_right(const char *name, int width, FILE *out);

#endif
