/* Work items, subscriptions to them, and their events. */
#include "tests/contract/contract.h"

#include "dicom/dictionary.h"
#include "domain/entities/work_item_rules.h"

static const char data_set_form[] =
    "{\"00080201\":{\"vr\":\"SH\",\"Value\":[\"+0100\"]},"
    "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"%s\"}]},"
    "\"00100020\":{\"vr\":\"LO\",\"Value\":[\"%s\"]},"
    "\"00404005\":{\"vr\":\"DT\",\"Value\":[\"%s\"]},"
    "\"00404025\":{\"vr\":\"SQ\",\"Value\":[{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"CT1\"]}},"
    "{\"00080100\":{\"vr\":\"SH\",\"Value\":[\"%s\"]}}]},"
    "\"00404041\":{\"vr\":\"CS\",\"Value\":[\"READY\"]},"
    "\"00741000\":{\"vr\":\"CS\",\"Value\":[\"SCHEDULED\"]},"
    "\"00741200\":{\"vr\":\"CS\",\"Value\":[\"%s\"]},"
    "\"00741204\":{\"vr\":\"LO\",\"Value\":[\"Contour %s\"]}}";

static struct work_item make_item(struct contract_db *c, int64_t organization_key, const char *uid,
                                  const char *name, const char *start, const char *priority)
{
    bool was_changed;
    instant now = clock_now(&c->clock.base);
    struct work_item item = {.id = uuid_make(&c->clock.base),
                             .organization_key = organization_key,
                             .created_at = now,
                             .updated_at = now};
    CHECK_OK(work_item_make(
        &c->arena, str_of(uid), now,
        str_format(&c->arena, data_set_form, name, uid, start, priority, priority, name), &item,
        &was_changed));
    return item;
}

static struct work_item add_item(struct contract_db *c, int64_t organization_key, const char *uid,
                                 const char *name, const char *start, const char *priority)
{
    struct db_session *s = contract_begin(c);
    struct work_item item = make_item(c, organization_key, uid, name, start, priority);
    CHECK_OK(work_item_writer_add(s->uow.work_items, &item));
    contract_commit(s);
    return item;
}

static void end_item(struct contract_db *c, struct work_item *item)
{
    struct db_session *s = contract_begin(c);
    item->state = WORK_ITEM_COMPLETED;
    item->ended_at = clock_now(&c->clock.base);
    CHECK_OK(work_item_writer_save(s->uow.work_items, item));
    contract_commit(s);
}

static void wait_seconds(struct contract_db *c, int64_t seconds)
{
    c->clock.time = instant_add(c->clock.time, SECONDS(seconds));
}

CONTRACT(a_work_item_reads_back_as_it_was_written)
{
    struct work_item item = add_item(c, c->organization_key, "1.2.1", "Doe^Jane", "20260102103000",
                                     "HIGH"),
                     again;
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_reader_get(s->readers.work_items, &c->arena, c->organization_key,
                                  STR("1.2.1"), &again));
    CHECK(uuid_eq(item.id, again.id) && again.key == item.key && again.version == 1);
    CHECK_STR(item.data_set, again.data_set);
    CHECK_STR(STR("doe jane"), again.patient_name_key);
    CHECK_STR(STR("CT1\\HIGH"), again.station_name_codes);
    CHECK_INT(1767346200, again.scheduled_start_at.us / 1000000); /* an hour before, in UTC */
    CHECK(again.transaction_uid.ptr == NULL && again.ended_at.us == 0);
    CHECK_ERR(NOT_FOUND, work_item_reader_get(s->readers.work_items, &c->arena, c->other_key,
                                              STR("1.2.1"), &again));
    db_session_end(s);
}

CONTRACT(a_work_item_uid_is_taken_once_in_an_organization)
{
    struct work_item same = make_item(c, c->organization_key, "1.2.1", "A", "2026", "LOW");
    add_item(c, c->organization_key, "1.2.1", "A", "2026", "LOW");
    add_item(c, c->other_key, "1.2.1", "A", "2026", "LOW");
    struct db_session *s = contract_begin(c);
    CHECK_ERR(CONFLICT, work_item_writer_add(s->uow.work_items, &same));
    db_session_end(s);
}

