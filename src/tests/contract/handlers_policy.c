/* What somebody leaves behind, gives for a time, or does with the right password alone. */
#include "tests/contract/handlers.h"

#include "application/commands/api_keys/create_api_key/command.h"
#include "application/commands/api_keys/update_api_key/command.h"
#include "application/commands/auth/enroll_mfa/command.h"
#include "application/commands/grants/create_study_grant/command.h"
#include "application/commands/grants/update_grant/command.h"
#include "application/commands/organizations/update_organization/command.h"
#include "application/commands/shares/create_share/command.h"
#include "application/commands/shares/open_share/command.h"
#include "application/commands/shares/update_share/command.h"
#include "application/commands/users/deactivate_user/command.h"
#include "application/commands/users/delete_user/command.h"
#include "application/commands/users/disable_user_mfa/command.h"
#include "application/commands/users/reactivate_user/command.h"
#include "application/queries/api_keys/get_api_key/query.h"
#include "application/queries/shares/describe_share/query.h"
#include "application/services/phantom/phantom.h"

#define BIT(permission_) (UINT64_C(1) << (permission_))

static uuid store_study(struct world *w)
{
    struct ingest_result ingested;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &ingested));
    return ingested.study_id;
}

static instant in(struct world *w, int64_t seconds)
{
    return instant_add(clock_now(&w->clock.base), SECONDS(seconds));
}

static size_t mail_count(struct world *w, enum mail_template template_name)
{
    struct mail_filter filter = {.template_name = {true, template_name}, .limit = 100};
    struct mail_slice found;
    int64_t total;
    struct db_session *s = world_begin(w);
    filter.organization_key = w->organization.key;
    CHECK_OK(mail_reader_find(s->readers.mails, &w->arena, &filter, &found, &total));
    db_session_end(s);
    return found.len;
}

/* ---- no grant outlives the one it is given by ---- */

static err give(struct world *w, const struct principal *by, uuid study, uuid to, instant until,
                uuid *grant)
{
    struct create_study_grant_result result;
    struct scope s = world_scope(w, by);
    err e = create_study_grant_send(
        &s,
        &(struct create_study_grant){
            .id = study, .grantee_kind = STR("user"), .grantee_id = to, .expires_at = until},
        &result);
    if (!failed(e) && grant != NULL)
        *grant = result.view.grant.id;
    return e;
}

static err prolong(struct world *w, const struct principal *by, uuid grant, instant until)
{
    struct update_grant_result result;
    struct scope s = world_scope(w, by);
    const struct update_grant cmd = {.id = grant, .expires_at = until, .is_endless = until.us == 0};
    return update_grant_send(&s, &cmd, &result);
}

WORLD(nobody_gives_for_longer_than_they_have_it)
{
    uuid study = store_study(w), own, given, to = get_user(w, ROLE_VIEWER).id;
    const instant never = {0};
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct principal by = world_principal(w, ROLE_REFERRER);
    by.permissions |= BIT(WRITE_GRANTS);
    CHECK_OK(give(w, &administrator, study, by.user_id, in(w, 1000), &own));
    CHECK_ERR(FORBIDDEN, give(w, &by, study, to, never, NULL));
    CHECK_ERR(FORBIDDEN, give(w, &by, study, to, in(w, 1001), NULL));
    CHECK_OK(give(w, &by, study, to, in(w, 999), &given));
    CHECK_ERR(FORBIDDEN, prolong(w, &by, given, in(w, 1001)));
    CHECK_ERR(FORBIDDEN, prolong(w, &by, given, never));
    CHECK_OK(prolong(w, &by, given, in(w, 10)));
    CHECK_OK(prolong(w, &administrator, given, never)); /* who sees everything has no end */
    CHECK_OK(prolong(w, &administrator, own, never));
    CHECK_OK(give(w, &by, study, to, never, NULL));
}

/* ---- a second factor that was lost ---- */

static void set_up_mfa(struct world *w, enum role role)
{
    struct principal by = world_principal(w, role);
    struct scope s = world_scope(w, &by);
    struct enroll_mfa_result begun;
    CHECK_OK(enroll_mfa_send(&s, &(struct enroll_mfa){STR(WORLD_PASSWORD)}, &begun));
    struct user user = get_user(w, role);
    user.mfa_enabled_at = clock_now(&w->clock.base);
    save_user(w, &user);
}

