/* What the names of bands have in common across scenes: their band, not their date or tile. */
#include "model/band_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define MOST_WORDS 32 /* of one name; further ones are not looked at */
#define LONGEST_NUMBER 3

/** The words of a name: runs of letters and digits, in small letters. */
typedef struct name_words {
    char words[MOST_WORDS][S2_BAND_MARK_BYTES]; /* longer ones are cut */
    bool shared[MOST_WORDS];                    /* by all names of the source */
    int count;
} name_words;

/* Alone they name a band. */
static const char *const COLOURS[] = {
    "aerosol", "blue", "cirrus",  "coastal", "cyan",   "green", "hh",     "hv",          "infrared",
    "lwir",    "mir",  "nir",     "nnir",    "orange", "pan",   "re",     "red",         "rededge",
    "swir",    "tir",  "thermal", "vh",      "violet", "vv",    "yellow", "panchromatic"};
/* Beside one of those they belong to it. */
static const char *const BESIDE_COLOURS[] = {"edge",  "narrow",    "near",
                                             "short", "shortwave", "wave"};

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static void split_words(const char *name, name_words *split)
{
    split->count = 0;
    while (*name != '\0' && split->count < MOST_WORDS) {
        char *word = split->words[split->count];
        size_t length = 0;
        for (; is_word_byte(*name); name++)
            if (length + 1 < S2_BAND_MARK_BYTES)
                word[length++] = (char)tolower((unsigned char)*name);
        word[length] = '\0';
        split->shared[split->count] = false;
        split->count += length > 0;
        while (*name != '\0' && !is_word_byte(*name))
            name++;
    }
}

/** Word k of a name, from its end if at_end. */
static int word_at(const name_words *split, int k, bool at_end)
{
    return at_end ? split->count - 1 - k : k;
}

static bool all_have(const name_words *names, int count, int k, bool at_end)
{
    const char *word = names[0].words[word_at(&names[0], k, at_end)];
    for (int i = 1; i < count; i++)
        if (strcmp(names[i].words[word_at(&names[i], k, at_end)], word) != 0)
            return false;
    return true;
}

/**
 * Mark the words that all names begin and end with, and, where all have as many, those that stand
 * at one place in all. At least one word of the shortest name is left.
 */
static void find_shared(name_words *names, int count)
{
    int least = MOST_WORDS, most = 0, ends[2] = {0, 0};
    for (int i = 0; i < count; i++) {
        least = names[i].count < least ? names[i].count : least;
        most = names[i].count > most ? names[i].count : most;
    }
    if (count < 2)
        return;
    for (int side = 0; side < 2; side++)
        while (ends[0] + ends[1] + 1 < least && all_have(names, count, ends[side], side == 1))
            ends[side]++;
    bool same[MOST_WORDS] = {false};
    for (int w = 0; least == most && w < least; w++)
        same[w] = all_have(names, count, w, false);
    for (int i = 0; i < count; i++)
        for (int w = 0; w < names[i].count; w++)
            names[i].shared[w] = same[w] || w < ends[0] || w >= names[i].count - ends[1];
}

static bool is_number(const char *word)
{
    const size_t digits = strspn(word, "0123456789");
    return digits > 0 && digits <= LONGEST_NUMBER && word[digits] == '\0';
}

/** Put a mark down; "?" where the name has another one already. */
static void note_mark(char *mark, const char *found)
{
    const bool another = mark[0] != '\0' && strcmp(mark, found) != 0;
    snprintf(mark, S2_BAND_MARK_BYTES, "%s", another ? "?" : found);
}

/**
 * "b8a" of "b08a", "band8a" or the two words "band", "08a"; false where there is no such number, or
 * all names have it.
 */
static bool read_band_number(const name_words *split, int at, char mark[S2_BAND_MARK_BYTES])
{
    const char *word = split->words[at];
    const char *digits = word;
    bool shared = split->shared[at];
    if (strcmp(word, "band") == 0 && at + 1 < split->count) {
        digits = split->words[at + 1];
        shared = split->shared[at + 1];
    } else if (strncmp(word, "band", 4) == 0) {
        digits = word + 4;
    } else if (word[0] == 'b') {
        digits = word + 1;
    } else {
        return false;
    }
    const size_t length = strspn(digits, "0123456789");
    const char *letter = digits + length;
    if (shared || length == 0 || length > LONGEST_NUMBER ||
        (letter[0] != '\0' && (letter[1] != '\0' || !isalpha((unsigned char)letter[0]))))
        return false;
    snprintf(mark, S2_BAND_MARK_BYTES, "b%d%s", atoi(digits), letter);
    return true;
}

/** Whether a word, apart from two digits at its end ("swir16"), is in a list. */
static bool is_listed(const char *word, const char *const *list, size_t count)
{
    size_t length = strcspn(word, "0123456789");
    if (strspn(word + length, "0123456789") > 2 ||
        strspn(word + length, "0123456789") != strlen(word + length))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == length && strncmp(list[i], word, length) == 0)
            return true;
    return false;
}

