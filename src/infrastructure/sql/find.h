/* One query model for QIDO-RS and the JSON API: struct image_filter to SQL. */
#ifndef INFRASTRUCTURE_SQL_FIND_H
#define INFRASTRUCTURE_SQL_FIND_H

#include "infrastructure/sql/session.h"

err sql_images_find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                    struct image_page *out);

err sql_images_each_match(struct image_reader *r, struct arena *a,
                          const struct image_filter *filter, uint32_t count_max,
                          struct image_sink *sink);
err sql_images_each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                          struct image_sink *sink);

/* How the database would find, one step a line, for tests of its plans. */
err sql_images_plan(struct sql_engine *e, struct arena *a, const struct image_filter *filter,
                    str *out);

#endif
