/* Somebody has opened to themselves, in an emergency, what their role and grants did not. */
#ifndef APPLICATION_EVENTS_GLASS_BROKEN_H
#define APPLICATION_EVENTS_GLASS_BROKEN_H

#include "core/event_interface.h"

struct glass_broken {
    uuid organization_id, grant_id, user_id;
    uuid study_id;   /* or */
    uuid patient_id; /* row of the patient */
    str reason;
    instant expires_at;
};
DECLARE_EVENT(glass_broken);

#endif