CONTRACT(of_two_who_save_a_work_item_one_does)
{
    struct work_item one = add_item(c, c->organization_key, "1.2.1", "A", "2026", "LOW"),
                     other = one;
    one.transaction_uid = STR("1.9.1");
    end_item(c, &one);
    CHECK_INT(2, one.version);
    struct db_session *s = contract_begin(c);
    CHECK_ERR(PRECONDITION_FAILED, work_item_writer_save(s->uow.work_items, &other));
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(work_item_reader_get(s->readers.work_items, &c->arena, c->organization_key,
                                  STR("1.2.1"), &other));
    CHECK_STR(STR("1.9.1"), other.transaction_uid);
    db_session_end(s);
}

/* The UIDs found by a key, in their order. */
static str found_by(struct contract_db *c, const char *key, const char *value)
{
    uint32_t path[WORK_ITEM_PATH_DEPTH_MAX];
    size_t depth;
    bool is_one;
    struct work_item_page page;
    struct buf out = BUF_IN(&c->arena);
    struct work_item_filter f = {.organization_key = c->organization_key,
                                 .limit = 100,
                                 .size_max = SIZE_MAX,
                                 .wants_total = true};
    struct db_session *s = contract_begin(c);
    CHECK(tag_path_from_name(str_of(key), path, WORK_ITEM_PATH_DEPTH_MAX, &depth));
    CHECK_OK(work_item_condition_make(&c->arena, path, depth, str_of(value), false,
                                      SLICE_PUSH(&c->arena, &f.conditions), &is_one));
    CHECK(is_one && work_item_condition_is_of_column(&f.conditions.at[0]));
    CHECK_OK(work_item_reader_find(s->readers.work_items, &c->arena, &f, &page));
    CHECK(page.total == (int64_t)page.items.len && !page.more);
    for (size_t i = 0; i < page.items.len; i++) {
        CHECK(work_item_has_ended(&page.items.at[i]) || /* whose data set was left alone */
              work_item_matches(&c->arena, &f.conditions, &page.items.at[i]));
        buf_addf(&out, "%s%.*s", i == 0 ? "" : " ", STR_ARG(page.items.at[i].sop_instance_uid));
    }
    db_session_end(s);
    return buf_str(&out);
}

/* Units of work that follow each other share a transaction. */
CONTRACT(a_work_item_is_read_to_be_changed_as_it_is_now)
{
    struct work_item item = add_item(c, c->organization_key, "1.2.1", "A", "2026", "LOW"), again;
    struct db_session *s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, work_item_writer_get(s->uow.work_items, &c->arena, c->other_key,
                                              STR("1.2.1"), &again));
    CHECK_OK(work_item_writer_get(s->uow.work_items, &c->arena, c->organization_key, STR("1.2.1"),
                                  &again));
    again.state = WORK_ITEM_IN_PROGRESS;
    CHECK_OK(work_item_writer_save(s->uow.work_items, &again));
    CHECK_OK(work_item_writer_get(s->uow.work_items, &c->arena, c->organization_key, STR("1.2.1"),
                                  &item));
    CHECK(item.state == WORK_ITEM_IN_PROGRESS && item.version == 2);
    contract_commit(s);
}

