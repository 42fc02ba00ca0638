/* Each action, each option, what files and documents hold that has no row in a table. */
#include "base/arena.h"
#include "base/buf.h"
#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/pseudonym.h"
#include "dicom/deidentify/replaced_value.h"
#include "dicom/dictionary.h"
#include "dicom/json_members.h"
#include "dicom/part10/instance.h"
#include "dicom/write/part10_writer.h"
#include "tests/test.h"

#include <stdio.h>

TEST_MAIN("deidentify")

#define KEY STR("0123456789abcdef")
#define FILE_UID "1.2.826.0.1.3680043.9.1"

static str deidentified(struct arena *a, const char *document, unsigned flags)
{
    struct deidentify_options options = {flags, KEY, NULL};
    struct deidentify_facts facts;
    str out = STR_NONE;
    CHECK_OK(deidentify_facts_read_json(a, str_of(document), &facts));
    CHECK_OK(deidentify_json(a, str_of(document), &options, &facts, STR("/v"), &out));
    return out;
}

/* document: members without the braces. wanted: of the attribute, absent when it is to be gone. */
static void check_attribute(const char *document, unsigned flags, uint32_t tag, str wanted)
{
    struct arena a = {0};
    str out = deidentified(&a, str_cstr(&a, str_format(&a, "{%s}", document)), flags);
    str member = json_model_member(out, tag);
    if (wanted.ptr == NULL)
        CHECK(member.ptr == NULL);
    else
        CHECK_STR(str_format(&a, "\"%08X\":%.*s", (unsigned)tag, STR_ARG(wanted)), member);
    arena_deinit(&a);
}

#define CHECK_ATTRIBUTE(document_, flags_, tag_, wanted_)                                          \
    check_attribute((document_), (flags_), (tag_), STR(wanted_))
#define CHECK_GONE(document_, flags_, tag_) check_attribute((document_), (flags_), (tag_), STR_NONE)

TEST(what_the_profile_removes_is_gone)
{
    CHECK_GONE("\"00081030\":{\"vr\":\"LO\",\"Value\":[\"Head of Mr Doe\"]}", 0, 0x00081030);
    CHECK_GONE("\"00101010\":{\"vr\":\"AS\",\"Value\":[\"093Y\"]}", 0, 0x00101010);
    CHECK_GONE(
        "\"00880200\":{\"vr\":\"SQ\",\"Value\":[{\"00280010\":{\"vr\":\"US\",\"Value\":[1]}}]}", 0,
        0x00880200);
    CHECK_GONE("\"04000561\":{\"vr\":\"SQ\",\"Value\":[{\"00100010\":{\"vr\":\"PN\",\"Value\":[{"
               "\"Alphabetic\":\"Doe\"}]}}]}",
               0, 0x04000561);
}

TEST(what_it_empties_is_empty)
{
    CHECK_ATTRIBUTE("\"00080050\":{\"vr\":\"SH\",\"Value\":[\"A17\"]}", 0, 0x00080050,
                    "{\"vr\":\"SH\"}");
    CHECK_ATTRIBUTE("\"00100030\":{\"vr\":\"DA\",\"Value\":[\"19510203\"]}", 0, 0x00100030,
                    "{\"vr\":\"DA\"}");
    CHECK_ATTRIBUTE(
        "\"00400555\":{\"vr\":\"SQ\",\"Value\":[{\"0040A160\":{\"vr\":\"UT\",\"Value\":["
        "\"Doe\"]}}]}",
        0, 0x00400555, "{\"vr\":\"SQ\"}");
}

TEST(dummies_are_valid_for_their_vr)
{
    CHECK_ATTRIBUTE("\"00080021\":{\"vr\":\"DA\",\"Value\":[\"20200131\"]}", 0, 0x00080021,
                    "{\"vr\":\"DA\",\"Value\":[\"19000101\"]}");
    CHECK_ATTRIBUTE("\"00080031\":{\"vr\":\"TM\",\"Value\":[\"101112\"]}", 0, 0x00080031,
                    "{\"vr\":\"TM\",\"Value\":[\"000000\"]}");
    CHECK_ATTRIBUTE("\"00080080\":{\"vr\":\"LO\",\"Value\":[\"St. Elsewhere\"]}", 0, 0x00080080,
                    "{\"vr\":\"LO\",\"Value\":[\"ANONYMIZED\"]}");
    CHECK_ATTRIBUTE("\"00081070\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Roe\"}]}", 0,
                    0x00081070, "{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Anonymized\"}]}");
    CHECK_ATTRIBUTE("\"00700082\":{\"vr\":\"DA\",\"Value\":[\"20200131\"]}", 0, 0x00700082,
                    "{\"vr\":\"DA\",\"Value\":[\"19000101\"]}");
}

