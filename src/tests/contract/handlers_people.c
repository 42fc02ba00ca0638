/* Signing in, tokens, and answers under keys, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/sign_out/command.h"
#include "application/commands/grants/break_glass/command.h"
#include "infrastructure/password_argon2.h"

/* Rights that stand alone: to download means to see, and a part of the one is a part of both. */
WORLD(nobody_downloads_what_they_do_not_see)
{
    struct access access;
    struct principal p = world_principal(w, ROLE_VIEWER);
    instant now = clock_now(&w->clock.base);
    CHECK(principal_access(&p, DOWNLOAD_STUDIES, now, &access) && !access.is_limited);
    p.permissions = UINT64_C(1) << DELETE_STUDIES;
    p.granted_permissions = 0;
    CHECK(!principal_access(&p, DELETE_STUDIES, now, &access));
    p.permissions |= UINT64_C(1) << READ_STUDIES;
    CHECK(principal_access(&p, DELETE_STUDIES, now, &access) && !access.is_limited);
    p.permissions = UINT64_C(1) << DOWNLOAD_STUDIES;
    CHECK(!principal_access(&p, DOWNLOAD_STUDIES, now, &access));
    p.granted_permissions = UINT64_C(1) << READ_STUDIES | UINT64_C(1) << DOWNLOAD_STUDIES;
    CHECK(principal_access(&p, DOWNLOAD_STUDIES, now, &access) && access.is_limited);
}

WORLD(the_right_password_signs_in)
{
    struct session_tokens tokens = {0};
    CHECK_OK(try_sign_in(w, "Viewer@CLINIC.example", WORLD_PASSWORD, &tokens));
    CHECK_STR(STR("bearer"), tokens.token_type);
    CHECK_INT(ACCESS_TOKEN_SECONDS, tokens.expires_in);
    CHECK(tokens.access_token.len > 100 && tokens.refresh_token.len > 40);
    CHECK_INT(1, row_count(w, MEMORY_SESSIONS));
    CHECK_INT(1, row_count(w, MEMORY_AUDIT_EVENTS));
}

WORLD(wrong_unknown_and_inactive_are_refused_alike)
{
    struct session_tokens tokens = {0};
    struct user user = get_user(w, ROLE_VIEWER);
    err wrong = try_sign_in(w, "viewer@clinic.example", "wrong password", &tokens);
    err unknown = try_sign_in(w, "nobody@clinic.example", WORLD_PASSWORD, &tokens);
    CHECK_INT(2, w->passwords.verify_count); /* the same work for both */
    CHECK_INT(1, get_user(w, ROLE_VIEWER).failure_count);
    user = get_user(w, ROLE_VIEWER);
    user.is_active = false;
    save_user(w, &user);
    err inactive = try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens);
    CHECK_ERR(UNAUTHENTICATED, wrong);
    CHECK_ERR(UNAUTHENTICATED, unknown);
    CHECK_ERR(UNAUTHENTICATED, inactive);
    CHECK_STR(str_of(wrong.text), str_of(unknown.text));
    CHECK_STR(str_of(wrong.text), str_of(inactive.text));
    CHECK_INT(0, row_count(w, MEMORY_SESSIONS));
    CHECK_ERR(INVALID, try_sign_in(w, "viewer@clinic.example", NULL, &tokens));
}

WORLD(the_account_is_locked_for_a_quarter_of_an_hour)
{
    struct session_tokens tokens = {0};
    for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++) {
        CHECK_INT(i, get_user(w, ROLE_VIEWER).failure_count);
        CHECK_ERR(UNAUTHENTICATED,
                  try_sign_in(w, "viewer@clinic.example", "wrong password", &tokens));
    }
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    world_wait(w, SIGN_IN_LOCK_SECONDS - 1);
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_OK(try_sign_in(w, "researcher@clinic.example", WORLD_PASSWORD, &tokens));
    world_wait(w, 1);
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
}

WORLD(the_right_password_forgets_wrong_ones)
{
    struct session_tokens tokens = {0};
    for (int round = 0; round < 3; round++) {
        for (int i = 1; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
            CHECK_ERR(UNAUTHENTICATED,
                      try_sign_in(w, "viewer@clinic.example", "wrong password", &tokens));
        CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
        CHECK_INT(0, get_user(w, ROLE_VIEWER).failure_count);
    }
}

WORLD(real_passwords_are_hashed_and_verified)
{
    struct password_argon2 argon2;
    struct session_tokens tokens = {0};
    struct user user = get_user(w, ROLE_VIEWER);
    CHECK_OK(password_argon2_open(&argon2));
    w->services.passwords = &argon2.base;
    CHECK_OK(password_hash(&argon2.base, &w->arena, STR("a real password"), &user.password_hash));
    CHECK(str_starts(user.password_hash, STR("$argon2id$")));
    save_user(w, &user);
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, "nobody@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", "a real password", &tokens));
    password_argon2_close(&argon2);
}

