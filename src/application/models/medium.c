/* Rows to records, and the order of both. */
#include "application/models/medium.h"

#include "base/arena.h"
#include "dicom/uid.h"

const struct dicomdir_kind *medium_kind_of(const struct instance *instance)
{
    return dicomdir_kind_of(instance->sop_class_uid,
                            instance->rows.is_set && instance->rows.value > 0);
}

/* In the order of instance_values. */
static const uint32_t row_tags[] = {0x00080023, 0x00080033, 0x00200013,
                                    0x00280008, 0x00280010, 0x00280011};

bool medium_key_is_in_row(uint32_t tag)
{
    for (size_t i = 0; i < COUNT_OF(row_tags); i++)
        if (row_tags[i] == tag)
            return true;
    return false;
}

struct medium_writer {
    struct arena *a;
    const struct medium_content *content; /* the study at work */
    struct dicomdir dicomdir;
    size_t series_number;
    struct medium *out;
};

static void add_value(struct medium_writer *w, struct dicomdir_value_slice *values, uint32_t tag,
                      str text)
{
    *SLICE_PUSH(w->a, values) = (struct dicomdir_value){tag, text};
}

static str number_text(struct arena *a, opt_i64 number)
{
    return number.is_set ? str_format(a, "%lld", (long long)number.value) : STR("");
}

static str first_of(str a, str b, str c)
{
    return a.len != 0 ? a : b.len != 0 ? b : c;
}

static void add_patient(struct medium_writer *w, const struct study *s)
{
    struct dicomdir_value_slice values = {0};
    add_value(w, &values, 0x00100010, s->patient_name);
    add_value(w, &values, 0x00100020, s->patient_id);
    add_value(w, &values, 0x00100021, s->issuer_of_patient_id);
    add_value(w, &values, 0x00100030, s->patient_birth_date);
    add_value(w, &values, 0x00100040, s->patient_sex);
    dicomdir_add(&w->dicomdir, DICOMDIR_PATIENT, NULL, NULL, &values);
}

static bool is_same_patient(const struct study *a, const struct study *b)
{
    return a->patient_id.len != 0 && str_eq(a->patient_id, b->patient_id) &&
           str_eq(a->issuer_of_patient_id, b->issuer_of_patient_id);
}

static void add_study(struct medium_writer *w, const struct medium_content *before)
{
    const struct study *s = &w->content->study;
    struct dicomdir_value_slice values = {0};
    if (before == NULL || !is_same_patient(&before->study, s))
        add_patient(w, s);
    add_value(w, &values, 0x00080020, s->study_date);
    add_value(w, &values, 0x00080030, s->study_time);
    add_value(w, &values, 0x00080050, s->accession_number);
    add_value(w, &values, 0x00080090, s->referring_physician_name);
    add_value(w, &values, 0x00081030, s->study_description);
    add_value(w, &values, 0x0020000D, s->study_instance_uid);
    add_value(w, &values, 0x00200010, s->study_id);
    dicomdir_add(&w->dicomdir, DICOMDIR_STUDY, NULL, NULL, &values);
}

static void add_series(struct medium_writer *w, const struct series *s)
{
    struct dicomdir_value_slice values = {0};
    add_value(w, &values, 0x00080021, s->series_date);
    add_value(w, &values, 0x00080031, s->series_time);
    add_value(w, &values, 0x00080060, s->modality);
    add_value(w, &values, 0x0008103E, s->series_description);
    add_value(w, &values, 0x0020000E, s->series_instance_uid);
    add_value(w, &values, 0x00200011, number_text(w->a, s->series_number));
    dicomdir_add(&w->dicomdir, DICOMDIR_SERIES, NULL, NULL, &values);
}

