/* Numbers from outside: which of them are whole, and how texts show them, alike in every locale. */
#ifndef S2_CORE_NUMBER_H
#define S2_CORE_NUMBER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define S2_NUMBER_BYTES 32

/* snprintf(), vsnprintf() and strtod() with a decimal point, whatever locale the host has set. */
int s2_snprintf(char *text, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int s2_vsnprintf(char *text, size_t bytes, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
double s2_strtod(const char *text, char **end);

/**
 * As few digits as tell a number from its neighbours, those of Float32 where it is one, so that
 * 2.9995 is not shown as 3, nor 1.3 as 1.29999995. Returns text.
 */
const char *s2_number_text(double value, char text[S2_NUMBER_BYTES]);

/**
 * The whole number that a value is or misses by at most 1e-3, as after resampling; false for others
 * and for what is not finite.
 */
bool s2_whole_number(double value, double *whole);

#endif
