/* The same bytes again change nothing; the same UID with other bytes is refused, as of an instance.
 */
#include "application/commands/non_patient_objects/store_non_patient_object/command.h"

#include "application/models/quota.h"

SCHEMA_EMPTY(store_non_patient_object);
SCHEMA_EMPTY(store_non_patient_object_result);

static err store_non_patient_object_handle(struct command_ctx *ctx,
                                           const struct store_non_patient_object *cmd,
                                           struct store_non_patient_object_result *out)
{
    struct non_patient_object object = cmd->object, there;
    object.organization_key = ctx->principal->organization_key;
    TRY(non_patient_writer_locate(ctx->uow->non_patient, ctx->arena, object.organization_key,
                                  object.sop_instance_uid, &there));
    if (there.key != 0) {
        ctx->scope->subject_id = there.id;
        if (there.category != object.category || !str_eq(there.object_name, object.object_name))
            return ERR(CONFLICT, "an object with this UID and other content is stored");
        *out = (struct store_non_patient_object_result){true, there.id};
        return OK;
    }
    TRY(quota_check(ctx->readers, ctx->arena, object.organization_key, object.size));
    object.id = uuid_make(ctx->clock);
    object.created_at = object.updated_at = clock_now(ctx->clock);
    ctx->scope->subject_id = object.id;
    TRY(non_patient_writer_add(ctx->uow->non_patient, &object, &cmd->blobs));
    *out = (struct store_non_patient_object_result){false, object.id};
    return OK;
}
COMMAND(store_non_patient_object, .needs = WRITE_STUDIES, .doc = "Store a non-patient object");
