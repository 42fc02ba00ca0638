/* Rights that do not grow: by shares, albums, grants, groups and one's own row, of somebody whose
 * role is an odd choice of permissions. */
#include "tests/contract/handlers.h"

#include "application/commands/albums/add_album_member/command.h"
#include "application/commands/albums/create_album/command.h"
#include "application/commands/api_keys/create_api_key/command.h"
#include "application/commands/grants/create_study_grant/command.h"
#include "application/commands/grants/update_grant/command.h"
#include "application/commands/groups/add_group_member/command.h"
#include "application/commands/groups/create_group/command.h"
#include "application/commands/shares/create_share/command.h"
#include "application/commands/shares/update_share/command.h"
#include "application/commands/users/invite_user/command.h"
#include "application/commands/users/update_user/command.h"
#include "application/models/made_often.h"

#define BIT(permission_) (UINT64_C(1) << (permission_))

static struct principal odd(struct world *w, enum role role, uint64_t permissions, uint64_t granted)
{
    struct principal p = world_principal(w, role);
    p.permissions = BIT(ANYONE) | BIT(SIGNED_IN) | permissions;
    p.granted_permissions = granted;
    return p;
}

static uuid store_study(struct world *w)
{
    struct ingest_result ingested;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &ingested));
    return ingested.study_id;
}

static err share(struct world *w, const struct principal *by, struct create_share cmd,
                 struct create_share_result *out)
{
    struct scope s = world_scope(w, by);
    return create_share_send(&s, &cmd, out);
}

static err change_share(struct world *w, const struct principal *by, struct update_share cmd)
{
    struct update_share_result result;
    struct scope s = world_scope(w, by);
    return update_share_send(&s, &cmd, &result);
}

WORLD(a_share_allows_what_its_owner_may)
{
    struct create_share_result made;
    uuid study = store_study(w);
    struct principal by =
        odd(w, ROLE_RADIOLOGIST, BIT(SHARE_STUDIES) | BIT(READ_STUDIES), BIT(DOWNLOAD_STUDIES));
    CHECK_ERR(FORBIDDEN,
              share(w, &by, (struct create_share){.id = study, .allows_download = true}, &made));
    CHECK_ERR(FORBIDDEN, share(w, &by, (struct create_share){.kind = SHARE_INBOX}, &made));
    CHECK_OK(share(w, &by, (struct create_share){.id = study}, &made));
    uuid id = made.share.share.id;
    CHECK_ERR(
        FORBIDDEN,
        change_share(w, &by, (struct update_share){.id = id, .allows_download = {true, true}}));
    CHECK_OK(change_share(w, &by, (struct update_share){.id = id, .name = STR("other")}));
    /* who may no more see everything leaves nothing open for longer */
    by = odd(w, ROLE_RADIOLOGIST, BIT(SHARE_STUDIES), BIT(READ_STUDIES));
    instant later = instant_add(clock_now(&w->clock.base), SECONDS(86400 * 300));
    CHECK_ERR(FORBIDDEN,
              change_share(w, &by, (struct update_share){.id = id, .expires_at = later}));
    by.permissions |= BIT(READ_STUDIES) | BIT(WRITE_STUDIES);
    CHECK_OK(share(w, &by, (struct create_share){.kind = SHARE_INBOX}, &made));
}

WORLD(an_album_is_opened_by_who_sees_everything)
{
    struct create_album_result made;
    struct add_album_member_result member;
    struct principal by =
        odd(w, ROLE_RADIOLOGIST, BIT(SHARE_STUDIES) | BIT(WRITE_SETTINGS), BIT(READ_STUDIES));
    struct principal owner = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope s = world_scope(w, &owner);
    CHECK_OK(create_album_send(&s, &(struct create_album){.name = STR("lung")}, &made));
    struct add_album_member cmd = {.id = made.album.id, .user_id = by.user_id};
    s = world_scope(w, &by);
    CHECK_ERR(FORBIDDEN, add_album_member_send(&s, &cmd, &member));
    by.permissions |= BIT(READ_STUDIES);
    s = world_scope(w, &by);
    CHECK_OK(add_album_member_send(&s, &cmd, &member));
    cmd.allows_download = true;
    s = world_scope(w, &by);
    CHECK_ERR(FORBIDDEN, add_album_member_send(&s, &cmd, &member));
    CHECK_INT(1, row_count(w, MEMORY_GRANTS));
}