TEST(nothing_needs_no_dummy)
{
    CHECK_ATTRIBUTE("\"00080080\":{\"vr\":\"LO\"}", 0, 0x00080080, "{\"vr\":\"LO\"}");
    CHECK_ATTRIBUTE("\"00100010\":{\"vr\":\"PN\"}", 0, 0x00100010, "{\"vr\":\"PN\"}");
    CHECK_ATTRIBUTE("\"00080018\":{\"vr\":\"UI\"}", 0, 0x00080018, "{\"vr\":\"UI\"}");
}

TEST(a_dummy_of_each_vr_is_what_its_vr_allows)
{
    for (enum dicom_vr vr = VR_NONE + 1; vr < VR_COUNT; vr++) {
        str dummy = dummy_value(vr);
        if (vr == VR_SQ)
            continue;
        CHECK(dummy.len != 0 && dummy.len <= 16);
        if (vr_kind(vr) == VR_KIND_BINARY || vr_kind(vr) == VR_KIND_BYTES)
            CHECK(dummy.len % (vr == VR_AT ? 4 : vr_word_size(vr)) == 0);
    }
}

#define MEMBER(tag_, vr_, value_) "\"" tag_ "\":{\"vr\":\"" vr_ "\",\"Value\":[\"" value_ "\"]}"

TEST(uids_are_mapped_the_same_wherever_they_stand)
{
    struct arena a = {0};
    str out = deidentified(
        &a,
        "{" MEMBER("00080016", "UI", "1.2.840.10008.5.1.4.1.1.2") "," MEMBER("00080018", "UI", "1.2.3.4") ",\"00081140\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER(
            "00081150", "UI",
            "1.2.840.10008.5.1.4.1.1.2") "," MEMBER("00081155", "UI",
                                                    "1.2.3.4") "}]}," MEMBER("00200052", "UI",
                                                                             "1.2.840.10008.1.4.1."
                                                                             "1") "}",
        0);
    str mapped = pseudonym_uid(&a, KEY, STR("1.2.3.4"));
    struct str_slice items;
    json_model_items(&a, out, 0x00081140, &items);
    CHECK_INT(1, items.len);
    CHECK(str_starts(mapped, STR("2.25.")) && mapped.len <= 44);
    CHECK_STR(mapped, json_model_member_text(&a, out, 0x00080018));
    CHECK_STR(mapped, json_model_member_text(&a, items.at[0], 0x00081155));
    CHECK_STR(STR("1.2.840.10008.5.1.4.1.1.2"),
              json_model_member_text(&a, items.at[0], 0x00081150));
    CHECK_STR(STR("1.2.840.10008.1.4.1.1"), json_model_member_text(&a, out, 0x00200052));
    CHECK(!str_eq(mapped, pseudonym_uid(&a, STR("another key of 2"), STR("1.2.3.4"))));
    CHECK(!str_eq(STR("1.2.840.10008.5.1.20201112131415"),
                  pseudonym_uid(&a, KEY, STR("1.2.840.10008.5.1.20201112131415"))));
    arena_deinit(&a);
}

TEST(unlisted_uids_are_mapped_and_those_of_classes_are_not)
{
    struct arena a = {0};
    str mapped = pseudonym_uid(&a, KEY, STR("1.2.3.4"));
    check_attribute(MEMBER("00080016", "UI", "1.2.3.4"), 0, 0x00080016,
                    STR("{\"vr\":\"UI\",\"Value\":[\"1.2.3.4\"]}"));
    check_attribute(MEMBER("00209312", "UI", "1.2.3.4"), 0, 0x00209312,
                    str_format(&a, "{\"vr\":\"UI\",\"Value\":[\"%.*s\"]}", STR_ARG(mapped)));
    CHECK_ATTRIBUTE(MEMBER("00209312", "UI", "1.2.3.4"), DEIDENTIFY_RETAIN_UIDS, 0x00209312,
                    "{\"vr\":\"UI\",\"Value\":[\"1.2.3.4\"]}");
    arena_deinit(&a);
}

