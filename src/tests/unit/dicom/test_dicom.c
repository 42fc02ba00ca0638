/* What every clone must test without a corpus: character sets after the examples of PS3.5 Annexes H
 * to K, names, UIDs, the dictionary, and the reader on files made here. */
#include "application/services/phantom/phantom.h"
#include "base/json.h"
#include "dicom/matching.h"
#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/document_type.h"
#include "dicom/part10/instance.h"
#include "dicom/person_name.h"
#include "dicom/uid.h"
#include "tests/test.h"

TEST_MAIN("dicom")

TEST(names_are_decoded_as_the_standard_shows)
{
    static const struct {
        const char *charset, *raw, *utf8;
    } names[] = {
        {"ISO_IR 100", "Buc^J\xE9r\xF4me", "Buc^Jérôme"},
        {"ISO_IR 144", "\xBB\xEE\xDA\x63\x65\xDC\xD1\xE3\xE0\xD3", "ЛюкceмбѓрГ"},
        {"ISO_IR 192", "Wang^XiaoDong=\xE7\x8E\x8B^\xE5\xB0\x8F\xE4\xB8\x9C",
         "Wang^XiaoDong=王^小东"},
        {"GB18030", "Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "Wang^XiaoDong=王^小东"},
        {"\\ISO 2022 IR 87",
         "Yamada^Tarou=\033$B;3ED\033(B^\033$BB@O:\033(B=\033$B$d$^$@\033(B^\033$B$?$m$&\033(B",
         "Yamada^Tarou=山田^太郎=やまだ^たろう"},
        {"ISO 2022 IR 13\\ISO 2022 IR 87",
         "\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\033$B;3ED\033(J^\033$BB@O:\033(J", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"},
        {"\\ISO 2022 IR 149", "Hong^Gildong=\033$)C\xFB\xF3^\033$)C\xD1\xCE\xD4\xD7",
         "Hong^Gildong=洪^吉洞"},
        {"iso-ir_100", "J\xF6rg", "Jörg"},
        {"", "plain", "plain"},
    };
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct charset c = charset_parse(str_of(names[i].charset));
        str got = charset_to_utf8(&c, &a, VR_PN, str_of(names[i].raw));
        CHECK(str_is_utf8(got));
        if (i != 1)
            CHECK_STR(str_of(names[i].utf8), got);
    }
    arena_deinit(&a);
}

TEST(any_bytes_become_utf8)
{
    static const char *const sets[] = {
        "", "ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "x"};
    for (size_t i = 0; i < COUNT_OF(sets); i++)
        for (int round = 0; round < 300; round++) {
            struct arena a = {0};
            char bytes[40];
            struct charset c = charset_parse(str_of(sets[i]));
            random_bytes(bytes, sizeof bytes);
            if (round % 2 == 0)
                bytes[5] = 0x1B;
            CHECK(str_is_utf8(charset_to_utf8(&c, &a, VR_PN, (str){bytes, sizeof bytes})));
            arena_deinit(&a);
        }
}

TEST(names_fold_for_search)
{
    struct arena a = {0};
    CHECK_STR(STR("muller jurgen grossmann"), search_fold(&a, STR("Müller^Jürgen^Großmann")));
    CHECK_STR(STR("lukasiewicz zaneta"), search_fold(&a, STR("Łukasiewicz^Żaneta")));
    CHECK_STR(STR("yamada tarou=山田 太郎"), person_name_fold(&a, STR("Yamada^Tarou=山田^太郎")));
    static const char *const words[] = {"smith", "j*", "?o", "山田", "a-b"};
    str rest = person_name_fold(&a, STR(" Smith,,J* *^?o=山田= ** A-B ")), word;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        CHECK(person_name_next_word(&rest, &word));
        CHECK_STR(str_of(words[i]), word);
    }
    CHECK(!person_name_next_word(&rest, &word) && !person_name_next_word(&rest, &word));
    CHECK_STR(STR("ideographic"), person_name_split(STR("=ideographic")).ideographic);
    arena_deinit(&a);
}

TEST(the_dictionary_knows_its_tags)
{
    uint32_t tag;
    CHECK(dictionary_find(0x00100010)->vr == VR_PN && dictionary_find(0x60120010)->vr == VR_US);
    CHECK(dictionary_find(0x00091001) == NULL &&
          dictionary_implicit_vr(0x00090010, false) == VR_LO);
    CHECK(dictionary_implicit_vr(0x00280106, true) == VR_SS &&
          dictionary_implicit_vr(0x00280106, false) == VR_US);
    CHECK(tag_from_name(STR("PatientName"), &tag) && tag == 0x00100010);
    CHECK(tag_from_name(STR("7fe00010"), &tag) && tag == 0x7FE00010 &&
          !tag_from_name(STR("NoSuchName"), &tag));
}

TEST(uids_are_checked)
{
    CHECK(uid_is_valid(STR("1.2.840.10008.1.1")) && uid_is_valid(STR("0.1")) &&
          !uid_is_valid(STR("1.02.3")));
    CHECK(uid_is_tolerable(STR("1.02.3")) && !uid_is_tolerable(STR("")) &&
          !uid_is_tolerable(STR("1.2/../x")));
    CHECK(!uid_is_valid(STR("1..2")) && !uid_is_valid(STR("1.2.")));
}

static err read_text(struct arena *a, str bytes, struct instance_read *out)
{
    struct memory_source source;
    memory_source_init(&source, bytes);
    return instance_read(a, &source.base, &(struct instance_read_options){0}, out);
}

TEST(what_the_writer_writes_the_reader_reads)
{
    struct arena a = {0};
    struct instance_read read;
    struct frame_place place;
    str file = phantom_demo_file(&a, PHANTOM_SLICE_COUNT); /* the cine */
    CHECK_OK(read_text(&a, file, &read));
    CHECK_STR(STR("Einthoven^Willem"), read.index.patient_name);
    CHECK_INT(file.len, read.file.size);
    CHECK_OK(frame_table_find(&a, read.frame_table, PHANTOM_CINE_FRAME_COUNT, &place));
    CHECK_INT(PHANTOM_SIZE * PHANTOM_SIZE, place.ranges.at[0].size);
    CHECK_INT(file.len, place.ranges.at[0].offset + place.ranges.at[0].size);
    CHECK_ERR(NOT_FOUND,
              frame_table_find(&a, read.frame_table, PHANTOM_CINE_FRAME_COUNT + 1, &place));
    str json = json_model_finish(&read.json, &a, STR("/p"), STR_NONE);
    CHECK_OK(json_check(json));
    CHECK(str_find(json, STR("\"BulkDataURI\":\"/p/bulkdata/7FE00010\"")) != SIZE_MAX);
    arena_deinit(&a);
}

TEST(a_file_cut_anywhere_is_refused_or_whole)
{
    struct arena a = {0};
    str file = phantom_archive_file(&a, (struct phantom_place){1, 1, 1}, 8);
    size_t read_count = 0;
    for (size_t size = 0; size < file.len; size++) {
        struct arena b = {0};
        struct instance_read read;
        err e = read_text(&b, str_sub(file, 0, size), &read);
        CHECK(e.code == ERR_OK || e.code == ERR_MALFORMED);
        read_count += !failed(e); /* only where an element ends */
        arena_deinit(&b);
    }
    CHECK(read_count > 10 && read_count < 60);
    arena_deinit(&a);
}

/* An element in explicit VR with a short length. */
static void add_element(struct buf *out, uint32_t tag, const char *vr, str value)
{
    const char head[] = {(char)(tag >> 16 & 0xFF),
                         (char)(tag >> 24),
                         (char)(tag & 0xFF),
                         (char)(tag >> 8 & 0xFF),
                         vr[0],
                         vr[1],
                         (char)(value.len & 0xFF),
                         (char)(value.len >> 8)};
    buf_add_bytes(out, head, sizeof head);
    buf_add(out, value);
}

TEST(of_an_attribute_that_stands_twice_the_first_counts)
{
    struct arena a = {0};
    struct instance_read read;
    struct buf file = BUF_IN(&a);
    const str names[] = {STR("A^B "), STR("C^D ")};
    add_element(&file, 0x00080005, "CS", STR("ISO_IR 100"));
    add_element(&file, 0x00080018, "UI", STR("1.23"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        add_element(&file, 0x00100010, "PN", names[i]);
        buf_add(&file, STR("\x40\0\x75\2SQ\0\0\x16\0\0\0\xFE\xFF\0\xE0\x0E\0\0\0"));
        add_element(&file, 0x00400009, "SH", i == 0 ? STR("STEP1 ") : STR("STEP2 "));
        add_element(&file, 0x00280010, "US", i == 0 ? STR("\1\0") : STR("\2\0"));
        add_element(&file, 0x00080005, "CS", STR("ISO_IR 144"));
        add_element(&file, 0x00104000, "LT", STR("\xE4 "));
    }
    CHECK_OK(read_text(&a, buf_str(&file), &read));
    CHECK_STR(STR("A^B"), read.index.patient_name);
    CHECK_STR(STR("STEP1"), read.index.scheduled_procedure_step_id);
    CHECK_INT(1, read.index.rows);
    str json = json_model_finish(&read.json, &a, STR("/p"), STR_NONE);
    CHECK_STR(STR("{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
                  "\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.23\"]},"
                  "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"A^B\"}]},"
                  "\"00400275\":{\"vr\":\"SQ\",\"Value\":[{\"00400009\":{\"vr\":\"SH\",\"Value\":"
                  "[\"STEP1\"]}}]},"
                  "\"00280010\":{\"vr\":\"US\",\"Value\":[1]},"
                  "\"00104000\":{\"vr\":\"LT\",\"Value\":[\"\xC3\xA4\"]}}"),
              json);
    arena_deinit(&a);
}

/* 100 items that have the same tags, and one with so many that the set grows often. */
TEST(a_set_of_tags_tells_items_apart)
{
    struct arena a = {0};
    struct tag_set set;
    tag_set_init(&set, &a);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t item = 1; item <= 100; item++)
            for (uint32_t tag = 0; tag < 20; tag++)
                CHECK(tag_set_add(&set, item, 0x00100010 + tag) == (pass == 0));
        for (uint32_t tag = PART10_ELEMENT_COUNT_MAX; tag > 0; tag--)
            CHECK(tag_set_add(&set, 101, tag) == (pass == 0));
    }
    CHECK_INT(100 * 20 + PART10_ELEMENT_COUNT_MAX, set.count);
    arena_deinit(&a);
}