static err give(struct world *w, const struct principal *by, uuid study, const char *kind, uuid to,
                str right, uuid *grant)
{
    struct create_study_grant_result result;
    struct scope s = world_scope(w, by);
    struct create_study_grant cmd = {
        .id = study, .grantee_kind = str_of(kind), .grantee_id = to, .permissions = {&right, 1}};
    err e = create_study_grant_send(&s, &cmd, &result);
    if (!failed(e) && grant != NULL)
        *grant = result.view.grant.id;
    return e;
}

static err prolong(struct world *w, const struct principal *by, uuid grant)
{
    struct update_grant_result result;
    struct scope s = world_scope(w, by);
    return update_grant_send(&s, &(struct update_grant){.id = grant, .is_endless = true}, &result);
}

static uuid make_group(struct world *w, const struct principal *by, const char *name)
{
    struct create_group_result made;
    struct scope s = world_scope(w, by);
    CHECK_OK(create_group_send(&s, &(struct create_group){.name = str_of(name)}, &made));
    return made.group.id;
}

static err take_in(struct world *w, const struct principal *by, uuid group, uuid user)
{
    struct add_group_member_result result;
    struct scope s = world_scope(w, by);
    return add_group_member_send(&s, &(struct add_group_member){group, user}, &result);
}

/* A right that is there for one study is not given on another. */
WORLD(what_was_granted_is_given_on_that_study_alone)
{
    uuid study = store_study(w);
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    uuid referrer = get_user(w, ROLE_REFERRER).id;
    struct principal by =
        odd(w, ROLE_RADIOLOGIST, BIT(WRITE_GRANTS) | BIT(READ_STUDIES), BIT(DOWNLOAD_STUDIES));
    uuid grant;
    CHECK_OK(give(w, &by, study, "user", referrer, STR("read_studies"), NULL));
    CHECK_ERR(FORBIDDEN, give(w, &by, study, "user", referrer, STR("download_studies"), NULL));
    CHECK_OK(give(w, &administrator, study, "user", referrer, STR("download_studies"), &grant));
    CHECK_ERR(FORBIDDEN, prolong(w, &by, grant));
    CHECK_OK(prolong(w, &administrator, grant));
    by.permissions |= BIT(DOWNLOAD_STUDIES);
    CHECK_OK(give(w, &by, study, "user", referrer, STR("download_studies"), NULL));
    CHECK_OK(prolong(w, &by, grant));
}

/* Alone, by a group, by a key that they may hold. */
WORLD(nobody_prolongs_what_was_granted_to_them)
{
    uuid study = store_study(w), grant;
    str scope_name = STR("studies:read");
    struct create_api_key_result key;
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct principal by = odd(w, ROLE_REFERRER, BIT(WRITE_GRANTS) | BIT(WRITE_API_KEYS),
                              BIT(READ_STUDIES) | BIT(DOWNLOAD_STUDIES));
    struct principal other = world_principal(w, ROLE_VIEWER);
    uuid group = make_group(w, &administrator, "board");
    CHECK_OK(take_in(w, &administrator, group, by.user_id));
    CHECK_OK(give(w, &administrator, study, "user", by.user_id, STR("read_studies"), NULL));
    CHECK_OK(give(w, &administrator, study, "group", group, STR("read_studies"), &grant));
    CHECK_ERR(FORBIDDEN, prolong(w, &by, grant));
    struct scope s = world_scope(w, &by);
    CHECK_OK(create_api_key_send(&s,
                                 &(struct create_api_key){.name = STR("key"),
                                                          .scopes = {&scope_name, 1},
                                                          .is_limited = true},
                                 &key));
    CHECK_ERR(FORBIDDEN, give(w, &by, study, "api_key", key.view.id, STR("read_studies"), NULL));
    CHECK_OK(give(w, &by, study, "user", other.user_id, STR("read_studies"), &grant));
    CHECK_OK(prolong(w, &by, grant));
    CHECK_ERR(FORBIDDEN, give(w, &by, study, "user", other.user_id, STR("download_studies"), NULL));
    CHECK_OK(give(w, &administrator, study, "api_key", key.view.id, STR("read_studies"), NULL));
}

