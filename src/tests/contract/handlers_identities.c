/* Signing in by a provider that says what it is told to, over a world in memory. */
#include "tests/contract/handlers.h"

#include "application/commands/auth/delete_own_identity/command.h"
#include "application/commands/auth/redeem_sign_in_code/command.h"
#include "application/commands/auth/sign_in_with_provider/command.h"
#include "application/commands/identity_providers/create_identity_provider/command.h"
#include "application/commands/identity_providers/delete_identity_provider/command.h"
#include "application/commands/identity_providers/update_identity_provider/command.h"
#include "application/commands/users/deactivate_user/command.h"
#include "application/commands/users/delete_user_identity/command.h"
#include "application/commands/users/invite_user/command.h"
#include "application/models/second_factor.h"
#include "application/queries/auth/begin_provider_sign_in/query.h"
#include "application/queries/auth/begin_provider_sign_out/query.h"
#include "application/queries/auth/list_own_identities/query.h"
#include "application/queries/auth/list_sign_in_providers/query.h"
#include "application/queries/auth/read_provider_answer/query.h"
#include "infrastructure/secret_sha256.h"

#define VERIFIER "0123456789012345678901234567890123456789abc"

/* Somebody at the provider; what was asked is kept for the answer. */
struct fake_provider {
    struct openid_connect base;
    struct openid_identity says;
    char state[64];
    char nonce[64];
    int redeemed;
    bool cannot_end; /* it has no page for that */
};

static struct fake_provider *fake(struct openid_connect *o)
{
    return (struct fake_provider *)(void *)o;
}

static err fake_begin(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
                      const struct openid_attempt *attempt, str *url)
{
    snprintf(fake(o)->state, sizeof fake(o)->state, "%.*s", STR_ARG(attempt->state));
    snprintf(fake(o)->nonce, sizeof fake(o)->nonce, "%.*s", STR_ARG(attempt->nonce));
    *url = str_format(a, "%.*s/authorize", STR_ARG(p->issuer));
    return OK;
}

static err fake_complete(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
                         const struct openid_attempt *attempt, const struct openid_answer *answer,
                         struct openid_identity *out)
{
    (void)a;
    CHECK_STR(STR("https://gantry.example/api/v1/auth/callback"), p->redirect_uri);
    CHECK_STR(STR("very secret"), p->client_secret);
    CHECK_STR(str_of(fake(o)->nonce), attempt->nonce);
    fake(o)->redeemed++;
    if (!str_eq(answer->code, STR("good")))
        return ERR(UNAUTHENTICATED, "the code is not good");
    *out = fake(o)->says;
    return OK;
}

static err fake_end(struct openid_connect *o, struct arena *a, const struct openid_provider *p,
                    str return_uri, str *url)
{
    (void)p;
    *url = fake(o)->cannot_end
               ? STR_NONE
               : str_format(a, "https://login.example/end?to=%.*s", STR_ARG(return_uri));
    return OK;
}

static const struct openid_connect_ops fake_ops = {
    .begin = fake_begin, .complete = fake_complete, .end = fake_end};

static err fake_check(struct http_client *c, struct arena *a, str url)
{
    (void)c, (void)a;
    return str_starts(url, STR("https://")) ? OK : ERR(INVALID, "is not https");
}

static const struct http_client_ops fake_http_ops = {.check = fake_check};
static struct fake_provider provider;
static struct http_client http;

static void use_provider(struct world *w)
{
    provider = (struct fake_provider){.base = {&fake_ops},
                                      .says = {.subject = STR("sub-1"),
                                               .email = STR("Ada@Clinic.example"),
                                               .email_is_verified = true,
                                               .name = STR("Ada Lovelace")}};
    http = (struct http_client){&fake_http_ops};
    w->services.openid = &provider.base;
    w->services.http = &http;
}

