/* Length, common passwords, the user's own name and address. */
#include "application/models/password_rules.h"

#include "application/models/common_passwords.h"

enum { OWN_PART_SIZE_MIN = 4 };

static size_t character_count(str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; count++)
        (void)str_utf8_next(text, &at);
    return count;
}

/* A name or an address, or a part of one, makes up more than half of it. */
static bool is_made_of(struct arena *a, str password, str own)
{
    str folded = str_lower(a, password), rest = str_lower(a, own), part;
    for (size_t i = 0; i < rest.len; i++)
        if (strchr("@.-_+,;'", rest.ptr[i]) != NULL)
            ((char *)rest.ptr)[i] = ' ';
    while (str_cut(&rest, ' ', &part))
        if (part.len >= OWN_PART_SIZE_MIN && 2 * part.len > folded.len &&
            str_find(folded, part) != SIZE_MAX)
            return true;
    return own.len >= OWN_PART_SIZE_MIN && str_find(folded, str_lower(a, own)) != SIZE_MAX;
}

const char *password_flaw(struct password_service *passwords, struct arena *a, str password,
                          str name, str email)
{
    str normal;
    if (failed(password_normalize(passwords, a, password, &normal)))
        return "is not text";
    size_t count = character_count(normal);
    if (count < PASSWORD_LENGTH_MIN)
        return "must have at least 12 characters";
    if (count > PASSWORD_LENGTH_MAX)
        return "must have at most 256 characters";
    if (password_is_common(a, normal))
        return "is among the passwords that are tried first";
    str local = str_sub(email, 0, str_find_char(email, '@'));
    if (is_made_of(a, normal, email) || is_made_of(a, normal, local) || is_made_of(a, normal, name))
        return "must not be made of your name or address";
    return NULL;
}

err password_set(struct command_ctx *ctx, struct user *user, const char *field, str password)
{
    const char *flaw =
        password_flaw(ctx->services->passwords, ctx->arena, password, user->name, user->email);
    if (flaw != NULL) {
        issues_add(&ctx->scope->issues, str_of(field), flaw);
        return ERR(INVALID, "some fields are not valid");
    }
    return password_hash(ctx->services->passwords, ctx->arena, password, &user->password_hash);
}

err sessions_end_others(struct command_ctx *ctx, const struct user *user, uuid kept)
{
    struct uuid_slice ended;
    instant now = clock_now(ctx->clock);
    TRY(session_writer_revoke_others(ctx->uow->sessions, ctx->arena, user->key, kept, now, &ended));
    for (size_t i = 0; i < ended.len; i++)
        principal_cache_end_session(ctx->services->principals, ended.at[i], now);
    return OK;
}
