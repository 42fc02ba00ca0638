/* Work items: every state with every request, what must be there when, matching, dates. */
#include "tests/test.h"

#include "dicom/date_time.h"
#include "dicom/dictionary.h"
#include "domain/entities/work_item_match.h"
#include "domain/entities/work_item_rules.h"

static const instant now = {SECONDS(1750000000)};

static struct arena memory;

/* ---- states ---- */

/* PS3.4 table CC.1.1-2, said once more: > moves, ! is there already, - stays, ~ is told, a number
 * is the status of a refusal. The columns: claim, complete, cancel, request cancel, change. */
static const char *const expected[WORK_ITEM_STATE_COUNT][WORK_ITEM_REQUEST_COUNT] = {
    {">IN PROGRESS", "409", "409", ">CANCELED", "-"},
    {"409", ">COMPLETED", ">CANCELED", "~", "-"},
    {"409", "!COMPLETED", "409", "409", "400"},
    {"409", "409", "!CANCELED", "!CANCELED", "400"},
};

static str outcome_of(const struct work_item *item, enum work_item_request request, str uid)
{
    const struct work_item_transition *t;
    err e = work_item_decide(item, request, uid, &t);
    if (failed(e)) {
        CHECK(e.text != NULL && e.text[0] != '\0');
        CHECK(e.code == ERR_CONFLICT || e.code == ERR_MALFORMED);
        return e.code == ERR_CONFLICT ? STR("409") : STR("400");
    }
    const char *signs[] = {[WORK_ITEM_MOVES] = ">", [WORK_ITEM_IS_THERE] = "!"};
    return t->step == WORK_ITEM_STAYS ? STR("-")
           : t->step == WORK_ITEM_TELLS_PERFORMER
               ? STR("~")
               : str_format(&memory, "%s%s", signs[t->step], work_item_state_names[t->to]);
}

TEST(every_state_answers_every_request)
{
    for (unsigned from = 0; from < WORK_ITEM_STATE_COUNT; from++)
        for (unsigned request = 0; request < WORK_ITEM_REQUEST_COUNT; request++) {
            struct work_item item = {.state = (enum work_item_state)from,
                                     .transaction_uid = STR("1.9")};
            bool needs_none = from == WORK_ITEM_SCHEDULED && request == WORK_ITEM_CHANGE;
            CHECK_STR(str_of(expected[from][request]),
                      outcome_of(&item, (enum work_item_request)request,
                                 needs_none ? STR_NONE : STR("1.9")));
        }
}

TEST(only_whoever_has_it_may)
{
    static const enum work_item_request owners[] = {WORK_ITEM_CLAIM, WORK_ITEM_COMPLETE,
                                                    WORK_ITEM_CANCEL, WORK_ITEM_CHANGE};
    for (unsigned from = WORK_ITEM_IN_PROGRESS; from < WORK_ITEM_STATE_COUNT; from++)
        for (size_t i = 0; i < COUNT_OF(owners); i++) {
            const struct work_item_transition *t;
            struct work_item item = {.state = (enum work_item_state)from,
                                     .transaction_uid = STR("1.9")};
            err missing = work_item_decide(&item, owners[i], STR_NONE, &t);
            err other = work_item_decide(&item, owners[i], STR("1.90"), &t);
            CHECK(missing.code == ERR_MALFORMED && other.code == ERR_MALFORMED);
            if (owners[i] == WORK_ITEM_CHANGE && from != WORK_ITEM_IN_PROGRESS)
                continue;
            CHECK_STR(STR("The Transaction UID is missing."), str_of(missing.text));
            CHECK_STR(STR("The Transaction UID is incorrect."), str_of(other.text));
        }
    struct work_item nobodys = {.state = WORK_ITEM_SCHEDULED};
    const struct work_item_transition *t;
    CHECK_ERR(MALFORMED, work_item_decide(&nobodys, WORK_ITEM_CHANGE, STR("1.9"), &t));
    CHECK_ERR(MALFORMED, work_item_decide(&nobodys, WORK_ITEM_CLAIM, STR(""), &t));
    CHECK_OK(work_item_decide(&nobodys, WORK_ITEM_REQUEST_CANCEL, STR_NONE, &t));
}

/* ---- what must be there ---- */

#define CODE "{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"1\"]}}]}"
#define DATE "{\"vr\":\"DT\",\"Value\":[\"20260101\"]}"

