/* Attributes that are at the same place go on together: the metadata is read once for all of them.
 */
#include "application/commands/attributes/build_indexed_attributes/command.h"

#include "application/models/kept_values.h"
#include "application/models/metadata_block.h"
#include "base/arena.h"

SCHEMA(build_indexed_attributes, FIELD(build_indexed_attributes, settled_key,
                                       .doc = "Attributes up to this were seen long enough ago"));
SCHEMA(build_indexed_attributes_result,
       FIELD(build_indexed_attributes_result, has_more, .doc = "There is more to do at once"),
       FIELD(build_indexed_attributes_result, newest_key, .doc = "Newest that is not done"));

struct step_instance {
    struct instance instance;
    struct instance_values values;
};
SLICE(step_instance);

/* The next instances, with what is kept of them. */
struct step {
    struct image_sink base;
    struct arena *arena;
    struct indexed_attribute_slice attributes; /* that are at this place */
    struct step_instance_slice instances;
    int64_t position;
    size_t seen_count;
};

/* Of those of its organization. */
static void list_for(const struct step *s, int64_t organization_key, struct attribute_list *out)
{
    out->count = 0;
    for (size_t i = 0; i < s->attributes.len && out->count < INDEXED_ATTRIBUTE_COUNT_MAX; i++) {
        const struct indexed_attribute *attribute = &s->attributes.at[i];
        struct listed_attribute *listed = &out->at[out->count];
        listed->key = attribute->key;
        if (attribute->organization_key == organization_key &&
            attribute_path_read(attribute->path, &listed->path))
            out->count++;
    }
}

static err take(struct image_sink *sink, const struct instance *instance,
                const struct instance_blobs *blobs)
{
    struct step *s = container_of(sink, struct step, base);
    struct attribute_list list;
    struct metadata_block block = {blobs->metadata, blobs->metadata_size, blobs->metadata_crc};
    struct buf document = BUF_IN(s->arena);
    s->position = instance->key;
    s->seen_count++;
    list_for(s, instance->organization_key, &list);
    if (list.count == 0)
        return OK;
    struct step_instance *taken = SLICE_PUSH(s->arena, &s->instances);
    taken->instance = *instance;
    err e = metadata_block_text(s->arena, &block, &document);
    for (size_t i = 0; i < list.count && failed(e); i++) /* one is damaged: the others go on */
        *SLICE_PUSH(s->arena, &taken->values.incomplete) = list.at[i].key;
    if (!failed(e))
        instance_values_read(s->arena, buf_str(&document), &list, &taken->values);
    return OK;
}

static bool is_key_of(const struct key_slice *keys, int64_t key)
{
    for (size_t i = 0; i < keys->len; i++)
        if (keys->at[i] == key)
            return true;
    return false;
}

/* How far it came; at the end it is ready. */
static err save_progress(struct command_ctx *ctx, const struct step *s,
                         struct indexed_attribute *attribute)
{
    for (size_t i = 0; i < s->instances.len; i++) {
        const struct step_instance *taken = &s->instances.at[i];
        attribute->done_count += taken->instance.organization_key == attribute->organization_key;
        if (is_key_of(&taken->values.incomplete, attribute->key))
            attribute->is_incomplete = true;
    }
    attribute->position = s->position;
    attribute->updated_at = clock_now(ctx->clock);
    if (s->seen_count < BUILD_INSTANCE_COUNT)
        attribute->state = INDEX_READY;
    if (attribute->state == INDEX_READY || attribute->done_count > attribute->total_count)
        attribute->total_count = attribute->done_count;
    err e = attribute_writer_save(ctx->uow->attributes, attribute);
    return e.code == ERR_PRECONDITION_FAILED ? ERR(SERIALIZATION, "the attribute changed meanwhile")
                                             : e;
}

/* Everything is read and computed before the first write. What was stored since is no matter: it
 * came with its values. */
static err build_step(struct command_ctx *ctx, const struct indexed_attribute_slice *unfinished,
                      const struct indexed_attribute *first)
{
    struct step s = {.base = {take}, .arena = ctx->arena, .position = first->position};
    for (size_t i = 0; i < unfinished->len; i++)
        if (unfinished->at[i].state == INDEX_BUILDING &&
            unfinished->at[i].position == first->position)
            *SLICE_PUSH(ctx->arena, &s.attributes) = unfinished->at[i];
    TRY(image_reader_each_after(ctx->readers->images, first->position, BUILD_INSTANCE_COUNT,
                                &s.base));
    for (size_t i = 0; i < s.instances.len; i++)
        for (size_t n = 0; n < s.instances.at[i].values.kept.len; n++)
            TRY(attribute_writer_put(ctx->uow->attributes, &s.instances.at[i].instance,
                                     &s.instances.at[i].values.kept.at[n]));
    for (size_t i = 0; i < s.attributes.len; i++)
        TRY(save_progress(ctx, &s, &s.attributes.at[i]));
    return OK;
}

/* Values may still come for a while from those who have not heard of it. So the row goes when none
 * are left for the second time, and not at once: position tells that there was a first. */
static err discard_step(struct command_ctx *ctx, struct indexed_attribute *attribute,
                        bool *has_more)
{
    int64_t count;
    TRY(attribute_writer_discard(ctx->uow->attributes, attribute->key, BUILD_DISCARD_COUNT,
                                 &count));
    *has_more = count != 0;
    if (count != 0)
        return OK;
    if (attribute->position != 0)
        return attribute_writer_remove(ctx->uow->attributes, attribute->key);
    attribute->position = 1;
    return attribute_writer_save(ctx->uow->attributes, attribute);
}

static err build_indexed_attributes_handle(struct command_ctx *ctx,
                                           const struct build_indexed_attributes *cmd,
                                           struct build_indexed_attributes_result *out)
{
    struct indexed_attribute_slice all, settled = {0};
    TRY(attribute_reader_unfinished(ctx->readers->attributes, ctx->arena, &all));
    for (size_t i = 0; i < all.len; i++) {
        if (all.at[i].key > out->newest_key)
            out->newest_key = all.at[i].key;
        if (all.at[i].key <= cmd->settled_key)
            *SLICE_PUSH(ctx->arena, &settled) = all.at[i];
    }
    for (size_t i = 0; i < settled.len; i++)
        if (settled.at[i].state == INDEX_BUILDING) {
            out->has_more = true;
            return build_step(ctx, &settled, &settled.at[i]);
        }
    for (size_t i = 0; i < settled.len && !out->has_more; i++)
        TRY(discard_step(ctx, &settled.at[i], &out->has_more));
    return OK;
}
COMMAND(build_indexed_attributes, .needs = RUN_SYSTEM, .keeps_no_audit = true,
        .doc = "Bring instances into the index of attributes, one step");
