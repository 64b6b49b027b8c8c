/* UTF-8 text from outside: well formed, and fit to be shown as a name. */
#ifndef S2_CORE_UTF8_H
#define S2_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Well formed: no stray or missing bytes, no overlong forms, no surrogates, at most U+10FFFF. */
bool s2_utf8_valid(const char *bytes, size_t length);

/** The text behind the byte order mark that some editors put at the beginning of a file. */
const char *s2_utf8_skip_mark(const char *text);

/**
 * Bytes of the character at the beginning of bytes, and *code; 0 where it is malformed. left >= 1
 */
size_t s2_utf8_decode(const char *bytes, size_t left, uint32_t *code);

/**
 * Whether a character is not for people to read but steers what shows it: C0, DEL, C1, overrides of
 * the writing direction, line separators, and what XML does not have.
 */
bool s2_utf8_is_control(uint32_t code);

/** Well formed and without control characters, so that a terminal may show it. */
bool s2_utf8_printable(const char *text);

/**
 * Make text printable in place: each offending byte or character becomes '_', and what reaches
 * beyond max_bytes is cut off between characters.
 */
void s2_utf8_clean(char *text, size_t max_bytes);

/**
 * A copy of text without the blanks at its ends, those of other scripts too, and without invisible
 * characters; an accent that is a character of its own becomes part of its letter. What is not
 * UTF-8 is taken for Windows-1252, a superset of Latin-1. Memory: s2_free(); NULL when that is out.
 * recoded out  it was not UTF-8
 */
char *s2_utf8_import(const char *text, bool *recoded);

/**
 * As s2rgf_printable(), in memory of its own, with line breaks and tabs as escapes too, so that
 * texts that differ stay different. What lies beyond max_bytes of text becomes "...".
 * Memory: s2_free(); NULL when that is out.
 */
char *s2_utf8_escape(const char *text, size_t max_bytes);

/** Equal but for upper and lower case: Latin, Greek and Cyrillic letters. Both well formed. */
bool s2_utf8_same_letters(const char *a, const char *b);

#endif
