/* Invitations and what becomes of users, the organizations' own roles and settings, groups. */
#include "tests/contract/contract.h"

static struct user add_user(struct contract_db *c, struct user user)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

/* As a command makes one: the identifier stands where the address will. */
static struct user invited(struct contract_db *c, int64_t organization_key, const char *address,
                           const char *hash)
{
    struct user user = contract_user(c, organization_key, "unused");
    user.email = uuid_text(&c->arena, user.id);
    user.invited_email = str_of(address);
    user.invitation_hash = str_of(hash);
    user.invitation_expires_at = instant_add(user.created_at, SECONDS(60));
    user.password_hash = STR("");
    user.is_active = false;
    return user;
}

CONTRACT(an_invitation_says_nothing_about_other_organizations)
{
    struct user ada = add_user(c, contract_user(c, c->organization_key, "ada@clinic.example"));
    struct user same = add_user(c, invited(c, c->other_key, "ada@clinic.example", "h1")), found;
    struct user again = invited(c, c->other_key, "ada@clinic.example", "h2");
    struct user hash = invited(c, c->other_key, "bob@clinic.example", "h1");
    struct user elsewhere = invited(c, c->organization_key, "ada@clinic.example", "h3");
    struct db_session *s = contract_begin(c);
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &again));
    CHECK_ERR(CONFLICT, user_writer_add(s->uow.users, &hash));
    CHECK_OK(user_writer_add(s->uow.users, &elsewhere));
    CHECK_OK(
        user_reader_get_by_email(s->readers.users, &c->arena, STR("ada@clinic.example"), &found));
    CHECK_INT(ada.key, found.key);
    CHECK_OK(user_reader_get_invited(s->readers.users, &c->arena, STR("h1"), &found));
    CHECK_INT(same.key, found.key);
    CHECK(found.invitation_expires_at.us == same.invitation_expires_at.us);
    CHECK_ERR(NOT_FOUND, user_reader_get_invited(s->readers.users, &c->arena, STR("h4"), &found));
    CHECK_ERR(NOT_FOUND, user_reader_get_invited(s->readers.users, &c->arena, STR_NONE, &found));
    CHECK_OK(user_writer_remove(s->uow.users, same.key));
    CHECK_ERR(NOT_FOUND, user_reader_get_invited(s->readers.users, &c->arena, STR("h1"), &found));
    contract_commit(s);
}

static int64_t count_users(struct contract_db *c, struct user_filter f, str *first)
{
    struct db_session *s = contract_begin(c);
    struct user_slice found;
    int64_t total;
    f.organization_key = c->organization_key;
    f.limit = f.limit != 0 ? f.limit : 10;
    f.now = clock_now(&c->clock.base);
    CHECK_OK(user_reader_find(s->readers.users, &c->arena, &f, &found, &total));
    *first = found.len != 0 ? user_address(&found.at[0]) : STR_NONE;
    db_session_end(s);
    return total;
}

CONTRACT(users_are_found_by_state_and_role)
{
    static const char *const address[] = {"invited@x", "active@x", "inactive@x", "locked@x",
                                          "deleted@x"};
    instant now = clock_now(&c->clock.base);
    str first;
    for (int64_t state = USER_INVITED; state <= USER_DELETED; state++) {
        struct user user = state == USER_INVITED
                               ? invited(c, c->organization_key, address[state], "h")
                               : contract_user(c, c->organization_key, address[state]);
        user.is_active = state == USER_ACTIVE || state == USER_LOCKED;
        if (state == USER_LOCKED)
            user.locked_until = instant_add(now, 1);
        if (state == USER_DELETED) {
            user.former_email = user.email;
            user.email = uuid_text(&c->arena, user.id);
            user.deleted_at = now;
        }
        user.role = state == USER_LOCKED ? ROLE_CUSTOM : ROLE_REFERRER;
        user.role_key = state == USER_LOCKED ? 77 : 0;
        add_user(c, user);
        CHECK_INT(state, user_state(&user, now));
    }
    CHECK_INT(4, count_users(c, (struct user_filter){0}, &first)); /* none that is deleted */
    for (int64_t state = USER_INVITED; state <= USER_DELETED; state++) {
        CHECK_INT(1, count_users(c, (struct user_filter){.state = {true, state}}, &first));
        CHECK_STR(str_of(address[state]), first);
    }
    CHECK_INT(3, count_users(c, (struct user_filter){.role = {true, ROLE_REFERRER}}, &first));
    CHECK_INT(1, count_users(c, (struct user_filter){.role_key = 77}, &first));
    CHECK_STR(STR("locked@x"), first);
    CHECK_INT(1, count_users(c, (struct user_filter){.search = STR("invited@")}, &first));
    CHECK_INT(0, count_users(c, (struct user_filter){.search = STR("deleted@")}, &first));
    struct sort_key by_address = {STR("email"), true};
    CHECK_INT(4, count_users(c, (struct user_filter){.sort = {&by_address, 1}}, &first));
    CHECK_STR(STR("locked@x"), first);
}

