/* No longer keep the values of an attribute. */
#ifndef APPLICATION_COMMANDS_ATTRIBUTES_DELETE_INDEXED_ATTRIBUTE_COMMAND_H
#define APPLICATION_COMMANDS_ATTRIBUTES_DELETE_INDEXED_ATTRIBUTE_COMMAND_H

#include "application/models/base_model.h"

struct delete_indexed_attribute {
    uuid id;
};
struct delete_indexed_attribute_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(delete_indexed_attribute);

#endif
