/* An attribute that is in no column, whose values are kept in an index because an organization
 * searches by it. What was stored before it was added is brought in bit by bit; until then,
 * searches by it read the metadata of the instances. */
#ifndef DOMAIN_ENTITIES_INDEXED_ATTRIBUTE_H
#define DOMAIN_ENTITIES_INDEXED_ATTRIBUTE_H

#include "dicom/value_match.h"
#include "domain/entities/entity.h"

enum { INDEXED_ATTRIBUTE_COUNT_MAX = 64 /* of an organization */ };

enum index_state {
    INDEX_BUILDING,
    INDEX_READY,
    INDEX_REMOVED /* no longer there for anybody; its values still go */
};
extern const char *const index_state_names[];

struct indexed_attribute {
    ENTITY_MEMBERS;
    str path;    /* attribute_path_tags; of what is removed something else, so that it is free */
    str keyword; /* attribute_path_keywords */
    str vr;
    enum index_state state;
    bool is_incomplete;  /* an instance has more values of it than are kept: see
                            DATA_SET_VALUE_COUNT_MAX */
    int64_t position;    /* key of the last instance brought in */
    int64_t done_count;  /* instances of the organization brought in */
    int64_t total_count; /* there were when it was added; when it is ready, as many as were */
};
DECLARE_SCHEMA(indexed_attribute);
SLICE(indexed_attribute);

/* Searches may rely on its values alone. */
static inline bool indexed_attribute_is_ready(const struct indexed_attribute *attribute)
{
    return attribute->state == INDEX_READY && !attribute->is_incomplete;
}

#endif
