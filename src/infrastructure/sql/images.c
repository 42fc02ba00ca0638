/* Patients, studies, series and instances on SQL, but for find, which has a file of its own. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "infrastructure/sql/contents.h"
#include "infrastructure/sql/find.h"
#include "infrastructure/sql/grants.h"
#include "infrastructure/sql/match.h"
#include "infrastructure/sql/purge.h"
#include "infrastructure/sql/versions.h"

static struct sql_session *reading(struct image_reader *r)
{
    return container_of(r, struct sql_session, base.repositories.image_reader);
}

static struct sql_session *writing(struct image_writer *w)
{
    return container_of(w, struct sql_session, base.repositories.image_writer);
}

/* study_key: the column that has the key of the study. */
static err get_by_id(struct image_reader *r, struct arena *a, const struct schema *schema,
                     const char *study_key, const struct access *access, uuid id, void *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    str granted = sql_granted(a, access, study_key, 3);
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_prepare(c,
                          str_format(a, "%sWHERE id = ?1 AND organization_key = ?2%.*s",
                                     entity_sql(schema)->select, STR_ARG(granted)),
                          &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, access->organization_key);
    sql_bind_granted(&s, access, 3);
    return entity_read_row(&s, a, schema, out);
}

static err get_study(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                     struct study *out)
{
    return get_by_id(r, a, &study_schema, "key", access, id, out);
}

static err get_series(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                      struct series *out)
{
    return get_by_id(r, a, &series_schema, "study_key", access, id, out);
}

static err get_instance(struct image_reader *r, struct arena *a, const struct access *access,
                        uuid id, struct instance *out)
{
    return get_by_id(r, a, &instance_schema, "study_key", access, id, out);
}

static err start_by_uids(struct sql_connection *c, struct arena *a, const struct schema *schema,
                         const char *where, int64_t organization_key, str uid, str second_uid,
                         struct statement *out)
{
    TRY(statement_prepare(c, str_format(a, "%sWHERE %s", entity_sql(schema)->select, where), out));
    statement_bind_i64(out, 1, organization_key);
    statement_bind_str(out, 2, uid);
    if (second_uid.ptr != NULL)
        statement_bind_str(out, 3, second_uid);
    return statement_start(out);
}

/* Key 0 when there is none. */
static err read_if_there(struct statement *s, struct arena *a, const struct schema *schema,
                         void *out)
{
    bool has_row;
    if (s->handle == NULL)
        return OK;
    TRY(statement_step(s, &has_row));
    if (has_row)
        statement_column_object(s, a, 0, schema, out);
    return OK;
}

static void copy_known(const struct sql_known *known, struct arena *a, int64_t organization_key,
                       str study_uid, str series_uid, struct image_row *out)
{
    if (known == NULL || known->study.organization_key != organization_key ||
        !str_eq(known->study.study_instance_uid, study_uid))
        return;
    out->study = known->study;
    schema_copy_texts(&study_schema, a, &out->study);
    if (!str_eq(known->series.series_instance_uid, series_uid))
        return;
    out->series = known->series;
    schema_copy_texts(&series_schema, a, &out->series);
}

/* The look-ups go together: one way to the database and back. What waits to be written is of the
 * study and the series that are known, and of no other row. */
static err locate(struct sql_connection *c, struct arena *a, int64_t organization_key,
                  str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    CLEANUP(statement_end) struct statement study = {0}, series = {0}, instance = {0};
    *out = (struct image_row){0};
    copy_known(c->engine->ledger.now.known, a, organization_key, study_uid, series_uid, out);
    if (out->study.key == 0)
        TRY(start_by_uids(c, a, &study_schema, "organization_key = ?1 AND study_instance_uid = ?2",
                          organization_key, study_uid, STR_NONE, &study));
    if (series_uid.len != 0 && out->series.key == 0)
        TRY(start_by_uids(c, a, &series_schema,
                          "study_key = (SELECT key FROM studies WHERE organization_key = ?1 AND "
                          "study_instance_uid = ?2) AND series_instance_uid = ?3",
                          organization_key, study_uid, series_uid, &series));
    if (sop_uid.len != 0)
        TRY(start_by_uids(c, a, &instance_schema, "organization_key = ?1 AND sop_instance_uid = ?2",
                          organization_key, sop_uid, STR_NONE, &instance));
    TRY(read_if_there(&study, a, &study_schema, &out->study));
    TRY(read_if_there(&series, a, &series_schema, &out->series));
    return read_if_there(&instance, a, &instance_schema, &out->instance);
}

