/* It holds from the next night on. */
#include "application/commands/retention/update_retention_rule/command.h"

SCHEMA(update_retention_rule, FIELD(update_retention_rule, id, .flags = KEY | REQUIRED),
       FIELD(update_retention_rule, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_retention_rule, name, .min = 1, .max = NAME_SIZE_MAX, .doc = "What to call it"),
       FIELD(update_retention_rule, modality, .max = RETENTION_MODALITY_SIZE_MAX,
             .check = retention_modality_complaint,
             .doc = "Of studies with this modality among theirs; empty: of all"),
       FIELD(update_retention_rule, counted_from, .check = retention_start_complaint,
             .doc = "From when on the days are counted: received, study_date"),
       FIELD(update_retention_rule, days, .min = 1, .max = RETENTION_DAYS_MAX,
             .doc = "Then a study goes to the trash"),
       FIELD(update_retention_rule, is_enabled, .doc = "Whether it does"));
SCHEMA(update_retention_rule_result,
       FIELD_EMBED_OF(update_retention_rule_result, rule, retention_rule));

static void apply(const struct update_retention_rule *cmd, struct retention_rule *rule)
{
    if (cmd->name.ptr != NULL)
        rule->name = cmd->name;
    if (cmd->modality.ptr != NULL)
        rule->modality = cmd->modality.len != 0 ? cmd->modality : STR_NONE;
    retention_start_find(cmd->counted_from, &rule->counted_from);
    if (cmd->days.is_set)
        rule->days = cmd->days.value;
    if (cmd->is_enabled.is_set)
        rule->is_enabled = cmd->is_enabled.value;
}

static err update_retention_rule_handle(struct command_ctx *ctx,
                                        const struct update_retention_rule *cmd,
                                        struct update_retention_rule_result *out)
{
    struct retention_rule rule;
    TRY(retention_reader_get(ctx->readers->retention, ctx->arena, ctx->principal->organization_key,
                             cmd->id, &rule));
    ctx->scope->subject_id = rule.id;
    if (cmd->if_match != 0 && cmd->if_match != rule.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the rule");
    apply(cmd, &rule);
    rule.updated_at = clock_now(ctx->clock);
    TRY(retention_writer_save(ctx->uow->retention, &rule));
    out->rule = rule;
    return OK;
}
COMMAND(update_retention_rule, .needs = WRITE_SETTINGS,
        .doc = "Change a rule of retention, or switch it off");
