/* s2rgf - land-cover maps from several co-registered optical rasters.
 * SPDX-License-Identifier: MIT
 *
 * The public interface of libs2rgf. It trains models, maps scenes (one, a share of one, or many),
 * joins shares of a map, assesses maps, describes models, and computes maps on demand.
 * Each of these takes one options structure, filled with defaults by its *_options_init() function,
 * and reports through s2rgf_host. No function prints, exits or changes process-wide state, unless
 * options ask for it (mpi, block_cache_mb). The caller registers GDAL's drivers first.
 *
 *     #include <gdal.h>
 *     #include <s2rgf.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         const s2rgf_input input = {"ms", "scene.tif"};
 *         s2rgf_classify_options options;
 *         s2rgf_error err;
 *         GDALAllRegister();
 *         s2rgf_classify_options_init(&options, sizeof options);
 *         options.scene.inputs = &input;
 *         options.scene.input_count = 1;
 *         options.model_path = "model.s2rgf";
 *         options.output_path = "map.tif";
 *         if (s2rgf_classify(&options, NULL, &err) == S2RGF_OK)
 *             return 0;
 *         fprintf(stderr, "%s\n", err.message);
 *         return 1;
 *     }
 *
 *     cc example.c $(pkg-config --cflags --libs libs2rgf)
 *
 * Strings are UTF-8. Pointers in options must stay valid until the call returns. If an argument is
 * NULL and must not be, or a number is out of its range, the status is S2RGF_INVALID_ARGUMENT; err may
 * always be NULL.
 *
 * Later versions only append members, and only to two kinds of structures: to options, whose size
 * member tells the library which members the caller knows, and to structures that the library makes
 * and hands out by pointer.
 */
#ifndef S2RGF_H
#define S2RGF_H

#include "s2rgf/assessment.h"
#include "s2rgf/base.h"
#include "s2rgf/changes.h"
#include "s2rgf/classification.h"
#include "s2rgf/labelling.h"
#include "s2rgf/lazy_maps.h"
#include "s2rgf/models.h"
#include "s2rgf/sampling.h"
#include "s2rgf/scene.h"
#include "s2rgf/suggestions.h"
#include "s2rgf/training.h"

#define S2RGF_VERSION_MAJOR 0
#define S2RGF_VERSION_MINOR 1
#define S2RGF_VERSION_PATCH 0
/** True if this header is of that version or a later one. */
#define S2RGF_CHECK_VERSION(major, minor, patch)                                                   \
    (S2RGF_VERSION_MAJOR * 1000000 + S2RGF_VERSION_MINOR * 1000 + S2RGF_VERSION_PATCH >=           \
     (major)*1000000 + (minor)*1000 + (patch))

#endif