static err take_away(struct world *w, const struct principal *by, enum role of,
                     const char *password)
{
    struct disable_user_mfa_result result;
    struct scope s = world_scope(w, by);
    return disable_user_mfa_send(
        &s, &(struct disable_user_mfa){get_user(w, of).id, str_of(password)}, &result);
}

WORLD(a_lost_second_factor_is_removed_by_an_administrator_with_their_password)
{
    struct session_tokens tokens = {0};
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct principal other = world_principal(w, ROLE_RADIOLOGIST);
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    set_up_mfa(w, ROLE_VIEWER);
    CHECK_ERR(FORBIDDEN, take_away(w, &other, ROLE_VIEWER, WORLD_PASSWORD));
    CHECK_ERR(INVALID, take_away(w, &administrator, ROLE_VIEWER, NULL));
    CHECK_ERR(FORBIDDEN, take_away(w, &administrator, ROLE_VIEWER, "wrong password"));
    CHECK(get_user(w, ROLE_VIEWER).mfa_enabled_at.us != 0);
    CHECK_INT(1, get_user(w, ROLE_ADMINISTRATOR).failure_count); /* counts where it was tried */
    CHECK_INT(0, get_user(w, ROLE_VIEWER).failure_count);
    CHECK_OK(take_away(w, &administrator, ROLE_VIEWER, WORLD_PASSWORD));
    struct user user = get_user(w, ROLE_VIEWER);
    CHECK(!user_has_mfa(&user) && user.mfa_secret.ptr == NULL && user.recovery_hashes.ptr == NULL);
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &tokens));
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_INT(1, mail_count(w, MAIL_MFA_REMOVED));
    CHECK_ERR(CONFLICT, take_away(w, &administrator, ROLE_VIEWER, WORLD_PASSWORD));
    CHECK_ERR(CONFLICT, take_away(w, &administrator, ROLE_ADMINISTRATOR, WORLD_PASSWORD));
    CHECK_INT(1, mail_count(w, MAIL_MFA_REMOVED));
}

/* Nobody's who may more. */
WORLD(a_second_factor_is_removed_by_who_may_all_that_its_owner_may)
{
    struct principal by = world_principal(w, ROLE_VIEWER);
    by.permissions |= BIT(WRITE_USERS);
    set_up_mfa(w, ROLE_RADIOLOGIST);
    CHECK_ERR(FORBIDDEN, take_away(w, &by, ROLE_RADIOLOGIST, WORLD_PASSWORD));
    CHECK(get_user(w, ROLE_RADIOLOGIST).mfa_enabled_at.us != 0);
}

/* ---- settings ---- */

static err change(struct world *w, struct update_organization cmd, const char *password)
{
    struct update_organization_result result;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope s = world_scope(w, &by);
    cmd.password = str_of(password);
    return update_organization_send(&s, &cmd, &result);
}

WORLD(what_makes_it_easier_to_get_in_takes_the_password)
{
    str roles[] = {STR("viewer"), STR("radiologist")};
    const struct update_organization two = {.mfa_required_roles = {roles, 2}},
                                     one = {.mfa_required_roles = {roles, 1}},
                                     none = {.mfa_required_roles = {roles, 0}},
                                     minutes = {.break_glass_minutes = {true, 30}},
                                     breakers = {.break_glass_roles = {roles, 1}};
    CHECK_OK(change(w, one, NULL)); /* to require more is no risk */
    CHECK_OK(change(w, two, NULL));
    CHECK_OK(change(w, (struct update_organization){.name = STR("Clinic")}, NULL));
    CHECK_INT(0, mail_count(w, MAIL_SECURITY_CHANGED));
    const struct update_organization *const delicate[] = {&one, &none, &minutes, &breakers};
    for (size_t i = 0; i < COUNT_OF(delicate); i++) {
        CHECK_ERR(INVALID, change(w, *delicate[i], NULL));
        CHECK_ERR(FORBIDDEN, change(w, *delicate[i], "wrong password"));
        CHECK_INT((int64_t)i, mail_count(w, MAIL_SECURITY_CHANGED));
        CHECK_OK(change(w, *delicate[i], WORLD_PASSWORD));
        CHECK_OK(change(w, *delicate[i], NULL)); /* as it is already */
        CHECK_INT((int64_t)i + 1, mail_count(w, MAIL_SECURITY_CHANGED));
        struct user user = get_user(w, ROLE_ADMINISTRATOR);
        user_clear_failures(&user);
        save_user(w, &user);
    }
}

