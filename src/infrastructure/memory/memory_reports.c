/* Reports in memory. */
#include "infrastructure/memory/memory_grants.h"
#include "infrastructure/memory/memory_session.h"
#include "infrastructure/memory/memory_text.h"

#include "dicom/person_name.h"
#include "domain/entities/report.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static bool is_seen(const struct memory_state *state, const struct access *access,
                    bool shows_drafts, const struct report *report)
{
    const struct study *study = memory_row_find(&state->tables[MEMORY_STUDIES], report->study_key);
    return report->organization_key == access->organization_key &&
           (shows_drafts || report->state != REPORT_DRAFT) && study != NULL &&
           study->state == STUDY_RECEIVED && memory_is_granted(state, access, study);
}

static err get(struct report_reader *r, struct arena *a, const struct access *access,
               bool shows_drafts, uuid id, struct report *out)
{
    const struct memory_state *state = memory_read(SESSION_OF(r, report_reader));
    const struct memory_rows *rows = &state->tables[MEMORY_REPORTS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct report *report = rows->at[i];
        if (uuid_eq(report->id, id) && is_seen(state, access, shows_drafts, report)) {
            memory_row_read(a, MEMORY_REPORTS, report, out);
            return OK;
        }
    }
    return ERR(NOT_FOUND, "not found");
}

static err get_by_key(struct report_reader *r, struct arena *a, int64_t key, struct report *out)
{
    const struct report *report =
        memory_row_find(memory_rows(SESSION_OF(r, report_reader), MEMORY_REPORTS), key);
    if (report == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_row_read(a, MEMORY_REPORTS, report, out);
    return OK;
}

static bool has_open_critical(const struct memory_state *state, int64_t report_key)
{
    const struct memory_rows *rows = &state->tables[MEMORY_CRITICAL_RESULTS];
    for (size_t i = 0; i < rows->len; i++) {
        const struct critical_result *critical = rows->at[i];
        if (critical->report_key == report_key && critical->acknowledged_at.us == 0)
            return true;
    }
    return false;
}

static bool has_words(const struct report *report, const struct str_slice *words)
{
    for (size_t i = 0; i < words->len; i++)
        if (!text_has(report->search_key, words->at[i]))
            return false;
    return true;
}

static bool matches(const struct memory_state *state, const struct report *report,
                    const struct report_filter *f, const struct str_slice *words)
{
    return is_seen(state, &f->access, f->shows_drafts, report) &&
           (!uuid_is_set(f->study_id) || uuid_eq(report->study_id, f->study_id)) &&
           (!uuid_is_set(f->author_id) || uuid_eq(report->author_id, f->author_id)) &&
           (!f->state.is_set || (int64_t)report->state == f->state.value) &&
           (!f->only_critical || has_open_critical(state, report->key)) && has_words(report, words);
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_by(const struct report *a, const struct report *b, str name)
{
    if (str_eq(name, STR("title")))
        return str_cmp(a->title, b->title);
    if (str_eq(name, STR("state")))
        return order_of(a->state, b->state);
    if (str_eq(name, STR("signed_at")))
        return order_of(a->signed_at.us, b->signed_at.us);
    if (str_eq(name, STR("updated_at")))
        return order_of(a->updated_at.us, b->updated_at.us);
    return order_of(a->created_at.us, b->created_at.us);
}

static int compare(const void *one, const void *other, void *argument)
{
    const struct report *a = *(const struct report *const *)one,
                        *b = *(const struct report *const *)other;
    const struct report_filter *f = argument;
    for (size_t i = 0; i < f->sort.len; i++) {
        int order = compare_by(a, b, f->sort.at[i].name);
        if (order != 0)
            return f->sort.at[i].descending ? -order : order;
    }
    return order_of(b->key, a->key);
}

static err find(struct report_reader *r, struct arena *a, const struct report_filter *f,
                struct report_slice *out, int64_t *total)
{
    const struct memory_state *state = memory_read(SESSION_OF(r, report_reader));
    const struct memory_rows *rows = &state->tables[MEMORY_REPORTS];
    const struct report **found = NEW_ARRAY(a, const struct report *, rows->len);
    struct str_slice words = {0};
    str rest = search_fold(a, f->search), word;
    size_t count = 0;
    while (f->search.len != 0 && str_cut(&rest, ' ', &word))
        if (word.len != 0)
            *SLICE_PUSH(a, &words) = word;
    for (size_t i = 0; i < rows->len; i++)
        if (matches(state, rows->at[i], f, &words))
            found[count++] = rows->at[i];
    if (count != 0)
        qsort_r(found, count, sizeof *found, compare, (void *)f);
    *out = (struct report_slice){0};
    for (size_t i = 0; i < count; i++)
        if (i >= f->offset && out->len < f->limit)
            memory_row_read(a, MEMORY_REPORTS, found[i], SLICE_PUSH(a, out));
    *total = (int64_t)count;
    return OK;
}

static bool is_version(const void *row, const void *argument)
{
    const struct report_version *version = row, *like = argument;
    return version->report_key == like->report_key && version->number == like->number;
}

static err get_version(struct report_reader *r, struct arena *a, int64_t report_key, int64_t number,
                       struct report_version *out)
{
    const struct report_version like = {.report_key = report_key, .number = number};
    return memory_first(SESSION_OF(r, report_reader), a, MEMORY_REPORT_VERSIONS, is_version, &like,
                        out);
}

static bool has_code(const void *row, const void *argument)
{
    const struct report_version *version = row;
    return version->verification_code.ptr != NULL &&
           str_eq(version->verification_code, *(const str *)argument);
}

static err get_version_by_code(struct report_reader *r, struct arena *a, str code,
                               struct report_version *out)
{
    return memory_first(SESSION_OF(r, report_reader), a, MEMORY_REPORT_VERSIONS, has_code, &code,
                        out);
}

static int compare_versions(const void *one, const void *other)
{
    const struct report_version *a = one, *b = other;
    return order_of(a->number, b->number);
}

static err find_versions(struct report_reader *r, struct arena *a, int64_t report_key,
                         struct report_version_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, report_reader), MEMORY_REPORT_VERSIONS);
    *out = (struct report_version_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct report_version *)rows->at[i])->report_key == report_key)
            memory_row_read(a, MEMORY_REPORT_VERSIONS, rows->at[i], SLICE_PUSH(a, out));
    if (out->len != 0)
        qsort(out->at, out->len, sizeof *out->at, compare_versions);
    return OK;
}

