/* Of the newest event. */
#include "application/queries/audit/get_audit_anchor/query.h"

#include "application/models/audit_end.h"

SCHEMA_EMPTY(get_audit_anchor);
SCHEMA(get_audit_anchor_result, FIELD_EMBED_OF(get_audit_anchor_result, anchor, audit_anchor));

static err get_audit_anchor_handle(struct query_ctx *ctx, const struct get_audit_anchor *query,
                                   struct get_audit_anchor_result *out)
{
    struct audit_end end;
    (void)query;
    TRY(audit_end_find(ctx->readers, ctx->services, ctx->arena, ctx->principal->organization_key,
                       clock_now(ctx->clock), &end));
    if (end.anchor.sequence == 0)
        return ERR(NOT_FOUND, "nothing is on the trail yet");
    out->anchor = end.anchor;
    return OK;
}
QUERY(get_audit_anchor, .needs = READ_AUDIT, .doc = "The end of the audit trail, signed");
