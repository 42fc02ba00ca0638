/* SOP classes by UID, PS3.6 A. Generated, see tools/gen_dictionary.py. */
#ifndef DICOM_SOP_CLASS_H
#define DICOM_SOP_CLASS_H

#include "base/str.h"

struct sop_class {
    const char *uid, *name;
};

/* In the order of UIDs. */
extern const struct sop_class sop_classes[];
extern const size_t sop_class_count;

/* NULL when not known; a private class may still be stored. */
const struct sop_class *sop_class_find(str uid);

#endif
