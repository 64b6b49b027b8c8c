/* Giving a set of files their names: all of them or none. */
#include "geo/map/publication.h"

#include <cpl_vsi.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/naming.h"
#include "geo/map/work_folder.h"

#define MAGIC "s2rgf names 1" /* first text of a journal */
#define TAKE_OVERS 3          /* processes that try to undo what a killed one began */

/** How giving names went; crosses a pipe. */
typedef struct outcome {
    int problem; /* errno, 0: done */
    int item;    /* whose name it was, -1: none in particular */
    bool killed; /* the process that was at work */
    bool stranded;
} outcome;

/* ---- the set --------------------------------------------------------------------------------- */

static void clear_item(s2_naming *item)
{
    S2_FREE_EACH(item->from, item->to, item->backup);
}

void s2_publication_clear(s2_publication *publication)
{
    for (int i = 0; i < publication->count; i++)
        clear_item(&publication->items[i]);
    for (int i = 0; i < publication->folder_count; i++)
        s2_free(publication->folders[i]);
    s2_free(publication->items);
    s2_free(publication->folders);
    *publication = (s2_publication){0};
}

/** Room for one more item and one more folder; false when memory is out. */
static bool reserve_item(s2_publication *publication)
{
    if (publication->count < publication->capacity)
        return true;
    const int capacity = 2 * publication->capacity + 8;
    s2_naming *items =
        s2_grow(publication->items, (size_t)publication->count, (size_t)capacity, sizeof *items);
    if (!items)
        return false;
    publication->items = items;
    char **folders = s2_grow(publication->folders, (size_t)publication->folder_count,
                             (size_t)capacity, sizeof *folders);
    if (!folders)
        return false;
    publication->folders = folders;
    publication->capacity = capacity;
    return true;
}

/** Note the folder of a name, once; false when memory is out. */
static bool add_folder(s2_publication *publication, const char *to)
{
    const char *slash = strrchr(to, '/');
    const int length = !slash ? 0 : slash == to ? 1 : (int)(slash - to);
    char *folder = length > 0 ? s2_asprintf("%.*s", length, to) : s2_strdup(".");
    if (!folder)
        return false;
    for (int i = 0; i < publication->folder_count; i++)
        if (strcmp(publication->folders[i], folder) == 0) {
            s2_free(folder);
            return true;
        }
    publication->folders[publication->folder_count++] = folder;
    return true;
}

s2rgf_status s2_publication_add(s2_publication *publication, s2_naming item, s2rgf_error *err)
{
    if (!item.to || !item.backup || !reserve_item(publication) ||
        !add_folder(publication, item.to)) {
        clear_item(&item);
        return s2_fail_memory(err, "names of an output");
    }
    publication->items[publication->count++] = item;
    return S2RGF_OK;
}

/* ---- single steps: of real files only what a process of its own may do after fork() ----------- */

static bool is_there(const char *path)
{
    if (s2_is_virtual_path(path)) {
        VSIStatBufL stat;
        return VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG) == 0;
    }
    struct stat there;
    return lstat(path, &there) == 0;
}

