/* Reports on SQL. */
#include "infrastructure/sql/session.h"

#include "base/arena.h"
#include "dicom/person_name.h"
#include "infrastructure/sql/grants.h"

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct sql_session, base.repositories.member_)

enum { TRIGRAM_SIZE = 3, GRANTED_AT = 7 };
_Static_assert(REPORT_DRAFT == 0 && STUDY_RECEIVED == 0, "as in the statements");

#define OF_A_STUDY_THAT_IS_THERE                                                                   \
    "EXISTS (SELECT 1 FROM studies st WHERE st.key = reports.study_key AND st.state = 0)"

static err get(struct report_reader *r, struct arena *a, const struct access *access,
               bool shows_drafts, uuid id, struct report *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    str granted = sql_granted(a, access, "reports.study_key", 4);
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    TRY(entity_select(
        c, a, &report_schema,
        str_cstr(a, str_format(a,
                               "WHERE id = ?1 AND organization_key = ?2 AND "
                               "(?3 <> 0 OR state <> 0) AND " OF_A_STUDY_THAT_IS_THERE "%.*s",
                               STR_ARG(granted))),
        &s));
    statement_bind_uuid(&s, 1, id);
    statement_bind_i64(&s, 2, access->organization_key);
    statement_bind_i64(&s, 3, shows_drafts);
    sql_bind_granted(&s, access, 4);
    return entity_read_row(&s, a, &report_schema, out);
}

/* The row of a schema with that key in one column. */
static err get_by_number(struct sql_connection *c, struct arena *a, const struct schema *schema,
                         const char *where, int64_t key, void *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(entity_select(c, a, schema, where, &s));
    statement_bind_i64(&s, 1, key);
    return entity_read_row(&s, a, schema, out);
}

static err get_by_key(struct report_reader *r, struct arena *a, int64_t key, struct report *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    return get_by_number(c, a, &report_schema, "WHERE key = ?1", key, out);
}

/* ---- lists ---- */

static size_t character_count(str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return count;
}

/* A phrase of FTS5, which is found wherever it stands in a text. */
static str phrase(struct arena *a, str word)
{
    struct buf out = BUF_IN(a);
    buf_add_char(&out, '"');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '"')
            buf_add_char(&out, '"');
        buf_add_char(&out, word.ptr[i]);
    }
    buf_add_char(&out, '"');
    return buf_str(&out);
}

/* The words of a search and the conditions they make, from parameter first on. The index of
 * trigrams finds what has three characters and more; what is shorter, as many words of Chinese are,
 * is looked for in the text of each report that is left. */
static void add_words(struct buf *sql, struct arena *a, const struct sql_dialect *d, str search,
                      int first, struct str_slice *values)
{
    str rest = search_fold(a, search), word;
    while (str_cut(&rest, ' ', &word)) {
        if (word.len == 0)
            continue;
        int at = first + (int)values->len;
        bool is_long = character_count(word) >= TRIGRAM_SIZE;
        if (is_long && d->has_search_table) {
            buf_addf(sql,
                     " AND reports.key IN (SELECT rowid FROM report_search WHERE report_search "
                     "MATCH ?%d)",
                     at);
            *SLICE_PUSH(a, values) = phrase(a, word);
        } else if (is_long) {
            buf_addf(sql, " AND search_key LIKE ?%d ESCAPE '\\'", at);
            *SLICE_PUSH(a, values) = sql_like_part(a, word);
        } else {
            buf_addf(sql, " AND %s(search_key, ?%d) <> 0", d->position, at);
            *SLICE_PUSH(a, values) = word;
        }
    }
}

#define FILTERED                                                                                   \
    "WHERE organization_key = ?1 AND (?2 <> 0 OR state <> 0) AND (?3 IS NULL OR study_id = ?3) "   \
    "AND (?4 IS NULL OR author_id = ?4) AND (?5 IS NULL OR state = ?5) AND (?6 = 0 OR EXISTS "     \
    "(SELECT 1 FROM critical_results rc WHERE rc.report_key = reports.key AND "                    \
    "rc.acknowledged_at IS NULL)) AND " OF_A_STUDY_THAT_IS_THERE

struct report_conditions {
    struct buf sql;
    struct str_slice words;
    int words_at;
};

