/* Cross-origin requests: web viewers live on origins of their own. */
#include "presentation/middleware/middleware.h"

bool cors_begin(struct request *r)
{
    if (http_header(r->x, "Origin").ptr == NULL && !str_eq(r->x->method, STR("OPTIONS")))
        return false;
    http_set_header(r->x, "Access-Control-Allow-Origin", STR("*"));
    http_set_header(
        r->x, "Access-Control-Expose-Headers",
        STR("Content-Length, Content-Range, Content-Type, ETag, Location, Retry-After, Warning, "
            "X-Request-Id, X-Total-Count"));
    if (!str_eq(r->x->method, STR("OPTIONS")))
        return false;
    http_set_header(r->x, "Access-Control-Allow-Methods",
                    STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    http_set_header(
        r->x, "Access-Control-Allow-Headers",
        STR("Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Idempotency-Key, "
            "If-Match, If-None-Match, Origin, Pragma, Range, X-Request-Id, X-Requested-With"));
    http_set_header(r->x, "Access-Control-Max-Age", STR("86400"));
    http_respond(r->x, 204, STR(""), STR(""));
    return true;
}
