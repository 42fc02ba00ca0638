/* Requests sent through the senders of their use cases. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/refresh_session/command.h"
#include "application/commands/auth/sign_in/command.h"
#include "application/commands/users/create_user/command.h"
#include "application/services/phantom/phantom.h"

size_t row_count(const struct world *w, enum memory_table table)
{
    return w->database.committed->tables[table].len;
}

void check_nothing_stored(const struct world *w)
{
    static const enum memory_table tables[] = {MEMORY_PATIENTS,  MEMORY_STUDIES, MEMORY_SERIES,
                                               MEMORY_INSTANCES, MEMORY_CHANGES, MEMORY_OUTBOX};
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        CHECK_INT(0, row_count(w, tables[i]));
    CHECK_INT(0, w->storage.stage_count);
}

struct user get_user(struct world *w, enum role role)
{
    struct db_session *s = world_begin(w);
    struct user user;
    CHECK_OK(user_reader_get_by_key(s->readers.users, &w->arena, w->users[role].key, &user));
    db_session_end(s);
    return user;
}

void save_user(struct world *w, struct user *user)
{
    struct db_session *s = world_begin(w);
    CHECK_OK(user_writer_save(s->uow.users, user));
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
}

err try_sign_in(struct world *w, const char *email, const char *password,
                struct session_tokens *out)
{
    struct scope scope = world_scope(w, &principal_nobody);
    const struct sign_in request = {.email = str_of(email), .password = str_of(password)};
    struct sign_in_result result;
    TRY(sign_in_send(&scope, &request, &result));
    *out = result.tokens;
    return OK;
}

err try_refresh(struct world *w, str token, struct session_tokens *out)
{
    struct scope scope = world_scope(w, &principal_nobody);
    const struct refresh_session request = {token};
    struct refresh_session_result result;
    TRY(refresh_session_send(&scope, &request, &result));
    *out = result.tokens;
    return OK;
}

err make_user(struct world *w, enum role by, const char *key, const char *email, struct user *out)
{
    struct principal principal = world_principal(w, by);
    struct scope scope = world_scope(w, &principal);
    const struct create_user request = {.email = str_of(email),
                                        .name = STR("Grace Hopper"),
                                        .role = STR("viewer"),
                                        .password = STR(WORLD_PASSWORD)};
    struct create_user_result result;
    scope.idempotency_key = str_of(key);
    TRY(create_user_send(&scope, &request, &result));
    *out = result.view.user;
    return OK;
}

err ingest(struct world *w, str bytes, str study_uid, struct ingest_result *out)
{
    struct principal technologist = world_principal(w, ROLE_TECHNOLOGIST);
    struct scope scope = world_scope(w, &technologist);
    struct memory_source source;
    memory_source_init(&source, bytes);
    return ingest_instance(&scope, &source.base,
                           &(struct ingest_options){.study_instance_uid = study_uid}, out);
}

str sample_file(struct world *w, uint32_t study, uint32_t instance)
{
    return phantom_archive_file(&w->arena, (struct phantom_place){study, 1, instance}, 8);
}

void look_away(struct task_run_observer *o, struct task_run *run)
{
    (void)o, (void)run;
}

err work_on_task(struct world *w, bool *goes_on)
{
    static const struct task_worker_identity me = {{"host:1", 6}, 60, false};
    struct principal system = principal_system(0);
    struct scope scope = world_scope(w, &system);
    struct task_run_observer observer = {look_away, look_away};
    struct task_run run = {0};
    return task_run_next(&scope, &me, &observer, &run, goes_on);
}

void work_on_tasks(struct world *w)
{
    bool goes_on = true;
    while (goes_on)
        CHECK_OK(work_on_task(w, &goes_on));
}

struct task task_now(struct world *w, uuid id)
{
    struct task task;
    struct db_session *s = world_begin(w);
    CHECK_OK(task_reader_get(s->readers.tasks, &w->arena, w->organization.key, id, &task));
    db_session_end(s);
    return task;
}
