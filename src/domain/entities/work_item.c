/* Schemas, the table of states, the event reports. */
#include "domain/entities/work_item.h"

#include "base/json.h"
#include "dicom/json_members.h"

const char *const work_item_state_names[] = {"SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED",
                                             NULL};
_Static_assert(COUNT_OF(work_item_state_names) == WORK_ITEM_STATE_COUNT + 1,
               "a state without a name");
const char *const subscription_scope_names[] = {"one", "global", "filtered", NULL};
const char *const subscription_state_names[] = {"none", "unlocked", "locked", NULL};

enum work_item_state work_item_state_of(str name)
{
    unsigned i = 0;
    while (i < WORK_ITEM_STATE_COUNT && !str_eq(name, str_of(work_item_state_names[i])))
        i++;
    return (enum work_item_state)i;
}

#define SEARCHED(m_, ...)                                                                          \
    FIELD(work_item, m_, .flags = PHI, .max = WORK_ITEM_VALUE_SIZE_MAX, __VA_ARGS__)

SCHEMA(work_item, ENTITY_FIELDS(work_item),
       FIELD(work_item, sop_instance_uid, .max = UID_SIZE_MAX, .doc = "SOP Instance UID"),
       FIELD_ENUM_OF(work_item, state, work_item_state_names, .doc = "Procedure Step State"),
       FIELD(work_item, transaction_uid, .flags = SECRET | INTERNAL, .doc = "Lock of the owner"),
       FIELD(work_item, ended_at, .doc = "When it was completed or canceled"),
       SEARCHED(priority, .doc = "Scheduled Procedure Step Priority (0074,1200)"),
       SEARCHED(input_readiness_state, .doc = "Input Readiness State (0040,4041)"),
       SEARCHED(worklist_label, .doc = "Worklist Label (0074,1202)"),
       SEARCHED(procedure_step_label, .doc = "Procedure Step Label (0074,1204)"),
       FIELD(work_item, scheduled_start_at, .doc = "Scheduled Procedure Step Start DateTime"),
       FIELD(work_item, expected_completion_at, .doc = "Expected Completion DateTime"),
       FIELD(work_item, modified_at, .doc = "Scheduled Procedure Step Modification DateTime"),
       SEARCHED(patient_name, .doc = "Patient's Name (0010,0010)"),
       SEARCHED(patient_name_key, .doc = "The name as it is compared"),
       SEARCHED(patient_id, .doc = "Patient ID (0010,0020)"),
       SEARCHED(admission_id, .doc = "Admission ID (0038,0010)"),
       SEARCHED(study_instance_uid, .doc = "Study Instance UID (0020,000D)"),
       SEARCHED(station_name_codes, .doc = "Codes of the stations it is scheduled at"),
       SEARCHED(station_class_codes, .doc = "Codes of their classes"),
       SEARCHED(station_location_codes, .doc = "Codes of their places"),
       SEARCHED(workitem_codes, .doc = "Codes of what is to be done"),
       SEARCHED(accession_numbers, .doc = "Accession Numbers of the requests"),
       SEARCHED(requested_procedure_ids, .doc = "Requested Procedure IDs of the requests"),
       FIELD(work_item, data_set, .flags = PHI | INTERNAL, .max = WORK_ITEM_SIZE_MAX,
             .doc = "All attributes"));

SCHEMA(work_item_subscription, FIELD(work_item_subscription, key, .flags = INTERNAL),
       FIELD(work_item_subscription, organization_key, .flags = INTERNAL),
       FIELD(work_item_subscription, created_at),
       FIELD(work_item_subscription, ae_title, .max = AE_TITLE_SIZE_MAX, .doc = "Who is told"),
       FIELD_ENUM_OF(work_item_subscription, scope, subscription_scope_names, .doc = "Of what"),
       FIELD(work_item_subscription, work_item_key, .flags = INTERNAL),
       FIELD_ENUM_OF(work_item_subscription, state, subscription_state_names,
                     .doc = "With a deletion lock or without"),
       FIELD(work_item_subscription, filter, .flags = PHI, .doc = "Matching keys"),
       FIELD(work_item_subscription, until_at, .doc = "When it was suspended"));

SCHEMA(work_item_event, FIELD(work_item_event, key),
       FIELD(work_item_event, organization_key, .flags = INTERNAL),
       FIELD(work_item_event, created_at), FIELD(work_item_event, ae_title),
       FIELD(work_item_event, sop_instance_uid), FIELD(work_item_event, type),
       FIELD_ENUM_OF(work_item_event, state, work_item_state_names),
       FIELD(work_item_event, input_readiness_state),
       FIELD(work_item_event, details, .flags = PHI | INTERNAL));

/* ---- states ---- */

#define INCONSISTENT "The submitted request is inconsistent with the state of the UPS Instance."
#define REFUSE(code_, text_)                                                                       \
    {                                                                                              \
        .step = WORK_ITEM_REFUSED, .code = ERR_##code_, .text = text_                              \
    }
#define MOVE(to_)                                                                                  \
    {                                                                                              \
        .step = WORK_ITEM_MOVES, .to = WORK_ITEM_##to_                                             \
    }
#define THERE(state_)                                                                              \
    {                                                                                              \
        .step = WORK_ITEM_IS_THERE, .to = WORK_ITEM_##state_,                                      \
        .text = "The UPS is already in the requested state of " #state_ "."                        \
    }