static const char least[] =
    "{\"00404005\":" DATE ",\"00404041\":{\"vr\":\"CS\",\"Value\":[\"READY\"]},"
    "\"00741000\":{\"vr\":\"CS\",\"Value\":[\"SCHEDULED\"]},"
    "\"00741200\":{\"vr\":\"CS\",\"Value\":[\"HIGH\"]},"
    "\"00741204\":{\"vr\":\"LO\",\"Value\":[\"Do it\"]}}";

/* least with an attribute in place of another, or without it. */
static str with(uint32_t tag, const char *attribute)
{
    struct json_member_slice members;
    json_members_read(&memory, str_of(least), &members);
    if (attribute != NULL)
        json_members_set(&memory, &members, tag, str_of(attribute));
    else
        json_members_remove(&members, tag);
    return json_members_write(&memory, &members);
}

static err make(str data_set, struct work_item *out, bool *was_changed)
{
    *out = (struct work_item){.organization_key = 1};
    return work_item_make(&memory, STR("1.2.3"), now, data_set, out, was_changed);
}

static struct work_item made(void)
{
    struct work_item item;
    bool was_changed;
    CHECK_OK(make(str_of(least), &item, &was_changed));
    CHECK(was_changed);
    return item;
}

TEST(what_may_be_left_out_is_filled_in)
{
    struct work_item item = made(), same = {0};
    struct json_member_slice members;
    bool was_changed;
    static const uint32_t filled[] = {0x00100010, 0x00100020, 0x00380010, 0x00404018, 0x00404021,
                                      0x00404025, 0x0040A370, 0x00741002, 0x00741210, 0x00741216};
    json_members_read(&memory, item.data_set, &members);
    for (size_t i = 0; i < COUNT_OF(filled); i++)
        CHECK(json_members_find(&members, filled[i]).ptr != NULL);
    for (size_t i = 1; i < members.len; i++)
        CHECK(str_cmp(members.at[i - 1].tag, members.at[i].tag) < 0);
    CHECK(json_members_find(&members, 0x00081195).ptr == NULL);
    CHECK_STR(STR("{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]}"),
              json_members_find(&members, 0x00080018));
    CHECK_STR(STR("WORKLIST"), item.worklist_label);
    CHECK_INT(now.us, item.modified_at.us);
    CHECK_OK(make(item.data_set, &same, &was_changed)); /* a whole one needs nothing */
    CHECK(!was_changed);
}

