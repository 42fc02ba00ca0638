/* What a rule says about an event becomes rows. */
#include "application/services/notification_service.h"

#include "application/events/notification_rules.h"
#include "application/events/notifications_made.h"
#include "application/services/mail/mail_template.h"
#include "base/arena.h"
#include "base/json.h"

enum { DIGEST_SHOWN_COUNT = 50 };

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

/* An event on its way to its receivers. */
struct telling {
    struct command_ctx *ctx;
    const struct notification_rule *rule;
    const struct event_envelope *event;
    struct notification like; /* what is the same for all */
    struct notification_settings_slice settings;
    str language; /* of who has none of their own */
};

static const struct notification_settings *settings_of(const struct telling *t,
                                                       const struct user *user)
{
    static const struct notification_settings none = {.quiet_from = NOTIFICATION_NO_QUIET,
                                                      .quiet_to = NOTIFICATION_NO_QUIET};
    for (size_t i = 0; i < t->settings.len; i++)
        if (t->settings.at[i].user_key == user->key)
            return &t->settings.at[i];
    return &none;
}

struct notification_settings notification_settings_default(void)
{
    return (struct notification_settings){.choices = STR(""),
                                          .time_zone = STR("UTC"),
                                          .quiet_from = NOTIFICATION_NO_QUIET,
                                          .quiet_to = NOTIFICATION_NO_QUIET,
                                          .digest_hour = NOTIFICATION_DIGEST_HOUR};
}

static err add_row(const struct telling *t, const struct user *user)
{
    struct notification made = t->like;
    made.id = uuid_make(t->ctx->clock);
    made.organization_key = user->organization_key;
    made.user_key = user->key;
    made.user_id = user->id;
    return notification_writer_add(t->ctx->uow->notifications, &made);
}

static str href_of(struct arena *a, str subject_kind, uuid subject_id);

/* The kind's own mail. */
static err queue_mail(struct command_ctx *ctx, const struct user *user, str language,
                      const struct notification_mail *mail)
{
    const struct notification_rule *rule = notification_rule_of_kind(mail->kind);
    str path = href_of(ctx->arena, mail->subject_kind, mail->subject_id);
    str detail = mail->detail.len != 0 ? mail->detail : STR("-");
    const struct mail_parameter of_thing[] = {{"path", path.ptr != NULL ? path : STR("/"), false},
                                              {"detail", detail, false}};
    const struct mail_parameter of_sign_in[] = {
        {"signed_in_at", instant_text(ctx->arena, mail->happened_at), false},
        {"device", mail->detail, false}};
    if (rule == NULL || rule->mail == MAIL_TEMPLATE_COUNT)
        return OK; /* of a program before this one */
    bool is_sign_in = rule->mail == MAIL_NEW_SIGN_IN;
    return mail_queue(
        ctx, &(struct mail_order){.template_name = rule->mail,
                                  .language = user->language.len != 0 ? user->language : language,
                                  .to = user->email,
                                  .to_name = user->name,
                                  .parameters = is_sign_in ? of_sign_in : of_thing,
                                  .parameter_count = is_sign_in || rule->detail != NULL ? 2 : 1});
}

/* A zone that is not there any more is UTC. */
static err mail_time(const struct telling *t, const struct notification_settings *settings,
                     instant now, instant *out)
{
    const struct time_zone *zone = &time_zone_utc;
    *out = now;
    if (t->rule->is_urgent ||
        (settings->digest == DIGEST_NONE && settings->quiet_from == NOTIFICATION_NO_QUIET))
        return OK;
    err e = time_zones_find(t->ctx->services->time_zones, settings->time_zone, &zone);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    return notification_mail_time(settings, zone, now, out);
}

static err add_mail(const struct telling *t, const struct notification_settings *settings,
                    const struct user *user)
{
    instant now = clock_now(t->ctx->clock);
    struct notification_mail mail = {.id = uuid_make(t->ctx->clock),
                                     .organization_key = user->organization_key,
                                     .created_at = now,
                                     .updated_at = now,
                                     .user_key = user->key,
                                     .kind = t->like.kind,
                                     .event_sequence = t->event->event_sequence,
                                     .subject_kind = t->like.subject_kind,
                                     .subject_id = t->like.subject_id,
                                     .detail = t->like.detail,
                                     .happened_at =
                                         t->event->event_time.us != 0 ? t->event->event_time : now};
    TRY(mail_time(t, settings, now, &mail.due_at)); /* one time: else it is due a moment later */
    return mail.due_at.us <= now.us
               ? queue_mail(t->ctx, user, t->language, &mail)
               : notification_writer_add_mail(t->ctx->uow->notifications, &mail);
}

