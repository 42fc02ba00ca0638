/* Reading roles, and comparing what people may do. */
#include "application/models/user_view.h"

#include "application/models/made_often.h"

#include "application/services/mail_service.h"

SCHEMA(user_view, FIELD_EMBED_OF(user_view, user, user),
       FIELD_ENUM_OF(user_view, state, user_state_names,
                     .doc = "Whether the user can sign in, and why not"));

void user_view_of(const struct user *user, instant now, struct user_view *out)
{
    *out = (struct user_view){.user = *user, .state = user_state(user, now)};
    out->user.email = user_address(user);
}

/* A key may have been given anew; an identifier is not. */
err user_rights(struct readers *readers, struct arena *a, const struct user *user,
                struct rights *out)
{
    struct custom_role role;
    *out = role_rights(user->role);
    if (user->role != ROLE_CUSTOM || user->role_key == 0)
        return OK;
    err e = role_reader_get_by_key(readers->roles, a, user->role_key, &role);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !uuid_eq(role.id, user->role_id)))
        return OK;
    TRY(e);
    *out = custom_role_rights(&role);
    return OK;
}

static struct rights own_rights(const struct command_ctx *ctx)
{
    return (struct rights){ctx->principal->permissions, ctx->principal->granted_permissions};
}

err role_find(struct readers *readers, struct arena *a, int64_t organization_key, str text,
              struct user *user, struct rights *rights)
{
    struct custom_role role;
    uuid id;
    if (role_of_name(text, &user->role) && user->role != ROLE_CUSTOM) {
        user->role_key = 0;
        user->role_id = (uuid){0};
        *rights = role_rights(user->role);
        return OK;
    }
    if (!uuid_from_text(text, &id))
        return ERR(NOT_FOUND, "not found");
    TRY(role_reader_get(readers->roles, a, organization_key, id, &role));
    user->role = ROLE_CUSTOM;
    user->role_key = role.key;
    user->role_id = role.id;
    *rights = custom_role_rights(&role);
    return OK;
}

static err find_role(struct command_ctx *ctx, str text, struct user *user, struct rights *rights)
{
    err e =
        role_find(ctx->readers, ctx->arena, ctx->principal->organization_key, text, user, rights);
    if (e.code != ERR_NOT_FOUND)
        return e;
    issues_add(&ctx->scope->issues, STR("role"),
               "is neither a built-in role nor the identifier of one of the organization's");
    return ERR(INVALID, "some fields are not valid");
}

err user_choose_role(struct command_ctx *ctx, str text, struct user *user)
{
    struct rights rights;
    TRY(find_role(ctx, text, user, &rights));
    return rights_cover(own_rights(ctx), rights)
               ? OK
               : ERR(FORBIDDEN, "nobody gives a role that may more than they do");
}

err user_to_change(struct command_ctx *ctx, uuid id, struct user *out)
{
    struct rights rights;
    TRY(user_reader_get(ctx->readers->users, ctx->arena, ctx->principal->organization_key, id,
                        out));
    if (out->deleted_at.us != 0)
        return ERR(NOT_FOUND, "not found");
    ctx->scope->subject_id = out->id;
    TRY(user_rights(ctx->readers, ctx->arena, out, &rights));
    return out->key == ctx->principal->user_key || rights_cover(own_rights(ctx), rights)
               ? OK
               : ERR(FORBIDDEN, "nobody changes somebody who may more than they do");
}

/* Only one unit of work writes at a time, and what it reads now is what is so: two administrators
 * cannot take each other away. */
err user_check_administrators(struct command_ctx *ctx)
{
    return user_check_administrators_of(ctx, ctx->principal->organization_key);
}

err user_check_administrators_of(struct command_ctx *ctx, int64_t organization_key)
{
    struct user_slice found;
    int64_t total;
    const struct user_filter active = {.organization_key = organization_key,
                                       .is_active = {true, true},
                                       .role = {true, ROLE_ADMINISTRATOR},
                                       .now = clock_now(ctx->clock),
                                       .limit = 1};
    TRY(user_reader_find(ctx->readers->users, ctx->arena, &active, &found, &total));
    return total != 0 ? OK : ERR(CONFLICT, "the last active administrator has to stay one");
}

err user_end_sessions(struct command_ctx *ctx, const struct user *user)
{
    instant now = clock_now(ctx->clock);
    TRY(session_writer_revoke_user(ctx->uow->sessions, user->key, now));
    principal_cache_end_user(ctx->services->principals, user->key, now);
    return OK;
}

err user_remove(struct command_ctx *ctx, const struct user *user)
{
    TRY(grant_writer_remove_all(ctx->uow->grants, GRANTEE_USER, user->key));
    TRY(group_writer_remove_user(ctx->uow->groups, user->key));
    TRY(identity_writer_remove_user(ctx->uow->identities, user->key));
    return user_writer_remove(ctx->uow->users, user->key);
}

static err send_invitation(struct command_ctx *ctx, const struct user *user, str token)
{
    struct organization_settings settings;
    struct user inviter = {0};
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena,
                                     user->organization_key, &settings));
    err e =
        user_reader_get_by_key(ctx->readers->users, ctx->arena, ctx->principal->user_key, &inviter);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    const struct mail_parameter parameters[] = {
        {"invited_by", inviter.name, false},
        {"path", str_format(ctx->arena, "/invite/%.*s", STR_ARG(token)), true},
        {"valid_until", instant_text(ctx->arena, user->invitation_expires_at), false}};
    return mail_queue(ctx, &(struct mail_order){.template_name = MAIL_INVITATION,
                                                .language = settings.language,
                                                .to = user->invited_email,
                                                .to_name = user->name,
                                                .organization_key = user->organization_key,
                                                .parameters = parameters,
                                                .parameter_count = COUNT_OF(parameters)});
}

err user_invite(struct command_ctx *ctx, struct user *user)
{
    TRY(mailed_often_check(ctx, "invitations"));
    str token = secret_make(ctx->services->secrets, ctx->arena, INVITATION_TOKEN_PREFIX);
    user->invitation_hash = secret_digest(ctx->services->secrets, ctx->arena, token);
    user->invitation_expires_at = instant_add(clock_now(ctx->clock), SECONDS(INVITATION_SECONDS));
    user->invited_by = ctx->principal->user_id;
    return send_invitation(ctx, user, token);
}

err user_find_invited(struct command_ctx *ctx, str token, struct user *out)
{
    err e = !secret_is_plausible(token, INVITATION_TOKEN_PREFIX)
                ? ERR(NOT_FOUND, "not found")
                : user_reader_get_invited(ctx->readers->users, ctx->arena,
                                          secret_digest(ctx->services->secrets, ctx->arena, token),
                                          out);
    bool is_over = e.code == ERR_NOT_FOUND ||
                   (!failed(e) && (out->invited_email.ptr == NULL ||
                                   out->invitation_expires_at.us <= clock_now(ctx->clock).us));
    return is_over ? ERR(NOT_FOUND, "this invitation is not good any more") : e;
}

err user_save_accepted(struct command_ctx *ctx, struct user *user)
{
    err e = user_writer_save(ctx->uow->users, user);
    if (e.code == ERR_PRECONDITION_FAILED) /* accepted twice at once, or withdrawn */
        return ERR(SERIALIZATION, "the invitation changed meanwhile");
    return e.code == ERR_CONFLICT
               ? ERR(CONFLICT, "this e-mail address has an account already: sign in with it")
               : e;
}
