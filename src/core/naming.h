/* The steps by which files get their names for good: locks, syncs, and names that replace
   nothing. */
#ifndef S2_CORE_NAMING_H
#define S2_CORE_NAMING_H

#include <stdbool.h>

typedef enum s2_lock_state {
    S2_LOCKED,
    S2_LOCK_BUSY,  /* another process holds it, or has just removed the file */
    S2_LOCK_NONE,  /* the file system has no locks */
    S2_LOCK_FAILED /* the file cannot be opened: errno */
} s2_lock_state;

/**
 * Open and lock a file at once or not at all. Whoever ends in whatever way gives its locks back, so
 * what is not locked belongs to no living process.
 * flags      in   of open(), beside those to read and write: O_CREAT
 * descriptor out  holds the lock until it is closed; -1 unless S2_LOCKED
 */
s2_lock_state s2_lock_file(const char *path, int flags, int *descriptor);

/**
 * Rename a file or a folder. Without replace the new name must be free, also in the instant in
 * which it is given, where the file system has hard links: then a process killed in that instant
 * leaves both names. False: errno tells why, EEXIST that the name is taken.
 * Threads may be called between fork() and exec().
 */
bool s2_give_name(const char *from, const char *to, bool replace);

/**
 * Have a file, or the names in a folder, on the disk; true also where that cannot be asked for.
 * False: errno tells why.
 * Threads may be called between fork() and exec().
 */
bool s2_sync_path(const char *path);

#endif
