/* Who somebody is, is issuer and subject, for ever; addresses change hands, and are believed only
 * where the organization said so. Groups give roles anew at each sign-in. */
#include "application/commands/auth/sign_in_with_provider/command.h"

#include "application/commands/auth/sign_in/command.h"
#include "application/models/account_events.h"
#include "application/models/provider_view.h"
#include "application/models/second_factor.h"
#include "application/models/user_view.h"

SCHEMA(sign_in_with_provider, FIELD(sign_in_with_provider, assertion, .flags = SECRET | INTERNAL),
       FIELD(sign_in_with_provider, otp, .flags = SECRET, .max = OTP_TEXT_SIZE_MAX,
             .doc = "Code of the authenticator, or a recovery code"));
SCHEMA(sign_in_with_provider_result,
       FIELD(sign_in_with_provider_result, browser_token, .flags = SECRET | INTERNAL),
       FIELD(sign_in_with_provider_result, code, .flags = SECRET | INTERNAL),
       FIELD(sign_in_with_provider_result, return_address, .flags = INTERNAL),
       FIELD(sign_in_with_provider_result, next, .doc = "Page to go on to"),
       FIELD(sign_in_with_provider_result, is_linked, .flags = INTERNAL));

/* Somebody on the way in. */
struct arrival {
    struct command_ctx *ctx;
    const struct provider_assertion *said;
    const struct identity_provider *provider;
    struct identity identity; /* key 0: not known yet */
    struct user user;
    bool is_by_address; /* a user who was there, and is told */
};

static struct identity identity_of(const struct arrival *a, const struct user *user)
{
    instant now = clock_now(a->ctx->clock);
    return (struct identity){.id = uuid_make(a->ctx->clock),
                             .organization_key = a->provider->organization_key,
                             .created_at = now,
                             .updated_at = now,
                             .provider_key = a->provider->key,
                             .provider_id = a->provider->id,
                             .user_key = user->key,
                             .user_id = user->id,
                             .subject = a->said->subject,
                             .email = a->said->email};
}

static err connect(struct arrival *a)
{
    struct identity_slice all;
    a->identity = identity_of(a, &a->user);
    TRY(identity_reader_of_user(a->ctx->readers->identities, a->ctx->arena, a->user.key, &all));
    if (all.len >= IDENTITY_COUNT_MAX)
        return ERR(CONFLICT, "ten accounts are enough; remove one first");
    err e = identity_writer_add(a->ctx->uow->identities, &a->identity);
    return e.code == ERR_CONFLICT ? ERR(SERIALIZATION, "the same account twice at once") : e;
}

/* ---- whose account that is ---- */

static err give_role(struct arrival *a)
{
    struct rights rights;
    if (a->said->role.ptr == NULL)
        return ERR(FORBIDDEN, "none of your groups may use this; ask your administrator");
    err e = role_find(a->ctx->readers, a->ctx->arena, a->provider->organization_key, a->said->role,
                      &a->user, &rights);
    return e.code == ERR_NOT_FOUND
               ? ERR(FORBIDDEN, "the role of your groups is not there; ask your administrator")
               : e;
}

static err make_user(struct arrival *a)
{
    instant now = clock_now(a->ctx->clock);
    if (!a->provider->makes_users)
        return ERR(FORBIDDEN, "nobody here has this account; ask your administrator");
    a->user = (struct user){.id = uuid_make(a->ctx->clock),
                            .organization_key = a->provider->organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .email = a->said->email,
                            .name = a->said->name.len != 0 ? a->said->name : a->said->email,
                            .is_active = true,
                            .password_hash = STR("")};
    TRY(give_role(a));
    err e = user_writer_add(a->ctx->uow->users, &a->user);
    return e.code == ERR_CONFLICT
               ? ERR(CONFLICT, "your address is somebody's here who has not connected this account")
               : e;
}

