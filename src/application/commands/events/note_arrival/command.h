/* Note that an instance of a study came in; heard with each. */
#ifndef APPLICATION_COMMANDS_EVENTS_NOTE_ARRIVAL_COMMAND_H
#define APPLICATION_COMMANDS_EVENTS_NOTE_ARRIVAL_COMMAND_H

#include "application/models/base_model.h"
#include "core/event_handler.h"

struct note_arrival {
    struct event_envelope event;
    uuid study_id;
};
struct note_arrival_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(note_arrival);

#endif
