/* Switches that GDAL's programs share: --help, --version, --formats, --config and their like. */
#ifndef S2_APPS_GENERIC_SWITCHES_H
#define S2_APPS_GENERIC_SWITCHES_H

#include "apps/options.h"

/** The group that every program has, last in its help. */
extern const s2_option_group S2_GENERIC_SWITCHES;

/**
 * Register GDAL's drivers, let GDAL act on its switches and take them out of the command line;
 * --config and --debug act on the registration, too, and --optfile is expanded.
 * argv       in   ended by NULL
 * words      out  what is left, argv[0] first; released with CSLDestroy()
 * exit_code  out  when false is returned: 0 after a switch that prints, 2 after wrong usage
 */
bool s2_generic_take(const s2_program *program, char **argv, char ***words, int *exit_code);

/** Print what --help or a --version asks for on stdout; false if the type is none of these. */
bool s2_generic_print(const s2_program *program, const void *defaults, s2_option_type type);

#endif