static err create(struct world *w, enum role role, struct create_identity_provider cmd,
                  struct provider_view *out)
{
    struct principal principal = world_principal(w, role);
    struct scope scope = world_scope(w, &principal);
    struct create_identity_provider_result result = {0};
    cmd.name = cmd.name.ptr != NULL ? cmd.name : STR("Clinic account");
    cmd.issuer = cmd.issuer.ptr != NULL ? cmd.issuer : STR("https://login.example");
    cmd.client_id = STR("gantry");
    cmd.client_secret = STR("very secret");
    err e = create_identity_provider_send(&scope, &cmd, &result);
    *out = result.view;
    return e;
}

static struct provider_view made(struct world *w, struct create_identity_provider cmd)
{
    struct provider_view out;
    use_provider(w);
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, cmd, &out));
    return out;
}

static struct scope scope_of(struct world *w, const struct principal *p)
{
    return world_scope(w, p);
}

/* Up to what the provider said. */
static err answer(struct world *w, const struct principal *by, struct begin_provider_sign_in query,
                  str *assertion)
{
    struct scope scope = scope_of(w, by), nobody = scope_of(w, &principal_nobody);
    struct begin_provider_sign_in_result begun = {0};
    struct read_provider_answer_result read = {0};
    TRY(begin_provider_sign_in_send(&scope, &query, &begun));
    const struct read_provider_answer back = {
        .attempt = begun.attempt, .code = STR("good"), .state = str_of(provider.state)};
    TRY(read_provider_answer_send(&nobody, &back, &read));
    *assertion = read.assertion;
    return OK;
}

static err come(struct world *w, str assertion, str otp, struct sign_in_with_provider_result *out)
{
    struct scope scope = scope_of(w, &principal_nobody);
    const struct sign_in_with_provider cmd = {assertion, otp};
    *out = (struct sign_in_with_provider_result){0};
    return sign_in_with_provider_send(&scope, &cmd, out);
}

static err sign_in_by(struct world *w, uuid id, struct sign_in_with_provider_result *out)
{
    str assertion;
    TRY(answer(w, &principal_nobody, (struct begin_provider_sign_in){.id = id}, &assertion));
    return come(w, assertion, STR_NONE, out);
}

static struct user user_of(struct world *w, const char *email)
{
    struct user user;
    struct db_session *s = world_begin(w);
    CHECK_OK(user_reader_get_by_email(s->readers.users, &w->arena, str_of(email), &user));
    db_session_end(s);
    return user;
}

static struct create_identity_provider making_users(void)
{
    return (struct create_identity_provider){.makes_users = {true, true},
                                             .default_role = STR("viewer")};
}

WORLD(whoever_comes_first_becomes_a_user_and_is_known_by_the_subject)
{
    struct provider_view p = made(w, making_users());
    struct sign_in_with_provider_result result;
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK(result.browser_token.len != 0 && result.code.len == 0 && !result.is_linked);
    struct user ada = user_of(w, "ada@clinic.example");
    CHECK_STR(STR("Ada Lovelace"), ada.name);
    CHECK(ada.role == ROLE_VIEWER && ada.is_active && ada.password_hash.len == 0);
    provider.says.email = STR("ada@elsewhere.example"); /* addresses change, subjects do not */
    provider.says.email_is_verified = false;
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK_INT(1, row_count(w, MEMORY_IDENTITIES));
    CHECK_INT(2, row_count(w, MEMORY_SESSIONS));
    struct session_tokens tokens;
    CHECK_ERR(INVALID, try_sign_in(w, "ada@clinic.example", "", &tokens));
    CHECK_ERR(UNAUTHENTICATED, try_sign_in(w, "ada@clinic.example", WORLD_PASSWORD, &tokens));
}

WORLD(nobody_comes_in_whom_nobody_knows)
{
    struct provider_view p = made(w, (struct create_identity_provider){0});
    struct sign_in_with_provider_result result;
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
    provider.says.email_is_verified = false;
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
    provider.says.email_is_verified = true;
    provider.says.email = STR("viewer@clinic.example"); /* somebody's, who has not said so */
    CHECK_ERR(CONFLICT, sign_in_by(w, p.provider.id, &result));
    CHECK_INT(0, row_count(w, MEMORY_IDENTITIES));
    CHECK_INT(0, row_count(w, MEMORY_SESSIONS));
}