TEST(a_patient_has_one_pseudonym_by_issuer_and_identifier)
{
    struct arena a = {0};
    str one = pseudonym_patient(&a, KEY, STR("A"), STR("17"));
    CHECK_INT(PSEUDONYM_SIZE, one.len);
    CHECK_STR(one, pseudonym_patient(&a, KEY, STR("A"), STR("17")));
    CHECK(!str_eq(one, pseudonym_patient(&a, KEY, STR("B"), STR("17"))));
    CHECK(!str_eq(one, pseudonym_patient(&a, KEY, STR("A1"), STR("7"))));
    CHECK(!str_eq(one, pseudonym_patient(&a, STR("another key of 2"), STR("A"), STR("17"))));
    str out = deidentified(
        &a,
        "{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Doe^J\",\"Ideographic\":"
        "\"\xE5\xB1\xB1\"}]}," MEMBER("00100020", "LO", "17") "," MEMBER("00100021", "LO", "A") "}",
        0);
    CHECK_STR(one, json_model_member_text(&a, out, 0x00100020));
    CHECK_STR(str_format(&a, "Anonymized^%.*s", STR_ARG(one)),
              json_model_member_text(&a, out, 0x00100010));
    CHECK(json_model_member(out, 0x00100021).ptr == NULL);
    arena_deinit(&a);
}

static void check_shift(enum dicom_vr vr, const char *from, int days, const char *wanted)
{
    struct arena a = {0};
    str out = STR_NONE;
    bool is_date = dates_shift(&a, vr, str_of(from), days, &out);
    CHECK(is_date == (wanted != NULL));
    if (wanted != NULL)
        CHECK_STR(str_of(wanted), out);
    arena_deinit(&a);
}

TEST(dates_go_back_along_the_calendar)
{
    check_shift(VR_DA, "20200301", 1, "20200229");
    check_shift(VR_DA, "20210301", 1, "20210228");
    check_shift(VR_DA, "19000301", 1, "19000228");
    check_shift(VR_DA, "20000301", 366, "19990301");
    check_shift(VR_DA, "20200101", 3650, "20100103");
    check_shift(VR_DA, "2020.01.31", 31, "20191231");
    check_shift(VR_DA, "20200131\\\\20200201", 1, "20200130\\\\20200131");
    check_shift(VR_DA, "00010102", 1, "00010101");
    check_shift(VR_DA, "00010101", 1, NULL);
    check_shift(VR_DA, "20200230", 1, NULL);
    check_shift(VR_DA, "yesterday", 1, NULL);
    check_shift(VR_DT, "20200301101112.123+0100", 1, "20200229101112.123+0100");
    check_shift(VR_DT, "202003", 1, "202002");
    check_shift(VR_DT, "2020", 1, "2019");
    check_shift(VR_DT, "2020-0500", 1, "2019-0500");
    check_shift(VR_DT, "20201301", 1, NULL);
}

TEST(every_day_of_eight_centuries_shifts_to_the_day_before)
{
    struct arena a = {0};
    char before[9] = "16000101", after[9];
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int year = 1600; year < 2400; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            for (int day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++) {
                str out = STR_NONE;
                snprintf(after, sizeof after, "%04d%02d%02d", year % 10000, month % 100, day % 100);
                CHECK(dates_shift(&a, VR_DA, str_of(after), 1, &out));
                if (strcmp(after, "16000101") != 0)
                    CHECK_STR(str_of(before), out);
                memcpy(before, after, sizeof before);
                arena_reset(&a);
            }
        }
    arena_deinit(&a);
}

TEST(dates_are_shifted_for_a_patient_and_times_are_left)
{
    struct arena a = {0};
    str out = STR_NONE;
    int days = pseudonym_shift_days(KEY, STR(""), STR("17"));
    CHECK(days >= 1 && days <= DEIDENTIFY_SHIFT_DAYS_MAX);
    CHECK(dates_shift(&a, VR_DA, STR("20200131"), days, &out));
    const char *document = MEMBER("00080020", "DA", "20200131") "," MEMBER(
        "00080030", "TM", "101112") "," MEMBER("00100020", "LO", "17");
    check_attribute(document, DEIDENTIFY_SHIFT_DATES, 0x00080020,
                    str_format(&a, "{\"vr\":\"DA\",\"Value\":[\"%.*s\"]}", STR_ARG(out)));
    CHECK_ATTRIBUTE(document, DEIDENTIFY_SHIFT_DATES, 0x00080030,
                    "{\"vr\":\"TM\",\"Value\":[\"101112\"]}");
    CHECK_ATTRIBUTE(document, DEIDENTIFY_RETAIN_DATES, 0x00080020,
                    "{\"vr\":\"DA\",\"Value\":[\"20200131\"]}");
    CHECK_ATTRIBUTE(document, 0, 0x00080020, "{\"vr\":\"DA\"}");
    CHECK_ATTRIBUTE(MEMBER("00080020", "DA", "20209999"), DEIDENTIFY_SHIFT_DATES, 0x00080020,
                    "{\"vr\":\"DA\"}");
    arena_deinit(&a);
}

