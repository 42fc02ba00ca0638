/* A study began to come in by an inbox. */
#ifndef APPLICATION_EVENTS_STUDY_SENT_IN_H
#define APPLICATION_EVENTS_STUDY_SENT_IN_H

#include "core/event_interface.h"

struct study_sent_in {
    uuid share_id, study_id;
};
DECLARE_EVENT(study_sent_in);

#endif
