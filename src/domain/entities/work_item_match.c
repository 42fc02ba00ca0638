/* A path leads to values; a value is held against a condition. */
#include "domain/entities/work_item_match.h"

#include "base/buf.h"
#include "dicom/date_time.h"
#include "dicom/dictionary.h"
#include "dicom/json_members.h"
#include "dicom/matching.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"

#define CODE_VALUE UINT32_C(0x00080100)

const struct work_item_column work_item_columns[] = {
    {"sop_instance_uid", WORK_ITEM_COLUMN_TEXT, {0x00080018}},
    {"state", WORK_ITEM_COLUMN_STATE, {0x00741000}},
    {"priority", WORK_ITEM_COLUMN_TEXT, {0x00741200}},
    {"input_readiness_state", WORK_ITEM_COLUMN_TEXT, {0x00404041}},
    {"worklist_label", WORK_ITEM_COLUMN_TEXT, {0x00741202}},
    {"procedure_step_label", WORK_ITEM_COLUMN_TEXT, {0x00741204}},
    {"scheduled_start_at", WORK_ITEM_COLUMN_MOMENT, {0x00404005}},
    {"expected_completion_at", WORK_ITEM_COLUMN_MOMENT, {0x00404011}},
    {"modified_at", WORK_ITEM_COLUMN_MOMENT, {0x00404010}},
    {"patient_name", WORK_ITEM_COLUMN_NAME, {0x00100010}},
    {"patient_id", WORK_ITEM_COLUMN_TEXT, {0x00100020}},
    {"admission_id", WORK_ITEM_COLUMN_TEXT, {0x00380010}},
    {"study_instance_uid", WORK_ITEM_COLUMN_TEXT, {0x0020000D}},
    {"station_name_codes", WORK_ITEM_COLUMN_SET, {0x00404025, CODE_VALUE}},
    {"station_class_codes", WORK_ITEM_COLUMN_SET, {0x00404026, CODE_VALUE}},
    {"station_location_codes", WORK_ITEM_COLUMN_SET, {0x00404027, CODE_VALUE}},
    {"workitem_codes", WORK_ITEM_COLUMN_SET, {0x00404018, CODE_VALUE}},
    {"accession_numbers", WORK_ITEM_COLUMN_SET, {0x0040A370, 0x00080050}},
    {"requested_procedure_ids", WORK_ITEM_COLUMN_SET, {0x0040A370, 0x00401001}},
};
const size_t work_item_column_count = COUNT_OF(work_item_columns);

static size_t depth_of(const struct work_item_column *column)
{
    size_t depth = 0;
    while (depth < WORK_ITEM_PATH_DEPTH_MAX && column->path[depth] != 0)
        depth++;
    return depth;
}

static const struct work_item_column *find_column(const uint32_t *path, size_t depth)
{
    for (size_t i = 0; i < work_item_column_count; i++)
        if (depth_of(&work_item_columns[i]) == depth &&
            memcmp(work_item_columns[i].path, path, depth * sizeof *path) == 0)
            return &work_item_columns[i];
    return NULL;
}

void *work_item_column_member(const struct work_item_column *column, void *item)
{
    const struct field *f = schema_find(&work_item_schema, str_of(column->member), &item);
    return (char *)item + f->offset;
}

/* ---- values at a path ---- */

/* Called for the text of each attribute the path leads to; false ends it. */
typedef bool found_fn(void *context, str text);

static bool each_at(struct arena *a, str object, const uint32_t *path, size_t depth,
                    found_fn *found, void *context)
{
    str member = json_model_member(object, path[0]), item;
    size_t at = 0;
    if (member.ptr == NULL)
        return depth != 1 || found(context, STR(""));
    if (depth == 1)
        return found(context, json_model_member_text(a, object, path[0]));
    str items = json_model_value_array(member);
    while (items.len != 0 && json_model_next_value(items, &at, &item))
        if (!each_at(a, item, path + 1, depth - 1, found, context))
            return false;
    return true;
}

static bool join(void *context, str text)
{
    struct buf *out = context;
    if (text.len == 0)
        return true;
    if (out->len != 0)
        buf_add_char(out, '\\');
    buf_add(out, text);
    return true;
}

str work_item_column_values(struct arena *a, const struct work_item_column *column, str data_set)
{
    struct buf out = BUF_IN(a);
    each_at(a, data_set, column->path, depth_of(column), join, &out);
    return buf_str(&out);
}

str work_item_name_key(struct arena *a, str name)
{
    return name.len == 0 ? STR_NONE : person_name_fold(a, name);
}

int work_item_utc_offset(struct arena *a, str data_set)
{
    int minutes = 0;
    str text = json_model_member_text(a, data_set, 0x00080201);
    return utc_offset_read(str_trim(text), &minutes) ? minutes : 0;
}

