/* The access log. */
#include "presentation/middleware/middleware.h"

#include "base/log.h"

void access_log_done(struct request *r)
{
    const struct http_exchange *x = r->x;
    if (!log_wants(LOG_INFO))
        return;
    log_set_request_id(r->scope.request_id);
    log_event(
        LOG_INFO, "request",
        "method=%.*s route=\"%s\" status=%u bytes=%llu ms=%.2f peer=%s user=%s%s",
        STR_ARG(x->method), r->route != NULL ? r->route->path : "-", x->status,
        (unsigned long long)x->sent_size, (double)(monotonic_ns() - x->start_ns) / 1e6,
        x->peer_address,
        r->principal.kind == PRINCIPAL_USER || r->principal.kind == PRINCIPAL_API_KEY ||
                r->principal.kind == PRINCIPAL_SIGNED_URL
            ? str_cstr(&r->x->arena, uuid_text(&r->x->arena, principal_actor_id(&r->principal)))
            : "-",
        x->is_aborted ? " aborted=true" : "");
    log_set_request_id(STR_NONE);
}
