/* The tables, and what they are applied by. */
#include "domain/entities/work_item_rules.h"

#include "base/json.h"
#include "dicom/date_time.h"
#include "dicom/dictionary.h"
#include "domain/entities/work_item_match.h"

enum creation {
    OPTIONAL,  /* 3 */
    VALUED,    /* 1 */
    EMPTY_TOO, /* 2: is filled in, empty, when it is not there */
    EMPTY,     /* 2, and must be empty */
    FORBIDDEN, /* not allowed */
    OURS       /* what is sent is replaced */
};

struct rule {
    uint32_t tag;
    enum creation creation;
    bool is_fixed;    /* is not changed by its users after that */
    bool is_returned; /* by every search */
    const char *const *values;
};

static const char *const priorities[] = {"HIGH", "MEDIUM", "LOW", NULL};
static const char *const readiness[] = {"INCOMPLETE", "UNAVAILABLE", "READY", NULL};

/* PS3.4 table CC.2.5-3, N-CREATE, N-SET and C-FIND; what is not here is optional in all of them. In
 * the order of tags. */
static const struct rule rules[] = {
    {0x00080005, OURS, true, true, NULL},
    {0x00080016, OURS, true, true, NULL},
    {0x00080018, OURS, true, true, NULL},
    {0x00080201, OPTIONAL, false, true, NULL},
    {0x00081080, EMPTY_TOO, true, true, NULL}, /* admitting diagnoses */
    {0x00081084, EMPTY_TOO, true, false, NULL},
    {TAG_TRANSACTION_UID, EMPTY, true, false, NULL},
    {0x00100010, EMPTY_TOO, true, true, NULL}, /* patient */
    {0x00100020, EMPTY_TOO, true, true, NULL},
    {0x00100021, EMPTY_TOO, true, true, NULL},
    {0x00100024, OPTIONAL, true, true, NULL},
    {0x00100030, EMPTY_TOO, true, true, NULL},
    {0x00100040, EMPTY_TOO, true, true, NULL},
    {0x00101002, EMPTY_TOO, true, true, NULL},
    {0x0020000D, OPTIONAL, false, true, NULL},
    {0x00380010, EMPTY_TOO, true, true, NULL}, /* admission */
    {0x00380014, EMPTY_TOO, true, true, NULL},
    {0x00400400, EMPTY_TOO, false, true, NULL}, /* comments */
    {0x00404005, VALUED, false, true, NULL},    /* start */
    {0x00404008, OPTIONAL, false, true, NULL},
    {0x00404010, OURS, true, true, NULL}, /* modification */
    {0x00404011, OPTIONAL, false, true, NULL},
    {0x00404018, EMPTY_TOO, false, true, NULL}, /* what is to be done */
    {0x00404021, EMPTY_TOO, false, true, NULL}, /* its input */
    {0x00404025, EMPTY_TOO, false, true, NULL}, /* stations */
    {0x00404026, EMPTY_TOO, false, true, NULL},
    {0x00404027, EMPTY_TOO, false, true, NULL},
    {0x00404034, OPTIONAL, false, true, NULL}, /* people */
    {TAG_INPUT_READINESS_STATE, VALUED, false, true, readiness},
    {TAG_CANCELLATION_DATE_TIME, FORBIDDEN, true, false, NULL},
    {0x0040A370, EMPTY_TOO, true, true, NULL}, /* requests */
    {TAG_PROCEDURE_STEP_STATE, VALUED, true, true, NULL},
    {TAG_PROGRESS_INFORMATION, EMPTY, false, true, NULL},
    {0x00741200, VALUED, false, true, priorities},
    {0x00741202, OPTIONAL, false, true, NULL}, /* worklist label: DEFAULT_WORKLIST */
    {0x00741204, VALUED, false, true, NULL},
    {0x00741210, EMPTY_TOO, false, false, NULL}, /* processing parameters */
    {0x00741216, EMPTY, false, false, NULL},     /* performed */
    {0x00741224, OPTIONAL, true, true, NULL},    /* replaced steps */
};

#define TAG_WORKLIST_LABEL UINT32_C(0x00741202)
#define DEFAULT_WORKLIST "WORKLIST"

static const struct rule *rule_of(uint32_t tag)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].tag == tag)
            return &rules[i];
    return NULL;
}

bool work_item_is_returned(uint32_t tag)
{
    const struct rule *rule = rule_of(tag);
    return rule != NULL && rule->is_returned;
}

