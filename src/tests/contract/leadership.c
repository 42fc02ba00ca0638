/* One node leads: two of them over one database. */
#include "infrastructure/leadership.h"
#include "tests/contract/contract.h"

#include <unistd.h>

CONTRACT(one_of_two_nodes_leads_and_the_other_follows)
{
    static struct leadership first, second;
    CHECK(!leadership_leads(&first));
    leadership_ask(&first); /* not open: nothing */
    CHECK_OK(leadership_open(&first, c->db, &c->clock.base, STR("schedules"), (uuid){0}));
    CHECK_OK(leadership_open(&second, c->db, &c->clock.base, STR("schedules"), (uuid){0}));
    CHECK(leadership_leads(&first) && !leadership_leads(&second));
    leadership_close(&first); /* gives it back */
    for (int i = 0; i < 500 && !leadership_leads(&second); i++) {
        leadership_ask(&second);
        usleep(10000);
    }
    CHECK(leadership_leads(&second));
    CHECK_INT(2, second.token);
    leadership_close(&second);
    leadership_close(&second);
}

/* It cannot renew its lease, and another takes it when it has run out. */
CONTRACT(a_node_that_cannot_renew_its_lease_loses_it)
{
    static struct leadership first, second;
    CHECK_OK(leadership_open(&first, c->db, &c->clock.base, STR("schedules"), (uuid){0}));
    c->clock.time = instant_add(c->clock.time, SECONDS(LEADERSHIP_SECONDS + 1));
    CHECK_OK(leadership_open(&second, c->db, &c->clock.base, STR("schedules"), (uuid){0}));
    CHECK(leadership_leads(&second));
    CHECK(leadership_leads(&first)); /* until it asks, or its own time is over */
    for (int i = 0; i < 500 && leadership_leads(&first); i++) {
        leadership_ask(&first);
        usleep(10000);
    }
    CHECK(!leadership_leads(&first));
    leadership_close(&first); /* what is another's stays */
    CHECK(leadership_leads(&second));
    leadership_ask(&second);
    leadership_close(&second);
}

CONTRACT(nodes_of_one_holder_hold_a_lease_together)
{
    static struct leadership first, second, stranger;
    const uuid ours = {{1}}, theirs = {{2}};
    CHECK_OK(leadership_open(&first, c->db, &c->clock.base, STR("secret"), ours));
    CHECK_OK(leadership_open(&second, c->db, &c->clock.base, STR("secret"), ours));
    CHECK(leadership_leads(&first) && leadership_leads(&second));
    leadership_close(&first);
    CHECK_OK(leadership_open(&stranger, c->db, &c->clock.base, STR("secret"), theirs));
    CHECK(leadership_leads(&second) && !leadership_leads(&stranger));
    leadership_close(&second);
    leadership_close(&stranger);
}
