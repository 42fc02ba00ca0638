/* All of them at once: some hundred bytes each. */
#include "application/queries/images/list_study_objects/query.h"

SCHEMA(study_object, FIELD(study_object, instance_id), FIELD(study_object, object_name),
       FIELD(study_object, sop_instance_uid), FIELD(study_object, sop_class_uid),
       FIELD(study_object, size));
SCHEMA(list_study_objects, FIELD(list_study_objects, study_id, .flags = REQUIRED));
SCHEMA(list_study_objects_result, FIELD_LIST_OF(list_study_objects_result, objects, study_object),
       FIELD(list_study_objects_result, study_instance_uid),
       FIELD(list_study_objects_result, patient_id, .flags = PHI),
       FIELD(list_study_objects_result, issuer_of_patient_id, .flags = PHI));

struct listing_sink {
    struct image_sink base;
    struct arena *arena;
    struct study_object_slice *out;
};

static err take(struct image_sink *base, const struct instance *instance,
                const struct instance_blobs *blobs)
{
    struct listing_sink *sink = container_of(base, struct listing_sink, base);
    (void)blobs;
    *SLICE_PUSH(sink->arena, sink->out) =
        (struct study_object){.instance_id = instance->id,
                              .object_name = str_copy(sink->arena, instance->object_name),
                              .sop_instance_uid = str_copy(sink->arena, instance->sop_instance_uid),
                              .sop_class_uid = str_copy(sink->arena, instance->sop_class_uid),
                              .size = instance->size};
    return OK;
}

static err list_study_objects_handle(struct query_ctx *ctx, const struct list_study_objects *query,
                                     struct list_study_objects_result *out)
{
    struct study study;
    struct listing_sink sink = {{take}, ctx->arena, &out->objects};
    TRY(image_reader_get_study(ctx->readers->images, ctx->arena, ctx->access, query->study_id,
                               &study));
    out->study_instance_uid = study.study_instance_uid;
    out->patient_id = study.patient_id;
    out->issuer_of_patient_id = study.issuer_of_patient_id;
    return image_reader_each_instance(ctx->readers->images, NULL, study.key, 0, false, &sink.base);
}
QUERY(list_study_objects, .needs = RUN_SYSTEM, .doc = "The objects of a study");
