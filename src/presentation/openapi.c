/* Paths from routes, components from schemas. */
#include "presentation/openapi.h"

#include "base/arena.h"
#include "base/json.h"
#include "domain/enums/api_scope.h"
#include "presentation/exception_handlers.h"

struct writer {
    struct buf out;
    const struct web_app *app;
    const struct schema *schemas[ROUTE_COUNT_MAX * 2];
    size_t schema_count;
};

static void member(struct writer *w, bool *first, const char *name)
{
    json_write_member(&w->out, first, str_of(name));
}

static void text(struct writer *w, bool *first, const char *name, const char *value)
{
    member(w, first, name);
    json_write_str(&w->out, str_of(value));
}

static void want_schema(struct writer *w, const struct schema *schema)
{
    for (size_t i = 0; i < w->schema_count; i++)
        if (w->schemas[i] == schema)
            return;
    if (w->schema_count < COUNT_OF(w->schemas))
        w->schemas[w->schema_count++] = schema;
}

static void reference(struct writer *w, const struct schema *schema)
{
    want_schema(w, schema);
    buf_addf(&w->out, "{\"$ref\":\"#/components/schemas/%s\"}", schema->name);
}

static void write_type(struct writer *w, const struct field *f)
{
    static const char *const types[] = {
        [FIELD_STR] = "\"type\":\"string\"",
        [FIELD_BOOL] = "\"type\":\"boolean\"",
        [FIELD_I32] = "\"type\":\"integer\",\"format\":\"int32\"",
        [FIELD_U32] = "\"type\":\"integer\",\"minimum\":0",
        [FIELD_I64] = "\"type\":\"integer\",\"format\":\"int64\"",
        [FIELD_DOUBLE] = "\"type\":\"number\"",
        [FIELD_OPT_I64] = "\"type\":[\"integer\",\"null\"],\"format\":\"int64\"",
        [FIELD_OPT_BOOL] = "\"type\":[\"boolean\",\"null\"]",
        [FIELD_UUID] = "\"type\":\"string\",\"format\":\"uuid\"",
        [FIELD_DATE] = "\"type\":\"string\",\"format\":\"date\"",
        [FIELD_INSTANT] = "\"type\":\"string\",\"format\":\"date-time\"",
        [FIELD_STR_LIST] = "\"type\":\"array\",\"items\":{\"type\":\"string\"}",
        [FIELD_ENUM] = "\"type\":\"string\"",
    };
    if (f->kind == FIELD_STR && (f->flags & NULLABLE) != 0)
        buf_add(&w->out, STR("\"type\":[\"string\",\"null\"]"));
    else
        buf_add(&w->out, str_of(types[f->kind]));
    if (f->kind == FIELD_STR && f->max != 0)
        buf_addf(&w->out, ",\"maxLength\":%lld", (long long)f->max);
    if ((f->kind == FIELD_I64 || f->kind == FIELD_U32) && f->max != 0)
        buf_addf(&w->out, ",\"maximum\":%lld", (long long)f->max);
    if ((f->flags & SECRET) != 0)
        buf_add(&w->out, STR(",\"format\":\"password\""));
    for (unsigned i = 0; f->kind == FIELD_ENUM && f->names[i] != NULL; i++) {
        buf_add(&w->out, i == 0 ? STR(",\"enum\":[") : STR(","));
        json_write_str(&w->out, str_of(f->names[i]));
        if (f->names[i + 1] == NULL)
            buf_add_char(&w->out, ']');
    }
}

static void write_field_schema(struct writer *w, const struct field *f)
{
    if (f->kind == FIELD_OBJECT) {
        reference(w, f->of);
        return;
    }
    buf_add_char(&w->out, '{');
    if (f->kind == FIELD_LIST) {
        buf_add(&w->out, STR("\"type\":\"array\",\"items\":"));
        reference(w, f->of);
    } else {
        write_type(w, f);
    }
    if (f->doc != NULL) {
        buf_add(&w->out, STR(",\"description\":"));
        json_write_str(&w->out, str_of(f->doc));
    }
    if (f->example != NULL) {
        buf_add(&w->out, STR(",\"examples\":["));
        json_write_str(&w->out, str_of(f->example));
        buf_add_char(&w->out, ']');
    }
    buf_add_char(&w->out, '}');
}

static bool is_shown(const struct field *f)
{
    return (f->flags & (INTERNAL | FROM_HEADER)) == 0;
}

