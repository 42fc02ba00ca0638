/* The audit message of PS3.15 A.5: attributes and elements in the order of the schema of A.5.1,
 * what takes part as the tables of A.5.3 have it for each kind of event. A use case for which the
 * standard has no event has an EventID of coding scheme 99GANTRY. */
#include "application/models/audit_message.h"

#include "application/models/audit_kind.h"
#include "base/arena.h"

/* XML 1.0 has no way to write most control characters: they, and what is no UTF-8, become U+FFFD.
 */
static void add_escaped(struct buf *out, str text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = str_utf8_next(text, &at);
        if (c == '&')
            buf_add(out, STR("&amp;"));
        else if (c == '<')
            buf_add(out, STR("&lt;"));
        else if (c == '>')
            buf_add(out, STR("&gt;"));
        else if (c == '"')
            buf_add(out, STR("&quot;"));
        else
            buf_add_utf8(out, c < 0x20 || (c >= 0xD800 && c < 0xE000) || c >= 0xFFFE ? 0xFFFD : c);
    }
}

static void add_attribute(struct buf *out, const char *name, str value)
{
    if (value.ptr == NULL)
        return;
    buf_addf(out, " %s=\"", name);
    add_escaped(out, value);
    buf_add_char(out, '"');
}

static void add_code(struct buf *out, const char *element, str code, const char *scheme, str text)
{
    buf_addf(out, "<%s", element);
    add_attribute(out, "csd-code", code);
    add_attribute(out, "codeSystemName", str_of(scheme));
    add_attribute(out, "originalText", text);
    buf_add(out, STR("/>"));
}

static void add_dcm_code(struct buf *out, const char *element, int code, const char *text)
{
    add_code(out, element, str_format(out->arena, "%d", code), "DCM", str_of(text));
}

/* Those events are nothing but executed (A.5.3.11, A.5.3.12); the others say what was done. */
static char action_code(const struct audit_use *use)
{
    return use->kind == SECURITY_ALERT || use->kind == USER_AUTHENTICATION ? 'E' : use->action;
}

static void add_event(struct buf *out, const struct audit_event *event, const struct audit_use *use)
{
    buf_addf(out, "<EventIdentification EventActionCode=\"%c\"", action_code(use));
    add_attribute(out, "EventDateTime", instant_text(out->arena, event->created_at));
    buf_addf(out, " EventOutcomeIndicator=\"%d\">", audit_outcome_indicator(event->outcome));
    if (use->kind == OTHER_ACTIVITY)
        add_code(out, "EventID", event->action, "99GANTRY", event->action);
    else
        add_dcm_code(out, "EventID", (int)use->kind, audit_kind_text(use->kind));
    if (use->type != TYPE_NONE)
        add_dcm_code(out, "EventTypeCode", (int)use->type, audit_type_text(use->type));
    add_code(out, "EventTypeCode", event->action, "99GANTRY", event->action);
    if (!str_eq(event->outcome, STR("OK"))) {
        buf_add(out, STR("<EventOutcomeDescription>"));
        add_escaped(out, event->outcome);
        buf_add(out, STR("</EventOutcomeDescription>"));
    }
    buf_add(out, STR("</EventIdentification>"));
}

/* The parts that the asking side and this program play, of DCM; 0: none is named. */
struct roles {
    int asking, program;
};
enum {
    ROLE_APPLICATION = 110150,
    ROLE_DESTINATION = 110152,
    ROLE_SOURCE = 110153,
    ROLE_DESTINATION_MEDIA = 110154,
    MEDIA_URI = 110037
};

static struct roles roles_of(const struct audit_use *use)
{
    switch (use->kind) {
    case INSTANCES_TRANSFERRED:
    case DATA_IMPORT:
    case QUERY_MADE:
        return (struct roles){ROLE_SOURCE, ROLE_DESTINATION};
    case DATA_EXPORT:
        return (struct roles){ROLE_DESTINATION, ROLE_SOURCE};
    default:
        return (struct roles){0, ROLE_APPLICATION};
    }
}

static void add_role(struct buf *out, int role)
{
    const char *text = role == ROLE_APPLICATION         ? "Application"
                       : role == ROLE_DESTINATION       ? "Destination Role ID"
                       : role == ROLE_DESTINATION_MEDIA ? "Destination Media"
                                                        : "Source Role ID";
    if (role != 0)
        add_dcm_code(out, "RoleIDCode", role, text);
}