TEST(options_retain_what_they_are_for)
{
    static const struct {
        unsigned flag;
        const char *tag, *vr, *value;
    } rows[] = {
        {DEIDENTIFY_RETAIN_UIDS, "00080018", "UI", "1.2.3"},
        {DEIDENTIFY_RETAIN_DEVICE, "00181000", "LO", "SN7"},
        {DEIDENTIFY_RETAIN_DEVICE, "00081010", "SH", "CT1"},
        {DEIDENTIFY_RETAIN_INSTITUTION, "00080080", "LO", "St. Elsewhere"},
        {DEIDENTIFY_RETAIN_INSTITUTION, "00081040", "LO", "Ward 3"},
        {DEIDENTIFY_RETAIN_PATIENT, "00100040", "CS", "F"},
        {DEIDENTIFY_RETAIN_PATIENT, "00101010", "AS", "044Y"},
        {DEIDENTIFY_RETAIN_DATES, "00080022", "DA", "20200131"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena a = {0};
        uint32_t tag;
        CHECK(tag_from_text(str_of(rows[i].tag), &tag));
        str value = str_format(&a, "{\"vr\":\"%s\",\"Value\":[\"%s\"]}", rows[i].vr, rows[i].value);
        const char *document =
            str_cstr(&a, str_format(&a, "\"%s\":%.*s", rows[i].tag, STR_ARG(value)));
        check_attribute(document, rows[i].flag, tag, value);
        unsigned others = ((1u << DEIDENTIFY_FLAG_COUNT) - 1) & ~rows[i].flag;
        if (rows[i].flag == DEIDENTIFY_RETAIN_DATES)
            others &= ~(unsigned)DEIDENTIFY_SHIFT_DATES;
        else
            others &= ~(unsigned)DEIDENTIFY_RETAIN_DATES;
        str out = deidentified(&a, str_cstr(&a, str_format(&a, "{%s}", document)), others);
        CHECK(str_find(out, str_format(&a, "\"%s\"", rows[i].value)) == SIZE_MAX);
        arena_deinit(&a);
    }
}

TEST(cleaned_texts_have_only_words_of_the_table)
{
    const unsigned flags = DEIDENTIFY_CLEAN_DESCRIPTORS;
    CHECK_ATTRIBUTE(MEMBER("0008103E", "LO", "AX T2 FLAIR Doe 5mm 12345"), flags, 0x0008103E,
                    "{\"vr\":\"LO\",\"Value\":[\"AX T2 FLAIR 5mm\"]}");
    CHECK_GONE(MEMBER("0008103E", "LO", "Doe, John 1951"), flags, 0x0008103E);
    CHECK_ATTRIBUTE(MEMBER("00181030", "LO", "Dr.Roe\xE2\x80\x99s"), flags, 0x00181030,
                    "{\"vr\":\"LO\",\"Value\":[\"ANONYMIZED\"]}");
    CHECK_ATTRIBUTE(
        "\"00400275\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER(
            "00400007", "LO", "brain for Doe") "," MEMBER("00401001", "SH", "RP17") "}]}",
        flags, 0x00400275,
        "{\"vr\":\"SQ\",\"Value\":[{\"00400007\":{\"vr\":\"LO\",\"Value\":[\"brain\"]}}]}");
    CHECK_GONE("\"00400275\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER("00400007", "LO", "brain") "}]}",
               0, 0x00400275);
}

#define SIEMENS                                                                                    \
    MEMBER("00190010", "LO", "SIEMENS MR HEADER")                                                  \
    "," MEMBER("0019100C", "IS", "800") "," MEMBER("0019100F", "SH", "Doe") "," MEMBER(            \
        "00290010", "LO", "DOE HEADER") "," MEMBER("0029100C", "IS", "1")

TEST(private_attributes_go_unless_they_are_safe_and_that_is_asked_for)
{
    CHECK_GONE(SIEMENS, 0, 0x00190010);
    CHECK_GONE(SIEMENS, 0, 0x0019100C);
    CHECK_ATTRIBUTE(SIEMENS, DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x00190010,
                    "{\"vr\":\"LO\",\"Value\":[\"SIEMENS MR HEADER\"]}");
    CHECK_ATTRIBUTE(SIEMENS, DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x0019100C,
                    "{\"vr\":\"IS\",\"Value\":[800]}");
    CHECK_GONE(SIEMENS, DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x0019100F);
    CHECK_GONE(SIEMENS, DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x00290010);
    CHECK_GONE(SIEMENS, DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x0029100C);
    CHECK_GONE(MEMBER("00190010", "LO", "SIEMENS MR HEADER") "," MEMBER("0019100C", "LO", "Doe"),
               DEIDENTIFY_RETAIN_SAFE_PRIVATE, 0x0019100C);
}

