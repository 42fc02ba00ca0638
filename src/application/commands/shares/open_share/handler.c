/* The password is checked before anything is held; within the unit of work the share is read again,
 * and its use counted. */
#include "application/commands/shares/open_share/command.h"

#include "application/events/share_opened.h"
#include "base/arena.h"

SCHEMA(open_share, FIELD(open_share, token, .flags = KEY | REQUIRED | SECRET, .doc = "Of the link"),
       FIELD(open_share, password, .flags = SECRET, .max = 256, .doc = "Where the share takes one"),
       FIELD(open_share, user_agent, .flags = INTERNAL, .doc = "What it is opened with"));
SCHEMA(
    open_share_result,
    FIELD(open_share_result, access_token, .flags = REQUIRED | SECRET,
          .doc = "Bearer token of this visit, for the share's own addresses"),
    FIELD(open_share_result, token_type, .flags = REQUIRED, .example = "bearer"),
    FIELD(open_share_result, expires_in, .doc = "Seconds; then it has to be opened again"),
    FIELD_ENUM_OF(open_share_result, kind, share_kind_names, .doc = "To see, or to send in"),
    FIELD(open_share_result, allows_download, .doc = "Whole instances and archives too"),
    FIELD(open_share_result, is_deidentified, .doc = "Images are seen without whose they are"),
    FIELD(open_share_result, study_instance_uids,
          .doc = "What is seen, the newest first; none of a de-identified share: search for them"),
    FIELD(open_share_result, study_count, .doc = "How many studies are seen"),
    FIELD(open_share_result, series_instance_uid, .doc = "Nothing but this series is seen"));

/* A refusal that must be remembered: the failure is committed by a command of its own. */
struct count_share_failure {
    int64_t share_key;
};
struct count_share_failure_result {
    EMPTY_STRUCT;
};
DECLARE_USE_CASE(count_share_failure);
SCHEMA(count_share_failure, FIELD(count_share_failure, share_key, .flags = INTERNAL));
SCHEMA_EMPTY(count_share_failure_result);

static err count_share_failure_handle(struct command_ctx *ctx,
                                      const struct count_share_failure *cmd,
                                      struct count_share_failure_result *out)
{
    struct share share;
    (void)out;
    TRY(share_writer_locate(ctx->uow->shares, ctx->arena, cmd->share_key, &share));
    share_count_failure(&share, clock_now(ctx->clock));
    return share_writer_save(ctx->uow->shares, &share);
}
COMMAND(count_share_failure, .needs = ANYONE, .doc = "Count a wrong password of a share");

static err check_password(struct command_ctx *ctx, const struct share *share, str password)
{
    bool matches;
    if (share->password_hash.ptr == NULL)
        return OK;
    if (password.len == 0)
        return ERR(UNAUTHENTICATED, "the share takes a password");
    if (share->locked_until.us > clock_now(ctx->clock).us)
        return ERR(RATE_LIMITED, "too many wrong passwords; wait some minutes");
    TRY(password_verify(ctx->services->passwords, password, share->password_hash, &matches));
    if (matches)
        return OK;
    struct count_share_failure failure = {share->key};
    struct count_share_failure_result ignored;
    TRY(count_share_failure_send(ctx->scope, &failure, &ignored));
    return ERR(UNAUTHENTICATED, "the password is not right");
}

static err must_be_open(struct command_ctx *ctx, const struct share *share)
{
    enum share_state state;
    TRY(share_state_now(ctx->arena, ctx->readers, share, clock_now(ctx->clock), &state));
    return state == SHARE_OPEN ? OK : ERR(GONE, "the link opens nothing any more");
}

static err list_studies(struct command_ctx *ctx, const struct share *share,
                        struct open_share_result *out)
{
    struct image_filter filter = {.level = LEVEL_STUDY,
                                  .access = {.organization_key = share->organization_key,
                                             .is_limited = true,
                                             .grantee_kind = GRANTEE_SHARE,
                                             .grantee_key = share->key,
                                             .right = READ_STUDIES,
                                             .now = clock_now(ctx->clock),
                                             .series_key = share->series_key,
                                             .series_id = share->series_id},
                                  .limit = SHARE_STUDY_COUNT_MAX,
                                  .wants_total = true};
    struct image_page page;
    struct series series;
    TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
    out->study_count = page.total;
    if (share->is_deidentified) /* which ones is seen from within */
        return OK;
    for (size_t i = 0; i < page.rows.len; i++)
        *SLICE_PUSH(ctx->arena, &out->study_instance_uids) =
            page.rows.at[i].study.study_instance_uid;
    if (share->series_key == 0)
        return OK;
    TRY(image_reader_get_series(ctx->readers->images, ctx->arena, &filter.access, share->series_id,
                                &series));
    out->series_instance_uid = series.series_instance_uid;
    return OK;
}

static err begin_visit(struct command_ctx *ctx, struct share *share, str user_agent,
                       struct open_share_result *out)
{
    instant now = clock_now(ctx->clock);
    instant expires_at = instant_add(now, SECONDS(SHARE_VISIT_SECONDS));
    if (share->expires_at.us < expires_at.us)
        expires_at = share->expires_at;
    out->access_token = secret_make(ctx->services->secrets, ctx->arena, SHARE_VISIT_PREFIX);
    out->token_type = STR("bearer");
    out->expires_in = (expires_at.us - now.us) / SECONDS(1);
    struct share_visit visit = {
        .id = uuid_make(ctx->clock),
        .organization_key = share->organization_key,
        .created_at = now,
        .updated_at = now,
        .share_key = share->key,
        .token_hash = secret_digest(ctx->services->secrets, ctx->arena, out->access_token),
        .expires_at = expires_at,
        .peer_address = ctx->scope->peer_address,
        .user_agent = str_sub(user_agent, 0, SHORT_TEXT_SIZE_MAX)};
    share->use_count++;
    share->failure_count = 0;
    share->last_opened_at = share->updated_at = now;
    TRY(share_writer_save(ctx->uow->shares, share));
    TRY(share_writer_add_visit(ctx->uow->shares, &visit));
    const struct share_opened event = {share->id, visit.id};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &share_opened_event,
                            share->organization_key, share->id, &event);
}

static err open_share_handle(struct command_ctx *ctx, const struct open_share *cmd,
                             struct open_share_result *out)
{
    struct share share, now_share;
    if (!secret_is_plausible(cmd->token, SHARE_TOKEN_PREFIX))
        return ERR(NOT_FOUND, "there is no such link");
    TRY(share_reader_get_by_token(ctx->readers->shares, ctx->arena,
                                  secret_digest(ctx->services->secrets, ctx->arena, cmd->token),
                                  &share));
    ctx->scope->subject_id = share.id;
    ctx->scope->organization_key = share.organization_key;
    TRY(must_be_open(ctx, &share));
    TRY(check_password(ctx, &share, cmd->password));
    TRY(share_writer_locate(ctx->uow->shares, ctx->arena, share.key, &now_share));
    TRY(must_be_open(ctx, &now_share));
    if (!str_eq(share.password_hash, now_share.password_hash))
        return ERR(SERIALIZATION, "the password was changed meanwhile");
    if (now_share.kind == SHARE_VIEW)
        TRY(list_studies(ctx, &now_share, out));
    out->kind = now_share.kind;
    out->allows_download = now_share.allows_download;
    out->is_deidentified = now_share.is_deidentified;
    return begin_visit(ctx, &now_share, cmd->user_agent, out);
}
COMMAND(open_share, .needs = ANYONE, .doc = "Open a share by its link");
