/* The table, and the ways to find receivers. */
#include "application/events/notification_rules.h"

#include "application/events/account_changed.h"
#include "application/events/glass_broken.h"
#include "application/events/new_device_signed_in.h"
#include "application/events/report_acknowledged.h"
#include "application/events/report_critical.h"
#include "application/events/report_escalated.h"
#include "application/events/report_lock_taken.h"
#include "application/events/share_opened.h"
#include "application/events/storage_full.h"
#include "application/events/storage_low.h"
#include "application/events/storage_ok.h"
#include "application/events/storage_quota_reached.h"
#include "application/events/study_received.h"
#include "application/events/study_sent_in.h"
#include "application/events/task_failed.h"
#include "application/events/task_succeeded.h"
#include "application/events/webhook_deactivated.h"
#include "application/models/user_view.h"

enum { USER_PAGE_SIZE = 200 };

/* Whoever is gone meanwhile is told nothing. */
static err add_user(struct command_ctx *ctx, uuid id, struct user_slice *out)
{
    struct user user;
    if (!uuid_is_set(id))
        return OK;
    err e = user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key, id,
                            &user);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (user.is_active)
        *SLICE_PUSH(ctx->arena, out) = user;
    return OK;
}

/* A user, or the one who made the API key that it is. */
static err add_actor(struct command_ctx *ctx, uuid id, struct user_slice *out)
{
    struct api_key key;
    err e = api_key_reader_get(ctx->readers->api_keys, ctx->arena, ctx->principal->organization_key,
                               id, &key);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    return add_user(ctx, failed(e) ? id : key.created_by, out);
}

static err add_owner_of_share(struct command_ctx *ctx, uuid share_id, struct user_slice *out)
{
    struct share share;
    err e = share_reader_get(ctx->readers->shares, ctx->arena, ctx->principal->organization_key,
                             share_id, &share);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return add_user(ctx, share.owner_id, out);
}

