/* Use cases at the same time, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/refresh_session/command.h"
#include "application/commands/users/create_user/command.h"

#include <pthread.h>

enum { THREAD_COUNT = 8, IMAGE_COUNT = 10 };

/* One sender with memory of its own. */
struct sender {
    struct world *w;
    struct arena arena;
    struct principal principal;
    str bytes[IMAGE_COUNT], token;
    int done_count, new_count;
    uuid id;
    err e;
};

static struct scope scope_of(struct sender *s)
{
    struct scope scope = world_scope(s->w, &s->principal);
    scope.arena = scope.issues.arena = &s->arena;
    return scope;
}

static void run_all(struct world *w, struct sender *senders, void *(*run)(void *))
{
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        senders[i].w = w;
        CHECK(pthread_create(&threads[i], NULL, run, &senders[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(threads[i], NULL);
        arena_deinit(&senders[i].arena);
    }
}

static void *send_images(void *argument)
{
    struct sender *s = argument;
    for (int i = 0; i < IMAGE_COUNT; i++) {
        struct scope scope = scope_of(s);
        struct memory_source source;
        struct ingest_result result;
        memory_source_init(&source, s->bytes[i]);
        err e = ingest_instance(&scope, &source.base, &(struct ingest_options){0}, &result);
        s->done_count += !failed(e);
        s->new_count += !failed(e) && !result.was_there;
    }
    return NULL;
}

static void check_images(struct world *w, const struct sender *senders, int expected)
{
    int new_count = 0;
    int64_t studies, instances, size;
    struct db_session *s = world_begin(w);
    for (int i = 0; i < THREAD_COUNT; i++) {
        CHECK_INT(IMAGE_COUNT, senders[i].done_count);
        new_count += senders[i].new_count;
    }
    CHECK_INT(expected, new_count);
    CHECK_OK(image_reader_statistics(s->readers.images, w->organization.key, &studies, &instances,
                                     &size));
    db_session_end(s);
    CHECK(studies == 1 && instances == expected);
    CHECK_INT(expected, row_count(w, MEMORY_INSTANCES));
    CHECK_INT(expected, row_count(w, MEMORY_CHANGES));
    CHECK_INT(expected, row_count(w, MEMORY_OUTBOX));
    CHECK(row_count(w, MEMORY_PATIENTS) == 1 && row_count(w, MEMORY_SERIES) == 1);
    CHECK((int)w->storage.object_count == expected && w->storage.stage_count == 0);
}

WORLD(many_send_the_same_images_at_once)
{
    struct sender senders[THREAD_COUNT] = {0};
    for (int i = 0; i < THREAD_COUNT; i++) {
        senders[i].principal = world_principal(w, ROLE_TECHNOLOGIST);
        for (uint32_t n = 0; n < IMAGE_COUNT; n++)
            senders[i].bytes[n] = sample_file(w, 1, n);
    }
    run_all(w, senders, send_images);
    check_images(w, senders, IMAGE_COUNT);
}

WORLD(many_send_images_of_one_series_at_once)
{
    struct sender senders[THREAD_COUNT] = {0};
    for (int i = 0; i < THREAD_COUNT; i++) {
        senders[i].principal = world_principal(w, ROLE_TECHNOLOGIST);
        for (uint32_t n = 0; n < IMAGE_COUNT; n++)
            senders[i].bytes[n] = sample_file(w, 1, (uint32_t)i * IMAGE_COUNT + n);
    }
    run_all(w, senders, send_images);
    check_images(w, senders, THREAD_COUNT * IMAGE_COUNT);
}

static void *send_keyed(void *argument)
{
    struct sender *s = argument;
    struct scope scope = scope_of(s);
    const struct create_user request = {.email = STR("grace@clinic.example"),
                                        .name = STR("Grace Hopper"),
                                        .role = STR("viewer"),
                                        .password = STR(WORLD_PASSWORD)};
    struct create_user_result result;
    scope.idempotency_key = STR("k-1");
    s->e = create_user_send(&scope, &request, &result);
    if (!failed(s->e))
        s->id = result.view.user.id;
    return NULL;
}

/* Whoever lost the race may be told of the conflict, never given another user. */
WORLD(a_keyed_request_sent_at_once_has_one_effect)
{
    struct sender senders[THREAD_COUNT] = {0};
    size_t count = row_count(w, MEMORY_USERS);
    uuid id = {0};
    for (int i = 0; i < THREAD_COUNT; i++)
        senders[i].principal = world_principal(w, ROLE_ADMINISTRATOR);
    run_all(w, senders, send_keyed);
    CHECK_INT(count + 1, row_count(w, MEMORY_USERS));
    CHECK_INT(1, row_count(w, MEMORY_IDEMPOTENCY_RECORDS));
    for (int i = 0; i < THREAD_COUNT; i++) {
        if (failed(senders[i].e)) {
            CHECK_ERR(CONFLICT, senders[i].e);
            continue;
        }
        CHECK(!uuid_is_set(id) || uuid_eq(id, senders[i].id));
        id = senders[i].id;
    }
    CHECK(uuid_is_set(id));
}

static void *send_refresh(void *argument)
{
    struct sender *s = argument;
    struct scope scope = scope_of(s);
    struct refresh_session_result result;
    s->e = refresh_session_send(&scope, &(struct refresh_session){s->token}, &result);
    return NULL;
}

WORLD(a_refresh_token_used_at_once_is_good_for_one)
{
    struct sender senders[THREAD_COUNT] = {0};
    struct session_tokens tokens = {0};
    int good_count = 0;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    for (int i = 0; i < THREAD_COUNT; i++) {
        senders[i].principal = principal_nobody;
        senders[i].token = tokens.refresh_token;
    }
    run_all(w, senders, send_refresh);
    for (int i = 0; i < THREAD_COUNT; i++) {
        good_count += !failed(senders[i].e);
        if (failed(senders[i].e) && senders[i].e.code != ERR_SERIALIZATION)
            CHECK_ERR(UNAUTHENTICATED, senders[i].e);
    }
    CHECK_INT(1, good_count);
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &tokens));
}