/* ---- conditions ---- */

/* Between "\" as DICOM has it or "," as DICOMweb has it. */
static err split(struct arena *a, str value, bool uids, struct str_slice *out)
{
    while (value.ptr != NULL) {
        size_t backslash = str_find_char(value, '\\'), comma = str_find_char(value, ',');
        size_t end = backslash < comma ? backslash : comma;
        str part = str_trim(str_sub(value, 0, end));
        value = end == SIZE_MAX ? STR_NONE : str_sub(value, end + 1, value.len);
        if (part.len == 0)
            continue;
        if (out->len == WORK_ITEM_VALUE_COUNT_MAX)
            return ERR(INVALID, "the list of values is too long");
        if (uids && !uid_is_tolerable(part))
            return ERR(INVALID, "not a UID");
        *SLICE_PUSH(a, out) = part;
    }
    return OK;
}

static err make_words(struct arena *a, str folded, struct work_item_condition *out)
{
    str word;
    out->kind = WORK_ITEM_NAME_WORDS;
    while (person_name_next_word(&folded, &word)) {
        if (out->texts.len == WORK_ITEM_WORD_COUNT_MAX)
            return ERR(INVALID, "the name has too many words");
        *SLICE_PUSH(a, &out->texts) = str_format(a, "%.*s*", STR_ARG(word));
    }
    return OK;
}

static err make_name(struct arena *a, str value, bool is_fuzzy, struct work_item_condition *out)
{
    str folded = person_name_fold(a, value), rest = folded, word;
    if (is_fuzzy && person_name_next_word(&rest, &word))
        return make_words(a, folded, out);
    out->kind = WORK_ITEM_NAME_LIKE;
    *SLICE_PUSH(a, &out->texts) = folded;
    return OK;
}

static err make_moments(str value, struct work_item_condition *out)
{
    out->kind = WORK_ITEM_IS_BETWEEN;
    return date_time_range_instants(value, 0, &out->first, &out->last)
               ? OK
               : ERR(INVALID, "not a date, a time or a range of them");
}

static err make_times(struct arena *a, str value, struct work_item_condition *out)
{
    size_t dash = str_find_char(value, '-');
    str low = str_trim(str_sub(value, 0, dash));
    str high = dash == SIZE_MAX ? low : str_trim(str_sub(value, dash + 1, value.len));
    out->kind = WORK_ITEM_TIME_BETWEEN;
    if ((low.len != 0 && !time_is_valid(low)) || (high.len != 0 && !time_is_valid(high)) ||
        low.len + high.len == 0)
        return ERR(INVALID, "not a date, a time or a range of them");
    *SLICE_PUSH(a, &out->texts) = low;
    /* 10 goes on to 10:59:59 */
    *SLICE_PUSH(a, &out->texts) = high.len == 0 ? STR_NONE : str_format(a, "%.*s~", STR_ARG(high));
    return OK;
}

static err make_number(str value, struct work_item_condition *out)
{
    out->kind = WORK_ITEM_IS_NUMBER;
    return str_to_double(value, &out->number) ? OK : ERR(INVALID, "not a number");
}

static err make_text(struct arena *a, enum dicom_vr vr, str value, struct work_item_condition *out)
{
    if (vr != VR_UI && has_wildcard(value)) {
        out->kind = WORK_ITEM_IS_LIKE;
        *SLICE_PUSH(a, &out->texts) = value;
        return OK;
    }
    out->kind = WORK_ITEM_IS_ONE_OF;
    if (vr == VR_UI || vr == VR_CS)
        return split(a, value, vr == VR_UI, &out->texts);
    *SLICE_PUSH(a, &out->texts) = value;
    return OK;
}

err work_item_condition_make(struct arena *a, const uint32_t *path, size_t depth, str value,
                             bool is_fuzzy, struct work_item_condition *out, bool *is_one)
{
    const struct dictionary_entry *entry = dictionary_find(path[depth - 1]);
    enum dicom_vr vr = entry != NULL ? entry->vr : VR_LO;
    value = str_trim(value);
    *out = (struct work_item_condition){.depth = depth, .column = find_column(path, depth)};
    memcpy(out->path, path, depth * sizeof *path);
    *is_one = value.len != 0 && !str_eq(value, STR("*"));
    if (!*is_one)
        return OK;
    if (vr_kind(vr) == VR_KIND_SEQUENCE || vr_kind(vr) == VR_KIND_BYTES)
        return ERR(INVALID, "a sequence is matched by an attribute of its items");
    if (vr == VR_PN)
        return make_name(a, value, is_fuzzy, out);
    if (vr == VR_DT || vr == VR_DA)
        return make_moments(value, out);
    if (vr == VR_TM)
        return make_times(a, value, out);
    if (vr_kind(vr) == VR_KIND_BINARY || vr == VR_IS || vr == VR_DS)
        return make_number(value, out);
    return make_text(a, vr, value, out);
}