CONTRACT(work_items_are_found_by_their_columns)
{
    static const struct {
        const char *key, *value, *found;
    } cases[] = {
        {"SOPInstanceUID", "1.3,1.1,1.9", "1.1 1.3"},
        {"PatientName", "doe*", "1.2 1.1"},
        {"PatientName",
         "D\xC3\xB6"
         "e^J?HN",
         "1.1"},
        {"PatientName", "nobody", ""},
        {"PatientID", "1.1", "1.1"},
        {"PatientID", "1.?", "1.2 1.1 1.3 1.4"},
        {"00404005", "20260102", "1.1 1.3"}, /* which begins an hour before its day, in UTC */
        {"ScheduledProcedureStepStartDateTime", "202512312300-20260102093000", "1.2 1.1"},
        {"ScheduledProcedureStepStartDateTime", "20260102093001-", "1.3 1.4"},
        {"ScheduledProcedureStepStartDateTime", "-20260101", "1.2"},
        {"ScheduledProcedureStepStartDateTime", "20260102103000+0100", "1.1"},
        {"ScheduledProcedureStepPriority", "HIGH\\LOW", "1.2 1.1 1.4"},
        {"ScheduledProcedureStepPriority", "M*", "1.3"},
        {"ScheduledStationNameCodeSequence.CodeValue", "CT1", "1.2 1.1 1.3 1.4"},
        {"ScheduledStationNameCodeSequence.00080100", "LOW", "1.1"},
        {"ScheduledStationNameCodeSequence.CodeValue", "*IUM", "1.3"},
        {"ProcedureStepState", "COMPLETED", "1.4"},
        {"ProcedureStepState", "SCHEDULED,IN PROGRESS", "1.2 1.1 1.3"},
        {"ProcedureStepState", "C*", "1.4"},
        {"ProcedureStepState", "NONE", ""},
        {"ProcedureStepLabel", "contour DOE*", "1.2 1.1"},
        {"ProcedureStepLabel", "Contour Roe^R", "1.3"},
        {"ProcedureStepLabel", "Contour roe^R", ""},
        {"WorklistLabel", "WORKLIST", "1.2 1.1 1.3 1.4"},
        {"InputReadinessState", "READY", "1.2 1.1 1.3 1.4"},
        {"ScheduledProcedureStepModificationDateTime", "2025", "1.2 1.1 1.3 1.4"},
        {"AdmissionID", "x", ""},
    };
    add_item(c, c->organization_key, "1.1", "Doe^John", "20260102103000", "LOW");
    add_item(c, c->organization_key, "1.2", "Doe^Jane", "20260101", "HIGH");
    add_item(c, c->organization_key, "1.3", "Roe^R", "20260103", "MEDIUM");
    struct work_item last = add_item(c, c->organization_key, "1.4", "Poe", "2027", "HIGH");
    add_item(c, c->other_key, "1.1", "Doe^John", "20260102103000", "LOW");
    end_item(c, &last);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str found = found_by(c, cases[i].key, cases[i].value);
        if (!str_eq(found, str_of(cases[i].found)))
            fail_msg("%s=%s found \"%.*s\", not \"%s\"", cases[i].key, cases[i].value,
                     STR_ARG(found), cases[i].found);
    }
}

CONTRACT(work_items_come_in_pages)
{
    struct work_item_page page;
    for (int i = 0; i < 5; i++)
        add_item(c, c->organization_key, str_format(&c->arena, "1.%d", i).ptr, "A",
                 str_format(&c->arena, "202%d", 9 - i).ptr, "LOW");
    struct work_item_filter f = {.organization_key = c->organization_key,
                                 .offset = 1,
                                 .limit = 3,
                                 .size_max = SIZE_MAX,
                                 .wants_total = true};
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_reader_find(s->readers.work_items, &c->arena, &f, &page));
    CHECK(page.total == 5 && page.items.len == 3 && page.more);
    CHECK_STR(STR("1.3"), page.items.at[0].sop_instance_uid);
    f.offset = 2;
    CHECK_OK(work_item_reader_find(s->readers.work_items, &c->arena, &f, &page));
    CHECK(page.items.len == 3 && !page.more);
    f.size_max = 1; /* one is always given */
    f.wants_total = false;
    CHECK_OK(work_item_reader_find(s->readers.work_items, &c->arena, &f, &page));
    CHECK(page.total == -1 && page.items.len == 1 && page.more);
    f.offset = 9;
    CHECK_OK(work_item_reader_find(s->readers.work_items, &c->arena, &f, &page));
    CHECK(page.items.len == 0 && !page.more);
    db_session_end(s);
}

/* ---- subscriptions ---- */

