/* Nobody opens what they do not see, and nothing is opened to whose role can make nothing of it. */
#include "application/commands/grants/create_study_grant/command.h"

#include "application/models/made_often.h"

#include "application/models/user_view.h"

enum { GRANT_PERMISSION_COUNT_MAX = 8 };

static const char *grantee_complaint(str kind)
{
    return str_eq(kind, STR("user")) || str_eq(kind, STR("group")) || str_eq(kind, STR("api_key"))
               ? NULL
               : "is neither user nor group nor api_key";
}

SCHEMA(create_study_grant, FIELD(create_study_grant, id, .flags = KEY | REQUIRED),
       FIELD(create_study_grant, grantee_kind, .flags = REQUIRED, .check = grantee_complaint,
             .max = 16, .doc = "user, group or api_key", .example = "user"),
       FIELD(create_study_grant, grantee_id, .flags = REQUIRED, .doc = "Who gets it"),
       FIELD(create_study_grant, permissions, .max = GRANT_PERMISSION_COUNT_MAX,
             .check = grantable_permission_complaint, .doc = "Absent: read_studies"),
       FIELD(create_study_grant, expires_at, .doc = "When it ends; absent: it does not"),
       FIELD(create_study_grant, patient,
             .doc = "On all studies of the patient, those that come later too"));
SCHEMA(create_study_grant_result, FIELD_EMBED_OF(create_study_grant_result, view, grant_view));

static err complain(struct command_ctx *ctx, const char *field, const char *text)
{
    issues_add(&ctx->scope->issues, str_of(field), text);
    return ERR(INVALID, "some fields are not valid");
}

static err find_user(struct command_ctx *ctx, uuid id, struct grant *grant)
{
    struct user user;
    struct rights rights;
    TRY(user_reader_get(ctx->readers->users, ctx->arena, grant->organization_key, id, &user));
    if (user.deleted_at.us != 0)
        return ERR(NOT_FOUND, "not found");
    TRY(user_rights(ctx->readers, ctx->arena, &user, &rights));
    if (((uint64_t)grant->rights & ~(rights.permissions | rights.granted_permissions)) != 0)
        return complain(ctx, "permissions", "are more than the role of this user can be granted");
    grant->grantee_kind = GRANTEE_USER;
    grant->grantee_key = user.key;
    return OK;
}

static err find_group(struct command_ctx *ctx, uuid id, struct grant *grant)
{
    struct user_group group;
    TRY(group_reader_get(ctx->readers->groups, ctx->arena, grant->organization_key, id, &group));
    grant->grantee_kind = GRANTEE_GROUP;
    grant->grantee_key = group.key;
    return OK;
}

/* One that sees all has no use for it. */
static err find_api_key(struct command_ctx *ctx, uuid id, struct grant *grant)
{
    struct api_key key;
    uint64_t permissions, granted;
    TRY(api_key_reader_get(ctx->readers->api_keys, ctx->arena, grant->organization_key, id, &key));
    if (!api_key_is_live(&key, grant->created_at))
        return ERR(NOT_FOUND, "not found");
    api_key_permissions(&key, &permissions, &granted);
    if (((uint64_t)grant->rights & ~(permissions | granted)) != 0)
        return complain(ctx, "permissions", "are more than the scopes of this key");
    grant->grantee_kind = GRANTEE_API_KEY;
    grant->grantee_key = key.key;
    return OK;
}

static err find_grantee(struct command_ctx *ctx, const struct create_study_grant *cmd,
                        struct grant *grant)
{
    bool is_user = str_eq(cmd->grantee_kind, STR("user"));
    bool is_key = str_eq(cmd->grantee_kind, STR("api_key"));
    err e = is_user  ? find_user(ctx, cmd->grantee_id, grant)
            : is_key ? find_api_key(ctx, cmd->grantee_id, grant)
                     : find_group(ctx, cmd->grantee_id, grant);
    grant->grantee_id = cmd->grantee_id;
    return e.code == ERR_NOT_FOUND
               ? complain(ctx, "grantee_id", "is not a user, a group or an API key")
               : e;
}

static err choose_rights(struct command_ctx *ctx, const struct create_study_grant *cmd,
                         struct grant *grant)
{
    grant->rights = cmd->permissions.len == 0 ? INT64_C(1) << READ_STUDIES
                                              : (int64_t)permissions_of_list(cmd->permissions);
    if (cmd->expires_at.us != 0 && cmd->expires_at.us <= grant->created_at.us)
        return complain(ctx, "expires_at", "has passed already");
    return OK;
}

/* Patients are rows of their own; a limited caller sees a part of their studies alone. */
static err choose_granted(struct command_ctx *ctx, const struct create_study_grant *cmd,
                          const struct study *study, struct grant *grant)
{
    struct patient patient;
    grant->granted_kind = cmd->patient ? GRANTED_PATIENT : GRANTED_STUDY;
    grant->granted_key = study->key;
    grant->granted_id = study->id;
    if (!cmd->patient)
        return OK;
    if (!permissions_have(ctx->principal->permissions, READ_STUDIES))
        return ERR(FORBIDDEN, "you do not see all studies of the patient");
    TRY(image_writer_locate_patient(ctx->uow->images, ctx->arena, study->organization_key,
                                    study->patient_id, study->issuer_of_patient_id, &patient));
    grant->granted_key = study->patient_key;
    grant->granted_id = patient.key == study->patient_key ? patient.id : study->id;
    return OK;
}

static err create_study_grant_handle(struct command_ctx *ctx, const struct create_study_grant *cmd,
                                     struct create_study_grant_result *out)
{
    struct study study;
    instant now = clock_now(ctx->clock);
    struct grant grant = {.id = uuid_make(ctx->clock),
                          .organization_key = ctx->principal->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .expires_at = cmd->expires_at,
                          .granted_by = ctx->principal->user_id};
    TRY(made_often_check(ctx, "grants"));
    TRY(grant_study(ctx->readers, ctx->arena, ctx->principal, now, cmd->id, &study));
    ctx->scope->subject_id = study.id;
    TRY(choose_rights(ctx, cmd, &grant));
    TRY(choose_granted(ctx, cmd, &study, &grant));
    TRY(find_grantee(ctx, cmd, &grant));
    TRY(grant_check_giver(ctx, &grant));
    TRY(grant_writer_add(ctx->uow->grants, &grant));
    grant_view_of(ctx->arena, &grant, &out->view);
    return OK;
}
COMMAND(create_study_grant, .needs = WRITE_GRANTS,
        .doc = "Open a study, or all of its patient, to a user or a group");
