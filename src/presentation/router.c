/* Matching by segments, and the walk of a request. */
#include "presentation/router.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "presentation/binding.h"
#include "presentation/dependencies/auth.h"
#include "presentation/object_checksums.h"
#include "presentation/openapi.h"

str request_parameter(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (str_eq(r->parameters[i].name, str_of(name)))
            return r->parameters[i].value;
    return STR_NONE;
}

str request_query(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->query.len; i++)
        if (str_eq_nocase(r->query.at[i].name, str_of(name)))
            return r->query.at[i].value;
    return STR_NONE;
}

static size_t split(str path, str out[PATH_SEGMENT_COUNT_MAX + 1])
{
    size_t count = 0;
    str rest = str_sub(path, path.len != 0 && path.ptr[0] == '/' ? 1 : 0, path.len), part;
    if (rest.len > 1 && rest.ptr[rest.len - 1] == '/') /* seen from clients: a slash at the end */
        rest.len--;
    while (count <= PATH_SEGMENT_COUNT_MAX && str_cut(&rest, '/', &part))
        out[count++] = part;
    return count;
}

static bool is_parameter(str segment)
{
    return segment.len > 2 && segment.ptr[0] == '{';
}

static bool is_rest(str segment)
{
    return str_ends(segment, STR("*}"));
}

/* Fixed segments are compared as sent: what needs no escape is not escaped. */
static bool matches(const struct compiled_route *c, const str *segments, size_t count)
{
    for (size_t i = 0; i < c->segment_count; i++) {
        if (is_rest(c->segments[i]))
            return count > i;
        if (i >= count || (!is_parameter(c->segments[i]) && !str_eq(c->segments[i], segments[i])) ||
            (is_parameter(c->segments[i]) && segments[i].len == 0))
            return false;
    }
    return count == c->segment_count;
}

static err take_parameters(struct request *r, const struct compiled_route *c, const str *segments,
                           size_t count)
{
    for (size_t i = 0; i < c->segment_count; i++) {
        str pattern = c->segments[i], raw = segments[i];
        if (!is_parameter(pattern))
            continue;
        if (is_rest(pattern))
            raw = (str){raw.ptr,
                        (size_t)(segments[count - 1].ptr + segments[count - 1].len - raw.ptr)};
        struct path_parameter *p = &r->parameters[r->parameter_count++];
        p->name = str_sub(pattern, 1, pattern.len - (is_rest(pattern) ? 2 : 1));
        if (!url_decode(request_arena(r), raw, false, &p->value))
            return ERR(NOT_FOUND, "not found");
    }
    return OK;
}

static void add_allowed(struct buf *out, const char *method)
{
    if (str_find(buf_str(out), str_of(method)) != SIZE_MAX)
        return;
    if (out->len != 0)
        buf_add(out, STR(", "));
    buf_add(out, str_of(method));
    if (strcmp(method, "GET") == 0)
        buf_add(out, STR(", HEAD"));
}

static str mount_of(str path, const str *segments, size_t count)
{
    if (count == 0)
        return STR("");
    const str *last = &segments[count - 1];
    return str_sub(path, 0, (size_t)(last->ptr + last->len - path.ptr));
}

err router_find(struct request *r, str method, str path, const struct compiled_route **out)
{
    str segments[PATH_SEGMENT_COUNT_MAX + 1];
    const struct web_app *w = r->app;
    size_t count = split(path, segments);
    if (str_eq(method, STR("HEAD")))
        method = STR("GET");
    struct buf allowed = BUF_IN(request_arena(r));
    for (size_t i = 0; i < w->route_count && count <= PATH_SEGMENT_COUNT_MAX; i++) {
        const struct compiled_route *c = &w->routes[i];
        if (!matches(c, segments, count))
            continue;
        if (str_eq(str_of(c->route->method), method)) {
            *out = c;
            r->route = c->route;
            r->of_share = c->of_share;
            r->mount = mount_of(path, segments, c->prefix_segment_count);
            r->takes = c->takes;
            return take_parameters(r, c, segments, count);
        }
        add_allowed(&allowed, c->route->method);
    }
    if (allowed.len == 0)
        return ERR(NOT_FOUND, "there is nothing at this address");
    http_set_header(r->x, "Allow", buf_str(&allowed));
    return ERR(METHOD_NOT_ALLOWED, "this address does not take that method");
}

/* An attempt by somebody known that was refused on the I/O loop, on its way to the audit trail. */
struct refusal {
    struct pool_job job;
    struct arena arena;
    struct scope scope;
    struct principal principal;
    const struct use_case *use_case;
    err outcome;
};

static void record_refusal(struct pool_job *job)
{
    struct refusal *f = container_of(job, struct refusal, job);
    mediator_refused(&f->scope, f->use_case, f->outcome);
    arena_deinit(&f->arena);
    heap_free(f);
}