/* One statement a level, made once: this is what every retrieval begins with. */
static const char *locate_sql[SQL_LANGUAGE_COUNT][LEVEL_COUNT];
static pthread_once_t locate_once = PTHREAD_ONCE_INIT;

static const char *make_locate_sql(enum image_level level, const char *in_this_order)
{
    static const struct {
        const char *above, *from, *where;
        const struct schema *schema;
    } levels[LEVEL_COUNT] = {
        {"", "studies st", "st.organization_key = ?1 AND st.study_instance_uid = ?2",
         &study_schema},
        {"st.key, st.id, st.version, ", "studies st JOIN series se ON se.study_key = st.key",
         "st.organization_key = ?1 AND st.study_instance_uid = ?2 AND se.series_instance_uid = ?3",
         &series_schema},
        {"st.key, st.id, st.version, se.key, se.id, se.version, ",
         "instances i JOIN series se ON se.key = i.series_key JOIN studies st ON st.key = "
         "i.study_key",
         "i.organization_key = ?1 AND i.sop_instance_uid = ?4 AND se.series_instance_uid = ?3 AND "
         "st.study_instance_uid = ?2",
         &instance_schema}};
    struct arena scratch = {0};
    struct buf sql = BUF_IN(&scratch);
    str from = str_of(levels[level].from);
    buf_addf(&sql, "SELECT %s", levels[level].above);
    sql_columns(&sql, levels[level].schema, image_aliases[level], true);
    buf_add(&sql, STR(" FROM "));
    for (size_t join; (join = str_find(from, STR("JOIN"))) != SIZE_MAX;) {
        buf_add(&sql, str_sub(from, 0, join));
        buf_add(&sql, str_of(in_this_order));
        from = str_sub(from, join + 4, from.len);
    }
    buf_addf(&sql, "%.*s WHERE %s", STR_ARG(from), levels[level].where);
    for (unsigned above = 0; above <= level; above++)
        buf_addf(&sql, " AND %s.state = %d", image_aliases[above], STUDY_RECEIVED);
    char *text = heap_alloc(sql.len + 1);
    memcpy(text, sql.ptr, sql.len);
    arena_deinit(&scratch);
    return text;
}

static void make_all_locate_sql(void)
{
    static const char *const joins[] = {[SQL_SQLITE] = "CROSS JOIN", [SQL_POSTGRESQL] = "JOIN"};
    for (unsigned language = 0; language < SQL_LANGUAGE_COUNT; language++)
        for (unsigned level = 0; level < LEVEL_COUNT; level++)
            locate_sql[language][level] = make_locate_sql(level, joins[language]);
}

static void read_place(const struct statement *s, int at, int64_t *key, uuid *id, int64_t *version)
{
    *key = statement_column_i64(s, at);
    *id = statement_column_uuid(s, at + 1);
    *version = statement_column_i64(s, at + 2);
}

static void read_located(const struct statement *s, struct arena *a, enum image_level level,
                         struct image_row *out)
{
    int at = 3 * (int)level;
    if (level >= LEVEL_SERIES)
        read_place(s, 0, &out->study.key, &out->study.id, &out->study.version);
    if (level >= LEVEL_INSTANCE)
        read_place(s, 3, &out->series.key, &out->series.id, &out->series.version);
    if (level == LEVEL_STUDY)
        statement_column_object(s, a, at, &study_schema, &out->study);
    else if (level == LEVEL_SERIES)
        statement_column_object(s, a, at, &series_schema, &out->series);
    else
        statement_column_object(s, a, at, &instance_schema, &out->instance);
}

/* What every retrieval begins with is a constant; within grants it is looked up by its text. */
static err begin_locate(struct sql_connection *c, struct arena *a, enum image_level level,
                        const struct access *access, struct statement *out)
{
    const char *sql = locate_sql[c->engine->dialect->language][level];
    if (!access->is_limited)
        return statement_begin(c, sql, out);
    str granted = sql_granted(a, access, "st.key", 3 + (int)level);
    return statement_prepare(c, str_format(a, "%s%.*s", sql, STR_ARG(granted)), out);
}

