/* Signing in by a provider (docs/OPENID_CONNECT.md): to the provider and back are steps of a
 * browser, so what goes wrong there is told by the sign-in page; the rest is JSON. */
#include "application/commands/auth/delete_own_identity/command.h"
#include "application/commands/auth/redeem_sign_in_code/command.h"
#include "application/commands/auth/sign_in_with_provider/command.h"
#include "application/commands/identity_providers/create_identity_provider/command.h"
#include "application/commands/identity_providers/delete_identity_provider/command.h"
#include "application/commands/identity_providers/update_identity_provider/command.h"
#include "application/commands/users/delete_user_identity/command.h"
#include "application/queries/auth/begin_provider_sign_in/query.h"
#include "application/queries/auth/begin_provider_sign_out/query.h"
#include "application/queries/auth/list_own_identities/query.h"
#include "application/queries/auth/list_sign_in_providers/query.h"
#include "application/queries/auth/read_provider_answer/query.h"
#include "application/queries/identity_providers/check_identity_provider/query.h"
#include "application/queries/identity_providers/get_identity_provider/query.h"
#include "application/queries/identity_providers/list_identity_providers/query.h"
#include "application/queries/users/list_user_identities/query.h"
#include "base/json.h"
#include "domain/entities/session.h"
#include "presentation/binding.h"
#include "presentation/cookie.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/middleware/middleware.h"

enum { PROVIDER_BODY_SIZE_MAX = 64 * 1024, SMALL_BODY_SIZE_MAX = 8 * 1024 };

/* ---- there ---- */

static err check_return(struct request *r, str address)
{
    if (address.len == 0 || cors_lists_address(r, address))
        return OK;
    issues_add(&r->scope.issues, STR("return_address"),
               "is of no origin that GANTRY_CORS_ORIGINS names");
    return ERR(INVALID, "some fields are not valid");
}

static err begin(struct request *r, struct begin_provider_sign_in *query,
                 struct begin_provider_sign_in_result *out)
{
    TRY(check_return(r, query->return_address));
    TRY(begin_provider_sign_in_send(&r->scope, query, out));
    cookie_set_attempt(r, out->attempt, PROVIDER_ATTEMPT_SECONDS);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    return OK;
}

static err go(struct request *r, str where)
{
    http_set_header(r->x, "Location", where);
    http_respond(r->x, 303, STR(""), STR(""));
    return OK;
}

/* A link on a page; what an invitation's link ends with is in no address here. */
static err start(struct request *r)
{
    struct begin_provider_sign_in query = {0};
    struct begin_provider_sign_in_result result = {0};
    TRY(request_bind(r, &begin_provider_sign_in_schema, &query));
    if (query.invitation.len != 0)
        return ERR(INVALID, "an invitation is accepted by POST");
    TRY(begin(r, &query, &result));
    return go(r, result.url);
}

static err respond_url(struct request *r, const struct begin_provider_sign_in_result *result)
{
    struct buf body = BUF_IN(request_arena(r));
    json_write(&body, &begin_provider_sign_in_result_schema, result, 0);
    request_respond_json(r, 200, STR("application/json"), buf_str(&body));
    return OK;
}

static err start_from_script(struct request *r)
{
    struct begin_provider_sign_in query = {0};
    struct begin_provider_sign_in_result result = {0};
    if (!cookie_is_own_page(r))
        return ERR(FORBIDDEN, "only this server's own pages begin so");
    TRY(request_bind(r, &begin_provider_sign_in_schema, &query));
    TRY(begin(r, &query, &result));
    return respond_url(r, &result);
}

static err start_link(struct request *r)
{
    struct begin_provider_sign_in query = {0};
    struct begin_provider_sign_in_result result = {0};
    TRY(request_bind(r, &begin_provider_sign_in_schema, &query));
    query.is_link = true;
    TRY(begin(r, &query, &result));
    return respond_url(r, &result);
}

/* Out of it, once the session here has ended. */
static err end(struct request *r)
{
    struct begin_provider_sign_out query = {0};
    struct begin_provider_sign_out_result result = {0};
    TRY(request_bind(r, &begin_provider_sign_out_schema, &query));
    TRY(check_return(r, query.return_address));
    TRY(begin_provider_sign_out_send(&r->scope, &query, &result));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    return go(r, result.url);
}