static void subscribe(struct contract_db *c, const char *ae, enum subscription_scope scope,
                      const struct work_item *item, enum subscription_state state)
{
    struct db_session *s = contract_begin(c);
    const struct work_item_subscription sub = {.organization_key = c->organization_key,
                                               .created_at = clock_now(&c->clock.base),
                                               .ae_title = str_of(ae),
                                               .scope = scope,
                                               .work_item_key = item != NULL ? item->key : 0,
                                               .state = state};
    CHECK_OK(work_item_writer_subscribe(s->uow.work_items, &sub, false));
    contract_commit(s);
}

static void tell(struct contract_db *c, const struct work_item *item, int64_t type)
{
    struct db_session *s = contract_begin(c);
    const struct work_item_event event = {.organization_key = item->organization_key,
                                          .created_at = clock_now(&c->clock.base),
                                          .sop_instance_uid = item->sop_instance_uid,
                                          .type = type,
                                          .state = WORK_ITEM_IN_PROGRESS,
                                          .input_readiness_state = STR("READY"),
                                          .details = STR("{}")};
    CHECK_OK(work_item_writer_tell(s->uow.work_items, item, &event));
    contract_commit(s);
}

/* "type uid" of all that the AE was told. */
static str told(struct contract_db *c, int64_t organization_key, const char *ae)
{
    struct work_item_event_slice events;
    struct buf out = BUF_IN(&c->arena);
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_reader_find_events(s->readers.work_items, &c->arena, organization_key,
                                          str_of(ae), 0, 100, &events));
    for (size_t i = 0; i < events.len; i++) {
        CHECK(i == 0 || events.at[i].key > events.at[i - 1].key);
        buf_addf(&out, "%s%lld %.*s", i == 0 ? "" : ", ", (long long)events.at[i].type,
                 STR_ARG(events.at[i].sop_instance_uid));
    }
    db_session_end(s);
    return buf_str(&out);
}

static bool has_subscriber(struct contract_db *c, const struct work_item *item)
{
    bool has;
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_reader_has_subscriber(s->readers.work_items, item, &has));
    db_session_end(s);
    return has;
}

CONTRACT(who_has_subscribed_is_told)
{
    struct work_item first = add_item(c, c->organization_key, "1.1", "A", "2026", "LOW"),
                     second = add_item(c, c->organization_key, "1.2", "A", "2026", "LOW"),
                     theirs = add_item(c, c->other_key, "1.1", "A", "2026", "LOW");
    CHECK(!has_subscriber(c, &first));
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &first, SUBSCRIPTION_UNLOCKED);
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_LOCKED);
    subscribe(c, "ALL", SUBSCRIPTION_ONE, &second, SUBSCRIPTION_NONE);
    CHECK(has_subscriber(c, &first) && !has_subscriber(c, &second) && !has_subscriber(c, &theirs));
    tell(c, &first, WORK_ITEM_STATE_REPORT);
    tell(c, &second, WORK_ITEM_STATE_REPORT);
    tell(c, &theirs, WORK_ITEM_STATE_REPORT);
    tell(c, &first, WORK_ITEM_PROGRESS_REPORT);
    CHECK_STR(STR("1 1.1, 3 1.1"), told(c, c->organization_key, "ONE"));
    CHECK_STR(STR("1 1.1, 3 1.1"), told(c, c->organization_key, "ALL"));
    CHECK_STR(STR(""), told(c, c->other_key, "ALL"));
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_UNLOCKED); /* of the second too */
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &first, SUBSCRIPTION_NONE);
    tell(c, &first, WORK_ITEM_ASSIGNED);
    tell(c, &second, WORK_ITEM_ASSIGNED);
    CHECK_STR(STR("1 1.1, 3 1.1"), told(c, c->organization_key, "ONE"));
    CHECK_STR(STR("1 1.1, 3 1.1, 5 1.1, 5 1.2"), told(c, c->organization_key, "ALL"));
}

