/* Owners, and how a share is shown to them. */
#include "application/models/share_access.h"

#include "base/arena.h"

SCHEMA(shown_share, FIELD_EMBED_OF(shown_share, share, share),
       FIELD_ENUM_OF(shown_share, state, share_state_names, .doc = "Whether it opens anything"),
       FIELD(shown_share, has_password, .doc = "It takes a password too"));

static bool looks_after_all(const struct principal *principal)
{
    return permissions_have(principal->permissions, WRITE_SETTINGS);
}

int64_t share_owner_shown(const struct principal *principal)
{
    return looks_after_all(principal) ? 0 : principal->user_key;
}

err share_check_rights(const struct principal *principal, enum share_kind kind,
                       bool allows_download)
{
    if (!permissions_have(principal->permissions, READ_STUDIES))
        return ERR(FORBIDDEN, "nobody shares what they do not see");
    if (kind == SHARE_INBOX && !permissions_have(principal->permissions, WRITE_STUDIES))
        return ERR(FORBIDDEN, "nobody has studies sent in who may not store them");
    return !allows_download || permissions_have(principal->permissions, DOWNLOAD_STUDIES)
               ? OK
               : ERR(FORBIDDEN, "nobody lets others download who may not");
}

err share_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                  uuid id, struct share *out)
{
    TRY(share_reader_get(readers->shares, a, principal->organization_key, id, out));
    return looks_after_all(principal) || out->owner_key == principal->user_key
               ? OK
               : ERR(NOT_FOUND, "not found");
}

err album_get_own(struct arena *a, struct readers *readers, const struct principal *principal,
                  uuid id, struct album *out)
{
    TRY(album_reader_get(readers->albums, a, principal->organization_key, id, out));
    return looks_after_all(principal) || out->owner_key == principal->user_key
               ? OK
               : ERR(NOT_FOUND, "not found");
}

err album_get_visible(struct query_ctx *ctx, uuid id, struct album *out)
{
    const struct principal *p = ctx->principal;
    bool is_granted;
    TRY(album_reader_get(ctx->readers->albums, ctx->arena, p->organization_key, id, out));
    if (looks_after_all(p) || (p->kind == PRINCIPAL_USER && out->owner_key == p->user_key))
        return OK;
    TRY(album_reader_is_granted(ctx->readers->albums, ctx->access, out->key, &is_granted));
    return is_granted ? OK : ERR(NOT_FOUND, "not found");
}

/* Of a key that was given anew the identifier is another. */
static err owner_is_active(struct arena *a, struct readers *readers, const struct share *share,
                           bool *out)
{
    struct user user;
    err e = user_reader_get_by_key(readers->users, a, share->owner_key, &user);
    *out = !failed(e) && user.is_active && uuid_eq(user.id, share->owner_id);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err share_state_now(struct arena *a, struct readers *readers, const struct share *share,
                    instant now, enum share_state *out)
{
    bool is_active = true;
    *out = share_state_at(share, now);
    if (*out == SHARE_OPEN || *out == SHARE_USED_UP)
        TRY(owner_is_active(a, readers, share, &is_active));
    if (!is_active)
        *out = SHARE_SUSPENDED;
    return OK;
}

err share_show(struct arena *a, struct readers *readers, const struct share *share, instant now,
               struct shown_share *out)
{
    *out = (struct shown_share){.share = *share, .has_password = share->password_hash.ptr != NULL};
    return share_state_now(a, readers, share, now, &out->state);
}

err ids_read(struct command_ctx *ctx, const struct str_slice *texts, const char *field,
             struct uuid_slice *out)
{
    *out = (struct uuid_slice){0};
    for (size_t i = 0; i < texts->len; i++)
        if (!uuid_from_text(texts->at[i], SLICE_PUSH(ctx->arena, out))) {
            issues_add(&ctx->scope->issues, str_of(field), "is not a list of identifiers");
            return ERR(INVALID, "some fields are not valid");
        }
    return OK;
}

int64_t share_rights(bool allows_download)
{
    return INT64_C(1) << READ_STUDIES | (int64_t)allows_download << DOWNLOAD_STUDIES;
}
