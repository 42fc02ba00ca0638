/* Its row stays, because the audit trail names it; what was granted to it goes. */
#include "application/commands/api_keys/revoke_api_key/command.h"

SCHEMA(revoke_api_key, FIELD(revoke_api_key, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(revoke_api_key_result);

static err revoke_api_key_handle(struct command_ctx *ctx, const struct revoke_api_key *cmd,
                                 struct revoke_api_key_result *out)
{
    struct api_key key;
    (void)out;
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, ctx->principal->organization_key,
                           cmd->id, &key));
    ctx->scope->subject_id = key.id;
    if (key.revoked_at.us != 0)
        return OK;
    key.revoked_at = key.updated_at = clock_now(ctx->clock);
    TRY(api_key_writer_save(ctx->uow->api_keys, &key));
    TRY(grant_writer_remove_all(ctx->uow->grants, GRANTEE_API_KEY, key.key));
    principal_cache_doubt(ctx->services->principals, key.id);
    return OK;
}
COMMAND(revoke_api_key, .needs = WRITE_API_KEYS, .doc = "Revoke an API key");
