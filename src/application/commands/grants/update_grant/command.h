/* Change when a grant ends. */
#ifndef APPLICATION_COMMANDS_GRANTS_UPDATE_GRANT_COMMAND_H
#define APPLICATION_COMMANDS_GRANTS_UPDATE_GRANT_COMMAND_H

#include "application/models/grant_view.h"

struct update_grant {
    uuid id;
    int64_t if_match;
    instant expires_at;
    bool is_endless;
};
struct update_grant_result {
    struct grant_view view;
};
DECLARE_USE_CASE(update_grant);

#endif
