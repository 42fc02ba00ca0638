/* Names for sets, and the one rule about giving. */
#include "application/models/api_key_view.h"

SCHEMA(api_key_view, FIELD(api_key_view, id, .flags = KEY, .doc = "Identifier"),
       FIELD(api_key_view, created_at, .doc = "When it was made"),
       FIELD(api_key_view, updated_at, .doc = "When it was last changed"),
       FIELD(api_key_view, version,
             .doc = "Counts the changes; send it back as If-Match to change it"),
       FIELD(api_key_view, name, .doc = "What it is for"),
       FIELD(api_key_view, scopes, .doc = "What it may do"),
       FIELD(api_key_view, is_limited,
             .doc = "True: of the archive it sees what is granted to it, and nothing else"),
       FIELD(api_key_view, requests_per_minute, .doc = "And as many at once"),
       FIELD(api_key_view, daily_size, .doc = "Bytes it may send in a day of UTC; 0: no limit"),
       FIELD(api_key_view, expires_at, .doc = "When it ends; absent: it does not by itself"),
       FIELD(api_key_view, revoked_at, .doc = "When it was revoked"),
       FIELD(api_key_view, last_used_at, .doc = "When it was last used, to the minute"),
       FIELD(api_key_view, last_used_from, .doc = "The address it was then used from"),
       FIELD(api_key_view, created_by, .doc = "User who made it, or took it over"),
       FIELD(api_key_view, is_suspended,
             .doc = "That user is deactivated or deleted: it is good for nothing"));

static struct api_key_view view_of(struct arena *a, const struct api_key *key)
{
    struct api_key_view view = {.id = key->id,
                                .created_at = key->created_at,
                                .updated_at = key->updated_at,
                                .version = key->version,
                                .name = key->name,
                                .is_limited = key->is_limited,
                                .requests_per_minute = key->requests_per_minute,
                                .daily_size = key->daily_size,
                                .expires_at = key->expires_at,
                                .revoked_at = key->revoked_at,
                                .last_used_at = key->last_used_at,
                                .last_used_from = key->last_used_from,
                                .created_by = key->created_by};
    for (unsigned i = 0; i < API_SCOPE_COUNT; i++)
        if ((key->scopes >> i & 1) != 0)
            *SLICE_PUSH(a, &view.scopes) = str_of(api_scope_names[i]);
    return view;
}

err api_key_maker_is_active(struct arena *a, struct readers *readers, const struct api_key *key,
                            bool *out)
{
    struct user user;
    *out = true;
    if (!uuid_is_set(key->created_by))
        return OK;
    err e = user_reader_get(readers->users, a, key->organization_key, key->created_by, &user);
    *out = !failed(e) && user.is_active;
    return e.code == ERR_NOT_FOUND ? OK : e;
}

err api_key_show(struct arena *a, struct readers *readers, const struct api_key *key,
                 struct api_key_view *out)
{
    bool is_active;
    *out = view_of(a, key);
    TRY(api_key_maker_is_active(a, readers, key, &is_active));
    out->is_suspended = !is_active;
    return OK;
}

int64_t api_key_scopes_read(const struct str_slice *names, struct issues *issues)
{
    int64_t scopes = 0;
    for (size_t i = 0; i < names->len; i++) {
        enum api_scope scope = api_scope_find(names->at[i]);
        if (scope == API_SCOPE_COUNT)
            issues_add(issues, STR("scopes"), "names a scope that does not exist");
        else
            scopes |= INT64_C(1) << scope;
    }
    return scopes;
}

err api_key_check_grantor(const struct principal *by, const struct api_key *key)
{
    uint64_t permissions, granted, has = by->permissions;
    api_key_permissions(key, &permissions, &granted);
    permissions &= ~(UINT64_C(1) << ANYONE);
    if (permissions_have(has, READ_STUDIES)) /* which is less */
        has |= UINT64_C(1) << READ_DEIDENTIFIED;
    bool has_all = (permissions & ~has) == 0 && (granted & ~(has | by->granted_permissions)) == 0;
    return has_all ? OK : ERR(FORBIDDEN, "nobody gives a key more than they have themselves");
}
