/* Matching of any attribute: DT and its ranges, values of each VR, paths through sequences. */
#include "base/buf.h"
#include "dicom/data_set_match.h"
#include "dicom/date_time.h"
#include "dicom/json_members.h"
#include "tests/test.h"

TEST_MAIN("value_match")

static const struct {
    const char *text, *first, *last;
    int offset; /* 9999: none */
} moments[] = {
    {"2020", "20200101000000000000", "20201231235959999999", 9999},
    {"202002", "20200201000000000000", "20200229235959999999", 9999},
    {"202102", "20210201000000000000", "20210228235959999999", 9999},
    {"202004", "20200401000000000000", "20200430235959999999", 9999},
    {"20200115", "20200115000000000000", "20200115235959999999", 9999},
    {"2020011510", "20200115100000000000", "20200115105959999999", 9999},
    {"202001151030", "20200115103000000000", "20200115103059999999", 9999},
    {"20200115103015", "20200115103015000000", "20200115103015999999", 9999},
    {"20200115103015.25", "20200115103015250000", "20200115103015259999", 9999},
    {"20200115103015.250000+0130", "20200115103015250000", "20200115103015250000", 90},
    {"2020-0500", "20200101000000000000", "20201231235959999999", -300},
    {"20200115+1400", "20200115000000000000", "20200115235959999999", 840},
    {"20161231235960", "20161231235959000000", "20161231235959999999", 9999},
};

TEST(a_date_and_time_is_all_that_it_may_be)
{
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        struct date_time dt;
        if (!date_time_read(str_of(moments[i].text), &dt))
            fail_msg("%s", moments[i].text);
        CHECK_STR(str_of(moments[i].first), str_make(dt.first, MOMENT_SIZE));
        CHECK_STR(str_of(moments[i].last), str_make(dt.last, MOMENT_SIZE));
        CHECK(dt.has_offset == (moments[i].offset != 9999));
        if (dt.has_offset)
            CHECK_INT(moments[i].offset, dt.offset);
    }
}

TEST(what_is_no_date_and_time_is_refused)
{
    static const char *const bad[] = {"",
                                      "202",
                                      "20201",
                                      "202013",
                                      "20200230",
                                      "2020011524",
                                      "202001151060",
                                      "20200115103061",
                                      "20200115.5",
                                      "2020.5",
                                      "20200115103015.",
                                      "20200115103015.1234567",
                                      "20200115103015.25+01",
                                      "2020+1500",
                                      "2020-1201",
                                      "2020+0160",
                                      "2020+-100",
                                      "+0100",
                                      "x",
                                      "2020011510301",
                                      "2020-05-00",
                                      "0000",
                                      "20200115 10"};
    struct date_time dt;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (date_time_read(str_of(bad[i]), &dt))
            fail_msg("\"%s\" was taken", bad[i]);
}

TEST(moments_move_over_days_and_years)
{
    static const struct {
        const char *from, *to;
        int minutes;
    } moves[] = {{"20200229233000000001", "20200301003000000001", 60},
                 {"20200101000000000000", "20191231190000000000", -300},
                 {"19700101000000000000", "19700101000000000000", 0},
                 {"99991231235959999999", "99991231235959999999", 60},
                 {"00010101000000000000", "00010101000000000000", -60}};
    char out[MOMENT_SIZE];
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        moment_add(moves[i].from, moves[i].minutes, out);
        CHECK_STR(str_of(moves[i].to), str_make(out, MOMENT_SIZE));
    }
}

static const struct value_switches none = {0}, any = {.matches_any = true},
                                   fuzzy = {.is_fuzzy = true};

