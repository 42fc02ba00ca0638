/* What a mail about an event says, with an example of each value. */
#ifndef APPLICATION_QUERIES_NOTIFICATIONS_PREVIEW_NOTIFICATION_MAIL_QUERY_H
#define APPLICATION_QUERIES_NOTIFICATIONS_PREVIEW_NOTIFICATION_MAIL_QUERY_H

#include "application/models/base_model.h"

struct preview_notification_mail {
    str event; /* a kind of notification, or "digest" */
    str language;
};
struct preview_notification_mail_result {
    str subject, text, html;
};
/* Errors: NOT_FOUND (there is no mail of that event). */
DECLARE_USE_CASE(preview_notification_mail);

#endif