/* ---- and back ---- */

/* The page knows the words of each code. */
static err tell(struct request *r, err e, str next)
{
    struct buf where = BUF_IN(request_arena(r));
    r->outcome = e;
    buf_addf(&where, "/signin?problem=%s&detail=", err_code_name(e.code));
    url_encode(&where, str_of(e.text != NULL && e.code != ERR_INTERNAL ? e.text : ""));
    if (next.len != 0) {
        buf_add(&where, STR("&next="));
        url_encode(&where, next);
    }
    return go(r, buf_str(&where));
}

/* Another program's page, with its code behind #: no server sees it. */
static str return_with_code(struct request *r, const struct sign_in_with_provider_result *result)
{
    struct buf where = BUF_IN(request_arena(r));
    buf_add(&where, result->return_address);
    buf_add(&where, STR("#code="));
    url_encode(&where, result->code);
    return buf_str(&where);
}

static err go_on(struct request *r, const struct sign_in_with_provider_result *result)
{
    struct buf where = BUF_IN(request_arena(r));
    if (result->code.len != 0)
        return go(r, return_with_code(r, result));
    buf_add(&where, result->is_linked ? STR("/signin?linked=1&next=") : STR("/signin?next="));
    url_encode(&where, result->next.len != 0 ? result->next : STR("/viewer"));
    return go(r, buf_str(&where));
}

static err let_in(struct request *r, str assertion, str otp,
                  struct sign_in_with_provider_result *result)
{
    const struct sign_in_with_provider cmd = {assertion, otp};
    TRY(sign_in_with_provider_send(&r->scope, &cmd, result));
    cookie_set_attempt(r, STR(""), 0);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    if (result->browser_token.len != 0)
        cookie_set_session(r, result->browser_token, SESSION_SECONDS);
    return OK;
}

/* Whatever becomes of it, the attempt is used up; who still owes a code carries on what was said
 * of them. */
static err callback(struct request *r)
{
    struct read_provider_answer query = {0};
    struct read_provider_answer_result answer = {0};
    struct sign_in_with_provider_result result = {0};
    query.attempt = cookie_attempt(r);
    query.code = request_query(r, "code");
    query.state = request_query(r, "state");
    query.iss = request_query(r, "iss");
    query.error = request_query(r, "error");
    err e = query.attempt.len == 0
                ? ERR(UNAUTHENTICATED, "this is no answer to what was asked; begin again")
                : read_provider_answer_send(&r->scope, &query, &answer);
    if (!failed(e))
        e = let_in(r, answer.assertion, STR_NONE, &result);
    if (!failed(e))
        return go_on(r, &result);
    if (e.code == ERR_OTP_REQUIRED)
        cookie_set_attempt(r, answer.assertion, PROVIDER_ASSERTION_SECONDS);
    else
        cookie_set_attempt(r, STR(""), 0);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    return tell(r, e, answer.next);
}

static err confirm(struct request *r)
{
    struct sign_in_with_provider cmd = {0};
    struct sign_in_with_provider_result result = {0};
    struct buf body = BUF_IN(request_arena(r));
    if (!cookie_is_own_page(r))
        return ERR(FORBIDDEN, "only this server's own pages sign in with a cookie");
    TRY(request_bind(r, &sign_in_with_provider_schema, &cmd));
    if (cookie_attempt(r).len == 0)
        return ERR(CONFLICT, "no sign-in waits for a code; begin again");
    TRY(let_in(r, cookie_attempt(r), cmd.otp, &result));
    if (result.code.len != 0)
        result.next = return_with_code(r, &result);
    json_write(&body, &sign_in_with_provider_result_schema, &result, 0);
    request_respond_json(r, 200, STR("application/json"), buf_str(&body));
    return OK;
}

