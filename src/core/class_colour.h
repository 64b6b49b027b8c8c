/* Colours that people expect of a class by what it is called. */
#ifndef S2_CORE_CLASS_COLOUR_H
#define S2_CORE_CLASS_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#define S2_COLOUR_SHADES 3

/**
 * Customary colours of a class, where its name says what it is: blue for water, dark green for
 * forest, and so on, in English, German, French, Spanish and Portuguese. False for other names, for
 * what is said not to be something ("non-forest"), and for changes ("forest loss").
 * shades out  the usual one first, then those for further classes of the kind
 */
bool s2_class_colours(const char *name, const uint8_t (**shades)[3]);

/**
 * How far two colours are apart to the eye, roughly: 0 for equal ones, black and white are 765
 * apart.
 */
double s2_colour_distance(const uint8_t a[3], const uint8_t b[3]);

#endif