TEST(what_is_in_no_table_is_safe_too)
{
    CHECK_GONE(MEMBER("00089999", "LO", "Doe"), 0, 0x00089999); /* not in the dictionary */
    CHECK_GONE(MEMBER("00280010", "LO", "Doe"), 0, 0x00280010); /* a text for a number */
    CHECK_GONE(MEMBER("00080016", "LO", "Doe"), 0, 0x00080016);
    CHECK_GONE("\"00280010\":{\"vr\":\"SQ\",\"Value\":[{}]}", 0, 0x00280010);
    CHECK_GONE("\"00100010\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER("00080100", "SH", "Doe") "}]}", 0,
               0x00100010);
    CHECK_ATTRIBUTE("\"00140104\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Doe\"}]}", 0,
                    0x00140104, "{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Anonymized\"}]}");
    CHECK_ATTRIBUTE("\"00080070\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Doe\"}]}", 0,
                    0x00080070, "{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Anonymized\"}]}");
    CHECK_GONE("\"60003000\":{\"vr\":\"OW\",\"InlineBinary\":\"AAA=\"}", 0, 0x60003000);
    CHECK_GONE("\"60020010\":{\"vr\":\"US\",\"Value\":[7]}", 0, 0x60020010);
    CHECK_GONE("\"0040B020\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER("00700006", "ST", "Doe") "}]}", 0,
               0x0040B020);
    CHECK_GONE("\"50003000\":{\"vr\":\"OW\",\"InlineBinary\":\"AAA=\"}", 0, 0x50003000);
    CHECK_ATTRIBUTE("\"00280010\":{\"vr\":\"US\",\"Value\":[7]}", 0, 0x00280010,
                    "{\"vr\":\"US\",\"Value\":[7]}");
    /* the name of a person in a code, as the bytes of an implicit sequence that was not understood
     */
    CHECK_GONE("\"00081111\":{\"vr\":\"UN\",\"InlineBinary\":\"RG9l\"}", 0, 0x00081111);
    CHECK_ATTRIBUTE("\"00081070\":{\"vr\":\"UN\",\"InlineBinary\":\"RG9l\"}", 0, 0x00081070,
                    "{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Anonymized\"}]}");
}

TEST(texts_in_a_dummy_sequence_are_dummies)
{
    CHECK_ATTRIBUTE(
        "\"00401101\":{\"vr\":\"SQ\",\"Value\":[{" MEMBER("00080100", "SH", "jd") "," MEMBER(
            "00080104", "LO", "John Doe") "}]}",
        0, 0x00401101,
        "{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"ANONYMIZED\"]},"
        "\"00080104\":{\"vr\":\"LO\",\"Value\":[\"ANONYMIZED\"]}}]}");
}

TEST(it_says_what_was_done)
{
    const char *said_before = MEMBER("00120062", "CS", "NO") "," MEMBER("00120063", "LO", "by Doe");
    CHECK_ATTRIBUTE(said_before, 0, 0x00120062, "{\"vr\":\"CS\",\"Value\":[\"YES\"]}");
    CHECK_ATTRIBUTE(said_before, 0, 0x00120063,
                    "{\"vr\":\"LO\",\"Value\":[\"DICOM PS3.15 Annex E\"]}");
    CHECK_ATTRIBUTE("", 0, 0x00280303, "{\"vr\":\"CS\",\"Value\":[\"REMOVED\"]}");
    CHECK_ATTRIBUTE("", DEIDENTIFY_SHIFT_DATES, 0x00280303,
                    "{\"vr\":\"CS\",\"Value\":[\"MODIFIED\"]}");
    CHECK_ATTRIBUTE("", DEIDENTIFY_RETAIN_DATES, 0x00280303,
                    "{\"vr\":\"CS\",\"Value\":[\"UNMODIFIED\"]}");
    CHECK_ATTRIBUTE(MEMBER("00280303", "CS", "MODIFIED"), DEIDENTIFY_RETAIN_DATES, 0x00280303,
                    "{\"vr\":\"CS\",\"Value\":[\"MODIFIED\"]}");
    CHECK_ATTRIBUTE(MEMBER("00280303", "CS", "REMOVED"), DEIDENTIFY_SHIFT_DATES, 0x00280303,
                    "{\"vr\":\"CS\",\"Value\":[\"REMOVED\"]}");
}

