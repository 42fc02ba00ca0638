/* What leaves the trash for good, in memory. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_PURGE_H
#define INFRASTRUCTURE_MEMORY_MEMORY_PURGE_H

#include "infrastructure/memory/memory_session.h"

err memory_images_purge(struct image_writer *w, enum image_level level, const struct image_row *row,
                        instant now, bool *is_gone);

#endif
