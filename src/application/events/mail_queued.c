/* Schema of the event. */
#include "application/events/mail_queued.h"

SCHEMA(mail_queued, FIELD(mail_queued, mail_id));
EVENT(mail_queued, .doc = "There is a mail to be sent", .channel = MAIL_CHANNEL);
