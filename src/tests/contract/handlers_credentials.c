/* Passwords, links for a new one, second factors and one's own sessions, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/change_password/command.h"
#include "application/commands/auth/confirm_mfa/command.h"
#include "application/commands/auth/disable_mfa/command.h"
#include "application/commands/auth/end_other_sessions/command.h"
#include "application/commands/auth/end_own_session/command.h"
#include "application/commands/auth/enroll_mfa/command.h"
#include "application/commands/auth/forgot_password/command.h"
#include "application/commands/auth/reset_password/command.h"
#include "application/commands/auth/sign_in/command.h"
#include "application/commands/auth/update_me/command.h"
#include "application/models/common_passwords.h"
#include "application/models/password_rules.h"
#include "application/models/second_factor.h"
#include "application/queries/auth/list_own_sessions/query.h"
#include "application/services/mail_service.h"
#include "infrastructure/otp_openssl.h"
#include "infrastructure/password_argon2.h"

#define VIEWER "viewer@clinic.example"
#define OTHER_PASSWORD "another long passphrase"

/* The viewer, with the session of the token. */
static struct principal viewer_of(struct world *w, str access_token)
{
    struct access_claims claims;
    struct principal viewer = world_principal(w, ROLE_VIEWER);
    CHECK_OK(token_verify_access(&w->tokens.base, &w->arena, access_token, w->clock.time, &claims));
    viewer.session_id = claims.session_id;
    viewer.issued_at = claims.issued_at;
    viewer.expires_at = claims.expires_at;
    return viewer;
}

static struct principal signed_in(struct world *w)
{
    struct session_tokens tokens = {0};
    CHECK_OK(try_sign_in(w, VIEWER, WORLD_PASSWORD, &tokens));
    return viewer_of(w, tokens.access_token);
}

static err sign_in_with(struct world *w, const char *password, str otp)
{
    struct scope scope = world_scope(w, &principal_nobody);
    const struct sign_in request = {STR(VIEWER), str_of(password), otp};
    struct sign_in_result result;
    return sign_in_send(&scope, &request, &result);
}

static size_t session_count(struct world *w)
{
    struct db_session *s = world_begin(w);
    struct session_slice live;
    CHECK_OK(session_reader_live(s->readers.sessions, &w->arena, w->users[ROLE_VIEWER].key,
                                 w->clock.time, &live));
    db_session_end(s);
    return live.len;
}

static const char *flaw(struct world *w, struct password_service *passwords, const char *text)
{
    return password_flaw(passwords, &w->arena, str_of(text), STR("Grace Hopper"),
                         STR("grace.hopper@clinic.example"));
}

WORLD(a_password_is_long_and_not_what_is_tried_first)
{
    struct password_argon2 real;
    CHECK_OK(password_argon2_open(&real));
    struct password_service *p = &real.base;
    static const char *const good[] = {WORLD_PASSWORD,
                                       OTHER_PASSWORD,
                                       "correct-horse-battery",
                                       "twelve chars",
                                       "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F zw\xC3\xB6lf Z",
                                       "zJ8 qPv!s2mXe",
                                       "            x",
                                       "hopper and eleven others"};
    static const char *const bad[] = {
        "eleven char", "passwordpassword", "Password-Password", "P@ssw0rdP@ssw0rd!",
        "qwertyuiop123456", "123456789012", "aaaaaaaaaaaaaa", "abcabcabcabcabc", "administrator1",
        "ILoveYouForever!!", "grace.hopper2024", "grace.hopper@clinic.example",
        "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F kurz!",
        /* twelve code points, but eleven characters */
        "a\xCC\x88 elf zeich"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (flaw(w, p, good[i]) != NULL)
            fail_msg("\"%s\" %s", good[i], flaw(w, p, good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (flaw(w, p, bad[i]) == NULL)
            fail_msg("\"%s\" is a password", bad[i]);
    char longest[257 + 1] = {0};
    for (size_t i = 0; i < 257; i++)
        longest[i] = (char)('a' + (i * 7 + i / 26) % 26);
    CHECK(flaw(w, p, longest) != NULL);
    longest[256] = '\0';
    CHECK(flaw(w, p, longest) == NULL);
    CHECK(common_password_count() >= COMMON_PASSWORD_COUNT_MIN);
    /* typed with other code points, it is the same password */
    str hash;
    bool matches;
    CHECK_OK(password_hash(p, &w->arena, STR("\xC3\xA4 long password"), &hash));
    CHECK_OK(password_verify(p, STR("a\xCC\x88 long password"), hash, &matches));
    CHECK(matches);
    password_argon2_close(&real);
}

static err change(struct world *w, const struct principal *by, const char *old, const char *new)
{
    struct scope scope = world_scope(w, by);
    const struct change_password request = {str_of(old), str_of(new)};
    struct change_password_result result;
    return change_password_send(&scope, &request, &result);
}

WORLD(whoever_changes_their_password_keeps_this_session_alone)
{
    struct session_tokens other = {0}, none = {0};
    struct principal here = signed_in(w), known = here;
    CHECK_OK(try_sign_in(w, VIEWER, WORLD_PASSWORD, &other));
    struct principal elsewhere = viewer_of(w, other.access_token);
    CHECK(principal_cache_put(&w->principals.base, other.access_token, w->clock.time, &elsewhere));
    CHECK_ERR(FORBIDDEN, change(w, &here, "wrong password", OTHER_PASSWORD));
    CHECK_INT(1, get_user(w, ROLE_VIEWER).failure_count);
    CHECK_ERR(INVALID, change(w, &here, WORLD_PASSWORD, "short"));
    CHECK_ERR(INVALID, change(w, &here, WORLD_PASSWORD, "passwordpassword"));
    CHECK_INT(2, session_count(w));
    CHECK_OK(change(w, &here, WORLD_PASSWORD, OTHER_PASSWORD));
    CHECK_INT(1, session_count(w));
    CHECK(!principal_cache_find(&w->principals.base, other.access_token, w->clock.time, &known));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, other.refresh_token, &none));
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, VIEWER, WORLD_PASSWORD, &none));
    CHECK_OK(try_sign_in(w, VIEWER, OTHER_PASSWORD, &none));
    CHECK_INT(1, row_count(w, MEMORY_MAILS)); /* the owner is told */
}

