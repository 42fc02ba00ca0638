/* arena, str, buf, clock, uuid, schema and JSON. */
#include "base/json.h"
#include "base/log.h"
#include "base/thread_pool.h"
#include "tests/test.h"

#include <time.h>

TEST_MAIN("base")

enum colour { RED, GREEN, COLOUR_COUNT };
static const char *const colour_names[] = {"red", "green", NULL};

struct wheel {
    int64_t size;
    str label;
};
SLICE(wheel);
DECLARE_SCHEMA(wheel);
SCHEMA(wheel, FIELD(wheel, size, .flags = REQUIRED), FIELD(wheel, label));

static const char *lower_only(str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] >= 'A' && value.ptr[i] <= 'Z')
            return "must be lower case";
    return NULL;
}

struct car {
    str name;
    bool fast;
    int64_t price;
    double weight;
    opt_i64 doors;
    enum colour colour;
    uuid id;
    date built;
    instant sold;
    struct str_slice tags;
    struct wheel spare;
    struct wheel_slice wheels;
    str secret;
};
DECLARE_SCHEMA(car);
SCHEMA(car, FIELD(car, name, .flags = REQUIRED, .max = 10, .check = lower_only), FIELD(car, fast),
       FIELD(car, price, .min = 1, .max = 1000), FIELD(car, weight), FIELD(car, doors),
       FIELD_ENUM_OF(car, colour, colour_names), FIELD(car, id), FIELD(car, built),
       FIELD(car, sold), FIELD(car, tags), FIELD_OBJECT_OF(car, spare, wheel),
       FIELD_LIST_OF(car, wheels, wheel), FIELD(car, secret, .flags = SECRET));

static err read_car(struct arena *a, str text, struct car *car, struct issues *issues)
{
    *car = (struct car){0};
    *issues = (struct issues){.arena = a};
    return json_read(a, text, &car_schema, car, issues);
}

TEST(json_round_trip_is_the_identity)
{
    struct arena a = {0};
    struct car car, again;
    struct issues issues;
    str text = STR(
        "{\"name\":\"a\\u00e4\\ud83d\\ude00\\n\",\"fast\":true,\"price\":42,\"weight\":1.5e3,"
        "\"doors\":-9223372036854775808,"
        "\"colour\":\"green\",\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"built\":\"2024-02-"
        "29\","
        "\"sold\":\"2024-02-29T23:59:60.5+01:00\",\"tags\":[\"x\",\"y\"],\"spare\":{\"size\":1},"
        "\"wheels\":[{\"size\":2},{\"size\":3,\"label\":\"z\"}]}");
    CHECK_OK(read_car(&a, text, &car, &issues));
    CHECK_INT(0, issues.list.len);
    CHECK_STR(STR("a\xC3\xA4\xF0\x9F\x98\x80\n"), car.name);
    CHECK_INT(INT64_MIN, car.doors.value);
    CHECK_INT(3, car.wheels.at[1].size);
    struct buf out = BUF_IN(&a), second = BUF_IN(&a);
    json_write(&out, &car_schema, &car, 0);
    CHECK_OK(read_car(&a, buf_str(&out), &again, &issues));
    json_write(&second, &car_schema, &again, 0);
    CHECK_STR(buf_str(&out), buf_str(&second));
    arena_deinit(&a);
}

TEST(json_that_is_not_json_is_refused)
{
    static const char *const bad[] = {"",
                                      "[]",
                                      "{",
                                      "{\"name\"",
                                      "{\"name\":}",
                                      "{\"name\":\"a\",}",
                                      "{\"name\":\"a\"}x",
                                      "{name:1}",
                                      "{\"name\":\"\\ud800\"}",
                                      "{\"name\":\"\\x\"}",
                                      "{\"price\":01}",
                                      "{\"price\":1.}",
                                      "{\"price\":+1}",
                                      "{\"name\":\"\x01\"}",
                                      "{\"name\":\"\xC0\x80\"}",
                                      "{\"price\":1,\"price\":2}",
                                      "{\"fast\":tru}",
                                      "{\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}"};
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct car car;
        struct issues issues;
        CHECK_ERR(MALFORMED, read_car(&a, str_of(bad[i]), &car, &issues));
    }
    arena_deinit(&a);
}

TEST(json_that_does_not_fit_is_told_by_field)
{
    static const struct {
        const char *text, *field;
    } bad[] = {{"{\"unknown\":1}", "unknown"},
               {"{\"name\":1}", "name"},
               {"{\"price\":\"1\"}", "price"},
               {"{\"price\":1.5}", "price"},
               {"{\"fast\":1}", "fast"},
               {"{\"colour\":\"blue\"}", "colour"},
               {"{\"built\":\"2023-02-29\"}", "built"},
               {"{\"id\":\"x\"}", "id"},
               {"{\"tags\":[1]}", "tags"},
               {"{\"spare\":[]}", "spare"},
               {"{\"name\":null}", "name"}};
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct car car;
        struct issues issues;
        CHECK_OK(read_car(&a, str_of(bad[i].text), &car, &issues));
        CHECK_INT(1, issues.list.len);
        CHECK_STR(str_of(bad[i].field), issues.list.at[0].field);
    }
    arena_deinit(&a);
}

