/* Its secret is made here and shown to nobody. */
#include "application/commands/disclosures/create_deidentification_project/command.h"

SCHEMA(create_deidentification_project,
       FIELD(create_deidentification_project, name, .flags = REQUIRED, .min = 1,
             .max = NAME_SIZE_MAX, .doc = "Name", .example = "lung study 2026"),
       FIELD(create_deidentification_project, description, .max = LONG_TEXT_SIZE_MAX,
             .doc = "What it is for"),
       FIELD(create_deidentification_project, options, .max = 16,
             .doc = "Of PS3.15 E.3: retain_device, retain_institution, retain_patient, "
                    "retain_dates, shift_dates, clean_descriptors, retain_safe_private"),
       FIELD(create_deidentification_project, pseudonym_prefix, .min = 1,
             .max = PSEUDONYM_PREFIX_SIZE_MAX, .check = project_prefix_complaint,
             .doc = "P- makes P-0001, P-0002, …; absent: keyed hashes", .example = "P-"),
       FIELD(create_deidentification_project, risks, .max = 16, .check = risk_policy_complaint,
             .doc = "Of instances that may show whose they are: refuse, or report after somebody "
                    "has looked"));
SCHEMA(create_deidentification_project_result,
       FIELD_EMBED_OF(create_deidentification_project_result, view, deidentification_project_view));

static err check(struct command_ctx *ctx, const struct create_deidentification_project *cmd,
                 int64_t *options)
{
    struct deidentification_project_slice there;
    *options = project_options_read(&cmd->options, &ctx->scope->issues);
    if (ctx->scope->issues.list.len != 0)
        return ERR(INVALID, "some fields are not valid");
    TRY(disclosure_reader_all_projects(ctx->readers->disclosures, ctx->arena,
                                       ctx->principal->organization_key, &there));
    return there.len < DEIDENTIFICATION_PROJECT_COUNT_MAX
               ? OK
               : ERR(CONFLICT, "there are too many projects");
}

static err
create_deidentification_project_handle(struct command_ctx *ctx,
                                       const struct create_deidentification_project *cmd,
                                       struct create_deidentification_project_result *out)
{
    instant now = clock_now(ctx->clock);
    struct deidentification_project project = {.id = uuid_make(ctx->clock),
                                               .organization_key = ctx->principal->organization_key,
                                               .created_at = now,
                                               .updated_at = now,
                                               .name = cmd->name,
                                               .description = cmd->description,
                                               .pseudonym_prefix = cmd->pseudonym_prefix,
                                               .risks = risk_policy_of(cmd->risks),
                                               .created_by = principal_actor_id(ctx->principal)};
    TRY(check(ctx, cmd, &project.options));
    project.secret = project_secret_make(ctx, project.id);
    ctx->scope->subject_id = project.id;
    err e = disclosure_writer_save_project(ctx->uow->disclosures, &project);
    out->view = project_view_of(ctx->arena, &project);
    return e.code == ERR_CONFLICT ? ERR(CONFLICT, "a project of this name is there already") : e;
}
COMMAND(create_deidentification_project, .needs = WRITE_SETTINGS,
        .doc = "Begin a project in which studies are de-identified");
