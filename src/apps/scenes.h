/* Many scenes on the command line: its report and its summary. */
#ifndef S2_APPS_SCENES_H
#define S2_APPS_SCENES_H

#include "apps/report.h"
#include "s2rgf/classification.h"

/**
 * Have GDAL look for the files beside a raster by their names, unless the user wants otherwise: it would
 * list the whole folder, of all scenes, whenever it opens a file.
 */
void s2_scenes_expect(void);

/**
 * Map the scenes, write the report (each share its own) and print the summary.
 * report_path in  or NULL
 * Errors  those of s2rgf_classify_scenes(); IO when a scene failed or the report cannot be written.
 */
s2rgf_status s2_scenes_run(const s2rgf_classify_options *options, const char *scenes_path,
                           const char *report_path, s2_report *report, s2rgf_error *err);

#endif
