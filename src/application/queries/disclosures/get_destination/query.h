/* Get a destination. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_GET_DESTINATION_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_GET_DESTINATION_QUERY_H

#include "application/services/disclosure_service.h"

struct get_destination {
    uuid id;
};
struct get_destination_result {
    struct destination destination;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_destination);

#endif
