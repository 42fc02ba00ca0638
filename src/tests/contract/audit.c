/* The audit trail, its chain, its anchors, and its retention. */
#include "tests/contract/samples.h"

#include "infrastructure/audit_anchors.h"
#include "infrastructure/audit_chain.h"
#include "infrastructure/audit_retention.h"
#include "base/json.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void add_event(struct contract_db *c, int64_t organization_key, const char *action,
                      uuid user_id, uuid subject_id)
{
    struct db_session *s = contract_begin(c);
    struct audit_event event = contract_event(c, organization_key, action);
    event.user_id = user_id;
    event.subject_id = subject_id;
    CHECK_OK(audit_writer_add(s->uow.audit, &c->arena, &event));
    CHECK_INT(64, event.hash.len);
    contract_commit(s);
}

/* Actions of the events found, each followed by a space. */
static str find_events(struct contract_db *c, struct audit_filter f)
{
    struct db_session *s = contract_begin(c);
    struct buf actions = BUF_IN(&c->arena);
    struct audit_event_slice found;
    f.organization_key = f.organization_key != 0 ? f.organization_key : c->organization_key;
    f.limit = f.limit != 0 ? f.limit : 50;
    CHECK_OK(audit_reader_find(s->readers.audit, &c->arena, &f, &found));
    for (size_t i = 0; i < found.len; i++)
        buf_addf(&actions, "%.*s ", STR_ARG(found.at[i].action));
    db_session_end(s);
    return buf_str(&actions);
}

CONTRACT(the_trail_is_filtered_and_goes_both_ways)
{
    uuid ada = uuid_make(&c->clock.base), bob = uuid_make(&c->clock.base),
         study = uuid_make(&c->clock.base), nobody = {0};
    add_event(c, c->organization_key, "one", ada, study);
    add_event(c, c->other_key, "elsewhere", ada, study);
    add_event(c, c->organization_key, "two", bob, nobody);
    add_event(c, c->organization_key, "three", ada, nobody);
    CHECK_STR(STR("three two one "), find_events(c, (struct audit_filter){0}));
    CHECK_STR(STR("one two three "), find_events(c, (struct audit_filter){.oldest_first = true}));
    CHECK_STR(STR("three two "), find_events(c, (struct audit_filter){.limit = 2}));
    CHECK_STR(STR("elsewhere "),
              find_events(c, (struct audit_filter){.organization_key = c->other_key}));
    CHECK_STR(STR("three one "), find_events(c, (struct audit_filter){.user_id = ada}));
    CHECK_STR(STR("one "), find_events(c, (struct audit_filter){.subject_id = study}));
    CHECK_STR(STR("two "), find_events(c, (struct audit_filter){.action = STR("two")}));
    CHECK_STR(STR("two one "), find_events(c, (struct audit_filter){.from_key = 4}));
    CHECK_STR(STR("three "),
              find_events(c, (struct audit_filter){.oldest_first = true, .from_key = 3}));
}

/* What a verification finds, one after the other: "missing 5-5 at 6; " */
struct found {
    struct audit_verifier base;
    struct buf text;
};

static void report_finding(struct audit_verifier *v, const struct audit_finding *f)
{
    static const char *const names[] = {"changed", "missing",   "moved",       "remade",
                                        "short",   "false cut", "false anchor"};
    struct found *report = container_of(v, struct found, base);
    buf_addf(&report->text, "%s", names[f->flaw]);
    if (f->first != 0)
        buf_addf(&report->text, " %lld-%lld", (long long)f->first, (long long)f->last);
    buf_addf(&report->text, " at %lld; ", (long long)f->sequence);
}

static const uuid own_id = {{1}};

static struct audit_seal test_seal(unsigned char secret)
{
    struct audit_seal seal;
    unsigned char bytes[32] = {secret};
    audit_seal_open(&seal, bytes);
    return seal;
}

