/* Group commit, migrations and query plans on the real SQLite; the storage on the real file system.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "domain/entities/non_patient_attribute.h"
#include "infrastructure/migrations/migrations.h"
#include "infrastructure/sql/find.h"
#include "infrastructure/sqlite/database.h"
#include "infrastructure/storage_filesystem.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TEST_MAIN("infrastructure")

struct fixture {
    struct arena arena;
    char folder[TEST_PATH_SIZE];
    struct sqlite_database db;
};

static void fixture_open(struct fixture *f)
{
    *f = (struct fixture){0};
    temporary_template(f->folder, "unit");
    assert_non_null(mkdtemp(f->folder));
    CHECK_OK(
        sqlite_context_open(&f->db, &f->arena, str_format(&f->arena, "%s/test.db", f->folder)));
}

static void fixture_close(struct fixture *f)
{
    sqlite_database_close(&f->db);
    char command[TEST_PATH_SIZE + 64];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    CHECK(system(command) == 0);
    arena_deinit(&f->arena);
}

enum { THREAD_COUNT = 8, UNIT_COUNT = 100 };

static void add_unit(struct sqlite_database *db, int number, bool keep)
{
    struct arena a = {0};
    struct db_session *session;
    struct organization o = {.id = uuid_make(clock_system()), .created_at = {1}, .updated_at = {1}};
    char name[32];
    CHECK_OK(db_session_begin(&db->engine.base, &a, clock_system(), &session));
    snprintf(name, sizeof name, "organization %d", number);
    o.name = str_of(name);
    CHECK_OK(organization_writer_add(session->uow.organizations, &o));
    if (keep)
        CHECK_OK(db_session_commit(session));
    db_session_end(session);
    arena_deinit(&a);
}

static void *write_units(void *argument)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        add_unit(argument, i, i % 4 != 0);
    return NULL;
}

static int64_t count_rows(struct sqlite_database *db, const char *sql)
{
    struct sql_connection *c;
    struct statement s;
    bool has_row;
    CHECK_OK(sql_read_begin(&db->engine, &c));
    CHECK_OK(statement_begin(c, sql, &s));
    CHECK_OK(statement_step(&s, &has_row));
    int64_t count = statement_column_i64(&s, 0);
    statement_end(&s);
    sql_read_end(&db->engine, c);
    return count;
}

TEST(units_share_commits_and_none_sees_anothers_rollback)
{
    struct fixture f;
    pthread_t threads[THREAD_COUNT];
    fixture_open(&f);
    const struct db_context before = f.db.engine.base;
    for (int i = 0; i < THREAD_COUNT; i++)
        CHECK(pthread_create(&threads[i], NULL, write_units, &f.db) == 0);
    for (int i = 0; i < THREAD_COUNT; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(THREAD_COUNT * UNIT_COUNT * 3 / 4,
              count_rows(&f.db, "SELECT count(*) FROM organizations"));
    CHECK_INT(THREAD_COUNT * UNIT_COUNT * 3 / 4, f.db.engine.base.unit_count - before.unit_count);
    CHECK(f.db.engine.base.commit_count - before.commit_count <
          f.db.engine.base.unit_count - before.unit_count);
    fixture_close(&f);
}

TEST(a_newer_schema_is_refused)
{
    struct fixture f;
    int applied;
    fixture_open(&f);
    CHECK_OK(sql_migrate(&f.db.engine, &f.arena, migrations, migration_count, &applied));
    CHECK_INT(0, applied);
    CHECK_OK(sql_script(&f.db.engine, "INSERT INTO schema_migrations VALUES (9999, 'later', 1)"));
    CHECK_ERR(CONFLICT, sql_migrate(&f.db.engine, &f.arena, migrations, migration_count, &applied));
    fixture_close(&f);
}

static str plan_of(struct fixture *f, const struct image_filter *filter)
{
    str plan;
    CHECK_OK(sql_images_plan(&f->db.engine, &f->arena, filter, &plan));
    return plan;
}

TEST(lists_neither_scan_nor_sort)
{
    struct fixture f;
    fixture_open(&f);
    struct image_match uid = {.attribute =
                                  image_attribute_by_member(LEVEL_STUDY, STR("study_instance_uid")),
                              .value = STR("1.2.3")};
    struct image_match series_uid = {
        .attribute = image_attribute_by_member(LEVEL_SERIES, STR("series_instance_uid")),
        .value = STR("1.2.3.4")};
    struct image_match both[] = {uid, series_uid};
    const struct image_filter filters[] = {
        {.level = LEVEL_STUDY, .access.organization_key = 1, .limit = 101},
        {.level = LEVEL_STUDY,
         .access.organization_key = 1,
         .limit = 50,
         .sort = {{NULL, true}},
         .sort_count = 1},
        {.level = LEVEL_STUDY, .access.organization_key = 1, .limit = 50, .matches = {&uid, 1}},
        {.level = LEVEL_SERIES, .access.organization_key = 1, .limit = 50, .matches = {&uid, 1}},
        {.level = LEVEL_INSTANCE, .access.organization_key = 1, .limit = 50, .matches = {both, 2}},
    };
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        str plan = plan_of(&f, &filters[i]);
        if (str_find(plan, STR("SCAN")) != SIZE_MAX ||
            (i < 2 && str_find(plan, STR("TEMP B-TREE")) != SIZE_MAX))
            fail_msg("filter %zu: %.*s", i, STR_ARG(plan));
    }
    fixture_close(&f);
}

TEST(objects_are_found_by_what_they_are_called)
{
    static const uint32_t tags[] = {0x00080018, 0x00700080, 0x00720002, 0x00181030, 0x00221097};
    static const enum non_patient_category categories[] = {
        NON_PATIENT_COLOR_PALETTES, NON_PATIENT_COLOR_PALETTES, NON_PATIENT_HANGING_PROTOCOLS,
        NON_PATIENT_DEFINED_PROCEDURE_PROTOCOLS, NON_PATIENT_IMPLANT_TEMPLATES};
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        struct image_match match = {.attribute =
                                        &non_patient_attribute_at(categories[i], &tags[i], 1)->key,
                                    .value = STR("1.2.3")};
        const struct image_filter filter = {.level = LEVEL_NON_PATIENT,
                                            .category = categories[i],
                                            .access.organization_key = 1,
                                            .limit = 50,
                                            .matches = {&match, 1}};
        str plan = plan_of(&f, &filter);
        str wanted = str_format(&f.arena, "AND %s=?", match.attribute->member);
        if (str_find(plan, STR("SCAN")) != SIZE_MAX || str_find(plan, wanted) == SIZE_MAX)
            fail_msg("%s: %.*s", match.attribute->member, STR_ARG(plan));
    }
    fixture_close(&f);
}

/* The trigram index names the few studies that can match: whoever walks the studies instead and
 * asks it afterwards compares every name of the archive. */
