/* Cache first; signature, session and user otherwise. A token comes in the Authorization header,
 * or, where the route takes it, in the cookie of the program's own pages. */
#include "presentation/dependencies/auth.h"

#include "application/commands/api_keys/note_api_key_use/command.h"
#include "application/models/api_key_view.h"
#include "application/models/second_factor.h"
#include "application/models/share_access.h"
#include "application/models/user_view.h"
#include "base/log.h"
#include "presentation/auth.h"
#include "presentation/cookie.h"
#include "presentation/dependencies/signed_url.h"
#include "presentation/router.h"

static bool is_browser_token(str token)
{
    return str_starts(token, STR(BROWSER_TOKEN_PREFIX));
}

/* The visit and the share it is of: neither is any good with another. */
static err read_visit(struct request *r, str *out)
{
    str header = http_header(r->x, "Authorization");
    bool by_cookie = header.ptr == NULL;
    str visit = by_cookie ? cookie_share(r) : auth_bearer(header);
    str link = request_parameter(r, "token");
    if (!secret_is_plausible(visit, SHARE_VISIT_PREFIX) ||
        !secret_is_plausible(link, SHARE_TOKEN_PREFIX))
        return ERR(UNAUTHENTICATED, "open the share first");
    *out = str_format(request_arena(r), "%.*s%.*s", STR_ARG(visit), STR_ARG(link));
    return !by_cookie || cookie_is_own_page(r)
               ? OK
               : ERR(FORBIDDEN, "the cookie counts for requests of this server's own pages");
}

static bool is_api_key(str token)
{
    return str_starts(token, STR(API_KEY_PREFIX));
}

/* Each kind of token by its own way only: the cache below would not tell them apart. */
static err read_token(struct request *r, str *out)
{
    if (r->of_share)
        return read_visit(r, out);
    if (signed_url_is_there(r))
        return signed_url_read(r, out);
    str header = http_header(r->x, "Authorization");
    bool by_cookie =
        header.ptr == NULL && r->route->takes_cookie && (r->takes & CREDENTIALS_TOKEN) != 0;
    *out = by_cookie ? cookie_session(r) : auth_bearer(header);
    unsigned kind = is_api_key(*out) ? CREDENTIALS_API_KEY : CREDENTIALS_TOKEN;
    if (out->len == 0 || is_browser_token(*out) != by_cookie || (r->takes & kind) == 0 ||
        str_starts(*out, STR(SHARE_VISIT_PREFIX)) || str_starts(*out, STR(SIGNATURE_PREFIX)))
        return ERR(UNAUTHENTICATED, "sign in first");
    return !by_cookie || cookie_is_own_page(r)
               ? OK
               : ERR(FORBIDDEN, "the cookie counts for requests of this server's own pages");
}

err auth_begin(struct request *r, permission_number needs)
{
    r->principal = principal_nobody;
    r->scope.principal = &r->principal;
    if (needs == PERMISSION_ANYONE) {
        r->is_principal_known = true;
        return OK;
    }
    str token;
    TRY(read_token(r, &token));
    r->is_principal_known = principal_cache_find(r->scope.services->principals, token,
                                                 clock_now(r->scope.clock), &r->principal);
    if (!r->is_principal_known)
        r->token = str_copy(request_arena(r), token);
    return OK;
}

static void note_use(struct request *r, const struct session *session, instant now)
{
    int64_t last_us =
        session->last_used_at.us != 0 ? session->last_used_at.us : session->created_at.us;
    if (now.us - last_us >= SECONDS(SESSION_USE_SECONDS))
        session_uses_note(r->scope.services->session_uses, session->id, now);
}