static err reader_locate(struct image_reader *r, struct arena *a, const struct access *access,
                         str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    enum image_level level = sop_uid.len != 0      ? LEVEL_INSTANCE
                             : series_uid.len != 0 ? LEVEL_SERIES
                                                   : LEVEL_STUDY;
    bool has_row;
    pthread_once(&locate_once, make_all_locate_sql);
    TRY(sql_session_read(reading(r), &c));
    TRY(begin_locate(c, a, level, access, &s));
    statement_bind_i64(&s, 1, access->organization_key);
    statement_bind_str(&s, 2, study_uid);
    if (level >= LEVEL_SERIES)
        statement_bind_str(&s, 3, series_uid);
    if (level >= LEVEL_INSTANCE)
        statement_bind_str(&s, 4, sop_uid);
    sql_bind_granted(&s, access, 3 + (int)level);
    TRY(statement_step(&s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    *out = (struct image_row){0};
    out->study.study_instance_uid = study_uid;
    out->series.series_instance_uid = series_uid;
    read_located(&s, a, level, out);
    return OK;
}

void sql_read_blobs(const struct statement *s, struct arena *a, int at, struct instance_blobs *out)
{
    *out = (struct instance_blobs){.metadata = statement_column_str(s, a, at),
                                   .metadata_size = statement_column_i64(s, at + 1),
                                   .metadata_crc = statement_column_i64(s, at + 2),
                                   .frames = statement_column_str(s, a, at + 3),
                                   .bulk = statement_column_str(s, a, at + 4)};
}

static err get_blobs(struct image_reader *r, struct arena *a, int64_t instance_key,
                     bool with_metadata, struct instance_blobs *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_begin(
        c,
        with_metadata
            ? "SELECT metadata, metadata_size, metadata_crc, frames, bulk "
              "FROM instance_blobs WHERE instance_key = ?1"
            : "SELECT NULL, 0, 0, frames, bulk FROM instance_blobs WHERE instance_key = ?1",
        &s));
    statement_bind_i64(&s, 1, instance_key);
    TRY(statement_step(&s, &has_row));
    if (!has_row)
        return ERR(NOT_FOUND, "not found");
    sql_read_blobs(&s, a, 0, out);
    return OK;
}

static str instances_sql(struct arena *a, bool of_series, bool with_blobs)
{
    struct buf sql = BUF_IN(a);
    buf_add(&sql, STR("SELECT "));
    sql_columns(&sql, &instance_schema, "i", true);
    if (with_blobs)
        buf_add(&sql, STR(", b.metadata, b.metadata_size, b.metadata_crc, b.frames, b.bulk"));
    buf_add(&sql, STR(" FROM instances i"));
    if (!of_series)
        buf_add(&sql, STR(" JOIN series se ON se.key = i.series_key"));
    if (with_blobs)
        buf_add(&sql, STR(" JOIN instance_blobs b ON b.instance_key = i.key"));
    buf_add(&sql, of_series ? STR(" WHERE i.series_key = ?1 AND i.state = 0 ORDER BY "
                                  "i.instance_number ASC NULLS FIRST, i.key")
                            : STR(" WHERE i.study_key = ?1 AND i.state = 0 AND se.state = 0 ORDER "
                                  "BY se.series_number ASC NULLS "
                                  "FIRST, se.key, i.instance_number ASC NULLS FIRST, i.key"));
    return buf_str(&sql);
}

static err each_instance(struct image_reader *r, struct arena *a, int64_t study_key,
                         int64_t series_key, bool with_blobs, struct image_sink *sink)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    struct arena row_arena = {0};
    bool has_row = true;
    TRY(sql_session_read(reading(r), &c));
    err e = statement_prepare(c, instances_sql(&row_arena, series_key != 0, with_blobs), &s);
    if (!failed(e)) {
        statement_bind_i64(&s, 1, series_key != 0 ? series_key : study_key);
        statement_stream(&s);
    }
    while (!failed(e)) {
        struct instance instance = {0};
        struct instance_blobs blobs = {0};
        e = statement_step(&s, &has_row);
        if (failed(e) || !has_row)
            break;
        if (a == NULL)
            arena_reset(&row_arena);
        int at =
            statement_column_object(&s, a != NULL ? a : &row_arena, 0, &instance_schema, &instance);
        if (with_blobs)
            sql_read_blobs(&s, a, at, &blobs);
        e = sink->take(sink, &instance, &blobs);
    }
    arena_deinit(&row_arena);
    return e;
}