/* offset: of the data set. */
struct asked {
    enum dicom_vr vr;
    const char *key, *value;
    const struct value_switches *switches;
    bool matches;
    int offset;
};
static const struct asked asked[] = {
    /* ranges of what was written */
    {VR_DT, "2020", "20200615", &none, true, 0},
    {VR_DT, "20200615", "2020", &none, false, 0},
    {VR_DT, "20200101", "2020", &none, true, 0},
    {VR_DT, "20200101-20200131", "20200131235959.9", &none, true, 0},
    {VR_DT, "20200101-20200131", "20200201", &none, false, 0},
    {VR_DT, "-2020", "20201231235959", &none, true, 0},
    {VR_DT, "-2020", "2021", &none, false, 0},
    {VR_DT, "202006-", "20200601", &none, true, 0},
    {VR_DT, "202006-", "20200531235959.999999", &none, false, 0},
    {VR_DT, "2020 - 2021", "20210101", &none, true, 0},
    /* a key without offset asks for what was written, whatever the value's own */
    {VR_DT, "2020010110", "20200101103000+0200", &none, true, 0},
    {VR_DT, "2020010108", "20200101103000+0200", &none, false, 0},
    /* one with an offset for the moment */
    {VR_DT, "2020010108+0000", "20200101103000+0200", &none, true, 0},
    {VR_DT, "2020010110+0200", "20200101083000+0000", &none, true, 0},
    {VR_DT, "2020010110+0000", "20200101103000+0200", &none, false, 0},
    {VR_DT, "20200101+0000", "20191231230000-0500", &none, true, 0},
    {VR_DT, "20191231+0000", "20191231230000-0500", &none, false, 0},
    {VR_DT, "2020010108+0000", "20200101103000", &none, true, 120},
    {VR_DT, "2020010110+0000", "20200101103000", &none, true, 0},
    {VR_DT, "2020010110+0000", "20200101103000+0000", &none, true, 120},
    /* "-" as a sign and as a range */
    {VR_DT, "20200101-0500", "20200101120000-0500", &none, true, 0},
    {VR_DT, "20200101-0500", "20200101030000+0000", &none, false, 0},
    {VR_DT, "20200101-0500-20200102-0500", "20200102120000-0500", &none, true, 0},
    {VR_DT, "20200101-0500-20200102-0500", "20200103060000+0000", &none, false, 0},
    {VR_DT, "20200101-0500-", "20200101050000+0000", &none, true, 0},
    {VR_DT, "-20200101-0500", "20200102045959+0000", &none, true, 0},
    {VR_DT, "-20200101-0500", "20200102050000+0000", &none, false, 0},
    {VR_DT, "20200101-2021", "20210601", &none, true, 0},
    {VR_DT, "2019\\2021", "20210601", &any, true, 0},
    {VR_DT, "2019\\2021", "20200601", &any, false, 0},
    {VR_DT, "2020", "noon", &none, false, 0},
    /* days and times */
    {VR_DA, "20200101-20200131", "2020.01.31", &none, true, 0},
    {VR_DA, "20200131", "20200131", &none, true, 0},
    {VR_DA, "-20200130", "20200131", &none, false, 0},
    {VR_TM, "10-11", "115959.5", &none, true, 0},
    {VR_TM, "1015", "10:15:30", &none, true, 0},
    {VR_TM, "1015-", "10", &none, false, 0},
    /* texts */
    {VR_LO, "GE", "GE", &none, true, 0},
    {VR_LO, "ge", "GE", &none, false, 0},
    {VR_LO, "g*", "GE Medical", &none, true, 0},
    {VR_LO, "G?", "GE", &none, true, 0},
    {VR_LO, "G?", "GEM", &none, false, 0},
    {VR_LO, "*med*", "GE Medical", &none, true, 0},
    {VR_LO, "GE\\SIEMENS", "SIEMENS", &any, true, 0},
    {VR_LO, "GE\\SIEMENS", "SIEMENS", &none, false, 0},
    {VR_LO, "GE\\SIE*", "SIEMENS", &any, true, 0},
    {VR_LO, "**", "x", &none, true, 0},
    {VR_UT, "a\\b", "a\\b", &any, true, 0},
    {VR_CS, "A,B", "B", &none, true, 0},
    {VR_CS, "A\\B", "B", &none, true, 0},
    {VR_CS, "A,B", "C", &none, false, 0},
    {VR_UI, "1.2,1.3", "1.3", &none, true, 0},
    {VR_AT, "PatientName", "00100010", &none, true, 0},
    {VR_AT, "0010000a", "0010000A", &none, true, 0},
    /* numbers */
    {VR_DS, "1.50", "1.5", &none, true, 0},
    {VR_DS, "+1e2", "100", &none, true, 0},
    {VR_DS, "-0", "0", &none, true, 0},
    {VR_IS, "007", "7", &none, true, 0},
    {VR_UV, "18446744073709551615", "18446744073709551615", &none, true, 0},
    {VR_UV, "18446744073709551615", "18446744073709551614", &none, false, 0},
    {VR_SV, "-9223372036854775807", "-9223372036854775807", &none, true, 0},
    {VR_FD, "0.1", "0.1", &none, true, 0},
    {VR_FD, "1e300", "1e+300", &none, true, 0},
    {VR_US, "1\\2", "2", &any, true, 0},
    {VR_DS, "1", "one", &none, false, 0},
    /* names */
    {VR_PN, "doe^jane", "Doe^Jane", &none, true, 0},
    {VR_PN, "doe*", "Döe^Jane", &none, true, 0},
    {VR_PN, "jane*", "Doe^Jane", &none, false, 0},
    {VR_PN, "山田*", "Yamada^Tarou=山田^太郎", &none, true, 0},
    {VR_PN, "=山田*", "Yamada^Tarou=山田^太郎", &none, true, 0},
    {VR_PN, "=yamada*", "Yamada^Tarou=山田^太郎", &none, false, 0},
    {VR_PN, "jane doe", "Doe^Jane", &fuzzy, true, 0},
    {VR_PN, "jan", "Doe^Jane", &fuzzy, true, 0},
    {VR_PN, "ane", "Doe^Jane", &fuzzy, false, 0},
    {VR_PN, "meier", "Müller-Meier^Eva", &fuzzy, true, 0},
};

