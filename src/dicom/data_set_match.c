/* Down the paths, item by item. */
#include "dicom/data_set_match.h"

#include "base/arena.h"
#include "dicom/date_time.h"
#include "dicom/json_members.h"

enum { TIMEZONE_OFFSET = 0x00080201 };

/* Of the whole data set, for DT without one of its own. */
static int offset_of(struct arena *a, str document)
{
    int offset;
    return utc_offset_read(json_model_member_text(a, document, TIMEZONE_OFFSET), &offset) ? offset
                                                                                          : 0;
}

static const struct attribute_value no_value = {STR_INIT(""), STR_INIT("")};

/* At least one: no_value where there is no other. */
static void read_values(struct arena *a, str data_set, uint32_t tag, enum dicom_vr vr, int offset,
                        struct attribute_value_slice *out)
{
    struct str_slice texts;
    size_t before = out->len;
    if (vr == VR_SQ) {
        json_model_items(a, data_set, tag, &texts);
        if (texts.len != 0)
            *SLICE_PUSH(a, out) = (struct attribute_value){STR("1"), STR("1")};
    } else {
        json_model_values(a, data_set, tag, &texts);
        for (size_t i = 0; i < texts.len; i++)
            attribute_value_add(a, vr, texts.at[i], offset, out);
    }
    if (out->len == before)
        *SLICE_PUSH(a, out) = no_value;
}

/* The items of a sequence, or one without attributes. */
static void read_items(struct arena *a, str data_set, uint32_t tag, struct str_slice *out)
{
    json_model_items(a, data_set, tag, out);
    if (out->len == 0)
        *SLICE_PUSH(a, out) = STR("{}");
}

struct collection {
    struct arena *arena;
    const struct attribute_path *path;
    enum dicom_vr vr;
    int offset;
    struct attribute_value_slice *out;
    bool is_cut;
};

static bool is_there(const struct attribute_value_slice *values, const struct attribute_value *v)
{
    for (size_t i = 0; i < values->len; i++)
        if (str_eq(values->at[i].folded, v->folded) && str_eq(values->at[i].value, v->value))
            return true;
    return false;
}

static void collect_values(struct collection *c, str data_set, size_t depth)
{
    struct attribute_value_slice values = {0};
    read_values(c->arena, data_set, c->path->tags[depth], c->vr, c->offset, &values);
    for (size_t i = 0; i < values.len; i++) {
        if (is_there(c->out, &values.at[i]))
            continue;
        c->is_cut = c->is_cut || c->out->len == DATA_SET_VALUE_COUNT_MAX;
        if (!c->is_cut)
            *SLICE_PUSH(c->arena, c->out) = values.at[i];
    }
}

/* Not deeper than ATTRIBUTE_DEPTH_MAX. */
static void collect(struct collection *c, str data_set, size_t depth)
{
    struct str_slice items;
    if (depth + 1 == c->path->depth) {
        collect_values(c, data_set, depth);
        return;
    }
    read_items(c->arena, data_set, c->path->tags[depth], &items);
    for (size_t i = 0; i < items.len && !c->is_cut; i++)
        collect(c, items.at[i], depth + 1);
}

void data_set_values(struct arena *a, str document, const struct attribute_path *path,
                     struct attribute_value_slice *out, bool *is_cut)
{
    struct collection c = {.arena = a, .path = path, .vr = attribute_path_vr(path), .out = out};
    *out = (struct attribute_value_slice){0};
    if (c.vr == VR_DT)
        c.offset = offset_of(a, document);
    collect(&c, document, 0);
    *is_cut = c.is_cut;
}

static bool attribute_holds(struct arena *a, str data_set, uint32_t tag,
                            const struct data_set_key *key, int offset)
{
    struct attribute_value_slice values = {0};
    read_values(a, data_set, tag, key->vr, offset, &values);
    for (size_t i = 0; i < values.len; i++)
        if (value_condition_holds(&key->condition, &values.at[i]))
            return true;
    return false;
}

/* Keys that agree in the tags before depth. */
struct key_group {
    const struct data_set_key *const *at;
    size_t len, depth;
};

static bool group_holds(struct arena *a, str data_set, struct key_group keys, int offset);

/* One item is right for all keys that go on through this sequence. */
static bool sequence_holds(struct arena *a, str data_set, struct key_group keys, int offset)
{
    struct str_slice items;
    read_items(a, data_set, keys.at[0]->path.tags[keys.depth], &items);
    keys.depth++;
    for (size_t i = 0; i < items.len; i++)
        if (group_holds(a, items.at[i], keys, offset))
            return true;
    return false;
}

static bool goes_on_with(const struct data_set_key *key, size_t depth, uint32_t tag)
{
    return key->path.depth > depth + 1 && key->path.tags[depth] == tag;
}

/* Another key before it goes through the same sequence. */
static bool is_of_earlier(struct key_group keys, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (goes_on_with(keys.at[i], keys.depth, keys.at[at]->path.tags[keys.depth]))
            return true;
    return false;
}

static bool group_holds(struct arena *a, str data_set, struct key_group keys, int offset)
{
    for (size_t i = 0; i < keys.len; i++) {
        const struct data_set_key *key = keys.at[i];
        uint32_t tag = key->path.tags[keys.depth];
        if (key->path.depth == keys.depth + 1) {
            if (!attribute_holds(a, data_set, tag, key, offset))
                return false;
            continue;
        }
        if (is_of_earlier(keys, i))
            continue;
        const struct data_set_key **same = NEW_ARRAY(a, const struct data_set_key *, keys.len);
        struct key_group group = {.at = same, .depth = keys.depth};
        for (size_t n = i; n < keys.len; n++)
            if (goes_on_with(keys.at[n], keys.depth, tag))
                same[group.len++] = keys.at[n];
        if (!sequence_holds(a, data_set, group, offset))
            return false;
    }
    return true;
}

bool data_set_matches(struct arena *scratch, str document, const struct data_set_key_slice *keys)
{
    const struct data_set_key **all = NEW_ARRAY(scratch, const struct data_set_key *, keys->len);
    int offset = 0;
    for (size_t i = 0; i < keys->len; i++) {
        all[i] = &keys->at[i];
        if (keys->at[i].vr == VR_DT)
            offset = offset_of(scratch, document);
    }
    return group_holds(scratch, document, (struct key_group){all, keys->len, 0}, offset);
}
