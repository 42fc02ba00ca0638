/* A task that is at work or at rest until its time is left alone. */
#include "application/commands/webhooks/rearm_webhooks/command.h"

#include "application/services/webhook_service.h"

enum { FORGOTTEN_SECONDS = 120 };

SCHEMA_EMPTY(rearm_webhooks);
SCHEMA(rearm_webhooks_result, FIELD(rearm_webhooks_result, count));

static err rearm(struct command_ctx *ctx, const struct webhook *found)
{
    struct webhook webhook;
    err e = webhook_writer_locate(ctx->uow->webhooks, ctx->arena, found->key, &webhook);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    struct principal principal = principal_system(webhook.organization_key);
    struct command_ctx inner = *ctx;
    inner.principal = &principal;
    return webhook_arm(&inner, &webhook);
}

static err rearm_webhooks_handle(struct command_ctx *ctx, const struct rearm_webhooks *cmd,
                                 struct rearm_webhooks_result *out)
{
    struct webhook_slice waiting;
    (void)cmd;
    TRY(webhook_reader_find_waiting(ctx->readers->webhooks, ctx->arena,
                                    instant_add(clock_now(ctx->clock), -SECONDS(FORGOTTEN_SECONDS)),
                                    &waiting));
    for (size_t i = 0; i < waiting.len; i++)
        TRY(rearm(ctx, &waiting.at[i]));
    out->count = (int64_t)waiting.len;
    return OK;
}
COMMAND(rearm_webhooks, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Have deliveries sent that no task sends");