TEST(values_match_by_their_vr)
{
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        const struct asked *q = &asked[i];
        struct attribute_value_slice values = {0};
        struct value_condition condition;
        bool holds = false;
        CHECK_OK(value_condition_make(&a, q->vr, str_of(q->key), q->switches, &condition));
        attribute_value_add(&a, q->vr, str_of(q->value), q->offset, &values);
        for (size_t n = 0; n < values.len; n++)
            holds = holds || value_condition_holds(&condition, &values.at[n]);
        if (holds != q->matches)
            fail_msg("%.*s \"%s\" and \"%s\"", STR_ARG(vr_name(q->vr)), q->key, q->value);
    }
    arena_deinit(&a);
}

TEST(keys_that_are_none_are_refused)
{
    static const struct {
        enum dicom_vr vr;
        const char *key;
    } bad[] = {{VR_DT, "2020*"},    {VR_DT, "-"},      {VR_DT, "noon-2020"}, {VR_DA, "2020"},
               {VR_DA, "20201301"}, {VR_TM, "25"},     {VR_IS, "1*"},        {VR_DS, "one"},
               {VR_UI, "1.2.*"},    {VR_AT, "Nobody"}, {VR_SQ, "x"},         {VR_DA, "20200101-x"}};
    struct arena a = {0};
    struct value_condition condition;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (value_condition_make(&a, bad[i].vr, str_of(bad[i].key), &none, &condition).code !=
            ERR_INVALID)
            fail_msg("%s", bad[i].key);
    CHECK(value_is_universal(STR(" * "), &none) && value_is_universal(STR(""), &none));
    CHECK(!value_is_universal(STR("**"), &none));
    CHECK(!value_is_universal(STR(""), &(struct value_switches){.matches_empty = true}));
    arena_deinit(&a);
}

