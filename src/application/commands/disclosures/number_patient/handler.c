/* The project is held meanwhile, so that no number is given twice. */
#include "application/commands/disclosures/number_patient/command.h"

SCHEMA(number_patient, FIELD(number_patient, project_id), FIELD(number_patient, code));
SCHEMA(number_patient_result, FIELD(number_patient_result, number));

static err number_patient_handle(struct command_ctx *ctx, const struct number_patient *cmd,
                                 struct number_patient_result *out)
{
    struct deidentification_project project;
    struct deidentified_patient patient;
    instant now = clock_now(ctx->clock);
    TRY(disclosure_reader_get_project(ctx->readers->disclosures, ctx->arena,
                                      ctx->principal->organization_key, cmd->project_id, &project));
    TRY(disclosure_writer_locate_project(ctx->uow->disclosures, ctx->arena, project.key, &project));
    err e = disclosure_reader_get_patient(ctx->readers->disclosures, ctx->arena, project.key,
                                          cmd->code, &patient);
    out->number = failed(e) ? 0 : patient.number;
    if (e.code != ERR_NOT_FOUND)
        return e;
    out->number = ++project.patient_count;
    TRY(disclosure_writer_save_project(ctx->uow->disclosures, &project));
    patient = (struct deidentified_patient){.id = uuid_make(ctx->clock),
                                            .organization_key = project.organization_key,
                                            .created_at = now,
                                            .updated_at = now,
                                            .project_key = project.key,
                                            .code = cmd->code,
                                            .number = out->number};
    return disclosure_writer_add_patient(ctx->uow->disclosures, &patient);
}
COMMAND(number_patient, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "The number of a patient in a project");
