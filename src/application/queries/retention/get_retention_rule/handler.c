/* As it lies. */
#include "application/queries/retention/get_retention_rule/query.h"

SCHEMA(get_retention_rule, FIELD(get_retention_rule, id, .flags = KEY | REQUIRED));
SCHEMA(get_retention_rule_result, FIELD_EMBED_OF(get_retention_rule_result, rule, retention_rule));

static err get_retention_rule_handle(struct query_ctx *ctx, const struct get_retention_rule *query,
                                     struct get_retention_rule_result *out)
{
    return retention_reader_get(ctx->readers->retention, ctx->arena,
                                ctx->principal->organization_key, query->id, &out->rule);
}
QUERY(get_retention_rule, .needs = WRITE_SETTINGS, .doc = "A rule of retention");
