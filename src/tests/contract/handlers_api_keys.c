/* API keys and uploads, over a world in memory that can be made to fail. */
#include "tests/contract/handlers.h"

#include "application/commands/api_keys/create_api_key/command.h"
#include "application/commands/api_keys/reserve_api_key_size/command.h"
#include "application/commands/system/purge_expired/command.h"
#include "application/commands/uploads/add_upload_part/command.h"
#include "application/commands/uploads/create_upload/command.h"
#include "application/services/upload_service.h"

enum { FAULT_COUNT_MAX = 500 };

static err make_key(struct world *w, const struct principal *by, str scope, bool is_limited,
                    const char *idempotency_key, struct create_api_key_result *out)
{
    struct scope s = world_scope(w, by);
    struct create_api_key cmd = {
        .name = STR("key"), .scopes = {&scope, 1}, .is_limited = is_limited};
    if (idempotency_key != NULL)
        s.idempotency_key = str_of(idempotency_key);
    return create_api_key_send(&s, &cmd, out);
}

WORLD(a_key_is_what_its_text_says)
{
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    struct create_api_key_result one, other;
    struct api_key kept;
    uuid id;
    str hash;
    CHECK_OK(make_key(w, &by, STR("studies:read"), false, NULL, &one));
    CHECK_OK(make_key(w, &by, STR("studies:read"), false, NULL, &other));
    CHECK_INT(API_KEY_TEXT_SIZE, (int64_t)one.api_key.len);
    CHECK_OK(token_read_api_key(&w->tokens.base, &w->arena, one.api_key, &id, &hash));
    CHECK(uuid_eq(id, one.view.id));
    struct db_session *s = world_begin(w);
    CHECK_OK(api_key_reader_get(s->readers.api_keys, &w->arena, 0, id, &kept));
    db_session_end(s);
    CHECK_STR(kept.secret_hash, hash);
    CHECK_OK(token_read_api_key(&w->tokens.base, &w->arena, other.api_key, &id, &hash));
    CHECK(!str_eq(kept.secret_hash, hash));
    /* any character that is another makes it no key */
    for (size_t i = 0; i < one.api_key.len; i++) {
        char *text = str_cstr(&w->arena, one.api_key);
        text[i] = text[i] == '7' ? '8' : '7';
        CHECK_ERR(UNAUTHENTICATED,
                  token_read_api_key(&w->tokens.base, &w->arena, str_of(text), &id, &hash));
        CHECK_ERR(UNAUTHENTICATED, token_read_api_key(&w->tokens.base, &w->arena,
                                                      str_sub(one.api_key, 0, i), &id, &hash));
    }
}

WORLD(nobody_gives_a_key_more_than_they_have)
{
    struct create_api_key_result made;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    by.permissions = (UINT64_C(1) << WRITE_API_KEYS) | (UINT64_C(1) << WRITE_STUDIES);
    by.granted_permissions = UINT64_C(1) << READ_STUDIES | UINT64_C(1) << DOWNLOAD_STUDIES;
    CHECK_OK(make_key(w, &by, STR("studies:write"), false, NULL, &made));
    CHECK_ERR(FORBIDDEN, make_key(w, &by, STR("studies:read"), false, NULL, &made));
    CHECK_OK(make_key(w, &by, STR("studies:read"), true, NULL, &made));
    CHECK_ERR(FORBIDDEN, make_key(w, &by, STR("studies:delete"), true, NULL, &made));
    for (enum role role = ROLE_RADIOLOGIST; role < ROLE_COUNT; role++) {
        by = world_principal(w, role);
        CHECK_ERR(FORBIDDEN, make_key(w, &by, STR("studies:read"), true, NULL, &made));
    }
}

WORLD(a_repetition_does_not_show_the_key_again)
{
    struct create_api_key_result first, again;
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR);
    CHECK_OK(make_key(w, &by, STR("studies:read"), false, "k1", &first));
    CHECK_OK(make_key(w, &by, STR("studies:read"), false, "k1", &again));
    CHECK(uuid_eq(first.view.id, again.view.id));
    CHECK_STR(STR("***"), again.api_key);
    CHECK_INT(1, row_count(w, MEMORY_API_KEYS));
}

