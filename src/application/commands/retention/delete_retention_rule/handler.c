/* For good. */
#include "application/commands/retention/delete_retention_rule/command.h"

SCHEMA(delete_retention_rule, FIELD(delete_retention_rule, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_retention_rule_result);

static err delete_retention_rule_handle(struct command_ctx *ctx,
                                        const struct delete_retention_rule *cmd,
                                        struct delete_retention_rule_result *out)
{
    struct retention_rule rule;
    (void)out;
    TRY(retention_reader_get(ctx->readers->retention, ctx->arena, ctx->principal->organization_key,
                             cmd->id, &rule));
    ctx->scope->subject_id = rule.id;
    return retention_writer_remove(ctx->uow->retention, rule.key);
}
COMMAND(delete_retention_rule, .needs = WRITE_SETTINGS, .doc = "Remove a rule of retention");
