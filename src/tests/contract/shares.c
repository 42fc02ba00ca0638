/* Shares, visits and albums. */
#include "tests/contract/samples.h"

enum { SAMPLE_A = 1, SAMPLE_B = 2, MANY_SERIES = 28 };

static struct user add_user(struct contract_db *c, const char *email)
{
    struct user user = contract_user(c, c->organization_key, email);
    struct db_session *s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    return user;
}

static struct share share_of(struct contract_db *c, const struct user *owner, const char *hash)
{
    instant now = clock_now(&c->clock.base);
    return (struct share){.id = uuid_make(&c->clock.base),
                          .organization_key = c->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .owner_key = owner->key,
                          .owner_id = owner->id,
                          .token_hash = str_of(hash),
                          .expires_at = instant_add(now, SECONDS(60))};
}

static struct share add_share(struct contract_db *c, const struct user *owner, const char *hash)
{
    struct share share = share_of(c, owner, hash);
    struct db_session *s = contract_begin(c);
    CHECK_OK(share_writer_add(s->uow.shares, &share));
    contract_commit(s);
    return share;
}

static struct study study_of(struct contract_db *c, int number)
{
    struct study study;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_get_study(
        s->readers.images, &c->arena, ACCESS_TO_ALL(c->organization_key),
        sample_id((struct sample_place){c->organization_key, number, 0, 0}), &study));
    db_session_end(s);
    return study;
}

CONTRACT(a_share_reads_back_as_it_was_written)
{
    struct user owner = add_user(c, "owner@clinic.example");
    struct share share = share_of(c, &owner, "hash one"), found;
    share.kind = SHARE_INBOX;
    share.name = STR("für Ärzte");
    share.password_hash = STR("secret");
    share.use_count_max = 7;
    share.allows_download = true;
    share.revoked_at = share.created_at;
    struct db_session *s = contract_begin(c);
    CHECK_OK(share_writer_add(s->uow.shares, &share));
    contract_commit(s);
    s = contract_begin(c);
    struct share_reader *r = s->readers.shares;
    CHECK_OK(share_reader_get(r, &c->arena, c->organization_key, share.id, &found));
    CHECK(found.kind == SHARE_INBOX && found.allows_download && found.use_count_max == 7);
    CHECK(found.revoked_at.us == share.revoked_at.us && found.expires_at.us == share.expires_at.us);
    CHECK_STR(STR("für Ärzte"), found.name);
    CHECK_STR(STR("secret"), found.password_hash);
    CHECK(uuid_eq(found.owner_id, owner.id) && found.locked_until.us == 0);
    CHECK_ERR(NOT_FOUND, share_reader_get(r, &c->arena, c->other_key, share.id, &found));
    CHECK_OK(share_reader_get_by_token(r, &c->arena, STR("hash one"), &found));
    CHECK_INT(share.key, found.key);
    CHECK_ERR(NOT_FOUND, share_reader_get_by_token(r, &c->arena, STR("hash"), &found));
    CHECK_OK(share_reader_get_by_key(r, &c->arena, share.key, &found));
    CHECK_ERR(NOT_FOUND, share_reader_get_by_key(r, &c->arena, 4711, &found));
    db_session_end(s);
    s = contract_begin(c);
    struct share again = share_of(c, &owner, "hash one");
    CHECK_ERR(CONFLICT, share_writer_add(s->uow.shares, &again));
    db_session_end(s);
}

CONTRACT(shares_that_open_something_are_found)
{
    struct user owner = add_user(c, "owner@clinic.example");
    instant now = clock_now(&c->clock.base);
    struct share_slice found;
    int64_t total;
    struct share shares[] = {add_share(c, &owner, "open"), add_share(c, &owner, "revoked"),
                             add_share(c, &owner, "used up"), add_share(c, &owner, "once more")};
    shares[1].revoked_at = now;
    shares[2].use_count_max = shares[2].use_count = 2;
    shares[3].use_count_max = 2;
    shares[3].use_count = 1;
    for (size_t i = 1; i < COUNT_OF(shares); i++) {
        struct db_session *s = contract_begin(c);
        CHECK_OK(share_writer_save(s->uow.shares, &shares[i]));
        contract_commit(s);
    }
    struct share_filter f = {.organization_key = c->organization_key,
                             .owner_key = owner.key,
                             .open_at = now,
                             .limit = 10};
    struct db_session *s = contract_begin(c);
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &f, &found, &total));
    CHECK(total == 2 && found.len == 2);
    CHECK_STR(STR("once more"), found.at[0].token_hash);
    f.open_at = shares[0].expires_at;
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &f, &found, &total));
    CHECK(total == 0 && found.len == 0);
    db_session_end(s);
}

