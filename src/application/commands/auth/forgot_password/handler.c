/* The request is written down, whoever it is about; a job looks whose it is and sends the link. So
 * neither the answer nor its time can tell who is known. */
#include "application/commands/auth/forgot_password/command.h"

#include "application/models/reset_mail.h"
#include "base/buf.h"

SCHEMA(forgot_password, FIELD(forgot_password, email, .flags = REQUIRED, .max = EMAIL_SIZE_MAX,
                              .check = email_complaint, .example = "ada@clinic.example"));
SCHEMA_EMPTY(forgot_password_result);

static const struct rate_bucket per_address = {3, 1};

static err forgot_password_handle(struct command_ctx *ctx, const struct forgot_password *cmd,
                                  struct forgot_password_result *out)
{
    str email = str_lower(ctx->arena, cmd->email);
    str hash = str_sub(token_hash(ctx->services->tokens, ctx->arena, email), 0, 32);
    (void)out;
    struct rate_taken taken = rate_counter_take(
        ctx->services->rates, str_format(ctx->arena, "forgot %.*s", STR_ARG(hash)), per_address);
    if (!taken.is_allowed)
        return OK; /* as if it were: the link that was sent is still good */
    struct password_request request = {.created_at = clock_now(ctx->clock),
                                       .email = email,
                                       .peer_address = ctx->scope->peer_address};
    message_bus_publish(ctx->services->bus, PASSWORD_REQUEST_CHANNEL, STR(""));
    return password_request_writer_add(ctx->uow->password_requests, &request);
}
COMMAND(forgot_password, .needs = ANYONE, .keeps_no_audit = true,
        .doc = "Have a link sent for a new password");

SCHEMA_EMPTY(send_password_links);
SCHEMA(send_password_links_result, FIELD(send_password_links_result, request_count),
       FIELD(send_password_links_result, sent_count));

static str make_token(struct arena *a)
{
    unsigned char bytes[RESET_TOKEN_SIZE];
    struct buf out = BUF_IN(a);
    random_bytes(bytes, sizeof bytes);
    buf_add(&out, STR(RESET_TOKEN_PREFIX));
    buf_add_base64url(&out, bytes, sizeof bytes);
    return buf_str(&out);
}

static err send_link(struct command_ctx *ctx, const struct password_request *request,
                     int64_t *sent_count)
{
    struct user user;
    instant now = clock_now(ctx->clock);
    err e = user_reader_get_by_email(ctx->readers->users, ctx->arena, request->email, &user);
    if (e.code == ERR_NOT_FOUND ||
        (!failed(e) && (!user.is_active || user.password_hash.len == 0)) ||
        instant_add(request->created_at, SECONDS(RESET_TOKEN_SECONDS)).us <= now.us)
        return OK;
    TRY(e);
    str token = make_token(ctx->arena);
    user.reset_hash = token_hash(ctx->services->tokens, ctx->arena, token);
    user.reset_expires_at = instant_add(now, SECONDS(RESET_TOKEN_SECONDS));
    e = user_writer_save(ctx->uow->users, &user);
    if (e.code == ERR_PRECONDITION_FAILED)
        return ERR(SERIALIZATION, "somebody else changed the user");
    TRY(e);
    ++*sent_count;
    return reset_mail_queue(ctx, &user, token);
}

static err send_password_links_handle(struct command_ctx *ctx,
                                      const struct send_password_links *cmd,
                                      struct send_password_links_result *out)
{
    struct password_request_slice requests;
    (void)cmd;
    TRY(password_request_writer_take(ctx->uow->password_requests, ctx->arena,
                                     PASSWORD_REQUEST_COUNT_MAX, &requests));
    out->request_count = (int64_t)requests.len;
    for (size_t i = 0; i < requests.len; i++)
        TRY(send_link(ctx, &requests.at[i], &out->sent_count));
    return OK;
}
COMMAND(send_password_links, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Send the links that were asked for");
