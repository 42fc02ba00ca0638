/* Tasks: read, listed, claimed by one worker after the other, removed. */
#include "base/json.h"
#include "tests/contract/contract.h"

static struct task task_of(struct contract_db *c, const char *kind, int64_t priority)
{
    instant now = clock_now(&c->clock.base);
    return (struct task){.id = uuid_make(&c->clock.base),
                         .organization_key = c->organization_key,
                         .created_at = now,
                         .updated_at = now,
                         .kind = str_of(kind),
                         .state = TASK_QUEUED,
                         .priority = priority,
                         .created_by = uuid_make(&c->clock.base),
                         .subject_kind = STR("study"),
                         .subject_id = uuid_make(&c->clock.base),
                         .parameters = STR("{\"a\":\"ü\"}"),
                         .attempt_count_max = 3,
                         .next_attempt_at = now};
}

static struct task add_task(struct contract_db *c, struct task task)
{
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_writer_add(s->uow.tasks, &task));
    CHECK(task.key != 0 && task.version == 1);
    contract_commit(s);
    return task;
}

static err claim_with(struct contract_db *c, int64_t exports, int64_t imports, struct task *out)
{
    struct db_session *s = contract_begin(c);
    struct task_claim claim = {.now = clock_now(&c->clock.base),
                               .worker = STR("host:1"),
                               .lease_seconds = 60,
                               .limits = {{STR("export"), exports}, {STR("import"), imports}},
                               .limit_count = 2};
    err e = task_writer_claim(s->uow.tasks, &c->arena, &claim, out);
    if (!failed(e))
        e = db_session_commit(s);
    db_session_end(s);
    return e;
}

static bool is_due(struct contract_db *c)
{
    bool due;
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_reader_is_due(s->readers.tasks, clock_now(&c->clock.base), &due));
    db_session_end(s);
    return due;
}

static void wait_seconds(struct contract_db *c, int64_t seconds)
{
    c->clock.time = instant_add(c->clock.time, SECONDS(seconds));
}

CONTRACT(a_task_is_read_as_it_was_written)
{
    struct task task = task_of(c, "export", 7), got;
    task.idempotency_key = STR("once");
    task.worker = STR("host:2");
    task.started_at = task.finished_at = clock_now(&c->clock.base);
    task.is_cancel_requested = true;
    task.progress_done = 3;
    task.progress_total = 9;
    task.progress_unit = STR("instances");
    task.stage = STR("reading");
    task.outcome = STR("done");
    task.output_object = STR("abc");
    task.output_name = STR("a.zip");
    task.output_type = STR("application/zip");
    task.output_size = 12;
    task.last_error = STR("no");
    task.fence = 4;
    task = add_task(c, task);
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_reader_get(s->readers.tasks, &c->arena, c->organization_key, task.id, &got));
    struct buf one = BUF_IN(&c->arena), other = BUF_IN(&c->arena);
    json_write(&one, &task_schema, &task, JSON_INTERNAL);
    json_write(&other, &task_schema, &got, JSON_INTERNAL);
    CHECK_STR(buf_str(&one), buf_str(&other));
    CHECK_ERR(NOT_FOUND, task_reader_get(s->readers.tasks, &c->arena, c->other_key, task.id, &got));
    CHECK_OK(task_reader_get_by_idempotency_key(s->readers.tasks, &c->arena, c->organization_key,
                                                STR("export"), STR("once"), &got));
    CHECK(uuid_eq(task.id, got.id));
    CHECK_ERR(NOT_FOUND,
              task_reader_get_by_idempotency_key(s->readers.tasks, &c->arena, c->organization_key,
                                                 STR("import"), STR("once"), &got));
    CHECK_ERR(NOT_FOUND,
              task_reader_get_by_idempotency_key(s->readers.tasks, &c->arena, c->other_key,
                                                 STR("export"), STR("once"), &got));
    db_session_end(s);
    struct task same = task_of(c, "export", 1);
    same.idempotency_key = STR("once");
    s = contract_begin(c);
    err e = task_writer_add(s->uow.tasks, &same);
    CHECK_ERR(CONFLICT, failed(e) ? e : db_session_commit(s));
    db_session_end(s);
    add_task(c, task_of(c, "export", 1)); /* without a key there may be any number */
    add_task(c, task_of(c, "export", 1));
}