static err wrong(struct arena *a, enum err_code code, uint32_t tag, const char *what)
{
    const struct dictionary_entry *entry = dictionary_find(tag);
    return err_format(a, code, HERE, "(%04X,%04X) %s %s", (unsigned)(tag >> 16),
                      (unsigned)(tag & 0xFFFF), entry != NULL ? entry->keyword : "", what);
}

static bool has_value(str attribute)
{
    return json_model_value_array(attribute).len != 0;
}

static str first_text(struct arena *a, const struct json_member_slice *members, uint32_t tag)
{
    str attribute = json_members_find(members, tag);
    return json_model_member_text(
        a, str_format(a, "{\"%08X\":%.*s}", (unsigned)tag, STR_ARG(attribute)), tag);
}

static str text_attribute(struct arena *a, enum dicom_vr vr, str value)
{
    struct buf out = BUF_IN(a);
    buf_addf(&out, "{\"vr\":\"%.*s\",\"Value\":[", STR_ARG(vr_name(vr)));
    json_write_str(&out, value);
    buf_add(&out, STR("]}"));
    return buf_str(&out);
}

static void set_text(struct arena *a, struct json_member_slice *members, uint32_t tag, str value)
{
    json_members_set(a, members, tag, text_attribute(a, dictionary_find(tag)->vr, value));
}

/* A value of those there are, a moment that can be read. */
static err check_value(struct arena *a, const struct rule *rule, const struct json_member_slice *m)
{
    instant ignored;
    str value = first_text(a, m, rule->tag);
    bool is_known = rule->values == NULL;
    for (size_t i = 0; !is_known && rule->values[i] != NULL; i++)
        is_known = str_eq(value, str_of(rule->values[i]));
    if (!is_known)
        return wrong(a, ERR_MALFORMED, rule->tag, "has a value that is none of it");
    if (dictionary_find(rule->tag)->vr == VR_DT && value.len != 0 &&
        !date_time_instants(value, 0, &ignored, &ignored))
        return wrong(a, ERR_MALFORMED, rule->tag, "is no date and time");
    return OK;
}

/* ---- what is made of the data set ---- */

static str column_text(struct arena *a, str text)
{
    char *copy = arena_strndup(a, text.ptr != NULL ? text.ptr : "", text.len);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)copy[i] < 0x20)
            copy[i] = ' ';
    return text.len == 0 ? STR_NONE : str_trim((str){copy, text.len});
}

static err fill_column(struct arena *a, const struct work_item_column *column,
                       struct work_item *item)
{
    void *member = work_item_column_member(column, item);
    str text = work_item_column_values(a, column, item->data_set);
    instant last;
    if (text.len > WORK_ITEM_VALUE_SIZE_MAX)
        return wrong(a, ERR_MALFORMED, column->path[0], "is longer than what can be searched by");
    if (column->kind == WORK_ITEM_COLUMN_MOMENT) {
        *(instant *)member = (instant){0};
        if (text.len != 0 && !date_time_instants(text, work_item_utc_offset(a, item->data_set),
                                                 (instant *)member, &last))
            return wrong(a, ERR_MALFORMED, column->path[0], "is no date and time");
    } else if (column->kind != WORK_ITEM_COLUMN_STATE) {
        *(str *)member = column_text(a, text);
    }
    return OK;
}

/* The data set in one piece again, and everything made of it. */
static err settle(struct arena *a, struct work_item *item, const struct json_member_slice *members)
{
    struct work_item settled = *item;
    settled.data_set = json_members_write(a, members);
    if (settled.data_set.len > WORK_ITEM_SIZE_MAX)
        return ERR(TOO_LARGE, "the work item would be larger than the limit");
    for (size_t i = 0; i < work_item_column_count; i++)
        TRY(fill_column(a, &work_item_columns[i], &settled));
    settled.patient_name_key = work_item_name_key(a, settled.patient_name);
    if (settled.patient_name_key.len > WORK_ITEM_VALUE_SIZE_MAX)
        return wrong(a, ERR_MALFORMED, 0x00100010, "is longer than what can be searched by");
    *item = settled;
    return OK;
}

static void set_modified(struct arena *a, struct json_member_slice *members, instant now)
{
    set_text(a, members, 0x00404010, date_time_text(a, now));
}

/* ---- creation ---- */

