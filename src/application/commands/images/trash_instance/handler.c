/* A change of state, and what the series and the study count. */
#include "application/commands/images/trash_instance/command.h"

#include "application/models/legal_hold_check.h"
#include "application/models/study_recount.h"

SCHEMA(trash_instance, FIELD(trash_instance, id, .flags = KEY | REQUIRED),
       FIELD(trash_instance, if_match, .flags = FROM_HEADER, .doc = "Version seen"));
SCHEMA(trash_instance_result, FIELD_EMBED_OF(trash_instance_result, instance, instance));

static err trash_instance_handle(struct command_ctx *ctx, const struct trash_instance *cmd,
                                 struct trash_instance_result *out)
{
    struct image_row row;
    struct instance *instance = &row.instance;
    TRY(image_writer_locate_id(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                               LEVEL_INSTANCE, cmd->id, &row));
    ctx->scope->subject_id = instance->id;
    if (cmd->if_match != 0 && cmd->if_match != instance->version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the instance");
    if (instance->state != STUDY_RECEIVED)
        return ERR(CONFLICT, "the instance is in the trash already");
    TRY(study_must_be_there(&row));
    TRY(legal_hold_check(ctx, &row.study));
    instance->state = STUDY_TRASHED;
    instance->updated_at = instance->trashed_at = clock_now(ctx->clock);
    TRY(image_writer_save_instance(ctx->uow->images, instance));
    TRY(study_recount(ctx, &row));
    out->instance = *instance;
    return OK;
}
COMMAND(trash_instance, .needs = DELETE_STUDIES, .doc = "Move an instance to the trash");
