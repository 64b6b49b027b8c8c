/* Burn polygons onto a pixel grid, one by one, each within its own bounds; points beside them. */
#ifndef S2_GEO_LABELS_LABELS_BURN_H
#define S2_GEO_LABELS_LABELS_BURN_H

#include <ogr_api.h>

#include "geo/labels/labels_private.h"

typedef struct s2_burner s2_burner;

/**
 * Prepare burning features given in layer_wkt (NULL: the grid's CRS).
 * Errors INVALID_ARGUMENT (no transformation), NO_MEMORY.  Memory: request and claims are borrowed.
 */
s2rgf_status s2_burner_create(const s2_label_request *request, const char *layer_wkt,
                              s2_label_claims *claims, s2_burner **burner, s2rgf_error *err);
void s2_burner_free(s2_burner *burner);

/**
 * Claim the pixels of a feature; every polygon in it is a group of its own. Rings that cross
 * themselves or each other are filled by the even-odd rule. What cannot be a label is left out.
 * Errors NO_MEMORY, UNSUPPORTED (too many groups).
 */
s2rgf_status s2_burn_feature(s2_burner *burner, OGRFeatureH feature, int class_index,
                             s2_label_set *set, s2rgf_error *err);

/**
 * After the last feature: claim the pixels of points, and tell what was left out.
 * Errors NO_MEMORY, UNSUPPORTED (too many groups).
 */
s2rgf_status s2_burner_finish(s2_burner *burner, const s2rgf_host *host, s2rgf_error *err);

#endif
