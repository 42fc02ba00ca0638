/* A data set of a Native DICOM Model document, PS3.19 A.1, between its text and its events: the
 * order of its attributes and the blocks of the private ones (PS3.5 7.8) are known at its end only.
 * xml_reader.c fills it. */
#ifndef DICOM_MODEL_XML_DATA_SET_H
#define DICOM_MODEL_XML_DATA_SET_H

#include "dicom/part10/reader.h"

struct xml_value {
    uint32_t number; /* from 1 */
    str text;
};
SLICE(xml_value);

struct xml_item;
SLICE(xml_item);

struct xml_attribute {
    uint32_t tag;
    uint32_t order; /* in the document */
    enum dicom_vr vr;
    str creator; /* privateCreator; absent */
    str value;   /* bytes as explicit VR little endian has them; absent when it is elsewhere */
    str uri;
    struct xml_item_slice items; /* of a sequence */
};
SLICE(xml_attribute);

struct xml_item {
    uint32_t number;
    struct xml_attribute_slice attributes;
};

struct xml_scope {
    struct arena *a;    /* of error texts */
    struct arena *tree; /* of everything else */
    uint32_t *count;    /* of elements and items, PART10_ELEMENT_COUNT_MAX at most */
};

/* MALFORMED, "(GGGG,EEEE) …". Errors of this header name the tag, never a value. */
err xml_attribute_bad(struct arena *a, uint32_t tag, const char *what);

/* One value out of the Value and PersonName elements of an attribute, by their numbers; a number
 * that is missing is an empty text. Each of those adds one to *count.
 * Errors: MALFORMED (a number twice, no number of that VR or out of its range, a text that holds
 * several, too many empty values), TOO_LARGE (over PART10_VALUE_SIZE_MAX). */
err xml_value_join(struct xml_scope s, const struct xml_attribute *attribute,
                   struct xml_value_slice *values, str *out);

/* Puts items in the order of their numbers, with an empty one for each that is missing. Errors:
 * MALFORMED (a number twice, too many). */
err xml_items_close(struct xml_scope s, struct xml_attribute *sequence);

/* Gives private elements the block of their creator, reserves one for a creator that has none, and
 * puts all in the order of their tags. Errors: MALFORMED (a tag twice, no block left). */
err xml_data_set_close(struct xml_scope s, struct xml_attribute_slice *set);

/* The events of a closed data set, with ISO_IR 192 for Specific Character Set where it has a value,
 * or, when some text is not ASCII (is_wide), wherever it stands. Errors: those of the consumer. */
err xml_data_set_push(const struct xml_attribute_slice *set, bool is_wide,
                      struct part10_consumer *consumer);

#endif