static err is_referenced(struct image_reader *r, str object_name, bool *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_begin(c,
                        "SELECT 1 FROM instances WHERE object_name = ?1 UNION ALL "
                        "SELECT 1 FROM instance_versions WHERE object_name = ?1 UNION ALL "
                        "SELECT 1 FROM non_patient_objects WHERE object_name = ?1 UNION ALL "
                        "SELECT 1 FROM upload_parts WHERE sha256 = ?1 UNION ALL "
                        "SELECT 1 FROM tasks WHERE output_object = ?1 LIMIT 1",
                        &s));
    statement_bind_str(&s, 1, object_name);
    return statement_step(&s, out);
}

static err statistics(struct image_reader *r, int64_t organization_key, int64_t *studies,
                      int64_t *instances, int64_t *size)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_read(reading(r), &c));
    TRY(statement_begin(c,
                        "SELECT count(*), CAST(coalesce(sum(instance_count), 0) AS BIGINT), "
                        "CAST(coalesce(sum(size), 0) AS BIGINT) FROM studies "
                        "WHERE organization_key = ?1",
                        &s));
    statement_bind_i64(&s, 1, organization_key);
    TRY(statement_step(&s, &has_row));
    *studies = statement_column_i64(&s, 0);
    *instances = statement_column_i64(&s, 1);
    *size = statement_column_i64(&s, 2);
    return OK;
}

const struct image_reader_ops sql_image_reader_ops = {
    .find = sql_images_find,
    .get_study = get_study,
    .get_series = get_series,
    .get_instance = get_instance,
    .locate = reader_locate,
    .blobs = get_blobs,
    .each_instance = each_instance,
    .each_match = sql_images_each_match,
    .each_after = sql_images_each_after,
    .each_stored = sql_images_each_stored,
    .is_referenced = is_referenced,
    .statistics = statistics,
    .versions = sql_images_versions,
    .get_version = sql_images_get_version,
    .uncounted = sql_images_uncounted,
};

static err writer_locate(struct image_writer *w, struct arena *a, int64_t organization_key,
                         str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    struct sql_connection *c;
    TRY(sql_session_write_apart(writing(w), &c));
    return locate(c, a, organization_key, study_uid, series_uid, sop_uid, out);
}

static err locate_patient(struct image_writer *w, struct arena *a, int64_t organization_key,
                          str patient_id, str issuer, struct patient *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    *out = (struct patient){0};
    TRY(sql_session_write_apart(writing(w), &c));
    TRY(statement_prepare(
        c,
        str_format(
            a, "%sWHERE organization_key = ?1 AND patient_id = ?2 AND issuer_of_patient_id = ?3",
            entity_sql(&patient_schema)->select),
        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, patient_id);
    statement_bind_str(&s, 3, issuer);
    TRY(statement_step(&s, &has_row));
    if (has_row)
        statement_column_object(&s, a, 0, &patient_schema, out);
    return OK;
}

static err add_patient(struct image_writer *w, struct patient *patient)
{
    return entity_insert(writing(w), &patient_schema, patient);
}

/* The search index is kept here and not by a trigger: a schema that is not trusted runs no virtual
 * table. */
static const char add_words[] = "INSERT INTO study_search(rowid, search_key) VALUES (?1, ?2)";

static err run_words(struct sql_connection *c, const char *sql, int64_t key, str words)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, sql, &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_str(&s, 2, words);
    return statement_run(&s);
}

static err add_study(struct image_writer *w, struct study *study)
{
    struct sql_connection *c;
    TRY(entity_insert(writing(w), &study_schema, study));
    TRY(sql_session_write_apart(writing(w), &c));
    return c->engine->dialect->has_search_table
               ? run_words(c, add_words, study->key, study->search_key)
               : OK;
}

static err add_series(struct image_writer *w, struct series *series)
{
    return entity_insert(writing(w), &series_schema, series);
}

static err add_change(struct sql_connection *c, const char *kind, int64_t organization_key,
                      int64_t study_key, int64_t instance_key, instant now)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(
        c,
        "INSERT INTO changes(organization_key, kind, study_key, instance_key, created_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5)",
        &s));
    statement_bind_i64(&s, 1, organization_key);
    statement_bind_str(&s, 2, str_of(kind));
    statement_bind_i64(&s, 3, study_key);
    statement_bind_opt_i64(&s, 4, (opt_i64){instance_key != 0, instance_key});
    statement_bind_i64(&s, 5, now.us);
    return statement_run_later(&s);
}

