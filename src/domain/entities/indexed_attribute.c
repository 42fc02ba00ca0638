/* Schema of the indexed attribute. */
#include "domain/entities/indexed_attribute.h"

const char *const index_state_names[] = {"building", "ready", "removed", NULL};

SCHEMA(indexed_attribute, ENTITY_FIELDS(indexed_attribute),
       FIELD(indexed_attribute, path, .doc = "Tags, with . between those of a sequence"),
       FIELD(indexed_attribute, keyword, .doc = "The same in keywords"),
       FIELD(indexed_attribute, vr, .doc = "Value Representation it is matched by"),
       FIELD_ENUM_OF(indexed_attribute, state, index_state_names,
                     .doc = "Building: searches by it still read the metadata of the instances"),
       FIELD(indexed_attribute, is_incomplete,
             .doc = "An instance has more values of it than are kept: searches by it go on reading "
                    "the metadata"),
       FIELD(indexed_attribute, position, .flags = INTERNAL, .doc = "Last instance brought in"),
       FIELD(indexed_attribute, done_count, .doc = "Instances brought in"),
       FIELD(indexed_attribute, total_count, .doc = "Instances to bring in"));
