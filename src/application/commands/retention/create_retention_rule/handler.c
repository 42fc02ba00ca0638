/* It does nothing before the next night. */
#include "application/commands/retention/create_retention_rule/command.h"

SCHEMA(create_retention_rule,
       FIELD(create_retention_rule, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "What to call it", .example = "radiographs, ten years"),
       FIELD(create_retention_rule, modality, .max = RETENTION_MODALITY_SIZE_MAX,
             .check = retention_modality_complaint,
             .doc = "Of studies with this modality among theirs; without: of all", .example = "CR"),
       FIELD(create_retention_rule, counted_from, .check = retention_start_complaint,
             .doc = "From when on the days are counted: received (without), study_date",
             .example = "study_date"),
       FIELD(create_retention_rule, days, .flags = REQUIRED, .min = 1, .max = RETENTION_DAYS_MAX,
             .doc = "Then a study goes to the trash", .example = "3650"),
       FIELD(create_retention_rule, is_enabled, .doc = "Whether it does; without: it does"));
SCHEMA(create_retention_rule_result,
       FIELD_EMBED_OF(create_retention_rule_result, rule, retention_rule));

static err create_retention_rule_handle(struct command_ctx *ctx,
                                        const struct create_retention_rule *cmd,
                                        struct create_retention_rule_result *out)
{
    instant now = clock_now(ctx->clock);
    struct retention_rule_slice there;
    struct retention_rule rule = {.id = uuid_make(ctx->clock),
                                  .organization_key = ctx->principal->organization_key,
                                  .created_at = now,
                                  .updated_at = now,
                                  .name = cmd->name,
                                  .modality = cmd->modality,
                                  .days = cmd->days,
                                  .is_enabled = !cmd->is_enabled.is_set || cmd->is_enabled.value};
    retention_start_find(cmd->counted_from, &rule.counted_from);
    TRY(retention_reader_find(ctx->readers->retention, ctx->arena, rule.organization_key, &there));
    if (there.len >= RETENTION_RULE_COUNT_MAX)
        return ERR(CONFLICT, "there are too many rules of retention");
    ctx->scope->subject_id = rule.id;
    TRY(retention_writer_add(ctx->uow->retention, &rule));
    out->rule = rule;
    return OK;
}
COMMAND(create_retention_rule, .needs = WRITE_SETTINGS,
        .doc = "Let studies go to the trash after a time");