TEST(the_codes_of_methods_are_those_of_cid_7050)
{
    static const char *const codes[DEIDENTIFY_FLAG_COUNT] = {
        "113110", "113109", "113112", "113108", "113106", "113107", "113105", "113111"};
    for (unsigned i = 0; i < DEIDENTIFY_FLAG_COUNT; i++) {
        struct arena a = {0};
        struct str_slice items;
        json_model_items(&a, deidentified(&a, "{}", 1u << i), 0x00120064, &items);
        CHECK_INT(2, items.len);
        CHECK_STR(STR("113100"), json_model_member_text(&a, items.at[0], 0x00080100));
        CHECK_STR(str_of(codes[i]), json_model_member_text(&a, items.at[1], 0x00080100));
        CHECK_STR(STR("DCM"), json_model_member_text(&a, items.at[1], 0x00080102));
        arena_deinit(&a);
    }
}

TEST(bad_keys_and_contradicting_options_are_refused)
{
    struct arena a = {0};
    struct deidentify_facts facts = {0};
    str out;
    CHECK_ERR(INVALID,
              deidentify_json(&a, STR("{}"), &(struct deidentify_options){0, STR("short"), NULL},
                              &facts, STR(""), &out));
    CHECK_ERR(INVALID,
              deidentify_json(&a, STR("{}"),
                              &(struct deidentify_options){
                                  DEIDENTIFY_RETAIN_DATES | DEIDENTIFY_SHIFT_DATES, KEY, NULL},
                              &facts, STR(""), &out));
    arena_deinit(&a);
}

static unsigned risk_of(const char *document)
{
    struct arena a = {0};
    struct deidentify_facts facts;
    CHECK_OK(deidentify_facts_read_json(&a, str_format(&a, "{%s}", document), &facts));
    unsigned risks = deidentify_risk(&facts);
    arena_deinit(&a);
    return risks;
}

#define STORAGE "1.2.840.10008.5.1.4.1.1."
#define CLASS(uid_) MEMBER("00080016", "UI", STORAGE uid_)
#define RISK(name_) (1u << DEIDENTIFY_RISK_##name_)

TEST(what_attributes_do_not_reach_is_a_risk)
{
    CHECK_INT(0, risk_of(CLASS("2")));
    CHECK_INT(RISK(BURNED_IN), risk_of(CLASS("2") "," MEMBER("00280301", "CS", "YES")));
    CHECK_INT(RISK(BURNED_IN_LIKELY), risk_of(CLASS("7")));
    CHECK_INT(RISK(BURNED_IN_LIKELY), risk_of(CLASS("7.4")));
    CHECK_INT(RISK(BURNED_IN_LIKELY), risk_of(CLASS("6.1")));
    CHECK_INT(0, risk_of(CLASS("6.1") "," MEMBER("00280301", "CS", "NO")));
    CHECK_INT(0, risk_of(CLASS("77.1.6"))); /* not the class 7 and what is under it */
    CHECK_INT(RISK(SCANNED), risk_of(CLASS("2") "," MEMBER("00080064", "CS", "SD")));
    CHECK_INT(RISK(SCANNED), risk_of("\"00080008\":{\"vr\":\"CS\",\"Value\":[\"DERIVED\","
                                     "\"SECONDARY\",\"SCREEN SAVE\"]}," CLASS("2")));
    CHECK_INT(RISK(LABEL), risk_of(CLASS("77.1.6") "," MEMBER("00480010", "CS", "YES")));
    CHECK_INT(RISK(LABEL), risk_of(CLASS("77.1.6") ",\"00080008\":{\"vr\":\"CS\",\"Value\":["
                                                   "\"ORIGINAL\",\"PRIMARY\",\"LABEL\"]}"));
    CHECK_INT(RISK(DOCUMENT), risk_of(CLASS("104.1")));
    CHECK_INT(RISK(DOCUMENT),
              risk_of(CLASS("2") ",\"00420011\":{\"vr\":\"OB\",\"BulkDataURI\":\"x\"}"));
    CHECK_INT(RISK(STRUCTURED_CONTENT), risk_of(CLASS("88.11")));
    CHECK_INT(RISK(STRUCTURED_CONTENT), risk_of(CLASS("2") ",\"0040A730\":{\"vr\":\"SQ\"}"));
    CHECK_INT(RISK(VIDEO), risk_of(CLASS("77.1.1.1")));
    CHECK_INT(RISK(VIDEO),
              risk_of(CLASS("2") "," MEMBER("00083002", "UI", "1.2.840.10008.1.2.4.102")));
    CHECK_INT(RISK(SOUND), risk_of(CLASS("9.4.1")));
    CHECK_INT(RISK(FACE), risk_of(CLASS("77.1.4")));
    CHECK_INT(RISK(FACE), risk_of(CLASS("2") "," MEMBER("00280302", "CS", "YES")));
    CHECK_INT(RISK(OVERLAY_IN_PIXELS),
              risk_of(CLASS("2") ",\"60000102\":{\"vr\":\"US\",\"Value\":[12]}"));
    CHECK_INT(0, risk_of(CLASS("2") ",\"60000102\":{\"vr\":\"US\",\"Value\":[0]}"));
    CHECK_INT(RISK(WAVEFORM_ANNOTATION), risk_of(CLASS("9.1.1") ",\"0040B020\":{\"vr\":\"SQ\"}"));
    CHECK_INT(RISK(ENCRYPTED), risk_of(CLASS("2") ",\"04000500\":{\"vr\":\"SQ\"}"));
    CHECK_INT(RISK(UNKNOWN_CLASS), risk_of(MEMBER("00080016", "UI", "1.2.3")));
    CHECK_INT(RISK(DIRECTORY), risk_of(MEMBER("00080016", "UI", "1.2.840.10008.1.3.10")));
    for (unsigned i = 0; i < DEIDENTIFY_RISK_COUNT; i++)
        CHECK(strlen(deidentify_risk_text(i)) > 10);
}