CONTRACT(shares_are_listed_newest_first_by_owner)
{
    struct user one = add_user(c, "one@clinic.example"), two = add_user(c, "two@clinic.example");
    struct share_slice found;
    int64_t total;
    add_share(c, &one, "a"), add_share(c, &two, "b"), add_share(c, &one, "c");
    struct share_filter of_one = {
        .organization_key = c->organization_key, .owner_key = one.key, .limit = 1};
    struct db_session *s = contract_begin(c);
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &of_one, &found, &total));
    CHECK(found.len == 1 && total == 2);
    CHECK_STR(STR("c"), found.at[0].token_hash);
    of_one.offset = 1;
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &of_one, &found, &total));
    CHECK_STR(STR("a"), found.at[0].token_hash);
    struct share_filter of_all = {.organization_key = c->organization_key, .limit = 10};
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &of_all, &found, &total));
    CHECK(found.len == 3 && total == 3);
    of_all.organization_key = c->other_key;
    CHECK_OK(share_reader_find(s->readers.shares, &c->arena, &of_all, &found, &total));
    CHECK(found.len == 0 && total == 0);
    db_session_end(s);
}

CONTRACT(visits_are_found_by_their_hash_and_go_when_they_have_ended)
{
    struct user owner = add_user(c, "owner@clinic.example");
    struct share share = add_share(c, &owner, "a");
    struct share_visit visit = {.id = uuid_make(&c->clock.base),
                                .organization_key = c->organization_key,
                                .created_at = clock_now(&c->clock.base),
                                .updated_at = clock_now(&c->clock.base),
                                .share_key = share.key,
                                .token_hash = STR("visit"),
                                .expires_at = share.expires_at,
                                .user_agent = STR("a browser")},
                       found;
    struct share_visit_slice all;
    int64_t total, purged;
    struct db_session *s = contract_begin(c);
    CHECK_OK(share_writer_locate(s->uow.shares, &c->arena, share.key, &share));
    share.use_count++;
    CHECK_OK(share_writer_save(s->uow.shares, &share));
    CHECK_OK(share_writer_add_visit(s->uow.shares, &visit));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(share_reader_get_visit(s->readers.shares, &c->arena, STR("visit"), &found));
    CHECK(found.share_key == share.key && found.peer_address.ptr == NULL);
    CHECK_STR(STR("a browser"), found.user_agent);
    CHECK_OK(
        share_reader_find_visits(s->readers.shares, &c->arena, share.key, 0, 10, &all, &total));
    CHECK(all.len == 1 && total == 1);
    CHECK_OK(share_writer_purge_visits(s->uow.shares, visit.expires_at, &purged));
    CHECK_INT(0, purged);
    CHECK_OK(share_writer_purge_visits(s->uow.shares, instant_add(visit.expires_at, 1), &purged));
    CHECK_INT(1, purged);
    CHECK_ERR(NOT_FOUND,
              share_reader_get_visit(s->readers.shares, &c->arena, STR("visit"), &found));
    CHECK_ERR(NOT_FOUND, share_writer_locate(s->uow.shares, &c->arena, 4711, &share));
    contract_commit(s);
}

static struct album add_album(struct contract_db *c, const struct user *owner, const char *name)
{
    instant now = clock_now(&c->clock.base);
    struct album album = {.id = uuid_make(&c->clock.base),
                          .organization_key = c->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .name = str_of(name),
                          .owner_key = owner->key,
                          .owner_id = owner->id};
    struct db_session *s = contract_begin(c);
    CHECK_OK(album_writer_add(s->uow.albums, &album));
    contract_commit(s);
    return album;
}

static size_t count_in_album(struct contract_db *c, const struct access *access, int64_t album_key)
{
    struct image_filter f = {.level = LEVEL_STUDY,
                             .access = *access,
                             .album_key = album_key,
                             .limit = 100,
                             .wants_total = true};
    struct image_page page;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
    CHECK_INT((int64_t)page.rows.len, page.total);
    db_session_end(s);
    return page.rows.len;
}

