/* A search by UID finds nothing that is in the trash, at whatever level. */
#include "application/queries/images/retrieve_instance_version/query.h"

SCHEMA_EMPTY(retrieve_instance_version);
SCHEMA_EMPTY(retrieve_instance_version_result);

static err retrieve_instance_version_handle(struct query_ctx *ctx,
                                            const struct retrieve_instance_version *query,
                                            struct retrieve_instance_version_result *out)
{
    struct image_reader *reader = ctx->readers->images;
    struct instance *instance = &out->instance;
    struct instance_version version;
    struct image_page page;
    TRY(image_reader_get_instance(reader, ctx->arena, ctx->access, query->id, instance));
    struct image_match by_uid = {.attribute = image_attribute_find(0x00080018),
                                 .value = instance->sop_instance_uid};
    struct image_filter filter = {
        .level = LEVEL_INSTANCE, .access = *ctx->access, .matches = {&by_uid, 1}, .limit = 1};
    TRY(image_reader_find(reader, ctx->arena, &filter, &page));
    if (page.rows.len == 0)
        return ERR(NOT_FOUND, "not found");
    ctx->scope->subject_id = page.rows.at[0].study.id;
    TRY(image_reader_get_version(reader, ctx->arena, instance->key, query->version_id, &version));
    instance->transfer_syntax_uid = version.transfer_syntax_uid;
    instance->object_name = version.object_name;
    instance->size = version.size;
    return OK;
}
QUERY(retrieve_instance_version, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "Retrieve a version of an instance");