static err create_by(struct arena *a, const struct rule *rule, struct json_member_slice *members,
                     bool *was_changed)
{
    str attribute = json_members_find(members, rule->tag);
    switch (rule->creation) {
    case VALUED:
        if (!has_value(attribute))
            return wrong(a, ERR_MALFORMED, rule->tag, "must have a value");
        return check_value(a, rule, members);
    case EMPTY:
        if (has_value(attribute))
            return wrong(a, ERR_MALFORMED, rule->tag, "must be empty");
        break;
    case EMPTY_TOO:
        break;
    case FORBIDDEN:
        return attribute.ptr == NULL ? OK
                                     : wrong(a, ERR_MALFORMED, rule->tag, "is not allowed yet");
    default:
        return OK;
    }
    if (attribute.ptr != NULL || rule->tag == TAG_TRANSACTION_UID)
        return OK;
    *was_changed = true;
    json_members_set(
        a, members, rule->tag,
        str_format(a, "{\"vr\":\"%.*s\"}", STR_ARG(vr_name(dictionary_find(rule->tag)->vr))));
    return OK;
}

/* What the data set says of itself must not be another thing than what is asked for. */
static err check_identity(struct arena *a, const struct json_member_slice *members, str uid)
{
    str class_uid = first_text(a, members, 0x00080016), own = first_text(a, members, 0x00080018);
    if (class_uid.len != 0 && !str_eq(class_uid, STR(UPS_PUSH_SOP_CLASS_UID)))
        return wrong(a, ERR_MALFORMED, 0x00080016, "is not that of a work item");
    if (own.len != 0 && !str_eq(own, uid))
        return wrong(a, ERR_MALFORMED, 0x00080018, "is not that of the address");
    return OK;
}

err work_item_make(struct arena *a, str uid, instant now, str data_set, struct work_item *out,
                   bool *was_changed)
{
    struct json_member_slice members;
    *was_changed = false;
    json_members_read(a, data_set, &members);
    TRY(check_identity(a, &members, uid));
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        TRY(create_by(a, &rules[i], &members, was_changed));
    str state = first_text(a, &members, TAG_PROCEDURE_STEP_STATE);
    if (!str_eq(state, str_of(work_item_state_names[WORK_ITEM_SCHEDULED])))
        return wrong(a, ERR_MALFORMED, TAG_PROCEDURE_STEP_STATE, "must be SCHEDULED");
    if (first_text(a, &members, TAG_WORKLIST_LABEL).len == 0) {
        *was_changed = true;
        set_text(a, &members, TAG_WORKLIST_LABEL, STR(DEFAULT_WORKLIST));
    }
    json_members_remove(&members, TAG_TRANSACTION_UID);
    set_text(a, &members, 0x00080016, STR(UPS_PUSH_SOP_CLASS_UID));
    set_text(a, &members, 0x00080018, uid);
    set_modified(a, &members, now);
    out->state = WORK_ITEM_SCHEDULED;
    return settle(a, out, &members);
}

/* ---- changes ---- */

static err change_by(struct arena *a, struct json_member_slice *members,
                     const struct json_member_slice *changes, const struct json_member *change,
                     struct work_item_changes *out)
{
    uint32_t tag;
    if (!tag_from_text(change->tag, &tag) || tag == TAG_TRANSACTION_UID || tag == 0x00080005)
        return OK;
    const struct rule *rule = rule_of(tag);
    str before = json_members_find(members, tag);
    if (str_eq(before, change->value))
        return OK;
    if (rule != NULL && rule->is_fixed)
        return wrong(a, ERR_MALFORMED, tag, "may not be changed");
    bool must_stay = rule != NULL && (rule->creation == VALUED || tag == TAG_WORKLIST_LABEL);
    if (must_stay && !has_value(change->value))
        return wrong(a, ERR_MALFORMED, tag, "must have a value");
    if (must_stay)
        TRY(check_value(a, rule, changes));
    out->is_any = true;
    out->readiness = out->readiness || tag == TAG_INPUT_READINESS_STATE;
    out->progress = out->progress || tag == TAG_PROGRESS_INFORMATION;
    out->assignment = out->assignment || tag == 0x00404025 || tag == 0x00404034;
    json_members_set(a, members, tag, change->value);
    return OK;
}

