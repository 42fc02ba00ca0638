/* Only what differs from the default is kept, so that a default that changes is everybody's. */
#include "application/commands/notifications/put_notification_preferences/command.h"

#include "application/events/notification_rules.h"
#include "application/services/notification_service.h"

static const char *digest_complaint(str name)
{
    return name_number(notification_digest_names, name).is_set ? NULL
                                                               : "is at_once, hourly or daily";
}

static const char *minutes_complaint(str text)
{
    int64_t ignored;
    return notification_minutes_read(text, &ignored) ? NULL : "is a time like 22:00";
}

static const char *event_complaint(str kind)
{
    return notification_rule_of_kind(kind) != NULL ? NULL : "is no kind of notification";
}

SCHEMA(notification_wish,
       FIELD(notification_wish, event, .flags = REQUIRED, .max = NOTIFICATION_KIND_SIZE_MAX,
             .check = event_complaint, .doc = "Kind of notification", .example = "task_failed"),
       FIELD(notification_wish, in_app, .doc = "List and stream it; absent: the default"),
       FIELD(notification_wish, mail, .doc = "Mail it; absent: the default"));
SCHEMA(put_notification_preferences,
       FIELD(put_notification_preferences, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD_LIST_OF(put_notification_preferences, events, notification_wish,
                     .max = NOTIFICATION_CHOICE_COUNT_MAX,
                     .doc = "Kinds that differ from the default"),
       FIELD(put_notification_preferences, time_zone, .max = TIME_ZONE_NAME_SIZE_MAX,
             .doc = "A name of the IANA database; UTC without", .example = "Europe/Berlin"),
       FIELD(put_notification_preferences, quiet_from, .max = 5, .check = minutes_complaint,
             .doc = "Mails wait from then on", .example = "22:00"),
       FIELD(put_notification_preferences, quiet_to, .max = 5, .check = minutes_complaint,
             .doc = "Until then", .example = "07:00"),
       FIELD(put_notification_preferences, digest, .max = 16, .check = digest_complaint,
             .doc = "at_once, hourly, daily; at_once without"),
       FIELD(put_notification_preferences, digest_hour, .max = 23,
             .doc = "Of a daily digest, 0 to 23; 7 without"));
SCHEMA(put_notification_preferences_result,
       FIELD_EMBED_OF(put_notification_preferences_result, preferences, notification_preferences));

/* Of a kind that is there: the schema has asked. */
static void choose(struct buf *choices, const struct notification_wish *wish, struct issues *issues)
{
    const struct notification_rule *rule = notification_rule_of_kind(wish->event);
    struct notification_channels channels = notification_channels_of(rule, STR(""));
    if (wish->in_app.is_set)
        channels.in_app = wish->in_app.value;
    if (wish->mail.is_set)
        channels.mail = wish->mail.value;
    if ((!channels.in_app && rule->is_security) ||
        (!channels.mail && notification_mail_is_fixed(rule)))
        issues_add(issues, STR("events"), "concerns security and cannot be switched off");
    notification_choice_add(choices, wish->event, channels);
}

static err apply(struct command_ctx *ctx, const struct put_notification_preferences *cmd,
                 struct notification_settings *out)
{
    struct issues *issues = &ctx->scope->issues;
    struct buf choices = BUF_IN(ctx->arena);
    const struct time_zone *ignored;
    for (size_t i = 0; i < cmd->events.len; i++)
        choose(&choices, &cmd->events.at[i], issues);
    out->choices = choices.len != 0 ? buf_str(&choices) : STR("");
    if (cmd->time_zone.ptr != NULL)
        out->time_zone = cmd->time_zone;
    err e = time_zones_find(ctx->services->time_zones, out->time_zone, &ignored);
    if (e.code == ERR_NOT_FOUND)
        issues_add(issues, STR("time_zone"), "is no time zone of the IANA database");
    else
        TRY(e);
    if ((cmd->quiet_from.ptr == NULL) != (cmd->quiet_to.ptr == NULL))
        issues_add(issues, STR("quiet_to"), "is given together with quiet_from");
    notification_minutes_read(cmd->quiet_from, &out->quiet_from);
    notification_minutes_read(cmd->quiet_to, &out->quiet_to);
    opt_i64 digest = name_number(notification_digest_names, cmd->digest);
    if (digest.is_set)
        out->digest = (enum notification_digest)digest.value;
    if (cmd->digest_hour.is_set)
        out->digest_hour = cmd->digest_hour.value;
    return issues->list.len != 0 ? ERR(INVALID, "some fields are not valid") : OK;
}

/* The first ones, or those that are there. */
static err read_settings(struct command_ctx *ctx, struct notification_settings *out)
{
    instant now = clock_now(ctx->clock);
    int64_t user_key;
    TRY(notification_owner(ctx->principal, &user_key));
    err e =
        notification_reader_get_settings(ctx->readers->notifications, ctx->arena, user_key, out);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    struct notification_settings fresh = notification_settings_default();
    fresh.key = failed(e) ? 0 : out->key;
    fresh.id = failed(e) ? uuid_make(ctx->clock) : out->id;
    fresh.created_at = failed(e) ? now : out->created_at;
    fresh.version = failed(e) ? 0 : out->version;
    fresh.updated_at = now;
    fresh.organization_key = ctx->principal->organization_key;
    fresh.user_key = user_key;
    *out = fresh;
    return OK;
}

static err put_notification_preferences_handle(struct command_ctx *ctx,
                                               const struct put_notification_preferences *cmd,
                                               struct put_notification_preferences_result *out)
{
    struct notification_settings settings;
    TRY(read_settings(ctx, &settings));
    if (cmd->if_match != 0 && cmd->if_match != settings.version)
        return ERR(PRECONDITION_FAILED, "the preferences were changed elsewhere");
    TRY(apply(ctx, cmd, &settings));
    TRY(notification_writer_save_settings(ctx->uow->notifications, &settings));
    out->preferences = notification_preferences_of(ctx->arena, &settings);
    return OK;
}
COMMAND(put_notification_preferences, .needs = SIGNED_IN, .keeps_no_audit = true,
        .doc = "Choose what to hear of, by which channel, and when");