/* PS3.4 table CC.1.1-2, for whoever holds the lock where one is asked for. */
static const struct work_item_transition
    transitions[WORK_ITEM_STATE_COUNT][WORK_ITEM_REQUEST_COUNT] = {
        [WORK_ITEM_SCHEDULED] = {[WORK_ITEM_CLAIM] = MOVE(IN_PROGRESS),
                                 [WORK_ITEM_COMPLETE] = REFUSE(CONFLICT, INCONSISTENT),
                                 [WORK_ITEM_CANCEL] = REFUSE(CONFLICT, INCONSISTENT),
                                 [WORK_ITEM_REQUEST_CANCEL] = MOVE(CANCELED),
                                 [WORK_ITEM_CHANGE] = {.step = WORK_ITEM_STAYS}},
        [WORK_ITEM_IN_PROGRESS] = {[WORK_ITEM_CLAIM] = REFUSE(CONFLICT, INCONSISTENT),
                                   [WORK_ITEM_COMPLETE] = MOVE(COMPLETED),
                                   [WORK_ITEM_CANCEL] = MOVE(CANCELED),
                                   [WORK_ITEM_REQUEST_CANCEL] = {.step = WORK_ITEM_TELLS_PERFORMER},
                                   [WORK_ITEM_CHANGE] = {.step = WORK_ITEM_STAYS}},
        [WORK_ITEM_COMPLETED] = {[WORK_ITEM_CLAIM] = REFUSE(CONFLICT, INCONSISTENT),
                                 [WORK_ITEM_COMPLETE] = THERE(COMPLETED),
                                 [WORK_ITEM_CANCEL] = REFUSE(CONFLICT, INCONSISTENT),
                                 [WORK_ITEM_REQUEST_CANCEL] =
                                     REFUSE(CONFLICT, "The UPS is already COMPLETED."),
                                 [WORK_ITEM_CHANGE] = REFUSE(MALFORMED, INCONSISTENT)},
        [WORK_ITEM_CANCELED] = {[WORK_ITEM_CLAIM] = REFUSE(CONFLICT, INCONSISTENT),
                                [WORK_ITEM_COMPLETE] = REFUSE(CONFLICT, INCONSISTENT),
                                [WORK_ITEM_CANCEL] = THERE(CANCELED),
                                [WORK_ITEM_REQUEST_CANCEL] = THERE(CANCELED),
                                [WORK_ITEM_CHANGE] = REFUSE(MALFORMED, INCONSISTENT)},
};

/* Whoever asks has the item; of one that nobody has any Transaction UID is right, but that a change
 * of it needs none. */
static err check_lock(const struct work_item *item, enum work_item_request request,
                      str transaction_uid)
{
    bool is_free = item->state == WORK_ITEM_SCHEDULED;
    if (request == WORK_ITEM_REQUEST_CANCEL)
        return OK;
    if (request == WORK_ITEM_CHANGE && is_free)
        return transaction_uid.len == 0 ? OK : ERR(MALFORMED, "The Transaction UID is incorrect.");
    if (transaction_uid.len == 0)
        return ERR(MALFORMED, "The Transaction UID is missing.");
    return is_free || str_eq_secret(transaction_uid, item->transaction_uid)
               ? OK
               : ERR(MALFORMED, "The Transaction UID is incorrect.");
}

err work_item_decide(const struct work_item *item, enum work_item_request request,
                     str transaction_uid, const struct work_item_transition **out)
{
    const struct work_item_transition *t = &transitions[item->state][request];
    *out = t;
    if (request != WORK_ITEM_CHANGE || t->step != WORK_ITEM_REFUSED)
        TRY(check_lock(item, request, transaction_uid));
    return t->step == WORK_ITEM_REFUSED ? (err){t->code, t->text, HERE} : OK;
}

/* ---- event reports ---- */

static void set_text(struct arena *a, struct json_member_slice *members, uint32_t tag,
                     const char *vr, str value)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, "{\"vr\":\"%s\",\"Value\":[", vr);
    json_write_str(&out, value);
    buf_add(&out, STR("]}"));
    json_members_set(a, members, tag, buf_str(&out));
}

static void set_number(struct arena *a, struct json_member_slice *members, uint32_t tag,
                       int64_t value)
{
    json_members_set(a, members, tag,
                     str_format(a, "{\"vr\":\"US\",\"Value\":[%lld]}", (long long)value));
}

str work_item_event_report(struct arena *a, const struct work_item_event *event)
{
    struct json_member_slice members = {0};
    if (event->details.len != 0)
        json_members_read(a, event->details, &members);
    set_text(a, &members, 0x00000002, "UI", STR(UPS_PUSH_SOP_CLASS_UID));
    set_number(a, &members, 0x00000110, event->key % UINT16_MAX + 1); /* Message ID */
    set_text(a, &members, 0x00001000, "UI", event->sop_instance_uid);
    set_number(a, &members, 0x00001002, event->type);
    if (event->type == WORK_ITEM_STATE_REPORT) {
        set_text(a, &members, 0x00404041, "CS", event->input_readiness_state);
        set_text(a, &members, 0x00741000, "CS", str_of(work_item_state_names[event->state]));
    }
    return json_members_write(a, &members);
}
