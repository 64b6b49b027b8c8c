/* Command lines: one table per program is the source of both parsing and --help. */
#ifndef S2_APPS_OPTIONS_H
#define S2_APPS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define S2_OPTIONS_MAX 64 /* entries of all groups of one program */
#define S2_GROUPS_MAX 8   /* groups of one program, with the closing empty one */

/** What an option's values become in the program's structure. */
typedef enum s2_option_type {
    S2_OPTION_ON,     /* bool, becomes true */
    S2_OPTION_OFF,    /* bool, becomes false */
    S2_OPTION_TEXT,   /* const char * */
    S2_OPTION_WORD,   /* const char *, one of the words of the placeholder, such as dense|patch */
    S2_OPTION_OUTPUT, /* const char *, a file to write; "-" is standard output */
    S2_OPTION_LIST,   /* const char *const *, repeatable, ended by NULL */
    S2_OPTION_INPUTS, /* s2rgf_scene_options, repeatable: inputs and input_count */
    S2_OPTION_INT,    /* int */
    S2_OPTION_SEED,   /* uint64_t */
    S2_OPTION_REAL,   /* double */
    S2_OPTION_RECT,   /* double[4] */
    S2_OPTION_PATCH,  /* s2rgf_patch_size */
    S2_OPTION_SHARD,  /* s2_shard */
    S2_OPTION_QUIET,  /* -q: nothing in the program's structure, see s2_command */
    /* what every program has; used by options.c only */
    S2_OPTION_HELP,
    S2_OPTION_VERSION,
    S2_OPTION_UTILITY_VERSION,
    S2_OPTION_GDAL /* done by GDALGeneralCmdLineProcessor() */
} s2_option_type;

/** One option, or (without a name) one positional argument. */
typedef struct s2_option {
    const char *name;   /* without dashes; NULL: positional, taken in the order of the table */
    const char *alias;  /* another name, or NULL */
    const char *former; /* a name it once had, which still works and is not documented, or NULL */
    const char *values; /* placeholders for people, "N" or "x y w h"; NULL for a switch */
    s2_option_type type;
    size_t target; /* offset in the group's structure */
    size_t given;  /* offset of a bool set to true when the option is given; 0: none */
    bool required;
    const char *unless; /* name of an option without which alone it is required, or NULL */
    double min, max;    /* numbers: allowed range, both included */
    int multiple_of;    /* INT: 0 or what the value must be a multiple of */
    bool odd;           /* INT: the value must be odd */
    const char *zero;   /* INT: a word that stands for the value 0, in the help too, or NULL */
    const char *bare;   /* INT: the value where none follows, or NULL: one must */
    /* what must be given too, or NULL: the name of an option, the placeholder of an argument, or
       "design=stratified", a value that a text option with a default must have */
    const char *needs;
    const char *or_needs; /* another that serves as well, or NULL */
    const char *forbids;  /* an option or argument that must not be given too, or NULL */
    const char *help;
} s2_option;

/** Options that belong together in --help and write into one structure. */
typedef struct s2_option_group {
    const char *heading; /* NULL ends the list of groups */
    const s2_option *options;
    size_t count;
    size_t base; /* offset of the group's structure in the program's values */
} s2_option_group;

/** All that is to be known about a program's command line. */
typedef struct s2_program {
    const char *name;
    const char *purpose; /* one sentence */
    size_t values_bytes; /* size of the program's structure */
    int driver_kinds;    /* what --formats lists: GDAL_OF_RASTER, GDAL_OF_VECTOR, or both */
    s2_option_group groups[S2_GROUPS_MAX];
} s2_program;

/** A command line being read. Set program and values, leave the rest zero. */
typedef struct s2_command {
    const s2_program *program;
    void *values; /* the program's structure, filled with defaults */
    char **words; /* owned: what text values point into */
    bool writes;  /* out: a file to write was given */
    bool quiet;   /* out: -q was given */
} s2_command;

/**
 * Read a command line into command->values. Every option may be spelled with one dash or two.
 * An input `name=path` names its source; without a valid name before the first '=' all of it is the
 * path, of a source called "source".
 * exit_code out  when false is returned: 0 after help or version (on stdout), 2 after wrong usage
 *                (message on stderr)
 * Memory  released with s2_command_clear(), whatever is returned.
 * Threads once per process, before others start (GDAL's configuration is set).
 */
bool s2_command_parse(s2_command *command, int argc, char **argv, int *exit_code);

/** Release lists and texts; values must not be used afterwards. */
void s2_command_clear(s2_command *command);

/** A word's option name, without its dashes; NULL if it is not an option ("-" is a file). */
const char *s2_option_name(const char *word);

/** Group number `index` of a program, the ones that all programs share last; NULL at the end. */
const s2_option_group *s2_program_group(const s2_program *program, size_t index);

/** Write the program's help; defaults and ranges come from values and the tables. */
void s2_program_help(const s2_program *program, const void *values, FILE *out);

#endif
