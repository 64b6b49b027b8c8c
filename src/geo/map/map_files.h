/* Names of an output and its side files: made in a folder beside it under the names they will
   have. */
#ifndef S2_GEO_MAP_MAP_FILES_H
#define S2_GEO_MAP_MAP_FILES_H

#include <stdbool.h>

#include "geo/map/work_folder.h"
#include "s2rgf/base.h"

/** What an output is to be. */
typedef struct s2_map_target {
    const char *path;
    bool overwrite;
    bool sides; /* it will have side files, of names longer than its own */
    bool style; /* a .qml is one of them */
    bool vat;   /* a .vat.dbf is one of them */
    bool world; /* its format takes its place from a world file beside it, and writes none */
} s2_map_target;

/** All that belongs to one output under its final and its temporary names. */
typedef struct s2_map_files {
    char *place; /* its folder, absolute */
    char *stem;  /* final name without extension */
    char *name;  /* final name */
    char *path;  /* as given */
    bool overwrite;
    s2_work_folder work;
    bool turned; /* s2_map_files_turn() was called */
} s2_map_files;

/** Whether a file has this name, on any of GDAL's file systems: no folder and no device. */
bool s2_map_exists(const char *path);

/**
 * Remove the rests of killed runs of an output, and put back what was there before one that was
 * killed while it renamed files. Call it before looking at the files.
 */
void s2_map_files_recover(const char *path);
/** The same for one of many outputs. rests in, out: as s2_work_folder_sweep() */
void s2_map_files_recover_one(const char *path, s2_work_rests *rests);

/**
 * Work out the names and try them: the path must be free unless overwrite, the folder must take new
 * files and rename them. s2_map_files_recover() has removed what killed runs left there.
 * Errors INVALID_ARGUMENT (exists, name too long), IO (folder), UNSUPPORTED (a stream), NO_MEMORY.
 * Memory released with s2_map_files_clear(), also after an error.
 */
s2rgf_status s2_map_files_prepare(const s2_map_target *target, s2_map_files *files,
                                  s2rgf_error *err);

/**
 * Where a file of the output is made: stem or name with a suffix, or a name of its own in a folder
 * of what is not part of the output. Released with s2_free(); NULL when memory is out.
 */
char *s2_map_files_new(const s2_map_files *files, const char *name, const char *suffix);
char *s2_map_files_scratch(const s2_map_files *files, const char *name);

/** Write a file of this text. Errors: IO. */
s2rgf_status s2_map_text_write(const char *path, const char *text, s2rgf_error *err);

/**
 * Move all that was made to another folder, once: what still opens there does not depend on where
 * it was made. Texts that name a file by its path get the final one. Errors: IO, NO_MEMORY.
 */
s2rgf_status s2_map_files_turn(s2_map_files *files, s2rgf_error *err);

/**
 * Give all that was made for several outputs its final names, all or nothing, the first output
 * last; side files of former outputs go with them.
 * files   in  [count], turned
 * Errors  IO, INVALID_ARGUMENT (a file appeared meanwhile), NO_MEMORY; what was there before is
 *         then as it was.
 */
s2rgf_status s2_map_files_publish(s2_map_files *const *files, int count, s2rgf_error *err);

/** Remove what was made and not published, and release the names. Zeros are accepted. */
void s2_map_files_clear(s2_map_files *files);

#endif
