/* Other bytes under a stored UID, by each policy; versions served, restored, bounded; whatever
 * fails. Over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/images/restore_instance_version/command.h"
#include "application/commands/images/trash_instance/command.h"
#include "application/models/metadata_block.h"
#include "application/queries/images/list_instance_versions/query.h"
#include "application/queries/images/retrieve_instance_version/query.h"
#include "dicom/part10/instance.h"

/* The same instance with another last pixel. */
static str other_bytes(struct world *w, int number)
{
    str bytes = str_copy(&w->arena, sample_file(w, 1, 1));
    ((char *)bytes.ptr)[bytes.len - 1] = (char)(bytes.ptr[bytes.len - 1] ^ number);
    return bytes;
}

/* In which a text is another of the same length. */
static str with_text(struct world *w, const char *from, const char *to)
{
    str bytes = str_copy(&w->arena, sample_file(w, 1, 1));
    size_t at = str_find(bytes, str_of(from));
    CHECK(at != SIZE_MAX && strlen(from) == strlen(to));
    memcpy((char *)bytes.ptr + at, to, strlen(to));
    return bytes;
}

static struct image_row row_of(struct world *w, str bytes)
{
    struct image_row row;
    struct instance_read read;
    struct memory_source source;
    memory_source_init(&source, bytes);
    CHECK_OK(instance_read(&w->arena, &source.base, &(struct instance_read_options){0}, &read));
    struct db_session *s = world_begin(w);
    CHECK_OK(image_writer_locate(s->uow.images, &w->arena, w->organization.key,
                                 read.index.study_instance_uid, read.index.series_instance_uid,
                                 read.index.sop_instance_uid, &row));
    db_session_end(s);
    return row;
}

static struct instance_version_slice versions_of(struct world *w, uuid id)
{
    struct principal viewer = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &viewer);
    struct list_instance_versions_result result = {0};
    CHECK_OK(
        list_instance_versions_send(&scope, &(struct list_instance_versions){.id = id}, &result));
    CHECK_INT((int64_t)result.items.len, result.page.total);
    return result.items;
}

static err restore(struct world *w, enum role role, uuid id, uuid version_id, int64_t if_match)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct restore_instance_version_result result;
    return restore_instance_version_send(
        &scope, &(struct restore_instance_version){id, version_id, if_match}, &result);
}

/* Metadata of what is served. */
static str metadata_of(struct world *w, int64_t instance_key)
{
    struct instance_blobs blobs;
    struct buf text = BUF_IN(&w->arena);
    struct db_session *s = world_begin(w);
    CHECK_OK(image_reader_blobs(s->readers.images, &w->arena, instance_key, true, &blobs));
    db_session_end(s);
    struct metadata_block block = {blobs.metadata, blobs.metadata_size, blobs.metadata_crc};
    CHECK_OK(metadata_block_text(&w->arena, &block, &text));
    return buf_str(&text);
}

WORLD(what_came_is_kept_beside_what_is_there)
{
    struct ingest_result result;
    str first = sample_file(w, 1, 1), second = other_bytes(w, 1);
    w->services.duplicates = DUPLICATES_KEEP;
    CHECK_OK(ingest(w, first, STR_NONE, &result));
    struct image_row before = row_of(w, first);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(ingest(w, second, STR_NONE, &result));
        CHECK(result.is_beside && result.was_there == (i > 0));
    }
    struct image_row after = row_of(w, first);
    CHECK_STR(before.instance.object_name, after.instance.object_name);
    CHECK(after.study.version == before.study.version && after.study.size == before.study.size);
    struct instance_version_slice versions = versions_of(w, after.instance.id);
    CHECK_INT(1, versions.len);
    CHECK(versions.at[0].reason == VERSION_KEPT && versions.at[0].size == (int64_t)second.len);
    CHECK(uuid_eq(versions.at[0].user_id, w->users[ROLE_TECHNOLOGIST].id));
    CHECK_OK(ingest(w, first, STR_NONE, &result));
    CHECK(result.was_there && !result.is_beside);
    CHECK_INT(1, row_count(w, MEMORY_CHANGES));
    CHECK_INT(2, w->storage.object_count);
}

