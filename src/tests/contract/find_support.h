/* Rows of a page as text: their numbers, "28.2.1 28.2.2", in order. */
#ifndef TESTS_CONTRACT_FIND_SUPPORT_H
#define TESTS_CONTRACT_FIND_SUPPORT_H

#include "tests/contract/samples.h"

str rows_text(struct arena *a, enum image_level level, const struct image_page *page);

/* Attributes whose values are kept for all samples of the first organization: which instance has
 * which depends on its numbers alone. */
struct kept_attribute {
    const char *path;
    enum dicom_vr vr;
    const char *values[16]; /* "" for none */
};
extern const struct kept_attribute kept_attributes[];
extern const size_t kept_attribute_count;

/* The values an instance of the samples has: one, or two. */
void kept_values_of(struct arena *a, const struct kept_attribute *attribute,
                    struct sample_place place, struct attribute_value_slice *out);
/* Adds the attributes, whose keys go from 1, and the values. */
void values_store(struct contract_db *c);
struct indexed_attribute indexed_attribute_of(struct contract_db *c, int64_t organization_key,
                                              const char *path);

#endif
