/* Let studies go to the trash after a time. */
#ifndef APPLICATION_COMMANDS_RETENTION_CREATE_RETENTION_RULE_COMMAND_H
#define APPLICATION_COMMANDS_RETENTION_CREATE_RETENTION_RULE_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct create_retention_rule {
    str name, modality;
    str counted_from; /* of retention_start_names; absent: received */
    int64_t days;
    opt_bool is_enabled; /* absent: it is */
};
struct create_retention_rule_result {
    struct retention_rule rule;
};
/* Errors: INVALID, CONFLICT (there are too many). */
DECLARE_USE_CASE(create_retention_rule);

#endif
