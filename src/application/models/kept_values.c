/* Values by dicom/data_set_match. */
#include "application/models/kept_values.h"

#include "base/arena.h"
#include "dicom/data_set_match.h"

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
    struct ingest_rules rules;
    struct instance_values values;
    TRY(ingest_rules_read(ctx, &rules));
    instance_values_read(ctx->arena, document, &rules.attributes, &values);
    TRY(attribute_writer_forget(ctx->uow->attributes, instance));
    return instance_values_put(ctx, instance, &values);
}
