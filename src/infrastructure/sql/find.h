/* One query model for QIDO-RS and the JSON API: struct image_filter to SQL. */
#ifndef INFRASTRUCTURE_SQL_FIND_H
#define INFRASTRUCTURE_SQL_FIND_H

#include "infrastructure/sql/session.h"

err sql_images_find(struct image_reader *r, struct arena *a, const struct image_filter *filter,
                    struct image_page *out);

/* The statement that find would run, for tests of its plan. */
err sql_images_find_sql(const struct sql_dialect *dialect, struct arena *a,
                        const struct image_filter *filter, str *out);

#endif