/* Whoever waits for a provider does so where waiting for peers is the rule. */
#define TAG .tag = "identity providers"
const struct route provider_routes[] = {
    {"GET", "/auth/providers", &list_sign_in_providers_use_case, .tag = "auth"},
    {"GET", "/auth/providers/{id}/start", .handle = start, .needs = PERMISSION_ANYONE,
     .behind = &begin_provider_sign_in_use_case, .lane = LANE_STREAM, .tag = "auth",
     .doc = "Send the browser to a provider to sign in there (OpenID Connect)", .success = 303,
     .is_limited = true},
    {"POST", "/auth/providers/{id}/start", .handle = start_from_script, .needs = PERMISSION_ANYONE,
     .behind = &begin_provider_sign_in_use_case, .lane = LANE_STREAM, .body = HTTP_BODY_BUFFERED,
     .body_max = SMALL_BODY_SIZE_MAX, .tag = "auth",
     .doc = "Where a page of this server sends the browser to sign in",
     .answers = "application/json", .answer = &begin_provider_sign_in_result_schema,
     .is_limited = true},
    {"GET", "/auth/providers/{id}/end", .handle = end, .needs = PERMISSION_ANYONE,
     .behind = &begin_provider_sign_out_use_case, .lane = LANE_STREAM, .tag = "auth",
     .doc = "Send the browser to a provider to sign out there too (RP-Initiated Logout)",
     .success = 303, .is_limited = true},
    {"GET", "/auth/callback", .handle = callback, .needs = PERMISSION_ANYONE,
     .behind = &sign_in_with_provider_use_case, .lane = LANE_STREAM, .tag = "auth",
     .doc = "Where providers send the browser back to", .success = 303, .is_limited = true},
    {"POST", "/auth/providers/otp", .handle = confirm, .needs = PERMISSION_ANYONE,
     .behind = &sign_in_with_provider_use_case, .lane = LANE_DB, .body = HTTP_BODY_BUFFERED,
     .body_max = SMALL_BODY_SIZE_MAX, .tag = "auth",
     .doc = "The code that a sign-in by a provider still needs", .answers = "application/json",
     .answer = &sign_in_with_provider_result_schema, .is_limited = true},
    {"POST", "/auth/providers/token", &redeem_sign_in_code_use_case, .body = HTTP_BODY_BUFFERED,
     .body_max = SMALL_BODY_SIZE_MAX, .tag = "auth", .is_limited = true},
    {"GET", "/auth/identities", &list_own_identities_use_case, .takes_cookie = true, .tag = "auth"},
    {"POST", "/auth/identities/{id}/start", .handle = start_link, .needs = OWN_SIGN_IN,
     .behind = &begin_provider_sign_in_use_case, .lane = LANE_STREAM, .body = HTTP_BODY_BUFFERED,
     .body_max = SMALL_BODY_SIZE_MAX, .takes_cookie = true, .tag = "auth",
     .doc = "Where the browser goes to add an account at that provider to one's own",
     .answers = "application/json", .answer = &begin_provider_sign_in_result_schema,
     .is_limited = true},
    {"DELETE", "/auth/identities/{id}", &delete_own_identity_use_case, .success = 204,
     .tag = "auth"},
    {"GET", "/identity-providers", &list_identity_providers_use_case, TAG},
    {"POST", "/identity-providers", &create_identity_provider_use_case, .body = HTTP_BODY_BUFFERED,
     .body_max = PROVIDER_BODY_SIZE_MAX, .success = 201, TAG},
    {"GET", "/identity-providers/{id}", &get_identity_provider_use_case, TAG},
    {"PATCH", "/identity-providers/{id}", &update_identity_provider_use_case,
     .body = HTTP_BODY_BUFFERED, .body_max = PROVIDER_BODY_SIZE_MAX, TAG},
    {"DELETE", "/identity-providers/{id}", &delete_identity_provider_use_case, .success = 204, TAG},
    {"POST", "/identity-providers/{id}/check", &check_identity_provider_use_case,
     .lane = LANE_STREAM, TAG},
    {"GET", "/users/{id}/identities", &list_user_identities_use_case, .tag = "users"},
    {"DELETE", "/users/{id}/identities/{identity_id}", &delete_user_identity_use_case,
     .success = 204, .tag = "users"},
};
const size_t provider_route_count = COUNT_OF(provider_routes);
