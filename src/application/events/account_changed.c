/* Schema of the event. */
#include "application/events/account_changed.h"

SCHEMA(account_changed, FIELD(account_changed, user_id), FIELD(account_changed, change),
       FIELD(account_changed, peer_address));
EVENT(account_changed, .doc = "The password or second factor of an account was changed");
