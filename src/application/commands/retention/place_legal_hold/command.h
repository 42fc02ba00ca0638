/* Keep a study whatever else is asked: nobody can move it, or what is in it, to the trash. */
#ifndef APPLICATION_COMMANDS_RETENTION_PLACE_LEGAL_HOLD_COMMAND_H
#define APPLICATION_COMMANDS_RETENTION_PLACE_LEGAL_HOLD_COMMAND_H

#include "application/models/base_model.h"
#include "domain/entities/retention.h"

/* Of one that is on hold already, the reason is another from now on. */
struct place_legal_hold {
    uuid id; /* of the study */
    str reason;
};
struct place_legal_hold_result {
    struct legal_hold hold;
};
/* Errors: NOT_FOUND (no such study). */
DECLARE_USE_CASE(place_legal_hold);

#endif
