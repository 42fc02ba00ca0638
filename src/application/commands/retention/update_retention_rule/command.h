/* Change a rule of retention, or switch it off. */
#ifndef APPLICATION_COMMANDS_RETENTION_UPDATE_RETENTION_RULE_COMMAND_H
#define APPLICATION_COMMANDS_RETENTION_UPDATE_RETENTION_RULE_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

/* What is absent stays; an empty modality: of all studies. */
struct update_retention_rule {
    uuid id;
    int64_t if_match;
    str name, modality, counted_from;
    opt_i64 days;
    opt_bool is_enabled;
};
struct update_retention_rule_result {
    struct retention_rule rule;
};
/* Errors: NOT_FOUND, INVALID, PRECONDITION_FAILED. */
DECLARE_USE_CASE(update_retention_rule);

#endif