CONTRACT(a_subscription_of_one_s_own_is_kept)
{
    struct work_item_subscription_slice found;
    struct work_item item = add_item(c, c->organization_key, "1.1", "A", "2026", "LOW");
    static const enum subscription_state before[] = {SUBSCRIPTION_NONE, SUBSCRIPTION_LOCKED},
                                         then[] = {SUBSCRIPTION_UNLOCKED, SUBSCRIPTION_LOCKED};
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        subscribe(c, "ONE", SUBSCRIPTION_ONE, &item, before[i]);
        struct db_session *s = contract_begin(c);
        const struct work_item_subscription sub = {.organization_key = c->organization_key,
                                                   .created_at = clock_now(&c->clock.base),
                                                   .ae_title = STR("ONE"),
                                                   .work_item_key = item.key,
                                                   .state = SUBSCRIPTION_UNLOCKED};
        CHECK_OK(work_item_writer_subscribe(s->uow.work_items, &sub, true));
        CHECK_OK(work_item_reader_find_subscriptions(
            s->readers.work_items, &c->arena, c->organization_key, SUBSCRIPTION_ONE, 9, &found));
        CHECK(found.len == 1 && found.at[0].state == then[i]);
        contract_commit(s);
    }
}

CONTRACT(an_event_reads_back_as_it_was_told)
{
    struct work_item item = add_item(c, c->organization_key, "1.1", "A", "2026", "LOW");
    struct work_item_event_slice events;
    int64_t newest;
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &item, SUBSCRIPTION_UNLOCKED);
    tell(c, &item, WORK_ITEM_STATE_REPORT);
    tell(c, &item, WORK_ITEM_STATE_REPORT);
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_reader_newest_event(s->readers.work_items, &newest));
    CHECK_OK(work_item_reader_find_events(s->readers.work_items, &c->arena, c->organization_key,
                                          STR("ONE"), 0, 1, &events));
    CHECK(events.len == 1 && events.at[0].key == newest - 1);
    CHECK_STR(STR("READY"), events.at[0].input_readiness_state);
    CHECK_STR(STR("{}"), events.at[0].details);
    CHECK_INT(WORK_ITEM_IN_PROGRESS, events.at[0].state);
    CHECK_OK(work_item_reader_find_events(s->readers.work_items, &c->arena, c->organization_key,
                                          STR("ONE"), events.at[0].key, 9, &events));
    CHECK(events.len == 1 && events.at[0].key == newest);
    db_session_end(s);
}

CONTRACT(a_global_subscription_is_suspended_and_ended)
{
    int64_t count;
    struct work_item before = add_item(c, c->organization_key, "1.1", "A", "2026", "LOW");
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_UNLOCKED);
    wait_seconds(c, 1);
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_writer_suspend(s->uow.work_items, c->organization_key, STR("ALL"),
                                      SUBSCRIPTION_GLOBAL, clock_now(&c->clock.base), &count));
    CHECK_INT(1, count);
    CHECK_OK(work_item_writer_suspend(s->uow.work_items, c->other_key, STR("ALL"),
                                      SUBSCRIPTION_GLOBAL, clock_now(&c->clock.base), &count));
    CHECK_INT(0, count);
    contract_commit(s);
    wait_seconds(c, 1);
    struct work_item behind = add_item(c, c->organization_key, "1.2", "A", "2026", "LOW");
    tell(c, &before, WORK_ITEM_STATE_REPORT);
    tell(c, &behind, WORK_ITEM_STATE_REPORT);
    CHECK_STR(STR("1 1.1"), told(c, c->organization_key, "ALL"));
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_UNLOCKED);
    CHECK(has_subscriber(c, &behind));
    subscribe(c, "ALL", SUBSCRIPTION_ONE, &before, SUBSCRIPTION_LOCKED);
    s = contract_begin(c);
    CHECK_OK(work_item_writer_unsubscribe_all(s->uow.work_items, c->organization_key, STR("ALL"),
                                              &count));
    CHECK_INT(2, count);
    contract_commit(s);
    CHECK(!has_subscriber(c, &before) && !has_subscriber(c, &behind));
}

