/* What triggers do in SQL is done here by the saves: a line of the change feed for each row that
 * goes to the trash or comes back. */
#include "infrastructure/memory/memory_contents.h"

static struct memory_session *writing(struct image_writer *w)
{
    return container_of(w, struct memory_session, base.repositories.image_writer);
}

static void tell_of_series(struct memory_session *s, const struct series *series)
{
    const struct study *study =
        memory_row_find(&memory_write(s)->tables[MEMORY_STUDIES], series->study_key);
    memory_add_change(s, (struct change){.organization_key = series->organization_key,
                                         .created_at = series->updated_at,
                                         .kind = series->state == STUDY_RECEIVED
                                                     ? STR("series_restored")
                                                     : STR("series_trashed"),
                                         .study_id = study->id,
                                         .series_id = series->id,
                                         .study_instance_uid = study->study_instance_uid,
                                         .series_instance_uid = series->series_instance_uid});
}

static void tell_of_instance(struct memory_session *s, const struct instance *instance)
{
    memory_add_instance_change(s, instance, instance->updated_at,
                               instance->state == STUDY_RECEIVED ? STR("instance_restored")
                                                                 : STR("instance_trashed"));
}

err memory_images_save_series(struct image_writer *w, struct series *series)
{
    struct memory_session *s = writing(w);
    const struct series *before =
        memory_row_find(&memory_write(s)->tables[MEMORY_SERIES], series->key);
    TRY(memory_update(s, MEMORY_SERIES, series));
    if (before->state != series->state)
        tell_of_series(s, series);
    return OK;
}

/* The derived data behind the instance stay. */
static void keep_blobs(struct memory_session *s, const struct memory_instance *before)
{
    struct memory_rows *rows = &memory_write(s)->tables[MEMORY_INSTANCES];
    const struct memory_instance *now = memory_row_find(rows, before->instance.key);
    struct memory_instance *row = memory_row_make(&s->db->arena, MEMORY_INSTANCES, &now->instance);
    row->blobs = before->blobs;
    memory_row_replace(&s->db->arena, rows, row);
}

err memory_images_save_instance(struct image_writer *w, struct instance *instance)
{
    struct memory_session *s = writing(w);
    const struct memory_instance *before =
        memory_row_find(&memory_write(s)->tables[MEMORY_INSTANCES], instance->key);
    TRY(memory_update(s, MEMORY_INSTANCES, instance));
    keep_blobs(s, before);
    if (before->instance.state != instance->state)
        tell_of_instance(s, instance);
    return OK;
}

static const void *row_by_id(const struct memory_state *state, enum image_level level,
                             int64_t organization_key, uuid id)
{
    static const enum memory_table tables[] = {MEMORY_STUDIES, MEMORY_SERIES, MEMORY_INSTANCES};
    const struct memory_rows *rows = &state->tables[tables[level]];
    for (size_t i = 0; i < rows->len; i++)
        if (uuid_eq(*(const uuid *)memory_member(tables[level], "id", rows->at[i]), id) &&
            *(const int64_t *)memory_member(tables[level], "organization_key", rows->at[i]) ==
                organization_key)
            return rows->at[i];
    return NULL;
}

err memory_images_locate_id(struct image_writer *w, struct arena *a, int64_t organization_key,
                            enum image_level level, uuid id, struct image_row *out)
{
    const struct memory_state *state = memory_write(writing(w));
    const void *row = row_by_id(state, level, organization_key, id);
    *out = (struct image_row){0};
    if (row == NULL)
        return ERR(NOT_FOUND, "not found");
    int64_t study_key = memory_row_key(row), series_key = study_key;
    if (level == LEVEL_INSTANCE) {
        memory_row_read(a, MEMORY_INSTANCES, row, &out->instance);
        series_key = out->instance.series_key;
        study_key = out->instance.study_key;
    }
    if (level >= LEVEL_SERIES)
        memory_row_read(a, MEMORY_SERIES,
                        memory_row_find(&state->tables[MEMORY_SERIES], series_key), &out->series);
    if (level == LEVEL_SERIES)
        study_key = out->series.study_key;
    memory_row_read(a, MEMORY_STUDIES, memory_row_find(&state->tables[MEMORY_STUDIES], study_key),
                    &out->study);
    return OK;
}

