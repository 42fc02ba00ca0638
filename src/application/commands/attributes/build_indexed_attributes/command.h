/* Bring the instances stored before an attribute was added into its index, and remove the values of
 * attributes that are removed: one step, to be sent again while there is more.
 *
 * Whoever stores an instance goes by a list of attributes that may be INGEST_RULES_MS old. So an
 * attribute is begun with only when it has been seen for longer than that: from then on every
 * instance that is stored comes with its values, and all that were stored before are there to be
 * found, whatever their keys. */
#ifndef APPLICATION_COMMANDS_ATTRIBUTES_BUILD_INDEXED_ATTRIBUTES_COMMAND_H
#define APPLICATION_COMMANDS_ATTRIBUTES_BUILD_INDEXED_ATTRIBUTES_COMMAND_H

#include "application/models/base_model.h"

enum {
    BUILD_INSTANCE_COUNT = 100, /* of a step: what others who write wait for at most */
    BUILD_DISCARD_COUNT = 2000  /* values removed in a step */
};

struct build_indexed_attributes {
    int64_t settled_key; /* attributes up to this key were seen long enough ago */
};
struct build_indexed_attributes_result {
    bool has_more;      /* the next step can come at once */
    int64_t newest_key; /* of the attributes that are not done */
};
DECLARE_USE_CASE(build_indexed_attributes);

#endif
