/* Keys on kept values, and on what is below the level, to SQL conditions. "v" is a row of
 * attribute_values; it has the key of the instance and of all that the instance is in. */
#include "infrastructure/sql/match.h"

#include "base/arena.h"
#include "dicom/person_name.h"

static const char *const key_columns[] = {"study_key", "series_key", "instance_key"};

static void add_bound(struct sql_builder *b, const char *column, const char *operator, str bound)
{
    if (bound.ptr == NULL)
        return;
    buf_addf(&b->where, " AND v.%s %s ", column, operator);
    sql_add_text(b, bound);
}

static void add_list(struct sql_builder *b, const char *column, const struct str_slice *texts)
{
    buf_addf(&b->where, " AND v.%s IN (", column);
    for (size_t i = 0; i < texts->len; i++) {
        if (i != 0)
            buf_add_char(&b->where, ',');
        sql_add_text(b, texts->at[i]);
    }
    buf_add(&b->where, texts->len == 0 ? STR("NULL)") : STR(")"));
}

static void add_test(struct sql_builder *b, const struct value_test *t)
{
    if (t->kind == VALUE_IS_EMPTY) {
        buf_add(&b->where, STR("v.folded = ''"));
        return;
    }
    buf_add(&b->where, STR("v.folded > ''"));
    add_bound(b, "folded", ">=", t->low);
    add_bound(b, "folded", "<=", t->high);
    add_bound(b, "value", ">=", t->utc_low);
    add_bound(b, "value", "<=", t->utc_high);
    if (t->kind == VALUE_IS_ONE_OF) {
        add_list(b, "folded", &t->folded_texts);
        add_list(b, "value", &t->texts);
    } else if (t->kind == VALUE_IS_LIKE) {
        buf_addf(&b->where, " AND v.value %s ", b->dialect->like);
        sql_add_text(b, sql_like_pattern(b->arena, t->texts.at[0]));
        buf_add(&b->where, STR(" ESCAPE '\\'"));
    } else if (t->kind == VALUE_IS_NAME_LIKE) {
        buf_add(&b->where, STR(" AND name_is_like(v.value, "));
        sql_add_text(b, t->texts.at[0]);
        buf_add_char(&b->where, ')');
    } else if (t->kind == VALUE_HAS_WORDS) {
        for (size_t i = 0; i < t->texts.len; i++) {
            buf_add(&b->where, STR(" AND "));
            sql_match_word(b, "v.value", t->texts.at[i]);
        }
    }
}

/* "v.attribute_key = … AND (…)", taken out of where again. */
static str value_text(struct sql_builder *b, const struct value_match *m)
{
    size_t start = b->where.len;
    buf_add(&b->where, STR("v.attribute_key = "));
    sql_add_number(b, m->attribute_key);
    if (m->condition->any.len == 0)
        buf_add(&b->where, STR(" AND FALSE"));
    for (size_t i = 0; i < m->condition->any.len; i++) {
        buf_add(&b->where, i == 0 ? STR(" AND (") : STR(" OR "));
        add_test(b, &m->condition->any.at[i]);
    }
    if (m->condition->any.len != 0)
        buf_add_char(&b->where, ')');
    str text = str_copy(b->arena, str_sub(buf_str(&b->where), start, b->where.len));
    b->where.len = start;
    return text;
}

/* A row of v that belongs to the row of that alias, whose keys are those of the table above. */
static void add_exists(struct buf *out, enum image_level level, str value)
{
    static const char *const same[] = {
        "v.study_key = st.key", "v.study_key = se.study_key AND v.series_key = se.key",
        "v.study_key = i.study_key AND v.series_key = i.series_key AND v.instance_key = i.key"};
    buf_addf(out, " AND EXISTS (SELECT 1 FROM attribute_values v WHERE %s AND ", same[level]);
    buf_add(out, value);
    buf_add_char(out, ')');
}

static bool has_below(const struct image_filter *f)
{
    for (size_t i = 0; i < f->matches.len; i++)
        if (f->matches.at[i].attribute->level > f->level && sql_asks(&f->matches.at[i]))
            return true;
    return false;
}

static void add_outside(struct buf *out, enum image_level level)
{
    buf_addf(out,
             " AND NOT EXISTS (SELECT 1 FROM trash_items t WHERE t.organization_key = ?1 AND "
             "t.level = %d AND t.row_key = v.%s)",
             level, key_columns[level]);
}

/* Values stay when their instance, or its series, goes to the trash: of what is below the level
 * none in the trash counts. The organization is the first parameter. */
static str outside_trash(struct sql_builder *b, enum image_level level, str value)
{
    struct buf out = BUF_IN(b->arena);
    buf_add(&out, value);
    if (level < LEVEL_SERIES)
        add_outside(&out, LEVEL_SERIES);
    if (level < LEVEL_INSTANCE)
        add_outside(&out, LEVEL_INSTANCE);
    return buf_str(&out);
}

/* One instance is right in all that is asked of instances. */
static err add_instance(struct sql_builder *b, const struct image_filter *f, const str *values,
                        err (*below)(struct sql_builder *b, const struct image_filter *f))
{
    if (f->level == LEVEL_STUDY)
        buf_add(&b->where, STR(" AND EXISTS (SELECT 1 FROM series se JOIN instances i ON "
                               "i.series_key = se.key WHERE se.study_key = st.key AND "
                               "se.state = 0 AND i.state = 0"));
    if (f->level == LEVEL_SERIES)
        buf_add(&b->where, STR(" AND EXISTS (SELECT 1 FROM instances i WHERE i.series_key = "
                               "se.key AND i.state = 0"));
    TRY(below(b, f));
    for (size_t i = 0; i < f->values.len; i++)
        add_exists(&b->where, LEVEL_INSTANCE, values[i]);
    if (f->level != LEVEL_INSTANCE)
        buf_add_char(&b->where, ')');
    return OK;
}

err sql_match_values(struct sql_builder *b, const struct image_filter *f,
                     err (*below)(struct sql_builder *b, const struct image_filter *f))
{
    bool is_alone = f->values.len == 1 && !has_below(f);
    str *values = NEW_ARRAY(b->arena, str, f->values.len);
    for (size_t i = 0; i < f->values.len; i++)
        values[i] = value_text(b, &f->values.at[i]);
    if (is_alone)
        values[0] = outside_trash(b, f->level, values[0]);
    if (f->values.len != 0)
        buf_addf(&b->lead, " AND %s.key IN (SELECT v.%s FROM attribute_values v WHERE %.*s)",
                 image_aliases[f->level], key_columns[f->level], STR_ARG(values[0]));
    if (is_alone)
        add_exists(&b->probe, f->level, values[0]);
    return is_alone || (f->values.len == 0 && !has_below(f)) ? OK
                                                             : add_instance(b, f, values, below);
}
