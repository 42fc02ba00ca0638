/* The list with its cache; values by dicom/data_set_match. */
#include "application/models/kept_values.h"

#include "base/arena.h"
#include "dicom/data_set_match.h"

err attribute_list_read(struct command_ctx *ctx, struct attribute_list *out)
{
    int64_t organization_key = ctx->principal->organization_key;
    struct indexed_attribute_slice all;
    if (attribute_cache_find(ctx->services->attributes, organization_key, out))
        return OK;
    uint64_t read_ns = monotonic_ns();
    TRY(attribute_reader_list(ctx->readers->attributes, ctx->arena, organization_key, &all));
    out->count = 0;
    for (size_t i = 0; i < all.len && i < INDEXED_ATTRIBUTE_COUNT_MAX; i++) {
        struct listed_attribute *attribute = &out->at[out->count];
        attribute->key = all.at[i].key;
        if (attribute_path_read(all.at[i].path, &attribute->path))
            out->count++;
    }
    attribute_cache_put(ctx->services->attributes, organization_key, out, read_ns);
    return OK;
}

bool attribute_list_eq(const struct attribute_list *one, const struct attribute_list *other)
{
    for (size_t i = 0; i < one->count && i < other->count; i++)
        if (one->at[i].key != other->at[i].key)
            return false;
    return one->count == other->count;
}

void instance_values_read(struct arena *a, str document, const struct attribute_list *list,
                          struct instance_values *out)
{
    *out = (struct instance_values){0};
    for (size_t i = 0; i < list->count; i++) {
        struct kept_values *kept = SLICE_PUSH(a, &out->kept);
        bool is_cut;
        kept->attribute_key = list->at[i].key;
        data_set_values(a, document, &list->at[i].path, &kept->values, &is_cut);
        if (is_cut)
            *SLICE_PUSH(a, &out->incomplete) = kept->attribute_key;
    }
}

err instance_values_put(struct command_ctx *ctx, const struct instance *instance,
                        const struct instance_values *values)
{
    for (size_t i = 0; i < values->kept.len; i++)
        TRY(attribute_writer_put(ctx->uow->attributes, instance, &values->kept.at[i]));
    for (size_t i = 0; i < values->incomplete.len; i++)
        TRY(attribute_writer_mark_incomplete(ctx->uow->attributes, values->incomplete.at[i]));
    return OK;
}

err instance_values_renew(struct command_ctx *ctx, const struct instance *instance, str document)
{
    struct attribute_list list;
    struct instance_values values;
    TRY(attribute_list_read(ctx, &list));
    instance_values_read(ctx->arena, document, &list, &values);
    TRY(attribute_writer_forget(ctx->uow->attributes, instance));
    return instance_values_put(ctx, instance, &values);
}