static void add_asking(struct buf *out, const struct audit_origin *origin,
                       const struct audit_event *event, int role)
{
    buf_add(out, STR("<ActiveParticipant"));
    add_attribute(out, "UserID", audit_message_user(out->arena, origin, event));
    add_attribute(out, "AlternativeUserID", event->actor_kind);
    add_attribute(out, "UserName", event->actor_name);
    add_attribute(out, "UserIsRequestor", STR("true"));
    if (event->peer_address.len != 0) {
        add_attribute(out, "NetworkAccessPointID", event->peer_address);
        add_attribute(out, "NetworkAccessPointTypeCode",
                      audit_message_is_address(event->peer_address) ? STR("2") : STR("1"));
    }
    buf_add_char(out, '>');
    add_role(out, role);
    buf_add(out, STR("</ActiveParticipant>"));
}

/* A.5.3.6: an export names the media it goes to; a download goes to whoever has its address. */
static void add_media(struct buf *out, const struct audit_event *event)
{
    buf_add(out, STR("<ActiveParticipant"));
    add_attribute(out, "UserID", event->peer_address.len != 0 ? event->peer_address : STR("local"));
    add_attribute(out, "UserIsRequestor", STR("false"));
    buf_add_char(out, '>');
    add_role(out, ROLE_DESTINATION_MEDIA);
    buf_add(out, STR("<MediaIdentifier>"));
    add_dcm_code(out, "MediaType", MEDIA_URI, "URI");
    buf_add(out, STR("</MediaIdentifier></ActiveParticipant>"));
}

static void add_participants(struct buf *out, const struct audit_origin *origin,
                             const struct audit_event *event, const struct audit_use *use)
{
    struct roles roles = roles_of(use);
    add_asking(out, origin, event, roles.asking);
    buf_add(out, STR("<ActiveParticipant"));
    add_attribute(out, "UserID", origin->source);
    add_attribute(out, "UserIsRequestor", STR("false"));
    buf_add_char(out, '>');
    add_role(out, roles.program);
    buf_add(out, STR("</ActiveParticipant>"));
    if (use->kind == DATA_EXPORT)
        add_media(out, event);
}

static void add_source(struct buf *out, const struct audit_origin *origin)
{
    buf_add(out, STR("<AuditSourceIdentification"));
    if (uuid_is_set(origin->organization_id))
        add_attribute(out, "AuditEnterpriseSiteID", uuid_text(out->arena, origin->organization_id));
    add_attribute(out, "AuditSourceID", origin->source);
    buf_add(out, STR("><AuditSourceTypeCode csd-code=\"4\"/></AuditSourceIdentification>"));
}

/* An object that takes part, as far as they differ. */
struct object {
    str id;
    int type, role, life_cycle; /* life_cycle 0: not said */
    str id_type;
    const char *id_scheme, *id_text;
    str name, query; /* query set: instead of a name */
};

static void add_detail(struct buf *out, const char *type, str value)
{
    buf_addf(out, "<ParticipantObjectDetail type=\"%s\" value=\"", type);
    buf_add_base64(out, value.ptr, value.len);
    buf_add(out, STR("\"/>"));
}

static void begin_object(struct buf *out, const struct object *o)
{
    buf_add(out, STR("<ParticipantObjectIdentification"));
    add_attribute(out, "ParticipantObjectID", o->id);
    buf_addf(out, " ParticipantObjectTypeCode=\"%d\" ParticipantObjectTypeCodeRole=\"%d\"", o->type,
             o->role);
    if (o->life_cycle != 0)
        buf_addf(out, " ParticipantObjectDataLifeCycle=\"%d\"", o->life_cycle);
    buf_add_char(out, '>');
    add_code(out, "ParticipantObjectIDTypeCode", o->id_type, o->id_scheme, str_of(o->id_text));
    if (o->query.ptr != NULL) {
        buf_add(out, STR("<ParticipantObjectQuery>"));
        buf_add_base64(out, o->query.ptr, o->query.len);
        buf_add(out, STR("</ParticipantObjectQuery>"));
        return;
    }
    buf_add(out, STR("<ParticipantObjectName>"));
    add_escaped(out, o->name);
    buf_add(out, STR("</ParticipantObjectName>"));
}

static void end_object(struct buf *out)
{
    buf_add(out, STR("</ParticipantObjectIdentification>"));
}

/* Which event it is, how many times it stands for, and its place in the chain. */
static void add_details(struct buf *out, const struct audit_event *event)
{
    add_detail(out, "Gantry event", uuid_text(out->arena, event->id));
    add_detail(out, "Count", str_format(out->arena, "%lld", (long long)event->count));
    if (event->sequence.is_set)
        add_detail(out, "Sequence",
                   str_format(out->arena, "%lld", (long long)event->sequence.value));
    add_detail(out, "Hash", event->hash);
}

