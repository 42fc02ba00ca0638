/* Patients, studies, series and instances in memory, but for find, which has files of its own. */
#include "infrastructure/memory/memory_session.h"

#include "infrastructure/memory/memory_contents.h"
#include "infrastructure/memory/memory_find.h"
#include "infrastructure/memory/memory_grants.h"
#include "infrastructure/memory/memory_purge.h"
#include "infrastructure/memory/memory_versions.h"

#include <stdlib.h>

static struct memory_session *reading(struct image_reader *r)
{
    return container_of(r, struct memory_session, base.repositories.image_reader);
}

static struct memory_session *writing(struct image_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.image_writer);
}

struct visible_id {
    enum memory_table table;
    const struct memory_state *state;
    const struct access *access;
    uuid id;
};

static bool is_visible_id(const void *row, const void *argument)
{
    const struct visible_id *v = argument;
    if (!uuid_eq(*(const uuid *)memory_member(v->table, "id", row), v->id) ||
        *(const int64_t *)memory_member(v->table, "organization_key", row) !=
            v->access->organization_key)
        return false;
    int64_t study_key = v->table == MEMORY_STUDIES
                            ? memory_row_key(row)
                            : *(const int64_t *)memory_member(v->table, "study_key", row);
    return memory_is_granted(v->state, v->access,
                             memory_row_find(&v->state->tables[MEMORY_STUDIES], study_key));
}

static err get_by_id(struct image_reader *r, struct arena *a, enum memory_table table,
                     const struct access *access, uuid id, void *out)
{
    const struct visible_id v = {table, memory_read(reading(r)), access, id};
    return memory_first(reading(r), a, table, is_visible_id, &v, out);
}

static err get_study(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                     struct study *out)
{
    return get_by_id(r, a, MEMORY_STUDIES, access, id, out);
}

static err get_series(struct image_reader *r, struct arena *a, const struct access *access, uuid id,
                      struct series *out)
{
    return get_by_id(r, a, MEMORY_SERIES, access, id, out);
}

static err get_instance(struct image_reader *r, struct arena *a, const struct access *access,
                        uuid id, struct instance *out)
{
    return get_by_id(r, a, MEMORY_INSTANCES, access, id, out);
}

static void find_study(const struct memory_rows *rows, struct arena *a, int64_t organization_key,
                       str uid, struct study *out)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct study *study = rows->at[i];
        if (study->organization_key == organization_key && str_eq(study->study_instance_uid, uid))
            memory_row_read(a, MEMORY_STUDIES, study, out);
    }
}

static void find_series(const struct memory_rows *rows, struct arena *a, int64_t study_key, str uid,
                        struct series *out)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct series *series = rows->at[i];
        if (series->study_key == study_key && str_eq(series->series_instance_uid, uid))
            memory_row_read(a, MEMORY_SERIES, series, out);
    }
}

static void find_instance(const struct memory_rows *rows, struct arena *a, int64_t organization_key,
                          str uid, struct instance *out)
{
    for (size_t i = 0; i < rows->len; i++) {
        const struct instance *instance = rows->at[i];
        if (instance->organization_key == organization_key &&
            str_eq(instance->sop_instance_uid, uid))
            memory_row_read(a, MEMORY_INSTANCES, instance, out);
    }
}

static void locate(const struct memory_state *state, struct arena *a, int64_t organization_key,
                   str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    *out = (struct image_row){0};
    find_study(&state->tables[MEMORY_STUDIES], a, organization_key, study_uid, &out->study);
    if (series_uid.len != 0 && out->study.key != 0)
        find_series(&state->tables[MEMORY_SERIES], a, out->study.key, series_uid, &out->series);
    if (sop_uid.len != 0)
        find_instance(&state->tables[MEMORY_INSTANCES], a, organization_key, sop_uid,
                      &out->instance);
}

static err reader_locate(struct image_reader *r, struct arena *a, const struct access *access,
                         str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    struct image_row row;
    const struct memory_state *state = memory_read(reading(r));
    locate(state, a, access->organization_key, study_uid, series_uid, sop_uid, &row);
    if (row.study.key == 0 || row.study.state != STUDY_RECEIVED ||
        !memory_is_granted(state, access, &row.study) ||
        (series_uid.len != 0 && (row.series.key == 0 || row.series.state != STUDY_RECEIVED)) ||
        (sop_uid.len != 0 && (row.instance.key == 0 || row.instance.series_key != row.series.key ||
                              row.instance.state != STUDY_RECEIVED)))
        return ERR(NOT_FOUND, "not found");
    *out = row;
    return OK;
}

