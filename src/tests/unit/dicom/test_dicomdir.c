/* The directory is walked as a reader walks it: by offsets from record to record. */
#include "dicom/write/dicomdir.h"

#include "dicom/json_members.h"
#include "dicom/part10/instance.h"
#include "tests/test.h"

TEST_MAIN("dicomdir")

static struct dicomdir_value_slice values_of(struct arena *a, const struct dicomdir_value *values,
                                             size_t count)
{
    struct dicomdir_value_slice out = {0};
    for (size_t i = 0; i < count; i++)
        *SLICE_PUSH(a, &out) = values[i];
    return out;
}

#define VALUES(a_, ...)                                                                            \
    values_of((a_), (const struct dicomdir_value[]){__VA_ARGS__},                                  \
              sizeof((const struct dicomdir_value[]){__VA_ARGS__}) /                               \
                  sizeof(struct dicomdir_value))

static void add(struct dicomdir *d, enum dicomdir_level level, struct dicomdir_value_slice values)
{
    dicomdir_add(d, level, NULL, NULL, &values);
}

static void add_file(struct dicomdir *d, str sop_class, str uid, bool has_rows,
                     struct dicomdir_value_slice values)
{
    struct dicomdir_file file = {STR("DICOM\\S0000001\\I0000001"), sop_class, uid,
                                 STR("1.2.840.10008.1.2.1")};
    dicomdir_add(d, DICOMDIR_INSTANCE, dicomdir_kind_of(sop_class, has_rows), &file, &values);
}

static uint32_t number_at(str file, size_t at, unsigned size)
{
    uint32_t value = 0;
    assert_true(at + size <= file.len);
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)(unsigned char)file.ptr[at + i] << (8 * i);
    return value;
}

/* The value of an element between from and to, none of which may overlap the end. */
static str element_at(str file, size_t from, size_t to, uint32_t tag)
{
    uint32_t last = 0;
    while (from < to) {
        uint32_t here = number_at(file, from, 2) << 16 | number_at(file, from + 2, 2);
        bool is_long = vr_has_long_length(vr_from_chars(file.ptr + from + 4));
        size_t size = is_long ? number_at(file, from + 8, 4) : number_at(file, from + 6, 2);
        from += is_long ? 12 : 8;
        CHECK(here > last);
        CHECK(size % 2 == 0 && size <= to - from);
        if (here == tag)
            return str_sub(file, from, from + size);
        last = here;
        from += size;
    }
    return STR_NONE;
}

static str value_at(str file, size_t record, uint32_t tag)
{
    CHECK_INT(0xE000FFFEu, number_at(file, record, 4));
    return element_at(file, record + 8, record + 8 + number_at(file, record + 4, 4), tag);
}

static size_t offset_at(str file, size_t record, uint32_t tag)
{
    return number_at(value_at(file, record, tag), 0, 4);
}

/* "PATIENT(STUDY(SERIES(IMAGE IMAGE))) …" from the record on, with what follows it. */
static void describe(struct buf *out, str file, size_t record)
{
    for (; record != 0; record = offset_at(file, record, 0x00041400)) {
        size_t below = offset_at(file, record, 0x00041420);
        CHECK_INT(0xFFFF, number_at(value_at(file, record, 0x00041410), 0, 2));
        buf_add(out, str_trim(value_at(file, record, 0x00041430)));
        if (below != 0) {
            buf_add_char(out, '(');
            describe(out, file, below);
            buf_add_char(out, ')');
        }
        if (offset_at(file, record, 0x00041400) != 0)
            buf_add_char(out, ' ');
    }
}

enum { META_AT = 132 };

static size_t data_set_at(str file)
{
    return META_AT + 12 + number_at(file, META_AT + 8, 4);
}

static size_t root_of(str file)
{
    return number_at(element_at(file, data_set_at(file), file.len, 0x00041200), 0, 4);
}

#define CT STR("1.2.840.10008.5.1.4.1.1.2")
#define SR STR("1.2.840.10008.5.1.4.1.1.88.11")

