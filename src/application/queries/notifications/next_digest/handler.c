/* One after the other, by their keys. */
#include "application/queries/notifications/next_digest/query.h"

SCHEMA(next_digest, FIELD(next_digest, after_user_key));
SCHEMA(next_digest_result, FIELD(next_digest_result, user_key));

static err next_digest_handle(struct query_ctx *ctx, const struct next_digest *query,
                              struct next_digest_result *out)
{
    return notification_reader_next_due(ctx->readers->notifications,
                                        ctx->principal->organization_key, query->after_user_key,
                                        clock_now(ctx->clock), &out->user_key);
}
QUERY(next_digest, .needs = RUN_SYSTEM, .keeps_no_audit = true,
      .doc = "The next person with mails that are due");
