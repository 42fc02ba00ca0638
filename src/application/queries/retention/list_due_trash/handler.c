/* Studies first: what is in them goes with them. */
#include "application/queries/retention/list_due_trash/query.h"

SCHEMA_EMPTY(list_due_trash);
SCHEMA_EMPTY(list_due_trash_result);

static err list_due_trash_handle(struct query_ctx *ctx, const struct list_due_trash *query,
                                 struct list_due_trash_result *out)
{
    struct organization_settings settings;
    int64_t key = ctx->principal->organization_key;
    (void)query;
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena, key, &settings));
    if (settings.trash_days == 0)
        return OK;
    const instant before =
        instant_add(clock_now(ctx->clock), -SECONDS(settings.trash_days * 24 * 60 * 60));
    for (enum image_level level = LEVEL_STUDY; level < LEVEL_COUNT && out->items.len == 0; level++)
        TRY(retention_reader_trashed(ctx->readers->retention, ctx->arena, key, level, before,
                                     RETENTION_PAGE_SIZE, &out->items));
    return OK;
}
QUERY(list_due_trash, .needs = RUN_SYSTEM, .doc = "What leaves the trash for good next");
