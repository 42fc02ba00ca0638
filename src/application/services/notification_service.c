/* What a rule says about an event becomes rows. */
#include "application/services/notification_service.h"

#include "application/events/notification_rules.h"
#include "application/events/notifications_made.h"
#include "base/arena.h"
#include "base/json.h"

SCHEMA(notification_view, FIELD_EMBED_OF(notification_view, notification, notification),
       FIELD(notification_view, title, .doc = "In words, in one's own language"),
       FIELD(notification_view, href, .doc = "What it is about, in this API"));

/* ---- made ---- */

/* A member of the event's struct, or NULL. */
static const void *member(const struct notification_rule *rule, const char *name, void *payload)
{
    if (name == NULL)
        return NULL;
    const struct field *f = schema_find(rule->event->payload, str_of(name), &payload);
    return f == NULL ? NULL : (const char *)payload + f->offset;
}

/* Whole characters. */
static str shortened(str text, size_t size_max)
{
    size_t size = text.len < size_max ? text.len : size_max;
    while (size < text.len && size != 0 && ((unsigned char)text.ptr[size] & 0xc0) == 0x80)
        size--;
    return text.ptr == NULL ? text : str_sub(text, 0, size);
}

static err add(struct command_ctx *ctx, const struct notification_rule *rule,
               const struct event_envelope *event, void *payload, const struct user *user)
{
    instant now = clock_now(ctx->clock);
    const uuid *subject = member(rule, rule->subject, payload);
    const str *detail = member(rule, rule->detail, payload);
    struct notification made = {
        .id = uuid_make(ctx->clock),
        .organization_key = user->organization_key,
        .created_at = now,
        .updated_at = now,
        .user_key = user->key,
        .user_id = user->id,
        .kind = str_of(rule->kind),
        .event_sequence = event->event_sequence,
        .subject_kind = rule->subject_kind != NULL ? str_of(rule->subject_kind) : STR_NONE,
        .subject_id = subject != NULL ? *subject : (uuid){0},
        .detail = detail != NULL ? shortened(*detail, NOTIFICATION_DETAIL_SIZE_MAX) : STR_NONE};
    return notification_writer_add(ctx->uow->notifications, &made);
}

err notification_tell(struct command_ctx *ctx, const struct event_envelope *event, int64_t *count)
{
    const struct notification_rule *rule = notification_rule_of_event(event->event_type);
    struct user_slice users = {0};
    struct issues left_out = {.arena = ctx->arena};
    bool is_told;
    *count = 0;
    if (rule == NULL)
        return OK;
    TRY(notification_reader_is_told(ctx->readers->notifications, event->event_sequence, &is_told));
    if (is_told)
        return OK;
    void *payload =
        arena_alloc(ctx->arena, rule->event->payload->size, rule->event->payload->align);
    memset(payload, 0, rule->event->payload->size);
    TRY(json_read(ctx->arena, event->event_payload, rule->event->payload, payload, &left_out));
    TRY(rule->receivers(ctx, payload, &users));
    for (size_t i = 0; i < users.len; i++)
        TRY(add(ctx, rule, event, payload, &users.at[i]));
    *count = (int64_t)users.len;
    return users.len == 0
               ? OK
               : mediator_publish(ctx->uow->outbox, ctx->arena, &notifications_made_event,
                                  ctx->principal->organization_key, (uuid){0},
                                  &(struct notifications_made){*count});
}

/* ---- shown ---- */