WORLD(an_address_is_believed_where_the_organization_says_so)
{
    struct create_identity_provider cmd = {.links_by_email = {true, true}};
    str domain = STR("clinic.example");
    cmd.email_domains = (struct str_slice){&domain, 1};
    struct provider_view p = made(w, cmd);
    struct sign_in_with_provider_result result;
    provider.says.email = STR("viewer@elsewhere.example");
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
    provider.says.email = STR("viewer@clinic.example");
    provider.says.email_is_verified = false;
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
    provider.says.email_is_verified = true;
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK_INT(1, row_count(w, MEMORY_IDENTITIES));
    CHECK_INT(1, row_count(w, MEMORY_SESSIONS));
}

WORLD(groups_give_the_role_at_each_sign_in)
{
    struct create_identity_provider cmd = making_users();
    struct role_mapping mappings[] = {{STR("chiefs"), STR("administrator")},
                                      {STR("readers"), STR("radiologist")}};
    cmd.default_role = STR_NONE;
    cmd.groups_claim = STR("groups");
    cmd.roles = (struct role_mapping_slice){mappings, 2};
    struct provider_view p = made(w, cmd);
    struct sign_in_with_provider_result result;
    str groups[] = {STR("staff"), STR("readers")};
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result)); /* in none of them */
    CHECK_INT(0, row_count(w, MEMORY_IDENTITIES));
    provider.says.groups = (struct str_slice){groups, 2};
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    struct user ada = user_of(w, "ada@clinic.example");
    CHECK(ada.role == ROLE_RADIOLOGIST);
    groups[0] = STR("chiefs");
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK(user_of(w, "ada@clinic.example").role == ROLE_ADMINISTRATOR);
    struct db_session *s = world_begin(w);
    struct session_slice live;
    CHECK_OK(session_reader_live(s->readers.sessions, &w->arena, ada.key, w->clock.time, &live));
    CHECK_INT(1, live.len); /* the one with the former role has ended, the new one has not */
    db_session_end(s);
    provider.says.groups.len = 0;
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
}

WORLD(the_last_administrator_stays_one_whatever_the_groups_say)
{
    struct create_identity_provider cmd = {.links_by_email = {true, true},
                                           .groups_claim = STR("groups"),
                                           .default_role = STR("viewer")};
    struct role_mapping mapping = {STR("chiefs"), STR("administrator")};
    cmd.roles = (struct role_mapping_slice){&mapping, 1};
    struct provider_view p = made(w, cmd);
    struct sign_in_with_provider_result result;
    provider.says.email = STR("administrator@clinic.example");
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK(user_of(w, "administrator@clinic.example").role == ROLE_ADMINISTRATOR);
    provider.says.email = STR("radiologist@clinic.example");
    provider.says.subject = STR("sub-2");
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK(user_of(w, "radiologist@clinic.example").role == ROLE_VIEWER);
}

/* The viewer has a second factor from now on. */
static struct str_slice viewer_codes(struct world *w)
{
    struct scope scope = scope_of(w, &principal_nobody);
    struct command_ctx ctx = {
        .scope = &scope, .arena = &w->arena, .clock = &w->clock.base, .services = &w->services};
    struct user viewer = get_user(w, ROLE_VIEWER);
    struct str_slice codes;
    str secret;
    second_factor_begin(&ctx, &viewer, &secret);
    second_factor_enable(&ctx, &viewer, &codes);
    save_user(w, &viewer);
    return codes;
}