/* As they would be asked if they looked themselves. */
static err sees_study(struct command_ctx *ctx, const struct user *user, uuid study_id, bool *out)
{
    struct rights rights;
    struct access access;
    struct study study;
    TRY(user_rights(ctx->readers, ctx->arena, user, &rights));
    const struct principal principal = {.kind = PRINCIPAL_USER,
                                        .organization_key = user->organization_key,
                                        .user_key = user->key,
                                        .permissions = rights.permissions,
                                        .granted_permissions = rights.granted_permissions,
                                        .grantee_kind = GRANTEE_USER,
                                        .grantee_key = user->key};
    *out = principal_access(&principal, READ_STUDIES, clock_now(ctx->clock), &access);
    if (!*out || !access.is_limited)
        return OK;
    err e = image_reader_get_study(ctx->readers->images, ctx->arena, &access, study_id, &study);
    *out = !failed(e);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

/* Page by page; asked of each: NULL for everybody of the filter. */
static err add_users(struct command_ctx *ctx, struct user_filter filter, uuid study_id,
                     struct user_slice *out)
{
    filter.organization_key = ctx->principal->organization_key;
    filter.is_active = (opt_bool){true, true};
    filter.now = clock_now(ctx->clock);
    filter.limit = USER_PAGE_SIZE;
    for (; filter.offset < NOTIFIED_USER_COUNT_MAX; filter.offset += USER_PAGE_SIZE) {
        struct user_slice page;
        int64_t total;
        TRY(user_reader_find(ctx->readers->users, ctx->arena, &filter, &page, &total));
        for (size_t i = 0; i < page.len; i++) {
            bool is_meant = true;
            if (uuid_is_set(study_id))
                TRY(sees_study(ctx, &page.at[i], study_id, &is_meant));
            if (is_meant)
                *SLICE_PUSH(ctx->arena, out) = page.at[i];
        }
        if (page.len < USER_PAGE_SIZE)
            return OK;
    }
    return OK;
}

static err readers_of_study(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct study_received *event = payload;
    return add_users(ctx, (struct user_filter){0}, event->study_id, out);
}

static err owner_of_inbox(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct study_sent_in *event = payload;
    return add_owner_of_share(ctx, event->share_id, out);
}

static err owner_of_share(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct share_opened *event = payload;
    return add_owner_of_share(ctx, event->share_id, out);
}

static err maker_of_done_task(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct task_succeeded *event = payload;
    return add_actor(ctx, event->created_by, out);
}

static err maker_of_failed_task(struct command_ctx *ctx, const void *payload,
                                struct user_slice *out)
{
    const struct task_failed *event = payload;
    return add_actor(ctx, event->created_by, out);
}

static err administrators(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct user_filter filter = {.role = {true, ROLE_ADMINISTRATOR}};
    (void)payload;
    return add_users(ctx, filter, (uuid){0}, out);
}

static err whoever_signed_in(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct new_device_signed_in *event = payload;
    return add_user(ctx, event->user_id, out);
}

static err owner_of_account(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct account_changed *event = payload;
    return add_user(ctx, event->user_id, out);
}

static err recipient_of_result(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct report_critical *event = payload;
    return add_user(ctx, event->recipient_id, out);
}

/* Both whoever should have heard and whoever told of it. */
static err concerned_with_result(struct command_ctx *ctx, const void *payload,
                                 struct user_slice *out)
{
    const struct report_escalated *event = payload;
    TRY(add_user(ctx, event->recipient_id, out));
    return add_actor(ctx, event->flagged_by, out);
}

static err teller_of_result(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct report_acknowledged *event = payload;
    return add_actor(ctx, event->flagged_by, out);
}

static err former_writer(struct command_ctx *ctx, const void *payload, struct user_slice *out)
{
    const struct report_lock_taken *event = payload;
    return add_user(ctx, event->taken_from, out);
}

const struct notification_rule notification_rules[] = {
    {&study_received_event, "study_received", "A study that one may see has come in", "study",
     "study_id", NULL, readers_of_study, .mail = MAIL_STUDY_RECEIVED},
    {&study_sent_in_event, "inbox_received", "A study comes in by one's inbox", "study", "study_id",
     NULL, owner_of_inbox, .mail = MAIL_INBOX_RECEIVED},
    {&share_opened_event, "share_opened", "Somebody opened one's share", "share", "share_id", NULL,
     owner_of_share, .mail = MAIL_SHARE_OPENED},
    {&task_succeeded_event, "task_succeeded", "A task that one asked for is done", "task",
     "task_id", "kind", maker_of_done_task, .mail = MAIL_TASK_SUCCEEDED},
    {&task_failed_event, "task_failed", "A task that one asked for has failed", "task", "task_id",
     "kind", maker_of_failed_task, .mail = MAIL_TASK_FAILED},
    {&report_critical_event, "report_critical", "A critical result that one must acknowledge",
     "report", "report_id", NULL, recipient_of_result, true, MAIL_REPORT_CRITICAL, true, true},
    {&report_escalated_event, "report_escalated", "Nobody has acknowledged a critical result",
     "report", "report_id", NULL, concerned_with_result, true, MAIL_REPORT_ESCALATED, true, true},
    {&report_acknowledged_event, "report_acknowledged",
     "Somebody has acknowledged the critical result that one told of", "report", "report_id", NULL,
     teller_of_result, .mail = MAIL_REPORT_ACKNOWLEDGED},
    {&report_lock_taken_event, "report_taken_over",
     "Somebody took over the report that one was writing", "report", "report_id", NULL,
     former_writer, .mail = MAIL_REPORT_TAKEN_OVER},
    {&glass_broken_event, "glass_broken", "Somebody opened a study in an emergency", "grant",
     "grant_id", NULL, administrators, true, MAIL_TEMPLATE_COUNT, true, true},
    {&storage_quota_reached_event, "storage_quota", "Most of what may be stored is stored", NULL,
     NULL, "percent", administrators, true, .mail = MAIL_TEMPLATE_COUNT},
    {&storage_low_event, "storage_low", "There is little room for new images left", NULL, NULL,
     "node", administrators, true, .mail = MAIL_STORAGE_LOW, .is_mailed = true},
    {&storage_full_event, "storage_full", "There is no room for new images any more", NULL, NULL,
     "node", administrators, true, MAIL_STORAGE_FULL, true, true},
    {&storage_ok_event, "storage_ok", "There is room for new images again", NULL, NULL, "node",
     administrators, .mail = MAIL_STORAGE_OK},
    {&webhook_deactivated_event, "webhook_deactivated",
     "A webhook was deactivated, since nothing is taken there", "webhook", "webhook_id", "reason",
     administrators, .mail = MAIL_WEBHOOK_DEACTIVATED, .is_mailed = true},
    {&new_device_signed_in_event, "new_device", "A sign-in with a device not seen before",
     "session", "session_id", "device", whoever_signed_in, true, MAIL_NEW_SIGN_IN, true, true},
    {&account_changed_event, "account_changed", "The password or second factor was changed", NULL,
     NULL, "change", owner_of_account, true, MAIL_TEMPLATE_COUNT, true, true},
};
const size_t notification_rule_count = COUNT_OF(notification_rules);

const struct notification_rule *notification_rule_of_event(str event_type)
{
    for (size_t i = 0; i < notification_rule_count; i++)
        if (str_eq(event_type, str_of(notification_rules[i].event->name)))
            return &notification_rules[i];
    return NULL;
}

const struct notification_rule *notification_rule_of_kind(str kind)
{
    for (size_t i = 0; i < notification_rule_count; i++)
        if (str_eq(kind, str_of(notification_rules[i].kind)))
            return &notification_rules[i];
    return NULL;
}

struct notification_channels notification_channels_of(const struct notification_rule *rule,
                                                      str choices)
{
    struct notification_channels out = {true, rule->is_mailed};
    notification_choice_find(choices, str_of(rule->kind), &out);
    out.in_app |= rule->is_security;
    out.mail |= notification_mail_is_fixed(rule);
    return out;
}

bool notification_mail_is_fixed(const struct notification_rule *rule)
{
    return rule->mail == MAIL_TEMPLATE_COUNT || rule->mail == MAIL_NEW_SIGN_IN;
}
