/* Nobody signs what they do not see, and what is signed is looked at again whenever it is used: the
 * signature says who issued it, not what they may. */
#include "application/commands/auth/create_signed_url/command.h"

#include "application/models/made_often.h"

enum {
    SIGNED_PATH_SIZE_MAX = 4096,
    SIGNED_FILENAME_SIZE_MAX = 150,
    SIGNED_BURST = 10000, /* a viewer signs each frame of a study */
    SIGNED_PER_MINUTE = 600
};

static const char *method_complaint(str method)
{
    return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD")) ? NULL
                                                                     : "is neither GET nor HEAD";
}

/* It becomes part of a header, and a file on somebody's disk. */
static const char *filename_complaint(str name)
{
    bool is_plain = str_is_utf8(name) && name.len != 0 && name.ptr[0] != '.';
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        is_plain = is_plain && c >= 0x20 && c != 0x7F && strchr("/\\\"<>:|?*%", c) == NULL;
    }
    return is_plain ? NULL : "is no name for a file";
}

SCHEMA(create_signed_url,
       FIELD(create_signed_url, method, .check = method_complaint, .max = 4,
             .doc = "GET, which is what an absent one means, or HEAD", .example = "GET"),
       FIELD(create_signed_url, path, .flags = REQUIRED, .min = 1, .max = SIGNED_PATH_SIZE_MAX,
             .doc = "Path and query on this listener",
             .example = "/dicom-web/studies/1.2/series/1.2.3/instances/1.2.3.4/rendered"),
       FIELD(create_signed_url, expires_in, .min = 1, .max = SIGNED_URL_SECONDS_MAX,
             .doc = "Seconds; absent: 300"),
       FIELD(create_signed_url, filename, .max = SIGNED_FILENAME_SIZE_MAX,
             .check = filename_complaint,
             .doc = "As which a browser saves it; absent: it is shown if it can be"),
       FIELD(create_signed_url, study_uid, .flags = INTERNAL),
       FIELD(create_signed_url, series_uid, .flags = INTERNAL),
       FIELD(create_signed_url, sop_uid, .flags = INTERNAL),
       FIELD(create_signed_url, instance_id, .flags = INTERNAL));
SCHEMA(create_signed_url_result,
       FIELD(create_signed_url_result, path, .flags = SECRET,
             .doc = "Path and query with the signature; whoever has it is let in"),
       FIELD(create_signed_url_result, expires_at, .doc = "Until when it is good"));

str signed_url_text(struct arena *a, str method, str path)
{
    return str_format(a, "%.*s %.*s", STR_ARG(method), STR_ARG(path));
}

/* The study is what the trail says it is about. */
static err find_study(struct command_ctx *ctx, const struct create_signed_url *cmd)
{
    struct access access;
    struct image_row row;
    if (!principal_access(ctx->principal, READ_STUDIES, clock_now(ctx->clock), &access))
        return ERR(FORBIDDEN, "nobody signs what they do not see");
    if (cmd->study_uid.len != 0) {
        TRY(image_reader_locate(ctx->readers->images, ctx->arena, &access, cmd->study_uid,
                                cmd->series_uid, cmd->sop_uid, &row));
        ctx->scope->subject_id = row.study.id;
    }
    if (uuid_is_set(cmd->instance_id))
        TRY(image_reader_get_instance(ctx->readers->images, ctx->arena, &access, cmd->instance_id,
                                      &row.instance));
    return OK;
}

static err create_signed_url_handle(struct command_ctx *ctx, const struct create_signed_url *cmd,
                                    struct create_signed_url_result *out)
{
    const struct principal *p = ctx->principal;
    instant now = clock_now(ctx->clock);
    int64_t seconds =
        cmd->expires_in.is_set ? cmd->expires_in.value : (int64_t)SIGNED_URL_SECONDS_DEFAULT;
    struct url_claims claims = {.is_of_key = p->kind == PRINCIPAL_API_KEY,
                                .issuer_id = p->session_id,
                                .expires_at = {SECONDS(now.us / SECONDS(1) + seconds)},
                                .filename = cmd->filename};
    str method = cmd->method.len != 0 ? cmd->method : STR("GET"), signature;
    TRY(made_often_check_rate(ctx, "signed addresses", SIGNED_BURST, SIGNED_PER_MINUTE));
    TRY(find_study(ctx, cmd));
    TRY(token_sign_url(ctx->services->tokens, ctx->arena, &claims,
                       signed_url_text(ctx->arena, method, cmd->path), now, &signature));
    out->path =
        str_format(ctx->arena, "%.*s%c" SIGNATURE_PARAMETER "=%.*s", STR_ARG(cmd->path),
                   str_find_char(cmd->path, '?') == SIZE_MAX ? '?' : '&', STR_ARG(signature));
    out->expires_at = claims.expires_at;
    return OK;
}
COMMAND(create_signed_url, .needs = SIGN_URLS, .counts_audit = true,
        .doc = "Sign an address, so that it is good for a short time without other credentials");