WORLD(a_second_factor_is_asked_for_by_one_of_both)
{
    struct create_identity_provider cmd = {.links_by_email = {true, true}};
    str factor = STR("otp");
    cmd.second_factors = (struct str_slice){&factor, 1};
    struct provider_view p = made(w, cmd);
    struct sign_in_with_provider_result result;
    struct str_slice codes = viewer_codes(w);
    str assertion;
    provider.says.email = STR("viewer@clinic.example");
    CHECK_OK(answer(w, &principal_nobody, (struct begin_provider_sign_in){.id = p.provider.id},
                    &assertion));
    CHECK_ERR(OTP_REQUIRED, come(w, assertion, STR_NONE, &result));
    CHECK_ERR(OTP_REQUIRED, come(w, assertion, STR("000000"), &result));
    CHECK_INT(0, row_count(w, MEMORY_SESSIONS));
    CHECK_INT(0, row_count(w, MEMORY_IDENTITIES)); /* nor is anything half done */
    CHECK_OK(come(w, assertion, codes.at[0], &result));
    CHECK_ERR(OTP_REQUIRED, come(w, assertion, codes.at[0], &result)); /* good once */
    CHECK_INT(1, row_count(w, MEMORY_SESSIONS));
    str amr[] = {STR("pwd"), STR("otp")};
    provider.says.amr = (struct str_slice){amr, 2};
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    world_wait(w, PROVIDER_ASSERTION_SECONDS + 1);
    CHECK_ERR(UNAUTHENTICATED, come(w, assertion, codes.at[1], &result));
}

WORLD(codes_cannot_be_guessed_by_way_of_a_provider)
{
    const struct create_identity_provider cmd = {.links_by_email = {true, true}};
    struct provider_view p = made(w, cmd);
    struct sign_in_with_provider_result result;
    struct str_slice codes = viewer_codes(w);
    const struct begin_provider_sign_in query = {.id = p.provider.id};
    str assertion;
    provider.says.email = STR("viewer@clinic.example");
    CHECK_OK(answer(w, &principal_nobody, query, &assertion));
    for (int i = 0; i < SIGN_IN_FAILURE_COUNT_MAX; i++)
        CHECK_ERR(OTP_REQUIRED, come(w, assertion, STR("000000"), &result));
    CHECK_ERR(OTP_REQUIRED, come(w, assertion, codes.at[0], &result)); /* the account is locked */
    CHECK_INT(0, row_count(w, MEMORY_SESSIONS));
    world_wait(w, SIGN_IN_LOCK_SECONDS + 1);
    CHECK_OK(answer(w, &principal_nobody, query, &assertion));
    CHECK_OK(come(w, assertion, codes.at[0], &result));
}

WORLD(who_signs_out_is_sent_to_the_provider_and_back)
{
    struct provider_view p = made(w, making_users());
    struct scope scope = scope_of(w, &principal_nobody);
    struct begin_provider_sign_out query = {.id = p.provider.id};
    struct begin_provider_sign_out_result to = {0};
    CHECK_OK(begin_provider_sign_out_send(&scope, &query, &to));
    CHECK_STR(STR("https://login.example/end?to=https://gantry.example/signin"), to.url);
    query.return_address = STR("https://app.example/bye");
    CHECK_OK(begin_provider_sign_out_send(&scope, &query, &to));
    CHECK_STR(STR("https://login.example/end?to=https://app.example/bye"), to.url);
    provider.cannot_end = true;
    CHECK_OK(begin_provider_sign_out_send(&scope, &query, &to));
    CHECK_STR(STR("https://app.example/bye"), to.url);
    query.id = (uuid){{1}};
    CHECK_ERR(NOT_FOUND, begin_provider_sign_out_send(&scope, &query, &to));
}

