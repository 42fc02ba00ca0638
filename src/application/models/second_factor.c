/* Codes taken and codes left. */
#include "application/models/second_factor.h"

#include "base/buf.h"

static str place_of(struct arena *a, const struct user *user)
{
    return str_format(a, "second factor %.*s", STR_ARG(uuid_text(a, user->id)));
}

/* As it is hashed: without what people put between the groups. */
static str bare(struct arena *a, str code)
{
    struct buf out = BUF_IN(a);
    str lower = str_lower(a, code);
    for (size_t i = 0; i < lower.len; i++)
        if (lower.ptr[i] != '-' && lower.ptr[i] != ' ')
            buf_add_char(&out, lower.ptr[i]);
    return buf_str(&out);
}

static str hash_of(struct command_ctx *ctx, const struct user *user, str code)
{
    str text = str_format(ctx->arena, "%.*s %.*s", STR_ARG(uuid_text(ctx->arena, user->id)),
                          STR_ARG(bare(ctx->arena, code)));
    return token_hash(ctx->services->tokens, ctx->arena, text);
}

static bool take_recovery_code(struct command_ctx *ctx, struct user *user, str code)
{
    struct buf left = BUF_IN(ctx->arena);
    str rest = user->recovery_hashes, hash, wanted = hash_of(ctx, user, code);
    bool found = false;
    while (str_cut(&rest, ' ', &hash)) {
        if (str_eq_secret(hash, wanted)) {
            found = true;
            continue;
        }
        if (left.len != 0)
            buf_add_char(&left, ' ');
        buf_add(&left, hash);
    }
    if (found)
        user->recovery_hashes = left.len != 0 ? buf_str(&left) : STR_NONE;
    return found;
}

err second_factor_check(struct command_ctx *ctx, struct user *user, str code, bool *is_right)
{
    str secret;
    TRY(unseal(ctx->services->seals, ctx->arena, place_of(ctx->arena, user), user->mfa_secret,
               &secret));
    *is_right = otp_verify(ctx->services->otp, ctx->arena, secret, bare(ctx->arena, code),
                           clock_now(ctx->clock), user->mfa_step, &user->mfa_step);
    return OK;
}

err second_factor_take(struct command_ctx *ctx, struct user *user, str code, bool *taken)
{
    err e = second_factor_check(ctx, user, code, taken);
    if (failed(e) && e.code != ERR_MALFORMED)
        return e;
    if (failed(e) ||
        !*taken) /* the codes are good also when the secret cannot be opened any more */
        *taken = take_recovery_code(ctx, user, code);
    return OK;
}

void second_factor_begin(struct command_ctx *ctx, struct user *user, str *secret)
{
    *secret = otp_make_secret(ctx->services->otp, ctx->arena);
    user->mfa_secret = seal(ctx->services->seals, ctx->arena, place_of(ctx->arena, user), *secret);
    user->mfa_step = 0;
}

static str make_recovery_code(struct arena *a)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none that look alike */
    unsigned char bytes[16];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i != 0 && i % 4 == 0)
            buf_add_char(&out, '-');
        buf_add_char(&out, letters[bytes[i] % 32]);
    }
    return buf_str(&out);
}

void second_factor_enable(struct command_ctx *ctx, struct user *user, struct str_slice *codes)
{
    struct buf hashes = BUF_IN(ctx->arena);
    *codes = (struct str_slice){0};
    for (int i = 0; i < RECOVERY_CODE_COUNT; i++) {
        str code = make_recovery_code(ctx->arena);
        *SLICE_PUSH(ctx->arena, codes) = code;
        if (i != 0)
            buf_add_char(&hashes, ' ');
        buf_add(&hashes, hash_of(ctx, user, code));
    }
    user->recovery_hashes = buf_str(&hashes);
    user->mfa_enabled_at = clock_now(ctx->clock);
}

void second_factor_remove(struct user *user)
{
    user->mfa_secret = user->recovery_hashes = STR_NONE;
    user->mfa_enabled_at = (instant){0};
    user->mfa_step = 0;
}

err second_factor_is_missing(struct readers *readers, struct arena *a, const struct user *user,
                             bool *out)
{
    struct organization_settings settings;
    *out = false;
    if (user_has_mfa(user))
        return OK;
    TRY(organization_reader_settings(readers->organizations, a, user->organization_key, &settings));
    *out = (settings.mfa_required_roles >> user->role & 1) != 0;
    return OK;
}
