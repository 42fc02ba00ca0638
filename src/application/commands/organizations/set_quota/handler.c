/* It may be less than what is stored already: then nothing more is taken. */
#include "application/commands/organizations/set_quota/command.h"

#include "application/models/settings_save.h"

SCHEMA(set_quota,
       FIELD(set_quota, name, .flags = REQUIRED, .min = 1, .max = NAME_SIZE_MAX, .doc = "Whose"),
       FIELD(set_quota, quota_size, .max = QUOTA_TIB_MAX * (INT64_C(1) << 40),
             .doc = "Bytes; 0: as many as there is room for"));
SCHEMA(set_quota_result, FIELD(set_quota_result, used_size, .doc = "Bytes that it has stored"));

static err find(struct command_ctx *ctx, str name, int64_t *key)
{
    struct organization_slice all;
    *key = 0;
    TRY(organization_reader_all(ctx->readers->organizations, ctx->arena, &all));
    for (size_t i = 0; i < all.len; i++)
        if (str_eq(all.at[i].name, name)) {
            if (*key != 0)
                return ERR(CONFLICT, "several organizations have that name");
            *key = all.at[i].key;
        }
    return *key != 0 ? OK : ERR(NOT_FOUND, "there is no organization of that name");
}

static err set_quota_handle(struct command_ctx *ctx, const struct set_quota *cmd,
                            struct set_quota_result *out)
{
    struct organization_settings settings;
    int64_t key;
    TRY(find(ctx, cmd->name, &key));
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena, key, &settings));
    settings.quota_size = cmd->quota_size;
    TRY(settings_save(ctx, &settings));
    return organization_reader_used_size(ctx->readers->organizations, key, &out->used_size);
}
COMMAND(set_quota, .needs = RUN_SYSTEM, .doc = "Say how much an organization may store");
