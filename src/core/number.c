/* Numbers from outside: which of them are whole, and how messages show them. */
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SLACK 1.005e-3 /* 1e-3, also where Float32 holds the number */

const char *s2_number_text(double value, char text[S2_NUMBER_BYTES])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, S2_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

bool s2_whole_number(double value, double *whole)
{
    if (!isfinite(value))
        return false;
    *whole = round(value);
    return fabs(value - *whole) <= SLACK;
}
