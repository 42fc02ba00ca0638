/* Order, cursor, count and rows of a list of images. Cursors are those of the other engine. */
#include "infrastructure/memory/memory_find.h"

#include "base/buf.h"
#include "dicom/uid.h"
#include "infrastructure/memory/memory_grants.h"

#include <stdlib.h>

struct sort_column {
    enum image_level level;
    const struct field *field;
    bool descending;
};

/* by_key: studies in the order of one column. The key is the last column. */
struct order {
    struct sort_column columns[SORT_KEY_COUNT_MAX + 2];
    size_t count;
    bool by_key;
};

static const struct field *field_of(enum image_level level, const char *name)
{
    static const struct schema *const schemas[] = {&study_schema, &series_schema, &instance_schema,
                                                   &non_patient_object_schema};
    void *nowhere = NULL;
    return schema_find(schemas[level], str_of(name), &nowhere);
}

static void add_column(struct order *o, enum image_level level, const char *name, bool descending)
{
    o->columns[o->count++] = (struct sort_column){level, field_of(level, name), descending};
}

static bool is_within_one(const struct image_filter *f, enum image_level level)
{
    if (uuid_is_set(level == LEVEL_STUDY ? f->study_id : f->series_id))
        return true;
    const char *member = level == LEVEL_STUDY ? "study_instance_uid" : "series_instance_uid";
    for (size_t i = 0; i < f->matches.len; i++)
        if (strcmp(f->matches.at[i].attribute->member, member) == 0 &&
            uid_is_tolerable(str_trim(f->matches.at[i].value)))
            return true;
    return false;
}

/* Names are in the order of their folded form. */
static const char *sort_member(const struct image_attribute *attribute)
{
    if (attribute == NULL)
        return "created_at";
    return attribute->tag == 0x00100010   ? "patient_name_key"
           : attribute->tag == 0x00080090 ? "referring_physician_name_key"
           : attribute->tag == 0x00700084 ? "content_creator_name_key"
                                          : attribute->member;
}

static struct order order_of(const struct image_filter *f)
{
    struct order o = {0};
    if (f->level == LEVEL_STUDY && f->sort_count <= 1) {
        const char *name = f->sort_count == 0 ? "study_date" : sort_member(f->sort[0].attribute);
        bool descending = f->sort_count == 0 || f->sort[0].descending;
        add_column(&o, LEVEL_STUDY, name, descending);
        o.by_key =
            strcmp(name, "timezone_offset_from_utc") != 0 && strcmp(name, "transfer_syntaxes") != 0;
        add_column(&o, LEVEL_STUDY, "key", descending);
        return o;
    }
    for (size_t i = 0; i < f->sort_count; i++) {
        const struct image_attribute *attribute = f->sort[i].attribute;
        add_column(&o, attribute == NULL ? f->level : attribute->level, sort_member(attribute),
                   f->sort[i].descending);
    }
    if (f->sort_count == 0 && f->level == LEVEL_SERIES && is_within_one(f, LEVEL_STUDY))
        add_column(&o, LEVEL_SERIES, "series_number", false);
    if (f->sort_count == 0 && f->level == LEVEL_INSTANCE && is_within_one(f, LEVEL_SERIES))
        add_column(&o, LEVEL_INSTANCE, "instance_number", false);
    add_column(&o, f->level, "key", false);
    return o;
}

/* A member as SQL has it. */
struct value {
    bool is_null, is_text;
    int64_t number;
    str text;
};

static struct value value_of(const struct field *field, const void *object)
{
    const void *member = (const char *)object + field->offset;
    if (field->kind == FIELD_STR) {
        str text = *(const str *)member;
        return (struct value){.is_null = text.ptr == NULL, .is_text = true, .text = text};
    }
    if (field->kind == FIELD_OPT_I64) {
        opt_i64 number = *(const opt_i64 *)member;
        return (struct value){.is_null = !number.is_set, .number = number.value};
    }
    return (struct value){.number = *(const int64_t *)member};
}

