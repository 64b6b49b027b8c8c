/* Many scenes: names found in a folder or read from a list, and paths made from templates. */
#include "geo/files/scene_list.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "geo/source/gdal_catch.h"

#define HOLE "{}"
#define HOLE_LENGTH 2
#define COMPONENT_BYTES 1024 /* of one file name in a template */

bool s2_scene_is_template(const char *path)
{
    return path && strstr(path, HOLE);
}

bool s2_scene_is_folder(const char *path)
{
    VSIStatBufL stat;
    return VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
           VSI_ISDIR(stat.st_mode);
}

bool s2_scene_exists(const char *path)
{
    VSIStatBufL stat;
    return VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG) == 0;
}

char *s2_scene_insert(const char *template, const char *name)
{
    s2_text text = {0};
    const char *hole;
    for (const char *at = template; (hole = strstr(at, HOLE)); at = hole + HOLE_LENGTH) {
        s2_text_append(&text, "%.*s%s", (int)(hole - at), at, name);
        template = hole + HOLE_LENGTH;
    }
    s2_text_append(&text, "%s", template);
    if (!text.failed)
        return text.data;
    s2_free(text.data);
    return NULL;
}

char *s2_scene_before(const char *template)
{
    const char *hole = strstr(template, HOLE);
    return s2_asprintf("%.*s", hole ? (int)(hole - template) : 0, template);
}

void s2_scene_names_clear(s2_scene_names *names)
{
    CSLDestroy(names->items);
    *names = (s2_scene_names){0};
}

static void give_names(char **items, s2_scene_names *names)
{
    *names = (s2_scene_names){items, (size_t)CSLCount(items)};
}

/* ---- matching ------------------------------------------------------------------------------- */

/**
 * Whether a file name matches a pattern of *, ?, "{}" for the scene's name, and other characters.
 */
static bool matches(const char *pattern, const char *name, const char *text)
{
    const size_t length = strlen(name);
    for (; *pattern != '\0'; pattern++, text++) {
        if (*pattern == '*') {
            for (;; text++) {
                if (matches(pattern + 1, name, text))
                    return true;
                if (*text == '\0')
                    return false;
            }
        }
        if (strncmp(pattern, HOLE, HOLE_LENGTH) == 0) {
            if (strncmp(text, name, length) != 0)
                return false;
            pattern += HOLE_LENGTH - 1;
            text += length;
            text--;
        } else if (*text == '\0' || (*pattern != '?' && *pattern != *text)) {
            return false;
        }
    }
    return *text == '\0';
}

/** The shortest name with which a file name matches a pattern, in new memory; NULL if none does. */
static char *name_in(const char *pattern, const char *text)
{
    const size_t before = (size_t)(strstr(pattern, HOLE) - pattern);
    if (strncmp(pattern, text, before) != 0)
        return NULL;
    for (size_t length = 1; length <= strlen(text + before); length++) {
        char *name = s2_asprintf("%.*s", (int)length, text + before);
        if (!name || matches(pattern, name, text))
            return name;
        s2_free(name);
    }
    return NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/** Byte order, each once. */
static void sort_names(char **names)
{
    const size_t count = (size_t)CSLCount(names);
    size_t kept = 0;
    if (count > 0)
        qsort(names, count, sizeof *names, compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && strcmp(names[kept - 1], names[i]) == 0)
            CPLFree(names[i]);
        else
            names[kept++] = names[i];
    }
    if (count > 0)
        names[kept] = NULL;
}

/** Visible names in a folder, sorted. */
static char **list_folder(const char *folder)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    char **all = VSIReadDir(folder[0] != '\0' ? folder : ".");
    s2_gdal_catch_end(&caught);
    char **names = NULL;
    for (int i = 0; all && all[i]; i++)
        if (all[i][0] != '.')
            names = CSLAddString(names, all[i]);
    CSLDestroy(all);
    sort_names(names);
    return names;
}

/* ---- walking through a template ------------------------------------------------------------- */