CONTRACT(tasks_are_claimed_by_priority_then_by_time)
{
    struct task task, low = add_task(c, task_of(c, "export", 2));
    struct task later = task_of(c, "import", 9);
    later.next_attempt_at = instant_add(later.next_attempt_at, SECONDS(100));
    later = add_task(c, later);
    struct task first = add_task(c, task_of(c, "export", 5));
    struct task second = add_task(c, task_of(c, "import", 5));
    add_task(c, task_of(c, "unknown", 9));
    CHECK(is_due(c));
    CHECK_OK(claim_with(c, 9, 9, &task));
    CHECK(uuid_eq(first.id, task.id));
    CHECK(task.state == TASK_RUNNING && task.attempt_count == 1 && task.fence == 1 &&
          task.version == 2);
    CHECK_STR(STR("host:1"), task.worker);
    CHECK_OK(claim_with(c, 9, 9, &task));
    CHECK(uuid_eq(second.id, task.id));
    CHECK_OK(claim_with(c, 9, 9, &task));
    CHECK(uuid_eq(low.id, task.id));
    CHECK_ERR(NOT_FOUND, claim_with(c, 9, 9, &task));
    wait_seconds(c, 100); /* the leases have ended, and the other one's time has come */
    CHECK_OK(claim_with(c, 9, 9, &task));
    CHECK(uuid_eq(later.id, task.id));
    CHECK_OK(claim_with(c, 9, 9, &task));
    CHECK(uuid_eq(first.id, task.id));
    CHECK(task.attempt_count == 2 && task.fence == 2);
}

CONTRACT(of_a_kind_no_more_run_than_may)
{
    struct task task, exports[3], import;
    for (int i = 0; i < 3; i++)
        exports[i] = add_task(c, task_of(c, "export", 5));
    import = add_task(c, task_of(c, "import", 1));
    CHECK_OK(claim_with(c, 2, 1, &task));
    CHECK(uuid_eq(exports[0].id, task.id));
    CHECK_OK(claim_with(c, 2, 1, &task));
    CHECK(uuid_eq(exports[1].id, task.id));
    CHECK_OK(claim_with(c, 2, 1, &task));
    CHECK(uuid_eq(import.id, task.id));
    CHECK_ERR(NOT_FOUND, claim_with(c, 2, 1, &task));
    CHECK_ERR(NOT_FOUND, claim_with(c, 2, 0, &task));
    CHECK(is_due(c));
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_writer_locate(s->uow.tasks, &c->arena, exports[0].key, &task));
    task_end_attempt(&task, TASK_DONE, STR("done"), clock_now(&c->clock.base), 0);
    CHECK_OK(task_writer_save(s->uow.tasks, &task));
    contract_commit(s);
    CHECK_OK(claim_with(c, 2, 1, &task));
    CHECK(uuid_eq(exports[2].id, task.id));
}

