/* What every program does around its verb. */
#include "apps/program.h"

#include <cpl_conv.h>
#include <gdal.h>
#include <locale.h>

int s2_program_run(const s2_program *program, int argc, char **argv, void *values,
                   s2_program_verb verb)
{
    s2_command command = {.program = program, .values = values};
    s2_report report;
    s2rgf_error err = {.status = S2RGF_OK};
    int exit_code;

    s2_report_prepare();
    /* only the character set, for the columns of reports: numbers keep their decimal point */
    setlocale(LC_CTYPE, "C.UTF-8");
    s2_report_watch_gdal();
    if (s2_command_parse(&command, argc, argv, &exit_code)) {
        s2_report_start(&report, command.quiet);
        report.writes = command.writes;
        const s2rgf_status status = verb(values, &report, &err);
        exit_code = s2_report_finish(&report, status, &err);
    }
    s2_command_clear(&command);
    GDALDestroyDriverManager();
    return exit_code;
}

int s2_program_cache_mb(void)
{
    return CPLGetConfigOption("GDAL_CACHEMAX", NULL) ? 0 : 256;
}

void s2_program_bound_cache(void)
{
    if (s2_program_cache_mb() > 0)
        GDALSetCacheMax64((GIntBig)s2_program_cache_mb() << 20);
}
