/* Webhooks and their deliveries: read, listed, taken in their order, given up, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct webhook add_webhook(struct contract_db *c, int64_t organization_key)
{
    instant now = clock_now(&c->clock.base);
    struct webhook webhook = {.id = uuid_make(&c->clock.base),
                              .organization_key = organization_key,
                              .created_at = now,
                              .updated_at = now,
                              .url = STR("https://receiver.example/ü"),
                              .description = STR("for tests"),
                              .event_names = STR("study.received task.failed"),
                              .is_active = true,
                              .secret = STR("s1.sealed"),
                              .former_secret = STR("s1.former"),
                              .former_end = now,
                              .created_by = uuid_make(&c->clock.base)};
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_writer_add(s->uow.webhooks, &webhook));
    CHECK(webhook.key != 0 && webhook.version == 1);
    contract_commit(s);
    return webhook;
}

static struct webhook_delivery delivery_of(struct contract_db *c, const struct webhook *webhook,
                                           int64_t sequence)
{
    instant now = clock_now(&c->clock.base);
    return (struct webhook_delivery){.id = uuid_make(&c->clock.base),
                                     .organization_key = webhook->organization_key,
                                     .created_at = now,
                                     .updated_at = now,
                                     .webhook_key = webhook->key,
                                     .webhook_id = webhook->id,
                                     .event_type = STR("study.received"),
                                     .event_sequence = sequence,
                                     .payload = STR("{\"a\":\"ü\"}"),
                                     .next_attempt_at = now,
                                     .give_up_at = instant_add(now, SECONDS(1000))};
}

static struct webhook_delivery add_delivery(struct contract_db *c, struct webhook_delivery delivery)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_writer_add_delivery(s->uow.webhooks, &delivery));
    CHECK(delivery.key != 0 && delivery.version == 1);
    contract_commit(s);
    return delivery;
}

static void check_same(struct contract_db *c, const struct schema *schema, const void *one,
                       const void *other)
{
    struct buf a = BUF_IN(&c->arena), b = BUF_IN(&c->arena);
    json_write(&a, schema, one, JSON_INTERNAL);
    json_write(&b, schema, other, JSON_INTERNAL);
    CHECK_STR(buf_str(&a), buf_str(&b));
}

CONTRACT(a_webhook_is_its_organizations)
{
    struct webhook webhook = add_webhook(c, c->organization_key), got;
    struct webhook theirs = add_webhook(c, c->other_key),
                   second = add_webhook(c, c->organization_key);
    struct webhook_slice all;
    struct db_session *s = contract_begin(c);
    CHECK_OK(
        webhook_reader_get(s->readers.webhooks, &c->arena, c->organization_key, webhook.id, &got));
    check_same(c, &webhook_schema, &webhook, &got);
    CHECK_ERR(NOT_FOUND, webhook_reader_get(s->readers.webhooks, &c->arena, c->organization_key,
                                            theirs.id, &got));
    CHECK_OK(webhook_reader_all(s->readers.webhooks, &c->arena, c->organization_key, &all));
    CHECK(all.len == 2 && uuid_eq(all.at[0].id, webhook.id) && uuid_eq(all.at[1].id, second.id));
    db_session_end(s);
}

CONTRACT(how_sending_goes_is_no_change_of_the_webhook)
{
    struct webhook webhook = add_webhook(c, c->organization_key), got, stale;
    instant now = clock_now(&c->clock.base);
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_writer_locate(s->uow.webhooks, &c->arena, webhook.key, &got));
    got.url = STR("https://changed.example"); /* not part of it */
    got.is_active = false;
    got.task_id = uuid_make(&c->clock.base);
    got.failure_count = 7;
    got.failing_since = got.last_success_at = got.next_attempt_at = now;
    got.is_slow = true;
    got.last_error = STR("no");
    got.deactivated_reason = STR("gone");
    CHECK_OK(webhook_writer_save_progress(s->uow.webhooks, &got));
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(webhook_reader_get(s->readers.webhooks, &c->arena, c->organization_key, webhook.id,
                                &stale));
    got.url = webhook.url;
    check_same(c, &webhook_schema, &got, &stale);
    CHECK_INT(1, stale.version);
    CHECK_OK(webhook_writer_save(s->uow.webhooks, &stale));
    CHECK_INT(2, stale.version);
    CHECK_ERR(PRECONDITION_FAILED, webhook_writer_save(s->uow.webhooks, &got));
    CHECK_ERR(NOT_FOUND, webhook_writer_locate(s->uow.webhooks, &c->arena, 999999, &got));
    db_session_end(s);
}