/** What a walk looks for and has found. */
typedef struct walk {
    const char *name; /* the scene's, or NULL: names are looked for */
    char **found;     /* paths, or names */
    bool failed;      /* memory is out */
} walk;

static void walk_template(walk *w, const char *folder, const char *rest);

/** Go on behind one component of the template, at this path. */
static void walk_behind(walk *w, const char *path, const char *rest)
{
    if (*rest == '/') {
        char *folder = s2_asprintf("%s/", path);
        w->failed = w->failed || !folder;
        if (folder)
            walk_template(w, folder, rest + 1);
        s2_free(folder);
    } else if (s2_scene_exists(path)) {
        w->found = CSLAddString(w->found, path);
    }
}

/** A component that names several files: look at all that are there. */
static void walk_names(walk *w, const char *folder, const char *component, const char *rest)
{
    const bool looks = !w->name && strstr(component, HOLE);
    char **names = list_folder(folder);
    for (int i = 0; names && names[i]; i++) {
        char *name = looks ? name_in(component, names[i]) : NULL;
        char *path = s2_asprintf("%s%s", folder, names[i]);
        w->failed = w->failed || !path;
        if (looks && name && path) {
            walk behind = {.name = name};
            walk_behind(&behind, path, rest);
            if (behind.found)
                w->found = CSLAddString(w->found, name);
            w->failed = w->failed || behind.failed;
            CSLDestroy(behind.found);
        } else if (!looks && path && matches(component, w->name ? w->name : "", names[i])) {
            walk_behind(w, path, rest);
        }
        s2_free(name);
        s2_free(path);
    }
    CSLDestroy(names);
}

/** Go through the components of a template. folder in  what came before, with its '/', or "" */
static void walk_template(walk *w, const char *folder, const char *rest)
{
    char component[COMPONENT_BYTES];
    const size_t length = strcspn(rest, "/");
    CPLsnprintf(component, sizeof component, "%.*s", (int)length, rest);
    if (strpbrk(component, "*?") || (!w->name && strstr(component, HOLE))) {
        walk_names(w, folder, component, rest + length);
        return;
    }
    char *filled = s2_scene_insert(component, w->name ? w->name : "");
    char *path = filled ? s2_asprintf("%s%s", folder, filled) : NULL;
    w->failed = w->failed || !path;
    if (path)
        walk_behind(w, path, rest + length);
    s2_free(filled);
    s2_free(path);
}

/** The folder's path with a '/' before a relative template, else "". */
static char *folder_before(const char *folder, const char *template)
{
    if (!folder || template[0] == '/')
        return s2_strdup("");
    return s2_asprintf("%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/");
}

/* ---- scenes --------------------------------------------------------------------------------- */

/** What comes directly before and after the first "{}" leaves no doubt what it stands for. */
static s2rgf_status check_template(const char *template, s2rgf_error *err)
{
    const char *hole = strstr(template, HOLE);
    const char *component = hole;
    if (!hole)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: no {} in it: put {} where the name of the scene belongs", template);
    while (component > template && component[-1] != '/')
        component--;
    if (strcspn(component, "*?") < (size_t)(hole - component) || hole[HOLE_LENGTH] == '*')
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: expected no * or ? before {} in its file name, and no * right behind it",
            template);
    return S2RGF_OK;
}

s2rgf_status s2_scene_find(const char *folder, const char *template, s2_scene_names *names,
                           s2rgf_error *err)
{
    *names = (s2_scene_names){0};
    s2rgf_status status = check_template(template, err);
    if (status != S2RGF_OK)
        return status;
    walk w = {.name = NULL};
    char *before = folder_before(folder, template);
    if (before)
        walk_template(&w, before, template);
    if (!before || w.failed)
        status = s2_fail_memory(err, "scenes");
    else if (!w.found)
        status = s2_fail(err, S2RGF_IO, "%s: no scene: expected files like %s", folder, template);
    s2_free(before);
    sort_names(w.found);
    give_names(w.found, names);
    return status;
}