WORLD(an_answer_is_of_the_browser_that_asked)
{
    struct provider_view p = made(w, making_users());
    struct scope scope = scope_of(w, &principal_nobody);
    struct begin_provider_sign_in_result begun = {0};
    struct read_provider_answer_result read = {0};
    const struct begin_provider_sign_in query = {.id = p.provider.id};
    CHECK_OK(begin_provider_sign_in_send(&scope, &query, &begun));
    struct read_provider_answer back = {
        .attempt = begun.attempt, .code = STR("good"), .state = STR("another")};
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
    back.state = STR_NONE;
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
    back.state = str_of(provider.state);
    back.attempt = str_sub(begun.attempt, 0, begun.attempt.len - 2);
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
    back.attempt = STR_NONE;
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
    CHECK_INT(0, provider.redeemed); /* a code is shown to nobody before */
    back.attempt = begun.attempt;
    back.code = STR("bad");
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
    back.code = STR_NONE;
    back.error = STR("access_denied");
    CHECK_ERR(FORBIDDEN, read_provider_answer_send(&scope, &back, &read));
    /* what one seal holds is no other's */
    struct sign_in_with_provider_result result;
    CHECK_ERR(UNAUTHENTICATED, come(w, begun.attempt, STR_NONE, &result));
    world_wait(w, PROVIDER_ATTEMPT_SECONDS + 1);
    back.code = STR("good");
    CHECK_ERR(UNAUTHENTICATED, read_provider_answer_send(&scope, &back, &read));
}

WORLD(an_account_is_added_to_whoever_is_signed_in)
{
    struct provider_view p = made(w, (struct create_identity_provider){0});
    struct session_tokens tokens = {0};
    struct access_claims claims;
    struct sign_in_with_provider_result result;
    struct list_own_identities_result own = {0};
    struct delete_own_identity_result deleted;
    str assertion;
    CHECK_OK(try_sign_in(w, "viewer@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_OK(token_verify_access(&w->tokens.base, &w->arena, tokens.access_token, w->clock.time,
                                 &claims));
    struct principal viewer = world_principal(w, ROLE_VIEWER);
    viewer.session_id = claims.session_id;
    const struct begin_provider_sign_in query = {.id = p.provider.id, .is_link = true};
    CHECK_OK(answer(w, &viewer, query, &assertion));
    CHECK_OK(come(w, assertion, STR_NONE, &result));
    CHECK(result.is_linked && result.browser_token.len == 0);
    CHECK_OK(come(w, assertion, STR_NONE, &result)); /* twice is once */
    struct scope scope = scope_of(w, &viewer);
    CHECK_OK(list_own_identities_send(&scope, &(struct list_own_identities){0}, &own));
    CHECK_INT(1, own.items.len);
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    CHECK(result.browser_token.len != 0);
    struct principal radiologist = world_principal(w, ROLE_RADIOLOGIST);
    CHECK_OK(try_sign_in(w, "radiologist@clinic.example", WORLD_PASSWORD, &tokens));
    CHECK_OK(token_verify_access(&w->tokens.base, &w->arena, tokens.access_token, w->clock.time,
                                 &claims));
    radiologist.session_id = claims.session_id;
    CHECK_OK(answer(w, &radiologist, query, &assertion));
    CHECK_ERR(CONFLICT, come(w, assertion, STR_NONE, &result)); /* somebody else's */
    radiologist.session_id = viewer.session_id;
    CHECK_OK(answer(w, &radiologist, query, &assertion));
    CHECK_ERR(UNAUTHENTICATED, come(w, assertion, STR_NONE, &result)); /* not their session */
    CHECK_OK(delete_own_identity_send(&scope, &(struct delete_own_identity){own.items.at[0].id},
                                      &deleted));
    CHECK_ERR(NOT_FOUND, delete_own_identity_send(
                             &scope, &(struct delete_own_identity){own.items.at[0].id}, &deleted));
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
}

