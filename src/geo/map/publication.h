/* Giving a set of files their names: all of them or none. */
#ifndef S2_GEO_MAP_PUBLICATION_H
#define S2_GEO_MAP_PUBLICATION_H

#include <stdbool.h>

#include "s2rgf/base.h"

/** One file, or a folder, that is to get its name. */
typedef struct s2_naming {
    char *from;   /* its path now; NULL: what has the name is only taken away */
    char *to;     /* its path then, on the same file system */
    char *backup; /* where a file that has the name waits until all is done */
    bool is_main; /* the one that is opened, by which the others are found */
    bool alone;   /* a main one that has no others, before and after */
    bool replace; /* a file may have the name already */
    bool had_old; /* found by s2_publication_run() */
} s2_naming;

/** Filled with zeros, then by s2_publication_add(); the last main one gets its name last. */
typedef struct s2_publication {
    s2_naming *items;
    int count, capacity;
    char **folders; /* [folder_count] those of the names */
    int folder_count;
    bool stranded; /* out: a failure could not be undone; what is needed for it must be kept */
} s2_publication;

/** Add one. Memory: the strings become the publication's, after an error too. Errors: NO_MEMORY. */
s2rgf_status s2_publication_add(s2_publication *publication, s2_naming item, s2rgf_error *err);

/**
 * Give all files their names. Former files are taken away, main ones first; then side files get
 * their names, then the main ones: so a main file is never beside the side files of another.
 * Where there is one main file alone, that is a single rename.
 * The steps are done by a process of their own, so that neither its end nor ours by a signal leaves
 * the names between old and new: one goes on or undoes what the other began. Should both end, the
 * journal says what to undo.
 * journal in  path of a file that exists while names are given
 * Errors  IO, INVALID_ARGUMENT (a name is taken), NO_MEMORY; then all is as it was, or stranded.
 * Threads other threads may run; names must be locked against other processes.
 */
s2rgf_status s2_publication_run(s2_publication *publication, const char *journal, s2rgf_error *err);

/**
 * Undo what a run that was killed had begun, from its journal, which is removed; false: it cannot.
 */
bool s2_publication_undo(const char *journal);

void s2_publication_clear(s2_publication *publication);

#endif
