/* Part of s2rgf.h: maps on demand. */
#ifndef S2RGF_LAZY_MAPS_H
#define S2RGF_LAZY_MAPS_H

#include "s2rgf/base.h"
#include "s2rgf/models.h"
#include "s2rgf/scene.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- maps on demand ------------------------------------------------------------------------ */

#define S2RGF_MAP_LEVELS 16 /* the map and coarser views of it */

/** What is known about a map before any pixel is computed. */
typedef struct s2rgf_map_info {
    int width, height;      /* of the reference grid */
    double geotransform[6]; /* in GDAL's order */
    const char *srs_wkt;    /* WKT 2, or NULL */
    int tile_px;            /* side of a tile; tiles are counted from the upper left corner */
    int class_count;
    const s2rgf_class *classes;  /* [class_count], in ascending order of value */
    const char *const *metadata; /* KEY=VALUE list ended by NULL, as in a written map */
} s2rgf_map_info;

/** A map whose pixels are computed when they are read. */
typedef struct s2rgf_lazy_map s2rgf_lazy_map;

/** Everything s2rgf_lazy_map_open() needs. */
typedef struct s2rgf_lazy_map_options {
    size_t size; /* of the structure, set by init */
    const s2rgf_scene *scene;
    const s2rgf_model *model; /* an open model, in place of the scene's model_path, or NULL */
    /* working memory for a tile and the decoded blocks under it; 0: 512, or half of what the control
       groups grant where that is less */
    int memory_mb;
} s2rgf_lazy_map_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_lazy_map_options_init(s2rgf_lazy_map_options *options, size_t size);

/**
 * Open a scene with its model; nothing is computed.
 * host in  copied, because the first read may warn of the scene's values; progress is not called
 * Errors  INVALID_ARGUMENT, NO_MEMORY (memory_mb too small), IO, FORMAT, UNSUPPORTED, MISMATCH.
 * Memory  *map is released with s2rgf_lazy_map_close(). The scene is copied, and you may close an
 *         open model first.
 * Threads a map belongs to one thread at a time; several may be open at once.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_open(const s2rgf_lazy_map_options *options,
                                           const s2rgf_host *host, s2rgf_lazy_map **map,
                                           s2rgf_error *err);

/**
 * The same map again, for another thread; it shares the weights of the model. Errors, Memory: as
 * s2rgf_lazy_map_open().
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_clone(const s2rgf_lazy_map *map, s2rgf_lazy_map **copy,
                                            s2rgf_error *err);

/** The properties of the map, valid until it is closed; NULL without a map. */
S2RGF_API const s2rgf_map_info *s2rgf_lazy_map_info(const s2rgf_lazy_map *map);

/**
 * Give a GDAL band the map's palette, category names and attribute table, as in a written map, but
 * without counts and areas, which are not known yet.
 * band in  GDALRasterBandH of a data set that supports these, such as one of GDAL's MEM driver
 * Errors  IO, also when memory runs out.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_describe(const s2rgf_lazy_map *map, void *band,
                                               s2rgf_error *err);

/**
 * Compute the class values of a rectangle; the values are not cached. The pixels of level 0 are
 * those of s2rgf_classify(). Level k has pixels 2^k times as large, sizes round up, and is
 * approximate: the network gets sources whose pixels are averaged to that size.
 * level  in  0 to S2RGF_MAP_LEVELS - 1
 * rect   in  x, y, width, height in pixels of the level
 * values out [height][width], 0 is nodata, also where the scores are not finite
 * Errors  INVALID_ARGUMENT (outside), IO, FORMAT (no pixel read so far had finite scores),
 *         NO_MEMORY.
 * Threads works in the calling thread alone.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_read(s2rgf_lazy_map *map, int level, const int rect[4],
                                           uint16_t *values, s2rgf_error *err);

/** Release the working memory of a map that is idle; the next read allocates it again. NULL is
    accepted. */
S2RGF_API void s2rgf_lazy_map_rest(s2rgf_lazy_map *map);

/** Release a map; NULL is accepted. */
S2RGF_API void s2rgf_lazy_map_close(s2rgf_lazy_map *map);

#ifdef __cplusplus
}
#endif
#endif
