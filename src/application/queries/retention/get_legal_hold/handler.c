/* Of a study of the organization. */
#include "application/queries/retention/get_legal_hold/query.h"

SCHEMA(get_legal_hold, FIELD(get_legal_hold, id, .flags = KEY | REQUIRED));
SCHEMA(get_legal_hold_result, FIELD_EMBED_OF(get_legal_hold_result, hold, legal_hold));

static err get_legal_hold_handle(struct query_ctx *ctx, const struct get_legal_hold *query,
                                 struct get_legal_hold_result *out)
{
    struct study study;
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, query->id, &study));
    err e = retention_reader_get_hold(ctx->readers->retention, ctx->arena, study.key, &out->hold);
    return e.code == ERR_NOT_FOUND ? ERR(NOT_FOUND, "the study is not on hold") : e;
}
QUERY(get_legal_hold, .needs = WRITE_SETTINGS, .doc = "Whether a study is on hold, and why");
