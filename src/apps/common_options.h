/* Options that several programs share: rasters and labels. */
#ifndef S2_APPS_COMMON_OPTIONS_H
#define S2_APPS_COMMON_OPTIONS_H

#include "apps/options.h"

#define S2_SCENE_OPTION_COUNT 5
#define S2_LABEL_OPTION_COUNT 7

/** -q, which sets the bool at that offset of a program's structure. */
#define S2_QUIET_OPTION(offset)                                                                    \
    {                                                                                              \
        .name = "q", .type = S2_OPTION_ON, .target = (offset),                                     \
        .help = "print nothing but warnings and errors"                                            \
    }

/** Options of an s2rgf_scene_options. */
extern const s2_option S2_SCENE_OPTIONS[S2_SCENE_OPTION_COUNT];

/** Options of an s2rgf_label_options. */
extern const s2_option S2_LABEL_OPTIONS[S2_LABEL_OPTION_COUNT];

#endif