WORLD(what_came_takes_the_place_of_what_is_there)
{
    struct ingest_result result;
    str first = sample_file(w, 1, 1);
    w->services.duplicates = DUPLICATES_REPLACE;
    CHECK_OK(ingest(w, first, STR_NONE, &result));
    CHECK_OK(ingest(w, sample_file(w, 1, 2), STR_NONE, &result));
    struct image_row before = row_of(w, first);
    const char *name = str_cstr(&w->arena, before.study.patient_name);
    str other = str_copy(&w->arena, str_of(name));
    *(char *)other.ptr = 'Q';
    str second = with_text(w, name, str_cstr(&w->arena, other));
    CHECK_OK(ingest(w, second, STR_NONE, &result));
    CHECK(!result.is_beside && !result.was_there);
    struct image_row after = row_of(w, first);
    CHECK(!str_eq(before.instance.object_name, after.instance.object_name));
    CHECK(uuid_eq(before.instance.id, after.instance.id));
    CHECK_INT(before.instance.version + 1, after.instance.version);
    CHECK(after.series.version > before.series.version &&
          after.study.version > before.study.version);
    CHECK(after.study.instance_count == 2 && after.study.size == before.study.size);
    CHECK_STR(other, after.study.patient_name);
    CHECK(after.study.search_key.ptr[0] == 'q');
    CHECK(str_find(metadata_of(w, after.instance.key), other) != SIZE_MAX);
    struct instance_version_slice versions = versions_of(w, after.instance.id);
    CHECK(versions.len == 1 && versions.at[0].reason == VERSION_REPLACED);
    CHECK_STR(before.instance.object_name, versions.at[0].object_name);
    CHECK(row_count(w, MEMORY_OUTBOX) == 3 && row_count(w, MEMORY_CHANGES) == 3);
    for (int i = 0; i < 2 * INSTANCE_VERSION_COUNT_MAX; i++) /* round in circles */
        CHECK_OK(ingest(w, i % 2 == 0 ? first : second, STR_NONE, &result));
    CHECK_INT(1, versions_of(w, after.instance.id).len);
    CHECK_ERR(FORBIDDEN, restore(w, ROLE_VIEWER, after.instance.id,
                                 versions_of(w, after.instance.id).at[0].id, 0));
    CHECK_ERR(PRECONDITION_FAILED, restore(w, ROLE_ADMINISTRATOR, after.instance.id,
                                           versions_of(w, after.instance.id).at[0].id, 1));
    CHECK_ERR(NOT_FOUND, restore(w, ROLE_ADMINISTRATOR, after.instance.id, after.instance.id, 0));
    CHECK_OK(restore(w, ROLE_ADMINISTRATOR, after.instance.id,
                     versions_of(w, after.instance.id).at[0].id, 0));
    struct image_row restored = row_of(w, first);
    CHECK_STR(before.instance.object_name, restored.instance.object_name);
    CHECK_STR(before.study.patient_name, restored.study.patient_name);
    CHECK(str_find(metadata_of(w, after.instance.key), before.study.patient_name) != SIZE_MAX);
    versions = versions_of(w, after.instance.id);
    CHECK(versions.len == 1 && versions.at[0].reason == VERSION_RESTORED);
    CHECK_STR(after.instance.object_name, versions.at[0].object_name);
}

/* Whatever the policy: another patient, another series, another study. */
WORLD(nobody_takes_the_place_of_another)
{
    static const enum duplicate_policy policies[] = {DUPLICATES_REFUSE, DUPLICATES_KEEP,
                                                     DUPLICATES_REPLACE};
    struct ingest_result result;
    str first = sample_file(w, 1, 1);
    struct image_row row;
    CHECK_OK(ingest(w, first, STR_NONE, &result));
    row = row_of(w, first);
    const char *series = str_cstr(&w->arena, row.series.series_instance_uid),
               *study = str_cstr(&w->arena, row.study.study_instance_uid),
               *patient = str_cstr(&w->arena, row.study.patient_id);
    const char *const texts[] = {series, study, patient};
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        w->services.duplicates = policies[i];
        for (size_t n = 0; n < COUNT_OF(texts); n++) {
            char *changed = str_cstr(&w->arena, str_copy(&w->arena, str_of(texts[n])));
            changed[strlen(changed) - 1] ^= 1;
            CHECK_ERR(CONFLICT, ingest(w, with_text(w, texts[n], changed), STR_NONE, &result));
        }
    }
    CHECK(row_count(w, MEMORY_INSTANCES) == 1 && row_count(w, MEMORY_INSTANCE_VERSIONS) == 0 &&
          row_count(w, MEMORY_STUDIES) == 1 && row_count(w, MEMORY_SERIES) == 1);
}