err work_item_change(struct arena *a, struct work_item *item, instant now, str changes,
                     struct work_item_changes *out)
{
    struct json_member_slice members, wanted;
    *out = (struct work_item_changes){0};
    json_members_read(a, item->data_set, &members);
    json_members_read(a, changes, &wanted);
    for (size_t i = 0; i < wanted.len; i++)
        TRY(change_by(a, &members, &wanted, &wanted.at[i], out));
    if (!out->is_any)
        return OK;
    if (!str_is_ascii(changes)) /* the document is UTF-8 */
        set_text(a, &members, 0x00080005, STR("ISO_IR 192"));
    set_modified(a, &members, now);
    return settle(a, item, &members);
}

/* ---- final states ---- */

/* PS3.4 table CC.2.5-1. */
enum final_code {
    FINAL_REQUIRED,  /* R: in both */
    FINAL_PERFORMED, /* P: to be completed */
    FINAL_CANCELED   /* X: to be canceled */
};

static const struct final_rule {
    uint32_t sequence; /* it stands in the items of that; 0: in the data set */
    uint32_t tag;
    enum final_code code;
    bool may_be_empty;
} final_rules[] = {
    {0, 0x00080016, FINAL_REQUIRED, false},
    {0, 0x00080018, FINAL_REQUIRED, false},
    {0, 0x00404005, FINAL_REQUIRED, false},
    {0, 0x00404010, FINAL_REQUIRED, false},
    {0, TAG_INPUT_READINESS_STATE, FINAL_REQUIRED, false},
    {0, TAG_PROCEDURE_STEP_STATE, FINAL_REQUIRED, false},
    {0, 0x00741200, FINAL_REQUIRED, false},
    {0, TAG_PROGRESS_INFORMATION, FINAL_CANCELED, false},
    {TAG_PROGRESS_INFORMATION, TAG_CANCELLATION_DATE_TIME, FINAL_CANCELED, false},
    {TAG_PROGRESS_INFORMATION, TAG_DISCONTINUATION_REASON, FINAL_CANCELED, false},
    {0, 0x00741216, FINAL_PERFORMED, false},
    {0x00741216, 0x00404028, FINAL_PERFORMED, false}, /* station */
    {0x00741216, 0x00404050, FINAL_PERFORMED, false}, /* start */
    {0x00741216, 0x00404019, FINAL_PERFORMED, false}, /* what was done */
    {0x00741216, 0x00404051, FINAL_PERFORMED, false}, /* end */
    {0x00741216, 0x00404033, FINAL_PERFORMED, true},  /* output: there may be none */
};

static str first_item(str sequence)
{
    str item;
    size_t at = 0;
    str items = json_model_value_array(sequence);
    return items.len != 0 && json_model_next_value(items, &at, &item) ? item : STR_NONE;
}

static err check_final(struct arena *a, const struct json_member_slice *members,
                       enum work_item_state to)
{
    enum final_code other = to == WORK_ITEM_COMPLETED ? FINAL_CANCELED : FINAL_PERFORMED;
    for (size_t i = 0; i < COUNT_OF(final_rules); i++) {
        const struct final_rule *rule = &final_rules[i];
        struct json_member_slice item = *members;
        if (rule->code == other)
            continue;
        if (rule->sequence != 0)
            json_members_read(a, first_item(json_members_find(members, rule->sequence)), &item);
        str attribute = json_members_find(&item, rule->tag);
        if (rule->may_be_empty ? attribute.ptr == NULL : !has_value(attribute))
            return wrong(a, ERR_CONFLICT, rule->tag, "must be there before the work item ends");
    }
    return OK;
}

/* The one item of the progress information, changed. */
static void set_progress(struct arena *a, struct json_member_slice *members,
                         const struct json_member_slice *item)
{
    json_members_set(
        a, members, TAG_PROGRESS_INFORMATION,
        str_format(a, "{\"vr\":\"SQ\",\"Value\":[%.*s]}", STR_ARG(json_members_write(a, item))));
}

static void read_progress(struct arena *a, const struct json_member_slice *members,
                          struct json_member_slice *item)
{
    json_members_read(a, first_item(json_members_find(members, TAG_PROGRESS_INFORMATION)), item);
}

static void fill_cancellation_time(struct arena *a, struct json_member_slice *members, instant now)
{
    struct json_member_slice item;
    read_progress(a, members, &item);
    if (has_value(json_members_find(&item, TAG_CANCELLATION_DATE_TIME)))
        return;
    set_text(a, &item, TAG_CANCELLATION_DATE_TIME, date_time_text(a, now));
    set_progress(a, members, &item);
}

