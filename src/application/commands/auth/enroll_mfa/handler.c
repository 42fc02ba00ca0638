/* Nothing is in force before a code of it came. A session that was taken over is not enough: its
 * owner would be locked out. */
#include "application/commands/auth/enroll_mfa/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/second_factor.h"
#include "base/buf.h"

SCHEMA(enroll_mfa, FIELD(enroll_mfa, password, .flags = SECRET, .max = PASSWORD_SIZE_MAX,
                         .doc = "Absent where the account has none: then sign in anew first"));
SCHEMA(enroll_mfa_result,
       FIELD(enroll_mfa_result, secret, .flags = SECRET, .doc = "Base32, to be typed in"),
       FIELD(enroll_mfa_result, uri, .flags = SECRET, .doc = "otpauth://, for a QR code"));

static void add_encoded(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~@", c) != NULL);
        if (is_plain)
            buf_add_char(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

static str uri_of(struct arena *a, const struct user *user, str secret)
{
    struct buf out = BUF_IN(a);
    buf_add(&out, STR("otpauth://totp/Gantry:"));
    add_encoded(&out, user->email);
    buf_addf(&out, "?secret=%.*s&issuer=Gantry&algorithm=SHA1&digits=%d&period=%d", STR_ARG(secret),
             OTP_DIGIT_COUNT, OTP_STEP_SECONDS);
    return buf_str(&out);
}

static err enroll_mfa_handle(struct command_ctx *ctx, const struct enroll_mfa *cmd,
                             struct enroll_mfa_result *out)
{
    struct user user;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    if (user_has_mfa(&user))
        return ERR(CONFLICT, "there is a second factor; disable it first");
    TRY(password_confirm(ctx, &user, cmd->password));
    second_factor_begin(ctx, &user, &out->secret);
    out->uri = uri_of(ctx->arena, &user, out->secret);
    user.updated_at = clock_now(ctx->clock);
    err e = user_writer_save(ctx->uow->users, &user);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the user changed meanwhile") : e;
}
COMMAND(enroll_mfa, .needs = OWN_SIGN_IN, .doc = "Begin to set up a second factor");