WORLD(the_old_password_cannot_be_guessed_by_a_session)
{
    struct principal here = signed_in(w);
    for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
        CHECK_ERR(FORBIDDEN, change(w, &here, "wrong password", OTHER_PASSWORD));
    CHECK_ERR(FORBIDDEN, change(w, &here, WORLD_PASSWORD, OTHER_PASSWORD));
}

static void forget(struct world *w, const char *email)
{
    struct scope scope = world_scope(w, &principal_nobody);
    struct forgot_password_result result;
    CHECK_OK(forgot_password_send(&scope, &(struct forgot_password){str_of(email)}, &result));
}

static int64_t send_links(struct world *w)
{
    struct principal program = principal_system(w->organization.key);
    struct scope scope = world_scope(w, &program);
    struct send_password_links_result result;
    CHECK_OK(send_password_links_send(&scope, &(struct send_password_links){0}, &result));
    return result.sent_count;
}

/* Out of the newest mail, as its reader would. */
static str link_token(struct world *w)
{
    struct db_session *s = world_begin(w);
    struct mail_slice rows;
    struct mail_content content;
    int64_t total;
    CHECK_OK(mail_reader_find(
        s->readers.mails, &w->arena,
        &(struct mail_filter){.organization_key = w->organization.key, .limit = 1}, &rows, &total));
    CHECK(rows.len == 1 && rows.at[0].template_name == MAIL_PASSWORD_RESET);
    CHECK_STR(STR(VIEWER), rows.at[0].recipient);
    CHECK_OK(mail_render(&w->services, &w->arena, &rows.at[0], true, &content));
    db_session_end(s);
    size_t at = str_find(content.text, STR(RESET_TOKEN_PREFIX));
    CHECK(at != SIZE_MAX);
    str rest = str_sub(content.text, at, content.text.len);
    size_t len = 0;
    while (len < rest.len && strchr(" \n.,>", rest.ptr[len]) == NULL)
        len++;
    return str_sub(rest, 0, len);
}

static err reset(struct world *w, str token, const char *password)
{
    struct scope scope = world_scope(w, &principal_nobody);
    const struct reset_password request = {token, str_of(password)};
    struct reset_password_result result;
    return reset_password_send(&scope, &request, &result);
}

