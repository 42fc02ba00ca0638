/* AuditEvent of FHIR R4 (4.0.1), as JSON on one line. */
#include "application/models/audit_message.h"

#include "application/models/audit_kind.h"
#include "base/arena.h"
#include "base/json.h"

#define DCM_SYSTEM "http://dicom.nema.org/resources/ontology/DCM"
#define TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"

static void add_text(struct buf *out, const char *name, str text)
{
    if (text.ptr == NULL)
        return;
    buf_addf(out, ",\"%s\":", name);
    json_write_str(out, text);
}

static void add_coding(struct buf *out, const char *system, str code, const char *display)
{
    buf_addf(out, "{\"system\":\"%s\",\"code\":", system);
    json_write_str(out, code);
    if (display != NULL)
        add_text(out, "display", str_of(display));
    buf_add_char(out, '}');
}

static str number_text(struct buf *out, int number)
{
    return str_format(out->arena, "%d", number);
}

static void add_kind(struct buf *out, const struct audit_event *event, const struct audit_use *use)
{
    buf_add(out, STR(",\"type\":"));
    if (use->kind == OTHER_ACTIVITY)
        add_coding(out, TERMINOLOGY "audit-event-type", STR("rest"), "RESTful Operation");
    else
        add_coding(out, DCM_SYSTEM, number_text(out, (int)use->kind), audit_kind_text(use->kind));
    buf_add(out, STR(",\"subtype\":["));
    if (use->type != TYPE_NONE) {
        add_coding(out, DCM_SYSTEM, number_text(out, (int)use->type), audit_type_text(use->type));
        buf_add_char(out, ',');
    }
    add_coding(out, "urn:gantry:use-case", event->action, NULL);
    buf_addf(out, "],\"action\":\"%c\"", use->action);
    add_text(out, "recorded", instant_text(out->arena, event->created_at));
    buf_addf(out, ",\"outcome\":\"%d\"", audit_outcome_indicator(event->outcome));
    add_text(out, "outcomeDesc", event->outcome);
}

static void add_agents(struct buf *out, const struct audit_origin *origin,
                       const struct audit_event *event)
{
    buf_add(out, STR(",\"agent\":[{\"requestor\":true,\"who\":{\"identifier\":{\"value\":"));
    json_write_str(out, audit_message_user(out->arena, origin, event));
    buf_add(out, STR("}}"));
    add_text(out, "altId", event->actor_kind);
    add_text(out, "name", event->actor_name);
    if (event->peer_address.len != 0) {
        buf_add(out, STR(",\"network\":{\"address\":"));
        json_write_str(out, event->peer_address);
        buf_addf(out, ",\"type\":\"%d\"}", audit_message_is_address(event->peer_address) ? 2 : 1);
    }
    buf_add(out, STR("},{\"requestor\":false,\"type\":{\"coding\":["));
    add_coding(out, DCM_SYSTEM, STR("110150"), "Application");
    buf_add(out, STR("]},\"who\":{\"identifier\":{\"value\":"));
    json_write_str(out, origin->source);
    buf_add(out, STR("}}}]"));
}

static void add_source(struct buf *out, const struct audit_origin *origin)
{
    buf_add(out, STR(",\"source\":{\"observer\":{\"identifier\":{\"value\":"));
    json_write_str(out, origin->source);
    buf_add(out, STR("}}"));
    if (uuid_is_set(origin->organization_id))
        add_text(out, "site", uuid_text(out->arena, origin->organization_id));
    buf_add(out, STR(",\"type\":["));
    add_coding(out, TERMINOLOGY "security-source-type", STR("4"), "Application Server");
    buf_add(out, STR("]}"));
}

struct entity {
    const char *system; /* of the identifier; NULL: none is named */
    str id;
    int type, role;
    str name, query; /* absent: not said; never both */
};

/* With the details of the event when it is the first. */
static void add_entity(struct buf *out, const struct entity *e, const struct audit_event *event,
                       bool *first)
{
    buf_add(out, *first ? STR(",\"entity\":[{\"what\":{\"identifier\":{")
                        : STR(",{\"what\":{\"identifier\":{"));
    if (e->system != NULL)
        buf_addf(out, "\"system\":\"%s\",", e->system);
    buf_add(out, STR("\"value\":"));
    json_write_str(out, e->id);
    buf_add(out, STR("}},\"type\":"));
    add_coding(out, TERMINOLOGY "audit-entity-type", number_text(out, e->type), NULL);
    buf_add(out, STR(",\"role\":"));
    add_coding(out, TERMINOLOGY "object-role", number_text(out, e->role), NULL);
    add_text(out, "name", e->name);
    if (e->query.ptr != NULL) {
        buf_add(out, STR(",\"query\":\""));
        buf_add_base64(out, e->query.ptr, e->query.len);
        buf_add_char(out, '"');
    }
    if (*first)
        buf_addf(out,
                 ",\"detail\":[{\"type\":\"count\",\"valueString\":\"%lld\"},"
                 "{\"type\":\"sequence\",\"valueString\":\"%lld\"},"
                 "{\"type\":\"hash\",\"valueString\":\"%.*s\"}]",
                 (long long)event->count, (long long)event->sequence.value, STR_ARG(event->hash));
    buf_add_char(out, '}');
    *first = false;
}

static void add_subject(struct buf *out, const struct audit_event *event,
                        const struct audit_use *use, bool *first)
{
    bool is_user = str_eq(event->subject_kind, STR("user"));
    const struct entity subject = {.id = uuid_text(out->arena, event->subject_id),
                                   .type = is_user ? 1 : 2,
                                   .role = is_user                       ? 6
                                           : use->kind == SECURITY_ALERT ? 13
                                                                         : 4,
                                   .name = event->subject_kind};
    add_entity(out, &subject, event, first);
}

static void add_entities(struct buf *out, const struct audit_event *event,
                         const struct audit_use *use)
{
    bool first = true;
    str uid = event->study_instance_uid;
    if (uid.len != 0)
        add_entity(out,
                   &(struct entity){.system = "urn:dicom:uid",
                                    .id = str_format(out->arena, "urn:oid:%.*s", STR_ARG(uid)),
                                    .type = 2,
                                    .role = 3,
                                    .name = STR("study")},
                   event, &first);
    if (event->patient_id.ptr != NULL)
        add_entity(out, &(struct entity){.id = event->patient_id, .type = 1, .role = 1}, event,
                   &first);
    if (use->kind == AUDIT_LOG_USED)
        add_entity(out,
                   &(struct entity){.id = STR("/api/v1/audit-events"),
                                    .type = 2,
                                    .role = 13,
                                    .name = STR("Security Audit Log")},
                   event, &first);
    else if (use->kind == QUERY_MADE)
        add_entity(
            out,
            &(struct entity){.id = event->action, .type = 2, .role = 24, .query = event->action},
            event, &first);
    if (uuid_is_set(event->subject_id) && !str_eq(event->subject_kind, STR("study")))
        add_subject(out, event, use, &first);
    if (!first)
        buf_add_char(out, ']');
}

void audit_message_fhir(struct buf *out, const struct audit_origin *origin,
                        const struct audit_event *event)
{
    const struct audit_use *use = audit_use_find(event->action);
    buf_add(out, STR("{\"resourceType\":\"AuditEvent\""));
    add_text(out, "id", uuid_text(out->arena, event->id));
    add_kind(out, event, use);
    add_agents(out, origin, event);
    add_source(out, origin);
    add_entities(out, event, use);
    buf_add_char(out, '}');
}
