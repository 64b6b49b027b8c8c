/* The class field of a layer: which one it is, and the classes of its features. */
#ifndef S2_GEO_LABELS_LABELS_FIELD_H
#define S2_GEO_LABELS_LABELS_FIELD_H

#include <gdal.h>
#include <ogr_api.h>

#include "core/class_name.h"
#include "core/class_table.h"
#include "s2rgf/labelling.h"

typedef struct s2_class_field {
    const char *path, *name; /* of the file and of the field; borrowed */
    int index;
    bool is_text;
    const OGRCodedValue
        *names; /* of codes, ends with a code NULL; NULL: there are none; borrowed */
} s2_class_field;

/**
 * The field that the options name, exactly or, if none fits, ignoring case; else the only one of
 * text or integer type. If a domain of the dataset says what its codes mean, these are the names.
 * Errors  INVALID_ARGUMENT: the message lists the fields.
 */
s2rgf_status s2_class_field_choose(GDALDatasetH dataset, OGRLayerH layer,
                                   const s2rgf_label_options *options, s2_class_field *field,
                                   s2rgf_error *err);

/**
 * Class of a feature.
 * name  out  released with s2_class_name_clear(), after errors too; text "" where there is none
 * value out  the number or the code that it has in the field, -1 where that is none; may be NULL
 * Errors  FORMAT (no whole number from 0 to 65535, name too long), NO_MEMORY: feature and field are
 *         named.
 */
s2rgf_status s2_class_field_read(const s2_class_field *field, OGRFeatureH feature,
                                 s2_class_name *name, int *value, s2rgf_error *err);

/** The classes met in a layer, before text classes get values. */
typedef struct s2_class_list s2_class_list;

/** Errors: NO_MEMORY. field and host are borrowed. */
s2rgf_status s2_class_list_create(const s2_class_field *field, const s2rgf_host *host,
                                  s2_class_list **list, s2rgf_error *err);
void s2_class_list_free(s2_class_list *list);

/**
 * Note a feature's class; the first colour met is the class's.
 * Errors  as s2_class_field_read(); FORMAT (two names become one, too many classes).
 */
s2rgf_status s2_class_list_note(s2_class_list *list, OGRFeatureH feature, s2rgf_error *err);

/**
 * Give every class its value, as s2_labels_read() says, and tell the host what is odd.
 * classes out  released with s2_class_table_clear()
 * Errors  FORMAT (two names for one number), NO_MEMORY.
 */
s2rgf_status s2_class_list_finish(s2_class_list *list, s2_class_table *classes, s2rgf_error *err);

#endif