static str findings(struct contract_db *c, const struct audit_anchor_slice *anchors,
                    struct audit_chain_check *check)
{
    struct db_session *s = contract_begin(c);
    struct audit_seal seal = test_seal(1);
    struct found report = {
        .base = {.found = report_finding, .seal = &seal, .anchors = anchors},
        .text = BUF_IN(&c->arena),
    };
    CHECK_OK(
        audit_chain_verify(s->readers.audit, c->organization_key, own_id, &report.base, check));
    db_session_end(s);
    return buf_str(&report.text);
}

static struct audit_chain_check verify(struct contract_db *c, int64_t organization_key)
{
    struct db_session *s = contract_begin(c);
    struct audit_chain_check check;
    CHECK_OK(audit_chain_verify(s->readers.audit, organization_key, own_id, NULL, &check));
    db_session_end(s);
    return check;
}

static void add_events(struct contract_db *c)
{
    uuid nobody = {0};
    for (int i = 0; i < 10; i++) {
        add_event(c, c->organization_key, i == 4 ? "trash_study" : "get_study", nobody, nobody);
        add_event(c, c->other_key, "get_study", nobody, nobody);
    }
}

CONTRACT(the_chain_of_each_organization_verifies)
{
    CHECK_INT(0, verify(c, c->organization_key).event_count);
    add_events(c);
    CHECK_INT(10, verify(c, c->organization_key).event_count);
    CHECK_INT(0, verify(c, c->organization_key).broken_key);
    CHECK_INT(0, verify(c, c->other_key).broken_key);
}

CONTRACT(an_event_given_up_is_not_in_the_chain)
{
    struct db_session *s;
    struct audit_event event = contract_event(c, c->organization_key, "get_study");
    add_events(c);
    s = contract_begin(c);
    CHECK_OK(audit_writer_add(s->uow.audit, &c->arena, &event));
    db_session_end(s);
    add_events(c);
    CHECK_INT(20, verify(c, c->organization_key).event_count);
    CHECK_INT(0, verify(c, c->organization_key).broken_key);
}

/* Key 9 is the fifth event of the first organization, keys are odd there. */
CONTRACT(whoever_touches_the_trail_is_found)
{
    static const struct {
        const char *sql, *found;
    } touches[] = {
        {"UPDATE audit_events SET action = 'get_study' WHERE key = 9", "changed at 5; "},
        {"UPDATE audit_events SET created_at = created_at + 1 WHERE key = 9", "changed at 5; "},
        {"UPDATE audit_events SET peer_address = '192.0.2.1' WHERE key = 9", "changed at 5; "},
        {"UPDATE audit_events SET actor_name = 'eve@example.org' WHERE key = 9", "changed at 5; "},
        {"UPDATE audit_events SET patient_id = 'P2' WHERE key = 9", "changed at 5; "},
        {"UPDATE audit_events SET count = 2 WHERE key = 1", "changed at 1; "},
        {"UPDATE audit_events SET hash = (SELECT hash FROM audit_events WHERE key = 8) WHERE key "
         "= 9",
         "changed at 5; changed at 6; "},
        {"UPDATE audit_events SET outcome = 'FORBIDDEN' WHERE key IN (5, 13)",
         "changed at 3; changed at 7; "},
        {"DELETE FROM audit_events WHERE key = 9", "missing 5-5 at 6; "},
        {"DELETE FROM audit_events WHERE key IN (9, 11, 13)", "missing 5-7 at 8; "},
        {"DELETE FROM audit_events WHERE key = 1", "missing 1-1 at 2; "},
        {"DELETE FROM audit_events WHERE key = 9;"
         "UPDATE audit_events SET sequence = sequence - 1 WHERE organization_key = 1 AND key > 9",
         "changed at 5; changed at 6; changed at 7; changed at 8; changed at 9; "},
        {"UPDATE audit_events SET key = 100 WHERE key = 9;"
         "UPDATE audit_events SET key = 9 WHERE key = 11;"
         "UPDATE audit_events SET key = 11 WHERE key = 100",
         "missing 5-5 at 6; moved at 5; missing 6-6 at 7; "},
        {"UPDATE audit_events SET organization_key = 2 WHERE key = 9", "missing 5-5 at 6; "},
        {"UPDATE audit_events SET organization_key = 1, hash = (SELECT hash FROM audit_events "
         "WHERE key = 7) WHERE key = 8",
         "moved at 4; "},
        {"UPDATE audit_events SET organization_key = 1, sequence = 5, hash = (SELECT hash FROM "
         "audit_events WHERE key = 7) WHERE key = 8",
         "changed at 5; moved at 5; "},
    };
    if (c->engine->script == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(touches); i++) {
        struct contract_db fresh;
        struct audit_chain_check check;
        contract_open(&fresh, c->engine);
        add_events(&fresh);
        CHECK_OK(fresh.engine->script(&fresh, touches[i].sql));
        CHECK_STR(str_of(touches[i].found), findings(&fresh, NULL, &check));
        CHECK(check.broken_key != 0);
        contract_close(&fresh);
    }
}

