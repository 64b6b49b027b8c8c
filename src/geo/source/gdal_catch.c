/* Errors of GDAL: caught, so that our own message can carry them, and ours as numbers of GDAL. */
#include "geo/source/gdal_catch.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/number.h"

/** Copy on one line: GDAL's messages may hold line breaks, and names from outside. */
static void copy_line(const s2_gdal_catch *caught, char *to, size_t size, const char *from)
{
    s2rgf_printable(from, to, size);
    if (caught->reword)
        caught->reword(to);
    for (size_t length = strlen(to); length > 0 && to[length - 1] == ' '; length--)
        to[length - 1] = '\0';
}

static void CPL_STDCALL collect(CPLErr level, CPLErrorNum number, const char *message)
{
    s2_gdal_catch *caught = CPLGetErrorHandlerUserData();
    caught->no_memory = caught->no_memory || number == CPLE_OutOfMemory;
    if (level == CE_Failure || level == CE_Fatal) {
        /* The first is the cause, later ones are its echo from outer layers. */
        if (!caught->failed)
            copy_line(caught, caught->failure, sizeof caught->failure, message);
        caught->failed = true;
    } else if (level == CE_Warning) {
        copy_line(caught, caught->warning, sizeof caught->warning, message);
        caught->warned = true;
    }
}

void s2_gdal_catch_begin(s2_gdal_catch *caught)
{
    *caught = (s2_gdal_catch){0};
    CPLErrorReset();
    CPLPushErrorHandlerEx(collect, caught);
    /* --debug output still goes where the user wants it. */
    CPLSetCurrentErrorHandlerCatchDebug(FALSE);
}

void s2_gdal_catch_end(s2_gdal_catch *caught)
{
    CPLPopErrorHandler();
    CPLErrorReset();
    if (caught->warned && !caught->failed)
        CPLError(CE_Warning, CPLE_AppDefined, "%s", caught->warning);
}

void s2_gdal_drop_partial(const s2_gdal_catch *caught, GDALDatasetH *dataset)
{
    if (!caught->no_memory)
        return;
    GDALClose(*dataset);
    *dataset = NULL;
}

s2rgf_status s2_gdal_fail(const s2_gdal_catch *caught, s2rgf_error *err, s2rgf_status status,
                          const char *format, ...)
{
    char ours[S2RGF_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    s2_vsnprintf(ours, sizeof ours, format, args);
    va_end(args);
    if (caught->no_memory)
        return s2_fail(err, S2RGF_NO_MEMORY, "%s: out of memory: %s", ours, caught->failure);
    if (!caught->failed)
        return s2_fail(err, status, "%s", ours);
    return s2_fail(err, status, "%s: %s", ours, caught->failure);
}

s2rgf_status s2_gdal_open(const s2_gdal_request *request, GDALDatasetH *dataset, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    *dataset = GDALOpenEx(request->name, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                          request->drivers, request->open_options, NULL);
    s2_gdal_catch_end(&caught);
    s2_gdal_drop_partial(&caught, dataset);
    if (*dataset)
        return S2RGF_OK;
    VSIStatBufL stat;
    const char *subject = request->subject ? request->subject : request->name;
    if (VSIStatExL(request->name, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
        VSI_ISDIR(stat.st_mode))
        return s2_fail(err, S2RGF_IO, "%s: %s: it is a folder without a known product", subject,
                       request->complaint);
    return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: %s", subject, request->complaint);
}

s2rgf_status s2_gdal_fail_empty(GDALDatasetH dataset, const char *subject, const char *missing,
                                s2rgf_error *err)
{
    char **parts = GDALGetMetadata(dataset, "SUBDATASETS");
    const char *first = CSLFetchNameValue(parts, "SUBDATASET_1_NAME");
    if (!first)
        return s2_fail(err, S2RGF_FORMAT, "%s: %s", subject, missing);
    return s2_fail(err, S2RGF_FORMAT,
                   "%s: a container of %d rasters: expected one of them, for example %s", subject,
                   CSLCount(parts) / 2, first);
}

void s2_gdal_tell_pages(GDALDatasetH dataset, const char *subject, const s2rgf_host *host)
{
    char **parts = GDALGetMetadata(dataset, "SUBDATASETS");
    const char *second = CSLFetchNameValue(parts, "SUBDATASET_2_NAME");
    if (second)
        s2_log(host, S2RGF_WARNING,
               "%s: the file has %d rasters, and the one that GDAL opens by its name is used: "
               "others have names such as %s",
               subject, CSLCount(parts) / 2, second);
}

int s2rgf_status_gdal_number(s2rgf_status status)
{
    switch (status) {
    case S2RGF_OK:
        return CPLE_None;
    case S2RGF_INVALID_ARGUMENT:
        return CPLE_IllegalArg;
    case S2RGF_NO_MEMORY:
        return CPLE_OutOfMemory;
    case S2RGF_IO:
        return CPLE_FileIO;
    case S2RGF_UNSUPPORTED:
        return CPLE_NotSupported;
    case S2RGF_CANCELLED:
        return CPLE_UserInterrupt;
    default:
        return CPLE_AppDefined;
    }
}
