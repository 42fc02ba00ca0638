/* Somebody forgot a password. The answer says nothing about whether anybody has that address. */
#ifndef APPLICATION_COMMANDS_AUTH_FORGOT_PASSWORD_COMMAND_H
#define APPLICATION_COMMANDS_AUTH_FORGOT_PASSWORD_COMMAND_H

#include "application/models/base_model.h"

struct forgot_password {
    str email;
};
struct forgot_password_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(forgot_password);

#define PASSWORD_REQUEST_CHANNEL STR("password_requests")
#define RESET_TOKEN_PREFIX "gp_"
enum {
    RESET_TOKEN_SIZE = 32,          /* bytes of chance */
    PASSWORD_REQUEST_COUNT_MAX = 50 /* in one run of the job */
};

/* What the leader does with the requests. */
struct send_password_links {
    EMPTY_STRUCT;
};
struct send_password_links_result {
    int64_t request_count, sent_count;
};
DECLARE_USE_CASE(send_password_links);

#endif