static struct audit_anchor anchor_of(struct contract_db *c, const struct audit_seal *seal)
{
    struct db_session *s = contract_begin(c);
    struct audit_filter filter = {.organization_key = c->organization_key, .limit = 1};
    struct audit_event_slice newest;
    CHECK_OK(audit_reader_find(s->readers.audit, &c->arena, &filter, &newest));
    struct audit_anchor anchor = {.organization_id = own_id,
                                  .sequence = newest.at[0].sequence.value,
                                  .hash = newest.at[0].hash,
                                  .anchored_at = clock_now(&c->clock.base)};
    audit_sealer_sign(&seal->base, &c->arena, &anchor);
    db_session_end(s);
    return anchor;
}

CONTRACT(anchors_tell_of_an_end_that_was_taken_away)
{
    struct audit_seal seal = test_seal(1), other = test_seal(2);
    struct audit_anchor anchors[3];
    struct audit_anchor_slice all = {anchors, 2};
    struct audit_chain_check check;
    add_events(c);
    anchors[1] = anchor_of(c, &seal);
    add_events(c);
    anchors[0] = anchor_of(c, &seal);
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(2, check.anchor_count);
    anchors[2] = anchor_of(c, &other);
    all.len = 3;
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(1, check.foreign_anchor_count);
    anchors[2] = anchors[0];
    anchors[2].sequence++;
    CHECK_STR(STR("false anchor at 21; "), findings(c, &all, &check));
    all.len = 2;
    if (c->engine->script == NULL)
        return;
    CHECK_OK(c->engine->script(c, "DELETE FROM audit_events WHERE key > 33"));
    CHECK_STR(STR("short 18-20 at 17; "), findings(c, &all, &check));
    all.len = 0; /* the chain alone does not know */
    CHECK_STR(STR(""), findings(c, &all, &check));
    all.len = 2;
    add_events(c); /* others take the places: not what was anchored */
    CHECK_STR(STR("remade at 20; "), findings(c, &all, &check));
    CHECK_OK(c->engine->script(c, "DELETE FROM audit_events"));
    CHECK_STR(STR("short 1-20 at 0; "), findings(c, &all, &check));
}

CONTRACT(a_chain_made_anew_is_not_what_was_anchored)
{
    struct audit_seal seal = test_seal(1);
    struct audit_chain_check check;
    uuid nobody = {0};
    add_events(c);
    struct audit_anchor anchor = anchor_of(c, &seal);
    struct audit_anchor_slice all = {&anchor, 1};
    if (c->engine->script == NULL)
        return;
    CHECK_OK(c->engine->script(c, "DELETE FROM audit_events WHERE key >= 9"));
    for (int i = 0; i < 6; i++)
        add_event(c, c->organization_key, "get_study", nobody, nobody);
    CHECK_STR(STR("remade at 10; "), findings(c, &all, &check));
}