static err read_principal(struct request *r, const struct access_claims *claims,
                          struct readers *readers)
{
    struct session session;
    struct user user;
    struct rights rights;
    instant now = clock_now(r->scope.clock);
    bool names_session = is_browser_token(r->token) || r->signature != NULL;
    err e = session_reader_get(readers->sessions, request_arena(r), claims->session_id, &session);
    if (!failed(e))
        e = user_reader_get_by_key(readers->users, request_arena(r), session.user_key, &user);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAUTHENTICATED, "the session has ended");
    TRY(e);
    if (!session_is_live(&session, now) || !user.is_active ||
        (!names_session && claims->user_key != user.key))
        return ERR(UNAUTHENTICATED, "the session has ended");
    bool must_enroll = false;
    if (!session.has_second_factor) /* the provider asked for it */
        TRY(second_factor_is_missing(readers, request_arena(r), &user, &must_enroll));
    if (r->signature == NULL) /* else it is somebody else who comes */
        note_use(r, &session, now);
    TRY(user_rights(readers, request_arena(r), &user, &rights));
    instant expires_at = names_session ? session.expires_at : claims->expires_at;
    r->principal = (struct principal){
        .kind = PRINCIPAL_USER,
        .organization_key = user.organization_key,
        .user_key = user.key,
        .user_id = user.id,
        .session_id = session.id,
        .permissions = must_enroll ? permissions_to_enroll() : rights.permissions,
        .granted_permissions = must_enroll ? 0 : rights.granted_permissions,
        .grantee_kind = GRANTEE_USER,
        .grantee_key = user.key,
        .issued_at = session.created_at, /* to the microsecond */
        .expires_at = expires_at};
    principal_set_name(&r->principal, user.email);
    return OK;
}

static uint64_t share_permissions(const struct share *share)
{
    return share->kind == SHARE_INBOX ? UINT64_C(1) << WRITE_STUDIES
                                      : (uint64_t)share_rights(share->allows_download);
}

static err find_share(struct request *r, struct readers *readers, struct share *share,
                      struct share_visit *visit)
{
    struct arena *a = request_arena(r);
    struct secret_service *secrets = r->scope.services->secrets;
    size_t end = r->token.len - sizeof SHARE_TOKEN_PREFIX + 1 - SECRET_TEXT_SIZE;
    str visit_hash = secret_digest(secrets, a, str_sub(r->token, 0, end)),
        link_hash = secret_digest(secrets, a, str_sub(r->token, end, r->token.len));
    TRY(share_reader_get_visit(readers->shares, a, visit_hash, visit));
    TRY(share_reader_get_by_key(readers->shares, a, visit->share_key, share));
    return str_eq(share->token_hash, link_hash) ? OK : ERR(NOT_FOUND, "another share's visit");
}

/* Used up: nobody else may come, who is there may stay. */
static err check_visit(struct request *r, struct readers *readers, const struct share *share,
                       const struct share_visit *visit)
{
    instant now = clock_now(r->scope.clock);
    enum share_state state;
    TRY(share_state_now(request_arena(r), readers, share, now, &state));
    return (state == SHARE_OPEN || state == SHARE_USED_UP) && visit->expires_at.us > now.us
               ? OK
               : ERR(UNAUTHENTICATED, "the visit is over");
}

static err read_share_principal(struct request *r, struct readers *readers)
{
    struct share share;
    struct share_visit visit;
    err e = find_share(r, readers, &share, &visit);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAUTHENTICATED, "open the share first");
    TRY(e);
    TRY(check_visit(r, readers, &share, &visit));
    r->principal = (struct principal){.kind = PRINCIPAL_SHARE,
                                      .organization_key = share.organization_key,
                                      .user_id = share.id,
                                      .session_id = share.id,
                                      .permissions = principal_nobody.permissions,
                                      .granted_permissions = share_permissions(&share),
                                      .grantee_kind = GRANTEE_SHARE,
                                      .grantee_key = share.key,
                                      .series_key = share.series_key,
                                      .series_id = share.series_id,
                                      .is_deidentified = share.is_deidentified,
                                      .issued_at = visit.created_at,
                                      .expires_at = visit.expires_at};
    return OK;
}

/* A signature that was good is good until the token expires. */
static err verify(struct request *r, instant now, struct access_claims *out)
{
    struct principal known;
    struct services *services = r->scope.services;
    if (r->signature != NULL) {
        *out = (struct access_claims){.session_id = r->signature->issuer_id};
        return OK;
    }
    if (!principal_cache_recall(services->principals, r->token, now, &known)) {
        *out = (struct access_claims){0};
        if (is_browser_token(r->token))
            return token_verify_browser(services->tokens, r->token, &out->session_id);
        return token_verify_access(services->tokens, request_arena(r), r->token, now, out);
    }
    *out = (struct access_claims){.user_id = known.user_id,
                                  .session_id = known.session_id,
                                  .user_key = known.user_key,
                                  .expires_at = known.expires_at};
    return OK;
}