WORLD(a_link_for_a_new_password_is_good_once_for_half_an_hour)
{
    struct session_tokens tokens = {0}, none = {0};
    CHECK_OK(try_sign_in(w, VIEWER, WORLD_PASSWORD, &tokens));
    forget(w, "Viewer@clinic.example");
    CHECK_INT(1, send_links(w));
    CHECK_INT(0, row_count(w, MEMORY_PASSWORD_REQUESTS));
    str first = link_token(w);
    CHECK(first.len > 40);
    CHECK(str_find(get_user(w, ROLE_VIEWER).reset_hash, first) == SIZE_MAX);
    forget(w, VIEWER);
    CHECK_INT(1, send_links(w));
    str second = link_token(w);
    CHECK(!str_eq(first, second));
    CHECK_ERR(UNAUTHENTICATED, reset(w, first, OTHER_PASSWORD)); /* the newest alone is good */
    CHECK_ERR(INVALID, reset(w, second, "passwordpassword"));
    CHECK_ERR(UNAUTHENTICATED, reset(w, STR("gp_nonsense"), OTHER_PASSWORD));
    world_wait(w, RESET_TOKEN_SECONDS - 1);
    CHECK_OK(reset(w, second, OTHER_PASSWORD));
    CHECK_ERR(UNAUTHENTICATED, reset(w, second, OTHER_PASSWORD));
    CHECK_INT(0, session_count(w));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, tokens.refresh_token, &none));
    CHECK_OK(try_sign_in(w, VIEWER, OTHER_PASSWORD, &tokens));
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, VIEWER, WORLD_PASSWORD, &none));
}

WORLD(a_link_expires)
{
    forget(w, VIEWER);
    CHECK_INT(1, send_links(w));
    str token = link_token(w);
    world_wait(w, RESET_TOKEN_SECONDS);
    CHECK_ERR(UNAUTHENTICATED, reset(w, token, OTHER_PASSWORD));
}

WORLD(nobody_learns_from_the_form_who_is_known)
{
    struct user user = get_user(w, ROLE_VIEWER);
    user.is_active = false;
    save_user(w, &user);
    forget(w, VIEWER);
    forget(w, "nobody@clinic.example");
    CHECK_INT(2, row_count(w, MEMORY_PASSWORD_REQUESTS)); /* the same work for both */
    CHECK_INT(0, send_links(w));
    CHECK_INT(0, row_count(w, MEMORY_MAILS));
    for (int i = 0; i < 20; i++)
        forget(w, "nobody@clinic.example"); /* answered alike, and dropped */
    CHECK(row_count(w, MEMORY_PASSWORD_REQUESTS) <= 4);
}

WORLD(a_new_password_opens_a_lock)
{
    struct session_tokens tokens = {0};
    for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
        CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, VIEWER, "wrong password", &tokens));
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, VIEWER, WORLD_PASSWORD, &tokens));
    forget(w, VIEWER);
    CHECK_INT(1, send_links(w));
    CHECK_OK(reset(w, link_token(w), OTHER_PASSWORD));
    CHECK_OK(try_sign_in(w, VIEWER, OTHER_PASSWORD, &tokens));
    CHECK_INT(0, get_user(w, ROLE_VIEWER).lock_count);
}

WORLD(locks_in_a_row_last_longer)
{
    struct session_tokens tokens = {0};
    static const int64_t seconds[] = {900, 1800, 3600, 3600};
    for (size_t round = 0; round < COUNT_OF(seconds); round++) {
        for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
            CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, VIEWER, "wrong password", &tokens));
        CHECK_INT(w->clock.time.us + SECONDS(seconds[round]),
                  get_user(w, ROLE_VIEWER).locked_until.us);
        world_wait(w, seconds[round]);
    }
    CHECK_OK(try_sign_in(w, VIEWER, WORLD_PASSWORD, &tokens));
}