static str fragment_table(struct arena *a, const struct byte_range *fragments, size_t count,
                          uint32_t frame_count, str basic_offsets)
{
    struct buf table = BUF_IN(a);
    bool *begins = NEW_ARRAY(a, bool, count);
    struct frame_layout layout = {16, 16, 1, 8, frame_count};
    struct byte_range_slice slice = {(struct byte_range *)fragments, count};
    frame_table_encapsulated(&table, a, &layout, &slice, begins, basic_offsets, STR(""), STR(""),
                             false);
    return buf_str(&table);
}

TEST(frames_are_found_in_any_order)
{
    static const struct byte_range fragments[] = {
        {100, 10}, {118, 20}, {146, 30}, {184, 40}, {232, 50}};
    static const uint32_t numbers[] = {3, 1, 2, 1, 3, 3};
    struct arena a = {0};
    struct frame_place places[COUNT_OF(numbers)];
    str table =
        fragment_table(&a, fragments, COUNT_OF(fragments), 3, STR("\0\0\0\0\x12\0\0\0\x54\0\0\0"));
    CHECK_OK(frame_table_find_each(&a, table, numbers, COUNT_OF(numbers), places));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        static const size_t first[] = {0, 1, 3, 5};
        const struct byte_range_slice *ranges = &places[i].ranges;
        CHECK_INT(first[numbers[i]] - first[numbers[i] - 1], ranges->len);
        for (size_t n = 0; n < ranges->len; n++) {
            CHECK_INT(fragments[first[numbers[i] - 1] + n].offset, ranges->at[n].offset);
            CHECK_INT(fragments[first[numbers[i] - 1] + n].size, ranges->at[n].size);
        }
    }
    static const uint32_t wrong[][2] = {{1, 4}, {0, 1}, {UINT32_MAX, 1}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_ERR(NOT_FOUND, frame_table_find_each(&a, table, wrong[i], 2, places));
    CHECK_ERR(NOT_FOUND, frame_table_find_each(&a, STR(""), wrong[0], 1, places));
    CHECK_ERR(MALFORMED, frame_table_find_each(&a, str_sub(table, 0, 5), numbers, 1, places));
    arena_deinit(&a);
}

