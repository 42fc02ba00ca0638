/* The audit trail and its chain. */
#include "tests/contract/contract.h"

#include "infrastructure/audit_chain.h"

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

static struct audit_chain_check verify(struct contract_db *c, int64_t organization_key)
{
    struct db_session *s = contract_begin(c);
    struct audit_chain_check check;
    CHECK_OK(audit_chain_verify(s->readers.audit, organization_key, &check));
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
        const char *sql;
        int64_t broken_key;
    } touches[] = {
        {"UPDATE audit_events SET action = 'get_study' WHERE key = 9", 9},
        {"UPDATE audit_events SET created_at = created_at + 1 WHERE key = 9", 9},
        {"UPDATE audit_events SET peer_address = '192.0.2.1' WHERE key = 9", 9},
        {"UPDATE audit_events SET count = 2 WHERE key = 1", 1},
        {"DELETE FROM audit_events WHERE key = 9", 11},
        {"DELETE FROM audit_events WHERE key = 1", 3},
        {"UPDATE audit_events SET key = 100 WHERE key = 9;"
         "UPDATE audit_events SET key = 9 WHERE key = 11;"
         "UPDATE audit_events SET key = 11 WHERE key = 100",
         9},
        {"UPDATE audit_events SET organization_key = 2 WHERE key = 9", 11},
        {"UPDATE audit_events SET organization_key = 1, hash = (SELECT hash FROM audit_events "
         "WHERE "
         "key = 7) WHERE key = 8",
         8},
    };
    if (c->engine->script == NULL)
        return;
    for (size_t i = 0; i < COUNT_OF(touches); i++) {
        struct contract_db fresh;
        contract_open(&fresh, c->engine);
        add_events(&fresh);
        CHECK_OK(fresh.engine->script(&fresh, touches[i].sql));
        CHECK_INT(touches[i].broken_key, verify(&fresh, fresh.organization_key).broken_key);
        contract_close(&fresh);
    }
}