/** Whether two names are links to one file. */
static bool are_one_file(const char *a, const char *b)
{
    struct stat one, other;
    return lstat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool move(const char *from, const char *to, bool replace)
{
    if (!s2_is_virtual_path(from))
        return s2_give_name(from, to, replace);
    errno = 0;
    const bool done = VSIRename(from, to) == 0;
    errno = done ? 0 : errno != 0 ? errno : EIO;
    return done;
}

static void take_away(const char *path)
{
    if (s2_is_virtual_path(path))
        VSIUnlink(path);
    else
        unlink(path);
}

/** As move(), by other means where a rename fails, and also where both names are of one file. */
static bool move_back(const char *from, const char *to)
{
    if (move(from, to, true)) {
        if (is_there(from))
            take_away(from);
        return true;
    }
    if (s2_is_virtual_path(from))
        return false;
    if (is_there(to))
        unlink(to);
    if (link(from, to) != 0)
        return false;
    unlink(from);
    return true;
}

/** Keep what has a name under a second one; where that cannot be, under that alone. */
static bool keep_old(const s2_naming *item)
{
    return (!s2_is_virtual_path(item->to) && link(item->to, item->backup) == 0) ||
           move(item->to, item->backup, true);
}

/* ---- the steps ------------------------------------------------------------------------------- */

/** Give a name that was free when the work began, or where what had it may be replaced. */
static bool move_new(const s2_naming *item)
{
    return move(item->from, item->to, item->replace);
}

static bool name_mains(const s2_publication *publication, int *at)
{
    for (int i = 0; i < publication->count; i++) {
        const s2_naming *item = &publication->items[i];
        *at = i;
        if (item->is_main && ((item->alone && item->had_old && !keep_old(item)) || !move_new(item)))
            return false;
    }
    return true;
}

/** Take away former files and give the new ones their names; *at out: the item in hand. */
static bool name_all(const s2_publication *publication, int *at)
{
    const s2_naming *items = publication->items;
    for (int mains = 1; mains >= 0; mains--)
        for (int i = 0; i < publication->count; i++) {
            *at = i;
            if (items[i].is_main == (mains == 1) && !items[i].alone && items[i].had_old &&
                !move(items[i].to, items[i].backup, true))
                return false;
        }
    for (int i = 0; i < publication->count; i++) {
        *at = i;
        if (!items[i].is_main && items[i].from && !move_new(&items[i]))
            return false;
    }
    return name_mains(publication, at);
}

/** Whether a file got its name; a killed process may have left it the former one, too. */
static bool has_come(const s2_naming *item)
{
    if (!item->from || !is_there(item->to))
        return false;
    return !is_there(item->from) ||
           (!s2_is_virtual_path(item->from) && are_one_file(item->from, item->to));
}

/** Put back what had a name, or leave nothing where nothing was. */
static bool restore(const s2_naming *item)
{
    if (!item->had_old)
        return !has_come(item) || move_back(item->to, item->from);
    if (!is_there(item->backup))
        return true;
    return move_back(item->backup, item->to);
}

/** Undo all steps, from any state; this may be repeated. */
static bool undo(const s2_publication *publication)
{
    const s2_naming *items = publication->items;
    bool done = true;
    for (int i = 0; i < publication->count; i++)
        if (items[i].is_main && !items[i].alone && has_come(&items[i]))
            done = move_back(items[i].to, items[i].from) && done;
    for (int mains = 0; mains <= 1; mains++)
        for (int i = 0; i < publication->count; i++)
            if (items[i].is_main == (mains == 1))
                done = restore(&items[i]) && done;
    return done;
}

/** All steps, or none: the end of the journal is what makes them valid. journal in, or NULL */
static outcome attempt(const s2_publication *publication, const char *journal)
{
    outcome result = {.item = -1};
    errno = 0;
    bool done = name_all(publication, &result.item);
    if (done)
        result.item = -1;
    for (int i = 0; i < publication->folder_count && done; i++)
        done = s2_is_virtual_path(publication->folders[i]) || s2_sync_path(publication->folders[i]);
    done = done && (!journal || unlink(journal) == 0);
    if (done)
        return result;
    result.problem = errno != 0 ? errno : EIO;
    result.stranded = !undo(publication);
    if (journal && !result.stranded)
        unlink(journal);
    return result;
}

/* ---- the journal ----------------------------------------------------------------------------- */

/** Append a text with the zero at its end, which no path holds. */
static void append_item(s2_text *text, const char *item)
{
    s2_text_append(text, "%s%c", item ? item : "", 0);
}

/** Write the journal: it is there when it is whole. */
static s2rgf_status write_journal(const s2_publication *publication, const char *path,
                                  s2rgf_error *err)
{
    s2_text text = {0};
    append_item(&text, MAGIC);
    for (int i = 0; i < publication->count; i++) {
        const s2_naming *item = &publication->items[i];
        s2_text_append(&text, "%d%d%d%c", item->is_main, item->alone, item->had_old, 0);
        append_item(&text, item->from);
        append_item(&text, item->to);
        append_item(&text, item->backup);
    }
    s2rgf_status status = text.failed ? s2_fail_memory(err, "journal of an output") : S2RGF_OK;
    if (status == S2RGF_OK)
        status = s2_atomic_save(path, text.data, text.length, false, err);
    s2_free(text.data);
    return status;
}

/** A journal in memory. */
typedef struct journal_text {
    char *data, *at;
    size_t left;
} journal_text;

static bool read_journal(const char *path, journal_text *text)
{
    struct stat there;
    *text = (journal_text){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    if (fstat(fileno(file), &there) == 0 && there.st_size > 0)
        text->data = s2_alloc((size_t)there.st_size, 1);
    if (text->data)
        text->left = fread(text->data, 1, (size_t)there.st_size, file);
    text->at = text->data;
    fclose(file);
    return text->data != NULL;
}

/** The next text of a journal; NULL: there is none. */
static const char *next_item(journal_text *text)
{
    char *end = text->left > 0 ? memchr(text->at, '\0', text->left) : NULL;
    const char *item = text->at;
    if (!end)
        return NULL;
    text->left -= (size_t)(end + 1 - text->at);
    text->at = end + 1;
    return item;
}

/** Items from the text of a journal; false: it is none, or not whole. */
static bool read_items(journal_text *text, s2_publication *publication)
{
    const char *magic = next_item(text);
    bool done = magic && strcmp(magic, MAGIC) == 0;
    while (done && text->left > 0) {
        const char *flags = next_item(text), *from = next_item(text), *to = next_item(text),
                   *backup = next_item(text);
        if (!backup || strlen(flags) != 3 || to[0] != '/' || backup[0] != '/')
            return false;
        const s2_naming item = {.from = from[0] != '\0' ? s2_strdup(from) : NULL,
                                .to = s2_strdup(to),
                                .backup = s2_strdup(backup),
                                .is_main = flags[0] == '1',
                                .alone = flags[1] == '1',
                                .had_old = flags[2] == '1'};
        done = s2_publication_add(publication, item, NULL) == S2RGF_OK;
    }
    return done;
}

bool s2_publication_undo(const char *journal)
{
    s2_publication publication = {0};
    journal_text text;
    /* No step is taken before the journal is whole: then there is nothing to undo. */
    const bool is_whole = read_journal(journal, &text) && read_items(&text, &publication);
    const bool done = !is_whole || undo(&publication);
    if (done)
        unlink(journal);
    s2_publication_clear(&publication);
    s2_free(text.data);
    return done;
}

/* ---- a process of its own -------------------------------------------------------------------- */

/** Read the report of the other process; false: it died before. */
static bool read_outcome(int descriptor, outcome *result)
{
    ssize_t got;
    do
        got = read(descriptor, result, sizeof *result);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *result;
}

typedef outcome (*work_function)(const s2_publication *publication, const char *journal);

/** Undo what another process had begun, unless it had done all. */
static outcome take_over(const s2_publication *publication, const char *journal)
{
    outcome result = {.item = -1};
    bool all_named = !is_there(journal);
    for (int i = 0; i < publication->count; i++)
        all_named =
            all_named && (!publication->items[i].from || !is_there(publication->items[i].from));
    if (all_named)
        return result;
    result.problem = EINTR;
    result.killed = true;
    result.stranded = !undo(publication);
    if (!result.stranded)
        unlink(journal);
    return result;
}

/**
 * Start a child, which works and reports to descriptor ends[1]; its process, or -1. It has our memory,
 * so that none is copied, and our thread waits until it has ended. It goes on if we are killed.
 */
static pid_t start_child(work_function work, const s2_publication *publication, const char *journal,
                         const int ends[2])
{
    const pid_t child = vfork();
    if (child == 0) {
        setsid();
        const outcome result = work(publication, journal);
        const ssize_t written = write(ends[1], &result, sizeof result);
        _exit(written == (ssize_t)sizeof result ? 0 : 1);
    }
    return child;
}

/**
 * Work in a child, which signals to our group or terminal do not reach. false: it was killed before
 * it could tell how it went. Where there can be no child the work is done here.
 */
static bool work_apart(work_function work, const s2_publication *publication, const char *journal,
                       outcome *result)
{
    int ends[2];
    sigset_t all, former;
    bool told = true;
    if (pipe(ends) != 0) {
        *result = work(publication, journal);
        return true;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &former);
    const pid_t child = start_child(work, publication, journal, ends);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    close(ends[1]);
    if (child < 0) {
        *result = work(publication, journal);
    } else {
        told = read_outcome(ends[0], result);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    return told;
}

/** attempt() in a process of its own; what that leaves undone is undone by another. */
static outcome attempt_apart(const s2_publication *publication, const char *journal)
{
    outcome result;
    bool told = work_apart(attempt, publication, journal, &result);
    for (int i = 0; i < TAKE_OVERS && !told; i++)
        told = work_apart(take_over, publication, journal, &result);
    return told ? result : take_over(publication, journal);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static s2rgf_status fail_taken(const char *path, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: was created in the meantime: not overwritten",
                   path);
}

/** Look for what has the names now, and refuse what must not be replaced. */
static s2rgf_status find_old(s2_publication *publication, bool *any_old, s2rgf_error *err)
{
    *any_old = false;
    for (int i = 0; i < publication->count; i++) {
        s2_naming *item = &publication->items[i];
        VSIStatBufL stat;
        item->had_old = is_there(item->to);
        if (!item->had_old)
            continue;
        *any_old = true;
        if (!item->replace)
            return fail_taken(item->to, err);
        if (VSIStatExL(item->to, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
            VSI_ISDIR(stat.st_mode))
            return s2_fail(err, S2RGF_IO, "%s: is a folder: choose another name", item->to);
    }
    return S2RGF_OK;
}

static s2rgf_status report_outcome(const s2_publication *publication, outcome result,
                                   s2rgf_error *err)
{
    const int last = publication->count - 1;
    const char *subject = publication->items[result.item >= 0 ? result.item : last].to;
    if (result.problem == 0)
        return S2RGF_OK;
    if (result.problem == EEXIST && !result.killed && !result.stranded)
        return fail_taken(subject, err);
    return s2_fail(
        err, S2RGF_IO, "%s: cannot get its name: %s%s%s", subject,
        result.killed ? "the process that gave the names was killed" : strerror(result.problem),
        result.stranded ? "; what was there before is now " : "",
        result.stranded ? publication->items[result.item >= 0 ? result.item : 0].backup : "");
}

s2rgf_status s2_publication_run(s2_publication *publication, const char *journal, s2rgf_error *err)
{
    bool any_old, is_virtual = false;
    s2rgf_status status = find_old(publication, &any_old, err);
    if (status != S2RGF_OK)
        return status;
    for (int i = 0; i < publication->count; i++)
        is_virtual = is_virtual || s2_is_virtual_path(publication->items[i].to);
    const bool single = publication->count == 1 && publication->items[0].alone;
    outcome result;
    if (is_virtual || single) {
        result = attempt(publication, NULL);
    } else {
        status = write_journal(publication, journal, err);
        if (status != S2RGF_OK)
            return status;
        result = attempt_apart(publication, journal);
    }
    publication->stranded = result.stranded;
    return report_outcome(publication, result, err);
}
