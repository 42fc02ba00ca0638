/* Whoever has a link: what it opens, opening it, and the pages for people. */
#include "application/commands/shares/open_share/command.h"
#include "application/queries/shares/describe_share/query.h"
#include "base/json.h"
#include "presentation/cookie.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/public_routers/routers.h"
#include "presentation/viewer_pages.h"

enum { OPEN_BODY_SIZE_MAX = 4 * 1024 };

#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static err read_body(struct request *r, struct open_share *out)
{
    if (r->x->body.len == 0)
        return OK;
    if (!str_eq_nocase(header_main(http_header(r->x, "Content-Type")), STR("application/json")))
        return ERR(UNSUPPORTED, "the body must be application/json");
    TRY(json_read(request_arena(r), r->x->body, &open_share_schema, out, &r->scope.issues));
    return r->scope.issues.list.len == 0 ? OK : ERR(INVALID, "some fields are not valid");
}

/* A program takes the token, a page the cookie. */
static err open_share(struct request *r)
{
    struct open_share cmd = {0};
    struct open_share_result result;
    struct arena *a = request_arena(r);
    struct buf body = BUF_IN(a);
    TRY(read_body(r, &cmd));
    cmd.token = request_parameter(r, "token");
    cmd.user_agent = http_header(r->x, "User-Agent");
    TRY(open_share_send(&r->scope, &cmd, &result));
    str path = str_sub(r->x->path, 0, r->x->path.len - (sizeof "/open" - 1));
    cookie_set_share(r, path, result.access_token, result.expires_in);
    json_write(&body, &open_share_result_schema, &result, 0);
    http_respond(r->x, 200, STR("application/json"), buf_str(&body));
    return OK;
}

const struct route share_visit_routes[] = {
    {"GET", "/shares/{token}", &describe_share_use_case, .tag = "shares"},
    {"POST", "/shares/{token}/open", .handle = open_share, .needs = PERMISSION_ANYONE,
     .behind = &open_share_use_case, .lane = LANE_CPU, .body = HTTP_BODY_BUFFERED,
     .body_max = OPEN_BODY_SIZE_MAX, .tag = "shares", .doc = "Open a share by its link",
     .takes = "application/json", .answers = "application/json", .is_limited = true},
};
const size_t share_visit_route_count = COUNT_OF(share_visit_routes);

/* The page is the same for every link: its script reads the address. */
static err page(struct request *r)
{
    http_set_header(r->x, "Content-Security-Policy", STR(PAGE_POLICY));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_set_header(r->x, "X-Robots-Tag", STR("noindex, nofollow"));
    http_respond(r->x, 200, STR("text/html; charset=utf-8"), share_page_html());
    return OK;
}

static err script(struct request *r)
{
    http_respond(r->x, 200, STR("text/javascript; charset=utf-8"), share_page_script());
    return OK;
}

static err style(struct request *r)
{
    http_respond(r->x, 200, STR("text/css; charset=utf-8"), share_page_style());
    return OK;
}

#define PAGE .needs = PERMISSION_ANYONE, .is_hidden = true
const struct route share_page_routes[] = {
    {"GET", "/s/{token}", .handle = page, PAGE, .lane = LANE_INLINE},
    {"GET", "/share/share.js", .handle = script, PAGE, .lane = LANE_INLINE},
    {"GET", "/share/share.css", .handle = style, PAGE, .lane = LANE_INLINE},
    {"GET", "/viewer", .handle = viewer_open_page, PAGE, .lane = LANE_DB},
    {"GET", "/viewer/app-config.js", .handle = viewer_config, PAGE, .lane = LANE_INLINE},
    {"GET", "/viewer/{path*}", .handle = viewer_open_file, PAGE, .lane = LANE_DB},
};
const size_t share_page_route_count = COUNT_OF(share_page_routes);
