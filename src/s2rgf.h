/* s2rgf - land-cover maps from several co-registered optical rasters.
 * SPDX-License-Identifier: MIT
 *
 * The public interface of libs2rgf. It trains models, maps scenes (one, a share of one, or many),
 * joins shares of a map, assesses maps, describes models, and computes maps on demand.
 * Each of these takes one options structure, filled with defaults by its *_options_init() function,
 * and reports through s2rgf_host. No function prints, exits or changes process-wide state. The
 * caller registers GDAL's drivers first.
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
 * Strings are UTF-8. Pointers in options are borrowed for the length of the call. An argument that
 * may not be NULL and is, and a number out of its range, give S2RGF_INVALID_ARGUMENT; err may always
 * be NULL.
 *
 * A later version only appends members: to the options, whose size member tells the library which of
 * them the caller has, and to structures that the library makes and hands out by pointer. Others
 * stay as they are.
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