static bool is_lock_of(const void *row, const void *argument)
{
    return ((const struct report_lock *)row)->report_key == *(const int64_t *)argument;
}

static err get_lock(struct report_reader *r, struct arena *a, int64_t report_key,
                    struct report_lock *out)
{
    return memory_first(SESSION_OF(r, report_reader), a, MEMORY_REPORT_LOCKS, is_lock_of,
                        &report_key, out);
}

static err get_critical(struct report_reader *r, struct arena *a, int64_t report_key,
                        struct critical_result *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, report_reader), MEMORY_CRITICAL_RESULTS);
    for (size_t i = rows->len; i-- > 0;)
        if (((const struct critical_result *)rows->at[i])->report_key == report_key) {
            memory_row_read(a, MEMORY_CRITICAL_RESULTS, rows->at[i], out);
            return OK;
        }
    return ERR(NOT_FOUND, "not found");
}

static int compare_due(const void *one, const void *other)
{
    const struct critical_result *a = one, *b = other;
    int order = order_of(a->due_at.us, b->due_at.us);
    return order != 0 ? order : order_of(a->key, b->key);
}

static err find_due(struct report_reader *r, struct arena *a, instant now, uint32_t limit,
                    struct critical_result_slice *out)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, report_reader), MEMORY_CRITICAL_RESULTS);
    *out = (struct critical_result_slice){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct critical_result *critical = rows->at[i];
        if (critical->due_at.us != 0 && critical->due_at.us <= now.us)
            memory_row_read(a, MEMORY_CRITICAL_RESULTS, critical, SLICE_PUSH(a, out));
    }
    if (out->len != 0)
        qsort(out->at, out->len, sizeof *out->at, compare_due);
    out->len = out->len < limit ? out->len : limit;
    return OK;
}

const struct report_reader_ops memory_report_reader_ops = {.get = get,
                                                           .get_by_key = get_by_key,
                                                           .find = find,
                                                           .get_version = get_version,
                                                           .get_version_by_code =
                                                               get_version_by_code,
                                                           .find_versions = find_versions,
                                                           .get_lock = get_lock,
                                                           .get_critical = get_critical,
                                                           .find_due = find_due};

static err add(struct report_writer *w, struct report *report)
{
    return memory_insert(SESSION_OF(w, report_writer), MEMORY_REPORTS, report);
}

static err save(struct report_writer *w, struct report *report)
{
    return memory_update(SESSION_OF(w, report_writer), MEMORY_REPORTS, report);
}

static err add_version(struct report_writer *w, struct report_version *version)
{
    return memory_insert(SESSION_OF(w, report_writer), MEMORY_REPORT_VERSIONS, version);
}

static err check_unsigned(struct memory_session *s, int64_t key)
{
    const struct report_version *version =
        memory_row_find(&memory_write(s)->tables[MEMORY_REPORT_VERSIONS], key);
    return version != NULL && report_version_is_signed(version)
               ? ERR(CONFLICT, "what is signed stays as it is")
               : OK;
}

static err save_version(struct report_writer *w, struct report_version *version)
{
    struct memory_session *s = SESSION_OF(w, report_writer);
    TRY(check_unsigned(s, version->key));
    return memory_update(s, MEMORY_REPORT_VERSIONS, version);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_version(struct report_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, report_writer);
    TRY(check_unsigned(s, key));
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_REPORT_VERSIONS], has_key,
                       &key);
    return OK;
}

