/* What is shared is looked up first, by what the owner may see; then come share and grants. */
#include "application/commands/shares/create_share/command.h"

#include "application/models/made_often.h"

#include "base/arena.h"

SCHEMA(create_share, FIELD(create_share, id, .flags = KEY, .doc = "Study"),
       FIELD_ENUM_OF(create_share, kind, share_kind_names,
                     .doc = "To see studies (view), or to send some in (inbox)"),
       FIELD(create_share, name, .max = NAME_SIZE_MAX,
             .doc = "For its owner; visitors do not see it", .example = "Second opinion"),
       FIELD(create_share, study_ids, .max = SHARE_STUDY_COUNT_MAX, .doc = "Studies to be seen"),
       FIELD(create_share, series_id, .doc = "A series to be seen, and nothing else of its study"),
       FIELD(create_share, album_id,
             .doc = "An album to be seen, or for an inbox: where what is sent in is put"),
       FIELD(create_share, expires_at, .doc = "When it ends; 30 days from now unless it is said"),
       FIELD(create_share, password, .flags = SECRET, .check = share_password_complaint,
             .doc = "To be told by another way than the link"),
       FIELD(create_share, use_count_max, .max = SHARE_USE_COUNT_MAX,
             .doc = "How often it may be opened; 0: no limit"),
       FIELD(create_share, allows_download, .doc = "Whole instances and archives too"),
       FIELD(create_share, is_deidentified,
             .doc = "Show images without whose they are; it stays so"));
SCHEMA(create_share_result, FIELD_EMBED_OF(create_share_result, share, shown_share),
       FIELD(create_share_result, token, .flags = REQUIRED | SECRET,
             .doc = "The secret of the link; it is not told again"),
       FIELD(create_share_result, path, .flags = REQUIRED | SECRET,
             .doc = "Address of the link on the public API's server"));

/* What the share opens. */
struct subjects {
    struct study_slice studies;
    struct series series;
    struct album album;
};

static err invalid(struct command_ctx *ctx, const char *field, const char *text)
{
    issues_add(&ctx->scope->issues, str_of(field), text);
    return ERR(INVALID, "some fields are not valid");
}

static err add_study(struct command_ctx *ctx, uuid id, struct subjects *out)
{
    struct study *study = SLICE_PUSH(ctx->arena, &out->studies);
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, id, study));
    return study->state == STUDY_RECEIVED ? OK : ERR(NOT_FOUND, "not found");
}

static err add_series(struct command_ctx *ctx, uuid id, struct subjects *out)
{
    struct access access = *ctx->access;
    struct image_filter filter = {
        .level = LEVEL_SERIES, .access = access, .series_id = id, .limit = 1};
    struct image_page page;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    if (page.rows.len == 0)
        return ERR(NOT_FOUND, "not found");
    out->series = page.rows.at[0].series;
    *SLICE_PUSH(ctx->arena, &out->studies) = page.rows.at[0].study;
    return OK;
}

static err look_up(struct command_ctx *ctx, const struct create_share *cmd, struct subjects *out)
{
    struct uuid_slice ids;
    TRY(ids_read(ctx, &cmd->study_ids, "study_ids", &ids));
    if (uuid_is_set(cmd->id))
        TRY(add_study(ctx, cmd->id, out));
    for (size_t i = 0; i < ids.len; i++)
        TRY(add_study(ctx, ids.at[i], out));
    if (uuid_is_set(cmd->series_id))
        TRY(add_series(ctx, cmd->series_id, out));
    return uuid_is_set(cmd->album_id)
               ? album_get_own(ctx->arena, ctx->readers, ctx->principal, cmd->album_id, &out->album)
               : OK;
}