err work_item_move(struct arena *a, struct work_item *item, enum work_item_state to, instant now)
{
    struct json_member_slice members;
    struct work_item moved = *item;
    json_members_read(a, item->data_set, &members);
    if (to == WORK_ITEM_CANCELED)
        fill_cancellation_time(a, &members, now);
    if (to != WORK_ITEM_IN_PROGRESS)
        TRY(check_final(a, &members, to));
    set_text(a, &members, TAG_PROCEDURE_STEP_STATE, str_of(work_item_state_names[to]));
    moved.state = to;
    moved.ended_at = to == WORK_ITEM_IN_PROGRESS ? (instant){0} : now;
    TRY(settle(a, &moved, &members));
    *item = moved;
    return OK;
}

/* DCM 110513, context group 9300. */
static const char unspecified_reason[] =
    "{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"110513\"]},"
    "\"00080102\":{\"vr\":\"SH\",\"Value\":[\"DCM\"]},\"00080104\":{\"vr\":\"LO\",\"Value\":["
    "\"Discontinued for unspecified reason\"]}}]}";

err work_item_note_reason(struct arena *a, struct work_item *item, instant now, str request)
{
    struct json_member_slice members, wanted, progress;
    json_members_read(a, item->data_set, &members);
    json_members_read(a, request, &wanted);
    read_progress(a, &members, &progress);
    str reason = json_members_find(&wanted, TAG_REASON_FOR_CANCELLATION),
        code = json_members_find(&wanted, TAG_DISCONTINUATION_REASON);
    if (has_value(reason))
        json_members_set(a, &progress, TAG_REASON_FOR_CANCELLATION, reason);
    json_members_set(a, &progress, TAG_DISCONTINUATION_REASON,
                     has_value(code) ? code : str_of(unspecified_reason));
    set_progress(a, &members, &progress);
    set_modified(a, &members, now);
    return settle(a, item, &members);
}

/* ---- events ---- */

static void copy_valued(struct arena *a, struct json_member_slice *to,
                        const struct json_member_slice *from, uint32_t tag)
{
    str attribute = json_members_find(from, tag);
    if (has_value(attribute))
        json_members_set(a, to, tag, attribute);
}

/* PS3.4 table CC.2.4-1: where the attributes of an event are, and which. */
static const struct event_part {
    int64_t type;
    uint32_t sequence; /* in the first item of that; 0: at the top */
    uint32_t tag;
} event_parts[] = {
    {WORK_ITEM_STATE_REPORT, TAG_PROGRESS_INFORMATION, TAG_REASON_FOR_CANCELLATION},
    {WORK_ITEM_STATE_REPORT, TAG_PROGRESS_INFORMATION, TAG_DISCONTINUATION_REASON},
    {WORK_ITEM_CANCEL_REQUESTED, 0, 0x00741236}, /* Requesting AE */
    {WORK_ITEM_CANCEL_REQUESTED, 0, TAG_REASON_FOR_CANCELLATION},
    {WORK_ITEM_CANCEL_REQUESTED, 0, TAG_DISCONTINUATION_REASON},
    {WORK_ITEM_CANCEL_REQUESTED, 0, 0x0074100A},
    {WORK_ITEM_CANCEL_REQUESTED, 0, 0x0074100C},
    {WORK_ITEM_PROGRESS_REPORT, 0, TAG_PROGRESS_INFORMATION},
    {WORK_ITEM_ASSIGNED, 0, 0x00404025},
    {WORK_ITEM_ASSIGNED, 0x00404034, 0x00404009},
    {WORK_ITEM_ASSIGNED, 0x00404034, 0x00404036},
};

str work_item_event_details(struct arena *a, enum work_item_event_type type, str data_set)
{
    struct json_member_slice members, details = {0};
    json_members_read(a, data_set, &members);
    for (size_t i = 0; i < COUNT_OF(event_parts); i++) {
        const struct event_part *part = &event_parts[i];
        struct json_member_slice item = members;
        if (part->type != (int64_t)type)
            continue;
        if (part->sequence != 0)
            json_members_read(a, first_item(json_members_find(&members, part->sequence)), &item);
        copy_valued(a, &details, &item, part->tag);
    }
    return details.len == 0 ? STR_NONE : json_members_write(a, &details);
}
