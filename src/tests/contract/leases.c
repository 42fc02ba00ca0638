/* Leases: one holder at a time. */
#include "tests/contract/contract.h"

static int64_t take(struct contract_db *c, const char *name, unsigned char holder, int64_t seconds)
{
    struct db_session *s = contract_begin(c);
    instant now = clock_now(&c->clock.base);
    struct lease lease = {.name = str_of(name),
                          .holder = {{holder, 1}},
                          .expires_at = instant_add(now, SECONDS(seconds))};
    CHECK_OK(lease_writer_take(s->uow.leases, &lease, now));
    contract_commit(s);
    return lease.token;
}

static void release(struct contract_db *c, const char *name, unsigned char holder)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(lease_writer_release(s->uow.leases, str_of(name), (uuid){{holder, 1}}));
    contract_commit(s);
}

static void wait_seconds(struct contract_db *c, int64_t seconds)
{
    c->clock.time = instant_add(c->clock.time, SECONDS(seconds));
}

CONTRACT(a_lease_has_one_holder_until_it_expires)
{
    CHECK_INT(1, take(c, "schedules", 'a', 30));
    CHECK_INT(0, take(c, "schedules", 'b', 30));
    CHECK_INT(1, take(c, "others", 'b', 30));
    wait_seconds(c, 20);
    CHECK_INT(1, take(c, "schedules", 'a', 30)); /* renewed, with its token */
    wait_seconds(c, 29);
    CHECK_INT(0, take(c, "schedules", 'b', 30));
    wait_seconds(c, 1);
    CHECK_INT(2, take(c, "schedules", 'b', 30));
    CHECK_INT(0, take(c, "schedules", 'a', 30));
    wait_seconds(c, 60);
    CHECK_INT(2, take(c, "schedules", 'b', 30)); /* nobody came in between */
}

CONTRACT(a_lease_is_released_by_its_holder)
{
    CHECK_INT(1, take(c, "schedules", 'a', 30));
    release(c, "schedules", 'b');
    CHECK_INT(0, take(c, "schedules", 'b', 30));
    release(c, "schedules", 'a');
    CHECK_INT(2, take(c, "schedules", 'b', 30));
    release(c, "nothing", 'a');
}

CONTRACT(a_lease_given_up_was_never_taken)
{
    struct db_session *s = contract_begin(c);
    instant now = clock_now(&c->clock.base);
    struct lease lease = {.name = STR("schedules"),
                          .holder = {{'a', 1}},
                          .expires_at = instant_add(now, SECONDS(30))};
    CHECK_OK(lease_writer_take(s->uow.leases, &lease, now));
    db_session_end(s);
    CHECK_INT(1, take(c, "schedules", 'b', 30));
}
