/* What a study consists of, for who counts it anew: in the trash or not. */
#ifndef INFRASTRUCTURE_SQL_CONTENTS_H
#define INFRASTRUCTURE_SQL_CONTENTS_H

#include "infrastructure/sql/session.h"

err sql_images_each_stored(struct image_reader *r, int64_t study_key, struct image_sink *sink);
err sql_images_locate_id(struct image_writer *w, struct arena *a, int64_t organization_key,
                         enum image_level level, uuid id, struct image_row *out);
err sql_images_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                        struct image_contents *out);
err sql_images_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                         struct key_slice *out);
err sql_images_set_transfer_syntaxes(struct image_writer *w, enum image_level level, int64_t key,
                                     str set);
err sql_images_revive(struct image_writer *w, int64_t study_key, int64_t series_key, instant now);

#endif
