/* A destination with its sealed secret, for the task. */
#ifndef APPLICATION_QUERIES_DISCLOSURES_READ_DESTINATION_QUERY_H
#define APPLICATION_QUERIES_DISCLOSURES_READ_DESTINATION_QUERY_H

#include "application/services/disclosure_service.h"

struct read_destination {
    uuid id;
};
struct read_destination_result {
    struct destination destination;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(read_destination);

#endif