static str make_two_patients(struct arena *a)
{
    struct dicomdir d;
    dicomdir_begin(&d, a, STR("2.25.1"));
    add(&d, DICOMDIR_PATIENT,
        VALUES(a, {0x00100010, STR("M\xC3\xBCller^A")}, {0x00100020, STR("1")}));
    add(&d, DICOMDIR_STUDY, VALUES(a, {0x0020000D, STR("1.2")}, {0x00080020, STR("20260101")}));
    add(&d, DICOMDIR_SERIES, VALUES(a, {0x0020000E, STR("1.2.3")}, {0x00080060, STR("CT")}));
    add_file(&d, CT, STR("1.2.3.1"), true, VALUES(a, {0x00200013, STR("11")}));
    add_file(&d, CT, STR("1.2.3.2"), true, VALUES(a, {0x00200013, STR("")}));
    add(&d, DICOMDIR_SERIES, VALUES(a, {0x0020000E, STR("1.2.4")}));
    add_file(&d, SR, STR("1.2.4.1"), false, VALUES(a, {0x0040A043, STR("1\\LN\\Title")}));
    add(&d, DICOMDIR_PATIENT, VALUES(a, {0x00100010, STR("")}));
    add(&d, DICOMDIR_STUDY, VALUES(a, {0x0020000D, STR("1.5")}));
    add(&d, DICOMDIR_STUDY, VALUES(a, {0x0020000D, STR("1.6")}));
    add(&d, DICOMDIR_SERIES, VALUES(a, {0x0020000E, STR("1.6.1")}));
    add_file(&d, STR("1.2.3"), STR("1.6.1.1"), false, VALUES(a, {0x00200013, STR("1")}));
    return dicomdir_end(&d);
}

TEST(records_are_found_by_their_offsets)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    str file = make_two_patients(&a);
    struct buf text = BUF_IN(&a);
    describe(&text, file, root_of(file));
    CHECK_STR(STR("PATIENT(STUDY(SERIES(IMAGE IMAGE) SERIES(SR DOCUMENT))) "
                  "PATIENT(STUDY STUDY(SERIES(PRIVATE)))"),
              buf_str(&text));
    size_t last = number_at(element_at(file, data_set_at(file), file.len, 0x00041202), 0, 4);
    CHECK_INT(offset_at(file, root_of(file), 0x00041400), last);
    str records = element_at(file, data_set_at(file), file.len, 0x00041220);
    CHECK(records.ptr + records.len == file.ptr + file.len);
}

TEST(keys_of_type_1_are_never_empty)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    str file = make_two_patients(&a);
    size_t first = root_of(file), second = offset_at(file, first, 0x00041400);
    size_t study = offset_at(file, first, 0x00041420), series = offset_at(file, study, 0x00041420);
    size_t image = offset_at(file, series, 0x00041420);
    size_t report = offset_at(file, offset_at(file, series, 0x00041400), 0x00041420);
    CHECK_STR(STR("ISO_IR 192"), value_at(file, first, 0x00080005));
    CHECK(value_at(file, second, 0x00080005).ptr == NULL);
    CHECK_STR(STR("UNKNOWN "), value_at(file, second, 0x00100020));
    CHECK_STR(STR("20260101"), value_at(file, study, 0x00080020));
    CHECK_STR(STR("000000"), value_at(file, study, 0x00080030));
    CHECK_STR(STR("1 "), value_at(file, study, 0x00200010));
    CHECK_INT(0, value_at(file, study, 0x00080050).len);
    CHECK(value_at(file, study, 0x00080050).ptr != NULL);
    CHECK_STR(STR("OT"), value_at(file, offset_at(file, series, 0x00041400), 0x00080060));
    CHECK_STR(STR("2 "), value_at(file, offset_at(file, series, 0x00041400), 0x00200011));
    CHECK_STR(STR("11"), value_at(file, image, 0x00200013));
    CHECK_STR(STR("2 "), value_at(file, offset_at(file, image, 0x00041400), 0x00200013));
    CHECK_STR(STR("DICOM\\S0000001\\I0000001 "), value_at(file, image, 0x00041500));
    CHECK_STR(STR("PARTIAL "), value_at(file, report, 0x0040A491));
    str item = value_at(file, report, 0x0040A043);
    CHECK_STR(STR("Title "), element_at(item, 8, item.len, 0x00080104));
}

TEST(the_reader_of_files_reads_it)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct instance_read_options options = {0};
    struct instance_read read;
    struct memory_source source;
    memory_source_init(&source, make_two_patients(&a));
    CHECK_OK(instance_read(&a, &source.base, &options, &read));
}

