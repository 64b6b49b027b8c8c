/* Names of classes as labels and maps bring them: cleaned once, before anything compares them. */
#ifndef S2_CORE_CLASS_NAME_H
#define S2_CORE_CLASS_NAME_H

#include <stdbool.h>

#include "s2rgf/base.h"

#define S2_CLASS_NAME_BYTES 1024 /* longest name */

/** A name before and after cleaning. */
typedef struct s2_class_name {
    char *text;     /* UTF-8, printable, without blanks at its ends; "" for nothing but blanks */
    char *original; /* as it came, but for blanks at its ends, in words for a message */
    bool recoded;   /* it was not UTF-8 and is taken for Windows-1252 */
} s2_class_name;

/**
 * Clean a name. What is not UTF-8 is taken for Windows-1252; white space between words becomes a
 * blank, other control characters '_'. Cleaning a clean name changes nothing.
 * Errors  FORMAT (too long: never cut), NO_MEMORY.
 * Memory  released with s2_class_name_clear(), after errors too.
 */
s2rgf_status s2_class_name_clean(const char *raw, s2_class_name *name, s2rgf_error *err);
void s2_class_name_clear(s2_class_name *name);

/**
 * The whole number from 0 to 65535 that a clean name is: "7", "007", "7.0", or "class 7", as classes
 * without a name are called; -1 for other names.
 */
int s2_class_name_number(const char *name);

/** "class ", to stand before a name in a message; "" where the name begins so. */
const char *s2_class_word(const char *name);

/**
 * True for what tables call a value that is no class: "Unclassified", "no data", "background"...
 */
bool s2_class_name_is_nothing(const char *name);

#endif