CONTRACT(what_is_in_an_album_is_seen_by_who_was_let_in)
{
    struct user owner = add_user(c, "owner@clinic.example"),
                guest = add_user(c, "g@clinic.example");
    struct album album = add_album(c, &owner, "teaching"), other = add_album(c, &owner, "other");
    struct album_slice found;
    int64_t total;
    bool is_granted;
    samples_store(c);
    struct study a = study_of(c, SAMPLE_A), b = study_of(c, SAMPLE_B);
    instant now = clock_now(&c->clock.base);
    struct grant grant = {.id = uuid_make(&c->clock.base),
                          .organization_key = c->organization_key,
                          .created_at = now,
                          .updated_at = now,
                          .grantee_key = guest.key,
                          .granted_kind = GRANTED_ALBUM,
                          .granted_key = album.key,
                          .rights = INT64_C(1) << READ_STUDIES};
    struct access all = *ACCESS_TO_ALL(c->organization_key);
    struct access access = {.organization_key = c->organization_key,
                            .is_limited = true,
                            .grantee_key = guest.key,
                            .right = READ_STUDIES,
                            .now = now};
    struct db_session *s = contract_begin(c);
    CHECK_OK(album_writer_put_study(s->uow.albums, album.key, a.key, owner.id, now));
    CHECK_OK(album_writer_put_study(s->uow.albums, album.key, a.key, owner.id, now)); /* once */
    CHECK_OK(album_writer_put_study(s->uow.albums, album.key, b.key, owner.id, now));
    CHECK_OK(album_writer_put_study(s->uow.albums, other.key, b.key, owner.id, now));
    CHECK_OK(grant_writer_add(s->uow.grants, &grant));
    contract_commit(s);
    CHECK_INT(2, (int64_t)count_in_album(c, &all, album.key));
    CHECK_INT(2, (int64_t)count_in_album(c, &access, album.key));
    CHECK_INT(1, (int64_t)count_in_album(c, &access, other.key)); /* in the granted one too */
    struct album_filter of_guest = {
        .organization_key = c->organization_key, .user_key = guest.key, .now = now, .limit = 10};
    s = contract_begin(c);
    CHECK_OK(album_reader_find(s->readers.albums, &c->arena, &of_guest, &found, &total));
    CHECK(found.len == 1 && total == 1 && found.at[0].key == album.key);
    CHECK_OK(album_reader_is_granted(s->readers.albums, &access, album.key, &is_granted));
    CHECK(is_granted);
    CHECK_OK(album_reader_is_granted(s->readers.albums, &access, other.key, &is_granted));
    CHECK(!is_granted);
    CHECK_OK(album_writer_take_study(s->uow.albums, album.key, a.key));
    contract_commit(s);
    CHECK_INT(1, (int64_t)count_in_album(c, &access, album.key));
    s = contract_begin(c);
    CHECK_OK(album_writer_remove(s->uow.albums, album.key));
    contract_commit(s);
    CHECK_INT(0, (int64_t)count_in_album(c, &access, other.key));
    CHECK_INT(1, (int64_t)count_in_album(c, &all, other.key));
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, album_reader_get(s->readers.albums, &c->arena, c->organization_key,
                                          album.id, &album));
    db_session_end(s);
}

static size_t count_matching(struct contract_db *c, struct image_reader *r,
                             const struct access *access, enum image_level level, uint32_t tag,
                             str value)
{
    struct image_page page;
    struct image_match match = {.attribute = image_attribute_find(tag), .value = value};
    struct image_filter f = {
        .level = level, .access = *access, .matches = {&match, 1}, .limit = 100};
    CHECK_OK(image_reader_find(r, &c->arena, &f, &page));
    return page.rows.len;
}

/* What a study says of all its series is asked at every level: the others do not answer. */
static void check_hidden_matches(struct contract_db *c, struct image_reader *r,
                                 const struct access *access, const struct series *series)
{
    str count = str_format(&c->arena, "%lld", (long long)series->instance_count);
    struct study whole;
    struct access all = *ACCESS_TO_ALL(c->organization_key);
    struct image_row row;
    CHECK_OK(image_reader_locate(r, &c->arena, &all, STR("1.2.40.28"), STR_NONE, STR_NONE, &row));
    whole = row.study;
    CHECK(whole.series_count > 1 && whole.instance_count > series->instance_count);
    for (enum image_level level = LEVEL_STUDY; level <= LEVEL_INSTANCE; level++) {
        str series_count = str_format(&c->arena, "%lld", (long long)whole.series_count),
            instance_count = str_format(&c->arena, "%lld", (long long)whole.instance_count);
        CHECK(count_matching(c, r, access, level, 0x00080061, STR("CT")) != 0);
        CHECK_INT(0, (int64_t)count_matching(c, r, access, level, 0x00080061, STR("PT")));
        CHECK(count_matching(c, r, access, level, 0x00201206, STR("1")) != 0);
        CHECK_INT(0, (int64_t)count_matching(c, r, access, level, 0x00201206, series_count));
        CHECK(count_matching(c, r, access, level, 0x00201208, count) != 0);
        CHECK_INT(0, (int64_t)count_matching(c, r, access, level, 0x00201208, instance_count));
    }
}

