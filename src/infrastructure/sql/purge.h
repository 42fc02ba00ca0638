/* What leaves the trash for good, on SQL. */
#ifndef INFRASTRUCTURE_SQL_PURGE_H
#define INFRASTRUCTURE_SQL_PURGE_H

#include "infrastructure/sql/session.h"

err sql_images_purge(struct image_writer *w, enum image_level level, const struct image_row *row,
                     instant now, bool *is_gone);

#endif
