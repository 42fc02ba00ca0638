/* Filters made by chance: whatever is asked, every engine gives the same rows in the same order,
 * the same totals, cursors and refusals. CONTRACT_SEED=<number> repeats a run. */
#include "tests/contract/find_support.h"

#include "base/json.h"
#include "tests/support/chance.h"

#include <inttypes.h>
#include <stdio.h>

enum { FILTER_COUNT = 2000 / CHANCE_DIVISOR, PAGE_COUNT_MAX = 4, ENGINE_COUNT_MAX = 8 };

struct chance {
    uint64_t state;
    struct arena *arena;
    struct image_row_slice rows; /* all there are, to take values from */
    struct str_slice told;       /* of the filter's keys on kept values */
};

static uint64_t roll(struct chance *c, uint64_t sides)
{
    return chance_roll(&c->state, sides);
}

static const char *choose(struct chance *c, const char *const *among, size_t count)
{
    return among[roll(c, count)];
}
#define CHOOSE(c_, ...)                                                                            \
    choose((c_), (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

static const void *object_of(const struct image_row *row, enum image_level level)
{
    return level == LEVEL_STUDY    ? (const void *)&row->study
           : level == LEVEL_SERIES ? (const void *)&row->series
                                   : (const void *)&row->instance;
}

static str stored_value(struct chance *c, const struct image_attribute *attribute)
{
    const struct image_row *row = &c->rows.at[roll(c, c->rows.len)];
    str text =
        field_text(image_attribute_field(attribute), c->arena, object_of(row, attribute->level));
    return text.ptr != NULL ? text : STR("");
}

/* A position between two characters. */
static size_t between(struct chance *c, str text)
{
    size_t at = roll(c, text.len + 1);
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static str slice_of(struct chance *c, str text)
{
    size_t from = between(c, text), to = between(c, text);
    return from < to ? str_sub(text, from, to) : str_sub(text, to, from);
}

static str other_case(struct chance *c, str text)
{
    char *changed = arena_copy(c->arena, text.ptr, text.len);
    for (size_t i = 0; i < text.len; i++)
        if ((changed[i] >= 'a' && changed[i] <= 'z') || (changed[i] >= 'A' && changed[i] <= 'Z'))
            changed[i] ^= 0x20;
    return (str){changed, text.len};
}

static str junk(struct chance *c)
{
    struct buf out = BUF_IN(c->arena);
    for (uint64_t i = roll(c, 6); i > 0; i--)
        buf_add(&out, str_of(CHOOSE(c, "%", "_", "\\", "'", "\"", "*", "?", "a", "ß", "É", "=", "^",
                                    " ", ",", "-", "山", "1", ".", "~", "\xCC\x81")));
    return buf_str(&out);
}

static str text_value(struct chance *c, str stored)
{
    size_t at = between(c, stored), to = at;
    str rest;
    switch (roll(c, 9)) {
    case 0:
        return other_case(c, stored);
    case 1:
        return str_format(c->arena, "%.*s*", STR_ARG(str_sub(stored, 0, at)));
    case 2:
        return str_format(c->arena, "*%.*s", STR_ARG(str_sub(stored, at, stored.len)));
    case 3:
        return str_format(c->arena, "*%.*s*", STR_ARG(slice_of(c, stored)));
    case 4:
        if (at < stored.len)
            str_utf8_next(stored, &to);
        rest = str_sub(stored, to, stored.len);
        return str_format(c->arena, "%.*s?%.*s", STR_ARG(str_sub(stored, 0, at)), STR_ARG(rest));
    case 5:
        return junk(c);
    case 6:
        return str_format(c->arena, "%.*s%.*s", STR_ARG(slice_of(c, stored)), STR_ARG(junk(c)));
    default:
        return stored;
    }
}

static str moment_value(struct chance *c, const struct image_attribute *attribute, str stored)
{
    if (attribute->match == MATCH_DATE && stored.len == 8 && roll(c, 8) == 0)
        return str_format(c->arena, "%.*s.%.*s.%.*s", STR_ARG(str_sub(stored, 0, 4)),
                          STR_ARG(str_sub(stored, 4, 6)), STR_ARG(str_sub(stored, 6, 8)));
    if (attribute->match == MATCH_TIME && stored.len > 2 && roll(c, 2) == 0)
        return str_sub(stored, 0, 2 + 2 * roll(c, 3));
    return roll(c, 20) == 0 ? junk(c) : stored;
}

/* A value of that kind, most of them with something to find. */
static str value_for(struct chance *c, const struct image_attribute *attribute)
{
    str one = stored_value(c, attribute), two = stored_value(c, attribute);
    switch (attribute->match) {
    case MATCH_DATE:
    case MATCH_TIME:
        one = moment_value(c, attribute, one);
        two = moment_value(c, attribute, two);
        if (roll(c, 4) == 0)
            return one;
        two = roll(c, 3) == 0 ? STR("") : two;
        return str_format(c->arena, "%.*s-%.*s", STR_ARG(roll(c, 4) == 0 ? STR("") : one),
                          STR_ARG(two));
    case MATCH_NUMBER:
        return roll(c, 20) == 0 ? junk(c) : one;
    case MATCH_UID:
        if (roll(c, 20) == 0)
            return junk(c);
        break;
    case MATCH_SET:
        str_cut(&two, '\\', &one);
        if (roll(c, 2) == 0)
            one = text_value(c, one);
        break;
    default:
        one = text_value(c, one);
        two = text_value(c, two);
    }
    return roll(c, 3) != 0 ? one
                           : str_format(c->arena, "%.*s%s%.*s", STR_ARG(one),
                                        CHOOSE(c, "\\", ",", "\\ "), STR_ARG(two));
}

static const struct image_attribute *attribute_down_to(struct chance *c, enum image_level level)
{
    for (;;) {
        const struct image_attribute *attribute = &image_attributes[roll(c, image_attribute_count)];
        if (attribute->level <= level)
            return attribute;
    }
}

static bool is_among(const struct image_match_slice *matches,
                     const struct image_attribute *attribute)
{
    for (size_t i = 0; i < matches->len; i++)
        if (matches->at[i].attribute == attribute)
            return true;
    return false;
}

static void add_match(struct chance *c, struct image_filter *f,
                      const struct image_attribute *attribute)
{
    if (attribute == NULL || is_among(&f->matches, attribute))
        return;
    struct image_match m = {.attribute = attribute,
                            .value = value_for(c, attribute),
                            .matches_empty = roll(c, 15) == 0,
                            .matches_any = roll(c, 3) == 0,
                            .is_fuzzy = roll(c, 3) == 0};
    if (roll(c, 30) == 0)
        m.value = str_of(CHOOSE(c, "", "*", " ", "**", "?"));
    *SLICE_PUSH(c->arena, &f->matches) = m;
}

static size_t kept_count(const struct kept_attribute *attribute)
{
    size_t count = 0;
    while (count < COUNT_OF(attribute->values) && attribute->values[count] != NULL)
        count++;
    return count;
}

static str kept_text(struct chance *c, const struct kept_attribute *attribute)
{
    str one = str_of(attribute->values[roll(c, kept_count(attribute))]);
    str two = str_of(attribute->values[roll(c, kept_count(attribute))]);
    if (attribute->vr == VR_DT && roll(c, 2) == 0)
        return str_format(c->arena, "%.*s-%.*s", STR_ARG(roll(c, 4) == 0 ? STR("") : one),
                          STR_ARG(roll(c, 4) == 0 ? STR("") : two));
    if (attribute->vr != VR_DT && attribute->vr != VR_DS) {
        one = text_value(c, one);
        two = text_value(c, two);
    }
    return roll(c, 3) != 0 ? one
                           : str_format(c->arena, "%.*s%s%.*s", STR_ARG(one), CHOOSE(c, "\\", ","),
                                        STR_ARG(two));
}

/* A key on kept values, unless it is one that cannot be asked. */
static void add_value(struct chance *c, struct image_filter *f)
{
    size_t at = roll(c, kept_attribute_count);
    const struct kept_attribute *attribute = &kept_attributes[at];
    struct value_switches switches = {roll(c, 6) == 0, roll(c, 3) == 0,
                                      attribute->vr == VR_PN && roll(c, 2) == 0};
    struct value_condition *condition = NEW(c->arena, struct value_condition);
    str text = kept_text(c, attribute);
    if (!str_is_utf8(text) || value_is_universal(text, &switches) ||
        failed(value_condition_make(c->arena, attribute->vr, text, &switches, condition)))
        return;
    *SLICE_PUSH(c->arena, &f->values) = (struct value_match){(int64_t)at + 1, condition};
    *SLICE_PUSH(c->arena, &c->told) = str_format(
        c->arena, "%s%s%s%s = \"%.*s\"", attribute->path, switches.matches_empty ? " empty" : "",
        switches.matches_any ? " any" : "", switches.is_fuzzy ? " fuzzy" : "", STR_ARG(text));
}

static int64_t key_at(const struct image_row *row, enum image_level level)
{
    return level == LEVEL_STUDY    ? row->study.key
           : level == LEVEL_SERIES ? row->series.key
                                   : row->instance.key;
}

static const struct key_slice *some_keys(struct chance *c, enum image_level level)
{
    struct key_slice *keys = NEW(c->arena, struct key_slice);
    for (uint64_t i = roll(c, 40); i > 0; i--)
        *SLICE_PUSH(c->arena, keys) = key_at(&c->rows.at[roll(c, c->rows.len)], level);
    return keys;
}

static str search_words(struct chance *c)
{
    str one = slice_of(c, c->rows.at[roll(c, c->rows.len)].study.search_key);
    str two = slice_of(c, c->rows.at[roll(c, c->rows.len)].study.search_key);
    switch (roll(c, 4)) {
    case 0:
        return junk(c);
    case 1:
        return str_format(c->arena, "%.*s %.*s", STR_ARG(other_case(c, one)), STR_ARG(two));
    default:
        return str_sub(one, 0, 1 + roll(c, 8));
    }
}

static struct image_filter filter_by(struct chance *c, int64_t organization_key)
{
    static const uint32_t limits[] = {1, 2, 3, 7, 100};
    struct image_filter f = {.level = (enum image_level)roll(c, LEVEL_COUNT),
                             .access.organization_key = organization_key,
                             .trashed = roll(c, 12) == 0,
                             .under_trashed = roll(c, 6) == 0,
                             .wants_total = roll(c, 2) == 0,
                             .wants_patient_counts = roll(c, 6) == 0,
                             .limit = limits[roll(c, COUNT_OF(limits))],
                             .offset = roll(c, 4) == 0 ? roll(c, 5) : 0};
    for (uint64_t i = roll(c, 4); i > 0; i--) {
        enum image_level down_to = roll(c, 5) == 0 ? LEVEL_INSTANCE : f.level;
        const struct image_attribute *attribute = attribute_down_to(c, down_to);
        add_match(c, &f, attribute);
        if (roll(c, 2) == 0)
            add_match(c, &f, image_attribute_time_of(attribute));
    }
    c->told = (struct str_slice){0};
    for (uint64_t i = roll(c, 8); i < 2; i++)
        add_value(c, &f);
    if (roll(c, 10) == 0)
        f.only = some_keys(c, f.level);
    if (roll(c, 5) == 0)
        f.search = search_words(c);
    if (!str_is_utf8(f.search)) /* cut within a character */
        f.search = STR_NONE;
    const struct image_row *row = &c->rows.at[roll(c, c->rows.len)];
    if (f.level > LEVEL_STUDY && roll(c, 6) == 0)
        f.study_id = row->study.id;
    if (f.level > LEVEL_STUDY && roll(c, 8) == 0)
        f.series_id = row->series.id;
    f.one_per_patient = f.level == LEVEL_STUDY && roll(c, 4) == 0;
    for (uint64_t i = roll(c, 6); i < 4; i++)
        f.sort[f.sort_count++] = (struct image_sort){
            roll(c, 5) == 0 ? NULL : attribute_down_to(c, f.level), roll(c, 2) == 0};
    return f;
}

static str told(struct arena *a, const struct image_filter *f, const struct str_slice *values)
{
    struct buf text = BUF_IN(a);
    buf_addf(&text, "level %d%s limit %u offset %" PRIu64 " search \"%.*s\"", (int)f->level,
             f->trashed           ? " trashed"
             : f->under_trashed   ? " under trashed"
             : f->one_per_patient ? " patients"
                                  : "",
             f->limit, f->offset, STR_ARG(f->search));
    for (size_t i = 0; i < f->matches.len; i++)
        buf_addf(&text, " | %s%s%s%s = \"%.*s\"", f->matches.at[i].attribute->member,
                 f->matches.at[i].matches_empty ? " empty" : "",
                 f->matches.at[i].matches_any ? " any" : "",
                 f->matches.at[i].is_fuzzy ? " fuzzy" : "", STR_ARG(f->matches.at[i].value));
    for (size_t i = 0; i < values->len; i++)
        buf_addf(&text, " | %.*s", STR_ARG(values->at[i]));
    if (f->only != NULL)
        buf_addf(&text, " only %zu", f->only->len);
    for (size_t i = 0; i < f->sort_count; i++)
        buf_addf(&text, " sort %s%s", f->sort[i].descending ? "-" : "",
                 f->sort[i].attribute != NULL ? f->sort[i].attribute->member : "arrival");
    if (uuid_is_set(f->study_id))
        buf_addf(&text, " study %d", f->study_id.at[3]);
    if (uuid_is_set(f->series_id))
        buf_addf(&text, " series %d.%d", f->series_id.at[3], f->series_id.at[5]);
    return buf_str(&text);
}

/* All that an engine says to the filter. */
static str answer(struct contract_db *c, struct arena *a, const struct image_filter *f,
                  struct image_page *page)
{
    struct buf text = BUF_IN(a);
    struct db_session *s;
    CHECK_OK(db_session_begin(c->db, a, &c->clock.base, &s));
    err e = image_reader_find(s->readers.images, a, f, page);
    db_session_end(s);
    buf_addf(&text, "%s", err_code_name(e.code));
    if (failed(e)) {
        *page = (struct image_page){0};
        return buf_str(&text);
    }
    buf_addf(&text, " total %" PRId64 " next %.*s rows %.*s", page->total, STR_ARG(page->next),
             STR_ARG(rows_text(a, f->level, page)));
    for (size_t i = 0; i < page->rows.len; i++) {
        buf_add_char(&text, '\n');
        json_write(&text, &study_schema, &page->rows.at[i].study, JSON_INTERNAL);
        json_write(&text, &series_schema, &page->rows.at[i].series, JSON_INTERNAL);
        json_write(&text, &instance_schema, &page->rows.at[i].instance, JSON_INTERNAL);
        buf_addf(&text, " patient %d %d %d", (int)page->rows.at[i].of_patient.studies,
                 (int)page->rows.at[i].of_patient.series,
                 (int)page->rows.at[i].of_patient.instances);
    }
    return buf_str(&text);
}

/* Page after page while all engines agree; gives the number of rows seen. */
static size_t compare(struct contract_db *engines, struct arena *a, struct image_filter f,
                      uint64_t seed, const struct str_slice *values)
{
    size_t seen = 0;
    for (int number = 0; number < PAGE_COUNT_MAX; number++) {
        struct image_page page, other;
        str first = answer(&engines[0], a, &f, &page);
        for (size_t i = 1; i < db_engine_count; i++) {
            str again = answer(&engines[i], a, &f, &other);
            if (!str_eq(first, again) || str_starts(first, STR("INTERNAL")))
                contract_differ(str_format(a, "seed %" PRIu64 " page %d: %.*s", seed, number,
                                           STR_ARG(told(a, &f, values))),
                                first, i, again);
        }
        seen += page.rows.len;
        if (page.next.ptr == NULL)
            break;
        f.after = page.next;
    }
    return seen;
}

static void read_all(struct contract_db *c, struct image_row_slice *out)
{
    struct image_page page;
    struct image_filter all = {
        .level = LEVEL_INSTANCE, .access.organization_key = c->organization_key, .limit = 1000};
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_find(s->readers.images, &c->arena, &all, &page));
    db_session_end(s);
    *out = page.rows;
}

TEST(engines_agree_on_random_filters)
{
    static struct contract_db engines[ENGINE_COUNT_MAX];
    uint64_t seed = chance_seed();
    struct arena a = {0};
    struct chance chance = {.state = seed | 1, .arena = &a};
    size_t seen = 0, empty = 0;
    assert(db_engine_count <= ENGINE_COUNT_MAX);
    for (size_t i = 0; i < db_engine_count; i++) {
        contract_open(&engines[i], &db_engines[i]);
        samples_store(&engines[i]);
        values_store(&engines[i]);
        sample_trash(&engines[i], 30);
        sample_trash(&engines[i], 31);
        sample_trash_part(&engines[i], 28, 2, 0);
        sample_trash_part(&engines[i], 1, 1, 1);
        sample_trash_part(&engines[i], 31, 1, 2);
        sample_trash_part(&engines[i], 28, 2, 3);
        sample_trash_part(&engines[i], 2, 2, 1);
    }
    read_all(&engines[0], &chance.rows);
    printf("random filters: CONTRACT_SEED=%" PRIu64 "\n", seed);
    for (int i = 0; i < FILTER_COUNT; i++) {
        struct image_filter f = filter_by(&chance, engines[0].organization_key);
        size_t rows = compare(engines, &a, f, seed, &chance.told);
        seen += rows;
        empty += rows == 0;
        arena_reset(&a);
    }
    printf("random filters: %zu rows, %zu of %d filters without any\n", seen, empty, FILTER_COUNT);
    CHECK(empty < FILTER_COUNT * 3 / 4);
    arena_deinit(&a);
    for (size_t i = 0; i < db_engine_count; i++)
        contract_close(&engines[i]);
}
