/* API keys: as any entity is kept, and what is written beside their version. */
#include "tests/contract/samples.h"

static struct api_key make_key(struct contract_db *c, int64_t organization_key, const char *name)
{
    instant now = clock_now(&c->clock.base);
    struct api_key key = {.id = uuid_make(&c->clock.base),
                          .organization_key = organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .name = str_of(name),
                          .secret_hash = STR("00ff"),
                          .scopes = 5,
                          .requests_per_minute = 100};
    struct db_session *s = contract_begin(c);
    CHECK_OK(api_key_writer_add(s->uow.api_keys, &key));
    contract_commit(s);
    CHECK(key.key != 0);
    CHECK_INT(1, key.version);
    return key;
}

static struct api_key read_key(struct contract_db *c, uuid id)
{
    struct api_key key;
    struct db_session *s = contract_begin(c);
    CHECK_OK(api_key_reader_get(s->readers.api_keys, &c->arena, 0, id, &key));
    db_session_end(s);
    return key;
}

CONTRACT(an_api_key_is_its_organizations)
{
    struct api_key key = make_key(c, c->organization_key, "one"), out;
    struct db_session *s = contract_begin(c);
    struct api_key_reader *r = s->readers.api_keys;
    CHECK_OK(api_key_reader_get(r, &c->arena, c->organization_key, key.id, &out));
    CHECK_STR(STR("one"), out.name);
    CHECK_STR(STR("00ff"), out.secret_hash);
    CHECK_INT(5, out.scopes);
    CHECK_OK(api_key_reader_get(r, &c->arena, 0, key.id, &out));
    CHECK_ERR(NOT_FOUND, api_key_reader_get(r, &c->arena, c->other_key, key.id, &out));
    CHECK_ERR(NOT_FOUND, api_key_reader_get(r, &c->arena, 0, uuid_make(&c->clock.base), &out));
    db_session_end(s);
}

static void check_found(struct contract_db *c, struct api_key_filter f, int64_t total, size_t count,
                        const char *first)
{
    struct api_key_slice found;
    int64_t got;
    struct db_session *s = contract_begin(c);
    CHECK_OK(api_key_reader_find(s->readers.api_keys, &c->arena, &f, &found, &got));
    CHECK_INT(total, got);
    CHECK_INT((int64_t)count, (int64_t)found.len);
    if (first != NULL)
        CHECK_STR(str_of(first), found.at[0].name);
    db_session_end(s);
}

CONTRACT(api_keys_are_listed_newest_first)
{
    int64_t own = c->organization_key;
    make_key(c, own, "Research link");
    struct api_key gone = make_key(c, own, "gone");
    make_key(c, own, "100% of it");
    make_key(c, c->other_key, "theirs");
    gone.revoked_at = clock_now(&c->clock.base);
    struct db_session *s = contract_begin(c);
    CHECK_OK(api_key_writer_save(s->uow.api_keys, &gone));
    contract_commit(s);
    check_found(c, (struct api_key_filter){.organization_key = own, .limit = 10}, 2, 2,
                "100% of it");
    check_found(c, (struct api_key_filter){.organization_key = own, .limit = 1, .offset = 1}, 2, 1,
                "Research link");
    check_found(c, (struct api_key_filter){.organization_key = own, .limit = 9, .revoked = true}, 1,
                1, "gone");
    check_found(
        c, (struct api_key_filter){.organization_key = own, .limit = 9, .search = STR("research")},
        1, 1, "Research link");
    check_found(c,
                (struct api_key_filter){.organization_key = own, .limit = 9, .search = STR("0%")},
                1, 1, "100% of it");
}

CONTRACT(api_keys_are_found_by_who_made_them_and_whether_they_are_live)
{
    int64_t own = c->organization_key;
    instant now = clock_now(&c->clock.base);
    struct api_key keys[] = {make_key(c, own, "for ever"), make_key(c, own, "for a minute"),
                             make_key(c, own, "nobody's")};
    uuid maker = uuid_make(&c->clock.base);
    keys[0].created_by = keys[1].created_by = maker;
    keys[1].expires_at = instant_add(now, SECONDS(60));
    for (size_t i = 0; i < 2; i++) {
        struct db_session *s = contract_begin(c);
        CHECK_OK(api_key_writer_save(s->uow.api_keys, &keys[i]));
        contract_commit(s);
    }
    CHECK(uuid_eq(read_key(c, keys[1].id).created_by, maker));
    struct api_key_filter f = {.organization_key = own, .created_by = maker, .limit = 9};
    check_found(c, f, 2, 2, "for a minute");
    f.live_at = now;
    check_found(c, f, 2, 2, "for a minute");
    f.live_at = keys[1].expires_at;
    check_found(c, f, 1, 1, "for ever");
    f.created_by = (uuid){0};
    check_found(c, f, 2, 2, "nobody's");
    f.organization_key = c->other_key;
    check_found(c, f, 0, 0, NULL);
}

CONTRACT(the_use_of_an_api_key_is_noted_once_a_minute)
{
    struct api_key key = make_key(c, c->organization_key, "one");
    const struct {
        int64_t after_seconds;
        const char *from, *then;
    } uses[] = {{0, "a", "a"}, {59, "b", "a"}, {1, "c", "c"}};
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        c->clock.time = instant_add(c->clock.time, SECONDS(uses[i].after_seconds));
        struct db_session *s = contract_begin(c);
        CHECK_OK(
            api_key_writer_note_use(s->uow.api_keys, key.key, c->clock.time, str_of(uses[i].from)));
        contract_commit(s);
        CHECK_STR(str_of(uses[i].then), read_key(c, key.id).last_used_from);
    }
    CHECK_INT(c->clock.time.us, read_key(c, key.id).last_used_at.us);
    CHECK_INT(1, read_key(c, key.id).version);
}

CONTRACT(what_an_api_key_sends_is_counted_by_day)
{
    struct api_key key = make_key(c, c->organization_key, "one");
    const struct {
        int64_t day, size, sum;
    } steps[] = {{20260101, 10, 10}, {20260101, 5, 15}, {20260102, 7, 7}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct db_session *s = contract_begin(c);
        CHECK_OK(api_key_writer_count_sent(s->uow.api_keys, key.key, steps[i].day, steps[i].size));
        contract_commit(s);
        CHECK_INT(steps[i].sum, read_key(c, key.id).sent_size);
        CHECK_INT(steps[i].day, read_key(c, key.id).sent_on);
    }
}

CONTRACT(an_api_key_is_saved_by_its_version_and_keeps_its_counts)
{
    struct api_key key = make_key(c, c->organization_key, "one"), stale = key;
    struct db_session *s = contract_begin(c);
    CHECK_OK(api_key_writer_note_use(s->uow.api_keys, key.key, c->clock.time, STR("a")));
    CHECK_OK(api_key_writer_count_sent(s->uow.api_keys, key.key, 20260101, 3));
    key.name = STR("two");
    key.is_limited = true;
    key.expires_at = instant_add(c->clock.time, SECONDS(5));
    CHECK_OK(api_key_writer_save(s->uow.api_keys, &key));
    contract_commit(s);
    CHECK_INT(2, key.version);
    struct api_key now = read_key(c, key.id);
    CHECK_STR(STR("two"), now.name);
    CHECK(now.is_limited && now.expires_at.us == key.expires_at.us && now.revoked_at.us == 0);
    CHECK_INT(3, now.sent_size);
    CHECK_STR(STR("a"), now.last_used_from);
    s = contract_begin(c);
    CHECK_ERR(PRECONDITION_FAILED, api_key_writer_save(s->uow.api_keys, &stale));
    db_session_end(s);
}
