/* Remove a rule of retention. What it moved to the trash stays there. */
#ifndef APPLICATION_COMMANDS_RETENTION_DELETE_RETENTION_RULE_COMMAND_H
#define APPLICATION_COMMANDS_RETENTION_DELETE_RETENTION_RULE_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct delete_retention_rule {
    uuid id;
};
struct delete_retention_rule_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND. */
DECLARE_USE_CASE(delete_retention_rule);

#endif