/* A file as no archive should have it: names in the preamble, the meta information, an overlay, an
 * icon, private attributes, texts in ISO 2022 IR 87. */
static str make_file(struct arena *a)
{
    struct buf out = BUF_IN(a);
    part10_write_meta(&out, STR("1.2.840.10008.5.1.4.1.1.2"), STR(FILE_UID),
                      STR(TS_EXPLICIT_LITTLE));
    memcpy(out.ptr, "CANARY preamble", 15);
    part10_write_text(&out, 0x00080005, VR_CS, STR("ISO_IR 100"));
    part10_write_text(&out, 0x00080016, VR_UI, STR("1.2.840.10008.5.1.4.1.1.2"));
    part10_write_text(&out, 0x00080018, VR_UI, STR(FILE_UID));
    part10_write_text(&out, 0x00080090, VR_PN, STR("CANARY^M\xFCller"));
    part10_write_text(&out, 0x00081070, VR_PN, STR("")); /* nothing is no change */
    part10_write_text(&out, 0x00091001, VR_LO, STR("CANARY private"));
    part10_write_text(&out, 0x00100010, VR_PN, STR("CANARY^J\xF6rg"));
    part10_write_text(&out, 0x00100020, VR_LO, STR("CANARY-17"));
    part10_write_text(&out, 0x0020000D, VR_UI, STR("1.2.826.0.1.3680043.9.2"));
    part10_write_u16(&out, 0x00280010, 1);
    part10_write_text(&out, 0x60003000, VR_OB, STR("CANARY overlay"));
    part10_write_text(&out, 0x7FE00010, VR_OB, STR("PIXELS and PIXELS"));
    return buf_str(&out);
}

struct path_list {
    struct deidentify_report base;
    struct arena *arena;
    struct buf paths;
};

static void note_path(struct deidentify_report *r, const struct deidentify_change *change)
{
    struct path_list *list = container_of(r, struct path_list, base);
    buf_addf(&list->paths, "%.*s %s;", STR_ARG(deidentify_change_path(list->arena, change)),
             deidentify_action_name(change->action));
}

static str deidentify_file(struct arena *a, str file, const char *syntax,
                           struct deidentify_report *report)
{
    struct buf bytes = BUF_IN(a);
    struct memory_source source;
    struct memory_sink sink;
    const struct deidentify_options options = {0, KEY, report};
    struct deidentify_facts facts;
    memory_source_init(&source, file);
    CHECK_OK(deidentify_facts_read(a, &source.base, &facts));
    memory_source_init(&source, file);
    memory_sink_init(&sink, &bytes);
    CHECK_OK(deidentify_write(a, &source.base, &options, &facts,
                              transfer_syntax_find(str_of(syntax)), &sink.base));
    return buf_str(&bytes);
}

TEST(nothing_of_a_file_is_left_but_the_image)
{
    struct arena a = {0};
    static const char *const syntaxes[] = {TS_EXPLICIT_LITTLE, TS_IMPLICIT_LITTLE, TS_EXPLICIT_BIG};
    struct path_list list = {{note_path}, &a, BUF_IN(&a)};
    for (size_t i = 0; i < COUNT_OF(syntaxes); i++) {
        str out = deidentify_file(&a, make_file(&a), syntaxes[i], i == 0 ? &list.base : NULL);
        CHECK(str_find(out, STR("CANARY")) == SIZE_MAX);
        CHECK(str_find(out, STR("1.2.826.0.1.3680043.9")) == SIZE_MAX);
        CHECK(str_find(out, STR("PIXELS and PIXELS")) != SIZE_MAX);
        CHECK(str_find(out, pseudonym_uid(&a, KEY, STR(FILE_UID))) != SIZE_MAX);
        CHECK_STR(out, deidentify_file(&a, make_file(&a), syntaxes[i], NULL));
    }
    CHECK_STR(STR("00080018 new UID;00080090 empty;00091001 remove;00100010 pseudonym;00100020 "
                  "pseudonym;0020000D new UID;60003000 remove;"),
              buf_str(&list.paths));
    arena_deinit(&a);
}

