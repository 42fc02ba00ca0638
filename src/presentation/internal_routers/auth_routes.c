/* Signing in and out: with tokens, or, for the program's own pages, with a cookie. */
#include "application/commands/auth/change_password/command.h"
#include "application/commands/auth/confirm_mfa/command.h"
#include "application/commands/auth/disable_mfa/command.h"
#include "application/commands/auth/end_other_sessions/command.h"
#include "application/commands/auth/end_own_session/command.h"
#include "application/commands/auth/enroll_mfa/command.h"
#include "application/commands/auth/forgot_password/command.h"
#include "application/commands/auth/refresh_session/command.h"
#include "application/commands/auth/reset_password/command.h"
#include "application/commands/auth/rotate_signing_keys/command.h"
#include "application/commands/auth/sign_in/command.h"
#include "application/commands/auth/sign_out/command.h"
#include "application/commands/auth/update_me/command.h"
#include "application/queries/auth/get_me/query.h"
#include "application/queries/auth/list_own_sessions/query.h"
#include "base/json.h"
#include "domain/entities/session.h"
#include "presentation/binding.h"
#include "presentation/cookie.h"
#include "presentation/internal_routers/routers.h"

enum { FORM_SIZE_MAX = 8 * 1024 };

/* The OAuth 2 password form (RFC 6749 4.3), which the documentation page's "Authorize" sends. */
static err token_form(struct request *r)
{
    struct query_pair_slice form;
    struct sign_in cmd = {0};
    struct sign_in_result result;
    struct arena *a = request_arena(r);
    TRY(body_limit_check(r));
    if (!str_eq_nocase(header_main(http_header(r->x, "Content-Type")),
                       STR("application/x-www-form-urlencoded")))
        return ERR(UNSUPPORTED, "the body must be application/x-www-form-urlencoded");
    TRY(query_read(a, r->x->body, &form));
    for (size_t i = 0; i < form.len; i++) {
        if (str_eq(form.at[i].name, STR("username")))
            cmd.email = form.at[i].value;
        if (str_eq(form.at[i].name, STR("password")))
            cmd.password = form.at[i].value;
        if (str_eq(form.at[i].name, STR("otp")))
            cmd.otp = form.at[i].value;
        if (str_eq(form.at[i].name, STR("grant_type")) &&
            !str_eq(form.at[i].value, STR("password")))
            return ERR(INVALID, "only the grant_type password is known");
    }
    TRY(sign_in_send(&r->scope, &cmd, &result));
    struct buf body = BUF_IN(a);
    json_write(&body, &sign_in_result_schema, &result, 0);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, 200, STR("application/json"), buf_str(&body));
    return OK;
}

/* A page elsewhere must not sign its visitor in as somebody else. */
static err browser_sign_in(struct request *r)
{
    struct sign_in cmd = {0};
    struct sign_in_result result;
    if (!cookie_is_own_page(r))
        return ERR(FORBIDDEN, "only this server's own pages sign in with a cookie");
    TRY(request_bind(r, &sign_in_schema, &cmd));
    TRY(sign_in_send(&r->scope, &cmd, &result));
    cookie_set_session(r, result.tokens.browser_token, SESSION_SECONDS);
    http_respond(r->x, 204, STR(""), STR(""));
    return OK;
}

static err browser_sign_out(struct request *r)
{
    struct sign_out cmd = {0};
    struct sign_out_result result;
    TRY(sign_out_send(&r->scope, &cmd, &result));
    cookie_clear_session(r);
    http_respond(r->x, 204, STR(""), STR(""));
    return OK;
}

static err jwks(struct request *r)
{
    http_set_header(r->x, "Cache-Control", STR("public, max-age=300"));
    http_respond(
        r->x, 200, STR("application/jwk-set+json"),
        token_jwks(r->scope.services->tokens, request_arena(r), clock_now(r->scope.clock)));
    return OK;
}

const struct route auth_routes[] = {
    {"POST", "/auth/login", &sign_in_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth", .is_limited = true},
    {"POST", "/auth/token", .handle = token_form, .needs = PERMISSION_ANYONE, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = FORM_SIZE_MAX, .tag = "auth",
     .doc = "Sign in with a form (OAuth 2 password grant)", .answers = "application/json",
     .is_limited = true},
    {"POST", "/auth/refresh", &refresh_session_use_case, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth"},
    {"POST", "/auth/logout", &sign_out_use_case, .tag = "auth", .success = 204},
    {"POST", "/auth/signing-keys/rotate", &rotate_signing_keys_use_case, .tag = "auth",
     .success = 201},
    {"GET", "/auth/me", &get_me_use_case, .is_quick = true, .takes_cookie = true, .tag = "auth"},
    {"PATCH", "/auth/me", &update_me_use_case, .body = HTTP_BODY_BUFFERED, .tag = "auth"},
    {"GET", "/auth/sessions", &list_own_sessions_use_case, .tag = "auth"},
    {"DELETE", "/auth/sessions", &end_other_sessions_use_case, .tag = "auth", .success = 204},
    {"DELETE", "/auth/sessions/{id}", &end_own_session_use_case, .tag = "auth", .success = 204},
    {"POST", "/auth/password/change", &change_password_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = FORM_SIZE_MAX, .tag = "auth", .success = 204,
     .is_limited = true},
    {"POST", "/auth/password/forgot", &forgot_password_use_case, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth", .success = 202, .is_limited = true},
    {"POST", "/auth/password/reset", &reset_password_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = FORM_SIZE_MAX, .tag = "auth", .success = 204,
     .is_limited = true},
    {"POST", "/auth/mfa/enroll", &enroll_mfa_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth", .is_limited = true},
    {"POST", "/auth/mfa/confirm", &confirm_mfa_use_case, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth", .is_limited = true},
    {"POST", "/auth/mfa/disable", &disable_mfa_use_case, .lane = LANE_CPU,
     .body = HTTP_BODY_BUFFERED, .body_max = FORM_SIZE_MAX, .tag = "auth", .success = 204,
     .is_limited = true},
    {"POST", "/auth/browser-session", .handle = browser_sign_in, .needs = PERMISSION_ANYONE,
     .behind = &sign_in_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .body_max = FORM_SIZE_MAX, .tag = "auth", .doc = "Sign a page of this server in: a cookie",
     .success = 204, .is_limited = true},
    {"DELETE", "/auth/browser-session", .handle = browser_sign_out, .needs = OWN_SIGN_IN,
     .behind = &sign_out_use_case, .lane = LANE_DB, .takes_cookie = true, .tag = "auth",
     .doc = "End the session of the cookie", .success = 204},
};
const size_t auth_route_count = COUNT_OF(auth_routes);

/* At the root, RFC 8615. */
const struct route well_known_routes[] = {
    {"GET", "/.well-known/jwks.json", .handle = jwks, .needs = PERMISSION_ANYONE,
     .lane = LANE_INLINE, .tag = "auth", .doc = "Public keys of the access tokens",
     .answers = "application/jwk-set+json"},
};
const size_t well_known_route_count = COUNT_OF(well_known_routes);
