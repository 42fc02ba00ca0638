/* RFC 6265bis; Fetch Metadata Request Headers. */
#include "presentation/cookie.h"

#include "presentation/router.h"

/* The prefix makes browsers refuse the cookie from anywhere but this host by TLS. Without a proxy
 * the server listens on loopback only, without TLS, where browsers would not take the prefix. */
static str name_of(const struct request *r)
{
    return r->app->has_tls ? STR("__Host-gantry") : STR("gantry");
}

static str find_cookie(struct request *r, str name)
{
    str rest = http_header(r->x, "Cookie"), part;
    while (str_cut(&rest, ';', &part)) {
        part = str_trim(part);
        size_t equals = str_find_char(part, '=');
        if (equals != SIZE_MAX && str_eq(str_sub(part, 0, equals), name))
            return str_sub(part, equals + 1, part.len);
    }
    return STR("");
}

str cookie_session(struct request *r)
{
    return find_cookie(r, name_of(r));
}

static str attempt_name_of(const struct request *r)
{
    return r->app->has_tls ? STR("__Host-gantry-openid") : STR("gantry-openid");
}

str cookie_attempt(struct request *r)
{
    return find_cookie(r, attempt_name_of(r));
}

void cookie_set_attempt(struct request *r, str sealed, int64_t seconds)
{
    http_set_header(r->x, "Set-Cookie",
                    str_format(request_arena(r),
                               "%.*s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                               STR_ARG(attempt_name_of(r)), STR_ARG(sealed), (long long)seconds,
                               r->app->has_tls ? "; Secure" : ""));
}

/* Its path keeps it to one share, which the prefix for whole hosts forbids. */
static str share_name_of(const struct request *r)
{
    return r->app->has_tls ? STR("__Secure-gantry-share") : STR("gantry-share");
}

str cookie_share(struct request *r)
{
    return find_cookie(r, share_name_of(r));
}

void cookie_set_share(struct request *r, str mount, str token, int64_t seconds)
{
    http_set_header(r->x, "Set-Cookie",
                    str_format(request_arena(r),
                               "%.*s=%.*s; Path=%.*s; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
                               STR_ARG(share_name_of(r)), STR_ARG(token), STR_ARG(mount),
                               (long long)seconds, r->app->has_tls ? "; Secure" : ""));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
}

static bool is_safe(str method)
{
    return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
}

static bool is_own_origin(struct request *r, str origin)
{
    size_t scheme = str_find(origin, STR("://"));
    str host = http_header(r->x, "Host");
    return scheme != SIZE_MAX && host.len != 0 &&
           str_eq_nocase(str_sub(origin, scheme + 3, origin.len), host);
}

bool cookie_is_own_page(struct request *r)
{
    str site = http_header(r->x, "Sec-Fetch-Site"), origin = http_header(r->x, "Origin");
    bool changes_nothing = is_safe(r->x->method);
    if (site.ptr != NULL) /* "none": typed by the user */
        return str_eq(site, STR("same-origin")) || (changes_nothing && str_eq(site, STR("none")));
    return origin.ptr != NULL ? is_own_origin(r, origin) : changes_nothing;
}

void cookie_set_session(struct request *r, str token, int64_t seconds)
{
    http_set_header(r->x, "Set-Cookie",
                    str_format(request_arena(r),
                               "%.*s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
                               STR_ARG(name_of(r)), STR_ARG(token), (long long)seconds,
                               r->app->has_tls ? "; Secure" : ""));
    http_set_header(r->x, "Cache-Control", STR("no-store"));
}

void cookie_clear_session(struct request *r)
{
    cookie_set_session(r, STR(""), 0);
    http_set_header(r->x, "Clear-Site-Data", STR("\"cache\""));
}
