/* A change of state; a series and a study that went because nothing was left in them come too. */
#include "application/commands/images/restore_instance/command.h"

#include "application/models/study_recount.h"

SCHEMA(restore_instance, FIELD(restore_instance, id, .flags = KEY | REQUIRED),
       FIELD(restore_instance, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(restore_instance_result, FIELD_EMBED_OF(restore_instance_result, instance, instance));

static err restore_instance_handle(struct command_ctx *ctx, const struct restore_instance *cmd,
                                   struct restore_instance_result *out)
{
    struct image_row row;
    struct instance *instance = &row.instance;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_INSTANCE, cmd->id, &row));
    ctx->scope->subject_id = instance->id;
    if (cmd->if_match != 0 && cmd->if_match != instance->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the instance");
    if (instance->state != STUDY_TRASHED)
        return ERR(CONFLICT, "the instance is not in the trash");
    TRY(study_must_be_there(&row));
    instance->state = STUDY_RECEIVED;
    instance->updated_at = clock_now(ctx->clock);
    instance->trashed_at = (instant){0};
    TRY(image_writer_save_instance(ctx->uow->images, instance));
    TRY(study_recount(ctx, &row));
    out->instance = *instance;
    return OK;
}
COMMAND(restore_instance, .needs = DELETE_STUDIES, .doc = "Bring an instance back from the trash");
