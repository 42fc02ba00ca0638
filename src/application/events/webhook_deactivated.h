/* The program deactivated a webhook: its receiver is gone, or took nothing for days. */
#ifndef APPLICATION_EVENTS_WEBHOOK_DEACTIVATED_H
#define APPLICATION_EVENTS_WEBHOOK_DEACTIVATED_H

#include "core/event_interface.h"

struct webhook_deactivated {
    uuid webhook_id;
    str reason;
};
DECLARE_EVENT(webhook_deactivated);

#endif