/* What is asked of series is not answered by those that are not seen. */
static void check_study_of_series(struct contract_db *c, struct image_reader *r,
                                  const struct access *access, const struct study *study)
{
    struct image_page page;
    struct image_match by_modality = {image_attribute_find(0x00080060), STR("CT"), false, false,
                                      false};
    struct image_match of_study = {image_attribute_find(0x00080061), STR("PT"), false, false,
                                   false};
    struct image_filter studies = {.level = LEVEL_STUDY,
                                   .access = *access,
                                   .matches = {&by_modality, 1},
                                   .limit = 10,
                                   .wants_total = true};
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 1 && page.total == 1 && page.rows.at[0].study.key == study->key);
    CHECK(page.rows.at[0].study.series_count == 1 && page.rows.at[0].series.key == 0);
    CHECK_STR(STR("CT"), page.rows.at[0].study.modalities);
    by_modality.value = STR("SR");
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 0 && page.total == 0);
    studies.matches = (struct image_match_slice){&of_study, 1};
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 0 && page.total == 0);
    of_study.value = STR("SR\\CT");
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 1);
    int64_t keys[] = {study->key + 1};
    struct key_slice only = {keys, 1};
    studies.only = &only;
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 0);
    keys[0] = study->key;
    CHECK_OK(image_reader_find(r, &c->arena, &studies, &page));
    CHECK(page.rows.len == 1);
}

/* An access to one series: of its study nothing else is there, whatever is asked. */
CONTRACT(of_a_study_one_series_can_be_seen)
{
    struct image_row row;
    struct series series, hidden;
    struct study study;
    struct image_page page;
    samples_store(c);
    struct sample_place place = {c->organization_key, MANY_SERIES, 2, 0};
    struct sample_place elsewhere = {c->organization_key, MANY_SERIES, 1, 0};
    struct access access = *ACCESS_TO_ALL(c->organization_key);
    struct db_session *s = contract_begin(c);
    struct image_reader *r = s->readers.images;
    CHECK_OK(image_reader_get_series(r, &c->arena, &access, sample_id(place), &series));
    access.series_key = series.key;
    access.series_id = series.id;
    CHECK_ERR(NOT_FOUND,
              image_reader_get_series(r, &c->arena, &access, sample_id(elsewhere), &hidden));
    CHECK_OK(
        image_reader_locate(r, &c->arena, &access, STR("1.2.40.28"), STR_NONE, STR_NONE, &row));
    CHECK_INT(access.series_key, row.series.key);
    CHECK_OK(image_reader_locate(r, &c->arena, &access, STR("1.2.40.28"), STR("1.2.40.28.2"),
                                 STR_NONE, &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, &access, STR("1.2.40.28"),
                                             STR("1.2.40.28.1"), STR_NONE, &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, &access, STR("1.2.40.28"),
                                             STR("1.2.40.28.1"), STR("1.2.40.28.1.1"), &row));
    CHECK_ERR(NOT_FOUND, image_reader_locate(r, &c->arena, &access, STR("1.2.40.1"), STR_NONE,
                                             STR_NONE, &row));
    elsewhere.instance = 1;
    struct instance instance;
    CHECK_ERR(NOT_FOUND,
              image_reader_get_instance(r, &c->arena, &access, sample_id(elsewhere), &instance));
    place.series = 0;
    CHECK_OK(image_reader_get_study(r, &c->arena, &access, sample_id(place), &study));
    CHECK(study.series_count == 1 && study.instance_count == series.instance_count);
    struct image_filter f = {.level = LEVEL_SERIES,
                             .access = access,
                             .study_id = sample_id(place),
                             .limit = 10,
                             .wants_total = true};
    CHECK_OK(image_reader_find(r, &c->arena, &f, &page));
    CHECK(page.rows.len == 1 && page.total == 1);
    check_study_of_series(c, r, &access, &study);
    check_hidden_matches(c, r, &access, &series);
    elsewhere.instance = 0;
    f.series_id = sample_id(elsewhere);
    CHECK_OK(image_reader_find(r, &c->arena, &f, &page));
    CHECK(page.rows.len == 0 && page.total == 0);
    db_session_end(s);
}
