/* What is served is never among the versions, nor is anything twice: bytes that go round in circles
 * change places. */
#include "application/models/instance_versions.h"

#include "application/events/instance_stored.h"
#include "application/models/kept_values.h"
#include "application/models/study_recount.h"

struct found_versions {
    struct instance_version_slice list;
    const struct instance_version *same; /* with that object; NULL: none */
};

static err find(struct command_ctx *ctx, const struct instance *instance, str object_name,
                struct found_versions *out)
{
    int64_t total;
    *out = (struct found_versions){0};
    TRY(image_reader_versions(ctx->readers->images, ctx->arena, instance->key, 0,
                              INSTANCE_VERSION_COUNT_MAX, &out->list, &total));
    for (size_t i = 0; i < out->list.len; i++)
        if (str_eq(out->list.at[i].object_name, object_name))
            out->same = &out->list.at[i];
    return OK;
}

static err add(struct command_ctx *ctx, const struct found_versions *found,
               const struct instance *of, enum version_reason reason)
{
    if (found->list.len - (found->same != NULL) >= INSTANCE_VERSION_COUNT_MAX)
        return ERRF(ctx->arena, CONFLICT,
                    "the instance has %d versions beside what is served: no more are kept",
                    INSTANCE_VERSION_COUNT_MAX);
    struct instance_version version = {.id = uuid_make(ctx->clock),
                                       .organization_key = of->organization_key,
                                       .created_at = clock_now(ctx->clock),
                                       .instance_key = of->key,
                                       .reason = reason,
                                       .user_id = principal_actor_id(ctx->principal),
                                       .sop_class_uid = of->sop_class_uid,
                                       .transfer_syntax_uid = of->transfer_syntax_uid,
                                       .object_name = of->object_name,
                                       .size = of->size};
    return image_writer_add_version(ctx->uow->images, &version);
}

err instance_keep(struct command_ctx *ctx, const struct image_row *row,
                  const struct instance_content *content, bool *was_there)
{
    struct found_versions found;
    struct instance newcomer = row->instance;
    instance_describe(ctx->arena, content, &newcomer);
    TRY(find(ctx, &newcomer, content->object_name, &found));
    *was_there = found.same != NULL;
    return *was_there ? OK : add(ctx, &found, &newcomer, VERSION_KEPT);
}

err instance_describe_again(struct command_ctx *ctx, struct image_row *row,
                            const struct instance_content *content)
{
    instance_describe(ctx->arena, content, &row->instance);
    row->instance.updated_at = clock_now(ctx->clock);
    TRY(image_writer_replace_instance(ctx->uow->images, &row->instance, &content->blobs));
    TRY(instance_values_renew(ctx, &row->instance, content->document));
    series_describe(ctx->arena, content->index, &row->series);
    study_describe(ctx->arena, content->index, &row->study);
    return study_recount_with_series(ctx, row);
}

err instance_replace(struct command_ctx *ctx, struct image_row *row,
                     const struct instance_content *content, enum version_reason reason)
{
    struct found_versions found;
    TRY(find(ctx, &row->instance, content->object_name, &found));
    if (found.same != NULL)
        TRY(image_writer_remove_version(ctx->uow->images, found.same->key));
    TRY(add(ctx, &found, &row->instance, reason));
    TRY(instance_describe_again(ctx, row, content));
    struct instance_stored event = {row->study.id, row->series.id, row->instance.id};
    return mediator_publish(ctx->uow->outbox, ctx->arena, &instance_stored_event,
                            row->study.organization_key, row->study.id, &event);
}
