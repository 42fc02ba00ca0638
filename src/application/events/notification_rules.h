/* Which events people are told of, and who is told: a visible table, a row each. An event that is
 * told of is also in the table of subscriptions, for the subscriber "notifications". */
#ifndef APPLICATION_EVENTS_NOTIFICATION_RULES_H
#define APPLICATION_EVENTS_NOTIFICATION_RULES_H

#include "application/models/base_model.h"
#include "domain/entities/mail.h"
#include "domain/entities/notification_settings.h"

enum { NOTIFIED_USER_COUNT_MAX = 5000 }; /* of one event */

struct notification_rule {
    const struct event_type *event;
    const char *kind;         /* stable, stored; what people choose by */
    const char *doc;          /* for whoever chooses */
    const char *subject_kind; /* of subject; NULL: it is about the account itself */
    const char *subject;      /* member of the event that says which one; NULL: none */
    const char *detail;       /* member with a text that may be shown; NULL: none */
    /* Members of the organization who are concerned. payload: the event's struct. */
    err (*receivers)(struct command_ctx *ctx, const void *payload, struct user_slice *out);
    bool is_security; /* it is always shown, whatever one chooses */
    /* MAIL_TEMPLATE_COUNT: whoever does the thing sends a mail about it, and nobody else does */
    enum mail_template mail;
    bool is_mailed; /* unless one chooses otherwise */
    bool is_urgent; /* it is mailed at once, whatever the hour */
};

extern const struct notification_rule notification_rules[];
extern const size_t notification_rule_count;

/* By which channels somebody who has chosen that hears of it. */
struct notification_channels notification_channels_of(const struct notification_rule *rule,
                                                      str choices);
/* What concerns the safety of an account is mailed whatever one chooses. */
bool notification_mail_is_fixed(const struct notification_rule *rule);
/* NULL: nobody is told of it. */
const struct notification_rule *notification_rule_of_event(str event_type);
/* NULL: there is none of that name. */
const struct notification_rule *notification_rule_of_kind(str kind);

#endif