static const struct use_case *use_case_of(const struct route *route)
{
    return route->use_case != NULL ? route->use_case : route->behind;
}

static void note_refusal(struct web_app *w, struct request *r, err outcome)
{
    const struct use_case *use_case = use_case_of(r->route);
    if (use_case == NULL || w->lanes == NULL)
        return;
    struct refusal *f = heap_alloc(sizeof *f);
    arena_init(&f->arena);
    f->job.run = record_refusal;
    f->principal = r->principal;
    f->use_case = use_case;
    f->outcome = (err){outcome.code, "", outcome.where};
    f->scope = r->scope;
    f->scope.arena = &f->arena;
    f->scope.principal = &f->principal;
    f->scope.request_id = str_copy(&f->arena, r->scope.request_id);
    f->scope.peer_address = str_copy(&f->arena, r->scope.peer_address);
    f->scope.user_agent = STR_NONE;
    f->scope.issues = (struct issues){.arena = &f->arena};
    if (!lanes_push(w->lanes, LANE_DB, &f->job)) {
        log_err(LOG_WARN, "refusal_not_recorded", outcome);
        arena_deinit(&f->arena);
        heap_free(f);
    }
}

/* Refused before a byte of the body is read. */
static err authorize_early(struct web_app *w, struct request *r, permission_number needs)
{
    err e = w->mediator->ops->admit(w->mediator, &r->principal, needs);
    if (failed(e))
        note_refusal(w, r, e);
    return e;
}

/* LANE_INLINE is what a table says that says nothing; only what needs no database may have it. */
static enum lane lane_of(const struct route *route)
{
    return route->lane == LANE_INLINE && route->use_case != NULL ? LANE_DB : route->lane;
}

static err begin_route(struct web_app *w, struct request *r)
{
    const struct compiled_route *c;
    struct http_exchange *x = r->x;
    TRY(router_find(r, x->method, x->path, &c));
    x->body_mode = c->route->body;
    deprecation_begin(r);
    TRY(auth_begin(r, c->needs));
    TRY(key_limits_begin(r));
    if (r->is_principal_known)
        TRY(authorize_early(w, r, c->needs));
    if (c->route->is_limited)
        TRY(rate_limit_begin(r));
    bool is_inline = w->looks_up_inline && c->route->is_quick && r->is_principal_known;
    x->lane = is_inline ? LANE_INLINE : lane_of(c->route);
    TRY(body_limit_begin(r));
    TRY(idempotency_key_begin(r));
    return query_read(&x->arena, x->query, &r->query);
}

static str user_agent_of(struct http_exchange *x)
{
    str text = str_trim(http_header(x, "User-Agent"));
    return text.len != 0 && text.len <= USER_AGENT_SIZE_MAX && str_is_ascii(text) ? text : STR_NONE;
}

static void app_begin(struct http_app *base, struct http_exchange *x)
{
    struct web_app *w = container_of(base, struct web_app, base);
    struct request *r = NEW(&x->arena, struct request);
    x->state = r;
    r->x = x;
    r->app = w;
    r->scope = (struct scope){.arena = &x->arena,
                              .clock = w->clock,
                              .principal = &principal_nobody,
                              .services = w->services,
                              .issues = {.arena = &x->arena},
                              .peer_address = str_of(x->peer_address),
                              .user_agent = user_agent_of(x),
                              .mediator = w->mediator};
    request_id_begin(r);
    security_headers_begin(r);
    if (x->flaw != NULL) {
        request_fail(r, ERRF(&x->arena, MALFORMED, "%s", x->flaw));
        return;
    }
    if (cors_begin(r))
        return;
    err e = begin_route(w, r);
    if (failed(e))
        request_fail(r, e);
}

/* ETag of results that have a version; 304 when the client has it already. */
static bool answer_unchanged(struct request *r, const struct schema *schema, void *result)
{
    void *owner = result;
    const struct field *f = schema_find(schema, STR("version"), &owner);
    if (f == NULL)
        return false;
    str etag = field_text(f, request_arena(r), owner);
    http_set_header(r->x, "ETag", str_format(request_arena(r), "\"%.*s\"", STR_ARG(etag)));
    return str_eq(r->x->method, STR("GET")) && request_is_unchanged(r, etag);
}

/* The generic walk: there are no controllers. */
static err send_use_case(struct request *r)
{
    const struct use_case *u = r->route->use_case;
    struct arena *a = request_arena(r);
    void *request = arena_alloc(a, u->request->size, 16),
         *result = arena_alloc(a, u->result->size, 16);
    TRY(request_bind(r, u->request, request));
    TRY(mediator_send(&r->scope, u, request, result));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    unsigned status = r->route->success != 0 ? r->route->success : 200;
    if (u->result->field_count == 0) {
        http_respond(r->x, r->route->success != 0 ? status : 204, STR(""), STR(""));
        return OK;
    }
    if (answer_unchanged(r, u->result, result))
        return OK;
    struct buf body = BUF_IN(a);
    json_write(&body, u->result, result, 0);
    request_respond_json(r, status, STR("application/json"), buf_str(&body));
    return OK;
}

