/* A look-up by UID in the principal's organization. */
#include "application/queries/non_patient_objects/retrieve_non_patient_object/query.h"

SCHEMA_EMPTY(retrieve_non_patient_object);
SCHEMA_EMPTY(retrieve_non_patient_object_result);

static err retrieve_non_patient_object_handle(struct query_ctx *ctx,
                                              const struct retrieve_non_patient_object *query,
                                              struct retrieve_non_patient_object_result *out)
{
    struct non_patient_object object;
    TRY(non_patient_reader_locate(ctx->readers->non_patient, ctx->arena,
                                  ctx->principal->organization_key, query->category, query->sop_uid,
                                  &object));
    ctx->scope->subject_id = object.id;
    out->found.instance = (struct instance){.id = object.id,
                                            .version = object.version,
                                            .sop_instance_uid = object.sop_instance_uid,
                                            .sop_class_uid = object.sop_class_uid,
                                            .transfer_syntax_uid = object.transfer_syntax_uid,
                                            .object_name = object.object_name,
                                            .size = object.size};
    return query->with_blobs ? non_patient_reader_blobs(ctx->readers->non_patient, ctx->arena,
                                                        object.key, &out->found.blobs)
                             : OK;
}
QUERY(retrieve_non_patient_object, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "Retrieve a non-patient object");
