/* Errors of GDAL: caught, so that our own message can carry them, and ours as numbers of GDAL. */
#ifndef S2_GEO_SOURCE_GDAL_CATCH_H
#define S2_GEO_SOURCE_GDAL_CATCH_H

#include <gdal.h>
#include <stdbool.h>

#include "s2rgf/base.h"

/** What GDAL said between begin and end: the first failure and the last warning. */
typedef struct s2_gdal_catch {
    bool failed;
    char failure[512];
    bool no_memory; /* a failure for want of memory, which GDAL may have gone on after */
    bool warned;
    char warning[512];
    void (*reword)(char *message); /* NULL, or what makes messages fit to be shown, in place */
} s2_gdal_catch;

/** Silence GDAL's failures on this thread and collect them; every begin needs its end. */
void s2_gdal_catch_begin(s2_gdal_catch *caught);

/** Restore the former handler. A warning is passed on to it now, unless a failure was caught. */
void s2_gdal_catch_end(s2_gdal_catch *caught);

/**
 * After opening a data set: where memory ran out, GDAL may have left out parts of what it read, so
 * *dataset is closed and becomes NULL.
 */
void s2_gdal_drop_partial(const s2_gdal_catch *caught, GDALDatasetH *dataset);

/** A raster to be opened for reading. */
typedef struct s2_gdal_request {
    const char *name;                /* as GDAL takes it */
    const char *const *drivers;      /* that may open it, NULL: all */
    const char *const *open_options; /* or NULL */
    const char *subject;             /* of the message, NULL: the name */
    const char *complaint;           /* its text, "cannot open the map" */
} s2_gdal_request;

/** Open it. *dataset is NULL on failure. Errors: IO, NO_MEMORY. Memory: GDALClose(). */
s2rgf_status s2_gdal_open(const s2_gdal_request *request, GDALDatasetH *dataset, s2rgf_error *err);

/**
 * Fail with FORMAT because a dataset lacks what is read of it: missing, or that it is a container
 * of other rasters.
 */
s2rgf_status s2_gdal_fail_empty(GDALDatasetH dataset, const char *subject, const char *missing,
                                s2rgf_error *err);
/** Warn where a file has more rasters than GDAL opens by its name, as the pages of a TIFF. */
void s2_gdal_tell_pages(GDALDatasetH dataset, const char *subject, const s2rgf_host *host);

/** As s2_fail(), with GDAL's message behind ours; S2RGF_NO_MEMORY where that was the reason. */
s2rgf_status s2_gdal_fail(const s2_gdal_catch *caught, s2rgf_error *err, s2rgf_status status,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
