/* The attributes non-patient objects are searched by and found with: for each category the keys of
 * the query model in PS3.4 that PS3.18 12.6 refers to (annexes U, X, BB, HH, II), but for those of
 * VR DT. A key in the items of a sequence matches when any item, of any sequence on its way, does;
 * of a code sequence the key is Code Value. */
#ifndef DOMAIN_ENTITIES_NON_PATIENT_ATTRIBUTE_H
#define DOMAIN_ENTITIES_NON_PATIENT_ATTRIBUTE_H

#include "domain/entities/image_attribute.h"
#include "domain/entities/non_patient_object.h"

enum { NON_PATIENT_PATH_DEPTH_MAX = 3 };

struct non_patient_attribute {
    struct image_attribute key;                /* its member is NULL of what is only given */
    uint32_t path[NON_PATIENT_PATH_DEPTH_MAX]; /* sequences and the attribute; 0 behind it */
    unsigned categories;                       /* a bit for each */
};

extern const struct non_patient_attribute non_patient_attributes[];
extern const size_t non_patient_attribute_count;

static inline bool non_patient_attribute_is_of(const struct non_patient_attribute *a,
                                               enum non_patient_category category)
{
    return (a->categories >> category & 1) != 0;
}

/* The key at a path of sequences and attribute. NULL: the category has none there. */
const struct non_patient_attribute *non_patient_attribute_at(enum non_patient_category category,
                                                             const uint32_t *path, size_t depth);

#endif