/* The address is their own word where it is not verified. */
static err find_by_address(struct arrival *a)
{
    if (a->said->email.ptr == NULL)
        return ERR(FORBIDDEN, "the provider says no address of yours that it has verified");
    if (!provider_takes_address(a->provider, a->said->email))
        return ERR(FORBIDDEN, "your address is of no domain that signs in so");
    err e =
        user_reader_get_by_email(a->ctx->readers->users, a->ctx->arena, a->said->email, &a->user);
    if (e.code == ERR_NOT_FOUND)
        return make_user(a);
    TRY(e);
    if (!a->provider->links_by_email || a->user.organization_key != a->provider->organization_key)
        return ERR(CONFLICT, "your address is somebody's here who has not connected this account");
    a->is_by_address = true;
    return OK;
}

static err accept_invitation(struct arrival *a)
{
    TRY(user_find_invited(a->ctx, a->said->purpose.invitation, &a->user));
    if (a->user.organization_key != a->provider->organization_key)
        return ERR(NOT_FOUND, "this invitation is not good any more");
    user_accept(&a->user, clock_now(a->ctx->clock));
    return user_save_accepted(a->ctx, &a->user);
}

static err find_user(struct arrival *a)
{
    bool is_invited = a->said->purpose.invitation.len != 0;
    err e = identity_reader_get(a->ctx->readers->identities, a->ctx->arena, a->provider->key,
                                a->said->subject, &a->identity);
    if (!failed(e))
        return is_invited ? ERR(CONFLICT, "this account is somebody's here already: sign in")
                          : user_reader_get_by_key(a->ctx->readers->users, a->ctx->arena,
                                                   a->identity.user_key, &a->user);
    if (e.code != ERR_NOT_FOUND)
        return e;
    a->identity = (struct identity){0};
    return is_invited ? accept_invitation(a) : find_by_address(a);
}

/* ---- what they may ---- */

/* The groups are what the provider knows better. The last administrator stays one: else nobody
 * could mend what the groups say. */
static err follow_groups(struct arrival *a, bool *has_changed)
{
    struct user before = a->user;
    *has_changed = false;
    if (a->provider->mapping_text.ptr == NULL)
        return OK;
    TRY(give_role(a));
    if (user_has_role_of(&a->user, &before))
        return OK;
    a->user.updated_at = clock_now(a->ctx->clock);
    TRY(sign_in_save(a->ctx, &a->user));
    if (before.role == ROLE_ADMINISTRATOR) {
        err e = user_check_administrators_of(a->ctx, a->user.organization_key);
        if (e.code == ERR_CONFLICT) {
            before.version = a->user.version;
            a->user = before;
            return sign_in_save(a->ctx, &a->user);
        }
        TRY(e);
    }
    *has_changed = true;
    return user_end_sessions(a->ctx, &a->user);
}

/* One here is asked for unless the provider asked for one. Whoever has one was there before, so
 * nothing is written yet: what a wrong code leaves behind is a command of its own. */
static err check_factor(struct arrival *a, str otp)
{
    if (a->said->has_second_factor || !user_has_mfa(&a->user))
        return OK;
    TRY(sign_in_check_code(a->ctx, &a->user, otp));
    user_clear_failures(&a->user);
    return sign_in_save(a->ctx, &a->user);
}

static err note_use(struct arrival *a)
{
    if (a->identity.key == 0)
        TRY(connect(a));
    if (a->is_by_address)
        TRY(account_tell_changed(a->ctx, &a->user, "identity_added"));
    a->identity.last_sign_in_at = a->identity.updated_at = clock_now(a->ctx->clock);
    if (a->said->email.ptr != NULL)
        a->identity.email = a->said->email;
    err e = identity_writer_save(a->ctx->uow->identities, &a->identity);
    return e.code == ERR_PRECONDITION_FAILED
               ? ERR(SERIALIZATION, "another sign-in with the same account")
               : e;
}