/* Pieces of the text are as long as an index takes, cut between characters. */
TEST(long_texts_match_as_a_whole)
{
    struct arena a = {0};
    struct buf text = BUF_IN(&a);
    struct attribute_value_slice values = {0};
    struct value_condition same, begins, other;
    for (int i = 0; i < 1000; i++)
        buf_add(&text, i == 31 ? STR("X") : STR("é"));
    attribute_value_add(&a, VR_LT, buf_str(&text), 0, &values);
    CHECK_INT(1, values.len);
    CHECK_INT(63, values.at[0].folded.len);
    CHECK(str_is_utf8(values.at[0].folded));
    CHECK_OK(value_condition_make(&a, VR_LT, buf_str(&text), &none, &same));
    CHECK_OK(
        value_condition_make(&a, VR_LT, str_format(&a, "%.*s*", 101, text.ptr), &none, &begins));
    buf_add_char(&text, '!');
    CHECK_OK(value_condition_make(&a, VR_LT, buf_str(&text), &none, &other));
    CHECK(value_condition_holds(&same, &values.at[0]));
    CHECK(value_condition_holds(&begins, &values.at[0]));
    CHECK(!value_condition_holds(&other, &values.at[0]));
    arena_deinit(&a);
}

static const char document[] =
    "{\"00080008\":{\"vr\":\"CS\",\"Value\":[\"ORIGINAL\",\"PRIMARY\"]},"
    "\"00080070\":{\"vr\":\"LO\",\"Value\":[\"say \\\"Value\\\":[\\\"no\\\"]\"]},"
    "\"00080080\":{\"vr\":\"LO\"},"
    "\"00081048\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"A^B\"},null,{\"Ideographic\":\"山\"}]"
    "},"
    "\"00180060\":{\"vr\":\"DS\",\"Value\":[120,null,1.50]},"
    "\"00400275\":{\"vr\":\"SQ\",\"Value\":["
    "{\"00400007\":{\"vr\":\"LO\",\"Value\":[\"one\"]},\"00400009\":{\"vr\":\"SH\",\"Value\":["
    "\"1\"]}},"
    "{\"00400007\":{\"vr\":\"LO\",\"Value\":[\"two\"]},\"00400009\":{\"vr\":\"SH\",\"Value\":["
    "\"2\"]},"
    "\"00400008\":{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"T-D3000\"]}}]"
    "}}]},"
    "\"00400555\":{\"vr\":\"SQ\"}}";

static str values_text(struct arena *a, const char *name)
{
    struct attribute_path path;
    struct attribute_value_slice values;
    struct buf out = BUF_IN(a);
    bool is_cut;
    CHECK(attribute_path_read(str_of(name), &path));
    data_set_values(a, str_of(document), &path, &values, &is_cut);
    CHECK(!is_cut);
    for (size_t i = 0; i < values.len; i++)
        buf_addf(&out, "%s%.*s=%.*s", i == 0 ? "" : "|", STR_ARG(values.at[i].folded),
                 STR_ARG(values.at[i].value));
    return buf_str(&out);
}

TEST(values_are_found_down_the_path)
{
    struct arena a = {0};
    CHECK_STR(STR("original=ORIGINAL|primary=PRIMARY"), values_text(&a, "ImageType"));
    CHECK_STR(STR("120=120|1.5=1.5"), values_text(&a, "KVP"));
    CHECK_STR(STR("say \"value\":[\"no\"]=say \"Value\":[\"no\"]"),
              values_text(&a, "Manufacturer"));
    CHECK_STR(STR("="), values_text(&a, "InstitutionName"));
    CHECK_STR(STR("="), values_text(&a, "StationName"));
    CHECK_STR(STR("a b=a b|山==山"), values_text(&a, "PhysiciansOfRecord"));
    CHECK_STR(STR("one=one|two=two"), values_text(&a, "00400275.00400007"));
    CHECK_STR(STR("=|t-d3000=T-D3000"),
              values_text(&a, "RequestAttributesSequence.ScheduledProtocolCodeSequence.CodeValue"));
    CHECK_STR(STR("1=1"), values_text(&a, "00400275"));
    CHECK_STR(STR("="), values_text(&a, "00400555"));
    CHECK_STR(STR("="), values_text(&a, "00400555.00080100"));
    arena_deinit(&a);
}

