/* The principals that need no sign-in. */
#include "domain/entities/principal.h"

#include "base/err.h"
#include "domain/entities/access.h"

const struct principal principal_nobody = {.kind = PRINCIPAL_NOBODY,
                                           .permissions = UINT64_C(1) << ANYONE};

uuid principal_actor_id(const struct principal *p)
{
    return p->grantee_kind == GRANTEE_API_KEY ? p->session_id : p->user_id;
}

struct principal principal_system(int64_t organization_key)
{
    return (struct principal){.kind = PRINCIPAL_SYSTEM,
                              .organization_key = organization_key,
                              .permissions = ~UINT64_C(1)};
}

static bool find_access(const struct principal *p, enum permission right, instant now,
                        struct access *out)
{
    /* nobody downloads what they do not see, nor removes it: whoever does is told what it was */
    bool needs_sight = right == DOWNLOAD_STUDIES || right == DELETE_STUDIES;
    bool has_all = permissions_have(p->permissions, right) &&
                   (!needs_sight || permissions_have(p->permissions, READ_STUDIES));
    *out = (struct access){.organization_key = p->organization_key,
                           .is_limited = !has_all,
                           .grantee_kind = p->grantee_kind,
                           .grantee_key = p->grantee_key,
                           .right = right,
                           .now = now,
                           .series_key = p->series_key,
                           .series_id = p->series_id};
    return has_all || permissions_have(p->granted_permissions, right);
}

bool principal_access(const struct principal *p, enum permission right, instant now,
                      struct access *out)
{
    *out = (struct access){0};
    return !p->is_deidentified && find_access(p, right, now, out);
}

bool principal_deidentified_access(const struct principal *p, enum permission right, instant now,
                                   struct access *out)
{
    struct principal behind = *p;
    *out = (struct access){0};
    if (right != READ_STUDIES && right != DOWNLOAD_STUDIES)
        return false;
    if (!p->is_deidentified && !permissions_have(p->permissions, READ_DEIDENTIFIED))
        return false;
    if (!p->is_deidentified)
        behind.permissions |= UINT64_C(1) << READ_STUDIES | UINT64_C(1) << DOWNLOAD_STUDIES;
    return find_access(&behind, right, now, out);
}

const char *const principal_kind_names[] = {"nobody",  "user",       "system", "share",
                                            "api_key", "signed_url", NULL};
_Static_assert(COUNT_OF(principal_kind_names) == PRINCIPAL_KIND_COUNT + 1, "a kind without a name");

void principal_set_name(struct principal *p, str name)
{
    str kept = str_clip(name, sizeof p->name - 1);
    memset(p->name, 0, sizeof p->name);
    if (kept.len != 0)
        memcpy(p->name, kept.ptr, kept.len);
}
