/* A schedule. Its history: the tasks about it. */
#ifndef APPLICATION_QUERIES_SCHEDULES_GET_SCHEDULE_QUERY_H
#define APPLICATION_QUERIES_SCHEDULES_GET_SCHEDULE_QUERY_H

#include "application/models/base_model.h"
#include "domain/entities/schedule.h"

struct get_schedule {
    uuid id;
};
struct get_schedule_result {
    struct schedule schedule;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(get_schedule);

#endif