/* A.5.3: life cycle of what was made, changed, erased; 6 is access. */
static int life_cycle_of(const struct audit_use *use)
{
    return use->action == 'C' ? 1 : use->action == 'U' ? 3 : use->action == 'D' ? 14 : 6;
}

static void add_study(struct buf *out, const struct audit_event *event, const struct audit_use *use)
{
    const struct object study = {.id = event->study_instance_uid,
                                 .type = 2,
                                 .role = 3,
                                 .life_cycle = life_cycle_of(use),
                                 .id_type = STR("110180"),
                                 .id_scheme = "DCM",
                                 .id_text = "Study Instance UID",
                                 .name = STR("study")};
    begin_object(out, &study);
    add_details(out, event);
    if (!str_eq(event->subject_kind, STR("study"))) {
        add_detail(out, "Subject kind", event->subject_kind);
        add_detail(out, "Subject", uuid_text(out->arena, event->subject_id));
    }
    buf_add(out, STR("<ParticipantObjectContainsStudy><StudyIDs"));
    add_attribute(out, "UID", event->study_instance_uid);
    buf_add(out, STR("/></ParticipantObjectContainsStudy>"));
    end_object(out);
}

/* By identifier; the name is not on the trail. */
static void add_patient(struct buf *out, const struct audit_event *event)
{
    const struct object patient = {.id = event->patient_id,
                                   .type = 1,
                                   .role = 1,
                                   .id_type = STR("2"),
                                   .id_scheme = "RFC-3881",
                                   .id_text = "Patient Number",
                                   .name = STR("")};
    begin_object(out, &patient);
    end_object(out);
}

static void add_audit_log(struct buf *out, const struct audit_event *event)
{
    const struct object log = {.id = STR("/api/v1/audit-events"),
                               .type = 2,
                               .role = 13,
                               .id_type = STR("12"),
                               .id_scheme = "RFC-3881",
                               .id_text = "URI",
                               .name = STR("Security Audit Log")};
    begin_object(out, &log);
    add_details(out, event);
    end_object(out);
}

/* What was asked for is not on the trail, because names of patients would be. */
static void add_query(struct buf *out, const struct audit_event *event)
{
    const struct object query = {.id = event->action,
                                 .type = 2,
                                 .role = 24,
                                 .id_type = STR("10"),
                                 .id_scheme = "RFC-3881",
                                 .id_text = "Search Criteria",
                                 .query = event->action};
    begin_object(out, &query);
    add_details(out, event);
    end_object(out);
}

static void add_other(struct buf *out, const struct audit_event *event, const struct audit_use *use)
{
    bool is_user = str_eq(event->subject_kind, STR("user"));
    const struct object other = {.id = uuid_text(out->arena, event->subject_id),
                                 .type = is_user ? 1 : 2,
                                 .role = is_user                       ? 6
                                         : use->kind == SECURITY_ALERT ? 13
                                                                       : 4,
                                 .id_type = is_user ? STR("11") : STR("12"),
                                 .id_scheme = "RFC-3881",
                                 .id_text = is_user ? "User Identifier" : "URI",
                                 .name = event->subject_kind};
    begin_object(out, &other);
    if (use->kind == SECURITY_ALERT)
        add_detail(out, "Alert Description", event->action);
    add_details(out, event);
    end_object(out);
}

static void add_objects(struct buf *out, const struct audit_event *event,
                        const struct audit_use *use)
{
    if (use->kind == USER_AUTHENTICATION && event->study_instance_uid.len == 0 &&
        !uuid_is_set(event->subject_id))
        return;
    if (event->study_instance_uid.len != 0)
        add_study(out, event, use);
    else if (use->kind == AUDIT_LOG_USED)
        add_audit_log(out, event);
    else if (use->kind == QUERY_MADE)
        add_query(out, event);
    else if (uuid_is_set(event->subject_id))
        add_other(out, event, use);
    if (event->patient_id.ptr != NULL)
        add_patient(out, event);
}

void audit_message_dicom(struct buf *out, const struct audit_origin *origin,
                         const struct audit_event *event)
{
    const struct audit_use *use = audit_use_find(event->action);
    buf_add(out, STR("<AuditMessage>"));
    add_event(out, event, use);
    add_participants(out, origin, event, use);
    add_source(out, origin);
    add_objects(out, event, use);
    buf_add(out, STR("</AuditMessage>"));
}
