/* Body first, then query, then headers, then path: what identifies the object cannot be overridden
 * from the body. */
#include "presentation/binding.h"

#include "base/json.h"
#include "presentation/middleware/middleware.h"

static err bind_body(struct request *r, const struct schema *schema, void *object)
{
    if (r->route->body != HTTP_BODY_BUFFERED)
        return OK;
    TRY(body_limit_check(r));
    if (r->x->body.len == 0 && schema->field_count == 0)
        return OK;
    str type = header_main(http_header(r->x, "Content-Type"));
    if (r->x->body.len == 0)
        return ERR(MALFORMED, "a JSON body is expected");
    if (!str_eq_nocase(type, STR("application/json")))
        return ERR(UNSUPPORTED, "the body must be application/json");
    return json_read(request_arena(r), r->x->body, schema, object, &r->scope.issues);
}

static void bind_query(struct request *r, const struct schema *schema, void *object)
{
    for (size_t i = 0; i < r->query.len; i++) {
        const struct query_pair *pair = &r->query.at[i];
        void *owner = object;
        const struct field *f = schema_find(schema, pair->name, &owner);
        bool bindable = f != NULL &&
                        (f->flags & (INTERNAL | STORED_ONLY | FROM_HEADER | KEY)) == 0 &&
                        (r->route->body != HTTP_BODY_BUFFERED);
        if (bindable)
            field_read_text(f, request_arena(r), pair->value, owner, &r->scope.issues);
        else
            issues_add(&r->scope.issues, str_sub(pair->name, 0, 64), "is not a known parameter");
    }
}

/* If-Match: "7" to the member if_match. */
static void bind_if_match(struct request *r, const struct schema *schema, void *object)
{
    str header = str_trim(http_header(r->x, "If-Match"));
    const struct field *f = schema_find(schema, STR("if_match"), &object);
    if (f == NULL || header.len == 0 || str_eq(header, STR("*")))
        return;
    if (header.len < 3 || header.ptr[0] != '"' ||
        !str_to_i64(str_sub(header, 1, header.len - 1),
                    (int64_t *)(void *)((char *)object + f->offset)))
        issues_add(&r->scope.issues, STR("If-Match"), "must be the ETag of the version seen");
}

err request_bind(struct request *r, const struct schema *schema, void *object)
{
    TRY(bind_body(r, schema, object));
    bind_query(r, schema, object);
    bind_if_match(r, schema, object);
    for (size_t i = 0; i < r->parameter_count; i++) {
        void *owner = object;
        const struct field *f = schema_find(schema, r->parameters[i].name, &owner);
        struct issues ignored = {.arena = request_arena(r)};
        if (f != NULL)
            field_read_text(f, request_arena(r), r->parameters[i].value, owner, &ignored);
        if (ignored.list.len != 0) /* an address that can name nothing */
            return ERR(NOT_FOUND, "not found");
    }
    return r->scope.issues.list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

bool request_is_unchanged(struct request *r, str etag)
{
    if (!etag_matches(http_header(r->x, "If-None-Match"), etag, true))
        return false;
    http_respond(r->x, 304, STR(""), STR(""));
    return true;
}
