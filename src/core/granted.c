/* What affinity and the control groups of Linux grant this process of the machine: containers, pods, jobs. */
#include "core/granted.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/number.h"

#define LINE_BYTES 4096

/* A mounted hierarchy of control groups. */
typedef struct hierarchy {
    char group[LINE_BYTES]; /* that is mounted */
    char point[LINE_BYTES]; /* where */
    bool unified;           /* version 2: all controllers */
} hierarchy;

/* A limit that a group's folder states, INFINITY: none. */
typedef double limit_reader(const char *folder);

/* The first line of a file in a folder, without its end; false: there is none. */
static bool read_line(const char *folder, const char *name, char line[LINE_BYTES])
{
    char *path = s2_asprintf("%s/%s", folder, name);
    FILE *file = path ? fopen(path, "re") : NULL;
    const bool found = file && fgets(line, LINE_BYTES, file);
    if (file)
        fclose(file);
    s2_free(path);
    if (found)
        line[strcspn(line, "\n")] = '\0';
    return found;
}

/* A number above 0 at the beginning of a text, else INFINITY: "max", -1. */
static double limit_in(const char *text)
{
    char *end;
    const double value = s2_strtod(text, &end);
    return end > text && value > 0.0 ? value : INFINITY;
}

static double read_processors(const char *folder)
{
    char quota[LINE_BYTES];
    char period[LINE_BYTES];
    if (read_line(folder, "cpu.max", quota)) {
        const char *blank = strchr(quota, ' ');
        return blank ? limit_in(quota) / limit_in(blank) : INFINITY;
    }
    if (read_line(folder, "cpu.cfs_quota_us", quota) &&
        read_line(folder, "cpu.cfs_period_us", period))
        return limit_in(quota) / limit_in(period);
    return INFINITY;
}

static double read_memory(const char *folder)
{
    char bytes[LINE_BYTES];
    if (read_line(folder, "memory.max", bytes) || read_line(folder, "memory.limit_in_bytes", bytes))
        return limit_in(bytes);
    return INFINITY;
}

/* Is the word in a list with commas? */
static bool lists(const char *list, size_t length, const char *word)
{
    const char *end = list + length;
    while (list < end) {
        const size_t part = strcspn(list, ",:\n ");
        if (part == strlen(word) && strncmp(list, word, part) == 0)
            return true;
        list += part + 1;
    }
    return false;
}

/* A line of mountinfo; false: it mounts no hierarchy with that controller. */
static bool parse_mount(const char *line, const char *controller, hierarchy *mounted)
{
    char type[LINE_BYTES];
    char options[LINE_BYTES];
    const char *rest = strstr(line, " - ");
    if (strlen(line) >= LINE_BYTES || !rest ||
        sscanf(line, "%*s %*s %*s %4095s %4095s", mounted->group, mounted->point) != 2 ||
        sscanf(rest, " - %4095s %*s %4095s", type, options) != 2)
        return false;
    mounted->unified = strcmp(type, "cgroup2") == 0;
    return mounted->unified ||
           (strcmp(type, "cgroup") == 0 && lists(options, strlen(options), controller));
}

/* The process's group in a hierarchy, from lines of "number:controllers:group". */
static bool find_group(const char *root, const hierarchy *mounted, const char *controller,
                       char group[LINE_BYTES])
{
    char *path = s2_asprintf("%s/proc/self/cgroup", root);
    FILE *file = path ? fopen(path, "re") : NULL;
    char line[LINE_BYTES];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *list = strchr(line, ':');
        const char *last = list ? strchr(list + 1, ':') : NULL;
        if (!last)
            continue;
        found = mounted->unified ? strncmp(line, "0::", 3) == 0
                                 : lists(list + 1, (size_t)(last - list - 1), controller);
        if (found)
            snprintf(group, LINE_BYTES, "%.*s", (int)strcspn(last + 1, "\n"), last + 1);
    }
    if (file)
        fclose(file);
    s2_free(path);
    return found;
}

/* A group as a path below where its hierarchy is mounted. What is outside of the mount, as in a
   container that sees only its own group, is the mount point itself. */
static const char *below_mount(const hierarchy *mounted, const char *group)
{
    const size_t length = strcmp(mounted->group, "/") == 0 ? 0 : strlen(mounted->group);
    if (strstr(group, "/..") || strncmp(group, mounted->group, length) != 0 ||
        (group[length] != '/' && group[length] != '\0'))
        return "";
    return group + length;
}

/* The least limit of the process's group and those above it, up to the mount point. */
static double least_upwards(const char *root, const hierarchy *mounted, const char *controller,
                            limit_reader *reader)
{
    char group[LINE_BYTES];
    double least = INFINITY;
    if (!find_group(root, mounted, controller, group))
        return least;
    const size_t top = strlen(root) + strlen(mounted->point);
    char *folder = s2_asprintf("%s%s%s", root, mounted->point, below_mount(mounted, group));
    char *end = folder ? folder + strlen(folder) : NULL;
    while (end) {
        *end = '\0';
        least = fmin(least, reader(folder));
        end = strlen(folder) > top ? strrchr(folder, '/') : NULL;
    }
    s2_free(folder);
    return least;
}

static double least_limit(const char *root, const char *controller, limit_reader *reader)
{
    char *path = s2_asprintf("%s/proc/self/mountinfo", root);
    FILE *file = path ? fopen(path, "re") : NULL;
    char *line = NULL; /* of any length: of other file systems, too */
    size_t bytes = 0;
    double least = INFINITY;
    hierarchy mounted;
    while (file && getline(&line, &bytes, file) > 0)
        if (parse_mount(line, controller, &mounted))
            least = fmin(least, least_upwards(root, &mounted, controller, reader));
    free(line);
    if (file)
        fclose(file);
    s2_free(path);
    return least;
}

int s2_usable_processors(void)
{
    cpu_set_t usable;
    /* the kernel knows more processors than the set has room for */
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return (int)fmax((double)sysconf(_SC_NPROCESSORS_ONLN), 1.0);
    return CPU_COUNT(&usable);
}

int s2_granted_processors(const char *root)
{
    const double limit = ceil(least_limit(root, "cpu", read_processors));
    return limit < INT_MAX ? (int)fmax(limit, 1.0) : INT_MAX;
}

size_t s2_granted_memory(const char *root)
{
    const double limit = least_limit(root, "memory", read_memory);
    return limit < (double)SIZE_MAX ? (size_t)limit : SIZE_MAX;
}