TEST(searches_by_name_are_led_by_the_trigram_index)
{
    struct fixture f;
    fixture_open(&f);
    struct image_match name = {.attribute =
                                   image_attribute_by_member(LEVEL_STUDY, STR("patient_name")),
                               .value = STR("*smi*")};
    const struct image_filter filters[] = {
        {.level = LEVEL_STUDY, .access.organization_key = 1, .limit = 101, .matches = {&name, 1}},
        {.level = LEVEL_STUDY, .access.organization_key = 1, .limit = 50, .search = STR("smith")},
    };
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        str plan = plan_of(&f, &filters[i]);
        if (str_find(plan, STR("SCAN ft VIRTUAL TABLE")) != 0 ||
            str_find(plan, STR("\nSEARCH st USING INTEGER PRIMARY KEY")) == SIZE_MAX)
            fail_msg("filter %zu: %.*s", i, STR_ARG(plan));
    }
    fixture_close(&f);
}

static void store_bytes(struct storage *s, str bytes, struct stored_object *out)
{
    struct stage *stage;
    CHECK_OK(storage_stage_begin(s, &stage));
    CHECK_OK(storage_stage_write(s, stage, bytes.ptr, bytes.len));
    CHECK_OK(storage_stage_commit(s, stage, out));
}

struct counting_sink {
    struct object_sink base;
    int count;
};
static err count_object(struct object_sink *sink, str name, uint64_t size, int64_t age)
{
    CHECK(object_name_is_valid(name) && age >= 0 && size != 0);
    container_of(sink, struct counting_sink, base)->count++;
    return OK;
}

TEST(objects_are_named_by_their_bytes)
{
    struct fixture f;
    struct storage_filesystem fs;
    struct stored_object first, again;
    struct object_file file;
    struct stage *stage;
    struct counting_sink sink = {{count_object}, 0};
    int64_t swept;
    char bytes[16];
    fixture_open(&f);
    CHECK_OK(storage_filesystem_open(&fs, str_format(&f.arena, "%s/storage", f.folder)));
    store_bytes(&fs.base, STR("abc"), &first);
    CHECK_STR(STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
              ((str){first.name, OBJECT_NAME_SIZE}));
    store_bytes(&fs.base, STR("abc"), &again);
    CHECK(!first.was_there && again.was_there);
    CHECK_OK(storage_open(&fs.base, (str){first.name, OBJECT_NAME_SIZE}, OBJECT_WHOLE, &file));
    CHECK(file.size == 3 && pread(file.fd, bytes, 16, 0) == 3 && memcmp(bytes, "abc", 3) == 0);
    close(file.fd);
    CHECK_ERR(INVALID, storage_open(&fs.base, STR("../../etc/passwd"), OBJECT_WHOLE, &file));
    CHECK_ERR(NOT_FOUND,
              storage_open(&fs.base, str_format(&f.arena, "%064d", 0), OBJECT_WHOLE, &file));
    CHECK_OK(storage_stage_begin(&fs.base, &stage));
    CHECK_OK(storage_sweep(&fs.base, 3600, &swept));
    CHECK_INT(0, swept);
    CHECK_OK(storage_sweep(&fs.base, 0, &swept));
    CHECK_INT(1, swept);
    storage_stage_abort(&fs.base, stage);
    CHECK_OK(storage_list(&fs.base, &sink.base));
    CHECK_INT(1, sink.count);
    CHECK_ERR(CONFLICT, storage_remove(&fs.base, (str){first.name, OBJECT_NAME_SIZE}, 3600));
    CHECK_OK(storage_remove(&fs.base, (str){first.name, OBJECT_NAME_SIZE}, 0));
    storage_filesystem_close(&fs);
    fixture_close(&f);
}