static err check(struct command_ctx *ctx, const struct create_share *cmd)
{
    bool has_studies = uuid_is_set(cmd->id) || cmd->study_ids.len != 0;
    int kinds = has_studies + uuid_is_set(cmd->series_id) + uuid_is_set(cmd->album_id);
    instant now = clock_now(ctx->clock);
    if (cmd->use_count_max < 0)
        return invalid(ctx, "use_count_max", "must not be negative");
    if (cmd->expires_at.us != 0 && cmd->expires_at.us <= now.us)
        return invalid(ctx, "expires_at", "has passed");
    if (cmd->expires_at.us > instant_add(now, SECONDS(INT64_C(86400) * SHARE_DAYS_MAX)).us)
        return invalid(ctx, "expires_at", "must be within a year");
    if (cmd->kind == SHARE_INBOX && (has_studies || uuid_is_set(cmd->series_id)))
        return invalid(ctx, "kind", "an inbox shows no studies");
    if (cmd->kind == SHARE_INBOX && cmd->is_deidentified)
        return invalid(ctx, "is_deidentified", "an inbox shows no studies");
    if (cmd->kind == SHARE_VIEW && kinds != 1)
        return invalid(ctx, "study_ids", "studies, or one series, or one album have to be named");
    return share_check_rights(ctx->principal, cmd->kind, cmd->allows_download);
}

static err grant(struct command_ctx *ctx, const struct share *share, enum granted_kind kind,
                 int64_t key, uuid id)
{
    struct grant grant = {.id = uuid_make(ctx->clock),
                          .organization_key = share->organization_key,
                          .created_at = share->created_at,
                          .updated_at = share->created_at,
                          .grantee_kind = GRANTEE_SHARE,
                          .grantee_key = share->key,
                          .grantee_id = share->id,
                          .granted_kind = kind,
                          .granted_key = key,
                          .granted_id = id,
                          .rights = share_rights(share->allows_download),
                          .granted_by = ctx->principal->user_id};
    return grant_writer_add(ctx->uow->grants, &grant);
}

static err grant_all(struct command_ctx *ctx, const struct share *share,
                     const struct subjects *subjects)
{
    for (size_t i = 0; i < subjects->studies.len; i++)
        TRY(grant(ctx, share, GRANTED_STUDY, subjects->studies.at[i].key,
                  subjects->studies.at[i].id));
    return subjects->album.key != 0 && share->kind == SHARE_VIEW
               ? grant(ctx, share, GRANTED_ALBUM, subjects->album.key, subjects->album.id)
               : OK;
}

static err create_share_handle(struct command_ctx *ctx, const struct create_share *cmd,
                               struct create_share_result *out)
{
    struct subjects subjects = {0};
    instant now = clock_now(ctx->clock);
    struct secret_service *secrets = ctx->services->secrets;
    TRY(made_often_check(ctx, "shares"));
    TRY(check(ctx, cmd));
    TRY(look_up(ctx, cmd, &subjects));
    out->token = secret_make(secrets, ctx->arena, SHARE_TOKEN_PREFIX);
    out->path = str_format(ctx->arena, "/s/%.*s", STR_ARG(out->token));
    struct share share = {.id = uuid_make(ctx->clock),
                          .organization_key = ctx->principal->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .kind = cmd->kind,
                          .name = cmd->name,
                          .owner_key = ctx->principal->user_key,
                          .owner_id = ctx->principal->user_id,
                          .token_hash = secret_digest(secrets, ctx->arena, out->token),
                          .expires_at = cmd->expires_at,
                          .use_count_max = cmd->use_count_max,
                          .allows_download = cmd->allows_download,
                          .is_deidentified = cmd->is_deidentified,
                          .series_key = subjects.series.key,
                          .series_id = subjects.series.id,
                          .album_key = subjects.album.key,
                          .album_id = subjects.album.id};
    if (share.expires_at.us == 0)
        share.expires_at = instant_add(now, SECONDS(INT64_C(86400) * SHARE_DAYS_DEFAULT));
    if (cmd->password.ptr != NULL)
        TRY(password_hash(ctx->services->passwords, ctx->arena, cmd->password,
                          &share.password_hash));
    TRY(share_writer_add(ctx->uow->shares, &share));
    TRY(grant_all(ctx, &share, &subjects));
    ctx->scope->subject_id = share.id;
    return share_show(ctx->arena, ctx->readers, &share, now, &out->share);
}
COMMAND(create_share, .needs = SHARE_STUDIES, .doc = "Make a link that opens studies, or an inbox");