WORLD(the_only_way_in_stays)
{
    struct provider_view p = made(w, making_users());
    struct sign_in_with_provider_result result;
    struct list_own_identities_result own = {0};
    struct delete_own_identity_result deleted;
    CHECK_OK(sign_in_by(w, p.provider.id, &result));
    struct user ada = user_of(w, "ada@clinic.example");
    struct principal principal = world_principal(w, ROLE_VIEWER);
    principal.user_key = ada.key;
    principal.user_id = ada.id;
    struct scope scope = scope_of(w, &principal);
    CHECK_OK(list_own_identities_send(&scope, &(struct list_own_identities){0}, &own));
    CHECK_ERR(CONFLICT, delete_own_identity_send(
                            &scope, &(struct delete_own_identity){own.items.at[0].id}, &deleted));
    struct principal admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope of_admin = scope_of(w, &admin);
    struct delete_user_identity_result removed;
    CHECK_ERR(CONFLICT,
              delete_user_identity_send(
                  &of_admin, &(struct delete_user_identity){ada.id, own.items.at[0].id}, &removed));
    struct deactivate_user_result gone;
    CHECK_OK(deactivate_user_send(&of_admin, &(struct deactivate_user){ada.id}, &gone));
    CHECK_ERR(FORBIDDEN, sign_in_by(w, p.provider.id, &result));
}

WORLD(a_code_is_good_once_for_whoever_has_the_verifier)
{
    struct provider_view p = made(w, making_users());
    struct sign_in_with_provider_result result;
    struct redeem_sign_in_code_result tokens = {0};
    struct scope scope = scope_of(w, &principal_nobody);
    struct buf challenge = BUF_IN(&w->arena);
    str digest, assertion;
    CHECK(hex_decode(&w->arena, secret_digest(&secret_sha256, &w->arena, STR(VERIFIER)), &digest));
    buf_add_base64url(&challenge, digest.ptr, digest.len);
    struct begin_provider_sign_in query = {.id = p.provider.id,
                                           .return_address = STR("https://app.example/back"),
                                           .code_challenge = buf_str(&challenge)};
    CHECK_OK(answer(w, &principal_nobody, query, &assertion));
    CHECK_OK(come(w, assertion, STR_NONE, &result));
    CHECK(result.browser_token.len == 0 && result.code.len != 0);
    CHECK_STR(query.return_address, result.return_address);
    struct redeem_sign_in_code cmd = {result.code,
                                      STR("another-verifier-another-verifier-another-v")};
    CHECK_ERR(UNAUTHENTICATED, redeem_sign_in_code_send(&scope, &cmd, &tokens));
    cmd.code_verifier = STR(VERIFIER);
    CHECK_OK(redeem_sign_in_code_send(&scope, &cmd, &tokens));
    struct session_tokens next = {0};
    CHECK_OK(try_refresh(w, tokens.tokens.refresh_token, &next));
    CHECK_ERR(UNAUTHENTICATED, redeem_sign_in_code_send(&scope, &cmd, &tokens));
    CHECK_ERR(UNAUTHENTICATED, try_refresh(w, next.refresh_token, &next)); /* and all of it ends */
    CHECK_OK(answer(w, &principal_nobody, query, &assertion));
    CHECK_OK(come(w, assertion, STR_NONE, &result));
    world_wait(w, SIGN_IN_CODE_SECONDS + 1);
    cmd.code = result.code;
    CHECK_ERR(UNAUTHENTICATED, redeem_sign_in_code_send(&scope, &cmd, &tokens));
    query.code_challenge = STR("short");
    CHECK_ERR(INVALID, answer(w, &principal_nobody, query, &assertion));
    query = (struct begin_provider_sign_in){.id = p.provider.id, .next = STR("//evil.example")};
    CHECK_ERR(INVALID, answer(w, &principal_nobody, query, &assertion));
    query.next = STR("/\\evil.example");
    CHECK_ERR(INVALID, answer(w, &principal_nobody, query, &assertion));
}