CONTRACT(a_sign_in_is_noted_without_a_change)
{
    struct user ada = add_user(c, contract_user(c, c->organization_key, "ada@x")), again;
    add_user(c, contract_user(c, c->organization_key, "bob@x"));
    struct sort_key key = {STR("last_sign_in_at"), true};
    instant now = clock_now(&c->clock.base);
    str first;
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_note_sign_in(s->uow.users, ada.key, now));
    CHECK_OK(user_writer_note_sign_in(s->uow.users, ada.key + 4711, now));
    CHECK_OK(user_reader_get_by_key(s->readers.users, &c->arena, ada.key, &again));
    CHECK(again.last_sign_in_at.us == now.us && again.version == ada.version);
    contract_commit(s);
    CHECK_INT(2, count_users(c, (struct user_filter){.sort = {&key, 1}}, &first));
    CHECK_STR(STR("ada@x"), first);
}

static struct custom_role role_of(struct contract_db *c, int64_t organization_key, const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct custom_role){.id = uuid_make(&c->clock.base),
                                .organization_key = organization_key,
                                .created_at = now,
                                .updated_at = now,
                                .name = str_of(name),
                                .permission_set = INT64_C(1) << READ_USERS,
                                .granted_set = INT64_C(1) << READ_STUDIES};
}

CONTRACT(roles_belong_to_an_organization)
{
    struct custom_role night = role_of(c, c->organization_key, "night"), found;
    struct custom_role other = role_of(c, c->other_key, "night");
    struct custom_role same = role_of(c, c->organization_key, "night");
    struct custom_role_slice all;
    struct db_session *s = contract_begin(c);
    struct role_reader *r = s->readers.roles;
    CHECK_OK(role_writer_add(s->uow.roles, &night));
    CHECK_OK(role_writer_add(s->uow.roles, &other));
    CHECK_ERR(CONFLICT, role_writer_add(s->uow.roles, &same));
    contract_commit(s);
    s = contract_begin(c);
    r = s->readers.roles;
    CHECK_OK(role_reader_get(r, &c->arena, c->organization_key, night.id, &found));
    CHECK(found.permission_set == night.permission_set && found.granted_set == night.granted_set &&
          found.description.ptr == NULL);
    CHECK_ERR(NOT_FOUND, role_reader_get(r, &c->arena, c->other_key, night.id, &found));
    CHECK_OK(role_reader_get_by_key(r, &c->arena, night.key, &found));
    CHECK_ERR(NOT_FOUND, role_reader_get_by_key(r, &c->arena, 0, &found));
    night.description = STR("after eight");
    night.permission_set = 0;
    CHECK_OK(role_writer_save(s->uow.roles, &night));
    CHECK_OK(role_reader_all(r, &c->arena, c->organization_key, &all));
    CHECK(all.len == 1 && all.at[0].permission_set == 0 && all.at[0].version == 2);
    CHECK_OK(role_writer_remove(s->uow.roles, night.key));
    CHECK_OK(role_reader_all(r, &c->arena, c->organization_key, &all));
    CHECK_INT(0, all.len);
    CHECK_OK(role_reader_all(r, &c->arena, c->other_key, &all));
    CHECK_INT(1, all.len);
    contract_commit(s);
}

CONTRACT(settings_are_the_defaults_until_they_are_saved)
{
    struct organization_settings settings, other;
    struct organization organization;
    struct db_session *s = contract_begin(c);
    struct organization_reader *r = s->readers.organizations;
    CHECK_OK(organization_reader_settings(r, &c->arena, c->organization_key, &settings));
    CHECK(settings.key == 0 && settings.break_glass_minutes == BREAK_GLASS_MINUTES_DEFAULT);
    settings.id = uuid_make(&c->clock.base);
    settings.created_at = settings.updated_at = clock_now(&c->clock.base);
    settings.language = STR("de-AT");
    other = settings;
    CHECK_OK(organization_writer_save_settings(s->uow.organizations, &settings));
    other.id = uuid_make(&c->clock.base);
    CHECK_ERR(CONFLICT, organization_writer_save_settings(s->uow.organizations, &other));
    settings.break_glass_roles = 0;
    CHECK_OK(organization_writer_save_settings(s->uow.organizations, &settings));
    CHECK_OK(organization_reader_settings(r, &c->arena, c->organization_key, &other));
    CHECK(other.version == 2 && other.break_glass_roles == 0);
    CHECK_STR(STR("de-AT"), other.language);
    CHECK_OK(organization_reader_settings(r, &c->arena, c->other_key, &other));
    CHECK_STR(STR("en"), other.language);
    CHECK_OK(organization_reader_get(r, &c->arena, c->other_key, &organization));
    organization.name = STR("Renamed");
    CHECK_OK(organization_writer_save(s->uow.organizations, &organization));
    CHECK_OK(organization_reader_get(r, &c->arena, c->other_key, &organization));
    CHECK_STR(STR("Renamed"), organization.name);
    CHECK_ERR(NOT_FOUND, organization_reader_get(r, &c->arena, 4711, &organization));
    contract_commit(s);
}

