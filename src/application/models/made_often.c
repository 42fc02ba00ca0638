/* A bucket for each caller and kind, counted for all nodes together. */
#include "application/models/made_often.h"

#include "base/arena.h"

static err count(struct command_ctx *ctx, const char *what, struct rate_bucket bucket)
{
    const struct principal *p = ctx->principal;
    if (p->kind == PRINCIPAL_SYSTEM)
        return OK;
    str id = uuid_text(ctx->arena, principal_actor_id(p));
    str name = str_format(ctx->arena, "made %s %.*s", what, STR_ARG(id));
    return rate_counter_take(ctx->services->rates, name, bucket).is_allowed
               ? OK
               : ERR(RATE_LIMITED, "too many of them in a short time; wait a little");
}

err made_often_check(struct command_ctx *ctx, const char *what)
{
    return count(ctx, what, (struct rate_bucket){MADE_BURST, MADE_PER_MINUTE});
}

err mailed_often_check(struct command_ctx *ctx, const char *what)
{
    return count(ctx, what, (struct rate_bucket){MAILED_BURST, MAILED_PER_MINUTE});
}

err made_often_check_rate(struct command_ctx *ctx, const char *what, uint32_t burst,
                          uint32_t per_minute)
{
    return count(ctx, what, (struct rate_bucket){burst, per_minute});
}
