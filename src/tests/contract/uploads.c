/* Uploads: whose they are, parts that replace each other, what refers to an object, what goes. */
#include "tests/contract/samples.h"

static struct upload make_upload(struct contract_db *c, int64_t organization_key, uuid owner_id)
{
    instant now = clock_now(&c->clock.base);
    struct upload upload = {.id = uuid_make(&c->clock.base),
                            .organization_key = organization_key,
                            .created_at = now,
                            .updated_at = now,
                            .owner_id = owner_id,
                            .name = STR("ct.zip"),
                            .kind = UPLOAD_ZIP,
                            .size = 10,
                            .expires_at = instant_add(now, SECONDS(100))};
    struct db_session *s = contract_begin(c);
    CHECK_OK(upload_writer_add(s->uow.uploads, &upload));
    contract_commit(s);
    return upload;
}

static opt_i64 put(struct contract_db *c, const struct upload *upload, int64_t number, int object)
{
    opt_i64 replaced;
    struct upload_part part = {.upload_key = upload->key,
                               .number = number,
                               .size = object,
                               .sha256 = str_format(&c->arena, "%064d", object),
                               .created_at = clock_now(&c->clock.base)};
    struct db_session *s = contract_begin(c);
    CHECK_OK(upload_writer_put_part(s->uow.uploads, &part, &replaced));
    contract_commit(s);
    return replaced;
}

static bool is_referenced(struct contract_db *c, int object)
{
    bool referenced;
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, str_format(&c->arena, "%064d", object),
                                        &referenced));
    db_session_end(s);
    return referenced;
}

static struct upload_part_slice parts_of(struct contract_db *c, const struct upload *upload,
                                         int64_t after, uint32_t limit)
{
    struct upload_part_slice parts;
    struct db_session *s = contract_begin(c);
    CHECK_OK(upload_reader_parts(s->readers.uploads, &c->arena, upload->key, after, limit, &parts));
    db_session_end(s);
    return parts;
}

CONTRACT(an_upload_is_its_senders)
{
    uuid mine = uuid_make(&c->clock.base), other = uuid_make(&c->clock.base);
    struct upload upload = make_upload(c, c->organization_key, mine), out;
    struct upload_slice found;
    int64_t total;
    make_upload(c, c->organization_key, mine);
    make_upload(c, c->organization_key, other);
    struct db_session *s = contract_begin(c);
    struct upload_reader *r = s->readers.uploads;
    CHECK_OK(upload_reader_get(r, &c->arena, c->organization_key, mine, upload.id, &out));
    CHECK_STR(STR("ct.zip"), out.name);
    CHECK_INT(UPLOAD_ZIP, out.kind);
    CHECK_ERR(NOT_FOUND,
              upload_reader_get(r, &c->arena, c->organization_key, other, upload.id, &out));
    CHECK_ERR(NOT_FOUND, upload_reader_get(r, &c->arena, c->other_key, mine, upload.id, &out));
    struct upload_filter f = {
        .organization_key = c->organization_key, .owner_id = mine, .limit = 10};
    CHECK_OK(upload_reader_find(r, &c->arena, &f, &found, &total));
    CHECK_INT(2, total);
    CHECK(uuid_eq(found.at[1].id, upload.id));
    f.state = (opt_i64){true, UPLOAD_COMPLETED};
    CHECK_OK(upload_reader_find(r, &c->arena, &f, &found, &total));
    CHECK_INT(0, total);
    db_session_end(s);
}

CONTRACT(parts_come_in_any_order_and_again)
{
    struct upload upload = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    struct upload other = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    put(c, &upload, 3, 33);
    put(c, &upload, 1, 11);
    put(c, &upload, 2, 22);
    put(c, &upload, 2, 22);
    opt_i64 replaced = put(c, &upload, 3, 34);
    CHECK(replaced.is_set);
    CHECK_INT(33, replaced.value);
    replaced = put(c, &other, 1, 99);
    CHECK(!replaced.is_set);
    struct upload_part_slice parts = parts_of(c, &upload, 0, 100);
    CHECK_INT(3, (int64_t)parts.len);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT((int64_t)i + 1, parts.at[i].number);
    CHECK_INT(34, parts.at[2].size);
    CHECK(parts.at[0].name.ptr == NULL);
    CHECK_INT(2, (int64_t)parts_of(c, &upload, 1, 100).len);
    CHECK_INT(1, (int64_t)parts_of(c, &upload, 1, 1).len);
    CHECK(is_referenced(c, 34) && is_referenced(c, 11) && !is_referenced(c, 33));
}

