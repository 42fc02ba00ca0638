/* A study is on legal hold from now on, for another reason, or no more. */
#ifndef APPLICATION_EVENTS_LEGAL_HOLD_CHANGED_H
#define APPLICATION_EVENTS_LEGAL_HOLD_CHANGED_H

#include "core/event_interface.h"

struct legal_hold_changed {
    uuid study_id;
    bool is_held;
    str reason;
    uuid changed_by;
};
DECLARE_EVENT(legal_hold_changed);

#endif
