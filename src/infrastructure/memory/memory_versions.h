/* Versions of instances in memory. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_VERSIONS_H
#define INFRASTRUCTURE_MEMORY_MEMORY_VERSIONS_H

#include "infrastructure/memory/memory_session.h"

/* The objects of a study's versions, as each_stored gives them. */
err memory_images_each_version(struct image_reader *r, int64_t study_key, struct image_sink *sink);
bool memory_images_is_version(struct image_reader *r, str object_name);

err memory_images_versions(struct image_reader *r, struct arena *a, int64_t instance_key,
                           uint64_t offset, uint32_t limit, struct instance_version_slice *out,
                           int64_t *total);
err memory_images_get_version(struct image_reader *r, struct arena *a, int64_t instance_key,
                              uuid id, struct instance_version *out);
err memory_images_add_version(struct image_writer *w, struct instance_version *version);
err memory_images_remove_version(struct image_writer *w, int64_t key);

#endif