static void add_key(struct arena *a, struct data_set_key_slice *keys, const char *name,
                    const char *value)
{
    struct data_set_key *key = SLICE_PUSH(a, keys);
    bool is_empty = strcmp(value, "\"\"") == 0;
    CHECK(attribute_path_read(str_of(name), &key->path));
    key->vr = attribute_path_vr(&key->path);
    CHECK(key->vr != VR_NONE);
    CHECK_OK(value_condition_make(a, key->vr, str_of(value),
                                  &(struct value_switches){.matches_empty = is_empty},
                                  &key->condition));
}

#define STEP "00400275.00400009"
#define DESCRIPTION "00400275.00400007"
#define CODE "00400275.00400008.00080100"

TEST(keys_of_one_sequence_match_one_item)
{
    static const struct {
        const char *keys[3][2];
        bool matches;
    } cases[] = {{{{STEP, "2"}}, true},
                 {{{STEP, "2"}, {DESCRIPTION, "two"}}, true},
                 {{{STEP, "2"}, {DESCRIPTION, "one"}}, false},
                 {{{STEP, "2"}, {DESCRIPTION, "t*"}, {CODE, "T-D*"}}, true},
                 {{{STEP, "1"}, {CODE, "T-D3000"}}, false},
                 {{{STEP, "1"}, {CODE, "\"\""}}, true},
                 {{{STEP, "2"}, {CODE, "\"\""}}, false},
                 {{{"00400555.00080100", "\"\""}}, true},
                 {{{"00400555", "\"\""}, {"KVP", "120"}}, true},
                 {{{"00400275", "\"\""}}, false},
                 {{{"KVP", "120"}, {"ImageType", "PRIMARY"}}, true},
                 {{{"KVP", "120"}, {"ImageType", "DERIVED"}}, false}};
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct data_set_key_slice keys = {0};
        for (size_t n = 0; n < 3 && cases[i].keys[n][0] != NULL; n++)
            add_key(&a, &keys, cases[i].keys[n][0], cases[i].keys[n][1]);
        if (data_set_matches(&a, str_of(document), &keys) != cases[i].matches)
            fail_msg("case %zu", i);
    }
    arena_deinit(&a);
}

TEST(paths_are_of_what_can_be_matched)
{
    static const char *const bad[] = {"PixelData", "00091001",           "00091001.00100010",
                                      "00020010",  "00080000",           "PatientID.PatientName",
                                      "7FE00010",  "00400275.PixelData", "99990001"};
    struct attribute_path path;
    struct arena a = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(attribute_path_read(str_of(bad[i]), &path));
        if (attribute_path_vr(&path) != VR_NONE)
            fail_msg("%s", bad[i]);
    }
    CHECK(!attribute_path_read(STR(""), &path) && !attribute_path_read(STR("KVP."), &path));
    CHECK(!attribute_path_read(STR("1.2.3.4.5.6.7.8.9"), &path));
    CHECK(!attribute_path_read(STR("KVP.KVP.KVP.KVP.KVP.KVP.KVP.KVP.KVP"), &path));
    CHECK(attribute_path_read(STR("RequestAttributesSequence.00400009"), &path));
    CHECK_STR(str_of(STEP), attribute_path_tags(&a, &path));
    CHECK_STR(STR("RequestAttributesSequence.ScheduledProcedureStepID"),
              attribute_path_keywords(&a, &path));
    arena_deinit(&a);
}