static void add_instance(struct medium_writer *w, const struct series *s,
                         const struct medium_instance *n, size_t number)
{
    const struct instance *row = &n->row;
    const struct study *study = &w->content->study;
    struct dicomdir_value_slice values = {0};
    const str texts[COUNT_OF(row_tags)] = {
        first_of(row->content_date, s->series_date, study->study_date),
        first_of(row->content_time, s->series_time, study->study_time),
        number_text(w->a, row->instance_number),
        number_text(w->a, row->number_of_frames),
        number_text(w->a, row->rows),
        number_text(w->a, row->columns),
    };
    for (size_t i = 0; i < COUNT_OF(row_tags); i++)
        add_value(w, &values, row_tags[i], texts[i]);
    for (size_t i = 0; i < n->values.len; i++)
        *SLICE_PUSH(w->a, &values) = n->values.at[i];
    struct dicomdir_file file = {
        str_format(w->a, "DICOM\\S%07zu\\I%07zu", w->series_number, number),
        row->sop_class_uid,
        row->sop_instance_uid,
        row->transfer_syntax_uid,
    };
    dicomdir_add(&w->dicomdir, DICOMDIR_INSTANCE, medium_kind_of(row), &file, &values);
    *SLICE_PUSH(w->a, &w->out->files) = (struct medium_file){
        str_format(w->a, "DICOM/S%07zu/I%07zu", w->series_number, number), row};
}

/* "2.25." of what the medium holds: another content is another file-set. */
static str uid_of(struct arena *a, const struct medium_content *const *contents, size_t count)
{
    uint64_t hashes[2] = {1, 0};
    unsigned char bytes[16];
    for (size_t c = 0; c < count; c++) {
        hashes[0] = hash_bytes(hashes[0], &contents[c]->study.id, sizeof contents[c]->study.id);
        for (size_t i = 0; i < contents[c]->instances.len; i++) {
            str name = contents[c]->instances.at[i].row.object_name;
            hashes[0] = hash_bytes(hashes[0], name.ptr, name.len);
            hashes[1] = hash_bytes(hashes[0] ^ hashes[1], name.ptr, name.len);
        }
    }
    memcpy(bytes, hashes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x80); /* UUID version 8, RFC 9562 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    return uid_from_bytes(a, bytes);
}

/* Instances of each series as a list, in the order in which they were given. SIZE_MAX: none. */
struct series_list {
    size_t first, last;
};
struct grouping {
    struct series_list *lists; /* of each series */
    size_t *series_of, *next;  /* of each instance */
};

static err group_by_series(struct arena *a, const struct medium_content *content,
                           struct grouping *out)
{
    size_t s = 0, series_count = content->series.len, count = content->instances.len;
    *out = (struct grouping){NEW_ARRAY(a, struct series_list, series_count + 1),
                             NEW_ARRAY(a, size_t, count + 1), NEW_ARRAY(a, size_t, count + 1)};
    for (size_t i = 0; i < series_count; i++)
        out->lists[i] = (struct series_list){SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < count; i++) {
        int64_t key = content->instances.at[i].row.series_key;
        size_t tried = 0;
        for (; tried < series_count && content->series.at[s].key != key; tried++)
            s = s + 1 < series_count ? s + 1 : 0;
        if (tried == series_count)
            return ERR(UNAVAILABLE, "the study is being changed");
        struct series_list *list = &out->lists[s];
        *(list->last != SIZE_MAX ? &out->next[list->last] : &list->first) = i;
        list->last = i;
        out->next[i] = SIZE_MAX;
        out->series_of[i] = s;
    }
    return OK;
}

static err add_content(struct medium_writer *w, const struct medium_content *before)
{
    const struct medium_content *content = w->content;
    struct grouping groups;
    TRY(group_by_series(w->a, content, &groups));
    add_study(w, before);
    for (size_t i = 0; i < content->instances.len; i++) {
        size_t s = groups.series_of[i], number = 0;
        if (groups.lists[s].first != i)
            continue;
        w->series_number++;
        add_series(w, &content->series.at[s]);
        for (size_t n = i; n != SIZE_MAX; n = groups.next[n])
            add_instance(w, &content->series.at[s], &content->instances.at[n], ++number);
    }
    return OK;
}

err medium_plan_all(struct arena *a, const struct medium_content *const *contents, size_t count,
                    struct medium *out)
{
    struct medium_writer w = {.a = a, .out = out};
    *out = (struct medium){0};
    dicomdir_begin(&w.dicomdir, a, uid_of(a, contents, count));
    for (size_t i = 0; i < count; i++) {
        w.content = contents[i];
        TRY(add_content(&w, i != 0 ? contents[i - 1] : NULL));
    }
    out->dicomdir = dicomdir_end(&w.dicomdir);
    return OK;
}

err medium_plan(struct arena *a, const struct medium_content *content, struct medium *out)
{
    return medium_plan_all(a, &content, 1, out);
}
