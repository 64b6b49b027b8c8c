/* Sorting of many values. */
#ifndef S2_SCENE_VALUE_SORT_H
#define S2_SCENE_VALUE_SORT_H

#include <stddef.h>
#include <stdint.h>

/**
 * Sort numbers, none of them NaN, in ascending order in place; -0 becomes 0. Takes time in
 * proportion to count: by the four bytes of a number's bits, from the last to the first.
 * room in  [2 * count] to work in
 */
void s2_value_sort(float *values, size_t count, uint32_t *room);

#endif
