/* They have no door of their own, so who comes second comes again. */
#include "application/models/settings_save.h"

err settings_save(struct command_ctx *ctx, struct organization_settings *settings)
{
    settings->updated_at = clock_now(ctx->clock);
    if (settings->key == 0) {
        settings->id = uuid_make(ctx->clock);
        settings->created_at = settings->updated_at;
    }
    err e = organization_writer_save_settings(ctx->uow->organizations, settings);
    return e.code == ERR_CONFLICT ? ERR(SERIALIZATION, "the settings changed meanwhile") : e;
}