static str copy_text(struct arena *a, str text)
{
    return a == NULL || text.ptr == NULL ? text : str_copy(a, text);
}

void memory_copy_blobs(struct arena *a, const struct instance_blobs *from, bool with_metadata,
                       struct instance_blobs *out)
{
    *out = (struct instance_blobs){.frames = copy_text(a, from->frames),
                                   .bulk = copy_text(a, from->bulk)};
    if (with_metadata) {
        out->metadata = copy_text(a, from->metadata);
        out->metadata_size = from->metadata_size;
        out->metadata_crc = from->metadata_crc;
    }
}

static err get_blobs(struct image_reader *r, struct arena *a, int64_t instance_key,
                     bool with_metadata, struct instance_blobs *out)
{
    const struct memory_instance *row =
        memory_row_find(memory_rows(reading(r), MEMORY_INSTANCES), instance_key);
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    memory_copy_blobs(a, &row->blobs, with_metadata, out);
    return OK;
}

/* Numbers that are absent come first. */
static int compare_numbers(opt_i64 a, opt_i64 b)
{
    if (a.is_set != b.is_set)
        return a.is_set ? 1 : -1;
    return a.is_set ? (a.value > b.value) - (a.value < b.value) : 0;
}

static int compare_instances(const void *one, const void *other, void *argument)
{
    const struct instance *a = *(const struct instance *const *)one,
                          *b = *(const struct instance *const *)other;
    const struct memory_rows *all_series = argument;
    if (a->series_key != b->series_key) {
        const struct series *of_a = memory_row_find(all_series, a->series_key),
                            *of_b = memory_row_find(all_series, b->series_key);
        int order = compare_numbers(of_a->series_number, of_b->series_number);
        return order != 0 ? order
                          : (a->series_key > b->series_key) - (a->series_key < b->series_key);
    }
    int order = compare_numbers(a->instance_number, b->instance_number);
    return order != 0 ? order : (a->key > b->key) - (a->key < b->key);
}

static err give(struct arena *a, const struct memory_instance *row, bool with_blobs,
                struct image_sink *sink)
{
    struct arena row_arena = {0};
    struct instance instance;
    struct instance_blobs blobs = {0};
    memory_row_read(a != NULL ? a : &row_arena, MEMORY_INSTANCES, row, &instance);
    if (with_blobs)
        memory_copy_blobs(a, &row->blobs, true, &blobs);
    err e = sink->take(sink, &instance, &blobs);
    arena_deinit(&row_arena);
    return e;
}

static err each_instance(struct image_reader *r, struct arena *a, int64_t study_key,
                         int64_t series_key, bool with_blobs, struct image_sink *sink)
{
    const struct memory_state *state = memory_read(reading(r));
    const struct memory_rows *rows = &state->tables[MEMORY_INSTANCES];
    struct arena scratch = {0};
    const struct instance **found = NEW_ARRAY(&scratch, const struct instance *, rows->len);
    size_t count = 0;
    err e = OK;
    for (size_t i = 0; i < rows->len; i++) {
        const struct instance *instance = rows->at[i];
        const struct series *of =
            memory_row_find(&state->tables[MEMORY_SERIES], instance->series_key);
        bool is_asked_for = series_key != 0
                                ? instance->series_key == series_key
                                : instance->study_key == study_key && of->state == STUDY_RECEIVED;
        if (is_asked_for && instance->state == STUDY_RECEIVED)
            found[count++] = instance;
    }
    if (count != 0)
        qsort_r(found, count, sizeof *found, compare_instances,
                (void *)&state->tables[MEMORY_SERIES]);
    for (size_t i = 0; i < count && !failed(e); i++)
        e = give(a, (const struct memory_instance *)(const void *)found[i], with_blobs, sink);
    arena_deinit(&scratch);
    return e;
}

err memory_give_metadata(const struct memory_instance *row, bool with_organization,
                         struct image_sink *sink)
{
    const struct instance *from = &row->instance;
    struct instance instance = {
        .key = from->key, .study_key = from->study_key, .series_key = from->series_key};
    struct instance_blobs blobs = {.metadata = row->blobs.metadata,
                                   .metadata_size = row->blobs.metadata_size,
                                   .metadata_crc = row->blobs.metadata_crc};
    if (with_organization)
        instance.organization_key = from->organization_key;
    return sink->take(sink, &instance, &blobs);
}

static err each_after(struct image_reader *r, int64_t after_key, uint32_t limit,
                      struct image_sink *sink)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_INSTANCES);
    for (size_t i = 0; i < rows->len && limit != 0; i++) {
        if (memory_row_key(rows->at[i]) <= after_key)
            continue;
        TRY(memory_give_metadata(rows->at[i], true, sink));
        limit--;
    }
    return OK;
}