static int compare_values(const struct value *a, const struct value *b)
{
    if (a->is_null || b->is_null)
        return (int)b->is_null - (int)a->is_null;
    if (a->is_text)
        return str_cmp(a->text, b->text);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_rows(const void *one, const void *other, void *argument)
{
    const struct order *o = argument;
    for (size_t i = 0; i < o->count; i++) {
        const struct sort_column *column = &o->columns[i];
        struct value a = value_of(column->field, candidate_at(one, column->level)),
                     b = value_of(column->field, candidate_at(other, column->level));
        int order = compare_values(&a, &b);
        if (order != 0)
            return column->descending ? -order : order;
    }
    return 0;
}

SLICE(candidate);

static bool is_same_patient(const struct study *one, const struct study *other)
{
    return one->key == other->key ||
           (one->patient_id.len != 0 && one->organization_key == other->organization_key &&
            one->state == other->state && one->patient_key == other->patient_key);
}

/* No other study of the patient that is seen is newer. */
static bool is_newest(const struct memory_state *state, const struct access *access,
                      const struct study *study)
{
    const struct memory_rows *rows = &state->tables[MEMORY_STUDIES];
    for (size_t i = 0; i < rows->len; i++) {
        const struct study *other = rows->at[i];
        int order = str_cmp(other->study_date, study->study_date);
        if (is_same_patient(study, other) && memory_is_granted(state, access, other) &&
            (order > 0 || (order == 0 && other->key > study->key)))
            return false;
    }
    return true;
}

static void count_patient(const struct memory_state *state, const struct access *access,
                          const struct study *study, struct image_row *out)
{
    const struct memory_rows *rows = &state->tables[MEMORY_STUDIES];
    for (size_t i = 0; i < rows->len; i++) {
        const struct study *other = rows->at[i];
        if (!is_same_patient(study, other) || !memory_is_granted(state, access, other))
            continue;
        out->of_patient.studies++;
        out->of_patient.series += other->series_count;
        out->of_patient.instances += other->instance_count;
    }
}

static void collect_objects(const struct memory_state *state, struct arena *a,
                            const struct conditions *c, struct candidate_slice *out)
{
    const struct memory_rows *rows = &state->tables[MEMORY_NON_PATIENT_OBJECTS];
    for (size_t i = 0; i < rows->len; i++) {
        struct candidate row = {.object = rows->at[i]};
        if (conditions_hold(state, c, &row))
            *SLICE_PUSH(a, out) = row;
    }
}

static void collect(const struct memory_state *state, struct arena *a, const struct conditions *c,
                    const struct image_filter *f, struct candidate_slice *out)
{
    enum image_level level = f->level;
    if (level == LEVEL_NON_PATIENT) {
        collect_objects(state, a, c, out);
        return;
    }
    static const enum memory_table tables[] = {MEMORY_STUDIES, MEMORY_SERIES, MEMORY_INSTANCES};
    const struct memory_rows *rows = &state->tables[tables[level]];
    for (size_t i = 0; i < rows->len; i++) {
        struct candidate row = {0};
        if (level == LEVEL_INSTANCE)
            row.instance = rows->at[i];
        if (level == LEVEL_SERIES)
            row.series = rows->at[i];
        if (row.instance != NULL)
            row.series = memory_row_find(&state->tables[MEMORY_SERIES], row.instance->series_key);
        int64_t study_key = row.instance != NULL ? row.instance->study_key
                            : row.series != NULL ? row.series->study_key
                                                 : memory_row_key(rows->at[i]);
        row.study = memory_row_find(&state->tables[MEMORY_STUDIES], study_key);
        if (conditions_hold(state, c, &row) &&
            (!f->one_per_patient || is_newest(state, &f->access, row.study)))
            *SLICE_PUSH(a, out) = row;
    }
}

/* The place a page goes on from: behind a row with those values and that key, or after offset
 * rows. passed: rows before the page. */
struct cursor {
    bool is_set;
    struct value values[SORT_KEY_COUNT_MAX + 2]; /* in the order of the columns; the key is last */
    uint64_t offset, passed;
};

static err read_value(const struct sort_column *column, str text, struct value *out)
{
    *out = (struct value){.is_text = column->field->kind == FIELD_STR, .text = text};
    return out->is_text || str_to_i64(text, &out->number) ? OK : ERR(INVALID, "not a cursor");
}

/* ":<length>.<value>" or ":~" of each column but the last. */
static err read_values(const struct order *o, str text, struct cursor *out)
{
    for (size_t i = 0; i + 1 < o->count; i++) {
        uint64_t size;
        if (text.len < 2 || text.ptr[0] != ':')
            return ERR(INVALID, "not a cursor");
        text = str_sub(text, 1, text.len);
        if (text.ptr[0] == '~') {
            out->values[i] = (struct value){.is_null = true};
            text = str_sub(text, 1, text.len);
            continue;
        }
        size_t dot = str_find_char(text, '.');
        if (dot == SIZE_MAX || !str_to_u64(str_sub(text, 0, dot), &size))
            return ERR(INVALID, "not a cursor");
        text = str_sub(text, dot + 1, text.len);
        if (size > text.len)
            return ERR(INVALID, "not a cursor");
        TRY(read_value(&o->columns[i], str_sub(text, 0, (size_t)size), &out->values[i]));
        text = str_sub(text, (size_t)size, text.len);
    }
    return text.len == 0 ? OK : ERR(INVALID, "not a cursor");
}

/* "k:<key>:<value>", "m:<key>:<passed>" with all values, or "o:<offset>". */
static err read_cursor(struct arena *a, const struct image_filter *f, const struct order *o,
                       struct cursor *out)
{
    str text;
    *out = (struct cursor){.offset = f->offset, .passed = f->offset};
    if (f->after.len == 0)
        return OK;
    if (!base64url_decode(a, f->after, &text) || text.len < 3)
        return ERR(INVALID, "not a cursor");
    str kind = str_sub(text, 0, 2);
    text = str_sub(text, 2, text.len);
    out->offset = 0;
    if (str_eq(kind, STR("o:"))) {
        if (!str_to_u64(text, &out->offset))
            return ERR(INVALID, "not a cursor");
        out->passed = out->offset;
        return OK;
    }
    size_t colon = str_find_char(text, ':');
    bool is_one = str_eq(kind, STR("k:")), is_many = str_eq(kind, STR("m:"));
    struct value *key = &out->values[o->count - 1];
    if (colon == SIZE_MAX || !str_to_i64(str_sub(text, 0, colon), &key->number) ||
        !(is_many || (is_one && o->by_key)))
        return ERR(INVALID, "not a cursor");
    out->is_set = true;
    text = str_sub(text, colon + 1, text.len);
    if (is_one)
        return read_value(&o->columns[0], text, &out->values[0]);
    int64_t passed;
    colon = str_find_char(text, ':');
    if (!str_to_i64(str_sub(text, 0, colon), &passed))
        return ERR(INVALID, "not a cursor");
    out->passed = passed < 0 ? 0 : (uint64_t)passed;
    return read_values(o, colon == SIZE_MAX ? STR("") : str_sub(text, colon, text.len), out);
}

static bool is_behind(const struct order *o, const struct candidate *row, const struct cursor *c)
{
    for (size_t i = 0; c->is_set && i < o->count; i++) {
        const struct sort_column *column = &o->columns[i];
        struct value value = value_of(column->field, candidate_at(row, column->level));
        int order = compare_values(&value, &c->values[i]);
        if (order != 0)
            return column->descending ? order < 0 : order > 0;
    }
    return !c->is_set;
}

static str next_cursor(struct arena *a, const struct order *o, const struct candidate *last,
                       uint64_t passed)
{
    struct buf plain = BUF_IN(a), out = BUF_IN(a);
    struct value values[SORT_KEY_COUNT_MAX + 2];
    for (size_t i = 0; i < o->count; i++)
        values[i] = value_of(o->columns[i].field, candidate_at(last, o->columns[i].level));
    long long key = (long long)values[o->count - 1].number;
    if (o->by_key && !values[0].is_null) {
        buf_addf(&plain, "k:%lld:", key);
        if (values[0].is_text)
            buf_add(&plain, values[0].text);
        else
            buf_add_i64(&plain, values[0].number);
    } else {
        buf_addf(&plain, "m:%lld:%llu", key, (unsigned long long)passed);
        for (size_t i = 0; i + 1 < o->count; i++) {
            str text = values[i].is_text ? values[i].text
                                         : str_format(a, "%lld", (long long)values[i].number);
            if (values[i].is_null)
                buf_add(&plain, STR(":~"));
            else
                buf_addf(&plain, ":%zu.%.*s", text.len, STR_ARG(text));
        }
        if (plain.len > IMAGE_CURSOR_SIZE_MAX) {
            plain.len = 0;
            buf_addf(&plain, "o:%llu", (unsigned long long)passed);
        }
    }
    buf_add_base64url(&out, plain.ptr, plain.len);
    return buf_str(&out);
}

static void read_row(struct arena *a, const struct candidate *from, enum image_level level,
                     struct image_row *out)
{
    if (level == LEVEL_NON_PATIENT) {
        struct non_patient_object *object = NEW(a, struct non_patient_object);
        memory_row_read(a, MEMORY_NON_PATIENT_OBJECTS, from->object, object);
        out->object = object;
        return;
    }
    memory_row_read(a, MEMORY_STUDIES, from->study, &out->study);
    if (level >= LEVEL_SERIES)
        memory_row_read(a, MEMORY_SERIES, from->series, &out->series);
    if (level >= LEVEL_INSTANCE)
        memory_row_read(a, MEMORY_INSTANCES, from->instance, &out->instance);
}

err memory_images_find(struct image_reader *r, struct arena *a, const struct image_filter *f,
                       struct image_page *out)
{
    struct memory_session *s =
        container_of(r, struct memory_session, base.repositories.image_reader);
    struct conditions *conditions;
    struct candidate_slice found = {0};
    struct order order = order_of(f);
    struct cursor cursor;
    const struct candidate *last = NULL;
    bool more = false;
    uint64_t passed = 0;
    *out = (struct image_page){.total = -1};
    TRY(conditions_make(a, f, &conditions));
    TRY(read_cursor(a, f, &order, &cursor));
    collect(memory_read(s), a, conditions, f, &found);
    if (f->wants_total)
        out->total = (int64_t)found.len;
    if (found.len != 0)
        qsort_r(found.at, found.len, sizeof *found.at, compare_rows, &order);
    for (size_t i = 0; i < found.len && !more; i++) {
        if (!is_behind(&order, &found.at[i], &cursor) || passed++ < cursor.offset)
            continue;
        more = out->rows.len == f->limit;
        if (more)
            break;
        last = &found.at[i];
        read_row(a, last, f->level, SLICE_PUSH(a, &out->rows));
        if (f->wants_patient_counts)
            count_patient(memory_read(s), &f->access, last->study,
                          &out->rows.at[out->rows.len - 1]);
    }
    if (more && last != NULL)
        out->next = next_cursor(a, &order, last, cursor.passed + f->limit);
    return OK;
}

err memory_images_each_match(struct image_reader *r, struct arena *a, const struct image_filter *f,
                             uint32_t count_max, struct image_sink *sink)
{
    const struct memory_state *state =
        memory_read(container_of(r, struct memory_session, base.repositories.image_reader));
    struct conditions *conditions;
    struct candidate_slice found = {0};
    TRY(conditions_make(a, f, &conditions));
    collect(state, a, conditions, f, &found);
    if (found.len > count_max)
        return ERR(TOO_LARGE, "too many instances");
    for (size_t i = 0; i < found.len; i++) {
        const struct memory_instance *row =
            (const struct memory_instance *)(const void *)found.at[i].instance;
        TRY(memory_give_metadata(row, false, sink));
    }
    return OK;
}
