/* A revoked session stays until its access tokens have expired too. */
#include "application/commands/system/purge_expired/command.h"

SCHEMA_EMPTY(purge_expired);
SCHEMA(purge_expired_result, FIELD(purge_expired_result, session_count, .doc = "Sessions removed"),
       FIELD(purge_expired_result, answer_count, .doc = "Remembered answers removed"),
       FIELD(purge_expired_result, upload_count, .doc = "Uploads removed"),
       FIELD(purge_expired_result, grant_count, .doc = "Grants removed"),
       FIELD(purge_expired_result, work_item_count, .doc = "Work items removed"),
       FIELD(purge_expired_result, mail_count, .doc = "Mails removed"),
       FIELD(purge_expired_result, visit_count, .doc = "Visits to shares removed"),
       FIELD(purge_expired_result, task_count, .doc = "Tasks removed"),
       FIELD(purge_expired_result, output_count, .doc = "Files that tasks made, removed"),
       FIELD(purge_expired_result, notification_count, .doc = "Notifications removed"),
       FIELD(purge_expired_result, delivery_count, .doc = "Deliveries to webhooks removed"));

enum {
    PURGED_TASK_COUNT_MAX = 10000,
    PURGED_WORK_ITEM_COUNT_MAX = 1000,
    PURGED_MAIL_COUNT_MAX = 1000
};

static err purge_expired_handle(struct command_ctx *ctx, const struct purge_expired *cmd,
                                struct purge_expired_result *out)
{
    instant now = clock_now(ctx->clock);
    (void)cmd;
    TRY(session_writer_purge(ctx->uow->sessions, instant_add(now, -SECONDS(ACCESS_TOKEN_SECONDS)),
                             &out->session_count));
    TRY(grant_writer_purge(ctx->uow->grants, instant_add(now, -SECONDS(GRANT_KEPT_SECONDS)),
                           &out->grant_count));
    TRY(idempotency_writer_purge(ctx->uow->idempotency,
                                 instant_add(now, -SECONDS(IDEMPOTENCY_SECONDS)),
                                 &out->answer_count));
    TRY(upload_writer_purge(ctx->uow->uploads, now, &out->upload_count));
    TRY(mail_writer_purge(ctx->uow->mails, instant_add(now, -SECONDS(MAIL_KEPT_SECONDS)),
                          PURGED_MAIL_COUNT_MAX, &out->mail_count));
    TRY(share_writer_purge_visits(
        ctx->uow->shares, instant_add(now, -SECONDS(SHARE_VISIT_KEPT_SECONDS)), &out->visit_count));
    TRY(task_writer_purge(ctx->uow->tasks, instant_add(now, -SECONDS(TASK_KEPT_SECONDS)),
                          PURGED_TASK_COUNT_MAX, &out->task_count));
    TRY(task_writer_purge_outputs(ctx->uow->tasks,
                                  instant_add(now, -SECONDS(TASK_OUTPUT_KEPT_SECONDS)),
                                  PURGED_TASK_COUNT_MAX, &out->output_count));
    TRY(notification_writer_purge(ctx->uow->notifications,
                                  instant_add(now, -SECONDS(NOTIFICATION_KEPT_SECONDS)),
                                  NOTIFICATION_KEPT_COUNT, &out->notification_count));
    TRY(webhook_writer_purge(ctx->uow->webhooks,
                             instant_add(now, -SECONDS(WEBHOOK_DELIVERY_KEPT_SECONDS)),
                             PURGED_TASK_COUNT_MAX, &out->delivery_count));
    return work_item_writer_purge(ctx->uow->work_items,
                                  instant_add(now, -SECONDS(WORK_ITEM_KEPT_SECONDS)),
                                  instant_add(now, -SECONDS(WORK_ITEM_EVENT_SECONDS)),
                                  PURGED_WORK_ITEM_COUNT_MAX, &out->work_item_count);
}
COMMAND(purge_expired, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Remove sessions and remembered answers that have expired");
