/* Users stay, and whoever had no other way in has none: they can be given a password. */
#include "application/commands/identity_providers/delete_identity_provider/command.h"

#include "application/models/provider_view.h"

SCHEMA(delete_identity_provider, FIELD(delete_identity_provider, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_identity_provider_result);

static err delete_identity_provider_handle(struct command_ctx *ctx,
                                           const struct delete_identity_provider *cmd,
                                           struct delete_identity_provider_result *out)
{
    struct identity_provider provider;
    (void)out;
    TRY(provider_to_change(ctx, cmd->id, &provider));
    return identity_writer_remove_provider(ctx->uow->identities, provider.key);
}
COMMAND(delete_identity_provider, .needs = WRITE_SETTINGS,
        .doc = "Delete a provider: nobody signs in by it any more");
