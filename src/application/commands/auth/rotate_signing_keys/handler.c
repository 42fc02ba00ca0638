/* A key is published when it is made and signs some time after that. */
#include "application/commands/auth/rotate_signing_keys/command.h"

SCHEMA_EMPTY(rotate_signing_keys);
SCHEMA(rotate_signing_keys_result, FIELD_EMBED_OF(rotate_signing_keys_result, key, signing_key));
SCHEMA(renew_signing_keys, FIELD(renew_signing_keys, days, .min = 1, .max = SIGNING_KEY_DAYS_MAX));
SCHEMA(renew_signing_keys_result, FIELD(renew_signing_keys_result, is_made),
       FIELD(renew_signing_keys_result, removed_count));

static err add_key(struct command_ctx *ctx, instant active_at, struct signing_key *out)
{
    TRY(token_make_key(ctx->services->tokens, ctx->arena, out));
    out->id = uuid_make(ctx->clock);
    out->created_at = out->updated_at = clock_now(ctx->clock);
    out->active_at = active_at;
    return signing_key_writer_add(ctx->uow->signing_keys, out);
}

static const struct signing_key *newest_of(const struct signing_key_slice *keys)
{
    const struct signing_key *newest = NULL;
    for (size_t i = 0; i < keys->len; i++)
        if (newest == NULL || keys->at[i].active_at.us >= newest->active_at.us)
            newest = &keys->at[i];
    return newest;
}

/* One that waits for its time would otherwise come after the one that is wanted now. */
static err drop_waiting(struct command_ctx *ctx, const struct signing_key_slice *keys, instant now)
{
    for (size_t i = 0; i < keys->len; i++)
        if (keys->at[i].active_at.us > instant_add(now, SECONDS(SIGNING_KEY_LEAD_SECONDS_MIN)).us)
            TRY(signing_key_writer_remove(ctx->uow->signing_keys, keys->at[i].key));
    return OK;
}

static err rotate_signing_keys_handle(struct command_ctx *ctx,
                                      const struct rotate_signing_keys *cmd,
                                      struct rotate_signing_keys_result *out)
{
    struct signing_key_slice keys;
    instant now = clock_now(ctx->clock);
    (void)cmd;
    TRY(signing_key_reader_all(ctx->readers->signing_keys, ctx->arena, &keys));
    if (keys.len >= SIGNING_KEY_COUNT_MAX)
        return ERR(RATE_LIMITED, "keys were rotated too often; wait until the old ones have ended");
    TRY(drop_waiting(ctx, &keys, now));
    TRY(add_key(ctx, instant_add(now, SECONDS(SIGNING_KEY_LEAD_SECONDS_MIN)), &out->key));
    ctx->scope->subject_id = out->key.id;
    return OK;
}
COMMAND(rotate_signing_keys, .needs = WRITE_SETTINGS,
        .doc = "Sign access tokens with a new key from now on");

static err remove_ended(struct command_ctx *ctx, const struct signing_key_slice *keys, instant now,
                        int64_t *count)
{
    for (size_t i = 0; i < keys->len; i++) {
        instant end = signing_key_end(keys, &keys->at[i]);
        if (end.us == 0 || end.us > now.us)
            continue;
        TRY(signing_key_writer_remove(ctx->uow->signing_keys, keys->at[i].key));
        ++*count;
    }
    return OK;
}

static err renew_signing_keys_handle(struct command_ctx *ctx, const struct renew_signing_keys *cmd,
                                     struct renew_signing_keys_result *out)
{
    struct signing_key_slice keys;
    struct signing_key key;
    instant now = clock_now(ctx->clock);
    TRY(signing_key_reader_all(ctx->readers->signing_keys, ctx->arena, &keys));
    const struct signing_key *newest = newest_of(&keys);
    TRY(remove_ended(ctx, &keys, now, &out->removed_count));
    instant next_at = instant_add(now, SECONDS(SIGNING_KEY_LEAD_SECONDS));
    if (newest != NULL &&
        instant_add(newest->active_at, SECONDS(cmd->days * 86400)).us > next_at.us)
        return OK;
    out->is_made = true;
    return add_key(ctx, newest == NULL ? now : next_at, &key);
}
COMMAND(renew_signing_keys, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Make the next signing key in time, remove those that have ended");