static err read_document(struct arena *a, str file, str *out)
{
    struct memory_source source;
    struct instance_read read;
    memory_source_init(&source, file);
    TRY(instance_read(a, &source.base, &(struct instance_read_options){0}, &read));
    *out = json_model_finish(&read.json, a, STR("/v"), STR_NONE);
    return OK;
}

TEST(a_file_and_its_document_become_the_same_data_set)
{
    struct arena a = {0};
    str before, after;
    CHECK_OK(read_document(&a, make_file(&a), &before));
    CHECK_OK(
        read_document(&a, deidentify_file(&a, make_file(&a), TS_EXPLICIT_LITTLE, NULL), &after));
    CHECK_STR(deidentified(&a, str_cstr(&a, before), 0), after);
    arena_deinit(&a);
}

TEST(bulk_values_go_with_what_keeps_them)
{
    CHECK(deidentify_keeps_bulk(STR("7FE00010"), VR_OW, 0));
    CHECK(deidentify_keeps_bulk(STR("00282000"), VR_OB, 0));
    CHECK(deidentify_keeps_bulk(STR("54000100/1/54001010"), VR_OW, 0));
    CHECK(!deidentify_keeps_bulk(STR("00880200/1/7FE00010"), VR_OW, 0));
    CHECK(!deidentify_keeps_bulk(STR("00420011"), VR_OB, 0));
    CHECK(!deidentify_keeps_bulk(STR("60003000"), VR_OW, 0));
    CHECK(!deidentify_keeps_bulk(STR("00291010"), VR_OB, 0));
    CHECK(!deidentify_keeps_bulk(STR("00291010"), VR_OB, DEIDENTIFY_RETAIN_SAFE_PRIVATE));
    CHECK(!deidentify_keeps_bulk(STR("54000100/1"), VR_OW, 0));
    CHECK(!deidentify_keeps_bulk(STR(""), VR_OW, 0));
}

static void check_rows(const struct confidentiality_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct dictionary_entry *entry = dictionary_find(rows[i].tag);
        CHECK(i == 0 || rows[i - 1].tag < rows[i].tag);
        CHECK(strlen(confidentiality_profile_name(&rows[i])) != 0);
        if (entry == NULL)
            continue;
        /* without an option nothing listed is kept as it is, but for what says K or U* */
        struct deidentify_place place = {rows[i].tag, entry->vr, false, DEIDENTIFY_KEEP};
        const char *profile = confidentiality_profile_name(&rows[i]);
        bool keeps = strcmp(profile, "K") == 0 || strcmp(profile, "X/Z/U*") == 0;
        CHECK(keeps == (confidentiality_action(&place, 0) == DEIDENTIFY_KEEP));
    }
}

TEST(the_tables_are_in_order_and_complete)
{
    check_rows(confidentiality_rows, confidentiality_row_count);
    check_rows(confidentiality_more_rows, confidentiality_more_row_count);
    CHECK(confidentiality_row_count > 600);
    for (size_t i = 0; i < confidentiality_row_count; i++)
        for (size_t n = 0; n < confidentiality_more_row_count; n++)
            CHECK(confidentiality_rows[i].tag != confidentiality_more_rows[n].tag);
}

/* Every attribute of the dictionary in a VR that names people or days. */
TEST(no_name_and_no_date_of_the_dictionary_is_kept)
{
    for (uint32_t group = 0x0008; group < 0x4020; group += 2)
        for (uint32_t element = 1; element < 0x10000; element++) {
            uint32_t tag = group << 16 | element;
            const struct dictionary_entry *entry = dictionary_find(tag);
            if (entry == NULL || (entry->vr != VR_PN && entry->vr != VR_DA && entry->vr != VR_DT &&
                                  entry->vr != VR_TM && entry->vr != VR_AE))
                continue;
            struct deidentify_place place = {tag, entry->vr, true, DEIDENTIFY_KEEP};
            CHECK(confidentiality_action(&place, 0) != DEIDENTIFY_KEEP);
            place.vr = VR_UN;
            CHECK(confidentiality_action(&place, 0) != DEIDENTIFY_KEEP);
            place.vr = entry->vr;
            if (entry->vr == VR_PN)
                CHECK(confidentiality_action(&place, (1u << DEIDENTIFY_FLAG_COUNT) - 1) !=
                      DEIDENTIFY_KEEP);
        }
}
