/* Lists of images in memory, and the conditions of a filter on one row. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_FIND_H
#define INFRASTRUCTURE_MEMORY_MEMORY_FIND_H

#include "infrastructure/memory/memory_session.h"

err memory_images_find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                       struct image_page *out);

err memory_images_each_match(struct image_reader *r, struct arena *a,
                             const struct image_filter *filter, uint32_t count_max,
                             struct image_sink *sink);

/* Keys and metadata of an instance. */
err memory_give_metadata(const struct memory_instance *row, bool with_organization,
                         struct image_sink *sink);

/* A row of a list; what is under its level is NULL. */
struct candidate {
    const struct study *study;
    const struct series *series;
    const struct instance *instance;
    const struct non_patient_object *object; /* of LEVEL_NON_PATIENT, where the others are NULL */
};

/* The struct of that level. */
const void *candidate_at(const struct candidate *c, enum image_level level);

/* What a filter asks of a row, made ready to be asked. */
struct conditions;
/* Errors: INVALID (a value that its attribute cannot be matched with). */
err conditions_make(struct arena *a, const struct image_filter *filter, struct conditions **out);
bool conditions_hold(const struct memory_state *state, const struct conditions *c,
                     const struct candidate *candidate);

#endif