/* That a key is used, on its way to its row. */
struct key_use {
    struct pool_job job;
    struct arena arena;
    struct scope scope;
    struct principal principal;
    struct note_api_key_use cmd;
};

static void note_key_use(struct pool_job *job)
{
    struct key_use *u = container_of(job, struct key_use, job);
    struct note_api_key_use_result result;
    err e = note_api_key_use_send(&u->scope, &u->cmd, &result);
    if (failed(e))
        log_err(LOG_WARN, "api_key_use", e);
    arena_deinit(&u->arena);
    heap_free(u);
}

/* Nobody waits for that. */
static void push_use(struct request *r, const struct api_key *key)
{
    if (r->app->lanes == NULL)
        return;
    struct key_use *u = heap_alloc(sizeof *u);
    arena_init(&u->arena);
    u->job.run = note_key_use;
    u->principal = principal_system(key->organization_key);
    u->scope = r->scope;
    u->scope.arena = &u->arena;
    u->scope.principal = &u->principal;
    u->scope.request_id = str_copy(&u->arena, r->scope.request_id);
    u->scope.peer_address = str_copy(&u->arena, r->scope.peer_address);
    u->scope.idempotency_key = STR_NONE;
    u->scope.issues = (struct issues){.arena = &u->arena};
    u->cmd = (struct note_api_key_use){key->key, u->scope.peer_address};
    if (!lanes_push(r->app->lanes, LANE_DB, &u->job)) {
        arena_deinit(&u->arena);
        heap_free(u);
    }
}

static struct principal principal_of_key(const struct api_key *key, instant now)
{
    struct principal p = {.kind = PRINCIPAL_API_KEY,
                          .organization_key = key->organization_key,
                          .user_id = key->created_by,
                          .session_id = key->id,
                          .grantee_kind = GRANTEE_API_KEY,
                          .grantee_key = key->key,
                          .issued_at = key->created_at,
                          /* the cache asks again long before */
                          .expires_at = key->expires_at.us != 0 ? key->expires_at
                                                                : instant_add(now, SECONDS(3600)),
                          .requests_per_minute = (uint32_t)key->requests_per_minute,
                          .daily_size = key->daily_size};
    api_key_permissions(key, &p.permissions, &p.granted_permissions);
    principal_set_name(&p, key->name);
    return p;
}

/* False for what is not there, has ended, or is of somebody who is not there. */
static err read_live_key(struct scope *scope, struct readers *readers, int64_t organization_key,
                         uuid id, struct api_key *out, bool *is_live)
{
    bool is_active = false;
    *out = (struct api_key){0};
    err e = api_key_reader_get(readers->api_keys, scope->arena, organization_key, id, out);
    if (!failed(e))
        e = api_key_maker_is_active(scope->arena, readers, out, &is_active);
    *is_live = is_active && api_key_is_live(out, clock_now(scope->clock));
    return e.code == ERR_NOT_FOUND ? OK : e;
}

/* One answer for all that can be wrong with a key. hash: of its secret; absent where a signature
 * has said already that it is right. */
static err check_key(struct request *r, uuid id, str hash, struct api_key *out)
{
    bool is_live = false;
    struct readers *readers;
    struct mediator *m = r->scope.mediator;
    TRY(m->ops->read_begin(m, &r->scope, NULL, &readers));
    err e = read_live_key(&r->scope, readers, 0, id, out, &is_live);
    m->ops->read_end(m, readers);
    TRY(e);
    bool is_right = hash.ptr == NULL ||
                    str_eq_secret(hash, out->secret_hash.len != 0
                                            ? out->secret_hash
                                            : STR("00000000000000000000000000000000000000000000000"
                                                  "00000000000000000"));
    return is_right && is_live ? OK : ERR(UNAUTHENTICATED, "the API key is not good");
}

