/* Whoever asks must be able to download each of the studies, now and when it is done. */
#include "application/commands/tasks/create_export/command.h"

#include "application/models/share_access.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

SCHEMA(create_export,
       FIELD(create_export, studies, .flags = REQUIRED, .min = 1, .max = EXPORT_STUDY_COUNT_MAX,
             .doc = "Identifiers of studies"),
       FIELD_ENUM_OF(create_export, format, export_format_names, .doc = "zip or tar"),
       FIELD(create_export, with_dicomdir, .doc = "Whether it has a DICOMDIR; true when absent"),
       FIELD(create_export, folder, .min = 1, .max = EXPORT_FOLDER_SIZE_MAX,
             .check = export_folder_complaint, .example = "research/2026",
             .doc = "Below GANTRY_EXPORT_ROOT; absent: it is kept, to be downloaded"));
SCHEMA(create_export_result, FIELD_EMBED_OF(create_export_result, task, task_view));

static err check_folder(struct command_ctx *ctx, str folder)
{
    if (folder.ptr == NULL)
        return OK;
    if (!permissions_have(ctx->principal->permissions, WRITE_SETTINGS))
        return ERR(FORBIDDEN, "folders are for whoever looks after the organization");
    if (ctx->services->export_folders != NULL)
        return OK;
    issues_add(&ctx->scope->issues, STR("folder"), "is nowhere: GANTRY_EXPORT_ROOT is not set");
    return ERR(INVALID, "some fields are not valid");
}

static bool is_there(const struct export_study_slice *studies, str study_uid)
{
    for (size_t i = 0; i < studies->len; i++)
        if (str_eq(studies->at[i].study_instance_uid, study_uid))
            return true;
    return false;
}

static err find_studies(struct command_ctx *ctx, const struct uuid_slice *ids,
                        struct export_study_slice *out)
{
    struct study study;
    int64_t instance_count = 0;
    for (size_t i = 0; i < ids->len; i++) {
        TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, ids->at[i],
                                   &study));
        if (study.state == STUDY_TRASHED)
            return ERR(NOT_FOUND, "not found");
        if (is_there(out, study.study_instance_uid))
            continue;
        *SLICE_PUSH(ctx->arena, out) = (struct export_study){study.id, study.study_instance_uid};
        instance_count += study.instance_count;
    }
    return instance_count <= EXPORT_INSTANCE_COUNT_MAX
               ? OK
               : ERR(TOO_LARGE, "the studies have too many instances together");
}

static err create_export_handle(struct command_ctx *ctx, const struct create_export *cmd,
                                struct create_export_result *out)
{
    struct export_parameters parameters = {.format = cmd->format,
                                           .without_dicomdir = cmd->with_dicomdir.is_set &&
                                                               !cmd->with_dicomdir.value,
                                           .folder = cmd->folder};
    struct task_order order = {.kind = export_kind.name, .parameters = &parameters};
    struct uuid_slice ids;
    struct task task;
    if (ctx->principal->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "only a person has studies exported");
    TRY(check_folder(ctx, cmd->folder));
    TRY(ids_read(ctx, &cmd->studies, "studies", &ids));
    TRY(find_studies(ctx, &ids, &parameters.studies));
    if (parameters.studies.len == 1) {
        order.subject_kind = STR("study");
        order.subject_id = parameters.studies.at[0].id;
    }
    TRY(task_queue(ctx, &order, &task));
    ctx->scope->subject_id = task.id;
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(create_export, .needs = DOWNLOAD_STUDIES, .is_limitable = true,
        .doc = "Have studies written into an archive: as a task, whose output it is");