static err each_stored(struct image_reader *r, int64_t study_key, struct image_sink *sink)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_INSTANCES);
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct instance *)rows->at[i])->study_key == study_key)
            TRY(give(NULL, rows->at[i], false, sink));
    return memory_images_each_version(r, study_key, sink);
}

static err is_referenced(struct image_reader *r, str object_name, bool *out)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_INSTANCES);
    const struct memory_rows *beside = memory_rows(reading(r), MEMORY_NON_PATIENT_OBJECTS);
    *out = false;
    for (size_t i = 0; i < rows->len && !*out; i++)
        *out = str_eq(((const struct instance *)rows->at[i])->object_name, object_name);
    for (size_t i = 0; i < beside->len && !*out; i++)
        *out = str_eq(((const struct non_patient_object *)beside->at[i])->object_name, object_name);
    const struct memory_rows *parts = memory_rows(reading(r), MEMORY_UPLOAD_PARTS);
    for (size_t i = 0; i < parts->len && !*out; i++)
        *out = str_eq(((const struct upload_part *)parts->at[i])->sha256, object_name);
    const struct memory_rows *tasks = memory_rows(reading(r), MEMORY_TASKS);
    for (size_t i = 0; i < tasks->len && !*out; i++)
        *out = str_eq(((const struct task *)tasks->at[i])->output_object, object_name);
    *out = *out || memory_images_is_version(r, object_name);
    return OK;
}

static err statistics(struct image_reader *r, int64_t organization_key, int64_t *studies,
                      int64_t *instances, int64_t *size)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_STUDIES);
    *studies = *instances = *size = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const struct study *study = rows->at[i];
        if (study->organization_key != organization_key)
            continue;
        ++*studies;
        *instances += study->instance_count;
        *size += study->size;
    }
    return OK;
}

const struct image_reader_ops memory_image_reader_ops = {
    .find = memory_images_find,
    .get_study = get_study,
    .get_series = get_series,
    .get_instance = get_instance,
    .locate = reader_locate,
    .blobs = get_blobs,
    .each_instance = each_instance,
    .each_match = memory_images_each_match,
    .each_after = each_after,
    .each_stored = each_stored,
    .is_referenced = is_referenced,
    .statistics = statistics,
    .versions = memory_images_versions,
    .get_version = memory_images_get_version,
    .uncounted = memory_images_uncounted,
};

static err writer_locate(struct image_writer *w, struct arena *a, int64_t organization_key,
                         str study_uid, str series_uid, str sop_uid, struct image_row *out)
{
    locate(memory_write(writing(w)), a, organization_key, study_uid, series_uid, sop_uid, out);
    return OK;
}

static err locate_patient(struct image_writer *w, struct arena *a, int64_t organization_key,
                          str patient_id, str issuer, struct patient *out)
{
    const struct memory_rows *rows = &memory_write(writing(w))->tables[MEMORY_PATIENTS];
    *out = (struct patient){0};
    for (size_t i = 0; i < rows->len; i++) {
        const struct patient *patient = rows->at[i];
        if (patient->organization_key == organization_key &&
            str_eq(patient->patient_id, patient_id) &&
            str_eq(patient->issuer_of_patient_id, issuer))
            memory_row_read(a, MEMORY_PATIENTS, patient, out);
    }
    return OK;
}

static err add_patient(struct image_writer *w, struct patient *patient)
{
    return memory_insert(writing(w), MEMORY_PATIENTS, patient);
}

static err add_study(struct image_writer *w, struct study *study)
{
    return memory_insert(writing(w), MEMORY_STUDIES, study);
}

static err add_series(struct image_writer *w, struct series *series)
{
    return memory_insert(writing(w), MEMORY_SERIES, series);
}

void memory_add_change(struct memory_session *s, struct change change)
{
    struct memory_state *state = memory_write(s);
    change.sequence = memory_row_next_key(&state->tables[MEMORY_CHANGES]);
    memory_row_add(&s->db->arena, &state->tables[MEMORY_CHANGES],
                   memory_row_make(&s->db->arena, MEMORY_CHANGES, &change));
}

void memory_add_instance_change(struct memory_session *s, const struct instance *instance,
                                instant at, str kind)
{
    const struct memory_rows *tables = memory_write(s)->tables;
    const struct study *study = memory_row_find(&tables[MEMORY_STUDIES], instance->study_key);
    const struct series *series = memory_row_find(&tables[MEMORY_SERIES], instance->series_key);
    memory_add_change(s, (struct change){.organization_key = instance->organization_key,
                                         .created_at = at,
                                         .kind = kind,
                                         .study_id = study->id,
                                         .instance_id = instance->id,
                                         .study_instance_uid = study->study_instance_uid,
                                         .series_instance_uid = series->series_instance_uid,
                                         .sop_instance_uid = instance->sop_instance_uid});
}

