/* A row of a search as DICOM JSON: its columns, what is derived of them, and of instances what
 * their metadata holds besides. */
#include "presentation/internal_routers/dicomweb_search.h"

#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/json_members.h"

#include <stdlib.h>

enum {
    CHARACTER_SET = 0x00080005,
    AVAILABILITY = 0x00080056,
    RETRIEVE_URL = 0x00081190,
    PATIENT_STUDIES = 0x00201200,
    PATIENT_SERIES = 0x00201202,
    PATIENT_INSTANCES = 0x00201204
};

static const uint32_t derived_tags[] = {CHARACTER_SET,   AVAILABILITY,   RETRIEVE_URL,
                                        PATIENT_STUDIES, PATIENT_SERIES, PATIENT_INSTANCES};

bool search_is_derived(uint32_t tag)
{
    for (size_t i = 0; i < COUNT_OF(derived_tags); i++)
        if (derived_tags[i] == tag)
            return true;
    return false;
}

bool search_is_patient_count(uint32_t tag)
{
    return tag == PATIENT_STUDIES || tag == PATIENT_SERIES || tag == PATIENT_INSTANCES;
}

bool search_has_attribute(const struct search *s, const struct image_attribute *attribute)
{
    if (search_is_of_patients(s))
        return attribute->tag >> 16 == 0x0010;
    if (search_is_of_objects(s))
        return attribute->level == LEVEL_NON_PATIENT;
    return image_attribute_seen_from(image_attribute_find(attribute->tag), s->query.filter.level) ==
           attribute;
}

static bool is_named(const struct search *s, uint32_t tag)
{
    for (size_t i = 0; i < s->included_count; i++)
        if (s->included[i] == tag)
            return true;
    return false;
}

static bool is_derived_wanted(const struct search *s, uint32_t tag)
{
    if (search_is_of_patients(s))
        return tag == CHARACTER_SET || search_is_patient_count(tag);
    return !search_is_patient_count(tag) || is_named(s, tag);
}

static bool is_wanted(const struct search *s, const struct image_attribute *a)
{
    if (!search_has_attribute(s, a))
        return false;
    if (search_is_of_patients(s) || s->includes_all || is_named(s, a->tag))
        return true;
    bool is_uid = a->tag == 0x0020000D || a->tag == 0x0020000E;
    bool parent_known =
        a->level == LEVEL_STUDY    ? s->in_study && s->query.filter.level != LEVEL_STUDY
        : a->level == LEVEL_SERIES ? s->in_series && s->query.filter.level != LEVEL_SERIES
                                   : false;
    return is_uid || (a->by_default && !parent_known);
}

static void write_member_name(struct buf *out, bool *first, uint32_t tag)
{
    buf_addf(out, "%s\"%08X\":", *first ? "" : ",", (unsigned)tag);
    *first = false;
}

/* The tag at the top level. */
static uint32_t place_of(const struct image_attribute *a)
{
    return a->sequence != 0 ? a->sequence : a->tag;
}

void search_include_required(struct search *s)
{
    for (size_t i = 0; i < non_patient_attribute_count; i++)
        if (non_patient_attribute_is_of(&non_patient_attributes[i], s->query.filter.category))
            search_include(s, non_patient_attributes[i].path[0]);
}

void search_choose_attributes(struct search *s)
{
    for (size_t i = 0; !search_is_of_objects(s) && i < image_attribute_count &&
                       s->wanted_count < ATTRIBUTE_COUNT_MAX;
         i++) {
        const struct image_attribute *a = &image_attributes[i];
        if (!is_wanted(s, a))
            continue;
        size_t at = s->wanted_count++; /* the table has what is in a sequence by its own tag */
        for (; at > 0 && place_of(s->wanted[at - 1].attribute) > place_of(a); at--)
            s->wanted[at] = s->wanted[at - 1];
        s->wanted[at] = (struct wanted_attribute){
            a, image_attribute_field(a),
            str_format(request_arena(s->r), "\"%08X\":", (unsigned)a->tag)};
    }
    for (size_t i = 0; i < COUNT_OF(derived_tags); i++)
        if (is_derived_wanted(s, derived_tags[i]))
            s->derived[s->derived_count++] = derived_tags[i];
}

