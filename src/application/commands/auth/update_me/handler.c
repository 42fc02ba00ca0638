/* Name and language; everything else is for others to change, or has a use case of its own. */
#include "application/commands/auth/update_me/command.h"

SCHEMA(update_me, FIELD(update_me, if_match, .flags = FROM_HEADER, .doc = "Version seen"),
       FIELD(update_me, name, .min = 1, .max = NAME_SIZE_MAX),
       FIELD(update_me, language, .max = LANGUAGE_SIZE_MAX, .check = language_complaint,
             .doc = "Of mails, BCP 47", .example = "de-AT"));
SCHEMA(update_me_result, FIELD_EMBED_OF(update_me_result, user, user));

static err update_me_handle(struct command_ctx *ctx, const struct update_me *cmd,
                            struct update_me_result *out)
{
    struct user user;
    TRY(user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &user));
    ctx->scope->subject_id = user.id;
    if (cmd->if_match != 0 && cmd->if_match != user.version)
        return ERR(PRECONDITION_FAILED, "somebody else changed the user");
    if (cmd->name.ptr != NULL)
        user.name = cmd->name;
    if (cmd->language.ptr != NULL)
        user.language = cmd->language;
    user.updated_at = clock_now(ctx->clock);
    err e = user_writer_save(ctx->uow->users, &user);
    if (e.code == ERR_PRECONDITION_FAILED && cmd->if_match == 0)
        return ERR(SERIALIZATION, "the user changed meanwhile");
    out->user = user;
    return e;
}
COMMAND(update_me, .needs = SIGNED_IN, .doc = "Change one's own name or language");
