/* The small languages of HTTP, and multipart at every split position. */
#include "base/err.h"
#include "presentation/http/multipart.h"
#include "presentation/http/text.h"
#include "tests/test.h"

TEST_MAIN("http")

/* Gives step bytes at a time. */
struct slow_source {
    struct byte_source base;
    str rest;
    size_t step;
};
static err slow_read(struct byte_source *source, void *to, size_t size, size_t *got)
{
    struct slow_source *s = container_of(source, struct slow_source, base);
    *got = s->rest.len < s->step ? s->rest.len : s->step;
    if (*got > size)
        *got = size;
    if (*got != 0)
        memcpy(to, s->rest.ptr, *got);
    s->rest = str_sub(s->rest, *got, s->rest.len);
    return OK;
}
static const struct byte_source_ops slow_ops = {.read = slow_read};

static err read_all(struct arena *a, str body, size_t step, str type, struct str_slice *parts)
{
    struct slow_source source = {{&slow_ops}, body, step};
    struct multipart_reader reader;
    struct multipart_part part;
    bool found = true;
    *parts = (struct str_slice){0};
    TRY(multipart_reader_init(&reader, &source.base, type));
    err e = OK;
    while (!failed(e)) {
        e = multipart_next(&reader, a, &part, &found);
        if (failed(e) || !found)
            break;
        struct buf content = BUF_IN(a);
        size_t got = 1;
        char block[7];
        while (!failed(e) && got != 0) {
            e = byte_source_read(part.content, block, sizeof block, &got);
            if (!failed(e))
                buf_add_bytes(&content, block, got);
        }
        *SLICE_PUSH(a, parts) = buf_str(&content);
    }
    multipart_reader_deinit(&reader);
    return e;
}