CONTRACT(tasks_are_listed_counted_and_found_by_what_they_wait_for)
{
    struct task a = add_task(c, task_of(c, "export", 5)), b = task_of(c, "import", 3), got;
    b.state = TASK_WAITING;
    b.depends_on_key = a.key;
    b.depends_on_id = a.id;
    b.next_attempt_at = (instant){0};
    b = add_task(c, b);
    struct task theirs = task_of(c, "export", 5);
    theirs.organization_key = c->other_key;
    add_task(c, theirs);
    struct task_filter f = {.organization_key = c->organization_key, .limit = 10};
    struct task_slice rows;
    struct task_count_slice counts;
    int64_t total;
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_reader_find(s->readers.tasks, &c->arena, &f, &rows, &total));
    CHECK(total == 2 && rows.len == 2 && uuid_eq(rows.at[0].id, b.id));
    f.created_by = a.created_by;
    CHECK_OK(task_reader_find(s->readers.tasks, &c->arena, &f, &rows, &total));
    CHECK(total == 1 && rows.len == 1 && uuid_eq(rows.at[0].id, a.id));
    f = (struct task_filter){.organization_key = c->organization_key,
                             .state = {true, TASK_WAITING},
                             .kind = STR("import"),
                             .subject_id = b.subject_id,
                             .limit = 10};
    CHECK_OK(task_reader_find(s->readers.tasks, &c->arena, &f, &rows, &total));
    CHECK(total == 1 && uuid_eq(rows.at[0].id, b.id));
    f.kind = STR("export");
    CHECK_OK(task_reader_find(s->readers.tasks, &c->arena, &f, &rows, &total));
    CHECK(total == 0 && rows.len == 0);
    CHECK_OK(task_reader_count(s->readers.tasks, &c->arena, &counts));
    CHECK_INT(2, counts.len);
    CHECK_STR(STR("export"), counts.at[0].kind);
    CHECK(counts.at[0].count == 2 && counts.at[0].state == TASK_QUEUED);
    CHECK(counts.at[1].count == 1 && counts.at[1].state == TASK_WAITING);
    CHECK_INT(clock_now(&c->clock.base).us, counts.at[0].oldest_at.us);
    db_session_end(s);
    s = contract_begin(c);
    CHECK_OK(task_writer_find_waiting(s->uow.tasks, &c->arena, a.key, &rows));
    CHECK(rows.len == 1 && uuid_eq(rows.at[0].id, b.id));
    task_release(&rows.at[0], true, clock_now(&c->clock.base));
    CHECK_OK(task_writer_save(s->uow.tasks, &rows.at[0]));
    CHECK_OK(task_writer_find_waiting(s->uow.tasks, &c->arena, a.key, &rows));
    CHECK_INT(0, rows.len);
    CHECK_ERR(NOT_FOUND, task_writer_locate(s->uow.tasks, &c->arena, 999999, &got));
    b.stage = STR("stale");
    CHECK_ERR(PRECONDITION_FAILED, task_writer_save(s->uow.tasks, &b));
    db_session_end(s);
}

CONTRACT(tasks_that_ended_long_ago_go)
{
    int64_t count;
    instant now = clock_now(&c->clock.base);
    for (int i = 0; i < 5; i++) {
        struct task task = task_of(c, "export", 5);
        task.state = i < 4 ? TASK_SUCCEEDED + i % 3 : TASK_QUEUED;
        task.finished_at = i < 4 ? instant_add(now, SECONDS(i)) : (instant){0};
        add_task(c, task);
    }
    struct db_session *s = contract_begin(c);
    CHECK_OK(task_writer_purge(s->uow.tasks, instant_add(now, SECONDS(3)), 2, &count));
    CHECK_INT(2, count);
    CHECK_OK(task_writer_purge(s->uow.tasks, instant_add(now, SECONDS(3)), 9, &count));
    CHECK_INT(1, count);
    CHECK_OK(task_writer_purge(s->uow.tasks, instant_add(now, SECONDS(3)), 9, &count));
    CHECK_INT(0, count);
    contract_commit(s);
}

/* Until then the object is referenced, so that nobody sweeps it. */
CONTRACT(what_a_task_made_is_known_for_a_while)
{
    int64_t count;
    bool referenced;
    struct task got;
    instant now = clock_now(&c->clock.base);
    str object = str_format(&c->arena, "%064d", 7070);
    struct task task = task_of(c, "export", 5);
    task.state = TASK_SUCCEEDED;
    task.finished_at = now;
    task.output_object = object;
    task.output_name = STR("export.zip");
    task.output_size = 5;
    add_task(c, task);
    struct db_session *s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, object, &referenced));
    CHECK(referenced);
    CHECK_OK(task_writer_purge_outputs(s->uow.tasks, now, 9, &count));
    CHECK_INT(0, count);
    CHECK_OK(task_writer_purge_outputs(s->uow.tasks, instant_add(now, 1), 0, &count));
    CHECK_INT(0, count);
    CHECK_OK(task_writer_purge_outputs(s->uow.tasks, instant_add(now, 1), 9, &count));
    CHECK_INT(1, count);
    CHECK_OK(task_writer_purge_outputs(s->uow.tasks, instant_add(now, 1), 9, &count));
    CHECK_INT(0, count);
    contract_commit(s);
    s = contract_begin(c);
    CHECK_OK(image_reader_is_referenced(s->readers.images, object, &referenced));
    CHECK(!referenced);
    CHECK_OK(task_reader_get(s->readers.tasks, &c->arena, c->organization_key, task.id, &got));
    CHECK(got.output_object.ptr == NULL && got.version == 2 && got.output_size == 5);
    db_session_end(s);
}
