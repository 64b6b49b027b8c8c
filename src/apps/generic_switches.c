/* Switches that GDAL's programs share: --help, --version, --formats, --config and their like. */
#include "apps/generic_switches.h"

#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>

#include "apps/report.h"
#include "s2rgf/base.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF" /* which some editors put at the beginning of a file */

static const s2_option SWITCHES[] = {
    {.name = "help", .alias = "h", .type = S2_OPTION_HELP, .help = "print this help"},
    {.name = "version", .type = S2_OPTION_VERSION, .help = "print the version"},
    {.name = "utility_version",
     .type = S2_OPTION_UTILITY_VERSION,
     .help = "print the versions of GDAL it was built with and runs with"},
    {.name = "formats", .type = S2_OPTION_GDAL, .help = "list GDAL's file formats"},
    {.name = "debug",
     .values = "what",
     .type = S2_OPTION_GDAL,
     .help = "print debug messages: on, off, or a prefix such as S2RGF"},
    {.name = "config",
     .values = "KEY=VALUE",
     .type = S2_OPTION_GDAL,
     .help = "set a GDAL configuration option; also as two words, KEY VALUE"},
    {.name = "optfile",
     .values = "file",
     .type = S2_OPTION_GDAL,
     .help = "read arguments from a text file; # starts a comment line"},
};

const s2_option_group S2_GENERIC_SWITCHES = {"General options", SWITCHES,
                                             sizeof SWITCHES / sizeof *SWITCHES, 0};

/* The switch of this name or alias, or NULL. */
static const s2_option *find_switch(const char *name)
{
    for (size_t i = 0; i < S2_GENERIC_SWITCHES.count; i++) {
        const s2_option *option = &SWITCHES[i];
        if (strcmp(option->name, name) == 0 || (option->alias && strcmp(option->alias, name) == 0))
            return option;
    }
    return NULL;
}

/* Length of KEY where text is KEY=VALUE, else 0. */
static size_t key_length(const char *text)
{
    size_t length = strcspn(text, "=");

    return text[length] == '=' ? length : 0;
}

static bool normalise_words(const s2_program *program, char **words, bool nested, char ***result);

/* Append the words of a text file; # starts a comment line. */
static bool expand_file(const s2_program *program, const char *path, char ***result)
{
    VSIStatBufL found;
    const bool is_folder = VSIStatL(path, &found) == 0 && VSI_ISDIR(found.st_mode);
    VSILFILE *file = is_folder ? NULL : VSIFOpenL(path, "rb");
    char **words = NULL;
    const char *line;
    bool first = true;
    bool ok;
    unsigned char start[2] = {0};

    if (!file)
        return s2_report_usage(program->name, "--optfile %s: cannot open", path);
    if (VSIFReadL(start, 1, sizeof start, file) == sizeof start && (start[0] ^ start[1]) == 1 &&
        start[0] >= 0xFE) { /* FF FE, FE FF */
        VSIFCloseL(file);
        return s2_report_usage(program->name, "--optfile %s: expected text in UTF-8, found UTF-16",
                               path);
    }
    VSIRewindL(file);
    while ((line = CPLReadLineL(file))) {
        if (first && strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
            line += strlen(BYTE_ORDER_MARK);
        first = false;
        char **more = line[0] == '#' ? NULL : CSLTokenizeString(line);
        for (char **word = more; word && *word; word++)
            words = CSLAddString(words, *word);
        CSLDestroy(more);
    }
    VSIFCloseL(file);
    ok = normalise_words(program, words, true, result);
    CSLDestroy(words);
    return ok;
}

/*
 * Append words to *result in the form that GDALGeneralCmdLineProcessor() of every GDAL version
 * understands: two dashes before its switches, `--config KEY VALUE` for `--config KEY=VALUE`
 * (which makes 3.6 swallow the word after it). Switches of ours that it would take get one dash.
 */
static bool normalise_words(const s2_program *program, char **words, bool nested, char ***result)
{
    for (; words && *words; words++) {
        const char *name = s2_option_name(*words);
        const s2_option *option = name ? find_switch(name) : NULL;

        if (option && option->type == S2_OPTION_GDAL && strcmp(name, "optfile") == 0) {
            if (nested || !words[1])
                return s2_report_usage(program->name,
                                       nested ? "--optfile: not allowed in an option file"
                                              : "--optfile: expected file after it");
            if (!expand_file(program, *++words, result))
                return false;
        } else if (option && option->type == S2_OPTION_GDAL) {
            size_t length = words[1] && strcmp(name, "config") == 0 ? key_length(words[1]) : 0;
            *result = CSLAddString(*result, CPLSPrintf("--%s", name));
            if (length > 0) {
                words++;
                *result = CSLAddString(*result, CPLSPrintf("%.*s", (int)length, *words));
                *result = CSLAddString(*result, *words + length + 1);
            }
        } else if (option && option->type == S2_OPTION_VERSION) {
            *result = CSLAddString(*result, "-version");
        } else {
            *result = CSLAddString(*result, *words);
        }
    }
    return true;
}

/* What GDAL reads while it registers drivers, as GDAL_SKIP: its own processing of switches comes
   after that, because --formats lists the drivers. */
static void set_early(char **words)
{
    for (; words[0] && words[1]; words++) {
        if (strcmp(words[0], "--config") == 0 && words[2]) {
            CPLSetConfigOption(words[1], words[2]);
            words += 2;
        } else if (strcmp(words[0], "--debug") == 0) {
            CPLSetConfigOption("CPL_DEBUG", words[1]);
            words++;
        }
    }
}

bool s2_generic_take(const s2_program *program, char **argv, char ***words, int *exit_code)
{
    char **all = NULL;
    int count;

    *exit_code = S2_EXIT_USAGE;
    if (!normalise_words(program, argv, false, &all)) {
        CSLDestroy(all);
        return false;
    }
    set_early(all);
    GDALAllRegister();
    *words = all;
    count = GDALGeneralCmdLineProcessor(CSLCount(all), words, program->driver_kinds);
    if (count < 1) {
        *words = NULL;
        *exit_code = count == 0 ? S2_EXIT_DONE : S2_EXIT_USAGE;
        if (count < 0)
            s2_report_usage(program->name, "wrong use of one of GDAL's switches");
    }
    CSLDestroy(all);
    return count >= 1;
}

bool s2_generic_print(const s2_program *program, const void *defaults, s2_option_type type)
{
    if (type == S2_OPTION_HELP)
        s2_program_help(program, defaults, stdout);
    else if (type == S2_OPTION_VERSION)
        printf("%s %s, GDAL %s\n", program->name, s2rgf_version(), GDALVersionInfo("RELEASE_NAME"));
    else if (type == S2_OPTION_UTILITY_VERSION)
        printf("%s was compiled against GDAL %s and is running against GDAL %s\n", program->name,
               GDAL_RELEASE_NAME, GDALVersionInfo("RELEASE_NAME"));
    else
        return false;
    return true;
}
