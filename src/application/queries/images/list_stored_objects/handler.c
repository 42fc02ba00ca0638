/* By pages of studies. */
#include "application/queries/images/list_stored_objects/query.h"

SCHEMA(list_stored_objects, FIELD(list_stored_objects, part, .max = STORED_PART_COUNT - 1),
       FIELD(list_stored_objects, after));
SCHEMA(list_stored_objects_result, FIELD_LIST_OF(list_stored_objects_result, objects, study_object),
       FIELD(list_stored_objects_result, next));

struct listing_sink {
    struct image_sink base;
    struct arena *arena;
    struct study_object_slice *out;
};

static void push(struct listing_sink *sink, uuid id, str name, str sop_instance_uid, int64_t size)
{
    *SLICE_PUSH(sink->arena, sink->out) =
        (struct study_object){.instance_id = id,
                              .object_name = str_copy(sink->arena, name),
                              .sop_instance_uid = str_copy(sink->arena, sop_instance_uid),
                              .size = size};
}

static err take(struct image_sink *base, const struct instance *instance,
                const struct instance_blobs *blobs)
{
    struct listing_sink *sink = container_of(base, struct listing_sink, base);
    (void)blobs;
    push(sink, instance->id, instance->object_name, instance->sop_instance_uid, instance->size);
    return OK;
}

static err list_non_patient(struct query_ctx *ctx, const struct image_filter *filter,
                            struct listing_sink *sink, struct image_page *page)
{
    TRY(non_patient_reader_find(ctx->readers->non_patient, ctx->arena, filter, page));
    for (size_t i = 0; i < page->rows.len; i++) {
        const struct non_patient_object *object = page->rows.at[i].object;
        push(sink, object->id, object->object_name, object->sop_instance_uid, object->size);
    }
    return OK;
}

static err list_stored_objects_handle(struct query_ctx *ctx,
                                      const struct list_stored_objects *query,
                                      struct list_stored_objects_result *out)
{
    struct listing_sink sink = {{take}, ctx->arena, &out->objects};
    struct image_page page = {0};
    struct image_filter filter = {.level = LEVEL_STUDY,
                                  .access.organization_key = ctx->principal->organization_key,
                                  .trashed = query->part == STORED_OF_TRASH,
                                  .limit = STORED_PAGE_SIZE,
                                  .after = query->after};
    if (query->part >= STORED_OF_NON_PATIENT) {
        filter.level = LEVEL_NON_PATIENT;
        filter.category = (enum non_patient_category)(query->part - STORED_OF_NON_PATIENT);
        TRY(list_non_patient(ctx, &filter, &sink, &page));
    } else {
        TRY(image_reader_find(ctx->readers->images, ctx->arena, &filter, &page));
        for (size_t i = 0; i < page.rows.len; i++)
            TRY(image_reader_each_stored(ctx->readers->images, page.rows.at[i].study.key,
                                         &sink.base));
    }
    out->next = page.next;
    return OK;
}
QUERY(list_stored_objects, .needs = RUN_SYSTEM, .doc = "What the storage holds");
