/* The folder beside an output in which it is made, and what killed runs left of theirs. */
#ifndef S2_GEO_MAP_WORK_FOLDER_H
#define S2_GEO_MAP_WORK_FOLDER_H

#include <stdbool.h>

#include "geo/source/gdal_catch.h"
#include "s2rgf/base.h"

/** STEM.part-0123456789abcdef beside the output STEM.EXT; a long stem is cut to fit. */
typedef struct s2_work_folder {
    char *path;
    int lock; /* descriptor held while its writer lives, or -1 */
} s2_work_folder;

/** Whether a path is of one of GDAL's own file systems. */
bool s2_is_virtual_path(const char *path);

/** Names of work folders in one folder, of any output; {0}: none has been looked at. */
typedef struct s2_work_rests {
    char *place;
    char **names;
} s2_work_rests;

void s2_work_rests_clear(s2_work_rests *rests);

/**
 * Remove the work folders of runs that were killed, of any output with this stem; what was there
 * before a run that was killed while it gave the names is put back. Nothing is done on GDAL's own
 * file systems, nor where files cannot be locked: there a living run cannot be distinguished from a
 * dead one.
 * rests  inout  of this folder; listed here if they are of another, so that many outputs in one
 *               folder cost one list. Memory: s2_work_rests_clear()
 */
void s2_work_folder_sweep(const char *place, const char *stem, s2_work_rests *rests);

/** Make a new one. Errors: IO (errno tells why), NO_MEMORY. Memory: s2_work_folder_close(). */
s2rgf_status s2_work_folder_create(const char *place, const char *stem, const char *output,
                                   s2_work_folder *folder, s2rgf_error *err);

/** Path of the journal of s2_publication_run() in a work folder. Released with s2_free(). */
char *s2_work_folder_journal(const char *folder);

/** In a message, name what is in work folders by the names it will have outside them. */
void s2_work_folder_hide(char *message);

/** As s2_gdal_catch_begin(), for calls that are given paths in work folders. */
void s2_map_catch_begin(s2_gdal_catch *caught);

/** Remove the folder with all that is in it; no path is accepted. */
void s2_work_folder_close(s2_work_folder *folder);

/** Release, and leave the folder where it is: the next run will put back what it holds. */
void s2_work_folder_leave(s2_work_folder *folder);

/**
 * Have the names of a stem to oneself, among all that write it.
 * lock    out  descriptor, -1 where files cannot be locked
 * path    out  the lock's file
 * Errors  IO (another run has them for a minute), NO_MEMORY.
 * Memory  both are released with s2_stem_unlock().
 */
s2rgf_status s2_stem_lock(const char *place, const char *stem, int *lock, char **path,
                          s2rgf_error *err);
void s2_stem_unlock(int lock, char *path);

#endif