static permission_number needs_of(const struct route *route)
{
    return route->use_case != NULL ? route->use_case->needs : route->needs;
}

/* Who may not, is told so before what they sent is looked at; also where it is found out only now
 * who they are. */
static err handle_route(struct request *r)
{
    TRY(rate_limit_finish(r));
    TRY(auth_resolve(r));
    TRY(key_limits_finish(r));
    TRY(authorize_early(r->app, r, needs_of(r->route)));
    return r->route->use_case != NULL ? send_use_case(r) : r->route->handle(r);
}

err request_move(struct request *r, enum lane lane)
{
    r->x->lane = lane;
    return scope_defer(&r->scope);
}

/* To a lane, its route's unless it asked for another, where it is begun again from the start. */
static void defer(struct request *r, enum lane from)
{
    r->scope.would_wait = r->scope.must_not_wait = false;
    r->scope.issues = (struct issues){.arena = request_arena(r)};
    r->scope.subject_id = (uuid){0};
    if (r->x->lane == from)
        r->x->lane = lane_of(r->route);
}

static void app_handle(struct http_app *base, struct http_exchange *x)
{
    struct request *r = x->state;
    (void)base;
    log_set_request_id(r->scope.request_id);
    enum lane lane = x->lane;
    r->scope.must_not_wait = lane == LANE_INLINE;
    err e = handle_route(r);
    if (r->scope.would_wait)
        defer(r, lane);
    else if (failed(e))
        request_fail(r, e);
    log_set_request_id(STR_NONE);
}

static void app_done(struct http_app *base, struct http_exchange *x)
{
    (void)base;
    if (x->state != NULL)
        access_log_done(x->state);
}

static const struct http_app_ops app_ops = {
    .begin = app_begin, .handle = app_handle, .done = app_done};

static err check_parameters(struct web_app *w, const struct compiled_route *c)
{
    const struct use_case *u = c->route->use_case;
    for (size_t i = 0; u != NULL && i < c->segment_count; i++) {
        void *nowhere = NULL;
        str segment = c->segments[i];
        if (is_parameter(segment) &&
            schema_find(u->request, str_sub(segment, 1, segment.len - 1), &nowhere) == NULL)
            return ERRF(&w->arena, INVALID, "route %s %s: no member for a path parameter",
                        c->route->method, c->route->path);
    }
    return OK;
}

static bool is_of_share(const struct route_table *table)
{
    return strstr(table->prefix, "{token}") != NULL;
}

/* What a share cannot open has no address. */
static bool is_left_out(const struct route_table *table, const struct route *route)
{
    const struct use_case *use_case = use_case_of(route);
    return is_of_share(table) && (use_case == NULL || !use_case->is_limitable);
}

static err compile(struct web_app *w, const struct route_table *table, const struct route *route)
{
    if (w->route_count == ROUTE_COUNT_MAX)
        return ERR(INVALID, "too many routes");
    struct compiled_route *c = &w->routes[w->route_count++];
    *c = (struct compiled_route){
        .route = route, .prefix = table->prefix, .of_share = is_of_share(table)};
    c->takes = w->takes != 0 ? w->takes : CREDENTIALS_TOKEN;
    if (w->key_prefix != NULL && strcmp(w->key_prefix, table->prefix) == 0)
        c->takes |= CREDENTIALS_API_KEY;
    c->needs = needs_of(route);
    if (c->needs == PERMISSION_UNDECIDED)
        return ERRF(&w->arena, INVALID, "route %s %s has no permission", route->method,
                    route->path);
    str segments[PATH_SEGMENT_COUNT_MAX + 1];
    str prefix = str_of(table->prefix);
    c->prefix_segment_count = prefix.len != 0 ? split(prefix, segments) : 0;
    c->segment_count = split(str_format(&w->arena, "%s%s", table->prefix, route->path), segments);
    memcpy(c->segments, segments, sizeof c->segments);
    return check_parameters(w, c);
}

err web_app_open(struct web_app *w, const struct route_table *tables, size_t count)
{
    w->base.ops = &app_ops;
    arena_init(&w->arena);
    w->checksums = object_checksums_create();
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < tables[i].count; n++)
            if (!is_left_out(&tables[i], &tables[i].routes[n]))
                TRY(compile(w, &tables[i], &tables[i].routes[n]));
    w->openapi = openapi_text(w, &w->arena);
    return OK;
}

void web_app_close(struct web_app *w)
{
    if (w->base.ops == NULL)
        return;
    object_checksums_destroy(w->checksums);
    arena_deinit(&w->arena);
    w->base.ops = NULL;
}
