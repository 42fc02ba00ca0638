/* From the cache, or else from the repositories into it. */
#include "application/models/ingest_rules.h"

err ingest_rules_read(struct command_ctx *ctx, struct ingest_rules *out)
{
    int64_t organization_key = ctx->principal->organization_key;
    struct attribute_list *list = &out->attributes;
    struct indexed_attribute_slice all;
    struct organization_settings settings;
    if (ingest_rules_cache_find(ctx->services->ingest_rules, organization_key, out))
        return OK;
    uint64_t read_ns = monotonic_ns();
    TRY(organization_reader_settings(ctx->readers->organizations, ctx->arena, organization_key,
                                     &settings));
    TRY(attribute_reader_list(ctx->readers->attributes, ctx->arena, organization_key, &all));
    out->has_quota = settings.quota_size != 0;
    list->count = 0;
    for (size_t i = 0; i < all.len && i < INDEXED_ATTRIBUTE_COUNT_MAX; i++) {
        struct listed_attribute *attribute = &list->at[list->count];
        attribute->key = all.at[i].key;
        if (attribute_path_read(all.at[i].path, &attribute->path))
            list->count++;
    }
    ingest_rules_cache_put(ctx->services->ingest_rules, organization_key, out, read_ns);
    return OK;
}
