/* What a study consists of, in memory. */
#ifndef INFRASTRUCTURE_MEMORY_MEMORY_CONTENTS_H
#define INFRASTRUCTURE_MEMORY_MEMORY_CONTENTS_H

#include "domain/entities/change.h"
#include "infrastructure/memory/memory_session.h"

/* In memory_images.c. */
void memory_add_change(struct memory_session *s, struct change change);
void memory_add_instance_change(struct memory_session *s, const struct instance *instance,
                                instant at, str kind);

err memory_images_save_series(struct image_writer *w, struct series *series);
err memory_images_save_instance(struct image_writer *w, struct instance *instance);
err memory_images_locate_id(struct image_writer *w, struct arena *a, int64_t organization_key,
                            enum image_level level, uuid id, struct image_row *out);
err memory_images_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                           struct image_contents *out);
err memory_images_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                            struct key_slice *out);
err memory_images_set_transfer_syntaxes(struct image_writer *w, enum image_level level, int64_t key,
                                        str set);
err memory_images_revive(struct image_writer *w, int64_t study_key, int64_t series_key,
                         instant now);

#endif
