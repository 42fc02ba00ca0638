/* Who asked for a task, with what they may now: for a task that is done on behalf of somebody. */
#ifndef APPLICATION_QUERIES_TASKS_GET_TASK_REQUESTER_QUERY_H
#define APPLICATION_QUERIES_TASKS_GET_TASK_REQUESTER_QUERY_H

#include "application/models/base_model.h"

struct get_task_requester {
    uuid user_id;
};
struct get_task_requester_result {
    struct principal requester;
};
/* Errors: FORBIDDEN (somebody who is not there any more, or may not sign in). */
DECLARE_USE_CASE(get_task_requester);

#endif
