/* CSV and JSON by the schema of the event. */
#include "application/models/audit_message.h"

#include "base/arena.h"
#include "base/csv.h"
#include "base/json.h"

void audit_message_csv_header(struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < audit_event_schema.field_count; i++) {
        const struct field *f = &audit_event_schema.fields[i];
        if ((f->flags & INTERNAL) != 0)
            continue;
        buf_addf(out, "%s%s", first ? "" : ",", f->name);
        first = false;
    }
    buf_add(out, STR("\r\n"));
}

void audit_message_csv(struct buf *out, const struct audit_origin *origin,
                       const struct audit_event *event)
{
    bool first = true;
    (void)origin;
    for (size_t i = 0; i < audit_event_schema.field_count; i++) {
        const struct field *f = &audit_event_schema.fields[i];
        if ((f->flags & INTERNAL) != 0)
            continue;
        if (!first)
            buf_add_char(out, ',');
        csv_add_cell(out, field_text(f, out->arena, event),
                     f->kind == FIELD_I64 || f->kind == FIELD_OPT_I64);
        first = false;
    }
    buf_add(out, STR("\r\n"));
}

void audit_message_json(struct buf *out, const struct audit_origin *origin,
                        const struct audit_event *event)
{
    (void)origin;
    json_write(out, &audit_event_schema, event, 0);
}

bool audit_message_is_address(str peer_address)
{
    bool has_digit = false;
    for (size_t i = 0; i < peer_address.len; i++) {
        char c = peer_address.ptr[i];
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_hex && c != '.' && c != ':')
            return false;
        has_digit = has_digit || is_hex;
    }
    return has_digit && (str_find_char(peer_address, '.') != SIZE_MAX ||
                         str_find_char(peer_address, ':') != SIZE_MAX);
}

str audit_message_user(struct arena *a, const struct audit_origin *origin,
                       const struct audit_event *event)
{
    if (uuid_is_set(event->actor_id))
        return uuid_text(a, event->actor_id);
    if (uuid_is_set(event->user_id))
        return uuid_text(a, event->user_id);
    return str_eq(event->actor_kind, STR("system")) ? origin->source : STR("nobody");
}