CONTRACT(deliveries_are_listed_and_there_is_one_of_each_event)
{
    struct webhook webhook = add_webhook(c, c->organization_key);
    struct webhook_delivery one = add_delivery(c, delivery_of(c, &webhook, 1)), got;
    struct webhook_delivery two = delivery_of(c, &webhook, 2);
    two.event_type = STR("task.failed");
    two.state = DELIVERY_FAILED;
    two.next_attempt_at = (instant){0};
    two.attempt_count = 3;
    two.last_attempt_at = two.delivered_at = clock_now(&c->clock.base);
    two.response_status = 500;
    two.duration_ms = 12;
    two.last_error = STR("it answered 500");
    two = add_delivery(c, two);
    struct webhook_delivery_slice rows;
    struct webhook_count count;
    int64_t total;
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_reader_get_delivery(s->readers.webhooks, &c->arena, c->organization_key,
                                         two.id, &got));
    check_same(c, &webhook_delivery_schema, &two, &got);
    CHECK_ERR(NOT_FOUND, webhook_reader_get_delivery(s->readers.webhooks, &c->arena, c->other_key,
                                                     two.id, &got));
    struct webhook_delivery_filter f = {
        .organization_key = c->organization_key, .webhook_key = webhook.key, .limit = 9};
    CHECK_OK(webhook_reader_find_deliveries(s->readers.webhooks, &c->arena, &f, &rows, &total));
    CHECK(total == 2 && rows.len == 2 && uuid_eq(rows.at[0].id, two.id));
    f.state = (opt_i64){true, DELIVERY_PENDING};
    CHECK_OK(webhook_reader_find_deliveries(s->readers.webhooks, &c->arena, &f, &rows, &total));
    CHECK(total == 1 && uuid_eq(rows.at[0].id, one.id));
    f.event_type = STR("task.failed");
    CHECK_OK(webhook_reader_find_deliveries(s->readers.webhooks, &c->arena, &f, &rows, &total));
    CHECK(total == 0 && rows.len == 0);
    CHECK_OK(webhook_reader_count(s->readers.webhooks, &count));
    CHECK(count.pending == 1 && count.failed == 1);
    CHECK_INT(one.created_at.us, count.oldest_at.us);
    db_session_end(s);
    struct webhook_delivery again = delivery_of(c, &webhook, 1);
    s = contract_begin(c);
    err e = webhook_writer_add_delivery(s->uow.webhooks, &again);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
}

