/* One grant, and everybody who has to know of it. */
#include "application/models/glass.h"

#include "application/events/glass_broken.h"
#include "application/models/administrators_mail.h"
#include "application/models/made_often.h"
#include "base/log.h"

const char *glass_reason_complaint(str reason)
{
    str text = str_trim(reason);
    size_t count = 0;
    for (size_t at = 0; at < text.len; count++)
        str_utf8_next(text, &at);
    return count < GLASS_REASON_LEN_MIN ? "must say why, in at least ten characters" : NULL;
}

err glass_check(struct command_ctx *ctx, struct organization_settings *settings)
{
    struct user user;
    const struct principal *p = ctx->principal;
    if (p->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "only a person opens a study in an emergency");
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, p->user_key, &user));
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena, p->organization_key,
                                     settings));
    if ((settings->break_glass_roles >> user.role & 1) == 0)
        return ERR(FORBIDDEN, "your organization does not allow this");
    return permissions_have(p->permissions, READ_STUDIES)
               ? ERR(CONFLICT, "everything is open to you already")
               : OK;
}

static err tell_administrators(struct command_ctx *ctx,
                               const struct organization_settings *settings,
                               const struct grant *grant)
{
    struct user who;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &who));
    const struct mail_parameter parameters[] = {
        {"opened_by", who.name, false},
        {"opened_at", instant_text(ctx->arena, grant->created_at), false},
        {"valid_until", instant_text(ctx->arena, grant->expires_at), false}};
    return administrators_mail_queue(ctx, settings, MAIL_GLASS_BROKEN, parameters,
                                     COUNT_OF(parameters));
}

static err publish(struct command_ctx *ctx, const struct grant *grant)
{
    struct organization organization;
    bool is_study = grant->granted_kind == GRANTED_STUDY;
    uuid none = {0};
    TRY(organization_reader_get(ctx->readers->organizations, ctx->arena, grant->organization_key,
                                &organization));
    const struct glass_broken event = {.organization_id = organization.id,
                                       .grant_id = grant->id,
                                       .user_id = ctx->principal->user_id,
                                       .study_id = is_study ? grant->granted_id : none,
                                       .patient_id = is_study ? none : grant->granted_id,
                                       .reason = grant->reason,
                                       .expires_at = grant->expires_at};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &glass_broken_event,
                            grant->organization_key, grant->granted_id, &event);
}

err glass_break(struct command_ctx *ctx, const struct organization_settings *settings, str reason,
                struct grant *grant)
{
    const struct principal *p = ctx->principal;
    char user_id[UUID_TEXT_SIZE + 1] = "", granted_id[UUID_TEXT_SIZE + 1] = "";
    instant now = clock_now(ctx->clock);
    TRY(mailed_often_check(ctx, "emergencies"));
    grant->id = uuid_make(ctx->clock);
    grant->organization_key = p->organization_key;
    grant->created_at = grant->updated_at = now;
    grant->grantee_kind = GRANTEE_USER;
    grant->grantee_key = p->user_key;
    grant->grantee_id = grant->granted_by = p->user_id;
    grant->rights = (int64_t)(grantable_permissions() & p->granted_permissions);
    grant->expires_at = instant_add(now, SECONDS(60) * settings->break_glass_minutes);
    grant->reason = str_trim(reason);
    ctx->scope->subject_id = grant->granted_id;
    TRY(grant_writer_add(ctx->uow->grants, grant));
    TRY(publish(ctx, grant));
    TRY(tell_administrators(ctx, settings, grant));
    uuid_write(p->user_id, user_id);
    uuid_write(grant->granted_id, granted_id);
    log_event(LOG_WARN, "glass_broken", "user_id=%s granted_id=%s", user_id, granted_id);
    return OK;
}