static err tell_one(const struct telling *t, const struct user *user, int64_t *row_count)
{
    const struct notification_settings *settings = settings_of(t, user);
    struct notification_channels channels = notification_channels_of(t->rule, settings->choices);
    if (channels.in_app) {
        TRY(add_row(t, user));
        ++*row_count;
    }
    return channels.mail && t->rule->mail != MAIL_TEMPLATE_COUNT ? add_mail(t, settings, user) : OK;
}

static err read_settings(struct telling *t)
{
    struct command_ctx *ctx = t->ctx;
    struct organization_settings settings;
    int64_t organization = ctx->principal->organization_key;
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena, organization,
                                     &settings));
    t->language = settings.language;
    return notification_reader_all_settings(ctx->readers->notifications, ctx->arena, organization,
                                            &t->settings);
}

static struct notification like_of(struct command_ctx *ctx, const struct notification_rule *rule,
                                   const struct event_envelope *event, void *payload)
{
    instant now = clock_now(ctx->clock);
    const uuid *subject = member(rule, rule->subject, payload);
    const str *detail = member(rule, rule->detail, payload);
    return (struct notification){
        .created_at = now,
        .updated_at = now,
        .kind = str_of(rule->kind),
        .event_sequence = event->event_sequence,
        .subject_kind = rule->subject_kind != NULL ? str_of(rule->subject_kind) : STR_NONE,
        .subject_id = subject != NULL ? *subject : (uuid){0},
        .detail = detail != NULL ? str_clip(*detail, NOTIFICATION_DETAIL_SIZE_MAX) : STR_NONE};
}

