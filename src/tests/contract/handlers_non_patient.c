/* Storing non-patient objects, over a world in memory. */
#include "tests/contract/handlers.h"

#include "base/arena.h"
#include "infrastructure/sweeper.h"

#include <unistd.h>

enum { FAULT_COUNT_MAX = 500 };

static void add_element(struct buf *out, uint32_t tag, const char *vr, const char *value)
{
    size_t len = strlen(value), padded = len + len % 2;
    const unsigned char head[] = {(unsigned char)(tag >> 16), (unsigned char)(tag >> 24),
                                  (unsigned char)tag,         (unsigned char)(tag >> 8),
                                  (unsigned char)vr[0],       (unsigned char)vr[1],
                                  (unsigned char)padded,      0};
    buf_add_bytes(out, head, sizeof head);
    buf_add_bytes(out, value, len);
    if (padded != len)
        buf_add_char(out, strcmp(vr, "UI") == 0 ? '\0' : ' ');
}

/* A colour palette without its palette. */
static str palette_file(struct world *w, const char *label)
{
    struct buf meta = BUF_IN(&w->arena), out = BUF_IN(&w->arena);
    static const char preamble[128];
    add_element(&meta, 0x00020010, "UI", "1.2.840.10008.1.2.1");
    buf_add_bytes(&out, preamble, sizeof preamble);
    buf_add(&out, STR("DICM"));
    buf_add_bytes(&out, "\2\0\0\0UL\4\0", 8);
    buf_add_char(&out, (char)meta.len);
    buf_add_bytes(&out, "\0\0\0", 3);
    buf_add(&out, buf_str(&meta));
    add_element(&out, 0x00080016, "UI", "1.2.840.10008.5.1.4.39.1");
    add_element(&out, 0x00080018, "UI", "1.2.3.4.5");
    add_element(&out, 0x00700080, "CS", label);
    return buf_str(&out);
}

static err store(struct world *w, str bytes, const char *uid, struct ingest_result *out)
{
    struct principal technologist = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &technologist);
    struct memory_source source;
    const struct ingest_options options = {.is_non_patient = true,
                                           .category = NON_PATIENT_COLOR_PALETTES,
                                           .sop_instance_uid =
                                               uid != NULL ? str_of(uid) : STR_NONE};
    memory_source_init(&source, bytes);
    return ingest_instance(&scope, &source.base, &options, out);
}

static void check_is_there(struct world *w, const char *label)
{
    struct non_patient_object object;
    struct object_file file;
    struct db_session *s = world_begin(w);
    CHECK_OK(non_patient_reader_locate(s->readers.non_patient, &w->arena, w->organization.key,
                                       NON_PATIENT_COLOR_PALETTES, STR("1.2.3.4.5"), &object));
    db_session_end(s);
    CHECK_STR(str_of(label), object.content_label);
    CHECK_OK(storage_open(&w->storage.base, object.object_name, OBJECT_WHOLE, &file));
    CHECK_INT(object.size, file.size);
    close(file.fd);
}

WORLD(an_object_is_stored_once_and_not_overwritten)
{
    struct ingest_result result;
    CHECK_OK(store(w, palette_file(w, "HOT"), NULL, &result));
    CHECK(!result.was_there && !uuid_is_set(result.study_id));
    CHECK_OK(store(w, palette_file(w, "HOT"), "1.2.3.4.5", &result));
    CHECK(result.was_there);
    CHECK_ERR(CONFLICT, store(w, palette_file(w, "COLD"), NULL, &result));
    CHECK_ERR(INVALID, store(w, palette_file(w, "COLD"), "1.2.3.4.6", &result));
    CHECK_ERR(INVALID, store(w, sample_file(w, 1, 1), NULL, &result));
    CHECK(result.is_other_class);
    CHECK_ERR(INVALID, ingest(w, palette_file(w, "HOT"), STR_NONE, &result));
    check_is_there(w, "HOT");
    CHECK(row_count(w, MEMORY_NON_PATIENT_OBJECTS) == 1 && w->storage.stage_count == 0);
    check_nothing_stored(w);
}

WORLD(the_sweeper_leaves_what_an_object_is_kept_in)
{
    struct ingest_result result;
    CHECK_OK(store(w, palette_file(w, "HOT"), NULL, &result));
    CHECK_ERR(CONFLICT, store(w, palette_file(w, "COLD"), NULL, &result));
    CHECK_INT(2, w->storage.object_count);
    world_wait(w, SWEEP_AGE_SECONDS + 1);
    CHECK_OK(sweep_objects(&w->faulty_database.base, &w->faulty_storage.base, &w->clock.base,
                           SWEEP_AGE_SECONDS, NULL));
    CHECK_INT(1, w->storage.object_count);
    check_is_there(w, "HOT");
}

/* True when no call was left to fail. */
static bool torture(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct ingest_result result;
    world_open(&w);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = store(&w, palette_file(&w, "HOT"), NULL, &result);
    bool untouched = w.fault.failed == NULL;
    w.fault.fail_at = 0;
    if (failed(e)) {
        CHECK(!untouched && e.code == code);
        CHECK_INT(0, row_count(&w, MEMORY_NON_PATIENT_OBJECTS));
        CHECK_OK(store(&w, palette_file(&w, "HOT"), NULL, &result));
    }
    CHECK(!result.was_there && row_count(&w, MEMORY_NON_PATIENT_OBJECTS) == 1);
    CHECK(row_count(&w, MEMORY_AUDIT_EVENTS) == 1 && w.storage.stage_count == 0);
    check_is_there(&w, "HOT");
    world_close(&w);
    return untouched;
}

TEST(an_object_is_stored_whole_or_not_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 8 && at < FAULT_COUNT_MAX);
    }
}
