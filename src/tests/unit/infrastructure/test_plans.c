/* How both databases find in a large archive: led by an index, without a walk through everything
 * and without a sort of everything. Plans are watched instead of times, which are another machine's
 * tomorrow. Of 200,000 studies, where a walk is still cheap enough to tempt a planner; of a million
 * with GANTRY_LONG. */
#include "base/arena.h"
#include "infrastructure/postgres/database.h"
#include "infrastructure/sql/find.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/folder.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

TEST_MAIN("plans")

/* {numbers}: 1 … {studies}; {id}: a UUID of chance. Every patient has ten studies, each with a
 * series and an instance; one in a hundred is called Smith, five are called Zyx. */
static const char fill_studies[] =
    "INSERT INTO studies(key, id, organization_key, created_at, updated_at, version, patient_key,"
    "study_instance_uid, study_date, study_time, accession_number, study_id, study_description,"
    "referring_physician_name, patient_name, patient_id, issuer_of_patient_id, patient_birth_date,"
    "patient_sex, modalities, sop_classes, patient_name_key, referring_physician_name_key, "
    "search_key, series_count, instance_count, size, state) "
    "SELECT i, {id}, 1, i, i, 1, (i + 9) / 10, '1.2.' || i, "
    "CAST(20000101 + i % 28 + i / 28 % 12 * 100 + i % 25 * 10000 AS TEXT), '120000', 'A' || i, "
    "'S', 'CT', '', 'N', 'P' || (i + 9) / 10, '', '', 'M', 'CT', '', name, '', name || ' a' || i, "
    "1, "
    "1, 1000, 0 FROM (SELECT i, CASE WHEN i % 200000 = 7 THEN 'zyxwvut anna' WHEN i % 100 = 5 THEN "
    "'smith john' ELSE 'name' || i % 50021 || ' first' || i % 977 END AS name FROM {numbers}) AS n";
static const char *const fill[] = {
    "INSERT INTO organizations(key, id, organization_key, created_at, updated_at, version, name) "
    "VALUES (1, {id}, 1, 1, 1, 1, 'St. Mary')",
    "INSERT INTO patients(key, id, organization_key, created_at, updated_at, version, patient_id, "
    "issuer_of_patient_id) SELECT i, {id}, 1, i, i, 1, 'P' || i, '' FROM {numbers} WHERE i <= "
    "{studies} / 10",
    fill_studies,
    "INSERT INTO series(key, id, organization_key, created_at, updated_at, version, study_key, "
    "series_instance_uid, modality, series_number, instance_count, size) SELECT i, {id}, 1, i, i, "
    "1, "
    "i, '1.2.' || i || '.1', 'CT', 1, 1, 1000 FROM {numbers} WHERE i <= 200000",
    "INSERT INTO instances(key, id, organization_key, created_at, updated_at, version, study_key, "
    "series_key, sop_instance_uid, instance_number, object_name, size) SELECT i, {id}, 1, i, i, 1, "
    "i, "
    "i, '1.2.' || i || '.1.1', 1, 'o' || i, 1000 FROM {numbers} WHERE i <= 200000",
    "INSERT INTO indexed_attributes(key, id, organization_key, created_at, updated_at, version, "
    "path, keyword, vr, state, is_incomplete, position, done_count, total_count) VALUES "
    "(1, {id}, 1, 1, 1, 1, '00080070', 'Manufacturer', 'LO', 1, 0, 0, 0, 0)",
    "INSERT INTO attribute_values(attribute_key, study_key, series_key, instance_key, number, "
    "folded, value) SELECT 1, i, i, i, 0, 'maker' || i % 50021, 'Maker' || i % 50021 FROM "
    "{numbers}",
    "UPDATE instances SET state = 1, trashed_at = 1 WHERE key % 100 = 7",
    "INSERT INTO trash_items SELECT 1, level, i FROM {numbers} CROSS JOIN (SELECT 1 AS level UNION "
    "SELECT 2) AS levels WHERE i <= 200000 AND i % 100 = 7 ON CONFLICT DO NOTHING",
};

