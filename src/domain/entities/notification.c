/* Schema of the notification. */
#include "domain/entities/notification.h"

SCHEMA(notification, ENTITY_FIELDS(notification),
       FIELD(notification, user_key, .flags = INTERNAL, .doc = "The receiver"),
       FIELD(notification, user_id, .flags = INTERNAL, .doc = "The receiver"),
       FIELD(notification, kind, .max = NOTIFICATION_KIND_SIZE_MAX, .doc = "What happened",
             .example = "study_received"),
       FIELD(notification, event_sequence, .flags = INTERNAL, .doc = "The event it tells of"),
       FIELD(notification, subject_kind, .doc = "What it is about: study, share, task, …"),
       FIELD(notification, subject_id, .doc = "Which one"),
       FIELD(notification, detail, .max = NOTIFICATION_DETAIL_SIZE_MAX,
             .doc = "Kind of the task, name of the device, …"),
       FIELD(notification, read_at, .flags = NULLABLE, .doc = "When it was read; null: not yet"));
