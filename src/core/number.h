/* Numbers from outside: which of them are whole, and how messages show them. */
#ifndef S2_CORE_NUMBER_H
#define S2_CORE_NUMBER_H

#include <stdbool.h>

#define S2_NUMBER_BYTES 32

/**
 * Fewest of 15 to 17 digits that read back as the same number, so that 2.9995 is not shown as 3.
 * Returns text.
 */
const char *s2_number_text(double value, char text[S2_NUMBER_BYTES]);

/**
 * The whole number that a value is or misses by at most 1e-3, as after resampling; false for others
 * and for what is not finite.
 */
bool s2_whole_number(double value, double *whole);

#endif