void search_columns(struct search *s, struct tag_slice *out)
{
    size_t next = 0;
    uint32_t last_sequence = 0;
    *out = (struct tag_slice){0};
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct image_attribute *a = s->wanted[i].attribute;
        while (next < s->derived_count && s->derived[next] < place_of(a))
            *SLICE_PUSH(request_arena(s->r), out) = s->derived[next++];
        if (a->sequence == 0)
            *SLICE_PUSH(request_arena(s->r), out) = a->tag;
        else if (a->sequence != last_sequence)
            *SLICE_PUSH(request_arena(s->r), out) = last_sequence = a->sequence;
    }
    while (next < s->derived_count)
        *SLICE_PUSH(request_arena(s->r), out) = s->derived[next++];
}

static void write_retrieve_url(struct search *s, struct buf *out, str base_url,
                               const struct image_row *row)
{
    enum image_level level = s->query.filter.level;
    const struct {
        str name, uid;
        enum image_level level;
    } steps[] = {{STR("/studies/"), row->study.study_instance_uid, LEVEL_STUDY},
                 {STR("/series/"), row->series.series_instance_uid, LEVEL_SERIES},
                 {STR("/instances/"), row->instance.sop_instance_uid, LEVEL_INSTANCE}};
    buf_add(out, STR("{\"vr\":\"UR\",\"Value\":[\""));
    buf_add(out, base_url);
    if (row->object != NULL)
        buf_addf(out, "/%s/%.*s", non_patient_category_names[s->query.filter.category],
                 STR_ARG(row->object->sop_instance_uid));
    for (size_t i = 0; row->object == NULL && i < COUNT_OF(steps) && steps[i].level <= level; i++) {
        buf_add(out, steps[i].name);
        buf_add(out, steps[i].uid);
    }
    buf_add(out, STR("\"]}"));
}

static const void *object_of(const struct image_row *row, enum image_level level)
{
    return level == LEVEL_STUDY    ? (const void *)&row->study
           : level == LEVEL_SERIES ? (const void *)&row->series
                                   : &row->instance;
}

static void write_derived(struct search *s, struct buf *out, bool *first, uint32_t tag,
                          str base_url, const struct image_row *row)
{
    write_member_name(out, first, tag);
    if (tag == CHARACTER_SET)
        buf_add(out, STR("{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]}"));
    else if (tag == AVAILABILITY)
        buf_add(out, STR("{\"vr\":\"CS\",\"Value\":[\"ONLINE\"]}"));
    else if (tag == RETRIEVE_URL)
        write_retrieve_url(s, out, base_url, row);
    else
        buf_addf(out, "{\"vr\":\"IS\",\"Value\":[%lld]}",
                 (long long)(tag == PATIENT_STUDIES  ? row->of_patient.studies
                             : tag == PATIENT_SERIES ? row->of_patient.series
                                                     : row->of_patient.instances));
}

/* One item with the attributes that have a value; without any there is no sequence. */
static void write_sequence(struct search *s, struct buf *out, bool *first, uint32_t sequence,
                           const struct image_row *row)
{
    bool first_inside = true;
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct wanted_attribute *w = &s->wanted[i];
        const struct image_attribute *a = w->attribute;
        str text = a->sequence == sequence
                       ? field_text(w->field, out->arena, object_of(row, a->level))
                       : STR_NONE;
        if (text.len == 0)
            continue;
        if (first_inside) {
            write_member_name(out, first, sequence);
            buf_add(out, STR("{\"vr\":\"SQ\",\"Value\":[{"));
        } else {
            buf_add_char(out, ',');
        }
        first_inside = false;
        buf_add(out, w->head);
        json_model_write_text(out, a->vr, text);
    }
    if (!first_inside)
        buf_add(out, STR("}]}"));
}

static void write_attribute(struct buf *out, bool *first, const struct wanted_attribute *w,
                            const struct image_row *row)
{
    const void *object = object_of(row, w->attribute->level);
    if (!*first)
        buf_add_char(out, ',');
    *first = false;
    buf_add(out, w->head);
    json_model_write_text(out, w->attribute->vr, field_text(w->field, out->arena, object));
}

