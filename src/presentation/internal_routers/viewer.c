/* The viewer under /viewer, and the pages to sign in at and to accept an invitation. The viewer's
 * files are not a secret and are sent to anybody; its page is for who is signed in, and the images
 * ask again. */
#include "base/arena.h"
#include "presentation/dependencies/auth.h"
#include "presentation/internal_routers/routers.h"
#include "presentation/static_files.h"
#include "presentation/viewer_pages.h"

/* Nothing from elsewhere, nothing to elsewhere. The viewer writes styles into elements, keeps what
 * it decoded behind blob: addresses and shows documents from there. */
#define VIEWER_POLICY                                                                              \
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "          \
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "        \
    "connect-src 'self' data: blob:; media-src 'self' blob:; object-src 'self' blob:; "            \
    "frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; "           \
    "frame-ancestors 'none'"
/* Counts where a script is the start of a worker, which has no page: the decoders that were
 * compiled from C++ make small functions from text there. */
#define WORKER_POLICY                                                                              \
    "default-src 'none'; script-src 'self' blob: 'unsafe-eval'; connect-src 'self' data: blob:"
#define SIGN_IN_POLICY                                                                             \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static err respond_html(struct request *r, unsigned status, str policy, str html)
{
    http_set_header(r->x, "Content-Security-Policy", policy);
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, status, STR("text/html; charset=utf-8"), html);
    return OK;
}

/* Comes back to where the user wanted to go. */
static err go_to_sign_in(struct request *r)
{
    struct buf to = BUF_IN(request_arena(r));
    buf_add(&to, STR("/signin?next="));
    url_encode(&to, r->x->uri);
    http_set_header(r->x, "Location", buf_str(&to));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
    http_respond(r->x, 303, STR(""), STR(""));
    return OK;
}

static err who_asks(struct request *r)
{
    TRY(auth_begin(r, PERMISSION_SIGNED_IN));
    return auth_resolve(r);
}

static err respond_viewer(struct request *r, const struct static_file *page)
{
    http_set_header(r->x, "Content-Security-Policy", STR(VIEWER_POLICY));
    http_set_header(r->x, "Cross-Origin-Opener-Policy", STR("same-origin"));
    return static_files_respond(r, r->app->viewer, page);
}

static const struct static_file *find_file(const struct request *r, str name)
{
    return r->app->viewer != NULL ? static_files_find(r->app->viewer, name) : NULL;
}

err viewer_open_page(struct request *r)
{
    const struct static_file *page = find_file(r, STR("index.html"));
    return page != NULL ? respond_viewer(r, page)
                        : respond_html(r, 503, STR(SIGN_IN_POLICY), viewer_missing_page());
}

static err viewer_page(struct request *r)
{
    const struct static_file *page = find_file(r, STR("index.html"));
    if (page == NULL)
        return viewer_open_page(r);
    err e = who_asks(r);
    if (e.code == ERR_UNAUTHENTICATED || e.code == ERR_FORBIDDEN)
        return go_to_sign_in(r);
    TRY(e);
    return respond_viewer(r, page);
}

err viewer_config(struct request *r)
{
    http_set_header(r->x, "Cache-Control", STR("no-cache"));
    http_respond(r->x, 200, STR("text/javascript; charset=utf-8"), viewer_config_script());
    return OK;
}

/* A file, or else an address within the viewer, which its page knows: those have no dot in their
 * last part. */
static err respond_file(struct request *r, err (*respond_page)(struct request *r))
{
    str path = request_parameter(r, "path"), last = path, part;
    const struct static_file *file = find_file(r, path);
    for (str rest = path; str_cut(&rest, '/', &part);)
        last = part;
    if (file == NULL && str_find_char(last, '.') != SIZE_MAX)
        return ERR(NOT_FOUND, "the viewer has no such file");
    if (file == NULL || str_eq(path, STR("index.html")))
        return respond_page(r);
    if (str_ends(path, STR(".js")))
        http_set_header(r->x, "Content-Security-Policy", STR(WORKER_POLICY));
    return static_files_respond(r, r->app->viewer, file);
}

static err viewer_file(struct request *r)
{
    return respond_file(r, viewer_page);
}

err viewer_open_file(struct request *r)
{
    return respond_file(r, viewer_open_page);
}

static err sign_in_page(struct request *r)
{
    return respond_html(r, 200, STR(SIGN_IN_POLICY), sign_in_page_html());
}

static err sign_in_script(struct request *r)
{
    http_respond(r->x, 200, STR("text/javascript; charset=utf-8"), sign_in_page_script());
    return OK;
}

static err sign_in_style(struct request *r)
{
    http_respond(r->x, 200, STR("text/css; charset=utf-8"), sign_in_page_style());
    return OK;
}

/* Whatever the token: whether it is good is said when it is used. */
static err invite_page(struct request *r)
{
    return respond_html(r, 200, STR(SIGN_IN_POLICY), invite_page_html());
}

static err invite_script(struct request *r)
{
    http_respond(r->x, 200, STR("text/javascript; charset=utf-8"), invite_page_script());
    return OK;
}

#define OPEN .needs = PERMISSION_ANYONE, .is_hidden = true
const struct route viewer_routes[] = {
    {"GET", "/viewer", .handle = viewer_page, OPEN, .takes_cookie = true, .lane = LANE_DB},
    {"GET", "/viewer/app-config.js", .handle = viewer_config, OPEN, .lane = LANE_INLINE},
    {"GET", "/viewer/{path*}", .handle = viewer_file, OPEN, .takes_cookie = true, .lane = LANE_DB},
    {"GET", "/signin", .handle = sign_in_page, OPEN, .lane = LANE_INLINE},
    {"GET", "/signin/signin.js", .handle = sign_in_script, OPEN, .lane = LANE_INLINE},
    {"GET", "/invite/{token}", .handle = invite_page, OPEN, .lane = LANE_INLINE},
    {"GET", "/signin/invite.js", .handle = invite_script, OPEN, .lane = LANE_INLINE},
    {"GET", "/signin/signin.css", .handle = sign_in_style, OPEN, .lane = LANE_INLINE},
};
const size_t viewer_route_count = COUNT_OF(viewer_routes);