TEST(validation_names_each_field)
{
    struct arena a = {0};
    struct issues issues = {.arena = &a};
    struct car car = {.name = STR("UPPER"), .price = 2000, .spare = {.size = 1}};
    schema_validate(&car_schema, &car, &issues);
    CHECK_INT(2, issues.list.len);
    CHECK_STR(STR("name"), issues.list.at[0].field);
    CHECK_STR(STR("price"), issues.list.at[1].field);
    arena_deinit(&a);
}

TEST(secrets_do_not_reach_the_log)
{
    struct arena a = {0};
    struct buf out = BUF_IN(&a);
    struct car car = {.name = STR("a"), .secret = STR("hunter2")};
    json_write(&out, &car_schema, &car, JSON_REDACT);
    CHECK_INT(SIZE_MAX, str_find(buf_str(&out), STR("hunter2")));
    CHECK(str_find(buf_str(&out), STR("***")) != SIZE_MAX);
    arena_deinit(&a);
}

static const struct field partial_fields[] = {FIELD(wheel, label)};
static const struct schema partial_schema = {"partial", sizeof(struct wheel), 8, partial_fields, 1};

TEST(a_schema_with_a_hole_is_found)
{
    CHECK(schema_check(&car_schema) == NULL);
    CHECK(schema_check(&partial_schema) != NULL);
}

TEST(numbers_are_read_to_their_limits)
{
    int64_t i;
    uint64_t u;
    CHECK(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    CHECK(!str_to_i64(STR("9223372036854775808"), &i));
    CHECK(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    CHECK(!str_to_u64(STR("18446744073709551616"), &u));
    CHECK(!str_to_u64(STR(""), &u) && !str_to_u64(STR(" 1"), &u) && !str_to_i64(STR("-"), &i));
}

TEST(days_are_days_of_the_calendar)
{
    struct arena a = {0};
    date d;
    instant t;
    CHECK(date_from_text(STR("2000-02-29"), &d) && d.ymd == 20000229);
    CHECK(!date_from_text(STR("1900-02-29"), &d) && !date_from_text(STR("2024-13-01"), &d));
    CHECK(date_from_dicom(STR("19991231"), &d) && date_from_dicom(STR("1999.12.31"), &d));
    CHECK(instant_from_text(STR("1970-01-01T00:00:01Z"), &t) && t.us == 1000000);
    CHECK(instant_from_text(STR("1969-12-31T23:59:59.5-00:30"), &t));
    CHECK_STR(STR("1970-01-01T00:29:59.500000Z"), instant_text(&a, t));
    CHECK(!instant_from_text(STR("2024-01-01T24:00:00Z"), &t) &&
          !instant_from_text(STR("2024-01-01T00:00:00"), &t));
    arena_deinit(&a);
}

TEST(uuids_are_ordered_and_readable)
{
    struct arena a = {0};
    struct manual_clock clock;
    manual_clock_init(&clock, (instant){SECONDS(1700000000)});
    uuid last = uuid_make(&clock.base);
    for (int i = 0; i < 100000; i++) {
        uuid next = uuid_make(&clock.base), again;
        CHECK(memcmp(&last, &next, sizeof next) < 0);
        if (i % 1000 == 0)
            CHECK(uuid_from_text(uuid_text(&a, next), &again) && uuid_eq(next, again));
        last = next;
    }
    CHECK_INT(7, last.at[6] >> 4);
    arena_deinit(&a);
}

TEST(base64_and_hex_come_back)
{
    struct arena a = {0};
    for (size_t size = 0; size < 40; size++) {
        unsigned char bytes[40];
        struct buf plain = BUF_IN(&a), url = BUF_IN(&a), hex = BUF_IN(&a);
        str back;
        random_bytes(bytes, sizeof bytes);
        buf_add_base64(&plain, bytes, size);
        buf_add_base64url(&url, bytes, size);
        buf_add_hex(&hex, bytes, size);
        CHECK(base64_decode(&a, buf_str(&plain), &back) && back.len == size &&
              memcmp(back.ptr, bytes, size) == 0);
        CHECK(base64url_decode(&a, buf_str(&url), &back) && back.len == size &&
              memcmp(back.ptr, bytes, size) == 0);
        CHECK(hex_decode(&a, buf_str(&hex), &back) && back.len == size &&
              memcmp(back.ptr, bytes, size) == 0);
    }
    str back;
    CHECK(!base64_decode(&a, STR("A"), &back) && !base64_decode(&a, STR("AB"), &back) &&
          !hex_decode(&a, STR("0g"), &back));
    arena_deinit(&a);
}

TEST(an_arena_gives_memory_of_all_sizes)
{
    struct arena a = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 100000; size = size * 3 + 1) {
            unsigned char *p = arena_alloc(&a, size, 16);
            CHECK(((uintptr_t)p & 15) == 0);
            for (size_t i = 0; i < size; i++)
                CHECK(p[i] == 0);
            memset(p, 0xAA, size);
        }
        arena_reset(&a);
    }
    struct buf b = BUF_IN(&a);
    for (int i = 0; i < 100000; i++)
        buf_add_char(&b, (char)('a' + i % 26));
    CHECK_INT(100000, b.len);
    CHECK(b.ptr[99999] == 'a' + 99999 % 26);
    arena_deinit(&a);
}

