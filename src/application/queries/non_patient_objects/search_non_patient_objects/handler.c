/* Adds the organization and the metadata, which the answers are made of. An inventory tells about
 * patients, so the reads are audited. */
#include "application/queries/non_patient_objects/search_non_patient_objects/query.h"

#include "application/models/metadata_block.h"

SCHEMA_EMPTY(search_non_patient_objects);
SCHEMA_EMPTY(search_non_patient_objects_result);

static err add_metadata(struct query_ctx *ctx, int64_t object_key, int64_t *total,
                        struct str_slice *out)
{
    struct instance_blobs blobs;
    struct buf text = BUF_IN(ctx->arena);
    TRY(non_patient_reader_blobs(ctx->readers->non_patient, ctx->arena, object_key, &blobs));
    *total += blobs.metadata_size;
    if (out->len != 0 && *total > NON_PATIENT_METADATA_SIZE_MAX)
        return ERR(TOO_LARGE, "the results are longer than 32 MiB: ask for fewer by limit");
    struct metadata_block block = {blobs.metadata, blobs.metadata_size, blobs.metadata_crc};
    TRY(metadata_block_text(ctx->arena, &block, &text));
    *SLICE_PUSH(ctx->arena, out) = buf_str(&text);
    return OK;
}

static err search_non_patient_objects_handle(struct query_ctx *ctx,
                                             const struct search_non_patient_objects *query,
                                             struct search_non_patient_objects_result *out)
{
    struct image_filter filter = query->filter;
    struct image_page *page = &out->found.page;
    int64_t total = 0;
    filter.access = *ctx->access;
    TRY(non_patient_reader_find(ctx->readers->non_patient, ctx->arena, &filter, page));
    for (size_t i = 0; i < page->rows.len; i++)
        TRY(add_metadata(ctx, page->rows.at[i].object->key, &total, &out->found.metadata));
    return OK;
}
QUERY(search_non_patient_objects, .needs = READ_STUDIES, .reads_patient_data = true,
      .doc = "Search non-patient objects");