WORLD(an_access_token_is_good_for_a_quarter_of_an_hour)
{
    struct session_tokens tokens = {0};
    struct access_claims claims;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    const struct principal viewer = world_principal(w, ROLE_VIEWER);
    struct principal found = viewer;
    struct principal_cache *cache = &w->principals.base;
    struct token_service *t = &w->tokens.base;
    CHECK_OK(token_verify_access(t, &w->arena, tokens.access_token, w->clock.time, &claims));
    CHECK(uuid_eq(claims.user_id, viewer.user_id) && claims.user_key == viewer.user_key);
    found.expires_at = claims.expires_at;
    CHECK(principal_cache_put(cache, tokens.access_token, w->clock.time, &found));
    world_wait(w, ACCESS_TOKEN_SECONDS - 1);
    CHECK_OK(token_verify_access(t, &w->arena, tokens.access_token, w->clock.time, &claims));
    CHECK(principal_cache_put(cache, tokens.access_token, w->clock.time, &found));
    CHECK(principal_cache_find(cache, tokens.access_token, w->clock.time, &found));
    world_wait(w, 1);
    CHECK_ERR(UNAUTHENTICATED,
              token_verify_access(t, &w->arena, tokens.access_token, w->clock.time, &claims));
    CHECK(!principal_cache_find(cache, tokens.access_token, w->clock.time, &found));
}

WORLD(a_changed_access_token_is_none)
{
    struct session_tokens tokens = {0};
    struct access_claims claims;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    for (size_t i = 0; i < tokens.access_token.len; i++) {
        str changed = str_copy(&w->arena, tokens.access_token);
        ((char *)changed.ptr)[i] = changed.ptr[i] == 'A' ? 'Q' : 'A';
        if (i + 1 == changed.len) /* the last digit has bits that mean nothing */
            continue;
        CHECK_ERR(UNAUTHENTICATED,
                  token_verify_access(&w->tokens.base, &w->arena, changed, w->clock.time, &claims));
    }
}

WORLD(refresh_tokens_are_good_once)
{
    struct session_tokens first = {0}, second = {0}, third = {0}, none;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &first));
    CHECK_OK(try_refresh(w, first.refresh_token, &second));
    CHECK(!str_eq(first.refresh_token, second.refresh_token));
    CHECK_OK(try_refresh(w, second.refresh_token, &third));
    /* one that comes back was stolen: the whole family ends */
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, first.refresh_token, &none));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, third.refresh_token, &none));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, second.refresh_token, &none));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, STR("nonsense"), &none));
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &first));
    CHECK_OK(try_refresh(w, first.refresh_token, &second)); /* another family lives */
}

WORLD(a_session_ends_after_its_days)
{
    struct session_tokens tokens = {0};
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    world_wait(w, SESSION_SECONDS - 1);
    CHECK_OK(try_refresh(w, tokens.refresh_token, &tokens));
    world_wait(w, 1);
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &tokens));
}

WORLD(whoever_is_made_inactive_refreshes_no_more)
{
    struct session_tokens tokens = {0};
    struct user user;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    user = get_user(w, ROLE_VIEWER);
    user.is_active = false;
    save_user(w, &user);
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &tokens));
}

WORLD(signing_out_ends_the_session)
{
    struct session_tokens tokens = {0};
    struct access_claims claims;
    struct principal viewer = world_principal(w, ROLE_VIEWER);
    struct sign_out_result result;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_OK(token_verify_access(&w->tokens.base, &w->arena, tokens.access_token, w->clock.time,
                                 &claims));
    viewer.session_id = claims.session_id;
    viewer.expires_at = claims.expires_at;
    CHECK(principal_cache_put(&w->principals.base, tokens.access_token, w->clock.time, &viewer));
    struct scope scope = world_scope(w, &viewer);
    CHECK_OK(sign_out_send(&scope, &(struct sign_out){0}, &result));
    CHECK(!principal_cache_find(&w->principals.base, tokens.access_token, w->clock.time, &viewer));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &tokens));
}

