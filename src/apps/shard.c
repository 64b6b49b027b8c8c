/* -shard: this process's share of the work, as given or as the job array says. */
#include "apps/shard.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/report.h"

#define SHARDS_MAX 100000

/* Variables of a system that numbers its tasks; those that it does not have are NULL. */
typedef struct task_system {
    const char *index, *count;
    const char *first, *last, *step; /* of the indices; without them these begin at 0 */
} task_system;

static const task_system SYSTEMS[] = {
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"},
    {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", NULL, NULL, NULL},
    {"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", NULL, NULL, NULL},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL, NULL, NULL},
};
#define SYSTEM_COUNT (sizeof SYSTEMS / sizeof *SYSTEMS)

/* The whole number at the start of text, which the character `end` ends; -1 if there is none. */
static long read_count(const char *text, char end, const char **rest)
{
    char *after;
    long value;

    errno = 0;
    value = strtol(text, &after, 10);
    if (!isdigit((unsigned char)*text) || *after != end || errno != 0)
        return -1;
    *rest = after + (end != '\0');
    return value;
}

/* A variable's number; fallback without such a variable. False after a message. */
static bool read_variable(const char *program, const char *name, long fallback, long *value)
{
    const char *text = name ? getenv(name) : NULL;
    const char *rest;

    *value = fallback;
    if (!text && fallback >= 0)
        return true;
    if (!text)
        return s2_report_usage(program, "-shard auto: %s is not set: set it, or give i/n", name);
    *value = read_count(text, '\0', &rest);
    return *value >= 0 ||
           s2_report_usage(program, "-shard auto: %s: expected a whole number, found '%s'", name,
                           text);
}

static bool read_system(const char *program, const task_system *system, s2_shard *shard)
{
    long index, count, first, last, step;

    if (!read_variable(program, system->index, -1, &index) ||
        !read_variable(program, system->count, -1, &count) ||
        !read_variable(program, system->first, 0, &first) ||
        !read_variable(program, system->step, 1, &step) ||
        !read_variable(program, system->last, first + (count > 0 ? count - 1 : 0) * step, &last))
        return false;
    if (count < 1 || count > SHARDS_MAX || step < 1 || index < first ||
        (index - first) % step != 0 || (index - first) / step >= count ||
        (last - first) / step + 1 != count)
        return s2_report_usage(program,
                               "-shard auto: %s: expected tasks without gaps, at most %d, found "
                               "task %ld of %ld that begin with %ld: give i/n",
                               system->index, SHARDS_MAX, index, count, first);
    *shard = (s2_shard){(int)((index - first) / step) + 1, (int)count};
    return true;
}

static bool read_auto(const char *program, s2_shard *shard)
{
    const task_system *found = NULL;

    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        if (!getenv(SYSTEMS[i].index))
            continue;
        if (found)
            return s2_report_usage(program,
                                   "-shard auto: both %s and %s are set: unset one, or give i/n",
                                   found->index, SYSTEMS[i].index);
        found = &SYSTEMS[i];
    }
    if (!found)
        return s2_report_usage(program, "-shard auto: none of %s, %s, %s, %s is set: give i/n",
                               SYSTEMS[0].index, SYSTEMS[1].index, SYSTEMS[2].index,
                               SYSTEMS[3].index);
    return read_system(program, found, shard);
}

bool s2_shard_read(const char *program, const char *text, s2_shard *shard)
{
    const char *rest = text;
    long index, count = 0;

    if (strcmp(text, "auto") == 0)
        return read_auto(program, shard);
    index = read_count(text, '/', &rest);
    if (index >= 0)
        count = read_count(rest, '\0', &rest);
    if (index < 1 || count < index || count > SHARDS_MAX)
        return s2_report_usage(program,
                               "-shard: expected i/n with i from 1 to n and n to %d, or auto, "
                               "found '%s'",
                               SHARDS_MAX, text);
    *shard = (s2_shard){(int)index, (int)count};
    return true;
}

char *s2_shard_path(const char *path, const s2_shard *shard)
{
    const char *slash = strrchr(path, '/');
    const char *point = strrchr(slash ? slash : path, '.');
    size_t stem = point ? (size_t)(point - path) : strlen(path);
    size_t bytes = strlen(path) + 32;
    char *made = malloc(bytes);

    if (made && shard->count == 0)
        snprintf(made, bytes, "%s", path);
    else if (made)
        snprintf(made, bytes, "%.*s_%0*dof%d%s", (int)stem, path,
                 snprintf(NULL, 0, "%d", shard->count), shard->index, shard->count, path + stem);
    return made;
}
