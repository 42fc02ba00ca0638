/* Whether it is there the worker finds out, which may see another disk than this node. */
#include "application/commands/tasks/create_import/command.h"

#include "application/services/tasks/import_files.h"
#include "application/services/tasks/task_service.h"
#include "base/arena.h"

SCHEMA(create_import,
       FIELD(create_import, path, .flags = REQUIRED, .min = 1, .max = IMPORT_PATH_SIZE_MAX,
             .check = import_path_complaint, .example = "scanner-1/2026-11",
             .doc = "A folder, a file or a ZIP archive in the folder of the organization below "
                    "GANTRY_IMPORT_ROOT"));
SCHEMA(create_import_result, FIELD_EMBED_OF(create_import_result, task, task_view));

static err create_import_handle(struct command_ctx *ctx, const struct create_import *cmd,
                                struct create_import_result *out)
{
    struct organization organization;
    struct task task;
    if (ctx->principal->kind != PRINCIPAL_USER)
        return ERR(FORBIDDEN, "only a person has files imported");
    if (ctx->services->import_folders == NULL) {
        issues_add(&ctx->scope->issues, STR("path"), "is nowhere: GANTRY_IMPORT_ROOT is not set");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(organization_reader_get(ctx->readers->organizations, ctx->arena,
                                ctx->principal->organization_key, &organization));
    const struct import_parameters parameters = {uuid_text(ctx->arena, organization.id), cmd->path};
    TRY(task_queue(ctx, &(struct task_order){.kind = import_kind.name, .parameters = &parameters},
                   &task));
    ctx->scope->subject_id = task.id;
    out->task = task_view_of(&task, clock_now(ctx->clock));
    return OK;
}
COMMAND(create_import, .needs = WRITE_STUDIES,
        .doc = "Have the files of a folder or an archive on the server stored: as a task");