/* What an old program writes has none of the new members. */
CONTRACT(events_without_a_number_are_part_of_the_chain)
{
    struct audit_chain_check check;
    uuid nobody = {0};
    if (c->engine->script == NULL)
        return;
    CHECK_OK(c->engine->script(
        c, "INSERT INTO audit_events(id, organization_key, created_at, action, outcome, "
           "count, hash) SELECT id, 1, 1782864000000000, 'get_study', 'OK', 1, '"
           "x' FROM organizations"));
    CHECK_STR(STR("changed at 0; changed at 0; "), findings(c, NULL, &check));
    add_event(c, c->organization_key, "get_study", nobody, nobody);
    struct db_session *s = contract_begin(c);
    struct audit_filter filter = {.organization_key = c->organization_key, .limit = 1};
    struct audit_event_slice newest;
    CHECK_OK(audit_reader_find(s->readers.audit, &c->arena, &filter, &newest));
    CHECK_INT(3, newest.at[0].sequence.value);
    /* the hash of such an event is over what it had always had */
    struct audit_event old = newest.at[0], bare = {.id = old.id,
                                                   .created_at = old.created_at,
                                                   .action = old.action,
                                                   .outcome = old.outcome,
                                                   .count = 1};
    struct buf text = BUF_IN(&c->arena);
    json_write(&text, &audit_event_schema, &bare, 0);
    CHECK(str_find(buf_str(&text), STR("sequence")) == SIZE_MAX);
    CHECK(str_find(buf_str(&text), STR("actor")) == SIZE_MAX);
    CHECK(str_ends(buf_str(&text), STR("\"count\":1}")));
    db_session_end(s);
}