/** Words from `at` on that name a colour, joined: "rededge1" of "red", "edge", "1". 0: none. */
static int read_colour(const name_words *split, int at, char mark[S2_BAND_MARK_BYTES], bool *shared)
{
    int end = at;
    bool named = false;
    size_t used = 0;
    *shared = true;
    mark[0] = '\0';
    for (; end < split->count && used < S2_BAND_MARK_BYTES; end++) {
        const char *word = split->words[end];
        const bool colour = is_listed(word, COLOURS, sizeof COLOURS / sizeof *COLOURS);
        const bool beside =
            is_listed(word, BESIDE_COLOURS, sizeof BESIDE_COLOURS / sizeof *BESIDE_COLOURS);
        const bool counts = end > at && named && is_number(word) && word[1] == '\0';
        if (!colour && !beside && !counts)
            break;
        named = named || colour;
        *shared = *shared && split->shared[end];
        used += (size_t)snprintf(mark + used, S2_BAND_MARK_BYTES - used, "%s", word);
        if (counts) {
            end++;
            break;
        }
    }
    return named && used < S2_BAND_MARK_BYTES ? end - at : 0;
}

/** The same band under one name. */
static void unify_colour(char mark[S2_BAND_MARK_BYTES])
{
    static const char *const same[][2] = {{"nearinfrared", "nir"},
                                          {"shortwaveinfrared", "swir"},
                                          {"panchromatic", "pan"},
                                          {"narrownir", "nnir"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const size_t length = strlen(same[i][0]);
        char rest[S2_BAND_MARK_BYTES];
        if (strncmp(mark, same[i][0], length) != 0)
            continue;
        snprintf(rest, sizeof rest, "%s", mark + length);
        snprintf(mark, S2_BAND_MARK_BYTES, "%.12s%.19s", same[i][1], rest);
        return;
    }
}

static void mark_name(const name_words *split, s2_band_marks *marks)
{
    char found[S2_BAND_MARK_BYTES];
    size_t used = 0;
    bool shared;
    for (int w = 0; w < split->count; w++) {
        if (read_band_number(split, w, found))
            note_mark(marks->of[S2_MARK_NUMBER], found);
        if (!split->shared[w] && used < S2_BAND_MARK_BYTES)
            used += (size_t)snprintf(marks->of[S2_MARK_REST] + used, S2_BAND_MARK_BYTES - used,
                                     "%s%s", used > 0 ? "_" : "", split->words[w]);
    }
    if (used >= S2_BAND_MARK_BYTES)
        marks->of[S2_MARK_REST][0] = '\0';
    for (int w = 0; w < split->count;) {
        const int taken = read_colour(split, w, found, &shared);
        unify_colour(found);
        if (taken > 0 && !shared)
            note_mark(marks->of[S2_MARK_COLOUR], found);
        w += taken > 0 ? taken : 1;
    }
    for (int kind = 0; kind < S2_MARKS; kind++)
        if (marks->of[kind][0] == '?')
            marks->of[kind][0] = '\0';
}

/**
 * Names such as "Band 1", "Band 2", ... in this order are what software gives bands without any.
 */
static bool only_count(const name_words *names, int count)
{
    static const char *const counted[] = {"band", "channel", "ch", "layer", "lyr"};
    for (int i = 0; i < count; i++) {
        char expected[S2_BAND_MARK_BYTES], joined[2 * S2_BAND_MARK_BYTES];
        bool counts =
            names[i].count == 1 && is_number(names[i].words[0]) && atoi(names[i].words[0]) == i + 1;
        snprintf(joined, sizeof joined, "%s%s", names[i].words[0],
                 names[i].count == 2 ? names[i].words[1] : "");
        for (size_t k = 0; k < sizeof counted / sizeof *counted && !counts; k++) {
            snprintf(expected, sizeof expected, "%s%d", counted[k], i + 1);
            counts = names[i].count >= 1 && names[i].count <= 2 && strcmp(joined, expected) == 0;
        }
        if (!counts)
            return false;
    }
    return true;
}

s2rgf_status s2_band_marks_read(const char *const *names, int count, s2_band_marks **marks,
                                s2rgf_error *err)
{
    name_words *split = s2_calloc((size_t)count, sizeof *split);
    *marks = s2_calloc((size_t)count, sizeof **marks);
    if (!split || !*marks) {
        s2_free(split);
        s2_free(*marks);
        *marks = NULL;
        return s2_fail_memory(err, "band names");
    }
    for (int i = 0; i < count; i++)
        split_words(names[i], &split[i]);
    find_shared(split, count);
    const bool tell_nothing = only_count(split, count);
    for (int i = 0; i < count && !tell_nothing; i++)
        mark_name(&split[i], &(*marks)[i]);
    s2_free(split);
    return S2RGF_OK;
}

/** Whether a text has a mark in it, without the digits of the mark. */
static bool contains_base(const char *text, const char *mark)
{
    char base[S2_BAND_MARK_BYTES];
    snprintf(base, sizeof base, "%.*s", (int)strcspn(mark, "0123456789"), mark);
    return strstr(text, base) != NULL;
}

bool s2_band_marks_differ(s2_band_mark kind, const s2_band_marks *a, const s2_band_marks *b)
{
    const char *first = a->of[kind], *second = b->of[kind];
    if (kind == S2_MARK_REST || first[0] == '\0' || second[0] == '\0')
        return false;
    if (kind == S2_MARK_NUMBER)
        return strcmp(first, second) != 0;
    /* Sensors number their colours each in their own way: nir and nir08 may be the same. */
    const bool one_edge = (strstr(first, "edge") != NULL) != (strstr(second, "edge") != NULL);
    return one_edge || (!contains_base(first, second) && !contains_base(second, first));
}
