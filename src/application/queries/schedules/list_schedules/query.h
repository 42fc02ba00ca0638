/* All schedules of the organization, by name. */
#ifndef APPLICATION_QUERIES_SCHEDULES_LIST_SCHEDULES_QUERY_H
#define APPLICATION_QUERIES_SCHEDULES_LIST_SCHEDULES_QUERY_H

#include "application/models/base_model.h"
#include "core/paged_result.h"
#include "domain/entities/schedule.h"

struct list_schedules {
    struct paged_query page;
};
struct list_schedules_result {
    struct schedule_slice items;
    struct paged_result page;
};
DECLARE_USE_CASE(list_schedules);

#endif
