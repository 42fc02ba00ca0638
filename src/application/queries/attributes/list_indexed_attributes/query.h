/* The attributes whose values are kept in an index. */
#ifndef APPLICATION_QUERIES_ATTRIBUTES_LIST_INDEXED_ATTRIBUTES_QUERY_H
#define APPLICATION_QUERIES_ATTRIBUTES_LIST_INDEXED_ATTRIBUTES_QUERY_H

#include "application/models/base_model.h"

struct list_indexed_attributes {
    EMPTY_STRUCT;
};
struct list_indexed_attributes_result {
    struct indexed_attribute_slice items;
};
DECLARE_USE_CASE(list_indexed_attributes);

#endif
