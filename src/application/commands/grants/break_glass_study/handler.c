/* Of studies that the caller does not see: within the organization, and not in the trash. */
#include "application/commands/grants/break_glass_study/command.h"

SCHEMA(break_glass_study, FIELD(break_glass_study, id, .flags = KEY | REQUIRED),
       GLASS_REASON_FIELD(break_glass_study));
SCHEMA(break_glass_study_result, FIELD_EMBED_OF(break_glass_study_result, view, grant_view));

static err break_glass_study_handle(struct command_ctx *ctx, const struct break_glass_study *cmd,
                                    struct break_glass_study_result *out)
{
    struct organization_settings settings;
    struct study study;
    TRY(glass_check(ctx, &settings));
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena,
                               ACCESS_TO_ALL(ctx->principal->organization_key), cmd->id, &study));
    if (study.state == STUDY_TRASHED)
        return ERR(NOT_FOUND, "not found");
    struct grant grant = {
        .granted_kind = GRANTED_STUDY, .granted_key = study.key, .granted_id = study.id};
    TRY(glass_break(ctx, &settings, cmd->reason, &grant));
    grant_view_of(ctx->arena, &grant, &out->view);
    return OK;
}
COMMAND(break_glass_study, .needs = BREAK_GLASS,
        .doc = "Open a study to oneself in an emergency, for a limited time");
