/* The folder beside an output in which it is made, and what killed runs left of theirs. */
#include "geo/map/work_folder.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/naming.h"
#include "geo/map/checked_files.h"
#include "geo/map/publication.h"

#define MARK ".part-"      /* between stem and number */
#define DIGITS 16          /* of the number, hexadecimal */
#define NAME_TRIES 100     /* names of folders to try */
#define LOCK_WAIT_MS 60000 /* for another run that gives the same names */
#define LOCK_STEP_MS 10

/** Tells the outputs of one process apart. */
static atomic_uint output_number;

bool s2_is_virtual_path(const char *path)
{
    return STARTS_WITH(path, "/vsi");
}

/* ---- names ----------------------------------------------------------------------------------- */

/** A number that no other attempt at this output has, on any machine that shares the folder. */
static uint64_t unique_number(void)
{
    const uint64_t own = ((uint64_t)getpid() << 32) + atomic_fetch_add(&output_number, 1);
    uint64_t random = 0;
    /* without random bits, as early after booting, the process still tells its own apart */
    if (getentropy(&random, sizeof random) != 0)
        random = (uint64_t)time(NULL) * UINT64_C(0x9e3779b97f4a7c15);
    return random ^ own;
}

/** Bytes of the stem that fit before the mark and the number, whole characters of UTF-8. */
static int stem_bytes(const char *place, const char *stem)
{
    const long limit = s2_is_virtual_path(place) ? NAME_MAX : pathconf(place, _PC_NAME_MAX);
    const size_t room = (size_t)(limit > 64 ? limit : NAME_MAX) - strlen(MARK) - DIGITS;
    size_t length = strlen(stem);
    if (length > room)
        for (length = room; length > 0 && ((unsigned char)stem[length] & 0xC0) == 0x80;)
            length--;
    return (int)length;
}

static char *join_path(const char *place, const char *name)
{
    const size_t length = strlen(place);
    return s2_asprintf("%s%s%s", place, length > 0 && place[length - 1] == '/' ? "" : "/", name);
}

/** Path of what a stem has beside its output: its mark and a text. */
static char *beside(const char *place, const char *stem, const char *text)
{
    char *name = s2_asprintf("%.*s" MARK "%s", stem_bytes(place, stem), stem, text);
    char *path = name ? join_path(place, name) : NULL;
    s2_free(name);
    return path;
}

/** Whether a text begins with the number of a work folder. */
static bool is_number(const char *text)
{
    for (int i = 0; i < DIGITS; i++)
        if (!isxdigit((unsigned char)text[i]) || isupper((unsigned char)text[i]))
            return false;
    return true;
}

static bool is_work_name(const char *name, const char *stem, size_t stem_length)
{
    if (strncmp(name, stem, stem_length) != 0 ||
        strncmp(name + stem_length, MARK, strlen(MARK)) != 0)
        return false;
    const char *number = name + stem_length + strlen(MARK);
    return is_number(number) && number[DIGITS] == '\0';
}

/** The work folder's part of a path, "/STEM.part-NUMBER/made", in a text; NULL: there is none. */
static char *find_work_part(char *text, char **end)
{
    for (char *mark = strstr(text, MARK); mark; mark = strstr(mark + 1, MARK)) {
        char *start = mark;
        *end = mark + strlen(MARK) + DIGITS;
        if (!is_number(mark + strlen(MARK)) || **end != '/')
            continue;
        while (start > text && *start != '/')
            start--;
        *end += 1 + strspn(*end + 1, "abcdefghijklmnopqrstuvwxyz");
        if (*start == '/' && (**end == '/' || **end == '\0'))
            return start;
    }
    return NULL;
}

void s2_work_folder_hide(char *message)
{
    char *end, *start;
    while ((start = find_work_part(message, &end)))
        memmove(start, end, strlen(end) + 1);
    while ((start = strstr(message, S2_CHECKED_PREFIX "/"))) {
        end = start + strlen(S2_CHECKED_PREFIX);
        memmove(start, end, strlen(end) + 1);
    }
}

void s2_map_catch_begin(s2_gdal_catch *caught)
{
    s2_gdal_catch_begin(caught);
    caught->reword = s2_work_folder_hide;
}

char *s2_work_folder_journal(const char *folder)
{
    return join_path(folder, "journal");
}

/* ---- locks ----------------------------------------------------------------------------------- */

s2rgf_status s2_stem_lock(const char *place, const char *stem, int *lock, char **path,
                          s2rgf_error *err)
{
    const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    *lock = -1;
    *path = NULL;
    if (s2_is_virtual_path(place))
        return S2RGF_OK;
    *path = beside(place, stem, "lock");
    if (!*path)
        return s2_fail_memory(err, "lock");
    s2_lock_state state = s2_lock_file(*path, O_CREAT, lock);
    for (int waited = 0; state == S2_LOCK_BUSY && waited < LOCK_WAIT_MS; waited += LOCK_STEP_MS) {
        nanosleep(&step, NULL);
        state = s2_lock_file(*path, O_CREAT, lock);
    }
    if (state == S2_LOCKED || state == S2_LOCK_NONE)
        return S2RGF_OK;
    const s2rgf_status status =
        state == S2_LOCK_BUSY
            ? s2_fail(err, S2RGF_IO, "%s: another run has held it for %d s", *path,
                      LOCK_WAIT_MS / 1000)
            : s2_fail(err, S2RGF_IO, "%s: cannot create: %s", *path, strerror(errno));
    s2_free(*path);
    *path = NULL;
    return status;
}

void s2_stem_unlock(int lock, char *path)
{
    /* The name goes first: a run that waits for the lock then finds that it has no name, and
       starts again. */
    if (path)
        unlink(path);
    if (lock >= 0)
        close(lock);
    s2_free(path);
}