CONTRACT(events_are_found_by_all_they_say)
{
    uuid ada = uuid_make(&c->clock.base), key = uuid_make(&c->clock.base),
         study = uuid_make(&c->clock.base);
    instant start = clock_now(&c->clock.base);
    for (int i = 0; i < 4; i++) {
        struct db_session *s = contract_begin(c);
        struct audit_event event =
            contract_event(c, i == 3 ? c->other_key : c->organization_key, "get_study");
        event.created_at = instant_add(start, SECONDS(i * 3600));
        event.action = str_format(&c->arena, "a%d", i);
        event.actor_kind = i == 1 ? STR("api_key") : STR("user");
        event.user_id = ada;
        event.actor_id = i == 1 ? key : ada;
        event.actor_name = STR("ada@example.org");
        event.subject_kind = i == 2 ? STR("user") : STR("series");
        event.study_id = i == 2 ? (uuid){0} : study;
        event.study_instance_uid = STR("1.2.3");
        event.patient_id = STR("P1");
        event.outcome = i == 0 ? STR("FORBIDDEN") : STR("OK");
        event.peer_address = i == 0 ? STR("192.0.2.1") : STR("192.0.2.2");
        CHECK_OK(audit_writer_add(s->uow.audit, &c->arena, &event));
        contract_commit(s);
    }
    const struct {
        struct audit_filter filter;
        const char *found;
    } cases[] = {
        {{.user_id = ada}, "a2 a1 a0 "},
        {{.actor_id = key}, "a1 "},
        {{.actor_kind = STR("user")}, "a2 a0 "},
        {{.actor_kind = STR("share")}, ""},
        {{.subject_kind = STR("series")}, "a1 a0 "},
        {{.study_id = study}, "a1 a0 "},
        {{.study_id = study, .all_organizations = true}, "a3 a1 a0 "},
        {{.study_id = study, .actor_kind = STR("user")}, "a0 "},
        {{.outcome = STR("FORBIDDEN")}, "a0 "},
        {{.peer_address = STR("192.0.2.2")}, "a2 a1 "},
        {{.since = instant_add(start, SECONDS(3600))}, "a2 a1 "},
        {{.since = instant_add(start, SECONDS(3601))}, "a2 "},
        {{.until = instant_add(start, SECONDS(3600))}, "a0 "},
        {{.until = instant_add(start, SECONDS(3601)), .oldest_first = true}, "a0 a1 "},
        {{.since = instant_add(start, SECONDS(1)), .until = instant_add(start, SECONDS(7200))},
         "a1 "},
        {{.since = instant_add(start, SECONDS(86400))}, ""},
        {{.up_to_key = 2}, "a1 a0 "},
        {{.up_to_key = 2, .from_key = 1, .oldest_first = true}, "a1 "},
        {{.all_organizations = true, .oldest_first = true, .from_key = 2}, "a2 a3 "},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_STR(str_of(cases[i].found), find_events(c, cases[i].filter));
}

CONTRACT(subjects_are_described)
{
    struct db_session *s;
    struct audit_subject subject;
    struct user user = contract_user(c, c->organization_key, "ada@example.org");
    struct sample_place place = {c->organization_key, 1, 0, 0};
    sample_store(c, c->organization_key, 1, &samples[0]);
    s = contract_begin(c);
    CHECK_OK(user_writer_add(s->uow.users, &user));
    contract_commit(s);
    uuid study = sample_id(place);
    static const char *const kinds[] = {"study", "series", "instance"};
    s = contract_begin(c);
    struct audit_reader *r = s->readers.audit;
    for (int i = 0; i < 3; i++) {
        place.series = i > 0;
        place.instance = i > 1;
        CHECK_OK(audit_reader_describe(r, &c->arena, c->organization_key, str_of(kinds[i]),
                                       sample_id(place), &subject));
        CHECK(uuid_eq(study, subject.study_id));
        CHECK_STR(STR("1.2.40.1"), subject.study_instance_uid);
        CHECK_STR(str_of(samples[0].patient_id), subject.patient_id);
        CHECK(subject.user_name.ptr == NULL);
    }
    CHECK_OK(
        audit_reader_describe(r, &c->arena, c->organization_key, STR("user"), user.id, &subject));
    CHECK_STR(STR("ada@example.org"), subject.user_name);
    CHECK(!uuid_is_set(subject.study_id));
    CHECK_OK(
        audit_reader_describe(r, &c->arena, c->organization_key, STR("study"), user.id, &subject));
    CHECK(subject.study_instance_uid.ptr == NULL);
    CHECK_OK(audit_reader_describe(r, &c->arena, c->other_key, STR("study"), study, &subject));
    CHECK(subject.study_instance_uid.ptr == NULL && subject.patient_id.ptr == NULL);
    CHECK_OK(audit_reader_describe(r, &c->arena, c->other_key, STR("user"), user.id, &subject));
    CHECK(subject.user_name.ptr == NULL);
    CHECK_OK(
        audit_reader_describe(r, &c->arena, c->organization_key, STR("comet"), study, &subject));
    CHECK(subject.study_instance_uid.ptr == NULL);
    db_session_end(s);
}

CONTRACT(a_reader_of_the_trail_keeps_its_place)
{
    struct db_session *s = contract_begin(c);
    int64_t key;
    CHECK_OK(audit_reader_get_position(s->readers.audit, STR("sink"), &key));
    CHECK_INT(0, key);
    CHECK_OK(audit_writer_save_position(s->uow.audit, STR("sink"), 5));
    CHECK_OK(audit_writer_save_position(s->uow.audit, STR("other"), 9));
    CHECK_OK(audit_writer_save_position(s->uow.audit, STR("sink"), 7));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(audit_reader_get_position(s->readers.audit, STR("sink"), &key));
    CHECK_INT(7, key);
    CHECK_OK(audit_reader_get_position(s->readers.audit, STR("other"), &key));
    CHECK_INT(9, key);
    db_session_end(s);
}

static int64_t retain(struct contract_db *c, const struct audit_seal *seal, int64_t up_to_key)
{
    struct audit_retention r = {.db = c->db,
                                .clock = &c->clock.base,
                                .seal = seal,
                                .days = AUDIT_RETENTION_DAYS_MIN,
                                .up_to_key = up_to_key,
                                .request_id = STR("r-2")};
    int64_t count;
    bool more;
    CHECK_OK(audit_retention_run(&r, &count, &more));
    CHECK(!more);
    return count;
}

CONTRACT(retention_leaves_a_chain_that_holds)
{
    struct audit_seal seal = test_seal(1);
    struct audit_chain_check check;
    add_events(c);
    struct audit_anchor anchors[2] = {anchor_of(c, &seal)};
    struct audit_anchor_slice all = {anchors, 1};
    CHECK_INT(0, retain(c, &seal, 0));
    c->clock.time = instant_add(c->clock.time, SECONDS(31 * 86400));
    CHECK_INT(4, retain(c, &seal, 4)); /* the rest is still to be sent */
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(1, check.anchor_count);
    CHECK_INT(9, check.event_count); /* eight, and the one that tells */
    CHECK_INT(16, retain(c, &seal, 0));
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(1, check.anchor_count); /* of the last that went */
    CHECK_INT(2, check.event_count);
    add_events(c);
    anchors[1] = anchor_of(c, &seal);
    all.len = 2;
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(2, check.anchor_count);
    CHECK_STR(STR("remove_audit_events remove_audit_events "),
              find_events(c, (struct audit_filter){.action = STR("remove_audit_events")}));
    c->clock.time = instant_add(c->clock.time, SECONDS(31 * 86400));
    retain(c, &seal, 0);
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_INT(1, check.old_anchor_count);
    if (c->engine->script == NULL)
        return;
    CHECK_OK(c->engine->script(c, "UPDATE audit_cuts SET last_key = last_key + 1"));
    CHECK(str_starts(findings(c, &all, &check), STR("false cut at ")));
    CHECK_OK(c->engine->script(c, "UPDATE audit_cuts SET last_key = last_key - 1"));
    CHECK_STR(STR(""), findings(c, &all, &check));
    CHECK_OK(c->engine->script(c, "DELETE FROM audit_cuts"));
    CHECK(str_starts(findings(c, &all, &check), STR("missing 1-")));
}

CONTRACT(anchors_are_written_once_for_each_end)
{
    struct audit_seal seal = test_seal(1);
    struct audit_anchors writer;
    struct audit_anchor_slice read;
    char folder[TEST_PATH_SIZE], path[TEST_PATH_SIZE + 64];
    temporary_template(folder, "anchors");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/" AUDIT_ANCHOR_FILE, folder);
    CHECK_ERR(NOT_FOUND, audit_anchors_read(&c->arena, path, &read));
    audit_anchors_open(&writer, c->db, &c->clock.base, &seal, folder);
    CHECK_OK(audit_anchors_write(&writer));
    CHECK_ERR(NOT_FOUND, audit_anchors_read(&c->arena, path, &read)); /* there is nothing yet */
    add_events(c);
    CHECK_OK(audit_anchors_write(&writer));
    CHECK_OK(audit_anchors_write(&writer));
    CHECK_OK(audit_anchors_read(&c->arena, path, &read));
    CHECK_INT(2, read.len);
    CHECK_INT(10, read.at[0].sequence);
    CHECK_INT(AUDIT_SEAL_HOLDS, audit_seal_check_anchor(&seal, &c->arena, &read.at[1]));
    read.at[1].anchored_at.us++;
    CHECK_INT(AUDIT_SEAL_BROKEN, audit_seal_check_anchor(&seal, &c->arena, &read.at[1]));
    add_events(c);
    CHECK_OK(audit_anchors_write(&writer));
    CHECK_OK(audit_anchors_read(&c->arena, path, &read));
    CHECK_INT(4, read.len);
    audit_anchors_close(&writer);
    unlink(path);
    rmdir(folder);
}
