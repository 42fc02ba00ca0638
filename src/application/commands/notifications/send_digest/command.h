/* Mail somebody what has waited for its time. */
#ifndef APPLICATION_COMMANDS_NOTIFICATIONS_SEND_DIGEST_COMMAND_H
#define APPLICATION_COMMANDS_NOTIFICATIONS_SEND_DIGEST_COMMAND_H

#include "application/models/base_model.h"

struct send_digest {
    int64_t user_key;
};
struct send_digest_result {
    int64_t count; /* of notifications in it; 0: there is no mail */
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(send_digest);

#endif
