/* Counts, rule by rule: a study that two rules are about is counted by both. */
#include "application/queries/retention/preview_retention/query.h"

SCHEMA(retention_preview, FIELD(retention_preview, rule_id, .doc = "The rule"),
       FIELD(retention_preview, name, .doc = "What it is called"),
       FIELD(retention_preview, is_enabled, .doc = "Whether it is switched on"),
       FIELD(retention_preview, study_count, .doc = "Studies that it would move to the trash now"),
       FIELD(retention_preview, size, .doc = "Bytes of their objects"),
       FIELD(retention_preview, held_count, .doc = "Studies that only a legal hold keeps"));
SCHEMA_EMPTY(preview_retention);
SCHEMA(preview_retention_result, FIELD_LIST_OF(preview_retention_result, items, retention_preview));

static err preview_retention_handle(struct query_ctx *ctx, const struct preview_retention *query,
                                    struct preview_retention_result *out)
{
    struct retention_rule_slice rules;
    struct retention_reader *r = ctx->readers->retention;
    (void)query;
    TRY(retention_reader_find(r, ctx->arena, ctx->principal->organization_key, &rules));
    for (size_t i = 0; i < rules.len; i++) {
        const struct retention_rule *rule = &rules.at[i];
        struct retention_count count;
        const struct retention_filter filter =
            retention_filter_of(ctx->arena, rule, clock_now(ctx->clock));
        TRY(retention_reader_count(r, ctx->arena, &filter, &count));
        *SLICE_PUSH(ctx->arena, &out->items) =
            (struct retention_preview){.rule_id = rule->id,
                                       .name = rule->name,
                                       .is_enabled = rule->is_enabled,
                                       .study_count = count.study_count,
                                       .size = count.size,
                                       .held_count = count.held_count};
    }
    return OK;
}
QUERY(preview_retention, .needs = WRITE_SETTINGS,
      .doc = "What the rules of retention would move to the trash now");