CONTRACT(all_states_are_told_and_the_server_s_own)
{
    add_item(c, c->organization_key, "1.2", "A", "2027", "LOW");
    add_item(c, c->organization_key, "1.1", "A", "2026", "LOW");
    add_item(c, c->other_key, "1.3", "A", "2026", "LOW");
    struct work_item_subscription_slice found;
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_LOCKED);
    subscribe(c, "SOME", SUBSCRIPTION_FILTERED, NULL, SUBSCRIPTION_UNLOCKED);
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_writer_tell_states(s->uow.work_items, c->organization_key, STR("ALL"),
                                          clock_now(&c->clock.base)));
    CHECK_OK(work_item_writer_tell_status(
        s->uow.work_items,
        &(struct work_item_event){.created_at = clock_now(&c->clock.base),
                                  .sop_instance_uid = STR(UPS_GLOBAL_SUBSCRIPTION_UID),
                                  .type = WORK_ITEM_SCP_STATUS_CHANGE,
                                  .details = STR("{}")}));
    CHECK_OK(work_item_reader_find_subscriptions(
        s->readers.work_items, &c->arena, c->organization_key, SUBSCRIPTION_FILTERED, 9, &found));
    CHECK(found.len == 1 && str_eq(found.at[0].ae_title, STR("SOME")));
    CHECK_OK(work_item_reader_find_subscriptions(s->readers.work_items, &c->arena, c->other_key,
                                                 SUBSCRIPTION_FILTERED, 9, &found));
    CHECK_INT(0, found.len);
    CHECK_OK(work_item_reader_find_subscriptions(s->readers.work_items, &c->arena, 0,
                                                 SUBSCRIPTION_GLOBAL, 9, &found));
    CHECK_INT(1, found.len);
    contract_commit(s);
    CHECK_STR(STR("1 1.2, 1 1.1, 4 1.2.840.10008.5.1.4.34.5"), told(c, c->organization_key, "ALL"));
    CHECK_STR(STR("4 1.2.840.10008.5.1.4.34.5"), told(c, c->organization_key, "SOME"));
}

static int64_t purge(struct contract_db *c, uint32_t limit)
{
    int64_t count;
    instant now = clock_now(&c->clock.base);
    struct db_session *s = contract_begin(c);
    CHECK_OK(work_item_writer_purge(s->uow.work_items, now, now, limit, &count));
    contract_commit(s);
    return count;
}

CONTRACT(what_has_ended_goes_unless_it_is_locked)
{
    static const char *const uids[] = {"1.1", "1.2", "1.3", "1.4", "1.5"};
    struct work_item items[5];
    for (size_t i = 0; i < 5; i++)
        items[i] = add_item(c, c->organization_key, uids[i], "A", "2026", "LOW");
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &items[0], SUBSCRIPTION_LOCKED);
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &items[1], SUBSCRIPTION_UNLOCKED);
    tell(c, &items[1], WORK_ITEM_STATE_REPORT);
    for (size_t i = 0; i < 4; i++)
        end_item(c, &items[i]);
    wait_seconds(c, 1);
    CHECK_INT(1, purge(c, 1));
    CHECK_INT(2, purge(c, 10));
    CHECK_STR(STR(""), told(c, c->organization_key, "ONE"));
    CHECK(!has_subscriber(c, &items[1]) && has_subscriber(c, &items[0]));
    subscribe(c, "ONE", SUBSCRIPTION_ONE, &items[0], SUBSCRIPTION_NONE);
    subscribe(c, "ALL", SUBSCRIPTION_GLOBAL, NULL, SUBSCRIPTION_LOCKED);
    CHECK_INT(0, purge(c, 10));
    subscribe(c, "ALL", SUBSCRIPTION_ONE, &items[0], SUBSCRIPTION_NONE);
    CHECK_INT(1, purge(c, 10));
    struct work_item ignored;
    struct db_session *s = contract_begin(c);
    CHECK_ERR(NOT_FOUND, work_item_reader_get(s->readers.work_items, &c->arena, c->organization_key,
                                              STR("1.1"), &ignored));
    CHECK_OK(work_item_reader_get(s->readers.work_items, &c->arena, c->organization_key, STR("1.5"),
                                  &ignored));
    db_session_end(s);
}
