/* The rows that are left out one table after the other. */
#include "infrastructure/memory/memory_purge.h"

#include "domain/entities/change.h"
#include "domain/entities/outbox_event.h"
#include "domain/entities/report.h"
#include "infrastructure/memory/memory_contents.h"

/* What goes: a row of that table and key, and what refers to it. */
struct target {
    int64_t key;
    uuid id;
};

typedef bool goes(const void *row, const void *argument);

static void leave_out(struct memory_session *s, enum memory_table table, goes *which,
                      const struct target *target)
{
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[table], which, target);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == ((const struct target *)argument)->key;
}

static bool is_version_of(const void *row, const void *argument)
{
    return ((const struct instance_version *)row)->instance_key ==
           ((const struct target *)argument)->key;
}

static bool is_value_of(const void *row, const void *argument)
{
    return ((const struct memory_value *)row)->instance_key ==
           ((const struct target *)argument)->key;
}

static bool is_change_of_instance(const void *row, const void *argument)
{
    return uuid_eq(((const struct change *)row)->instance_id,
                   ((const struct target *)argument)->id);
}

static bool is_change_of_series(const void *row, const void *argument)
{
    return uuid_eq(((const struct change *)row)->series_id, ((const struct target *)argument)->id);
}

static bool is_change_of_study(const void *row, const void *argument)
{
    return uuid_eq(((const struct change *)row)->study_id, ((const struct target *)argument)->id);
}

static bool is_place_of(const void *row, const void *argument)
{
    return ((const struct memory_album_study *)row)->study_key ==
           ((const struct target *)argument)->key;
}

static bool is_grant_on_study(const void *row, const void *argument)
{
    const struct grant *grant = row;
    return grant->granted_kind == GRANTED_STUDY &&
           grant->granted_key == ((const struct target *)argument)->key;
}

static bool is_grant_on_patient(const void *row, const void *argument)
{
    const struct grant *grant = row;
    return grant->granted_kind == GRANTED_PATIENT &&
           grant->granted_key == ((const struct target *)argument)->key;
}

static bool is_arrival_of(const void *row, const void *argument)
{
    return uuid_eq(((const struct study_arrival *)row)->study_id,
                   ((const struct target *)argument)->id);
}

static bool is_within(const struct instance *instance, enum image_level level, int64_t key)
{
    return (level == LEVEL_STUDY    ? instance->study_key
            : level == LEVEL_SERIES ? instance->series_key
                                    : instance->key) == key;
}

static void purge_instances(struct memory_session *s, enum image_level level, int64_t key)
{
    for (size_t i = memory_write(s)->tables[MEMORY_INSTANCES].len; i > 0; i--) {
        const struct instance *instance = memory_write(s)->tables[MEMORY_INSTANCES].at[i - 1];
        const struct target target = {instance->key, instance->id};
        if (!is_within(instance, level, key))
            continue;
        leave_out(s, MEMORY_VALUES, is_value_of, &target);
        leave_out(s, MEMORY_INSTANCE_VERSIONS, is_version_of, &target);
        leave_out(s, MEMORY_CHANGES, is_change_of_instance, &target);
        leave_out(s, MEMORY_INSTANCES, has_key, &target);
    }
}

static bool has_instances(const struct memory_state *state, int64_t series_key)
{
    const struct memory_rows *rows = &state->tables[MEMORY_INSTANCES];
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct instance *)rows->at[i])->series_key == series_key)
            return true;
    return false;
}

static void purge_empty_series(struct memory_session *s, int64_t study_key)
{
    for (size_t i = memory_write(s)->tables[MEMORY_SERIES].len; i > 0; i--) {
        const struct series *series = memory_write(s)->tables[MEMORY_SERIES].at[i - 1];
        const struct target target = {series->key, series->id};
        if (series->study_key != study_key || has_instances(memory_write(s), series->key))
            continue;
        leave_out(s, MEMORY_CHANGES, is_change_of_series, &target);
        leave_out(s, MEMORY_SERIES, has_key, &target);
    }
}

/* Series, or reports about it. */
static bool is_needed(const struct memory_state *state, int64_t study_key)
{
    const struct memory_rows *series = &state->tables[MEMORY_SERIES],
                             *reports = &state->tables[MEMORY_REPORTS];
    for (size_t i = 0; i < series->len; i++)
        if (((const struct series *)series->at[i])->study_key == study_key)
            return true;
    for (size_t i = 0; i < reports->len; i++)
        if (((const struct report *)reports->at[i])->study_key == study_key)
            return true;
    return false;
}

static void purge_patient(struct memory_session *s, int64_t key)
{
    const struct memory_rows *studies = &memory_write(s)->tables[MEMORY_STUDIES];
    const struct target target = {.key = key};
    for (size_t i = 0; i < studies->len; i++)
        if (((const struct study *)studies->at[i])->patient_key == key)
            return;
    leave_out(s, MEMORY_GRANTS, is_grant_on_patient, &target);
    leave_out(s, MEMORY_PATIENTS, has_key, &target);
}

static void purge_study(struct memory_session *s, const struct study *study, instant now)
{
    const struct target target = {study->key, study->id};
    leave_out(s, MEMORY_ALBUM_STUDIES, is_place_of, &target);
    leave_out(s, MEMORY_GRANTS, is_grant_on_study, &target);
    leave_out(s, MEMORY_STUDY_ARRIVALS, is_arrival_of, &target);
    leave_out(s, MEMORY_CHANGES, is_change_of_study, &target);
    memory_add_change(s, (struct change){.organization_key = study->organization_key,
                                         .created_at = now,
                                         .kind = STR("study_purged"),
                                         .study_id = study->id,
                                         .study_instance_uid = study->study_instance_uid});
    leave_out(s, MEMORY_STUDIES, has_key, &target);
    purge_patient(s, study->patient_key);
}

err memory_images_purge(struct image_writer *w, enum image_level level, const struct image_row *row,
                        instant now, bool *is_gone)
{
    const int64_t keys[LEVEL_COUNT] = {row->study.key, row->series.key, row->instance.key};
    struct memory_session *s =
        container_of(w, struct memory_session, base.repositories.image_writer);
    purge_instances(s, level, keys[level]);
    purge_empty_series(s, row->study.key);
    *is_gone = !is_needed(memory_write(s), row->study.key);
    if (*is_gone)
        purge_study(s, &row->study, now);
    return OK;
}