/* Appendix B of RFC 6238, SHA-1, eight digits; secret "12345678901234567890". */
TEST(codes_are_those_of_the_rfc)
{
    static const struct {
        int64_t time;
        const char *code;
    } vectors[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                   {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    const str secret = STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    struct arena a = {0};
    struct otp_openssl otp;
    str code;
    int64_t step = 0;
    otp_openssl_open(&otp);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        CHECK(otp_code(&a, secret, vectors[i].time / 30, 8, &code));
        CHECK_STR(str_of(vectors[i].code), code);
    }
    const instant now = {SECONDS(1111111111)};
    for (int64_t around = -2; around <= 2; around++) {
        CHECK(otp_code(&a, secret, 1111111111 / 30 + around, OTP_DIGIT_COUNT, &code));
        CHECK(otp_verify(&otp.base, &a, secret, code, now, 0, &step) ==
              (around >= -1 && around <= 1));
        CHECK(!otp_verify(&otp.base, &a, secret, code, now, 1111111111 / 30 + around, &step));
    }
    CHECK(!otp_verify(&otp.base, &a, secret, STR(""), now, 0, &step));
    CHECK(!otp_verify(&otp.base, &a, STR("no base32!"), STR("000000"), now, 0, &step));
    CHECK(otp_make_secret(&otp.base, &a).len == 32);
    arena_deinit(&a);
}

static str code_of(struct world *w, str secret)
{
    str code;
    CHECK(otp_code(&w->arena, secret, w->clock.time.us / SECONDS(30), OTP_DIGIT_COUNT, &code));
    return code;
}

static err confirm(struct world *w, const struct principal *by, str code, struct str_slice *codes)
{
    struct scope scope = world_scope(w, by);
    struct confirm_mfa_result result;
    TRY(confirm_mfa_send(&scope, &(struct confirm_mfa){code}, &result));
    *codes = result.recovery_codes;
    return OK;
}

static str enroll(struct world *w, const struct principal *by)
{
    struct scope scope = world_scope(w, by);
    struct enroll_mfa_result result;
    CHECK_OK(enroll_mfa_send(&scope, &(struct enroll_mfa){STR(WORLD_PASSWORD)}, &result));
    CHECK(str_starts(result.uri, STR("otpauth://totp/Gantry:viewer@clinic.example?secret=")));
    return result.secret;
}

static err disable(struct world *w, const struct principal *by, const char *password, str code)
{
    struct scope scope = world_scope(w, by);
    const struct disable_mfa request = {str_of(password), code};
    struct disable_mfa_result result;
    return disable_mfa_send(&scope, &request, &result);
}

/* A session that was taken over does not set one up, and so does not lock its owner out. */
WORLD(a_second_factor_begins_with_the_password)
{
    struct principal here = signed_in(w);
    struct scope scope = world_scope(w, &here);
    struct enroll_mfa_result result;
    CHECK_ERR(INVALID, enroll_mfa_send(&scope, &(struct enroll_mfa){0}, &result));
    scope = world_scope(w, &here);
    CHECK_ERR(FORBIDDEN,
              enroll_mfa_send(&scope, &(struct enroll_mfa){STR("wrong password")}, &result));
    CHECK(get_user(w, ROLE_VIEWER).mfa_secret.ptr == NULL);
    CHECK_INT(1, get_user(w, ROLE_VIEWER).failure_count);
}

WORLD(a_second_factor_is_asked_for_after_the_password)
{
    struct str_slice codes = {0};
    struct principal here = signed_in(w);
    signed_in(w);
    str secret = enroll(w, &here);
    CHECK(str_find(get_user(w, ROLE_VIEWER).mfa_secret, secret) == SIZE_MAX); /* sealed */
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, STR_NONE));                      /* not in force yet */
    CHECK_ERR(INVALID, confirm(w, &here, STR("12345"), &codes));
    CHECK_OK(confirm(w, &here, code_of(w, secret), &codes));
    CHECK_INT(RECOVERY_CODE_COUNT, codes.len);
    CHECK_INT(1, session_count(w)); /* the others have shown no code */
    CHECK_ERR(CONFLICT, confirm(w, &here, code_of(w, secret), &codes));
    CHECK_ERR(UNAUTHENTICATED, sign_in_with(w, "wrong password", STR_NONE));
    CHECK_ERR(UNAUTHENTICATED, sign_in_with(w, "wrong password", code_of(w, secret)));
    CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, STR_NONE));
    CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, code_of(w, secret))); /* was used */
    world_wait(w, OTP_STEP_SECONDS);
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, code_of(w, secret)));
    CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, code_of(w, secret)));
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, codes.at[3]));
    CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, codes.at[3]));
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, codes.at[9]));
    struct user user = get_user(w, ROLE_VIEWER);
    user.mfa_secret = STR("s1.of another installation's secret");
    save_user(w, &user);
    world_wait(w, OTP_STEP_SECONDS);
    CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, code_of(w, secret)));
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, codes.at[0]));
}

WORLD(codes_cannot_be_guessed)
{
    struct str_slice codes = {0};
    struct principal here = signed_in(w);
    str secret = enroll(w, &here);
    CHECK_OK(confirm(w, &here, code_of(w, secret), &codes));
    for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
        CHECK_ERR(OTP_REQUIRED, sign_in_with(w, WORLD_PASSWORD, STR("000000")));
    world_wait(w, OTP_STEP_SECONDS);
    CHECK_ERR(UNAUTHENTICATED, sign_in_with(w, WORLD_PASSWORD, code_of(w, secret)));
}

