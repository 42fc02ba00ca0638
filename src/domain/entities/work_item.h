/* A work item: a Unified Procedure Step (PS3.3 B.26, PS3.4 CC). Its data set is kept whole, as
 * DICOM JSON of this program's own form and without the Transaction UID, which is a lock and is
 * never told; what worklists are searched by most stands in members beside it. The states and who
 * may change what are two tables: the one here, PS3.4 CC.1.1-2, and work_item_rules.h. */
#ifndef DOMAIN_ENTITIES_WORK_ITEM_H
#define DOMAIN_ENTITIES_WORK_ITEM_H

#include "base/err.h"
#include "domain/entities/entity.h"

#define UPS_PUSH_SOP_CLASS_UID "1.2.840.10008.5.1.4.34.6.1"
#define UPS_GLOBAL_SUBSCRIPTION_UID "1.2.840.10008.5.1.4.34.5"
#define UPS_FILTERED_SUBSCRIPTION_UID "1.2.840.10008.5.1.4.34.5.1"

enum {
    WORK_ITEM_SIZE_MAX = 1024 * 1024, /* bytes of a data set */
    WORK_ITEM_VALUE_SIZE_MAX = 1024,  /* of a value that is searched by */
    AE_TITLE_SIZE_MAX = 16,
    WORK_ITEM_KEPT_SECONDS = 7 * 24 * 3600, /* after its end, without a deletion lock */
    WORK_ITEM_EVENT_SECONDS = 7 * 24 * 3600 /* an event can be asked for */
};

enum work_item_state {
    WORK_ITEM_SCHEDULED,
    WORK_ITEM_IN_PROGRESS,
    WORK_ITEM_COMPLETED,
    WORK_ITEM_CANCELED,
    WORK_ITEM_STATE_COUNT
};
extern const char *const work_item_state_names[]; /* as (0074,1000) has them */
/* WORK_ITEM_STATE_COUNT when it is none. */
enum work_item_state work_item_state_of(str name);

struct work_item {
    ENTITY_MEMBERS;
    str sop_instance_uid;
    enum work_item_state state;
    str transaction_uid; /* of whoever has claimed it */
    instant ended_at;
    str priority;
    str input_readiness_state;
    str worklist_label;
    str procedure_step_label;
    instant scheduled_start_at;
    instant expected_completion_at;
    instant modified_at;
    str patient_name;
    str patient_name_key; /* folded: person_name.h */
    str patient_id;
    str admission_id;
    str study_instance_uid;
    /* several values with "\" between them */
    str station_name_codes;
    str station_class_codes;
    str station_location_codes;
    str workitem_codes;
    str accession_numbers;
    str requested_procedure_ids;
    str data_set;
};
DECLARE_SCHEMA(work_item);
SLICE(work_item);

static inline bool work_item_has_ended(const struct work_item *item)
{
    return item->state == WORK_ITEM_COMPLETED || item->state == WORK_ITEM_CANCELED;
}

/* ---- states ---- */

/* What is asked of one. */
enum work_item_request {
    WORK_ITEM_CLAIM, /* state IN PROGRESS */
    WORK_ITEM_COMPLETE,
    WORK_ITEM_CANCEL,
    WORK_ITEM_REQUEST_CANCEL, /* by somebody who does not have it */
    WORK_ITEM_CHANGE,         /* of its attributes */
    WORK_ITEM_REQUEST_COUNT
};

enum work_item_step {
    WORK_ITEM_REFUSED,
    WORK_ITEM_MOVES,           /* to the state of the transition */
    WORK_ITEM_IS_THERE,        /* already: nothing changes, and that is said */
    WORK_ITEM_TELLS_PERFORMER, /* who may or may not do it */
    WORK_ITEM_STAYS            /* in its state, and is changed */
};

struct work_item_transition {
    enum work_item_step step;
    enum work_item_state to;
    enum err_code code; /* of what is refused: MALFORMED is 400, CONFLICT 409 */
    const char *text;   /* as PS3.18 11.6.3.2 to 11.8.3.2 have it */
};

/* What becomes of the request. transaction_uid: absent when none was given; looked at where the
 * request is its owner's to make. Errors: MALFORMED, CONFLICT, with the texts of PS3.18. */
err work_item_decide(const struct work_item *item, enum work_item_request request,
                     str transaction_uid, const struct work_item_transition **out);

/* ---- subscriptions and events ---- */

enum subscription_scope { SUBSCRIPTION_ONE, SUBSCRIPTION_GLOBAL, SUBSCRIPTION_FILTERED };
enum subscription_state { SUBSCRIPTION_NONE, SUBSCRIPTION_UNLOCKED, SUBSCRIPTION_LOCKED };
extern const char *const subscription_scope_names[];
extern const char *const subscription_state_names[];

/* PS3.4 CC.2.3. A global one is of every item that was made up to until_at, but for those that its
 * AE has one of its own of, SUBSCRIPTION_NONE too. A filtered one makes one of its own for each
 * item that it matches. */
struct work_item_subscription {
    int64_t key;
    int64_t organization_key;
    instant created_at;
    str ae_title;
    enum subscription_scope scope;
    int64_t work_item_key; /* 0 unless SUBSCRIPTION_ONE */
    enum subscription_state state;
    str filter;       /* matching keys, "tag.tag=value", a line each */
    instant until_at; /* when it was suspended */
};
DECLARE_SCHEMA(work_item_subscription);
SLICE(work_item_subscription);

/* Event types, PS3.4 table CC.2.4-1. */
enum work_item_event_type {
    WORK_ITEM_STATE_REPORT = 1,
    WORK_ITEM_CANCEL_REQUESTED = 2,
    WORK_ITEM_PROGRESS_REPORT = 3,
    WORK_ITEM_SCP_STATUS_CHANGE = 4,
    WORK_ITEM_ASSIGNED = 5
};

struct work_item_event {
    int64_t key; /* grows */
    int64_t organization_key;
    instant created_at;
    str ae_title; /* for whom */
    str sop_instance_uid;
    int64_t type;
    enum work_item_state state; /* of a state report, and the next */
    str input_readiness_state;
    str details; /* DICOM JSON object of the other attributes; absent */
};
DECLARE_SCHEMA(work_item_event);
SLICE(work_item_event);

/* What is told of it: the event's data set as DICOM JSON (PS3.18 11.13). */
str work_item_event_report(struct arena *a, const struct work_item_event *event);

#endif