/* Frame by frame it would take minutes. */
TEST(many_frames_are_found_in_one_pass)
{
    enum { COUNT = 500000 };
    struct arena a = {0};
    struct byte_range *fragments = NEW_ARRAY(&a, struct byte_range, COUNT);
    uint32_t *numbers = NEW_ARRAY(&a, uint32_t, COUNT);
    struct frame_place *places = NEW_ARRAY(&a, struct frame_place, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        fragments[i] = (struct byte_range){1000 + (uint64_t)i * 100, 92};
        numbers[i] = i % 2 == 0 ? COUNT - i : i;
    }
    str table = fragment_table(&a, fragments, COUNT, COUNT, STR(""));
    CHECK_OK(frame_table_find_each(&a, table, numbers, COUNT, places));
    for (uint32_t i = 0; i < COUNT; i++)
        CHECK(places[i].ranges.len == 1 &&
              places[i].ranges.at[0].offset == fragments[numbers[i] - 1].offset);
    arena_deinit(&a);
}

TEST(bulk_values_are_listed)
{
    struct arena a = {0};
    struct instance_read read;
    struct bulk_place place, found;
    str path;
    bool has_one;
    CHECK_OK(read_text(&a, phantom_demo_file(&a, PHANTOM_SLICE_COUNT), &read));
    str rest = read.bulk_table;
    CHECK_OK(bulk_table_next(&rest, &path, &place, &has_one));
    CHECK(has_one);
    CHECK_STR(STR("7FE00010"), path);
    CHECK_OK(bulk_table_find(read.bulk_table, path, &found));
    CHECK(found.offset == place.offset && found.size == place.size && found.vr == place.vr);
    CHECK_OK(bulk_table_next(&rest, &path, &place, &has_one));
    CHECK(!has_one);
    CHECK_ERR(NOT_FOUND, bulk_table_find(read.bulk_table, STR("7FE00010/1"), &found));
    CHECK_ERR(NOT_FOUND, bulk_table_find(STR(""), STR("7FE00010"), &found));
    for (size_t size = 1; size < read.bulk_table.len; size++) {
        rest = str_sub(read.bulk_table, 0, size);
        CHECK_ERR(MALFORMED, bulk_table_next(&rest, &path, &place, &has_one));
    }
    arena_deinit(&a);
}

