/* There is a mail to be sent. */
#ifndef APPLICATION_EVENTS_MAIL_QUEUED_H
#define APPLICATION_EVENTS_MAIL_QUEUED_H

#include "core/event_interface.h"

/* Told on the message bus once it is committed, so that it is sent at once. */
#define MAIL_CHANNEL "mail"

struct mail_queued {
    uuid mail_id;
};
DECLARE_EVENT(mail_queued);

#endif
