/* A token bucket by address, counted by whatever all nodes share. */
#include "presentation/middleware/middleware.h"

#include "base/arena.h"

static const struct rate_bucket sign_ins = {RATE_BURST, RATE_PER_MINUTE};

static err answer(struct request *r, const struct rate_taken *taken)
{
    struct arena *a = request_arena(r);
    http_set_header(r->x, "RateLimit-Limit", str_format(a, "%d", RATE_BURST));
    http_set_header(r->x, "RateLimit-Remaining", str_format(a, "%u", taken->remaining));
    r->retry_seconds = taken->retry_seconds;
    return taken->is_allowed
               ? OK
               : ERR(RATE_LIMITED, "too many attempts from this address; wait a little");
}

static str name_of(struct request *r)
{
    return str_format(request_arena(r), "sign-in %s", r->x->peer_address);
}

err rate_limit_begin(struct request *r)
{
    struct rate_taken taken;
    r->is_uncounted = !rate_counter_try(r->scope.services->rates, name_of(r), sign_ins, &taken);
    return r->is_uncounted ? OK : answer(r, &taken);
}

err rate_limit_finish(struct request *r)
{
    if (!r->is_uncounted)
        return OK;
    if (r->scope.must_not_wait)
        return scope_defer(&r->scope);
    r->is_uncounted = false;
    struct rate_taken taken = rate_counter_take(r->scope.services->rates, name_of(r), sign_ins);
    return answer(r, &taken);
}
