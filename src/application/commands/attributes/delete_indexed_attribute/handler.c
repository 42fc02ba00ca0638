/* It is gone for everybody at once; its values go bit by bit (build_indexed_attributes). Until then
 * the row is called by its identifier, so that the attribute can be added again. */
#include "application/commands/attributes/delete_indexed_attribute/command.h"

SCHEMA(delete_indexed_attribute, FIELD(delete_indexed_attribute, id, .flags = KEY | REQUIRED));
SCHEMA_EMPTY(delete_indexed_attribute_result);

static err delete_indexed_attribute_handle(struct command_ctx *ctx,
                                           const struct delete_indexed_attribute *cmd,
                                           struct delete_indexed_attribute_result *out)
{
    struct indexed_attribute attribute;
    (void)out;
    TRY(attribute_reader_get(ctx->readers->attributes, ctx->arena, ctx->principal->organization_key,
                             cmd->id, &attribute));
    attribute.state = INDEX_REMOVED;
    attribute.path = uuid_text(ctx->arena, attribute.id);
    attribute.position = 0;
    attribute.updated_at = clock_now(ctx->clock);
    err e = attribute_writer_save(ctx->uow->attributes, &attribute);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the attribute changed meanwhile")
                                             : e;
}
COMMAND(delete_indexed_attribute, .needs = WRITE_SETTINGS,
        .doc = "No longer index an attribute; searches by it read metadata again");
