/* One look. */
#include "application/models/legal_hold_check.h"

err legal_hold_check(struct command_ctx *ctx, const struct study *study)
{
    struct legal_hold hold;
    err e = retention_reader_get_hold(ctx->readers->retention, ctx->arena, study->key, &hold);
    if (e.code == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return ERR(CONFLICT, "the study is on legal hold");
}
