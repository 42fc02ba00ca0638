/* Servers that studies may be sent to. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_LIST_DESTINATIONS_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_LIST_DESTINATIONS_QUERY_H

#include "application/services/disclosure_service.h"

struct list_destinations {
    EMPTY_STRUCT;
};
struct list_destinations_result {
    struct destination_slice items;
};
DECLARE_USE_CASE(list_destinations);

#endif
