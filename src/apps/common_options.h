/* Entries of the programs' tables, and the options that several programs share: rasters and labels. */
#ifndef S2_APPS_COMMON_OPTIONS_H
#define S2_APPS_COMMON_OPTIONS_H

#include "apps/options.h"

#define S2_SCENE_OPTION_COUNT 7
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
#define S2_WORD(...) S2_ENTRY(S2_OPTION_WORD, __VA_ARGS__, )
#define S2_OUTPUT(...) S2_ENTRY(S2_OPTION_OUTPUT, __VA_ARGS__, )
#define S2_LIST(...) S2_ENTRY(S2_OPTION_LIST, __VA_ARGS__, )
#define S2_INT(...) S2_NUMBER(S2_OPTION_INT, __VA_ARGS__)
#define S2_REAL(...) S2_NUMBER(S2_OPTION_REAL, __VA_ARGS__)
#define S2_RECT(...) S2_ENTRY(S2_OPTION_RECT, __VA_ARGS__, )
#define S2_PATCH(offset, map)                                                                      \
    S2_ENTRY(                                                                                      \
        S2_OPTION_PATCH, "mmu", "pixels|Xha", offset,                                              \
        "smallest patch of a class, in pixels or hectares: smaller ones take the class of their "  \
        "largest neighbour",                                                                       \
        .needs = (map))

/**
 * Rows that several programs have. member: gives the offset of a member of the program's structure, as SAMPLE(points);
 * labels: its member that is an s2rgf_label_options; needed: the option that names their file; map: the argument
 * that names the map to write.
 */
#define S2_MAP_OUTPUT(member, map)                                                                 \
    S2_TEXT("of", "format", member(format),                                                        \
            "GDAL driver of the map; by default that of its extension, else GTiff",                \
            .needs = (map)),                                                                       \
        S2_LIST("co", "NAME=VALUE", member(creation_options), "creation option of that driver",    \
                .needs = (map)),                                                                   \
        S2_ON("overwrite", member(overwrite), "replace output files that exist"),                  \
        S2_OFF("noqml", member(style), "do not write a QGIS style file (.qml) beside the map")
#define S2_POLYGONS(member, labels, needed, layer_option, where_option, ...)                       \
    S2_TEXT(needed, "polygons", member(labels.path), __VA_ARGS__),                                 \
        S2_TEXT(layer_option, "layer", member(labels.layer),                                       \
                "layer of these polygons, if there are several", .needs = (needed)),               \
        S2_TEXT(where_option, "expression", member(labels.where),                                  \
                "use only polygons for which this SQL condition holds", .needs = (needed))
#define S2_OF_LABELS(member, labels, needed)                                                       \
    S2_TEXT("l", "layer", member(labels.layer), "layer of these labels, if the file has several",  \
            .needs = (needed)),                                                                    \
        S2_TEXT("where", "expression", member(labels.where),                                       \
                "use only features for which this SQL condition holds", .needs = (needed)),        \
        S2_TEXT("label_srs", "srs", member(labels.assigned_srs), "CRS of labels that have none",   \
                .needs = (needed))
#define S2_WORK(member, result)                                                                    \
    S2_INT("tile", "pixels", member(tile_px), 16, 8192,                                            \
           "side of a tile, in pixels of the reference grid; does not change the " result,         \
           .zero = "auto"),                                                                        \
        S2_INT("threads", "N", member(threads), 1, 1024,                                           \
               "threads to work with; does not change the " result, .zero = "ALL_CPUS"),           \
        S2_INT("wm", "MB", member(memory_mb), 1, 1048576,                                          \
               "working memory for tiles, in megabytes", .zero = "auto")

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
