/* Which class became which, and the classes of a map that says so. */
#ifndef S2_CHANGE_TRANSITIONS_H
#define S2_CHANGE_TRANSITIONS_H

#include "change/pair_census.h"

/** A class of the change map: from and to are classes of all maps; -1, -1: unsure. */
typedef struct s2_transition {
    int from, to;
} s2_transition;

/** The classes of both maps, and of the map of their changes. All zeros: none. */
typedef struct s2_transitions {
    char **names; /* [count] classes that occur: those of the first map, then others */
    int count;
    int *joint[2];                       /* [number] class of a value's number among these */
    s2_class_table classes;              /* of the change map */
    s2_transition *of;                   /* [classes.count] */
    const char **from_names, **to_names; /* [classes.count] for the attribute table */
    uint16_t *code;                      /* value in the change map of a pair, laid out as seen */
    int unsure;                          /* the value of changes that are not sure, 0: none */
} s2_transitions;

/**
 * Make the classes of the change map from what occurs: unchanged ones with name and colour of the
 * first map, then "A to B", then "unsure", counted from 1. The maps get classes for values without
 * a name. The host is told of classes that one map has alone.
 * Errors  MISMATCH (no pixel has a class in both maps, or they have no class in common),
 *         UNSUPPORTED (too many kinds of change), NO_MEMORY.
 * Memory  s2_transitions_clear(), after errors too.
 */
s2rgf_status s2_transitions_make(s2_compared_maps *pair, const s2_pair_census *census,
                                 const s2rgf_host *host, s2_transitions *transitions,
                                 s2rgf_error *err);
void s2_transitions_clear(s2_transitions *transitions);

#endif