CONTRACT(what_waits_is_taken_in_its_order_once_it_is_due)
{
    struct webhook webhook = add_webhook(c, c->organization_key),
                   other = add_webhook(c, c->other_key);
    struct webhook_delivery d[3], got;
    struct webhook_slice waiting;
    instant now = clock_now(&c->clock.base), next;
    for (int i = 0; i < 3; i++) {
        d[i] = delivery_of(c, &webhook, i + 1);
        d[i].next_attempt_at = instant_add(now, SECONDS(i == 0 ? 20 : i == 1 ? 10 : 0));
        d[i] = add_delivery(c, d[i]);
    }
    add_delivery(c, delivery_of(c, &other, 1));
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_writer_first_due(s->uow.webhooks, &c->arena, webhook.key, now, &got));
    CHECK(uuid_eq(got.id, d[2].id));
    CHECK_OK(webhook_writer_first_due(s->uow.webhooks, &c->arena, webhook.key,
                                      instant_add(now, SECONDS(10)), &got));
    CHECK(uuid_eq(got.id, d[1].id));
    CHECK_OK(webhook_writer_next_time(s->uow.webhooks, webhook.key, &next));
    CHECK_INT(now.us, next.us);
    CHECK_OK(webhook_writer_locate_delivery(s->uow.webhooks, &c->arena, d[2].key, &got));
    got.state = DELIVERY_DELIVERED;
    got.next_attempt_at = (instant){0};
    CHECK_OK(webhook_writer_save_delivery(s->uow.webhooks, &got));
    CHECK_OK(webhook_writer_next_time(s->uow.webhooks, webhook.key, &next));
    CHECK_INT(d[1].next_attempt_at.us, next.us);
    CHECK_ERR(NOT_FOUND,
              webhook_writer_first_due(s->uow.webhooks, &c->arena, webhook.key, now, &got));
    CHECK_OK(webhook_writer_resume(s->uow.webhooks, webhook.key, now));
    CHECK_OK(webhook_writer_first_due(s->uow.webhooks, &c->arena, webhook.key, now, &got));
    CHECK(uuid_eq(got.id, d[0].id)); /* in the order in which they were made */
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(webhook_reader_find_waiting(s->readers.webhooks, &c->arena, now, &waiting));
    CHECK_INT(0, waiting.len);
    CHECK_OK(webhook_reader_find_waiting(s->readers.webhooks, &c->arena,
                                         instant_add(now, SECONDS(1)), &waiting));
    CHECK(waiting.len == 2 && waiting.at[0].key == webhook.key && waiting.at[1].key == other.key);
    CHECK_OK(webhook_writer_locate(s->uow.webhooks, &c->arena, other.key, &other));
    other.is_active = false;
    CHECK_OK(webhook_writer_save_progress(s->uow.webhooks, &other));
    CHECK_OK(webhook_reader_find_waiting(s->readers.webhooks, &c->arena,
                                         instant_add(now, SECONDS(1)), &waiting));
    CHECK_INT(1, waiting.len);
    db_session_end(s);
}

CONTRACT(what_was_not_sent_in_its_day_has_failed_and_goes_later)
{
    struct webhook webhook = add_webhook(c, c->organization_key);
    struct webhook_delivery early = delivery_of(c, &webhook, 1), late = delivery_of(c, &webhook, 2),
                            got;
    int64_t count;
    instant now = clock_now(&c->clock.base), next;
    early.give_up_at = now;
    early = add_delivery(c, early);
    late = add_delivery(c, late);
    struct db_session *s = contract_begin(c);
    CHECK_OK(webhook_writer_give_up(s->uow.webhooks, webhook.key, now));
    CHECK_OK(webhook_writer_locate_delivery(s->uow.webhooks, &c->arena, early.key, &got));
    CHECK(got.state == DELIVERY_FAILED && got.next_attempt_at.us == 0 && got.last_error.len != 0);
    CHECK_OK(webhook_writer_locate_delivery(s->uow.webhooks, &c->arena, late.key, &got));
    CHECK(got.state == DELIVERY_PENDING);
    CHECK_OK(webhook_writer_purge(s->uow.webhooks, instant_add(now, SECONDS(1)), 9, &count));
    CHECK_INT(1, count); /* what waits stays */
    CHECK_OK(webhook_writer_next_time(s->uow.webhooks, webhook.key, &next));
    CHECK_INT(now.us, next.us);
    CHECK_OK(webhook_writer_remove(s->uow.webhooks, webhook.key));
    CHECK_ERR(NOT_FOUND,
              webhook_writer_locate_delivery(s->uow.webhooks, &c->arena, late.key, &got));
    CHECK_ERR(NOT_FOUND, webhook_writer_locate(s->uow.webhooks, &c->arena, webhook.key, &webhook));
    CHECK_OK(webhook_writer_next_time(s->uow.webhooks, webhook.key, &next));
    CHECK_INT(0, next.us);
    contract_commit(s);
}
