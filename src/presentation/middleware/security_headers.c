/* Headers that keep a browser from doing more with an answer than it is for. */
#include "presentation/middleware/middleware.h"

#include "presentation/router.h"

void security_headers_begin(struct request *r)
{
    http_set_header(r->x, "X-Content-Type-Options", STR("nosniff"));
    http_set_header(r->x, "Referrer-Policy", STR("no-referrer"));
    http_set_header(r->x, "X-Frame-Options", STR("DENY"));
    http_set_header(r->x, "Cross-Origin-Resource-Policy", STR("cross-origin"));
    if (r->app->ends_tls) /* else it is the proxy's to say */
        http_set_header(r->x, "Strict-Transport-Security", STR("max-age=31536000"));
}