static struct report_conditions conditions_of(struct arena *a, const struct sql_dialect *d,
                                              const struct report_filter *f)
{
    struct report_conditions out = {.sql = BUF_IN(a), .words_at = GRANTED_AT};
    buf_add(&out.sql, STR(FILTERED));
    if (f->access.is_limited) {
        buf_add(&out.sql, sql_granted(a, &f->access, "reports.study_key", GRANTED_AT));
        out.words_at += GRANTED_PARAMETER_COUNT;
    }
    if (f->search.len != 0)
        add_words(&out.sql, a, d, f->search, out.words_at, &out.words);
    return out;
}

static void bind_conditions(struct statement *s, const struct report_filter *f,
                            const struct report_conditions *conditions)
{
    statement_bind_i64(s, 1, f->access.organization_key);
    statement_bind_i64(s, 2, f->shows_drafts);
    statement_bind_uuid(s, 3, f->study_id);
    statement_bind_uuid(s, 4, f->author_id);
    statement_bind_opt_i64(s, 5, f->state);
    statement_bind_i64(s, 6, f->only_critical);
    sql_bind_granted(s, &f->access, GRANTED_AT);
    for (size_t i = 0; i < conditions->words.len; i++)
        statement_bind_str(s, conditions->words_at + (int)i, conditions->words.at[i]);
}

static err find(struct report_reader *r, struct arena *a, const struct report_filter *f,
                struct report_slice *out, int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    struct buf sql = BUF_IN(a);
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    struct report_conditions conditions = conditions_of(a, c->engine->dialect, f);
    buf_addf(&sql, "SELECT count(*) FROM reports %.*s", STR_ARG(buf_str(&conditions.sql)));
    TRY(statement_prepare(c, buf_str(&sql), &count));
    bind_conditions(&count, f, &conditions);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    sql = BUF_IN(a);
    buf_addf(&sql, "%s%.*s ORDER BY ", entity_sql(&report_schema)->select,
             STR_ARG(buf_str(&conditions.sql)));
    for (size_t i = 0; i < f->sort.len; i++) /* names are of the use case's own list */
        buf_addf(&sql, "%.*s %s, ", STR_ARG(f->sort.at[i].name),
                 f->sort.at[i].descending ? "DESC NULLS LAST" : "ASC NULLS FIRST");
    buf_addf(&sql, "key DESC LIMIT %u OFFSET %llu", f->limit, (unsigned long long)f->offset);
    TRY(statement_prepare(c, buf_str(&sql), &rows));
    bind_conditions(&rows, f, &conditions);
    *out = (struct report_slice){0};
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &report_schema, SLICE_PUSH(a, out));
    }
}

/* ---- versions, locks, findings ---- */

static err get_version(struct report_reader *r, struct arena *a, int64_t report_key, int64_t number,
                       struct report_version *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    TRY(entity_select(c, a, &report_version_schema, "WHERE report_key = ?1 AND number = ?2", &s));
    statement_bind_i64(&s, 1, report_key);
    statement_bind_i64(&s, 2, number);
    return entity_read_row(&s, a, &report_version_schema, out);
}

static err get_version_by_code(struct report_reader *r, struct arena *a, str code,
                               struct report_version *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    TRY(entity_select(c, a, &report_version_schema, "WHERE verification_code = ?1", &s));
    statement_bind_str(&s, 1, code);
    return entity_read_row(&s, a, &report_version_schema, out);
}

static err find_versions(struct report_reader *r, struct arena *a, int64_t report_key,
                         struct report_version_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    TRY(entity_select(c, a, &report_version_schema, "WHERE report_key = ?1 ORDER BY number", &s));
    statement_bind_i64(&s, 1, report_key);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &report_version_schema, &rows));
    *out = (struct report_version_slice){rows.at, rows.len};
    return OK;
}

static err get_lock(struct report_reader *r, struct arena *a, int64_t report_key,
                    struct report_lock *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    return get_by_number(c, a, &report_lock_schema, "WHERE report_key = ?1", report_key, out);
}

static err get_critical(struct report_reader *r, struct arena *a, int64_t report_key,
                        struct critical_result *out)
{
    struct sql_connection *c;
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    return get_by_number(c, a, &critical_result_schema,
                         "WHERE report_key = ?1 ORDER BY key DESC LIMIT 1", report_key, out);
}