/* ---- what somebody who goes leaves behind ---- */

static err open_link(struct world *w, str token)
{
    struct open_share_result result;
    struct scope s = world_scope(w, &principal_nobody);
    return open_share_send(&s, &(struct open_share){.token = token}, &result);
}

static enum share_state state_of(struct world *w, str token)
{
    struct describe_share_result result;
    struct scope s = world_scope(w, &principal_nobody);
    CHECK_OK(describe_share_send(&s, &(struct describe_share){token}, &result));
    return result.state;
}

static struct create_share_result make_share(struct world *w, const struct principal *by,
                                             int64_t use_count_max)
{
    struct create_share_result made;
    struct scope s = world_scope(w, by);
    CHECK_OK(create_share_send(
        &s, &(struct create_share){.use_count_max = use_count_max, .kind = SHARE_INBOX}, &made));
    return made;
}

static struct create_api_key_result make_key(struct world *w, const struct principal *by,
                                             const char *scope_name, bool is_limited)
{
    str scope = str_of(scope_name);
    struct create_api_key_result made;
    struct scope s = world_scope(w, by);
    CHECK_OK(create_api_key_send(&s,
                                 &(struct create_api_key){.name = STR("key"),
                                                          .scopes = {&scope, 1},
                                                          .is_limited = is_limited},
                                 &made));
    return made;
}

static bool is_suspended(struct world *w, uuid key)
{
    struct get_api_key_result result;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope s = world_scope(w, &by);
    CHECK_OK(get_api_key_send(&s, &(struct get_api_key){key}, &result));
    return result.view.is_suspended;
}

static struct deactivate_user_result deactivate(struct world *w, enum role role)
{
    struct deactivate_user_result result;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope s = world_scope(w, &by);
    CHECK_OK(deactivate_user_send(&s, &(struct deactivate_user){get_user(w, role).id}, &result));
    return result;
}

WORLD(links_and_keys_stop_with_whoever_made_them_and_come_back)
{
    struct principal by = world_principal(w, ROLE_RADIOLOGIST);
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct reactivate_user_result back;
    by.permissions |= BIT(WRITE_API_KEYS);
    struct create_share_result open = make_share(w, &by, 0), used = make_share(w, &by, 1),
                               others = make_share(w, &administrator, 0);
    struct create_api_key_result key = make_key(w, &by, "studies:read", false),
                                 other_key = make_key(w, &administrator, "studies:read", false);
    CHECK_OK(open_link(w, used.token));
    CHECK(state_of(w, used.token) == SHARE_USED_UP);
    struct deactivate_user_result gone = deactivate(w, ROLE_RADIOLOGIST);
    CHECK(gone.shares == 1 && gone.api_keys == 1);
    CHECK_ERR(GONE, open_link(w, open.token));
    CHECK(state_of(w, open.token) == SHARE_SUSPENDED && state_of(w, used.token) == SHARE_SUSPENDED);
    CHECK(is_suspended(w, key.view.id) && !is_suspended(w, other_key.view.id));
    CHECK_OK(open_link(w, others.token));
    struct scope s = world_scope(w, &administrator);
    CHECK_OK(reactivate_user_send(&s, &(struct reactivate_user){by.user_id}, &back));
    CHECK_OK(open_link(w, open.token));
    CHECK(!is_suspended(w, key.view.id));
}

