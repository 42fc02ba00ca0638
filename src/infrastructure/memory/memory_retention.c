/* Retention in memory. */
#include "infrastructure/memory/memory_session.h"

#include <stdlib.h>

#define SESSION_OF(pointer_, member_)                                                              \
    container_of(pointer_, struct memory_session, base.repositories.member_)

static struct memory_session *reading(struct retention_reader *r)
{
    return SESSION_OF(r, retention_reader);
}

static bool has_id(const void *row, const void *argument)
{
    const struct retention_rule *rule = row, *like = argument;
    return uuid_eq(rule->id, like->id) && rule->organization_key == like->organization_key;
}

static err get(struct retention_reader *r, struct arena *a, int64_t organization_key, uuid id,
               struct retention_rule *out)
{
    const struct retention_rule like = {.id = id, .organization_key = organization_key};
    return memory_first(reading(r), a, MEMORY_RETENTION_RULES, has_id, &like, out);
}

static int by_name(const void *a, const void *b)
{
    const struct retention_rule *one = a, *other = b;
    int order = str_cmp(one->name, other->name);
    return order != 0 ? order : (one->key > other->key) - (one->key < other->key);
}

static err find(struct retention_reader *r, struct arena *a, int64_t organization_key,
                struct retention_rule_slice *out)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_RETENTION_RULES);
    *out = (struct retention_rule_slice){0};
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct retention_rule *)rows->at[i])->organization_key == organization_key)
            memory_row_read(a, MEMORY_RETENTION_RULES, rows->at[i], SLICE_PUSH(a, out));
    if (out->len != 0)
        qsort(out->at, out->len, sizeof out->at[0], by_name);
    return OK;
}

static bool is_of_study(const void *row, const void *argument)
{
    return ((const struct legal_hold *)row)->study_key == *(const int64_t *)argument;
}

static err get_hold(struct retention_reader *r, struct arena *a, int64_t study_key,
                    struct legal_hold *out)
{
    return memory_first(reading(r), a, MEMORY_LEGAL_HOLDS, is_of_study, &study_key, out);
}

static bool is_held(struct retention_reader *r, int64_t study_key)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_LEGAL_HOLDS);
    for (size_t i = 0; i < rows->len; i++)
        if (is_of_study(rows->at[i], &study_key))
            return true;
    return false;
}

static bool is_meant(const struct study *study, const struct retention_filter *f)
{
    str rest = study->modalities, part;
    bool has_modality = f->modality.len == 0;
    while (!has_modality && str_cut(&rest, '\\', &part))
        has_modality = str_eq(part, f->modality);
    return has_modality && study->organization_key == f->organization_key &&
           study->state == STUDY_RECEIVED &&
           (f->received_before.us == 0 || study->created_at.us < f->received_before.us) &&
           (f->study_date_before.ptr == NULL ||
            (study->study_date.len != 0 && str_cmp(study->study_date, f->study_date_before) < 0));
}

static int by_age(const void *a, const void *b)
{
    const struct study *one = *(const struct study *const *)a;
    const struct study *other = *(const struct study *const *)b;
    if (one->created_at.us != other->created_at.us)
        return one->created_at.us < other->created_at.us ? -1 : 1;
    return (one->key > other->key) - (one->key < other->key);
}

SLICE_OF(const struct study *, study_pointer);

static struct study_pointer_slice meant(struct retention_reader *r, struct arena *a,
                                        const struct retention_filter *f)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_STUDIES);
    struct study_pointer_slice out = {0};
    for (size_t i = 0; i < rows->len; i++)
        if (is_meant(rows->at[i], f))
            *SLICE_PUSH(a, &out) = rows->at[i];
    if (out.len != 0)
        qsort(out.at, out.len, sizeof out.at[0], by_age);
    return out;
}

static err due(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
               uint32_t limit, struct uuid_slice *out)
{
    const struct study_pointer_slice all = meant(r, a, filter);
    *out = (struct uuid_slice){0};
    for (size_t i = 0; i < all.len && out->len < limit; i++)
        if (!is_held(r, all.at[i]->key))
            *SLICE_PUSH(a, out) = all.at[i]->id;
    return OK;
}

static err count(struct retention_reader *r, struct arena *a, const struct retention_filter *filter,
                 struct retention_count *out)
{
    const struct study_pointer_slice all = meant(r, a, filter);
    *out = (struct retention_count){0};
    for (size_t i = 0; i < all.len; i++) {
        bool held = is_held(r, all.at[i]->key);
        out->held_count += held;
        out->study_count += !held;
        out->size += held ? 0 : all.at[i]->size;
    }
    return OK;
}