WORLD(a_days_bytes_are_counted_until_midnight)
{
    struct principal by = world_principal(w, ROLE_ADMINISTRATOR),
                     system = principal_system(w->organization.key);
    struct create_api_key_result made;
    struct scope s = world_scope(w, &by);
    str scope = STR("studies:write");
    struct create_api_key cmd = {
        .name = STR("key"), .scopes = {&scope, 1}, .daily_size = {true, 100}};
    CHECK_OK(create_api_key_send(&s, &cmd, &made));
    const struct {
        int64_t wait, size;
        bool fits;
    } steps[] = {
        {0, 60, true}, {0, 41, false}, {0, 40, true}, {0, 1, false}, {24 * 3600, 100, true}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct reserve_api_key_size_result result;
        world_wait(w, steps[i].wait);
        s = world_scope(w, &system);
        CHECK_OK(reserve_api_key_size_send(
            &s, &(struct reserve_api_key_size){made.view.id, steps[i].size}, &result));
        CHECK((result.retry_seconds == 0) == steps[i].fits);
        CHECK(result.retry_seconds >= 0 && result.retry_seconds <= 24 * 3600);
    }
}

/* A folder of so many files, each in two parts, all sent. */
static uuid send_folder(struct world *w, const struct principal *by, uint32_t count)
{
    struct scope s = world_scope(w, by);
    struct create_upload_result made;
    struct create_upload cmd = {.name = STR("folder"), .kind = UPLOAD_FOLDER};
    for (uint32_t i = 0; i < count; i++)
        cmd.size += (int64_t)sample_file(w, 1, i + 1).len;
    CHECK_OK(create_upload_send(&s, &cmd, &made));
    for (uint32_t i = 0; i < 2 * count; i++) {
        str file = sample_file(w, 1, i / 2 + 1);
        str part =
            i % 2 == 0 ? str_sub(file, 0, file.len / 2) : str_sub(file, file.len / 2, file.len);
        struct stage *stage;
        struct stored_object object;
        struct add_upload_part_result added;
        struct storage *storage = &w->storage.base;
        CHECK_OK(storage_stage_begin(storage, &stage));
        CHECK_OK(storage_stage_write(storage, stage, part.ptr, part.len));
        CHECK_OK(storage_stage_commit(storage, stage, &object));
        struct add_upload_part add = {
            .id = made.upload.id,
            .number = i + 1,
            .name = str_format(&w->arena, "IM%u", (unsigned)(i / 2)),
            .size = (int64_t)object.size,
            .sha256 = str_copy(&w->arena, (str){object.name, OBJECT_NAME_SIZE})};
        s = world_scope(w, by);
        CHECK_OK(add_upload_part_send(&s, &add, &added));
    }
    return made.upload.id;
}

static bool torture_complete(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct upload upload = {0};
    world_open(&w);
    struct principal by = world_principal(&w, ROLE_TECHNOLOGIST);
    uuid id = send_folder(&w, &by, 3);
    struct scope s = world_scope(&w, &by);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = upload_complete(&s, id, &upload);
    bool untouched = w.fault.failed == NULL;
    w.fault.fail_at = 0;
    if (failed(e)) {
        world_wait(&w, UPLOAD_LEASE_SECONDS + 1);
        s = world_scope(&w, &by);
        CHECK_OK(upload_complete(&s, id, &upload));
    }
    CHECK_INT(UPLOAD_COMPLETED, upload.state);
    CHECK_INT(3, upload.stored_count + upload.there_count);
    CHECK_INT(3, row_count(&w, MEMORY_INSTANCES));
    CHECK_INT(3, row_count(&w, MEMORY_UPLOAD_FILES));
    CHECK_INT(0, row_count(&w, MEMORY_UPLOAD_PARTS));
    world_close(&w);
    return untouched;
}

TEST(an_upload_comes_in_whole_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture_complete(codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 20 && at < FAULT_COUNT_MAX);
    }
}

WORLD(an_abandoned_upload_goes_with_its_parts)
{
    struct principal by = world_principal(w, ROLE_TECHNOLOGIST),
                     system = principal_system(w->organization.key);
    send_folder(w, &by, 2);
    for (int i = 0; i < 2; i++) {
        struct scope s = world_scope(w, &system);
        struct purge_expired_result result;
        CHECK_OK(purge_expired_send(&s, &(struct purge_expired){0}, &result));
        CHECK_INT(i, result.upload_count);
        CHECK_INT(1 - i, row_count(w, MEMORY_UPLOADS));
        CHECK_INT(i == 0 ? 4 : 0, row_count(w, MEMORY_UPLOAD_PARTS));
        world_wait(w, UPLOAD_SECONDS + 1);
    }
}
