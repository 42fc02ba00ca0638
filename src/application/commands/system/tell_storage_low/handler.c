/* What was told last is kept, so that no restart and no other node tells it again. */
#include "application/commands/system/tell_storage_low/command.h"

#include "application/events/storage_full.h"
#include "application/events/storage_low.h"
#include "application/events/storage_ok.h"
#include "application/models/settings_save.h"

SCHEMA(tell_storage_low, FIELD(tell_storage_low, free_size), FIELD(tell_storage_low, reserve_size),
       FIELD(tell_storage_low, warning_size));
SCHEMA(tell_storage_low_result, FIELD(tell_storage_low_result, room),
       FIELD(tell_storage_low_result, is_told));

static err publish(struct command_ctx *ctx, const struct tell_storage_low *cmd,
                   enum storage_room room)
{
    int64_t organization = ctx->principal->organization_key;
    str node = ctx->services->audit_source;
    const struct storage_low low = {node, cmd->free_size, cmd->reserve_size};
    const struct storage_full full = {node, cmd->free_size, cmd->reserve_size};
    const struct storage_ok ok = {node, cmd->free_size, cmd->reserve_size};
    const struct event_type *type = room == STORAGE_LOW    ? &storage_low_event
                                    : room == STORAGE_FULL ? &storage_full_event
                                                           : &storage_ok_event;
    const void *payload = room == STORAGE_LOW    ? (const void *)&low
                          : room == STORAGE_FULL ? (const void *)&full
                                                 : (const void *)&ok;
    return mediator_publish(ctx->uow->outbox, ctx->arena, type, organization, (uuid){0}, payload);
}

static err tell_storage_low_handle(struct command_ctx *ctx, const struct tell_storage_low *cmd,
                                   struct tell_storage_low_result *out)
{
    struct organization_settings settings;
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena,
                                     ctx->principal->organization_key, &settings));
    enum storage_room room =
        storage_room_next((enum storage_room)settings.storage_room, (uint64_t)cmd->free_size,
                          (uint64_t)cmd->reserve_size, (uint64_t)cmd->warning_size);
    *out = (struct tell_storage_low_result){room, room != (enum storage_room)settings.storage_room};
    if (!out->is_told)
        return OK;
    TRY(publish(ctx, cmd, room));
    settings.storage_room = room;
    return settings_save(ctx, &settings);
}
COMMAND(tell_storage_low, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Tell when there is little room for new objects, and when there is room again");
