/* Words that go with a count in a message. */
#ifndef S2_CORE_PLURAL_H
#define S2_CORE_PLURAL_H

#include <stdint.h>

/** `one` where the count is 1, else `many`: "1 polygon", "0 polygons". */
static inline const char *s2_plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

#endif
