/* Only a hash of the secret is kept. */
#include "application/commands/api_keys/create_api_key/command.h"

SCHEMA(create_api_key,
       FIELD(create_api_key, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX,
             .doc = "What it is for", .example = "Import from the scanner in room 2"),
       FIELD(create_api_key, scopes, .flags = REQUIRED, .max = API_SCOPE_COUNT,
             .doc = "studies:read, studies:write, studies:delete, worklist:read, worklist:write, "
                    "urls:sign, reports:read, reports:write, studies:read_deidentified, "
                    "webhooks:write"),
       FIELD(create_api_key, is_limited,
             .doc = "Of the archive it sees what is granted to it, and nothing else"),
       FIELD(create_api_key, requests_per_minute, .min = 1, .max = API_KEY_RATE_MAX,
             .doc = "And as many at once; absent: 1200"),
       FIELD(create_api_key, daily_size,
             .doc = "Bytes it may send in a day of UTC; absent or 0: no limit"),
       FIELD(create_api_key, expires_at, .doc = "When it ends; absent: it does not by itself"));
SCHEMA(create_api_key_result, FIELD_EMBED_OF(create_api_key_result, view, api_key_view),
       FIELD(create_api_key_result, api_key, .flags = SECRET,
             .doc = "The key, to be sent as a bearer token; it is never shown again"));

static err check(struct command_ctx *ctx, const struct create_api_key *cmd, struct api_key *key)
{
    struct issues *issues = &ctx->scope->issues;
    struct api_key_slice ignored;
    int64_t count;
    key->scopes = api_key_scopes_read(&cmd->scopes, issues);
    if (cmd->expires_at.us != 0 && cmd->expires_at.us <= key->created_at.us)
        issues_add(issues, STR("expires_at"), "must be in the future");
    if (cmd->daily_size.is_set && cmd->daily_size.value < 0)
        issues_add(issues, STR("daily_size"), "must not be negative");
    if (issues->list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(api_key_check_grantor(ctx->principal, key));
    struct api_key_filter all = {.organization_key = key->organization_key};
    TRY(api_key_reader_find(ctx->readers->api_keys, ctx->arena, &all, &ignored, &count));
    return count < API_KEY_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "the organization has 1000 API keys; revoke some first");
}

static err create_api_key_handle(struct command_ctx *ctx, const struct create_api_key *cmd,
                                 struct create_api_key_result *out)
{
    instant now = clock_now(ctx->clock);
    struct api_key key = {.id = uuid_make(ctx->clock),
                          .organization_key = ctx->principal->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .name = cmd->name,
                          .is_limited = cmd->is_limited,
                          .requests_per_minute = cmd->requests_per_minute.is_set
                                                     ? cmd->requests_per_minute.value
                                                     : API_KEY_RATE_DEFAULT,
                          .daily_size = cmd->daily_size.value,
                          .expires_at = cmd->expires_at,
                          .created_by = ctx->principal->user_id};
    TRY(check(ctx, cmd, &key));
    TRY(token_make_api_key(ctx->services->tokens, ctx->arena, key.id, &out->api_key,
                           &key.secret_hash));
    TRY(api_key_writer_add(ctx->uow->api_keys, &key));
    ctx->scope->subject_id = key.id;
    return api_key_show(ctx->arena, ctx->readers, &key, &out->view);
}
COMMAND(create_api_key, .needs = WRITE_API_KEYS, .shows_secret = true, .doc = "Make an API key");