static struct user_group group_of(struct contract_db *c, int64_t organization_key, const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct user_group){.id = uuid_make(&c->clock.base),
                               .organization_key = organization_key,
                               .created_at = now,
                               .updated_at = now,
                               .name = str_of(name)};
}

CONTRACT(groups_have_members_of_their_organization)
{
    struct user ada = add_user(c, contract_user(c, c->organization_key, "ada@x"));
    struct user eve = add_user(c, contract_user(c, c->other_key, "eve@x"));
    struct user_group tumor = group_of(c, c->organization_key, "tumor board");
    struct user_group board = group_of(c, c->organization_key, "board");
    struct user_group other = group_of(c, c->other_key, "board"), found;
    struct user_group_slice groups;
    int64_t total;
    str first;
    struct db_session *s = contract_begin(c);
    struct group_writer *w = s->uow.groups;
    CHECK_OK(group_writer_add(w, &tumor));
    CHECK_OK(group_writer_add(w, &board));
    CHECK_OK(group_writer_add(w, &other));
    struct user_group same = group_of(c, c->organization_key, "board");
    CHECK_ERR(CONFLICT, group_writer_add(w, &same));
    CHECK_OK(group_writer_add_member(w, tumor.key, ada.key));
    CHECK_OK(group_writer_add_member(w, tumor.key, ada.key));
    CHECK_ERR(CONFLICT, group_writer_add_member(w, tumor.key, eve.key));
    CHECK_ERR(CONFLICT, group_writer_add_member(w, tumor.key, 4711));
    CHECK_ERR(CONFLICT, group_writer_add_member(w, 4711, ada.key));
    contract_commit(s);
    struct group_filter all = {.organization_key = c->organization_key, .limit = 10};
    struct group_filter of_ada = all, by_name = all;
    of_ada.user_key = ada.key;
    by_name.search = STR("oard");
    by_name.offset = by_name.limit = 1;
    s = contract_begin(c);
    CHECK_OK(group_reader_find(s->readers.groups, &c->arena, &all, &groups, &total));
    CHECK(total == 2 && groups.len == 2);
    CHECK_STR(STR("board"), groups.at[0].name);
    CHECK_OK(group_reader_find(s->readers.groups, &c->arena, &of_ada, &groups, &total));
    CHECK(total == 1 && groups.at[0].key == tumor.key);
    CHECK_OK(group_reader_find(s->readers.groups, &c->arena, &by_name, &groups, &total));
    CHECK(total == 2 && groups.len == 1 && groups.at[0].key == tumor.key);
    CHECK_OK(group_reader_get(s->readers.groups, &c->arena, c->other_key, other.id, &found));
    CHECK_ERR(NOT_FOUND,
              group_reader_get(s->readers.groups, &c->arena, c->other_key, tumor.id, &found));
    db_session_end(s);
    CHECK_INT(1, count_users(c, (struct user_filter){.group_key = tumor.key}, &first));
    CHECK_STR(STR("ada@x"), first);
    CHECK_INT(0, count_users(c, (struct user_filter){.group_key = board.key}, &first));
    s = contract_begin(c);
    w = s->uow.groups;
    CHECK_ERR(NOT_FOUND, group_writer_remove_member(w, board.key, ada.key));
    CHECK_OK(group_writer_add_member(w, board.key, ada.key));
    CHECK_OK(group_writer_remove_member(w, board.key, ada.key));
    tumor.name = STR("tumour board");
    CHECK_OK(group_writer_save(w, &tumor));
    CHECK_OK(group_writer_remove_user(w, ada.key));
    CHECK_OK(group_reader_find(s->readers.groups, &c->arena, &of_ada, &groups, &total));
    CHECK_INT(0, total);
    CHECK_OK(group_writer_add_member(w, tumor.key, ada.key));
    CHECK_OK(group_writer_remove(w, tumor.key)); /* with its members */
    CHECK_OK(group_reader_find(s->readers.groups, &c->arena, &all, &groups, &total));
    CHECK_INT(1, total);
    contract_commit(s);
}
