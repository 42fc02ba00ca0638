/* What an API key, or somebody by signed addresses, may ask for: so many requests in a minute, over
 * all nodes, and so many bytes in a day. Headers as draft-ietf-httpapi-ratelimit-headers-06 has
 * them. */
#include "presentation/middleware/middleware.h"

#include "application/commands/api_keys/reserve_api_key_size/command.h"
#include "base/arena.h"

static struct rate_bucket bucket_of(const struct request *r)
{
    return (struct rate_bucket){r->principal.requests_per_minute, r->principal.requests_per_minute};
}

static str name_of(struct request *r)
{
    return str_format(request_arena(r), "%s %.*s",
                      r->principal.grantee_kind == GRANTEE_API_KEY ? "api-key" : "signed-urls",
                      STR_ARG(uuid_text(request_arena(r), r->principal.session_id)));
}

static err answer(struct request *r, const struct rate_taken *taken)
{
    struct arena *a = request_arena(r);
    uint32_t limit = r->principal.requests_per_minute;
    uint64_t missing = limit > taken->remaining ? limit - taken->remaining : 0;
    http_set_header(r->x, "RateLimit-Policy", str_format(a, "%u;w=60", limit));
    http_set_header(r->x, "RateLimit-Limit", str_format(a, "%u", limit));
    http_set_header(r->x, "RateLimit-Remaining", str_format(a, "%u", taken->remaining));
    /* until all of it is there again */
    http_set_header(
        r->x, "RateLimit-Reset",
        str_format(a, "%llu", (unsigned long long)((missing * 60 + limit - 1) / limit)));
    r->retry_seconds = taken->retry_seconds;
    return taken->is_allowed ? OK : ERR(RATE_LIMITED, "there are no requests left; wait a little");
}

err key_limits_begin(struct request *r)
{
    struct rate_taken taken;
    if (!r->is_principal_known || r->principal.requests_per_minute == 0 || r->is_key_counted)
        return OK;
    r->is_key_counted =
        rate_counter_try(r->scope.services->rates, name_of(r), bucket_of(r), &taken);
    return r->is_key_counted ? answer(r, &taken) : OK;
}

/* A stream has no place to stop at, so its length is asked for. */
static err reserve(struct request *r)
{
    int64_t size = http_content_length(r->x);
    struct principal system = principal_system(r->principal.organization_key);
    struct scope scope = r->scope;
    struct reserve_api_key_size_result result;
    if (r->principal.daily_size == 0 || r->route->body != HTTP_BODY_STREAM || r->is_size_reserved)
        return OK;
    if (size < 0)
        return ERR(INVALID, "an API key with a daily limit has to say Content-Length");
    scope.principal = &system;
    scope.idempotency_key = STR_NONE;
    TRY(reserve_api_key_size_send(
        &scope, &(struct reserve_api_key_size){r->principal.session_id, size}, &result));
    r->is_size_reserved = true;
    r->retry_seconds = (uint32_t)result.retry_seconds;
    return result.retry_seconds == 0
               ? OK
               : ERR(RATE_LIMITED, "the API key has sent what it may send in a day");
}

err key_limits_finish(struct request *r)
{
    if (r->principal.requests_per_minute == 0)
        return OK;
    if (!r->is_key_counted) {
        if (r->scope.must_not_wait)
            return scope_defer(&r->scope);
        r->is_key_counted = true;
        struct rate_taken taken =
            rate_counter_take(r->scope.services->rates, name_of(r), bucket_of(r));
        TRY(answer(r, &taken));
    }
    return reserve(r);
}