/* metadata, its size and checksum, frames, bulk: from position first on. */
void sql_bind_blobs(struct statement *s, int first, const struct instance_blobs *blobs)
{
    statement_bind_blob(s, first, blobs->metadata);
    statement_bind_i64(s, first + 1, blobs->metadata_size);
    statement_bind_i64(s, first + 2, blobs->metadata_crc);
    statement_bind_blob(s, first + 3, blobs->frames);
    statement_bind_blob(s, first + 4, blobs->bulk);
}

static err add_instance(struct image_writer *w, struct instance *instance,
                        const struct instance_blobs *blobs)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(entity_insert(writing(w), &instance_schema, instance));
    TRY(sql_session_write_apart(writing(w), &c));
    TRY(statement_begin(c,
                        "INSERT INTO instance_blobs(instance_key, metadata, metadata_size, "
                        "metadata_crc, frames, bulk) "
                        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        &s));
    statement_bind_i64(&s, 1, instance->key);
    sql_bind_blobs(&s, 2, blobs);
    TRY(statement_run_later(&s));
    return add_change(c, "instance_stored", instance->organization_key, instance->study_key,
                      instance->key, instance->created_at);
}

static err read_words(struct sql_connection *c, struct arena *a, int64_t key, str *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(c, "SELECT search_key FROM studies WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_str(&s, a, 0) : STR_NONE;
    return OK;
}

/* The search index is told what goes out of it and what comes in. */
static err save_study(struct image_writer *w, struct study *study)
{
    struct sql_connection *c;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    str before = study->search_key;
    TRY(sql_session_write(writing(w), &c));
    if (c->engine->dialect->has_search_table)
        TRY(read_words(c, &scratch, study->key, &before));
    TRY(entity_update(writing(w), &study_schema, study));
    if (str_eq(before, study->search_key))
        return OK;
    TRY(run_words(c,
                  "INSERT INTO study_search(study_search, rowid, search_key) VALUES ('delete', ?1, "
                  "?2)",
                  study->key, before));
    return run_words(c, add_words, study->key, study->search_key);
}

static err save_series(struct image_writer *w, struct series *series)
{
    return entity_update(writing(w), &series_schema, series);
}

static err save_instance(struct image_writer *w, struct instance *instance)
{
    return entity_update(writing(w), &instance_schema, instance);
}

static err replace_instance(struct image_writer *w, struct instance *instance,
                            const struct instance_blobs *blobs)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(entity_update(writing(w), &instance_schema, instance));
    TRY(sql_session_write(writing(w), &c));
    TRY(statement_begin(c,
                        "UPDATE instance_blobs SET metadata = ?2, metadata_size = ?3, "
                        "metadata_crc = ?4, frames = ?5, bulk = ?6 WHERE instance_key = ?1",
                        &s));
    statement_bind_i64(&s, 1, instance->key);
    sql_bind_blobs(&s, 2, blobs);
    TRY(statement_run(&s));
    return add_change(c, "instance_replaced", instance->organization_key, instance->study_key,
                      instance->key, instance->updated_at);
}

/* Nothing is written yet. */
static err count_instance(struct image_writer *w, struct study *study, struct series *series)
{
    struct sql_connection *c;
    struct study counted_study = *study;
    struct series counted_series = *series;
    TRY(sql_session_write_apart(writing(w), &c));
    counted_study.version++;
    counted_series.version++;
    TRY(sql_counts_set(c->engine, &counted_study, &counted_series));
    study->version = counted_study.version;
    series->version = counted_series.version;
    return OK;
}

const struct image_writer_ops sql_image_writer_ops = {
    .locate = writer_locate,
    .locate_patient = locate_patient,
    .add_patient = add_patient,
    .add_study = add_study,
    .add_series = add_series,
    .add_instance = add_instance,
    .save_study = save_study,
    .save_series = save_series,
    .save_instance = save_instance,
    .locate_id = sql_images_locate_id,
    .contents = sql_images_contents,
    .revive = sql_images_revive,
    .set_transfer_syntaxes = sql_images_set_transfer_syntaxes,
    .replace_instance = replace_instance,
    .add_version = sql_images_add_version,
    .remove_version = sql_images_remove_version,
    .purge = sql_images_purge,
    .count_instance = count_instance,
};
