/* Entries of the programs' tables, and the options that several programs share: rasters and labels. */
#ifndef S2_APPS_COMMON_OPTIONS_H
#define S2_APPS_COMMON_OPTIONS_H

#include "apps/options.h"

#define S2_SCENE_OPTION_COUNT 6
#define S2_LABEL_OPTION_COUNT 7

/**
 * An entry of a table: the name of the option (NULL: a positional argument), its placeholder, the offset of its
 * value, for a number the least and the largest value, and its help. Other members, such as .needs = "design", may
 * follow.
 */
#define S2_ENTRY(kind, option, placeholder, offset, text, ...)                                     \
    {                                                                                              \
        .type = (kind), .name = (option), .values = (placeholder), .target = (offset),             \
        .help = (text), __VA_ARGS__                                                                \
    }
#define S2_NUMBER(kind, option, placeholder, offset, least, largest, ...)                          \
    S2_ENTRY(kind, option, placeholder, offset, __VA_ARGS__, .min = (least), .max = (largest))

#define S2_ON(option, offset, ...) S2_ENTRY(S2_OPTION_ON, option, NULL, offset, __VA_ARGS__, )
#define S2_OFF(option, offset, ...) S2_ENTRY(S2_OPTION_OFF, option, NULL, offset, __VA_ARGS__, )
#define S2_TEXT(...) S2_ENTRY(S2_OPTION_TEXT, __VA_ARGS__, )
#define S2_OUTPUT(...) S2_ENTRY(S2_OPTION_OUTPUT, __VA_ARGS__, )
#define S2_LIST(...) S2_ENTRY(S2_OPTION_LIST, __VA_ARGS__, )
#define S2_INT(...) S2_NUMBER(S2_OPTION_INT, __VA_ARGS__)
#define S2_REAL(...) S2_NUMBER(S2_OPTION_REAL, __VA_ARGS__)
#define S2_RECT(...) S2_ENTRY(S2_OPTION_RECT, __VA_ARGS__, )
#define S2_PATCH(offset)                                                                           \
    S2_ENTRY(                                                                                      \
        S2_OPTION_PATCH, "mmu", "pixels|Xha", offset,                                              \
        "smallest patch of a class, in pixels or hectares: smaller ones take the class of their "  \
        "largest neighbour", )

#define S2_QUIET S2_ENTRY(S2_OPTION_QUIET, "q", NULL, 0, "print nothing but warnings and errors", )

/** A table of the program's own as a group of its help. */
#define S2_GROUP(heading, table) S2_GROUP_AT(heading, table, 0)
/** A table that fills a structure inside the program's, at that offset. */
#define S2_GROUP_AT(heading, table, base)                                                          \
    {                                                                                              \
        (heading), (table), sizeof(table) / sizeof *(table), (base)                                \
    }

/** A program: name, purpose, the structure that its options fill, what --formats lists, groups. */
#define S2_PROGRAM(called, sentence, structure, kinds, ...)                                        \
    {                                                                                              \
        .name = (called), .purpose = (sentence), .values_bytes = sizeof(structure),                \
        .driver_kinds = (kinds), .groups = {                                                       \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/** Options of an s2rgf_scene_options. */
extern const s2_option S2_SCENE_OPTIONS[S2_SCENE_OPTION_COUNT];

/** Options of an s2rgf_label_options. */
extern const s2_option S2_LABEL_OPTIONS[S2_LABEL_OPTION_COUNT];

#endif