struct archive {
    struct arena arena;
    struct sql_engine *engine;
    struct sqlite_database sqlite;
    struct postgres_database postgres;
    char folder[TEST_PATH_SIZE];
};

static str replaced(struct arena *a, str text, str what, str with)
{
    struct buf out = BUF_IN(a);
    for (size_t at; (at = str_find(text, what)) != SIZE_MAX;) {
        buf_add(&out, str_sub(text, 0, at));
        buf_add(&out, with);
        text = str_sub(text, at + what.len, text.len);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

static void run(struct archive *x, const char *sql)
{
    CHECK_OK(sql_script(x->engine, sql));
}

static void fill_in(struct archive *x, str before, str numbers, str id, str behind)
{
    struct buf script = BUF_IN(&x->arena);
    buf_add(&script, before);
    for (size_t i = 0; i < COUNT_OF(fill); i++) {
        str sql = replaced(&x->arena, str_of(fill[i]), STR("{numbers}"), numbers);
        buf_add(&script, replaced(&x->arena, sql, STR("{id}"), id));
        buf_add_char(&script, ';');
    }
    buf_add(&script, behind);
    str studies = getenv("GANTRY_LONG") != NULL ? STR("1000000") : STR("200000");
    str sql = replaced(&x->arena, buf_str(&script), STR("{studies}"), studies);
    run(x, str_cstr(&x->arena, sql));
}

static void open_sqlite(struct archive *x)
{
    *x = (struct archive){.engine = &x->sqlite.engine};
    temporary_template(x->folder, "plans");
    assert_non_null(mkdtemp(x->folder));
    CHECK_OK(
        sqlite_context_open(&x->sqlite, &x->arena, str_format(&x->arena, "%s/a.db", x->folder)));
    fill_in(x, STR("PRAGMA synchronous = OFF; BEGIN;"),
            STR("(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < "
                "{studies}) SELECT i FROM n)"),
            STR("randomblob(16)"),
            STR("INSERT INTO study_search(rowid, search_key) SELECT key, search_key FROM studies;"
                "COMMIT"));
}

/* A trigger that counts one by one, and an index that is made word by word, are for what arrives
 * one by one. */
static void open_postgres(struct archive *x, const char *url)
{
    *x = (struct archive){.engine = &x->postgres.engine};
    CHECK_OK(postgres_context_open(&x->postgres, &x->arena, str_of(url)));
    fill_in(x,
            STR("ALTER TABLE studies DISABLE TRIGGER ALL; ALTER TABLE series DISABLE TRIGGER ALL;"
                "ALTER TABLE instances DISABLE TRIGGER ALL; DROP INDEX studies_by_words;"
                "INSERT INTO counters VALUES (1, 0, {studies});"),
            STR("generate_series(1, {studies}) AS n(i)"), STR("gen_random_uuid()"),
            STR("ALTER TABLE studies ENABLE TRIGGER ALL; ALTER TABLE series ENABLE TRIGGER ALL;"
                "ALTER TABLE instances ENABLE TRIGGER ALL;"
                "CREATE INDEX studies_by_words ON studies USING gin (search_key gin_trgm_ops)"));
    run(x, "VACUUM ANALYZE");
}

static void archive_close(struct archive *x)
{
    char command[TEST_PATH_SIZE + 64];
    sqlite_database_close(&x->sqlite);
    postgres_database_close(&x->postgres);
    if (x->folder[0] != '\0') {
        snprintf(command, sizeof command, "rm -rf %s", x->folder);
        CHECK(system(command) == 0);
    }
    arena_deinit(&x->arena);
}

/* The questions of viewers and lists. The words of the plans that say how they must and must not be
 * answered: of SQLite, then of PostgreSQL. */
static const struct question {
    const char *name;
    enum image_level level;
    const char *member, *value; /* a matching key, or none */
    const char *search;
    bool by_arrival, of_patients;
    const char *led_by[SQL_LANGUAGE_COUNT];
    const char *kept; /* a key on the kept values, or none */
    bool trashed;
} questions[] = {
    {"the newest studies",
     LEVEL_STUDY,
     NULL,
     NULL,
     NULL,
     false,
     false,
     {"SEARCH st USING INDEX studies_by_date", "Backward using studies_by_date"},
     NULL,
     false},
    {"the last that arrived",
     LEVEL_STUDY,
     NULL,
     NULL,
     NULL,
     true,
     false,
     {"SEARCH st USING INDEX studies_by_arrival", "Backward using studies_by_arrival"},
     NULL,
     false},
    {"of one day",
     LEVEL_STUDY,
     "study_date",
     "20100312",
     NULL,
     false,
     false,
     {"SEARCH st USING INDEX studies_by_date", "Backward using studies_by_date"},
     NULL,
     false},
    {"of one patient",
     LEVEL_STUDY,
     "patient_id",
     "P4711",
     NULL,
     false,
     false,
     {"SEARCH st USING INDEX studies_by_patient", "studies_by_patient"},
     NULL,
     false},
    {"by accession number",
     LEVEL_STUDY,
     "accession_number",
     "A4711",
     NULL,
     false,
     false,
     {"SEARCH st USING INDEX studies_by_accession", "studies_by_accession"},
     NULL,
     false},
    {"by UID",
     LEVEL_STUDY,
     "study_instance_uid",
     "1.2.4711",
     NULL,
     false,
     false,
     {"SEARCH st USING INDEX sqlite_autoindex_studies",
      "using studies_organization_key_study_inst"},
     NULL,
     false},
    {"by a rare name",
     LEVEL_STUDY,
     "patient_name",
     "zyxw*",
     NULL,
     false,
     false,
     {"SCAN ft VIRTUAL TABLE INDEX", "Scan on studies_by_words"},
     NULL,
     false},
    {"the newest patients",
     LEVEL_STUDY,
     NULL,
     NULL,
     NULL,
     false,
     true,
     {"SEARCH newer USING INDEX studies_by_patient", "studies_by_patient_key on studies newer"},
     NULL,
     false},
    {"patients by a rare name",
     LEVEL_STUDY,
     "patient_name",
     "zyxw*",
     NULL,
     false,
     true,
     {"SCAN ft VIRTUAL TABLE INDEX", "Scan on studies_by_words"},
     NULL,
     false},
    {"a patient by number",
     LEVEL_STUDY,
     "patient_id",
     "P4711",
     NULL,
     false,
     true,
     {"SEARCH st USING INDEX studies_by_patient", "studies_by_patient"},
     NULL,
     false},
    {"by a rare word",
     LEVEL_STUDY,
     NULL,
     NULL,
     "zyxwvut",
     false,
     false,
     {"SCAN ft VIRTUAL TABLE INDEX", "Scan on studies_by_words"},
     NULL,
     false},
    {"series of a study",
     LEVEL_SERIES,
     "study_instance_uid",
     "1.2.4711",
     NULL,
     false,
     false,
     {"SEARCH se USING INDEX", "using series_study_key_series_instance_uid_key on series"},
     NULL,
     false},
    {"instances of a study",
     LEVEL_INSTANCE,
     "study_instance_uid",
     "1.2.4711",
     NULL,
     false,
     false,
     {"SEARCH i USING INDEX", "on instances"},
     NULL,
     false},
};

static const struct question value_questions[] = {
    {.name = "studies by a kept value",
     .level = LEVEL_STUDY,
     .kept = "Maker4711",
     .led_by = {"attribute_values_by_value", "attribute_values_by_value"}},
    {.name = "series by a kept value",
     .level = LEVEL_SERIES,
     .kept = "Maker4711",
     .led_by = {"attribute_values_by_value", "attribute_values_by_value"}},
    {.name = "instances by a kept value",
     .level = LEVEL_INSTANCE,
     .kept = "Maker4711",
     .led_by = {"attribute_values_by_value", "attribute_values_by_value"}},
    {.name = "studies by the beginning of a kept value",
     .level = LEVEL_STUDY,
     .kept = "maker471*",
     .led_by = {"attribute_values_by_value", "attribute_values_by_value"}},
    {.name = "studies of a patient by a kept value",
     .level = LEVEL_STUDY,
     .member = "patient_id",
     .value = "P4711",
     .kept = "Maker4711",
     .led_by = {"attribute_values", "attribute_values"}},
    {.name = "patients by a kept value",
     .level = LEVEL_STUDY,
     .of_patients = true,
     .kept = "Maker4711",
     .led_by = {"attribute_values_by_value", "attribute_values_by_value"}},
    {.name = "patients by sex",
     .level = LEVEL_STUDY,
     .of_patients = true,
     .member = "patient_sex",
     .value = "M",
     .led_by = {"SEARCH newer USING INDEX studies_by_patient_key",
                "studies_by_patient_key on studies newer"}},
    {.name = "series in the trash",
     .level = LEVEL_SERIES,
     .trashed = true,
     .led_by = {"SEARCH t USING COVERING INDEX", "trash_items"}},
    {.name = "instances in the trash",
     .level = LEVEL_INSTANCE,
     .trashed = true,
     .led_by = {"SEARCH t USING COVERING INDEX", "trash_items"}},
};

static void check_plan(struct archive *x, const struct question *q)
{
    struct image_match match = {.value = str_of(q->value)};
    struct image_filter f = {.level = q->level, .access.organization_key = 1, .limit = 50};
    str plan;
    if (q->member != NULL) {
        match.attribute = image_attribute_by_member(LEVEL_STUDY, str_of(q->member));
        f.matches = (struct image_match_slice){.at = &match, .len = 1};
    }
    f.one_per_patient = f.wants_patient_counts = q->of_patients;
    f.trashed = q->trashed;
    f.search = q->search != NULL ? str_of(q->search) : STR_NONE;
    if (q->by_arrival) {
        f.sort[0] = (struct image_sort){NULL, true};
        f.sort_count = 1;
    }
    struct value_condition condition;
    struct value_match of_value = {1, &condition};
    if (q->kept != NULL) {
        CHECK_OK(value_condition_make(&x->arena, VR_LO, str_of(q->kept),
                                      &(struct value_switches){0}, &condition));
        f.values = (struct value_match_slice){&of_value, 1};
    }
    CHECK_OK(sql_images_plan(x->engine, &x->arena, &f, &plan));
    bool is_led = str_find(plan, str_of(q->led_by[x->engine->dialect->language])) != SIZE_MAX;
    bool walks =
        str_find(plan, STR("SCAN st")) != SIZE_MAX || str_find(plan, STR("SCAN se")) != SIZE_MAX ||
        str_find(plan, STR("SCAN i")) != SIZE_MAX || str_find(plan, STR("Seq Scan")) != SIZE_MAX;
    if (!is_led || walks)
        fail_msg("%s: %.*s", q->name, STR_ARG(plan));
}

static void check_plans(struct archive *x)
{
    for (size_t i = 0; i < COUNT_OF(questions); i++)
        check_plan(x, &questions[i]);
    for (size_t i = 0; i < COUNT_OF(value_questions); i++)
        check_plan(x, &value_questions[i]);
}

TEST(a_large_archive_on_sqlite)
{
    static struct archive x;
    open_sqlite(&x);
    check_plans(&x);
    archive_close(&x);
}

TEST(a_large_archive_on_postgresql)
{
    static struct archive x;
    const char *url = getenv("GANTRY_TEST_POSTGRES_URL");
    if (url == NULL)
        skip();
    open_postgres(&x, url);
    check_plans(&x);
    archive_close(&x);
}