static err find_due(struct report_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct critical_result_slice *out)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    TRY(sql_session_read(SESSION_OF(r, report_reader), &c));
    TRY(entity_select(c, a, &critical_result_schema,
                      "WHERE due_at <= ?1 ORDER BY due_at, key LIMIT ?2", &s));
    statement_bind_i64(&s, 1, now.us);
    statement_bind_i64(&s, 2, limit);
    struct row_slice rows;
    TRY(entity_read_rows(&s, a, &critical_result_schema, &rows));
    *out = (struct critical_result_slice){rows.at, rows.len};
    return OK;
}

const struct report_reader_ops sql_report_reader_ops = {.get = get,
                                                        .get_by_key = get_by_key,
                                                        .find = find,
                                                        .get_version = get_version,
                                                        .get_version_by_code = get_version_by_code,
                                                        .find_versions = find_versions,
                                                        .get_lock = get_lock,
                                                        .get_critical = get_critical,
                                                        .find_due = find_due};

/* ---- writing ---- */

/* The index is kept here and not by a trigger, as that of studies is. */
static const char put_words[] = "INSERT INTO report_search(rowid, search_key) VALUES (?1, ?2)";
static const char take_words[] =
    "INSERT INTO report_search(report_search, rowid, search_key) VALUES ('delete', ?1, ?2)";

static err run_words(struct sql_connection *c, const char *sql, int64_t key, str words)
{
    CLEANUP(statement_end) struct statement s = {0};
    TRY(statement_begin(c, sql, &s));
    statement_bind_i64(&s, 1, key);
    statement_bind_str(&s, 2, words);
    return statement_run(&s);
}

static err add(struct report_writer *w, struct report *report)
{
    struct sql_session *session = SESSION_OF(w, report_writer);
    struct sql_connection *c;
    TRY(entity_insert(session, &report_schema, report));
    TRY(sql_session_write(session, &c));
    return c->engine->dialect->has_search_table
               ? run_words(c, put_words, report->key, report->search_key)
               : OK;
}

static err read_words(struct sql_connection *c, struct arena *a, int64_t key, str *out)
{
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(statement_begin(c, "SELECT search_key FROM reports WHERE key = ?1", &s));
    statement_bind_i64(&s, 1, key);
    TRY(statement_step(&s, &has_row));
    *out = has_row ? statement_column_str(&s, a, 0) : STR_NONE;
    return OK;
}

static err save(struct report_writer *w, struct report *report)
{
    struct sql_session *session = SESSION_OF(w, report_writer);
    struct sql_connection *c;
    CLEANUP(arena_deinit) struct arena scratch = {0};
    str before = report->search_key;
    TRY(sql_session_write(session, &c));
    if (c->engine->dialect->has_search_table)
        TRY(read_words(c, &scratch, report->key, &before));
    TRY(entity_update(session, &report_schema, report));
    if (str_eq(before, report->search_key))
        return OK;
    TRY(run_words(c, take_words, report->key, before));
    return run_words(c, put_words, report->key, report->search_key);
}

static err add_version(struct report_writer *w, struct report_version *version)
{
    return entity_insert(SESSION_OF(w, report_writer), &report_version_schema, version);
}

/* So that whoever tries is told; the database itself refuses it too. */
static err check_unsigned(struct sql_session *session, int64_t key)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement s = {0};
    bool has_row;
    TRY(sql_session_write(session, &c));
    TRY(statement_begin(c, "SELECT 1 FROM report_versions WHERE key = ?1 AND signed_at IS NOT NULL",
                        &s));
    statement_bind_i64(&s, 1, key);
    TRY(statement_step(&s, &has_row));
    return has_row ? ERR(CONFLICT, "what is signed stays as it is") : OK;
}

static err save_version(struct report_writer *w, struct report_version *version)
{
    struct sql_session *session = SESSION_OF(w, report_writer);
    TRY(check_unsigned(session, version->key));
    return entity_update(session, &report_version_schema, version);
}

static err remove_version(struct report_writer *w, int64_t key)
{
    struct sql_session *session = SESSION_OF(w, report_writer);
    int64_t changed;
    TRY(check_unsigned(session, key));
    return sql_session_run(session, "DELETE FROM report_versions WHERE key = ?1", &key, 1,
                           &changed);
}

