/* Cursors: pages that go on where the one before ended. */
#include "tests/contract/find_support.h"

/* Follows the cursors to the end; before each page but the first, meanwhile(c, page number). */
static str walk(struct contract_db *c, struct image_filter f,
                void (*meanwhile)(struct contract_db *c, int page))
{
    struct buf all = BUF_IN(&c->arena);
    f.access.organization_key = c->organization_key;
    for (int number = 0;; number++) {
        struct image_page page;
        if (number != 0 && meanwhile != NULL)
            meanwhile(c, number);
        struct db_session *s = contract_begin(c);
        CHECK_OK(image_reader_find(s->readers.images, &c->arena, &f, &page));
        db_session_end(s);
        if (page.rows.len != 0 && all.len != 0)
            buf_add_char(&all, ' ');
        buf_add(&all, rows_text(&c->arena, f.level, &page));
        if (page.next.ptr == NULL)
            return buf_str(&all);
        CHECK(page.rows.len == f.limit && number < 100);
        f.after = page.next;
    }
}

static const struct sample newcomer = {"20200103",  "010203", "N1", "N1", "Newcomer", "",
                                       "New^Comer", "N-1",    "",   "",   "",         "CT1"};

/* 20200103 stands between study 1 and study 2. */
static void newcomer_arrives(struct contract_db *c, int page)
{
    sample_store(c, c->organization_key, 100 + page, &newcomer);
}

static void third_goes(struct contract_db *c, int page)
{
    if (page == 1) {
        sample_trash(c, 3);
        sample_trash(c, 1);
    }
}

static void third_goes_late(struct contract_db *c, int page)
{
    if (page == 1)
        sample_trash(c, 3);
}

static void store_first(struct contract_db *c, int count)
{
    for (int i = 1; i <= count; i++)
        sample_store(c, c->organization_key, i, &samples[i - 1]);
}

CONTRACT(cursors_go_on_where_the_page_ended)
{
    const struct image_attribute *name =
        image_attribute_by_member(LEVEL_STUDY, STR("patient_name"));
    const struct image_attribute *count =
        image_attribute_by_member(LEVEL_STUDY, STR("instance_count"));
    store_first(c, 8);
    CHECK_STR(STR("8 7 6 5 4 3 2 1"), walk(c, (struct image_filter){.limit = 1}, NULL));
    CHECK_STR(STR("8 7 6 5 4 3 2 1"), walk(c, (struct image_filter){.limit = 3}, NULL));
    CHECK_STR(STR("8 7 6 5 4 3 2 1"), walk(c, (struct image_filter){.limit = 8}, NULL));
    /* mueller, muller, nguyen, ostergard, lukasiewicz; then Greek, then Cyrillic */
    CHECK_STR(
        STR("4 2 1 5 3 6 7 8"),
        walk(c, (struct image_filter){.limit = 2, .sort = {{name, false}}, .sort_count = 1}, NULL));
    /* two have two instances, the others one */
    CHECK_STR(
        STR("3 2 1 8 7 6 5 4"),
        walk(c, (struct image_filter){.limit = 2, .sort = {{count, true}}, .sort_count = 1}, NULL));
    CHECK_STR(
        STR("6 1 7 2 8 3 4 5"),
        walk(c, (struct image_filter){.limit = 3, .sort = {{NULL, false}}, .sort_count = 1}, NULL));
    CHECK_STR(STR("4 5 6 7 8 2 1 3"),
              walk(c,
                   (struct image_filter){
                       .limit = 3, .sort = {{count, false}, {name, false}}, .sort_count = 2},
                   NULL));
    CHECK_STR(STR("1.1 2.1 2.2 3.1 4.1 5.1 6.1 7.1 8.1"),
              walk(c, (struct image_filter){.level = LEVEL_SERIES, .limit = 2}, NULL));
    CHECK_STR(STR("1.1.1 1.1.2 2.1.1 2.2.1 3.1.1 3.1.2 4.1.1 5.1.1 6.1.1 7.1.1 8.1.1"),
              walk(c, (struct image_filter){.level = LEVEL_INSTANCE, .limit = 4}, NULL));
}

