/* Retrieve Capabilities, PS3.18 8.9: what this origin server can do, out of the route table that it
 * runs by. As WADL (W3C submission of 31 August 2009), which the standard names, or as JSON. */
#include "presentation/internal_routers/dicomweb_answer.h"

#include "base/arena.h"
#include "base/json.h"
#include "presentation/internal_routers/routers.h"

static bool is_offered(size_t i)
{
    return !dicomweb_routes[i].is_hidden &&
           !str_eq(str_of(dicomweb_routes[i].method), STR("OPTIONS"));
}

/* Routes of one path follow in the table or not: each path once, where it stands first. */
static bool is_first_of_path(size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (is_offered(before) &&
            strcmp(dicomweb_routes[before].path, dicomweb_routes[i].path) == 0)
            return false;
    return is_offered(i);
}

/* Under another prefix there is no worklist. */
static bool is_there(const struct request *r, size_t i)
{
    return is_first_of_path(i) &&
           (str_eq(r->mount, STR("/dicom-web")) || strcmp(dicomweb_routes[i].tag, "worklist") != 0);
}

static void add_escaped(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&' || c == '<' || c == '"')
            buf_addf(out, "&#%d;", c);
        else
            buf_add_char(out, c);
    }
}

/* "{path*}" is a parameter of ours that takes the rest: "{path}" for others. */
static str shown_path(struct arena *a, const char *path)
{
    struct buf out = BUF_IN(a);
    for (const char *p = path + 1; *p != '\0'; p++)
        if (*p != '*')
            buf_add_char(&out, *p);
    return buf_str(&out);
}

static str next_type(str *rest)
{
    str type;
    while (str_cut(rest, ',', &type))
        if (str_trim(type).len != 0)
            return str_trim(type);
    return STR_NONE;
}

static void add_representations(struct buf *out, const char *list)
{
    str types = str_of(list != NULL ? list : ""), type;
    while ((type = next_type(&types)).ptr != NULL) {
        buf_add(out, STR("<representation mediaType=\""));
        add_escaped(out, type);
        buf_add(out, STR("\"/>"));
    }
}

static void add_wadl_request(struct buf *out, const struct route *route)
{
    const struct query_parameter *p;
    buf_add(out, STR("<request>"));
    for (size_t i = 0; route->parameter != NULL && (p = route->parameter(i)) != NULL; i++)
        buf_addf(out, "<param name=\"%s\" style=\"query\"/>", p->name);
    add_representations(out, route->takes);
    buf_add(out, STR("</request>"));
}

static void add_wadl_method(struct buf *out, const struct route *route)
{
    buf_addf(out, "<method name=\"%s\"><doc title=\"", route->method);
    add_escaped(out, str_of(route->doc));
    buf_add(out, STR("\"/>"));
    add_wadl_request(out, route);
    buf_addf(out, "<response status=\"%u\">", route->success != 0 ? route->success : 200);
    add_representations(out, route->answers);
    buf_add(out, STR("</response></method>"));
}

static void add_wadl_resource(struct buf *out, const char *path)
{
    buf_add(out, STR("<resource path=\""));
    add_escaped(out, shown_path(out->arena, path));
    buf_add(out, STR("\">"));
    for (const char *p = path; (p = strchr(p, '{')) != NULL; p++)
        buf_addf(out, "<param name=\"%.*s\" style=\"template\" required=\"true\"/>",
                 (int)strcspn(p + 1, "*}"), p + 1);
    for (size_t i = 0; i < dicomweb_route_count; i++)
        if (is_offered(i) && strcmp(dicomweb_routes[i].path, path) == 0)
            add_wadl_method(out, &dicomweb_routes[i]);
    buf_add(out, STR("</resource>"));
}

