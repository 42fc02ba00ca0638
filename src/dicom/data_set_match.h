/* The attributes of one data set, as DICOM JSON of our own making (dicom/json.h): what is kept of
 * them for an index, and whether they are what keys ask for. */
#ifndef DICOM_DATA_SET_MATCH_H
#define DICOM_DATA_SET_MATCH_H

#include "dicom/attribute_path.h"
#include "dicom/value_match.h"

enum {
    /* of one attribute in one data set: what a sequence of very many items has beyond them is not
     * in the index, and the caller is told */
    DATA_SET_VALUE_COUNT_MAX = 1000
};

/* What is kept of the attribute at path: its values in whatever items, and once "" where it has
 * none. Without repetitions. is_cut: there were more than DATA_SET_VALUE_COUNT_MAX. */
void data_set_values(struct arena *a, str document, const struct attribute_path *path,
                     struct attribute_value_slice *out, bool *is_cut);

struct data_set_key {
    struct attribute_path path;
    enum dicom_vr vr;
    struct value_condition condition;
};
SLICE(data_set_key);

/* All keys hold. Those that go through the same sequence hold for the same item of it (PS3.4
 * C.2.2.2.6), and a sequence without items is as one item without attributes. */
bool data_set_matches(struct arena *scratch, str document, const struct data_set_key_slice *keys);

#endif
