/* How large a body may be: by its announced length before a byte of it is read, by what came where
 * it has none. */
#include "presentation/middleware/middleware.h"

static err too_large(void)
{
    return ERR(TOO_LARGE, "the body is larger than this request may have");
}

err body_limit_begin(struct request *r)
{
    struct http_exchange *x = r->x;
    x->body_max = r->route->body_max != 0 ? r->route->body_max : JSON_BODY_SIZE_MAX;
    return x->body_mode == HTTP_BODY_BUFFERED && http_content_length(x) > (int64_t)x->body_max
               ? too_large()
               : OK;
}

err body_limit_check(const struct request *r)
{
    return r->x->body_mode == HTTP_BODY_BUFFERED && r->x->body.ptr == NULL ? too_large() : OK;
}
