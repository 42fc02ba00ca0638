/* Whether a limit is passed is told by the sizes before and behind: nothing has to be remembered.
 */
#include "application/models/quota.h"

#include "application/events/storage_quota_reached.h"

struct usage {
    int64_t quota_size, used_size; /* quota 0: none, and what is used was not asked for */
};

static err read_usage(struct readers *readers, struct arena *a, int64_t organization_key,
                      struct usage *out)
{
    struct organization_settings settings;
    *out = (struct usage){0};
    TRY(organization_reader_settings(readers->organizations, a, organization_key, &settings));
    if (settings.quota_size == 0)
        return OK;
    out->quota_size = settings.quota_size;
    return organization_reader_used_size(readers->organizations, organization_key, &out->used_size);
}

static err check(const struct usage *usage, int64_t size)
{
    return usage->quota_size == 0 ||
                   (size <= usage->quota_size && usage->used_size <= usage->quota_size - size)
               ? OK
               : ERR(NO_SPACE, "the organization's quota is used up");
}

err quota_check(struct readers *readers, struct arena *a, int64_t organization_key, int64_t size)
{
    struct usage usage;
    TRY(read_usage(readers, a, organization_key, &usage));
    return check(&usage, size);
}

static bool passes(const struct usage *usage, int64_t size, int64_t percent)
{
    double limit = (double)usage->quota_size * (double)percent / 100;
    return (double)usage->used_size < limit && (double)(usage->used_size + size) >= limit;
}

err quota_take(struct command_ctx *ctx, int64_t size)
{
    static const int64_t percents[] = {95, 80};
    int64_t organization_key = ctx->principal->organization_key;
    struct usage usage;
    TRY(read_usage(ctx->readers, ctx->arena, organization_key, &usage));
    TRY(check(&usage, size));
    for (size_t i = 0; i < COUNT_OF(percents) && usage.quota_size != 0; i++)
        if (passes(&usage, size, percents[i]))
            return mediator_publish(
                ctx->uow->outbox, ctx->arena, &storage_quota_reached_event, organization_key,
                (uuid){0},
                &(struct storage_quota_reached){
                    .percent = str_format(ctx->arena, "%lld", (long long)percents[i]),
                    .quota_size = usage.quota_size,
                    .used_size = usage.used_size + size});
    return OK;
}
