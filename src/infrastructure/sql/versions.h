/* Versions of instances on SQL. */
#ifndef INFRASTRUCTURE_SQL_VERSIONS_H
#define INFRASTRUCTURE_SQL_VERSIONS_H

#include "infrastructure/sql/session.h"

err sql_images_versions(struct image_reader *r, struct arena *a, int64_t instance_key,
                        uint64_t offset, uint32_t limit, struct instance_version_slice *out,
                        int64_t *total);
err sql_images_get_version(struct image_reader *r, struct arena *a, int64_t instance_key, uuid id,
                           struct instance_version *out);
err sql_images_add_version(struct image_writer *w, struct instance_version *version);
err sql_images_remove_version(struct image_writer *w, int64_t key);

#endif