/* ---- rests ----------------------------------------------------------------------------------- */

static void remove_tree(const char *path)
{
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    VSIRmdirRecursive(path);
    s2_gdal_catch_end(&caught);
}

/** Put back what a run that was killed took away; false: that cannot be done. */
static bool roll_back(const char *place, const char *stem, const char *folder)
{
    char *journal = s2_work_folder_journal(folder), *lock_path = NULL;
    int lock = -1;
    bool done = journal != NULL;
    if (done && access(journal, F_OK) == 0) {
        done = s2_stem_lock(place, stem, &lock, &lock_path, NULL) == S2RGF_OK &&
               s2_publication_undo(journal);
        s2_stem_unlock(lock, lock_path);
        CPLError(
            CE_Warning, CPLE_AppDefined,
            done ? "%s: a run was killed while it renamed its files: the former files are restored"
                 : "%s: a run was killed while it gave its files their names: what was there "
                   "before cannot be put back",
            folder);
    }
    s2_free(journal);
    return done;
}

static void sweep_folder(const char *place, const char *stem, const char *name)
{
    char *folder = join_path(place, name);
    char *lock_path = folder ? join_path(folder, "lock") : NULL;
    int lock = -1;
    if (!lock_path) {
        s2_free(folder);
        return;
    }
    const s2_lock_state state = s2_lock_file(lock_path, 0, &lock);
    if (state == S2_LOCKED && roll_back(place, stem, folder))
        remove_tree(folder);
    else if (state == S2_LOCK_FAILED && errno == ENOENT && rmdir(folder) != 0 && errno == ENOTEMPTY)
        remove_tree(
            folder); /* the lock is made first: a run with anything else and no lock is dead */
    if (lock >= 0)
        close(lock);
    s2_free(lock_path);
    s2_free(folder);
}

void s2_work_rests_clear(s2_work_rests *rests)
{
    CSLDestroy(rests->names);
    s2_free(rests->place);
    *rests = (s2_work_rests){0};
}

static void find_rests(s2_work_rests *rests, const char *place)
{
    if (rests->place && strcmp(rests->place, place) == 0)
        return;
    s2_work_rests_clear(rests);
    char **names = VSIReadDir(place);
    for (int i = 0; names && names[i]; i++)
        if (strstr(names[i], MARK))
            rests->names = CSLAddString(rests->names, names[i]);
    CSLDestroy(names);
    rests->place = s2_strdup(place);
}

void s2_work_folder_sweep(const char *place, const char *stem, s2_work_rests *rests)
{
    if (s2_is_virtual_path(place))
        return;
    const size_t length = (size_t)stem_bytes(place, stem);
    find_rests(rests, place);
    for (int i = 0; rests->names && rests->names[i]; i++)
        if (is_work_name(rests->names[i], stem, length))
            sweep_folder(place, stem, rests->names[i]);
    char *lock_path = beside(place, stem, "lock");
    int lock = -1;
    if (lock_path && s2_lock_file(lock_path, 0, &lock) == S2_LOCKED)
        s2_stem_unlock(lock, lock_path);
    else
        s2_free(lock_path);
}

/* ---- a folder of one's own ------------------------------------------------------------------- */

/** Make a folder with its lock; false: errno tells why, EEXIST that another name may do. */
static bool make_folder(s2_work_folder *folder)
{
    if (s2_is_virtual_path(folder->path)) {
        errno = 0;
        return VSIMkdir(folder->path, 0777) == 0;
    }
    if (mkdir(folder->path, 0777) != 0)
        return false;
    char *lock_path = join_path(folder->path, "lock");
    const s2_lock_state state =
        lock_path ? s2_lock_file(lock_path, O_CREAT, &folder->lock) : S2_LOCK_FAILED;
    const int problem = !lock_path ? ENOMEM : errno;
    s2_free(lock_path);
    if (state == S2_LOCKED || state == S2_LOCK_NONE)
        return true;
    rmdir(folder->path);
    /* swept away or taken for dead by another run in the instant before it was locked */
    errno = state == S2_LOCK_BUSY || problem == ENOENT ? EEXIST : problem;
    return false;
}

s2rgf_status s2_work_folder_create(const char *place, const char *stem, const char *output,
                                   s2_work_folder *folder, s2rgf_error *err)
{
    *folder = (s2_work_folder){.lock = -1};
    s2_gdal_catch caught;
    for (int attempt = 0; attempt < NAME_TRIES; attempt++) {
        char number[DIGITS + 1];
        snprintf(number, sizeof number, "%0*" PRIx64, DIGITS, unique_number());
        folder->path = beside(place, stem, number);
        if (!folder->path)
            return s2_fail_memory(err, "output");
        s2_map_catch_begin(&caught);
        const bool made = make_folder(folder);
        const int problem = errno;
        s2_gdal_catch_end(&caught);
        if (made)
            return S2RGF_OK;
        s2_free(folder->path);
        folder->path = NULL;
        if (problem != EEXIST)
            return s2_gdal_fail(&caught, err, S2RGF_IO,
                                "%s: cannot be written: its folder accepts no new files%s%s",
                                output, caught.failed || problem == 0 ? "" : ": ",
                                caught.failed || problem == 0 ? "" : strerror(problem));
    }
    return s2_fail(err, S2RGF_IO, "%s: cannot be written: no name is free beside it", output);
}

void s2_work_folder_close(s2_work_folder *folder)
{
    if (folder->path)
        remove_tree(folder->path);
    s2_work_folder_leave(folder);
}

void s2_work_folder_leave(s2_work_folder *folder)
{
    if (folder->path && folder->lock >= 0)
        close(folder->lock);
    s2_free(folder->path);
    *folder = (s2_work_folder){.lock = -1};
}
