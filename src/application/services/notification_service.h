/* Notifications are made here, of an event, in the transaction in which it is delivered; and shown
 * here, in the words of their receiver's language. */
#ifndef APPLICATION_SERVICES_NOTIFICATION_SERVICE_H
#define APPLICATION_SERVICES_NOTIFICATION_SERVICE_H

#include "application/models/base_model.h"
#include "application/services/mail_service.h"
#include "core/event_handler.h"
#include "domain/entities/notification_settings.h"

struct notification_view {
    struct notification notification;
    str title; /* in words, without anything about a patient */
    str href;  /* what it is about, in the API; absent: there is nothing to look at */
};
DECLARE_SCHEMA(notification_view);
SLICE(notification_view);

/* Tells everybody whom the event concerns, once: an event that was told of before is left alone.
 * count: of those who were told now. Errors: MALFORMED (the payload is none of that event). */
err notification_tell(struct command_ctx *ctx, const struct event_envelope *event, int64_t *count);

/* One mail of all that is due of somebody, in the unit of work in which it stops being due; nothing
 * when nothing is, or when nobody is there any more. */
err notification_digest_queue(struct command_ctx *ctx, int64_t user_key, int64_t *count);

/* What a mail about a kind says: an example. Errors: NOT_FOUND (no mail of that name). */
err notification_mail_example(struct services *services, struct arena *a, str kind, str language,
                              str organization, struct mail_content *out);

/* What somebody has chosen who has chosen nothing. */
struct notification_settings notification_settings_default(void);

/* language: a tag of BCP 47; absent, or none that we have: English. */
struct notification_view notification_view_of(struct arena *a, const struct notification *n,
                                              str language);
err notification_views_of(struct arena *a, struct readers *readers,
                          const struct principal *principal, const struct notification_slice *found,
                          struct notification_view_slice *out);

/* Only people have notifications. Errors: FORBIDDEN. */
err notification_owner(const struct principal *principal, int64_t *user_key);

#endif