static void write_properties(struct writer *w, const struct schema *schema, bool *first,
                             bool without_key)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (f->kind == FIELD_EMBED) {
            write_properties(w, f->of, first, without_key);
        } else if (is_shown(f) && !(without_key && (f->flags & KEY) != 0)) {
            member(w, first, f->name);
            write_field_schema(w, f);
        }
    }
}

static void write_required(struct writer *w, const struct schema *schema, bool *first,
                           bool without_key)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if ((f->flags & REQUIRED) == 0 || !is_shown(f) || (without_key && (f->flags & KEY) != 0))
            continue;
        buf_add(&w->out, *first ? STR(",\"required\":[") : STR(","));
        *first = false;
        json_write_str(&w->out, str_of(f->name));
    }
}

static void write_object(struct writer *w, const struct schema *schema, bool without_key)
{
    bool first = true, first_required = true;
    buf_add(&w->out, STR("{\"type\":\"object\",\"properties\":{"));
    write_properties(w, schema, &first, without_key);
    buf_add_char(&w->out, '}');
    write_required(w, schema, &first_required, without_key);
    buf_add(&w->out, first_required ? STR("}") : STR("]}"));
}

static void write_parameter(struct writer *w, bool *first, const char *name, const char *in,
                            const struct field *f)
{
    if (!*first)
        buf_add_char(&w->out, ',');
    *first = false;
    buf_addf(&w->out, "{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":", name, in,
             strcmp(in, "path") == 0 ? "true" : "false");
    if (f != NULL)
        write_field_schema(w, f);
    else
        buf_add(&w->out, STR("{\"type\":\"string\"}"));
    buf_add_char(&w->out, '}');
}

static void write_query(struct writer *w, bool *first, const struct schema *schema)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct field *f = &schema->fields[i];
        if (f->kind == FIELD_EMBED)
            write_query(w, first, f->of);
        else if (is_shown(f) && (f->flags & KEY) == 0)
            write_parameter(w, first, f->name, "query", f);
    }
}

static void write_parameters(struct writer *w, const struct compiled_route *c)
{
    const struct use_case *u = c->route->use_case;
    bool first = true;
    buf_add(&w->out, STR(",\"parameters\":["));
    for (size_t i = 0; i < c->segment_count; i++) {
        str s = c->segments[i];
        void *nowhere = NULL;
        if (s.len < 3 || s.ptr[0] != '{')
            continue;
        str name = str_sub(s, 1, s.len - (str_ends(s, STR("*}")) ? 2 : 1));
        const struct field *f = u != NULL ? schema_find(u->request, name, &nowhere) : NULL;
        write_parameter(w, &first, str_cstr(w->out.arena, name), "path", f);
    }
    if (u != NULL && c->route->body != HTTP_BODY_BUFFERED)
        write_query(w, &first, u->request);
    const struct query_parameter *p;
    for (size_t i = 0; c->route->parameter != NULL && (p = c->route->parameter(i)) != NULL; i++)
        write_parameter(w, &first, p->name, "query", NULL);
    buf_add_char(&w->out, ']');
}

static bool is_text_type(str type)
{
    return str_starts(type, STR("text/")) || str_ends(type, STR("xml"));
}

/* JSON of whatever shape, text, or bytes. */
static void write_media_schema(struct writer *w, str type, const struct schema *answer)
{
    bool is_json = str_ends(type, STR("json"));
    buf_add(&w->out, STR("{\"schema\":"));
    if (is_json && answer != NULL)
        reference(w, answer);
    else if (is_json)
        buf_add(&w->out, STR("{}"));
    else
        buf_addf(&w->out, "{\"type\":\"string\"%s}",
                 is_text_type(type) ? "" : ",\"format\":\"binary\"");
    buf_add_char(&w->out, '}');
}

/* Of those that differ in parameters alone, the first. */
static bool is_repeated(str types, str type)
{
    str one;
    while (str_cut(&types, ',', &one) && one.ptr != type.ptr)
        if (str_eq(str_trim(one), str_trim(type)))
            return true;
    return false;
}

static void write_media_types(struct writer *w, str types, const struct schema *answer)
{
    str all = types;
    str type;
    bool first = true;
    buf_add(&w->out, STR(",\"content\":{"));
    while (str_cut(&types, ',', &type)) {
        if (str_trim(type).len == 0 || is_repeated(all, type))
            continue;
        json_write_member(&w->out, &first, str_trim(type));
        write_media_schema(w, str_trim(type), answer);
    }
    buf_add_char(&w->out, '}');
}

/* What is sent and answered as JSON by its schema: a handler that takes JSON for the use case
 * behind it does what the generic walk does, and something more. */
