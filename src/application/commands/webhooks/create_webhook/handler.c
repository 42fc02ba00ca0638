/* The secret is kept sealed: it has to sign. */
#include "application/commands/webhooks/create_webhook/command.h"

#include "application/services/webhook_service.h"

SCHEMA(create_webhook,
       FIELD(create_webhook, url, .flags = REQUIRED, .min = 1, .max = WEBHOOK_URL_SIZE_MAX,
             .doc = "https, with a certificate that the system trusts; never followed elsewhere",
             .example = "https://ris.clinic.example/hooks/gantry"),
       FIELD(create_webhook, events, .flags = REQUIRED, .min = 1, .max = WEBHOOK_EVENT_COUNT_MAX,
             .doc = "Names from /webhooks/events; \"*\": all, those that come later too"),
       FIELD(create_webhook, description, .max = SHORT_TEXT_SIZE_MAX, .doc = "What it is for"),
       FIELD(create_webhook, is_active, .doc = "Absent: true"));
SCHEMA(create_webhook_result, FIELD_EMBED_OF(create_webhook_result, view, webhook_view),
       FIELD(create_webhook_result, secret, .flags = SECRET,
             .doc = "What signs deliveries, \"whsec_\" and base64; it is never shown again"));

static err check(struct command_ctx *ctx, const struct create_webhook *cmd, str *event_names)
{
    struct issues *issues = &ctx->scope->issues;
    struct webhook_slice webhooks;
    *event_names = webhook_events_read(ctx->arena, &cmd->events, issues);
    webhook_url_check(ctx->services, cmd->url, issues);
    if (issues->list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(webhook_reader_all(ctx->readers->webhooks, ctx->arena, ctx->principal->organization_key,
                           &webhooks));
    return webhooks.len < WEBHOOK_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "the organization has 50 webhooks; delete some first");
}

static err create_webhook_handle(struct command_ctx *ctx, const struct create_webhook *cmd,
                                 struct create_webhook_result *out)
{
    instant now = clock_now(ctx->clock);
    struct webhook webhook = {.id = uuid_make(ctx->clock),
                              .organization_key = ctx->principal->organization_key,
                              .created_at = now,
                              .updated_at = now,
                              .url = cmd->url,
                              .description = cmd->description,
                              .is_active = !cmd->is_active.is_set || cmd->is_active.value,
                              .created_by = principal_actor_id(ctx->principal)};
    TRY(check(ctx, cmd, &webhook.event_names));
    webhook_secret_make(ctx, webhook.id, &webhook.secret, &out->secret);
    TRY(webhook_writer_add(ctx->uow->webhooks, &webhook));
    ctx->scope->subject_id = webhook.id;
    out->view = webhook_view_of(ctx->arena, &webhook);
    return OK;
}
COMMAND(create_webhook, .needs = WRITE_WEBHOOKS, .shows_secret = true,
        .doc = "Have an address told of events");