TEST(long_values_are_cut_between_characters)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct dicomdir d;
    struct buf name = BUF_IN(&a);
    for (unsigned i = 0; i < 70000; i++)
        buf_add(&name, STR("\xE5\xB1\xB1"));
    dicomdir_begin(&d, &a, STR("2.25.1"));
    add(&d, DICOMDIR_PATIENT, VALUES(&a, {0x00100010, buf_str(&name)}));
    str file = dicomdir_end(&d), kept = str_trim(value_at(file, root_of(file), 0x00100010));
    CHECK(kept.len > 1000 && kept.len <= DICOMDIR_TEXT_SIZE_MAX && str_is_utf8(kept));
}

TEST(an_empty_directory_has_no_root)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    struct dicomdir d;
    dicomdir_begin(&d, &a, STR("2.25.1"));
    CHECK_INT(0, root_of(dicomdir_end(&d)));
}

TEST(each_class_has_its_kind_of_record)
{
    static const struct {
        const char *uid, *kind;
        bool has_rows;
    } cases[] = {
        {"1.2.840.10008.5.1.4.1.1.2", "IMAGE", true},
        {"1.2.840.10008.5.1.4.1.1.66.4", "IMAGE", true},
        {"1.2.840.10008.5.1.4.1.1.481.1", "IMAGE", true},
        {"1.2.840.10008.5.1.4.1.1.481.2", "RT DOSE", true},
        {"1.2.840.10008.5.1.4.1.1.481.3", "RT STRUCTURE SET", false},
        {"1.2.840.10008.5.1.4.1.1.481.5", "RT PLAN", false},
        {"1.2.840.10008.5.1.4.1.1.481.9", "RT TREAT RECORD", false},
        {"1.2.840.10008.5.1.4.1.1.481.12", "RADIOTHERAPY", false},
        {"1.2.840.10008.5.1.4.1.1.11.1", "PRESENTATION", false},
        {"1.2.840.10008.5.1.4.1.1.88.33", "SR DOCUMENT", false},
        {"1.2.840.10008.5.1.4.1.1.88.59", "KEY OBJECT DOC", false},
        {"1.2.840.10008.5.1.4.1.1.104.1", "ENCAP DOC", false},
        {"1.2.840.10008.5.1.4.1.1.9.1.1", "WAVEFORM", false},
        {"1.2.840.10008.5.1.4.1.1.66", "RAW DATA", false},
        {"1.2.840.10008.5.1.4.1.1.66.1", "REGISTRATION", false},
        {"1.2.840.10008.5.1.4.1.1.4.2", "SPECTROSCOPY", true},
        {"1.2.840.10008.5.1.4.1.1.78.6", "SR DOCUMENT", false},
        {"1.2.840.10008.5.1.4.1.1.78.7", "MEASUREMENT", false},
        {"1.2.3.4", "IMAGE", true},
        {"1.2.3.4", "PRIVATE", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_STR(str_of(cases[i].kind),
                  str_of(dicomdir_kind_of(str_of(cases[i].uid), cases[i].has_rows)->name));
}

TEST(members_of_metadata_are_found)
{
    CLEANUP(arena_deinit) struct arena a = {0};
    str document = STR(
        "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
        "\"00080008\":{\"vr\":\"CS\",\"Value\":[\"A\",null,\"B\\\"\\u00E4\\\\\"]},"
        "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"A}B\",\"Phonetic\":\"C\"}]},"
        "\"00289001\":{\"vr\":\"UL\",\"Value\":[12]},\"0040A030\":{\"vr\":\"DT\"},"
        "\"0040A043\":{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"1\"]},"
        "\"00080104\":{\"vr\":\"LO\",\"Value\":[\"M\"]}}]}}");
    CHECK_STR(STR("A\\\\B\"\xC3\xA4\\"), json_model_member_text(&a, document, 0x00080008));
    CHECK_STR(STR("A}B==C"), json_model_member_text(&a, document, 0x00100010));
    CHECK_STR(STR("12"), json_model_member_text(&a, document, 0x00289001));
    CHECK_STR(STR(""), json_model_member_text(&a, document, 0x0040A030));
    CHECK_STR(STR(""), json_model_member_text(&a, document, 0x00080104));
    CHECK_STR(STR("1\\\\M"), json_model_member_concept(&a, document, 0x0040A043));
    CHECK_STR(STR(""), json_model_member_concept(&a, document, 0x00080008));
}