static err locate_lock(struct report_writer *w, struct arena *a, int64_t report_key,
                       struct report_lock *out)
{
    struct memory_session *s = SESSION_OF(w, report_writer);
    *out = (struct report_lock){0};
    memory_write(s);
    err e = memory_first(s, a, MEMORY_REPORT_LOCKS, is_lock_of, &report_key, out);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

static err put_lock(struct report_writer *w, struct report_lock *lock)
{
    struct memory_session *s = SESSION_OF(w, report_writer);
    return lock->key == 0 ? memory_insert(s, MEMORY_REPORT_LOCKS, lock)
                          : memory_update(s, MEMORY_REPORT_LOCKS, lock);
}

static err remove_lock(struct report_writer *w, int64_t report_key)
{
    struct memory_session *s = SESSION_OF(w, report_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_REPORT_LOCKS], is_lock_of,
                       &report_key);
    return OK;
}

static err add_critical(struct report_writer *w, struct critical_result *critical)
{
    return memory_insert(SESSION_OF(w, report_writer), MEMORY_CRITICAL_RESULTS, critical);
}

static err save_critical(struct report_writer *w, struct critical_result *critical)
{
    return memory_update(SESSION_OF(w, report_writer), MEMORY_CRITICAL_RESULTS, critical);
}

const struct report_writer_ops memory_report_writer_ops = {.add = add,
                                                           .save = save,
                                                           .add_version = add_version,
                                                           .save_version = save_version,
                                                           .remove_version = remove_version,
                                                           .locate_lock = locate_lock,
                                                           .put_lock = put_lock,
                                                           .remove_lock = remove_lock,
                                                           .add_critical = add_critical,
                                                           .save_critical = save_critical};

static bool is_template(const void *row, const void *argument)
{
    const struct report_template *object = row, *like = argument;
    return uuid_eq(object->id, like->id) && object->organization_key == like->organization_key;
}

static err get_template(struct report_template_reader *r, struct arena *a, int64_t organization_key,
                        uuid id, struct report_template *out)
{
    const struct report_template like = {.id = id, .organization_key = organization_key};
    return memory_first(SESSION_OF(r, report_template_reader), a, MEMORY_REPORT_TEMPLATES,
                        is_template, &like, out);
}

static bool template_matches(const struct report_template *object,
                             const struct report_template_filter *f)
{
    return object->organization_key == f->organization_key &&
           (f->modality.ptr == NULL || str_eq(object->modality, f->modality)) &&
           (f->body_part.ptr == NULL || str_eq(object->body_part, f->body_part)) &&
           (f->language.ptr == NULL || str_eq(object->language, f->language)) &&
           (f->search.len == 0 || text_has(object->name, f->search) ||
            text_has(object->procedure, f->search));
}

static int compare_templates(const void *one, const void *other)
{
    const struct report_template *a = one, *b = other;
    int order = str_cmp(a->name, b->name);
    return order != 0 ? order : order_of(a->key, b->key);
}

static err find_templates(struct report_template_reader *r, struct arena *a,
                          const struct report_template_filter *f, struct report_template_slice *out,
                          int64_t *total)
{
    const struct memory_rows *rows =
        memory_rows(SESSION_OF(r, report_template_reader), MEMORY_REPORT_TEMPLATES);
    *out = (struct report_template_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (template_matches(rows->at[i], f))
            memory_row_read(a, MEMORY_REPORT_TEMPLATES, rows->at[i], SLICE_PUSH(a, out));
    *total = (int64_t)out->len;
    if (out->len != 0)
        qsort(out->at, out->len, sizeof *out->at, compare_templates);
    size_t offset = f->offset < out->len ? (size_t)f->offset : out->len;
    out->at += offset;
    out->len -= offset;
    out->len = out->len < f->limit ? out->len : f->limit;
    return OK;
}

const struct report_template_reader_ops memory_report_template_reader_ops = {
    .get = get_template, .find = find_templates};

static err add_template(struct report_template_writer *w, struct report_template *object)
{
    return memory_insert(SESSION_OF(w, report_template_writer), MEMORY_REPORT_TEMPLATES, object);
}

static err save_template(struct report_template_writer *w, struct report_template *object)
{
    return memory_update(SESSION_OF(w, report_template_writer), MEMORY_REPORT_TEMPLATES, object);
}

static err remove_template(struct report_template_writer *w, int64_t key)
{
    struct memory_session *s = SESSION_OF(w, report_template_writer);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[MEMORY_REPORT_TEMPLATES], has_key,
                       &key);
    return OK;
}

const struct report_template_writer_ops memory_report_template_writer_ops = {
    .add = add_template, .save = save_template, .remove = remove_template};