WORLD(somebody_else_takes_over_what_shall_go_on)
{
    struct principal by = world_principal(w, ROLE_RADIOLOGIST);
    struct principal administrator = world_principal(w, ROLE_ADMINISTRATOR);
    struct update_share_result share;
    struct update_api_key_result key;
    struct delete_user_result deleted;
    by.permissions |= BIT(WRITE_API_KEYS);
    struct create_share_result link = make_share(w, &by, 0);
    struct create_api_key_result made = make_key(w, &by, "studies:read", false);
    struct scope s = world_scope(w, &administrator);
    CHECK_OK(delete_user_send(&s, &(struct delete_user){by.user_id}, &deleted));
    CHECK_ERR(GONE, open_link(w, link.token));
    CHECK(is_suspended(w, made.view.id));
    s = world_scope(w, &administrator);
    CHECK_OK(update_api_key_send(
        &s, &(struct update_api_key){.id = made.view.id, .name = STR("mine")}, &key));
    CHECK(key.view.is_suspended); /* to change it is not yet to answer for it */
    s = world_scope(w, &administrator);
    CHECK_OK(update_api_key_send(
        &s, &(struct update_api_key){.id = made.view.id, .takes_over = true}, &key));
    CHECK(!key.view.is_suspended && uuid_eq(key.view.created_by, administrator.user_id));
    CHECK(!is_suspended(w, made.view.id));
    s = world_scope(w, &administrator);
    CHECK_OK(update_share_send(
        &s, &(struct update_share){.id = link.share.share.id, .takes_over = true}, &share));
    CHECK(share.share.state == SHARE_OPEN);
    CHECK_OK(open_link(w, link.token));
}

/* ---- a limited key that stores ---- */

static struct principal principal_of(struct world *w, const struct create_api_key_result *made)
{
    struct api_key key;
    struct db_session *s = world_begin(w);
    CHECK_OK(api_key_reader_get(s->readers.api_keys, &w->arena, 0, made->view.id, &key));
    db_session_end(s);
    struct principal p = {.kind = PRINCIPAL_API_KEY,
                          .organization_key = key.organization_key,
                          .user_id = key.created_by,
                          .session_id = key.id,
                          .grantee_kind = GRANTEE_API_KEY,
                          .grantee_key = key.key,
                          .issued_at = key.created_at,
                          .expires_at = in(w, 3600)};
    api_key_permissions(&key, &p.permissions, &p.granted_permissions);
    return p;
}

static err send_in(struct world *w, const struct principal *by, str bytes)
{
    struct ingest_result result;
    struct memory_source source;
    struct scope s = world_scope(w, by);
    memory_source_init(&source, bytes);
    return ingest_instance(&s, &source.base, &(struct ingest_options){0}, &result);
}

/* Of a study of others it is told the same about what is there and what is not. */
WORLD(a_limited_key_adds_to_what_it_sent_in)
{
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct create_api_key_result limited = make_key(w, &by, "studies:write", true),
                                 other = make_key(w, &by, "studies:write", true),
                                 whole = make_key(w, &by, "studies:write", false);
    struct principal one = principal_of(w, &limited), two = principal_of(w, &other),
                     all = principal_of(w, &whole);
    struct ingest_result ingested;
    w->services.duplicates = DUPLICATES_REPLACE;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &ingested));
    size_t instances = row_count(w, MEMORY_INSTANCES);
    err there = send_in(w, &one, sample_file(w, 1, 1)),
        more = send_in(w, &one, sample_file(w, 1, 2));
    CHECK_ERR(CONFLICT, there);
    CHECK_ERR(CONFLICT, more);
    CHECK_STR(str_of(there.text), str_of(more.text));
    struct phantom_place place = {1, 1, 1};
    CHECK_ERR(CONFLICT, send_in(w, &one, phantom_archive_file(&w->arena, place, 16)));
    CHECK_INT((int64_t)instances, (int64_t)row_count(w, MEMORY_INSTANCES));
    CHECK_OK(send_in(w, &one, sample_file(w, 2, 1)));
    CHECK_OK(send_in(w, &one, sample_file(w, 2, 1)));
    CHECK_OK(send_in(w, &one, sample_file(w, 2, 2)));
    CHECK_ERR(CONFLICT, send_in(w, &two, sample_file(w, 2, 3)));
    CHECK_OK(send_in(w, &all, sample_file(w, 1, 2)));
    CHECK_OK(send_in(w, &all, sample_file(w, 2, 3)));
}
