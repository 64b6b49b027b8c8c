/* Aligned, overflow-checked allocation. */
#include "core/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/error.h"
#include "core/number.h"

#define FIRST_ROOM 16
#define LARGE_PAGE ((size_t)2 << 20) /* bytes */

bool s2_multiply(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *product = a * b;
    return true;
}

/** count * size rounded up to whole lines, at least one; 0 on overflow. */
static size_t padded_bytes(size_t count, size_t size)
{
    size_t bytes;
    if (!s2_multiply(count, size, &bytes) || bytes > SIZE_MAX - (S2_ALIGNMENT - 1))
        return 0;
    if (bytes == 0)
        return S2_ALIGNMENT;
    return (bytes + S2_ALIGNMENT - 1) / S2_ALIGNMENT * S2_ALIGNMENT;
}

static _Thread_local size_t failed_allocations;

size_t s2_failed_allocations(void)
{
    return failed_allocations;
}

void *s2_alloc(size_t count, size_t size)
{
    const size_t bytes = padded_bytes(count, size);
    void *memory = bytes == 0 ? NULL : aligned_alloc(S2_ALIGNMENT, bytes);
    failed_allocations += !memory;
    return memory;
}

static void *zeroed(void *memory, size_t count, size_t size)
{
    return memory ? memset(memory, 0, padded_bytes(count, size)) : NULL;
}

void *s2_calloc(size_t count, size_t size)
{
    return zeroed(s2_alloc(count, size), count, size);
}

void *s2_alloc_large(size_t count, size_t size)
{
    const size_t bytes = padded_bytes(count, size);
    if (bytes < LARGE_PAGE)
        return s2_alloc(count, size);
    void *memory = NULL;
    if (posix_memalign(&memory, LARGE_PAGE, bytes) != 0) {
        failed_allocations++;
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    /* whole pages only, so that no more memory is used; what comes of advice does not matter */
    madvise(memory, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
#endif
    return memory;
}

void *s2_calloc_large(size_t count, size_t size)
{
    return zeroed(s2_alloc_large(count, size), count, size);
}

void *s2_grow(void *items, size_t count, size_t room, size_t size)
{
    void *grown = s2_alloc(room, size);
    if (!grown)
        return NULL;
    if (count > 0)
        memcpy(grown, items, count * size);
    s2_free(items);
    return grown;
}

void *s2_make_room(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    const size_t wider = *room == 0 ? FIRST_ROOM : 2 * *room;
    void *grown = s2_grow(items, count, wider, size);
    if (grown)
        *room = wider;
    return grown;
}

void s2_free(void *memory)
{
    free(memory);
}

void s2_free_list(void *const *memory, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(memory[i]);
}

void s2_strings_free(char **strings, size_t count)
{
    for (size_t i = 0; strings && i < count; i++)
        s2_free(strings[i]);
    s2_free(strings);
}

char *s2_strdup(const char *text)
{
    if (!text)
        return NULL;
    const size_t bytes = strlen(text) + 1;
    char *copy = s2_alloc(bytes, 1);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

/** Bytes that a formatted text needs with its terminating zero, 0 on failure. */
static size_t formatted_bytes(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static size_t formatted_bytes(const char *format, va_list args)
{
    va_list copy;
    va_copy(copy, args);
    const int length = s2_vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    return length < 0 ? 0 : (size_t)length + 1;
}

char *s2_asprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const size_t bytes = formatted_bytes(format, args);
    char *text = bytes == 0 ? NULL : s2_alloc(bytes, 1);
    if (text)
        s2_vsnprintf(text, bytes, format, args);
    va_end(args);
    return text;
}

/** Make room for `bytes` more; false (and text->failed) when memory is out. */
static bool reserve(s2_text *text, size_t bytes)
{
    const size_t wanted = text->length + bytes;
    if (wanted <= text->capacity)
        return true;
    const size_t capacity = wanted > SIZE_MAX / 2 ? wanted : wanted * 2;
    char *data = s2_alloc(capacity, 1);
    if (!data) {
        text->failed = true;
        return false;
    }
    if (text->data)
        memcpy(data, text->data, text->length);
    s2_free(text->data);
    text->data = data;
    text->capacity = capacity;
    return true;
}

void s2_text_append(s2_text *text, const char *format, ...)
{
    if (text->failed)
        return;
    va_list args;
    va_start(args, format);
    const size_t bytes = formatted_bytes(format, args);
    if (bytes == 0) {
        text->failed = true;
    } else if (reserve(text, bytes)) {
        s2_vsnprintf(text->data + text->length, bytes, format, args);
        text->length += bytes - 1;
    }
    va_end(args);
}

s2rgf_status s2_text_hand_over(s2_text *text, const char *what, char **to, s2rgf_error *err)
{
    const bool whole = !text->failed;
    *to = whole ? text->data : NULL;
    if (!whole)
        s2_free(text->data);
    *text = (s2_text){0};
    return whole ? S2RGF_OK : s2_fail_memory(err, what);
}
