/* Have the values of an attribute kept in an index, so that it can be searched by at once. */
#ifndef APPLICATION_COMMANDS_ATTRIBUTES_CREATE_INDEXED_ATTRIBUTE_COMMAND_H
#define APPLICATION_COMMANDS_ATTRIBUTES_CREATE_INDEXED_ATTRIBUTE_COMMAND_H

#include "application/models/base_model.h"

struct create_indexed_attribute {
    str attribute;
};
struct create_indexed_attribute_result {
    struct indexed_attribute attribute;
};
DECLARE_USE_CASE(create_indexed_attribute);

#endif
