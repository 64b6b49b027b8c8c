/* The files that a data set consists of, and the data set that a file belongs to. */
#ifndef S2_GEO_FILES_DATASET_FILES_H
#define S2_GEO_FILES_DATASET_FILES_H

#include <stdbool.h>

/** A raster or vector data set as GDAL opens it. */
typedef struct s2_dataset_name {
    const char *path;
    const char *const *open_options;  /* KEY=VALUE list ended by NULL, or NULL */
    const char *const *input_formats; /* GDAL driver names ended by NULL, or NULL for all */
} s2_dataset_name;

/**
 * Names of the files that a data set consists of: those that GDAL lists, those that a VRT refers
 * to, and the file that its own name leads to, of an archive or of a subdataset. What GDAL cannot
 * open consists of the last alone.
 * Memory  a list ended by NULL, released with s2_dataset_files_free(); NULL: no file.
 */
char **s2_dataset_files(const s2_dataset_name *name);
void s2_dataset_files_free(char **files);

/** Whether a file is a data set made of others, a VRT. */
bool s2_dataset_refers(const char *path);

/** Whether a data set does not count as an owner. */
typedef bool s2_dataset_filter(const void *context, const char *path);

/**
 * The other data set in its folder that a file is a part of, as roads.prj is of roads.shp.
 * is_own  in  tells which data sets do not count; gets context
 * Memory  released with s2_free(); NULL: there is none, or the file is a raster by itself.
 */
char *s2_dataset_owner(const char *path, s2_dataset_filter *is_own, const void *context);

/** Whether a style of QGIS, .qml, is of a raster; false also where it cannot be read. */
bool s2_is_raster_style(const char *path);

#endif