static void tally(struct arena *a, const struct instance *instance, struct image_tally_slice *out)
{
    for (size_t i = 0; i < out->len; i++) {
        struct image_tally *t = &out->at[i];
        if (t->series_key == instance->series_key &&
            str_eq(t->sop_class_uid, instance->sop_class_uid) &&
            str_eq(t->transfer_syntax_uid, instance->transfer_syntax_uid)) {
            t->instance_count++;
            t->size += instance->size;
            return;
        }
    }
    *SLICE_PUSH(a, out) =
        (struct image_tally){.series_key = instance->series_key,
                             .sop_class_uid = str_copy(a, instance->sop_class_uid),
                             .transfer_syntax_uid = str_copy(a, instance->transfer_syntax_uid),
                             .instance_count = 1,
                             .size = instance->size};
}

err memory_images_contents(struct image_writer *w, struct arena *a, int64_t study_key,
                           struct image_contents *out)
{
    const struct memory_state *state = memory_write(writing(w));
    const struct memory_rows *series = &state->tables[MEMORY_SERIES],
                             *instances = &state->tables[MEMORY_INSTANCES];
    *out = (struct image_contents){0};
    for (size_t i = 0; i < series->len; i++)
        if (((const struct series *)series->at[i])->study_key == study_key)
            memory_row_read(a, MEMORY_SERIES, series->at[i], SLICE_PUSH(a, &out->series));
    for (size_t i = 0; i < instances->len; i++) {
        const struct instance *instance = instances->at[i];
        if (instance->study_key == study_key && instance->state == STUDY_RECEIVED)
            tally(a, instance, &out->tallies);
    }
    return OK;
}

err memory_images_revive(struct image_writer *w, int64_t study_key, int64_t series_key, instant now)
{
    struct memory_session *s = writing(w);
    struct memory_state *state = memory_write(s);
    struct memory_rows *rows = &state->tables[MEMORY_SERIES];
    for (size_t i = 0; i < rows->len; i++) {
        struct series series = *(const struct series *)rows->at[i];
        if (series.study_key != study_key || series.state == STUDY_RECEIVED ||
            (series_key != 0 && series.key != series_key))
            continue;
        series.state = STUDY_RECEIVED;
        series.trashed_at = (instant){0};
        series.updated_at = now;
        TRY(memory_images_save_series(w, &series));
    }
    rows = &state->tables[MEMORY_INSTANCES];
    for (size_t i = 0; i < rows->len; i++) {
        struct instance instance = *(const struct instance *)rows->at[i];
        if (instance.study_key != study_key || instance.state == STUDY_RECEIVED ||
            (series_key != 0 && instance.series_key != series_key))
            continue;
        instance.state = STUDY_RECEIVED;
        instance.trashed_at = (instant){0};
        instance.updated_at = now;
        TRY(memory_images_save_instance(w, &instance));
    }
    return OK;
}

err memory_images_uncounted(struct image_reader *r, struct arena *a, uint32_t limit,
                            struct key_slice *out)
{
    struct memory_session *s =
        container_of(r, struct memory_session, base.repositories.image_reader);
    const struct memory_state *state = memory_read(s);
    const struct memory_rows *studies = &state->tables[MEMORY_STUDIES],
                             *series = &state->tables[MEMORY_SERIES];
    *out = (struct key_slice){0};
    for (size_t i = 0; i < studies->len; i++) {
        int64_t key = memory_row_key(studies->at[i]);
        for (size_t n = 0; n < series->len && out->len < limit; n++) {
            const struct series *one = series->at[n];
            if (one->study_key != key || one->transfer_syntaxes.ptr != NULL)
                continue;
            *SLICE_PUSH(a, out) = key;
            break;
        }
    }
    return OK;
}

err memory_images_set_transfer_syntaxes(struct image_writer *w, enum image_level level, int64_t key,
                                        str set)
{
    struct memory_session *s = writing(w);
    enum memory_table table = level == LEVEL_STUDY ? MEMORY_STUDIES : MEMORY_SERIES;
    struct memory_rows *rows = &memory_write(s)->tables[table];
    const void *before = memory_row_find(rows, key);
    if (before == NULL)
        return OK;
    void *row = memory_row_make(&s->db->arena, table, before);
    *(str *)memory_member(table, "transfer_syntaxes", row) =
        set.ptr == NULL ? set : str_copy(&s->db->arena, set);
    memory_row_replace(&s->db->arena, rows, row);
    return OK;
}