/* Newcomers have series and instances too; all of them come last, by key. */
CONTRACT(cursors_of_all_levels_stand_what_comes_and_goes)
{
    const struct image_attribute *modality = image_attribute_find(0x00080060);
    const struct image_attribute *zone = image_attribute_find(0x00080201);
    const struct image_attribute *name = image_attribute_find(0x00100010);
    store_first(c, 4);
    CHECK_STR(STR("1.1 2.1 2.2 3.1 4.1 101.1 102.1 103.1"),
              walk(c, (struct image_filter){.level = LEVEL_SERIES, .limit = 2}, newcomer_arrives));
    sample_trash(c, 101);
    CHECK_STR(STR("1.1.1 1.1.2 2.1.1 2.2.1 4.1.1 102.1.1 103.1.1"),
              walk(c, (struct image_filter){.level = LEVEL_INSTANCE, .limit = 3}, third_goes_late));
    /* CT of 1, 2 and the newcomers, MR of 4, SR of 2 */
    CHECK_STR(STR("1.1 2.1 102.1 103.1 4.1 2.2"),
              walk(c,
                   (struct image_filter){.level = LEVEL_SERIES,
                                         .limit = 1,
                                         .sort = {{modality, false}, {NULL, false}},
                                         .sort_count = 2},
                   NULL));
    CHECK_STR(
        STR("1 2 4 102 103"),
        walk(c, (struct image_filter){.limit = 2, .sort = {{zone, false}}, .sort_count = 1}, NULL));
    CHECK_STR(STR("103 102 1 2 4"),
              walk(c,
                   (struct image_filter){.limit = 2,
                                         .sort = {{name, true}, {NULL, true}, {zone, true}},
                                         .sort_count = 3},
                   NULL));
    CHECK_STR(STR("2.2 2.1"),
              walk(c,
                   (struct image_filter){
                       .level = LEVEL_SERIES,
                       .limit = 1,
                       .study_id = sample_id((struct sample_place){c->organization_key, 2, 0, 0})},
                   NULL));
}

CONTRACT(cursors_stand_what_arrives)
{
    store_first(c, 8);
    CHECK_STR(STR("8 7 6 5 4 3 2 103 102 101 1"),
              walk(c, (struct image_filter){.limit = 2}, newcomer_arrives));
}

CONTRACT(cursors_stand_what_goes)
{
    store_first(c, 8);
    CHECK_STR(STR("8 7 6 5 4 2"), walk(c, (struct image_filter){.limit = 4}, third_goes));
}

CONTRACT(what_is_no_cursor_is_refused)
{
    const struct image_attribute *name =
        image_attribute_by_member(LEVEL_STUDY, STR("patient_name"));
    static const char *const texts[] = {"x",
                                        "!!",
                                        "k:",
                                        "k:1",
                                        "k:x:1",
                                        "o:",
                                        "o:-1",
                                        "q:1:2",
                                        "k::1",
                                        "k:99999999999999999999:1",
                                        "m:",
                                        "m:1",
                                        "m:1:0",
                                        "m:1:0:",
                                        "m:1:0:9",
                                        "m:1:0:9.x",
                                        "m:1:0:1.xx",
                                        "m:1:0:1.x:1.x",
                                        "m:x:0:1.x",
                                        "m:1:x:1.x",
                                        "m:1:0:99999999999999999999.x",
                                        "m:1:0:~:~",
                                        "m:1:0:-1.x"};
    store_first(c, 2);
    for (size_t i = 0; i < COUNT_OF(texts) * 2; i++) {
        struct buf cursor = BUF_IN(&c->arena);
        struct image_page page;
        const char *text = texts[i / 2];
        if (i % 2 == 0)
            buf_add_base64url(&cursor, text, strlen(text));
        else
            buf_add(&cursor, str_format(&c->arena, "%s!", text)); /* not base64 */
        struct image_filter f = {
            .access.organization_key = c->organization_key, .limit = 2, .after = buf_str(&cursor)};
        struct db_session *s = contract_begin(c);
        CHECK_ERR(INVALID, image_reader_find(s->readers.images, &c->arena, &f, &page));
        f.after = STR("azoxOjE"); /* k:1:1, behind a row: not where several columns sort */
        f.sort[0] = f.sort[1] = (struct image_sort){name, false};
        f.sort_count = 2;
        CHECK_ERR(INVALID, image_reader_find(s->readers.images, &c->arena, &f, &page));
        f.after = STR("azoxOmFiYw"); /* k:1:abc, where a number is sorted by */
        f.sort[0] = (struct image_sort){NULL, false};
        f.sort_count = 1;
        CHECK_ERR(INVALID, image_reader_find(s->readers.images, &c->arena, &f, &page));
        db_session_end(s);
    }
}
