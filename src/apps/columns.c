/* Text in columns on a terminal. */
#include "apps/columns.h"

#include <inttypes.h>
#include <string.h>
#include <wchar.h>

#define MAX_BYTES 4 /* of a character in UTF-8; mbrtowc() reports errors as huge lengths */

/*
 * Columns that a name takes on a terminal; printed too unless out is NULL. Names come from files:
 * what is not printable shows as '?' and cannot steer the terminal.
 */
static int walk_name(const char *name, FILE *out)
{
    mbstate_t state;
    int columns = 0;

    memset(&state, 0, sizeof state);
    while (*name) {
        wchar_t character = L'\0';
        size_t length = mbrtowc(&character, name, strlen(name), &state);
        int width = length > MAX_BYTES ? -1 : wcwidth(character);
        if (length > MAX_BYTES) {
            memset(&state, 0, sizeof state);
            length = 1;
        }
        if (out && width < 0)
            fputc('?', out);
        else if (out)
            fwrite(name, 1, length, out);
        columns += width < 0 ? 1 : width;
        name += length;
    }
    return columns;
}

void s2_print_left(const char *name, int width, FILE *out)
{
    int columns = walk_name(name, out);

    fprintf(out, "%*s", s2_greater(width - columns, 0), "");
}

void s2_print_right(const char *name, int width, FILE *out)
{
    fprintf(out, "%*s", s2_greater(width - walk_name(name, NULL), 0), "");
    walk_name(name, out);
}

int s2_columns(const char *name)
{
    return walk_name(name, NULL);
}

int s2_digits(uint64_t value)
{
    return snprintf(NULL, 0, "%" PRIu64, value);
}
