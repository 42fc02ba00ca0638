/* A rule of retention. */
#ifndef APPLICATION_QUERIES_RETENTION_GET_RETENTION_RULE_QUERY_H
#define APPLICATION_QUERIES_RETENTION_GET_RETENTION_RULE_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct get_retention_rule {
    uuid id;
};
struct get_retention_rule_result {
    struct retention_rule rule;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_retention_rule);

#endif