/* ---- holding a value against one ---- */

static bool is_one_of(const struct str_slice *texts, str value)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_eq(texts->at[i], value))
            return true;
    return false;
}

static bool begins_words(const struct str_slice *patterns, str name)
{
    for (size_t i = 0; i < patterns->len; i++) {
        bool found = false;
        for (size_t at = 0; at < name.len && !found; at++)
            found = (at == 0 || strchr(" =-", name.ptr[at - 1]) != NULL) &&
                    wildcard_matches(patterns->at[i], str_sub(name, at, name.len));
        if (!found)
            return false;
    }
    return true;
}

static bool is_between(const struct work_item_condition *c, instant first)
{
    return first.us != 0 && first.us >= c->first.us && first.us <= c->last.us;
}

struct candidate {
    struct arena *arena;
    const struct work_item_condition *condition;
    int utc_offset;
    bool holds;
};

static bool value_holds(const struct candidate *candidate, str value)
{
    const struct work_item_condition *c = candidate->condition;
    instant first, last;
    double number;
    switch (c->kind) {
    case WORK_ITEM_IS_ONE_OF:
        return is_one_of(&c->texts, value);
    case WORK_ITEM_IS_LIKE:
        return wildcard_matches(c->texts.at[0], value);
    case WORK_ITEM_NAME_LIKE:
        return person_name_matches(c->texts.at[0], person_name_fold(candidate->arena, value));
    case WORK_ITEM_NAME_WORDS:
        return begins_words(&c->texts, person_name_fold(candidate->arena, value));
    case WORK_ITEM_IS_BETWEEN:
        return date_time_instants(value, candidate->utc_offset, &first, &last) &&
               is_between(c, first);
    case WORK_ITEM_TIME_BETWEEN:
        value = time_normalized(candidate->arena, value);
        return value.len != 0 && str_cmp(value, c->texts.at[0]) >= 0 &&
               (c->texts.at[1].ptr == NULL || str_cmp(value, c->texts.at[1]) <= 0);
    default:
        return str_to_double(value, &number) && number >= c->number && number <= c->number;
    }
}

/* One of the values, or all of them as they stand; nothing is known of an empty one. */
static bool test(void *context, str text)
{
    struct candidate *candidate = context;
    str rest = text, value;
    if (text.len == 0)
        return true;
    candidate->holds = value_holds(candidate, text);
    while (!candidate->holds && str_cut(&rest, '\\', &value))
        candidate->holds = value_holds(candidate, str_trim(value));
    return !candidate->holds;
}

bool work_item_matches(struct arena *a, const struct work_item_condition_slice *conditions,
                       const struct work_item *item)
{
    struct candidate candidate = {.arena = a,
                                  .utc_offset = work_item_utc_offset(a, item->data_set)};
    for (size_t i = 0; i < conditions->len; i++) {
        const struct work_item_condition *c = &conditions->at[i];
        candidate.condition = c;
        candidate.holds = false;
        each_at(a, item->data_set, c->path, c->depth, test, &candidate);
        if (!candidate.holds)
            return false;
    }
    return true;
}

static bool set_holds(const struct work_item_condition *c, str set)
{
    for (size_t i = 0; i < c->texts.len; i++)
        if (value_set_matches(c->texts.at[i], set))
            return set.len != 0;
    return false;
}

bool work_item_column_holds(const struct work_item_condition *c, const struct work_item *item)
{
    const void *member = work_item_column_member(c->column, (void *)item);
    str text = c->column->kind == WORK_ITEM_COLUMN_STATE
                   ? str_of(work_item_state_names[item->state])
                   : *(const str *)member;
    switch (c->kind) {
    case WORK_ITEM_IS_BETWEEN:
        return is_between(c, *(const instant *)member);
    case WORK_ITEM_NAME_LIKE:
        return item->patient_name_key.len != 0 &&
               person_name_matches(c->texts.at[0], item->patient_name_key);
    case WORK_ITEM_IS_LIKE:
        return text.len != 0 &&
               (c->column->kind == WORK_ITEM_COLUMN_SET ? set_holds(c, text)
                                                        : wildcard_matches(c->texts.at[0], text));
    case WORK_ITEM_IS_ONE_OF:
        return c->column->kind == WORK_ITEM_COLUMN_SET ? set_holds(c, text)
                                                       : is_one_of(&c->texts, text);
    default:
        return true; /* the data set tells */
    }
}
