/* A notification: one person is told that something happened which concerns them. It says what and
 * about which thing, and nothing about a patient: whoever may see the thing follows the link. Made
 * of an event, once for each receiver. */
#ifndef DOMAIN_ENTITIES_NOTIFICATION_H
#define DOMAIN_ENTITIES_NOTIFICATION_H

#include "domain/entities/entity.h"

enum {
    NOTIFICATION_KIND_SIZE_MAX = 32,
    NOTIFICATION_DETAIL_SIZE_MAX = 200,
    NOTIFICATION_KEPT_SECONDS = 90 * 24 * 60 * 60,
    NOTIFICATION_KEPT_COUNT = 1000 /* of each receiver: the newest */
};

struct notification {
    ENTITY_MEMBERS;
    int64_t user_key; /* the receiver */
    uuid user_id;
    str kind;               /* of notification_rules */
    int64_t event_sequence; /* of the event it tells of; a receiver is told of each once */
    str subject_kind;       /* "study", "task", …; absent: the account itself */
    uuid subject_id;
    str detail;      /* a word or two of the event: a task's kind, a device; may be absent */
    instant read_at; /* unset: not yet */
};
DECLARE_SCHEMA(notification);
SLICE(notification);

#endif