WORLD(what_no_provider_can_be_made_of)
{
    struct provider_view out;
    struct role_mapping mapping = {STR("g"), STR("no such role")};
    struct update_identity_provider_result updated = {0};
    use_provider(w);
    CHECK_ERR(FORBIDDEN, create(w, ROLE_RADIOLOGIST, making_users(), &out));
    CHECK_ERR(INVALID,
              create(w, ROLE_ADMINISTRATOR,
                     (struct create_identity_provider){.issuer = STR("http://x.example")}, &out));
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR,
                              (struct create_identity_provider){.scopes = STR("email")}, &out));
    CHECK_ERR(INVALID,
              create(w, ROLE_ADMINISTRATOR,
                     (struct create_identity_provider){.makes_users = {true, true}}, &out));
    struct create_identity_provider cmd = {.groups_claim = STR("groups"), .roles = {&mapping, 1}};
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, cmd, &out));
    mapping.role = STR("viewer");
    cmd.groups_claim = STR_NONE;
    CHECK_ERR(INVALID, create(w, ROLE_ADMINISTRATOR, cmd, &out));
    cmd.groups_claim = STR("groups");
    CHECK_OK(create(w, ROLE_ADMINISTRATOR, cmd, &out));
    CHECK(out.has_secret && out.roles.len == 1);
    CHECK_ERR(CONFLICT, create(w, ROLE_ADMINISTRATOR, cmd, &out));
    CHECK_OK(
        create(w, ROLE_ADMINISTRATOR, (struct create_identity_provider){.name = STR("b")}, &out));
    struct principal admin = world_principal(w, ROLE_ADMINISTRATOR);
    struct scope scope = scope_of(w, &admin);
    struct update_identity_provider update = {.id = out.provider.id,
                                              .issuer = STR("https://other.example")};
    CHECK_ERR(CONFLICT, update_identity_provider_send(&scope, &update, &updated));
    update = (struct update_identity_provider){
        .id = out.provider.id, .client_secret = STR(""), .is_listed = {true, false}};
    CHECK_OK(update_identity_provider_send(&scope, &update, &updated));
    CHECK(!updated.view.has_secret && !updated.view.provider.is_listed);
    update.if_match = 1;
    CHECK_ERR(PRECONDITION_FAILED, update_identity_provider_send(&scope, &update, &updated));
    struct list_sign_in_providers_result listed = {0};
    struct scope nobody = scope_of(w, &principal_nobody);
    CHECK_OK(list_sign_in_providers_send(&nobody, &(struct list_sign_in_providers){0}, &listed));
    CHECK_INT(1, listed.items.len);
    CHECK_STR(STR("Clinic account"), listed.items.at[0].name);
}

/* ---- whatever fails ---- */

enum { FAULT_COUNT_MAX = 500 };

static bool torture(enum err_code code, uint64_t fail_at)
{
    static struct world w;
    struct sign_in_with_provider_result result;
    world_open(&w);
    struct provider_view p = made(&w, making_users());
    w.fault = (struct fault){.fail_at = fail_at, .code = code};
    err e = sign_in_by(&w, p.provider.id, &result);
    w.fault.fail_at = 0;
    bool is_untouched = w.fault.failed == NULL;
    if (failed(e)) {
        CHECK_INT(code, e.code);
        CHECK_INT(0, row_count(&w, MEMORY_IDENTITIES));
        CHECK_INT(0, row_count(&w, MEMORY_SESSIONS));
        CHECK_INT(ROLE_COUNT, row_count(&w, MEMORY_USERS));
        CHECK_OK(sign_in_by(&w, p.provider.id, &result));
    }
    CHECK_INT(1, row_count(&w, MEMORY_IDENTITIES));
    CHECK_INT(1, row_count(&w, MEMORY_SESSIONS));
    world_close(&w);
    return is_untouched;
}

TEST(a_sign_in_by_a_provider_does_all_or_nothing_whatever_fails)
{
    static const enum err_code codes[] = {ERR_UNAVAILABLE, ERR_NO_SPACE, ERR_SERIALIZATION};
    log_configure(LOG_ERROR, LOG_TEXT, 2);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint64_t at = 1;
        while (!torture(codes[i], at) && at < FAULT_COUNT_MAX)
            at++;
        CHECK(at > 10 && at < FAULT_COUNT_MAX);
    }
}