WORLD(who_has_both_does_without_the_second_factor)
{
    struct str_slice codes = {0};
    struct principal here = signed_in(w);
    CHECK_ERR(CONFLICT, disable(w, &here, WORLD_PASSWORD, STR("000000")));
    str secret = enroll(w, &here);
    CHECK_OK(confirm(w, &here, code_of(w, secret), &codes));
    CHECK_ERR(FORBIDDEN, disable(w, &here, "wrong password", codes.at[0]));
    CHECK_ERR(FORBIDDEN, disable(w, &here, WORLD_PASSWORD, STR("000000")));
    CHECK_INT(2, get_user(w, ROLE_VIEWER).failure_count);
    CHECK_OK(disable(w, &here, WORLD_PASSWORD, codes.at[0]));
    CHECK_OK(sign_in_with(w, WORLD_PASSWORD, STR_NONE));
    struct user user = get_user(w, ROLE_VIEWER);
    CHECK(user.mfa_secret.ptr == NULL && user.recovery_hashes.ptr == NULL);
}

WORLD(whoever_must_have_a_second_factor_can_do_nothing_else_before)
{
    struct str_slice codes = {0};
    struct db_session *s = world_begin(w);
    struct organization_settings settings;
    bool is_missing;
    struct user user = get_user(w, ROLE_VIEWER), other = get_user(w, ROLE_RADIOLOGIST);
    CHECK_OK(second_factor_is_missing(&s->readers, &w->arena, &user, &is_missing));
    CHECK(!is_missing);
    CHECK_OK(organization_reader_settings(s->readers.organizations, &w->arena, w->organization.key,
                                          &settings));
    settings.id = uuid_make(&w->clock.base);
    settings.created_at = settings.updated_at = w->clock.time;
    settings.mfa_required_roles = INT64_C(1) << ROLE_VIEWER;
    CHECK_OK(organization_writer_save_settings(s->uow.organizations, &settings));
    CHECK_OK(second_factor_is_missing(&s->readers, &w->arena, &user, &is_missing));
    CHECK(is_missing);
    CHECK_OK(second_factor_is_missing(&s->readers, &w->arena, &other, &is_missing));
    CHECK(!is_missing);
    CHECK_OK(db_session_commit(s));
    db_session_end(s);
    struct principal here = signed_in(w);
    here.permissions = permissions_to_enroll();
    struct scope scope = world_scope(w, &here);
    struct list_own_sessions_result list;
    struct update_me_result me;
    CHECK_ERR(MFA_REQUIRED, list_own_sessions_send(&scope, &(struct list_own_sessions){0}, &list));
    CHECK_ERR(MFA_REQUIRED, update_me_send(&scope, &(struct update_me){.name = STR("x")}, &me));
    str secret = enroll(w, &here);
    CHECK_OK(confirm(w, &here, code_of(w, secret), &codes));
}

WORLD(people_see_and_end_their_own_sessions)
{
    struct principal here = signed_in(w), stranger = world_principal(w, ROLE_RADIOLOGIST);
    struct scope scope = world_scope(w, &here), elsewhere = world_scope(w, &stranger);
    struct list_own_sessions_result list;
    struct end_own_session_result ended;
    struct end_other_sessions_result others;
    signed_in(w);
    signed_in(w);
    CHECK_OK(list_own_sessions_send(&scope, &(struct list_own_sessions){0}, &list));
    CHECK_INT(3, list.items.len);
    CHECK(list.items.at[2].is_current && !list.items.at[0].is_current);
    CHECK_STR(STR("192.0.2.7"), list.items.at[0].peer_address);
    const struct end_own_session end = {list.items.at[0].id};
    CHECK_ERR(NOT_FOUND, end_own_session_send(&elsewhere, &end, &ended));
    CHECK_OK(end_own_session_send(&scope, &end, &ended));
    CHECK_ERR(NOT_FOUND, end_own_session_send(&scope, &end, &ended));
    CHECK_INT(2, session_count(w));
    CHECK_OK(end_other_sessions_send(&scope, &(struct end_other_sessions){0}, &others));
    CHECK_INT(1, session_count(w));
}

WORLD(people_change_their_name_and_language)
{
    struct principal here = signed_in(w);
    struct scope scope = world_scope(w, &here);
    struct update_me_result me;
    const struct update_me request = {.name = STR("Vi Ewer"), .language = STR("de-AT")};
    CHECK_OK(update_me_send(&scope, &request, &me));
    CHECK_STR(STR("Vi Ewer"), me.user.name);
    CHECK_STR(STR("de-AT"), get_user(w, ROLE_VIEWER).language);
    CHECK_ERR(INVALID, update_me_send(&scope, &(struct update_me){.language = STR("--")}, &me));
}
