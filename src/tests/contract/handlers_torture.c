/* The first call of the database or the storage fails, then the second, … until nothing does. */
#include "tests/contract/handlers.h"

static const enum err_code fault_codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};

enum { FAULT_COUNT_MAX = 500 };

/* A lost race is tried again within the database; from the storage it comes through. */
static void check_fault(const struct world *w, err e)
{
    if (e.code != w->fault.code)
        fail_msg("%s failed with %s and became %s", w->fault.failed, err_code_name(w->fault.code),
                 err_code_name(e.code));
}

/* No call fails any more; true when none has. */
static bool calm(struct world *w)
{
    w->fault.fail_at = 0;
    return w->fault.failed == NULL;
}

static bool torture_ingest(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct ingest_result result;
    world_open(&w);
    str bytes = sample_file(&w, 1, 1);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = ingest(&w, bytes, STR_NONE, &result);
    bool untouched = calm(&w);
    if (failed(e)) {
        check_fault(&w, e);
        check_nothing_stored(&w);
        CHECK(w.storage.object_count <= 1);
        CHECK_OK(ingest(&w, bytes, STR_NONE, &result)); /* nothing stands in the way */
    }
    CHECK(!result.was_there);
    CHECK(row_count(&w, MEMORY_INSTANCES) == 1 && row_count(&w, MEMORY_OUTBOX) == 1);
    CHECK(w.storage.object_count == 1 && w.storage.stage_count == 0);
    world_close(&w);
    return untouched;
}

TEST(ingest_stores_all_or_nothing_whatever_fails)
{
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(fault_codes); i++) {
        uint64_t at = 1;
        while (!torture_ingest(fault_codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 10 && at < FAULT_COUNT_MAX);
    }
}

static bool torture_sign_in(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct session_tokens tokens = {0};
    struct user user;
    world_open(&w);
    user = get_user(&w, ROLE_VIEWER);
    user.failure_count = 2;
    save_user(&w, &user);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = try_sign_in(&w, "viewer@clinic.example", WORLD_PASSWORD, &tokens);
    bool untouched = calm(&w);
    if (failed(e)) {
        check_fault(&w, e);
        CHECK_INT(0, row_count(&w, MEMORY_SESSIONS));
        CHECK_INT(2, get_user(&w, ROLE_VIEWER).failure_count);
        CHECK_INT(0, row_count(&w, MEMORY_AUDIT_EVENTS));
        CHECK_OK(try_sign_in(&w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    }
    CHECK_INT(0, get_user(&w, ROLE_VIEWER).failure_count);
    CHECK(row_count(&w, MEMORY_SESSIONS) == 1 && row_count(&w, MEMORY_AUDIT_EVENTS) == 1);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    e = try_refresh(&w, tokens.refresh_token, &tokens);
    untouched = calm(&w) && untouched;
    if (failed(e)) {
        check_fault(&w, e);
        CHECK_OK(try_refresh(&w, tokens.refresh_token, &tokens));
    }
    CHECK_OK(try_refresh(&w, tokens.refresh_token, &tokens));
    world_close(&w);
    return untouched;
}

TEST(signing_in_does_all_or_nothing_whatever_fails)
{
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(fault_codes); i++) {
        uint64_t at = 1;
        while (!torture_sign_in(fault_codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 5 && at < FAULT_COUNT_MAX);
    }
}

static bool torture_create_user(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct user user;
    world_open(&w);
    size_t count = row_count(&w, MEMORY_USERS);
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = make_user(&w, ROLE_ADMINISTRATOR, "k-1", "grace@clinic.example", &user);
    bool untouched = calm(&w);
    if (failed(e)) {
        check_fault(&w, e);
        CHECK_INT(count, row_count(&w, MEMORY_USERS));
        CHECK_INT(0, row_count(&w, MEMORY_IDEMPOTENCY_RECORDS));
        CHECK_INT(0, row_count(&w, MEMORY_AUDIT_EVENTS));
    }
    CHECK_OK(make_user(&w, ROLE_ADMINISTRATOR, "k-1", "grace@clinic.example", &user));
    CHECK_INT(count + 1, row_count(&w, MEMORY_USERS));
    CHECK_INT(1, row_count(&w, MEMORY_IDEMPOTENCY_RECORDS));
    CHECK_INT(1, row_count(&w, MEMORY_AUDIT_EVENTS));
    world_close(&w);
    return untouched;
}

TEST(a_keyed_command_is_remembered_with_its_effect_whatever_fails)
{
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(fault_codes); i++) {
        uint64_t at = 1;
        while (!torture_create_user(fault_codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 4 && at < FAULT_COUNT_MAX);
    }
}