static str wadl(struct request *r)
{
    struct buf out = BUF_IN(request_arena(r));
    buf_add(&out,
            STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                "<application xmlns=\"http://wadl.dev.java.net/2009/02\"><resources base=\""));
    add_escaped(&out, dicomweb_base_url(r));
    buf_add(&out, STR("/\">"));
    for (size_t i = 0; i < dicomweb_route_count; i++)
        if (is_there(r, i))
            add_wadl_resource(&out, dicomweb_routes[i].path);
    buf_add(&out, STR("</resources></application>"));
    return buf_str(&out);
}

static void add_json_types(struct buf *out, const char *media_types)
{
    bool first = true;
    str types = str_of(media_types != NULL ? media_types : ""), type;
    buf_add_char(out, '[');
    while ((type = next_type(&types)).ptr != NULL) {
        if (!first)
            buf_add_char(out, ',');
        first = false;
        json_write_str(out, type);
    }
    buf_add_char(out, ']');
}

static void add_json_method(struct buf *out, const struct route *route)
{
    bool first = true;
    buf_add_char(out, '{');
    json_write_member(out, &first, STR("name"));
    json_write_str(out, str_of(route->method));
    json_write_member(out, &first, STR("doc"));
    json_write_str(out, str_of(route->doc));
    if (route->takes != NULL) {
        json_write_member(out, &first, STR("takes"));
        add_json_types(out, route->takes);
    }
    json_write_member(out, &first, STR("answers"));
    add_json_types(out, route->answers);
    buf_add_char(out, '}');
}

static void add_json_resource(struct buf *out, const char *path)
{
    bool first = true, first_method = true;
    buf_add_char(out, '{');
    json_write_member(out, &first, STR("path"));
    json_write_str(out, shown_path(out->arena, path));
    json_write_member(out, &first, STR("methods"));
    buf_add_char(out, '[');
    for (size_t i = 0; i < dicomweb_route_count; i++) {
        if (!is_offered(i) || strcmp(dicomweb_routes[i].path, path) != 0)
            continue;
        if (!first_method)
            buf_add_char(out, ',');
        first_method = false;
        add_json_method(out, &dicomweb_routes[i]);
    }
    buf_add(out, STR("]}"));
}

static str json(struct request *r)
{
    struct buf out = BUF_IN(request_arena(r));
    bool first = true, first_resource = true;
    buf_add_char(&out, '{');
    json_write_member(&out, &first, STR("base"));
    json_write_str(&out, dicomweb_base_url(r));
    json_write_member(&out, &first, STR("resources"));
    buf_add_char(&out, '[');
    for (size_t i = 0; i < dicomweb_route_count; i++) {
        if (!is_there(r, i))
            continue;
        if (!first_resource)
            buf_add_char(&out, ',');
        first_resource = false;
        add_json_resource(&out, dicomweb_routes[i].path);
    }
    buf_add(&out, STR("]}"));
    return buf_str(&out);
}

err dicomweb_capabilities(struct request *r)
{
    struct accept_item_slice accept;
    TRY(dicomweb_check_charset(r));
    dicomweb_accept(r, &accept);
    http_set_header(r->x, "Vary", STR("Accept"));
    for (size_t i = 0; i < accept.len; i++) {
        str type = accept.at[i].media_type;
        bool is_json =
            str_eq(type, STR("application/json")) || str_eq(type, STR("application/dicom+json"));
        bool is_wadl = str_eq(type, STR("application/vnd.sun.wadl+xml")) ||
                       str_eq(type, STR("application/xml")) || str_eq(type, STR("text/xml")) ||
                       str_eq(type, STR("application/*")) || str_eq(type, STR("*/*"));
        if (!is_json && !is_wadl)
            continue;
        http_respond(r->x, 200,
                     is_json ? STR("application/json") : STR("application/vnd.sun.wadl+xml"),
                     is_json ? json(r) : wadl(r));
        return OK;
    }
    return ERR(NOT_ACCEPTABLE, "capabilities are application/vnd.sun.wadl+xml or application/json");
}
