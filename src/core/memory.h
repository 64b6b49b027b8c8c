/* Aligned, overflow-checked allocation. */
#ifndef S2_CORE_MEMORY_H
#define S2_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "s2rgf/base.h"

#define S2_ALIGNMENT 64 /* bytes, a cache line and an AVX-512 register */

/** *product = a * b; false if that overflows size_t. */
bool s2_multiply(size_t a, size_t b, size_t *product);

/**
 * count * size bytes, 64-byte aligned, uninitialised; NULL on overflow or when memory is out. Zero
 * bytes yield one line.
 */
void *s2_alloc(size_t count, size_t size);

/** As s2_alloc(), filled with zeros. */
void *s2_calloc(size_t count, size_t size);

/**
 * Move the first `count` items, of `size` bytes each, to an array with room for `room`, and release
 * the old one, which may be NULL. NULL when memory is out; items is then as it was.
 */
void *s2_grow(void *items, size_t count, size_t room, size_t size);

/**
 * Room for one more item in an array of `count`, which doubles when it is full.
 * room  in out items that it can hold
 * Returns the array, moved or not; NULL when memory is out, and then it is as it was.
 */
void *s2_make_room(void *items, size_t count, size_t *room, size_t size);

/**
 * As s2_alloc(), for large arrays that are read again and again: asks the system for pages of
 * 2 MiB, which spare much of the translation of addresses.
 */
void *s2_alloc_large(size_t count, size_t size);

/** As s2_alloc_large(), filled with zeros. */
void *s2_calloc_large(size_t count, size_t size);

/**
 * How many allocations of the above have failed in this thread. For those who call code of others
 * that calls ours, and cannot pass on why ours failed.
 */
size_t s2_failed_allocations(void);

/** Release; NULL is accepted. Memory from all functions here. */
void s2_free(void *memory);

/** Release all that is listed, as s2_free() does. */
#define S2_FREE_EACH(...)                                                                          \
    s2_free_list((void *const[]){__VA_ARGS__}, sizeof(void *const[]){__VA_ARGS__} / sizeof(void *))
void s2_free_list(void *const *memory, size_t count);

/** Release strings and their list, which may be NULL. */
void s2_strings_free(char **strings, size_t count);

/** Copy of a string, NULL when memory is out or text is NULL. */
char *s2_strdup(const char *text);

/** Formatted string in new memory, NULL when memory is out. */
char *s2_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** A growing text buffer: append fails softly (failed becomes true), checked once at the end. */
typedef struct s2_text {
    char *data; /* zero-terminated or NULL; released with s2_free() */
    size_t length, capacity;
    bool failed;
} s2_text;

/** Append formatted text. */
void s2_text_append(s2_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Give the whole text to a caller. what in: the text as an error names it. Errors: NO_MEMORY */
s2rgf_status s2_text_hand_over(s2_text *text, const char *what, char **to, s2rgf_error *err);

#endif
