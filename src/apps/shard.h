/* -shard: this process's share of the work, as given or as the job array says. */
#ifndef S2_APPS_SHARD_H
#define S2_APPS_SHARD_H

#include <stdbool.h>

/** Shard index of count, from 1 on; count 0: all the work. */
typedef struct s2_shard {
    int index, count;
} s2_shard;

/**
 * Read "i/n", or "auto", which looks at the environment that Slurm, Kubernetes, AWS Batch and Open MPI
 * give to their tasks. False after wrong usage, which is reported as of -shard of the program.
 */
bool s2_shard_read(const char *program, const char *text, s2_shard *shard);

/**
 * Name of a file that every shard writes for itself: report_03of16.json for shard 3 of 16 of
 * report.json; path itself without shards. Released with free(); NULL when memory is out.
 */
char *s2_shard_path(const char *path, const s2_shard *shard);

#endif