WORLD(versions_are_bounded_and_hidden_with_their_instance)
{
    struct ingest_result result;
    w->services.duplicates = DUPLICATES_KEEP;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &result));
    struct image_row row = row_of(w, sample_file(w, 1, 1));
    for (int i = 1; i <= INSTANCE_VERSION_COUNT_MAX; i++)
        CHECK_OK(ingest(w, other_bytes(w, i), STR_NONE, &result));
    CHECK_ERR(CONFLICT, ingest(w, other_bytes(w, 100), STR_NONE, &result));
    CHECK_OK(ingest(w, other_bytes(w, 1), STR_NONE, &result)); /* it is there */
    w->services.duplicates = DUPLICATES_REPLACE;
    CHECK_ERR(CONFLICT, ingest(w, other_bytes(w, 100), STR_NONE, &result));
    CHECK_OK(ingest(w, other_bytes(w, 1), STR_NONE, &result)); /* they change places */
    struct instance_version_slice versions = versions_of(w, row.instance.id);
    CHECK_INT(INSTANCE_VERSION_COUNT_MAX, versions.len);
    CHECK_OK(restore(w, ROLE_ADMINISTRATOR, row.instance.id, versions.at[3].id, 0));
    CHECK_INT(INSTANCE_VERSION_COUNT_MAX, versions_of(w, row.instance.id).len);
    struct principal admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = world_scope(w, &admin);
    struct retrieve_instance_version query = {row.instance.id, versions.at[0].id};
    struct retrieve_instance_version_result version;
    CHECK_OK(retrieve_instance_version_send(&scope, &query, &version));
    CHECK_STR(versions.at[0].object_name, version.instance.object_name);
    struct trash_instance_result trashed;
    CHECK_OK(trash_instance_send(&scope, &(struct trash_instance){row.instance.id, 0}, &trashed));
    CHECK_ERR(NOT_FOUND, retrieve_instance_version_send(&scope, &query, &version));
    CHECK_ERR(CONFLICT, restore(w, ROLE_ADMINISTRATOR, row.instance.id, versions.at[0].id, 0));
    CHECK_ERR(CONFLICT, ingest(w, other_bytes(w, 5), STR_NONE, &result));
}

static bool torture_replace(uint64_t fail_at)
{
    static struct world w;
    struct ingest_result result;
    world_open(&w);
    w.services.duplicates = DUPLICATES_REPLACE;
    str first = sample_file(&w, 1, 1), second = other_bytes(&w, 1);
    CHECK_OK(ingest(&w, first, STR_NONE, &result));
    struct image_row before = row_of(&w, first);
    w.fault = (struct fault){.fail_at = fail_at, .code = ERR_UNAVAILABLE};
    err e = ingest(&w, second, STR_NONE, &result);
    w.fault.fail_at = 0;
    bool untouched = w.fault.failed == NULL;
    if (failed(e)) {
        CHECK_INT(ERR_UNAVAILABLE, e.code);
        struct image_row row = row_of(&w, first);
        CHECK(row.instance.version == before.instance.version &&
              row.study.version == before.study.version);
        CHECK_INT(0, row_count(&w, MEMORY_INSTANCE_VERSIONS));
        CHECK_OK(ingest(&w, second, STR_NONE, &result));
    }
    uuid version_id = versions_of(&w, before.instance.id).at[0].id;
    struct image_row replaced = row_of(&w, first);
    w.fault = (struct fault){.fail_at = fail_at, .code = ERR_UNAVAILABLE};
    e = restore(&w, ROLE_ADMINISTRATOR, before.instance.id, version_id, 0);
    w.fault.fail_at = 0;
    untouched = untouched && w.fault.failed == NULL;
    if (failed(e)) {
        CHECK_STR(replaced.instance.object_name, row_of(&w, first).instance.object_name);
        CHECK(uuid_eq(version_id, versions_of(&w, before.instance.id).at[0].id));
        CHECK_OK(restore(&w, ROLE_ADMINISTRATOR, before.instance.id, version_id, 0));
    }
    CHECK_STR(before.instance.object_name, row_of(&w, first).instance.object_name);
    CHECK_INT(1, row_count(&w, MEMORY_INSTANCE_VERSIONS));
    world_close(&w);
    return untouched;
}

TEST(what_is_replaced_is_replaced_as_a_whole_whatever_fails)
{
    uint64_t at = 1;
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    while (!torture_replace(at) && at < 100)
        at++;
    CHECK(at > 10 && at < 100);
}
