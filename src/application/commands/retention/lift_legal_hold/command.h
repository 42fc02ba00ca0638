/* Let a study be moved to the trash again. */
#ifndef APPLICATION_COMMANDS_RETENTION_LIFT_LEGAL_HOLD_COMMAND_H
#define APPLICATION_COMMANDS_RETENTION_LIFT_LEGAL_HOLD_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

struct lift_legal_hold {
    uuid id; /* of the study */
    str reason;
};
struct lift_legal_hold_result {
    EMPTY_STRUCT;
};
/* Errors: NOT_FOUND (no such study, or it is not on hold). */
DECLARE_USE_CASE(lift_legal_hold);

#endif