TEST(utf8_is_checked)
{
    CHECK(str_is_utf8(STR("\xF0\x9F\x98\x80")) && !str_is_utf8(STR("\xED\xA0\x80")) &&
          !str_is_utf8(STR("\xC1\x81")));
    CHECK(!str_is_utf8(STR("\xF4\x90\x80\x80")) && !str_is_utf8(STR("\xE2\x82")));
}

TEST(a_beginning_ends_between_two_characters)
{
    str text = STR("a\xC3\xA9\xF0\x9F\x98\x80");
    static const size_t lens[] = {0, 1, 1, 3, 3, 3, 3, 7, 7};
    for (size_t i = 0; i < COUNT_OF(lens); i++)
        CHECK_INT(lens[i], str_clip(text, i).len);
    CHECK(str_clip(STR_NONE, 3).ptr == NULL);
}

TEST(a_name_has_its_number)
{
    static const char *const names[] = {"one", "two", NULL};
    CHECK(name_number(names, STR("two")).is_set && name_number(names, STR("two")).value == 1);
    CHECK(!name_number(names, STR("tw")).is_set && !name_number(names, STR_NONE).is_set);
}

struct counted_job {
    struct pool_job base;
    int *count;
};

static void count_job(struct pool_job *job)
{
    struct counted_job *c = container_of(job, struct counted_job, base);
    __atomic_fetch_add(c->count, 1, __ATOMIC_RELAXED);
}

TEST(a_pool_works_on_all_it_took_and_takes_no_more_than_its_queue)
{
    struct thread_pool pool;
    struct counted_job jobs[200];
    int count = 0, taken = 0;
    CHECK_OK(thread_pool_open(&pool, 4, 8));
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        jobs[i] = (struct counted_job){{.run = count_job}, &count};
        taken += thread_pool_push(&pool, &jobs[i].base);
    }
    thread_pool_close(&pool);
    CHECK_INT(taken, count);
    CHECK(taken >= 8);
    CHECK_OK(thread_pool_open(&pool, 0, 2)); /* nobody works: the third is too many */
    CHECK(thread_pool_push(&pool, &jobs[0].base) && thread_pool_push(&pool, &jobs[1].base));
    CHECK(!thread_pool_push(&pool, &jobs[2].base));
    thread_pool_close(&pool);
    thread_pool_close(&pool);
}

TEST(hashes_differ_where_bytes_do)
{
    uint64_t first = str_hash(STR("m-0190-1"));
    CHECK(first == str_hash(STR("m-0190-1")));
    CHECK(first != str_hash(STR("m-0190-2")) && first != str_hash(STR("m-0190-1 ")));
    CHECK(str_hash(STR("")) != str_hash((str){"\0", 1}));
    CHECK(hash_bytes(1, "ab", 2) != hash_bytes(2, "ab", 2));
}

TEST(instants_are_written_as_the_calendar_has_them)
{
    struct arena a = {0};
    for (int64_t day = -100000; day < 200000; day += 37) {
        instant t = {(day * 86400 + 12345) * 1000000 + 678901}, again;
        str text = instant_text(&a, t);
        struct tm tm;
        time_t seconds = (time_t)(day * 86400 + 12345);
        gmtime_r(&seconds, &tm);
        CHECK_STR(str_format(&a, "%04d-%02d-%02dT03:25:45.678901Z", tm.tm_year + 1900,
                             tm.tm_mon + 1, tm.tm_mday),
                  text);
        CHECK(instant_from_text(text, &again) && again.us == t.us);
    }
    CHECK_STR(STR("1969-12-31T23:59:59.999999Z"), instant_text(&a, (instant){-1}));
    arena_deinit(&a);
}

TEST(texts_of_every_byte_and_length_are_escaped_alike)
{
    struct arena a = {0};
    for (unsigned byte = 1; byte < 0x80; byte++)
        for (size_t len = 1; len < 20; len++)
            for (size_t place = 0; place < len; place++) {
                char text[20];
                memset(text, 'x', len);
                text[place] = (char)byte;
                struct buf out = BUF_IN(&a);
                json_write_str(&out, (str){text, len});
                bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
                CHECK(plain == (out.len == len + 2));
                CHECK_OK(json_check(buf_str(&out)));
                arena_reset(&a);
            }
    arena_deinit(&a);
}
