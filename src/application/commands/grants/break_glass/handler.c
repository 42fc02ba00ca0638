/* By Study Instance UID, or by Patient ID: then all studies of the patient. */
#include "application/commands/grants/break_glass/command.h"

SCHEMA(
    break_glass,
    FIELD(break_glass, study_instance_uid, .max = UID_SIZE_MAX, .doc = "One study, or"),
    FIELD(break_glass, patient_id, .flags = PHI, .max = UID_SIZE_MAX, .doc = "all of a patient's"),
    FIELD(break_glass, issuer_of_patient_id, .max = UID_SIZE_MAX,
          .doc = "As it is in the images; absent: whoever it is, if one alone has the identifier"),
    GLASS_REASON_FIELD(break_glass));
SCHEMA(break_glass_result, FIELD_EMBED_OF(break_glass_result, view, grant_view));

static err find_study(struct command_ctx *ctx, str uid, struct grant *grant)
{
    struct image_row row;
    TRY(image_reader_locate(ctx->readers->images, ctx->arena,
                            ACCESS_TO_ALL(ctx->principal->organization_key), uid, STR_NONE,
                            STR_NONE, &row));
    grant->granted_kind = GRANTED_STUDY;
    grant->granted_key = row.study.key;
    grant->granted_id = row.study.id;
    return OK;
}

/* In an emergency nobody knows who issued an identifier: without one it is the patient's that is
 * found, if there is one alone. */
static err find_issuer(struct command_ctx *ctx, str patient_id, str *issuer)
{
    struct image_match match = {.attribute =
                                    image_attribute_by_member(LEVEL_STUDY, STR("patient_id")),
                                .value = patient_id};
    const struct image_filter filter = {
        .level = LEVEL_STUDY,
        .access = {.organization_key = ctx->principal->organization_key},
        .matches = {&match, 1},
        .one_per_patient = true,
        .limit = 2};
    struct image_page page;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    /* what looks like a wild card is none here */
    if (page.rows.len == 0 || !str_eq(page.rows.at[0].study.patient_id, patient_id))
        return ERR(NOT_FOUND, "not found");
    if (page.rows.len > 1)
        return ERR(CONFLICT, "several patients have this identifier: who issued it is needed");
    *issuer = page.rows.at[0].study.issuer_of_patient_id;
    if (issuer->ptr == NULL)
        *issuer = STR("");
    return OK;
}

static err find_patient(struct command_ctx *ctx, const struct break_glass *cmd, struct grant *grant)
{
    struct patient patient;
    str issuer = cmd->issuer_of_patient_id;
    if (issuer.ptr == NULL)
        TRY(find_issuer(ctx, cmd->patient_id, &issuer));
    TRY(image_writer_locate_patient(ctx->uow->images, ctx->arena, ctx->principal->organization_key,
                                    cmd->patient_id, issuer, &patient));
    if (patient.key == 0)
        return ERR(NOT_FOUND, "not found");
    grant->granted_kind = GRANTED_PATIENT;
    grant->granted_key = patient.key;
    grant->granted_id = patient.id;
    return OK;
}

static err break_glass_handle(struct command_ctx *ctx, const struct break_glass *cmd,
                              struct break_glass_result *out)
{
    struct organization_settings settings;
    struct grant grant = {0};
    bool by_study = cmd->study_instance_uid.len != 0;
    if (by_study == (cmd->patient_id.len != 0)) {
        issues_add(&ctx->scope->issues, STR("study_instance_uid"), "or patient_id is needed");
        return ERR(INVALID, "some fields are not valid");
    }
    TRY(glass_check(ctx, &settings));
    TRY(by_study ? find_study(ctx, cmd->study_instance_uid, &grant)
                 : find_patient(ctx, cmd, &grant));
    TRY(glass_break(ctx, &settings, cmd->reason, &grant));
    grant_view_of(ctx->arena, &grant, &out->view);
    return OK;
}
COMMAND(break_glass, .needs = BREAK_GLASS,
        .doc = "Open a study or a patient to oneself in an emergency, by identifier");