static err add_instance(struct image_writer *w, struct instance *instance,
                        const struct instance_blobs *blobs)
{
    struct memory_session *s = writing(w);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_INSTANCES];
    struct arena *a = &s->db->arena;
    if (blobs->metadata.ptr == NULL)
        return ERR(CONFLICT, "something required is not there");
    TRY(memory_insert(s, MEMORY_INSTANCES, instance));
    struct memory_instance *row = memory_row_make(a, MEMORY_INSTANCES, instance);
    memory_copy_blobs(a, blobs, true, &row->blobs);
    memory_row_replace(a, rows, row);
    memory_add_instance_change(s, instance, instance->created_at, STR("instance_stored"));
    return OK;
}

static err replace_instance(struct image_writer *w, struct instance *instance,
                            const struct instance_blobs *blobs)
{
    struct memory_session *s = writing(w);
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_INSTANCES];
    struct arena *a = &s->db->arena;
    TRY(memory_images_save_instance(w, instance));
    struct memory_instance *row = memory_row_make(a, MEMORY_INSTANCES, instance);
    memory_copy_blobs(a, blobs, true, &row->blobs);
    memory_row_replace(a, rows, row);
    memory_add_instance_change(s, instance, instance->updated_at, STR("instance_replaced"));
    return OK;
}

static err save_study(struct image_writer *w, struct study *study)
{
    struct memory_session *s = writing(w);
    const struct study *before =
        memory_row_find(&memory_write(s)->tables[MEMORY_STUDIES], study->key);
    TRY(memory_update(s, MEMORY_STUDIES, study));
    if (before->state != study->state)
        memory_add_change(s, (struct change){.organization_key = study->organization_key,
                                             .created_at = study->updated_at,
                                             .kind = study->state == STUDY_RECEIVED
                                                         ? STR("study_restored")
                                                         : STR("study_trashed"),
                                             .study_id = study->id,
                                             .study_instance_uid = study->study_instance_uid});
    return OK;
}

static void count_in_study(struct arena *a, struct memory_rows *rows, const struct study *study)
{
    const struct study *before = memory_row_find(rows, study->key);
    if (before == NULL)
        return;
    struct study *after = memory_row_make(a, MEMORY_STUDIES, before);
    after->series_count = study->series_count;
    after->instance_count = study->instance_count;
    after->size = study->size;
    after->modalities = copy_text(a, study->modalities);
    after->sop_classes = copy_text(a, study->sop_classes);
    after->transfer_syntaxes = copy_text(a, study->transfer_syntaxes);
    after->updated_at = study->updated_at;
    after->version = study->version + 1;
    memory_row_replace(a, rows, after);
}

static void count_in_series(struct arena *a, struct memory_rows *rows, const struct series *series)
{
    const struct series *before = memory_row_find(rows, series->key);
    if (before == NULL)
        return;
    struct series *after = memory_row_make(a, MEMORY_SERIES, before);
    after->instance_count = series->instance_count;
    after->transfer_syntaxes = copy_text(a, series->transfer_syntaxes);
    after->size = series->size;
    after->updated_at = series->updated_at;
    after->version = series->version + 1;
    memory_row_replace(a, rows, after);
}

static err count_instance(struct image_writer *w, struct study *study, struct series *series)
{
    struct memory_session *s = writing(w);
    struct memory_state *state = memory_write(s);
    count_in_study(&s->db->arena, &state->tables[MEMORY_STUDIES], study);
    count_in_series(&s->db->arena, &state->tables[MEMORY_SERIES], series);
    study->version++;
    series->version++;
    return OK;
}

const struct image_writer_ops memory_image_writer_ops = {
    .locate = writer_locate,
    .locate_patient = locate_patient,
    .add_patient = add_patient,
    .add_study = add_study,
    .add_series = add_series,
    .add_instance = add_instance,
    .save_study = save_study,
    .save_series = memory_images_save_series,
    .save_instance = memory_images_save_instance,
    .locate_id = memory_images_locate_id,
    .contents = memory_images_contents,
    .revive = memory_images_revive,
    .set_transfer_syntaxes = memory_images_set_transfer_syntaxes,
    .replace_instance = replace_instance,
    .add_version = memory_images_add_version,
    .remove_version = memory_images_remove_version,
    .purge = memory_images_purge,
    .count_instance = count_instance,
};
