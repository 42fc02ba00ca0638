/* By the hash of the link. */
#include "application/queries/shares/describe_share/query.h"

SCHEMA(describe_share,
       FIELD(describe_share, token, .flags = KEY | REQUIRED | SECRET, .doc = "Of the link"));
SCHEMA(describe_share_result,
       FIELD_ENUM_OF(describe_share_result, kind, share_kind_names, .doc = "To see, or to send in"),
       FIELD_ENUM_OF(describe_share_result, state, share_state_names,
                     .doc = "Whether it opens anything"),
       FIELD(describe_share_result, has_password, .doc = "It takes a password too"),
       FIELD(describe_share_result, allows_download, .doc = "Whole instances and archives too"),
       FIELD(describe_share_result, is_deidentified,
             .doc = "It shows images without whose they are"),
       FIELD(describe_share_result, expires_at, .doc = "When it ends"));

static err describe_share_handle(struct query_ctx *ctx, const struct describe_share *query,
                                 struct describe_share_result *out)
{
    struct share share;
    if (!secret_is_plausible(query->token, SHARE_TOKEN_PREFIX))
        return ERR(NOT_FOUND, "there is no such link");
    TRY(share_reader_get_by_token(ctx->readers->shares, ctx->arena,
                                  secret_digest(ctx->services->secrets, ctx->arena, query->token),
                                  &share));
    *out = (struct describe_share_result){.kind = share.kind,
                                          .has_password = share.password_hash.ptr != NULL,
                                          .allows_download = share.allows_download,
                                          .is_deidentified = share.is_deidentified,
                                          .expires_at = share.expires_at};
    return share_state_now(ctx->arena, ctx->readers, &share, clock_now(ctx->clock), &out->state);
}
QUERY(describe_share, .needs = ANYONE, .doc = "What a link opens");