static err locate_lock(struct report_writer *w, struct arena *a, int64_t report_key,
                       struct report_lock *out)
{
    struct sql_connection *c;
    *out = (struct report_lock){0};
    TRY(sql_session_write(SESSION_OF(w, report_writer), &c));
    err e = get_by_number(c, a, &report_lock_schema, "WHERE report_key = ?1", report_key, out);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err put_lock(struct report_writer *w, struct report_lock *lock)
{
    struct sql_session *session = SESSION_OF(w, report_writer);
    return lock->key == 0 ? entity_insert(session, &report_lock_schema, lock)
                          : entity_update(session, &report_lock_schema, lock);
}

static err remove_lock(struct report_writer *w, int64_t report_key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, report_writer),
                           "DELETE FROM report_locks WHERE report_key = ?1", &report_key, 1,
                           &changed);
}

static err add_critical(struct report_writer *w, struct critical_result *critical)
{
    return entity_insert(SESSION_OF(w, report_writer), &critical_result_schema, critical);
}

static err save_critical(struct report_writer *w, struct critical_result *critical)
{
    return entity_update(SESSION_OF(w, report_writer), &critical_result_schema, critical);
}

const struct report_writer_ops sql_report_writer_ops = {.add = add,
                                                        .save = save,
                                                        .add_version = add_version,
                                                        .save_version = save_version,
                                                        .remove_version = remove_version,
                                                        .locate_lock = locate_lock,
                                                        .put_lock = put_lock,
                                                        .remove_lock = remove_lock,
                                                        .add_critical = add_critical,
                                                        .save_critical = save_critical};

/* ---- templates ---- */

static err get_template(struct report_template_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct report_template *out)
{
    return entity_get(SESSION_OF(r, report_template_reader), a, &report_template_schema,
                      organization_key, id, out);
}

#define TEMPLATES_FILTERED                                                                         \
    "WHERE organization_key = ?1 AND (?2 IS NULL OR modality = ?2) AND (?3 IS NULL OR body_part "  \
    "= ?3) AND (?4 IS NULL OR language = ?4) AND (?5 IS NULL OR name %s ?5 ESCAPE '\\' OR "        \
    "procedure %s ?5 ESCAPE '\\')"

static void bind_templates(struct statement *s, struct arena *a,
                           const struct report_template_filter *f)
{
    statement_bind_i64(s, 1, f->organization_key);
    statement_bind_str(s, 2, f->modality);
    statement_bind_str(s, 3, f->body_part);
    statement_bind_str(s, 4, f->language);
    statement_bind_str(s, 5, f->search.len != 0 ? sql_like_part(a, f->search) : STR_NONE);
}

static err find_templates(struct report_template_reader *r, struct arena *a,
                          const struct report_template_filter *f, struct report_template_slice *out,
                          int64_t *total)
{
    struct sql_connection *c;
    CLEANUP(statement_end) struct statement rows = {0}, count = {0};
    bool has_row;
    TRY(sql_session_read(SESSION_OF(r, report_template_reader), &c));
    const char *like = c->engine->dialect->like;
    str where = str_format(a, TEMPLATES_FILTERED, like, like);
    TRY(statement_prepare(
        c, str_format(a, "SELECT count(*) FROM report_templates %.*s", STR_ARG(where)), &count));
    bind_templates(&count, a, f);
    TRY(statement_step(&count, &has_row));
    *total = statement_column_i64(&count, 0);
    TRY(statement_prepare(c,
                          str_format(a, "%s%.*s ORDER BY name, key LIMIT %u OFFSET %llu",
                                     entity_sql(&report_template_schema)->select, STR_ARG(where),
                                     f->limit, (unsigned long long)f->offset),
                          &rows));
    bind_templates(&rows, a, f);
    *out = (struct report_template_slice){0};
    for (;;) {
        TRY(statement_step(&rows, &has_row));
        if (!has_row)
            return OK;
        statement_column_object(&rows, a, 0, &report_template_schema, SLICE_PUSH(a, out));
    }
}

const struct report_template_reader_ops sql_report_template_reader_ops = {.get = get_template,
                                                                          .find = find_templates};

static err add_template(struct report_template_writer *w, struct report_template *object)
{
    return entity_insert(SESSION_OF(w, report_template_writer), &report_template_schema, object);
}

static err save_template(struct report_template_writer *w, struct report_template *object)
{
    return entity_update(SESSION_OF(w, report_template_writer), &report_template_schema, object);
}

static err remove_template(struct report_template_writer *w, int64_t key)
{
    int64_t changed;
    return sql_session_run(SESSION_OF(w, report_template_writer),
                           "DELETE FROM report_templates WHERE key = ?1", &key, 1, &changed);
}

const struct report_template_writer_ops sql_report_template_writer_ops = {
    .add = add_template, .save = save_template, .remove = remove_template};