static err let_in(struct arrival *a, str otp, struct sign_in_with_provider_result *out)
{
    struct command_ctx *ctx = a->ctx;
    struct session_tokens tokens = {0};
    struct session session = {.has_second_factor = a->said->has_second_factor};
    bool has_new_role;
    if (!a->user.is_active)
        return ERR(FORBIDDEN, "you are not active here; ask your administrator");
    TRY(check_factor(a, otp));
    TRY(follow_groups(a, &has_new_role));
    TRY(note_use(a));
    /* what was just ended is everything that had begun by now */
    instant now = instant_add(clock_now(ctx->clock), has_new_role ? 1 : 0);
    TRY(sign_in_open_session(ctx, &a->user, now, &session));
    TRY(user_writer_note_sign_in(ctx->uow->users, a->user.key, now));
    if (a->said->purpose.return_address.len != 0) {
        const struct sign_in_code code = {.session_id = session.id,
                                          .code_challenge = a->said->purpose.code_challenge,
                                          .expires_at =
                                              instant_add(now, SECONDS(SIGN_IN_CODE_SECONDS))};
        out->return_address = a->said->purpose.return_address;
        out->code = provider_seal(ctx->services, ctx->arena, &sign_in_code_schema, &code);
        return OK;
    }
    TRY(session_tokens_issue(ctx, &session, &tokens));
    out->browser_token = tokens.browser_token;
    return OK;
}

/* ---- an account more of somebody who is signed in ---- */

static err add_account(struct arrival *a, struct sign_in_with_provider_result *out)
{
    struct session session;
    const struct provider_purpose *purpose = &a->said->purpose;
    err e = session_reader_get(a->ctx->readers->sessions, a->ctx->arena, purpose->link_session_id,
                               &session);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    if (failed(e) || session.user_key != purpose->link_user_key ||
        !session_is_live(&session, clock_now(a->ctx->clock)))
        return ERR(UNAUTHENTICATED, "you have signed out meanwhile; begin again");
    TRY(user_reader_get_by_key(a->ctx->readers->users, a->ctx->arena, session.user_key, &a->user));
    if (!a->user.is_active || a->user.organization_key != a->provider->organization_key)
        return ERR(UNAUTHENTICATED, "you have signed out meanwhile; begin again");
    a->ctx->scope->subject_id = a->user.id;
    e = identity_reader_get(a->ctx->readers->identities, a->ctx->arena, a->provider->key,
                            a->said->subject, &a->identity);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    out->is_linked = true;
    if (!failed(e))
        return a->identity.user_key == a->user.key
                   ? OK
                   : ERR(CONFLICT, "this account is somebody else's here");
    TRY(connect(a));
    return account_tell_changed(a->ctx, &a->user, "identity_added");
}

static err sign_in_with_provider_handle(struct command_ctx *ctx,
                                        const struct sign_in_with_provider *cmd,
                                        struct sign_in_with_provider_result *out)
{
    struct provider_assertion said = {0};
    struct identity_provider provider;
    struct arrival a = {.ctx = ctx, .said = &said, .provider = &provider};
    TRY(provider_unseal(ctx->services, ctx->arena, &provider_assertion_schema, cmd->assertion,
                        clock_now(ctx->clock), &said));
    err e = identity_reader_find_provider(ctx->readers->identities, ctx->arena, said.provider_id,
                                          &provider);
    if (e.code == ERR_NOT_FOUND || (!failed(e) && !provider.is_enabled))
        return ERR(UNAUTHENTICATED, "nobody signs in by this provider any more");
    TRY(e);
    ctx->scope->organization_key = provider.organization_key;
    out->next = said.purpose.next;
    if (said.purpose.link_user_key != 0)
        return add_account(&a, out);
    TRY(find_user(&a));
    ctx->scope->subject_id = a.user.id;
    return let_in(&a, cmd->otp, out);
}
COMMAND(sign_in_with_provider, .needs = ANYONE, .doc = "Sign in as whom a provider vouches for");