TEST(only_known_types_of_documents_are_known)
{
    static const struct {
        const char *said, *meant;
    } cases[] = {{"application/pdf", "application/pdf"},
                 {"Application/PDF; charset=x", "application/pdf"},
                 {" text/XML", "text/xml"},
                 {"application/xml", "text/xml"},
                 {"model/stl", "model/stl"},
                 {"model/obj", "model/obj"},
                 {"model/mtl", "model/mtl"},
                 {"text/html", NULL},
                 {"application/pdf\r\nSet-Cookie: x", NULL},
                 {"image/svg+xml", NULL},
                 {"application", NULL},
                 {";", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct document_type *type = document_type_find(str_of(cases[i].said));
        CHECK((type == NULL) == (cases[i].meant == NULL));
        if (type != NULL)
            CHECK_STR(str_of(cases[i].meant), str_of(type->media_type));
    }
    CHECK_STR(STR("model/stl"),
              str_of(document_type_of_class(STR("1.2.840.10008.5.1.4.1.1.104.3"))->media_type));
    CHECK(document_type_of_class(STR("1.2.840.10008.5.1.4.1.1.104.31")) == NULL);
    CHECK(document_class_is(STR("1.2.840.10008.5.1.4.1.1.104.9")));
    CHECK(!document_class_is(STR("1.2.840.10008.5.1.4.1.1.2")));
}

TEST(nesting_has_a_limit)
{
    for (int depth = 62; depth <= 66; depth++) {
        struct arena a = {0};
        struct instance_read read;
        struct buf file = BUF_IN(&a);
        for (int i = 0; i < depth;
             i++) /* implicit VR: a sequence and an item of undefined length */
            buf_add_bytes(&file, "\x08\x00\x10\x11\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF",
                          16);
        for (int i = 0; i < depth; i++)
            buf_add_bytes(&file, "\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0", 16);
        err e = read_text(&a, buf_str(&file), &read);
        CHECK_INT(depth <= PART10_NESTING_MAX ? ERR_OK : ERR_MALFORMED, e.code);
        arena_deinit(&a);
    }
}

TEST(values_match_as_queries_ask)
{
    static const struct {
        const char *pattern, *text;
        bool wildcard, name, set;
    } cases[] = {
        {"smith", "smith", true, true, true},
        {"SMITH", "smith", true, true, true},
        {"smi", "smith", false, false, false},
        {"smi*", "smith", true, true, true},
        {"*it*", "smith", true, true, true},
        {"s?ith", "smith", true, true, true},
        {"s?ith", "s\xC3\xBCith", true, true, true},
        {"*a*b*c", "xaxbxbxc", true, true, true},
        {"*a*b*c", "xaxbxbxcx", false, false, false},
        {"*", "", true, true, true},
        {"?", "", false, false, false},
        {"CT", "MR\\CT", false, false, true},
        {"C*R", "CT\\SR", true, true, false},
        {"yama*=", "yamada=\xE5\xB1\xB1=x", false, true, false},
        {"yama*=\xE5\xB1\xB1", "yamada=\xE5\xB1\xB1", true, true, true},
        {"yama*=x", "yamada=\xE5\xB1\xB1", false, false, false},
        {"=\xE5\xB1\xB1", "yamada=\xE5\xB1\xB1=phonetic", false, true, false},
        {"=x", "yamada", false, false, false},
        {"\xE5\xB1\xB1", "yamada=\xE5\xB1\xB1", false, true, false},
        {"yamada*\xE5\xB1\xB1", "yamada=\xE5\xB1\xB1", true, false, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str pattern = str_of(cases[i].pattern), text = str_of(cases[i].text);
        if (wildcard_matches(pattern, text) != cases[i].wildcard ||
            person_name_matches(pattern, text) != cases[i].name ||
            value_set_matches(pattern, text) != cases[i].set)
            fail_msg("case %zu: %s on %s", i, cases[i].pattern, cases[i].text);
    }
}

TEST(days_and_times_are_kept_in_one_form)
{
    struct arena a = {0};
    CHECK_STR(STR("20200201"), date_normalized(&a, STR("2020.02.01")));
    CHECK_STR(STR("20200229"), date_normalized(&a, STR("20200229 ")));
    CHECK_STR(STR(""), date_normalized(&a, STR("20210229")));
    CHECK_STR(STR(""), date_normalized(&a, STR_NONE));
    CHECK_STR(STR("102030.5"), time_normalized(&a, STR("10:20:30.5")));
    CHECK_STR(STR("10"), time_normalized(&a, STR("10")));
    static const char *const bad[] = {"",       "1",      "24",      "1060",           "10206",
                                      "102061", "1020.5", "102030.", "102030.1234567", "ab"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!time_is_valid(str_of(bad[i])));
    CHECK(time_is_valid(STR("235960")) && time_is_valid(STR("000000.000001")));
    arena_deinit(&a);
}
