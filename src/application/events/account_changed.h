/* What protects an account was changed, by its owner or by somebody else. */
#ifndef APPLICATION_EVENTS_ACCOUNT_CHANGED_H
#define APPLICATION_EVENTS_ACCOUNT_CHANGED_H

#include "core/event_interface.h"

struct account_changed {
    uuid user_id; /* whose account */
    str change;   /* "password_changed", "mfa_enabled", "mfa_removed", "identity_added",
                   * "identity_removed" */
    str peer_address;
};
DECLARE_EVENT(account_changed);

#endif
