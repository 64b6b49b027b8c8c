/* Numbers from outside: which of them are whole, and how messages show them. */
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SLACK 1.005e-3 /* 1e-3, also where Float32 holds the number */

const char *s2_number_text(double value, char text[S2_NUMBER_BYTES])
{
    /* What comes from a Float32 needs fewer digits than what is between two of them. */
    const bool is_float = (double)(float)value == value;
    const int least = is_float ? 7 : 15, most = is_float ? 9 : 17;
    if (value == round(value) && fabs(value) < 1e15) {
        snprintf(text, S2_NUMBER_BYTES, "%.0f", value);
        return text;
    }
    for (int digits = least; digits <= most; digits++) {
        snprintf(text, S2_NUMBER_BYTES, "%.*g", digits, value);
        const double again = strtod(text, NULL);
        if (again == value || (is_float && (float)again == (float)value))
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