CONTRACT(files_are_counted_once)
{
    struct upload upload = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    struct upload_file_slice files;
    int64_t total;
    struct db_session *s = contract_begin(c);
    for (int i = 1; i <= 5; i++) {
        struct upload_file file = {.upload_key = upload.key,
                                   .number = i,
                                   .name = str_format(&c->arena, "IM%d", i),
                                   .outcome = i == 2 ? UPLOAD_FILE_REFUSED : UPLOAD_STORED,
                                   .code = i == 2 ? STR("MALFORMED") : STR_NONE};
        CHECK_OK(upload_writer_add_file(s->uow.uploads, &file));
    }
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(upload_reader_files(s->readers.uploads, &c->arena, upload.key, 1, 2, &files, &total));
    CHECK_INT(5, total);
    CHECK_INT(2, (int64_t)files.len);
    CHECK_STR(STR("IM2"), files.at[0].name);
    CHECK_STR(STR("MALFORMED"), files.at[0].code);
    CHECK_INT(UPLOAD_FILE_REFUSED, files.at[0].outcome);
    CHECK(!uuid_is_set(files.at[0].study_id));
    db_session_end(s);
    struct upload_file again = {.upload_key = upload.key, .number = 5, .name = STR("x")};
    s = contract_begin(c);
    CHECK_ERR(CONFLICT, upload_writer_add_file(s->uow.uploads, &again));
    db_session_end(s);
}

CONTRACT(what_is_removed_of_an_upload_refers_to_nothing)
{
    struct upload upload = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    struct upload other = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    put(c, &upload, 1, 11);
    put(c, &upload, 2, 22);
    put(c, &other, 1, 22);
    struct db_session *s = contract_begin(c);
    CHECK_OK(upload_writer_remove_parts(s->uow.uploads, upload.key));
    contract_commit(s);
    CHECK(!is_referenced(c, 11) && is_referenced(c, 22));
    struct upload out;
    s = contract_begin(c);
    CHECK_OK(upload_writer_remove(s->uow.uploads, other.key));
    contract_commit(s);
    CHECK(!is_referenced(c, 22));
    s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, upload_reader_get(s->readers.uploads, &c->arena, c->organization_key,
                                           other.owner_id, other.id, &out));
    db_session_end(s);
}

CONTRACT(expired_uploads_go_unless_they_are_worked_on)
{
    struct upload idle = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    struct upload busy = make_upload(c, c->organization_key, uuid_make(&c->clock.base));
    struct upload out;
    int64_t count;
    put(c, &idle, 1, 11);
    busy.lease_until = instant_add(c->clock.time, SECONDS(500));
    struct db_session *s = contract_begin(c);
    CHECK_OK(upload_writer_save(s->uow.uploads, &busy));
    contract_commit(s);
    const struct {
        int64_t after_seconds, count;
    } steps[] = {{99, 0}, {101, 1}, {102, 0}, {501, 1}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        s = contract_begin(c);
        CHECK_OK(upload_writer_purge(
            s->uow.uploads, instant_add(c->clock.time, SECONDS(steps[i].after_seconds)), &count));
        contract_commit(s);
        CHECK_INT(steps[i].count, count);
        s = contract_begin(c);
        err e = upload_reader_get(s->readers.uploads, &c->arena, c->organization_key, busy.owner_id,
                                  busy.id, &out);
        db_session_end(s);
        CHECK(failed(e) == (i == 3));
    }
    CHECK(!is_referenced(c, 11));
}