static const struct use_case *json_use_case(const struct route *route)
{
    bool is_walked = route->takes != NULL && strcmp(route->takes, "application/json") == 0;
    return route->use_case != NULL ? route->use_case : is_walked ? route->behind : NULL;
}

static void write_body(struct writer *w, const struct compiled_route *c)
{
    const struct use_case *u = json_use_case(c->route);
    if (u == NULL && c->route->takes != NULL) {
        buf_add(&w->out, STR(",\"requestBody\":{\"required\":true"));
        write_media_types(w, str_of(c->route->takes), NULL);
        buf_add_char(&w->out, '}');
    }
    if (u == NULL || c->route->body != HTTP_BODY_BUFFERED)
        return;
    buf_add(
        &w->out,
        STR(",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":"));
    write_object(w, u->request, true);
    buf_add(&w->out, STR("}}}"));
}

#define NUMBER_HEADER(name_, doc_)                                                                 \
    "\"" name_ "\":{\"description\":\"" doc_ "\",\"schema\":{\"type\":\"integer\"}}"
#define LIMIT_HEADERS                                                                              \
    NUMBER_HEADER("RateLimit-Limit", "Requests of a minute")                                       \
    "," NUMBER_HEADER("RateLimit-Remaining", "Those left") "," NUMBER_HEADER(                      \
        "RateLimit-Reset", "Seconds until all of them are there again")
static const char limit_headers[] = ",\"headers\":{" LIMIT_HEADERS "}";
static const char refused_headers[] =
    ",\"headers\":{" LIMIT_HEADERS "," NUMBER_HEADER("Retry-After", "Seconds") "}";
#define PROBLEM                                                                                    \
    ",\"content\":{\"application/problem+json\":{"                                                 \
    "\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}"

static bool is_by_key(const struct writer *w, const struct compiled_route *c)
{
    return w->app->takes == CREDENTIALS_API_KEY && !c->of_share;
}

static void write_responses(struct writer *w, const struct compiled_route *c)
{
    const struct use_case *u = json_use_case(c->route);
    bool empty = u != NULL && u->result->field_count == 0;
    unsigned status = c->route->success != 0 ? c->route->success : empty ? 204 : 200;
    bool by_key = is_by_key(w, c) && c->needs != PERMISSION_ANYONE;
    buf_addf(&w->out, ",\"responses\":{\"%u\":{\"description\":\"Done\"%s", status,
             by_key ? limit_headers : "");
    if (u != NULL && !empty) {
        buf_add(&w->out, STR(",\"content\":{\"application/json\":{\"schema\":"));
        reference(w, u->result);
        buf_add(&w->out, STR("}}"));
    } else if (u == NULL && c->route->answers != NULL) {
        write_media_types(w, str_of(c->route->answers), c->route->answer);
    }
    if (by_key)
        buf_addf(&w->out, "},\"429\":{\"description\":\"The API key has nothing left\"%s" PROBLEM,
                 refused_headers);
    buf_add(
        &w->out,
        STR("},\"default\":{\"description\":\"Problem\",\"content\":{\"application/problem+json\":{"
            "\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}"));
}

/* "Retrieve a study" is retrieve_a_study. */
static str slug_of(struct arena *a, str doc)
{
    struct buf out = BUF_IN(a);
    str lower = str_lower(a, doc);
    for (size_t i = 0; i < lower.len && lower.ptr[i] != '('; i++) {
        char c = lower.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_letter)
            buf_add_char(&out, c);
        else if (out.len != 0 && out.ptr[out.len - 1] != '_')
            buf_add_char(&out, '_');
    }
    while (out.len != 0 && out.ptr[out.len - 1] == '_')
        out.len--;
    return buf_str(&out);
}

static str plain_id(struct arena *a, const struct compiled_route *c)
{
    const struct route *route = c->route;
    return route->use_case != NULL
               ? str_of(route->use_case->name)
               : slug_of(a, str_of(route->doc != NULL ? route->doc : route->path));
}

/* Unique, as generators of clients want it: by the method where two say the same, and by the place
 * where the same is to be had in two. */
static str operation_id(struct writer *w, const struct compiled_route *c)
{
    struct arena *a = w->out.arena;
    str id = plain_id(a, c);
    size_t same = 0;
    for (const struct compiled_route *other = w->app->routes; other != c; other++)
        if (!other->route->is_hidden && str_eq(plain_id(a, other), id))
            same++;
    return same == 0 ? id
                     : str_format(a, "%.*s_%.*s_%zu", STR_ARG(id),
                                  STR_ARG(str_lower(a, str_of(c->route->method))), same + 1);
}

static void write_needs(struct writer *w, const struct compiled_route *c)
{
    permission_number needs = c->needs;
    const char *scope = is_by_key(w, c) ? api_scope_that_allows(needs) : NULL;
    if (c->of_share) {
        buf_add(&w->out, STR(",\"description\":\"For whoever has opened the share.\","
                             "\"security\":[{\"share_visit\":[]}]"));
        return;
    }
    buf_addf(&w->out, ",\"description\":\"Needs the %s `%s`.\"",
             scope != NULL ? "scope" : "permission",
             scope != NULL ? scope : permission_names[needs]);
}

static void write_operation(struct writer *w, const struct compiled_route *c)
{
    const struct route *route = c->route;
    const struct use_case *u = route->use_case;
    bool first = true;
    buf_add_char(&w->out, '{');
    member(w, &first, "operationId");
    json_write_str(&w->out, operation_id(w, c));
    if (route->deprecated != NULL)
        buf_add(&w->out, STR(",\"deprecated\":true"));
    text(w, &first, "summary", u != NULL ? u->doc : route->doc != NULL ? route->doc : route->path);
    member(w, &first, "tags");
    buf_addf(&w->out, "[\"%s\"]", route->tag != NULL ? route->tag : "other");
    if (c->needs > PERMISSION_SIGNED_IN)
        write_needs(w, c);
    if (c->needs == PERMISSION_ANYONE)
        buf_add(&w->out, STR(",\"security\":[]"));
    write_parameters(w, c);
    write_body(w, c);
    write_responses(w, c);
    buf_add_char(&w->out, '}');
}

static void write_path(struct writer *w, size_t at, bool *first)
{
    const struct compiled_route *c = &w->app->routes[at];
    bool first_method = true;
    str path = str_format(w->out.arena, "%s%s", c->prefix, c->route->path);
    for (size_t i = 0; i < at; i++)
        if (str_eq(path, str_format(w->out.arena, "%s%s", w->app->routes[i].prefix,
                                    w->app->routes[i].route->path)))
            return;                          /* written with the first of its methods */
    struct buf shown = BUF_IN(w->out.arena); /* {path*} is our own notation */
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] != '*')
            buf_add_char(&shown, path.ptr[i]);
    json_write_member(&w->out, first, buf_str(&shown));
    buf_add_char(&w->out, '{');
    for (size_t i = at; i < w->app->route_count; i++) {
        const struct compiled_route *other = &w->app->routes[i];
        if (other->route->is_hidden ||
            !str_eq(path, str_format(w->out.arena, "%s%s", other->prefix, other->route->path)))
            continue;
        json_write_member(&w->out, &first_method,
                          str_lower(w->out.arena, str_of(other->route->method)));
        write_operation(w, other);
    }
    buf_add_char(&w->out, '}');
}

