/* Numbers from outside: which of them are whole, and how texts show them, alike in every locale. */
#include "core/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SLACK 1.005e-3 /* 1e-3, also where Float32 holds the number */

/* Enter the locale "C" in this thread. former out  for leave_plain() */
static locale_t enter_plain(locale_t *former)
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *former = uselocale(plain);
    return plain;
}

static void leave_plain(locale_t plain, locale_t former)
{
    uselocale(former);
    if (plain)
        freelocale(plain);
}

int s2_vsnprintf(char *text, size_t bytes, const char *format, va_list args)
{
    locale_t former;
    const locale_t plain = enter_plain(&former);
    const int length = vsnprintf(text, bytes, format, args);
    leave_plain(plain, former);
    return length;
}

int s2_snprintf(char *text, size_t bytes, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = s2_vsnprintf(text, bytes, format, args);
    va_end(args);
    return length;
}

double s2_strtod(const char *text, char **end)
{
    locale_t former;
    const locale_t plain = enter_plain(&former);
    const double value = strtod(text, end);
    leave_plain(plain, former);
    return value;
}

const char *s2_number_text(double value, char text[S2_NUMBER_BYTES])
{
    /* What comes from a Float32 needs fewer digits than what is between two of them. */
    const bool is_float = (double)(float)value == value;
    const int least = is_float ? 7 : 15, most = is_float ? 9 : 17;
    if (value == round(value) && fabs(value) < 1e15) {
        s2_snprintf(text, S2_NUMBER_BYTES, "%.0f", value);
        return text;
    }
    for (int digits = least; digits <= most; digits++) {
        s2_snprintf(text, S2_NUMBER_BYTES, "%.*g", digits, value);
        const double again = s2_strtod(text, NULL);
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