static void write_row(struct search *s, struct buf *out, str base_url, const struct image_row *row)
{
    bool first = true;
    size_t next = 0;
    uint32_t written_sequence = 0;
    buf_add_char(out, '{');
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct image_attribute *a = s->wanted[i].attribute;
        while (next < s->derived_count && s->derived[next] < place_of(a))
            write_derived(s, out, &first, s->derived[next++], base_url, row);
        if (a->sequence == 0) {
            write_attribute(out, &first, &s->wanted[i], row);
        } else if (a->sequence != written_sequence) {
            write_sequence(s, out, &first, a->sequence, row);
            written_sequence = a->sequence;
        }
    }
    while (next < s->derived_count)
        write_derived(s, out, &first, s->derived[next++], base_url, row);
    buf_add_char(out, '}');
}

struct member {
    str tag, value;
    bool of_metadata;
    int rank; /* among those of the same tag, of which the lowest is written */
};
SLICE(member);

/* "all" is all that an instance or a non-patient object has; of what it is in, all columns. */
static bool gives_all_metadata(const struct search *s)
{
    return s->includes_all && s->query.filter.level >= LEVEL_INSTANCE;
}

/* Columns of a sequence are those of its first item, and not all that it has. */
static bool is_named_sequence(const struct search *s, str tag)
{
    for (size_t i = 0; i < image_attribute_count; i++) {
        uint32_t sequence = image_attributes[i].sequence, number;
        if (sequence != 0 && tag_from_text(tag, &number) && number == sequence)
            return is_named(s, sequence);
    }
    return false;
}

static void add_members(struct search *s, struct member_slice *members, str object,
                        bool of_metadata)
{
    struct member m = {.of_metadata = of_metadata};
    for (size_t at = 0; json_model_next_member(object, &at, &m.tag, &m.value);) {
        bool leads = gives_all_metadata(s) || is_named_sequence(s, m.tag);
        m.rank = of_metadata != leads;
        *SLICE_PUSH(request_arena(s->r), members) = m;
    }
}

static int compare_members(const void *one, const void *other)
{
    const struct member *a = one, *b = other;
    int order = str_cmp(a->tag, b->tag);
    return order != 0 ? order : a->rank - b->rank;
}

static bool is_matched(const struct search *s, uint32_t tag)
{
    for (size_t i = 0; i < s->matched_count; i++)
        if (s->matched[i] == tag)
            return true;
    return false;
}

/* Above instances, what differs from one to the next is given where it was matched alone: a column
 * of a level below is not an attribute of the row. */
static bool is_of_row(const struct search *s, uint32_t tag)
{
    const struct image_attribute *column = image_attribute_find(tag);
    if (search_is_of_objects(s) || column == NULL || is_matched(s, tag))
        return true;
    return search_is_of_patients(s)
               ? search_has_attribute(s, column)
               : image_attribute_seen_from(column, s->query.filter.level) != NULL;
}

/* Of the metadata what is asked for; with "all" the metadata and what is not in it but is known. */
static bool is_member_wanted(const struct search *s, const struct member *m)
{
    uint32_t tag;
    if (gives_all_metadata(s))
        return m->of_metadata || str_find(m->value, STR("\"Value\"")) != SIZE_MAX;
    return !m->of_metadata ||
           (tag_from_text(m->tag, &tag) && is_named(s, tag) && is_of_row(s, tag));
}

static void write_with_metadata(struct search *s, struct buf *out, str base_url,
                                const struct image_row *row, str metadata)
{
    struct buf columns = BUF_IN(out->arena);
    struct member_slice members = {0};
    str last = STR_NONE;
    write_row(s, &columns, base_url, row);
    add_members(s, &members, buf_str(&columns), false);
    add_members(s, &members, metadata, true);
    qsort(members.at, members.len, sizeof *members.at, compare_members);
    buf_add_char(out, '{');
    for (size_t i = 0; i < members.len; i++) {
        const struct member *m = &members.at[i];
        if (str_eq(m->tag, last) || !is_member_wanted(s, m))
            continue;
        buf_addf(out, "%s\"%.*s\":", last.ptr == NULL ? "" : ",", STR_ARG(m->tag));
        buf_add(out, m->value);
        last = m->tag;
    }
    buf_add_char(out, '}');
}

void search_write_row(struct search *s, struct buf *out, str base_url, const struct image_row *row,
                      str metadata)
{
    if (metadata.len != 0)
        write_with_metadata(s, out, base_url, row, metadata);
    else
        write_row(s, out, base_url, row);
}
