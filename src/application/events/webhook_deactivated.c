/* Schema of the event. */
#include "application/events/webhook_deactivated.h"

SCHEMA(webhook_deactivated, FIELD(webhook_deactivated, webhook_id),
       FIELD(webhook_deactivated, reason));
EVENT(webhook_deactivated, .doc = "A webhook was deactivated, since nothing is taken there");