err notification_tell(struct command_ctx *ctx, const struct event_envelope *event, int64_t *count)
{
    const struct notification_rule *rule = notification_rule_of_event(event->event_type);
    struct user_slice users = {0};
    struct issues left_out = {.arena = ctx->arena};
    int64_t row_count = 0;
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
    struct telling t = {
        .ctx = ctx, .rule = rule, .event = event, .like = like_of(ctx, rule, event, payload)};
    if (users.len != 0)
        TRY(read_settings(&t));
    for (size_t i = 0; i < users.len; i++)
        TRY(tell_one(&t, &users.at[i], &row_count));
    *count = (int64_t)users.len;
    return row_count == 0
               ? OK
               : mediator_publish(ctx->uow->outbox, ctx->arena, &notifications_made_event,
                                  ctx->principal->organization_key, (uuid){0},
                                  &(struct notifications_made){row_count});
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
    {"storage_quota", "{} percent of what may be stored are used",
     "{} Prozent des erlaubten Speichers sind belegt"},
    {"storage_low", "Little room for new images is left: {}", "Wenig Platz für neue Bilder: {}"},
    {"storage_full", "No room for new images: {}", "Kein Platz mehr für neue Bilder: {}"},
    {"storage_ok", "There is room for new images again: {}", "Wieder Platz für neue Bilder: {}"},
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

static str href_of(struct arena *a, str subject_kind, uuid subject_id)
{
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (str_eq(subject_kind, str_of(places[i].subject_kind)))
            return str_format(a, "%s%.*s", places[i].path, STR_ARG(uuid_text(a, subject_id)));
    return STR_NONE;
}

struct notification_view notification_view_of(struct arena *a, const struct notification *n,
                                              str language)
{
    struct notification_view view = {.notification = *n};
    view.title = title_of(a, n, language.len >= 2 && str_eq(str_sub(language, 0, 2), STR("de")));
    view.href = href_of(a, n->subject_kind, n->subject_id);
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

/* ---- digests ---- */

static str list_of(struct arena *a, const struct notification_mail_slice *mails, str language)
{
    struct buf out = BUF_IN(a);
    for (size_t i = 0; i < mails->len && i < DIGEST_SHOWN_COUNT; i++) {
        const struct notification_mail *m = &mails->at[i];
        const struct notification n = {.kind = m->kind,
                                       .subject_kind = m->subject_kind,
                                       .subject_id = m->subject_id,
                                       .detail = m->detail};
        struct notification_view view = notification_view_of(a, &n, language);
        buf_addf(&out, "%.*s\t%.*s\n", STR_ARG(mail_clean(a, view.title)),
                 STR_ARG(view.href.ptr != NULL ? view.href : STR("/")));
    }
    return buf_str(&out);
}

err notification_digest_queue(struct command_ctx *ctx, int64_t user_key, int64_t *count)
{
    struct arena *a = ctx->arena;
    struct user user;
    struct notification_mail_slice due;
    struct organization_settings settings;
    TRY(user_reader_get_by_key(ctx->readers->users, a, user_key, &user));
    TRY(organization_reader_settings(ctx->readers->organizations, a, user.organization_key,
                                     &settings));
    TRY(notification_writer_take_due(ctx->uow->notifications, a, user_key, clock_now(ctx->clock),
                                     &due));
    *count = (int64_t)due.len;
    if (due.len == 0 || !user.is_active)
        return OK;
    if (user.language.len == 0)
        user.language = settings.language;
    if (due.len == 1)
        return queue_mail(ctx, &user, settings.language, &due.at[0]);
    const struct mail_parameter parameters[] = {
        {"count", str_format(a, "%zu", due.len), false},
        {"list", list_of(a, &due, user.language), false},
        {"more",
         due.len > DIGEST_SHOWN_COUNT ? str_format(a, "%zu", due.len - DIGEST_SHOWN_COUNT)
                                      : STR_NONE,
         false}};
    return mail_queue(ctx, &(struct mail_order){.template_name = MAIL_DIGEST,
                                                .language = user.language,
                                                .to = user.email,
                                                .to_name = user.name,
                                                .parameters = parameters,
                                                .parameter_count = COUNT_OF(parameters)});
}

/* ---- examples ---- */

static enum mail_template template_of(str kind)
{
    const struct notification_rule *rule = notification_rule_of_kind(kind);
    if (str_eq(kind, STR("digest")))
        return MAIL_DIGEST;
    return rule == NULL ? MAIL_TEMPLATE_COUNT : rule->mail;
}

static str example_list(struct arena *a, str language)
{
    struct notification_mail_slice mails = {0};
    for (size_t i = 0; i < notification_rule_count && mails.len < 3; i++)
        *SLICE_PUSH(a, &mails) =
            (struct notification_mail){.kind = str_of(notification_rules[i].kind),
                                       .subject_kind = str_of(notification_rules[i].subject_kind),
                                       .detail = STR("rebuild_study")};
    return list_of(a, &mails, language);
}

err notification_mail_example(struct services *services, struct arena *a, str kind, str language,
                              str organization, struct mail_content *out)
{
    enum mail_template number = template_of(kind);
    struct mail_values values = {0};
    struct buf json = BUF_IN(a), subject = BUF_IN(a);
    if (number == MAIL_TEMPLATE_COUNT)
        return ERR(NOT_FOUND, "there is no mail of that event");
    const struct mail_value examples[] = {
        {STR("organization"), mail_clean(a, organization)},
        {STR("path"), STR("/api/v1/…")},
        {STR("detail"), STR("rebuild_study")},
        {STR("device"), STR("Browser 1")},
        {STR("signed_in_at"), STR("2026-01-02T03:04:05Z")},
        {STR("count"), STR("3")},
        {STR("list"), number == MAIL_DIGEST ? example_list(a, language) : STR("")}};
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        *SLICE_PUSH(a, &values.items) = examples[i];
    json_write(&json, &mail_values_schema, &values, 0);
    const struct mail_language *texts = mail_language_of(language);
    mail_fill(&subject, texts->texts[number].subject, &values, buf_add);
    const struct mail mail = {.template_name = number,
                              .language = str_of(texts->tag),
                              .recipient_name = STR("Ada Lovelace"),
                              .subject = buf_str(&subject),
                              .parameters = buf_str(&json)};
    return mail_render(services, a, &mail, false, out);
}