TEST(multipart_is_read_at_every_split)
{
    static const char *const bodies[] = {
        "--B\r\nContent-Type: application/dicom\r\n\r\none\r\n--B\r\n\r\n\r\n--B\r\nX: "
        "y\r\n\r\n\r\n-\r\n--C\r\n--B--\r\n",
        "\r\n--B\r\nContent-Type: application/dicom\r\n\r\none\r\n--B  \r\n\r\n\r\n--B\r\nX: "
        "y\r\n\r\n\r\n-\r\n--C\r\n--B--",
        "preamble\r\n--B\r\nA:b\r\n\r\none\r\n--B\r\n\r\n\r\n--B\r\nX: "
        "y\r\n\r\n\r\n-\r\n--C\r\n--B--epilogue"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        for (size_t step = 1; step < 150; step += step < 40 ? 1 : 13) {
            struct arena a = {0};
            struct str_slice parts;
            CHECK_OK(read_all(&a, str_of(bodies[i]), step, STR("multipart/related; boundary=\"B\""),
                              &parts));
            CHECK_INT(3, parts.len);
            CHECK_STR(STR("one"), parts.at[0]);
            CHECK_STR(STR(""), parts.at[1]);
            CHECK_STR(STR("\r\n-\r\n--C"), parts.at[2]);
            arena_deinit(&a);
        }
}

TEST(multipart_that_is_cut_off_is_refused)
{
    str whole = STR("--B\r\nContent-Type: x\r\n\r\ncontent\r\n--B--");
    for (size_t size = 1; size < whole.len - 4; size++) {
        struct arena a = {0};
        struct str_slice parts;
        CHECK_ERR(MALFORMED, read_all(&a, str_sub(whole, 0, size), 5,
                                      STR("multipart/related;boundary=B"), &parts));
        arena_deinit(&a);
    }
    struct arena a = {0};
    struct str_slice parts;
    CHECK_ERR(MALFORMED, read_all(&a, whole, 5, STR("multipart/related"), &parts));
    arena_deinit(&a);
}

TEST(accept_is_read_as_clients_write_it)
{
    struct arena a = {0};
    struct accept_item_slice items;
    accept_read(&a,
                STR("text/html;q=0.5, multipart/related; type=\"image/jpeg\"; "
                    "transfer-syntax=1.2.3, */*;q=0.1,,bad;q=0"),
                &items);
    CHECK_INT(3, items.len);
    CHECK_STR(STR("multipart/related"), items.at[0].media_type);
    CHECK_STR(STR("image/jpeg"), items.at[0].type);
    CHECK_STR(STR("1.2.3"), items.at[0].transfer_syntax);
    CHECK_STR(STR("*/*"), items.at[2].media_type);
    arena_deinit(&a);
}

TEST(character_sets_are_read)
{
    static const struct {
        const char *list;
        bool in_header, in_query;
    } cases[] = {{"utf-8", true, true},
                 {"UTF-8;q=0.1", true, true},
                 {"\"ISO_IR 192\"", true, true},
                 {"iso_ir 192", true, true},
                 {"iso-8859-1, utf-8", true, true},
                 {"iso-8859-1;q=1,*;q=0.1", true, false},
                 {"*", true, false},
                 {"utf-8;q=0", false, false},
                 {"*, utf-8;q=0", false, false},
                 {"*;q=0", false, false},
                 {"iso-8859-1", false, false},
                 {"\"utf-8", false, false},
                 {"", false, false},
                 {",,", false, false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK(charsets_take_utf8(str_of(cases[i].list), true) == cases[i].in_header);
        CHECK(charsets_take_utf8(str_of(cases[i].list), false) == cases[i].in_query);
    }
    CHECK(charsets_take_utf8(STR_NONE, true));
}

TEST(ranges_lie_within_the_content)
{
    uint64_t offset, length;
    CHECK(range_read(STR("bytes=0-9"), 100, &offset, &length) == RANGE_ONE && offset == 0 &&
          length == 10);
    CHECK(range_read(STR("bytes=90-"), 100, &offset, &length) == RANGE_ONE && offset == 90 &&
          length == 10);
    CHECK(range_read(STR("bytes=-500"), 100, &offset, &length) == RANGE_ONE && offset == 0 &&
          length == 100);
    CHECK(range_read(STR("bytes=0-18446744073709551615"), 100, &offset, &length) == RANGE_ONE &&
          length == 100);
    CHECK(range_read(STR("bytes=100-"), 100, &offset, &length) == RANGE_UNSATISFIABLE);
    CHECK(range_read(STR("bytes=-0"), 100, &offset, &length) == RANGE_UNSATISFIABLE);
    CHECK(range_read(STR("bytes=5-1"), 100, &offset, &length) == RANGE_NONE);
    CHECK(range_read(STR("bytes=1-2,4-5"), 100, &offset, &length) == RANGE_NONE);
    CHECK(range_read(STR("lines=1-2"), 100, &offset, &length) == RANGE_NONE);
}

TEST(entity_tags_match_strongly_and_weakly)
{
    CHECK(etag_matches(STR("\"a\", W/\"b\""), STR("a"), false));
    CHECK(!etag_matches(STR("\"a\", W/\"b\""), STR("b"), false) &&
          etag_matches(STR("W/\"b\""), STR("b"), true));
    CHECK(etag_matches(STR("*"), STR("b"), false) && !etag_matches(STR("a"), STR("a"), true));
}

TEST(escapes_are_decoded_or_refused)
{
    struct arena a = {0};
    struct query_pair_slice pairs;
    str out;
    CHECK(url_decode(&a, STR("a%2Fb+c"), true, &out) && str_eq(out, STR("a/b c")));
    CHECK(!url_decode(&a, STR("%00"), false, &out) && !url_decode(&a, STR("%4"), false, &out));
    CHECK(!url_decode(&a, STR("%zz"), false, &out) && !url_decode(&a, STR("%ff"), false, &out));
    CHECK_OK(query_read(&a, STR("a=1&b&&c=%C3%A4"), &pairs));
    CHECK_INT(3, pairs.len);
    CHECK_STR(STR("\xC3\xA4"), pairs.at[2].value);
    CHECK(accepts_gzip(STR("br, gzip;q=0.5")) && !accepts_gzip(STR("gzip;q=0")) &&
          !accepts_gzip(STR("")));
    arena_deinit(&a);
}