static const char token_security[] =
    "},\"security\":[{\"password\":[]},{\"bearer\":[]}],\"components\":{\"securitySchemes\":{"
    "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
    "\"password\":{\"type\":\"oauth2\",\"flows\":{\"password\":{\"tokenUrl\":"
    "\"/api/v1/auth/token\",\"scopes\":{}}}}},";
static const char key_security[] =
    "},\"security\":[{\"api_key\":[]}],\"components\":{\"securitySchemes\":{"
    "\"api_key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"gk_…\","
    "\"description\":\"An API key of the organization; what it may do is in its scopes\"},"
    "\"share_visit\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"sv_…\","
    "\"description\":\"What opening the share answered, for the share's own addresses\"}},";

str openapi_text(const struct web_app *app, struct arena *a)
{
    struct writer w = {.out = BUF_IN(a), .app = app};
    bool first = true;
    buf_addf(&w.out,
             "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"%s\",\"version\":\"%s\"},\"paths\":{",
             app->title, GANTRY_VERSION);
    for (size_t i = 0; i < app->route_count; i++)
        if (!app->routes[i].route->is_hidden)
            write_path(&w, i, &first);
    buf_add(&w.out,
            app->takes == CREDENTIALS_API_KEY ? str_of(key_security) : str_of(token_security));
    buf_add(&w.out, STR("\"schemas\":{"));
    want_schema(&w, &problem_schema);
    first = true;
    for (size_t i = 0; i < w.schema_count; i++) { /* the list grows while it is written */
        json_write_member(&w.out, &first, str_of(w.schemas[i]->name));
        write_object(&w, w.schemas[i], false);
    }
    buf_add(&w.out, STR("}}}"));
    return buf_str(&w.out);
}
