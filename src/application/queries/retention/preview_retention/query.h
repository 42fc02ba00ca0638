/* What the rules of retention would move to the trash now, also those that are switched off. */
#ifndef APPLICATION_QUERIES_RETENTION_PREVIEW_RETENTION_QUERY_H
#define APPLICATION_QUERIES_RETENTION_PREVIEW_RETENTION_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct retention_preview {
    uuid rule_id;
    str name;
    bool is_enabled;
    int64_t study_count, size, held_count;
};
DECLARE_SCHEMA(retention_preview);
SLICE(retention_preview);

struct preview_retention {
    EMPTY_STRUCT;
};
struct preview_retention_result {
    struct retention_preview_slice items;
};
DECLARE_USE_CASE(preview_retention);

#endif