WORLD(the_same_request_under_its_key_has_one_effect)
{
    struct user first, again, other;
    size_t count = row_count(w, MEMORY_USERS);
    CHECK_OK(make_user(w, ROLE_ADMINISTRATOR, "k-1", "grace@clinic.example", &first));
    size_t events = row_count(w, MEMORY_AUDIT_EVENTS);
    world_wait(w, 60);
    CHECK_OK(make_user(w, ROLE_ADMINISTRATOR, "k-1", "grace@clinic.example", &again));
    CHECK(uuid_eq(first.id, again.id) && first.version == again.version);
    CHECK(first.created_at.us == again.created_at.us && again.role == ROLE_VIEWER);
    CHECK_STR(first.email, again.email);
    CHECK_STR(first.name, again.name);
    CHECK_INT(count + 1, row_count(w, MEMORY_USERS));
    CHECK_INT(events, row_count(w, MEMORY_AUDIT_EVENTS));
    CHECK_ERR(CONFLICT, make_user(w, ROLE_ADMINISTRATOR, "k-1", "other@clinic.example", &other));
    CHECK_ERR(CONFLICT, make_user(w, ROLE_ADMINISTRATOR, "k-2", "grace@clinic.example", &other));
    CHECK_OK(make_user(w, ROLE_ADMINISTRATOR, "k-2", "other@clinic.example", &other));
    CHECK_ERR(CONFLICT, make_user(w, ROLE_ADMINISTRATOR, NULL, "grace@clinic.example", &other));
    CHECK_ERR(FORBIDDEN, make_user(w, ROLE_VIEWER, "k-1", "grace@clinic.example", &other));
    CHECK_INT(count + 2, row_count(w, MEMORY_USERS));
    CHECK_INT(2, row_count(w, MEMORY_IDEMPOTENCY_RECORDS));
}

static err break_glass_of(struct world *w, enum role role, str patient_id, str issuer)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    const struct break_glass request = {.patient_id = patient_id,
                                        .issuer_of_patient_id = issuer,
                                        .reason = STR("Trauma, unconscious")};
    struct break_glass_result result;
    return break_glass_send(&scope, &request, &result);
}

WORLD(who_breaks_the_glass_is_told_of)
{
    struct ingest_result ingested;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &ingested));
    struct db_session *s = world_begin(w);
    struct study study;
    CHECK_OK(image_reader_get_study(s->readers.images, &w->arena,
                                    ACCESS_TO_ALL(w->organization.key), ingested.study_id, &study));
    db_session_end(s);
    str patient_id = study.patient_id, issuer = study.issuer_of_patient_id;
    size_t events = row_count(w, MEMORY_OUTBOX), audited = row_count(w, MEMORY_AUDIT_EVENTS);
    CHECK_ERR(FORBIDDEN, break_glass_of(w, ROLE_VIEWER, patient_id, issuer));
    CHECK_ERR(CONFLICT, break_glass_of(w, ROLE_RADIOLOGIST, patient_id, issuer));
    CHECK_ERR(NOT_FOUND, break_glass_of(w, ROLE_REFERRER, STR("nobody"), issuer));
    CHECK_INT(0, row_count(w, MEMORY_GRANTS));
    CHECK_INT(0, row_count(w, MEMORY_MAILS));
    CHECK_OK(break_glass_of(w, ROLE_REFERRER, patient_id, STR_NONE)); /* there is one alone */
    CHECK_INT(1, row_count(w, MEMORY_GRANTS));
    CHECK_INT(1, row_count(w, MEMORY_MAILS));                  /* one administrator */
    CHECK_INT(events + 2, row_count(w, MEMORY_OUTBOX));        /* and the mail's own */
    CHECK_INT(audited + 2, row_count(w, MEMORY_AUDIT_EVENTS)); /* with who was refused */
}

/* Fails at every step in turn: then nothing of it is there. */
WORLD(breaking_the_glass_is_all_or_nothing)
{
    struct ingest_result ingested;
    struct study study;
    CHECK_OK(ingest(w, sample_file(w, 1, 1), STR_NONE, &ingested));
    struct db_session *s = world_begin(w);
    CHECK_OK(image_reader_get_study(s->readers.images, &w->arena,
                                    ACCESS_TO_ALL(w->organization.key), ingested.study_id, &study));
    db_session_end(s);
    str patient_id = study.patient_id, issuer = study.issuer_of_patient_id;
    err e = ERR(UNAVAILABLE, "");
    for (unsigned n = 1; failed(e); n++) {
        w->fault = (struct fault){.fail_at = n, .code = ERR_UNAVAILABLE};
        e = break_glass_of(w, ROLE_REFERRER, patient_id, issuer);
        if (failed(e)) {
            CHECK_INT(0, row_count(w, MEMORY_GRANTS));
            CHECK_INT(0, row_count(w, MEMORY_MAILS));
        }
        CHECK(n < 100);
    }
    CHECK_INT(1, row_count(w, MEMORY_GRANTS));
}
