/* Providers of identities and identities: read, listed by name, found by subject, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct identity_provider provider_of(struct contract_db *c, const char *name)
{
    instant now = clock_now(&c->clock.base);
    return (struct identity_provider){.id = uuid_make(&c->clock.base),
                                      .organization_key = c->organization_key,
                                      .created_at = now,
                                      .updated_at = now,
                                      .name = str_of(name),
                                      .issuer = STR("https://login.example"),
                                      .client_id = STR("gantry"),
                                      .scopes = STR("openid email"),
                                      .is_enabled = true,
                                      .is_listed = true};
}

static struct identity_provider add_provider(struct contract_db *c, struct identity_provider p)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(identity_writer_add_provider(s->uow.identities, &p));
    CHECK(p.key != 0 && p.version == 1);
    contract_commit(s);
    return p;
}

static struct user add_person(struct contract_db *c, const char *email)
{
    instant now = clock_now(&c->clock.base);
    struct user user = {.id = uuid_make(&c->clock.base),
                        .organization_key = c->organization_key,
                        .created_at = now,
                        .updated_at = now,
                        .email = str_of(email),
                        .name = STR("Ada"),
                        .password_hash = STR(""),
                        .is_active = true};
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

static err try_to_add(struct contract_db *c, const struct identity_provider *p,
                      const struct user *user, const char *subject, struct identity *out)
{
    instant now = clock_now(&c->clock.base);
    *out = (struct identity){.id = uuid_make(&c->clock.base),
                             .organization_key = c->organization_key,
                             .created_at = now,
                             .updated_at = now,
                             .provider_key = p->key,
                             .provider_id = p->id,
                             .user_key = user->key,
                             .user_id = user->id,
                             .subject = str_of(subject)};
    struct db_session *s = contract_begin(c);
    err e = identity_writer_add(s->uow.identities, out);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

CONTRACT(a_provider_is_read_as_it_was_written)
{
    struct identity_provider p = provider_of(c, "Klinik Süd"), got;
    p.client_secret = STR("sealed");
    p.groups_claim = STR("groups");
    p.domain_names = STR("clinic.example south.example");
    p.factor_names = STR("mfa otp");
    p.mapping_text = STR("{\"mappings\":[]}");
    p.default_role = STR("viewer");
    p.makes_users = p.links_by_email = true;
    p = add_provider(c, p);
    struct db_session *s = contract_begin(c);
    CHECK_OK(identity_reader_get_provider(s->readers.identities, &c->arena, c->organization_key,
                                          p.id, &got));
    struct buf one = BUF_IN(&c->arena), other = BUF_IN(&c->arena);
    json_write(&one, &identity_provider_schema, &p, JSON_INTERNAL);
    json_write(&other, &identity_provider_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&other));
    CHECK_ERR(NOT_FOUND, identity_reader_get_provider(s->readers.identities, &c->arena,
                                                      c->other_key, p.id, &got));
    CHECK_OK(identity_reader_find_provider(s->readers.identities, &c->arena, p.id, &got));
    CHECK(got.key == p.key);
    CHECK_ERR(NOT_FOUND, identity_reader_find_provider(s->readers.identities, &c->arena,
                                                       uuid_make(&c->clock.base), &got));
    db_session_end(s);
}

CONTRACT(providers_are_listed_by_name_and_to_everybody_if_they_want)
{
    struct identity_provider_slice all;
    struct identity_provider hidden = provider_of(c, "c"), off = provider_of(c, "d"),
                             of_other = provider_of(c, "a");
    add_provider(c, provider_of(c, "b"));
    hidden.is_listed = false;
    off.is_enabled = false;
    of_other.organization_key = c->other_key;
    add_provider(c, hidden);
    off = add_provider(c, off);
    add_provider(c, of_other);
    struct db_session *s = contract_begin(c);
    CHECK_OK(identity_reader_list_providers(s->readers.identities, &c->arena, c->organization_key,
                                            &all));
    CHECK_INT(3, all.len);
    CHECK_STR(STR("b"), all.at[0].name);
    CHECK_STR(STR("d"), all.at[2].name);
    CHECK_OK(identity_reader_list_providers(s->readers.identities, &c->arena, 0, &all));
    CHECK_INT(2, all.len);
    CHECK_STR(STR("a"), all.at[0].name);
    CHECK_STR(STR("b"), all.at[1].name);
    db_session_end(s);
    s = contract_begin(c);
    struct identity_provider twin = provider_of(c, "b");
    CHECK_ERR(CONFLICT, identity_writer_add_provider(s->uow.identities, &twin));
    db_session_end(s);
    s = contract_begin(c);
    struct identity_provider stale = off;
    off.is_enabled = true;
    CHECK_OK(identity_writer_save_provider(s->uow.identities, &off));
    CHECK_ERR(PRECONDITION_FAILED, identity_writer_save_provider(s->uow.identities, &stale));
    db_session_end(s);
}

CONTRACT(an_account_is_one_user_and_found_by_its_subject)
{
    struct identity_provider p = add_provider(c, provider_of(c, "a")),
                             q = add_provider(c, provider_of(c, "b"));
    struct user ada = add_person(c, "ada@clinic.example"),
                bob = add_person(c, "bob@clinic.example");
    struct identity one, other, got, twin;
    struct identity_slice all;
    CHECK_OK(try_to_add(c, &p, &ada, "sub-1", &one));
    CHECK_OK(try_to_add(c, &q, &ada, "sub-1", &other));
    CHECK_ERR(CONFLICT, try_to_add(c, &p, &bob, "sub-1", &twin));
    CHECK_OK(try_to_add(c, &p, &bob, "SUB-1", &twin));
    struct db_session *s = contract_begin(c);
    CHECK_OK(identity_reader_get(s->readers.identities, &c->arena, p.key, STR("sub-1"), &got));
    CHECK(uuid_eq(got.id, one.id) && got.user_key == ada.key);
    CHECK_ERR(NOT_FOUND,
              identity_reader_get(s->readers.identities, &c->arena, q.key, STR("SUB-1"), &got));
    CHECK_OK(identity_reader_of_user(s->readers.identities, &c->arena, ada.key, &all));
    CHECK_INT(2, all.len);
    CHECK(uuid_eq(all.at[0].id, one.id) && uuid_eq(all.at[1].id, other.id));
    db_session_end(s);
    s = contract_begin(c);
    got = one;
    got.email = STR("ada@new.example");
    got.last_sign_in_at = clock_now(&c->clock.base);
    CHECK_OK(identity_writer_save(s->uow.identities, &got));
    CHECK_ERR(PRECONDITION_FAILED, identity_writer_save(s->uow.identities, &one));
    CHECK_OK(identity_writer_remove(s->uow.identities, other.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(identity_reader_of_user(s->readers.identities, &c->arena, ada.key, &all));
    CHECK_INT(1, all.len);
    CHECK_STR(STR("ada@new.example"), all.at[0].email);
    CHECK_OK(identity_writer_remove_user(s->uow.identities, ada.key));
    CHECK_OK(identity_reader_of_user(s->readers.identities, &c->arena, ada.key, &all));
    CHECK_INT(0, all.len);
    CHECK_OK(identity_writer_remove_provider(s->uow.identities, p.key));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(identity_reader_of_user(s->readers.identities, &c->arena, bob.key, &all));
    CHECK_INT(0, all.len);
    CHECK_ERR(NOT_FOUND, identity_reader_find_provider(s->readers.identities, &c->arena, p.id, &p));
    db_session_end(s);
}