TEST(what_must_be_there_or_must_not_is_told)
{
    static const struct {
        uint32_t tag;
        const char *attribute;
    } wrong[] = {
        {0x00404005, NULL},
        {0x00404005, "{\"vr\":\"DT\"}"},
        {0x00404005, "{\"vr\":\"DT\",\"Value\":[\"20261301\"]}"},
        {0x00404041, NULL},
        {0x00404041, "{\"vr\":\"CS\",\"Value\":[\"MAYBE\"]}"},
        {0x00741000, NULL},
        {0x00741000, "{\"vr\":\"CS\",\"Value\":[\"IN PROGRESS\"]}"},
        {0x00741200, "{\"vr\":\"CS\",\"Value\":[\"URGENT\"]}"},
        {0x00741204, "{\"vr\":\"LO\"}"},
        {0x00081195, "{\"vr\":\"UI\",\"Value\":[\"1.9\"]}"},
        {0x00080016, "{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]}"},
        {0x00080018, "{\"vr\":\"UI\",\"Value\":[\"1.2.4\"]}"},
        {0x00404011, "{\"vr\":\"DT\",\"Value\":[\"soon\"]}"},
        {0x00404052, DATE},
        {0x00741002, "{\"vr\":\"SQ\",\"Value\":[{}]}"},
        {0x00741216, "{\"vr\":\"SQ\",\"Value\":[{}]}"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct work_item item;
        bool was_changed;
        err e = make(with(wrong[i].tag, wrong[i].attribute), &item, &was_changed);
        if (e.code != ERR_MALFORMED)
            fail_msg("%08X %s: %s", (unsigned)wrong[i].tag, wrong[i].attribute,
                     err_code_name(e.code));
        CHECK(strstr(e.text, "(00") != NULL);
    }
}

TEST(changes_replace_attributes_and_leave_alone_what_is_fixed)
{
    struct work_item item = made();
    struct work_item_changes changes;
    str before = item.data_set;
    instant later = instant_add(now, SECONDS(5));
    CHECK_OK(work_item_change(&memory, &item, later, item.data_set, &changes)); /* all the same */
    CHECK(!changes.is_any);
    CHECK_STR(before, item.data_set);
    static const char *const refused[] = {
        "{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2.4\"]}}",
        "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"P\"]}}",
        "{\"0040A370\":" CODE "}",
        "{\"00741000\":{\"vr\":\"CS\",\"Value\":[\"COMPLETED\"]}}",
        "{\"00404010\":" DATE "}",
        "{\"00741204\":{\"vr\":\"LO\"}}",
        "{\"00741202\":{\"vr\":\"LO\"}}",
        "{\"00404041\":{\"vr\":\"CS\",\"Value\":[\"SO SO\"]}}",
        "{\"00404025\":" CODE ",\"00404005\":{\"vr\":\"DT\",\"Value\":[\"x\"]}}",
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        CHECK_ERR(MALFORMED, work_item_change(&memory, &item, later, str_of(refused[i]), &changes));
        CHECK_STR(before, item.data_set);
    }
    CHECK_OK(work_item_change(&memory, &item, later,
                              STR("{\"00404025\":" CODE ",\"00741002\":{\"vr\":\"SQ\",\"Value\":[{"
                                  "}]},\"00081195\":{\"vr\":\"UI\",\"Value\":[\"1.9\"]}}"),
                              &changes));
    CHECK(changes.is_any && changes.assignment && changes.progress && !changes.readiness);
    CHECK_STR(STR("1"), item.station_name_codes);
    CHECK_INT(later.us, item.modified_at.us);
    CHECK(str_find(item.data_set, STR("00081195")) == SIZE_MAX);
}

static void change(struct work_item *item, const char *changes)
{
    struct work_item_changes ignored;
    CHECK_OK(work_item_change(&memory, item, now, str_of(changes), &ignored));
}

TEST(a_work_item_is_completed_when_all_of_it_is_told)
{
    static const char *const parts[] = {"\"00404019\":" CODE, "\"00404028\":" CODE,
                                        "\"00404033\":{\"vr\":\"SQ\"}", "\"00404050\":" DATE,
                                        "\"00404051\":" DATE};
    for (size_t missing = 0; missing <= COUNT_OF(parts); missing++) {
        struct work_item item = made();
        struct buf performed = BUF_IN(&memory);
        const char *comma = "";
        buf_add(&performed, STR("{\"00741216\":{\"vr\":\"SQ\",\"Value\":[{"));
        for (size_t i = 0; i < COUNT_OF(parts); i++)
            if (i != missing) {
                buf_addf(&performed, "%s%s", comma, parts[i]);
                comma = ",";
            }
        buf_add(&performed, STR("}]}}"));
        CHECK_OK(work_item_move(&memory, &item, WORK_ITEM_IN_PROGRESS, now));
        CHECK_ERR(CONFLICT, work_item_move(&memory, &item, WORK_ITEM_COMPLETED, now));
        change(&item, str_cstr(&memory, buf_str(&performed)));
        err e = work_item_move(&memory, &item, WORK_ITEM_COMPLETED, now);
        CHECK(missing == COUNT_OF(parts) ? !failed(e) : e.code == ERR_CONFLICT);
        CHECK_INT(failed(e) ? WORK_ITEM_IN_PROGRESS : WORK_ITEM_COMPLETED, item.state);
        CHECK_INT(failed(e) ? 0 : now.us, item.ended_at.us);
    }
}

TEST(a_work_item_is_canceled_for_a_reason)
{
    struct work_item item = made(), other = made();
    CHECK_ERR(CONFLICT, work_item_move(&memory, &item, WORK_ITEM_CANCELED, now));
    change(&item, "{\"00741002\":{\"vr\":\"SQ\",\"Value\":[{\"0074100E\":" CODE "}]}}");
    CHECK_OK(work_item_move(&memory, &item, WORK_ITEM_CANCELED, now));
    CHECK(str_find(item.data_set, STR("\"00404052\":{\"vr\":\"DT\",\"Value\":[\"20250615150640")) !=
          SIZE_MAX);
    CHECK_OK(work_item_note_reason(&memory, &other, now, STR("{}")));
    CHECK_OK(work_item_move(&memory, &other, WORK_ITEM_CANCELED, now));
    CHECK(str_find(other.data_set, STR("110513")) != SIZE_MAX);
    str details = work_item_event_details(&memory, WORK_ITEM_STATE_REPORT, other.data_set);
    struct work_item_event event = {.key = 70000,
                                    .sop_instance_uid = STR("1.2.3"),
                                    .type = WORK_ITEM_STATE_REPORT,
                                    .state = WORK_ITEM_CANCELED,
                                    .input_readiness_state = STR("READY"),
                                    .details = details};
    str report = work_item_event_report(&memory, &event);
    CHECK(str_find(report, STR("\"00741000\":{\"vr\":\"CS\",\"Value\":[\"CANCELED\"]}")) !=
          SIZE_MAX);
    CHECK(str_find(report, STR("\"00001000\":{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]}")) != SIZE_MAX);
    CHECK(str_find(report, STR("\"00000110\":{\"vr\":\"US\",\"Value\":[4466]}")) != SIZE_MAX);
    CHECK(str_find(report, STR("0074100E")) != SIZE_MAX);
}

TEST(what_is_too_long_to_be_searched_by_is_refused)
{
    struct work_item item;
    bool was_changed;
    char *text = arena_alloc(&memory, 2000, 1);
    memset(text, 'x', 1999);
    CHECK_ERR(
        MALFORMED,
        make(with(0x00100020, str_format(&memory, "{\"vr\":\"LO\",\"Value\":[\"%s\"]}", text).ptr),
             &item, &was_changed));
}

/* ---- matching ---- */

static bool matches(const char *key, const char *value, bool is_fuzzy, const char *data_set)
{
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth;
    bool is_one;
    struct work_item item = {.data_set = str_of(data_set)};
    struct work_item_condition_slice conditions = {0};
    CHECK(tag_path_from_name(str_of(key), path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
    CHECK_OK(work_item_condition_make(&memory, path, depth, str_of(value), is_fuzzy,
                                      SLICE_PUSH(&memory, &conditions), &is_one));
    return !is_one || work_item_matches(&memory, &conditions, &item);
}

TEST(every_kind_of_attribute_matches)
{
    static const char item[] =
        "{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Doe^Mary-Jane\"}]},"
        "\"00100030\":{\"vr\":\"DA\",\"Value\":[\"19700203\"]},"
        "\"00400400\":{\"vr\":\"LT\",\"Value\":[\"with contrast\"]},"
        "\"00404034\":{\"vr\":\"SQ\",\"Value\":[{\"00404009\":{\"vr\":\"SQ\",\"Value\":[{"
        "\"00080100\":{\"vr\":\"SH\",\"Value\":[\"A\"]}},{\"00080100\":{\"vr\":\"SH\",\"Value\":["
        "\"B\"]}}]}}]},\"00741002\":{\"vr\":\"SQ\",\"Value\":[{\"00741004\":{\"vr\":\"DS\","
        "\"Value\":[50]}}]}}";
    static const struct {
        const char *key, *value;
        bool is_fuzzy, matches;
    } cases[] = {
        {"PatientName", "jane do", true, true},
        {"PatientName", "jane john", true, false},
        {"PatientName", "doe^mary-jane", false, true},
        {"PatientBirthDate", "19700203", false, true},
        {"PatientBirthDate", "1970-1971", false, true},
        {"PatientBirthDate", "-19700202", false, false},
        {"00400400", "*CONTRAST", false, true},
        {"00400400", "contrast", false, false},
        {"ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue", "B", false, true},
        {"ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue", "C", false,
         false},
        {"ProcedureStepProgressInformationSequence.ProcedureStepProgress", "50.0", false, true},
        {"ProcedureStepProgressInformationSequence.ProcedureStepProgress", "51", false, false},
        {"AccessionNumber", "x", false, false},
        {"AccessionNumber", "*", false, true},
        {"AccessionNumber", "", false, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (matches(cases[i].key, cases[i].value, cases[i].is_fuzzy, item) != cases[i].matches)
            fail_msg("%s=%s", cases[i].key, cases[i].value);
}

TEST(a_key_that_cannot_be_read_is_refused)
{
    static const char *const wrong[][2] = {{"PatientBirthDate", "yesterday"},
                                           {"00404005", "2026-"
                                                        "x"},
                                           {"SOPInstanceUID", "a"},
                                           {"SOPInstanceUID", "1.*"},
                                           {"StudyTime", "25"},
                                           {"Rows", "many"},
                                           {"ScheduledStationNameCodeSequence", "x"}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
        size_t depth;
        bool is_one;
        struct work_item_condition condition;
        CHECK(tag_path_from_name(str_of(wrong[i][0]), path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
        CHECK_ERR(INVALID, work_item_condition_make(&memory, path, depth, str_of(wrong[i][1]),
                                                    false, &condition, &is_one));
    }
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth;
    CHECK(!tag_path_from_name(STR("Nothing"), path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
    CHECK(!tag_path_from_name(STR(""), path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
    CHECK(!tag_path_from_name(STR("00404034.00404034.00404034.00404034.00404034.00404034.00404034."
                                  "00404034.00404034"),
                              path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
}

/* ---- dates ---- */

TEST(a_date_and_time_is_as_long_as_what_is_said)
{
    static const struct {
        const char *text, *first, *last;
    } cases[] = {
        {"2026", "2026-01-01T00:00:00.000000Z", "2026-12-31T23:59:59.999999Z"},
        {"202602", "2026-02-01T00:00:00.000000Z", "2026-02-28T23:59:59.999999Z"},
        {"202612", "2026-12-01T00:00:00.000000Z", "2026-12-31T23:59:59.999999Z"},
        {"20260102", "2026-01-02T00:00:00.000000Z", "2026-01-02T23:59:59.999999Z"},
        {"2026010203", "2026-01-02T03:00:00.000000Z", "2026-01-02T03:59:59.999999Z"},
        {"202601020304", "2026-01-02T03:04:00.000000Z", "2026-01-02T03:04:59.999999Z"},
        {"20260102030405", "2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.999999Z"},
        {"20260102030405.5", "2026-01-02T03:04:05.500000Z", "2026-01-02T03:04:05.599999Z"},
        {"20260102030405.123456", "2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123456Z"},
        {"20260102030405-0130", "2026-01-02T04:34:05.000000Z", "2026-01-02T04:34:05.999999Z"},
        {"2026+0100", "2025-12-31T23:00:00.000000Z", "2026-12-31T22:59:59.999999Z"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        instant first, last;
        CHECK(date_time_instants(str_of(cases[i].text), 0, &first, &last));
        CHECK_STR(str_of(cases[i].first), instant_text(&memory, first));
        CHECK_STR(str_of(cases[i].last), instant_text(&memory, last));
    }
    static const char *const wrong[] = {"",
                                        "20",
                                        "20261",
                                        "20261301",
                                        "20260230",
                                        "2026010225",
                                        "20260102030405.",
                                        "20260102030405.1234567",
                                        "2026-9999",
                                        "2026+01",
                                        "x",
                                        "2026 01"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        instant ignored;
        CHECK(!date_time_instants(str_of(wrong[i]), 0, &ignored, &ignored));
    }
}

TEST(a_range_of_dates_has_ends_that_may_be_open)
{
    instant first, last, one, other;
    CHECK(date_time_range_instants(STR("20260101-20260102"), 60, &first, &last));
    CHECK(date_time_instants(STR("20260101"), 60, &one, &other) && one.us == first.us);
    CHECK(date_time_instants(STR("20260102"), 60, &one, &other) && other.us == last.us);
    CHECK(date_time_range_instants(STR("-2026"), 0, &first, &last) && first.us == INT64_MIN);
    CHECK(date_time_range_instants(STR("2026-"), 0, &first, &last) && last.us == INT64_MAX);
    CHECK(date_time_range_instants(STR("20260101-0500-20260102-0500"), 0, &first, &last));
    CHECK_STR(STR("2026-01-01T05:00:00.000000Z"), instant_text(&memory, first));
    CHECK(date_time_range_instants(STR("2025-2026"), 0, &first, &last)); /* no offset is so large */
    CHECK_STR(STR("2026-12-31T23:59:59.999999Z"), instant_text(&memory, last));
    CHECK(!date_time_range_instants(STR("-"), 0, &first, &last));
    CHECK(!date_time_range_instants(STR("a-b"), 0, &first, &last));
    CHECK_STR(STR("20250615150640.000000+0000"), date_time_text(&memory, now));
}

TEST_MAIN("work_item")