/** Leave "." and empty components out of a relative path, in place. */
static void spell_plainly(char *name)
{
    char *to = name;
    for (const char *from = name; *from != '\0'; from += *from == '/') {
        const size_t length = strcspn(from, "/");
        if (length > 0 && !(length == 1 && *from == '.')) {
            if (to != name)
                *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = '\0';
}

/** Every scene once, however its name is spelled. */
static s2rgf_status check_unique(const char *path, char **items, s2rgf_error *err)
{
    char **sorted = CSLDuplicate(items);
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; sorted[i]; i++)
        spell_plainly(sorted[i]);
    qsort(sorted, (size_t)CSLCount(sorted), sizeof *sorted, compare_texts);
    for (int i = 1; sorted[i] && status == S2RGF_OK; i++)
        if (strcmp(sorted[i], sorted[i - 1]) == 0)
            status = s2_fail(err, S2RGF_FORMAT, "%s: expected every scene once, found %s twice",
                             path, sorted[i]);
    CSLDestroy(sorted);
    return status;
}

/** Who writes a list must not choose where maps go: names lead below the templates' folder. */
static s2rgf_status check_names(const char *path, char **items, s2rgf_error *err)
{
    for (int i = 0; items[i]; i++) {
        const char *rest = items[i];
        bool leaves = rest[0] == '/';
        for (; *rest != '\0'; rest += *rest == '/') {
            const size_t length = strcspn(rest, "/");
            leaves = leaves || (length == 2 && strncmp(rest, "..", length) == 0);
            rest += length;
        }
        if (leaves)
            return s2_fail(
                err, S2RGF_FORMAT,
                "%s: a scene's name leads out of its folder: expected no \"..\" and no / at "
                "its beginning, found %s",
                path, items[i]);
    }
    return S2RGF_OK;
}

s2rgf_status s2_scene_read_list(const char *path, s2_scene_names *names, s2rgf_error *err)
{
    const char *line;
    char **items = NULL;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    bool first = true, text = true;
    int bytes = 0;
    VSILFILE *file = VSIFOpenL(path, "rb");
    while (file && text && (line = CPLReadLine3L(file, -1, &bytes, NULL))) {
        text = !memchr(line, '\0', (size_t)bytes);
        line = first ? s2_utf8_skip_mark(line) : line;
        first = false;
        line += strspn(line, " \t");
        size_t length = strlen(line);
        while (length > 0 && strchr(" \t", line[length - 1]))
            length--;
        if (length > 0 && line[0] != '#')
            items = CSLAddString(items, CPLSPrintf("%.*s", (int)length, line));
    }
    s2_gdal_catch_end(&caught);
    give_names(items, names);
    if (!file)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot open the list of scenes", path);
    VSIFCloseL(file);
    if (!text)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: no list of scenes: expected a folder, or a text in UTF-8", path);
    if (!items)
        return s2_fail(err, S2RGF_FORMAT, "%s: no scene: expected one name per line", path);
    const s2rgf_status status = check_names(path, items, err);
    return status == S2RGF_OK ? check_unique(path, items, err) : status;
}

s2rgf_status s2_scene_paths(const char *folder, const char *template, const char *name,
                            s2_scene_names *paths, s2rgf_error *err)
{
    *paths = (s2_scene_names){0};
    char *before = folder_before(folder, template);
    char *filled = s2_scene_insert(template, name);
    char *path = before && filled ? s2_asprintf("%s%s", before, filled) : NULL;
    s2rgf_status status = path ? S2RGF_OK : s2_fail_memory(err, "scene");
    if (status == S2RGF_OK && !strpbrk(template, "*?")) {
        give_names(CSLAddString(NULL, path), paths);
    } else if (status == S2RGF_OK) {
        walk w = {.name = name};
        walk_template(&w, before, template);
        give_names(w.found, paths);
        if (w.failed)
            status = s2_fail_memory(err, "scene");
        else if (!w.found)
            status = s2_fail(err, S2RGF_IO, "%s: no such file", path);
    }
    S2_FREE_EACH(before, filled, path);
    return status;
}
