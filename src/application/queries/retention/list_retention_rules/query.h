/* All rules of retention of the organization, by name. */
#ifndef APPLICATION_QUERIES_RETENTION_LIST_RETENTION_RULES_QUERY_H
#define APPLICATION_QUERIES_RETENTION_LIST_RETENTION_RULES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "domain/entities/retention.h"

struct list_retention_rules {
    struct paged_query page;
};
struct list_retention_rules_result {
    struct retention_rule_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_retention_rules);

#endif