static err find_key(struct request *r, struct api_key *out)
{
    uuid id;
    str hash;
    if (r->signature != NULL)
        return check_key(r, r->signature->issuer_id, STR_NONE, out);
    TRY(token_read_api_key(r->scope.services->tokens, request_arena(r), r->token, &id, &hash));
    return check_key(r, id, hash, out);
}

static permission_number needs_of(const struct route *route)
{
    return route->use_case != NULL ? route->use_case->needs : route->needs;
}

static void narrow(struct request *r)
{
    if (r->signature != NULL)
        signed_url_narrow(r, needs_of(r->route));
}

static err resolve_key(struct request *r, instant now)
{
    struct api_key key;
    TRY(find_key(r, &key));
    r->principal = principal_of_key(&key, now);
    narrow(r);
    if (!principal_cache_put(r->scope.services->principals, r->token, now, &r->principal)) {
        r->principal = principal_nobody;
        return ERR(UNAUTHENTICATED, "the API key is not good");
    }
    r->is_principal_known = true;
    if (key.last_used_at.us == 0 || now.us - key.last_used_at.us >= SECONDS(API_KEY_USE_SECONDS))
        push_use(r, &key);
    return OK;
}

err auth_resolve(struct request *r)
{
    struct access_claims claims;
    struct readers *readers;
    struct mediator *m = r->scope.mediator;
    instant now = clock_now(r->scope.clock);
    if (r->is_principal_known)
        return OK;
    if (is_api_key(r->token) || (r->signature != NULL && r->signature->is_of_key))
        return resolve_key(r, now);
    if (!r->of_share)
        TRY(verify(r, now, &claims));
    TRY(m->ops->read_begin(m, &r->scope, NULL, &readers));
    err e = r->of_share ? read_share_principal(r, readers) : read_principal(r, &claims, readers);
    m->ops->read_end(m, readers);
    if (!failed(e))
        narrow(r);
    if (!failed(e) &&
        !principal_cache_put(r->scope.services->principals, r->token, now, &r->principal))
        e = ERR(UNAUTHENTICATED, "the session has ended");
    if (failed(e))
        r->principal = principal_nobody;
    r->is_principal_known = !failed(e);
    return e;
}

static err check_session(struct scope *scope, struct readers *readers)
{
    struct session session;
    struct user user;
    struct rights rights;
    const struct principal *p = scope->principal;
    err e = session_reader_get(readers->sessions, scope->arena, p->session_id, &session);
    if (!failed(e))
        e = user_reader_get_by_key(readers->users, scope->arena, session.user_key, &user);
    if (e.code == ERR_NOT_FOUND)
        return ERR(UNAUTHENTICATED, "the session has ended");
    TRY(e);
    TRY(user_rights(readers, scope->arena, &user, &rights));
    bool is_same = session_is_live(&session, clock_now(scope->clock)) && user.is_active &&
                   rights.permissions == p->permissions &&
                   rights.granted_permissions == p->granted_permissions;
    return is_same ? OK : ERR(UNAUTHENTICATED, "the session has ended");
}

static err check_live_key(struct scope *scope, struct readers *readers)
{
    bool is_live;
    struct api_key key;
    const struct principal *p = scope->principal;
    TRY(read_live_key(scope, readers, p->organization_key, p->session_id, &key, &is_live));
    struct principal then = principal_of_key(&key, clock_now(scope->clock));
    bool is_same = is_live && then.permissions == p->permissions &&
                   then.granted_permissions == p->granted_permissions;
    return is_same ? OK : ERR(UNAUTHENTICATED, "the API key is not good");
}

err auth_check_again(struct scope *scope)
{
    struct readers *readers;
    struct mediator *m = scope->mediator;
    bool is_key = scope->principal->kind == PRINCIPAL_API_KEY;
    if (!is_key && scope->principal->expires_at.us <= clock_now(scope->clock).us)
        return ERR(UNAUTHENTICATED, "the session has ended");
    TRY(m->ops->read_begin(m, scope, NULL, &readers));
    err e = is_key ? check_live_key(scope, readers) : check_session(scope, readers);
    m->ops->read_end(m, readers);
    return e;
}
