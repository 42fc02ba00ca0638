/* What it may do from now on holds on every node within a second. */
#include "application/commands/api_keys/update_api_key/command.h"

SCHEMA(update_api_key, FIELD(update_api_key, id, .flags = KEY | REQUIRED),
       FIELD(update_api_key, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_api_key, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_api_key, scopes, .max = API_SCOPE_COUNT), FIELD(update_api_key, is_limited),
       FIELD(update_api_key, requests_per_minute, .min = 1, .max = API_KEY_RATE_MAX),
       FIELD(update_api_key, daily_size), FIELD(update_api_key, expires_at),
       FIELD(update_api_key, takes_over,
             .doc = "Whoever asks answers for it from now on, instead of whoever made it"));
SCHEMA(update_api_key_result, FIELD_EMBED_OF(update_api_key_result, view, api_key_view));

static err apply(struct command_ctx *ctx, const struct update_api_key *cmd, struct api_key *key)
{
    struct issues *issues = &ctx->scope->issues;
    if (cmd->name.ptr != NULL)
        key->name = cmd->name;
    if (cmd->scopes.len != 0)
        key->scopes = api_key_scopes_read(&cmd->scopes, issues);
    if (cmd->is_limited.is_set)
        key->is_limited = cmd->is_limited.value;
    if (cmd->requests_per_minute.is_set)
        key->requests_per_minute = cmd->requests_per_minute.value;
    if (cmd->daily_size.is_set)
        key->daily_size = cmd->daily_size.value;
    if (key->daily_size < 0)
        issues_add(issues, STR("daily_size"), "must not be negative");
    if (cmd->expires_at.us != 0) {
        key->expires_at = cmd->expires_at;
        if (key->expires_at.us <= clock_now(ctx->clock).us)
            issues_add(issues, STR("expires_at"), "must be in the future: to end a key, revoke it");
    }
    return issues->list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

static err update_api_key_handle(struct command_ctx *ctx, const struct update_api_key *cmd,
                                 struct update_api_key_result *out)
{
    struct api_key key;
    instant now = clock_now(ctx->clock);
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, ctx->principal->organization_key,
                           cmd->id, &key));
    ctx->scope->subject_id = key.id;
    if (cmd->if_match != 0 && cmd->if_match != key.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the API key");
    if (key.revoked_at.us != 0)
        return ERR(CONFLICT, "the API key is revoked");
    TRY(apply(ctx, cmd, &key));
    TRY(api_key_check_grantor(ctx->principal, &key));
    if (cmd->takes_over)
        key.created_by = ctx->principal->user_id;
    key.updated_at = now;
    TRY(api_key_writer_save(ctx->uow->api_keys, &key));
    principal_cache_doubt(ctx->services->principals, key.id);
    return api_key_show(ctx->arena, ctx->readers, &key, &out->view);
}
COMMAND(update_api_key, .needs = WRITE_API_KEYS, .doc = "Change an API key");