WORLD(a_group_is_joined_by_who_may_all_that_it_may)
{
    uuid study = store_study(w);
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct principal by =
        odd(w, ROLE_RADIOLOGIST, BIT(WRITE_USERS) | BIT(READ_STUDIES), BIT(DOWNLOAD_STUDIES));
    uuid group = make_group(w, &administrator, "board");
    CHECK_OK(give(w, &administrator, study, "group", group, STR("read_studies"), NULL));
    CHECK_OK(take_in(w, &by, group, by.user_id));
    CHECK_OK(give(w, &administrator, study, "group", group, STR("download_studies"), NULL));
    CHECK_ERR(FORBIDDEN, take_in(w, &by, group, by.user_id));
    CHECK_OK(take_in(w, &administrator, group, by.user_id));
}

/* A session that was taken over is not enough, an administrator's either. */
WORLD(ones_own_password_is_changed_with_the_old_one)
{
    struct update_user_result result;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope s = world_scope(w, &by);
    CHECK_ERR(CONFLICT,
              update_user_send(
                  &s, &(struct update_user){.id = by.user_id, .password = STR("another long one")},
                  &result));
    struct user user = get_user(w, ROLE_VIEWER);
    user.reset_hash = STR("0123");
    user.reset_expires_at = instant_add(clock_now(&w->clock.base), SECONDS(60));
    save_user(w, &user);
    s = world_scope(w, &by);
    CHECK_OK(update_user_send(
        &s, &(struct update_user){.id = user.id, .password = STR("another long one")}, &result));
    CHECK(get_user(w, ROLE_VIEWER).reset_hash.len == 0); /* nor by a link from before */
}

/* Whoever may make something does not fill the database with it, nor the mailboxes of others. */
WORLD(what_stays_is_not_made_without_end)
{
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct create_album_result made;
    struct invite_user_result invited;
    err e = OK;
    int64_t count = 0;
    for (; !failed(e) && count < 2 * MADE_BURST; count += !failed(e)) {
        struct scope s = world_scope(w, &by);
        e = create_album_send(&s, &(struct create_album){.name = STR("more")}, &made);
    }
    CHECK_ERR(RATE_LIMITED, e);
    CHECK(count >= MADE_BURST && count < MADE_BURST + MADE_PER_MINUTE);
    CHECK_INT(count, row_count(w, MEMORY_ALBUMS));
    make_group(w, &by, "another kind");
    e = OK;
    for (count = 0; !failed(e) && count < 2 * MAILED_BURST; count += !failed(e)) {
        struct scope s = world_scope(w, &by);
        const struct invite_user cmd = {.email =
                                            str_format(&w->arena, "u%d@clinic.example", (int)count),
                                        .name = STR("U"),
                                        .role = STR("viewer")};
        e = invite_user_send(&s, &cmd, &invited);
    }
    CHECK_ERR(RATE_LIMITED, e);
    CHECK(count >= MAILED_BURST && count < MAILED_BURST + MAILED_PER_MINUTE);
    CHECK_INT(count, row_count(w, MEMORY_MAILS));
}
