/* Remove what has ended by itself: sessions, answers remembered under Idempotency-Keys, work items
 * that ended a while ago, events that were told a while ago, old mails, visits of a year ago. */
#ifndef APPLICATION_COMMANDS_SYSTEM_PURGE_EXPIRED_COMMAND_H
#define APPLICATION_COMMANDS_SYSTEM_PURGE_EXPIRED_COMMAND_H

#include "application/models/base_model.h"

struct purge_expired {
    EMPTY_STRUCT;
};
struct purge_expired_result {
    int64_t grant_count, session_count;
    int64_t answer_count;
    int64_t upload_count;
    int64_t work_item_count;
    int64_t mail_count;
    int64_t visit_count;
    int64_t task_count, output_count;
    int64_t notification_count;
    int64_t delivery_count;
};
DECLARE_USE_CASE(purge_expired);

#endif