/* {} stands for the detail, in words where it is one of words. */
static const struct {
    const char *kind, *english, *german;
} titles[] = {
    {"study_received", "A study has come in", "Eine Studie ist eingegangen"},
    {"inbox_received", "A study comes in by your inbox", "Über Ihr Postfach kommt eine Studie"},
    {"share_opened", "Your share was opened", "Ihre Freigabe wurde geöffnet"},
    {"task_succeeded", "Task done: {}", "Aufgabe erledigt: {}"},
    {"task_failed", "Task failed: {}", "Aufgabe gescheitert: {}"},
    {"report_critical", "A critical result needs your acknowledgement",
     "Ein kritischer Befund wartet auf Ihre Bestätigung"},
    {"report_escalated", "Nobody has acknowledged a critical result",
     "Ein kritischer Befund wurde nicht bestätigt"},
    {"report_acknowledged", "Your critical result was acknowledged",
     "Ihr kritischer Befund wurde bestätigt"},
    {"report_taken_over", "Somebody took over the report you were writing",
     "Der Bericht, an dem Sie schreiben, wurde übernommen"},
    {"glass_broken", "A study was opened in an emergency", "Eine Studie wurde im Notfall geöffnet"},
    {"webhook_deactivated", "A webhook was deactivated: {}", "Ein Webhook wurde abgeschaltet: {}"},
    {"new_device", "New sign-in: {}", "Neue Anmeldung: {}"},
    {"account_changed", "Your account was changed: {}", "Ihr Konto wurde geändert: {}"},
};

static const struct {
    const char *detail, *english, *german;
} words[] = {
    {"password_changed", "new password", "neues Passwort"},
    {"mfa_enabled", "second factor set up", "zweiter Faktor eingerichtet"},
    {"mfa_removed", "second factor removed", "zweiter Faktor entfernt"},
};

static const struct {
    const char *subject_kind, *path; /* followed by the identifier */
} places[] = {
    {"study", "/api/v1/studies/"},  {"share", "/api/v1/shares/"}, {"task", "/api/v1/tasks/"},
    {"grant", "/api/v1/grants/"},   {"mail", "/api/v1/mails/"},   {"webhook", "/api/v1/webhooks/"},
    {"report", "/api/v1/reports/"},
};

static str title_of(struct arena *a, const struct notification *n, bool is_german)
{
    const char *title = NULL;
    str detail = n->detail.len != 0 ? n->detail : STR("-"), before;
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        if (str_eq(n->kind, str_of(titles[i].kind)))
            title = is_german ? titles[i].german : titles[i].english;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(n->detail, str_of(words[i].detail)))
            detail = str_of(is_german ? words[i].german : words[i].english);
    if (title == NULL)
        return n->kind;
    str rest = str_of(title);
    return str_cut(&rest, '{', &before) && rest.len != 0
               ? str_format(a, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(detail),
                            STR_ARG(str_sub(rest, 1, rest.len)))
               : str_of(title);
}

struct notification_view notification_view_of(struct arena *a, const struct notification *n,
                                              str language)
{
    struct notification_view view = {.notification = *n};
    view.title = title_of(a, n, language.len >= 2 && str_eq(str_sub(language, 0, 2), STR("de")));
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (str_eq(n->subject_kind, str_of(places[i].subject_kind)))
            view.href =
                str_format(a, "%s%.*s", places[i].path, STR_ARG(uuid_text(a, n->subject_id)));
    return view;
}

err notification_views_of(struct arena *a, struct readers *readers,
                          const struct principal *principal, const struct notification_slice *found,
                          struct notification_view_slice *out)
{
    struct user user;
    struct organization_settings settings;
    if (found->len == 0)
        return OK;
    TRY(user_reader_get_by_key(readers->users, a, principal->user_key, &user));
    TRY(organization_reader_settings(readers->organizations, a, principal->organization_key,
                                     &settings));
    str language = user.language.len != 0 ? user.language : settings.language;
    for (size_t i = 0; i < found->len; i++)
        *SLICE_PUSH(a, out) = notification_view_of(a, &found->at[i], language);
    return OK;
}

err notification_owner(const struct principal *principal, int64_t *user_key)
{
    *user_key = principal->user_key;
    return principal->kind == PRINCIPAL_USER && principal->user_key != 0
               ? OK
               : ERR(FORBIDDEN, "only people have notifications");
}
