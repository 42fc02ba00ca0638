/* Cross-origin requests: web viewers live on origins of their own. Cookies are never for them: what
 * asks from elsewhere has a token. */
#include "presentation/middleware/middleware.h"

#include "presentation/router.h"

static bool is_listed(str origins, str origin)
{
    str one;
    while (str_cut(&origins, ',', &one))
        if (str_eq(str_trim(one), origin))
            return true;
    return false;
}

bool cors_lists_address(const struct request *r, str address)
{
    size_t scheme = str_find(address, STR("://"));
    if (scheme == SIZE_MAX)
        return false;
    size_t end = scheme + 3;
    while (end < address.len && address.ptr[end] != '/' && address.ptr[end] != '?')
        end++;
    for (size_t i = 0; i < address.len; i++)
        if (address.ptr[i] <= ' ' || address.ptr[i] >= 0x7f || address.ptr[i] == '#' ||
            address.ptr[i] == '\\')
            return false;
    return is_listed(r->app->cors_origins, str_sub(address, 0, end));
}

/* Absent: none. */
static str allowed_origin(struct request *r)
{
    str origins = r->app->cors_origins, origin = http_header(r->x, "Origin");
    if (origins.len == 0 || str_eq(origins, STR("*")))
        return STR("*");
    http_set_header(r->x, "Vary", STR("Origin"));
    return is_listed(origins, origin) ? origin : STR_NONE;
}

/* The root of DICOMweb, which answers OPTIONS itself (PS3.18 8.9). */
static bool is_service(const struct request *r)
{
    return str_ends(r->x->path, STR("/dicom-web")) || str_ends(r->x->path, STR("/dicom-web/"));
}

bool cors_begin(struct request *r)
{
    bool asks = str_eq(r->x->method, STR("OPTIONS")); /* before a request, or for capabilities */
    bool is_preflight =
        asks && (http_header(r->x, "Access-Control-Request-Method").ptr != NULL || !is_service(r));
    if (http_header(r->x, "Origin").ptr == NULL && !asks)
        return false;
    str origin = allowed_origin(r);
    if (origin.ptr == NULL && is_preflight)
        http_respond(r->x, 204, STR(""), STR(""));
    if (origin.ptr == NULL)
        return is_preflight;
    http_set_header(r->x, "Access-Control-Allow-Origin", origin);
    http_set_header(r->x, "Access-Control-Expose-Headers",
                    STR("Content-Disposition, Content-Length, Content-Location, Content-Range, "
                        "Content-Type, Deprecation, ETag, Link, Location, RateLimit-Limit, "
                        "RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
                        "Sunset, Warning, "
                        "X-Next-Cursor, X-Request-Id, X-Total-Count"));
    if (!is_preflight)
        return false;
    http_set_header(r->x, "Access-Control-Allow-Methods",
                    STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    http_set_header(
        r->x, "Access-Control-Allow-Headers",
        STR("Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Idempotency-Key, "
            "If-Match, If-None-Match, Last-Event-ID, Origin, Pragma, Range, X-Request-Id, "
            "X-Requested-With"));
    http_set_header(r->x, "Access-Control-Max-Age", STR("86400"));
    http_respond(r->x, 204, STR(""), STR(""));
    return true;
}
