/* As it lies. */
#include "application/queries/schedules/get_schedule/query.h"

SCHEMA(get_schedule, FIELD(get_schedule, id, .flags = KEY | REQUIRED));
SCHEMA(get_schedule_result, FIELD_EMBED_OF(get_schedule_result, schedule, schedule));

static err get_schedule_handle(struct query_ctx *ctx, const struct get_schedule *query,
                               struct get_schedule_result *out)
{
    return schedule_reader_get(ctx->readers->schedules, ctx->arena,
                               ctx->principal->organization_key, query->id, &out->schedule);
}
QUERY(get_schedule, .needs = WRITE_SETTINGS, .doc = "A schedule, and when it comes next");
