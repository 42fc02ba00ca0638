/* Whoever is to acknowledge must be able to read it. */
#include "application/commands/reports/flag_report/command.h"

#include "application/events/report_critical.h"
#include "application/models/user_view.h"

SCHEMA(flag_report, FIELD(flag_report, id, .flags = KEY | REQUIRED),
       FIELD(flag_report, finding, .flags = PHI | REQUIRED, .min = 1,
             .max = REPORT_FINDING_SIZE_MAX, .example = "Tension pneumothorax, left"),
       FIELD(flag_report, recipient_id,
             .doc = "User who must acknowledge; absent: any who may read it"),
       FIELD(flag_report, acknowledge_minutes, .max = REPORT_ACKNOWLEDGE_MINUTES_MAX,
             .doc = "Within so many, else it is told again; 60 unless it is said"));
SCHEMA(flag_report_result, FIELD_EMBED_OF(flag_report_result, critical, critical_result));

static err check_recipient(struct command_ctx *ctx, const struct report *report, uuid id)
{
    struct user user;
    struct rights rights = {0};
    struct report seen;
    err e = user_reader_get(ctx->readers->users, ctx->arena, report->organization_key, id, &user);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (!failed(e))
        TRY(user_rights(ctx->readers, ctx->arena, &user, &rights));
    const struct principal reader = {.kind = PRINCIPAL_USER,
                                     .organization_key = report->organization_key,
                                     .permissions = rights.permissions,
                                     .granted_permissions = rights.granted_permissions,
                                     .grantee_kind = GRANTEE_USER,
                                     .grantee_key = failed(e) ? 0 : user.key};
    if (!failed(e) && user.is_active && permissions_have(rights.permissions, READ_REPORTS)) {
        e = report_get_visible(ctx->readers, ctx->arena, &reader, clock_now(ctx->clock), report->id,
                               &seen);
        if (!failed(e) || e.code != ERR_NOT_FOUND)
            return e;
    }
    issues_add(&ctx->scope->issues, STR("recipient_id"), "is nobody who may read this report");
    return ERR(INVALID, "some fields are not valid");
}

static err check(struct command_ctx *ctx, const struct flag_report *cmd,
                 const struct report *report)
{
    struct critical_result before;
    if (report->state == REPORT_DRAFT || report_is_closed(report))
        return ERR(CONFLICT, "only a report that can be read tells of a critical result");
    err e = report_reader_get_critical(ctx->readers->reports, ctx->arena, report->key, &before);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (!failed(e) && before.acknowledged_at.us == 0)
        return ERR(CONFLICT, "the one before it was not acknowledged yet");
    if (cmd->acknowledge_minutes < 0) {
        issues_add(&ctx->scope->issues, STR("acknowledge_minutes"), "must not be negative");
        return ERR(INVALID, "some fields are not valid");
    }
    return uuid_is_set(cmd->recipient_id) ? check_recipient(ctx, report, cmd->recipient_id) : OK;
}

static err flag_report_handle(struct command_ctx *ctx, const struct flag_report *cmd,
                              struct flag_report_result *out)
{
    struct report report;
    instant now = clock_now(ctx->clock);
    int64_t minutes =
        cmd->acknowledge_minutes != 0 ? cmd->acknowledge_minutes : REPORT_ACKNOWLEDGE_MINUTES;
    TRY(report_get_visible(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &report));
    ctx->scope->subject_id = report.id;
    TRY(check(ctx, cmd, &report));
    out->critical = (struct critical_result){.id = uuid_make(ctx->clock),
                                             .organization_key = report.organization_key,
                                             .created_at = now,
                                             .updated_at = now,
                                             .report_key = report.key,
                                             .report_id = report.id,
                                             .study_id = report.study_id,
                                             .finding = cmd->finding,
                                             .flagged_by = principal_actor_id(ctx->principal),
                                             .recipient_id = cmd->recipient_id,
                                             .acknowledge_minutes = minutes,
                                             .due_at = instant_add(now, SECONDS(minutes * 60))};
    TRY(report_author_name(ctx, &out->critical.flagged_by_name));
    report.is_critical = true;
    TRY(report_save_again(ctx, &report));
    TRY(report_writer_add_critical(ctx->uow->reports, &out->critical));
    const struct report_critical event = {.report_id = report.id,
                                          .critical_id = out->critical.id,
                                          .study_id = report.study_id,
                                          .flagged_by = out->critical.flagged_by,
                                          .recipient_id = cmd->recipient_id};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &report_critical_event,
                            report.organization_key, report.id, &event);
}
COMMAND(flag_report, .needs = WRITE_REPORTS, .is_limitable = true,
        .doc = "Tell of a critical result in a report");