static bool has_series(struct retention_reader *r, int64_t study_key)
{
    const struct memory_rows *rows = memory_rows(reading(r), MEMORY_SERIES);
    for (size_t i = 0; i < rows->len; i++)
        if (((const struct series *)rows->at[i])->study_key == study_key)
            return true;
    return false;
}

struct trashed_row {
    instant at;
    int64_t key;
    uuid id;
};
SLICE(trashed_row);

/* False: it is none, or stays where it is. */
static bool read_trashed(struct retention_reader *r, enum image_level level, const void *row,
                         int64_t organization_key, struct trashed_row *out)
{
    static const enum memory_table tables[] = {MEMORY_STUDIES, MEMORY_SERIES, MEMORY_INSTANCES};
    const enum memory_table table = tables[level];
    int64_t key = memory_row_key(row);
    int64_t study_key =
        level == LEVEL_STUDY ? key : *(const int64_t *)memory_member(table, "study_key", row);
    *out = (struct trashed_row){*(const instant *)memory_member(table, "trashed_at", row), key,
                                *(const uuid *)memory_member(table, "id", row)};
    return out->at.us != 0 && !is_held(r, study_key) &&
           *(const int64_t *)memory_member(table, "organization_key", row) == organization_key &&
           (level != LEVEL_STUDY || has_series(r, key));
}

static int by_trashed(const void *a, const void *b)
{
    const struct trashed_row *one = a, *other = b;
    if (one->at.us != other->at.us)
        return one->at.us < other->at.us ? -1 : 1;
    return (one->key > other->key) - (one->key < other->key);
}

static err trashed(struct retention_reader *r, struct arena *a, int64_t organization_key,
                   enum image_level level, instant before, uint32_t limit,
                   struct trash_item_slice *out)
{
    static const enum memory_table tables[] = {MEMORY_STUDIES, MEMORY_SERIES, MEMORY_INSTANCES};
    const struct memory_rows *rows = memory_rows(reading(r), tables[level]);
    struct trashed_row_slice found = {0};
    struct trashed_row one;
    for (size_t i = 0; i < rows->len; i++)
        if (read_trashed(r, level, rows->at[i], organization_key, &one) && one.at.us < before.us)
            *SLICE_PUSH(a, &found) = one;
    if (found.len != 0)
        qsort(found.at, found.len, sizeof found.at[0], by_trashed);
    *out = (struct trash_item_slice){0};
    for (size_t i = 0; i < found.len && i < limit; i++)
        *SLICE_PUSH(a, out) = (struct trash_item){level, found.at[i].id};
    return OK;
}

const struct retention_reader_ops memory_retention_reader_ops = {
    .get = get, .find = find, .get_hold = get_hold, .due = due, .count = count, .trashed = trashed};

static struct memory_session *writing(struct retention_writer *w)
{
    return SESSION_OF(w, retention_writer);
}

static err add(struct retention_writer *w, struct retention_rule *rule)
{
    return memory_insert(writing(w), MEMORY_RETENTION_RULES, rule);
}

static err save(struct retention_writer *w, struct retention_rule *rule)
{
    return memory_update(writing(w), MEMORY_RETENTION_RULES, rule);
}

static bool has_key(const void *row, const void *argument)
{
    return memory_row_key(row) == *(const int64_t *)argument;
}

static err remove_from(struct retention_writer *w, enum memory_table table, int64_t key)
{
    struct memory_session *s = writing(w);
    memory_rows_remove(&s->db->arena, &memory_write(s)->tables[table], has_key, &key);
    return OK;
}

static err remove_rule(struct retention_writer *w, int64_t key)
{
    return remove_from(w, MEMORY_RETENTION_RULES, key);
}

static err add_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return memory_insert(writing(w), MEMORY_LEGAL_HOLDS, hold);
}

static err save_hold(struct retention_writer *w, struct legal_hold *hold)
{
    return memory_update(writing(w), MEMORY_LEGAL_HOLDS, hold);
}

static err remove_hold(struct retention_writer *w, int64_t key)
{
    return remove_from(w, MEMORY_LEGAL_HOLDS, key);
}

const struct retention_writer_ops memory_retention_writer_ops = {.add = add,
                                                                 .save = save,
                                                                 .remove = remove_rule,
                                                                 .add_hold = add_hold,
                                                                 .save_hold = save_hold,
                                                                 .remove_hold = remove_hold};
